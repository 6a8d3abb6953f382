//! What carts take from discounts, gift cards and points. Rule: many at once take no more than there is.

use domain::ids::{CustomerId, DiscountId, GiftCardEntryId, GiftCardId, OrderId, RewardEntryId, TenantId};
use domain::time::Timestamp;
use store::accounts::customers::{self, Customer};
use store::selling::discounts::{self, DiscountRow};
use store::selling::gift_cards::{self, GiftCardRow, Movement};
use store::selling::reward_entries::{self, RewardEntryRow};
use store::tenants::shops::Shop;
use store::{Store, StoreError, Tx, installation};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::databases::{Database, on_both_engines};

on_both_engines!(
    a_discount_is_used_as_often_as_it_may,
    carts_see_what_is_switched_on,
    a_gift_card_is_spent_to_the_penny,
    a_card_that_is_not_good_is_not_spent,
    points_add_up,
);

const NOW: Timestamp = Timestamp::from_micros(1_767_603_600_000_000);
const TENANT: TenantId = TenantId::new(Uuid::from_u128(1));

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

/// Does something in the shop.
async fn act<T: Send + 'static>(
    store: &Store,
    act: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(TENANT, act).await.expect("is done")
}

/// How many of so many that come at once get what they want.
async fn winners(
    store: &Store,
    many: u128,
    take: impl Fn(&mut Tx<'_>, u128) -> Result<bool, StoreError> + Copy + Send + Sync + 'static,
) -> usize {
    let mut all = JoinSet::new();
    for number in 0..many {
        let store = store.clone();
        all.spawn(async move { act(&store, move |tx| take(tx, number)).await });
    }
    all.join_all().await.into_iter().filter(|won| *won).count()
}

/// An empty shop.
async fn shop(database: &Database) -> Store {
    let store = database.open();
    let row = Shop {
        tenant_id: TENANT,
        number: 0,
        slug: "shop".to_owned(),
        settings: "{}".to_owned(),
        version: 1,
        test_mode: false,
        clock_at: None,
        created_at: NOW,
    };
    let opened: Result<_, StoreError> =
        store.write_installation(move |tx| installation::insert_shop(tx, row.clone())).await;
    opened.expect("is opened");
    store
}

fn discount(number: u128, code: Option<&str>, status: &str) -> DiscountRow {
    DiscountRow {
        discount_id: DiscountId::new(Uuid::from_u128(number)),
        code: code.map(ToOwned::to_owned),
        name: "Ten off".to_owned(),
        kind: "percent".to_owned(),
        value: 10,
        minimum_spend: 0,
        products: "[]".to_owned(),
        collections: "[]".to_owned(),
        starts_at: None,
        ends_at: None,
        usage_limit: None,
        per_customer_limit: None,
        combines_with: "[]".to_owned(),
        applies_to: "first".to_owned(),
        status: status.to_owned(),
        used: 0,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn a_discount_is_used_as_often_as_it_may(database: &Database) {
    run(async {
        let store = shop(database).await;
        let limited = DiscountRow { usage_limit: Some(3), ..discount(1, Some("THREE"), "active") };
        let id = limited.discount_id;
        act(&store, move |tx| discounts::insert(tx, limited.clone())).await;
        assert_eq!(winners(&store, 10, move |tx, _| discounts::take_use(tx, id)).await, 3);
        act(&store, move |tx| discounts::give_use_back(tx, id)).await;
        assert_eq!(winners(&store, 5, move |tx, _| discounts::take_use(tx, id)).await, 1);

        let free = discount(2, Some("FREE"), "active");
        let free_id = free.discount_id;
        act(&store, move |tx| discounts::insert(tx, free.clone())).await;
        assert_eq!(winners(&store, 5, move |tx, _| discounts::take_use(tx, free_id)).await, 5);
        for _ in 0..6 {
            act(&store, move |tx| discounts::give_use_back(tx, free_id)).await;
        }
        let used = act(&store, move |tx| discounts::find(tx, free_id)).await.map(|row| row.used);
        assert_eq!(used, Some(0), "it does not fall below nothing");
        let gone = DiscountId::new(Uuid::from_u128(3));
        assert!(!act(&store, move |tx| discounts::take_use(tx, gone)).await);
        act(&store, move |tx| discounts::give_use_back(tx, gone)).await;
    });
}

fn carts_see_what_is_switched_on(database: &Database) {
    run(async {
        let store = shop(database).await;
        act(&store, |tx| {
            for (number, code, status) in [
                (1, Some("ON"), "active"),
                (2, Some("OFF"), "inactive"),
                (3, None, "active"),
                (4, None, "inactive"),
                (5, None, "active"),
            ] {
                discounts::insert(tx, discount(number, code, status))?;
            }
            Ok(())
        })
        .await;
        let numbers = |rows: Vec<DiscountRow>| -> Vec<u128> {
            let mut numbers: Vec<u128> =
                rows.into_iter().map(|row| row.discount_id.uuid().as_u128()).collect();
            numbers.sort_unstable();
            numbers
        };
        assert!(act(&store, |tx| discounts::find_by_code(tx, "ON")).await.is_some());
        assert!(act(&store, |tx| discounts::find_by_code(tx, "OFF")).await.is_none());
        assert!(act(&store, |tx| discounts::find_by_code(tx, "on")).await.is_none(), "codes are in capitals");
        assert_eq!(numbers(act(&store, discounts::automatic).await), [3, 5]);
        let all: Vec<DiscountId> = (1..=6).map(|number| DiscountId::new(Uuid::from_u128(number))).collect();
        let found = act(&store, move |tx| discounts::find_all(tx, &all)).await;
        assert_eq!(numbers(found), [1, 3, 5]);
        let owner = act(&store, |tx| discounts::owner_of(tx, "OFF")).await;
        assert_eq!(owner, Some(DiscountId::new(Uuid::from_u128(2))), "a code that is switched off is taken");
    });
}

const CARD: GiftCardId = GiftCardId::new(Uuid::from_u128(9));

fn movement(number: u128) -> Movement {
    Movement {
        id: GiftCardEntryId::new(Uuid::from_u128(number)),
        order: Some(OrderId::new(Uuid::from_u128(77))),
        at: NOW,
    }
}

async fn issue(store: &Store, balance: i64, status: &str, expires_at: Option<Timestamp>) {
    let card = GiftCardRow {
        gift_card_id: CARD,
        code_hash: vec![7; 32],
        code_sealed: vec![8; 40],
        last_four: "2345".to_owned(),
        initial_value: balance,
        balance,
        expires_at,
        recipient_name: None,
        recipient_email: None,
        message: None,
        note: None,
        status: status.to_owned(),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    act(store, move |tx| gift_cards::issue(tx, card.clone(), movement(1000))).await;
}

/// The balance, and what its entries add up to.
async fn books(store: &Store) -> (i64, i64) {
    let card = act(store, |tx| gift_cards::find_by_hash(tx, &[7; 32])).await.expect("a card");
    let (entries, _) = act(store, |tx| gift_cards::entries(tx, CARD, 0, 100)).await;
    (card.balance, entries.iter().map(|entry| entry.delta).sum())
}

fn a_gift_card_is_spent_to_the_penny(database: &Database) {
    run(async {
        let store = shop(database).await;
        issue(&store, 1000, "active", None).await;
        let spend = |tx: &mut Tx<'_>, number| gift_cards::spend(tx, CARD, 300, movement(number));
        assert_eq!(winners(&store, 8, spend).await, 3);
        assert_eq!(books(&store).await, (100, 100));
        assert!(!act(&store, |tx| gift_cards::spend(tx, CARD, 101, movement(20))).await);
        assert!(act(&store, |tx| gift_cards::spend(tx, CARD, 100, movement(21))).await);
        assert_eq!(books(&store).await, (0, 0));
        act(&store, |tx| gift_cards::give_back(tx, CARD, 250, movement(22))).await;
        assert_eq!(books(&store).await, (250, 250));
        assert!(act(&store, |tx| gift_cards::was_spent(tx, CARD)).await);
        let (entries, total) = act(&store, |tx| gift_cards::entries(tx, CARD, 0, 1)).await;
        assert_eq!((entries[0].reason.as_str(), entries[0].delta, total), ("issued", 1000, 6));
    });
}

fn a_card_that_is_not_good_is_not_spent(database: &Database) {
    let later = NOW.plus(std::time::Duration::from_micros(1));
    for (status, expires_at, spent) in [
        ("active", None, true),
        ("active", Some(later), true),
        ("active", Some(NOW), false),
        ("disabled", None, false),
    ] {
        run(async {
            let store = shop(database).await;
            issue(&store, 100, status, expires_at).await;
            let took = act(&store, |tx| gift_cards::spend(tx, CARD, 40, movement(1))).await;
            assert_eq!(took, spent, "{status} {expires_at:?}");
            // What was paid is given back whatever has become of the card.
            act(&store, |tx| gift_cards::give_back(tx, CARD, 40, movement(2))).await;
            let kept = if spent { 100 } else { 140 };
            assert_eq!(books(&store).await, (kept, kept));
        });
        database.execute("DELETE FROM gift_card_entries; DELETE FROM gift_cards; DELETE FROM tenants");
    }
}

fn customer(number: u128) -> Customer {
    Customer {
        customer_id: CustomerId::new(Uuid::from_u128(number)),
        email: None,
        first_name: String::new(),
        last_name: String::new(),
        phone: None,
        marketing: String::new(),
        date_of_birth: None,
        password_hash: None,
        email_verified_at: None,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
        erased_at: None,
        search: String::new(),
    }
}

fn points_add_up(database: &Database) {
    run(async {
        let store = shop(database).await;
        let [ada, bea] = [1, 2].map(|number| CustomerId::new(Uuid::from_u128(number)));
        act(&store, move |tx| {
            customers::insert(tx, customer(1))?;
            customers::insert(tx, customer(2))?;
            let moved = [
                (ada, 500, "earned"),
                (ada, -100, "redeemed"),
                (ada, -50, "taken_back"),
                (ada, 7, "adjusted"),
                (bea, 20, "earned"),
            ];
            for (number, (customer_id, delta, reason)) in (0_u128..).zip(moved) {
                let entry = RewardEntryRow {
                    entry_id: RewardEntryId::new(Uuid::from_u128(number)),
                    customer_id,
                    delta,
                    reason: reason.to_owned(),
                    order_id: None,
                    created_at: NOW,
                };
                reward_entries::insert(tx, entry)?;
            }
            Ok(())
        })
        .await;
        let sums = |who: CustomerId| {
            let store = store.clone();
            async move {
                act(&store, move |tx| {
                    Ok((reward_entries::balance(tx, who)?, reward_entries::lifetime(tx, who)?))
                })
                .await
            }
        };
        assert_eq!(sums(ada).await, (357, 450));
        assert_eq!(sums(bea).await, (20, 20));
        assert_eq!(sums(CustomerId::new(Uuid::from_u128(3))).await, (0, 0));
        let last = act(&store, move |tx| reward_entries::list(tx, ada, 2)).await;
        let deltas: Vec<i64> = last.iter().map(|entry| entry.delta).collect();
        assert_eq!(deltas, [7, -50]);
        act(&store, move |tx| reward_entries::give_all(tx, ada, bea)).await;
        assert_eq!((sums(ada).await, sums(bea).await), ((0, 0), (377, 470)));
    });
}
