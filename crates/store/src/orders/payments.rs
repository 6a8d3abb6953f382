//! Payments for orders.

use diesel::prelude::*;
use domain::ids::{OrderId, PaymentId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::payments;
use crate::tx::{Tx, exactly_one};

/// One try to pay for an order.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payments, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PaymentRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub payment_id: PaymentId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub order_id: OrderId,
    pub provider: String,
    pub provider_ref: Option<String>,
    pub amount: i64,
    pub refunded: i64,
    pub status: String,
    pub action: Option<Vec<u8>>,
    pub decline_code: Option<String>,
    pub decline_message: Option<String>,
    pub method: Option<String>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Those of an order, oldest first.
pub fn of(tx: &mut Tx<'_>, order: OrderId) -> Result<Vec<PaymentRow>, StoreError> {
    tx.from(payments::table)
        .with(|all| {
            all.filter(payments::order_id.eq(order.to_bytes()))
                .order((payments::created_at.asc(), payments::payment_id.asc()))
                .select(PaymentRow::as_select())
        })
        .all()
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: PaymentRow) -> Result<(), StoreError> {
    tx.insert(payments::table, row)
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: PaymentId) -> Result<Option<PaymentRow>, StoreError> {
    tx.from(payments::table)
        .with(|all| all.filter(payments::payment_id.eq(id.to_bytes())).select(PaymentRow::as_select()))
        .one()
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: PaymentRow) -> Result<(), StoreError> {
    let id = row.payment_id.to_bytes();
    exactly_one(tx.from(payments::table).with(|all| all.filter(payments::payment_id.eq(id))).update(row)?)
}
