//! What the shop does: one module an area, one function a use case.
//!
//! Rule: a use case takes plain values, opens the transactions it needs, and knows nothing of HTTP. Whoever calls it
//! (a storefront handler, an admin handler, a job, the command line) adds no rule of its own.

pub mod accounts;
pub mod audit;
pub mod carts;
pub mod catalog;
mod chance;
pub mod checkout;
pub mod content;
pub mod customers;
pub mod idempotency;
pub mod jobs;
pub mod mails;
pub mod media;
pub mod messaging;
pub mod orders;
mod passwords;
pub mod payments;
pub mod reports;
pub mod rewards;
pub mod search;
mod secrets;
pub mod selling;
pub mod shop;
pub mod staff;
pub mod subscriptions;
pub mod tenants;
pub mod test_clock;
pub mod transfer;
pub mod webhooks;

use std::sync::Arc;

use domain::ids::TenantId;
use domain::time::{Clock, Timestamp};
use gateways::mail::Mailer;
use gateways::payments::Payments;
use gateways::search::SearchIndex;
use gateways::webhooks::Poster;
use store::Store;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use url::Url;

pub use chance::Chance;
pub use passwords::{HashCost, HashingError, PasswordPool};
pub use secrets::{SecretError, SecretKey, Secrets};
pub use shop::Shop;
pub use store::Stamp;

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
    /// Where money is taken.
    pub payments: Payments,
    /// What searches are answered from.
    pub search: SearchIndex,
    /// Where browsers reach this server.
    pub public_url: Url,
    /// What pictures and files need.
    pub media: media::MediaParts,
    /// What posts events to other programs.
    pub poster: Poster,
}

/// The shop's use cases have this at hand. Clones share it.
#[derive(Clone)]
pub struct Commerce {
    parts: Arc<Parts>,
    wake_jobs: Arc<[Notify; jobs::LANES]>,
    shelves: Arc<catalog::Shelves>,
    searches: Arc<Semaphore>,
    visits: Arc<accounts::visits::Visits>,
    turns: Arc<checkout::Turns>,
    /// Tells this process from all others that work off the same jobs, dead ones too.
    worker: [u8; WORKER],
}

/// The bytes by which a process is told from others.
pub(crate) const WORKER: usize = 8;

impl Commerce {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let worker = parts.chance.bytes();
        Self {
            worker,
            parts: Arc::new(parts),
            wake_jobs: Arc::default(),
            shelves: Arc::default(),
            searches: Arc::new(Semaphore::new(processors)),
            visits: Arc::default(),
            turns: Arc::default(),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// Under what answers about the shop may be remembered; `None` while nothing may be.
    #[must_use]
    pub fn stamp(&self, shop: TenantId) -> Option<Stamp> {
        self.store().versions().stamp(shop)
    }

    /// Whether an answer that was made under this stamp would be made the same now.
    #[must_use]
    pub fn is_current(&self, shop: TenantId, stamp: Stamp) -> bool {
        self.store().versions().is_current(shop, stamp)
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
        match &self.parts.media.base_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("{}/media", self.parts.public_url.as_str().trim_end_matches('/')),
        }
    }

    pub(crate) fn media(&self) -> &media::MediaParts {
        &self.parts.media
    }

    /// Where a thing of a shop is shown: `https://api.example.com/products/estate-malbec`.
    pub(crate) fn page_url(&self, kind: &str, slug: &str) -> String {
        format!("{}/{kind}/{slug}", self.parts.public_url.as_str().trim_end_matches('/'))
    }

    /// The address of a path of a shop's site.
    pub(crate) fn site_url(&self, path: &str) -> String {
        format!("{}{path}", self.parts.public_url.as_str().trim_end_matches('/'))
    }

    pub(crate) fn shelves(&self) -> &Arc<catalog::Shelves> {
        &self.shelves
    }

    /// What searches are answered from.
    pub(crate) fn search_index(&self) -> &SearchIndex {
        &self.parts.search
    }

    /// As many searches at a time as there are processors.
    pub(crate) async fn search_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.searches.acquire().await.ok()
    }

    pub(crate) fn visits(&self) -> &accounts::visits::Visits {
        &self.visits
    }

    /// Where money is taken.
    pub(crate) fn payments(&self) -> &Payments {
        &self.parts.payments
    }

    pub(crate) fn turns(&self) -> &Arc<checkout::Turns> {
        &self.turns
    }

    /// The name of a try of a job: this process, and something random.
    pub(crate) fn lease(&self) -> [u8; 2 * WORKER] {
        let mut lease = self.chance().bytes();
        lease[..WORKER].copy_from_slice(&self.worker);
        lease
    }

    /// Whether a lease is of a try in this process.
    pub(crate) fn is_own(&self, lease: &[u8]) -> bool {
        lease.starts_with(&self.worker)
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

    pub(crate) fn poster(&self) -> &Poster {
        &self.parts.poster
    }

    /// Tells the worker that a job may be due.
    pub(crate) fn wake_jobs(&self) {
        for lane in self.wake_jobs.iter() {
            lane.notify_one();
        }
    }

    pub(crate) async fn jobs_woken(&self, lane: jobs::Lane) {
        self.wake_jobs[lane.index()].notified().await;
    }
}
