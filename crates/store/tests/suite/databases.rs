//! Databases to try things on, each used once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, SqliteConnection, sql_query};
use store::{Store, StoreError, StoreSettings};
use tempfile::TempDir;

/// Makes of each function a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($test:ident,)*) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(&crate::databases::Database::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $test() { super::$test(&crate::databases::Database::postgres()); })*
        }
    };
}
pub(crate) use on_both_engines;

/// An empty database.
pub(crate) struct Database {
    url: String,
    _folder: Option<TempDir>,
}

/// A text that a query gave.
#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { url, _folder: Some(folder) }
    }

    pub(crate) fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(cluster) = std::env::var("MARZIPAN_TEST_POSTGRES") else {
            panic!("MARZIPAN_TEST_POSTGRES names no PostgreSQL: run `cargo xtask test`, which starts one");
        };
        let name = format!("store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut conn = PgConnection::establish(&format!("{cluster}/postgres")).expect("the cluster answers");
        // Two at once fail on the template that both copy.
        for _ in 0..100 {
            match conn.batch_execute(&format!("CREATE DATABASE {name}")) {
                Ok(()) => return Self { url: format!("{cluster}/{name}"), _folder: None },
                Err(error) if error.to_string().contains("being accessed") => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => panic!("{error}"),
            }
        }
        panic!("no database was created");
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite://")
    }

    pub(crate) fn open(&self) -> Store {
        self.try_open(true).expect("the database opens")
    }

    pub(crate) fn try_open(&self, migrate: bool) -> Result<Store, StoreError> {
        Store::open(
            &StoreSettings {
                url: self.url.clone(),
                postgres_connections: 4,
                sqlite_readers: 2,
                follows: true,
            },
            migrate,
        )
    }

    /// Runs statements behind the store's back.
    pub(crate) fn execute(&self, sql: &str) {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => {
                sqlite(path).batch_execute(&format!("PRAGMA foreign_keys = ON; {sql}")).expect(sql);
            }
            None => PgConnection::establish(&self.url).expect("opens").batch_execute(sql).expect(sql),
        }
    }

    /// The texts that a query gives in its one column `word`.
    pub(crate) fn words(&self, sql: &str) -> Vec<String> {
        let rows: Vec<Word> = match self.url.strip_prefix("sqlite://") {
            Some(path) => sql_query(sql).load(&mut sqlite(path)),
            None => sql_query(sql).load(&mut PgConnection::establish(&self.url).expect("opens")),
        }
        .expect(sql);
        rows.into_iter().map(|row| row.word).collect()
    }
}

/// A connection that waits while a store that was just dropped closes its own.
fn sqlite(path: &str) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(path).expect("opens");
    conn.batch_execute("PRAGMA busy_timeout = 10000").expect("waits");
    conn
}
