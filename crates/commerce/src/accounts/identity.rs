//! Who is calling. Rule: every account request reads its session's row; nothing remembers it from one request to the
//! next, so that a logout holds everywhere at once.

use std::time::Duration;

use domain::carts::Contact;
use domain::ids::{CustomerId, SessionId, StorefrontTokenId, TenantId};
use domain::time::Timestamp;
use store::accounts::customers::Customer;
use store::accounts::sessions::{self, Session};
use store::{InstallationTx, StoreError, installation, subscriptions};

use super::visits::{authenticate_visit, shop_of};
use super::{AccountError, SESSION_IDLE, SESSION_LIFE};
use crate::secrets::{OpaqueToken, hash_presented};
use crate::{Commerce, Shop};

/// A session's last use is written down when it is this much older than the stored one: not at every request.
const TOUCH_EVERY: Duration = Duration::from_mins(5);

/// A customer, signed in on one device.
#[derive(Clone)]
pub struct SignedIn {
    /// The shop.
    pub tenant: TenantId,
    /// The customer.
    pub customer: CustomerId,
    /// This device's session.
    pub session: SessionId,
    /// The time on the shop's clock.
    pub now: Timestamp,
    row: Customer,
}

impl SignedIn {
    /// The customer's row as it stood when the request came in.
    pub(crate) fn row(&self) -> &Customer {
        &self.row
    }

    /// Who buys, where the customer does.
    pub(crate) fn contact(&self) -> Contact {
        contact_of(&self.row)
    }

    /// The name under which others may see the customer: the first name, and the initial of the last.
    #[must_use]
    pub fn shown_name(&self) -> String {
        let initial =
            self.row.last_name.chars().next().map(|initial| format!(" {initial}.")).unwrap_or_default();
        format!("{}{initial}", self.row.first_name)
    }
}

/// Who buys, where this customer does.
pub(crate) fn contact_of(row: &Customer) -> Contact {
    Contact {
        email: row.email.clone().unwrap_or_default(),
        first_name: Some(row.first_name.clone()),
        last_name: Some(row.last_name.clone()),
        phone: row.phone.clone(),
        date_of_birth: row.date_of_birth.clone(),
    }
}

/// Somebody on a shop's pages.
#[derive(Clone)]
pub struct Visit {
    /// The shop.
    pub shop: Shop,
    /// The storefront token that opened it.
    pub token: StorefrontTokenId,
}

/// Somebody who looks round a shop, signed in or not.
#[derive(Clone)]
pub struct Shopper {
    /// The shop.
    pub shop: Shop,
    /// Who it is, if they have signed in.
    pub customer: Option<SignedIn>,
    /// The storefront token that opened the shop, if it was one.
    pub token: Option<StorefrontTokenId>,
    /// Whether they have an active subscription, and so a subscriber's prices and goods.
    pub is_subscriber: bool,
}

/// Finds who a presented token of either kind is.
///
/// # Errors
/// [`AccountError::Unauthenticated`] as in [`authenticate`] and [`authenticate_visit`].
pub async fn authenticate_shopper(commerce: &Commerce, token: &str) -> Result<Shopper, AccountError> {
    if !token.starts_with(OpaqueToken::ACCOUNT) {
        let visit = authenticate_visit(commerce, token).await?;
        return Ok(Shopper {
            shop: visit.shop,
            customer: None,
            token: Some(visit.token),
            is_subscriber: false,
        });
    }
    let who = authenticate(commerce, token).await?;
    let shop = shop_of(commerce, who.tenant).await?.ok_or(AccountError::Unauthenticated)?;
    let (tenant, customer) = (who.tenant, who.customer);
    let is_subscriber = commerce
        .store()
        .look_up(move |tx| subscriptions::is_subscriber(&mut tx.tenant(tenant), customer))
        .await
        .map_err(AccountError::from)?;
    Ok(Shopper { shop, customer: Some(who), token: None, is_subscriber })
}

/// Finds whose session a presented account token is.
///
/// # Errors
/// [`AccountError::Unauthenticated`] for everything that is not a live session's token.
pub async fn authenticate(commerce: &Commerce, token: &str) -> Result<SignedIn, AccountError> {
    let hash = hash_presented(token, OpaqueToken::ACCOUNT).ok_or(AccountError::Unauthenticated)?;
    let system_now = commerce.system_now();
    let (signed_in, last_used_at) = commerce
        .store()
        .look_up(move |tx| {
            let found = installation::find_signed_in(tx, &hash)?.ok_or(AccountError::Unauthenticated)?;
            let (session, row) = found.row;
            let now = found.clock_at.unwrap_or(system_now);
            if !is_live(&session, now) {
                return Err(AccountError::Unauthenticated);
            }
            let Session { session_id, customer_id, last_used_at, .. } = session;
            let signed_in =
                SignedIn { tenant: found.tenant, customer: customer_id, session: session_id, now, row };
            Ok((signed_in, last_used_at))
        })
        .await?;
    if signed_in.now.since(last_used_at) >= TOUCH_EVERY {
        let (session, now) = (signed_in.session, signed_in.now);
        let noted =
            commerce.store().write(signed_in.tenant, move |tx| sessions::touch(tx, session, now)).await;
        if let Err(error) = noted {
            let error: StoreError = error;
            tracing::warn!(error = %error, "a session's last use was not noted");
        }
    }
    Ok(signed_in)
}

/// The session that a token's hash names, unless it has expired by the shop's clock.
pub(super) fn live_session(
    tx: &mut InstallationTx<'_>,
    hash: &[u8],
    system_now: Timestamp,
) -> Result<Option<(TenantId, Timestamp, Session)>, StoreError> {
    let found = installation::find_session(tx, hash)?;
    Ok(found.and_then(|owner| {
        let now = owner.clock_at.unwrap_or(system_now);
        is_live(&owner.row, now).then_some((owner.tenant, now, owner.row))
    }))
}

/// Whether a session has not expired. Expired ones stay as rows until the next sweep.
pub(super) fn is_live(session: &Session, now: Timestamp) -> bool {
    now.since(session.last_used_at) < SESSION_IDLE && now.since(session.created_at) < SESSION_LIFE
}
