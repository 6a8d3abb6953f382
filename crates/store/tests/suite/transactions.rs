//! What a transaction promises to the one who asked for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::ids::TenantId;
use domain::time::Timestamp;
use store::tenants::shops::Shop;
use store::{InstallationTx, Store, StoreError, installation};
use tokio::task::JoinSet;

use crate::databases::{Database, on_both_engines};

on_both_engines!(
    what_was_answered_is_there,
    a_failing_closure_is_undone_alone,
    a_panic_is_the_callers_own,
    a_taken_key_is_told,
    those_who_collide_take_turns,
    a_reader_changes_nothing,
    a_caller_who_leaves_harms_nobody,
);

/// Runs a test where its tasks really run at once.
fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

fn set(tx: &mut InstallationTx<'_>, name: &str) -> Result<(), StoreError> {
    installation::set_value(tx, name, "set")
}

async fn write(store: &Store, name: String) -> Result<(), StoreError> {
    store.write_installation(move |tx| set(tx, &name)).await
}

async fn is_set(store: &Store, name: &str) -> bool {
    let name = name.to_owned();
    let found = store.read_installation(move |tx| installation::value(tx, &name)).await;
    let found: Result<_, StoreError> = found;
    found.expect("reads").is_some()
}

fn what_was_answered_is_there(database: &Database) {
    run(async {
        let store = database.open();
        let mut writes = JoinSet::new();
        for number in 0..200 {
            let store = store.clone();
            writes.spawn(async move { write(&store, format!("name {number}")).await });
        }
        for outcome in writes.join_all().await {
            outcome.expect("is written");
        }
    });
    run(async {
        // Another process would see them too.
        let store = database.open();
        for number in 0..200 {
            assert!(is_set(&store, &format!("name {number}")).await, "{number}");
        }
    });
}

fn a_failing_closure_is_undone_alone(database: &Database) {
    run(async {
        let store = database.open();
        let mut writes = JoinSet::new();
        for number in 0..100 {
            let store = store.clone();
            writes.spawn(async move {
                let outcome = store
                    .write_installation(move |tx| {
                        set(tx, &format!("name {number}"))?;
                        if number % 3 == 0 { Err(StoreError::Broken("a rule".to_owned())) } else { Ok(()) }
                    })
                    .await;
                (number, outcome)
            });
        }
        for (number, outcome) in writes.join_all().await {
            let kept = number % 3 != 0;
            assert_eq!(outcome.is_ok(), kept, "{number}: {outcome:?}");
            assert_eq!(is_set(&store, &format!("name {number}")).await, kept, "{number}");
        }
    });
}

fn a_panic_is_the_callers_own(database: &Database) {
    run(async {
        let store = database.open();
        for round in 0..8 {
            let name = format!("panic {round}");
            let outcome: Result<(), StoreError> = store
                .write_installation({
                    let name = name.clone();
                    move |tx| {
                        set(tx, &name)?;
                        panic!("a fault in a use case")
                    }
                })
                .await;
            assert!(matches!(outcome, Err(StoreError::Panicked)), "{outcome:?}");
            assert!(!is_set(&store, &name).await, "its change is undone");
            write(&store, format!("after {round}")).await.expect("the next one is served");

            let outcome: Result<(), StoreError> = store.read_installation(|_| panic!("while reading")).await;
            assert!(matches!(outcome, Err(StoreError::Panicked)), "{outcome:?}");
        }
    });
}

fn a_taken_key_is_told(database: &Database) {
    run(async {
        let store = database.open();
        write(&store, "one".to_owned()).await.expect("writes");
        let outcome = write(&store, "one".to_owned()).await;
        assert!(matches!(outcome, Err(StoreError::Duplicate)), "{outcome:?}");
        write(&store, "two".to_owned()).await.expect("goes on");
    });
}

fn shop(number: u128) -> Shop {
    Shop {
        tenant_id: TenantId::try_from(number.to_be_bytes().to_vec()).expect("sixteen bytes"),
        number: 0,
        slug: format!("shop-{number}"),
        settings: "{}".to_owned(),
        version: 1,
        test_mode: false,
        clock_at: None,
        created_at: Timestamp::from_micros(0),
    }
}

/// Each reads the highest number and writes the next.
fn those_who_collide_take_turns(database: &Database) {
    const SHOPS: u128 = 30;
    run(async {
        let store = database.open();
        let runs = Arc::new(AtomicU32::new(0));
        let mut openings = JoinSet::new();
        for number in 1..=SHOPS {
            let (store, runs) = (store.clone(), runs.clone());
            openings.spawn(async move {
                let opened = store.write_installation(move |tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    installation::insert_shop(tx, shop(number))
                });
                let opened: Result<Shop, StoreError> = opened.await;
                opened.expect("opens in the end").number
            });
        }
        let mut numbers = openings.join_all().await;
        numbers.sort_unstable();
        let expected: Vec<i64> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected);
        assert_eq!(numbers.len(), 30);
        if database.is_sqlite() {
            assert_eq!(runs.load(Ordering::Relaxed), 30, "one writer collides with nobody");
        }
    });
}

fn a_reader_changes_nothing(database: &Database) {
    run(async {
        let store = database.open();
        let outcome: Result<(), StoreError> = store.read_installation(|tx| set(tx, "sly")).await;
        // PostgreSQL refuses; SQLite undoes.
        assert_eq!(outcome.is_ok(), database.is_sqlite());
        assert!(!is_set(&store, "sly").await);
    });
}

fn a_caller_who_leaves_harms_nobody(database: &Database) {
    run(async {
        let store = database.open();
        for number in 0..50 {
            let store = store.clone();
            let left = tokio::spawn(async move { write(&store, format!("left {number}")).await });
            left.abort();
        }
        write(&store, "stayed".to_owned()).await.expect("writes");
        assert!(is_set(&store, "stayed").await);
    });
}
