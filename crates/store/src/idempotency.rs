//! Answers kept under a client's idempotency key. Rule: the first answer under a key stays; a later one can not overwrite it.

use diesel::prelude::*;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::idempotency_keys;
use crate::tx::Tx;

/// What a key stands for.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct KeyRow {
    /// Hash of the token that sent the key.
    pub scope: Vec<u8>,
    pub idempotency_key: String,
    /// Hash of the request: method, path and body.
    pub fingerprint: Vec<u8>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub claimed_until: Timestamp,
    /// The answer, sealed; absent while the request runs.
    pub answer: Option<Vec<u8>>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub expires_at: Timestamp,
}

/// What is kept under the key.
pub fn find(tx: &mut Tx<'_>, scope: &[u8], key: &str) -> Result<Option<KeyRow>, StoreError> {
    tx.from(idempotency_keys::table)
        .with(|all| {
            all.filter(idempotency_keys::scope.eq(scope.to_vec()))
                .filter(idempotency_keys::idempotency_key.eq(key.to_owned()))
                .select(KeyRow::as_select())
        })
        .one()
}

/// Claims a key, over whatever is kept under it.
pub fn claim(tx: &mut Tx<'_>, row: KeyRow) -> Result<(), StoreError> {
    tx.from(idempotency_keys::table)
        .with(|all| {
            all.filter(idempotency_keys::scope.eq(row.scope.clone()))
                .filter(idempotency_keys::idempotency_key.eq(row.idempotency_key.clone()))
        })
        .delete()?;
    tx.insert(idempotency_keys::table, row)
}

/// Keeps the answer of the request that claimed the key, unless it has one.
pub fn keep(tx: &mut Tx<'_>, scope: &[u8], key: &str, answer: Vec<u8>) -> Result<bool, StoreError> {
    let kept = tx
        .from(idempotency_keys::table)
        .with(|all| {
            all.filter(idempotency_keys::scope.eq(scope.to_vec()))
                .filter(idempotency_keys::idempotency_key.eq(key.to_owned()))
                .filter(idempotency_keys::answer.is_null())
        })
        .update(idempotency_keys::answer.eq(Some(answer)))?;
    Ok(kept == 1)
}

/// Gives a claim back: its request failed on our side and may be tried again.
pub fn release(tx: &mut Tx<'_>, scope: &[u8], key: &str) -> Result<(), StoreError> {
    tx.from(idempotency_keys::table)
        .with(|all| {
            all.filter(idempotency_keys::scope.eq(scope.to_vec()))
                .filter(idempotency_keys::idempotency_key.eq(key.to_owned()))
                .filter(idempotency_keys::answer.is_null())
        })
        .delete()
        .map(drop)
}

/// Forgets the keys that expired before `now`.
pub fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    tx.from(idempotency_keys::table)
        .with(|all| all.filter(idempotency_keys::expires_at.lt(now.as_micros())))
        .delete()
}
