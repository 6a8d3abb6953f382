//! Whom a shop takes payments through, and what they tell it. Rule: a provider's webhook only says that it is time to look; how
//! a payment stands is asked of the provider.

mod account;
mod hearing;
mod methods;
mod sandbox;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use store::StoreError;

pub(crate) use account::{Account, account, account_named};
pub use account::{
    ProviderEntry, ProviderForm, provider_account, remove_provider_account, set_provider_account,
};
pub use hearing::{Heard, hear, hear_sandbox_at};
pub use methods::{
    MethodEntry, SetUpEntry, begin_set_up, make_default, payment_methods, remove_payment_method,
};
pub(crate) use methods::{forget_all as forget_methods, of_customer as methods_of};
pub use sandbox::{
    SandboxChargeEntry, SandboxFaults, SandboxPayment, authenticate, charges, sandbox_payment, set_faults,
};

/// Why a payment use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PaymentsError {
    /// The shop has no payment provider.
    #[error("the shop takes no payments yet")]
    NotSetUp,
    /// No such card, payment or account.
    #[error("not found")]
    NotFound,
    /// An active subscription has no other card.
    #[error("a subscription needs this card")]
    InUse,
    /// The customer has as many cards as a customer may have.
    #[error("the customer has too many cards")]
    TooMany,
    /// The card was refused.
    #[error("the card was refused: {0}")]
    Declined(String),
    /// The provider is out of reach.
    #[error("the provider is out of reach")]
    ProviderAway,
    /// A webhook that is not the provider's.
    #[error("the webhook is not the provider's")]
    Forged,
    /// `If-Match` named another version.
    #[error("the account was changed meanwhile")]
    Stale,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PaymentsError> for Problem {
    fn from(error: PaymentsError) -> Self {
        match error {
            PaymentsError::NotSetUp => {
                Self::new(Kind::Conflict, "payments_not_set_up", "This shop does not take payments yet.")
            }
            PaymentsError::NotFound => Self::not_found(),
            PaymentsError::InUse => Self::new(
                Kind::Conflict,
                "payment_method_in_use",
                "A subscription is paid with this card. Please add another one first.",
            ),
            PaymentsError::TooMany => {
                Self::new(Kind::Conflict, "limit_reached", "There can be no more than 20 of these.")
            }
            PaymentsError::Declined(message) => Self::new(Kind::PaymentRequired, "card_declined", message),
            PaymentsError::ProviderAway => Self::unavailable(),
            PaymentsError::Forged => {
                Self::new(Kind::BadRequest, "bad_signature", "The signature is not the provider's.")
            }
            PaymentsError::Stale => {
                Self::new(Kind::Stale, "stale", "The account was changed meanwhile. Please load it again.")
            }
            PaymentsError::Invalid(fields) => Self::invalid(fields),
            PaymentsError::Store(error) => error.into(),
        }
    }
}
