//! Subscriptions: joining, the calendar, managing, dunning, presents, and that a period is charged once.

use marzipan_tests::{Answer, Client, Customer, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::{assert_in_order, bath, cart, courier, wine};
use crate::checkout::{pay, taken};

on_both_engines!(
    joining_begins_a_subscription,
    five_years_from_the_thirty_first,
    a_skip_leaves_one_box_out,
    a_pause_over_three_cycles,
    the_frequency_can_be_changed,
    the_next_renewal_can_be_moved,
    boxes_are_chosen_until_the_cut_off,
    cancelled_at_the_end_of_the_period,
    cancelled_at_once_and_reactivated,
    dunning_to_its_end,
    dunning_can_end_in_a_pause,
    a_declined_card_recovers,
    a_new_card_is_tried_at_once,
    a_new_usual_card_pays_what_is_owed,
    a_lost_card_is_not_tried_again,
    the_bank_asks_and_the_link_pays,
    an_unknown_renewal_is_looked_up,
    nothing_else_happens_while_it_is_unknown,
    an_opened_charge_is_not_sent_again_to_a_paused_one,
    the_next_box_now,
    boxes_paid_in_advance,
    a_present_is_redeemed,
    the_shop_fills_the_box,
    what_is_sold_out_is_replaced,
    a_first_payment_that_waits_leaves_it_pending,
    a_first_payment_that_fails_leaves_nothing,
    a_term_ends,
    prices_change_with_notice,
    somebody_elses_subscription_is_not_there,
    a_subscriber_is_one_at_once,
);

/// A club in which everybody chooses: six bottles at least, £60 a box.
pub(crate) fn club(shop: &Shop<'_>, pool: &[&Value]) -> Value {
    club_with(shop, pool, &json!({}))
}

fn club_with(shop: &Shop<'_>, pool: &[&Value], more: &Value) -> Value {
    let ids: Vec<&Value> = pool.iter().map(|wine| &wine["id"]).collect();
    let mut package = json!({
        "name": "Cellar Club", "productType": "subscription", "subscriptionType": "picknmix", "price": 6000,
        "pricingType": "fixed", "billingFrequency": 1, "billingFrequencies": [1, 2, 3, 12], "minimumItems": 6,
        "picknmixProductIds": ids,
    });
    for (key, value) in more.as_object().expect("keys") {
        package[key] = value.clone();
    }
    shop.add("products", &package)
}

/// A cart with six bottles of a club, ready for the checkout.
pub(crate) fn joining(shop: &Shop<'_>, client: &Client, club: &Value, boxes: &Value) -> String {
    let id = cart(client);
    let path = format!("/v1/carts/{id}");
    let item = json!({ "productId": club["id"], "quantity": 1, "subscription": boxes });
    client.post(&format!("{path}/items")).json(&item).send().expect(201);
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

pub(crate) fn six(wine: &Value) -> Value {
    json!({ "billingFrequency": 1, "items": [{ "productId": wine["id"], "quantity": 6 }] })
}

/// Joins, and gives the subscription's id.
pub(crate) fn join(shop: &Shop<'_>, client: &Client, club: &Value, boxes: &Value, token: &str) -> String {
    let id = joining(shop, client, club, boxes);
    pay(client, &id, token).expect(201);
    only(client)
}

/// The id of the customer's only subscription.
pub(crate) fn only(client: &Client) -> String {
    let all = client.get("/v1/account/subscriptions").send().expect(200).data();
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    all[0]["id"].as_str().expect("an id").to_owned()
}

/// The customer on a device where they have just signed in: a session ends when the clock is moved by a month.
pub(crate) fn now(who: &Customer<'_, '_>) -> Client {
    who.log_in("phone")
}

pub(crate) fn seen(who: &Customer<'_, '_>, id: &str) -> Value {
    now(who).get(&format!("/v1/subscriptions/{id}")).send().expect(200).data()
}

pub(crate) fn act(who: &Customer<'_, '_>, id: &str, what: &str, body: &Value) -> Answer {
    now(who).post(&format!("/v1/subscriptions/{id}/{what}")).json(body).send()
}

/// The renewals of a subscription, oldest first: the day, and how it stands.
pub(crate) fn renewals(who: &Customer<'_, '_>, id: &str) -> Vec<(String, String)> {
    let path = format!("/v1/subscriptions/{id}/renewals?perPage=100");
    let found = now(who).get(&path).send().expect(200).data();
    let read = |row: &Value| (day(&row["dueAt"]), row["status"].as_str().unwrap_or_default().to_owned());
    found.as_array().expect("renewals").iter().rev().map(read).collect()
}

fn day(time: &Value) -> String {
    time.as_str().unwrap_or("never")[..10.min(time.as_str().unwrap_or("never").len())].to_owned()
}

fn on(days: &[&str], status: &str) -> Vec<(String, String)> {
    days.iter().map(|day| ((*day).to_owned(), status.to_owned())).collect()
}

/// A shop with a club and one wine, of which there is enough, and a customer who has joined.
fn member<'a, 's>(shop: &'a Shop<'s>, token: &str) -> (Customer<'a, 's>, Value, Value, String) {
    let malbec = wine(shop, "Malbec", 1200, Some(10_000));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    let id = join(shop, &ada, &club, &six(&malbec), token);
    (ada, club, malbec, id)
}

fn joining_begins_a_subscription(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(100));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    let id = join(shop, &ada, &club, &six(&malbec), "tok_ok");
    let list = now(&ada).get("/v1/account/subscriptions").send().expect(200);
    let keys = [
        "id",
        "subscriptionType",
        "name",
        "productId",
        "price",
        "status",
        "startDate",
        "endDate",
        "renewalDate",
        "billingInterval",
    ];
    assert_in_order(&list.text(), &keys);
    assert_eq!(
        marzipan_tests::redacted(&list.text()),
        r#"{"data":[{"id":"[id]","subscriptionType":"picknmix","name":"Cellar Club","productId":"[id]","price":"£60.00","status":"active","startDate":"[time]","endDate":null,"renewalDate":"[time]","billingInterval":1}]}"#
    );
    let shown = seen(&ada, &id);
    assert_eq!(day(&shown["startDate"]), "2026-01-05");
    assert_eq!(day(&shown["nextRenewal"]["date"]), "2026-02-05");
    assert_eq!(day(&shown["nextRenewal"]["editableUntil"]), "2026-02-03");
    assert_eq!(shown["nextRenewal"]["total"]["value"], 6000 + 495);
    assert_eq!(shown["items"][0]["quantity"], 6);
    assert_eq!(shown["shippingAddress"]["city"], "Bath");
    assert_eq!(shown["paymentMethod"]["last4"], "4242");
    assert_eq!(shown["events"][0]["kind"], "begun");
    let order = now(&ada).get("/v1/account/orders").send().expect(200).data()[0].clone();
    let order = now(&ada).get(&format!("/v1/account/orders/{}", order["id"].as_str().expect("an id"))).send();
    let order = order.expect(200).data();
    assert_eq!((&order["subscriptionId"], &order["items"][0]["subscriptionId"]), (&json!(id), &json!(id)));
    shop.last_mail_to(&ada.email, "subscription_begun");

    shop.set_clock("2026-02-05T09:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "paid"));
    let charges = taken(shop);
    assert_eq!(charges.len(), 2);
    assert!(
        charges.iter().all(|charge| charge["amount"]["value"] == 6495 || charge["amount"] == 6495),
        "{charges:?}"
    );
    let page = now(&ada).get(&format!("/v1/subscriptions/{id}/renewals")).send().expect(200).data();
    let key = page[0]["id"].clone();
    assert!(charges.iter().any(|charge| charge["idempotencyKey"] == key), "{charges:?} {key}");
    assert_eq!(
        now(&ada).get("/v1/account/orders").send().expect(200).data().as_array().map(Vec::len),
        Some(2)
    );
    let left = shop.admin().get(&format!("/admin/v1/products/{}", malbec["id"].as_str().unwrap_or_default()));
    assert_eq!(left.send().expect(200).data()["quantity"], 100 - 12);
    shop.last_mail_to(&ada.email, "subscription_upcoming");
    shop.last_mail_to(&ada.email, "subscription_renewed");
}

fn five_years_from_the_thirty_first(shop: &Shop<'_>) {
    shop.set_clock("2026-01-31T18:30:00Z");
    let (ada, _, _, id) = member(shop, "tok_ok");
    shop.set_clock("2031-02-01T00:00:00Z");
    let all = renewals(&ada, &id);
    assert_eq!(all.len(), 60);
    let days: Vec<&str> = all.iter().map(|(day, _)| day.as_str()).collect();
    assert_eq!(
        days[..13],
        [
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
            "2026-06-30",
            "2026-07-31",
            "2026-08-31",
            "2026-09-30",
            "2026-10-31",
            "2026-11-30",
            "2026-12-31",
            "2027-01-31",
            "2027-02-28"
        ]
    );
    assert!(days.contains(&"2028-02-29"));
    assert!(all.iter().all(|(_, status)| status == "paid"), "{all:?}");
    assert_eq!(taken(shop).len(), 61);
}

fn a_skip_leaves_one_box_out(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let shown = act(&ada, &id, "skip", &json!({})).expect(200).data();
    assert_eq!(day(&shown["renewalDate"]), "2026-03-05");
    shop.set_clock("2026-03-04T12:00:00Z");
    act(&ada, &id, "skip", &json!({})).expect_error(409, "edit_window_closed");
    shop.set_clock("2026-04-05T12:00:00Z");
    let expected = [on(&["2026-02-05"], "skipped"), on(&["2026-03-05", "2026-04-05"], "paid")].concat();
    assert_eq!(renewals(&ada, &id), expected);
    assert_eq!(taken(shop).len(), 3);
}

fn a_pause_over_three_cycles(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let shown = act(&ada, &id, "pause", &json!({ "until": "2026-04-20" })).expect(200).data();
    assert_eq!((&shown["status"], &shown["renewalDate"]), (&json!("paused"), &Value::Null));
    shop.last_mail_to(&ada.email, "subscription_paused");
    act(&ada, &id, "skip", &json!({})).expect_error(409, "invalid_transition");
    act(&ada, &id, "renew", &json!({})).expect_error(409, "invalid_transition");
    shop.set_clock("2026-04-19T22:00:00Z");
    assert_eq!((seen(&ada, &id)["status"].as_str(), taken(shop).len()), (Some("paused"), 1));
    shop.set_clock("2026-04-20T12:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(
        (shown["status"].as_str(), day(&shown["renewalDate"])),
        (Some("active"), "2026-05-05".to_owned())
    );
    shop.set_clock("2026-05-05T12:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-05-05"], "paid"));
    shop.last_mail_to(&ada.email, "subscription_resumed");
    act(&ada, &id, "pause", &json!({ "until": "2026-05-01" })).expect_invalid(&["until"]);
    act(&ada, &id, "pause", &json!({})).expect(200);
    shop.set_clock("2026-09-01T12:00:00Z");
    let shown = act(&ada, &id, "resume", &json!({})).expect(200).data();
    assert_eq!(day(&shown["renewalDate"]), "2026-09-05");
    assert_eq!(taken(shop).len(), 2);
}

fn the_frequency_can_be_changed(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let path = format!("/v1/subscriptions/{id}");
    let preview = now(&ada).get(&format!("{path}/preview?billingInterval=3")).send().expect(200).data();
    assert_eq!((day(&preview["date"]), &preview["total"]["value"]), ("2026-04-05".to_owned(), &json!(6495)));
    assert_eq!(day(&seen(&ada, &id)["renewalDate"]), "2026-02-05");
    let shown = now(&ada).patch(&path).json(&json!({ "billingInterval": 3 })).send().expect(200).data();
    assert_eq!((day(&shown["renewalDate"]), &shown["billingInterval"]), ("2026-04-05".to_owned(), &json!(3)));
    now(&ada).patch(&path).json(&json!({ "billingInterval": 7 })).send().expect_invalid(&["billingInterval"]);
    shop.set_clock("2026-07-05T12:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-04-05", "2026-07-05"], "paid"));
}

fn the_next_renewal_can_be_moved(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let path = format!("/v1/subscriptions/{id}");
    for wrong in ["2026-02-05", "2026-02-04", "2026-03-05", "soon"] {
        let moved = now(&ada).patch(&path).json(&json!({ "renewalDate": wrong })).send();
        moved.expect_invalid(&["renewalDate"]);
    }
    let shown =
        now(&ada).patch(&path).json(&json!({ "renewalDate": "2026-02-20" })).send().expect(200).data();
    assert_eq!(day(&shown["renewalDate"]), "2026-02-20");
    shop.set_clock("2026-03-05T12:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-20", "2026-03-05"], "paid"));
}

fn boxes_are_chosen_until_the_cut_off(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(100));
    let syrah = wine(shop, "Syrah", 1400, Some(8));
    let other = wine(shop, "Port", 3000, Some(8));
    let club = club(shop, &[&malbec, &syrah]);
    let ada = shop.customer();
    let id = join(shop, &ada, &club, &six(&malbec), "tok_ok");
    let path = format!("/v1/subscriptions/{id}/items");
    let choose = |items: &Value| now(&ada).put(&path).json(&json!({ "items": items })).send();
    choose(&json!([{ "productId": other["id"], "quantity": 6 }])).expect_error(422, "not_in_package");
    choose(&json!([{ "productId": malbec["id"], "quantity": 5 }])).expect_error(422, "below_minimum");
    choose(&json!([{ "productId": syrah["id"], "quantity": 9 }])).expect_error(422, "out_of_stock");
    let both =
        json!([{ "productId": malbec["id"], "quantity": 2 }, { "productId": syrah["id"], "quantity": 4 }]);
    let shown = choose(&both).expect(200).data();
    assert_eq!(shown["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["events"][0]["kind"], "items_changed");
    shop.set_clock("2026-02-03T09:00:01Z");
    choose(&both).expect_error(409, "edit_window_closed");
    shop.set_clock("2026-02-05T12:00:00Z");
    let left = |wine: &Value| {
        let path = format!("/admin/v1/products/{}", wine["id"].as_str().unwrap_or_default());
        shop.admin().get(&path).send().expect(200).data()["quantity"].clone()
    };
    assert_eq!((left(&malbec), left(&syrah)), (json!(100 - 6 - 2), json!(4)));
    choose(&both).expect(200);
}

fn cancelled_at_the_end_of_the_period(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let shown = act(&ada, &id, "cancel", &json!({ "reason": "Moving." })).expect(200).data();
    assert_eq!(
        (shown["status"].as_str(), day(&shown["cancelsAt"]), &shown["renewalDate"]),
        (Some("active"), "2026-02-05".to_owned(), &Value::Null)
    );
    let back = act(&ada, &id, "reactivate", &json!({})).expect(200).data();
    assert_eq!((&back["cancelsAt"], day(&back["renewalDate"])), (&Value::Null, "2026-02-05".to_owned()));
    act(&ada, &id, "cancel", &json!({ "at": "period_end" })).expect(200);
    shop.set_clock("2026-02-05T08:59:59Z");
    assert_eq!(seen(&ada, &id)["status"], "active");
    shop.last_mail_to(&ada.email, "subscription_cancelled");
    shop.set_clock("2026-06-01T00:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(
        (shown["status"].as_str(), day(&shown["endDate"])),
        (Some("cancelled"), "2026-02-05".to_owned())
    );
    assert_eq!((renewals(&ada, &id).len(), taken(shop).len()), (0, 1));
}

fn cancelled_at_once_and_reactivated(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let shown = act(&ada, &id, "cancel", &json!({ "at": "now" })).expect(200).data();
    assert_eq!(shown["status"], "cancelled");
    act(&ada, &id, "cancel", &json!({ "at": "now" })).expect_error(409, "invalid_transition");
    act(&ada, &id, "cancel", &json!({ "at": "later" })).expect_invalid(&["at"]);
    shop.set_clock("2026-03-20T00:00:00Z");
    let shown = act(&ada, &id, "reactivate", &json!({})).expect(200).data();
    assert_eq!(
        (shown["status"].as_str(), day(&shown["renewalDate"])),
        (Some("active"), "2026-04-05".to_owned())
    );
    act(&ada, &id, "reactivate", &json!({})).expect_error(409, "invalid_transition");
    shop.set_clock("2026-04-06T00:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-04-05"], "paid"));
}

/// What the sandbox was asked for, taken or not.
fn asked(shop: &Shop<'_>) -> usize {
    let all = shop.admin().get("/admin/v1/sandbox/charges?perPage=100").send().expect(200).data();
    all.as_array().map_or(0, Vec::len)
}

fn dunning_to_its_end(shop: &Shop<'_>) {
    let (ada, _, malbec, id) = member(shop, "tok_ok_then_declined");
    shop.set_clock("2026-02-05T12:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(shown["status"], "past_due");
    assert_eq!(day(&shown["openRenewal"]["nextTryAt"]), "2026-02-06");
    assert_eq!(day(&shown["openRenewal"]["givesUpAt"]), "2026-02-12");
    act(&ada, &id, "skip", &json!({})).expect_error(409, "invalid_transition");
    for (now, tries) in [
        ("2026-02-06T12", 3),
        ("2026-02-08T12", 4),
        ("2026-02-10T12", 5),
        ("2026-02-11T12", 5),
        ("2026-02-12T08", 5),
    ] {
        shop.set_clock(&format!("{now}:00:00Z"));
        assert_eq!((asked(shop), seen(&ada, &id)["status"].as_str()), (tries, Some("past_due")), "{now}");
    }
    shop.set_clock("2026-02-13T00:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(
        (shown["status"].as_str(), shown["cancelReason"].as_str()),
        (Some("cancelled"), Some("unpaid"))
    );
    assert_eq!((asked(shop), taken(shop).len()), (6, 1));
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "cancelled"));
    let left = shop.admin().get(&format!("/admin/v1/products/{}", malbec["id"].as_str().unwrap_or_default()));
    assert_eq!(left.send().expect(200).data()["quantity"], 10_000 - 6);
    let mails = shop.mails_to(&ada.email);
    let told = |template: &str| mails.iter().filter(|name| name.as_str() == template).count();
    assert_eq!((told("subscription_payment_failed"), told("subscription_cancelled")), (5, 1));
    shop.set_clock("2027-01-01T00:00:00Z");
    assert_eq!(asked(shop), 6);
}

fn dunning_can_end_in_a_pause(shop: &Shop<'_>) {
    shop.set(&json!({ "subscriptions": { "dunningDays": [2], "dunningEnd": "pause" } }));
    let (ada, _, _, id) = member(shop, "tok_ok_then_insufficient_funds");
    shop.set_clock("2026-02-20T12:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!((shown["status"].as_str(), &shown["openRenewal"]), (Some("paused"), &Value::Null));
    assert_eq!((asked(shop), taken(shop).len()), (3, 1));
    let shown = act(&ada, &id, "resume", &json!({})).expect(200).data();
    assert_eq!(day(&shown["renewalDate"]), "2026-03-05");
}

fn a_declined_card_recovers(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok_then_declined_once");
    shop.set_clock("2026-02-05T12:00:00Z");
    assert_eq!(seen(&ada, &id)["status"], "past_due");
    shop.set_clock("2026-02-06T12:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(
        (shown["status"].as_str(), day(&shown["renewalDate"])),
        (Some("active"), "2026-03-05".to_owned())
    );
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "paid"));
    assert_eq!((asked(shop), taken(shop).len()), (3, 2));
}

/// Keeps another card, and gives its id.
fn card(client: &Client, token: &str) -> Value {
    let kept = client.post("/v1/account/payment-methods").json(&json!({ "token": token })).send().expect(201);
    kept.data()["paymentMethod"]["id"].clone()
}

fn a_new_card_is_tried_at_once(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok_then_declined");
    shop.set_clock("2026-02-05T12:00:00Z");
    assert_eq!(seen(&ada, &id)["status"], "past_due");
    let new = card(&now(&ada), "tok_ok");
    now(&ada)
        .patch(&format!("/v1/subscriptions/{id}"))
        .json(&json!({ "paymentMethodId": new }))
        .send()
        .expect(200);
    shop.set_clock("2026-02-05T12:00:01Z");
    let shown = seen(&ada, &id);
    assert_eq!((shown["status"].as_str(), &shown["paymentMethod"]["id"]), (Some("active"), &new));
    shop.set_clock("2026-03-05T12:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05", "2026-03-05"], "paid"));
    let strange = json!({ "paymentMethodId": "01926a3c-0000-7000-8000-000000000005" });
    let path = format!("/v1/subscriptions/{id}");
    now(&ada).patch(&path).json(&strange).send().expect_invalid(&["paymentMethodId"]);
}

fn a_new_usual_card_pays_what_is_owed(shop: &Shop<'_>) {
    let (ada, club, malbec, id) = member(shop, "tok_ok_then_declined");
    let running = {
        let cart = joining(shop, &ada, &club, &six(&malbec));
        let bought = pay(&ada, &cart, "tok_ok").expect(201).data();
        bought["order"]["subscriptionId"].as_str().expect("it joined").to_owned()
    };
    let kept = seen(&ada, &running)["paymentMethod"]["id"].clone();
    shop.set_clock("2026-02-05T12:00:00Z");
    assert_eq!(
        (&seen(&ada, &id)["status"], &seen(&ada, &running)["status"]),
        (&json!("past_due"), &json!("active"))
    );
    let new = card(&now(&ada), "tok_ok");
    let path = format!("/v1/account/payment-methods/{}/default", new.as_str().expect("an id"));
    now(&ada).put(&path).send().expect(200);
    shop.set_clock("2026-02-05T12:00:01Z");
    let (mended, other) = (seen(&ada, &id), seen(&ada, &running));
    assert_eq!((&mended["status"], &mended["paymentMethod"]["id"]), (&json!("active"), &new));
    assert_eq!(other["paymentMethod"]["id"], kept, "what runs keeps its card");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "paid"));
}

fn a_lost_card_is_not_tried_again(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok_then_lost_card");
    shop.set_clock("2026-02-11T12:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(
        (shown["status"].as_str(), &shown["openRenewal"]["nextTryAt"]),
        (Some("past_due"), &Value::Null)
    );
    assert_eq!(asked(shop), 2);
    shop.set_clock("2026-02-13T00:00:00Z");
    assert_eq!((seen(&ada, &id)["status"].as_str(), asked(shop)), (Some("cancelled"), 2));
}

fn the_bank_asks_and_the_link_pays(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_authentication_on_renewal");
    shop.set_clock("2026-02-07T12:00:00Z");
    assert_eq!((seen(&ada, &id)["status"].as_str(), asked(shop)), (Some("past_due"), 2));
    let mail = shop.last_mail_to(&ada.email, "subscription_action_needed");
    let link = mail.links().into_iter().find(|link| link.contains("/pay/mzr_")).expect("a link to pay");
    let path = link[link.find("/pay/").expect("a path")..].to_owned();
    let page = shop.nobody().get(&path).send().expect(200).text();
    assert!(page.contains("Pay £64.95") && page.contains("Cellar Club"), "{page}");
    assert_eq!(asked(shop), 2, "looking moves no money");
    shop.nobody().post(&path).send().expect(303);
    let page = shop.nobody().get(&path).send().expect(200).text();
    assert!(page.contains("Thank you"), "{page}");
    assert_eq!((seen(&ada, &id)["status"].as_str(), taken(shop).len()), (Some("active"), 2));
    shop.nobody().post(&path).send().expect(303);
    assert_eq!(taken(shop).len(), 2);
    let forged = format!("{}x", &path[..path.len() - 1]);
    shop.nobody().get(&forged).send().expect(404);
    shop.nobody().post("/pay/mzr_").send().expect(404);
}

fn an_unknown_renewal_is_looked_up(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_unknown");
    shop.set_clock("2026-02-05T12:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "paid"));
    assert_eq!((taken(shop).len(), seen(&ada, &id)["status"].as_str()), (2, Some("active")));
}

fn nothing_else_happens_while_it_is_unknown(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    let faults = json!({ "cutNext": 1, "failNext": 0 });
    shop.admin().post("/admin/v1/sandbox/settings").json(&faults).send().expect(200);
    shop.set_clock("2026-02-05T09:00:00Z");
    shop.set_clock("2026-02-05T12:00:00Z");
    let all = renewals(&ada, &id);
    assert_eq!(all, on(&["2026-02-05"], "paid"), "{all:?}");
    assert_eq!(taken(shop).len(), 2);
    shop.set_clock("2026-02-06T12:00:00Z");
    assert_eq!((renewals(&ada, &id).len(), taken(shop).len()), (1, 2));
}

fn an_opened_charge_is_not_sent_again_to_a_paused_one(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    shop.admin().post("/admin/v1/sandbox/settings").json(&json!({ "failNext": 1 })).send().expect(200);
    shop.set_clock("2026-02-05T09:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "charging"));
    act(&ada, &id, "pause", &json!({})).expect(200);
    shop.set_clock("2026-02-06T09:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05"], "cancelled"));
    assert_eq!((seen(&ada, &id)["status"].as_str(), taken(shop).len()), (Some("paused"), 1));
}

fn the_next_box_now(shop: &Shop<'_>) {
    let (ada, _, _, id) = member(shop, "tok_ok");
    shop.set_clock("2026-01-20T12:00:00Z");
    let shown = act(&ada, &id, "renew", &json!({})).expect(200).data();
    assert_eq!(
        (shown["status"].as_str(), day(&shown["renewalDate"])),
        (Some("active"), "2026-03-05".to_owned())
    );
    assert_eq!(renewals(&ada, &id), on(&["2026-01-20"], "paid"));
    shop.set_clock("2026-03-06T12:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-01-20", "2026-03-05"], "paid"));
    assert_eq!(taken(shop).len(), 3);
}

fn boxes_paid_in_advance(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(100));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    let mut boxes = six(&malbec);
    boxes["prepaidBoxes"] = json!(3);
    let id = join(shop, &ada, &club, &boxes, "tok_ok");
    let order = now(&ada).get("/v1/account/orders").send().expect(200).data()[0].clone();
    assert_eq!(order["amount"], "£194.85", "three boxes and three times the shipping");
    assert_eq!(seen(&ada, &id)["prepaidBoxesLeft"], 2);
    act(&ada, &id, "skip", &json!({})).expect(200);
    shop.set_clock("2026-04-06T00:00:00Z");
    assert_eq!(taken(shop).len(), 1);
    let orders = now(&ada).get("/v1/account/orders").send().expect(200).data();
    assert_eq!((orders.as_array().map(Vec::len), &orders[2]["amount"]), (Some(3), &json!("£0.00")));
    shop.set_clock("2026-05-06T00:00:00Z");
    assert_eq!(taken(shop).len(), 2, "then it goes on");
    let expected = [on(&["2026-02-05"], "skipped"), on(&["2026-03-05", "2026-04-05", "2026-05-05"], "paid")];
    assert_eq!(renewals(&ada, &id), expected.concat());
}

fn a_present_is_redeemed(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(100));
    let syrah = wine(shop, "Syrah", 1200, Some(100));
    let club = club(shop, &[&malbec, &syrah]);
    let (ada, bea) = (shop.customer(), shop.customer());
    let id = cart(&ada);
    let path = format!("/v1/carts/{id}");
    let mut boxes = six(&malbec);
    boxes["prepaidBoxes"] = json!(2);
    let gift = json!({ "recipientName": "Bea", "recipientEmail": bea.email, "message": "Cheers!", "sendOn": "2026-01-20" });
    let item = json!({ "productId": club["id"], "subscription": boxes, "gift": gift });
    now(&ada).post(&format!("{path}/items")).json(&item).send().expect(201);
    now(&ada).put(&format!("{path}/addresses")).json(&bath()).send().expect(200);
    let courier = courier(shop);
    now(&ada)
        .put(&format!("{path}/shipping-method"))
        .json(&json!({ "shippingMethodId": courier["id"] }))
        .send()
        .expect(200);
    pay(&now(&ada), &id, "tok_ok").expect(201);
    let id = only(&now(&ada));
    assert!(!shop.mails_to(&bea.email).iter().any(|name| name == "gift_subscription"));
    shop.set_clock("2026-01-20T10:00:00Z");
    let mail = shop.last_mail_to(&bea.email, "gift_subscription");
    let text = mail.text("text");
    assert!(text.contains("Cheers!"), "{text}");
    let code: String =
        text[text.find("mzg_").expect("a code")..].chars().take_while(|c| !c.is_whitespace()).collect();
    now(&bea).get(&format!("/v1/subscriptions/{id}")).send().expect(404);
    let redeem = |who: &Client| who.post("/v1/subscriptions/redeem").json(&json!({ "code": code })).send();
    redeem(&now(&bea)).expect(200);
    redeem(&now(&bea)).expect(200);
    redeem(&shop.customer()).expect_error(409, "invalid_transition");
    assert_eq!(now(&bea).get("/v1/account/details").send().expect(200).data()["isSubscriber"], true);
    let items = json!({ "items": [{ "productId": syrah["id"], "quantity": 6 }] });
    now(&bea).put(&format!("/v1/subscriptions/{id}/items")).json(&items).send().expect(200);
    act(&bea, &id, "cancel", &json!({})).expect_error(409, "invalid_transition");
    shop.set_clock("2026-02-06T00:00:00Z");
    let left = shop.admin().get(&format!("/admin/v1/products/{}", syrah["id"].as_str().unwrap_or_default()));
    assert_eq!(left.send().expect(200).data()["quantity"], 94);
    shop.set_clock("2026-06-01T00:00:00Z");
    assert_eq!((seen(&ada, &id)["status"].as_str(), taken(shop).len()), (Some("expired"), 1));
    shop.visitor().post("/v1/subscriptions/redeem").json(&json!({ "code": code })).send().expect(401);
    now(&bea)
        .post("/v1/subscriptions/redeem")
        .json(&json!({ "code": "mzg_no" }))
        .send()
        .expect_invalid(&["code"]);
}

fn the_shop_fills_the_box(shop: &Shop<'_>) {
    let (spring, summer) = (wine(shop, "Spring", 1000, Some(50)), wine(shop, "Summer", 1000, Some(50)));
    let package = shop.add(
        "products",
        &json!({ "name": "Maker's box", "productType": "subscription", "subscriptionType": "variable", "price": 4000,
            "billingFrequencies": [1, 3] }),
    );
    let release = |day: &str, wine: &Value| {
        let items = json!([{ "productId": wine["id"], "quantity": 3 }]);
        shop.add("releases", &json!({ "packageId": package["id"], "shipsFrom": day, "items": items }))
    };
    release("2026-01-01", &spring);
    release("2026-03-01", &summer);
    let ada = shop.customer();
    let id = join(shop, &ada, &package, &json!({ "billingFrequency": 1 }), "tok_ok");
    assert_eq!(seen(&ada, &id)["items"][0]["name"], "Spring");
    let items = json!({ "items": [{ "productId": spring["id"], "quantity": 6 }] });
    now(&ada).put(&format!("/v1/subscriptions/{id}/items")).json(&items).send().expect_invalid(&["items"]);
    shop.set_clock("2026-03-06T00:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05", "2026-03-05"], "paid"));
    let left = |wine: &Value| {
        let path = format!("/admin/v1/products/{}", wine["id"].as_str().unwrap_or_default());
        shop.admin().get(&path).send().expect(200).data()["quantity"].clone()
    };
    assert_eq!((left(&spring), left(&summer)), (json!(47), json!(47)));
}

fn what_is_sold_out_is_replaced(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(8));
    let syrah = wine(shop, "Syrah", 1300, Some(100));
    let club = club(shop, &[&malbec, &syrah]);
    let ada = shop.customer();
    let id = join(shop, &ada, &club, &six(&malbec), "tok_ok");
    shop.set_clock("2026-02-01T00:00:00Z");
    let mail = shop.last_mail_to(&ada.email, "subscription_items_changed").text("text");
    assert!(mail.contains("Malbec") && mail.contains("Syrah"), "{mail}");
    shop.set_clock("2026-02-06T00:00:00Z");
    let order = now(&ada).get("/v1/account/orders").send().expect(200).data()[1].clone();
    assert_eq!(order["amount"], "£64.95");
    shop.set(&json!({ "subscriptions": { "soldOut": "drop" } }));
    let left = |wine: &Value| {
        let path = format!("/admin/v1/products/{}", wine["id"].as_str().unwrap_or_default());
        shop.admin().get(&path).send().expect(200).data()["quantity"].clone()
    };
    assert_eq!((left(&malbec), left(&syrah)), (json!(0), json!(96)));
    shop.set_clock("2026-03-06T00:00:00Z");
    let expected = [on(&["2026-02-05"], "paid"), on(&["2026-03-05"], "skipped")].concat();
    assert_eq!(renewals(&ada, &id), expected);
    assert_eq!(taken(shop).len(), 2);
}

fn a_first_payment_that_waits_leaves_it_pending(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(100));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    let cart = joining(shop, &ada, &club, &six(&malbec));
    let begun = pay(&now(&ada), &cart, "tok_authentication_required").expect(201).data();
    let id = only(&now(&ada));
    let shown = seen(&ada, &id);
    assert_eq!((shown["status"].as_str(), &shown["renewalDate"]), (Some("pending"), &Value::Null));
    act(&ada, &id, "skip", &json!({})).expect_error(409, "invalid_transition");
    let page = begun["payment"]["redirectUrl"].as_str().expect("a page").to_owned();
    let page = &page[page.find("/sandbox/").expect("a path")..];
    shop.nobody().post(page).json(&json!({ "approve": true })).send().expect(200);
    now(&ada).get(&format!("/v1/carts/{cart}/checkout")).send().expect(200);
    let shown = seen(&ada, &id);
    assert_eq!(
        (shown["status"].as_str(), day(&shown["renewalDate"])),
        (Some("active"), "2026-02-05".to_owned())
    );
    shop.set_clock("2026-02-06T00:00:00Z");
    assert_eq!(taken(shop).len(), 2);
}

fn a_first_payment_that_fails_leaves_nothing(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(6));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    let cart = joining(shop, &ada, &club, &six(&malbec));
    pay(&now(&ada), &cart, "tok_declined").expect_error(402, "payment_declined");
    assert_eq!(now(&ada).get("/v1/account/subscriptions").send().expect(200).data(), json!([]));
    pay(&now(&ada), &cart, "tok_ok").expect(201);
    assert_eq!(seen(&ada, &only(&now(&ada)))["status"], "active");
}

fn a_term_ends(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1200, Some(100));
    let club = club_with(shop, &[&malbec], &json!({ "autoRenew": false, "termMonths": 3 }));
    let ada = shop.customer();
    let id = join(shop, &ada, &club, &six(&malbec), "tok_ok");
    assert_eq!(day(&seen(&ada, &id)["endDate"]), "2026-04-05");
    shop.set_clock("2026-04-06T00:00:00Z");
    shop.last_mail_to(&ada.email, "subscription_ended");
    shop.set_clock("2026-08-01T00:00:00Z");
    assert_eq!(renewals(&ada, &id), on(&["2026-02-05", "2026-03-05"], "paid"));
    assert_eq!(seen(&ada, &id)["status"], "expired");
    let shown = act(&ada, &id, "reactivate", &json!({})).expect(200).data();
    assert_eq!(
        (day(&shown["renewalDate"]), day(&shown["endDate"])),
        ("2026-08-05".to_owned(), "2026-10-05".to_owned())
    );
}

fn prices_change_with_notice(shop: &Shop<'_>) {
    let (ada, club, _, id) = member(shop, "tok_ok");
    let path = format!("/admin/v1/products/{}", club["id"].as_str().unwrap_or_default());
    shop.admin().patch(&path).json(&json!({ "price": 9000 })).send().expect(200);
    shop.set_clock("2026-02-06T00:00:00Z");
    assert_eq!(seen(&ada, &id)["price"], "£60.00");
    let change = |starts: &str| {
        let body = json!({ "packageId": club["id"], "price": 7000, "startsAt": starts });
        shop.admin().post("/admin/v1/subscription-price-changes").json(&body).send()
    };
    change("2026-03-01").expect_invalid(&["startsAt"]);
    change("2026-03-15").expect(201);
    shop.set_clock("2026-02-06T00:01:00Z");
    shop.last_mail_to(&ada.email, "subscription_price_change");
    shop.set_clock("2026-04-06T00:00:00Z");
    let orders = now(&ada).get("/v1/account/orders").send().expect(200).data();
    let amounts: Vec<&Value> =
        orders.as_array().expect("orders").iter().map(|order| &order["amount"]).collect();
    assert_eq!(amounts, ["£64.95", "£64.95", "£64.95", "£74.95"]);
}

fn somebody_elses_subscription_is_not_there(shop: &Shop<'_>) {
    let (_, _, malbec, id) = member(shop, "tok_ok");
    let bea = shop.customer();
    let path = format!("/v1/subscriptions/{id}");
    now(&bea).get(&path).send().expect(404);
    now(&bea).get(&format!("{path}/renewals")).send().expect(404);
    now(&bea).get(&format!("{path}/preview")).send().expect(404);
    now(&bea).patch(&path).json(&json!({ "billingInterval": 2 })).send().expect(404);
    let items = json!({ "items": [{ "productId": malbec["id"], "quantity": 6 }] });
    now(&bea).put(&format!("{path}/items")).json(&items).send().expect(404);
    for what in ["skip", "pause", "resume", "cancel", "reactivate", "renew"] {
        act(&bea, &id, what, &json!({})).expect(404);
    }
    shop.visitor().get(&path).send().expect(401);
}

fn a_subscriber_is_one_at_once(shop: &Shop<'_>) {
    let (ada, club, _, id) = member(shop, "tok_ok");
    let reserve =
        shop.add("products", &json!({ "name": "Reserve", "price": 5000, "availability": "subscribers" }));
    let package =
        format!("/v1/subscription-packages/{}?include=subscribers", club["id"].as_str().unwrap_or_default());
    let count = || shop.visitor().get(&package).send().expect(200).json()["subscribers"].clone();
    let needs = |who: &Client| {
        let id = cart(who);
        crate::carts::put(who, &id, &reserve, 1).expect(201);
        crate::carts::view(who, &id)["requirements"].to_string().contains("subscribers_only")
    };
    assert_eq!((count(), needs(&now(&ada))), (json!(1), false));
    act(&ada, &id, "pause", &json!({})).expect(200);
    assert_eq!((count(), needs(&now(&ada))), (json!(0), true));
    act(&ada, &id, "resume", &json!({})).expect(200);
    assert_eq!((count(), needs(&now(&ada))), (json!(1), false));
}
