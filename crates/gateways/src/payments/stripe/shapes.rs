//! What Stripe answers, as far as it is read. Rule: a status that is not known is an answer that can not be read.

use std::collections::HashMap;

use domain::ids::{PaymentId, TenantId};
use serde::Deserialize;

use super::declines::{decline_kind, without_secrets};
use crate::payments::{Decline, KeptMethod, PaymentError, PaymentRef, PaymentStatus};

/// What we write on what we make: the shop it is of,
pub(super) const SHOP: &str = "marzipan_shop";
/// our key of the payment,
pub(super) const PAYMENT: &str = "marzipan_payment";
/// of the refund,
pub(super) const REFUND: &str = "marzipan_refund";
/// and of the customer;
pub(super) const CUSTOMER: &str = "marzipan_customer";
/// and whether the shopper finishes it with the client library, who may try another card when one is refused.
pub(super) const BY_CLIENT: &str = "marzipan_by_client";

/// A payment intent, or a set-up intent.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    status: String,
    client_secret: Option<Hidden>,
    customer: Option<Named>,
    payment_method: Option<MethodField>,
    next_action: Option<NextAction>,
    #[serde(alias = "last_setup_error")]
    last_payment_error: Option<Box<Fault>>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

/// A text that nobody prints.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Hidden(String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A thing by its name, or the whole of it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Named {
    Name(String),
    Whole { id: String },
}

impl Named {
    fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Whole { id: name } => name,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum MethodField {
    Name(String),
    Whole(Box<Method>),
}

#[derive(Debug, Deserialize)]
struct NextAction {
    redirect_to_url: Option<Redirect>,
}

#[derive(Debug, Deserialize)]
struct Redirect {
    url: Option<String>,
}

impl Intent {
    pub(super) fn is_of(&self, payment: &PaymentRef) -> bool {
        let has = |name: &str, value: String| self.metadata.get(name) == Some(&value);
        has(SHOP, payment.tenant.to_string()) && has(PAYMENT, payment.key.to_string())
    }

    pub(super) fn is_of_shop(&self, tenant: TenantId) -> bool {
        self.metadata.get(SHOP).is_some_and(|shop| *shop == tenant.to_string())
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.status == "canceled"
    }

    /// How it stands.
    pub(super) fn status(&self) -> Result<PaymentStatus, PaymentError> {
        Ok(match self.status.as_str() {
            "succeeded" => PaymentStatus::Succeeded,
            "requires_capture" => PaymentStatus::Authorised,
            "processing" => PaymentStatus::Processing,
            "canceled" => PaymentStatus::Cancelled,
            "requires_payment_method" => match &self.last_payment_error {
                Some(fault) if !self.metadata.contains_key(BY_CLIENT) => {
                    PaymentStatus::Declined(fault.decline())
                }
                _ => self.waits(),
            },
            "requires_action" | "requires_confirmation" => self.waits(),
            _ => return Err(PaymentError::Unknown("Stripe tells a status that is not known".to_owned())),
        })
    }

    fn waits(&self) -> PaymentStatus {
        let redirect = self.next_action.as_ref().and_then(|action| action.redirect_to_url.as_ref());
        PaymentStatus::RequiresAction {
            client_secret: self.client_secret.as_ref().map(|secret| secret.0.clone()).unwrap_or_default(),
            redirect_url: redirect.and_then(|redirect| redirect.url.clone()),
        }
    }

    /// The customer that it was made with.
    pub(super) fn customer(&self) -> &str {
        self.customer.as_ref().map(Named::name).unwrap_or_default()
    }

    /// The card, where the answer has the whole of it.
    pub(super) fn method(&self) -> Option<&Method> {
        match &self.payment_method {
            Some(MethodField::Whole(method)) => Some(method),
            _ => None,
        }
    }

    /// The card's name, where the answer has nothing but that.
    pub(super) fn method_name(&self) -> Option<&str> {
        match &self.payment_method {
            Some(MethodField::Name(name)) => Some(name),
            _ => None,
        }
    }
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// A payment method.
#[derive(Debug, Deserialize)]
pub(super) struct Method {
    id: String,
    customer: Option<Named>,
    card: Option<Card>,
}

#[derive(Debug, Deserialize)]
struct Card {
    brand: String,
    last4: String,
    exp_month: i64,
    exp_year: i64,
}

impl Method {
    pub(super) fn is_kept(&self) -> bool {
        self.customer.is_some()
    }

    /// What a receipt shows of it; nothing where it is no card. `customer` is whom it was used for.
    pub(super) fn shown(&self, customer: &str) -> Option<KeptMethod> {
        let card = self.card.as_ref()?;
        Some(KeptMethod {
            customer: self.customer.as_ref().map_or(customer, Named::name).to_owned(),
            reference: self.id.clone(),
            brand: card.brand.clone(),
            last4: card.last4.clone(),
            expiry_month: card.exp_month,
            expiry_year: card.exp_year,
        })
    }
}

/// Money given back.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    status: Option<String>,
    #[serde(default)]
    pub(super) metadata: HashMap<String, String>,
}

impl Refund {
    /// Whether the money came back to us.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }
}

/// Whatever has a name.
#[derive(Debug, Deserialize)]
pub(super) struct Thing {
    pub(super) id: String,
}

/// An answer that is no success.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) error: Fault,
}

/// What is wrong.
#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<Hidden>,
    param: Option<String>,
    pub(super) payment_intent: Option<Box<Intent>>,
    pub(super) setup_intent: Option<Box<Intent>>,
}

impl Fault {
    pub(super) fn is_of_card(&self) -> bool {
        self.kind.as_deref() == Some("card_error")
    }

    /// Whether the key was used for another request.
    pub(super) fn is_of_key(&self) -> bool {
        self.kind.as_deref() == Some("idempotency_error")
    }

    pub(super) fn decline(&self) -> Decline {
        let code = self.decline_code.as_ref().or(self.code.as_ref());
        let code = code.map_or("card_declined", String::as_str);
        let message = self.message.as_ref().map_or("Your card was declined.", |message| &message.0);
        Decline { kind: decline_kind(code), code: without_secrets(code), message: without_secrets(message) }
    }

    /// For a log, with what stands in it of secrets taken out.
    pub(super) fn refused(&self) -> PaymentError {
        let parts = [self.kind.as_deref(), self.code.as_deref(), self.param.as_deref()];
        let code: Vec<&str> = parts.into_iter().flatten().collect();
        let message = self.message.as_ref().map(|message| message.0.as_str()).unwrap_or_default();
        PaymentError::Refused(without_secrets(&format!("{} ({message})", code.join(" "))))
    }
}

/// Our key of a payment that something was written on.
pub(super) fn payment_named(
    metadata: &HashMap<String, String>,
    reference: Option<String>,
) -> Option<PaymentRef> {
    let tenant: TenantId = metadata.get(SHOP)?.parse().ok()?;
    let key: PaymentId = metadata.get(PAYMENT)?.parse().ok()?;
    Some(PaymentRef { tenant, key, reference })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(json: &str) -> Intent {
        serde_json::from_str(json).expect("an intent")
    }

    #[test]
    fn an_intent_says_how_it_stands() {
        for (json, expected) in [
            (r#"{"id":"pi_1","status":"succeeded"}"#, PaymentStatus::Succeeded),
            (r#"{"id":"pi_1","status":"requires_capture"}"#, PaymentStatus::Authorised),
            (r#"{"id":"pi_1","status":"processing"}"#, PaymentStatus::Processing),
            (r#"{"id":"pi_1","status":"canceled"}"#, PaymentStatus::Cancelled),
        ] {
            assert_eq!(intent(json).status(), Ok(expected));
        }
        let odd = intent(r#"{"id":"pi_1","status":"requires_luck"}"#).status();
        assert!(matches!(odd, Err(PaymentError::Unknown(_))));
    }

    #[test]
    fn a_refused_card_ends_a_payment_unless_the_shopper_may_try_another() {
        let refused = r#""status":"requires_payment_method","client_secret":"s",
            "last_payment_error":{"type":"card_error","code":"card_declined","decline_code":"lost_card"}"#;
        let ours = intent(&format!(r#"{{"id":"pi_1",{refused}}}"#)).status();
        assert!(matches!(ours, Ok(PaymentStatus::Declined(decline)) if decline.code == "lost_card"));
        let clients =
            intent(&format!(r#"{{"id":"pi_1",{refused},"metadata":{{"marzipan_by_client":"1"}}}}"#));
        assert!(matches!(clients.status(), Ok(PaymentStatus::RequiresAction { .. })));
        let set_up = intent(
            r#"{"id":"seti_1","status":"requires_payment_method","last_setup_error":{"code":"expired_card"}}"#,
        );
        assert!(
            matches!(set_up.status(), Ok(PaymentStatus::Declined(decline)) if decline.code == "expired_card")
        );
    }

    #[test]
    fn a_card_is_kept_where_it_has_a_customer() {
        let card = r#""card":{"brand":"visa","last4":"4242","exp_month":12,"exp_year":2034}"#;
        let once = intent(&format!(
            r#"{{"id":"pi_1","status":"succeeded","payment_method":{{"id":"pm_1",{card}}}}}"#
        ));
        let shown = once.method().and_then(|method| method.shown(once.customer())).expect("a card");
        assert_eq!(
            (shown.customer.as_str(), shown.reference.as_str(), shown.expiry_year),
            ("", "pm_1", 2034)
        );
        let kept = intent(&format!(
            r#"{{"id":"pi_1","status":"succeeded","customer":{{"id":"cus_1"}},"payment_method":{{"id":"pm_1",
                "customer":"cus_1",{card}}}}}"#
        ));
        let shown = kept.method().and_then(|method| method.shown(kept.customer())).expect("a card");
        assert_eq!((shown.customer.as_str(), kept.customer()), ("cus_1", "cus_1"));
        let named = intent(r#"{"id":"pi_1","status":"succeeded","payment_method":"pm_1"}"#);
        assert_eq!((named.method_name(), named.method().is_none()), (Some("pm_1"), true));
    }
}
