//! What happened to subscriptions, and by whom.

use diesel::prelude::*;
use domain::ids::SubscriptionId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::subscription_events;
use crate::tx::Tx;

/// Something that happened to a subscription.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_events)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriptionEventRow {
    pub event_id: Vec<u8>,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub subscription_id: SubscriptionId,
    pub kind: String,
    /// `customer`, `shop`, or a member of the staff.
    pub actor: String,
    pub data: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// The latest of a subscription, newest first, at most `limit`.
pub fn latest(
    tx: &mut Tx<'_>,
    id: SubscriptionId,
    limit: i64,
) -> Result<Vec<SubscriptionEventRow>, StoreError> {
    tx.from(subscription_events::table)
        .with(|all| {
            all.filter(subscription_events::subscription_id.eq(id.to_bytes()))
                .order((subscription_events::created_at.desc(), subscription_events::event_id.desc()))
                .limit(limit)
                .select(SubscriptionEventRow::as_select())
        })
        .all()
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: SubscriptionEventRow) -> Result<(), StoreError> {
    tx.insert(subscription_events::table, row)
}
