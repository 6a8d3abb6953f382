//! What the shop does: one module an area, one function a use case.
//!
//! Rule: a use case takes plain values, opens the transactions it needs, and knows nothing of HTTP. Whoever calls it
//! (a storefront handler, an admin handler, a job, the command line) adds no rule of its own.

pub mod accounts;
pub mod audit;
pub mod catalog;
mod chance;
pub mod customers;
pub mod idempotency;
pub mod jobs;
pub mod mails;
pub mod media;
pub mod messaging;
mod passwords;
mod secrets;
pub mod shop;
pub mod staff;
pub mod tenants;
pub mod test_clock;

use std::sync::Arc;

use domain::time::{Clock, Timestamp};
use gateways::mail::Mailer;
use store::Store;
use tokio::sync::Notify;
use url::Url;

pub use chance::Chance;
pub use passwords::{HashCost, HashingError, PasswordPool};
pub use secrets::{SecretError, SecretKey, Secrets};
pub use shop::Shop;

/// What the use cases work with. The binary puts it together; tests may put in other parts.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The system's clock.
    pub clock: Arc<dyn Clock>,
    /// The source of random bytes.
    pub chance: Chance,
    /// The installation's keys.
    pub secrets: Secrets,
    /// The hashing threads.
    pub passwords: PasswordPool,
    /// Where mail goes.
    pub mailer: Mailer,
    /// Where browsers reach this server.
    pub public_url: Url,
}

/// The shop's use cases have this at hand. Clones share it.
#[derive(Clone)]
pub struct Commerce {
    parts: Arc<Parts>,
    wake_jobs: Arc<Notify>,
    shelves: Arc<catalog::Shelves>,
}

impl Commerce {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts), wake_jobs: Arc::default(), shelves: Arc::default() }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// The time on the system's clock.
    #[must_use]
    pub fn system_now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Where browsers reach this server.
    #[must_use]
    pub fn public_url(&self) -> &Url {
        &self.parts.public_url
    }

    /// Where pictures are fetched, without a slash at the end.
    #[must_use]
    pub fn media_url(&self) -> String {
        format!("{}/media", self.parts.public_url.as_str().trim_end_matches('/'))
    }

    /// Where a thing of a shop is shown: `https://api.example.com/products/estate-malbec`.
    pub(crate) fn page_url(&self, kind: &str, slug: &str) -> String {
        format!("{}/{kind}/{slug}", self.parts.public_url.as_str().trim_end_matches('/'))
    }

    pub(crate) fn shelves(&self) -> &Arc<catalog::Shelves> {
        &self.shelves
    }

    pub(crate) fn chance(&self) -> &Chance {
        &self.parts.chance
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.parts.secrets
    }

    pub(crate) fn passwords(&self) -> &PasswordPool {
        &self.parts.passwords
    }

    pub(crate) fn mailer(&self) -> &Mailer {
        &self.parts.mailer
    }

    /// Tells the worker that a job may be due.
    pub(crate) fn wake_jobs(&self) {
        self.wake_jobs.notify_one();
    }

    pub(crate) async fn jobs_woken(&self) {
        self.wake_jobs.notified().await;
    }
}
