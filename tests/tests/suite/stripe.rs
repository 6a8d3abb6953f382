//! Payments by Stripe, from a cart to a refund, against a stand-in that others made.

use marzipan_tests::receiver::Receiver;
use marzipan_tests::stripe::{SECRET_KEY, StripeStandIn, WEBHOOK_SECRET};
use marzipan_tests::{Answer, Client, Shop, eventually, on_both_engines};
use serde_json::{Value, json};

use crate::carts::{view, wine};
use crate::checkout::ready;

on_both_engines!(
    a_card_pays_and_is_refunded,
    a_refused_card_leaves_the_cart_open,
    the_bank_is_asked_and_the_webhook_completes,
    webhooks_twice_late_and_in_the_wrong_order_are_one_order,
    a_kept_card_pays_again,
);

/// A shop that takes its money by Stripe.
pub(crate) fn by_stripe(shop: &Shop<'_>) -> StripeStandIn {
    let stand_in = StripeStandIn::start();
    let account = json!({ "provider": "stripe", "secretKey": SECRET_KEY, "webhookSecret": WEBHOOK_SECRET,
        "publishableKey": "pk_test_1", "baseUrl": stand_in.url() });
    shop.admin().put("/admin/v1/payment-provider").json(&account).send().expect(200);
    stand_in
}

fn pay(client: &Client, cart: &str, token: &str) -> Answer {
    let body = json!({ "payment": { "provider": "stripe", "token": token } });
    client.post(&format!("/v1/carts/{cart}/checkout")).json(&body).send()
}

pub(crate) fn intents(stand_in: &StripeStandIn) -> Vec<Value> {
    let listed = stand_in.client().get("/v1/payment_intents?limit=100").send().expect(200).json();
    listed["data"].as_array().expect("a list").clone()
}

fn standing(client: &Client, cart: &str) -> Value {
    client.get(&format!("/v1/carts/{cart}/checkout")).send().expect(200).data()
}

fn a_card_pays_and_is_refunded(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(5));
    let cart = ready(shop, &visitor, &malbec, 1);
    let bought = pay(&visitor, &cart, &stand_in.tokenise("4242424242424242")).expect(201).data();
    assert_eq!(
        (&bought["payment"]["status"], &bought["payment"]["provider"], &bought["order"]["paymentStatus"]),
        (&json!("succeeded"), &json!("stripe"), &json!("paid"))
    );
    let charged = intents(&stand_in);
    assert_eq!(
        (charged.len(), &charged[0]["amount"], &charged[0]["currency"]),
        (1, &json!(1495), &json!("gbp"))
    );

    let path = format!("/admin/v1/orders/{}", bought["order"]["id"].as_str().expect("an id"));
    let refund = json!({ "amount": 495, "reason": "The box was late" });
    shop.admin().post(&format!("{path}/refund")).json(&refund).send().expect(200);
    let order = eventually("the refund is made", || {
        let order = shop.admin().get(&path).send().expect(200).data();
        (order["refunds"][0]["status"] == "succeeded").then_some(order)
    });
    assert_eq!(
        (&order["paymentStatus"], &order["refundedTotal"]["value"]),
        (&json!("partially_refunded"), &json!(495))
    );
    let refunds = stand_in.client().get("/v1/refunds").send().expect(200).json();
    assert_eq!(
        (refunds["data"].as_array().map(Vec::len), &refunds["data"][0]["amount"]),
        (Some(1), &json!(495))
    );
}

fn a_refused_card_leaves_the_cart_open(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(1));
    let cart = ready(shop, &visitor, &malbec, 1);
    pay(&visitor, &cart, &stand_in.tokenise("4000000000000341")).expect_error(402, "payment_declined");
    assert_eq!(view(&visitor, &cart)["status"], "open");
    let bought = pay(&visitor, &cart, &stand_in.tokenise("4242424242424242")).expect(201).data();
    assert_eq!(bought["order"]["paymentStatus"], "paid");
}

/// Begins a payment that the bank has to be asked for.
fn asked(stand_in: &StripeStandIn, client: &Client, cart: &str) -> Value {
    let begun = pay(client, cart, &stand_in.tokenise("4000002500003155")).expect(201).data();
    assert_eq!(begun["payment"]["status"], "requires_action");
    begun
}

/// The shopper says yes to their bank, for the one payment that waits for it.
pub(crate) fn approve(stand_in: &StripeStandIn) {
    let all = intents(stand_in);
    let waits = all.iter().find(|intent| intent["status"] == "requires_action").expect("one waits");
    let intent = waits["id"].as_str().expect("an id");
    let approval = json!({ "client_secret": waits["client_secret"], "success": true });
    let path = format!("/v1/payment_intents/{intent}/_authenticate");
    stand_in.client().post(&path).json(&approval).send().expect(200);
}

fn the_bank_is_asked_and_the_webhook_completes(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let hooks = format!("http://{}/webhooks/payments/stripe/{}", shop.server().address(), shop.tenant_id);
    stand_in.tells("shop", &hooks, &["payment_intent.succeeded", "payment_intent.payment_failed"]);
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(1));
    let cart = ready(shop, &visitor, &malbec, 1);
    let begun = asked(&stand_in, &visitor, &cart);
    approve(&stand_in);
    // The shopper's browser never comes back.
    let path = format!("/admin/v1/orders/{}", begun["order"]["id"].as_str().expect("an id"));
    let order = eventually("the webhook completes it", || {
        let order = shop.admin().get(&path).send().expect(200).data();
        (order["paymentStatus"] == "paid").then_some(order)
    });
    assert_eq!(order["status"], "processing");
    assert_eq!(view(&visitor, &cart)["status"], "completed");
}

fn webhooks_twice_late_and_in_the_wrong_order_are_one_order(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let tap = Receiver::start();
    stand_in.tells("tap", &tap.url("/tap"), &["payment_intent.payment_failed", "payment_intent.succeeded"]);
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(3));
    let cart = ready(shop, &visitor, &malbec, 1);
    pay(&visitor, &cart, &stand_in.tokenise("4000000000000341")).expect_error(402, "payment_declined");
    let begun = asked(&stand_in, &visitor, &cart);
    approve(&stand_in);
    let heard = tap.wait_for("/tap", 2);
    let path = format!("/webhooks/payments/stripe/{}", shop.tenant_id);
    let tell = |at: usize, signature: &str| {
        shop.nobody()
            .post(&path)
            .body("application/json", heard[at].body.as_bytes())
            .header("Stripe-Signature", signature)
            .send()
    };
    let signature = |at: usize| heard[at].headers["stripe-signature"].as_str();
    tell(1, signature(0)).expect_error(400, "bad_signature");
    // The last first, each of them three times, and some at the same moment.
    std::thread::scope(|scope| {
        for at in [1, 0, 1, 1, 0, 0] {
            let (tell, signature) = (&tell, &signature);
            scope.spawn(move || tell(at, signature(at)).expect(200));
        }
    });
    let stands = standing(&visitor, &cart);
    assert_eq!(
        (&stands["order"]["id"], &stands["order"]["paymentStatus"]),
        (&begun["order"]["id"], &json!("paid"))
    );
    let paid = shop.admin().get("/admin/v1/orders?paymentStatus=paid").send().expect(200).json();
    assert_eq!(paid["meta"]["total"], 1);
    let mails = shop.mails().into_iter().filter(|mail| mail.text("template") == "order_received").count();
    assert_eq!((mails, intents(&stand_in).len()), (1, 2));
}

fn a_kept_card_pays_again(shop: &Shop<'_>) {
    let stand_in = by_stripe(shop);
    let customer = shop.customer();
    let token = json!({ "provider": "stripe", "token": stand_in.tokenise("4242424242424242") });
    let kept = customer.post("/v1/account/payment-methods").json(&token).send().expect(201).data();
    let method = &kept["paymentMethod"];
    assert_eq!((&method["last4"], &method["provider"]), (&json!("4242"), &json!("stripe")));
    let malbec = wine(shop, "Malbec", 1000, Some(5));
    for _ in 0..2 {
        let cart = ready(shop, &customer, &malbec, 1);
        let body = json!({ "paymentMethodId": method["id"] });
        let bought =
            customer.post(&format!("/v1/carts/{cart}/checkout")).json(&body).send().expect(201).data();
        assert_eq!(bought["order"]["paymentStatus"], "paid");
    }
    assert_eq!(intents(&stand_in).len(), 2);
}
