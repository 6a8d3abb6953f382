//! How a failure is told to whoever called. Rule: the areas say what went wrong in these words, and one place (the HTTP
//! crate) gives each kind its status.

use std::borrow::Cow;
use std::time::Duration;

use crate::fields::FieldErrors;

/// A failure in terms of the caller's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What sort of failure it is.
    pub kind: Kind,
    /// A stable word for programs, in `snake_case`.
    pub code: &'static str,
    /// A sentence for people.
    pub message: Cow<'static, str>,
}

/// The sorts of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The token is wrong, missing, or of another kind (401 with the published body).
    Unauthenticated,
    /// A sign-in failed (401 with a code).
    SignInFailed,
    /// The caller is known and may not do this (403).
    Forbidden,
    /// The request itself is not as it must be, such as one with a forged signature (400).
    BadRequest,
    /// The payment was refused (402).
    PaymentRequired,
    /// There is no such thing, or it belongs to another shop (404).
    NotFound,
    /// The state of things forbids it (409).
    Conflict,
    /// `If-Match` named another version (412).
    Stale,
    /// The input is refused; with the fields where there are any (422).
    Invalid(FieldErrors),
    /// Come back after this long (429).
    TooMany(Duration),
    /// Too much work waits, or a part is out of reach; come back (503).
    Unavailable,
    /// A fault of ours. The text is for the log and never leaves the server (500).
    Internal(String),
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, code, message: message.into() }
    }

    /// Refused fields.
    #[must_use]
    pub fn invalid(fields: FieldErrors) -> Self {
        Self::new(Kind::Invalid(fields), "validation_failed", "Some fields are not valid.")
    }

    /// No such thing.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not_found", "There is nothing at this address.")
    }

    /// The published answer to a wrong token.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "unauthenticated", "Unauthenticated.")
    }

    /// A fault of ours, told to the log in full and to the caller not at all.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(Kind::Internal(cause.to_string()), "internal_error", "Something went wrong on our side.")
    }

    /// Too much work, or a part out of reach.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(Kind::Unavailable, "unavailable", "The service is busy. Please try again in a moment.")
    }
}
