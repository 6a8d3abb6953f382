//! Events on their way to endpoints.

use diesel::prelude::*;
use domain::ids::{WebhookDeliveryId, WebhookEndpointId, WebhookEventId};
use domain::time::Timestamp;
use domain::webhooks::DeliveryStatus;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::webhook_deliveries;
use crate::tx::{Tx, exactly_one};

/// One delivery.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_deliveries, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct DeliveryRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub delivery_id: WebhookDeliveryId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub endpoint_id: WebhookEndpointId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub event_id: WebhookEventId,
    /// The event's.
    pub kind: String,
    pub status: String,
    /// Since it was begun, or since staff had it sent again.
    pub attempts: i64,
    /// When it is tried next; none unless it is pending.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub next_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub last_at: Option<Timestamp>,
    /// The HTTP status that was answered; none where nothing was.
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    /// How the answer begins.
    pub last_answer: Option<String>,
    pub last_duration_ms: Option<i64>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub delivered_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Adds a delivery.
pub fn insert(tx: &mut Tx<'_>, row: DeliveryRow) -> Result<(), StoreError> {
    tx.insert(webhook_deliveries::table, row)
}

/// The delivery with this id.
pub fn find(tx: &mut Tx<'_>, id: WebhookDeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
    tx.from(webhook_deliveries::table)
        .with(|all| {
            all.filter(webhook_deliveries::delivery_id.eq(id.to_bytes())).select(DeliveryRow::as_select())
        })
        .one()
}

/// Writes a delivery's row anew.
pub fn update(tx: &mut Tx<'_>, row: DeliveryRow) -> Result<(), StoreError> {
    let id = row.delivery_id.to_bytes();
    exactly_one(
        tx.from(webhook_deliveries::table)
            .with(|all| all.filter(webhook_deliveries::delivery_id.eq(id)))
            .update(row)?,
    )
}

/// The endpoint's next pending delivery, whether it is due or not: the one that waits longest, and of those that came to
/// wait together the one whose event happened first.
pub fn next(tx: &mut Tx<'_>, endpoint: WebhookEndpointId) -> Result<Option<DeliveryRow>, StoreError> {
    tx.from(webhook_deliveries::table)
        .with(|all| {
            all.filter(webhook_deliveries::endpoint_id.eq(endpoint.to_bytes()))
                .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()))
                .filter(webhook_deliveries::next_at.is_not_null())
                .order((webhook_deliveries::next_at.asc(), webhook_deliveries::delivery_id.asc()))
                .limit(1)
                .select(DeliveryRow::as_select())
        })
        .one()
}

/// A page of the endpoint's deliveries, newest first, and how many there are; only those of `status`, if one is given.
pub fn list(
    tx: &mut Tx<'_>,
    endpoint: WebhookEndpointId,
    status: Option<DeliveryStatus>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<DeliveryRow>, i64), StoreError> {
    // The same conditions for the count and the page.
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching =
                $all.filter(webhook_deliveries::endpoint_id.eq(endpoint.to_bytes())).into_boxed();
            if let Some(status) = status {
                matching = matching.filter(webhook_deliveries::status.eq(status.as_str()));
            }
            matching
        }};
    }
    let total =
        tx.from(webhook_deliveries::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(webhook_deliveries::table)
        .with(|all| {
            matching!(all)
                .order((webhook_deliveries::created_at.desc(), webhook_deliveries::delivery_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(DeliveryRow::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Gives the endpoint's pending deliveries up; tells how many there were.
pub fn give_up(tx: &mut Tx<'_>, endpoint: WebhookEndpointId, reason: &str) -> Result<usize, StoreError> {
    tx.from(webhook_deliveries::table)
        .with(|all| {
            all.filter(webhook_deliveries::endpoint_id.eq(endpoint.to_bytes()))
                .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()))
        })
        .update((
            webhook_deliveries::status.eq(DeliveryStatus::Failed.as_str()),
            webhook_deliveries::next_at.eq(None::<i64>),
            webhook_deliveries::last_error.eq(Some(reason.to_owned())),
        ))
}

/// Makes the endpoint's failed deliveries of events since `since` due again; tells how many there were.
pub fn send_again(
    tx: &mut Tx<'_>,
    endpoint: WebhookEndpointId,
    since: Timestamp,
    now: Timestamp,
) -> Result<usize, StoreError> {
    tx.from(webhook_deliveries::table)
        .with(|all| {
            all.filter(webhook_deliveries::endpoint_id.eq(endpoint.to_bytes()))
                .filter(webhook_deliveries::status.eq(DeliveryStatus::Failed.as_str()))
                .filter(webhook_deliveries::created_at.ge(since.as_micros()))
        })
        .update((
            webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()),
            webhook_deliveries::attempts.eq(0),
            webhook_deliveries::next_at.eq(Some(now.as_micros())),
        ))
}

/// Deletes the endpoint's deliveries.
pub fn delete_of_endpoint(tx: &mut Tx<'_>, endpoint: WebhookEndpointId) -> Result<usize, StoreError> {
    tx.from(webhook_deliveries::table)
        .with(|all| all.filter(webhook_deliveries::endpoint_id.eq(endpoint.to_bytes())))
        .delete()
}
