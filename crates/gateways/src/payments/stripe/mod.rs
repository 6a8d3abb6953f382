//! Stripe, by its own HTTP interface.
//!
//! Rule: this is written for one version of the interface, which every request names. What is made there carries the shop's id
//! and our key as metadata, so that webhooks and look-ups lead back to us; what an answer leaves open is
//! [`PaymentError::Unknown`](super::PaymentError::Unknown).

mod amounts;
mod call;
mod declines;
mod finding;
mod hook;
mod provider;
mod shapes;

use std::fmt;

use secrecy::SecretString;
use url::Url;

use self::call::Line;

pub use self::call::StripeClient;

/// The version of the interface.
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

impl fmt::Debug for StripeAccount {
    /// Without its keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeAccount").field("host", &self.base_url.host_str()).finish_non_exhaustive()
    }
}

/// Stripe, with a shop's account.
#[derive(Clone, Debug)]
pub struct Stripe {
    line: Line,
}

impl Stripe {
    /// Stripe, with this account.
    #[must_use]
    pub const fn new(account: StripeAccount, client: StripeClient) -> Self {
        Self { line: Line::new(account, client) }
    }
}
