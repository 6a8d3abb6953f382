//! Storefront tokens and admin keys: issued, listed, revoked. Rule: a secret is shown once, when it is issued.

use domain::ids::{AdminKeyId, StorefrontTokenId};
use domain::tenants::ScopeSet;
use domain::time::Timestamp;
use serde::Serialize;
use store::Tx;
use store::tenants::{admin_keys as key_rows, storefront_tokens as token_rows};

use super::TenantError;
use crate::audit::{self, Actor, Change};
use crate::secrets::OpaqueToken;
use crate::staff::Administrator;
use crate::{Commerce, Shop};

/// What was issued.
pub(super) struct IssuedKey<I> {
    /// Its id.
    pub id: I,
    /// The secret.
    pub secret: String,
}

/// A key to issue.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// A name for people.
    pub name: String,
    /// When it ends, for storefront tokens.
    pub expires_at: Option<Timestamp>,
}

/// A storefront token as staff see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct StorefrontTokenEntry {
    pub id: StorefrontTokenId,
    pub name: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl From<token_rows::StorefrontToken> for StorefrontTokenEntry {
    fn from(row: token_rows::StorefrontToken) -> Self {
        Self {
            id: row.token_id,
            name: row.name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// An admin key as staff see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct AdminKeyEntry {
    pub id: AdminKeyId,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl From<key_rows::AdminKey> for AdminKeyEntry {
    fn from(row: key_rows::AdminKey) -> Self {
        Self {
            id: row.key_id,
            name: row.name,
            scopes: row.scopes.split(',').map(ToOwned::to_owned).collect(),
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// Issues a storefront token; the entry and the token itself.
pub async fn issue_storefront_token(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    new: NewKey,
) -> Result<(StorefrontTokenEntry, String), TenantError> {
    if new.expires_at.is_some_and(|end| end <= shop.now) {
        return Err(domain::fields::FieldErrors::one("expiresAt", "Must lie in the future.").into());
    }
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let issued = write_storefront_token(&handle, tx, &shop, &new.name, new.expires_at)?;
            let row = token_rows::find(tx, issued.id)?.ok_or(TenantError::NotFound)?;
            let entry = StorefrontTokenEntry::from(row);
            let change = Change {
                action: "token.issue",
                target_kind: "token",
                target_id: issued.id.to_string(),
                before: None,
                after: serde_json::to_value(&entry).ok(),
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok((entry, issued.secret))
        })
        .await
}

pub(super) fn write_storefront_token(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<IssuedKey<StorefrontTokenId>, TenantError> {
    let id = StorefrontTokenId::new(commerce.chance().uuid(shop.now));
    let secret = commerce.secrets().sign_storefront_token(shop.id, id, shop.now, expires_at)?;
    token_rows::insert(
        tx,
        token_rows::StorefrontToken {
            token_id: id,
            name: name.to_owned(),
            created_at: shop.now,
            expires_at,
            revoked_at: None,
        },
    )?;
    Ok(IssuedKey { id, secret })
}

/// A page of the shop's storefront tokens, newest first, and how many there are.
pub async fn storefront_tokens(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<StorefrontTokenEntry>, i64), TenantError> {
    let (rows, total) = commerce.store().read(shop.id, move |tx| token_rows::list(tx, offset, limit)).await?;
    Ok((rows.into_iter().map(Into::into).collect(), total))
}

/// Revokes a storefront token, at once and on every node: when this returns, none of them takes it any more.
pub async fn revoke_storefront_token(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: StorefrontTokenId,
) -> Result<(), TenantError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            if !token_rows::revoke(tx, id, shop.now)? {
                return Err(TenantError::NotFound);
            }
            let change = Change {
                action: "token.revoke",
                target_kind: "token",
                target_id: id.to_string(),
                before: None,
                after: None,
            };
            Ok::<_, TenantError>(audit::record(&handle, tx, shop.now, &actor, change)?)
        })
        .await?;
    // This process refuses it already; the others remember it no longer than this.
    commerce.store().heard_everywhere().await;
    Ok(())
}

/// Issues an admin key; the entry and the key itself. It can do no more than whoever issues it.
pub async fn issue_admin_key(
    commerce: &Commerce,
    by: &Administrator,
    name: String,
    scopes: ScopeSet,
) -> Result<(AdminKeyEntry, String), TenantError> {
    by.may_give(&scopes)?;
    let (handle, shop, actor) = (commerce.clone(), by.shop.clone(), by.actor.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let issued = write_admin_key(&handle, tx, &shop, &name, &scopes)?;
            let row = key_rows::find(tx, issued.id)?.ok_or(TenantError::NotFound)?;
            let entry = AdminKeyEntry::from(row);
            let change = Change {
                action: "admin-key.issue",
                target_kind: "admin-key",
                target_id: issued.id.to_string(),
                before: None,
                after: serde_json::to_value(&entry).ok(),
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok((entry, issued.secret))
        })
        .await
}

pub(super) fn write_admin_key(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    name: &str,
    scopes: &ScopeSet,
) -> Result<IssuedKey<AdminKeyId>, TenantError> {
    let id = AdminKeyId::new(commerce.chance().uuid(shop.now));
    let key = OpaqueToken::generate(commerce.chance(), OpaqueToken::ADMIN_KEY);
    key_rows::insert(
        tx,
        key_rows::AdminKey {
            key_id: id,
            name: name.to_owned(),
            scopes: scopes.to_stored(),
            key_hash: key.hash(),
            created_at: shop.now,
            revoked_at: None,
        },
    )?;
    Ok(IssuedKey { id, secret: key.reveal().to_owned() })
}

/// A page of the shop's admin keys, newest first, and how many there are.
pub async fn admin_keys(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<AdminKeyEntry>, i64), TenantError> {
    let (rows, total) = commerce.store().read(shop.id, move |tx| key_rows::list(tx, offset, limit)).await?;
    Ok((rows.into_iter().map(Into::into).collect(), total))
}

/// Revokes an admin key, at once and on every node.
pub async fn revoke_admin_key(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: AdminKeyId,
) -> Result<(), TenantError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            if !key_rows::revoke(tx, id, shop.now)? {
                return Err(TenantError::NotFound);
            }
            let change = Change {
                action: "admin-key.revoke",
                target_kind: "admin-key",
                target_id: id.to_string(),
                before: None,
                after: None,
            };
            Ok(audit::record(&handle, tx, shop.now, &actor, change)?)
        })
        .await
}
