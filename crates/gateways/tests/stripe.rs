//! Stripe, tried against localstripe, which others made. What that lacks is tried in `stripe_answers.rs`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use domain::ids::{CustomerId, PaymentId, RefundId, TenantId};
use domain::money::Money;
use domain::tenants::Currency;
use domain::time::Timestamp;
use gateways::payments::{
    Charge, EventSubject, KeptMethod, PaymentError, PaymentProvider as _, PaymentRef, PaymentStatus,
    RefundOrder, SetUp, Source, Stripe, StripeAccount, StripeClient,
};
use marzipan_tests::stripe::{SECRET_KEY, StripeStandIn, WEBHOOK_SECRET};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

const SHOP: TenantId = TenantId::new(Uuid::from_u128(1));
/// Our side of it.
fn stripe(stand_in: &StripeStandIn) -> Stripe {
    let account = StripeAccount {
        base_url: stand_in.url().parse().expect("a URL"),
        secret_key: SecretString::from(SECRET_KEY),
        webhook_secret: SecretString::from(WEBHOOK_SECRET),
        publishable_key: "pk_test_TYooMQauvdEDq54NiTphI7jx".to_owned(),
    };
    Stripe::new(account, StripeClient::new().expect("a client"))
}

fn card(stand_in: &StripeStandIn, number: &str) -> Source {
    Source::Token(SecretString::from(stand_in.tokenise(number)))
}

fn gbp(minor: i64) -> Money {
    Money::new(minor, Currency::parse("GBP").expect("a currency"))
}

fn charge(key: u128, source: Source) -> Charge {
    Charge {
        tenant: SHOP,
        key: PaymentId::new(Uuid::from_u128(key)),
        amount: gbp(2500),
        source,
        keep_for: None,
        off_session: false,
        capture: true,
        reference: "1010744".to_owned(),
        return_url: None,
    }
}

fn asked(key: u128, reference: Option<&str>) -> PaymentRef {
    let key = PaymentId::new(Uuid::from_u128(key));
    PaymentRef { tenant: SHOP, key, reference: reference.map(str::to_owned) }
}

async fn keep(stand_in: &StripeStandIn, number: &str) -> Result<KeptMethod, PaymentStatus> {
    let token = SecretString::from(stand_in.tokenise(number));
    let set_up = SetUp {
        tenant: SHOP,
        customer: CustomerId::new(Uuid::from_u128(7)),
        provider_customer: None,
        key: number.to_owned(),
        token: Some(token),
        return_url: None,
    };
    let begun = stripe(stand_in).set_up(&set_up).await.expect("an answer");
    assert!(begun.reference.starts_with("seti_") && begun.customer.starts_with("cus_"), "{begun:?}");
    begun.method.ok_or(begun.status)
}

#[tokio::test]
async fn a_card_pays_and_the_money_comes_back() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    let paid = stripe.charge(&charge(1, card(&stand_in, "4242424242424242"))).await.expect("an answer");
    assert_eq!(paid.status, PaymentStatus::Succeeded);
    let card = paid.method.clone().expect("a card");
    assert_eq!((card.customer.as_str(), card.brand.as_str(), card.last4.as_str()), ("", "visa", "4242"));
    assert_eq!((card.expiry_month, card.expiry_year), (11, 2031));
    // By its name, and by our key where that was lost.
    for asked in [asked(1, Some(&paid.reference)), asked(1, None)] {
        assert_eq!(stripe.look_up(&asked).await, Ok(Some(paid.clone())));
    }
    assert!(matches!(stripe.look_up(&asked(2, Some(&paid.reference))).await, Err(PaymentError::Refused(_))));
    assert!(matches!(stripe.look_up(&asked(1, Some("pi_unheard"))).await, Err(PaymentError::Refused(_))));
    assert!(matches!(stripe.cancel(&asked(1, None)).await, Err(PaymentError::Refused(_))));
    // To take what is taken changes nothing.
    assert_eq!(stripe.capture(&asked(1, None)).await.expect("an answer").status, PaymentStatus::Succeeded);

    let refund = |key, amount| RefundOrder {
        tenant: SHOP,
        key: RefundId::new(Uuid::from_u128(key)),
        payment: paid.reference.clone(),
        amount: gbp(amount),
    };
    let part = refund(10, 500);
    assert_eq!(stripe.look_up_refund(&part).await, Ok(None));
    let given = stripe.refund(&part).await.expect("an answer");
    // The stand-in keeps no keys: it is our own look that finds the first one.
    assert_eq!(stripe.refund(&part).await.as_ref(), Ok(&given));
    assert_eq!(stripe.look_up_refund(&part).await, Ok(Some(given.clone())));
    assert_ne!(stripe.refund(&refund(11, 500)).await.expect("an answer"), given);
}

#[tokio::test]
async fn a_refused_card_is_a_refusal_and_no_error() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    let refused = stripe.charge(&charge(1, card(&stand_in, "4000000000000341"))).await.expect("an answer");
    let PaymentStatus::Declined(decline) = &refused.status else { panic!("{refused:?}") };
    assert_eq!(
        (decline.code.as_str(), decline.message.as_str()),
        ("card_declined", "Your card was declined.")
    );
    let found = stripe.look_up(&asked(1, None)).await.expect("an answer").expect("a payment");
    assert_eq!(found.status, refused.status);
    let no_such = Source::Token(SecretString::from("pm_1NoSuchThing"));
    let error = stripe.charge(&charge(2, no_such)).await.expect_err("there is none");
    assert!(matches!(&error, PaymentError::Refused(reason) if !reason.contains("NoSuchThing")), "{error}");
}

#[tokio::test]
async fn money_is_held_and_taken_or_let_go() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    for (key, takes) in [(1, true), (2, false)] {
        let to_hold = Charge { capture: false, ..charge(key, card(&stand_in, "4242424242424242")) };
        let held = stripe.charge(&to_hold).await.expect("an answer");
        assert_eq!(held.status, PaymentStatus::Authorised);
        let asked = asked(key, Some(&held.reference));
        let after = if takes { stripe.capture(&asked).await } else { stripe.cancel(&asked).await };
        let expected = if takes { PaymentStatus::Succeeded } else { PaymentStatus::Cancelled };
        assert_eq!(after.expect("an answer").status, expected);
        if !takes {
            assert_eq!(stripe.cancel(&asked).await.expect("cancelling twice").status, expected);
        }
    }
}

#[tokio::test]
async fn the_bank_asks_and_the_shopper_finishes() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    let begun = stripe.charge(&charge(1, card(&stand_in, "4000002500003155"))).await.expect("an answer");
    let PaymentStatus::RequiresAction { client_secret, .. } = &begun.status else { panic!("{begun:?}") };
    assert!(!format!("{begun:?}").contains(client_secret.as_str()));
    let path = format!("/v1/payment_intents/{}/_authenticate", begun.reference);
    let approval = json!({"client_secret": client_secret, "success": true});
    stand_in.client().post(&path).json(&approval).send().expect(200);
    let payment =
        stripe.look_up(&asked(1, Some(&begun.reference))).await.expect("an answer").expect("a payment");
    assert_eq!(payment.status, PaymentStatus::Succeeded);
}

#[tokio::test]
async fn a_kept_card_is_charged_while_nobody_is_there() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    let refused = keep(&stand_in, "4000000000000002").await.expect_err("is refused");
    assert!(matches!(refused, PaymentStatus::Declined(_)), "{refused:?}");
    for (key, number, is_paid) in [(1, "4242424242424242", true), (2, "4000000000000341", false)] {
        let card = keep(&stand_in, number).await.expect("a card");
        assert!(card.customer.starts_with("cus_"), "{card:?}");
        let source = Source::Saved { customer: card.customer.clone(), method: card.reference.clone() };
        let renewal = Charge { off_session: true, ..charge(key, source) };
        let payment = stripe.charge(&renewal).await.expect("an answer");
        if is_paid {
            assert_eq!((payment.status, payment.method.as_ref()), (PaymentStatus::Succeeded, Some(&card)));
        } else {
            assert!(matches!(payment.status, PaymentStatus::Declined(_)), "{payment:?}");
        }
        stripe.forget(SHOP, &card.reference).await.expect("is forgotten");
        stripe.forget(SHOP, &card.reference).await.expect("forgetting twice is forgetting");
    }
    stripe.forget(SHOP, "pm_unheard").await.expect("there is nothing to forget");
}

#[tokio::test]
async fn another_shops_set_up_is_none() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    let set_up = SetUp {
        tenant: SHOP,
        customer: CustomerId::new(Uuid::from_u128(7)),
        provider_customer: None,
        key: "a".to_owned(),
        token: None,
        return_url: None,
    };
    let begun = stripe.set_up(&set_up).await.expect("an answer");
    assert!(matches!(begun.status, PaymentStatus::RequiresAction { .. }), "{begun:?}");
    assert_eq!(stripe.set_up_outcome(SHOP, &begun.reference).await, Ok(begun.clone()));
    let other = TenantId::new(Uuid::from_u128(2));
    assert!(matches!(stripe.set_up_outcome(other, &begun.reference).await, Err(PaymentError::Refused(_))));
}

#[tokio::test]
async fn what_was_never_heard_of_can_not_come_any_more() {
    let stand_in = StripeStandIn::start();
    let stripe = stripe(&stand_in);
    assert_eq!(stripe.look_up(&asked(1, None)).await, Ok(None));
    let gone = stripe.cancel(&asked(2, None)).await.expect("an answer");
    assert_eq!(gone.status, PaymentStatus::Cancelled);
    let listed = stand_in.client().get("/v1/payment_intents?limit=100").send().json();
    let intents = listed["data"].as_array().expect("a list").clone();
    // What used the keys up is let go, and is nobody's payment.
    assert_eq!(intents.len(), 2);
    assert!(intents.iter().all(|intent| intent["status"] == "canceled"), "{listed}");
    assert!(intents.iter().all(|intent| intent["metadata"]["marzipan_payment"].is_null()), "{listed}");
}

#[tokio::test]
async fn a_webhook_of_theirs_is_read() {
    let stand_in = StripeStandIn::start();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    stand_in.tells("shop", &url, &["payment_intent.succeeded"]);
    let heard = std::thread::spawn(move || take(&listener));
    let stripe = stripe(&stand_in);
    let paid = stripe.charge(&charge(1, card(&stand_in, "4242424242424242"))).await.expect("an answer");
    let (signature, body) = heard.join().expect("a webhook comes");

    let seconds = signature.split_once("t=").and_then(|(_, rest)| rest.split_once(',')).expect("a time").0;
    let at = Timestamp::from_micros(seconds.parse::<i64>().expect("seconds") * 1_000_000);
    let event = stripe.read_webhook(&signature, &body, at).expect("it is theirs");
    assert_eq!(event.subject, EventSubject::Payment(asked(1, Some(&paid.reference))));
    let late = at.plus(Duration::from_mins(6));
    assert!(stripe.read_webhook(&signature, &body, late).is_err());
    assert!(stripe.read_webhook(&signature, &body[1..], at).is_err());
}

/// Takes one webhook: its signature and its body.
fn take(listener: &TcpListener) -> (String, Vec<u8>) {
    let (mut stream, _) = listener.accept().expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let mut request = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).expect("a request");
        assert_ne!(count, 0, "the request ends early");
        request.extend_from_slice(&part[..count]);
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let field = |name: &str| {
            head.lines().find_map(|line| {
                let (known, value) = line.split_once(':')?;
                known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length: usize = field("content-length").expect("a length").parse().expect("a length");
        let body = &request[end + 4..];
        if body.len() == length {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("an answer");
            return (field("stripe-signature").expect("a signature"), body.to_vec());
        }
    }
}
