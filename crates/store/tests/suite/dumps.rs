//! A dump and its restore, within an engine and across. Rule: every table and every column is filled, by what the
//! schema says of it, so that a new one is tried without a word here.

use std::collections::BTreeMap;
use std::io::Write;

use domain::time::Timestamp;
use serde_json::Value;
use store::dump::{self, TABLES};
use store::{StoreError, examine, installation};

use crate::databases::{Database, on_both_engines};

on_both_engines!(
    an_empty_database_is_dumped_and_restored,
    what_is_dumped_is_restored_on_sqlite,
    what_is_dumped_is_restored_on_postgres,
    a_dump_shows_one_moment,
    only_an_empty_database_is_filled,
    a_damaged_file_restores_nothing,
    a_whole_database_is_found_whole,
);

const NOW: Timestamp = Timestamp::from_micros(1_767_603_600_000_000);
const ROWS: usize = 5;

/// Fills every column of every table. Columns of one name have one value a row, so that what refers to another row
/// finds it.
fn fill(database: &Database) {
    let columns = if database.is_sqlite() {
        "SELECT t.name || '|' || c.name || '|' || c.type || '|' || (c.\"notnull\" OR c.pk > 0) AS word \
         FROM (SELECT name FROM sqlite_master WHERE type = 'table') t, pragma_table_info(t.name) c"
    } else {
        "SELECT table_name || '|' || column_name || '|' || data_type || '|' || \
         CASE is_nullable WHEN 'NO' THEN '1' ELSE '0' END AS word \
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position"
    };
    let mut tables: BTreeMap<String, Vec<(String, String, bool)>> = BTreeMap::new();
    for word in database.words(columns) {
        let parts: Vec<&str> = word.split('|').collect();
        let column = (parts[1].to_owned(), parts[2].to_owned(), parts[3] == "1");
        tables.entry(parts[0].to_owned()).or_default().push(column);
    }
    for table in TABLES {
        for row in 0..ROWS {
            let columns = &tables[table];
            let names: Vec<String> = columns.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
            let values: Vec<String> =
                columns
                    .iter()
                    .enumerate()
                    .map(|(at, (name, kind, needed))| {
                        if !needed && (at + row) % 2 == 0 {
                            "NULL".to_owned()
                        } else {
                            value(name, kind, row)
                        }
                    })
                    .collect();
            database.execute(&format!(
                "INSERT INTO {table} ({}) VALUES ({})",
                names.join(", "),
                values.join(", ")
            ));
        }
    }
}

fn value(name: &str, kind: &str, row: usize) -> String {
    match kind {
        // Those with a bound.
        "INTEGER" | "bigint" if ["quantity", "balance", "used", "usage_limit"].contains(&name) => {
            row.to_string()
        }
        "INTEGER" | "bigint" => match row {
            0 => i64::MAX.to_string(),
            1 => (i64::MIN + 1).to_string(),
            // Beyond what a float holds exactly.
            2 => "9007199254740993".to_owned(),
            row => format!("-{row}"),
        },
        "TEXT" | "text" => match row {
            0 => "''".to_owned(),
            1 => "'[\"quoted\", \\n and a \\u0041]'".to_owned(),
            2 => "'two\nlines\r\n\tof ''them'''".to_owned(),
            3 => "'Zoë 🍷 \u{1}\u{7f}\u{2028}'".to_owned(),
            row => format!("'{name} {row}'"),
        },
        "BLOB" | "bytea" => {
            let bytes: Vec<u8> = match row {
                _ if name.ends_with("_id") => vec![u8::try_from(row).expect("small"); 16],
                0 => Vec::new(),
                1 => (0..=255).collect(),
                row => vec![0xff; row],
            };
            let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
            if kind == "BLOB" { format!("x'{hex}'") } else { format!("'\\x{hex}'") }
        }
        other => panic!("a dump knows no columns of type {other}"),
    }
}

fn dumped(database: &Database) -> String {
    let mut out = Vec::new();
    dump::write(&database.open(), NOW, &mut out).expect("is dumped");
    String::from_utf8(out).expect("text")
}

fn restored(dump: &str, database: &Database) -> Result<u64, StoreError> {
    dump::restore(&database.open(), dump.as_bytes())
}

/// The lines as values: the engines put spaces in different places.
fn lines(dump: &str) -> Vec<Value> {
    dump.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn an_empty_database_is_dumped_and_restored(database: &Database) {
    let dump = dumped(database);
    assert_eq!(dump.lines().count(), 2 + TABLES.len());
    assert_eq!(restored(&dump, &Database::sqlite()).expect("is restored"), 0);
    let head: Value = serde_json::from_str(dump.lines().next().expect("a head")).expect("JSON");
    assert_eq!((&head["format"], &head["createdAt"]), (&"marzipan backup".into(), &NOW.to_string().into()));
}

fn what_is_dumped_is_restored_on_sqlite(database: &Database) {
    moves(database, &Database::sqlite());
}

fn what_is_dumped_is_restored_on_postgres(database: &Database) {
    moves(database, &Database::postgres());
}

fn moves(from: &Database, to: &Database) {
    drop(from.open());
    fill(from);
    let dump = dumped(from);
    let rows = u64::try_from(ROWS * TABLES.len()).expect("few");
    assert_eq!(restored(&dump, to).expect("is restored"), rows);
    assert_eq!(lines(&dumped(to)), lines(&dump));
    assert_eq!(examine::damage(&to.open()).expect("is read"), Vec::<String>::new());
}

/// Writes to the database when the dump has come half-way.
struct Meddler<'m> {
    out: Vec<u8>,
    meddle: Option<Box<dyn FnOnce() + 'm>>,
}

impl Write for Meddler<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.extend_from_slice(bytes);
        if String::from_utf8_lossy(&self.out).contains("\"storefront_tokens\"")
            && let Some(meddle) = self.meddle.take()
        {
            meddle();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn a_dump_shows_one_moment(database: &Database) {
    let store = database.open();
    fill(database);
    let before = dumped(database);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let meddle = || {
        let write = store.write_installation(|tx| installation::set_value(tx, "late", "late"));
        let written: Result<(), StoreError> = runtime.block_on(write);
        written.expect("nobody waits for a dump");
        database.execute("DELETE FROM audit_log");
    };
    let mut out = Meddler { out: Vec::new(), meddle: Some(Box::new(meddle)) };
    dump::write(&store, NOW, &mut out).expect("is dumped");
    assert!(out.meddle.is_none());
    assert_eq!(String::from_utf8(out.out).expect("text"), before);
}

fn only_an_empty_database_is_filled(database: &Database) {
    drop(database.open());
    fill(database);
    let dump = dumped(database);
    let error = restored(&dump, database).expect_err("is refused");
    assert!(error.to_string().contains("not empty"), "{error}");
    assert_eq!(dumped(database), dump);
}

fn a_damaged_file_restores_nothing(database: &Database) {
    let source = Database::sqlite();
    drop(source.open());
    fill(&source);
    let dump = dumped(&source);
    let empty = dumped(database);
    let schema = dump::schema().expect("known");
    let without = |gone: usize| {
        let kept = dump.split_inclusive('\n').enumerate().filter(|(at, _)| *at != gone);
        kept.map(|(_, line)| line).collect::<String>()
    };
    let last = dump.lines().count() - 1;
    for (file, word) in [
        (String::new(), "cut off"),
        ("\n".to_owned(), "not a backup"),
        ("{\"some\":\"json\"}\n".to_owned(), "not a backup"),
        (dump[..dump.len() / 2].to_owned(), "cut off"),
        (dump[..dump.len() - 1].to_owned(), "cut off"),
        (without(last), "cut off"),
        (without(last - 1), "lost rows"),
        (without(1), "before its table"),
        (dump.replace(&format!("\"schema\":\"{schema}\""), "\"schema\":\"9999\""), "schema 9999"),
        (dump.replace("\"audit_log\"", "\"audit\""), "damaged"),
        (dump.replace("\"actor_name\"", "\"actor\""), "damaged"),
        (dump.replacen("[\"0000", "[\"zzzz", 1), ""),
    ] {
        let error = restored(&file, database).expect_err("is refused").to_string();
        assert!(error.contains(word), "{word}: {error}");
        assert_eq!(dumped(database), empty, "{word}: nothing was kept");
    }
    assert!(restored(&dump, database).is_ok(), "the whole file is taken");
}

fn a_whole_database_is_found_whole(database: &Database) {
    let store = database.open();
    fill(database);
    assert_eq!(examine::damage(&store).expect("is read"), Vec::<String>::new());
    assert_eq!(examine::server_time(&store).expect("is asked").is_some(), !database.is_sqlite());
    if database.is_sqlite() {
        database.execute("PRAGMA foreign_keys = OFF; DELETE FROM customers");
        let damage = examine::damage(&store).expect("is read");
        assert!(damage.iter().any(|word| word.contains("customers")), "{damage:?}");
    }
}
