//! Looking at the database's health. Rule: it changes nothing, and can be done while others work.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use domain::time::Timestamp;

use crate::dump::TABLES;
use crate::engine::{Conn, Store};
use crate::error::StoreError;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What is damaged, in the database's words; nothing where it is whole. Reads everything, so it takes its time.
pub fn damage(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut conn = store.connect()?;
    match &mut conn {
        Conn::Sqlite(conn) => {
            let pages: Vec<Word> =
                sql_query("SELECT integrity_check AS word FROM pragma_integrity_check").load(conn)?;
            let references: Vec<Word> = sql_query(
                "SELECT 'a row of ' || \"table\" || ' refers to none of ' || parent AS word \
                 FROM pragma_foreign_key_check LIMIT 10",
            )
            .load(conn)?;
            let words = pages.into_iter().chain(references).map(|row| row.word);
            Ok(words.filter(|word| word != "ok").collect())
        }
        Conn::Postgres(conn) => {
            // The server looks after its pages itself; that each table can be read is what is left to ask.
            for table in TABLES {
                sql_query(format!("SELECT count(*) AS number FROM {table}")).get_result::<Number>(conn)?;
            }
            Ok(Vec::new())
        }
    }
}

/// The time on the database server's clock; SQLite has none of its own.
pub fn server_time(store: &Store) -> Result<Option<Timestamp>, StoreError> {
    match &mut store.connect()? {
        Conn::Sqlite(_) => Ok(None),
        Conn::Postgres(conn) => {
            let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS number";
            let now: Number = sql_query(sql).get_result(conn)?;
            Ok(Some(Timestamp::from_micros(now.number)))
        }
    }
}
