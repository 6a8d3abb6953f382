//! The reports of subscriptions against tables that hold a few of each kind.

use std::sync::Arc;

use commerce::audit::Actor;
use commerce::catalog;
use commerce::reports::{self, Sum};
use commerce::subscriptions::{self, ComingCharge, ReleaseForm};
use commerce::tenants::{self, NewShop};
use commerce::{Chance, Commerce, HashCost, Parts, PasswordPool, SecretKey, Secrets, Shop};
use domain::catalog::ProductForm;
use domain::ids::{CustomerId, ProductId, RenewalId, SubscriptionId};
use domain::reports::{Period, PeriodForm, Usual};
use domain::subscriptions::figures::Movement;
use domain::tenants::{Currency, Settings, ShopName, Slug, TimeZoneName};
use domain::time::{Clock, Timestamp};
use gateways::mail::Mailer;
use gateways::search::SearchIndex;
use serde_json::{Value, json};
use store::accounts::customers::{self, Customer};
use store::subscriptions::events::{self, SubscriptionEventRow};
use store::subscriptions::renewals::{self, RenewalRow};
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{Store, StoreError, StoreSettings};
use uuid::Uuid;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        at("2026-03-01T12:00:00Z")
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

struct World {
    commerce: Commerce,
    shop: Shop,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let settings = StoreSettings { url, postgres_connections: 1, sqlite_readers: 1, follows: true };
        let chance = || Chance::new(|bytes| rand::fill(bytes));
        let commerce = Commerce::new(Parts {
            store: Store::open(&settings, true).expect("a database"),
            clock: Arc::new(Still),
            chance: chance(),
            secrets: Secrets::new(&SecretKey::new([7; 32])).expect("keys"),
            passwords: PasswordPool::start(1, HashCost::default(), chance()).expect("a thread"),
            mailer: Mailer::Kept,
            payments: gateways::payments::Payments::unused(Arc::new(Still)).expect("a client"),
            search: SearchIndex::open(&folder.path().join("search")).expect("an index"),
            public_url: "https://api.example.test".parse().expect("a URL"),
            media: commerce::media::MediaParts::in_memory(),
            poster: gateways::webhooks::Poster::new(false).expect("a poster"),
        });
        let settings = Settings::new(
            ShopName::parse("Malt & Vine").expect("a name"),
            Currency::parse("GBP").expect("a currency"),
            TimeZoneName::parse("Europe/London").expect("a zone"),
        );
        let slug = Slug::parse("shop").expect("a slug");
        let new = NewShop { slug, settings, test_mode: false, clock_at: None };
        let shop = tenants::open(&commerce, new).await.expect("a shop").shop;
        Self { commerce, shop, _folder: folder }
    }

    async fn add(&self, form: Value) -> ProductId {
        let form: ProductForm = serde_json::from_value(form).expect("a form");
        let made = catalog::create_product(&self.commerce, &self.shop, Actor::CommandLine, form).await;
        made.expect("a product").id
    }

    fn period(&self, usual: Usual, from: &str, until: &str) -> Period {
        let form = PeriodForm { from: Some(from.to_owned()), until: Some(until.to_owned()), interval: None };
        form.parse_or(usual, self.shop.now, &self.shop.settings.timezone).expect("a period")
    }

    /// Writes these down with the customer of all of them and a renewal that was paid this morning.
    async fn write(&self, all: Vec<SubscriptionRow>, told: Vec<SubscriptionEventRow>) {
        let now = self.shop.now;
        let written = self.commerce.store().write(self.shop.id, move |tx| {
            let customer = Customer {
                customer_id: CustomerId::new(id(1)),
                email: Some("ann@example.com".to_owned()),
                first_name: "Ann".to_owned(),
                last_name: "Vine".to_owned(),
                phone: None,
                marketing: "{}".to_owned(),
                date_of_birth: None,
                password_hash: None,
                email_verified_at: None,
                created_at: now,
                updated_at: now,
                version: 1,
                erased_at: None,
                search: String::new(),
            };
            customers::insert(tx, customer)?;
            for row in all.clone() {
                rows::insert(tx, row)?;
            }
            for event in told.clone() {
                events::insert(tx, event)?;
            }
            renewals::insert(tx, paid_renewal(all[0].subscription_id))
        });
        written.await.expect("written");
    }
}

fn paid_renewal(subscription_id: SubscriptionId) -> RenewalRow {
    let due_at = at("2026-03-01T09:00:00Z");
    RenewalRow {
        renewal_id: RenewalId::new(id(900)),
        subscription_id,
        cycle: 0,
        status: "paid".to_owned(),
        due_at,
        order_id: None,
        payment_id: None,
        method_id: None,
        amount: 2895,
        attempts: 1,
        failures: 0,
        failure: None,
        failure_code: None,
        failure_message: None,
        first_failed_at: None,
        next_try_at: None,
        gives_up_at: None,
        paid_at: Some(due_at),
        created_at: due_at,
        updated_at: due_at,
    }
}

/// A monthly one that runs since its anchor, and renews next so many months after it.
fn running(number: u128, package_id: ProductId, anchor: &str, months: i64, next_at: &str) -> SubscriptionRow {
    let started_at = at(&format!("{anchor}Z"));
    SubscriptionRow {
        subscription_id: SubscriptionId::new(id(number)),
        customer_id: CustomerId::new(id(1)),
        package_id,
        status: "active".to_owned(),
        order_id: None,
        recipient_id: None,
        frequency: 1,
        anchor: anchor.to_owned(),
        months,
        cycle: 1,
        next_at: Some(at(next_at)),
        paused_until: None,
        cancels_at: None,
        ends_at: None,
        prepaid_left: 0,
        quantity: 1,
        price: 2400,
        next_price: None,
        next_price_at: None,
        method_id: None,
        wake_at: None,
        reminded_cycle: 0,
        details: "{}".to_owned(),
        cancel_reason: None,
        version: 1,
        started_at: Some(started_at),
        ended_at: None,
        created_at: started_at,
        updated_at: started_at,
    }
}

fn event(number: u128, of: &SubscriptionRow, kind: &str, data: &Value, time: &str) -> SubscriptionEventRow {
    SubscriptionEventRow {
        event_id: id(number).as_bytes().to_vec(),
        subscription_id: of.subscription_id,
        kind: kind.to_owned(),
        actor: "shop".to_owned(),
        data: data.to_string(),
        created_at: at(time),
    }
}

struct Made {
    world: World,
    malbec: ProductId,
    chablis: ProductId,
    club: ProductId,
}

async fn made() -> Made {
    let world = World::new().await;
    let malbec = world.add(json!({ "name": "Malbec", "price": 1000, "quantity": 10, "sku": "MAL" })).await;
    let chablis = world.add(json!({ "name": "Chablis", "price": 1500 })).await;
    let club = json!({ "productType": "subscription", "subscriptionType": "variable", "name": "Club", "price": 2400,
        "billingFrequencies": [1, 3] });
    let club = world.add(club).await;
    let mix = json!({ "productType": "subscription", "subscriptionType": "picknmix", "name": "Mix", "price": 5000,
        "billingFrequencies": [1, 3], "minimumItems": 1, "picknmixProductIds": ["malbec", "chablis"] });
    let mix = world.add(mix).await;
    let release = ReleaseForm {
        package_id: Some(club.to_string()),
        name: None,
        ships_from: Some("2026-03-10".to_owned()),
        items: vec![(malbec.to_string(), 6)],
    };
    subscriptions::create_release(&world.commerce, &world.shop, Actor::CommandLine, release)
        .await
        .expect("a release");

    let pair = SubscriptionRow {
        quantity: 2,
        ..running(10, club, "2026-02-05T10:00:00", 1, "2026-03-05T10:00:00Z")
    };
    let picks =
        json!({ "picks": [{ "product": malbec, "quantity": 3 }, { "product": chablis, "quantity": 1 }] });
    let picked = SubscriptionRow {
        frequency: 3,
        price: 5000,
        prepaid_left: 1,
        details: picks.to_string(),
        ..running(11, mix, "2025-12-15T10:00:00", 3, "2026-03-15T10:00:00Z")
    };
    let unpaid = SubscriptionRow {
        status: "cancelled".to_owned(),
        next_at: None,
        ended_at: Some(at("2026-02-20T00:00:00Z")),
        cancel_reason: Some("unpaid".to_owned()),
        ..running(12, club, "2026-01-10T10:00:00", 2, "2026-03-10T10:00:00Z")
    };
    let resting = SubscriptionRow {
        status: "paused".to_owned(),
        next_at: None,
        paused_until: Some(at("2026-03-20T00:00:00Z")),
        ..running(13, club, "2026-01-08T10:00:00", 2, "2026-03-08T10:00:00Z")
    };
    // Never paid: it counts nowhere.
    let pending = SubscriptionRow {
        status: "pending".to_owned(),
        next_at: None,
        started_at: None,
        ..running(14, club, "2026-02-08T10:00:00", 1, "2026-03-08T10:00:00Z")
    };
    let told = vec![
        event(500, &unpaid, "begun", &json!({}), "2026-01-10T10:00:00Z"),
        event(501, &unpaid, "cancelled", &json!({ "reason": "unpaid" }), "2026-02-20T00:00:00Z"),
        event(502, &resting, "begun", &json!({}), "2026-01-08T10:00:00Z"),
    ];
    world.write(vec![pair, picked, unpaid, resting, pending], told).await;
    Made { world, malbec, chablis, club }
}

#[tokio::test]
async fn what_is_to_come_is_counted_on_its_day() {
    let world = made().await.world;
    let period = world.period(Usual::Coming, "2026-03-01", "2026-04-10");
    let report = reports::renewals(&world.commerce, &world.shop, period).await.expect("a report");
    assert_eq!(report.rows.len(), 41);
    let some: Vec<(&str, Sum, Sum)> = report
        .rows
        .iter()
        .filter(|(_, due)| due.paid.count + due.expected.count > 0)
        .map(|(day, due)| (day.as_str(), due.paid, due.expected))
        .collect();
    let sum = |count: i64, amount: i64| Sum { count, amount };
    assert_eq!(
        some,
        [
            ("2026-03-01", sum(1, 2895), sum(0, 0)),
            ("2026-03-05", sum(0, 0), sum(1, 4800)),
            ("2026-03-15", sum(0, 0), sum(1, 0)),
            ("2026-04-05", sum(0, 0), sum(1, 4800)),
            ("2026-04-08", sum(0, 0), sum(1, 2400)),
        ]
    );
    assert_eq!((report.totals.paid, report.totals.expected), (sum(1, 2895), sum(4, 12_000)));
}

#[tokio::test]
async fn what_the_coming_boxes_need_is_summed_up() {
    let Made { world, malbec, chablis, club } = made().await;
    let period = world.period(Usual::Coming, "2026-03-01", "2026-04-10");
    let report = reports::forecast(&world.commerce, &world.shop, period).await.expect("a report");
    assert_eq!(report.boxes, 6);
    let needs: Vec<_> = report
        .needs
        .iter()
        .map(|need| (need.product_id, need.name.as_str(), need.needed, need.in_stock, need.short))
        .collect();
    assert_eq!(needs, [(malbec, "Malbec", 21, Some(10), 11), (chablis, "Chablis", 1, None, 0)]);
    assert_eq!(report.needs[0].sku.as_deref(), Some("MAL"));
    let unreleased: Vec<_> =
        report.without_release.iter().map(|one| (one.package_id, one.name.as_str(), one.boxes)).collect();
    assert_eq!(unreleased, [(club, "Club", 2)]);
}

#[tokio::test]
async fn who_came_and_went_is_counted_by_months() {
    let world = made().await.world;
    let period = || world.period(Usual::Year, "2026-01-01", "2026-03-31");
    let revenue = reports::recurring_revenue(&world.commerce, &world.shop, period()).await.expect("a report");
    assert_eq!((revenue.running.active, revenue.running.monthly), (2, 4800 + 1667));
    let packages: Vec<_> =
        revenue.packages.iter().map(|one| (one.name.as_str(), one.running.monthly)).collect();
    assert_eq!(packages, [("Club", 4800), ("Mix", 1667)]);
    let nets: Vec<_> =
        revenue.months.iter().map(|(month, row)| (month.as_str(), row.movement.net())).collect();
    assert_eq!(nets, [("2026-01", 2), ("2026-02", 0), ("2026-03", 0)]);

    let churn = reports::churn(&world.commerce, &world.shop, period()).await.expect("a report");
    let none = Movement::default();
    let expected = [
        Movement { active_at_start: 1, joined: 2, ..none },
        Movement { active_at_start: 3, joined: 1, unpaid: 1, ..none },
        Movement { active_at_start: 3, ..none },
    ];
    assert_eq!(churn.rows.iter().map(|(_, row)| *row).collect::<Vec<_>>(), expected);
    assert_eq!(churn.rows[1].1.churn_rate(), Some(3333));
    assert_eq!(churn.totals, Movement { active_at_start: 1, joined: 3, unpaid: 1, ..none });

    let cohorts = reports::cohorts(&world.commerce, &world.shop, period()).await.expect("a report");
    let january = &cohorts.rows[0].1;
    assert_eq!((january.joined, january.running), (2, [Some(2), None, None, None, None]));
    assert_eq!(cohorts.rows.iter().map(|(_, row)| row.joined).sum::<i64>(), 3);
}

#[tokio::test]
async fn what_will_be_charged_is_priced_as_the_next_box_is() {
    let world = made().await.world;
    let period = world.period(Usual::Coming, "2026-03-01", "2026-07-01");
    let mut told: Vec<ComingCharge> = Vec::new();
    let walked = subscriptions::coming_charges(&world.commerce, &world.shop, &period, |charge| {
        told.push(charge);
        Ok::<_, StoreError>(())
    });
    walked.await.expect("all of them");
    let of = |package: &str| -> Vec<(String, i64, bool)> {
        let charges = told.iter().filter(|charge| charge.package_name == package && charge.amount != 2400);
        charges.map(|charge| (charge.due_at.to_string(), charge.amount, charge.is_prepaid)).collect()
    };
    let days = ["2026-03-05T10", "2026-04-05T09", "2026-05-05T09", "2026-06-05T09"];
    let at_day = |day: &str| format!("{day}:00:00.000000Z");
    assert_eq!(of("Club"), days.map(|day| (at_day(day), 4800, false)));
    // The first box of the mix is paid already.
    assert_eq!(of("Mix"), [(at_day("2026-03-15T10"), 0, true), (at_day("2026-06-15T09"), 5000, false)]);
    let rested: Vec<_> = told.iter().filter(|charge| charge.amount == 2400).collect();
    assert_eq!(rested.len(), 3, "on the 8th of April, May and June");
}
