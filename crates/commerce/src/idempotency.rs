//! The first answer to a client's idempotency key, kept for a day and sealed (an answer may hold a token).
//!
//! A key is claimed before its request runs and holds the answer after. If the server dies between the two, the claim
//! ends by itself and the request runs again: what must happen once has a unique key of its own in the database.

use std::time::Duration;

use domain::ids::TenantId;
use store::idempotency::{self as rows, KeyRow};
use store::{StoreError, installation};

use crate::secrets::{OpaqueToken, hash_presented, sha256};
use crate::{Commerce, Shop};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);
/// How long a request may run before its key is free again, by the system's clock: longer than the server's time-out.
const CLAIM: Duration = Duration::from_mins(1);

/// What a key turned out to be.
#[derive(Clone, Debug)]
pub enum Begun {
    /// New, and now taken in this shop: run the request, then [`keep`] its answer or [`release`] the key.
    Fresh(TenantId),
    /// Known, with this answer.
    Known(Vec<u8>),
    /// Known, and its request is still running.
    Running,
    /// Known from another request.
    Reused,
    /// The token is nobody's; whoever handles the request will say so.
    Stranger,
}

/// Claims a key for a request with this token and fingerprint.
pub async fn begin(
    commerce: &Commerce,
    token: &str,
    key: &str,
    fingerprint: Vec<u8>,
) -> Result<Begun, StoreError> {
    let Some(tenant) = owner(commerce, token).await? else { return Ok(Begun::Stranger) };
    let scope = sha256(token.as_bytes());
    let system_now = commerce.system_now();
    let row = KeyRow {
        scope,
        idempotency_key: key.to_owned(),
        fingerprint,
        claimed_until: system_now.plus(CLAIM),
        answer: None,
        // By the shop's clock, once its transaction is open.
        expires_at: system_now,
    };
    let known = commerce
        .store()
        .write(tenant, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            let row = KeyRow { expires_at: now.plus(KEPT), ..row.clone() };
            let known =
                rows::find(tx, &row.scope, &row.idempotency_key)?.filter(|known| known.expires_at > now);
            let free = known
                .as_ref()
                .is_none_or(|known| known.answer.is_none() && known.claimed_until <= system_now);
            if known.as_ref().is_some_and(|known| known.fingerprint != row.fingerprint) {
                return Ok(Some(Begun::Reused));
            }
            if free {
                rows::claim(tx, row)?;
                return Ok(None);
            }
            Ok::<_, StoreError>(Some(match known.and_then(|known| known.answer) {
                Some(answer) => Begun::Known(answer),
                None => Begun::Running,
            }))
        })
        .await?;
    match known {
        None => Ok(Begun::Fresh(tenant)),
        Some(Begun::Known(sealed)) => {
            let answer = commerce
                .secrets()
                .open("idempotent answer", &sealed)
                .map_err(|error| StoreError::Broken(error.to_string()))?;
            Ok(Begun::Known(answer))
        }
        Some(other) => Ok(other),
    }
}

/// Keeps the answer for the next time.
pub async fn keep(
    commerce: &Commerce,
    tenant: TenantId,
    token: &str,
    key: &str,
    answer: &[u8],
) -> Result<(), StoreError> {
    let sealed = commerce.secrets().seal(commerce.chance(), "idempotent answer", answer);
    let (scope, key) = (sha256(token.as_bytes()), key.to_owned());
    commerce.store().write(tenant, move |tx| rows::keep(tx, &scope, &key, sealed.clone()).map(drop)).await
}

/// Frees the key: the request failed on our side.
pub async fn release(
    commerce: &Commerce,
    tenant: TenantId,
    token: &str,
    key: &str,
) -> Result<(), StoreError> {
    let (scope, key) = (sha256(token.as_bytes()), key.to_owned());
    commerce.store().write(tenant, move |tx| rows::release(tx, &scope, &key)).await
}

/// The shop that a token of any kind belongs to. Whether it is still good is found out by the request itself.
async fn owner(commerce: &Commerce, token: &str) -> Result<Option<TenantId>, StoreError> {
    if let Some(claims) = commerce.secrets().read_storefront_token(token) {
        return Ok(Some(claims.tenant));
    }
    let account = hash_presented(token, OpaqueToken::ACCOUNT);
    let staff = hash_presented(token, OpaqueToken::STAFF);
    let key = hash_presented(token, OpaqueToken::ADMIN_KEY);
    commerce
        .store()
        .read_installation(move |tx| {
            Ok(match (&account, &staff, &key) {
                (Some(hash), ..) => installation::find_session(tx, hash)?.map(|owner| owner.tenant),
                (_, Some(hash), _) => installation::find_staff_session(tx, hash)?.map(|owner| owner.tenant),
                (.., Some(hash)) => installation::find_admin_key(tx, hash)?.map(|owner| owner.tenant),
                _ => None,
            })
        })
        .await
}
