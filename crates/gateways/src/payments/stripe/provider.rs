//! Stripe as a payment provider.

use domain::ids::{CustomerId, TenantId};
use domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::amounts::stripe_amount;
use super::call::{Form, Reply};
use super::finding::{Found, charge_key, no_such_payment, whole};
use super::shapes::{CUSTOMER, Intent, Method, Page, Refund, SHOP, Thing};
use super::{Stripe, declines, hook};
use crate::payments::{
    Answer, Charge, Event, Payment, PaymentError, PaymentProvider, PaymentRef, PaymentStatus, RefundOrder,
    Refunded, SetUp, SetUpBegun, Source, WebhookRefused,
};

impl PaymentProvider for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Answer<'a, Payment> {
        Box::pin(async move {
            let payment = PaymentRef { tenant: charge.tenant, key: charge.key, reference: None };
            let form = charge_form(charge)?;
            let reply =
                self.line.post::<Intent>(&["payment_intents"], form, Some(charge_key(&payment))).await?;
            let charged = match reply {
                Reply::Done { value: intent, is_old: false } => self.payment(&intent).await,
                // The answer of the first time. It may stand otherwise by now.
                Reply::Done { value: intent, is_old: true } => {
                    let now = PaymentRef { reference: Some(intent.id), ..payment.clone() };
                    self.look_up(&now)
                        .await?
                        .ok_or_else(|| PaymentError::Refused(no_such_payment().to_owned()))
                }
                Reply::Declined(fault) => Ok(Payment {
                    // A card may be refused before Stripe gives the payment a name; then it has ours.
                    reference: fault
                        .payment_intent
                        .as_ref()
                        .map_or(charge.key.to_string(), |intent| intent.id.clone()),
                    status: PaymentStatus::Declined(fault.decline()),
                    method: None,
                }),
                Reply::Refused { fault, .. } => Err(fault.refused()),
            }?;
            if charge.off_session && matches!(charged.status, PaymentStatus::RequiresAction { .. }) {
                return self.ask_nobody(&payment, charged).await;
            }
            Ok(charged)
        })
    }

    fn capture<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        Box::pin(async move {
            let Found::Payment(intent) = self.find(payment).await? else {
                return Err(PaymentError::Refused(no_such_payment().to_owned()));
            };
            if intent.status()? == PaymentStatus::Succeeded {
                return self.payment(&intent).await;
            }
            let path = ["payment_intents", intent.id.as_str(), "capture"];
            let key = format!("capture-{}", payment.key);
            let intent = self.line.post::<Intent>(&path, whole(), Some(key)).await?.done()?;
            self.payment(&intent).await
        })
    }

    fn cancel<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        Box::pin(async move {
            let reference = match self.find(payment).await? {
                Found::Payment(intent) if intent.is_cancelled() => return self.payment(&intent).await,
                Found::Payment(intent) => intent.id,
                Found::Nothing { in_its_place: reference } => {
                    return Ok(Payment { reference, status: PaymentStatus::Cancelled, method: None });
                }
            };
            let path = ["payment_intents", reference.as_str(), "cancel"];
            // Without a key: a refusal of today would be repeated tomorrow. Cancelling twice is cancelling.
            let intent = self.line.post::<Intent>(&path, Form::default(), None).await?.done()?;
            self.payment(&intent).await
        })
    }

    fn refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Refunded> {
        Box::pin(async move {
            // Stripe forgets keys after a day, and a refund may be asked for again later than that.
            let before = self.look_up_refund(refund).await.map_err(|error| match error {
                PaymentError::Unknown(reason) => PaymentError::NotDone(reason),
                other => other,
            })?;
            if let Some(refunded) = before {
                return Ok(refunded);
            }
            let form = Form::default()
                .with("payment_intent", refund.payment.as_str())
                .with("amount", stripe_amount(refund.amount)?)
                .with("metadata[marzipan_shop]", refund.tenant.to_string())
                .with("metadata[marzipan_refund]", refund.key.to_string());
            let key = format!("refund-{}", refund.key);
            refunded(self.line.post::<Refund>(&["refunds"], form, Some(key)).await?.done()?)
        })
    }

    fn customer(&self, tenant: TenantId, customer: CustomerId) -> Answer<'_, String> {
        Box::pin(async move {
            // Stripe forgets keys after a day; whoever was made before that is in the index.
            let query = format!("metadata['{CUSTOMER}']:'{customer}' AND metadata['{SHOP}']:'{tenant}'");
            let query = Form::default().with("query", query).with("limit", "1");
            if let Reply::Done { value: page, .. } =
                self.line.get::<Page<Thing>>(&["customers", "search"], query).await?
                && let Some(known) = page.data.into_iter().next()
            {
                return Ok(known.id);
            }
            let form = Form::default()
                .with("metadata[marzipan_shop]", tenant.to_string())
                .with("metadata[marzipan_customer]", customer.to_string());
            let key = format!("customer-{tenant}-{customer}");
            let made = self.line.post::<Thing>(&["customers"], form, Some(key)).await?.done()?;
            Ok(made.id)
        })
    }

    fn set_up<'a>(&'a self, set_up: &'a SetUp) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            let customer = match &set_up.provider_customer {
                Some(customer) => customer.clone(),
                None => self.customer(set_up.tenant, set_up.customer).await?,
            };
            let mut form = Form::default()
                .with("customer", customer.as_str())
                .with("usage", "off_session")
                .with("payment_method_types[]", "card")
                .with("metadata[marzipan_shop]", set_up.tenant.to_string())
                .with("metadata[marzipan_set_up]", set_up.key.as_str());
            if set_up.token.is_none() {
                form = form.with("metadata[marzipan_by_client]", "1");
            }
            let key = format!("set-up-{}", set_up.key);
            let intent = self.line.post::<Intent>(&["setup_intents"], form, Some(key)).await?.done()?;
            let Some(token) = &set_up.token else { return self.begun(&intent).await };

            let mut form = with_token(whole(), token);
            if let Some(url) = &set_up.return_url {
                form = form.with("return_url", url.as_str());
            }
            let path = ["setup_intents", intent.id.as_str(), "confirm"];
            let key = format!("confirm-set-up-{}", set_up.key);
            match self.line.post::<Intent>(&path, form, Some(key)).await? {
                Reply::Done { value: intent, is_old: false } => self.begun(&intent).await,
                Reply::Done { is_old: true, .. } => self.set_up_outcome(set_up.tenant, &intent.id).await,
                Reply::Declined(fault) => Ok(SetUpBegun {
                    reference: fault.setup_intent.as_ref().map_or(intent.id, |named| named.id.clone()),
                    customer,
                    status: PaymentStatus::Declined(fault.decline()),
                    method: None,
                }),
                Reply::Refused { fault, .. } => Err(fault.refused()),
            }
        })
    }

    fn set_up_outcome<'a>(&'a self, tenant: TenantId, reference: &'a str) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            let found: Option<Intent> = self.line.find(&["setup_intents", reference], whole()).await?;
            let intent = found.filter(|intent| intent.is_of_shop(tenant));
            let intent = intent.ok_or_else(|| PaymentError::Refused("there is no such set-up".to_owned()))?;
            self.begun(&intent).await
        })
    }

    fn forget<'a>(&'a self, _: TenantId, method: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = ["payment_methods", method, "detach"];
            let fault = match self.line.post::<Thing>(&path, Form::default(), None).await? {
                Reply::Done { .. } | Reply::Refused { status: 404, .. } => return Ok(()),
                Reply::Declined(fault) | Reply::Refused { fault, .. } => fault,
            };
            // Stripe refuses to forget twice.
            match self.line.find::<Method>(&["payment_methods", method], Form::default()).await? {
                Some(method) if method.is_kept() => Err(fault.refused()),
                _ => Ok(()),
            }
        })
    }

    fn look_up<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Option<Payment>> {
        Box::pin(async move {
            match self.find(payment).await? {
                Found::Payment(intent) => self.payment(&intent).await.map(Some),
                Found::Nothing { .. } => Ok(None),
            }
        })
    }

    fn look_up_refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Option<Refunded>> {
        Box::pin(async move { self.find_refund(refund).await?.map(refunded).transpose() })
    }

    fn read_webhook(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Event, WebhookRefused> {
        hook::read(&self.line.account.webhook_secret, signature, body, now)
    }
}

impl Stripe {
    /// The bank asks, and nobody is there: the payment is let go, and refused as Stripe itself refuses most such charges, so that
    /// the customer can pay in another.
    async fn ask_nobody(&self, payment: &PaymentRef, charged: Payment) -> Result<Payment, PaymentError> {
        let asking = PaymentRef { reference: Some(charged.reference.clone()), ..payment.clone() };
        let cancelled =
            self.cancel(&asking).await.map_err(|error| PaymentError::Unknown(error.to_string()))?;
        if cancelled.status != PaymentStatus::Cancelled {
            return Ok(cancelled);
        }
        Ok(Payment { status: PaymentStatus::Declined(declines::authentication_required()), ..charged })
    }

    async fn begun(&self, intent: &Intent) -> Result<SetUpBegun, PaymentError> {
        let status = intent.status()?;
        let method = if status == PaymentStatus::Succeeded { self.card_of(intent).await } else { None };
        if status == PaymentStatus::Succeeded && method.is_none() {
            return Err(PaymentError::Unknown("Stripe kept a card and does not show it".to_owned()));
        }
        Ok(SetUpBegun {
            reference: intent.id.clone(),
            customer: intent.customer().to_owned(),
            status,
            method,
        })
    }
}

fn charge_form(charge: &Charge) -> Result<Form, PaymentError> {
    let mut form = whole()
        .with("amount", stripe_amount(charge.amount)?)
        .with("currency", charge.amount.currency().as_str().to_ascii_lowercase())
        .with("metadata[marzipan_shop]", charge.tenant.to_string())
        .with("metadata[marzipan_payment]", charge.key.to_string())
        .with("metadata[marzipan_order]", charge.reference.as_str());
    if !charge.capture {
        form = form.with("capture_method", "manual");
    }
    form = match &charge.source {
        Source::Client => {
            form.with("automatic_payment_methods[enabled]", "true").with("metadata[marzipan_by_client]", "1")
        }
        Source::Token(token) => confirmed(with_token(form, token), charge),
        Source::Saved { customer, method } => {
            let form = form.with("customer", customer.as_str()).with("payment_method", method.as_str());
            return Ok(confirmed(form, charge));
        }
    };
    if let Some(customer) = &charge.keep_for {
        form = form.with("customer", customer.as_str()).with("setup_future_usage", "off_session");
    }
    Ok(form)
}

/// Paid at once, by card.
fn confirmed(form: Form, charge: &Charge) -> Form {
    let form = form.with("confirm", "true").with("payment_method_types[]", "card");
    match &charge.return_url {
        // Nobody is there to be sent anywhere.
        _ if charge.off_session => form.with("off_session", "true"),
        Some(url) => form.with("return_url", url.as_str()),
        None => form,
    }
}

/// The client library gives a payment method (`pm_…`), or a token of the older kind (`tok_…`).
fn with_token(form: Form, token: &SecretString) -> Form {
    let token = token.expose_secret();
    if token.starts_with("pm_") {
        form.with("payment_method", token)
    } else {
        form.with("payment_method_data[type]", "card").with("payment_method_data[card][token]", token)
    }
}

fn refunded(refund: Refund) -> Result<Refunded, PaymentError> {
    if refund.has_failed() {
        return Err(PaymentError::Refused("the bank did not take the refund".to_owned()));
    }
    Ok(Refunded { reference: refund.id })
}
