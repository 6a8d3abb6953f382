//! Products as the shop's staff keep them: every type, every field, and what is refused.

use std::sync::Barrier;

use marzipan_tests::pictures::{png, quarters};
use marzipan_tests::{Answer, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::subscriptions::{act, join};

on_both_engines!(
    every_type_is_added_and_read_back,
    a_change_touches_only_what_is_sent,
    null_empties_a_field,
    a_picture_that_a_product_shows_is_not_removed,
    of_two_changes_of_one_version_one_is_made,
    of_two_products_of_one_slug_one_is_added,
    what_is_needed_is_withdrawn_and_not_removed,
    a_product_is_added_once_for_one_key,
    lists_are_narrowed,
    a_sale_begins_and_ends_by_the_shops_clock,
    every_change_is_in_the_log,
);

/// A picture of the shop's: two widths are two pictures.
pub(crate) fn picture(shop: &Shop<'_>, width: u32) -> String {
    let bytes = png(&quarters(width), 1);
    let mut form =
        b"--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"label.png\"\r\n\r\n".to_vec();
    form.extend_from_slice(&bytes);
    form.extend_from_slice(b"\r\n--mark--\r\n");
    let sent = shop.admin().post("/admin/v1/media").body("multipart/form-data; boundary=mark", form).send();
    id(&sent.expect(201).data()).to_owned()
}

pub(crate) fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}"))
}

pub(crate) fn path(product: &Value) -> String {
    format!("/admin/v1/products/{}", id(product))
}

pub(crate) fn pounds(value: i64) -> Value {
    json!({ "value": value, "currency": "GBP" })
}

/// The keys of a product in their order, but for those that are of its making.
fn without(mut product: Value, keys: &[&str]) -> Value {
    let fields = product.as_object_mut().expect("an object");
    for key in keys {
        assert!(fields.remove(*key).is_some(), "no {key}");
    }
    product
}

/// A wine with all that a wine can have, and what it names: an attribute, a collection, another wine, a package.
struct Cellar {
    collection: Value,
    other: Value,
    club: Value,
    wine: Value,
    pictures: [String; 2],
}

fn stocked(shop: &Shop<'_>) -> Cellar {
    let pictures = [picture(shop, 40), picture(shop, 60)];
    shop.add("attributes", &json!({ "name": "Grape" }));
    shop.add("attributes", &json!({ "name": "Food", "slug": "food-pairing" }));
    let collection = shop.add("collections", &json!({ "name": "Reds" }));
    let other = shop.add("products", &json!({ "name": "Estate Syrah", "price": 1500, "quantity": 12 }));
    let club = shop.add(
        "products",
        &json!({
            "productType": "subscription", "name": "Winery's choice", "price": 6000, "subscriptionType": "variable",
        }),
    );
    let wine = shop.add(
        "products",
        &json!({
            "name": "Estate Malbec 2021", "slug": "malbec-21", "sku": "MAL-21", "description": "Plum & **smoke**.",
            "status": "active", "availability": "subscribers", "price": pounds(1899), "salePrice": 1599,
            "saleStartsAt": "2026-02-01T00:00:00Z", "saleEndsAt": "2026-03-01T00:00:00.000000Z",
            "subscriberPrice": pounds(1499), "quantity": 7, "taxClass": "wine", "weightGrams": 1300,
            "collections": ["reds"],
            "attributes": [{ "slug": "grape", "values": ["Malbec", "Merlot"] }, { "slug": "food-pairing", "values": ["Stew"] }],
            "options": [{ "name": "Size", "values": [
                { "label": "75 cl", "sku": "MAL-21-75", "quantity": 40 },
                { "label": "Magnum", "price": pounds(3999), "quantity": null, "weightGrams": 2500 },
            ] }],
            "images": [{ "mediaId": pictures[0] }, { "mediaId": pictures[1] }],
            "labels": { "front": [{ "mediaId": pictures[1] }], "back": [{ "mediaId": pictures[0] }] },
            "upsellProductIds": ["estate-syrah"], "relatedProductIds": [id(&other)],
            "linkedSubscriptionIds": ["winery-s-choice"],
            "awards": [
                { "name": "Valley Show", "year": 2024, "medal": "Gold", "image": { "mediaId": pictures[0] } },
                { "name": "Spring Fair" },
            ],
            "metaTitle": "Malbec", "metaDescription": "A red of ours", "metaImageId": pictures[0],
        }),
    );
    Cellar { collection, other, club, wine, pictures }
}

fn every_type_is_added_and_read_back(shop: &Shop<'_>) {
    let Cellar { collection, other, club, wine, pictures } = stocked(shop);
    let admin = shop.admin();

    let values = &wine["options"][0]["values"];
    let expected = json!({
        "id": id(&wine), "productType": "physical", "name": "Estate Malbec 2021", "slug": "malbec-21", "sku": "MAL-21",
        "description": "Plum & **smoke**.", "status": "active", "shownStatus": "active",
        "availability": "subscribers", "price": pounds(1899), "salePrice": pounds(1599),
        "saleStartsAt": "2026-02-01T00:00:00.000000Z", "saleEndsAt": "2026-03-01T00:00:00.000000Z",
        "subscriberPrice": pounds(1499), "quantity": 7, "taxClass": "wine", "weightGrams": 1300,
        "collections": [id(&collection)],
        "attributes": [{ "slug": "grape", "values": ["Malbec", "Merlot"] }, { "slug": "food-pairing", "values": ["Stew"] }],
        "options": [{ "name": "Size", "slug": "size", "values": [
            {
                "id": values[0]["id"], "label": "75 cl", "sku": "MAL-21-75", "price": null, "quantity": 40,
                "weightGrams": null,
            },
            {
                "id": values[1]["id"], "label": "Magnum", "sku": null, "price": pounds(3999), "quantity": null,
                "weightGrams": 2500,
            },
        ] }],
        "images": [{ "mediaId": pictures[0] }, { "mediaId": pictures[1] }],
        "labels": { "front": [{ "mediaId": pictures[1] }], "back": [{ "mediaId": pictures[0] }] },
        "upsellProductIds": [id(&other)], "relatedProductIds": [id(&other)], "linkedSubscriptionIds": [id(&club)],
        "awards": [
            { "name": "Valley Show", "year": 2024, "medal": "Gold", "image": { "mediaId": pictures[0] } },
            { "name": "Spring Fair", "year": null, "medal": null, "image": null },
        ],
        "bundleItems": [], "event": null, "subscriptionType": null, "billingFrequency": null,
        "billingFrequencies": null, "pricingType": null, "autoRenew": null, "minimumItems": null,
        "picknmixProductIds": null, "termMonths": null, "metaTitle": "Malbec", "metaDescription": "A red of ours",
        "metaImageId": pictures[0], "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(wine, expected);

    let bundle = shop.add(
        "products",
        &json!({
            "productType": "bundle", "name": "Box", "price": 5000,
            "bundleItems": [{ "product": "malbec-21", "quantity": 2 }, { "product": id(&other) }],
        }),
    );
    let parts = json!([{ "product": id(&wine), "quantity": 2 }, { "product": id(&other), "quantity": 1 }]);
    assert_eq!(bundle["bundleItems"], parts);

    let tasting = shop.add(
        "products",
        &json!({
            "productType": "event", "name": "Tasting", "price": 2500,
            "event": { "startsAt": "2026-05-01T18:00:00Z", "place": "The cellar", "capacity": 24 },
        }),
    );
    let event = json!({ "startsAt": "2026-05-01T18:00:00.000000Z", "endsAt": null, "place": "The cellar", "capacity": 24 });
    assert_eq!((&tasting["event"], &tasting["quantity"]), (&event, &json!(24)), "its places are its stock");

    let picknmix = shop.add(
        "products",
        &json!({
            "productType": "subscription", "name": "Pick & mix", "price": 0, "subscriptionType": "picknmix",
            "pricingType": "per_item", "billingFrequencies": [3, 1], "billingFrequency": 3, "minimumItems": 6,
            "picknmixProductIds": ["malbec-21", "estate-syrah"], "termMonths": 12, "autoRenew": false,
        }),
    );
    let expected = json!({
        "subscriptionType": "picknmix", "pricingType": "per_item", "billingFrequencies": [1, 3],
        "billingFrequency": 3, "minimumItems": 6, "picknmixProductIds": [id(&wine), id(&other)], "termMonths": 12,
        "autoRenew": false,
    });
    for (key, value) in expected.as_object().expect("keys") {
        assert_eq!(&picknmix[key], value, "{key}");
    }
    assert_eq!((&club["pricingType"], &club["billingFrequencies"]), (&json!("fixed"), &json!([1])));

    for product in [&wine, &other, &club, &bundle, &tasting, &picknmix] {
        let answer = admin.get(&path(product)).send().expect(200);
        assert_eq!(answer.header("etag"), Some("\"v1\""));
        assert_eq!(&answer.data(), product);
        // An answer can be sent back as it is, and changes nothing.
        let again = admin.patch(&path(product)).json(product).send().expect(200).data();
        let made = ["version", "updatedAt"];
        assert_eq!(without(again, &made), without(product.clone(), &made));
    }
}

fn a_change_touches_only_what_is_sent(shop: &Shop<'_>) {
    let Cellar { wine, club, other, pictures, .. } = stocked(shop);
    let rose = shop.add("collections", &json!({ "name": "Rosé" }));
    let admin = shop.admin();
    let first = wine["options"][0]["values"][0]["id"].clone();
    let sized = json!([{ "name": "Bottle", "slug": "bottle", "values": [
        { "id": first, "label": "0.75 l", "sku": null, "price": pounds(1800), "quantity": 3, "weightGrams": null },
    ] }]);
    let changes = [
        ("name", json!("Malbec"), json!("Malbec")),
        ("slug", json!("the-malbec"), json!("the-malbec")),
        ("sku", json!("M"), json!("M")),
        ("description", json!("Dark."), json!("Dark.")),
        ("availability", json!("all"), json!("all")),
        ("price", json!(2000), pounds(2000)),
        ("salePrice", pounds(1000), pounds(1000)),
        ("saleStartsAt", json!("2026-02-02T01:00:00+01:00"), json!("2026-02-02T00:00:00.000000Z")),
        ("saleEndsAt", Value::Null, Value::Null),
        ("subscriberPrice", json!(900), pounds(900)),
        ("quantity", json!(0), json!(0)),
        ("taxClass", json!("reduced"), json!("reduced")),
        ("weightGrams", json!(1200), json!(1200)),
        ("collections", json!(["rose"]), json!([id(&rose)])),
        (
            "attributes",
            json!([{ "slug": "grape", "values": ["Syrah"] }]),
            json!([{ "slug": "grape", "values": ["Syrah"] }]),
        ),
        ("options", sized.clone(), sized),
        ("images", json!([{ "mediaId": pictures[1] }]), json!([{ "mediaId": pictures[1] }])),
        ("labels", json!({ "back": [] }), json!({ "front": [{ "mediaId": pictures[1] }], "back": [] })),
        ("upsellProductIds", json!([]), json!([])),
        ("relatedProductIds", json!(["winery-s-choice"]), json!([id(&club)])),
        ("linkedSubscriptionIds", json!([]), json!([])),
        (
            "awards",
            json!([{ "name": "Fair", "year": 2025 }]),
            json!([{ "name": "Fair", "year": 2025, "medal": null, "image": null }]),
        ),
        ("metaTitle", json!("Title"), json!("Title")),
        ("metaDescription", json!("Words"), json!("Words")),
        ("metaImageId", json!(pictures[1]), json!(pictures[1])),
        ("status", json!("inactive"), json!("inactive")),
    ];
    changes_one_by_one(shop, wine, changes.into_iter());

    let club_changes = [
        ("subscriptionType", json!("picknmix"), json!("picknmix")),
        ("pricingType", json!("per_item"), json!("per_item")),
        ("billingFrequencies", json!([1, 2, 6]), json!([1, 2, 6])),
        ("billingFrequency", json!(6), json!(6)),
        ("autoRenew", json!(false), json!(false)),
        ("minimumItems", json!(12), json!(12)),
        ("picknmixProductIds", json!(["estate-syrah"]), json!([id(&other)])),
        ("termMonths", json!(24), json!(24)),
    ];
    changes_one_by_one(shop, club, club_changes.into_iter());

    let tasting = shop.add(
        "products",
        &json!({
            "productType": "event", "name": "Tasting", "price": 2500, "quantity": 10,
            "event": { "startsAt": "2026-05-01T18:00:00Z", "place": "The cellar", "capacity": 24 },
        }),
    );
    let bigger =
        admin.patch(&path(&tasting)).json(&json!({ "event": { "capacity": 30 } })).send().expect(200).data();
    let event = json!({ "startsAt": "2026-05-01T18:00:00.000000Z", "endsAt": null, "place": "The cellar", "capacity": 30 });
    assert_eq!((&bigger["event"], &bigger["quantity"]), (&event, &json!(16)), "six more places");
}

/// Makes each change and holds the product against the one before it: nothing else has changed.
fn changes_one_by_one(
    shop: &Shop<'_>,
    product: Value,
    changes: impl Iterator<Item = (&'static str, Value, Value)>,
) {
    let admin = shop.admin();
    let mut before = product;
    for (key, sent, expected) in changes {
        let answer = admin.patch(&path(&before)).json(&json!({ key: sent })).send().expect(200);
        let after = answer.data();
        let version = before["version"].as_i64().expect("a version") + 1;
        assert_eq!(answer.header("etag"), Some(format!("\"v{version}\"").as_str()));
        let mut wanted = before.clone();
        wanted[key] = expected;
        wanted["version"] = json!(version);
        // What shoppers see follows what was set.
        wanted["shownStatus"] = after["shownStatus"].clone();
        assert_eq!(after, wanted, "a change of {key}");
        assert_eq!(admin.get(&path(&before)).send().expect(200).data(), after);
        before = after;
    }
}

fn null_empties_a_field(shop: &Shop<'_>) {
    let Cellar { wine, .. } = stocked(shop);
    let admin = shop.admin();
    let empty = json!({
        "sku": null, "description": null, "availability": null, "salePrice": null, "subscriberPrice": null,
        "quantity": null, "taxClass": null, "weightGrams": null, "collections": null, "attributes": null, "options": null,
        "images": null, "labels": null, "upsellProductIds": null, "relatedProductIds": null,
        "linkedSubscriptionIds": null, "awards": null, "metaTitle": null, "metaDescription": null, "metaImageId": null,
    });
    let after = admin.patch(&path(&wine)).json(&empty).send().expect(200).data();
    for key in ["sku", "salePrice", "saleStartsAt", "subscriberPrice", "quantity", "metaTitle", "metaImageId"]
    {
        assert_eq!(after[key], Value::Null, "{key}");
    }
    for key in ["collections", "attributes", "options", "images", "upsellProductIds", "awards"] {
        assert_eq!(after[key], json!([]), "{key}");
    }
    assert_eq!((&after["availability"], &after["description"]), (&json!("all"), &json!("")));
    assert_eq!(after["labels"], json!({ "front": [], "back": [] }));
    for key in ["name", "price"] {
        admin.patch(&path(&wine)).json(&json!({ key: null })).send().expect_invalid(&[key]);
    }
    let slug = admin.patch(&path(&wine)).json(&json!({ "slug": null })).send().expect(200).data();
    assert_eq!(slug["slug"], "estate-malbec-2021", "made of the name");
}

fn a_picture_that_a_product_shows_is_not_removed(shop: &Shop<'_>) {
    let [on_page, of_award, in_link] = [20, 40, 60].map(|width| picture(shop, width));
    let wine = shop.add(
        "products",
        &json!({
            "name": "Wine", "price": 100, "images": [{ "mediaId": on_page }], "metaImageId": in_link,
            "awards": [{ "name": "Fair", "image": { "mediaId": of_award } }],
        }),
    );
    let admin = shop.admin();
    let remove = |picture: &str| admin.delete(&format!("/admin/v1/media/{picture}")).send();
    for used in [&on_page, &of_award, &in_link] {
        remove(used).expect_error(409, "media_in_use");
    }
    admin.patch(&path(&wine)).json(&json!({ "awards": [] })).send().expect(200);
    remove(&of_award).expect(204);
    remove(&in_link).expect_error(409, "media_in_use");
    admin.delete(&path(&wine)).send().expect(204);
    remove(&on_page).expect(204);
    remove(&in_link).expect(204);
}

/// Sends both at the same moment.
/// Answers to what was sent so many times at one moment.
pub(crate) fn at_once(send: impl Fn() -> Answer + Sync, times: usize) -> Vec<Answer> {
    let gate = Barrier::new(times);
    std::thread::scope(|scope| {
        let one = || {
            gate.wait();
            send()
        };
        let threads: Vec<_> = (0..times).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    })
}

/// The statuses in ascending order.
pub(crate) fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

fn of_two_changes_of_one_version_one_is_made(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let admin = shop.admin();
    for round in 1..=5 {
        let version = format!("\"v{round}\"");
        let change = || {
            let request = admin.patch(&path(&wine)).header("If-Match", &version);
            request.json(&json!({ "price": 100 + round })).send()
        };
        assert_eq!(statuses(&at_once(change, 2)), [200, 412], "round {round}");
    }
    let now = admin.get(&path(&wine)).send().expect(200).data();
    assert_eq!((&now["version"], &now["price"]), (&json!(6), &pounds(105)));
    admin.delete(&path(&wine)).header("If-Match", "\"v5\"").send().expect(412);
    admin.delete(&path(&wine)).header("If-Match", "\"v6\"").send().expect(204);
    admin.get(&path(&wine)).send().expect_error(404, "not_found");
    admin.patch(&path(&wine)).json(&json!({ "price": 1 })).send().expect_error(404, "not_found");
    admin.delete(&path(&wine)).send().expect_error(404, "not_found");
}

fn of_two_products_of_one_slug_one_is_added(shop: &Shop<'_>) {
    let admin = shop.admin();
    for round in 0..5 {
        for kind in ["products", "collections", "attributes"] {
            let thing = json!({ "name": format!("Thing {round}"), "price": 100 });
            let answers = at_once(|| admin.post(&format!("/admin/v1/{kind}")).json(&thing).send(), 2);
            assert_eq!(statuses(&answers), [201, 409], "{kind}");
            let refused = answers.into_iter().find(|answer| answer.status == 409).expect("one is refused");
            refused.expect_error(409, "slug_taken");
        }
    }
    let other = shop.add("products", &json!({ "name": "Other", "price": 100 }));
    let taken = json!({ "slug": "thing-1" });
    admin.patch(&path(&other)).json(&taken).send().expect_error(409, "slug_taken");
    let elsewhere = Shop::open(shop.server());
    elsewhere.add("products", &json!({ "name": "Thing 1", "price": 100 }));
}

fn what_is_needed_is_withdrawn_and_not_removed(shop: &Shop<'_>) {
    let [part, picked, free] =
        ["Part", "Picked", "Free"].map(|name| shop.add("products", &json!({ "name": name, "price": 100 })));
    let bundle = json!({
        "productType": "bundle", "name": "Box", "price": 100, "bundleItems": [{ "product": "part" }],
    });
    let bundle = shop.add("products", &bundle);
    let club = json!({
        "productType": "subscription", "name": "Club", "price": 100, "subscriptionType": "picknmix",
        "picknmixProductIds": ["picked"],
    });
    let club = shop.add("products", &club);
    let subscriber = shop.customer();
    let boxes = json!({ "billingFrequency": 1, "items": [{ "productId": picked["id"], "quantity": 1 }] });
    let subscription = join(shop, &subscriber, &club, &boxes, "tok_ok");
    act(&subscriber, &subscription, "cancel", &json!({ "at": "now" })).expect(200);
    let admin = shop.admin();
    for needed in [&part, &picked, &club] {
        let answer = admin.delete(&path(needed)).send().expect(200);
        assert_eq!(answer.header("etag"), Some("\"v2\""));
        let withdrawn = answer.data();
        assert_eq!(
            (&withdrawn["status"], &withdrawn["shownStatus"]),
            (&json!("inactive"), &json!("inactive"))
        );
        assert_eq!(admin.get(&path(needed)).send().expect(200).data(), withdrawn);
    }
    let shown = shop.visitor().get("/v1/products").send().expect(200).data();
    let names: Vec<_> =
        shown.as_array().expect("a list").iter().map(|product| product["name"].clone()).collect();
    assert_eq!(names, [json!("Free"), json!("Box")].as_slice(), "{shown}");

    for removable in [&free, &bundle, &part] {
        admin.delete(&path(removable)).send().expect(204);
        admin.get(&path(removable)).send().expect_error(404, "not_found");
    }
}

fn a_product_is_added_once_for_one_key(shop: &Shop<'_>) {
    let add = || {
        let product = json!({ "name": "Wine", "price": 100 });
        shop.admin().post("/admin/v1/products").key("the first").json(&product).send()
    };
    let first = add().expect(201);
    let again = add().expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.data(), again.data());
    let all = shop.admin().get("/admin/v1/products").send().expect(200).json();
    assert_eq!(all["meta"]["total"], 1);
}

fn lists_are_narrowed(shop: &Shop<'_>) {
    for product in [
        json!({ "name": "Rosé d'Été", "price": 100, "sku": "ROSE", "quantity": 0 }),
        json!({ "name": "Malbec 100%", "slug": "malbec", "price": 100, "status": "inactive" }),
        json!({ "name": "Malbec Reserve", "price": 100,
            "options": [{ "name": "Size", "values": [{ "label": "Magnum", "sku": "MAG-1" }] }] }),
        json!({ "productType": "subscription", "name": "Club", "price": 100, "subscriptionType": "variable" }),
    ] {
        shop.add("products", &product);
    }
    let names = |query: &str| -> Vec<String> {
        let page = shop.admin().get(&format!("/admin/v1/products?{query}")).send().expect(200).json();
        let list = page["data"].as_array().expect("a list");
        let names: Vec<String> =
            list.iter().map(|product| product["slug"].as_str().expect("a slug").to_owned()).collect();
        assert!(page["meta"]["total"].as_u64() >= u64::try_from(names.len()).ok());
        names
    };
    assert_eq!(names(""), ["club", "malbec-reserve", "malbec", "rose-d-ete"]);
    assert_eq!(names("type=subscription"), ["club"]);
    assert_eq!(names("status=inactive"), ["malbec"]);
    assert_eq!(names("status=out_of_stock"), ["rose-d-ete"]);
    assert_eq!(names("status=active"), ["club", "malbec-reserve", "rose-d-ete"]);
    assert_eq!(names("query=ROSE"), ["rose-d-ete"]);
    assert_eq!(names("query=d%27%C3%A9t%C3%A9"), ["rose-d-ete"], "accents, case and marks aside");
    assert_eq!(names("query=malbec"), ["malbec-reserve", "malbec"]);
    assert_eq!(names("query=MAG-1"), ["malbec-reserve"], "the SKU of a value");
    assert_eq!(names("query=malbec&type=physical&status=active"), ["malbec-reserve"]);
    assert_eq!(names("perPage=2&page=2"), ["malbec", "rose-d-ete"]);
    assert_eq!(names("query=%25"), Vec::<String>::new(), "no wild cards");
    let admin = shop.admin();
    for (query, field) in
        [("type=wine", "type"), ("status=sold", "status"), ("page=0", "page"), ("perPage=101", "perPage")]
    {
        admin.get(&format!("/admin/v1/products?{query}")).send().expect_invalid(&[field]);
    }
    let long = format!("/admin/v1/products?query={}", "x".repeat(201));
    admin.get(&long).send().expect_invalid(&["query"]);
}

fn a_sale_begins_and_ends_by_the_shops_clock(shop: &Shop<'_>) {
    shop.add(
        "products",
        &json!({
            "name": "Wine", "price": 1000, "salePrice": 800, "saleStartsAt": "2026-02-01T00:00:00Z",
            "saleEndsAt": "2026-02-08T00:00:00Z",
        }),
    );
    shop.add("collections", &json!({ "name": "Sale", "rule": { "conditions": [{ "field": "onSale" }] } }));
    let expect = |sale: Option<&str>| {
        let visitor = shop.visitor();
        let detail = visitor.get("/v1/products/wine").send().expect(200).json();
        assert_eq!(
            (&detail["price"], &detail["salePrice"]),
            (&json!("£10.00"), &json!(sale)),
            "at {}",
            shop.now()
        );
        let list = visitor.get("/v1/products").send().expect(200).data();
        assert_eq!(list[0]["salePrice"], json!(sale), "in the list");
        let on_sale = visitor.get("/v1/products?collection=sale").send().expect(200).json();
        assert_eq!(on_sale["meta"]["total"], json!(i32::from(sale.is_some())), "in the collection");
    };
    expect(None);
    shop.set_clock("2026-01-31T23:59:59Z");
    expect(None);
    shop.set_clock("2026-02-01T00:00:00Z");
    expect(Some("£8.00"));
    shop.set_clock("2026-02-07T23:59:59Z");
    expect(Some("£8.00"));
    shop.set_clock("2026-02-08T00:00:00Z");
    expect(None);
}

fn every_change_is_in_the_log(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100, "quantity": 5 }));
    let admin = shop.admin();
    admin.patch(&path(&wine)).json(&json!({ "price": 120 })).send().expect(200);
    let stock = json!({ "delta": -2, "reason": "Broken in the cellar" });
    admin.post(&format!("{}/stock", path(&wine))).json(&stock).send().expect(200);
    admin.delete(&path(&wine)).send().expect(204);
    let log = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200).data();
    let about: Vec<&Value> =
        log.as_array().expect("a list").iter().filter(|entry| entry["targetId"] == wine["id"]).collect();
    let actions: Vec<_> = about.iter().map(|entry| entry["action"].as_str().expect("an action")).collect();
    assert_eq!(actions, ["product.delete", "product.stock", "product.update", "product.create"]);
    assert_eq!((&about[3]["before"], &about[3]["after"]["price"]), (&Value::Null, &json!(100)));
    assert_eq!((&about[2]["before"]["price"], &about[2]["after"]["price"]), (&json!(100), &json!(120)));
    assert_eq!((&about[1]["before"]["quantity"], &about[1]["after"]["quantity"]), (&json!(5), &json!(3)));
    assert_eq!(about[1]["after"]["reason"], "Broken in the cellar");
    assert_eq!((&about[0]["before"]["name"], &about[0]["after"]), (&json!("Wine"), &Value::Null));
    assert!(about.iter().all(|entry| entry["actor"]["kind"] == "admin_key"), "{log}");
}
