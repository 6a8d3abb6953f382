//! What an import has to tell.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::item::Kind;
use crate::catalog::Put;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Grade {
    /// What stands there did not go in.
    Refused,
    /// It went in without a picture.
    Picture,
    /// It went in, and something should be known.
    Note,
}

/// Something to know about a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: u64,
    /// The field or column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A sentence.
    pub reason: String,
    /// How bad it is.
    pub grade: Grade,
}

impl Problem {
    pub(super) fn new(line: u64, field: Option<String>, reason: impl Into<String>, grade: Grade) -> Self {
        Self { line, field, reason: reason.into(), grade }
    }
}

impl fmt::Display for Problem {
    /// `line 17: price: Must be …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.reason)
    }
}

/// What became of the things of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// They were not there.
    pub created: u64,
    /// They were there, and something differed.
    pub changed: u64,
    /// They were there just so.
    pub unchanged: u64,
    /// They did not go in.
    pub refused: u64,
}

impl Tally {
    pub(super) fn count(&mut self, put: Option<Put>) {
        match put {
            Some(Put::Created) => self.created += 1,
            Some(Put::Changed) => self.changed += 1,
            Some(Put::Same) => self.unchanged += 1,
            None => self.refused += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.created + self.changed + self.unchanged + self.refused
    }
}

/// What became of the pictures that things name by a file or an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pictures {
    /// New ones.
    pub added: u64,
    /// Those that the shop had.
    pub known: u64,
    /// Those that could not be had.
    pub failed: u64,
}

/// The outcome of an import.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// By kind.
    #[serde(flatten)]
    pub kinds: BTreeMap<Kind, Tally>,
    /// Of all kinds.
    pub pictures: Pictures,
}

impl Report {
    pub(super) fn count(&mut self, kind: Kind, put: Option<Put>) {
        self.kinds.entry(kind).or_default().count(put);
    }

    /// How many things did not go in.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.kinds.values().map(|tally| tally.refused).sum()
    }

    /// How many things were in the file.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.kinds.values().map(Tally::sum).sum()
    }
}

/// Whoever watches an import.
pub trait Watcher: Send {
    /// So many of so many bytes are done, with so many things in them.
    fn moved(&mut self, done: u64, total: u64, things: u64);

    /// Something is to be known.
    fn told(&mut self, problem: Problem);
}
