//! Discounts as the shop's staff keep them.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::catalogue_admin::{at_once, pounds, statuses};
use crate::selling::{a_change_names_its_version, actions, log_of, only_who_may, path};

on_both_engines!(
    a_discount_is_kept,
    an_answer_can_be_sent_back,
    every_refused_field_is_told_at_once,
    a_value_is_what_its_type_says,
    a_code_is_one_discounts,
    it_names_what_is_there,
    a_limit_is_not_below_its_uses,
    lists_are_narrowed,
    a_change_of_a_discount_names_its_version,
    only_who_may_keeps_discounts,
    one_key_adds_one_discount,
);

const DISCOUNTS: &str = "/admin/v1/discounts";

fn percent(code: &str) -> Value {
    json!({ "code": code, "name": "Ten off", "type": "percent", "value": 10 })
}

fn a_discount_is_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let reds = shop.add("collections", &json!({ "name": "Reds" }));
    let full = json!({
        "code": "spring-10", "name": "Spring offer", "type": "amount", "value": pounds(500), "minimumSpend": 2500,
        "productIds": [wine["id"], wine["id"]], "collectionIds": [reds["id"]], "startsAt": "2026-03-01T00:00:00Z",
        "endsAt": "2026-04-01T00:00:00Z", "usageLimit": 100, "perCustomerLimit": 1,
        "combinesWith": ["shipping", "line"], "appliesTo": "both", "status": "inactive",
    });
    let discount = shop.add("discounts", &full);
    let expected = json!({
        "id": discount["id"], "code": "SPRING-10", "name": "Spring offer", "type": "amount", "value": pounds(500),
        "minimumSpend": pounds(2500), "productIds": [wine["id"]], "collectionIds": [reds["id"]],
        "startsAt": "2026-03-01T00:00:00.000000Z", "endsAt": "2026-04-01T00:00:00.000000Z", "usageLimit": 100,
        "perCustomerLimit": 1, "combinesWith": ["line", "shipping"], "appliesTo": "both", "status": "inactive",
        "used": 0, "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(discount, expected);
    assert_eq!(admin.get(&path("discounts", &discount)).send().expect(200).data(), expected);

    shop.wait(60);
    let bare = json!({
        "code": null, "type": "free_shipping", "minimumSpend": null, "productIds": null, "collectionIds": [],
        "startsAt": null, "endsAt": null, "usageLimit": null, "perCustomerLimit": null, "combinesWith": null,
        "appliesTo": null, "status": null,
    });
    let changed = admin.patch(&path("discounts", &discount)).json(&bare).send().expect(200).data();
    let expected = json!({
        "id": discount["id"], "code": null, "name": "Spring offer", "type": "free_shipping", "value": null,
        "minimumSpend": pounds(0), "productIds": [], "collectionIds": [], "startsAt": null, "endsAt": null,
        "usageLimit": null, "perCustomerLimit": null, "combinesWith": [], "appliesTo": "first", "status": "active",
        "used": 0, "version": 2, "createdAt": discount["createdAt"], "updatedAt": shop.now(),
    });
    assert_eq!(changed, expected);

    admin.delete(&path("discounts", &discount)).send().expect(204);
    let log = log_of(shop, &discount);
    assert_eq!(actions(&log), ["discount.create", "discount.update", "discount.delete"]);
    assert_eq!((&log[0]["before"], &log[0]["after"]["code"]), (&Value::Null, &json!("SPRING-10")));
    assert_eq!(
        (&log[1]["before"]["value"], &log[1]["after"]["type"]),
        (&json!(500), &json!("free_shipping"))
    );
    assert_eq!(log[2]["after"], Value::Null);
}

fn an_answer_can_be_sent_back(shop: &Shop<'_>) {
    for new in [percent("TEN"), json!({ "name": "Five", "type": "amount", "value": 500 })] {
        let discount = shop.add("discounts", &new);
        let mut again =
            shop.admin().patch(&path("discounts", &discount)).json(&discount).send().expect(200).data();
        assert_eq!(again["version"], 2);
        again["version"] = json!(1);
        assert_eq!(again, discount);
    }
}

fn every_refused_field_is_told_at_once(shop: &Shop<'_>) {
    let admin = shop.admin();
    admin.post(DISCOUNTS).json(&json!({})).send().expect_invalid(&["name", "type"]);
    let wrong = json!({
        "code": "a!", "name": " ", "type": "percent", "value": 101, "minimumSpend": -1, "productIds": ["x"],
        "collectionIds": ["y"], "startsAt": "soon", "endsAt": "later", "usageLimit": 0, "perCustomerLimit": -1,
        "combinesWith": ["all"], "appliesTo": "never", "status": "on",
    });
    let refused = admin.post(DISCOUNTS).json(&wrong).send().expect_invalid(&[
        "appliesTo",
        "code",
        "collectionIds.0",
        "combinesWith.0",
        "endsAt",
        "minimumSpend",
        "name",
        "perCustomerLimit",
        "productIds.0",
        "startsAt",
        "status",
        "usageLimit",
        "value",
    ]);
    assert_eq!(refused["errors"]["value"], json!(["Must be a whole percentage from 1 to 100."]));
    let discount = shop.add("discounts", &percent("TEN"));
    let times = json!({ "startsAt": "2026-02-01T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z" });
    admin.patch(&path("discounts", &discount)).json(&times).send().expect_invalid(&["endsAt"]);
    admin
        .patch(&path("discounts", &discount))
        .json(&json!({ "name": null }))
        .send()
        .expect_invalid(&["name"]);
}

fn a_value_is_what_its_type_says(shop: &Shop<'_>) {
    let admin = shop.admin();
    for (kind, value) in [
        ("percent", json!(0)),
        ("percent", pounds(10)),
        ("amount", json!(0)),
        ("amount", Value::Null),
        ("free_shipping", json!(5)),
    ] {
        let body = json!({ "name": "A", "type": kind, "value": value });
        admin.post(DISCOUNTS).json(&body).send().expect_invalid(&["value"]);
    }
    let foreign = json!({ "name": "A", "type": "amount", "value": { "value": 500, "currency": "EUR" } });
    admin.post(DISCOUNTS).json(&foreign).send().expect_invalid(&["value.currency"]);
    let discount = shop.add("discounts", &percent("TEN"));
    // Ten what? The percentage does not become ten pence.
    let change = json!({ "type": "amount" });
    admin.patch(&path("discounts", &discount)).json(&change).send().expect_invalid(&["value"]);
}

fn a_code_is_one_discounts(shop: &Shop<'_>) {
    let admin = shop.admin();
    for round in 0..5 {
        let code = format!("round-{round}");
        let answers = at_once(|| admin.post(DISCOUNTS).json(&percent(&code)).send(), 2);
        assert_eq!(statuses(&answers), [201, 409], "round {round}");
    }
    admin.post(DISCOUNTS).json(&percent("ROUND-1")).send().expect_error(409, "code_taken");
    let other = shop.add("discounts", &percent("other"));
    let taken = json!({ "code": "Round-2" });
    admin.patch(&path("discounts", &other)).json(&taken).send().expect_error(409, "code_taken");
    admin.patch(&path("discounts", &other)).json(&json!({ "code": "OTHER" })).send().expect(200);
    // As many as one likes have none.
    for _ in 0..2 {
        shop.add("discounts", &json!({ "name": "By itself", "type": "free_shipping" }));
    }
    Shop::open(shop.server()).add("discounts", &percent("ROUND-1"));
}

fn it_names_what_is_there(shop: &Shop<'_>) {
    let admin = shop.admin();
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let foreign = Shop::open(shop.server()).add("products", &json!({ "name": "Wine", "price": 100 }));
    let mut body = percent("TEN");
    body["productIds"] = json!([wine["id"], foreign["id"]]);
    body["collectionIds"] = json!([wine["id"]]);
    admin.post(DISCOUNTS).json(&body).send().expect_invalid(&["collectionIds.0", "productIds.1"]);
    body["productIds"] = json!([wine["id"]]);
    body["collectionIds"] = json!([]);
    let discount = shop.add("discounts", &body);
    // It goes on naming what is gone, and so does not become one for everything.
    admin.delete(&format!("/admin/v1/products/{}", wine["id"].as_str().expect("an id"))).send().expect(204);
    let renamed = admin.patch(&path("discounts", &discount)).json(&json!({ "name": "B" })).send().expect(200);
    assert_eq!(renamed.data()["productIds"], json!([wine["id"]]));
    body["code"] = json!("TWELVE");
    admin.post(DISCOUNTS).json(&body).send().expect_invalid(&["productIds.0"]);
}

fn a_limit_is_not_below_its_uses(shop: &Shop<'_>) {
    let discount = shop.add("discounts", &percent("TEN"));
    let id = discount["id"].as_str().expect("an id").replace('-', "");
    let installation = shop.server().installation();
    let id = match installation.engine() {
        marzipan_tests::Engine::Sqlite => format!("x'{id}'"),
        marzipan_tests::Engine::Postgres => format!("'\\x{id}'"),
    };
    installation.sql(&format!("UPDATE discounts SET used = 3 WHERE discount_id = {id}"));
    let admin = shop.admin();
    let limit =
        |limit: i64| admin.patch(&path("discounts", &discount)).json(&json!({ "usageLimit": limit })).send();
    limit(2).expect_invalid(&["usageLimit"]);
    let changed = limit(3).expect(200).data();
    assert_eq!((&changed["used"], &changed["usageLimit"]), (&json!(3), &json!(3)));
}

fn lists_are_narrowed(shop: &Shop<'_>) {
    let admin = shop.admin();
    for (code, status) in [("ONE", "active"), ("TWO", "inactive"), ("THREE", "active")] {
        let mut body = percent(code);
        body["status"] = json!(status);
        shop.add("discounts", &body);
    }
    let codes = |query: &str| {
        let list = admin.get(&format!("{DISCOUNTS}{query}")).send().expect(200).json();
        let of = |discount: &Value| discount["code"].as_str().expect("a code").to_owned();
        let codes: Vec<String> = list["data"].as_array().expect("a list").iter().map(of).collect();
        (codes.join(" "), list["meta"]["total"].as_i64().expect("a number"))
    };
    assert_eq!(codes(""), ("THREE TWO ONE".to_owned(), 3));
    assert_eq!(codes("?status=active"), ("THREE ONE".to_owned(), 2));
    assert_eq!(codes("?status=active&perPage=1&page=2"), ("ONE".to_owned(), 2));
    assert_eq!(codes("?code=two"), ("TWO".to_owned(), 1));
    assert_eq!(codes("?code=two&status=active"), (String::new(), 0));
    admin.get(&format!("{DISCOUNTS}?status=on&code=!")).send().expect_invalid(&["code", "status"]);
}

fn a_change_of_a_discount_names_its_version(shop: &Shop<'_>) {
    let discount = shop.add("discounts", &percent("TEN"));
    a_change_names_its_version(shop, "discounts", &discount, &json!({ "value": 20 }));
}

fn only_who_may_keeps_discounts(shop: &Shop<'_>) {
    let discount = shop.add("discounts", &percent("TEN"));
    only_who_may(shop, "discounts", &discount, &percent("OTHER"), &json!({ "value": 20 }));
}

fn one_key_adds_one_discount(shop: &Shop<'_>) {
    let add = || shop.admin().post(DISCOUNTS).key("once").json(&percent("TEN")).send().expect(201).data();
    assert_eq!(add(), add());
    assert_eq!(shop.admin().get(DISCOUNTS).send().expect(200).json()["meta"]["total"], 1);
}
