//! What can go wrong below a query. Rule: a constraint that was hit is told apart from a database that is ill.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::problem::Problem;

/// Why a transaction did not happen. Whatever the kind, nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with this unique key is there already.
    #[error("a row with this unique key exists already")]
    Duplicate,
    /// Another transaction came between and the retries are used up.
    #[error("the transaction kept colliding with others")]
    Contended,
    /// The queue to the database is full, or its answer did not come in time.
    #[error("the database has more work waiting than it can take")]
    Overloaded,
    /// No connection can be had.
    #[error("no connection to the database: {0}")]
    Unreachable(String),
    /// A row breaks a rule that the code keeps.
    #[error("a stored row breaks a rule: {0}")]
    Broken(String),
    /// The database was left by a newer release.
    #[error(
        "the database is at schema {found}, newer than this release knows (up to {known}): start the newer release, or restore a backup made by this one"
    )]
    NewerSchema {
        /// The newest migration that the database has.
        found: String,
        /// The newest migration that this binary has.
        known: String,
    },
    /// The schema is older than this release and was not to be migrated.
    #[error("the database lacks {0} migrations: run `marzipan migrate`, or start without --no-migrate")]
    OlderSchema(usize),
    /// The work in the transaction panicked.
    #[error("the work inside the transaction panicked")]
    Panicked,
    /// Anything else that the database said.
    #[error("database: {0}")]
    Database(DieselError),
    /// A migration or a dump failed.
    #[error("{0}")]
    Maintenance(String),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate,
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unreachable(info.message().to_owned())
            }
            DieselError::DeserializationError(cause) => Self::Broken(cause.to_string()),
            other => Self::Database(other),
        }
    }
}

/// Whether running the same transaction again may succeed: a serialization failure or a deadlock (PostgreSQL only).
pub(crate) fn is_collision(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => {
            let message = info.message();
            message.starts_with("deadlock detected") || message.starts_with("could not serialize access")
        }
        DieselError::RollbackErrorOnCommit { commit_error, .. } => is_collision(commit_error),
        _ => false,
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded | StoreError::Contended | StoreError::Unreachable(_) => {
                tracing::warn!(error = %error, "the database did not take a request");
                Self::unavailable()
            }
            other => Self::internal(other),
        }
    }
}
