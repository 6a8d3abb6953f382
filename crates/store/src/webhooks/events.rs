//! What happened, as it is told.

use diesel::prelude::*;
use domain::ids::{CustomerId, WebhookEventId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::{webhook_deliveries, webhook_events};
use crate::tx::Tx;

/// One event.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_events)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct EventRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub event_id: WebhookEventId,
    pub kind: String,
    /// The customer it tells of, so that erasing them erases it.
    pub customer_id: Option<Vec<u8>>,
    /// The body as it is sent.
    pub payload: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Adds an event.
pub fn insert(tx: &mut Tx<'_>, row: EventRow) -> Result<(), StoreError> {
    tx.insert(webhook_events::table, row)
}

/// The event with this id.
pub fn find(tx: &mut Tx<'_>, id: WebhookEventId) -> Result<Option<EventRow>, StoreError> {
    tx.from(webhook_events::table)
        .with(|all| all.filter(webhook_events::event_id.eq(id.to_bytes())).select(EventRow::as_select()))
        .one()
}

/// Deletes what was told of a customer (erasure), with its deliveries; tells how many events there were.
pub fn delete_of_customer(tx: &mut Tx<'_>, customer: CustomerId) -> Result<usize, StoreError> {
    let ids = tx
        .from(webhook_events::table)
        .with(|all| {
            all.filter(webhook_events::customer_id.eq(Some(customer.to_bytes())))
                .select(webhook_events::event_id)
        })
        .all::<Vec<u8>>()?;
    for id in &ids {
        tx.from(webhook_deliveries::table)
            .with(|all| all.filter(webhook_deliveries::event_id.eq(id.clone())))
            .delete()?;
    }
    tx.from(webhook_events::table)
        .with(|all| all.filter(webhook_events::customer_id.eq(Some(customer.to_bytes()))))
        .delete()
}

/// Deletes the events from before `then`, with their deliveries.
pub fn delete_older(tx: &mut Tx<'_>, then: Timestamp) -> Result<(), StoreError> {
    // A delivery is as old as its event.
    tx.from(webhook_deliveries::table)
        .with(|all| all.filter(webhook_deliveries::created_at.lt(then.as_micros())))
        .delete()?;
    tx.from(webhook_events::table)
        .with(|all| all.filter(webhook_events::created_at.lt(then.as_micros())))
        .delete()
        .map(drop)
}
