//! Orders, their lines, and the money that is paid for them. Rule: an order's row is read and written as a whole; what
//! happened to it is added beside it and never changed.

pub mod events;
pub mod holds;
pub mod items;
pub mod numbers;
pub mod payments;
pub mod refunds;
pub mod shipments;

use diesel::prelude::*;
use domain::ids::{CartId, CustomerId, OrderId};
use domain::time::Timestamp;

use crate::columns::{Flag, Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::orders;
use crate::tx::{Tx, exactly_one};

/// One order.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = orders, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OrderRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub order_id: OrderId,
    pub ref_number: Option<i64>,
    pub cart_id: Option<Vec<u8>>,
    pub customer_id: Option<Vec<u8>>,
    pub email: Option<String>,
    pub status: String,
    pub payment_status: String,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub holds: bool,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub reserved_until: Option<Timestamp>,
    pub currency: String,
    pub item_count: i64,
    pub subtotal: i64,
    pub discount_total: i64,
    pub shipping_total: i64,
    pub tax_total: i64,
    pub gift_card_total: i64,
    pub total: i64,
    pub refunded_total: i64,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub tax_included: bool,
    pub country: Option<String>,
    pub details: String,
    pub subscription_id: Option<Vec<u8>>,
    pub version: i64,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub paid_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The order with this id.
pub fn find(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
    tx.from(orders::table)
        .with(|all| all.filter(orders::order_id.eq(id.to_bytes())).select(OrderRow::as_select()))
        .one()
}

/// The order with this number.
pub fn find_by_number(tx: &mut Tx<'_>, number: i64) -> Result<Option<OrderRow>, StoreError> {
    tx.from(orders::table)
        .with(|all| all.filter(orders::ref_number.eq(number)).select(OrderRow::as_select()))
        .one()
}

/// The order that came of this cart.
pub fn find_by_cart(tx: &mut Tx<'_>, cart: CartId) -> Result<Option<OrderRow>, StoreError> {
    tx.from(orders::table)
        .with(|all| all.filter(orders::cart_id.eq(cart.to_bytes())).select(OrderRow::as_select()))
        .one()
}

/// The customer's orders, oldest first; those of a checkout that was never paid left out unless asked for.
pub fn of_customer(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    with_unpaid: bool,
    limit: i64,
) -> Result<Vec<OrderRow>, StoreError> {
    tx.from(orders::table)
        .with(|all| {
            all.filter(orders::customer_id.eq(customer.to_bytes()))
                .filter(
                    orders::status
                        .ne("pending")
                        .or(orders::paid_at.is_not_null())
                        .or(orders::status.eq(if with_unpaid { "pending" } else { "" })),
                )
                .order((orders::created_at.asc(), orders::order_id.asc()))
                .limit(limit)
                .select(OrderRow::as_select())
        })
        .all()
}

/// Orders of this address that belong to nobody yet.
pub fn of_guest(tx: &mut Tx<'_>, email: &str, limit: i64) -> Result<Vec<OrderRow>, StoreError> {
    tx.from(orders::table)
        .with(|all| {
            all.filter(orders::email.eq(email.to_owned()))
                .filter(orders::customer_id.is_null())
                .order((orders::created_at.asc(), orders::order_id.asc()))
                .limit(limit)
                .select(OrderRow::as_select())
        })
        .all()
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only in this state.
    pub status: Option<String>,
    /// Only so paid.
    pub payment_status: Option<String>,
    /// Only of this customer.
    pub customer: Option<CustomerId>,
    /// Only of this (normalised) address.
    pub email: Option<String>,
    /// Only with this number.
    pub number: Option<i64>,
    /// Only made at this time or later.
    pub from: Option<Timestamp>,
    /// Only made before this time.
    pub until: Option<Timestamp>,
    /// Rows to pass over.
    pub offset: i64,
    /// Rows to give at the most.
    pub limit: i64,
}

/// A page of the shop's orders, newest first, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, search: &Search) -> Result<(Vec<OrderRow>, i64), StoreError> {
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching = $all.into_boxed();
            if let Some(status) = search.status.clone() {
                matching = matching.filter(orders::status.eq(status));
            }
            if let Some(status) = search.payment_status.clone() {
                matching = matching.filter(orders::payment_status.eq(status));
            }
            if let Some(customer) = search.customer {
                matching = matching.filter(orders::customer_id.eq(customer.to_bytes()));
            }
            if let Some(email) = search.email.clone() {
                matching = matching.filter(orders::email.eq(email));
            }
            if let Some(number) = search.number {
                matching = matching.filter(orders::ref_number.eq(number));
            }
            if let Some(from) = search.from {
                matching = matching.filter(orders::created_at.ge(from.as_micros()));
            }
            if let Some(until) = search.until {
                matching = matching.filter(orders::created_at.lt(until.as_micros()));
            }
            matching
        }};
    }
    let total = tx.from(orders::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(orders::table)
        .with(|all| {
            matching!(all)
                .order((orders::created_at.desc(), orders::order_id.desc()))
                .offset(search.offset)
                .limit(search.limit)
                .select(OrderRow::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Orders that were paid in a time, in the order of their payment, after one of them.
pub fn paid_between(
    tx: &mut Tx<'_>,
    from: Timestamp,
    until: Timestamp,
    after: Option<(Timestamp, OrderId)>,
    limit: i64,
) -> Result<Vec<OrderRow>, StoreError> {
    // Before the first of all: nothing is older than `from`, and no id is less than none.
    let (at, id) = after.map_or((from.as_micros(), Vec::new()), |(at, id)| (at.as_micros(), id.to_bytes()));
    tx.from(orders::table)
        .with(|all| {
            all.filter(orders::paid_at.lt(until.as_micros()))
                .filter(orders::paid_at.gt(at).or(orders::paid_at.eq(at).and(orders::order_id.gt(id))))
                .order((orders::paid_at.asc(), orders::order_id.asc()))
                .limit(limit)
                .select(OrderRow::as_select())
        })
        .all()
}

/// Adds an order.
pub fn insert(tx: &mut Tx<'_>, row: OrderRow) -> Result<(), StoreError> {
    tx.insert(orders::table, row)
}

/// Writes an order anew.
pub fn update(tx: &mut Tx<'_>, row: OrderRow) -> Result<(), StoreError> {
    let id = row.order_id.to_bytes();
    exactly_one(tx.from(orders::table).with(|all| all.filter(orders::order_id.eq(id))).update(row)?)
}
