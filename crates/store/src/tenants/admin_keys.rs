//! Keys to the admin API, for programs.

use diesel::prelude::*;
use domain::ids::AdminKeyId;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::admin_keys;
use crate::tx::Tx;

/// One key.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct AdminKey {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub key_id: AdminKeyId,
    pub name: String,
    /// What it may do; `domain::tenants::ScopeSet`.
    pub scopes: String,
    /// SHA-256 of the key.
    pub key_hash: Vec<u8>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub revoked_at: Option<Timestamp>,
}

/// Keeps a new key.
pub fn insert(tx: &mut Tx<'_>, key: AdminKey) -> Result<(), StoreError> {
    tx.insert(admin_keys::table, key)
}

/// The key with this id.
pub fn find(tx: &mut Tx<'_>, id: AdminKeyId) -> Result<Option<AdminKey>, StoreError> {
    tx.from(admin_keys::table)
        .with(|all| all.filter(admin_keys::key_id.eq(id.to_bytes())).select(AdminKey::as_select()))
        .one()
}

/// A page of the shop's keys, newest first, and how many there are.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<AdminKey>, i64), StoreError> {
    let total = tx.from(admin_keys::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(admin_keys::table)
        .with(|all| {
            all.order((admin_keys::created_at.desc(), admin_keys::key_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(AdminKey::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Revokes a key that is not revoked yet; tells whether there was one.
pub fn revoke(tx: &mut Tx<'_>, id: AdminKeyId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .from(admin_keys::table)
        .with(|all| all.filter(admin_keys::key_id.eq(id.to_bytes())).filter(admin_keys::revoked_at.is_null()))
        .update(admin_keys::revoked_at.eq(Some(now.as_micros())))?;
    Ok(changed == 1)
}
