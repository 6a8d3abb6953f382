//! Tokens that show one draft to whoever holds one. Only their hashes are stored.

use diesel::prelude::*;
use domain::ids::EntryId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::preview_tokens;
use crate::tx::Tx;

/// One token.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = preview_tokens)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PreviewToken {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub entry_id: EntryId,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub expires_at: Timestamp,
}

/// Keeps a new token.
pub fn insert(tx: &mut Tx<'_>, token: PreviewToken) -> Result<(), StoreError> {
    tx.insert(preview_tokens::table, token)
}

/// The token with this hash, expired or not.
pub fn find(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<PreviewToken>, StoreError> {
    tx.from(preview_tokens::table)
        .with(|all| {
            all.filter(preview_tokens::token_hash.eq(hash.to_vec())).select(PreviewToken::as_select())
        })
        .one()
}

/// How many tokens an entry has.
pub fn count(tx: &mut Tx<'_>, entry: EntryId) -> Result<i64, StoreError> {
    let count = tx
        .from(preview_tokens::table)
        .with(|all| all.filter(preview_tokens::entry_id.eq(entry.to_bytes())).count())
        .one::<i64>()?;
    Ok(count.unwrap_or(0))
}

/// Removes all tokens of an entry.
pub fn delete_all(tx: &mut Tx<'_>, entry: EntryId) -> Result<usize, StoreError> {
    tx.from(preview_tokens::table)
        .with(|all| all.filter(preview_tokens::entry_id.eq(entry.to_bytes())))
        .delete()
}

/// Removes the tokens that have expired.
pub fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    tx.from(preview_tokens::table)
        .with(|all| all.filter(preview_tokens::expires_at.le(now.as_micros())))
        .delete()
}
