//! Customers' cards. Rule: a card is the provider's name for it, and what a receipt shows of it; nothing else of it comes here.

use domain::ids::{CustomerId, PaymentMethodId};
use domain::time::Timestamp;
use gateways::payments::{PaymentError, PaymentStatus, SetUp, SetUpBegun};
use secrecy::SecretString;
use serde::Serialize;
use store::payment_methods::{self as rows, PaymentMethodRow};
use store::{StoreError, Tx, subscriptions};
use url::Url;

use super::account::{account, account_named};
use super::{Account, PaymentsError};
use crate::accounts::SignedIn;
use crate::checkout::keep_card;
use crate::subscriptions::pay_what_is_owed;
use crate::{Commerce, Shop};

const MOST: i64 = 20;

/// A card as its customer sees it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MethodEntry {
    pub id: PaymentMethodId,
    pub provider: String,
    pub brand: String,
    pub last4: String,
    pub expiry_month: i64,
    pub expiry_year: i64,
    pub is_default: bool,
    pub created_at: Timestamp,
}

impl From<PaymentMethodRow> for MethodEntry {
    fn from(row: PaymentMethodRow) -> Self {
        Self {
            id: row.method_id,
            provider: row.provider,
            brand: row.brand,
            last4: row.last4,
            expiry_month: row.expiry_month,
            expiry_year: row.expiry_year,
            is_default: row.is_default,
            created_at: row.created_at,
        }
    }
}

/// The customer's cards within a transaction, oldest first.
pub(crate) fn of_customer(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<MethodEntry>, StoreError> {
    Ok(rows::of(tx, customer, MOST)?.into_iter().map(Into::into).collect())
}

/// The customer's cards, oldest first. Set-ups that were under way are looked up first.
pub async fn payment_methods(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
) -> Result<Vec<MethodEntry>, PaymentsError> {
    let customer = who.customer;
    let under_way = {
        let (handle, shop) = (commerce.clone(), shop.clone());
        commerce
            .store()
            .read(shop.id, move |tx| {
                let mut found = Vec::new();
                for (provider, reference) in rows::set_ups_of(tx, customer)? {
                    found.extend(account_named(&handle, tx, &provider)?.map(|account| (account, reference)));
                }
                Ok::<_, StoreError>(found)
            })
            .await?
    };
    for (account, reference) in under_way {
        // One that can not be looked up now is looked up at the next time.
        if let Ok(outcome) = account.provider(commerce).set_up_outcome(shop.id, &reference).await {
            let (handle, shop) = (commerce.clone(), shop.clone());
            commerce
                .store()
                .write(shop.id, move |tx| finish(&handle, tx, &shop, customer, account.name(), &outcome))
                .await?;
        }
    }
    Ok(commerce.store().read(shop.id, move |tx| of_customer(tx, customer)).await?)
}

/// A set-up that was begun: what the provider's client library needs to finish it, or the card where it is finished.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SetUpEntry {
    pub status: &'static str,
    pub provider: &'static str,
    pub client_secret: Option<String>,
    pub redirect_url: Option<String>,
    pub publishable_key: Option<String>,
    pub method: Option<MethodEntry>,
}

/// Begins to keep a card.
pub async fn begin_set_up(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
    token: Option<SecretString>,
    return_url: Option<Url>,
) -> Result<SetUpEntry, PaymentsError> {
    let customer = who.customer;
    let (handle, reader) = (commerce.clone(), shop.clone());
    let (account, known) = commerce
        .store()
        .read(shop.id, move |tx| {
            let account = account(&handle, tx, &reader)?;
            let known = rows::of(tx, customer, MOST)?;
            if i64::try_from(known.len()).is_ok_and(|count| count >= MOST) {
                return Err(PaymentsError::TooMany);
            }
            let same = known.into_iter().find(|method| method.provider == account.name());
            Ok((account, same.map(|method| method.provider_customer)))
        })
        .await?;
    let id = PaymentMethodId::new(commerce.chance().uuid(shop.now));
    let set_up =
        SetUp { tenant: shop.id, customer, provider_customer: known, key: id.to_string(), token, return_url };
    let begun = match account.provider(commerce).set_up(&set_up).await {
        Ok(begun) => begun,
        Err(PaymentError::Refused(reason)) => {
            tracing::warn!(tenant.id = %shop.id, reason, "a payment provider refused a card");
            return Err(PaymentsError::Declined(
                "This card can not be kept. Please try another one.".to_owned(),
            ));
        }
        Err(_) => return Err(PaymentsError::ProviderAway),
    };
    if let PaymentStatus::Declined(decline) = &begun.status {
        return Err(PaymentsError::Declined(decline.message.clone()));
    }
    let (handle, shop, name, outcome) = (commerce.clone(), shop.clone(), account.name(), begun.clone());
    let method = commerce
        .store()
        .write(shop.id, move |tx| {
            rows::begin_set_up(tx, id, customer, name, &outcome.reference, shop.now)?;
            finish(&handle, tx, &shop, customer, name, &outcome)
        })
        .await?;
    Ok(entry(&account, &begun, method))
}

fn entry(account: &Account, begun: &SetUpBegun, method: Option<MethodEntry>) -> SetUpEntry {
    let (status, client_secret, redirect_url) = match &begun.status {
        PaymentStatus::RequiresAction { client_secret, redirect_url } => {
            ("requires_action", Some(client_secret.clone()), redirect_url.clone())
        }
        PaymentStatus::Succeeded => ("succeeded", None, None),
        _ => ("processing", None, None),
    };
    let publishable_key = match account {
        Account::Sandbox => None,
        Account::Stripe(stripe) => Some(stripe.publishable_key.clone()),
    };
    SetUpEntry { status, provider: account.name(), client_secret, redirect_url, publishable_key, method }
}

/// Keeps the card of a set-up that has come to its end.
pub(super) fn finish(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
    provider: &str,
    outcome: &SetUpBegun,
) -> Result<Option<MethodEntry>, StoreError> {
    let kept = match (&outcome.status, &outcome.method) {
        (PaymentStatus::Succeeded, Some(method)) => {
            keep_card(commerce, tx, shop, customer, provider, method)?
        }
        (PaymentStatus::Declined(_) | PaymentStatus::Cancelled, _) => None,
        _ => return Ok(None),
    };
    rows::end_set_up(tx, provider, &outcome.reference)?;
    let Some(id) = kept else { return Ok(None) };
    Ok(rows::find(tx, customer, id)?.map(Into::into))
}

/// Makes a card the one that is paid with.
pub async fn make_default(
    commerce: &Commerce,
    who: &SignedIn,
    id: PaymentMethodId,
) -> Result<MethodEntry, PaymentsError> {
    let (handle, customer, system_now) = (commerce.clone(), who.customer, commerce.system_now());
    let made = commerce
        .store()
        .write(who.tenant, move |tx| {
            rows::find(tx, customer, id)?.ok_or(PaymentsError::NotFound)?;
            rows::make_default(tx, customer, id)?;
            let shop = Shop::of(tx, system_now)?;
            pay_what_is_owed(&handle, tx, &shop, customer, id)?;
            rows::find(tx, customer, id)?.map(Into::into).ok_or(PaymentsError::NotFound)
        })
        .await?;
    commerce.wake_jobs();
    Ok(made)
}

/// Forgets a card, here and at the provider. The last card of a customer who has a subscription to pay stays.
pub async fn remove_payment_method(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
    id: PaymentMethodId,
) -> Result<(), PaymentsError> {
    let customer = who.customer;
    let handle = commerce.clone();
    let (row, account) = commerce
        .store()
        .write(shop.id, move |tx| {
            let row = rows::find(tx, customer, id)?.ok_or(PaymentsError::NotFound)?;
            let others: Vec<_> =
                rows::of(tx, customer, MOST)?.into_iter().filter(|other| other.method_id != id).collect();
            if others.is_empty() && subscriptions::paid_by(tx, customer)? {
                return Err(PaymentsError::InUse);
            }
            rows::delete(tx, id)?;
            if let (true, Some(next)) = (row.is_default, others.last()) {
                rows::make_default(tx, customer, next.method_id)?;
            }
            let account = account_named(&handle, tx, &row.provider)?;
            Ok((row, account))
        })
        .await?;
    forget_at_provider(commerce, shop, account, &row.provider_method).await;
    Ok(())
}

/// Forgets all cards of a customer, within a transaction that erases them. The provider keeps what the law asks of it.
pub(crate) fn forget_all(tx: &mut Tx<'_>, customer: CustomerId) -> Result<(), StoreError> {
    for row in rows::of(tx, customer, MOST)? {
        rows::delete(tx, row.method_id)?;
    }
    for (provider, reference) in rows::set_ups_of(tx, customer)? {
        rows::end_set_up(tx, &provider, &reference)?;
    }
    Ok(())
}

/// What the provider could not be told now stays there, and can not be charged from here any more.
async fn forget_at_provider(commerce: &Commerce, shop: &Shop, account: Option<Account>, method: &str) {
    let Some(account) = account else { return };
    if let Err(error) = account.provider(commerce).forget(shop.id, method).await {
        tracing::warn!(tenant.id = %shop.id, error = %error, "a payment provider did not forget a card");
    }
}
