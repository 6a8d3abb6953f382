//! From a cart to a paid order: once, whoever races and whatever the provider does.

use marzipan_tests::{Answer, Client, PASSWORD, Shop, eventually, on_both_engines};
use serde_json::{Value, json};

use crate::carts::{assert_in_order, bath, cart, courier, put, view, wine};

on_both_engines!(
    a_guest_buys,
    a_customer_buys_and_sees_it,
    nothing_to_pay_needs_no_provider,
    a_refused_card_leaves_the_cart,
    the_bank_is_asked,
    the_bank_says_no,
    a_payment_that_is_left_gives_back,
    a_cart_that_is_paid_for_waits,
    an_unknown_outcome_is_looked_up,
    faults_of_the_provider_charge_once,
    a_hung_provider_holds_up_nobody,
    a_webhook_before_the_answer_completes,
    a_hundred_race_for_the_last_bottle,
    fifty_race_for_one_discount,
    two_hundred_completions_are_one,
    a_forged_webhook_does_nothing,
    cards_are_kept_and_used,
    no_card_number_is_kept,
    refs_have_no_gaps,
);

/// A cart that is ready for the checkout, of so many of a product.
pub(crate) fn ready(shop: &Shop<'_>, client: &Client, product: &Value, quantity: i64) -> String {
    let id = cart(client);
    put(client, &id, product, quantity).expect(201);
    let email = format!("guest-{}@example.com", &id[..8]);
    let path = format!("/v1/carts/{id}");
    let who = json!({ "email": email, "firstName": "Ann", "lastName": "Smith" });
    client.put(&format!("{path}/customer")).json(&who).send().expect(200);
    client.put(&format!("{path}/addresses")).json(&bath()).send().expect(200);
    let methods = client.get(&format!("{path}/shipping-methods")).send().expect(200).data();
    let method = match methods.as_array().map(Vec::as_slice) {
        Some([first, ..]) => first["id"].clone(),
        _ => courier(shop)["id"].clone(),
    };
    let chosen = json!({ "shippingMethodId": method });
    client.put(&format!("{path}/shipping-method")).json(&chosen).send().expect(200);
    id
}

pub(crate) fn pay(client: &Client, cart: &str, token: &str) -> Answer {
    let body = json!({ "payment": { "provider": "sandbox", "token": token } });
    client.post(&format!("/v1/carts/{cart}/checkout")).json(&body).send()
}

fn standing(client: &Client, cart: &str) -> Value {
    client.get(&format!("/v1/carts/{cart}/checkout")).send().expect(200).data()
}

/// What the sandbox really took, of all that it was asked for.
pub(crate) fn taken(shop: &Shop<'_>) -> Vec<Value> {
    let all = shop.admin().get("/admin/v1/sandbox/charges?perPage=100").send().expect(200).data();
    let is_taken = |charge: &Value| {
        ["succeeded", "refunded", "partially_refunded"].iter().any(|status| charge["status"] == **status)
    };
    all.as_array().expect("charges").iter().filter(|charge| is_taken(charge)).cloned().collect()
}

fn left(shop: &Shop<'_>, product: &Value) -> i64 {
    let path = format!("/admin/v1/products/{}", product["id"].as_str().expect("an id"));
    shop.admin().get(&path).send().expect(200).data()["quantity"].as_i64().expect("a count")
}

fn faults(shop: &Shop<'_>, faults: &Value) {
    shop.admin().post("/admin/v1/sandbox/settings").json(faults).send().expect(200);
}

fn paid_orders(shop: &Shop<'_>) -> Vec<Value> {
    let found = shop.admin().get("/admin/v1/orders?paymentStatus=paid&perPage=100").send().expect(200).data();
    found.as_array().expect("orders").clone()
}

fn a_guest_buys(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2499, Some(12));
    let id = ready(shop, &visitor, &malbec, 2);
    let answer = pay(&visitor, &id, "tok_ok").expect(201);
    let bought = answer.data();
    let order = &bought["order"];
    let expected = [
        "id",
        "ref",
        "status",
        "paymentStatus",
        "items",
        "subtotal",
        "discountTotal",
        "shippingTotal",
        "taxTotal",
        "giftCardTotal",
        "total",
        "refundedTotal",
        "taxIncluded",
        "shippingAddress",
        "billingAddress",
        "shippingMethod",
        "tracking",
        "giftMessage",
        "subscriptionId",
        "createdAt",
    ];
    assert_in_order(&answer.text(), &expected);
    assert_eq!(
        bought["payment"],
        json!({ "status": "succeeded", "provider": "sandbox", "clientSecret": null, "redirectUrl": null })
    );
    assert_eq!(
        (&order["ref"], &order["status"], &order["paymentStatus"]),
        (&json!("1000001"), &json!("processing"), &json!("paid"))
    );
    assert_eq!(order["total"]["value"], 2 * 2499 + 495);
    let charges = taken(shop);
    assert_eq!(
        (charges.len(), &charges[0]["amount"]["value"], &charges[0]["reference"]),
        (1, &json!(5493), &order["id"])
    );
    assert_eq!((left(shop, &malbec), view(&visitor, &id)["status"].clone()), (10, json!("completed")));
    let mail = shop.last_mail_to(order_email(&visitor, &id).as_str(), "order_received");
    assert!(
        mail.text("text").contains("1000001") && mail.text("text").contains("£54.93"),
        "{}",
        mail.text("text")
    );
    // Once more it is the same order, and no second charge.
    let again = pay(&visitor, &id, "tok_ok").expect(200).data();
    assert_eq!((&again["order"]["id"], taken(shop).len()), (&order["id"], 1));
    put(&visitor, &id, &malbec, 1).expect_error(409, "cart_completed");
}

fn order_email(client: &Client, cart: &str) -> String {
    view(client, cart)["customer"]["email"].as_str().expect("an address").to_owned()
}

fn a_customer_buys_and_sees_it(shop: &Shop<'_>) {
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    let malbec = wine(shop, "Malbec", 2499, None);
    let first = ready(shop, &client, &malbec, 2);
    pay(&client, &first, "tok_ok").expect(201);
    let listed = client.get("/v1/account/orders").send().expect(200);
    let order = listed.data()[0].clone();
    let expected = format!(
        r#"{{"data":[{{"id":"{}","ref":"1000001","items":2,"amount":"£54.93","status":"processing","paymentStatus":"paid","createdAt":"{}"}}]}}"#,
        order["id"].as_str().expect("an id"),
        shop.now(),
    );
    assert_eq!(listed.text(), expected);
    for name in [order["id"].as_str().expect("an id"), "1000001"] {
        let shown = client.get(&format!("/v1/account/orders/{name}")).send().expect(200).data();
        assert_eq!((&shown["ref"], &shown["items"][0]["name"]), (&json!("1000001"), &json!("Malbec")));
    }
    client.get("/v1/account/orders/1000002").send().expect_error(404, "not_found");
    let other = shop.customer().log_in("Phone");
    other.get("/v1/account/orders/1000001").send().expect_error(404, "not_found");
    let again = client.post("/v1/account/orders/1000001/reorder").send().expect(201).data();
    assert_eq!((&again["itemCount"], &again["items"][0]["productId"]), (&json!(2), &malbec["id"]));
    shop.admin()
        .delete(&format!("/admin/v1/products/{}", malbec["id"].as_str().expect("an id")))
        .send()
        .expect(200);
    let short = client.post("/v1/account/orders/1000001/reorder").send().expect(201).data();
    assert!(short["warnings"].as_array().expect("warnings").iter().any(|one| one["code"] == "not_available"));
    // Whoever has an order on its way can not be erased yet.
    let password = json!({ "password": PASSWORD });
    client.delete("/v1/account").json(&password).send().expect_error(409, "order_unfinished");
}

fn nothing_to_pay_needs_no_provider(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(3));
    let card = shop.add("gift-cards", &json!({ "initialValue": 5000 }));
    let id = ready(shop, &visitor, &malbec, 1);
    visitor
        .post(&format!("/v1/carts/{id}/gift-cards"))
        .json(&json!({ "code": card["code"] }))
        .send()
        .expect(200);
    let bought = visitor.post(&format!("/v1/carts/{id}/checkout")).json(&json!({})).send().expect(201).data();
    assert_eq!(
        (&bought["payment"]["status"], &bought["order"]["giftCardTotal"]["value"]),
        (&json!("not_needed"), &json!(1495))
    );
    let path = format!("/admin/v1/gift-cards/{}", card["id"].as_str().expect("an id"));
    assert_eq!(shop.admin().get(&path).send().expect(200).data()["balance"]["value"], 5000 - 1495);
    assert_eq!((taken(shop).len(), left(shop, &malbec)), (0, 2));
}

fn a_refused_card_leaves_the_cart(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(1));
    let id = ready(shop, &visitor, &malbec, 1);
    for (token, code) in [
        ("tok_declined", "card_declined"),
        ("tok_insufficient_funds", "insufficient_funds"),
        ("tok_expired_card", "expired_card"),
    ] {
        let refused = pay(&visitor, &id, token).expect_error(402, "payment_declined");
        assert_eq!(refused["declineCode"], code);
        assert_eq!((view(&visitor, &id)["status"].clone(), left(shop, &malbec)), (json!("open"), 1));
    }
    pay(&visitor, &id, "tok_nonsense").expect_error(402, "payment_refused");
    let bought = pay(&visitor, &id, "tok_ok").expect(201).data();
    assert_eq!((&bought["order"]["ref"], taken(shop).len(), left(shop, &malbec)), (&json!("1000001"), 1, 0));
}

fn the_bank_is_asked(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(1));
    let id = ready(shop, &visitor, &malbec, 1);
    let begun = pay(&visitor, &id, "tok_authentication_required").expect(201).data();
    let page = begun["payment"]["redirectUrl"].as_str().expect("a page").to_owned();
    assert_eq!(
        (&begun["payment"]["status"], &begun["order"]["status"]),
        (&json!("requires_action"), &json!("pending"))
    );
    put(&visitor, &id, &malbec, 1).expect_error(409, "cart_completing");
    let path = &page[page.find("/sandbox/").expect("a path")..];
    let shown = shop.nobody().get(path).send().expect(200);
    assert!(shown.text().contains("£14.95"), "{}", shown.text());
    shop.nobody().post(path).json(&json!({ "approve": true })).send().expect(200);
    let done = standing(&visitor, &id);
    assert_eq!(
        (&done["payment"]["status"], &done["order"]["paymentStatus"]),
        (&json!("succeeded"), &json!("paid"))
    );
    assert_eq!((taken(shop).len(), left(shop, &malbec)), (1, 0));
}

fn the_bank_says_no(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(1));
    let id = ready(shop, &visitor, &malbec, 1);
    let email = order_email(&visitor, &id);
    let begun = pay(&visitor, &id, "tok_authentication_required").expect(201).data();
    let page = begun["payment"]["redirectUrl"].as_str().expect("a page").to_owned();
    let path = &page[page.find("/sandbox/").expect("a path")..];
    shop.nobody().post(path).json(&json!({ "approve": false })).send().expect(200);
    // The provider tells by webhook, without anybody asking.
    eventually("the refusal is heard", || (view(&visitor, &id)["status"] == "open").then_some(()));
    assert_eq!((taken(shop).len(), left(shop, &malbec)), (0, 1));
    shop.last_mail_to(&email, "order_payment_failed");
}

fn a_payment_that_is_left_gives_back(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(1));
    let id = ready(shop, &visitor, &malbec, 1);
    let begun = pay(&visitor, &id, "tok_authentication_required").expect(201).data();
    assert_eq!(left(shop, &malbec), 0);
    shop.wait(14 * 60);
    assert_eq!(left(shop, &malbec), 0);
    shop.wait(6 * 60);
    assert_eq!((left(shop, &malbec), view(&visitor, &id)["status"].clone()), (1, json!("open")));
    // Whoever approves after that pays nothing: the payment was let go.
    let page = begun["payment"]["redirectUrl"].as_str().expect("a page").to_owned();
    let path = &page[page.find("/sandbox/").expect("a path")..];
    shop.nobody().post(path).json(&json!({ "approve": true })).send().expect(200);
    assert_eq!(taken(shop).len(), 0);
}

fn a_cart_that_is_paid_for_waits(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(5));
    shop.set(&json!({ "checkout": { "reservationMinutes": 60 } }));
    let id = ready(shop, &visitor, &malbec, 1);
    pay(&visitor, &id, "tok_authentication_required").expect(201);
    put(&visitor, &id, &malbec, 1).expect_error(409, "cart_completing");
    shop.wait(9 * 60);
    put(&visitor, &id, &malbec, 1).expect_error(409, "cart_completing");
    shop.wait(2 * 60);
    let changed = put(&visitor, &id, &malbec, 1).expect(201).data();
    assert_eq!(
        (&changed["status"], &changed["itemCount"], left(shop, &malbec)),
        (&json!("open"), &json!(2), 5)
    );
    // Another card takes the place of one that waits for its bank.
    pay(&visitor, &id, "tok_authentication_required").expect(201);
    let bought = pay(&visitor, &id, "tok_ok").expect(201).data();
    assert_eq!(
        (&bought["payment"]["status"], taken(shop).len(), left(shop, &malbec)),
        (&json!("succeeded"), 1, 3)
    );
}

fn an_unknown_outcome_is_looked_up(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(2));
    let id = ready(shop, &visitor, &malbec, 1);
    let bought = pay(&visitor, &id, "tok_unknown").expect(201).data();
    assert_eq!((&bought["payment"]["status"], taken(shop).len()), (&json!("succeeded"), 1));
}

fn faults_of_the_provider_charge_once(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(20));
    // Nothing was done: the cart is open again.
    let id = ready(shop, &visitor, &malbec, 1);
    faults(shop, &json!({ "failNext": 1 }));
    pay(&visitor, &id, "tok_ok").expect_error(503, "unavailable");
    assert_eq!(
        (view(&visitor, &id)["status"].clone(), left(shop, &malbec), taken(shop).len()),
        (json!("open"), 20, 0)
    );
    pay(&visitor, &id, "tok_ok").expect(201);
    // The money was taken and the answer lost, and two looks after it too.
    for fault in ["cutNext", "malformedNext"] {
        let before = taken(shop).len();
        let id = ready(shop, &visitor, &malbec, 1);
        faults(shop, &json!({ fault: 3 }));
        let begun = pay(&visitor, &id, "tok_ok").expect(201).data();
        assert_eq!(begun["payment"]["status"], "processing", "{fault}");
        put(&visitor, &id, &malbec, 1).expect_error(409, "cart_completing");
        eventually("it is found", || {
            (standing(&visitor, &id)["payment"]["status"] == "succeeded").then_some(())
        });
        assert_eq!(taken(shop).len(), before + 1, "{fault}");
    }
    faults(shop, &json!({ "latencyMs": 200 }));
    let id = ready(shop, &visitor, &malbec, 1);
    let slow = pay(&visitor, &id, "tok_ok").expect(201).data();
    assert_eq!(slow["payment"]["status"], "succeeded");
    assert_eq!((paid_orders(shop).len(), taken(shop).len(), left(shop, &malbec)), (4, 4, 16));
}

fn a_hung_provider_holds_up_nobody(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(5));
    let carts = [(); 2].map(|()| ready(shop, &visitor, &malbec, 1));
    faults(shop, &json!({ "hangNext": 1 }));
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let paying = carts.each_ref().map(|cart| scope.spawn(|| pay(&visitor, cart, "tok_ok")));
        eventually("one of them is served", || (paid_orders(shop).len() == 1).then_some(()));
        assert!(paying.iter().any(|one| !one.is_finished()), "nobody hung");
        paying.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    // Who hung is told what is known: that it is not known, or that nothing was taken.
    assert!(answers.iter().all(|answer| [201, 503].contains(&answer.status)), "{answers:?}");
    shop.set_clock("2026-01-05T09:20:00Z");
    let paid = paid_orders(shop).len();
    let completed = carts.iter().filter(|cart| view(&visitor, cart)["status"] == "completed").count();
    assert_eq!((taken(shop).len(), completed), (paid, paid));
    assert_eq!(left(shop, &malbec), 5 - i64::try_from(paid).expect("a count"));
}

fn a_webhook_before_the_answer_completes(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(5));
    let id = ready(shop, &visitor, &malbec, 1);
    let answer = std::thread::scope(|scope| {
        let paying = scope.spawn(|| pay(&visitor, &id, "tok_slow"));
        eventually("the webhook completes it", || (paid_orders(shop).len() == 1).then_some(()));
        assert!(!paying.is_finished(), "the answer was first");
        paying.join().expect("an answer").expect(201).data()
    });
    assert_eq!(answer["order"]["paymentStatus"], "paid");
    assert_eq!((taken(shop).len(), paid_orders(shop).len(), left(shop, &malbec)), (1, 1, 4));
}

fn a_hundred_race_for_the_last_bottle(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let last = wine(shop, "Last bottle", 5000, Some(1));
    let carts: Vec<String> = (0..100).map(|_| ready(shop, &visitor, &last, 1)).collect();
    let outcomes: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let racing: Vec<_> = carts
            .iter()
            .map(|cart| {
                let visitor = visitor.clone();
                scope.spawn(move || {
                    let answer = pay(&visitor, cart, "tok_ok");
                    (answer.status, answer.json())
                })
            })
            .collect();
        racing.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    let won = outcomes.iter().filter(|(status, _)| *status == 201).count();
    let told =
        outcomes.iter().filter(|(status, body)| *status == 409 && body["code"] == "out_of_stock").count();
    assert_eq!((won, told), (1, 99), "{outcomes:?}");
    assert_eq!((left(shop, &last), taken(shop).len(), paid_orders(shop).len()), (0, 1, 1));
}

fn fifty_race_for_one_discount(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 5000, None);
    let once = json!({ "code": "ONCE", "name": "Once", "type": "percent", "value": 50, "usageLimit": 1 });
    let discount = shop.add("discounts", &once);
    let carts: Vec<String> = (0..50)
        .map(|_| {
            let id = ready(shop, &visitor, &malbec, 1);
            let code = json!({ "code": "once" });
            visitor.post(&format!("/v1/carts/{id}/discounts")).json(&code).send().expect(200);
            id
        })
        .collect();
    std::thread::scope(|scope| {
        for cart in &carts {
            scope.spawn(|| {
                let answer = eventually("an answer", || {
                    // A database that is asked too much at one moment says so: 503, come back.
                    Some(pay(&visitor, cart, "tok_ok")).filter(|answer| answer.status != 503)
                });
                assert!(answer.status == 201 || answer.status == 409, "{answer}");
            });
        }
    });
    // A loser whose cart was priced after the race bought at the full price, and was told so.
    let half = taken(shop).iter().filter(|charge| charge["amount"]["value"] == 2500 + 495).count();
    let path = format!("/admin/v1/discounts/{}", discount["id"].as_str().expect("an id"));
    assert_eq!((half, shop.admin().get(&path).send().expect(200).data()["used"].clone()), (1, json!(1)));
    assert_eq!(taken(shop).len(), paid_orders(shop).len());
}

fn two_hundred_completions_are_one(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 5000, Some(3));
    let id = ready(shop, &visitor, &malbec, 1);
    let begun = pay(&visitor, &id, "tok_authentication_required").expect(201).data();
    let page = begun["payment"]["redirectUrl"].as_str().expect("a page").to_owned();
    let path = &page[page.find("/sandbox/").expect("a path")..];
    shop.nobody().post(path).json(&json!({ "approve": true })).send().expect(200);
    let ids: Vec<Value> = std::thread::scope(|scope| {
        let completing: Vec<_> = (0..200)
            .map(|number| {
                let (visitor, id) = (visitor.clone(), id.clone());
                scope.spawn(move || {
                    if number % 2 == 0 {
                        return Some(standing(&visitor, &id)["order"]["id"].clone());
                    }
                    let answer = pay(&visitor, &id, "tok_ok");
                    // Two checkouts of one cart at the same moment: the second is told to wait.
                    (answer.status != 409).then(|| answer.data()["order"]["id"].clone())
                })
            })
            .collect();
        completing.into_iter().filter_map(|one| one.join().expect("an answer")).collect()
    });
    assert!(ids.len() >= 100 && ids.iter().all(|one| *one == begun["order"]["id"]));
    assert_eq!((taken(shop).len(), paid_orders(shop).len(), left(shop, &malbec)), (1, 1, 2));
    let received = shop.mails().into_iter().filter(|mail| mail.text("template") == "order_received").count();
    assert_eq!(received, 1);
}

fn a_forged_webhook_does_nothing(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 5000, Some(3));
    let id = ready(shop, &visitor, &malbec, 1);
    pay(&visitor, &id, "tok_authentication_required").expect(201);
    let charge = shop.admin().get("/admin/v1/sandbox/charges").send().expect(200).data()[0].clone();
    let event = json!({ "id": "evt_1", "type": "payment.updated", "data": { "tenant": "x",
        "reference": charge["id"], "idempotencyKey": charge["idempotencyKey"] } });
    for signature in ["", "t=1,v1=00", "v1=abc", "t=99999999999,v1=zz"] {
        let forged = shop.nobody().post("/webhooks/payments/sandbox").json(&event);
        forged.header("Sandbox-Signature", signature).send().expect_error(400, "bad_signature");
    }
    shop.nobody().post("/webhooks/payments/nobody").json(&event).send().expect_error(404, "not_found");
    assert_eq!(view(&visitor, &id)["status"], "completing");
}

fn cards_are_kept_and_used(shop: &Shop<'_>) {
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    let methods = "/v1/account/payment-methods";
    let kept = client.post(methods).json(&json!({ "token": "tok_ok" })).send().expect(201).data();
    assert_eq!((&kept["status"], &kept["paymentMethod"]["last4"]), (&json!("succeeded"), &json!("4242")));
    let first = kept["paymentMethod"]["id"].as_str().expect("an id").to_owned();
    client.post(methods).json(&json!({ "token": "tok_declined" })).send().expect_error(402, "card_declined");
    let asks = client
        .post(methods)
        .json(&json!({ "token": "tok_authentication_required" }))
        .send()
        .expect(201)
        .data();
    let page = asks["redirectUrl"].as_str().expect("a page").to_owned();
    shop.nobody()
        .post(&page[page.find("/sandbox/").expect("a path")..])
        .json(&json!({ "approve": true }))
        .send()
        .expect(200);
    let listed = eventually("both cards are kept", || {
        let listed = client.get(methods).send().expect(200).data();
        (listed.as_array().map(Vec::len) == Some(2)).then_some(listed)
    });
    assert_eq!((&listed[0]["isDefault"], &listed[1]["isDefault"]), (&json!(true), &json!(false)));
    let second = listed[1]["id"].as_str().expect("an id").to_owned();
    client.put(&format!("{methods}/{second}/default")).send().expect(200);
    let malbec = wine(shop, "Malbec", 1000, None);
    let id = ready(shop, &client, &malbec, 1);
    let body = json!({ "paymentMethodId": first });
    let bought = client.post(&format!("/v1/carts/{id}/checkout")).json(&body).send().expect(201).data();
    assert_eq!(bought["payment"]["status"], "succeeded");
    let other = shop.customer().log_in("Phone");
    let theirs = ready(shop, &other, &malbec, 1);
    other
        .post(&format!("/v1/carts/{theirs}/checkout"))
        .json(&body)
        .send()
        .expect_invalid(&["paymentMethodId"]);
    other.delete(&format!("{methods}/{first}")).send().expect_error(404, "not_found");
    client.delete(&format!("{methods}/{first}")).send().expect(204);
    assert_eq!(client.get(methods).send().expect(200).data().as_array().map(Vec::len), Some(1));
}

fn no_card_number_is_kept(shop: &Shop<'_>) {
    const NUMBER: &str = "4242424242424242";
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    let malbec = wine(shop, "Malbec", 1000, None);
    let id = ready(shop, &client, &malbec, 1);
    pay(&client, &id, NUMBER).expect_error(402, "payment_refused");
    let body = json!({ "payment": { "token": "tok_ok", "number": NUMBER }, "cardNumber": NUMBER, "paymentMethodId": NUMBER });
    client.post(&format!("/v1/carts/{id}/checkout")).json(&body).send().expect(422);
    client
        .post("/v1/account/payment-methods")
        .json(&json!({ "token": NUMBER, "card": NUMBER }))
        .send()
        .expect_error(402, "card_declined");
    let server = shop.server();
    assert!(!server.log().contains(NUMBER));
    for file in files(server.installation().folder()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(NUMBER.len()).any(|window| window == NUMBER.as_bytes()), "{}", file.display());
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries
        .flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] })
        .collect()
}

fn refs_have_no_gaps(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, None);
    let carts: Vec<String> = (0..30).map(|_| ready(shop, &visitor, &malbec, 1)).collect();
    std::thread::scope(|scope| {
        for (number, cart) in carts.iter().enumerate() {
            let token = if number % 3 == 0 { "tok_declined" } else { "tok_ok" };
            let visitor = visitor.clone();
            scope.spawn(move || pay(&visitor, cart, token));
        }
    });
    let orders = shop.admin().get("/admin/v1/orders?perPage=100").send().expect(200).data();
    let mut refs: Vec<u64> = orders
        .as_array()
        .expect("orders")
        .iter()
        .map(|order| order["ref"].as_str().expect("a ref").parse().expect("digits"))
        .collect();
    refs.sort_unstable();
    assert_eq!(refs, (1_000_001..=1_000_030).collect::<Vec<_>>());
}
