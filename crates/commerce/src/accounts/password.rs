//! Forgetting and changing passwords.

use std::time::Duration;

use domain::accounts::{Email, PasswordText};
use domain::fields::FieldErrors;
use domain::ids::CustomerId;
use domain::time::Timestamp;
use store::accounts::{customers, mail_tokens as token_rows, registrations, sessions};
use store::{StoreError, Tx};
use url::Url;

use super::mail_tokens::{self, Purpose};
use super::register::{bring_into_force, check_guessable};
use super::throttle::{self, Buckets};
use super::{AccountError, Client, SignedIn, email_of, present};
use crate::mails::{self, Letter};
use crate::{Commerce, Shop, messaging};

/// At most one mail of a kind to one customer in this time (contract, section 2).
const MAIL_EVERY: Duration = Duration::from_mins(2);

/// Whether the customer was mailed a token for this purpose a moment ago.
pub(super) fn mailed_lately(
    tx: &mut Tx<'_>,
    now: Timestamp,
    customer: CustomerId,
    purpose: Purpose,
) -> Result<bool, StoreError> {
    let last = token_rows::last_sent(tx, customer, purpose.as_str())?;
    Ok(last.is_some_and(|last| now.since(last) < MAIL_EVERY))
}

/// Mails a token that lets its owner choose a new password, if the address has an account. Says nothing either way.
pub async fn request_reset(
    commerce: &Commerce,
    shop: &Shop,
    email: Email,
    return_url: Option<Url>,
) -> Result<(), AccountError> {
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| mail_reset(&handle, tx, &shop_here, &email, return_url.as_ref()))
        .await?;
    commerce.wake_jobs();
    Ok(())
}

fn mail_reset(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    email: &Email,
    return_url: Option<&Url>,
) -> Result<(), StoreError> {
    let Some(customer) = customers::find_by_email(tx, email.as_str())? else { return Ok(()) };
    if mailed_lately(tx, shop.now, customer.customer_id, Purpose::Reset)? {
        return Ok(());
    }
    let token = mail_tokens::issue(commerce, tx, shop.now, customer.customer_id, Purpose::Reset, email)?;
    let letter =
        Letter::ResetPassword { first_name: customer.first_name, token, return_url: return_url.cloned() };
    mails::post(commerce, tx, shop, Some(customer.customer_id), email, &letter)
}

/// A new password, by a mailed token.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ResetPassword {
    pub token: String,
    pub password: PasswordText,
}

/// Sets a new password by a mailed token: proves the address, and ends every session of the customer.
pub async fn reset_password(
    commerce: &Commerce,
    shop: &Shop,
    form: ResetPassword,
) -> Result<(), AccountError> {
    // Looked at before anything is hashed, so that a bad token costs no work.
    let (token, now) = (form.token.clone(), shop.now);
    let customer = commerce
        .store()
        .read(shop.id, move |tx| {
            let found =
                mail_tokens::find(tx, now, &token, &[Purpose::Reset])?.ok_or(AccountError::InvalidToken)?;
            customers::find(tx, found.customer_id)?.ok_or(AccountError::InvalidToken)
        })
        .await?;
    let known = [customer.email.unwrap_or_default(), customer.first_name, customer.last_name];
    check_guessable(commerce, form.password.clone(), known).await?;
    let hash = commerce.passwords().hash(form.password).await?;
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let proof = mail_tokens::find(tx, shop_here.now, &form.token, &[Purpose::Reset])?
                .ok_or(AccountError::InvalidToken)?;
            let mut row = customers::find(tx, proof.customer_id)?.ok_or(AccountError::InvalidToken)?;
            if row.email.as_deref() != Some(&proof.email) {
                // The address that the token was mailed to is not the account's any more.
                return Err(AccountError::InvalidToken);
            }
            // A pending change of address was asked for under the old password: it falls too.
            token_rows::delete_all(tx, row.customer_id, &[])?;
            sessions::delete_all(tx, row.customer_id, None)?;
            let before = row.clone();
            if row.email_verified_at.is_none() {
                let waiting = registrations::list(tx, row.customer_id)?;
                let only = (waiting.len() == 1).then(|| waiting[0].registration_id.to_bytes());
                bring_into_force(tx, &mut row, only.as_deref())?;
                row.email_verified_at = Some(shop_here.now);
                messaging::address_proved(&handle, tx, &shop_here, &before, &mut row)?;
            }
            row.password_hash = Some(hash.clone());
            row.updated_at = shop_here.now;
            row.version += 1;
            customers::update(tx, row.clone())?;
            let letter = Letter::PasswordChanged { first_name: row.first_name.clone() };
            mails::post(&handle, tx, &shop_here, Some(row.customer_id), &email_of(&row)?, &letter)?;
            Ok(())
        })
        .await?;
    commerce.wake_jobs();
    Ok(())
}

/// A new password by somebody who knows the old one.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ChangePassword {
    pub current: PasswordText,
    pub password: PasswordText,
    pub client: Client,
}

/// Changes the password and ends every session of the customer but this one.
pub async fn change_password(
    commerce: &Commerce,
    who: &SignedIn,
    form: ChangePassword,
) -> Result<(), AccountError> {
    let stored = check_current(commerce, who, form.current, "currentPassword", &form.client).await?;
    let row = who.row();
    let known = [row.email.clone().unwrap_or_default(), row.first_name.clone(), row.last_name.clone()];
    check_guessable(commerce, form.password.clone(), known).await?;
    let hash = commerce.passwords().hash(form.password).await?;
    let (handle, who, system_now) = (commerce.clone(), who.clone(), commerce.system_now());
    commerce
        .store()
        .write(who.tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let mut row = present(tx, who.customer)?;
            if row.password_hash.as_ref() != Some(&stored) || sessions::find(tx, who.session)?.is_none() {
                // Changed or signed out from elsewhere while the passwords were hashed.
                return Err(AccountError::Unauthenticated);
            }
            sessions::delete_all(tx, who.customer, Some(who.session))?;
            token_rows::delete_all(tx, who.customer, &[Purpose::Reset.as_str()])?;
            row.password_hash = Some(hash.clone());
            row.updated_at = shop.now;
            row.version += 1;
            customers::update(tx, row.clone())?;
            let letter = Letter::PasswordChanged { first_name: row.first_name.clone() };
            mails::post(&handle, tx, &shop, Some(row.customer_id), &email_of(&row)?, &letter)?;
            Ok(())
        })
        .await?;
    commerce.wake_jobs();
    Ok(())
}

/// Checks the password of somebody who is signed in, with the same delays as a sign-in: a stolen token must not become a
/// stolen password. Gives the stored hash that it matched.
pub(super) async fn check_current(
    commerce: &Commerce,
    who: &SignedIn,
    password: PasswordText,
    field: &'static str,
    client: &Client,
) -> Result<String, AccountError> {
    let buckets = Buckets::of(commerce, who.tenant, &who.customer.to_string(), client.ip, None);
    let (customer, now) = (who.customer, who.now);
    let asked = buckets.clone();
    let row = commerce
        .store()
        .write(who.tenant, move |tx| {
            throttle::admit(tx, &asked, now)?;
            present(tx, customer)
        })
        .await?;
    let stored = row.password_hash.ok_or(AccountError::Unauthenticated)?;
    let matches = commerce.passwords().verify(password, Some(stored.clone())).await?;
    commerce.store().write(who.tenant, move |tx| throttle::settle(tx, &buckets, now, matches)).await?;
    if matches { Ok(stored) } else { Err(FieldErrors::one(field, "Is not your present password.").into()) }
}
