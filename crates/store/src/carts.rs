//! Carts. Rule: a cart's row is read and written as a whole, and its version counts its writes.

use diesel::prelude::*;
use domain::ids::{CartId, CustomerId};
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::carts;
use crate::tx::{Tx, exactly_one};

/// One cart.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = carts, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct CartRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub cart_id: CartId,
    pub customer_id: Option<Vec<u8>>,
    pub status: String,
    pub version: i64,
    pub contents: String,
    pub email: Option<String>,
    pub order_id: Option<Vec<u8>>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub claimed_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub told_abandoned_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub expires_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The cart can be filled.
pub const OPEN: &str = "open";
/// It is being paid for.
pub const COMPLETING: &str = "completing";
/// It has become an order.
pub const COMPLETED: &str = "completed";
/// It was left too long.
pub const EXPIRED: &str = "expired";

/// The cart with this id.
pub fn find(tx: &mut Tx<'_>, id: CartId) -> Result<Option<CartRow>, StoreError> {
    tx.from(carts::table)
        .with(|all| all.filter(carts::cart_id.eq(id.to_bytes())).select(CartRow::as_select()))
        .one()
}

/// The customer's open cart.
pub fn find_open(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<CartRow>, StoreError> {
    tx.from(carts::table)
        .with(|all| {
            all.filter(carts::customer_id.eq(customer.to_bytes()))
                .filter(carts::status.eq(OPEN))
                .select(CartRow::as_select())
        })
        .one()
}

/// The customer's carts, newest first.
pub fn of_customer(tx: &mut Tx<'_>, customer: CustomerId, limit: i64) -> Result<Vec<CartRow>, StoreError> {
    tx.from(carts::table)
        .with(|all| {
            all.filter(carts::customer_id.eq(customer.to_bytes()))
                .order((carts::created_at.desc(), carts::cart_id.desc()))
                .limit(limit)
                .select(CartRow::as_select())
        })
        .all()
}

/// Adds a cart, after [`find_open`] has found none.
pub fn insert(tx: &mut Tx<'_>, row: CartRow) -> Result<(), StoreError> {
    tx.insert_unseen(carts::table, row)
}

/// Writes a cart anew.
pub fn update(tx: &mut Tx<'_>, row: CartRow) -> Result<(), StoreError> {
    let id = row.cart_id.to_bytes();
    exactly_one(tx.from(carts::table).with(|all| all.filter(carts::cart_id.eq(id))).update(row)?)
}

/// Removes a cart that no order came of.
pub fn delete(tx: &mut Tx<'_>, id: CartId) -> Result<(), StoreError> {
    exactly_one(tx.from(carts::table).with(|all| all.filter(carts::cart_id.eq(id.to_bytes()))).delete()?)
}

/// Open carts whose time is over, the oldest first.
pub fn overdue(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<CartRow>, StoreError> {
    tx.from(carts::table)
        .with(|all| {
            all.filter(carts::status.eq(OPEN))
                .filter(carts::expires_at.le(now.as_micros()))
                .order((carts::expires_at.asc(), carts::cart_id.asc()))
                .limit(limit)
                .select(CartRow::as_select())
        })
        .all()
}

/// Open carts with an address that nobody has touched since, and of which that was not told yet.
pub fn abandoned(tx: &mut Tx<'_>, since: Timestamp, limit: i64) -> Result<Vec<CartRow>, StoreError> {
    tx.from(carts::table)
        .with(|all| {
            all.filter(carts::status.eq(OPEN))
                .filter(carts::updated_at.le(since.as_micros()))
                .filter(carts::email.is_not_null())
                .filter(carts::told_abandoned_at.is_null())
                .order((carts::updated_at.asc(), carts::cart_id.asc()))
                .limit(limit)
                .select(CartRow::as_select())
        })
        .all()
}

/// Removes carts that expired before this; tells how many.
pub fn forget_expired(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, StoreError> {
    tx.from(carts::table)
        .with(|all| all.filter(carts::status.eq(EXPIRED)).filter(carts::expires_at.le(before.as_micros())))
        .delete()
}

/// Whether any cart is open or being paid for.
pub fn any_alive(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    let alive = tx
        .from(carts::table)
        .with(|all| all.filter(carts::status.eq_any([OPEN, COMPLETING])).limit(1).select(carts::version))
        .prepared()
        .one::<i64>()?;
    Ok(alive.is_some())
}
