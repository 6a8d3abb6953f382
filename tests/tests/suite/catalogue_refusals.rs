//! Products that are refused, each bad field by its place, and who may not write them.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::catalogue_admin::{id, path, pounds};

on_both_engines!(
    prices_are_taken_with_their_currency_or_without,
    what_leads_nowhere_is_told_by_its_place,
    hostile_products_are_refused,
    a_key_that_may_only_read_does_not_write,
);

/// A picture that no shop has.
const PICTURE: &str = "01926a3c-0000-7000-8000-0000000000a1";

fn prices_are_taken_with_their_currency_or_without(shop: &Shop<'_>) {
    for price in [
        json!(1250),
        json!(1250.0),
        pounds(1250),
        json!({ "value": 1250, "currency": "gbp", "formatted": "£12.50" }),
    ] {
        let product = shop.add("products", &json!({ "name": format!("Wine {price}"), "price": price }));
        assert_eq!(product["price"], pounds(1250));
    }
    let refused = |price: Value, field: &str| {
        let product = json!({ "name": "Wine", "price": price });
        shop.admin().post("/admin/v1/products").json(&product).send().expect_invalid(&[field]);
    };
    refused(json!({ "value": 1250, "currency": "EUR" }), "price.currency");
    refused(json!({ "value": 1250 }), "price.currency");
    refused(json!({ "value": 12.5, "currency": "GBP" }), "price.value");
    for price in [
        json!(12.5),
        json!("1250"),
        json!(true),
        json!([]),
        json!(-1),
        json!(1_000_000_001),
        json!(1e300),
        Value::Null,
    ] {
        refused(price, "price");
    }
}

fn what_leads_nowhere_is_told_by_its_place(shop: &Shop<'_>) {
    let elsewhere = Shop::open(shop.server());
    let foreign = elsewhere.add("products", &json!({ "name": "Foreign", "price": 100 }));
    let foreign_collection = elsewhere.add("collections", &json!({ "name": "Foreign" }));
    shop.add("collections", &json!({ "name": "By rule", "rule": { "conditions": [{ "field": "onSale" }] } }));
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let refuse = |more: Value, fields: &[&str]| {
        let mut product = json!({ "name": "New", "price": 100 });
        product.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        shop.admin().post("/admin/v1/products").json(&product).send().expect_invalid(fields);
    };
    refuse(
        json!({
            "upsellProductIds": ["wine", "nothing"], "relatedProductIds": [id(&foreign)],
            "linkedSubscriptionIds": ["wine"], "collections": ["nothing", id(&foreign_collection), "by-rule"],
            "attributes": [{ "slug": "nothing", "values": ["x"] }], "images": [{ "mediaId": PICTURE }],
            "labels": { "back": [{ "mediaId": PICTURE }] }, "metaImageId": PICTURE,
            "awards": [{ "name": "Fair", "image": { "mediaId": PICTURE } }],
        }),
        &[
            "upsellProductIds.1",
            "relatedProductIds.0",
            "linkedSubscriptionIds.0",
            "collections.0",
            "collections.1",
            "collections.2",
            "attributes.0.slug",
            "images.0.mediaId",
            "labels.back.0.mediaId",
            "metaImageId",
            "awards.0.image.mediaId",
        ],
    );
    refuse(json!({ "productType": "bundle", "bundleItems": [{ "product": "nothing" }] }), &["bundleItems.0"]);
    let bundle = json!({
        "productType": "bundle", "name": "Box", "price": 100, "bundleItems": [{ "product": "wine" }],
    });
    let bundle = shop.add("products", &bundle);
    refuse(json!({ "productType": "bundle", "bundleItems": [{ "product": "box" }] }), &["bundleItems.0"]);
    refuse(
        json!({ "productType": "subscription", "subscriptionType": "picknmix", "picknmixProductIds": ["nothing"] }),
        &["picknmixProductIds.0"],
    );
    let admin = shop.admin();
    let itself = json!({ "upsellProductIds": ["wine"] });
    admin.patch(&path(&wine)).json(&itself).send().expect_invalid(&["upsellProductIds.0"]);
    // Nothing of a refused change is kept.
    let mixed = json!({ "price": 999, "collections": ["nothing"] });
    admin.patch(&path(&bundle)).json(&mixed).send().expect_invalid(&["collections.0"]);
    assert_eq!(admin.get(&path(&bundle)).send().expect(200).data(), bundle);
}

fn hostile_products_are_refused(shop: &Shop<'_>) {
    let post = |body: &Value| shop.admin().post("/admin/v1/products").json(body).send();
    let with = |key: &str, value: Value| {
        let mut product = json!({ "name": "Wine", "price": 100 });
        product[key] = value;
        product
    };
    let many = |count: usize, thing: Value| Value::Array(vec![thing; count]);
    for (key, value, field) in [
        ("attributes", many(10_000, json!({ "slug": "grape", "values": ["x"] })), "attributes"),
        ("attributes", json!([{ "slug": "grape", "values": many(101, json!("x")) }]), "attributes.0.values"),
        ("attributes", json!([{ "slug": 5, "values": ["x"] }]), "attributes.0.slug"),
        ("attributes", json!([{ "slug": "grape", "values": "x" }]), "attributes.0.values"),
        ("attributes", json!({ "grape": ["x"] }), "attributes"),
        ("options", many(6, json!({ "name": "Size", "values": [{ "label": "x" }] })), "options"),
        ("options", json!([{ "name": "Size", "values": [] }]), "options.0.values"),
        (
            "options",
            json!([{ "name": "Size", "values": [{ "label": "x", "quantity": -1 }] }]),
            "options.0.values.0.quantity",
        ),
        ("collections", many(201, json!("reds")), "collections"),
        ("images", many(51, json!({ "mediaId": PICTURE })), "images"),
        ("images", json!([{ "file": "../../etc/passwd" }]), "images.0.mediaId"),
        ("description", json!("x".repeat(50_001)), "description"),
        ("description", json!(["x"]), "description"),
        ("name", json!("x".repeat(201)), "name"),
        ("name", json!("\u{202e}eniw"), "name"),
        ("name", json!("  "), "name"),
        ("slug", json!("Not A Slug"), "slug"),
        ("slug", json!("01926a3c-0000-7000-8000-000000000001"), "slug"),
        ("slug", json!("x".repeat(121)), "slug"),
        ("quantity", json!(-1), "quantity"),
        ("quantity", json!(9_999_999_999_i64), "quantity"),
        ("quantity", json!(1.5), "quantity"),
        ("status", json!("sold"), "status"),
        ("productType", json!("wine"), "productType"),
        ("productType", json!(7), "productType"),
        ("salePrice", json!(100), "salePrice"),
        ("saleStartsAt", json!("tomorrow"), "saleStartsAt"),
        ("event", json!({ "startsAt": "2026-05-01T18:00:00Z", "place": "x", "capacity": 1 }), "event"),
        ("bundleItems", json!([{ "product": "x" }]), "bundleItems"),
        ("termMonths", json!(3), "termMonths"),
        ("autoRenew", json!(true), "autoRenew"),
        ("metaTitle", json!("x".repeat(321)), "metaTitle"),
    ] {
        post(&with(key, value)).expect_invalid(&[field]);
    }
    let ends = json!({
        "name": "Wine", "price": 100, "salePrice": 50, "saleStartsAt": "2026-02-02T00:00:00Z",
        "saleEndsAt": "2026-02-01T00:00:00Z",
    });
    post(&ends).expect_invalid(&["saleEndsAt"]);
    post(&json!({ "productType": "event", "name": "x", "price": 1, "event": {} })).expect_invalid(&[
        "event.startsAt",
        "event.place",
        "event.capacity",
    ]);
    post(&json!({})).expect_invalid(&["name", "price"]);
    post(&json!([])).expect_invalid(&["body"]);
    post(&with("description", json!("x".repeat(5_000_000)))).expect_error(413, "body_too_large");
    let admin = shop.admin();
    admin.post("/admin/v1/products").json_bytes("{\"name\": ").send().expect_error(400, "malformed_json");
    admin.post("/admin/v1/products").body("text/plain", "{}").send().expect(415);
    let all = admin.get("/admin/v1/products").send().expect(200).json();
    assert_eq!(all["meta"]["total"], 0, "nothing was added");
    // HTML is kept as it was typed and shown as it is safe.
    let script = json!({ "name": "<b>Wine</b>", "price": 100, "description": "Good<script>alert(1)</script> **wine**" });
    let product = shop.add("products", &script);
    let shown = shop.visitor().get(&format!("/v1/products/{}", id(&product))).send().expect(200).json();
    assert_eq!(shown["description"], "<p>Good <strong>wine</strong></p>");
}

fn a_key_that_may_only_read_does_not_write(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let key = json!({ "name": "Reader", "scopes": ["products:read"] });
    let key = shop.admin().post("/admin/v1/admin-keys").json(&key).send().expect(201).data();
    let reader = shop.holding(key["key"].as_str().expect("a key"));
    for list in ["products", "collections", "attributes", "reviews"] {
        reader.get(&format!("/admin/v1/{list}")).send().expect(200);
    }
    reader.get(&path(&wine)).send().expect(200);
    let change = json!({ "name": "Other", "price": 1 });
    reader.post("/admin/v1/products").json(&change).send().expect_error(403, "forbidden");
    reader.patch(&path(&wine)).json(&change).send().expect_error(403, "forbidden");
    reader.delete(&path(&wine)).send().expect_error(403, "forbidden");
    let stock = json!({ "delta": 1, "reason": "x" });
    reader.post(&format!("{}/stock", path(&wine))).json(&stock).send().expect_error(403, "forbidden");
    reader.post("/admin/v1/collections").json(&change).send().expect_error(403, "forbidden");
    reader.post("/admin/v1/attributes").json(&change).send().expect_error(403, "forbidden");
}
