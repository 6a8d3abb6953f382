//! Stripe, by its own HTTP interface. Rule: written for one version of it, which every request names; what an answer leaves open is
//! [`PaymentError::Unknown`].
//!
//! A payment whose reference is known is looked up by it. Where the answer that would have brought it was lost, it is found by our
//! key, which is written on each payment as metadata: the list is read, for the search index of Stripe lags behind.

mod call;
mod hook;
mod shapes;

use domain::ids::{CustomerId, TenantId};
use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    Answer, Charge, Event, KeptMethod, Payment, PaymentError, PaymentProvider, PaymentRef, PaymentStatus,
    RefundOrder, Refunded, SetUp, SetUpBegun, Source, WebhookRefused,
};
pub use call::StripeClient;
use call::{Called, Form};
use shapes::{Customer, Intent, IntentList, Refund};

/// The version of the interface that this is written for.
pub const VERSION: &str = "2024-06-20";

/// A shop's account at Stripe.
#[derive(Clone)]
pub struct StripeAccount {
    /// Where it is reached: `https://api.stripe.com`.
    pub base_url: Url,
    /// `sk_…`.
    pub secret_key: SecretString,
    /// `whsec_…`.
    pub webhook_secret: SecretString,
    /// `pk_…`, for the client library.
    pub publishable_key: String,
}

impl std::fmt::Debug for StripeAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StripeAccount({})", self.base_url)
    }
}

/// Stripe, with a shop's account.
pub struct Stripe {
    client: StripeClient,
    account: StripeAccount,
}

impl Stripe {
    pub(super) fn new(client: StripeClient, account: StripeAccount) -> Self {
        Self { client, account }
    }

    async fn intent(&self, path: &str, form: Form, key: Option<String>) -> Result<Payment, PaymentError> {
        match self.client.post::<Intent>(&self.account, path, form, key).await? {
            Called::Done(intent) => Ok(self.payment(intent).await),
            Called::Declined(error) => Ok(Payment {
                reference: error.intent_id().unwrap_or_default(),
                status: PaymentStatus::Declined(error.decline()),
                method: None,
            }),
        }
    }

    /// The payment with what is kept of its card, where that can be read: a receipt can do without.
    async fn payment(&self, intent: Intent) -> Payment {
        let method = match (&intent.customer, &intent.payment_method) {
            (Some(customer), Some(method)) if intent.is_taken() => self.card(customer, method).await,
            _ => None,
        };
        Payment { reference: intent.id.clone(), status: intent.status(), method }
    }

    async fn card(&self, customer: &str, method: &str) -> Option<KeptMethod> {
        let path = format!("/v1/payment_methods/{method}");
        let found = self.client.get::<shapes::Method>(&self.account, &path, &[]).await.ok()??;
        Some(found.kept(customer))
    }

    async fn fetch(&self, reference: &str) -> Result<Option<Intent>, PaymentError> {
        self.client.get(&self.account, &format!("/v1/payment_intents/{reference}"), &[]).await
    }

    /// The payment of this key among those of the last days, by what we wrote on it.
    async fn search(&self, payment: &PaymentRef) -> Result<Option<Intent>, PaymentError> {
        const PAGES: usize = 10;
        let key = payment.key.to_string();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = vec![("limit".to_owned(), "100".to_owned())];
            query.extend(after.take().map(|after| ("starting_after".to_owned(), after)));
            let list: Option<IntentList> =
                self.client.get(&self.account, "/v1/payment_intents", &query).await?;
            let Some(list) = list else { return Ok(None) };
            let final_one = list.data.last().map(|intent| intent.id.clone());
            if let Some(found) = list.data.into_iter().find(|intent| intent.is_ours(&key)) {
                return Ok(Some(found));
            }
            if !list.has_more {
                return Ok(None);
            }
            after = final_one;
        }
        Ok(None)
    }

    async fn reference_of(&self, payment: &PaymentRef) -> Result<String, PaymentError> {
        if let Some(reference) = &payment.reference {
            return Ok(reference.clone());
        }
        let found = self.search(payment).await?;
        found
            .map(|intent| intent.id)
            .ok_or_else(|| PaymentError::Refused("there is no such payment".to_owned()))
    }
}

fn metadata(form: Form, tenant: TenantId, payment: &str) -> Form {
    form.with("metadata[marzipan_shop]", tenant.to_string()).with("metadata[marzipan_payment]", payment)
}

/// A token of the client library is a card's (`tok_…`) or a payment method's (`pm_…`).
fn with_token(form: Form, token: &SecretString) -> Form {
    let token = token.expose_secret();
    if token.starts_with("pm_") {
        form.with("payment_method", token)
    } else {
        form.with("payment_method_data[type]", "card").with("payment_method_data[card][token]", token)
    }
}

impl PaymentProvider for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Answer<'a, Payment> {
        Box::pin(async move {
            let key = charge.key.to_string();
            let form = Form::default()
                .with("amount", charge.amount.minor().to_string())
                .with("currency", charge.amount.currency().as_str().to_ascii_lowercase())
                .with("description", charge.reference.clone());
            let mut form = metadata(form, charge.tenant, &key);
            if !charge.capture {
                form = form.with("capture_method", "manual");
            }
            if let Some(customer) = &charge.keep_for {
                form = form.with("customer", customer.clone()).with("setup_future_usage", "off_session");
            }
            form = match &charge.source {
                Source::Client => form.with("automatic_payment_methods[enabled]", "true"),
                Source::Token(token) => with_token(form, token).with("confirm", "true"),
                Source::Saved { customer, method } => {
                    let form = form.with("payment_method", method.clone()).with("confirm", "true");
                    if charge.keep_for.is_some() { form } else { form.with("customer", customer.clone()) }
                }
            };
            if charge.off_session {
                form = form.with("off_session", "true");
            } else if !matches!(charge.source, Source::Client)
                && let Some(url) = &charge.return_url
            {
                form = form.with("return_url", url.as_str());
            }
            if !matches!(charge.source, Source::Client) {
                form = form.with("payment_method_types[]", "card");
            }
            self.intent("/v1/payment_intents", form, Some(format!("charge-{key}"))).await
        })
    }

    fn capture<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        Box::pin(async move {
            let reference = self.reference_of(payment).await?;
            let path = format!("/v1/payment_intents/{reference}/capture");
            self.intent(&path, Form::default(), Some(format!("capture-{}", payment.key))).await
        })
    }

    fn cancel<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        Box::pin(async move {
            let reference = self.reference_of(payment).await?;
            let path = format!("/v1/payment_intents/{reference}/cancel");
            self.intent(&path, Form::default(), Some(format!("cancel-{}", payment.key))).await
        })
    }

    fn refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Refunded> {
        Box::pin(async move {
            let form = Form::default()
                .with("payment_intent", refund.payment.clone())
                .with("amount", refund.amount.minor().to_string());
            let form = metadata(form, refund.tenant, &refund.key.to_string());
            let key = Some(format!("refund-{}", refund.key));
            match self.client.post::<Refund>(&self.account, "/v1/refunds", form, key).await? {
                Called::Done(refund) => Ok(Refunded { reference: refund.id }),
                Called::Declined(error) => Err(PaymentError::Refused(error.decline().code)),
            }
        })
    }

    fn customer(&self, tenant: TenantId, customer: CustomerId) -> Answer<'_, String> {
        Box::pin(async move {
            let form = Form::default()
                .with("metadata[marzipan_shop]", tenant.to_string())
                .with("metadata[marzipan_customer]", customer.to_string());
            let key = Some(format!("customer-{customer}"));
            match self.client.post::<Customer>(&self.account, "/v1/customers", form, key).await? {
                Called::Done(customer) => Ok(customer.id),
                Called::Declined(error) => Err(PaymentError::Refused(error.decline().code)),
            }
        })
    }

    fn set_up<'a>(&'a self, set_up: &'a SetUp) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            let customer = match &set_up.provider_customer {
                Some(customer) => customer.clone(),
                None => self.customer(set_up.tenant, set_up.customer).await?,
            };
            let form = Form::default()
                .with("customer", customer.clone())
                .with("usage", "off_session")
                .with("payment_method_types[]", "card");
            let mut form = metadata(form, set_up.tenant, &set_up.key);
            if let Some(token) = &set_up.token {
                form = with_token(form, token).with("confirm", "true");
                if let Some(url) = &set_up.return_url {
                    form = form.with("return_url", url.as_str());
                }
            }
            let key = Some(format!("set-up-{}", set_up.key));
            match self.client.post::<Intent>(&self.account, "/v1/setup_intents", form, key).await? {
                Called::Done(intent) => Ok(self.begun(intent, customer).await),
                Called::Declined(error) => Ok(SetUpBegun {
                    reference: error.intent_id().unwrap_or_else(|| set_up.key.clone()),
                    customer,
                    status: PaymentStatus::Declined(error.decline()),
                    method: None,
                }),
            }
        })
    }

    fn set_up_outcome<'a>(&'a self, _: TenantId, reference: &'a str) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            let path = format!("/v1/setup_intents/{reference}");
            let found: Option<Intent> = self.client.get(&self.account, &path, &[]).await?;
            let intent = found.ok_or_else(|| PaymentError::Refused("there is no such set-up".to_owned()))?;
            let customer = intent.customer.clone().unwrap_or_default();
            Ok(self.begun(intent, customer).await)
        })
    }

    fn forget<'a>(&'a self, _: TenantId, method: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = format!("/v1/payment_methods/{method}/detach");
            self.client.post::<shapes::Method>(&self.account, &path, Form::default(), None).await.map(drop)
        })
    }

    fn look_up<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Option<Payment>> {
        Box::pin(async move {
            let found = match &payment.reference {
                Some(reference) => self.fetch(reference).await?,
                None => self.search(payment).await?,
            };
            match found {
                Some(intent) => Ok(Some(self.payment(intent).await)),
                None => Ok(None),
            }
        })
    }

    fn look_up_refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Option<Refunded>> {
        // The same request again is answered with what it did.
        Box::pin(async move { self.refund(refund).await.map(Some) })
    }

    fn read_webhook(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Event, WebhookRefused> {
        hook::read(&self.account.webhook_secret, signature, body, now)
    }
}

impl Stripe {
    async fn begun(&self, intent: Intent, customer: String) -> SetUpBegun {
        let status = intent.status();
        let method = match (&status, &intent.payment_method) {
            (PaymentStatus::Succeeded, Some(method)) => self.card(&customer, method).await,
            _ => None,
        };
        SetUpBegun { reference: intent.id, customer, status, method }
    }
}
