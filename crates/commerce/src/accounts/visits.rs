//! Storefront tokens and shops that this process has looked up. Rule: what is remembered of one counts only while the
//! shop's stamp is current, so that a revoked token or a changed setting is known here as soon as the change is; that a
//! token was signed by this installation stays true for ever.

use std::sync::Arc;

use domain::ids::{StorefrontTokenId, TenantId};
use domain::tenants::Settings;
use domain::time::Timestamp;
use quick_cache::sync::Cache;
use store::tenants::{shops, storefront_tokens};
use store::{Stamp, StoreError, Tx};

use super::{AccountError, Visit};
use crate::secrets::StorefrontClaims;
use crate::{Commerce, Shop};

/// How many tokens and how many shops are remembered.
const REMEMBERED: usize = 4096;
/// No token that was signed here is longer.
const LONGEST_TOKEN: usize = 1024;

/// What is remembered.
pub(crate) struct Visits {
    tokens: Cache<Box<str>, Arc<Known>>,
    shops: Cache<TenantId, Arc<SeenShop>>,
}

/// A token with this installation's signature.
struct Known {
    claims: StorefrontClaims,
    /// Set where it was good when it was looked up.
    good: Option<Good>,
}

struct Good {
    stamp: Stamp,
    shop: Arc<SeenShop>,
    expires_at: Option<Timestamp>,
}

/// A shop as it was under a stamp.
struct SeenShop {
    stamp: Stamp,
    shop: Shop,
    clock_at: Option<Timestamp>,
}

impl Default for Visits {
    fn default() -> Self {
        Self { tokens: Cache::new(REMEMBERED), shops: Cache::new(REMEMBERED) }
    }
}

/// A visit as far as it is known without a look into the database.
#[derive(Clone, Copy, Debug)]
pub struct Glance {
    /// The shop.
    pub tenant: TenantId,
    /// The storefront token that opened it.
    pub token: StorefrontTokenId,
    /// Under which the shop's answers may be remembered.
    pub stamp: Stamp,
}

impl Good {
    fn is_current(&self, commerce: &Commerce, tenant: TenantId) -> bool {
        let is_past = |end| end <= self.shop.clock_at.unwrap_or_else(|| commerce.system_now());
        commerce.store().versions().is_current(tenant, self.stamp) && !self.expires_at.is_some_and(is_past)
    }
}

impl SeenShop {
    fn now(&self, commerce: &Commerce) -> Shop {
        Shop { now: self.clock_at.unwrap_or_else(|| commerce.system_now()), ..self.shop.clone() }
    }
}

/// The visit of a token that was looked up before, if nothing has changed since.
#[must_use]
pub fn glance(commerce: &Commerce, token: &str) -> Option<Glance> {
    let known = commerce.visits().tokens.get(token)?;
    let good = known.good.as_ref()?;
    let StorefrontClaims { tenant, token } = known.claims;
    good.is_current(commerce, tenant).then_some(Glance { tenant, token, stamp: good.stamp })
}

/// The shop that a storefront token names, without asking whether the token is still good.
#[must_use]
pub fn shop_named_by(commerce: &Commerce, token: &str) -> Option<TenantId> {
    let known = commerce.visits().tokens.get(token).map(|known| known.claims);
    known.or_else(|| commerce.secrets().read_storefront_token(token)).map(|claims| claims.tenant)
}

/// Finds the shop that a presented storefront token opens.
///
/// # Errors
/// [`AccountError::Unauthenticated`] for a token that is forged, revoked, expired, or of another installation.
pub async fn authenticate_visit(commerce: &Commerce, token: &str) -> Result<Visit, AccountError> {
    let known = commerce.visits().tokens.get(token);
    let claims = match &known {
        Some(known) => known.claims,
        None => commerce.secrets().read_storefront_token(token).ok_or(AccountError::Unauthenticated)?,
    };
    let StorefrontClaims { tenant, token: id } = claims;
    let remembered = known.as_ref().and_then(|known| known.good.as_ref());
    if let Some(good) = remembered.filter(|good| good.is_current(commerce, tenant)) {
        return Ok(Visit { shop: good.shop.now(commerce), token: id });
    }
    let system_now = commerce.system_now();
    let stamp = commerce.store().versions().stamp(tenant);
    let found = commerce
        .store()
        .read(tenant, move |tx| {
            let (shop, clock_at) = find_shop(tx, system_now)?.ok_or(AccountError::Unauthenticated)?;
            let issued = storefront_tokens::find(tx, id)?.ok_or(AccountError::Unauthenticated)?;
            if issued.revoked_at.is_some() || issued.expires_at.is_some_and(|end| end <= shop.now) {
                return Err(AccountError::Unauthenticated);
            }
            Ok((shop, clock_at, issued.expires_at))
        })
        .await;
    let (shop, clock_at, expires_at) = match found {
        Ok(found) => found,
        Err(error) => {
            // The signature was the dear part of it; it need not be checked again to refuse the token again.
            commerce.visits().remember(token, Known { claims, good: None });
            return Err(error);
        }
    };
    let good = stamp.map(|stamp| {
        let seen = commerce.visits().remember_shop(SeenShop { stamp, shop: shop.clone(), clock_at });
        Good { stamp, shop: seen, expires_at }
    });
    commerce.visits().remember(token, Known { claims, good });
    Ok(Visit { shop, token: id })
}

/// The shop as it is now.
pub(crate) async fn shop_of(commerce: &Commerce, tenant: TenantId) -> Result<Option<Shop>, StoreError> {
    if let Some(seen) = commerce.visits().current_shop(commerce, tenant) {
        return Ok(Some(seen.now(commerce)));
    }
    let system_now = commerce.system_now();
    let stamp = commerce.store().versions().stamp(tenant);
    let found = commerce.store().read(tenant, move |tx| find_shop(tx, system_now)).await?;
    if let (Some(stamp), Some((shop, clock_at))) = (stamp, &found) {
        commerce.visits().remember_shop(SeenShop { stamp, shop: shop.clone(), clock_at: *clock_at });
    }
    Ok(found.map(|(shop, _)| shop))
}

/// The shop's settings as they are now, if they are known without a look into the database.
pub(crate) fn settings_at_hand(commerce: &Commerce, tenant: TenantId) -> Option<Arc<Settings>> {
    commerce.visits().current_shop(commerce, tenant).map(|seen| seen.shop.settings.clone())
}

fn find_shop(
    tx: &mut Tx<'_>,
    system_now: Timestamp,
) -> Result<Option<(Shop, Option<Timestamp>)>, StoreError> {
    let Some(row) = shops::find(tx)? else { return Ok(None) };
    let clock_at = row.clock_at;
    Ok(Some((Shop::from_row(row, system_now)?, clock_at)))
}

impl Visits {
    fn remember(&self, token: &str, known: Known) {
        if token.len() <= LONGEST_TOKEN {
            self.tokens.insert(token.into(), Arc::new(known));
        }
    }

    fn remember_shop(&self, seen: SeenShop) -> Arc<SeenShop> {
        let seen = Arc::new(seen);
        self.shops.insert(seen.shop.id, seen.clone());
        seen
    }

    fn current_shop(&self, commerce: &Commerce, tenant: TenantId) -> Option<Arc<SeenShop>> {
        let seen = self.shops.get(&tenant)?;
        commerce.store().versions().is_current(tenant, seen.stamp).then_some(seen)
    }
}
