//! Beginning and ending transactions on either engine, and keeping a thread's connection alive between them.

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::result::QueryResult;

use super::{Conn, Target};
use crate::error::StoreError;

type Nested = <Conn as Connection>::TransactionManager;

/// Begins the outermost transaction with the engine's own words.
pub(super) fn begin(conn: &mut Conn, sql: &str) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, sql),
        Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(conn, sql),
    }
}

/// Sets a savepoint inside the transaction.
pub(super) fn begin_nested(conn: &mut Conn) -> QueryResult<()> {
    Nested::begin_transaction(conn)
}

/// Commits the transaction, or releases the innermost savepoint.
pub(super) fn commit(conn: &mut Conn) -> QueryResult<()> {
    Nested::commit_transaction(conn)
}

/// Undoes the transaction, or what came after the innermost savepoint.
pub(super) fn rollback(conn: &mut Conn) -> QueryResult<()> {
    Nested::rollback_transaction(conn)
}

/// A thread's connection, opened again when it has gone bad.
pub(super) struct Session {
    target: Target,
    conn: Option<Conn>,
}

impl Session {
    pub(super) fn new(target: Target, conn: Conn) -> Self {
        Self { target, conn: Some(conn) }
    }

    /// A connection with a transaction begun on it. Nothing has run yet when a stale connection shows itself here, so
    /// that it is replaced once without anybody noticing.
    pub(super) fn begin(&mut self, sql: &str) -> Result<&mut Conn, StoreError> {
        if let Some(mut conn) = self.conn.take() {
            match begin(&mut conn, sql) {
                Ok(()) => return Ok(self.conn.insert(conn)),
                Err(error) => tracing::warn!(error = %error, "replacing a database connection"),
            }
        }
        let mut conn = self.target.connect()?;
        begin(&mut conn, sql)?;
        Ok(self.conn.insert(conn))
    }

    /// Closes the connection: its state is not known any more. The database undoes what was open on it.
    pub(super) fn discard(&mut self) {
        self.conn = None;
    }
}
