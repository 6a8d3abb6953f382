//! How much there is: counted at once from all sides, never below nothing, and what shoppers are told of it.

use marzipan_tests::{Answer, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    stock_never_falls_below_nothing,
    a_sold_out_product_says_so_and_comes_back,
    options_are_counted_by_value,
    a_bundle_follows_its_parts,
    what_is_not_counted_can_not_be_changed,
    a_change_with_a_key_counts_once,
);

fn path(product: &Value) -> String {
    format!("/admin/v1/products/{}", product["id"].as_str().expect("an id"))
}

fn change(shop: &Shop<'_>, product: &Value, delta: i64) -> Answer {
    let body = json!({ "delta": delta, "reason": "Counted" });
    shop.admin().post(&format!("{}/stock", path(product))).json(&body).send()
}

/// The status that the admin, the list and the product's page tell, which are the same.
#[track_caller]
fn status(shop: &Shop<'_>, product: &Value) -> String {
    let admin = shop.admin().get(&path(product)).send().expect(200).data();
    let slug = product["slug"].as_str().expect("a slug");
    let page = shop.visitor().get(&format!("/v1/products/{slug}")).send().expect(200).json();
    let list = shop.visitor().get("/v1/products?perPage=100").send().expect(200).data();
    let listed =
        list.as_array().expect("a list").iter().find(|one| one["slug"] == slug).expect("it is listed");
    assert_eq!((&admin["shownStatus"], &listed["status"]), (&page["status"], &page["status"]), "{slug}");
    page["status"].as_str().expect("a status").to_owned()
}

fn stock_never_falls_below_nothing(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100, "quantity": 20 }));
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(|| change(shop, &wine, -1))).collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((taken.len(), refused.len()), (20, 30));
    let mut left: Vec<i64> =
        taken.iter().map(|answer| answer.data()["quantity"].as_i64().expect("a number")).collect();
    left.sort_unstable();
    assert_eq!(left, (0..20).collect::<Vec<i64>>(), "each saw its own");
    for answer in refused {
        answer.expect_error(409, "stock_too_low");
    }
    let now = shop.admin().get(&path(&wine)).send().expect(200).data();
    assert_eq!((&now["quantity"], &now["version"]), (&json!(0), &json!(21)));
}

fn a_sold_out_product_says_so_and_comes_back(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100, "quantity": 2 }));
    assert_eq!(status(shop, &wine), "active");
    let sold = change(shop, &wine, -2).expect(200).data();
    assert_eq!((&sold["status"], &sold["shownStatus"]), (&json!("active"), &json!("out_of_stock")));
    assert_eq!(status(shop, &wine), "out_of_stock");
    change(shop, &wine, 1).expect(200);
    assert_eq!(status(shop, &wine), "active");
    let admin = shop.admin();
    for (quantity, wanted) in [(json!(0), "out_of_stock"), (Value::Null, "active"), (json!(3), "active")] {
        admin.patch(&path(&wine)).json(&json!({ "quantity": quantity })).send().expect(200);
        assert_eq!(status(shop, &wine), wanted, "{quantity}");
    }
    // What is shown may be sent back as the status: the product is still offered.
    admin.patch(&path(&wine)).json(&json!({ "status": "out_of_stock" })).send().expect(200);
    assert_eq!(status(shop, &wine), "active");
    let tasting = json!({
        "productType": "event", "name": "Tasting", "price": 100,
        "event": { "startsAt": "2026-05-01T18:00:00Z", "place": "The cellar", "capacity": 2 },
    });
    let tasting = shop.add("products", &tasting);
    change(shop, &tasting, -2).expect(200);
    assert_eq!(status(shop, &tasting), "out_of_stock", "no places are left");
}

fn options_are_counted_by_value(shop: &Shop<'_>) {
    let wine = shop.add(
        "products",
        &json!({ "name": "Wine", "price": 100, "options": [{ "name": "Size", "values": [
            { "label": "75 cl", "quantity": 1 }, { "label": "Magnum", "quantity": 1 }, { "label": "Jar", "quantity": 0 },
        ] }] }),
    );
    let variant = |index: usize| wine["options"][0]["values"][index]["id"].clone();
    let take = |variant: Value| {
        let body = json!({ "delta": -1, "reason": "Sold", "variantId": variant });
        shop.admin().post(&format!("{}/stock", path(&wine))).json(&body).send()
    };
    change(shop, &wine, -1).expect_error(409, "stock_not_counted");
    take(json!("01926a3c-0000-7000-8000-000000000001")).expect_invalid(&["variantId"]);
    take(json!("magnum")).expect_invalid(&["variantId"]);
    let after = take(variant(0)).expect(200).data();
    let quantities = |product: &Value| -> Vec<Value> {
        let values = product["options"][0]["values"].as_array().expect("values");
        values.iter().map(|value| value["quantity"].clone()).collect()
    };
    assert_eq!(quantities(&after), [0, 1, 0]);
    assert_eq!(after["version"], 2);
    take(variant(0)).expect_error(409, "stock_too_low");
    assert_eq!(status(shop, &wine), "active", "there is another size");
    take(variant(1)).expect(200);
    assert_eq!(status(shop, &wine), "out_of_stock");
    // A change that names the values by their label keeps their ids.
    let options = json!({ "options": [{ "name": "Size", "values": [
        { "label": "Magnum", "quantity": 4 }, { "label": "75 cl", "quantity": 5 },
    ] }] });
    let after = shop.admin().patch(&path(&wine)).json(&options).send().expect(200).data();
    let values = &after["options"][0]["values"];
    assert_eq!((&values[0]["id"], &values[1]["id"]), (&variant(1), &variant(0)));
    take(variant(2)).expect_invalid(&["variantId"]);
}

fn a_bundle_follows_its_parts(shop: &Shop<'_>) {
    let red = shop.add("products", &json!({ "name": "Red", "price": 100, "quantity": 4 }));
    let white = shop.add("products", &json!({ "name": "White", "price": 100 }));
    let bundle = shop.add(
        "products",
        &json!({ "productType": "bundle", "name": "Box", "price": 100, "bundleItems": [
            { "product": "red", "quantity": 3 }, { "product": "white", "quantity": 6 },
        ] }),
    );
    assert_eq!(status(shop, &bundle), "active");
    change(shop, &red, -2).expect(200);
    assert_eq!(status(shop, &bundle), "out_of_stock", "two of three");
    assert_eq!(status(shop, &red), "active");
    change(shop, &red, 1).expect(200);
    assert_eq!(status(shop, &bundle), "active");
    let admin = shop.admin();
    admin.patch(&path(&white)).json(&json!({ "status": "inactive" })).send().expect(200);
    assert_eq!(status(shop, &bundle), "out_of_stock", "a part is not offered");
    admin.patch(&path(&white)).json(&json!({ "status": "active", "quantity": 5 })).send().expect(200);
    assert_eq!(status(shop, &bundle), "out_of_stock");
    let smaller = json!({ "bundleItems": [{ "product": "red", "quantity": 3 }, { "product": "white", "quantity": 5 }] });
    let smaller = admin.patch(&path(&bundle)).json(&smaller).send().expect(200).data();
    assert_eq!(smaller["shownStatus"], "active");
    assert_eq!(status(shop, &bundle), "active");
}

fn what_is_not_counted_can_not_be_changed(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    change(shop, &wine, 1).expect_error(409, "stock_not_counted");
    let counted = shop.add("products", &json!({ "name": "Counted", "price": 100, "quantity": 1 }));
    for delta in [0, 100_000_001, i64::MAX, i64::MIN, -100_000_001, 100_000_000] {
        change(shop, &counted, delta).expect_invalid(&["delta"]);
    }
    let send = |body: Value| shop.admin().post(&format!("{}/stock", path(&counted))).json(&body).send();
    send(json!({})).expect_invalid(&["delta", "reason"]);
    send(json!({ "delta": 1.5, "reason": "x" })).expect_invalid(&["delta"]);
    send(json!({ "delta": 1, "reason": " " })).expect_invalid(&["reason"]);
    send(json!({ "delta": 1, "reason": "x".repeat(201) })).expect_invalid(&["reason"]);
    let nothing = "/admin/v1/products/01926a3c-0000-7000-8000-000000000001/stock";
    let body = json!({ "delta": 1, "reason": "x" });
    shop.admin().post(nothing).json(&body).send().expect_error(404, "not_found");
    let now = shop.admin().get(&path(&counted)).send().expect(200).data();
    assert_eq!((&now["quantity"], &now["version"]), (&json!(1), &json!(1)));
}

fn a_change_with_a_key_counts_once(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100, "quantity": 9 }));
    for _ in 0..3 {
        let body = json!({ "delta": -4, "reason": "Tasted" });
        let answer = shop.admin().post(&format!("{}/stock", path(&wine))).key("one").json(&body).send();
        assert_eq!(answer.expect(200).data()["quantity"], 5);
    }
}
