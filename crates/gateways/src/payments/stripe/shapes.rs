//! What Stripe answers, as far as it is read.

use std::collections::HashMap;

use serde::Deserialize;

use crate::payments::{Decline, DeclineKind, KeptMethod, PaymentStatus};

/// A payment intent, or a set-up intent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    status: String,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default)]
    pub(super) customer: Option<String>,
    #[serde(default)]
    pub(super) payment_method: Option<String>,
    #[serde(default)]
    next_action: Option<NextAction>,
    #[serde(default, alias = "last_setup_error")]
    last_payment_error: Option<Fault>,
    #[serde(default)]
    pub(super) metadata: HashMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
struct NextAction {
    #[serde(default)]
    redirect_to_url: Option<Redirect>,
}

#[derive(Clone, Debug, Deserialize)]
struct Redirect {
    #[serde(default)]
    url: Option<String>,
}

impl Intent {
    pub(super) fn is_taken(&self) -> bool {
        ["succeeded", "requires_capture"].contains(&self.status.as_str())
    }

    pub(super) fn is_ours(&self, key: &str) -> bool {
        self.metadata.get("marzipan_payment").is_some_and(|known| known == key)
    }

    pub(super) fn status(&self) -> PaymentStatus {
        let waits = || PaymentStatus::RequiresAction {
            client_secret: self.client_secret.clone().unwrap_or_default(),
            redirect_url: self
                .next_action
                .as_ref()
                .and_then(|action| action.redirect_to_url.as_ref()?.url.clone()),
        };
        match self.status.as_str() {
            "succeeded" => PaymentStatus::Succeeded,
            "requires_capture" => PaymentStatus::Authorised,
            "canceled" => PaymentStatus::Cancelled,
            // A card that was refused leaves the intent waiting for another one; ours ends there.
            "requires_payment_method" => match &self.last_payment_error {
                Some(fault) => PaymentStatus::Declined(fault.decline()),
                None => waits(),
            },
            "requires_action" | "requires_source_action" | "requires_confirmation" | "requires_source" => {
                waits()
            }
            _ => PaymentStatus::Processing,
        }
    }
}

/// A page of intents.
#[derive(Deserialize)]
pub(super) struct IntentList {
    pub(super) data: Vec<Intent>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// A kept card.
#[derive(Deserialize)]
pub(super) struct Method {
    id: String,
    #[serde(default)]
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    #[serde(default)]
    brand: String,
    #[serde(default)]
    last4: String,
    #[serde(default)]
    exp_month: i64,
    #[serde(default)]
    exp_year: i64,
}

impl Method {
    pub(super) fn kept(self, customer: &str) -> KeptMethod {
        let card = self.card.unwrap_or(Card {
            brand: String::new(),
            last4: String::new(),
            exp_month: 0,
            exp_year: 0,
        });
        KeptMethod {
            customer: customer.to_owned(),
            reference: self.id,
            brand: card.brand.to_lowercase(),
            last4: card.last4,
            expiry_month: card.exp_month,
            expiry_year: card.exp_year,
        }
    }
}

/// Money given back.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
}

/// A customer.
#[derive(Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
}

/// An answer that is no success.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) error: Fault,
}

/// What is wrong.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Fault {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    payment_intent: Option<Named>,
    #[serde(default)]
    setup_intent: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
struct Named {
    id: String,
}

impl Failure {
    pub(super) fn intent_id(&self) -> Option<String> {
        let named = self.error.payment_intent.as_ref().or(self.error.setup_intent.as_ref());
        named.map(|named| named.id.clone())
    }

    pub(super) fn decline(&self) -> Decline {
        self.error.decline()
    }
}

impl Fault {
    fn decline(&self) -> Decline {
        let code = self.decline_code.clone().or_else(|| self.code.clone());
        let code = code.unwrap_or_else(|| "card_declined".to_owned());
        Decline {
            kind: decline_kind(&code),
            message: self.message.clone().unwrap_or_else(|| "The card was declined.".to_owned()),
            code,
        }
    }
}

/// What a code means for a further try (Stripe's list of decline codes).
fn decline_kind(code: &str) -> DeclineKind {
    match code {
        "authentication_required"
        | "authentication_not_handled"
        | "payment_intent_authentication_failure" => DeclineKind::Authentication,
        "lost_card"
        | "stolen_card"
        | "expired_card"
        | "pickup_card"
        | "restricted_card"
        | "incorrect_number"
        | "invalid_number"
        | "invalid_expiry_month"
        | "invalid_expiry_year"
        | "invalid_account"
        | "card_not_supported"
        | "new_account_information_available"
        | "revocation_of_all_authorizations"
        | "revocation_of_authorization"
        | "stop_payment_order"
        | "fraudulent"
        | "merchant_blacklist" => DeclineKind::NewCard,
        _ => DeclineKind::Retry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(json: &str) -> PaymentStatus {
        serde_json::from_str::<Intent>(json).expect("an intent").status()
    }

    #[test]
    fn an_intent_says_where_it_stands() {
        for (json, status) in [
            (r#"{"id":"pi_1","status":"succeeded"}"#, PaymentStatus::Succeeded),
            (r#"{"id":"pi_1","status":"requires_capture"}"#, PaymentStatus::Authorised),
            (r#"{"id":"pi_1","status":"canceled"}"#, PaymentStatus::Cancelled),
            (r#"{"id":"pi_1","status":"processing"}"#, PaymentStatus::Processing),
            (
                r#"{"id":"pi_1","status":"requires_action","client_secret":"s","next_action":{"type":"redirect_to_url",
                    "redirect_to_url":{"url":"https://hooks.stripe.example/3ds","return_url":"https://shop.example"}}}"#,
                PaymentStatus::RequiresAction {
                    client_secret: "s".to_owned(),
                    redirect_url: Some("https://hooks.stripe.example/3ds".to_owned()),
                },
            ),
            (
                r#"{"id":"pi_1","status":"requires_payment_method","client_secret":"s"}"#,
                PaymentStatus::RequiresAction { client_secret: "s".to_owned(), redirect_url: None },
            ),
        ] {
            assert_eq!(intent(json), status, "{json}");
        }
    }

    #[test]
    fn a_refusal_says_what_it_means_for_a_further_try() {
        for (code, kind) in [
            ("insufficient_funds", DeclineKind::Retry),
            ("generic_decline", DeclineKind::Retry),
            ("try_again_later", DeclineKind::Retry),
            ("lost_card", DeclineKind::NewCard),
            ("stolen_card", DeclineKind::NewCard),
            ("expired_card", DeclineKind::NewCard),
            ("authentication_required", DeclineKind::Authentication),
        ] {
            let json = format!(
                r#"{{"error":{{"type":"card_error","code":"card_declined","decline_code":"{code}",
                    "message":"Your card was declined.","payment_intent":{{"id":"pi_9"}}}}}}"#
            );
            let failure: Failure = serde_json::from_str(&json).expect("a failure");
            assert_eq!(failure.decline().kind, kind, "{code}");
            assert_eq!(failure.intent_id().as_deref(), Some("pi_9"));
        }
    }
}
