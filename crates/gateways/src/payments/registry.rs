//! The providers of an installation.

use std::sync::Arc;

use domain::time::Clock;
use url::Url;

use super::client::NoClient;
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

    /// For documents and tests that take no money: a sandbox in a folder that is not made, as long as nobody pays.
    pub fn unused(clock: Arc<dyn Clock>) -> Result<Self, NoClient> {
        let nowhere = std::env::temp_dir().join("marzipan-nowhere");
        let base = Url::parse("http://127.0.0.1").map_err(|error| NoClient(error.to_string()))?;
        Ok(Self::new(Arc::new(Sandbox::new(nowhere, base, clock, [0; 32])), StripeClient::new()?))
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
