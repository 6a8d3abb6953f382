//! What became of a payment whose answer was lost.
//!
//! Rule: that Stripe has never heard of a payment is said only when it can not hear of it any more. First the newest payments
//! are read, then Stripe's search index is asked, which lags behind by about a minute. Where neither has it, its idempotency
//! key is used up with a payment that is let go at once: if the lost request was heard, Stripe refuses the key, and the
//! outcome stays unknown until the index has it; if it was not, it can not act when it comes late. Stripe keeps keys for a day
//! at least.

use serde::de::DeserializeOwned;

use super::Stripe;
use super::call::{Form, Reply};
use super::shapes::{Intent, PAYMENT, Page, REFUND, Refund, SHOP};
use crate::payments::{KeptMethod, Payment, PaymentError, PaymentRef, PaymentStatus, RefundOrder};

/// Pages of the newest payments that are read; each has a hundred.
const NEWEST_PAGES: usize = 3;
/// Pages of a payment's refunds that are read.
const REFUND_PAGES: usize = 10;

/// What was found.
pub(super) enum Found {
    Payment(Box<Intent>),
    /// It was not there, and can not come any more. The name is that of the payment which used its key up.
    Nothing {
        in_its_place: String,
    },
}

pub(super) const fn no_such_payment() -> &'static str {
    "there is no such payment"
}

impl Stripe {
    /// The payment, by its reference where that is known, else by our key.
    pub(super) async fn find(&self, payment: &PaymentRef) -> Result<Found, PaymentError> {
        // A payment that was refused before Stripe named it has no reference of Stripe's.
        if let Some(reference) = payment.reference.as_deref().filter(|name| name.starts_with("pi_")) {
            let found: Option<Intent> = self.line.find(&["payment_intents", reference], whole()).await?;
            let intent = found.filter(|intent| intent.is_of(payment));
            let intent = intent.ok_or_else(|| PaymentError::Refused(no_such_payment().to_owned()))?;
            return Ok(Found::Payment(Box::new(intent)));
        }
        if let Some(intent) = self.among_newest(payment).await? {
            return Ok(Found::Payment(Box::new(intent)));
        }
        if let Some(intent) = self.in_index(payment).await? {
            return Ok(Found::Payment(Box::new(intent)));
        }
        self.use_key_up(payment).await
    }

    async fn among_newest(&self, payment: &PaymentRef) -> Result<Option<Intent>, PaymentError> {
        self.in_pages(&["payment_intents"], whole_of_each, NEWEST_PAGES, |intent: &Intent| {
            (intent.id.clone(), intent.is_of(payment))
        })
        .await
    }

    async fn in_index(&self, payment: &PaymentRef) -> Result<Option<Intent>, PaymentError> {
        let query =
            format!("metadata['{PAYMENT}']:'{}' AND metadata['{SHOP}']:'{}'", payment.key, payment.tenant);
        let query = whole_of_each().with("query", query).with("limit", "1");
        match self.line.get::<Page<Intent>>(&["payment_intents", "search"], query).await? {
            Reply::Done { value: page, .. } => Ok(page.data.into_iter().find(|intent| intent.is_of(payment))),
            // Stripe has no index in some countries.
            Reply::Refused { .. } | Reply::Declined(_) => Ok(None),
        }
    }

    async fn use_key_up(&self, payment: &PaymentRef) -> Result<Found, PaymentError> {
        let form = Form::default()
            .with("amount", "100")
            .with("currency", "usd")
            .with("metadata[marzipan_shop]", payment.tenant.to_string())
            .with("metadata[marzipan_instead_of]", payment.key.to_string());
        let key = charge_key(payment);
        match self.line.post::<Intent>(&["payment_intents"], form, Some(key)).await? {
            Reply::Done { value: intent, .. } => {
                let cancel = ["payment_intents", intent.id.as_str(), "cancel"];
                // Nobody has its secret: whether it stands open or not, nothing comes of it.
                if let Err(error) = self.line.post::<Intent>(&cancel, Form::default(), None).await {
                    tracing::warn!(payment.id = %payment.key, error = %error, "an empty payment stays open at Stripe");
                }
                Ok(Found::Nothing { in_its_place: intent.id })
            }
            Reply::Refused { fault, .. } if fault.is_of_key() => Err(PaymentError::Unknown(
                "Stripe has heard of the payment and does not list it yet".to_owned(),
            )),
            Reply::Declined(fault) | Reply::Refused { fault, .. } => {
                let PaymentError::Refused(reason) = fault.refused() else {
                    return Err(PaymentError::Unknown("Stripe does not tell".to_owned()));
                };
                Err(PaymentError::Unknown(reason))
            }
        }
    }

    /// The refund with our key among those of its payment.
    pub(super) async fn find_refund(&self, refund: &RefundOrder) -> Result<Option<Refund>, PaymentError> {
        let of_payment = || Form::default().with("payment_intent", refund.payment.as_str());
        let key = refund.key.to_string();
        self.in_pages(&["refunds"], of_payment, REFUND_PAGES, |found: &Refund| {
            (found.id.clone(), found.metadata.get(REFUND) == Some(&key))
        })
        .await
    }

    /// The first of a list that is wanted. `look` gives each one's name, and whether it is that.
    async fn in_pages<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: impl Fn() -> Form,
        pages: usize,
        look: impl Fn(&T) -> (String, bool),
    ) -> Result<Option<T>, PaymentError> {
        let mut after: Option<String> = None;
        for _ in 0..pages {
            let mut query = query().with("limit", "100");
            if let Some(after) = after.take() {
                query = query.with("starting_after", after);
            }
            let page: Page<T> = self.line.get(path, query).await?.done()?;
            for item in page.data {
                let (name, is_wanted) = look(&item);
                if is_wanted {
                    return Ok(Some(item));
                }
                after = Some(name);
            }
            if !page.has_more || after.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// A payment as the trait has it.
    pub(super) async fn payment(&self, intent: &Intent) -> Result<Payment, PaymentError> {
        let status = intent.status()?;
        let method = match status {
            PaymentStatus::Succeeded | PaymentStatus::Authorised => self.card_of(intent).await,
            _ => None,
        };
        Ok(Payment { reference: intent.id.clone(), status, method })
    }

    /// The card. A payment that has succeeded is told even where its card can not be read now.
    pub(super) async fn card_of(&self, intent: &Intent) -> Option<KeptMethod> {
        if let Some(method) = intent.method() {
            return method.shown(intent.customer());
        }
        let path = ["payment_methods", intent.method_name()?];
        let method: super::shapes::Method = self.line.find(&path, Form::default()).await.ok()??;
        method.shown(intent.customer())
    }
}

/// The key that a payment is charged with.
pub(super) fn charge_key(payment: &PaymentRef) -> String {
    format!("charge-{}", payment.key)
}

/// Answers have the whole of the card in them.
pub(super) fn whole() -> Form {
    Form::default().with("expand[]", "payment_method")
}

fn whole_of_each() -> Form {
    Form::default().with("expand[]", "data.payment_method")
}
