//! Orders as the shop's staff work on them.

use marzipan_tests::{Answer, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::wine;
use crate::checkout::{pay, ready, taken};

on_both_engines!(
    an_order_is_sent_in_parts,
    money_is_given_back_and_never_more_than_was_paid,
    a_cancelled_order_gives_all_back,
    papers_are_printed,
    points_follow_the_money,
    a_guests_orders_are_joined,
    an_erased_customers_orders_are_nobodys,
    only_who_may_works_on_orders,
    the_payment_provider_is_kept_without_its_secrets,
);

/// A paid order of three bottles at £10.00, sent for £4.95.
fn bought(shop: &Shop<'_>) -> (Value, Value) {
    let malbec = wine(shop, "Malbec", 1000, Some(10));
    let visitor = shop.visitor();
    let cart = ready(shop, &visitor, &malbec, 3);
    let id = pay(&visitor, &cart, "tok_ok").expect(201).data()["order"]["id"].clone();
    (shop.admin().get(&path(&id, "")).send().expect(200).data(), malbec)
}

fn path(order: &Value, action: &str) -> String {
    format!("/admin/v1/orders/{}{action}", order.as_str().expect("an id"))
}

fn left(shop: &Shop<'_>, product: &Value) -> Value {
    let path = format!("/admin/v1/products/{}", product["id"].as_str().expect("an id"));
    shop.admin().get(&path).send().expect(200).data()["quantity"].clone()
}

fn an_order_is_sent_in_parts(shop: &Shop<'_>) {
    let admin = shop.admin();
    let (order, _) = bought(shop);
    let fulfil = |body: Value| admin.post(&path(&order["id"], "/fulfil")).json(&body).send();
    let line = &order["items"][0]["id"];
    fulfil(json!({ "items": [{ "itemId": line, "quantity": 4 }] })).expect_invalid(&["items.0.quantity"]);
    fulfil(json!({ "url": "nowhere" })).expect_invalid(&["url"]);
    let parcel = json!({ "carrier": "Parcel Post", "number": "PP1", "url": "https://parcels.example/PP1",
        "items": [{ "itemId": line, "quantity": 1 }] });
    let part = fulfil(parcel).expect(200).data();
    assert_eq!((&part["status"], &part["items"][0]["fulfilled"]), (&json!("processing"), &json!(1)));
    let email = order["email"].as_str().expect("an address");
    let mail = shop.last_mail_to(email, "order_shipped");
    assert_eq!(mail.links(), ["https://parcels.example/PP1"]);
    let whole = fulfil(json!({})).expect(200).data();
    assert_eq!((&whole["status"], whole["tracking"].as_array().map(Vec::len)), (&json!("shipped"), Some(2)));
    fulfil(json!({})).expect_error(409, "invalid_transition");
    admin
        .post(&path(&order["id"], "/cancel"))
        .json(&json!({}))
        .send()
        .expect_error(409, "invalid_transition");
    let arrived = admin.post(&path(&order["id"], "/deliver")).send().expect(200).data();
    assert_eq!(arrived["status"], "delivered");
    let noted =
        admin.post(&path(&order["id"], "/notes")).json(&json!({ "text": "Rang." })).send().expect(200).data();
    let kinds: Vec<&str> =
        noted["events"].as_array().expect("events").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds, ["paid", "fulfilled", "fulfilled", "delivered", "note"]);
}

fn money_is_given_back_and_never_more_than_was_paid(shop: &Shop<'_>) {
    let admin = shop.admin();
    let (order, malbec) = bought(shop);
    let refund = |body: Value| admin.post(&path(&order["id"], "/refund")).json(&body).send();
    refund(json!({ "amount": 3496 })).expect_invalid(&["amount"]);
    refund(json!({ "amount": 0 })).expect_invalid(&["amount"]);
    let line = &order["items"][0]["id"];
    let part = json!({ "amount": 1000, "reason": "Broken", "restock": [{ "itemId": line, "quantity": 1 }] });
    let part = refund(part).expect(200).data();
    assert_eq!(
        (&part["paymentStatus"], &part["refundedTotal"]["value"]),
        (&json!("partially_refunded"), &json!(1000))
    );
    assert_eq!(
        (&part["refunds"][0]["status"], &part["refunds"][0]["to"]),
        (&json!("succeeded"), &json!("card"))
    );
    assert_eq!(left(shop, &malbec), 8);
    assert_eq!(taken(shop)[0]["refunded"]["value"], 1000);
    // Twenty at once never give back more than is left.
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let answer =
                    admin.post(&path(&order["id"], "/refund")).json(&json!({ "amount": 500 })).send();
                assert!(answer.status == 200 || answer.status == 422, "{answer}");
            });
        }
    });
    assert_eq!(taken(shop)[0]["refunded"]["value"], 3000);
    let rest = refund(json!({})).expect(200).data();
    assert_eq!((&rest["status"], &rest["paymentStatus"]), (&json!("refunded"), &json!("refunded")));
    assert_eq!(taken(shop)[0]["refunded"]["value"], 3495);
    refund(json!({})).expect_invalid(&["amount"]);
    shop.last_mail_to(order["email"].as_str().expect("an address"), "order_refunded");
}

fn a_cancelled_order_gives_all_back(shop: &Shop<'_>) {
    let (order, malbec) = bought(shop);
    assert_eq!(left(shop, &malbec), 7);
    let cancel = json!({ "reason": "Changed their mind" });
    let gone = shop.admin().post(&path(&order["id"], "/cancel")).json(&cancel).send().expect(200).data();
    assert_eq!((&gone["status"], &gone["paymentStatus"]), (&json!("cancelled"), &json!("refunded")));
    assert_eq!((left(shop, &malbec), &taken(shop)[0]["refunded"]["value"]), (json!(10), &json!(3495)));
}

/// What a PDF says, in one line.
fn printed(answer: Answer) -> String {
    let answer = answer.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    let document = lopdf::Document::load_mem(&answer.body).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).expect("a text");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn papers_are_printed(shop: &Shop<'_>) {
    let admin = shop.admin();
    let about = json!({ "contactAddress": ["The Old Cellars", "Bristol BS1 4DJ"],
        "checkout": { "vatNumber": "GB123456789" } });
    admin.patch("/admin/v1/settings").json(&about).send().expect(200);
    let spring = json!({ "name": "Spring offer", "code": "SPRING", "type": "percent", "value": 10 });
    shop.add("discounts", &spring);
    let malbec = wine(shop, "Malbec", 1000, Some(10));
    let customer = shop.customer();
    let cart = ready(shop, &customer, &malbec, 3);
    let code = json!({ "code": "SPRING" });
    customer.post(&format!("/v1/carts/{cart}/discounts")).json(&code).send().expect(200);
    let message = json!({ "message": "Happy birthday!" });
    customer.put(&format!("/v1/carts/{cart}/gift-message")).json(&message).send().expect(200);

    let asked = pay(&customer, &cart, "tok_authentication_required").expect(201).data();
    let order = &asked["order"]["id"];
    for paper in ["/invoice", "/packing-slip"] {
        admin.get(&path(order, paper)).send().expect_error(409, "invalid_transition");
    }
    let page = asked["payment"]["redirectUrl"].as_str().expect("a page");
    let page = &page[page.find("/sandbox/").expect("a path")..];
    shop.nobody().post(page).json(&json!({ "approve": true })).send().expect(200);
    let paid = customer.get(&format!("/v1/carts/{cart}/checkout")).send().expect(200).data();
    assert_eq!(paid["order"]["paymentStatus"], "paid");

    // Three at £10.00 less 10 %, sent for £4.95: £31.95, of which £5.33 is VAT.
    let said = printed(admin.get(&path(order, "/invoice")).send());
    for part in [
        "VAT invoice",
        "GB123456789",
        "The Old Cellars",
        "Ann Smith 12 Orchard Lane Bath BA1 1AA",
        "Malbec 3 £10.00 −£3.00 20% £27.00",
        "Goods £30.00",
        "Spring offer −£3.00",
        "Delivery: Courier £4.95",
        "20% £26.62 £5.33",
        "Total £31.95",
        "Card £31.95",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let reference = paid["order"]["ref"].as_str().expect("a ref");
    let own = format!("/v1/account/orders/{reference}/invoice");
    assert_eq!(printed(customer.get(&own).send()), said);
    shop.customer().get(&own).send().expect_error(404, "not_found");

    let said = printed(admin.get(&path(order, "/packing-slip")).send());
    for part in ["Packing slip", reference, "Malbec 3", "Happy birthday!", "Courier"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains('£'), "a slip tells no price: {said}");
    let line = admin.get(&path(order, "")).send().expect(200).data()["items"][0]["id"].clone();
    let parcel = json!({ "items": [{ "itemId": line, "quantity": 1 }] });
    admin.post(&path(order, "/fulfil")).json(&parcel).send().expect(200);
    let said = printed(admin.get(&path(order, "/packing-slip")).send());
    assert!(said.contains("Malbec 2"), "what is still to be sent: {said}");
}

fn points_follow_the_money(shop: &Shop<'_>) {
    let admin = shop.admin();
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    client.get("/v1/account/rewards").send().expect_error(404, "not_found");
    let programme = json!({ "pointsPerUnit": 10, "redeemPoints": 100, "redeemValue": 100, "minimumRedeem": 100,
        "tiers": [{ "name": "Silver", "fromPoints": 200, "perks": ["Free tasting"] }] });
    admin.put("/admin/v1/rewards").json(&programme).send().expect(200);
    let malbec = wine(shop, "Malbec", 3000, None);
    let cart = ready(shop, &client, &malbec, 1);
    let order = pay(&client, &cart, "tok_ok").expect(201).data()["order"]["id"].clone();
    let standing = || client.get("/v1/account/rewards").send().expect(200).data();
    assert_eq!((&standing()["points"], &standing()["tier"]), (&json!(300), &json!("Silver")));
    let cart = ready(shop, &client, &malbec, 1);
    let redeem = |points: i64| {
        client.put(&format!("/v1/carts/{cart}/points")).json(&json!({ "points": points })).send()
    };
    redeem(301).expect_invalid(&["points"]);
    redeem(50).expect_invalid(&["points"]);
    assert_eq!(redeem(200).expect(200).data()["discountTotal"]["value"], 200);
    pay(&client, &cart, "tok_ok").expect(201);
    // 300 - 200, and 10 for each whole pound of £28.00.
    assert_eq!(standing()["points"], 100 + 280);
    admin.post(&path(&order, "/refund")).json(&json!({})).send().expect(200);
    assert_eq!(standing()["points"], 80);
}

fn a_guests_orders_are_joined(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, None);
    let cart = ready(shop, &visitor, &malbec, 1);
    let order = pay(&visitor, &cart, "tok_ok").expect(201).data()["order"]["id"].clone();
    let email =
        visitor.get(&format!("/v1/carts/{cart}")).send().expect(200).data()["customer"]["email"].clone();
    let customer = shop.register(&json!({ "firstName": "Ann", "lastName": "Smith", "email": email,
        "password": marzipan_tests::PASSWORD }));
    let listed = customer.log_in("Phone").get("/v1/account/orders").send().expect(200).data();
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["id"]), (Some(1), &order));
}

fn an_erased_customers_orders_are_nobodys(shop: &Shop<'_>) {
    let admin = shop.admin();
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    let malbec = wine(shop, "Malbec", 1000, None);
    let cart = ready(shop, &client, &malbec, 1);
    let order = pay(&client, &cart, "tok_ok").expect(201).data()["order"]["id"].clone();
    let export = client.get("/v1/account/export").send().expect(200).data();
    assert_eq!(export["orders"][0]["ref"], "1000001");
    let erase = format!("/admin/v1/customers/{}", customer.id);
    admin.delete(&erase).send().expect_error(409, "order_unfinished");
    admin.post(&path(&order, "/fulfil")).json(&json!({})).send().expect(200);
    admin.delete(&erase).send().expect(204);
    let kept = admin.get(&path(&order, "")).send().expect(200).data();
    assert_eq!(
        (&kept["email"], &kept["name"], &kept["shippingAddress"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!((&kept["total"]["value"], &kept["ref"]), (&json!(1495), &json!("1000001")));
}

fn only_who_may_works_on_orders(shop: &Shop<'_>) {
    let (order, _) = bought(shop);
    let key = |scopes: &[&str]| {
        let body = json!({ "name": "Program", "scopes": scopes });
        let issued = shop.admin().post("/admin/v1/admin-keys").json(&body).send().expect(201).data();
        shop.holding(issued["key"].as_str().expect("a key"))
    };
    let (reader, stranger) = (key(&["orders:read"]), key(&["products:read"]));
    reader.get("/admin/v1/orders").send().expect(200);
    reader.post(&path(&order["id"], "/refund")).json(&json!({})).send().expect_error(403, "forbidden");
    // Who packs gives no money back.
    let packer = key(&["orders:read", "orders:write"]);
    packer.post(&path(&order["id"], "/notes")).json(&json!({ "text": "Fragile" })).send().expect(200);
    packer.post(&path(&order["id"], "/refund")).json(&json!({})).send().expect_error(403, "forbidden");
    packer.post(&path(&order["id"], "/cancel")).json(&json!({})).send().expect_error(403, "forbidden");
    stranger.get("/admin/v1/orders").send().expect_error(403, "forbidden");
    let other = Shop::open(shop.server());
    other.admin().get(&path(&order["id"], "")).send().expect_error(404, "not_found");
    other.admin().post(&path(&order["id"], "/refund")).json(&json!({})).send().expect_error(404, "not_found");
    shop.admin().get("/admin/v1/orders?status=lost").send().expect_invalid(&["status"]);
    let found = shop.admin().get("/admin/v1/orders?status=processing&ref=1000001").send().expect(200).data();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
}

fn the_payment_provider_is_kept_without_its_secrets(shop: &Shop<'_>) {
    let admin = shop.admin();
    let provider = "/admin/v1/payment-provider";
    admin.get(provider).send().expect_error(404, "not_found");
    admin.put(provider).json(&json!({ "provider": "paypal" })).send().expect_invalid(&["provider"]);
    admin.put(provider).json(&json!({ "provider": "stripe" })).send().expect_invalid(&[
        "publishableKey",
        "secretKey",
        "webhookSecret",
    ]);
    let account = json!({ "provider": "stripe", "secretKey": "sk_test_hidden", "webhookSecret": "whsec_hidden",
        "publishableKey": "pk_test_1" });
    let set = admin.put(provider).json(&account).send().expect(200);
    assert!(!set.text().contains("hidden"));
    assert_eq!(set.data()["publishableKey"], "pk_test_1");
    let log = admin.get("/admin/v1/audit-log").send().expect(200);
    assert!(log.text().contains("payment-provider.set") && !log.text().contains("hidden"));
    let unsafe_url = json!({ "provider": "stripe", "secretKey": "a", "webhookSecret": "b", "publishableKey": "c",
        "baseUrl": "http://elsewhere.example" });
    admin.put(provider).json(&unsafe_url).send().expect_invalid(&["baseUrl"]);
    admin.delete(provider).send().expect(204);
    admin.get(provider).send().expect_error(404, "not_found");
}
