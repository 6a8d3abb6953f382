//! What each token of the published test mode comes to.

use url::Url;

use super::books::{SetUpEntry, Standing, State, method_of};
use crate::payments::{Decline, DeclineKind, KeptMethod, Payment, PaymentStatus, SetUpBegun};

pub(super) const AUTHENTICATION: &str = "tok_authentication_required";
pub(super) const UNKNOWN: &str = "tok_unknown";
pub(super) const SLOW: &str = "tok_slow";
const OK: &str = "tok_ok";
const DECLINED: &str = "tok_declined";
const NO_FUNDS: &str = "tok_insufficient_funds";
const EXPIRED: &str = "tok_expired_card";
const LOST: &str = "tok_lost_card";
const THEN_DECLINED: &str = "tok_ok_then_declined";
const ASKS_LATER: &str = "tok_authentication_on_renewal";

/// What a charge with this token comes to; `None` for a token that there is not.
pub(super) fn outcome(token: &str, is_saved: bool, off_session: bool, capture: bool) -> Option<State> {
    let good = if capture { State::Succeeded } else { State::Authorised };
    Some(match token {
        DECLINED | NO_FUNDS | EXPIRED | LOST => State::Declined,
        // A bank that has asked once lets later charges pass.
        AUTHENTICATION if is_saved => good,
        AUTHENTICATION => State::RequiresAction,
        THEN_DECLINED | ASKS_LATER if off_session => State::Declined,
        OK | UNKNOWN | SLOW | THEN_DECLINED | ASKS_LATER => good,
        _ => return None,
    })
}

fn decline(token: &str) -> Decline {
    let (kind, code, message) = match token {
        NO_FUNDS => (DeclineKind::Retry, "insufficient_funds", "There is not enough money on this card."),
        EXPIRED => (DeclineKind::NewCard, "expired_card", "This card has expired. Please use another one."),
        LOST => (DeclineKind::NewCard, "lost_card", "This card can not be used. Please use another one."),
        AUTHENTICATION => {
            (DeclineKind::Retry, "authentication_failed", "The bank did not approve the payment.")
        }
        ASKS_LATER => {
            (DeclineKind::Authentication, "authentication_required", "The bank wants to ask you first.")
        }
        _ => (DeclineKind::Retry, "card_declined", "The card was declined. Please try another one."),
    };
    Decline { kind, code: code.to_owned(), message: message.to_owned() }
}

fn status(state: State, token: &str, reference: &str, base_url: &Url) -> PaymentStatus {
    match state {
        State::Succeeded => PaymentStatus::Succeeded,
        State::Authorised => PaymentStatus::Authorised,
        State::Cancelled => PaymentStatus::Cancelled,
        State::Declined => PaymentStatus::Declined(decline(token)),
        State::RequiresAction => PaymentStatus::RequiresAction {
            client_secret: format!("{reference}_secret"),
            redirect_url: Some(format!(
                "{}/sandbox/authenticate/{reference}",
                base_url.as_str().trim_end_matches('/')
            )),
        },
    }
}

fn card(customer: String, reference: String, token: &str) -> KeptMethod {
    let (last4, year) = match token {
        EXPIRED => ("0069", 2024),
        THEN_DECLINED => ("0341", 2034),
        ASKS_LATER | AUTHENTICATION => ("3155", 2034),
        _ => ("4242", 2034),
    };
    KeptMethod {
        customer,
        reference,
        brand: "visa".to_owned(),
        last4: last4.to_owned(),
        expiry_month: 12,
        expiry_year: year,
    }
}

/// A charge as its caller sees it.
pub(super) fn payment(standing: &Standing, base_url: &Url) -> Payment {
    let charge = &standing.charge;
    let customer = charge.customer.clone().unwrap_or_default();
    let method = charge.method.clone().unwrap_or_default();
    let is_taken = matches!(charge.state, State::Succeeded | State::Authorised);
    Payment {
        reference: charge.reference.clone(),
        status: status(charge.state, &charge.token, &charge.reference, base_url),
        method: is_taken.then(|| card(customer, method, &charge.token)),
    }
}

/// A set-up as its caller sees it.
pub(super) fn set_up(entry: &SetUpEntry, base_url: &Url) -> SetUpBegun {
    let is_kept = entry.state == State::Succeeded;
    SetUpBegun {
        reference: entry.reference.clone(),
        customer: entry.customer.clone(),
        status: status(entry.state, &entry.token, &entry.reference, base_url),
        method: is_kept.then(|| card(entry.customer.clone(), method_of(&entry.reference), &entry.token)),
    }
}
