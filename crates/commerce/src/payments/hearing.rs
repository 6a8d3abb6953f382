//! What a provider tells by webhook.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use domain::ids::{PaymentMethodId, TenantId};
use gateways::payments::{EventSubject, PaymentRef, WebhookRefused};
use store::orders::payments;
use store::{StoreError, Tx, payment_methods, payment_providers};

use super::account::{Account, account_named};
use super::{PaymentsError, methods};
use crate::checkout::{News, record};
use crate::{Commerce, Shop};

/// What was done with a webhook. All of these are a 200: the provider has done its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was acted on.
    Acted,
    /// It is about nothing that is followed.
    PassedOver,
}

/// Has the sandbox post its webhooks to this server, which listens there.
pub fn hear_sandbox_at(commerce: &Commerce, listens: SocketAddr) {
    let ip = match listens.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let address = SocketAddr::new(ip, listens.port());
    if let Ok(url) = format!("http://{address}/webhooks/payments/sandbox").parse() {
        commerce.payments().sandbox().deliver_to(url);
    }
}

/// Hears a provider's webhook. `shop` is from its address, where the provider has one for each shop.
pub async fn hear(
    commerce: &Commerce,
    provider: &str,
    shop: Option<TenantId>,
    signature: &str,
    body: &[u8],
) -> Result<Heard, PaymentsError> {
    let account = match shop {
        None if provider == "sandbox" => Account::Sandbox,
        None => return Err(PaymentsError::NotFound),
        Some(shop) => account_of(commerce, shop, provider).await?,
    };
    let now = commerce.system_now();
    let event = account.provider(commerce).read_webhook(signature, body, now).map_err(|refused| {
        tracing::warn!(provider, reason = %refused, "a payment provider's webhook was refused");
        match refused {
            WebhookRefused::Forged | WebhookRefused::Stale | WebhookRefused::Unreadable(_) => {
                PaymentsError::Forged
            }
        }
    })?;
    match event.subject {
        EventSubject::Payment(about) if shop.is_none_or(|shop| shop == about.tenant) => {
            payment(commerce, &account, about, event.id).await
        }
        EventSubject::SetUp { tenant, reference } if shop.is_none_or(|shop| shop == tenant) => {
            set_up(commerce, &account, tenant, reference, event.id).await
        }
        _ => Ok(Heard::PassedOver),
    }
}

async fn account_of(commerce: &Commerce, shop: TenantId, provider: &str) -> Result<Account, PaymentsError> {
    let (handle, named) = (commerce.clone(), provider.to_owned());
    let found = commerce
        .store()
        .read(shop, move |tx| {
            // The id is from an address that anybody can write.
            if store::tenants::shops::find(tx)?.is_none() {
                return Ok(None);
            }
            account_named(&handle, tx, &named)
        })
        .await?;
    found.filter(|account| account.name() == provider).ok_or(PaymentsError::NotFound)
}

async fn payment(
    commerce: &Commerce,
    account: &Account,
    about: PaymentRef,
    event: String,
) -> Result<Heard, PaymentsError> {
    let (tenant, key) = (about.tenant, about.key);
    let provider = account.name();
    let heard_of = {
        let event = event.clone();
        commerce
            .store()
            .read(tenant, move |tx| {
                if store::tenants::shops::find(tx)?.is_none() {
                    return Ok::<_, StoreError>(false);
                }
                let is_new = !payment_providers::knows_event(tx, provider, &event)?;
                Ok(is_new && payments::find(tx, key)?.is_some())
            })
            .await?
    };
    if !heard_of {
        return Ok(Heard::PassedOver);
    }
    let found = account.provider(commerce).look_up(&about).await;
    let news = match found {
        Ok(Some(payment)) => News::Known(payment),
        // It was signed by the provider: if it can not be looked up now, it is told again.
        Ok(None) | Err(_) => return Err(PaymentsError::ProviderAway),
    };
    record(commerce, tenant, key, news, Some((provider.to_owned(), event))).await?;
    Ok(Heard::Acted)
}

async fn set_up(
    commerce: &Commerce,
    account: &Account,
    tenant: TenantId,
    reference: String,
    event: String,
) -> Result<Heard, PaymentsError> {
    let provider = account.name();
    let outcome = account
        .provider(commerce)
        .set_up_outcome(tenant, &reference)
        .await
        .map_err(|_| PaymentsError::ProviderAway)?;
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .write(tenant, move |tx: &mut Tx<'_>| {
            if store::tenants::shops::find(tx)?.is_none() {
                return Ok::<_, PaymentsError>(Heard::PassedOver);
            }
            let shop = Shop::of(tx, system_now)?;
            if !payment_providers::note_event(tx, provider, &event, shop.now)? {
                return Ok(Heard::PassedOver);
            }
            let Some((_, customer)): Option<(PaymentMethodId, _)> =
                payment_methods::find_set_up(tx, provider, &reference)?
            else {
                return Ok(Heard::PassedOver);
            };
            methods::finish(&handle, tx, &shop, customer, provider, &outcome)?;
            Ok(Heard::Acted)
        })
        .await
}
