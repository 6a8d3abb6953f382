//! Addresses that get no marketing mail. Rule: only a keyed hash stands here, so that the list can outlive the person's
//! data.

use diesel::prelude::*;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::suppressions;
use crate::tx::Tx;

/// One address, as a hash.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = suppressions)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Suppression {
    pub address_hash: Vec<u8>,
    /// `unsubscribed`, `erased` or `staff`.
    pub reason: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Whether the address is on the list.
pub fn holds(tx: &mut Tx<'_>, hash: &[u8]) -> Result<bool, StoreError> {
    let found = tx
        .from(suppressions::table)
        .with(|all| all.filter(suppressions::address_hash.eq(hash.to_vec())).select(suppressions::created_at))
        .one::<i64>()?;
    Ok(found.is_some())
}

/// Puts an address on the list, unless it is there; tells whether it was new.
pub fn put(tx: &mut Tx<'_>, suppression: Suppression) -> Result<bool, StoreError> {
    if holds(tx, &suppression.address_hash)? {
        return Ok(false);
    }
    tx.insert(suppressions::table, suppression)?;
    Ok(true)
}

/// Takes an address off the list; tells whether it was there.
pub fn lift(tx: &mut Tx<'_>, hash: &[u8]) -> Result<bool, StoreError> {
    let lifted = tx
        .from(suppressions::table)
        .with(|all| all.filter(suppressions::address_hash.eq(hash.to_vec())))
        .delete()?;
    Ok(lifted > 0)
}

/// How many addresses are on the list.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx.from(suppressions::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0))
}
