//! The second step: the money, outside of every transaction. Rule: an answer that did not come is not guessed; it is looked up
//! at once, and where that fails too, again and again by a job.

use domain::ids::{CustomerId, PaymentId, TenantId};
use domain::money::Money;
use gateways::payments::{Charge, Payment, PaymentError, PaymentRef, Source};
use store::orders::OrderRow;
use store::orders::payments::{self, PaymentRow};
use store::{StoreError, Tx};
use url::Url;

use super::CheckoutError;
use super::settle::{News, Settled, record};
use crate::payments::Account;
use crate::{Commerce, Shop};

/// A payment that was written down and not charged yet.
pub(crate) const PENDING: &str = "pending";
/// The shopper has to finish it.
pub(crate) const REQUIRES_ACTION: &str = "requires_action";
/// The provider works on it.
pub(crate) const PROCESSING: &str = "processing";
/// The money is there.
pub(crate) const SUCCEEDED: &str = "succeeded";
/// It was refused.
pub(crate) const DECLINED: &str = "declined";
/// Nobody knows whether the money moved.
pub(crate) const UNKNOWN: &str = "unknown";
/// It was let go, or the provider never heard of it.
pub(crate) const CANCELLED: &str = "cancelled";

/// Whether it can still come to something.
pub(crate) fn is_open(status: &str) -> bool {
    [PENDING, REQUIRES_ACTION, PROCESSING, UNKNOWN].contains(&status)
}

/// A payment that was written down, ready to be charged.
pub(crate) struct Begun {
    pub(super) account: Account,
    pub(super) keep_for: Option<CustomerId>,
    pub(super) charge: Charge,
}

/// A charge to write down.
pub(crate) struct NewCharge {
    /// The idempotency key.
    pub(crate) key: PaymentId,
    /// In minor units.
    pub(crate) amount: i64,
    pub(crate) source: Source,
    /// Nobody is there to answer the bank.
    pub(crate) off_session: bool,
    pub(crate) return_url: Option<Url>,
}

impl NewCharge {
    /// The charge, for an order.
    pub(crate) fn of(self, shop: &Shop, order: &OrderRow) -> Charge {
        Charge {
            tenant: shop.id,
            key: self.key,
            amount: Money::new(self.amount, shop.settings.currency),
            source: self.source,
            keep_for: None,
            off_session: self.off_session,
            capture: true,
            reference: order.order_id.to_string(),
            return_url: self.return_url,
        }
    }
}

/// Writes a charge down before it is made, so that it can be looked up whatever happens.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    account: &Account,
    new: NewCharge,
) -> Result<Charge, StoreError> {
    payments::insert(
        tx,
        PaymentRow {
            payment_id: new.key,
            order_id: order.order_id,
            provider: account.name().to_owned(),
            provider_ref: None,
            amount: new.amount,
            refunded: 0,
            status: PENDING.to_owned(),
            action: None,
            decline_code: None,
            decline_message: None,
            method: None,
            created_at: shop.now,
            updated_at: shop.now,
        },
    )?;
    Ok(new.of(shop, order))
}

/// Charges, and records what came of it. A refusal is an error; what the shopper has to finish is not.
pub(super) async fn charge(commerce: &Commerce, tenant: TenantId, begun: Begun) -> Result<(), CheckoutError> {
    let Begun { account, keep_for, mut charge } = begun;
    let provider = account.provider(commerce);
    let key = charge.key;
    let answer = match keep_for {
        Some(customer) => match provider.customer(tenant, customer).await {
            Ok(name) => {
                charge.keep_for = Some(name);
                provider.charge(&charge).await
            }
            // Without a name for the customer nothing was charged.
            Err(error) => Err(PaymentError::NotDone(error.to_string())),
        },
        None => provider.charge(&charge).await,
    };
    let (news, fault) = match answer {
        Ok(payment) => (News::Known(payment), None),
        Err(PaymentError::Unknown(reason)) => {
            (look_up(commerce, &account, tenant, key, None, &reason).await, None)
        }
        Err(PaymentError::NotDone(reason)) => {
            tracing::warn!(tenant.id = %tenant, payment.id = %key, reason, "a payment provider did not act");
            (News::NotDone, Some(CheckoutError::ProviderAway))
        }
        Err(PaymentError::Refused(reason)) => {
            tracing::warn!(tenant.id = %tenant, payment.id = %key, reason, "a payment provider refused a request");
            (News::NotDone, Some(CheckoutError::Refused))
        }
    };
    let settled = record(commerce, tenant, key, news, None).await?;
    match (fault, settled) {
        (Some(fault), _) => Err(fault),
        (None, Settled::Declined(decline)) => Err(CheckoutError::Declined(decline)),
        (None, _) => Ok(()),
    }
}

/// What became of a payment whose answer did not come.
pub(crate) async fn look_up(
    commerce: &Commerce,
    account: &Account,
    tenant: TenantId,
    key: PaymentId,
    reference: Option<String>,
    reason: &str,
) -> News {
    let asked = PaymentRef { tenant, key, reference };
    match account.provider(commerce).look_up(&asked).await {
        Ok(Some(payment)) => News::Known(payment),
        Ok(None) => News::NeverHeard,
        Err(error) => {
            tracing::warn!(tenant.id = %tenant, payment.id = %key, reason, error = %error, "the outcome of a payment is not known");
            News::Unknown
        }
    }
}

/// What is kept of a payment that the shopper has to finish.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Action {
    pub(super) client_secret: String,
    pub(super) redirect_url: Option<String>,
}

impl Action {
    pub(super) fn context(payment: PaymentId) -> String {
        format!("payment action {payment}")
    }

    /// Sealed, for whoever has it can finish the payment.
    pub(super) fn seal(&self, commerce: &Commerce, payment: PaymentId) -> Vec<u8> {
        let plain = serde_json::to_vec(self).unwrap_or_default();
        commerce.secrets().seal(commerce.chance(), &Self::context(payment), &plain)
    }

    pub(super) fn open(commerce: &Commerce, payment: PaymentId, sealed: &[u8]) -> Option<Self> {
        let plain = commerce.secrets().open(&Self::context(payment), sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// The card that a payment was made with, as receipts show it.
pub(super) fn method_text(payment: &Payment) -> Option<String> {
    let method = payment.method.as_ref()?;
    Some(serde_json::json!({ "brand": method.brand, "last4": method.last4 }).to_string())
}
