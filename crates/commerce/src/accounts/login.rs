//! Signing in. Rule: an unknown address and a wrong password cost the same work and get the same answer.

use domain::accounts::{Email, PasswordText};
use domain::ids::{CartId, SessionId};
use domain::time::Timestamp;
use store::Tx;
use store::accounts::customers::{self, Customer};
use store::accounts::sessions::{self, Session};

use super::throttle::{self, Buckets};
use super::{AccountError, Client, Details, SESSION_IDLE, details_of};
use crate::carts::{self, CartError};
use crate::secrets::OpaqueToken;
use crate::{Commerce, Shop};

/// An attempt to sign in.
#[derive(Clone)]
pub struct LogIn {
    /// Whose account.
    pub email: Email,
    /// The password as it was typed.
    pub password: PasswordText,
    /// What an earlier sign-in gave to this device.
    pub device_token: Option<String>,
    /// A guest's cart to take over.
    pub cart: Option<CartId>,
    /// Where it comes from.
    pub client: Client,
}

/// A new session.
pub struct LoggedIn {
    /// The account token, shown this once.
    pub token: String,
    /// When the session ends if it is not used.
    pub expires_at: Timestamp,
    /// Marks this device as known to the account ([`throttle`](super::throttle)).
    pub device_token: String,
    /// The customer.
    pub details: Details,
}

/// Signs a customer in.
pub async fn log_in(commerce: &Commerce, shop: &Shop, attempt: LogIn) -> Result<LoggedIn, AccountError> {
    let buckets = Buckets::of(
        commerce,
        shop.id,
        attempt.email.as_str(),
        attempt.client.ip,
        attempt.device_token.as_deref(),
    );
    let customer = admit(commerce, shop, &buckets, attempt.email.clone()).await?;
    let stored = customer.as_ref().and_then(|row| row.password_hash.clone());
    let matches = commerce.passwords().verify(attempt.password.clone(), stored.clone()).await?;
    let (Some(customer), Some(stored), true) = (customer, stored, matches) else {
        let now = shop.now;
        commerce.store().write(shop.id, move |tx| throttle::failed(tx, &buckets, now)).await?;
        return Err(AccountError::InvalidCredentials);
    };
    let better = commerce.passwords().rehash_if_outdated(&stored, attempt.password).await?;
    let (handle, shop_here, client, cart) = (commerce.clone(), shop.clone(), attempt.client, attempt.cart);
    commerce
        .store()
        .write(shop.id, move |tx| {
            // While the password was hashed the account may have changed: a reset must shut out the old password.
            let mut row =
                customers::find(tx, customer.customer_id)?.ok_or(AccountError::InvalidCredentials)?;
            if row.password_hash.as_ref() != Some(&stored) {
                return Err(AccountError::InvalidCredentials);
            }
            throttle::succeeded(tx, &buckets, shop_here.now)?;
            if row.email_verified_at.is_none() {
                return Ok(Err(AccountError::EmailUnverified));
            }
            if let Some(better) = &better {
                row.password_hash = Some(better.clone());
                customers::update(tx, row.clone())?;
            }
            if let Some(cart) = cart {
                take_over_cart(&handle, tx, &shop_here, &row, cart)?;
            }
            begin_session(&handle, tx, &shop_here, &row, &client).map(Ok)
        })
        .await?
}

/// A guest's cart that can not be taken over is left as it is: that is no reason to refuse a sign-in.
fn take_over_cart(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: &Customer,
    cart: CartId,
) -> Result<(), AccountError> {
    match carts::take_over_at_login(commerce, tx, shop, customer, cart) {
        Err(CartError::Store(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

async fn admit(
    commerce: &Commerce,
    shop: &Shop,
    buckets: &Buckets,
    email: Email,
) -> Result<Option<Customer>, AccountError> {
    let (buckets, now) = (buckets.clone(), shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            throttle::admit(tx, &buckets, now)?;
            Ok(customers::find_by_email(tx, email.as_str())?)
        })
        .await
}

/// Begins a session for a customer within the caller's transaction.
pub(super) fn begin_session(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: &Customer,
    client: &Client,
) -> Result<LoggedIn, AccountError> {
    let token = OpaqueToken::generate(commerce.chance(), OpaqueToken::ACCOUNT);
    sessions::insert(
        tx,
        Session {
            session_id: SessionId::new(commerce.chance().uuid(shop.now)),
            customer_id: customer.customer_id,
            token_hash: token.hash(),
            device: client.device.as_ref().map(|device| device.as_str().to_owned()),
            ip_address: client.ip.to_string(),
            created_at: shop.now,
            last_used_at: shop.now,
        },
    )?;
    let account = customer.email.as_deref().unwrap_or_default();
    Ok(LoggedIn {
        token: token.reveal().to_owned(),
        expires_at: shop.now.plus(SESSION_IDLE),
        device_token: commerce.secrets().device_token(commerce.chance(), shop.id, account),
        details: details_of(tx, customer)?,
    })
}
