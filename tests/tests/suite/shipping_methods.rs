//! Shipping methods as the shop's staff keep them.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::catalogue_admin::pounds;
use crate::selling::{a_change_names_its_version, actions, log_of, only_who_may, path};

on_both_engines!(
    a_name_and_a_price_make_a_flat_one,
    steps_are_kept,
    every_refused_field_of_a_shipping_method_is_told,
    shipping_methods_stand_in_their_order,
    a_change_of_a_shipping_method_names_its_version,
    only_who_may_keeps_shipping_methods,
);

const METHODS: &str = "/admin/v1/shipping-methods";

fn a_name_and_a_price_make_a_flat_one(shop: &Shop<'_>) {
    assert_eq!(shop.admin().get(METHODS).send().expect(200).data(), json!([]));
    let method =
        shop.add("shipping-methods", &json!({ "name": "Courier", "price": 595, "countries": ["gb", "GB"] }));
    let expected = json!({
        "id": method["id"], "name": "Courier", "kind": "flat", "price": pounds(595), "bands": [], "freeAbove": null,
        "countries": ["GB"], "postcodePrefixes": [], "taxClass": null, "position": 0, "status": "active",
        "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(method, expected);
    assert_eq!(shop.admin().get(&path("shipping-methods", &method)).send().expect(200).data(), expected);
}

fn steps_are_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let bands = json!([{ "from": 0, "price": 595 }, { "from": 10_000, "price": pounds(995) }]);
    let full = json!({
        "name": "By weight", "kind": "weight", "bands": bands, "freeAbove": pounds(10_000), "countries": ["GB", "IE"],
        "postcodePrefixes": ["bt", "iv4 2"], "taxClass": "reduced", "position": 3, "status": "inactive",
    });
    let method = shop.add("shipping-methods", &full);
    let expected = json!({
        "id": method["id"], "name": "By weight", "kind": "weight", "price": null,
        "bands": [{ "from": 0, "price": pounds(595) }, { "from": 10_000, "price": pounds(995) }],
        "freeAbove": pounds(10_000), "countries": ["GB", "IE"], "postcodePrefixes": ["BT", "IV42"],
        "taxClass": "reduced", "position": 3, "status": "inactive", "version": 1, "createdAt": shop.now(),
        "updatedAt": shop.now(),
    });
    assert_eq!(method, expected);
    let one = path("shipping-methods", &method);
    let sent_back = admin.patch(&one).json(&method).send().expect(200).data();
    assert_eq!(sent_back["bands"], expected["bands"]);

    let total = json!({ "kind": "total", "bands": [{ "from": 0, "price": 300 }], "freeAbove": null });
    let total = admin.patch(&one).json(&total).send().expect(200).data();
    assert_eq!((&total["kind"], &total["freeAbove"]), (&json!("total"), &Value::Null));
    let flat = admin.patch(&one).json(&json!({ "kind": "flat", "price": 400 })).send().expect(200).data();
    assert_eq!(
        (&flat["price"], &flat["bands"], &flat["countries"]),
        (&pounds(400), &json!([]), &json!(["GB", "IE"]))
    );
    admin.patch(&one).json(&json!({ "kind": "weight" })).send().expect_invalid(&["bands"]);

    admin.delete(&one).send().expect(204);
    let log = log_of(shop, &method);
    let updates = ["shipping-method.update"; 3];
    assert_eq!(
        actions(&log),
        [&["shipping-method.create"][..], &updates, &["shipping-method.delete"]].concat()
    );
    assert_eq!((&log[2]["before"]["kind"], &log[3]["after"]["price"]), (&json!("weight"), &json!(400)));
}

fn every_refused_field_of_a_shipping_method_is_told(shop: &Shop<'_>) {
    let admin = shop.admin();
    admin.post(METHODS).json(&json!({})).send().expect_invalid(&["name", "price"]);
    let wrong = json!({
        "name": "", "kind": "flat", "price": -1, "bands": [{}], "freeAbove": -1, "countries": ["GB", "UK"],
        "postcodePrefixes": ["B!"], "taxClass": "a\u{0}", "position": -1, "status": "on",
    });
    admin.post(METHODS).json(&wrong).send().expect_invalid(&[
        "bands",
        "countries.1",
        "freeAbove",
        "name",
        "position",
        "postcodePrefixes.0",
        "price",
        "status",
        "taxClass",
    ]);
    let steps = |bands: Value| json!({ "name": "A", "kind": "total", "bands": bands });
    for (bands, field) in [
        (json!([]), "bands"),
        (json!([{ "from": 5, "price": 1 }]), "bands.0.from"),
        (json!([{ "from": 0, "price": 1 }, { "from": 0, "price": 1 }]), "bands.1.from"),
        (json!([{ "from": 0 }]), "bands.0.price"),
        (json!([{ "from": 0, "price": { "value": 1, "currency": "EUR" } }]), "bands.0.price.currency"),
    ] {
        admin.post(METHODS).json(&steps(bands)).send().expect_invalid(&[field]);
    }
    let kind = json!({ "name": "A", "kind": "pigeon" });
    admin.post(METHODS).json(&kind).send().expect_invalid(&["kind"]);
}

fn shipping_methods_stand_in_their_order(shop: &Shop<'_>) {
    for (name, position) in [("C", 2), ("A", 1), ("B", 1)] {
        shop.add("shipping-methods", &json!({ "name": name, "price": 1, "position": position }));
    }
    let names = |query: &str| {
        let list = shop.admin().get(&format!("{METHODS}{query}")).send().expect(200).json();
        assert_eq!(list["meta"]["total"], 3);
        let of = |method: &Value| method["name"].as_str().expect("a name").to_owned();
        list["data"].as_array().expect("a list").iter().map(of).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(""), "A B C");
    assert_eq!(names("?perPage=2&page=2"), "C");
}

fn a_change_of_a_shipping_method_names_its_version(shop: &Shop<'_>) {
    let method = shop.add("shipping-methods", &json!({ "name": "Courier", "price": 595 }));
    a_change_names_its_version(shop, "shipping-methods", &method, &json!({ "price": 600 }));
}

fn only_who_may_keeps_shipping_methods(shop: &Shop<'_>) {
    let new = json!({ "name": "Courier", "price": 595 });
    let method = shop.add("shipping-methods", &new);
    only_who_may(shop, "shipping-methods", &method, &new, &json!({ "price": 600 }));
}
