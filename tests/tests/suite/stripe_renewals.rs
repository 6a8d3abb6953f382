//! Renewals that Stripe charges while nobody is there, against a stand-in that others made.

use marzipan_tests::stripe::StripeStandIn;
use marzipan_tests::{Client, Customer, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::wine;
use crate::stripe::{approve, by_stripe, intents};
use crate::subscriptions::{act, club, joining, now, only, renewals, seen, six};

on_both_engines!(
    a_kept_card_renews_while_nobody_is_there,
    a_refused_card_is_tried_again_and_another_pays,
    the_bank_asks_and_the_customer_answers,
);

const GOOD: &str = "4242424242424242";
/// It can be kept, and refuses every charge.
const REFUSED: &str = "4000000000000341";
/// Its bank asks at every charge.
const ASKED: &str = "4000002760003184";

/// A member who pays with a card that Stripe keeps; the customer, and the subscription's id.
fn member<'a, 's>(shop: &'a Shop<'s>, stand_in: &StripeStandIn) -> (Customer<'a, 's>, String) {
    let malbec = wine(shop, "Malbec", 1200, Some(1000));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    // The stand-in knows no card that is kept with its first payment.
    let good = json!({ "paymentMethodId": keep(&ada, stand_in, GOOD) });
    let cart = joining(shop, &ada, &club, &six(&malbec));
    ada.post(&format!("/v1/carts/{cart}/checkout")).json(&good).send().expect(201);
    let id = only(&ada);
    (ada, id)
}

/// The renewals that are paid, and what Stripe has taken.
fn paid(who: &Customer<'_, '_>, id: &str, stand_in: &StripeStandIn) -> (usize, usize) {
    let renewals = renewals(who, id).into_iter().filter(|(_, status)| status == "paid").count();
    let taken = intents(stand_in).into_iter().filter(|intent| intent["status"] == "succeeded").count();
    (renewals, taken)
}

/// Keeps a card for later, and gives its id.
fn keep(client: &Client, stand_in: &StripeStandIn, number: &str) -> Value {
    let card = json!({ "provider": "stripe", "token": stand_in.tokenise(number) });
    let kept = client.post("/v1/account/payment-methods").json(&card).send().expect(201).data();
    kept["paymentMethod"]["id"].clone()
}

/// Keeps the card whose bank asks; it agrees to that.
fn keep_asked(client: &Client, stand_in: &StripeStandIn) -> Value {
    assert_eq!(keep(client, stand_in, ASKED), Value::Null);
    let all = stand_in.client().get("/v1/setup_intents").send().expect(200).json();
    let all = all["data"].as_array().expect("a list").clone();
    let waits = all.iter().find(|intent| intent["status"] == "requires_action").expect("one waits");
    let path = format!("/v1/setup_intents/{}/confirm", waits["id"].as_str().expect("an id"));
    // The stand-in takes a second confirmation for the customer's word to their bank.
    stand_in.client().post(&path).json(&json!({})).send().expect(200);
    let kept = client.get("/v1/account/payment-methods").send().expect(200).data();
    let asked = kept.as_array().expect("cards").iter().find(|card| card["last4"] == "3184");
    asked.expect("it is kept")["id"].clone()
}

fn choose(who: &Customer<'_, '_>, id: &str, method: &Value) {
    let change = json!({ "paymentMethodId": method });
    now(who).patch(&format!("/v1/subscriptions/{id}")).json(&change).send().expect(200);
}

fn a_kept_card_renews_while_nobody_is_there(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let (ada, id) = member(shop, &stand_in);
    shop.set_clock("2026-04-06T00:00:00Z");
    assert_eq!(paid(&ada, &id, &stand_in), (3, 4));
    let all = intents(&stand_in);
    assert!(all.iter().all(|intent| intent["amount"] == 6495 && intent["currency"] == "gbp"), "{all:?}");
    // Each is the charge of one renewal, by its id.
    let page = now(&ada).get(&format!("/v1/subscriptions/{id}/renewals")).send().expect(200).data();
    for renewal in page.as_array().expect("renewals") {
        let is_its = |intent: &&Value| intent["metadata"]["marzipan_payment"] == renewal["id"];
        assert_eq!(all.iter().filter(is_its).count(), 1, "{renewal}");
    }
}

fn a_refused_card_is_tried_again_and_another_pays(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let (ada, id) = member(shop, &stand_in);
    let refused = keep(&ada, &stand_in, REFUSED);
    choose(&ada, &id, &refused);
    shop.set_clock("2026-02-05T12:00:00Z");
    let shown = seen(&ada, &id);
    assert_eq!(
        (&shown["status"], &shown["openRenewal"]["status"], &shown["openRenewal"]["attempts"]),
        (&json!("past_due"), &json!("failed"), &json!(1))
    );
    shop.last_mail_to(&ada.email, "subscription_payment_failed");
    shop.set_clock("2026-02-06T12:00:00Z");
    assert_eq!(seen(&ada, &id)["openRenewal"]["attempts"], 2);
    assert_eq!(paid(&ada, &id, &stand_in), (0, 1));

    let good = keep(&now(&ada), &stand_in, GOOD);
    choose(&ada, &id, &good);
    shop.set_clock("2026-02-06T12:00:01Z");
    assert_eq!((seen(&ada, &id)["status"].as_str(), paid(&ada, &id, &stand_in)), (Some("active"), (1, 2)));
    shop.set_clock("2026-03-05T12:00:00Z");
    assert_eq!(paid(&ada, &id, &stand_in), (2, 3));
}

fn the_bank_asks_and_the_customer_answers(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let (ada, id) = member(shop, &stand_in);
    let asked = keep_asked(&ada, &stand_in);
    choose(&ada, &id, &asked);
    shop.set_clock("2026-02-08T12:00:00Z");
    assert_eq!(seen(&ada, &id)["status"], "past_due");
    // It was asked once, nobody was there, and nothing of it is left open.
    let statuses: Vec<Value> = intents(&stand_in).iter().map(|intent| intent["status"].clone()).collect();
    assert_eq!(statuses.len(), 2);
    assert!(statuses.contains(&json!("canceled")), "{statuses:?}");
    let mail = shop.last_mail_to(&ada.email, "subscription_action_needed");
    assert!(mail.links().iter().any(|link| link.contains("/pay/mzr_")), "{}", mail.text("text"));
    // The stand-in knows no address to come back to, so that the customer pays in the shop's own pages.
    act(&ada, &id, "renew", &json!({})).expect(200);
    approve(&stand_in);
    shop.set_clock("2026-02-08T12:05:00Z");
    assert_eq!((seen(&ada, &id)["status"].as_str(), paid(&ada, &id, &stand_in)), (Some("active"), (1, 2)));
}
