//! The whole database in one file that both engines write and read: a backup, and the way from SQLite to PostgreSQL.
//!
//! The file is lines of JSON: a head, each table's columns followed by its rows, and an end that counts the rows. Rule:
//! a dump shows one moment, a restore happens wholly or not at all, and neither holds more than a handful of rows at a
//! time. The databases themselves make and read the JSON, so that no row is taken apart here.

use std::collections::BTreeMap;
use std::io::{BufRead, Read as _, Write};

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::{Conn, Store};
use crate::error::StoreError;

/// Every table, those that others refer to first.
pub const TABLES: [&str; 71] = [
    "installation",
    "tenants",
    "tenant_origins",
    "storefront_tokens",
    "admin_keys",
    "staff",
    "staff_sessions",
    "customers",
    "sessions",
    "addresses",
    "mail_tokens",
    "throttles",
    "idempotency_keys",
    "jobs",
    "mails",
    "audit_log",
    "shop_versions",
    "changes",
    "media",
    "media_uses",
    "attributes",
    "collections",
    "products",
    "variants",
    "product_attributes",
    "collection_products",
    "product_links",
    "product_images",
    "reviews",
    "subscriptions",
    "media_sources",
    "registrations",
    "threads",
    "messages",
    "subscribers",
    "opt_ins",
    "suppressions",
    "mail_templates",
    "entries",
    "entry_revisions",
    "preview_tokens",
    "menus",
    "redirects",
    "carts",
    "orders",
    "order_numbers",
    "order_items",
    "order_holds",
    "discount_uses",
    "payments",
    "refunds",
    "shipments",
    "order_events",
    "provider_events",
    "payment_methods",
    "set_ups",
    "payment_accounts",
    "discounts",
    "gift_cards",
    "gift_card_entries",
    "shipping_methods",
    "tax_rates",
    "reward_programmes",
    "reward_entries",
    "webhook_endpoints",
    "webhook_events",
    "webhook_deliveries",
    "renewals",
    "subscription_events",
    "releases",
    "price_changes",
];

/// The table in which a database that was started but never used has rows already.
const INSTALLATION: &str = "installation";

/// Rows are handed to the database together, up to this many bytes.
const BATCH: usize = 256 * 1024;

/// The longest line that is read: far more than a row takes.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

const FORMAT: &str = "marzipan backup";
const FORMAT_VERSION: u32 = 1;

/// A line of the file that is no row.
#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Line {
    Head { format: String, format_version: u32, schema: String, created_at: String },
    Table { table: String, columns: Vec<String> },
    End { rows: BTreeMap<String, u64> },
}

/// The schema that this release writes and reads: the name of its newest migration.
pub fn schema() -> Result<String, StoreError> {
    crate::migrate::newest()
}

/// Writes the whole database as it stands at this moment; tells how many rows. Others may read and write meanwhile.
pub fn write(store: &Store, now: Timestamp, out: &mut impl Write) -> Result<u64, StoreError> {
    let mut conn = store.connect()?;
    conn.batch(
        "BEGIN",
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
         BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    )?;
    let head = Line::Head {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        schema: schema()?,
        created_at: now.to_string(),
    };
    put(out, &head)?;
    let mut rows = BTreeMap::new();
    for table in TABLES {
        let columns = conn.columns(table)?;
        let names = columns.iter().map(|column| column.name.clone()).collect();
        put(out, &Line::Table { table: table.to_owned(), columns: names })?;
        let mut count = 0;
        conn.each_row(&select(&conn, table, &columns), |row| {
            count += 1;
            put_text(out, row)
        })?;
        rows.insert(table.to_owned(), count);
    }
    conn.batch("COMMIT", "COMMIT")?;
    let total = rows.values().sum();
    put(out, &Line::End { rows })?;
    Ok(total)
}

/// Fills an empty database; tells with how many rows. Where it fails, the database is as it was.
pub fn restore(store: &Store, input: impl BufRead) -> Result<u64, StoreError> {
    let mut lines = Lines { input, line: String::new() };
    check_head(&lines.next()?)?;
    let mut conn = store.connect()?;
    conn.batch(
        "BEGIN IMMEDIATE",
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; BEGIN; \
         LOCK TABLE installation IN ACCESS EXCLUSIVE MODE",
    )?;
    // Dropped with an error, the connection closes and the database undoes what was begun.
    let total = fill(&mut conn, &mut lines)?;
    conn.batch("COMMIT", "COMMIT")?;
    Ok(total)
}

fn check_head(line: &str) -> Result<(), StoreError> {
    let Ok(Line::Head { format, format_version, schema: found, .. }) = serde_json::from_str(line) else {
        return Err(failed("the file is not a backup of Marzipan"));
    };
    if format != FORMAT || format_version != FORMAT_VERSION {
        return Err(failed(format!("the file is of another format ({format} {format_version})")));
    }
    let known = schema()?;
    if found != known {
        return Err(failed(format!(
            "the backup is of schema {found} and this release has schema {known}: restore it with the release that \
             wrote it, then start this one, which migrates"
        )));
    }
    Ok(())
}

fn fill(conn: &mut Conn, lines: &mut Lines<impl BufRead>) -> Result<u64, StoreError> {
    for table in TABLES.into_iter().filter(|table| *table != INSTALLATION) {
        let mut found = false;
        conn.each_row(&format!("SELECT '1' AS line FROM {table} LIMIT 1"), |_| {
            found = true;
            Ok(())
        })?;
        if found {
            return Err(failed(format!(
                "the database is not empty (there are rows in {table}): give an empty one"
            )));
        }
    }
    conn.batch("DELETE FROM installation", "DELETE FROM installation")?;

    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    let mut table: Option<Filling> = None;
    loop {
        let line = lines.next()?;
        if line.starts_with('[') {
            let filling = table.as_mut().ok_or_else(|| failed("a row stands before its table"))?;
            filling.add(conn, &line)?;
            continue;
        }
        if let Some(mut filled) = table.take() {
            filled.flush(conn)?;
            rows.insert(filled.table.to_owned(), filled.count);
        }
        match serde_json::from_str(&line) {
            Ok(Line::Table { table: name, columns }) => table = Some(Filling::begin(conn, &name, &columns)?),
            Ok(Line::End { rows: written }) if written == rows => return Ok(rows.values().sum()),
            Ok(Line::End { .. }) => return Err(failed("the file has lost rows: its end counts others")),
            Ok(Line::Head { .. }) | Err(_) => {
                return Err(failed("the file is damaged: a line makes no sense"));
            }
        }
    }
}

/// A table on its way into the database.
struct Filling {
    table: &'static str,
    insert: String,
    batch: String,
    waiting: usize,
    count: u64,
}

impl Filling {
    fn begin(conn: &mut Conn, name: &str, written: &[String]) -> Result<Self, StoreError> {
        let table = TABLES
            .into_iter()
            .find(|table| *table == name)
            .ok_or_else(|| failed(format!("the file is damaged: there is no table {name}")))?;
        let columns = conn.columns(table)?;
        let place = |column: &Column| written.iter().position(|name| *name == column.name);
        let places: Option<Vec<usize>> = columns.iter().map(place).collect();
        let places = places.filter(|_| written.len() == columns.len());
        let places =
            places.ok_or_else(|| failed(format!("the file is damaged: {table} has other columns")))?;
        Ok(Self {
            table,
            insert: insert(conn, table, &columns, &places),
            batch: String::new(),
            waiting: 0,
            count: 0,
        })
    }

    fn add(&mut self, conn: &mut Conn, row: &str) -> Result<(), StoreError> {
        self.batch.push(if self.waiting == 0 { '[' } else { ',' });
        self.batch.push_str(row);
        self.waiting += 1;
        self.count += 1;
        if self.batch.len() < BATCH { Ok(()) } else { self.flush(conn) }
    }

    fn flush(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        if self.waiting == 0 {
            return Ok(());
        }
        self.batch.push(']');
        let added = conn.fill(&self.insert, &self.batch)?;
        if added != self.waiting {
            return Err(failed(format!(
                "{added} rows of {} went in instead of {}",
                self.table, self.waiting
            )));
        }
        self.batch.clear();
        self.waiting = 0;
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

impl Column {
    fn holds_bytes(&self) -> bool {
        matches!(self.kind.as_str(), "BLOB" | "bytea")
    }

    fn holds_numbers(&self) -> bool {
        matches!(self.kind.as_str(), "INTEGER" | "bigint")
    }
}

/// The query that gives each row as a JSON array of numbers, texts and bytes in hexadecimal.
fn select(conn: &Conn, table: &str, columns: &[Column]) -> String {
    let sqlite = matches!(conn, Conn::Sqlite(_));
    let value = |column: &Column| {
        let name = &column.name;
        match (column.holds_bytes(), sqlite) {
            (false, _) => format!("\"{name}\""),
            // SQLite makes an empty text of NULL.
            (true, true) => format!("iif(\"{name}\" IS NULL, NULL, lower(hex(\"{name}\")))"),
            (true, false) => format!("encode(\"{name}\", 'hex')"),
        }
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let values = values.join(", ");
    if sqlite {
        format!("SELECT json_array({values}) AS line FROM {table}")
    } else {
        format!("SELECT json_build_array({values})::text AS line FROM {table}")
    }
}

/// The statement that adds the rows of a JSON array of such arrays.
fn insert(conn: &Conn, table: &str, columns: &[Column], places: &[usize]) -> String {
    let sqlite = matches!(conn, Conn::Sqlite(_));
    let value = |(column, place): (&Column, &usize)| match (sqlite, column.holds_bytes()) {
        (true, true) => format!("unhex(value ->> '$[{place}]')"),
        (true, false) => format!("value ->> '$[{place}]'"),
        (false, true) => format!("decode(value ->> {place}, 'hex')"),
        (false, false) if column.holds_numbers() => format!("(value ->> {place})::bigint"),
        (false, false) => format!("value ->> {place}"),
    };
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let values: Vec<String> = columns.iter().zip(places).map(value).collect();
    let rows = if sqlite { "json_each(?)" } else { "json_array_elements($1::json) AS rows(value)" };
    format!("INSERT INTO {table} ({}) SELECT {} FROM {rows}", names.join(", "), values.join(", "))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Statements in each engine's own words.
impl Conn {
    fn batch(&mut self, sqlite: &str, postgres: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sqlite)?,
            Self::Postgres(conn) => conn.batch_execute(postgres)?,
        }
        Ok(())
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Column>, StoreError> {
        Ok(match self {
            Self::Sqlite(conn) => {
                sql_query("SELECT name, type AS kind FROM pragma_table_info(?) ORDER BY cid")
                    .bind::<Text, _>(table)
                    .load(conn)?
            }
            Self::Postgres(conn) => sql_query(
                "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
            )
            .bind::<Text, _>(table)
            .load(conn)?,
        })
    }

    fn each_row(
        &mut self,
        sql: &str,
        mut each: impl FnMut(&str) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => {
                let rows = sql_query(sql).load_iter::<Row, DefaultLoadingMode>(conn)?;
                rows.into_iter().try_for_each(|row| each(&row?.line))
            }
            Self::Postgres(conn) => {
                // The default mode would fetch the whole table first.
                let rows = sql_query(sql).load_iter::<Row, PgRowByRowLoadingMode>(conn)?;
                rows.into_iter().try_for_each(|row| each(&row?.line))
            }
        }
    }

    fn fill(&mut self, sql: &str, rows: &str) -> Result<usize, StoreError> {
        let statement = sql_query(sql).bind::<Text, _>(rows);
        Ok(match self {
            Self::Sqlite(conn) => statement.execute(conn)?,
            Self::Postgres(conn) => statement.execute(conn)?,
        })
    }
}

/// The lines of the file, one at a time.
struct Lines<R> {
    input: R,
    line: String,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<String, StoreError> {
        self.line.clear();
        let read = self.input.by_ref().take(LONGEST_LINE).read_line(&mut self.line);
        read.map_err(|error| failed(format!("the file can not be read: {error}")))?;
        match self.line.strip_suffix('\n') {
            Some(line) => Ok(line.to_owned()),
            None => Err(failed("the file is cut off: its end is missing")),
        }
    }
}

fn put(out: &mut impl Write, line: &Line) -> Result<(), StoreError> {
    let text = serde_json::to_string(line).map_err(|error| failed(error.to_string()))?;
    put_text(out, &text)
}

fn put_text(out: &mut impl Write, line: &str) -> Result<(), StoreError> {
    writeln!(out, "{line}").map_err(|error| failed(format!("the file can not be written: {error}")))
}

fn failed(reason: impl Into<String>) -> StoreError {
    StoreError::Maintenance(reason.into())
}
