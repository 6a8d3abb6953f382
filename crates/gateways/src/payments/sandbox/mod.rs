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

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::{PaymentId, TenantId};
use domain::money::Money;
use domain::tenants::Currency;
use domain::time::{Clock, Timestamp};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use url::Url;

use self::books::Books;
use self::desk::Desk;
use self::entries::Entry;
use self::hooks::Notice;
use self::journal::Journal;
use self::names::Names;
use super::PaymentStatus;

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
    pub fail_next: u32,
    /// So many calls do nothing and are never answered.
    #[serde(default)]
    pub hang_next: u32,
    /// So many calls act, and the connection is cut before their answer.
    #[serde(default)]
    pub cut_next: u32,
    /// So many calls act, and their answer can not be read.
    #[serde(default)]
    pub malformed_next: u32,
}

/// A charge as it stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxCharge {
    /// The sandbox's name for it.
    pub id: String,
    /// The key that it was asked for with.
    pub idempotency_key: PaymentId,
    /// Minor units.
    pub amount: i64,
    /// What it is in.
    pub currency: Currency,
    /// `succeeded`, `authorised`, `requires_action`, `declined` or `cancelled`. Money was taken where it is `succeeded`.
    pub status: &'static str,
    /// Minor units that were given back.
    pub refunded: i64,
    /// The order's ref.
    pub reference: String,
    /// When it was asked for, on the system's clock.
    pub created_at: Timestamp,
}

/// A payment or a set-up, for the page that plays the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxPayment {
    /// The sandbox's name for it.
    pub reference: String,
    /// The shop.
    pub tenant: TenantId,
    /// How much; `None` where a card is kept and no money is taken.
    pub amount: Option<Money>,
    /// The order's ref; empty where a card is kept.
    pub order: String,
    /// Where the shopper goes on.
    pub return_url: Option<Url>,
    /// How it stands.
    pub status: PaymentStatus,
}

/// The sandbox.
pub struct Sandbox {
    desk: Desk,
    names: Arc<Names>,
    clock: Arc<dyn Clock>,
    client: Client,
    /// Until it is known where they go.
    notices: Mutex<Option<mpsc::Receiver<Notice>>>,
    patience: Duration,
}

impl Sandbox {
    /// Opens the books in this folder, which is made where there is none. `base_url` is where browsers reach this server;
    /// `clock` is the system's.
    pub fn open(folder: &Path, base_url: Url, clock: Arc<dyn Clock>) -> Result<Self, SandboxError> {
        let broken =
            |error: &dyn std::fmt::Display| SandboxError::Books(format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(|error| broken(&error))?;
        let mut journal = Journal::open(&folder.join("books.jsonl"))?;
        // Of two processes that begin together, one makes the secret.
        let secret = journal.locked(|_| secret(folder).map_err(|error| broken(&error)))?;
        let names = Arc::new(Names::new(secret, base_url));
        let (sender, notices) = mpsc::channel(EVENTS);
        let desk = Desk::begin(journal, Arc::clone(&clock), sender)?;
        let client = super::client::client().map_err(|error| broken(&error))?;
        Ok(Self { desk, names, clock, client, notices: Mutex::new(Some(notices)), patience: PATIENCE })
    }

    /// Gives calls that hang up after so long, not after ten seconds.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The client that other providers are called with, too.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Events go here from now on, those that waited first. The first address counts. To be called within the runtime.
    pub fn deliver_to(&self, url: Url) {
        let waiting = self.notices.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(notices) = waiting {
            let (client, names, clock) =
                (self.client.clone(), Arc::clone(&self.names), Arc::clone(&self.clock));
            tokio::spawn(hooks::deliver(notices, url, client, names, clock));
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
        let (names, reference) = (Arc::clone(&self.names), reference.to_owned());
        self.desk.ask(move |turn| shown_at_bank(turn.books(), &names, &reference)).await
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
                shown_at_bank(turn.books(), &names, &reference)
            })
            .await
    }
}

fn shown(page: &books::PaymentPage) -> SandboxCharge {
    SandboxCharge {
        id: page.reference.clone(),
        idempotency_key: page.key,
        amount: page.amount.minor(),
        currency: page.amount.currency(),
        status: page.status.as_str(),
        refunded: page.refunded,
        reference: page.order.clone(),
        created_at: page.created_at,
    }
}

fn shown_at_bank(books: &Books, names: &Names, reference: &str) -> Option<SandboxPayment> {
    if let Some(page) = books.payment(reference) {
        return Some(SandboxPayment {
            reference: page.reference.clone(),
            tenant: page.tenant,
            amount: Some(page.amount),
            order: page.order.clone(),
            return_url: page.return_url.clone(),
            status: names.status(page.tenant, reference, page.status),
        });
    }
    books.set_up(reference).map(|page| SandboxPayment {
        reference: page.reference.clone(),
        tenant: page.tenant,
        amount: None,
        order: String::new(),
        return_url: page.return_url.clone(),
        status: names.status(page.tenant, reference, page.status),
    })
}

/// The sandbox's secret, made at the first call. It keeps test money safe and no more, so it lies beside the books.
fn secret(folder: &Path) -> std::io::Result<[u8; 32]> {
    let path = folder.join("secret");
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            std::io::Error::new(ErrorKind::InvalidData, "the file `secret` does not hold 32 bytes: remove it")
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let bytes: [u8; 32] = rand::random();
            let draft = folder.join("secret.new");
            let mut file = private(&draft)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            Ok(bytes)
        }
        Err(error) => Err(error),
    }
}

/// A file that only its owner reads, where the system knows of such.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
