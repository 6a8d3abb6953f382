//! Money that is given back.

use diesel::prelude::*;
use domain::ids::{OrderId, RefundId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::refunds;
use crate::tx::{Tx, exactly_one};

/// Money that is given back, or is to be.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = refunds, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RefundRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub refund_id: RefundId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub order_id: OrderId,
    pub payment_id: Option<Vec<u8>>,
    pub amount: i64,
    pub status: String,
    pub reason: Option<String>,
    pub provider_ref: Option<String>,
    pub actor: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Those of an order, oldest first.
pub fn of(tx: &mut Tx<'_>, order: OrderId) -> Result<Vec<RefundRow>, StoreError> {
    tx.from(refunds::table)
        .with(|all| {
            all.filter(refunds::order_id.eq(order.to_bytes()))
                .order((refunds::created_at.asc(), refunds::refund_id.asc()))
                .select(RefundRow::as_select())
        })
        .all()
}

/// Those begun in a time, in the order of their beginning, after one of them.
pub fn between(
    tx: &mut Tx<'_>,
    from: Timestamp,
    until: Timestamp,
    after: Option<(Timestamp, RefundId)>,
    limit: i64,
) -> Result<Vec<RefundRow>, StoreError> {
    let (at, id) = after.map_or((from.as_micros(), Vec::new()), |(at, id)| (at.as_micros(), id.to_bytes()));
    tx.from(refunds::table)
        .with(|all| {
            all.filter(refunds::created_at.lt(until.as_micros()))
                .filter(
                    refunds::created_at.gt(at).or(refunds::created_at.eq(at).and(refunds::refund_id.gt(id))),
                )
                .order((refunds::created_at.asc(), refunds::refund_id.asc()))
                .limit(limit)
                .select(RefundRow::as_select())
        })
        .all()
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: RefundRow) -> Result<(), StoreError> {
    tx.insert(refunds::table, row)
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: RefundId) -> Result<Option<RefundRow>, StoreError> {
    tx.from(refunds::table)
        .with(|all| all.filter(refunds::refund_id.eq(id.to_bytes())).select(RefundRow::as_select()))
        .one()
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: RefundRow) -> Result<(), StoreError> {
    let id = row.refund_id.to_bytes();
    exactly_one(tx.from(refunds::table).with(|all| all.filter(refunds::refund_id.eq(id))).update(row)?)
}
