//! Wishes to hear a shop's news that wait for their mail to be opened.

use diesel::prelude::*;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::opt_ins;
use crate::tx::Tx;

/// A wish, found by the hash of the token that was mailed.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = opt_ins)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OptIn {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    pub email: String,
    pub first_name: Option<String>,
    /// As a subscriber's.
    pub topics: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub expires_at: Timestamp,
}

/// Keeps a wish whose token is about to be mailed.
pub fn insert(tx: &mut Tx<'_>, opt_in: OptIn) -> Result<(), StoreError> {
    tx.insert(opt_ins::table, opt_in)
}

/// The wish whose token has this hash.
pub fn find(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<OptIn>, StoreError> {
    tx.from(opt_ins::table)
        .with(|all| all.filter(opt_ins::token_hash.eq(hash.to_vec())).select(OptIn::as_select()))
        .one()
}

/// When mails for this address were asked for, the last one first, from `since` on.
pub fn times(tx: &mut Tx<'_>, email: &str, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
    let times = tx
        .from(opt_ins::table)
        .with(|all| {
            all.filter(opt_ins::email.eq(email))
                .filter(opt_ins::created_at.ge(since.as_micros()))
                .order(opt_ins::created_at.desc())
                .select(opt_ins::created_at)
        })
        .all::<i64>()?;
    Ok(times.into_iter().map(Timestamp::from_micros).collect())
}

/// Forgets all wishes for an address.
pub fn delete_all(tx: &mut Tx<'_>, email: &str) -> Result<usize, StoreError> {
    tx.from(opt_ins::table).with(|all| all.filter(opt_ins::email.eq(email))).delete()
}

/// Forgets the wishes that expired before `now`.
pub fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    tx.from(opt_ins::table).with(|all| all.filter(opt_ins::expires_at.lt(now.as_micros()))).delete()
}
