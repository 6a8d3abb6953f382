//! Where the database is and how a connection to it is set up.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};

use super::Conn;
use crate::error::StoreError;

/// The database that a URL names.
#[derive(Clone)]
pub(crate) enum Target {
    /// A file's path.
    Sqlite(String),
    /// A libpq connection URL; it holds a password, so it is never shown.
    Postgres(String),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.engine())
    }
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.contains(['?', '\0']) {
                return Err(StoreError::Unreachable(
                    "sqlite:// takes a file's path and nothing else".to_owned(),
                ));
            }
            return Ok(Self::Sqlite(path.to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(StoreError::Unreachable("the address must begin with sqlite:// or postgres://".to_owned()))
    }

    pub(crate) fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    pub(crate) fn connect(&self) -> Result<Conn, StoreError> {
        let ill = |error: &dyn std::fmt::Display| StoreError::Unreachable(error.to_string());
        match self {
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path).map_err(|error| ill(&error))?;
                // FULL flushes the log at every commit: an answered write survives a power cut.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; \
                     PRAGMA journal_size_limit = 67108864;",
                )
                .map_err(|error| ill(&error))?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_timeout(url)).map_err(|error| ill(&error))?;
                conn.batch_execute(
                    "SET statement_timeout = '25s'; SET lock_timeout = '10s'; \
                     SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;",
                )
                .map_err(|error| ill(&error))?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// A host that does not answer is given up after five seconds, unless the URL says otherwise.
fn with_timeout(url: &str) -> String {
    if url.contains("connect_timeout=") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}connect_timeout=5")
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;
    use diesel::sql_types::Text;

    #[derive(QueryableByName)]
    struct Chosen {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }

    /// They stand in `.cargo/config.toml`; without the first a statement with a bound LIMIT is planned at each execution.
    #[test]
    fn sqlite_is_built_as_we_chose() {
        let mut conn = SqliteConnection::establish(":memory:").expect("SQLite is built in");
        let options: Vec<Chosen> =
            diesel::sql_query("PRAGMA compile_options").load(&mut conn).expect("a list");
        for wanted in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0", "THREADSAFE=2"] {
            assert!(options.iter().any(|option| option.compile_options == wanted), "{wanted} is missing");
        }
    }
}
