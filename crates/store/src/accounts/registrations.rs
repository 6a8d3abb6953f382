//! What registrations asked for, until one of them is proved. Rule: a mailed token names the one it was mailed for.

use diesel::prelude::*;
use domain::ids::{CustomerId, RegistrationId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::registrations;
use crate::tx::Tx;

/// One registration with an address that nobody has proved yet.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields are those of the registration")]
pub struct Registration {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub registration_id: RegistrationId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub marketing: String,
    pub date_of_birth: Option<String>,
    pub password_hash: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Keeps a registration.
pub fn insert(tx: &mut Tx<'_>, registration: Registration) -> Result<(), StoreError> {
    tx.insert(registrations::table, registration)
}

/// The customer's registrations, the first one first. Their number is limited where they are made.
pub fn list(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Registration>, StoreError> {
    tx.from(registrations::table)
        .with(|all| {
            all.filter(registrations::customer_id.eq(customer.to_bytes()))
                .order((registrations::created_at.asc(), registrations::registration_id.asc()))
                .select(Registration::as_select())
        })
        .all()
}

/// Forgets the customer's registrations: one was proved, or none counts any more.
pub fn delete_all(tx: &mut Tx<'_>, customer: CustomerId) -> Result<usize, StoreError> {
    tx.from(registrations::table)
        .with(|all| all.filter(registrations::customer_id.eq(customer.to_bytes())))
        .delete()
}
