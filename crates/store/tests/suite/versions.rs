//! What a store knows of changes, its own and others', without asking the database.

use std::time::{Duration, Instant};

use domain::ids::TenantId;
use domain::time::Timestamp;
use store::changes::{Change, Subject, record};
use store::tenants::shops::Shop;
use store::{LEASE, Stamp, Store, StoreError, installation};
use uuid::Uuid;

use crate::databases::{Database, on_both_engines};

on_both_engines!(
    a_change_is_heard_before_its_answer,
    an_undone_change_is_not_heard,
    a_change_is_heard_though_its_caller_left,
    another_process_hears_within_a_second,
    changes_on_both_sides_are_heard,
);

const SHOP: TenantId = TenantId::new(Uuid::from_u128(1));
const OTHER: TenantId = TenantId::new(Uuid::from_u128(2));

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

async fn with_shops(database: &Database) -> Store {
    let store = database.open();
    for (number, tenant_id) in [SHOP, OTHER].into_iter().enumerate() {
        let shop = Shop {
            tenant_id,
            number: 0,
            slug: format!("shop-{number}"),
            settings: "{}".to_owned(),
            version: 1,
            test_mode: false,
            clock_at: None,
            created_at: Timestamp::from_micros(0),
        };
        let made: Result<_, StoreError> =
            store.write_installation(move |tx| installation::insert_shop(tx, shop.clone())).await;
        made.expect("a shop");
    }
    store
}

/// A stamp, once the store hears of others' changes.
async fn stamp(store: &Store, shop: TenantId) -> Stamp {
    until("the store hears", || store.versions().stamp(shop)).await
}

async fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn change(store: &Store, shop: TenantId) -> Result<i64, StoreError> {
    store.write(shop, |tx| record(tx, &[Change::of(Subject::Product, Uuid::from_u128(9))])).await
}

/// Whether what was made under the stamp may not be shown any more, or nothing may.
fn is_over(store: &Store, stamp: Stamp) -> bool {
    !store.versions().is_current(SHOP, stamp)
}

fn a_change_is_heard_before_its_answer(database: &Database) {
    run(async {
        let store = with_shops(database).await;
        for _ in 0..20 {
            let before = stamp(&store, SHOP).await;
            change(&store, SHOP).await.expect("a change");
            assert!(is_over(&store, before));
        }
    });
}

fn an_undone_change_is_not_heard(database: &Database) {
    run(async {
        let store = with_shops(database).await;
        change(&store, SHOP).await.expect("a change");
        // Until the word of it has come round from the database, too.
        store.heard_everywhere().await;
        let (before, others) = (stamp(&store, SHOP).await, stamp(&store, OTHER).await);
        let undone: Result<(), StoreError> = store
            .write(SHOP, |tx| {
                record(tx, &[])?;
                Err(StoreError::Broken("on purpose".to_owned()))
            })
            .await;
        undone.expect_err("it was undone");
        let again = stamp(&store, SHOP).await;
        assert_eq!(again, before);
        change(&store, SHOP).await.expect("a change");
        assert_eq!(stamp(&store, OTHER).await, others);
    });
}

fn a_change_is_heard_though_its_caller_left(database: &Database) {
    run(async {
        let store = with_shops(database).await;
        let before = stamp(&store, SHOP).await;
        let (started, begun) = std::sync::mpsc::channel();
        let writing = store.clone();
        let task = tokio::spawn(async move {
            writing
                .write(SHOP, move |tx| {
                    record(tx, &[])?;
                    let _ = started.send(());
                    std::thread::sleep(Duration::from_millis(20));
                    Ok::<_, StoreError>(())
                })
                .await
        });
        tokio::task::spawn_blocking(move || begun.recv()).await.expect("joins").expect("begins");
        task.abort();
        until("the change is heard", || is_over(&store, before).then_some(())).await;
    });
}

fn another_process_hears_within_a_second(database: &Database) {
    run(async {
        let here = with_shops(database).await;
        let there = database.open();
        for _ in 0..5 {
            let before = stamp(&there, SHOP).await;
            change(&here, SHOP).await.expect("a change");
            let changed = Instant::now();
            until("the other hears", || is_over(&there, before).then_some(())).await;
            assert!(changed.elapsed() <= LEASE, "heard after {:?}", changed.elapsed());
        }
    });
}

fn changes_on_both_sides_are_heard(database: &Database) {
    run(async {
        let here = with_shops(database).await;
        let there = database.open();
        for round in 0..10 {
            let (one, other) = if round % 2 == 0 { (&here, &there) } else { (&there, &here) };
            let (mine, theirs) = (stamp(one, SHOP).await, stamp(other, SHOP).await);
            change(one, SHOP).await.expect("a change");
            assert!(is_over(one, mine));
            one.heard_everywhere().await;
            assert!(is_over(other, theirs), "round {round}");
        }
    });
}
