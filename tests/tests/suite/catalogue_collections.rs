//! Collections, set by hand or by a rule, and attributes.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    a_collection_is_kept,
    products_stand_in_the_order_they_are_set_in,
    a_rule_fills_its_collection,
    bad_collections_are_refused,
    an_attribute_is_kept,
    an_attribute_goes_from_all_products,
);

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}"))
}

fn path(kind: &str, thing: &Value) -> String {
    format!("/admin/v1/{kind}/{}", id(thing))
}

/// The slugs of the products in a collection, as shoppers see them.
fn shown(shop: &Shop<'_>, collection: &str) -> Vec<String> {
    let list = shop.visitor().get(&format!("/v1/products?collection={collection}")).send().expect(200).data();
    let slug = |product: &Value| product["slug"].as_str().expect("a slug").to_owned();
    list.as_array().expect("a list").iter().map(slug).collect()
}

fn a_collection_is_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let reds = shop.add("collections", &json!({ "name": "Our Reds", "description": "All **reds**." }));
    let expected = json!({
        "id": id(&reds), "name": "Our Reds", "slug": "our-reds", "description": "All **reds**.", "imageId": null,
        "rule": null, "position": 0, "productCount": 0, "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(reds, expected);
    shop.add("products", &json!({ "name": "Malbec", "price": 100, "collections": ["our-reds"] }));
    let mut before = admin.get(&path("collections", &reds)).send().expect(200).data();
    assert_eq!(before["productCount"], 1);
    for (key, value) in
        [("name", json!("Reds")), ("slug", json!("reds")), ("description", json!("")), ("position", json!(7))]
    {
        let answer = admin.patch(&path("collections", &reds)).json(&json!({ key: value })).send().expect(200);
        let mut wanted = before.clone();
        wanted[key] = value;
        wanted["version"] = json!(before["version"].as_i64().expect("a version") + 1);
        assert_eq!(answer.header("etag"), Some(format!("\"v{}\"", wanted["version"]).as_str()));
        before = answer.data();
        assert_eq!(before, wanted, "a change of {key}");
    }
    assert_eq!(shown(shop, "reds"), ["malbec"], "under its new slug");
    let stale = admin.patch(&path("collections", &reds)).header("If-Match", "\"v1\"");
    stale.json(&json!({ "name": "x" })).send().expect(412);
    admin.delete(&path("collections", &reds)).header("If-Match", "\"v1\"").send().expect(412);
    admin.delete(&path("collections", &reds)).send().expect(204);
    admin.get(&path("collections", &reds)).send().expect_error(404, "not_found");
    let product = shop.visitor().get("/v1/products/malbec").send().expect(200).json();
    assert_eq!(product["collections"], json!([]), "the product stays");
}

fn products_stand_in_the_order_they_are_set_in(shop: &Shop<'_>) {
    let admin = shop.admin();
    let reds = shop.add("collections", &json!({ "name": "Reds" }));
    let members = format!("{}/products", path("collections", &reds));
    let [a, b, c] = ["a", "b", "c"].map(|name| shop.add("products", &json!({ "name": name, "price": 100 })));
    let set = |products: Value| admin.put(&members).json(&json!({ "products": products })).send();

    let answer = set(json!(["c", id(&a), "b", "c"])).expect(200);
    assert_eq!(answer.header("etag"), Some("\"v2\""));
    assert_eq!(answer.data(), json!({ "products": [id(&c), id(&a), id(&b)] }), "each once");
    assert_eq!(shown(shop, "reds"), ["c", "a", "b"]);
    let read = admin.get(&members).send().expect(200);
    assert_eq!((read.header("etag"), read.data()), (answer.header("etag"), answer.data()));

    set(json!(["b", "c"])).expect(200);
    assert_eq!(shown(shop, "reds"), ["b", "c"]);
    let product = admin.get(&path("products", &a)).send().expect(200).data();
    assert_eq!(product["collections"], json!([]));
    shop.add("products", &json!({ "name": "d", "price": 100, "collections": ["reds"] }));
    assert_eq!(shown(shop, "reds"), ["b", "c", "d"], "a new one comes last");

    set(json!(["b", "nothing", "not a slug", "c"])).expect_invalid(&["products.2"]);
    set(json!(["b", "nothing"])).expect_invalid(&["products.1"]);
    set(json!("b")).expect_invalid(&["products"]);
    admin.put(&members).json(&json!({})).send().expect_invalid(&["products"]);
    set(Value::Array(vec![json!("b"); 10_001])).expect_invalid(&["products"]);
    let stale = admin.put(&members).header("If-Match", "\"v1\"").json(&json!({ "products": [] }));
    stale.send().expect(412);
    assert_eq!(shown(shop, "reds"), ["b", "c", "d"]);
    set(json!([])).expect(200);
    assert_eq!(shown(shop, "reds"), Vec::<String>::new());
    let elsewhere = Shop::open(shop.server());
    let foreign = elsewhere.add("products", &json!({ "name": "foreign", "price": 100 }));
    set(json!([id(&foreign)])).expect_invalid(&["products.0"]);
}

fn a_rule_fills_its_collection(shop: &Shop<'_>) {
    let admin = shop.admin();
    shop.add("attributes", &json!({ "name": "Colour" }));
    let wine = |name: &str, price: i64, colour: &str| {
        let colour = json!([{ "slug": "colour", "values": [colour] }]);
        shop.add("products", &json!({ "name": name, "price": price, "attributes": colour }))
    };
    let cheap = wine("Cheap red", 900, "Red");
    wine("Dear red", 5000, "Red");
    wine("Cheap white", 900, "White");
    let rule = json!({ "matches": "all", "conditions": [
        { "field": "priceBelow", "amount": { "value": 1500, "currency": "GBP" } },
        { "field": "attribute", "attribute": "colour", "value": "red" },
    ] });
    let filled = shop.add("collections", &json!({ "name": "Filled", "rule": rule }));
    assert_eq!((&filled["rule"], &filled["productCount"]), (&rule, &json!(1)));
    assert_eq!(shown(shop, "filled"), ["cheap-red"]);
    let members = format!("{}/products", path("collections", &filled));
    assert_eq!(admin.get(&members).send().expect(200).data(), json!({ "products": [id(&cheap)] }));
    admin.put(&members).json(&json!({ "products": [] })).send().expect_error(409, "filled_by_rule");

    admin.patch(&path("products", &cheap)).json(&json!({ "price": 1500 })).send().expect(200);
    assert_eq!(shown(shop, "filled"), Vec::<String>::new());
    let any = json!({ "rule": { "matches": "any", "conditions": [
        { "field": "priceFrom", "amount": 5000 }, { "field": "attribute", "attribute": "colour", "value": "White" },
        { "field": "onSale" }, { "field": "productType", "value": "event" }, { "field": "availability", "value": "subscribers" },
    ] } });
    let changed = admin.patch(&path("collections", &filled)).json(&any).send().expect(200).data();
    assert_eq!(changed["productCount"], 2);
    let mut slugs = shown(shop, "filled");
    slugs.sort_unstable();
    assert_eq!(slugs, ["cheap-white", "dear-red"]);
    let read = admin.get(&path("collections", &filled)).send().expect(200).data();
    assert_eq!(read["rule"]["conditions"][0]["amount"], json!({ "value": 5000, "currency": "GBP" }));

    // A rule takes the place of what was set by hand, and leaves nothing behind.
    admin.patch(&path("collections", &filled)).json(&json!({ "rule": null })).send().expect(200);
    assert_eq!(shown(shop, "filled"), Vec::<String>::new());
    admin.put(&members).json(&json!({ "products": ["dear-red"] })).send().expect(200);
    assert_eq!(shown(shop, "filled"), ["dear-red"]);
}

fn bad_collections_are_refused(shop: &Shop<'_>) {
    let refuse = |body: Value, fields: &[&str]| {
        shop.admin().post("/admin/v1/collections").json(&body).send().expect_invalid(fields);
    };
    let rule = |conditions: Value| json!({ "name": "x", "rule": { "conditions": conditions } });
    refuse(json!({}), &["name"]);
    refuse(json!({ "name": "x".repeat(121), "slug": "A", "position": -1 }), &["name", "slug", "position"]);
    refuse(json!({ "name": "x", "position": 1_000_001 }), &["position"]);
    refuse(json!({ "name": "x", "imageId": "01926a3c-0000-7000-8000-000000000001" }), &["imageId"]);
    refuse(json!({ "name": "x", "imageId": "a.png" }), &["imageId"]);
    refuse(rule(json!([])), &["rule.conditions"]);
    refuse(rule(json!([{ "field": "onSale" }, { "field": "moon" }])), &["rule.conditions.1"]);
    refuse(rule(json!([{ "field": "priceBelow" }])), &["rule.conditions.0"]);
    refuse(rule(json!([{ "field": "priceBelow", "amount": -1 }])), &["rule.conditions.0"]);
    refuse(
        rule(json!([{ "field": "priceBelow", "amount": { "value": 1, "currency": "EUR" } }])),
        &["rule.conditions.0.amount.currency"],
    );
    refuse(rule(Value::Array(vec![json!({ "field": "onSale" }); 21])), &["rule.conditions"]);
    refuse(
        json!({ "name": "x", "rule": { "matches": "some", "conditions": [{ "field": "onSale" }] } }),
        &["rule.matches"],
    );
    refuse(json!({ "name": "x", "rule": [] }), &["rule"]);
}

fn an_attribute_is_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let grape = shop.add("attributes", &json!({ "name": "Grape variety" }));
    let expected = json!({
        "id": id(&grape), "name": "Grape variety", "slug": "grape-variety", "filterable": true, "position": 0,
        "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(grape, expected);
    shop.add("attributes", &json!({ "name": "Region", "position": 1, "filterable": false }));
    let wine =
        json!({ "name": "Wine", "price": 100, "attributes": [{ "slug": id(&grape), "values": ["Malbec"] }] });
    let wine = shop.add("products", &wine);
    assert_eq!(wine["attributes"], json!([{ "slug": "grape-variety", "values": ["Malbec"] }]), "named by id");

    let mut before = grape.clone();
    for (key, value) in [
        ("name", json!("Grape")),
        ("slug", json!("grape")),
        ("filterable", json!(false)),
        ("position", json!(2)),
    ] {
        let answer = admin.patch(&path("attributes", &grape)).json(&json!({ key: value })).send().expect(200);
        let mut wanted = before.clone();
        wanted[key] = value;
        wanted["version"] = json!(before["version"].as_i64().expect("a version") + 1);
        before = answer.data();
        assert_eq!(before, wanted, "a change of {key}");
    }
    assert_eq!(admin.get(&path("attributes", &grape)).send().expect(200).data(), before);
    let all = admin.get("/admin/v1/attributes").send().expect(200).json();
    let slugs: Vec<&Value> = all["data"].as_array().expect("a list").iter().map(|one| &one["slug"]).collect();
    assert_eq!(
        (slugs, &all["meta"]["total"]),
        (vec![&json!("region"), &json!("grape")], &json!(2)),
        "in their order"
    );
    let read = admin.get(&path("products", &wine)).send().expect(200).data();
    assert_eq!(read["attributes"], json!([{ "slug": "grape", "values": ["Malbec"] }]), "by its new slug");

    let stale = admin.patch(&path("attributes", &grape)).header("If-Match", "\"v1\"");
    stale.json(&json!({ "name": "x" })).send().expect(412);
    admin
        .patch(&path("attributes", &grape))
        .json(&json!({ "slug": "region" }))
        .send()
        .expect_error(409, "slug_taken");
    let refuse = |body: Value, fields: &[&str]| {
        admin.post("/admin/v1/attributes").json(&body).send().expect_invalid(fields);
    };
    refuse(json!({}), &["name"]);
    refuse(json!({ "name": "x".repeat(101), "slug": "-", "position": -1 }), &["name", "slug", "position"]);
    refuse(json!({ "name": "x", "filterable": "yes" }), &["filterable"]);
}

fn an_attribute_goes_from_all_products(shop: &Shop<'_>) {
    let grape = shop.add("attributes", &json!({ "name": "Grape" }));
    let wine = json!({ "name": "Wine", "price": 100, "attributes": [{ "slug": "grape", "values": ["Pinot Noir"] }] });
    let wine = shop.add("products", &wine);
    let by_grape = || {
        let list = shop.visitor().get("/v1/products?attr[grape]=pinot-noir").send().expect(200).json();
        list["meta"]["total"].as_u64().expect("a number")
    };
    assert_eq!(by_grape(), 1);
    shop.admin().delete(&path("attributes", &grape)).send().expect(204);
    assert_eq!(by_grape(), 0);
    let read = shop.admin().get(&path("products", &wine)).send().expect(200).data();
    assert_eq!(read["attributes"], json!([]));
    let page = shop.visitor().get("/v1/products/wine").send().expect(200).json();
    assert_eq!(page["attributes"], json!([]));
    shop.admin().delete(&path("attributes", &grape)).send().expect_error(404, "not_found");
}
