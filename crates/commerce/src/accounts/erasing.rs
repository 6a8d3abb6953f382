//! Erasing a customer. Rule: what is personal goes; the bare row stays for the accounting rows that will name it.

use domain::accounts::PasswordText;
use domain::ids::CustomerId;
use domain::time::Timestamp;
use store::accounts::{addresses, customers, mail_tokens, registrations, sessions};
use store::selling::gift_cards;
use store::{Tx, audit as audit_rows, mails as mail_rows};

use super::password::check_current;
use super::{AccountError, Client, SignedIn};
use crate::catalog::forget_author;
use crate::{Commerce, Shop, messaging, orders, payments, subscriptions, webhooks};

/// Erases the customer who asks, after checking their password.
pub async fn erase_own(
    commerce: &Commerce,
    who: &SignedIn,
    password: PasswordText,
    client: Client,
) -> Result<(), AccountError> {
    check_current(commerce, who, password, "password", &client).await?;
    let (handle, customer, now) = (commerce.clone(), who.customer, who.now);
    commerce.store().write(who.tenant, move |tx| erase(&handle, tx, customer, now)).await
}

/// Erases a customer within the caller's transaction. No mail tells them so: it would keep their address on record.
pub(crate) fn erase(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let row =
        customers::find(tx, customer)?.filter(|row| row.erased_at.is_none()).ok_or(AccountError::NotFound)?;
    let shop = Shop::of(tx, now)?;
    subscriptions::erase_subscriptions(commerce, tx, &shop, customer)?;
    if orders::has_unfinished(tx, customer)? {
        return Err(AccountError::OrderUnfinished);
    }
    forget(tx, customer)?;
    orders::erase_orders(tx, customer)?;
    payments::forget_methods(tx, customer)?;
    forget_author(tx, customer, now)?;
    messaging::forget(commerce, tx, &row, now)?;
    if let Some(email) = &row.email {
        gift_cards::forget_recipient(tx, email)?;
    }
    audit_rows::redact(tx, "customer", &customer.to_string())?;
    customers::update(tx, anonymous(row, now))?;
    Ok(())
}

/// Deletes what hangs on a customer and is personal.
pub(crate) fn forget(tx: &mut Tx<'_>, customer: CustomerId) -> Result<(), AccountError> {
    sessions::delete_all(tx, customer, None)?;
    mail_tokens::delete_all(tx, customer, &[])?;
    registrations::delete_all(tx, customer)?;
    addresses::delete_all(tx, customer)?;
    mail_rows::delete_of_customer(tx, customer)?;
    webhooks::forget(tx, customer)?;
    Ok(())
}

/// The row without anything of the person.
pub(crate) fn anonymous(row: customers::Customer, now: Timestamp) -> customers::Customer {
    customers::Customer {
        customer_id: row.customer_id,
        email: None,
        first_name: String::new(),
        last_name: String::new(),
        phone: None,
        marketing: String::new(),
        date_of_birth: None,
        password_hash: None,
        email_verified_at: None,
        created_at: row.created_at,
        updated_at: now,
        version: row.version + 1,
        erased_at: Some(now),
        search: String::new(),
    }
}
