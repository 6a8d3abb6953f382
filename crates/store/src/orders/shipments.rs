//! Parcels.

use diesel::prelude::*;
use domain::ids::{OrderId, ShipmentId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::shipments;
use crate::tx::Tx;

/// One parcel.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shipments, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ShipmentRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub shipment_id: ShipmentId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub order_id: OrderId,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub url: Option<String>,
    pub items: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub shipped_at: Timestamp,
}

/// Those of an order, oldest first.
pub fn of(tx: &mut Tx<'_>, order: OrderId) -> Result<Vec<ShipmentRow>, StoreError> {
    tx.from(shipments::table)
        .with(|all| {
            all.filter(shipments::order_id.eq(order.to_bytes()))
                .order((shipments::shipped_at.asc(), shipments::shipment_id.asc()))
                .select(ShipmentRow::as_select())
        })
        .all()
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: ShipmentRow) -> Result<(), StoreError> {
    tx.insert(shipments::table, row)
}
