//! All providers of an installation. Rule: they are called with one client, so that connections are shared.

use std::sync::Arc;

use super::sandbox::Sandbox;

/// The providers.
#[derive(Clone)]
pub struct Payments {
    sandbox: Arc<Sandbox>,
}

impl Payments {
    /// The providers, of which the sandbox is one.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Self {
        Self { sandbox: Arc::new(sandbox) }
    }

    /// The sandbox.
    #[must_use]
    pub fn sandbox(&self) -> Arc<Sandbox> {
        Arc::clone(&self.sandbox)
    }
}
