//! Bringing the schema up to date. Rule: forward only, and never past what this release knows.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::engine::Conn;
use crate::error::StoreError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number that no other user of the same PostgreSQL is likely to lock: "marzipan" in ASCII.
const MIGRATION_LOCK: i64 = 0x6d61_727a_6970_616e;

/// Applies what is missing. Nodes that start together take turns.
pub(crate) fn run(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(conn) => {
            refuse_newer(conn, SQLITE)?;
            // Taking the write lock first makes a second process wait instead of failing half-way.
            conn.immediate_transaction(|conn| apply(conn, SQLITE))
        }
        Conn::Postgres(conn) => {
            conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
            let outcome = refuse_newer(conn, POSTGRES).and_then(|_| apply(conn, POSTGRES));
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
            outcome
        }
    }
}

/// Checks that the schema is exactly this release's.
pub(crate) fn check(conn: &mut Conn) -> Result<(), StoreError> {
    let missing = match conn {
        Conn::Sqlite(conn) => pending(conn, SQLITE)?,
        Conn::Postgres(conn) => pending(conn, POSTGRES)?,
    };
    if missing == 0 { Ok(()) } else { Err(StoreError::OlderSchema(missing)) }
}

fn apply<C: MigrationHarness<DB>, DB: diesel::backend::Backend>(
    conn: &mut C,
    source: EmbeddedMigrations,
) -> Result<(), StoreError> {
    conn.run_pending_migrations(source)
        .map(drop)
        .map_err(|error| StoreError::Maintenance(format!("migrating the database failed: {error}")))
}

trait Versions {
    fn applied(&mut self) -> Result<Vec<MigrationVersion<'static>>, StoreError>;
    fn known(source: EmbeddedMigrations) -> Result<Vec<MigrationVersion<'static>>, StoreError>;
}

macro_rules! versions {
    ($($conn:ty)*) => {$(
        impl Versions for $conn {
            fn applied(&mut self) -> Result<Vec<MigrationVersion<'static>>, StoreError> {
                self.applied_migrations().map_err(|error| StoreError::Maintenance(error.to_string()))
            }

            fn known(source: EmbeddedMigrations) -> Result<Vec<MigrationVersion<'static>>, StoreError> {
                let all: Vec<Box<dyn Migration<<$conn as Connection>::Backend>>> =
                    source.migrations().map_err(|error| StoreError::Maintenance(error.to_string()))?;
                Ok(all.iter().map(|one| one.name().version().as_owned()).collect())
            }
        }
    )*};
}

versions! { SqliteConnection PgConnection }

/// Gives the versions that this release knows, unless the database has others.
fn refuse_newer<C: Versions>(
    conn: &mut C,
    source: EmbeddedMigrations,
) -> Result<Vec<MigrationVersion<'static>>, StoreError> {
    let known = C::known(source)?;
    match conn.applied()?.into_iter().filter(|applied| !known.contains(applied)).max() {
        None => Ok(known),
        Some(found) => Err(StoreError::NewerSchema {
            found: found.to_string(),
            known: known.into_iter().max().map(|newest| newest.to_string()).unwrap_or_default(),
        }),
    }
}

fn pending<C: Versions>(conn: &mut C, source: EmbeddedMigrations) -> Result<usize, StoreError> {
    let known = refuse_newer(conn, source)?;
    let applied = conn.applied()?;
    Ok(known.iter().filter(|known| !applied.contains(known)).count())
}

/// The newest migration that this release knows: the version of a dump.
pub(crate) fn newest() -> Result<String, StoreError> {
    let known = <SqliteConnection as Versions>::known(SQLITE)?;
    Ok(known.into_iter().max().map(|newest| newest.to_string()).unwrap_or_default())
}
