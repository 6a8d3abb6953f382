//! Cards that customers have left with a payment provider, by the provider's names for them.

use diesel::prelude::*;
use domain::ids::{CustomerId, PaymentMethodId};
use domain::time::Timestamp;

use crate::columns::{Flag, Micros};
use crate::error::StoreError;
use crate::schema::{payment_methods, set_ups};
use crate::tx::{Tx, exactly_one};

/// One card.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payment_methods, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PaymentMethodRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub method_id: PaymentMethodId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    pub provider: String,
    pub provider_customer: String,
    pub provider_method: String,
    pub brand: String,
    pub last4: String,
    pub expiry_month: i64,
    pub expiry_year: i64,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub is_default: bool,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// The customer's, oldest first.
pub fn of(tx: &mut Tx<'_>, customer: CustomerId, limit: i64) -> Result<Vec<PaymentMethodRow>, StoreError> {
    tx.from(payment_methods::table)
        .with(|all| {
            all.filter(payment_methods::customer_id.eq(customer.to_bytes()))
                .order((payment_methods::created_at.asc(), payment_methods::method_id.asc()))
                .limit(limit)
                .select(PaymentMethodRow::as_select())
        })
        .all()
}

/// The customer's with this id.
pub fn find(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethodRow>, StoreError> {
    tx.from(payment_methods::table)
        .with(|all| {
            all.filter(payment_methods::customer_id.eq(customer.to_bytes()))
                .filter(payment_methods::method_id.eq(id.to_bytes()))
                .select(PaymentMethodRow::as_select())
        })
        .one()
}

/// The one that the provider calls so.
pub fn find_by_name(
    tx: &mut Tx<'_>,
    provider: &str,
    name: &str,
) -> Result<Option<PaymentMethodRow>, StoreError> {
    tx.from(payment_methods::table)
        .with(|all| {
            all.filter(payment_methods::provider.eq(provider.to_owned()))
                .filter(payment_methods::provider_method.eq(name.to_owned()))
                .select(PaymentMethodRow::as_select())
        })
        .one()
}

/// Adds one, after [`find_by_name`] has not found it.
pub fn insert(tx: &mut Tx<'_>, row: PaymentMethodRow) -> Result<(), StoreError> {
    tx.insert_unseen(payment_methods::table, row)
}

/// Makes one the customer's default, and no other.
pub fn make_default(tx: &mut Tx<'_>, customer: CustomerId, id: PaymentMethodId) -> Result<(), StoreError> {
    tx.from(payment_methods::table)
        .with(|all| all.filter(payment_methods::customer_id.eq(customer.to_bytes())))
        .update(payment_methods::is_default.eq(0))?;
    exactly_one(
        tx.from(payment_methods::table)
            .with(|all| all.filter(payment_methods::method_id.eq(id.to_bytes())))
            .update(payment_methods::is_default.eq(1))?,
    )
}

/// Removes one.
pub fn delete(tx: &mut Tx<'_>, id: PaymentMethodId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(payment_methods::table)
            .with(|all| all.filter(payment_methods::method_id.eq(id.to_bytes())))
            .delete()?,
    )
}

/// Gives one customer's cards to another.
pub fn hand_over(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<(), StoreError> {
    tx.from(payment_methods::table)
        .with(|all| all.filter(payment_methods::customer_id.eq(from.to_bytes())))
        .update((payment_methods::customer_id.eq(to.to_bytes()), payment_methods::is_default.eq(0)))
        .map(drop)
}

/// Notes whose a set-up is, until its card is kept.
pub fn begin_set_up(
    tx: &mut Tx<'_>,
    id: PaymentMethodId,
    customer: CustomerId,
    provider: &str,
    reference: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = (
        set_ups::set_up_id.eq(id.to_bytes()),
        set_ups::customer_id.eq(customer.to_bytes()),
        set_ups::provider.eq(provider.to_owned()),
        set_ups::provider_ref.eq(reference.to_owned()),
        set_ups::created_at.eq(now.as_micros()),
    );
    tx.insert(set_ups::table, row)
}

/// Whose the set-up is, and under which id its card is to be kept.
pub fn find_set_up(
    tx: &mut Tx<'_>,
    provider: &str,
    reference: &str,
) -> Result<Option<(PaymentMethodId, CustomerId)>, StoreError> {
    let found = tx
        .from(set_ups::table)
        .with(|all| {
            all.filter(set_ups::provider.eq(provider.to_owned()))
                .filter(set_ups::provider_ref.eq(reference.to_owned()))
                .select((set_ups::set_up_id, set_ups::customer_id))
        })
        .one::<(Vec<u8>, Vec<u8>)>()?;
    let broken = |_| StoreError::Broken("the id of a set-up".to_owned());
    found
        .map(|(id, customer)| {
            Ok((
                PaymentMethodId::try_from(id).map_err(broken)?,
                CustomerId::try_from(customer).map_err(broken)?,
            ))
        })
        .transpose()
}

/// The customer's set-ups that are under way: the provider's names for them, oldest first.
pub fn set_ups_of(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<(String, String)>, StoreError> {
    tx.from(set_ups::table)
        .with(|all| {
            all.filter(set_ups::customer_id.eq(customer.to_bytes()))
                .order(set_ups::created_at.asc())
                .limit(20)
                .select((set_ups::provider, set_ups::provider_ref))
        })
        .all()
}

/// Ends a set-up.
pub fn end_set_up(tx: &mut Tx<'_>, provider: &str, reference: &str) -> Result<(), StoreError> {
    tx.from(set_ups::table)
        .with(|all| {
            all.filter(set_ups::provider.eq(provider.to_owned()))
                .filter(set_ups::provider_ref.eq(reference.to_owned()))
        })
        .delete()
        .map(drop)
}

/// Forgets set-ups that were begun before this.
pub fn forget_old_set_ups(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), StoreError> {
    tx.from(set_ups::table)
        .with(|all| all.filter(set_ups::created_at.le(before.as_micros())))
        .delete()
        .map(drop)
}
