//! Proving an address with the mailed token: it signs in, as the published login does.

use domain::accounts::Email;
use domain::webhooks::EventKind;
use store::accounts::{customers, registrations};
use store::{StoreError, Tx};
use url::Url;

use super::login::{LoggedIn, begin_session};
use super::mail_tokens::{self, Purpose};
use super::{AccountError, Client, details_of, register, tell};
use crate::mails::{self, Letter, Standing};
use crate::{Commerce, Shop, messaging, orders};

const PROOFS: [Purpose; 2] = [Purpose::Verify, Purpose::ChangeEmail];

/// Verifies the address that the token was mailed to and signs its owner in.
pub async fn verify(
    commerce: &Commerce,
    shop: &Shop,
    token: String,
    client: Client,
) -> Result<LoggedIn, AccountError> {
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    let signed_in = commerce
        .store()
        .write(shop.id, move |tx| {
            let proof =
                mail_tokens::find(tx, shop_here.now, &token, &PROOFS)?.ok_or(AccountError::InvalidToken)?;
            let mut customer = customers::find(tx, proof.customer_id)?.ok_or(AccountError::InvalidToken)?;
            if customers::find_by_email(tx, &proof.email)?
                .is_some_and(|owner| owner.customer_id != customer.customer_id)
            {
                // Somebody else has proved the new address since it was asked for.
                return Err(AccountError::InvalidToken);
            }
            mail_tokens::use_up(tx, &proof, &PROOFS)?;
            let before = customer.clone();
            if customer.email_verified_at.is_none() {
                register::bring_into_force(tx, &mut customer, proof.registration_id.as_deref())?;
            }
            customer.email = Some(proof.email);
            customer.email_verified_at = Some(shop_here.now);
            messaging::address_proved(&handle, tx, &shop_here, &before, &mut customer)?;
            customer.updated_at = shop_here.now;
            customer.version += 1;
            customers::update(tx, customer.clone())?;
            if let Some(email) = &customer.email {
                orders::join_guest_orders(tx, customer.customer_id, email)?;
            }
            let is_new = before.email_verified_at.is_none();
            let kind = if is_new { EventKind::CustomerCreated } else { EventKind::CustomerUpdated };
            let details = details_of(tx, &customer)?;
            tell(&handle, tx, shop_here.now, kind, &details)?;
            begin_session(&handle, tx, &shop_here, &customer, &client)
        })
        .await?;
    commerce.wake_jobs();
    Ok(signed_in)
}

/// Mails the proof once more, to an account that still needs it. Says nothing either way.
pub async fn resend_verification(
    commerce: &Commerce,
    shop: &Shop,
    email: Email,
    return_url: Option<Url>,
) -> Result<(), AccountError> {
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| resend(&handle, tx, &shop_here, &email, return_url.as_ref()))
        .await?;
    commerce.wake_jobs();
    Ok(())
}

fn resend(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    email: &Email,
    return_url: Option<&Url>,
) -> Result<(), StoreError> {
    let unproved =
        customers::find_by_email(tx, email.as_str())?.filter(|row| row.email_verified_at.is_none());
    let Some(customer) = unproved else { return Ok(()) };
    if super::password::mailed_lately(tx, shop.now, customer.customer_id, Purpose::Verify)? {
        return Ok(());
    }
    // Of several registrations nobody can say which one is meant; then the proof brings none into force.
    let waiting = registrations::list(tx, customer.customer_id)?;
    let registration = match waiting.as_slice() {
        [only] => Some(only.registration_id),
        _ => None,
    };
    let token = mail_tokens::issue_for_registration(
        commerce,
        tx,
        shop.now,
        customer.customer_id,
        registration,
        email,
    )?;
    let letter = Letter::VerifyEmail {
        first_name: customer.first_name,
        token,
        return_url: return_url.cloned(),
        standing: if registration.is_some() { Standing::Alone } else { Standing::NoneOfSeveral },
    };
    mails::post(commerce, tx, shop, Some(customer.customer_id), email, &letter)
}
