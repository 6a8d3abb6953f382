//! What stands in the journal: one line for each thing that happened. Rule: a line is whole in itself, so that one which was
//! cut off half-way takes nothing with it; and no line is ever changed.

use domain::ids::TenantId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::Faults;
use super::tokens::{Behaviour, Reason};

/// A line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    tenant: Uuid,
    /// Microseconds since 1970 UTC.
    at: i64,
    pub(super) entry: Entry,
}

impl Line {
    pub(super) fn new(tenant: TenantId, at: Timestamp, entry: Entry) -> Self {
        Self { tenant: tenant.uuid(), at: at.as_micros(), entry }
    }

    pub(super) const fn tenant(&self) -> TenantId {
        TenantId::new(self.tenant)
    }

    pub(super) const fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at)
    }
}

/// What happened.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry {
    /// A charge was asked for, and how it stood then.
    Charge(Box<ChargeEntry>),
    /// A payment or a set-up came to stand otherwise.
    Moved { reference: String, status: Status },
    /// Money was given back.
    Refund { key: Uuid, reference: String, payment: String, amount: i64 },
    /// A card was to be kept without a charge.
    SetUp(Box<SetUpEntry>),
    /// A kept card was forgotten.
    Forgotten { card: String },
    /// The faults of the next calls were set.
    Faults(Faults),
    /// One of them was made.
    Fault { fault: Fault },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChargeEntry {
    pub(super) key: Uuid,
    pub(super) reference: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) order: String,
    pub(super) status: Status,
    pub(super) capture: bool,
    pub(super) off_session: bool,
    pub(super) card: CardEntry,
    pub(super) return_url: Option<Url>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SetUpEntry {
    pub(super) key: String,
    pub(super) reference: String,
    pub(super) status: Status,
    pub(super) card: CardEntry,
    pub(super) return_url: Option<Url>,
}

/// The card of a charge or a set-up. It is kept, once that succeeds, where it has a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CardEntry {
    pub(super) reference: String,
    pub(super) behaviour: Behaviour,
    pub(super) customer: Option<String>,
    pub(super) expiry_month: i64,
    pub(super) expiry_year: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Succeeded,
    Authorised,
    RequiresAction,
    Declined(Reason),
    Cancelled,
}

impl Status {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Authorised => "authorised",
            Self::RequiresAction => "requires_action",
            Self::Declined(_) => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the card was found good.
    pub(super) const fn is_good(self) -> bool {
        matches!(self, Self::Succeeded | Self::Authorised)
    }
}

/// A fault that a test asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    Fail,
    Hang,
    Cut,
    Malformed,
}
