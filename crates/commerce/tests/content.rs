//! What a shop says, where it meets what it sells and what it takes along to another shop.

use std::sync::Arc;

use commerce::audit::Actor;
use commerce::catalog::{self, Put};
use commerce::content::{self, ContentError, ShownBlock};
use commerce::tenants::{self, NewShop};
use commerce::{Chance, Commerce, HashCost, Parts, PasswordPool, SecretKey, Secrets, Shop};
use domain::catalog::{CollectionForm, ProductForm};
use domain::content::{EntryForm, EntryKind};
use domain::ids::MediaId;
use domain::tenants::{Currency, Settings, ShopName, Slug, TimeZoneName};
use domain::time::{Clock, Timestamp};
use gateways::mail::Mailer;
use serde_json::{Value, json};
use store::{Store, StoreError, StoreSettings};
use uuid::Uuid;

#[derive(Debug)]
struct Still;

fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T12:00:00Z").expect("a time")
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// Two shops over one database.
struct World {
    commerce: Commerce,
    shops: [Shop; 2],
    _folder: tempfile::TempDir,
}

/// The picture that every shop of these tests has under the name `cellar.png`.
fn cellar() -> MediaId {
    MediaId::new(Uuid::from_u128(0x0192_6a3c_0000_7000_8000_0000_0000_0001))
}

fn file_of(id: MediaId) -> Option<String> {
    (id == cellar()).then(|| "cellar.png".to_owned())
}

fn media_of(file: &str) -> Option<MediaId> {
    (file == "cellar.png").then(cellar)
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shops.db").display());
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
            search: gateways::search::SearchIndex::in_memory().expect("an index"),
            public_url: "https://api.example.test".parse().expect("a URL"),
            media: commerce::media::MediaParts::in_memory(),
            poster: gateways::webhooks::Poster::new(false).expect("a poster"),
        });
        let shops = [open(&commerce, "one").await, open(&commerce, "two").await];
        Self { commerce, shops, _folder: folder }
    }

    /// Puts lines into a shop, in one transaction; what each came to.
    async fn put(&self, shop: usize, lines: Vec<Value>) -> Result<Vec<Put>, ContentError> {
        let (commerce, shop) = (self.commerce.clone(), self.shops[shop].clone());
        self.commerce
            .store()
            .write(shop.id, move |tx| {
                let put = |line: &Value| match line["kind"].as_str() {
                    Some("page") => {
                        content::put_entry(&commerce, tx, &shop, EntryKind::Page, line, &media_of)
                    }
                    Some("post") => {
                        content::put_entry(&commerce, tx, &shop, EntryKind::Post, line, &media_of)
                    }
                    Some("menu") => content::put_menu(&commerce, tx, &shop, line),
                    _ => content::put_redirect(&commerce, tx, &shop, line),
                };
                lines.iter().map(put).collect()
            })
            .await
    }

    async fn export(&self, shop: usize) -> Vec<Value> {
        let mut lines = Vec::new();
        let sink = |line| {
            lines.push(line);
            Ok::<_, StoreError>(())
        };
        content::export(&self.commerce, &self.shops[shop], file_of, sink).await.expect("an export");
        lines
    }
}

async fn open(commerce: &Commerce, slug: &str) -> Shop {
    let settings = Settings::new(
        ShopName::parse("Malt & Vine").expect("a name"),
        Currency::parse("GBP").expect("a currency"),
        TimeZoneName::parse("Europe/London").expect("a zone"),
    );
    let new =
        NewShop { slug: Slug::parse(slug).expect("a slug"), settings, test_mode: false, clock_at: None };
    let shop = tenants::open(commerce, new).await.expect("a shop").shop;
    let picture = store::media::Media {
        media_id: cellar(),
        filename: "cellar.png".to_owned(),
        extension: "png".to_owned(),
        mime_type: "image/png".to_owned(),
        alt: "Our cellar".to_owned(),
        size: 1,
        width: Some(1),
        height: Some(1),
        content_hash: vec![1],
        version: 1,
        created_at: now(),
        updated_at: now(),
        status: "ready".to_owned(),
        renditions: "[]".to_owned(),
        search_name: "cellar.png".to_owned(),
    };
    let insert = move |tx: &mut store::Tx<'_>| store::media::insert(tx, picture.clone());
    commerce.store().write(shop.id, insert).await.expect("a picture");
    for (slug, more) in [
        ("malbec", json!({ "price": 1899, "collections": ["reds"] })),
        ("merlot", json!({ "price": 1250, "quantity": 0, "collections": ["reds"] })),
        ("withdrawn", json!({ "price": 1000, "status": "inactive", "collections": ["reds"] })),
        (
            "club",
            json!({
                "productType": "subscription", "subscriptionType": "variable", "billingFrequency": 3,
                "billingFrequencies": [3], "pricingType": "fixed", "price": 6000,
            }),
        ),
    ] {
        if slug == "malbec" {
            let reds: CollectionForm = serde_json::from_value(json!({ "name": "Reds" })).expect("a form");
            catalog::create_collection(commerce, &shop, Actor::CommandLine, reds)
                .await
                .expect("a collection");
        }
        let mut form = more;
        form["name"] = json!(slug);
        let form: ProductForm = serde_json::from_value(form).expect("a form");
        catalog::create_product(commerce, &shop, Actor::CommandLine, form).await.expect("a product");
    }
    shop
}

fn page(blocks: Value) -> EntryForm {
    serde_json::from_value(json!({ "title": "Page", "blocks": blocks })).expect("a form")
}

#[tokio::test]
async fn blocks_show_the_pictures_and_products_that_there_are() {
    let world = World::new().await;
    let (commerce, shop) = (&world.commerce, &world.shops[0]);
    let form = page(json!([
        { "type": "image", "mediaId": cellar(), "caption": "Down below" },
        { "type": "image", "mediaId": cellar(), "alt": "Barrels" },
        { "type": "gallery", "images": [{ "mediaId": cellar() }] },
        { "type": "products", "products": ["merlot", "withdrawn", "no-such", "malbec", "club"] },
        { "type": "packages", "packages": ["malbec", "club"], "title": "Clubs" },
        { "type": "collection", "collection": "reds", "limit": 1 },
        { "type": "collection", "collection": "whites" },
    ]));
    let plan = Some(content::Plan::default());
    content::create_entry(commerce, shop, Actor::CommandLine, EntryKind::Page, form, plan)
        .await
        .expect("a page");
    let shown = content::article(commerce, shop, EntryKind::Page, "page").await.expect("is shown");

    let told: Vec<String> = shown
        .blocks
        .iter()
        .map(|block| {
            let names = |products: &[content::ShownProduct]| {
                let told = |one: &content::ShownProduct| {
                    format!("{} {} {}", one.slug, one.price, one.status.as_str())
                };
                products.iter().map(told).collect::<Vec<_>>().join(", ")
            };
            match block {
                ShownBlock::Image { image, caption } => format!("image {} {caption:?}", image.alt),
                ShownBlock::Gallery { images } => format!("gallery {}", images[0].src),
                ShownBlock::Products { products, .. } => format!("products {}", names(products)),
                ShownBlock::Packages { packages, .. } => format!("packages {}", names(packages)),
                ShownBlock::Collection { collection, products, .. } => {
                    format!("{} {}: {}", collection.name, collection.url, names(products))
                }
                other => panic!("{other:?}"),
            }
        })
        .collect();
    assert_eq!(
        told,
        [
            "image Our cellar Some(\"Down below\")".to_owned(),
            "image Barrels None".to_owned(),
            format!("gallery {}", shown_source(shop)),
            "products merlot £12.50 out_of_stock, malbec £18.99 active, club £60.00 active".to_owned(),
            "packages club £60.00 active".to_owned(),
            "Reds https://api.example.test/collections/reds: malbec £18.99 active".to_owned(),
        ]
    );

    // The other shop has the same slugs and shows its own.
    let other = &world.shops[1];
    let missing = content::article(commerce, other, EntryKind::Page, "page").await;
    assert!(matches!(missing, Err(ContentError::NotFound)));
}

fn shown_source(shop: &Shop) -> String {
    format!("https://api.example.test/media/{}/{}.png", shop.number, cellar())
}

fn lines() -> Vec<Value> {
    let blocks = json!([
        { "type": "richText", "markdown": "Some *words*." },
        { "type": "image", "file": "cellar.png", "alt": "Barrels" },
        { "type": "gallery", "images": [{ "file": "cellar.png" }] },
        { "type": "products", "products": ["malbec"] },
        { "type": "collection", "collection": "reds", "limit": 3 },
    ]);
    vec![
        json!({
            "kind": "page", "title": "About", "slug": "about", "status": "published", "blocks": blocks,
            "publishedAt": "2026-01-01T00:00:00Z", "image": { "file": "cellar.png" }, "metaTitle": "About us",
        }),
        json!({ "kind": "page", "title": "Draft", "slug": "draft", "status": "draft" }),
        json!({
            "kind": "post", "title": "Soon", "slug": "soon", "status": "published", "author": "Ada", "tags": ["Red"],
            "category": "Journal", "publishedAt": "2026-05-01T00:00:00Z", "withdrawAt": "2026-06-01T00:00:00Z",
        }),
        json!({ "kind": "menu", "handle": "main", "items": [
            { "label": "About", "type": "page", "target": "about", "children": [
                { "label": "Malbec", "type": "product", "target": "malbec" },
                { "label": "Reds", "type": "collection", "target": "reds" },
                { "label": "Soon", "type": "post", "target": "soon" },
            ] },
            { "label": "Home", "type": "url", "target": "/" },
        ] }),
        json!({ "kind": "redirect", "from": "/old", "to": "/pages/about" }),
        json!({ "kind": "redirect", "from": "/older", "to": "/old", "status": 302 }),
    ]
}

#[tokio::test]
async fn what_is_exported_is_the_same_in_another_shop() {
    let world = World::new().await;
    assert_eq!(world.put(0, lines()).await.expect("good lines"), [Put::Created; 6]);
    assert_eq!(world.put(0, lines()).await.expect("good lines"), [Put::Same; 6], "once more changes nothing");

    let exported = world.export(0).await;
    assert_eq!(exported.len(), 6);
    assert_eq!(exported[0]["blocks"][1], json!({ "type": "image", "file": "cellar.png", "alt": "Barrels" }));
    assert_eq!(exported[0]["publishedAt"], "2026-01-01T00:00:00.000000Z");
    assert_eq!(exported[2]["withdrawAt"], "2026-06-01T00:00:00.000000Z");
    assert_eq!(exported[5]["to"], "/pages/about");
    assert_eq!(world.put(1, exported.clone()).await.expect("good lines"), [Put::Created; 6]);
    assert_eq!(world.export(1).await, exported);
    assert_eq!(world.put(1, exported.clone()).await.expect("good lines"), [Put::Same; 6]);

    let mut changed = lines();
    changed[0]["title"] = json!("About us all");
    changed[2]["status"] = json!("draft");
    changed[3]["items"] = json!([]);
    changed[5]["status"] = json!(301);
    let put = world.put(1, changed).await.expect("good lines");
    assert_eq!(put, [Put::Changed, Put::Same, Put::Changed, Put::Changed, Put::Same, Put::Changed]);
    let page =
        content::article(&world.commerce, &world.shops[1], EntryKind::Page, "about").await.expect("is shown");
    assert_eq!(page.article.title, "About us all");
}

#[tokio::test]
async fn what_is_wrong_with_a_line_is_named_by_its_path() {
    let world = World::new().await;
    for (line, path) in [
        (json!({ "kind": "page" }), "title"),
        (json!({ "kind": "page", "title": 5 }), "line"),
        (json!({ "kind": "page", "title": "x", "status": "live" }), "status"),
        (json!({ "kind": "page", "title": "x", "publishedAt": "soon" }), "publishedAt"),
        (json!({ "kind": "page", "title": "x", "image": { "file": "attic.png" } }), "image.file"),
        (
            json!({ "kind": "page", "title": "x", "blocks": [{ "type": "gallery", "images": [{ "file": "attic.png" }] }] }),
            "blocks.0.images.0.file",
        ),
        (json!({ "kind": "page", "title": "x", "blocks": ["words"] }), "blocks.0"),
        (json!({ "kind": "menu", "handle": "A b" }), "handle"),
        (
            json!({ "kind": "menu", "handle": "main", "items": [{ "label": "x", "type": "page", "target": "none" }] }),
            "items.0.target",
        ),
        (json!({ "kind": "redirect", "from": "/a", "to": "/a" }), "to"),
        (json!({ "kind": "redirect", "from": "a", "to": "/b" }), "from"),
    ] {
        let refused = world.put(0, vec![line.clone()]).await;
        let Err(ContentError::Invalid(errors)) = refused else { panic!("{line} came to {refused:?}") };
        let paths: Vec<&str> = errors.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [path], "{line}: {errors:?}");
    }
    assert_eq!(world.export(0).await, Vec::<Value>::new(), "nothing of it was kept");
}

#[tokio::test]
async fn the_index_is_given_what_is_shown() {
    let world = World::new().await;
    world.put(0, lines()).await.expect("good lines");
    let (commerce, shop) = (world.commerce.clone(), world.shops[0].clone());
    let documents = world
        .commerce
        .store()
        .read(shop.id, move |tx| {
            let all = content::shown_after(&commerce, tx, &shop, None, 10)?;
            let ids: Vec<_> = all.iter().map(|document| document.article.id).collect();
            let again = content::documents(&commerce, tx, &shop, &ids)?;
            assert_eq!(again.len(), all.len());
            let rest = content::shown_after(&commerce, tx, &shop, ids.last().copied(), 10)?;
            assert!(rest.is_empty());
            Ok::<_, StoreError>(all)
        })
        .await
        .expect("documents");
    let told: Vec<_> = documents
        .iter()
        .map(|document| (document.kind, document.article.slug.as_str(), document.text.as_str()))
        .collect();
    assert_eq!(told, [(EntryKind::Page, "about", "Some words.")]);
}
