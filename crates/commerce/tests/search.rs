//! The search index against the tables: whatever was written, and whether the index followed it, walked through it or was built
//! anew, it finds what the shop shows and nothing else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use commerce::audit::Actor;
use commerce::catalog::{self, StockChange};
use commerce::search::{self, Ask, Kind, Rebuilt};
use commerce::tenants::{self, NewShop};
use commerce::{Chance, Commerce, HashCost, Parts, PasswordPool, SecretKey, Secrets, Shop};
use domain::catalog::{CollectionForm, ProductForm};
use domain::ids::{CollectionId, ProductId};
use domain::tenants::{Currency, Settings, ShopName, Slug, TimeZoneName};
use domain::time::{Clock, Timestamp};
use gateways::mail::Mailer;
use gateways::search::{Entry, SearchIndex};
use proptest::prelude::*;
use serde_json::{Value, json};
use store::{Store, StoreSettings};
use tokio::task::JoinHandle;
use uuid::Uuid;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-03-01T12:00:00Z").expect("a time")
    }
}

fn commerce(store: Store, search: SearchIndex) -> Commerce {
    let chance = || Chance::new(|bytes| rand::fill(bytes));
    Commerce::new(Parts {
        store,
        clock: Arc::new(Still),
        chance: chance(),
        secrets: Secrets::new(&SecretKey::new([7; 32])).expect("keys"),
        passwords: PasswordPool::start(1, HashCost::default(), chance()).expect("a thread"),
        mailer: Mailer::Kept,
        payments: gateways::payments::Payments::unused(Arc::new(Still)).expect("a client"),
        search,
        public_url: "https://api.example.test".parse().expect("a URL"),
        media: commerce::media::MediaParts::in_memory(),
        poster: gateways::webhooks::Poster::new(false).expect("a poster"),
    })
}

/// A shop over a database of its own, and a node that serves it.
struct World {
    commerce: Commerce,
    shop: Shop,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let settings = StoreSettings { url, postgres_connections: 1, sqlite_readers: 1, follows: true };
        let index = SearchIndex::open(&folder.path().join("search")).expect("an index");
        let commerce = commerce(Store::open(&settings, true).expect("a database"), index);
        let settings = Settings::new(
            ShopName::parse("Malt & Vine").expect("a name"),
            Currency::parse("GBP").expect("a currency"),
            TimeZoneName::parse("Europe/London").expect("a zone"),
        );
        let slug = Slug::parse("shop").expect("a slug");
        let new = NewShop { slug, settings, test_mode: false, clock_at: None };
        let shop = tenants::open(&commerce, new).await.expect("a shop").shop;
        Self { commerce, shop, folder }
    }

    /// Another node over the same database, with an index of its own.
    fn another_node(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let index = SearchIndex::open(folder.path()).expect("an index");
        Self { commerce: commerce(self.commerce.store().clone(), index), shop: self.shop.clone(), folder }
    }

    fn follows(&self) -> Following {
        let commerce = self.commerce.clone();
        Following(tokio::spawn(async move { search::follow(&commerce).await }))
    }

    async fn add(&self, form: Value) -> ProductId {
        let form: ProductForm = serde_json::from_value(form).expect("a form");
        catalog::create_product(&self.commerce, &self.shop, Actor::CommandLine, form)
            .await
            .expect("a product")
            .id
    }

    async fn change(&self, id: ProductId, form: Value) {
        let form: ProductForm = serde_json::from_value(form).expect("a form");
        catalog::change_product(&self.commerce, &self.shop, Actor::CommandLine, id, None, form)
            .await
            .expect("a change");
    }

    async fn add_collection(&self, form: Value) -> CollectionId {
        let form: CollectionForm = serde_json::from_value(form).expect("a form");
        catalog::create_collection(&self.commerce, &self.shop, Actor::CommandLine, form)
            .await
            .expect("a collection")
            .id
    }

    /// What is found, as `kind title status price`.
    async fn found(&self, text: &str) -> Vec<String> {
        let ask = Ask { text: text.to_owned(), kinds: Vec::new(), limit: 50 };
        let answer = search::find(&self.commerce, &self.shop, ask).await.expect("an answer");
        assert_eq!(answer.total, u64::try_from(answer.hits.len()).expect("few"), "{text}");
        let line = |hit: &search::HitView| {
            let price = hit.price.map(domain::money::Money::formatted).unwrap_or_default();
            format!("{:?} {} {} {price}", hit.kind, hit.title, hit.status).trim_end().to_owned()
        };
        answer.hits.iter().map(line).collect()
    }

    async fn finds(&self, text: &str, expected: &[&str]) {
        let began = Instant::now();
        loop {
            let found = self.found(text).await;
            if found == expected {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{text}: {found:?} instead of {expected:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A node that follows until it goes.
struct Following(JoinHandle<()>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_is_found_as_it_is_now() {
    let world = World::new().await;
    let _following = world.follows();
    let malbec = world
        .add(json!({"name": "Estate Malbec 2019", "sku": "MAL-19", "price": 1899, "quantity": 5,
        "description": "Plums, **violets** & smoke."}))
        .await;
    world.finds("malbec", &["Product Estate Malbec 2019 active £18.99"]).await;
    world.finds("violet", &["Product Estate Malbec 2019 active £18.99"]).await;

    let rose = world.add(json!({"name": "Malbec Rosé 2019", "price": 1200})).await;
    let both = ["Product Estate Malbec 2019 active £18.99", "Product Malbec Rosé 2019 active £12.00"];
    world.finds("malbec 2019", &both).await;
    let stock = StockChange { product: malbec, variant: None, delta: -5, reason: "sold".to_owned() };
    catalog::adjust_stock(&world.commerce, &world.shop, Actor::CommandLine, stock).await.expect("sold");
    let sold_out =
        ["Product Malbec Rosé 2019 active £12.00", "Product Estate Malbec 2019 out_of_stock £18.99"];
    world.finds("malbec 2019", &sold_out).await;

    world
        .add(json!({"productType": "bundle", "name": "Box of pinks", "price": 3000, "slug": "box",
        "bundleItems": [{"product": "malbec-rose-2019", "quantity": 3}]}))
        .await;
    world.finds("pinks", &["Product Box of pinks active £30.00"]).await;
    world.change(rose, json!({"status": "inactive"})).await;
    world.finds("rose", &[]).await;
    world.finds("pinks", &["Product Box of pinks out_of_stock £30.00"]).await;
    world.change(rose, json!({"status": "active", "name": "Merlot Rosé"})).await;
    world.finds("merlot", &["Product Merlot Rosé active £12.00"]).await;
    world.finds("malbec", &["Product Estate Malbec 2019 out_of_stock £18.99"]).await;

    let collection =
        world.add_collection(json!({"name": "Summer picnic", "description": "Cold <b>bottles</b>."})).await;
    world.finds("picnic", &["Collection Summer picnic active"]).await;
    world.change(rose, json!({"collections": ["summer-picnic"]})).await;
    world.finds("picnic", &["Collection Summer picnic active", "Product Merlot Rosé active £12.00"]).await;
    let form: CollectionForm = serde_json::from_value(json!({"name": "Winter feast"})).expect("a form");
    catalog::change_collection(&world.commerce, &world.shop, Actor::CommandLine, collection, None, form)
        .await
        .expect("a change");
    world.finds("feast", &["Collection Winter feast active", "Product Merlot Rosé active £12.00"]).await;
    world.finds("picnic", &[]).await;
    catalog::delete_product(&world.commerce, &world.shop, Actor::CommandLine, malbec, None)
        .await
        .expect("gone");
    world.finds("malbec", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_follows_by_itself_and_one_that_was_away_catches_up() {
    let world = World::new().await;
    let other = world.another_node();
    let following = world.follows();
    world.add(json!({"name": "Malbec", "price": 1000})).await;
    world.finds("malbec", &["Product Malbec active £10.00"]).await;
    assert_eq!(other.found("malbec").await, [""; 0], "nobody told it");
    let _other_following = other.follows();
    other.finds("malbec", &["Product Malbec active £10.00"]).await;
    drop(following);
    world.add(json!({"name": "Merlot", "price": 1000})).await;
    other.finds("merlot", &["Product Merlot active £10.00"]).await;
    assert_eq!(world.found("merlot").await, [""; 0], "it was away");
    let _following = world.follows();
    world.finds("merlot", &["Product Merlot active £10.00"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_other_rows_is_walked_through() {
    let world = World::new().await;
    world.add(json!({"name": "Malbec", "price": 1000})).await;
    // As if the database had been put back to an earlier day.
    let index = SearchIndex::open(&world.folder.path().join("search")).expect("an index");
    assert!(index.own().expect("takes it"));
    let mut writing = index.write().expect("begins");
    let ghost = Entry {
        kind: Kind::Product,
        id: Uuid::from_u128(9),
        title: "Ghost".to_owned(),
        skus: Vec::new(),
        keywords: Vec::new(),
        text: String::new(),
        buyable: true,
    };
    writing.put(world.shop.id, &ghost).expect("writes");
    writing.reached(world.shop.id, 1_000);
    writing.commit().expect("commits");
    drop(index);
    let index = SearchIndex::open(&world.folder.path().join("search")).expect("an index");
    let node = World {
        commerce: commerce(world.commerce.store().clone(), index.clone()),
        shop: world.shop.clone(),
        folder: tempfile::tempdir().expect("a folder"),
    };
    let _following = node.follows();
    node.finds("malbec", &["Product Malbec active £10.00"]).await;
    // The walk takes several steps, of which each is seen, and searches see the last one a moment after its commit.
    let is_over =
        || index.cursor(world.shop.id) == Some(1) && index.entries(world.shop.id).expect("reads").len() == 1;
    let walk = async {
        while !is_over() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), walk).await.expect("what the tables do not have goes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_built_anew_here_or_by_the_server_while_it_serves() {
    let world = World::new().await;
    for number in 0..30 {
        world.add(json!({"name": format!("Malbec {number}"), "price": 1000})).await;
    }
    for tenant in [None, Some(world.shop.id)] {
        assert_eq!(search::rebuild(&world.commerce, tenant).await.expect("builds"), Rebuilt::Here);
        assert_eq!(world.found("malbec").await.len(), 30);
    }

    // The first process keeps the index; another one asks it to build.
    let following = world.follows();
    let index = SearchIndex::open(&world.folder.path().join("search")).expect("an index");
    let other = commerce(world.commerce.store().clone(), index);
    for tenant in [None, Some(world.shop.id)] {
        let asked = other.clone();
        let building = tokio::spawn(async move { search::rebuild(&asked, tenant).await });
        while !building.is_finished() {
            assert_eq!(world.found("malbec").await.len(), 30, "searches go on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(building.await.expect("ends").expect("builds"), Rebuilt::ByTheServer);
    }
    world.add(json!({"name": "Merlot", "price": 1000})).await;
    world.finds("merlot", &["Product Merlot active £10.00"]).await;
    drop(following);
}

#[derive(Clone, Debug)]
enum Write {
    Add { word: usize, price: i64, quantity: Option<i64>, is_package: bool },
    Rename { which: usize, word: usize },
    Show { which: usize, is_active: bool },
    Stock { which: usize, quantity: Option<i64> },
    Delete { which: usize },
}

const WORDS: [&str; 4] = ["Malbec", "Merlot", "Riesling", "Sancerre"];

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let quantity = || prop::option::of(0_i64..3);
    let write = prop_oneof![
        3 => (0..4_usize, 100_i64..9000, quantity(), any::<bool>())
            .prop_map(|(word, price, quantity, is_package)| Write::Add { word, price, quantity, is_package }),
        2 => (any::<usize>(), 0..4_usize).prop_map(|(which, word)| Write::Rename { which, word }),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(which, is_active)| Write::Show { which, is_active }),
        2 => (any::<usize>(), quantity()).prop_map(|(which, quantity)| Write::Stock { which, quantity }),
        1 => any::<usize>().prop_map(|which| Write::Delete { which }),
    ];
    prop::collection::vec(write, 1..20)
}

impl World {
    async fn apply(&self, number: usize, products: &mut Vec<ProductId>, write: Write) {
        let pick = |which: usize| products.get(which % products.len().max(1)).copied();
        match write {
            Write::Add { word, price, quantity, is_package } => {
                let mut form = json!({"name": WORDS[word], "slug": format!("p-{number}"), "price": price,
                    "quantity": quantity});
                if is_package {
                    form["productType"] = json!("subscription");
                    form["subscriptionType"] = json!("variable");
                    form["billingFrequency"] = json!(1);
                    form["billingFrequencies"] = json!([1]);
                    form["quantity"] = Value::Null;
                }
                products.push(self.add(form).await);
            }
            Write::Rename { which, word } => {
                if let Some(id) = pick(which) {
                    self.change(id, json!({"name": WORDS[word]})).await;
                }
            }
            Write::Show { which, is_active } => {
                if let Some(id) = pick(which) {
                    let status = if is_active { "active" } else { "inactive" };
                    self.change(id, json!({"status": status})).await;
                }
            }
            Write::Stock { which, quantity } => {
                if let Some(id) = pick(which) {
                    let form: ProductForm =
                        serde_json::from_value(json!({"quantity": quantity})).expect("a form");
                    // Packages have no stock: that they refuse it is told elsewhere.
                    let _ = catalog::change_product(
                        &self.commerce,
                        &self.shop,
                        Actor::CommandLine,
                        id,
                        None,
                        form,
                    )
                    .await;
                }
            }
            Write::Delete { which } => {
                if let Some(id) = pick(which) {
                    catalog::delete_product(&self.commerce, &self.shop, Actor::CommandLine, id, None)
                        .await
                        .expect("gone");
                    products.retain(|known| *known != id);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// An index that followed every change is as one that was built anew from the tables.
    #[test]
    fn following_and_building_anew_come_to_the_same(writes in writes()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
        runtime.block_on(async {
            let world = World::new().await;
            let following = world.follows();
            let mut products = Vec::new();
            for (number, write) in writes.into_iter().enumerate() {
                world.apply(number, &mut products, write).await;
            }
            // The last change shows that those before it were followed.
            world.add(json!({"name": "Zzyzx", "slug": "last", "price": 1})).await;
            world.finds("zzyzx", &["Product Zzyzx active £0.01"]).await;
            drop(following);
            let anew = world.another_node();
            search::rebuild(&anew.commerce, None).await.expect("builds");
            for word in WORDS {
                let (followed, built) = (world.found(word).await, anew.found(word).await);
                prop_assert_eq!(&followed, &built);
            }
            Ok(())
        })?;
    }
}
