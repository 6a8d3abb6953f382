//! The places that hear of what happens in a shop.

use diesel::prelude::*;
use domain::ids::WebhookEndpointId;
use domain::time::Timestamp;

use crate::columns::{Flag, Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::webhook_endpoints;
use crate::tx::{Tx, exactly_one};

/// One endpoint.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct EndpointRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub endpoint_id: WebhookEndpointId,
    pub url: String,
    pub description: Option<String>,
    /// The words of the events, a JSON list.
    pub events: String,
    /// What it signs with, sealed.
    pub secret: Vec<u8>,
    /// What it signed with before, sealed; it signs, too, until `previous_until`.
    pub previous_secret: Option<Vec<u8>>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub previous_until: Option<Timestamp>,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub enabled: bool,
    /// Why the server disabled it by itself.
    pub disabled_reason: Option<String>,
    /// Since when it has taken nothing; none while it takes what comes.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub failing_since: Option<Timestamp>,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The shop's endpoints, oldest first, at most `limit`.
pub fn all(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<EndpointRow>, StoreError> {
    tx.from(webhook_endpoints::table)
        .with(|all| {
            all.order((webhook_endpoints::created_at.asc(), webhook_endpoints::endpoint_id.asc()))
                .limit(limit)
                .select(EndpointRow::as_select())
        })
        .all()
}

/// The id and the events of each endpoint that hears anything, at most `limit`.
pub fn listening(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(WebhookEndpointId, String)>, StoreError> {
    let found = tx
        .from(webhook_endpoints::table)
        .with(|all| {
            all.filter(webhook_endpoints::enabled.eq(1))
                .order(webhook_endpoints::endpoint_id.asc())
                .limit(limit)
                .select((webhook_endpoints::endpoint_id, webhook_endpoints::events))
        })
        .all::<(Vec<u8>, String)>()?;
    let read = |(id, events): (Vec<u8>, String)| {
        let id = WebhookEndpointId::try_from(id)
            .map_err(|_| StoreError::Broken("the id of an endpoint".to_owned()))?;
        Ok((id, events))
    };
    found.into_iter().map(read).collect()
}

/// The endpoint with this id.
pub fn find(tx: &mut Tx<'_>, id: WebhookEndpointId) -> Result<Option<EndpointRow>, StoreError> {
    tx.from(webhook_endpoints::table)
        .with(|all| {
            all.filter(webhook_endpoints::endpoint_id.eq(id.to_bytes())).select(EndpointRow::as_select())
        })
        .one()
}

/// Adds an endpoint.
pub fn insert(tx: &mut Tx<'_>, row: EndpointRow) -> Result<(), StoreError> {
    tx.insert(webhook_endpoints::table, row)
}

/// Writes an endpoint's row anew.
pub fn update(tx: &mut Tx<'_>, row: EndpointRow) -> Result<(), StoreError> {
    let id = row.endpoint_id.to_bytes();
    exactly_one(
        tx.from(webhook_endpoints::table)
            .with(|all| all.filter(webhook_endpoints::endpoint_id.eq(id)))
            .update(row)?,
    )
}

/// Notes since when an endpoint has taken nothing, or that it takes again. That is no change of its version.
pub fn set_failing(
    tx: &mut Tx<'_>,
    id: WebhookEndpointId,
    since: Option<Timestamp>,
) -> Result<(), StoreError> {
    exactly_one(
        tx.from(webhook_endpoints::table)
            .with(|all| all.filter(webhook_endpoints::endpoint_id.eq(id.to_bytes())))
            .update(webhook_endpoints::failing_since.eq(since.map(Timestamp::as_micros)))?,
    )
}

/// Removes an endpoint, whose deliveries have gone before.
pub fn delete(tx: &mut Tx<'_>, id: WebhookEndpointId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(webhook_endpoints::table)
            .with(|all| all.filter(webhook_endpoints::endpoint_id.eq(id.to_bytes())))
            .delete()?,
    )
}
