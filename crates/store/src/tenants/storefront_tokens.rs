//! Storefront tokens that were issued. The JWT itself is signed, not stored; the row is what makes it revocable.

use diesel::prelude::*;
use domain::ids::StorefrontTokenId;
use domain::time::Timestamp;

use crate::changes;
use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::storefront_tokens;
use crate::tx::Tx;

/// One issued token.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct StorefrontToken {
    /// The JWT's `jti`.
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub token_id: StorefrontTokenId,
    pub name: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub expires_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub revoked_at: Option<Timestamp>,
}

/// Notes an issued token.
pub fn insert(tx: &mut Tx<'_>, token: StorefrontToken) -> Result<(), StoreError> {
    tx.insert(storefront_tokens::table, token)
}

/// The token with this `jti`.
pub fn find(tx: &mut Tx<'_>, id: StorefrontTokenId) -> Result<Option<StorefrontToken>, StoreError> {
    tx.from(storefront_tokens::table)
        .with(|all| {
            all.filter(storefront_tokens::token_id.eq(id.to_bytes())).select(StorefrontToken::as_select())
        })
        .one()
}

/// A page of the shop's tokens, newest first, and how many there are.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<StorefrontToken>, i64), StoreError> {
    let total = tx.from(storefront_tokens::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(storefront_tokens::table)
        .with(|all| {
            all.order((storefront_tokens::created_at.desc(), storefront_tokens::token_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(StorefrontToken::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Revokes a token that is not revoked yet; tells whether there was one.
pub fn revoke(tx: &mut Tx<'_>, id: StorefrontTokenId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .from(storefront_tokens::table)
        .with(|all| {
            all.filter(storefront_tokens::token_id.eq(id.to_bytes()))
                .filter(storefront_tokens::revoked_at.is_null())
        })
        .update(storefront_tokens::revoked_at.eq(Some(now.as_micros())))?;
    if changed == 1 {
        // Nodes remember good tokens until the shop changes.
        changes::record_site(tx)?;
    }
    Ok(changed == 1)
}
