//! The lines of orders.

use diesel::prelude::*;
use domain::ids::{OrderId, OrderItemId, ProductId};

use crate::error::StoreError;
use crate::prepared::of_few_lengths;
use crate::schema::order_items;
use crate::tx::{Tx, exactly_one};

/// One line.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_items, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OrderItemRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub item_id: OrderItemId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub order_id: OrderId,
    pub position: i64,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub product_id: ProductId,
    pub name: String,
    pub sku: Option<String>,
    pub quantity: i64,
    pub fulfilled: i64,
    pub restocked: i64,
    pub unit_price: i64,
    pub total: i64,
    pub discount: i64,
    pub tax: i64,
    pub tax_basis_points: i64,
    pub subscription_id: Option<Vec<u8>>,
    pub details: String,
}

/// The lines of these orders, in their order.
pub fn of(tx: &mut Tx<'_>, orders: &[OrderId]) -> Result<Vec<OrderItemRow>, StoreError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids = of_few_lengths(orders.iter().map(|id| id.to_bytes()).collect());
    tx.from(order_items::table)
        .with(|all| {
            all.filter(order_items::order_id.eq_any(ids))
                .order((order_items::order_id.asc(), order_items::position.asc()))
                .select(OrderItemRow::as_select())
        })
        .prepared()
        .all()
}

/// Adds a line.
pub fn insert(tx: &mut Tx<'_>, row: OrderItemRow) -> Result<(), StoreError> {
    tx.insert(order_items::table, row)
}

/// Writes a line anew.
pub fn update(tx: &mut Tx<'_>, row: OrderItemRow) -> Result<(), StoreError> {
    let id = row.item_id.to_bytes();
    exactly_one(tx.from(order_items::table).with(|all| all.filter(order_items::item_id.eq(id))).update(row)?)
}

/// Removes the lines of an order, before it is made anew.
pub fn delete_of(tx: &mut Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    tx.from(order_items::table)
        .with(|all| all.filter(order_items::order_id.eq(order.to_bytes())))
        .delete()
        .map(drop)
}

/// Whether any order names the product.
pub fn name_product(tx: &mut Tx<'_>, product: ProductId) -> Result<bool, StoreError> {
    let found = tx
        .from(order_items::table)
        .with(|all| {
            all.filter(order_items::product_id.eq(product.to_bytes())).limit(1).select(order_items::position)
        })
        .one::<i64>()?;
    Ok(found.is_some())
}
