//! Both engines end in one schema. Rule: what a schema promises is told in facts that name no engine.

use std::collections::{BTreeMap, BTreeSet};

use store::StoreError;
use store::dump::TABLES;

use crate::databases::{Database, on_both_engines};

on_both_engines!(
    every_key_begins_with_the_shop,
    a_dump_takes_every_table_after_those_it_refers_to,
    migrating_again_changes_nothing,
    a_newer_schema_is_refused,
    an_older_schema_is_refused_when_asked_so,
);

const SQLITE: [&str; 5] = [
    "SELECT 'column ' || t.name || '.' || c.name || ' ' || CASE c.type WHEN 'BLOB' THEN 'bytes' \
     WHEN 'TEXT' THEN 'text' WHEN 'INTEGER' THEN 'number' ELSE c.type END || iif(c.\"notnull\", '', ' or null') \
     AS word FROM TABLES t, pragma_table_info(t.name) c",
    "SELECT 'primary key ' || t.name || ' (' || group_concat(c.name, ', ' ORDER BY c.pk) || ')' AS word \
     FROM TABLES t, pragma_table_info(t.name) c WHERE c.pk > 0 GROUP BY t.name",
    "SELECT iif(i.\"unique\", 'unique ', 'index ') || t.name || ' (' || group_concat(x.name, ', ' ORDER BY x.seqno) \
     || ')' || iif(i.partial, ' in part', '') AS word FROM TABLES t, pragma_index_list(t.name) i, \
     pragma_index_info(i.name) x WHERE i.origin <> 'pk' GROUP BY t.name, i.name",
    "SELECT 'foreign key ' || t.name || ' (' || group_concat(f.\"from\", ', ' ORDER BY f.seq) || ') to ' || f.\"table\" \
     || ' (' || group_concat(f.\"to\", ', ' ORDER BY f.seq) || ') ' || lower(f.on_delete) AS word \
     FROM TABLES t, pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id",
    "SELECT 'not strict: ' || l.name AS word FROM TABLES t, pragma_table_list(t.name) l WHERE l.strict = 0",
];

const POSTGRES: [&str; 4] = [
    "SELECT 'column ' || table_name || '.' || column_name || ' ' || CASE data_type WHEN 'bytea' THEN 'bytes' \
     WHEN 'bigint' THEN 'number' ELSE data_type END || CASE is_nullable WHEN 'YES' THEN ' or null' ELSE '' END \
     AS word FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT 'primary key ' || c.conrelid::regclass || ' (' || COLUMNS(c.conrelid, c.conkey) || ')' AS word \
     FROM pg_constraint c WHERE c.contype = 'p' AND c.connamespace = 'public'::regnamespace",
    "SELECT CASE WHEN i.indisunique THEN 'unique ' ELSE 'index ' END || i.indrelid::regclass || ' (' || \
     COLUMNS(i.indrelid, i.indkey::int2[]) || ')' || CASE WHEN i.indpred IS NULL THEN '' ELSE ' in part' END AS word \
     FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid \
     WHERE NOT i.indisprimary AND r.relnamespace = 'public'::regnamespace",
    "SELECT 'foreign key ' || c.conrelid::regclass || ' (' || COLUMNS(c.conrelid, c.conkey) || ') to ' || \
     c.confrelid::regclass || ' (' || COLUMNS(c.confrelid, c.confkey) || ') ' || \
     CASE c.confdeltype WHEN 'a' THEN 'no action' ELSE c.confdeltype::text END AS word \
     FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace",
];

/// What the schema promises, without the table that the migrations keep for themselves.
fn facts(database: &Database) -> BTreeSet<String> {
    let tables = "(SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%')";
    let columns = |call: &str| {
        let (table, keys) = call.split_once(", ").expect("two arguments");
        format!(
            "(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest({keys}) WITH ORDINALITY k(number, place) \
             JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
        )
    };
    let spelled = |sql: &str| {
        let mut sql = sql.replace("TABLES", tables);
        while let Some((before, rest)) = sql.split_once("COLUMNS(") {
            let (call, after) = rest.split_once(')').expect("a call ends");
            sql = format!("{before}{}{after}", columns(call));
        }
        sql
    };
    let queries: &[&str] = if database.is_sqlite() { &SQLITE } else { &POSTGRES };
    let words = queries.iter().flat_map(|sql| database.words(&spelled(sql)));
    words.filter(|word| !word.contains("__diesel")).collect()
}

#[test]
fn both_engines_have_one_schema() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres());
    drop((sqlite.open(), postgres.open()));
    let (sqlite, postgres) = (facts(&sqlite), facts(&postgres));
    let only_sqlite: Vec<_> = sqlite.difference(&postgres).collect();
    let only_postgres: Vec<_> = postgres.difference(&sqlite).collect();
    assert!(
        only_sqlite.is_empty() && only_postgres.is_empty(),
        "only on SQLite: {only_sqlite:#?}\nonly on PostgreSQL: {only_postgres:#?}"
    );
    for kind in ["column ", "primary key ", "unique ", "index ", "foreign key "] {
        assert!(sqlite.iter().any(|fact| fact.starts_with(kind)), "no {kind}among the facts");
    }
}

/// What every table's facts of one kind are about: `tenants (tenant_id)`.
fn keys<'f>(facts: &'f BTreeSet<String>, kind: &'static str) -> impl Iterator<Item = (&'f str, &'f str)> {
    facts.iter().filter_map(move |fact| {
        let (table, columns) = fact.strip_prefix(kind)?.split_once(" (")?;
        Some((table, columns))
    })
}

fn every_key_begins_with_the_shop(database: &Database) {
    drop(database.open());
    let facts = facts(database);
    for kind in ["primary key ", "unique ", "foreign key "] {
        for (table, columns) in keys(&facts, kind) {
            // The one is not a shop's, the other is the list of shops.
            let across = table == "installation" || (table == "tenants" && kind == "unique ");
            assert!(across || columns.starts_with("tenant_id"), "{kind}{table} ({columns}");
        }
    }
    let keyed: BTreeSet<&str> = keys(&facts, "primary key ").map(|(table, _)| table).collect();
    assert_eq!(keyed.len(), TABLES.len(), "every table has a primary key: {keyed:?}");
}

fn a_dump_takes_every_table_after_those_it_refers_to(database: &Database) {
    drop(database.open());
    let facts = facts(database);
    let live: BTreeSet<&str> = facts
        .iter()
        .filter_map(|fact| fact.strip_prefix("column ")?.split_once('.').map(|(table, _)| table))
        .collect();
    assert_eq!(live, BTreeSet::from(TABLES));
    let place: BTreeMap<&str, usize> =
        TABLES.into_iter().enumerate().map(|(at, table)| (table, at)).collect();
    for (table, rest) in keys(&facts, "foreign key ") {
        let (_, target) = rest.split_once(") to ").expect("a foreign key has a target");
        let (target, _) = target.split_once(" (").expect("and its columns");
        assert!(place[target] < place[table], "{table} refers to {target}");
    }
}

fn migrating_again_changes_nothing(database: &Database) {
    drop(database.open());
    let first = facts(database);
    drop(database.open());
    assert_eq!(facts(database), first);
    database.try_open(false).expect("there is nothing left to migrate");
}

fn a_newer_schema_is_refused(database: &Database) {
    drop(database.open());
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
    for migrate in [true, false] {
        let error = database.try_open(migrate).expect_err("is refused");
        assert!(
            matches!(&error, StoreError::NewerSchema { found, .. } if found == "99990101000000"),
            "{error}"
        );
        assert!(error.to_string().contains("newer"), "{error}");
    }
}

fn an_older_schema_is_refused_when_asked_so(database: &Database) {
    let error = database.try_open(false).expect_err("is refused");
    assert!(matches!(error, StoreError::OlderSchema(1..)), "{error}");
    assert!(error.to_string().contains("marzipan migrate"), "{error}");
}
