//! The bare loop to compare a logout with: delete one row, commit durably, again. Rule: the connection is set up as
//! the server's is, and there is nothing round it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What the server's own connections are set to.
const SETTINGS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; \
     PRAGMA journal_size_limit = 67108864;";

diesel::table! {
    bare_rows (id) {
        id -> BigInt,
        token_hash -> Binary,
    }
}

/// Where and how long.
#[derive(Serialize, Deserialize)]
pub(crate) struct Plan {
    /// A file that is not there yet.
    pub(crate) path: String,
    /// How many rows to delete at the most.
    pub(crate) rows: i64,
    /// How long to go on at the most.
    pub(crate) seconds: f64,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) commits: i64,
    pub(crate) per_second: f64,
}

/// Opens a database set up as the server's connections are.
pub(crate) fn open(path: &str) -> Result<SqliteConnection> {
    let mut conn = SqliteConnection::establish(path).context("cannot open the database")?;
    conn.batch_execute(SETTINGS)?;
    Ok(conn)
}

/// Reads the plan from standard input, runs the loop, and prints the report.
pub(crate) fn child() -> Result<()> {
    let plan: Plan = serde_json::from_reader(std::io::stdin().lock()).context("the plan")?;
    let mut conn = open(&plan.path)?;
    conn.batch_execute(
        "CREATE TABLE bare_rows (id INTEGER NOT NULL PRIMARY KEY, token_hash BLOB NOT NULL) STRICT",
    )?;
    conn.immediate_transaction(|conn| {
        for first in (0..plan.rows).step_by(1000) {
            let rows: Vec<_> = (first..plan.rows.min(first + 1000))
                .map(|id| (bare_rows::id.eq(id), bare_rows::token_hash.eq(vec![0_u8; 32])))
                .collect();
            diesel::insert_into(bare_rows::table).values(rows).execute(conn)?;
        }
        QueryResult::Ok(())
    })?;
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;

    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(plan.seconds);
    let mut commits = 0;
    while commits < plan.rows && Instant::now() < end {
        let deleted = conn.immediate_transaction(|conn| {
            diesel::delete(bare_rows::table.filter(bare_rows::id.eq(commits))).execute(conn)
        })?;
        ensure!(deleted == 1, "a row was not there");
        commits += 1;
    }
    let per_second = f64::from(i32::try_from(commits)?) / begun.elapsed().as_secs_f64();
    serde_json::to_writer(std::io::stdout().lock(), &Report { commits, per_second })?;
    Ok(())
}
