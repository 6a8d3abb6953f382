//! Shipping methods.

use diesel::prelude::*;
use domain::ids::ShippingMethodId;
use domain::time::Timestamp;

use super::ACTIVE;
use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::shipping_methods;
use crate::tx::{Tx, exactly_one};

/// One shipping method.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shipping_methods, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::selling::ShippingMethod")]
pub struct ShippingMethodRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub shipping_method_id: ShippingMethodId,
    pub name: String,
    pub kind: String,
    /// The flat price, in minor units; nothing where `bands` say it.
    pub price: i64,
    /// A JSON list of steps.
    pub bands: String,
    pub free_above: Option<i64>,
    /// A JSON list of codes.
    pub countries: String,
    /// A JSON list.
    pub postcode_prefixes: String,
    pub tax_class: Option<String>,
    pub position: i64,
    pub status: String,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Shipping methods that a shop may have.
pub const MOST: i64 = 200;

/// All that are active, in their order.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<ShippingMethodRow>, StoreError> {
    tx.from(shipping_methods::table)
        .with(|all| {
            all.filter(shipping_methods::status.eq(ACTIVE))
                .order((shipping_methods::position.asc(), shipping_methods::shipping_method_id.asc()))
                .limit(MOST)
                .select(ShippingMethodRow::as_select())
        })
        .all()
}

/// All there are, active or not, in their order.
pub fn whole(tx: &mut Tx<'_>) -> Result<Vec<ShippingMethodRow>, StoreError> {
    tx.from(shipping_methods::table)
        .with(|all| {
            all.order((shipping_methods::position.asc(), shipping_methods::shipping_method_id.asc()))
                .limit(MOST)
                .select(ShippingMethodRow::as_select())
        })
        .all()
}

/// The one with this id, active or not.
pub fn find(tx: &mut Tx<'_>, id: ShippingMethodId) -> Result<Option<ShippingMethodRow>, StoreError> {
    tx.from(shipping_methods::table)
        .with(|all| {
            all.filter(shipping_methods::shipping_method_id.eq(id.to_bytes()))
                .select(ShippingMethodRow::as_select())
        })
        .one()
}

/// Adds a shipping method.
pub fn insert(tx: &mut Tx<'_>, row: ShippingMethodRow) -> Result<(), StoreError> {
    tx.insert(shipping_methods::table, row)
}

/// Writes a shipping method anew.
pub fn update(tx: &mut Tx<'_>, row: ShippingMethodRow) -> Result<(), StoreError> {
    let id = row.shipping_method_id.to_bytes();
    exactly_one(
        tx.from(shipping_methods::table)
            .with(|all| all.filter(shipping_methods::shipping_method_id.eq(id)))
            .update(row)?,
    )
}

/// Removes a shipping method.
pub fn delete(tx: &mut Tx<'_>, id: ShippingMethodId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(shipping_methods::table)
            .with(|all| all.filter(shipping_methods::shipping_method_id.eq(id.to_bytes())))
            .delete()?,
    )
}
