//! The providers of an installation.

use std::sync::Arc;

use super::sandbox::Sandbox;
use super::stripe::{Stripe, StripeAccount, StripeClient};

/// What payments are made through.
pub struct Payments {
    sandbox: Arc<Sandbox>,
    stripe: StripeClient,
}

impl Payments {
    /// Puts the providers together.
    #[must_use]
    pub const fn new(sandbox: Arc<Sandbox>, stripe: StripeClient) -> Self {
        Self { sandbox, stripe }
    }

    /// The sandbox: it takes no real money.
    #[must_use]
    pub fn sandbox(&self) -> Arc<Sandbox> {
        Arc::clone(&self.sandbox)
    }

    /// Stripe, with a shop's account.
    #[must_use]
    pub fn stripe(&self, account: &StripeAccount) -> Stripe {
        Stripe::new(account.clone(), self.stripe.clone())
    }
}
