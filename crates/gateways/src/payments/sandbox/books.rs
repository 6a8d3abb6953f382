//! The sandbox's books: a journal of lines that are only ever added. Rule: a line counts once it is on the disk; one that was cut
//! by a crash is cut off.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was written in the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub(super) enum Entry {
    /// A charge was asked for.
    Charge(ChargeEntry),
    /// A charge's state changed.
    State { reference: String, state: State },
    /// Money was given back.
    Refund { reference: String, charge: String, tenant: Uuid, key: Uuid, amount: i64, at: i64 },
    /// A card is to be kept, or was.
    SetUp(SetUpEntry),
    /// A set-up's state changed.
    SetUpState { reference: String, state: State },
    /// A kept card was forgotten.
    Forget { method: String },
    /// The faults of a shop's next calls were set.
    Faults { tenant: Uuid, faults: Faults },
    /// One of them was used.
    FaultUsed { tenant: Uuid, which: Fault },
}

/// A charge as it was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ChargeEntry {
    pub(super) reference: String,
    pub(super) tenant: Uuid,
    pub(super) key: Uuid,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) token: String,
    /// The kept card that it was made with, or that it made.
    pub(super) method: Option<String>,
    pub(super) customer: Option<String>,
    pub(super) order: String,
    pub(super) return_url: Option<String>,
    pub(super) state: State,
    pub(super) at: i64,
}

/// A card as it was set up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SetUpEntry {
    pub(super) reference: String,
    pub(super) tenant: Uuid,
    pub(super) key: String,
    pub(super) customer: String,
    pub(super) token: String,
    pub(super) return_url: Option<String>,
    pub(super) state: State,
}

/// Where a charge or set-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    RequiresAction,
    Authorised,
    Succeeded,
    Declined,
    Cancelled,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::RequiresAction => "requires_action",
            Self::Authorised => "authorised",
            Self::Succeeded => "succeeded",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What goes wrong with a shop's next calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Faults {
    /// Each call takes so long, in milliseconds.
    pub latency_ms: u64,
    /// So many calls fail before anything is done.
    pub fail_next: u64,
    /// So many calls do nothing and never answer.
    pub hang_next: u64,
    /// So many calls do what they are asked and lose the answer.
    pub cut_next: u64,
    /// So many calls do what they are asked and answer nonsense.
    pub malformed_next: u64,
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    Fail,
    Hang,
    Cut,
    Malformed,
}

/// A charge as it stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) charge: ChargeEntry,
    pub(super) refunded: i64,
}

/// What follows from the journal.
#[derive(Default)]
pub(super) struct Books {
    pub(super) charges: BTreeMap<String, Standing>,
    by_key: HashMap<(Uuid, Uuid), String>,
    /// The references in the order in which they were charged.
    pub(super) order: Vec<String>,
    pub(super) refunds: HashMap<(Uuid, Uuid), (String, i64)>,
    pub(super) set_ups: HashMap<String, SetUpEntry>,
    pub(super) set_up_keys: HashMap<(Uuid, String), String>,
    /// Kept cards: the token that each was made of.
    pub(super) methods: HashMap<String, String>,
    faults: HashMap<Uuid, Faults>,
}

impl Books {
    pub(super) fn of_key(&self, tenant: Uuid, key: Uuid) -> Option<&Standing> {
        self.charges.get(self.by_key.get(&(tenant, key))?)
    }

    pub(super) fn faults(&self, tenant: Uuid) -> Faults {
        self.faults.get(&tenant).copied().unwrap_or_default()
    }

    /// The fault of the shop's next call, the worst last.
    pub(super) fn next_fault(&self, tenant: Uuid) -> Option<Fault> {
        let faults = self.faults(tenant);
        [
            (faults.fail_next, Fault::Fail),
            (faults.hang_next, Fault::Hang),
            (faults.cut_next, Fault::Cut),
            (faults.malformed_next, Fault::Malformed),
        ]
        .into_iter()
        .find_map(|(left, fault)| (left > 0).then_some(fault))
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Charge(charge) => {
                self.by_key.insert((charge.tenant, charge.key), charge.reference.clone());
                self.order.push(charge.reference.clone());
                self.keep(&charge);
                self.charges.insert(charge.reference.clone(), Standing { charge, refunded: 0 });
            }
            Entry::State { reference, state } => {
                let Some(standing) = self.charges.get_mut(&reference) else { return };
                standing.charge.state = state;
                let charge = standing.charge.clone();
                self.keep(&charge);
            }
            Entry::Refund { reference, charge, tenant, key, amount, at: _ } => {
                if let Some(standing) = self.charges.get_mut(&charge) {
                    standing.refunded += amount;
                }
                self.refunds.insert((tenant, key), (reference, amount));
            }
            Entry::SetUp(set_up) => {
                self.set_up_keys.insert((set_up.tenant, set_up.key.clone()), set_up.reference.clone());
                self.keep_set_up(&set_up);
                self.set_ups.insert(set_up.reference.clone(), set_up);
            }
            Entry::SetUpState { reference, state } => {
                let Some(set_up) = self.set_ups.get_mut(&reference) else { return };
                set_up.state = state;
                let set_up = set_up.clone();
                self.keep_set_up(&set_up);
            }
            Entry::Forget { method } => {
                self.methods.remove(&method);
            }
            Entry::Faults { tenant, faults } => {
                self.faults.insert(tenant, faults);
            }
            Entry::FaultUsed { tenant, which } => {
                let faults = self.faults.entry(tenant).or_default();
                let left = match which {
                    Fault::Fail => &mut faults.fail_next,
                    Fault::Hang => &mut faults.hang_next,
                    Fault::Cut => &mut faults.cut_next,
                    Fault::Malformed => &mut faults.malformed_next,
                };
                *left = left.saturating_sub(1);
            }
        }
    }

    fn keep(&mut self, charge: &ChargeEntry) {
        if let (State::Succeeded | State::Authorised, Some(method)) = (charge.state, &charge.method) {
            self.methods.entry(method.clone()).or_insert_with(|| charge.token.clone());
        }
    }

    fn keep_set_up(&mut self, set_up: &SetUpEntry) {
        if set_up.state == State::Succeeded {
            self.methods.insert(method_of(&set_up.reference), set_up.token.clone());
        }
    }
}

/// What a card is called that a charge or set-up of this reference keeps.
pub(super) fn method_of(reference: &str) -> String {
    format!("card_{reference}")
}

/// The journal's file, and the books up to where it was read.
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    read_to: u64,
    books: Books,
}

impl Journal {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        Ok(Self { file, path: path.to_owned(), read_to: 0, books: Books::default() })
    }

    /// Does some work on the books while no other process does, and writes down what came of it, all at once.
    pub(super) fn work(&mut self, work: impl FnOnce(&mut Desk<'_>)) -> io::Result<()> {
        self.file.lock()?;
        let done = self.catch_up().and_then(|()| {
            let mut written = Vec::new();
            work(&mut Desk { books: &mut self.books, written: &mut written });
            if written.is_empty() {
                return Ok(());
            }
            self.file.write_all(&written)?;
            self.file.sync_data()?;
            self.read_to += written.len() as u64;
            Ok(())
        });
        if done.is_err() {
            // What is on the disk is not known any more: it is read anew.
            self.books = Books::default();
            self.read_to = 0;
        }
        self.file.unlock()?;
        done
    }

    /// Reads what other processes added, and cuts off a line that a crash left half written.
    fn catch_up(&mut self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length == self.read_to {
            return Ok(());
        }
        let mut reader = BufReader::new(File::open(&self.path)?);
        reader.seek(SeekFrom::Start(self.read_to))?;
        let mut line = String::new();
        loop {
            line.clear();
            let read = reader.read_line(&mut line)?;
            if read == 0 {
                return Ok(());
            }
            if !line.ends_with('\n') {
                return self.file.set_len(self.read_to);
            }
            let entry = serde_json::from_str(&line)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.books.apply(entry);
            self.read_to += read as u64;
        }
    }
}

/// The books while they are worked on.
pub(super) struct Desk<'a> {
    books: &'a mut Books,
    written: &'a mut Vec<u8>,
}

impl Desk<'_> {
    pub(super) fn books(&self) -> &Books {
        self.books
    }

    /// Adds an entry.
    pub(super) fn write(&mut self, entry: Entry) {
        if serde_json::to_writer(&mut *self.written, &entry).is_ok() {
            self.written.push(b'\n');
        }
        self.books.apply(entry);
    }
}
