//! The sandbox: a payment provider within the server, for test-mode shops and for tests. It takes no real money, and keeps
//! books of its own outside the shop's database, as a real provider does.
//!
//! Rule: the books are an append-only file, which all processes of an installation share. What was answered is in it, whatever
//! ends a process; the same key is the same payment; and no shop sees another's.

mod books;
mod desk;
mod entries;
mod hooks;
mod journal;
mod names;
mod provider;
mod rules;
mod tokens;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::{PaymentId, TenantId};
use domain::money::Money;
use domain::time::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use url::Url;

use self::books::{Books, PaymentPage};
use self::desk::Desk;
use self::entries::{Entry, Status};
use self::hooks::Notice;
use self::names::Names;
use super::client::client;

/// How long a call waits for an answer that does not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// As many events wait until it is known where they go, and no more.
const EVENTS: usize = 10_000;
/// The longest delay that may be asked for, in milliseconds.
const LONGEST_LATENCY_MS: u64 = 60_000;

/// Why the sandbox can not be played with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// The books can not be read or written.
    #[error("the sandbox's books: {0}")]
    Books(String),
    /// Too many wait.
    #[error("too many wait for the sandbox")]
    Busy,
    /// It did not answer; whether it acted is not known.
    #[error("the sandbox does not answer")]
    Silent,
}

/// Faults that a test asks for. Each count is of the next calls about money, and goes down with each; failing comes first, then
/// hanging, cutting, malforming. A provider's name of a customer costs no call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Faults {
    /// Every answer comes so much later, in milliseconds; a minute at the most.
    #[serde(default)]
    pub latency_ms: u64,
    /// So many calls are answered as by a broken provider that did not act.
    #[serde(default)]
    pub fail_next: u64,
    /// So many calls do nothing and are never answered.
    #[serde(default)]
    pub hang_next: u64,
    /// So many calls act, and the connection is cut before their answer. No event tells of it either: whoever wants to know
    /// has to look.
    #[serde(default)]
    pub cut_next: u64,
    /// So many calls act, and their answer can not be read; the same.
    #[serde(default)]
    pub malformed_next: u64,
}

/// A charge as it stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxCharge {
    /// The sandbox's name for it.
    pub id: String,
    /// The key that it was asked for with.
    pub idempotency_key: PaymentId,
    /// How much was asked for.
    pub amount: Money,
    /// How much of it was given back.
    pub refunded: Money,
    /// Money was taken where it is `succeeded`, `partially_refunded` or `refunded`, and held where it is `authorised`; else
    /// it is `requires_action`, `declined` or `cancelled`.
    pub status: &'static str,
    /// What the shop calls it.
    pub reference: String,
    /// When it was asked for, on the system's clock.
    pub created_at: Timestamp,
}

/// A payment or a set-up, for the page that plays the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxPayment {
    /// The shop.
    pub tenant: TenantId,
    /// The sandbox's name for it.
    pub reference: String,
    /// How much; `None` where a card is kept and no money is taken.
    pub amount: Option<Money>,
    /// What the shop calls it; empty where a card is kept.
    pub order: String,
    /// `requires_action` while the bank waits for the shopper; else as that of a charge.
    pub status: &'static str,
    /// Where the shopper goes on.
    pub return_url: Option<String>,
}

/// The sandbox.
pub struct Sandbox {
    desk: Desk,
    names: Arc<Names>,
    clock: Arc<dyn Clock>,
    /// Until it is known where they go.
    notices: Mutex<Option<mpsc::Receiver<Notice>>>,
    patience: Duration,
}

impl Sandbox {
    /// A sandbox whose books are in this folder; both are made, and the books read, when the first call comes. `base_url` is
    /// where browsers reach this server, `clock` is the system's, and `secret` the same for all processes that share the
    /// books.
    #[must_use]
    pub fn new(folder: PathBuf, base_url: Url, clock: Arc<dyn Clock>, secret: [u8; 32]) -> Self {
        let (sender, notices) = mpsc::channel(EVENTS);
        Self {
            desk: Desk::new(folder.join("books.jsonl"), Arc::clone(&clock), sender),
            names: Arc::new(Names::new(secret, base_url)),
            clock,
            notices: Mutex::new(Some(notices)),
            patience: PATIENCE,
        }
    }

    /// Gives calls that hang up after so long, not after ten seconds.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Events go here from now on, those that waited first. The first address counts. To be called within the runtime.
    pub fn deliver_to(&self, url: Url) {
        let mut waiting = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        match client() {
            Ok(client) => {
                if let Some(notices) = waiting.take() {
                    let (names, clock) = (Arc::clone(&self.names), Arc::clone(&self.clock));
                    tokio::spawn(hooks::deliver(notices, url, client, names, clock));
                }
            }
            Err(error) => tracing::error!(error = %error, "the sandbox can tell nothing by webhook"),
        }
    }

    /// Sets what goes wrong in a shop's next calls, in every process; gives what was set.
    pub async fn set_faults(&self, tenant: TenantId, faults: Faults) -> Result<Faults, SandboxError> {
        let faults = Faults { latency_ms: faults.latency_ms.min(LONGEST_LATENCY_MS), ..faults };
        self.desk.ask(move |turn| turn.write(tenant, Entry::Faults(faults))).await?;
        Ok(faults)
    }

    /// What goes wrong in a shop's next calls.
    pub async fn faults(&self, tenant: TenantId) -> Result<Faults, SandboxError> {
        self.desk.ask(move |turn| turn.books().faults(tenant)).await
    }

    /// The shop's charges, oldest first, and how many there are in all.
    pub async fn charges(
        &self,
        tenant: TenantId,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<SandboxCharge>, usize), SandboxError> {
        self.desk
            .ask(move |turn| {
                let (pages, total) = turn.books().payments(tenant, offset, limit);
                (pages.into_iter().map(shown).collect(), total)
            })
            .await
    }

    /// A payment or a set-up, for the page that plays the bank.
    pub async fn payment(&self, reference: &str) -> Result<Option<SandboxPayment>, SandboxError> {
        let reference = reference.to_owned();
        self.desk.ask(move |turn| shown_at_bank(turn.books(), &reference)).await
    }

    /// Plays the bank: the shopper approves a payment or a set-up, or does not. One that waits for nobody stays as it is. Gives
    /// how it stands then.
    pub async fn authenticate(
        &self,
        reference: &str,
        approves: bool,
    ) -> Result<Option<SandboxPayment>, SandboxError> {
        let (names, reference) = (Arc::clone(&self.names), reference.to_owned());
        self.desk
            .ask(move |turn| {
                rules::authenticate(turn, &names, &reference, approves);
                shown_at_bank(turn.books(), &reference)
            })
            .await
    }
}

fn shown(page: &PaymentPage) -> SandboxCharge {
    SandboxCharge {
        id: page.reference.clone(),
        idempotency_key: page.key,
        amount: page.amount,
        refunded: Money::new(page.refunded, page.amount.currency()),
        status: status(page),
        reference: page.order.clone(),
        created_at: page.created_at,
    }
}

fn status(page: &PaymentPage) -> &'static str {
    match page.status {
        Status::Succeeded if page.refunded >= page.amount.minor() => "refunded",
        Status::Succeeded if page.refunded > 0 => "partially_refunded",
        status => status.as_str(),
    }
}

fn shown_at_bank(books: &Books, reference: &str) -> Option<SandboxPayment> {
    if let Some(page) = books.payment(reference) {
        return Some(SandboxPayment {
            tenant: page.tenant,
            reference: page.reference.clone(),
            amount: Some(page.amount),
            order: page.order.clone(),
            status: status(page),
            return_url: page.return_url.as_ref().map(Url::to_string),
        });
    }
    books.set_up(reference).map(|page| SandboxPayment {
        tenant: page.tenant,
        reference: page.reference.clone(),
        amount: None,
        order: String::new(),
        status: page.status.as_str(),
        return_url: page.return_url.as_ref().map(Url::to_string),
    })
}

#[cfg(test)]
mod tests;
