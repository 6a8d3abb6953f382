//! The customers of a shop. An address belongs to one customer of a shop at most.

use diesel::prelude::*;
use domain::ids::CustomerId;
use domain::text::searchable;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::customers;
use crate::tx::{Tx, exactly_one};

/// A customer's row. `email` and `password_hash` are absent once it has been erased.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are the published ones or say themselves")]
pub struct Customer {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    pub email: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub marketing: String,
    pub date_of_birth: Option<String>,
    pub password_hash: Option<String>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub email_verified_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
    pub version: i64,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub erased_at: Option<Timestamp>,
    /// The words by which staff find them, folded. Made anew at each write.
    pub search: String,
}

/// The customer with this id, erased ones included.
pub fn find(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<Customer>, StoreError> {
    tx.from(customers::table)
        .with(|all| all.filter(customers::customer_id.eq(id.to_bytes())).select(Customer::as_select()))
        .one()
}

/// The customer with this (normalised) address.
pub fn find_by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<Customer>, StoreError> {
    tx.from(customers::table)
        .with(|all| all.filter(customers::email.eq(email)).select(Customer::as_select()))
        .one()
}

/// Which customers to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Exactly this (normalised) address.
    pub email: Option<String>,
    /// Only those whose folded words match this pattern of `LIKE`, escaped by `\`.
    pub pattern: Option<String>,
    /// Rows to pass over.
    pub offset: i64,
    /// Rows to give at the most.
    pub limit: i64,
}

/// A page of the shop's customers, newest first, erased ones left out, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, search: &Search) -> Result<(Vec<Customer>, i64), StoreError> {
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching = $all.filter(customers::erased_at.is_null()).into_boxed();
            if let Some(email) = search.email.clone() {
                matching = matching.filter(customers::email.eq(email));
            }
            if let Some(pattern) = search.pattern.clone() {
                matching = matching.filter(customers::search.like(pattern).escape('\\'));
            }
            matching
        }};
    }
    let total = tx.from(customers::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(customers::table)
        .with(|all| {
            matching!(all)
                .order((customers::created_at.desc(), customers::customer_id.desc()))
                .offset(search.offset)
                .limit(search.limit)
                .select(Customer::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// The row with the words by which it is found.
fn findable(customer: Customer) -> Customer {
    let email = customer.email.as_deref().unwrap_or_default();
    Customer { search: searchable(&[&customer.first_name, &customer.last_name, email]), ..customer }
}

/// Adds a customer; [`StoreError::Duplicate`] where the shop knows the address already.
pub fn insert(tx: &mut Tx<'_>, customer: Customer) -> Result<(), StoreError> {
    tx.insert(customers::table, findable(customer))
}

/// Writes a customer's row anew.
pub fn update(tx: &mut Tx<'_>, customer: Customer) -> Result<(), StoreError> {
    let id = customer.customer_id.to_bytes();
    exactly_one(
        tx.from(customers::table)
            .with(|all| all.filter(customers::customer_id.eq(id)))
            .update(findable(customer))?,
    )
}
