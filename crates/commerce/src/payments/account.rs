//! The shop's account with a payment provider. Rule: its secrets are sealed, and never shown again.

use std::sync::Arc;

use domain::fields::{FieldErrors, Fields};
use domain::text::{self, filled};
use gateways::payments::{PaymentProvider, StripeAccount};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::payment_providers::{self as rows, PaymentAccountRow};
use store::{StoreError, Tx};
use url::Url;

use super::PaymentsError;
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

const SANDBOX: &str = "sandbox";
const STRIPE: &str = "stripe";
const STRIPE_URL: &str = "https://api.stripe.com";
const SEALED_AS: &str = "payment account";

/// An account that payments are made through.
#[derive(Clone)]
pub(crate) enum Account {
    /// The sandbox: it takes no real money.
    Sandbox,
    /// Stripe.
    Stripe(Box<StripeAccount>),
}

impl Account {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sandbox => SANDBOX,
            Self::Stripe(_) => STRIPE,
        }
    }

    pub(crate) fn provider(&self, commerce: &Commerce) -> Arc<dyn PaymentProvider> {
        match self {
            Self::Sandbox => commerce.payments().sandbox(),
            Self::Stripe(account) => Arc::new(commerce.payments().stripe(account)),
        }
    }
}

/// What is sealed of an account.
#[derive(Serialize, Deserialize)]
struct Stored {
    base_url: Url,
    secret_key: String,
    webhook_secret: String,
    publishable_key: String,
}

/// The shop's account. A test-mode shop without one takes payments in the sandbox.
pub(crate) fn account(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop) -> Result<Account, PaymentsError> {
    match rows::account(tx)? {
        Some(row) => Ok(read(commerce, &row)?),
        None if shop.test_mode => Ok(Account::Sandbox),
        None => Err(PaymentsError::NotSetUp),
    }
}

/// The account that a payment was made at, where the shop still has it.
pub(crate) fn account_named(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    provider: &str,
) -> Result<Option<Account>, StoreError> {
    if provider == SANDBOX {
        return Ok(Some(Account::Sandbox));
    }
    let row = rows::account(tx)?.filter(|row| row.provider == provider);
    row.map(|row| read(commerce, &row)).transpose()
}

fn read(commerce: &Commerce, row: &PaymentAccountRow) -> Result<Account, StoreError> {
    if row.provider == SANDBOX {
        return Ok(Account::Sandbox);
    }
    let stored = opened(commerce, row)?;
    Ok(Account::Stripe(Box::new(StripeAccount {
        base_url: stored.base_url,
        secret_key: SecretString::from(stored.secret_key),
        webhook_secret: SecretString::from(stored.webhook_secret),
        publishable_key: stored.publishable_key,
    })))
}

fn opened(commerce: &Commerce, row: &PaymentAccountRow) -> Result<Stored, StoreError> {
    let plain = commerce
        .secrets()
        .open(SEALED_AS, &row.settings)
        .map_err(|error| StoreError::Broken(format!("the payment account: {error}")))?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Broken("the payment account".to_owned()))
}

/// The shop's account, as staff see it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ProviderEntry {
    pub provider: String,
    pub publishable_key: Option<String>,
    pub base_url: Option<String>,
    pub version: i64,
}

/// An account as it is typed.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ProviderForm {
    pub provider: Option<String>,
    pub secret_key: Option<SecretString>,
    pub webhook_secret: Option<SecretString>,
    pub publishable_key: Option<String>,
    pub base_url: Option<String>,
}

impl ProviderForm {
    fn parse(self) -> Result<(String, Option<Stored>), FieldErrors> {
        let mut fields = Fields::default();
        let provider = self.provider.unwrap_or_default();
        if provider == SANDBOX {
            return Ok((provider, None));
        }
        if provider != STRIPE {
            return Err(FieldErrors::one("provider", "Must be one of sandbox stripe."));
        }
        let secret = |secret: Option<SecretString>| {
            let text = secret.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
            text::one_line(text, 500)
        };
        let secret_key = fields.take("secretKey", secret(self.secret_key));
        let webhook_secret = fields.take("webhookSecret", secret(self.webhook_secret));
        let publishable = fields
            .take("publishableKey", text::one_line(self.publishable_key.as_deref().unwrap_or_default(), 500));
        let base_url = filled(self.base_url.as_deref()).unwrap_or(STRIPE_URL);
        let base_url = Url::parse(base_url).ok().filter(is_safe);
        if base_url.is_none() {
            fields.refuse("baseUrl", "Must begin with https://, or with http:// on this machine.");
        }
        match (secret_key, webhook_secret, publishable, base_url) {
            (Some(secret_key), Some(webhook_secret), Some(publishable_key), Some(base_url)) => {
                Ok((provider, Some(Stored { base_url, secret_key, webhook_secret, publishable_key })))
            }
            _ => Err(fields.into_errors()),
        }
    }
}

/// A secret key leaves this machine encrypted only.
fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => {
            url.host_str().is_some_and(|host| host == "localhost" || host == "127.0.0.1" || host == "[::1]")
        }
        _ => false,
    }
}

/// The shop's account; `None` where none was set.
pub async fn provider_account(
    commerce: &Commerce,
    shop: &Shop,
) -> Result<Option<ProviderEntry>, PaymentsError> {
    let handle = commerce.clone();
    commerce
        .store()
        .read(shop.id, move |tx| rows::account(tx)?.map(|row| shown(&handle, &row)).transpose())
        .await
        .map_err(PaymentsError::Store)
}

fn shown(commerce: &Commerce, row: &PaymentAccountRow) -> Result<ProviderEntry, StoreError> {
    let stored = if row.provider == SANDBOX { None } else { Some(opened(commerce, row)?) };
    Ok(ProviderEntry {
        provider: row.provider.clone(),
        publishable_key: stored.as_ref().map(|stored| stored.publishable_key.clone()),
        base_url: stored.map(|stored| stored.base_url.to_string()),
        version: row.version,
    })
}

/// Sets the shop's account. What was paid at another before can not be given back there any more.
pub async fn set_provider_account(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    version: Option<i64>,
    form: ProviderForm,
) -> Result<ProviderEntry, PaymentsError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let (provider, stored) = form.parse()?;
    let plain = serde_json::to_vec(&stored).map_err(|error| StoreError::Broken(error.to_string()))?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = rows::account(tx)?;
            let had = before.as_ref().map_or(0, |row| row.version);
            if version.is_some_and(|version| version != had) {
                return Err(PaymentsError::Stale);
            }
            let row = PaymentAccountRow {
                provider: provider.clone(),
                settings: handle.secrets().seal(handle.chance(), SEALED_AS, &plain),
                version: had + 1,
                updated_at: shop.now,
            };
            rows::set_account(tx, row.clone())?;
            note(&handle, tx, &shop, &actor, "payment-provider.set", before.as_ref(), Some(&row))?;
            Ok(shown(&handle, &row)?)
        })
        .await
}

/// Removes the shop's account.
pub async fn remove_provider_account(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
) -> Result<(), PaymentsError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = rows::account(tx)?.ok_or(PaymentsError::NotFound)?;
            rows::remove_account(tx)?;
            Ok(note(&handle, tx, &shop, &actor, "payment-provider.remove", Some(&before), None)?)
        })
        .await
}

/// The log says which provider, and nothing of its secrets.
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&PaymentAccountRow>,
    after: Option<&PaymentAccountRow>,
) -> Result<(), StoreError> {
    let shown = |row: &PaymentAccountRow| serde_json::json!({ "provider": row.provider });
    let change = Change {
        action,
        target_kind: "payment-provider",
        target_id: shop.id.to_string(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
