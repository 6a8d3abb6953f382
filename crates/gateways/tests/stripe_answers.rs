//! What Stripe answers that localstripe does not: recorded shapes, served one after the other, and what was asked for them.

#[path = "stripe/script.rs"]
mod script;

use std::net::{Ipv4Addr, TcpListener};

use domain::ids::{CustomerId, PaymentId, RefundId, TenantId};
use domain::money::Money;
use domain::tenants::Currency;
use gateways::payments::{
    Charge, DeclineKind, Payment, PaymentError, PaymentProvider as _, PaymentRef, PaymentStatus, RefundOrder,
    STRIPE_VERSION, SetUp, Source, Stripe, StripeAccount, StripeClient,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use script::{Answer, SECRET_KEY, Script, ok, stripe_at};

const SHOP: TenantId = TenantId::new(Uuid::from_u128(1));
const TOKEN: &str = "tok_1Nv0FG2eZvKYlo2C";

fn charge(source: Source) -> Charge {
    Charge {
        tenant: SHOP,
        key: key(),
        amount: Money::new(2500, Currency::parse("GBP").expect("a currency")),
        source,
        keep_for: None,
        off_session: false,
        capture: true,
        reference: "1010744".to_owned(),
        return_url: Some("https://front.example/done".parse().expect("a URL")),
    }
}

fn key() -> PaymentId {
    PaymentId::new(Uuid::from_u128(9))
}

fn token() -> Source {
    Source::Token(SecretString::from(TOKEN))
}

fn asked_for(reference: Option<&str>) -> PaymentRef {
    PaymentRef { tenant: SHOP, key: key(), reference: reference.map(str::to_owned) }
}

/// A payment intent of ours with this and that in it.
fn intent(status: &str, more: &Value) -> Value {
    let mut intent = json!({
        "id": "pi_3MtwBw", "object": "payment_intent", "amount": 2500, "currency": "gbp", "status": status,
        "client_secret": "pi_3MtwBw_secret_YrKJUKrib", "customer": null, "next_action": null, "payment_method": null,
        "last_payment_error": null, "latest_charge": "ch_3MtwBw", "livemode": true,
        "metadata": {"marzipan_shop": SHOP.to_string(), "marzipan_payment": key().to_string()},
    });
    for (name, value) in more.as_object().expect("an object") {
        intent[name] = value.clone();
    }
    intent
}

fn error(body: Value) -> String {
    json!({ "error": body }).to_string()
}

/// What a charge comes to when this is answered.
async fn charged(answer: Answer) -> Result<Payment, PaymentError> {
    let script = Script::of(vec![answer]);
    let payment = script.stripe().charge(&charge(token())).await;
    script.asked();
    payment
}

#[tokio::test]
async fn a_charge_is_asked_for_by_name_and_version_once_for_its_key() {
    let script = Script::of(vec![ok(intent("processing", &json!({})))]);
    let payment = script.stripe().charge(&charge(token())).await.expect("an answer");
    assert_eq!((payment.status, payment.method), (PaymentStatus::Processing, None));
    let asked = script.asked().remove(0);
    assert_eq!(asked.line, "POST /v1/payment_intents HTTP/1.1");
    assert_eq!(asked.headers["stripe-version"], STRIPE_VERSION);
    assert_eq!(asked.headers["authorization"], format!("Bearer {SECRET_KEY}"));
    assert_eq!(asked.headers["idempotency-key"], format!("charge-{}", key()));
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    for (name, value) in [
        ("amount", "2500"),
        ("currency", "gbp"),
        ("confirm", "true"),
        ("payment_method_data[type]", "card"),
        ("payment_method_data[card][token]", TOKEN),
        ("payment_method_types[]", "card"),
        ("return_url", "https://front.example/done"),
        ("metadata[marzipan_shop]", "00000000-0000-0000-0000-000000000001"),
        ("metadata[marzipan_payment]", "00000000-0000-0000-0000-000000000009"),
        ("metadata[marzipan_order]", "1010744"),
        ("off_session", ""),
        ("capture_method", ""),
        ("customer", ""),
    ] {
        assert_eq!(asked.has(name), value, "{name}");
    }
}

#[tokio::test]
async fn each_way_of_paying_has_its_fields() {
    let saved = Source::Saved { customer: "cus_1".to_owned(), method: "pm_1".to_owned() };
    for (charge, fields) in [
        (
            Charge { off_session: true, ..charge(saved) },
            vec![
                ("customer", "cus_1"),
                ("payment_method", "pm_1"),
                ("confirm", "true"),
                ("off_session", "true"),
                ("setup_future_usage", ""),
                ("return_url", ""),
            ],
        ),
        (
            Charge {
                keep_for: Some("cus_2".to_owned()),
                capture: false,
                ..charge(Source::Token(SecretString::from("pm_2")))
            },
            vec![
                ("customer", "cus_2"),
                ("payment_method", "pm_2"),
                ("payment_method_data[type]", ""),
                ("setup_future_usage", "off_session"),
                ("capture_method", "manual"),
            ],
        ),
        (
            charge(Source::Client),
            vec![
                ("automatic_payment_methods[enabled]", "true"),
                ("metadata[marzipan_by_client]", "1"),
                ("confirm", ""),
                ("payment_method_types[]", ""),
                ("return_url", ""),
            ],
        ),
    ] {
        let script = Script::of(vec![ok(intent("processing", &json!({})))]);
        script.stripe().charge(&charge).await.expect("an answer");
        let asked = script.asked().remove(0);
        for (name, value) in fields {
            assert_eq!(asked.has(name), value, "{name}");
        }
    }
}

#[tokio::test]
async fn the_shopper_is_sent_to_the_bank() {
    let action = json!({"next_action": {"type": "redirect_to_url", "redirect_to_url":
        {"return_url": "https://front.example/done", "url": "https://hooks.stripe.example/3d_secure_2/1"}}});
    let payment = charged(ok(intent("requires_action", &action))).await.expect("an answer");
    let expected = PaymentStatus::RequiresAction {
        client_secret: "pi_3MtwBw_secret_YrKJUKrib".to_owned(),
        redirect_url: Some("https://hooks.stripe.example/3d_secure_2/1".to_owned()),
    };
    assert_eq!((payment.reference.as_str(), &payment.status), ("pi_3MtwBw", &expected));
    // The library's own way has no page.
    let action = json!({"next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {"source": "src_1"}}});
    let payment = charged(ok(intent("requires_action", &action))).await.expect("an answer");
    assert!(matches!(payment.status, PaymentStatus::RequiresAction { redirect_url: None, .. }));
}

#[tokio::test]
async fn a_refused_card_says_why() {
    for (code, decline_code, kind) in [
        ("card_declined", Some("insufficient_funds"), DeclineKind::Retry),
        ("card_declined", Some("generic_decline"), DeclineKind::Retry),
        ("card_declined", Some("lost_card"), DeclineKind::NewCard),
        ("expired_card", None, DeclineKind::NewCard),
        ("authentication_required", Some("authentication_required"), DeclineKind::Authentication),
    ] {
        let stays = intent("requires_payment_method", &json!({}));
        let body = error(json!({"type": "card_error", "code": code, "decline_code": decline_code,
            "message": "Your card was declined.", "charge": "ch_1", "payment_intent": stays,
            "payment_method": {"id": "pm_1", "object": "payment_method"}}));
        let payment = charged(Answer::Status(402, body)).await.expect("an answer");
        let PaymentStatus::Declined(decline) = payment.status else { panic!("{:?}", payment.status) };
        assert_eq!((decline.kind, decline.code.as_str()), (kind, decline_code.unwrap_or(code)));
        assert_eq!(decline.message, "Your card was declined.");
        assert_eq!(payment.reference, "pi_3MtwBw");
    }
    // Refused before there was a payment: its name is ours, and leads nowhere.
    let body = error(json!({"type": "card_error", "code": "incorrect_number", "message": "It is wrong."}));
    let payment = charged(Answer::Status(402, body)).await.expect("an answer");
    assert_eq!(payment.reference, key().to_string());
}

#[tokio::test]
async fn what_went_wrong_is_told_by_what_it_leaves_open() {
    let refused =
        |kind: &str, message: String| error(json!({"type": kind, "code": "odd", "message": message}));
    let unknown = [
        Answer::Cut,
        Answer::Status(200, r#"{"id": "pi_3Mtw"#.to_owned()),
        Answer::Status(200, json!({"id": "pi_3MtwBw"}).to_string()),
        Answer::Status(200, intent("requires_luck", &json!({})).to_string()),
        Answer::Status(
            200,
            format!(r#"{{"id":"pi_3MtwBw","status":"succeeded","more":"{}"}}"#, "a".repeat(5_000_000)),
        ),
        Answer::Status(302, String::new()),
        Answer::Status(400, "<html>".to_owned()),
        Answer::Status(409, refused("idempotency_error", String::new())),
        Answer::Status(500, error(json!({"type": "api_error"}))),
        Answer::Status(503, "away".to_owned()),
    ];
    for (index, answer) in unknown.into_iter().enumerate() {
        let payment = charged(answer).await;
        assert!(matches!(payment, Err(PaymentError::Unknown(_))), "{index}: {payment:?}");
    }
    let too_often = charged(Answer::Status(429, refused("rate_limit_error", String::new()))).await;
    assert!(matches!(too_often, Err(PaymentError::NotDone(_))), "{too_often:?}");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let nobody = listener.local_addr().expect("an address");
    drop(listener);
    let away = stripe_at(nobody).charge(&charge(token())).await;
    assert!(matches!(away, Err(PaymentError::NotDone(_))), "{away:?}");

    for (status, kind, message) in [
        (400, "invalid_request_error", format!("No such token: '{TOKEN}'")),
        (401, "invalid_request_error", format!("Invalid API Key provided: {SECRET_KEY}")),
        (403, "invalid_request_error", "The key has not the permission.".to_owned()),
        (400, "idempotency_error", "Keys can only be used with the same parameters.".to_owned()),
    ] {
        let payment = charged(Answer::Status(status, refused(kind, message))).await;
        let Err(PaymentError::Refused(reason)) = payment else { panic!("{payment:?}") };
        assert!(reason.starts_with(&format!("{kind} odd")), "{reason}");
        assert!(!reason.contains(TOKEN) && !reason.contains("4eC39HqLyjWDarjtT1zdp7dc"), "{reason}");
    }
}

#[tokio::test]
async fn nothing_that_is_printed_has_a_key_in_it() {
    let script = Script::of(vec![Answer::Cut]);
    let stripe = script.stripe();
    let failed = stripe.charge(&charge(token())).await.expect_err("is cut");
    script.asked();
    let shown = format!("{stripe:?} {stripe:#?} {failed:?} {failed}");
    for secret in [SECRET_KEY, "whsec_5f2d8c1b", TOKEN] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("StripeAccount"), "{shown}");
    // A key that is no header is not told either.
    let account = StripeAccount {
        base_url: "https://api.stripe.example".parse().expect("a URL"),
        secret_key: SecretString::from("sk_live_with\nlines"),
        webhook_secret: SecretString::from(""),
        publishable_key: String::new(),
    };
    let odd = Stripe::new(account, StripeClient::new().expect("a client"));
    let failed = odd.charge(&charge(token())).await.expect_err("can not be sent");
    assert!(matches!(&failed, PaymentError::NotDone(reason) if !reason.contains("with")), "{failed}");
}

#[tokio::test]
async fn an_answer_of_before_is_looked_up_anew() {
    let before = intent("requires_action", &json!({})).to_string();
    let card = json!({"id": "pm_1", "customer": null,
        "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034}});
    let script =
        Script::of(vec![Answer::Replayed(before), ok(intent("succeeded", &json!({"payment_method": card})))]);
    let payment = script.stripe().charge(&charge(token())).await.expect("an answer");
    assert_eq!(payment.status, PaymentStatus::Succeeded);
    assert_eq!(
        payment.method.map(|card| (card.customer, card.last4)),
        Some((String::new(), "4242".to_owned()))
    );
    let asked = script.asked();
    assert_eq!(asked[1].line, "GET /v1/payment_intents/pi_3MtwBw?expand%5B%5D=payment_method HTTP/1.1");
}

#[tokio::test]
async fn a_lost_payment_is_looked_for_where_it_may_be() {
    let page =
        |data: Value, has_more: bool| ok(json!({"object": "list", "data": data, "has_more": has_more}));
    let other = json!({"id": "pi_other", "status": "succeeded", "metadata": {}});
    let ours = intent("succeeded", &json!({}));
    // On the second page of the newest.
    let script = Script::of(vec![page(json!([other]), true), page(json!([other, ours]), true)]);
    let found = script.stripe().look_up(&asked_for(None)).await.expect("an answer").expect("a payment");
    assert_eq!((found.reference.as_str(), found.status), ("pi_3MtwBw", PaymentStatus::Succeeded));
    let asked = script.asked();
    assert_eq!((asked[0].has("limit"), asked[1].has("starting_after")), ("100", "pi_other"));

    // Older than these, so in the index.
    let script = Script::of(vec![page(json!([]), false), page(json!([ours]), false)]);
    assert!(script.stripe().look_up(&asked_for(None)).await.is_ok_and(|found| found.is_some()));
    let asked = script.asked();
    assert!(asked[1].line.starts_with("GET /v1/payment_intents/search?"), "{}", asked[1].line);
    assert!(asked[1].has("query").contains(&format!("metadata['marzipan_payment']:'{}'", key())));
}

#[tokio::test]
async fn only_a_key_that_is_used_up_is_never_heard_of() {
    let nothing = || ok(json!({"object": "list", "data": [], "has_more": false}));
    let empty = json!({"id": "pi_empty", "status": "requires_payment_method", "metadata": {}});
    let no_index =
        Answer::Status(400, error(json!({"type": "invalid_request_error", "message": "Not here."})));
    let script = Script::of(vec![nothing(), no_index, ok(empty.clone()), ok(empty)]);
    assert_eq!(script.stripe().look_up(&asked_for(None)).await, Ok(None));
    let asked = script.asked();
    assert_eq!(asked[2].headers["idempotency-key"], format!("charge-{}", key()), "the key of the charge");
    assert_eq!((asked[2].has("confirm"), asked[2].has("metadata[marzipan_payment]")), ("", ""));
    assert_eq!(asked[3].line, "POST /v1/payment_intents/pi_empty/cancel HTTP/1.1");

    // Stripe knows the key: the payment is somewhere.
    let heard = error(json!({"type": "idempotency_error", "message": "Keys can only be used once."}));
    let script = Script::of(vec![nothing(), nothing(), Answer::Status(400, heard)]);
    assert!(matches!(script.stripe().look_up(&asked_for(None)).await, Err(PaymentError::Unknown(_))));
    script.asked();
    // It is under way.
    let script = Script::of(vec![nothing(), nothing(), Answer::Status(409, error(json!({})))]);
    assert!(matches!(script.stripe().look_up(&asked_for(None)).await, Err(PaymentError::Unknown(_))));
    script.asked();
    // A list that can not be had says nothing.
    let script = Script::of(vec![Answer::Status(500, String::new())]);
    assert!(matches!(script.stripe().look_up(&asked_for(None)).await, Err(PaymentError::Unknown(_))));
    script.asked();
}

#[tokio::test]
async fn a_refund_that_was_made_is_not_made_again() {
    let order = RefundOrder {
        tenant: SHOP,
        key: RefundId::new(Uuid::from_u128(5)),
        payment: "pi_3MtwBw".to_owned(),
        amount: Money::new(500, Currency::parse("ISK").expect("a currency")),
    };
    let refund = |status: &str| json!({"id": "re_1", "status": status, "metadata": {"marzipan_refund": order.key.to_string()}});
    let list = |data: Value| ok(json!({"object": "list", "data": data, "has_more": false}));
    let script = Script::of(vec![list(json!([refund("succeeded")]))]);
    assert_eq!(
        script.stripe().refund(&order).await.map(|refunded| refunded.reference),
        Ok("re_1".to_owned())
    );
    script.asked();

    let script = Script::of(vec![list(json!([])), ok(refund("pending"))]);
    script.stripe().refund(&order).await.expect("an answer");
    let asked = script.asked();
    assert_eq!(asked[1].headers["idempotency-key"], format!("refund-{}", order.key));
    // Stripe counts krónur in hundredths.
    assert_eq!((asked[1].has("amount"), asked[1].has("payment_intent")), ("50000", "pi_3MtwBw"));

    // Where nobody can look, nothing is done; where the bank sent it back, it is refused.
    let script = Script::of(vec![Answer::Status(500, String::new())]);
    assert!(matches!(script.stripe().refund(&order).await, Err(PaymentError::NotDone(_))));
    script.asked();
    let script = Script::of(vec![list(json!([refund("failed")]))]);
    assert!(matches!(script.stripe().look_up_refund(&order).await, Err(PaymentError::Refused(_))));
    script.asked();
}

#[tokio::test]
async fn a_customer_is_made_once() {
    let customer = CustomerId::new(Uuid::from_u128(7));
    let list = |data: Value| ok(json!({"object": "search_result", "data": data, "has_more": false}));
    let script = Script::of(vec![list(json!([{"id": "cus_known"}]))]);
    assert_eq!(script.stripe().customer(SHOP, customer).await, Ok("cus_known".to_owned()));
    assert!(script.asked()[0].line.starts_with("GET /v1/customers/search?"));
    let script = Script::of(vec![list(json!([])), ok(json!({"id": "cus_new"}))]);
    assert_eq!(script.stripe().customer(SHOP, customer).await, Ok("cus_new".to_owned()));
    let asked = script.asked();
    assert_eq!(asked[1].headers["idempotency-key"], format!("customer-{SHOP}-{customer}"));
    assert_eq!(asked[1].has("metadata[marzipan_customer]"), customer.to_string());
}

#[tokio::test]
async fn a_set_up_may_be_refused_or_ask() {
    let set_up = SetUp {
        tenant: SHOP,
        customer: CustomerId::new(Uuid::from_u128(7)),
        provider_customer: Some("cus_1".to_owned()),
        key: "a".to_owned(),
        token: Some(SecretString::from(TOKEN)),
        return_url: Some("https://front.example/card".parse().expect("a URL")),
    };
    let made = |status: &str| {
        json!({"id": "seti_1", "status": status, "client_secret": "seti_1_secret_1", "customer": "cus_1",
            "metadata": {"marzipan_shop": SHOP.to_string()}, "next_action": {"type": "redirect_to_url",
            "redirect_to_url": {"url": "https://hooks.stripe.example/1"}}})
    };
    let script = Script::of(vec![ok(made("requires_payment_method")), ok(made("requires_action"))]);
    let begun = script.stripe().set_up(&set_up).await.expect("an answer");
    assert!(
        matches!(&begun.status, PaymentStatus::RequiresAction { redirect_url: Some(_), .. }),
        "{begun:?}"
    );
    assert_eq!((begun.reference.as_str(), begun.customer.as_str()), ("seti_1", "cus_1"));
    let asked = script.asked();
    assert_eq!(asked[1].line, "POST /v1/setup_intents/seti_1/confirm HTTP/1.1");
    assert_eq!(asked[1].headers["idempotency-key"], "confirm-set-up-a");
    assert_eq!(asked[1].has("return_url"), "https://front.example/card");
    assert_eq!(asked[1].has("payment_method_data[card][token]"), TOKEN);

    let refused = error(json!({"type": "card_error", "code": "card_declined", "decline_code": "stolen_card",
        "message": "Your card was declined.", "setup_intent": made("requires_payment_method")}));
    let script = Script::of(vec![ok(made("requires_payment_method")), Answer::Status(402, refused)]);
    let begun = script.stripe().set_up(&set_up).await.expect("an answer");
    assert!(
        matches!(&begun.status, PaymentStatus::Declined(decline) if decline.kind == DeclineKind::NewCard)
    );
    script.asked();
}
