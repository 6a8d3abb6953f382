//! Payments. Rule: every call that moves money carries our own idempotency key, and an answer that did not come is
//! [`PaymentError::Unknown`] and is looked up by that key, never guessed.

mod client;
mod registry;
pub mod sandbox;
mod signature;
mod stripe;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use domain::ids::{CustomerId, PaymentId, RefundId, TenantId};
use domain::money::Money;
use domain::time::Timestamp;
use secrecy::SecretString;
use url::Url;

pub use self::client::NoClient;
pub use self::registry::Payments;
pub use self::stripe::{Stripe, StripeAccount, StripeClient, VERSION as STRIPE_VERSION};

/// What a provider's call gives in the end.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, PaymentError>> + Send + 'a>>;

/// Somebody who moves money.
pub trait PaymentProvider: Send + Sync {
    /// Its name in the API: `sandbox`, `stripe`.
    fn name(&self) -> &'static str;

    /// Takes the money at once, or holds it where `capture` is false.
    fn charge<'a>(&'a self, charge: &'a Charge) -> Answer<'a, Payment>;

    /// Takes what is held.
    fn capture<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment>;

    /// Lets go of a payment that was not completed.
    fn cancel<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment>;

    /// Gives back a part of it, or all.
    fn refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Refunded>;

    /// The provider's name of a customer, made at the first call and the same at every later one.
    fn customer(&self, tenant: TenantId, customer: CustomerId) -> Answer<'_, String>;

    /// Begins to keep a card for later.
    fn set_up<'a>(&'a self, set_up: &'a SetUp) -> Answer<'a, SetUpBegun>;

    /// How a set-up stands.
    fn set_up_outcome<'a>(&'a self, tenant: TenantId, reference: &'a str) -> Answer<'a, SetUpBegun>;

    /// Forgets a kept card.
    fn forget<'a>(&'a self, tenant: TenantId, method: &'a str) -> Answer<'a, ()>;

    /// What became of a charge: by the provider's reference where it is known, else by our key. `None`: the provider has
    /// never heard of it.
    fn look_up<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Option<Payment>>;

    /// What became of a refund, by our key.
    fn look_up_refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Option<Refunded>>;

    /// Reads a webhook: checks that it is from the provider and not older than its tolerance.
    ///
    /// # Errors
    /// [`WebhookRefused`] for a forged, stale or unreadable one.
    fn read_webhook(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Event, WebhookRefused>;
}

/// Who pays with what.
#[derive(Clone)]
pub enum Source {
    /// What the provider's client library made of the card, on the shopper's device.
    Token(SecretString),
    /// A kept card.
    Saved {
        /// The provider's name of the customer.
        customer: String,
        /// The provider's name of the card.
        method: String,
    },
    /// Nothing yet: the client library finishes it with the payment's client secret.
    Client,
}

/// A charge to make.
pub struct Charge {
    /// The shop.
    pub tenant: TenantId,
    /// The idempotency key. The same key twice is the same charge.
    pub key: PaymentId,
    /// How much.
    pub amount: Money,
    /// With what.
    pub source: Source,
    /// Keep the card for later charges under this customer of the provider's.
    pub keep_for: Option<String>,
    /// Nobody is there to answer the bank: a renewal.
    pub off_session: bool,
    /// Take it at once.
    pub capture: bool,
    /// The order's ref, for the provider's books.
    pub reference: String,
    /// Where the bank sends the shopper back to.
    pub return_url: Option<Url>,
}

/// Which payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRef {
    /// The shop.
    pub tenant: TenantId,
    /// The idempotency key of its charge.
    pub key: PaymentId,
    /// The provider's name for it, where that is known.
    pub reference: Option<String>,
}

/// A payment as the provider knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The provider's name for it.
    pub reference: String,
    /// How it stands.
    pub status: PaymentStatus,
    /// The card that was kept or used, where the provider tells.
    pub method: Option<KeptMethod>,
}

/// How a payment stands.
#[derive(Clone, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The money is taken.
    Succeeded,
    /// The money is held.
    Authorised,
    /// The shopper has to finish it.
    RequiresAction {
        /// For the provider's client library.
        client_secret: String,
        /// Where the shopper goes, where it is a page.
        redirect_url: Option<String>,
    },
    /// The provider works on it and will tell by webhook.
    Processing,
    /// It was refused.
    Declined(Decline),
    /// It was let go.
    Cancelled,
}

impl fmt::Debug for PaymentStatus {
    /// Without the client secret: whoever has it can finish the payment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded => f.write_str("Succeeded"),
            Self::Authorised => f.write_str("Authorised"),
            Self::RequiresAction { .. } => f.write_str("RequiresAction"),
            Self::Processing => f.write_str("Processing"),
            Self::Declined(decline) => f.debug_tuple("Declined").field(decline).finish(),
            Self::Cancelled => f.write_str("Cancelled"),
        }
    }
}

/// Why a card was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// What it means for a further try.
    pub kind: DeclineKind,
    /// The provider's word: `insufficient_funds`.
    pub code: String,
    /// For the shopper.
    pub message: String,
}

/// What a refusal means for a further try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineKind {
    /// It may go better later.
    Retry,
    /// Another card is needed: lost, stolen, expired, closed.
    NewCard,
    /// The bank wants to ask the customer.
    Authentication,
}

/// A card that the provider keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMethod {
    /// The provider's name of the customer it is kept under.
    pub customer: String,
    /// The provider's name for it.
    pub reference: String,
    /// `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// 1 to 12.
    pub expiry_month: i64,
    /// Four digits.
    pub expiry_year: i64,
}

/// A card to keep.
pub struct SetUp {
    /// The shop.
    pub tenant: TenantId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The provider's name of the customer, where there is one already.
    pub provider_customer: Option<String>,
    /// The idempotency key.
    pub key: String,
    /// What the provider's client library made of the card; left out where the client finishes with the secret.
    pub token: Option<SecretString>,
    /// Where the bank sends the shopper back to.
    pub return_url: Option<Url>,
}

/// A set-up under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpBegun {
    /// The provider's name for the set-up.
    pub reference: String,
    /// The provider's name of the customer.
    pub customer: String,
    /// How it stands: [`PaymentStatus::Succeeded`] comes with `method`.
    pub status: PaymentStatus,
    /// The card, once it is kept.
    pub method: Option<KeptMethod>,
}

/// Money to give back.
pub struct RefundOrder {
    /// The shop.
    pub tenant: TenantId,
    /// The idempotency key.
    pub key: RefundId,
    /// The provider's name of the payment.
    pub payment: String,
    /// How much.
    pub amount: Money,
}

/// Money given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The provider's name for it.
    pub reference: String,
}

/// Something that a provider tells by webhook. It says only that it is time to look the payment up: an event may come late,
/// twice, or before the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The provider's id of the event; it acts once.
    pub id: String,
    /// What it is about.
    pub subject: EventSubject,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventSubject {
    /// A payment of ours.
    Payment(PaymentRef),
    /// A set-up.
    SetUp {
        /// The shop.
        tenant: TenantId,
        /// The provider's name for the set-up.
        reference: String,
    },
    /// Nothing that we follow.
    Other,
}

/// Why a payment call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Whether the provider acted is not known: look it up.
    #[error("the outcome is not known: {0}")]
    Unknown(String),
    /// The provider did not act: it was out of reach, or asked to come back.
    #[error("the provider did not act: {0}")]
    NotDone(String),
    /// The provider refuses the request itself, such as a token that is used up.
    #[error("the provider refuses: {0}")]
    Refused(String),
}

/// Why a webhook is not acted on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefused {
    /// The signature is not the provider's.
    #[error("the signature is not good")]
    Forged,
    /// It is older than what is tolerated.
    #[error("it is too old")]
    Stale,
    /// It is signed, and can not be read.
    #[error("it can not be read: {0}")]
    Unreadable(String),
}
