//! A customer's address book.

use diesel::prelude::*;
use domain::ids::{AddressId, CustomerId};
use domain::time::Timestamp;

use crate::columns::{Flag, Micros};
use crate::error::StoreError;
use crate::schema::addresses;
use crate::tx::{Tx, exactly_one};

/// One address.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = addresses, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are the published ones or say themselves")]
pub struct AddressRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub address_id: AddressId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub county: Option<String>,
    pub postcode: String,
    pub country: String,
    pub phone: Option<String>,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub is_default_shipping: bool,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub is_default_billing: bool,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// The customer's addresses, oldest first.
pub fn list(tx: &mut Tx<'_>, customer: CustomerId, limit: i64) -> Result<Vec<AddressRow>, StoreError> {
    tx.from(addresses::table)
        .with(|all| {
            all.filter(addresses::customer_id.eq(customer.to_bytes()))
                .order((addresses::created_at.asc(), addresses::address_id.asc()))
                .limit(limit)
                .select(AddressRow::as_select())
        })
        .all()
}

/// The address with this id, if it is the customer's.
pub fn find(tx: &mut Tx<'_>, customer: CustomerId, id: AddressId) -> Result<Option<AddressRow>, StoreError> {
    tx.from(addresses::table)
        .with(|all| {
            all.filter(addresses::address_id.eq(id.to_bytes()))
                .filter(addresses::customer_id.eq(customer.to_bytes()))
                .select(AddressRow::as_select())
        })
        .one()
}

/// Adds an address.
pub fn insert(tx: &mut Tx<'_>, address: AddressRow) -> Result<(), StoreError> {
    tx.insert(addresses::table, address)
}

/// Writes an address anew.
pub fn update(tx: &mut Tx<'_>, address: AddressRow) -> Result<(), StoreError> {
    let id = address.address_id.to_bytes();
    exactly_one(
        tx.from(addresses::table).with(|all| all.filter(addresses::address_id.eq(id))).update(address)?,
    )
}

/// Takes the default away from the customer's other addresses: one is the default at the most.
pub fn clear_defaults(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    but: AddressId,
    shipping: bool,
    billing: bool,
) -> Result<(), StoreError> {
    if shipping {
        tx.from(addresses::table)
            .with(|all| {
                all.filter(addresses::customer_id.eq(customer.to_bytes()))
                    .filter(addresses::address_id.ne(but.to_bytes()))
            })
            .update(addresses::is_default_shipping.eq(0))?;
    }
    if billing {
        tx.from(addresses::table)
            .with(|all| {
                all.filter(addresses::customer_id.eq(customer.to_bytes()))
                    .filter(addresses::address_id.ne(but.to_bytes()))
            })
            .update(addresses::is_default_billing.eq(0))?;
    }
    Ok(())
}

/// Removes an address of the customer's; tells whether there was one.
pub fn delete(tx: &mut Tx<'_>, customer: CustomerId, id: AddressId) -> Result<bool, StoreError> {
    let deleted = tx
        .from(addresses::table)
        .with(|all| {
            all.filter(addresses::address_id.eq(id.to_bytes()))
                .filter(addresses::customer_id.eq(customer.to_bytes()))
        })
        .delete()?;
    Ok(deleted > 0)
}

/// Removes all addresses of the customer.
pub fn delete_all(tx: &mut Tx<'_>, customer: CustomerId) -> Result<usize, StoreError> {
    tx.from(addresses::table).with(|all| all.filter(addresses::customer_id.eq(customer.to_bytes()))).delete()
}

/// Gives all addresses of one customer to another (a merge); they lose their place as defaults.
pub fn give_all(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<usize, StoreError> {
    tx.from(addresses::table).with(|all| all.filter(addresses::customer_id.eq(from.to_bytes()))).update((
        addresses::customer_id.eq(to.to_bytes()),
        addresses::is_default_shipping.eq(0),
        addresses::is_default_billing.eq(0),
    ))
}
