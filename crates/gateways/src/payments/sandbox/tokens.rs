//! The cards of the sandbox: each token is a card that behaves in one way. Rule: what a token does is told here, and nowhere
//! else.
//!
//! | token | the shopper pays | kept, a renewal |
//! |---|---|---|
//! | `tok_ok` | succeeds | succeeds |
//! | `tok_declined` | declined; may go better later | – |
//! | `tok_insufficient_funds` | declined; may go better later | – |
//! | `tok_expired_card`, `tok_lost_card`, `tok_stolen_card` | declined; another card is needed | – |
//! | `tok_authentication_required` | the bank asks | succeeds |
//! | `tok_authentication_on_renewal` | succeeds | declined; the bank wants to ask |
//! | `tok_ok_then_declined` | succeeds | declined; may go better later |
//! | `tok_ok_then_declined_once` | succeeds | the first is declined, all others succeed |
//! | `tok_ok_then_insufficient_funds` | succeeds | declined; may go better later |
//! | `tok_ok_then_lost_card` | succeeds | declined; another card is needed |
//! | `tok_unknown` | is taken, and the answer is lost | the same |
//! | `tok_slow` | succeeds after three seconds | the same |
//!
//! To keep a card without a charge goes as the shopper's payment would.

use serde::{Deserialize, Serialize};

use crate::payments::{Decline, DeclineKind};

/// How a card behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Behaviour {
    Ok,
    Declined,
    InsufficientFunds,
    ExpiredCard,
    LostCard,
    StolenCard,
    AuthenticationRequired,
    AuthenticationOnRenewal,
    OkThenDeclined,
    OkThenDeclinedOnce,
    OkThenInsufficientFunds,
    OkThenLostCard,
    Unknown,
    Slow,
}

/// What a card's bank says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bank {
    Agrees,
    Asks,
    Declines(Reason),
}

/// Why a bank declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    CardDeclined,
    InsufficientFunds,
    ExpiredCard,
    LostCard,
    StolenCard,
    AuthenticationRequired,
    AuthenticationFailed,
}

impl Behaviour {
    /// The card behind a token, if there is such a token.
    pub(super) fn of_token(token: &str) -> Option<Self> {
        Some(match token {
            "tok_ok" => Self::Ok,
            "tok_declined" => Self::Declined,
            "tok_insufficient_funds" => Self::InsufficientFunds,
            "tok_expired_card" => Self::ExpiredCard,
            "tok_lost_card" => Self::LostCard,
            "tok_stolen_card" => Self::StolenCard,
            "tok_authentication_required" => Self::AuthenticationRequired,
            "tok_authentication_on_renewal" => Self::AuthenticationOnRenewal,
            "tok_ok_then_declined" => Self::OkThenDeclined,
            "tok_ok_then_declined_once" => Self::OkThenDeclinedOnce,
            "tok_ok_then_insufficient_funds" => Self::OkThenInsufficientFunds,
            "tok_ok_then_lost_card" => Self::OkThenLostCard,
            "tok_unknown" => Self::Unknown,
            "tok_slow" => Self::Slow,
            _ => return None,
        })
    }

    /// What the bank says to the shopper.
    pub(super) const fn to_shopper(self) -> Bank {
        match self {
            Self::Declined => Bank::Declines(Reason::CardDeclined),
            Self::InsufficientFunds => Bank::Declines(Reason::InsufficientFunds),
            Self::ExpiredCard => Bank::Declines(Reason::ExpiredCard),
            Self::LostCard => Bank::Declines(Reason::LostCard),
            Self::StolenCard => Bank::Declines(Reason::StolenCard),
            Self::AuthenticationRequired => Bank::Asks,
            _ => Bank::Agrees,
        }
    }

    /// What the bank says while nobody is there; `before` counts what it was asked so before.
    pub(super) const fn to_renewal(self, before: u32) -> Bank {
        match self {
            Self::AuthenticationRequired => Bank::Agrees,
            Self::AuthenticationOnRenewal => Bank::Declines(Reason::AuthenticationRequired),
            Self::OkThenDeclined => Bank::Declines(Reason::CardDeclined),
            Self::OkThenDeclinedOnce if before == 0 => Bank::Declines(Reason::CardDeclined),
            Self::OkThenInsufficientFunds => Bank::Declines(Reason::InsufficientFunds),
            Self::OkThenLostCard => Bank::Declines(Reason::LostCard),
            _ => self.to_shopper(),
        }
    }

    /// The last four digits, so that one card is told from another on a page.
    pub(super) const fn last4(self) -> &'static str {
        match self {
            Self::Ok => "4242",
            Self::Declined => "0002",
            Self::InsufficientFunds => "9995",
            Self::ExpiredCard => "0069",
            Self::LostCard => "9987",
            Self::StolenCard => "9979",
            Self::AuthenticationRequired => "3155",
            Self::AuthenticationOnRenewal => "3184",
            Self::OkThenDeclined => "0341",
            Self::OkThenDeclinedOnce => "0342",
            Self::OkThenInsufficientFunds => "0343",
            Self::OkThenLostCard => "0344",
            Self::Unknown => "0500",
            Self::Slow => "0003",
        }
    }
}

impl Reason {
    /// What the shop is told.
    pub(super) fn decline(self) -> Decline {
        let (kind, code, message) = match self {
            Self::CardDeclined => (DeclineKind::Retry, "card_declined", "Your card was declined."),
            Self::InsufficientFunds => {
                (DeclineKind::Retry, "insufficient_funds", "Your card has insufficient funds.")
            }
            Self::ExpiredCard => (DeclineKind::NewCard, "expired_card", "Your card has expired."),
            // To somebody who found a card, the bank says no more than this.
            Self::LostCard => (DeclineKind::NewCard, "lost_card", "Your card was declined."),
            Self::StolenCard => (DeclineKind::NewCard, "stolen_card", "Your card was declined."),
            Self::AuthenticationRequired => (
                DeclineKind::Authentication,
                "authentication_required",
                "Your bank asks you to confirm this payment.",
            ),
            Self::AuthenticationFailed => (
                DeclineKind::Authentication,
                "authentication_failed",
                "The payment was not confirmed with your bank.",
            ),
        };
        Decline { kind, code: code.to_owned(), message: message.to_owned() }
    }
}
