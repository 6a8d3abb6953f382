//! What happened to orders, notes of the staff among it.

use diesel::prelude::*;
use domain::ids::OrderId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::order_events;
use crate::tx::Tx;

/// Something that happened to an order.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_events, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OrderEventRow {
    pub event_id: Vec<u8>,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub order_id: OrderId,
    pub kind: String,
    pub actor: String,
    pub data: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Those of an order, oldest first.
pub fn of(tx: &mut Tx<'_>, order: OrderId) -> Result<Vec<OrderEventRow>, StoreError> {
    tx.from(order_events::table)
        .with(|all| {
            all.filter(order_events::order_id.eq(order.to_bytes()))
                .order((order_events::created_at.asc(), order_events::event_id.asc()))
                .select(OrderEventRow::as_select())
        })
        .all()
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: OrderEventRow) -> Result<(), StoreError> {
    tx.insert(order_events::table, row)
}
