//! The catalogue in memory against the catalogue in the database: whatever was written, and however often somebody looked in
//! between, a list is the same as one that is made from nothing.

use std::sync::Arc;

use commerce::accounts::Shopper;
use commerce::audit::Actor;
use commerce::catalog::{self, Card, CatalogError, ListFilter, Sort, StockChange};
use commerce::tenants::{self, NewShop};
use commerce::{Chance, Commerce, HashCost, Parts, PasswordPool, SecretKey, Secrets, Shop};
use domain::catalog::{AttributeForm, CollectionForm, ProductForm, Reference};
use domain::ids::ProductId;
use domain::tenants::{Currency, Settings, ShopName, Slug, TimeZoneName};
use domain::time::{Clock, Timestamp};
use gateways::mail::Mailer;
use gateways::search::SearchIndex;
use gateways::webhooks::Poster;
use proptest::prelude::*;
use serde_json::json;
use store::{Store, StoreSettings};

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-03-01T12:00:00Z").expect("a time")
    }
}

fn commerce(store: Store) -> Commerce {
    let chance = || Chance::new(|bytes| rand::fill(bytes));
    Commerce::new(Parts {
        store,
        clock: Arc::new(Still),
        chance: chance(),
        secrets: Secrets::new(&SecretKey::new([7; 32])).expect("keys"),
        passwords: PasswordPool::start(1, HashCost::default(), chance()).expect("a thread"),
        mailer: Mailer::Kept,
        payments: gateways::payments::Payments::unused(Arc::new(Still)).expect("a client"),
        search: SearchIndex::in_memory().expect("an index"),
        public_url: "https://api.example.test".parse().expect("a URL"),
        media: commerce::media::MediaParts::in_memory(),
        poster: Poster::new(false).expect("a poster"),
    })
}

/// A shop over a database of its own, with two attributes and two collections.
struct World {
    commerce: Commerce,
    shop: Shop,
    products: Vec<ProductId>,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let settings = StoreSettings { url, postgres_connections: 1, sqlite_readers: 1, follows: true };
        let commerce = commerce(Store::open(&settings, true).expect("a database"));
        let settings = Settings::new(
            ShopName::parse("Malt & Vine").expect("a name"),
            Currency::parse("GBP").expect("a currency"),
            TimeZoneName::parse("Europe/London").expect("a zone"),
        );
        let new = NewShop {
            slug: Slug::parse("shop").expect("a slug"),
            settings,
            test_mode: false,
            clock_at: None,
        };
        let shop = tenants::open(&commerce, new).await.expect("a shop").shop;
        for name in ["Grape", "Colour"] {
            let form: AttributeForm = serde_json::from_value(json!({ "name": name })).expect("a form");
            catalog::create_attribute(&commerce, &shop, Actor::CommandLine, form)
                .await
                .expect("an attribute");
        }
        for form in [
            json!({"name": "By hand"}),
            json!({"name": "Cheap reds", "rule": {"conditions": [
                {"field": "priceBelow", "amount": 1500},
                {"field": "attribute", "attribute": "colour", "value": "red"}]}}),
        ] {
            let form: CollectionForm = serde_json::from_value(form).expect("a form");
            catalog::create_collection(&commerce, &shop, Actor::CommandLine, form)
                .await
                .expect("a collection");
        }
        Self { commerce, shop, products: Vec::new(), _folder: folder }
    }

    fn id(&self, index: usize) -> Option<ProductId> {
        (!self.products.is_empty()).then(|| self.products[index % self.products.len()])
    }

    async fn apply(&mut self, write: Write) -> Result<(), CatalogError> {
        let (commerce, shop) = (self.commerce.clone(), self.shop.clone());
        let form = |form: serde_json::Value| serde_json::from_value::<ProductForm>(form).expect("a form");
        let change = async |id, form| {
            catalog::change_product(&commerce, &shop, Actor::CommandLine, id, None, form).await.map(drop)
        };
        match write {
            Write::Add { name, price, quantity, grape, colour, in_collection } => {
                let collections = if in_collection { vec!["by-hand"] } else { Vec::new() };
                let form = form(json!({
                    "name": name, "slug": format!("p-{}", self.products.len()), "price": price, "quantity": quantity,
                    "collections": collections,
                    "attributes": [{"slug": "grape", "values": [grape]}, {"slug": "colour", "values": [colour]}],
                }));
                let stored = catalog::create_product(&commerce, &shop, Actor::CommandLine, form).await?;
                self.products.push(stored.id);
                Ok(())
            }
            Write::Bundle { part, quantity } => {
                let Some(part) = self.id(part) else { return Ok(()) };
                let form = form(json!({
                    "productType": "bundle", "name": "Box", "slug": format!("p-{}", self.products.len()), "price": 4000,
                    "bundleItems": [{"product": part.to_string(), "quantity": quantity}],
                }));
                let stored = catalog::create_product(&commerce, &shop, Actor::CommandLine, form).await?;
                self.products.push(stored.id);
                Ok(())
            }
            Write::Price { which, price, sale } => match self.id(which) {
                Some(id) => {
                    change(id, form(json!({ "price": price, "salePrice": sale.map(|off| price - off) })))
                        .await
                }
                None => Ok(()),
            },
            Write::Values { which, grape, colour } => match self.id(which) {
                Some(id) => {
                    let attributes = json!([{"slug": "colour", "values": [colour]}, {"slug": "grape", "values": [grape, colour]}]);
                    change(id, form(json!({ "attributes": attributes }))).await
                }
                None => Ok(()),
            },
            Write::Status { which, is_active } => match self.id(which) {
                Some(id) => {
                    change(id, form(json!({ "status": if is_active { "active" } else { "inactive" } }))).await
                }
                None => Ok(()),
            },
            Write::Stock { which, delta } => match self.id(which) {
                Some(product) => {
                    let stock = StockChange { product, variant: None, delta, reason: "counted".to_owned() };
                    catalog::adjust_stock(&commerce, &shop, Actor::CommandLine, stock).await.map(drop)
                }
                None => Ok(()),
            },
            Write::Delete { which } => match self.id(which) {
                Some(id) => {
                    catalog::delete_product(&commerce, &shop, Actor::CommandLine, id, None).await.map(drop)
                }
                None => Ok(()),
            },
            Write::Order { first, second } => {
                let (Some(first), Some(second)) = (self.id(first), self.id(second)) else { return Ok(()) };
                let by_hand = catalog::collections(&commerce, &shop).await?[0].id;
                let names = vec![Reference::Id(first.uuid()), Reference::Id(second.uuid())];
                catalog::set_products(&commerce, &shop, Actor::CommandLine, by_hand, None, names)
                    .await
                    .map(drop)
            }
        }
    }

    /// What a list shows, as text; facets with it.
    async fn seen_by(&self, commerce: &Commerce, filter: &ListFilter) -> String {
        let shopper = Shopper { shop: self.shop.clone(), customer: None, token: None, is_subscriber: false };
        let found = catalog::cards(commerce, &shopper, filter.clone(), true, 0, 100).await.expect("a list");
        let line = |card: &Card| format!("{} {} {} {:?}", card.id, card.status, card.price, card.collection);
        let lines: Vec<String> = found.cards.iter().map(line).collect();
        format!("{} of {}\n{}\n{:?}", lines.len(), found.total, lines.join("\n"), found.facets)
    }
}

#[derive(Clone, Debug)]
enum Write {
    Add {
        name: String,
        price: i64,
        quantity: Option<i64>,
        grape: &'static str,
        colour: &'static str,
        in_collection: bool,
    },
    Bundle {
        part: usize,
        quantity: i64,
    },
    Price {
        which: usize,
        price: i64,
        sale: Option<i64>,
    },
    Values {
        which: usize,
        grape: &'static str,
        colour: &'static str,
    },
    Status {
        which: usize,
        is_active: bool,
    },
    Stock {
        which: usize,
        delta: i64,
    },
    Delete {
        which: usize,
    },
    Order {
        first: usize,
        second: usize,
    },
}

fn write() -> impl Strategy<Value = Write> {
    let which = 0_usize..50;
    let grape = || prop_oneof![Just("Malbec"), Just("Merlot"), Just("Rosé d'Été")];
    let colour = || prop_oneof![Just("Red"), Just("White")];
    prop_oneof![
        4 => ("[A-D]{1,3}", 500_i64..3000, proptest::option::of(0_i64..4), grape(), colour(), any::<bool>()).prop_map(
            |(name, price, quantity, grape, colour, in_collection)| Write::Add { name, price, quantity, grape, colour, in_collection }
        ),
        1 => (which.clone(), 1_i64..3).prop_map(|(part, quantity)| Write::Bundle { part, quantity }),
        2 => (which.clone(), 500_i64..3000, proptest::option::of(1_i64..400)).prop_map(|(which, price, sale)| Write::Price { which, price, sale }),
        1 => (which.clone(), grape(), colour()).prop_map(|(which, grape, colour)| Write::Values { which, grape, colour }),
        1 => (which.clone(), any::<bool>()).prop_map(|(which, is_active)| Write::Status { which, is_active }),
        2 => (which.clone(), -3_i64..4).prop_map(|(which, delta)| Write::Stock { which, delta }),
        1 => which.clone().prop_map(|which| Write::Delete { which }),
        1 => (which.clone(), which).prop_map(|(first, second)| Write::Order { first, second }),
    ]
}

fn filters() -> Vec<ListFilter> {
    let attribute = |slug: &str, values: &[&str]| {
        vec![(slug.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())]
    };
    let mut filters: Vec<ListFilter> = [Sort::Position, Sort::Name, Sort::Price, Sort::CreatedAt]
        .into_iter()
        .flat_map(|sort| {
            [false, true].map(|is_descending| ListFilter { sort, is_descending, ..ListFilter::default() })
        })
        .collect();
    filters.push(ListFilter { collection: Some("by-hand".to_owned()), ..ListFilter::default() });
    filters.push(ListFilter { collection: Some("Cheap reds".to_owned()), ..ListFilter::default() });
    filters.push(ListFilter {
        attributes: attribute("grape", &["malbec", "rose-d-ete"]),
        ..ListFilter::default()
    });
    filters.push(ListFilter {
        attributes: attribute("colour", &["RED"]),
        status: Some(domain::catalog::ShownStatus::OutOfStock),
        ..ListFilter::default()
    });
    filters.push(ListFilter {
        min_price: Some(900),
        max_price: Some(1800),
        sort: Sort::Price,
        ..ListFilter::default()
    });
    filters.push(ListFilter { collection: Some("no such".to_owned()), ..ListFilter::default() });
    filters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn lists_follow_every_write(writes in proptest::collection::vec(write(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new().await;
            for (index, write) in writes.into_iter().enumerate() {
                let done = world.apply(write.clone()).await;
                // A refusal is a rule at work (a stock that does not reach); a broken row would be a fault.
                if let Err(CatalogError::Store(error)) = done {
                    panic!("{write:?}: {error}");
                }
                // Not after each: sometimes several changes are followed at once.
                if index % 3 == 0 {
                    world.seen_by(&world.commerce, &ListFilter::default()).await;
                }
            }
            let fresh = commerce(world.commerce.store().clone());
            for filter in filters() {
                let followed = world.seen_by(&world.commerce, &filter).await;
                let made_anew = world.seen_by(&fresh, &filter).await;
                assert_eq!(followed, made_anew, "{filter:?}");
            }
        });
    }
}
