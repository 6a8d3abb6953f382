//! The sandbox as a shop's code sees it, over its file, and its file over everything that may happen to it.

mod books;
mod hooks;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use secrecy::SecretString;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::payments::{
    Charge, DeclineKind, KeptMethod, Payment, PaymentError, PaymentProvider as _, PaymentRef, PaymentStatus,
    RefundOrder, SetUp, Source,
};
use domain::ids::{CustomerId, RefundId};
use domain::tenants::Currency;

const OURS: TenantId = TenantId::new(Uuid::from_u128(1));
const THEIRS: TenantId = TenantId::new(Uuid::from_u128(2));
const START: i64 = 1_700_000_000_000_000;

/// A clock that is moved by hand, in microseconds.
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(folder: &Path) -> Sandbox {
    let base = Url::parse("https://shop.example/").expect("a URL");
    let clock = Arc::new(HandClock(AtomicI64::new(START)));
    Sandbox::new(folder.join("sandbox"), base, clock, [7; 32]).with_patience(Duration::from_millis(50))
}

fn gbp(minor: i64) -> Money {
    Money::new(minor, Currency::parse("GBP").expect("a currency"))
}

fn token(token: &str) -> Source {
    Source::Token(SecretString::from(token))
}

/// £25 of our shop's, with this key.
fn charge(key: u128, source: Source) -> Charge {
    Charge {
        tenant: OURS,
        key: PaymentId::new(Uuid::from_u128(key)),
        amount: gbp(2500),
        source,
        keep_for: None,
        off_session: false,
        capture: true,
        reference: "1010744".to_owned(),
        return_url: Some(Url::parse("https://front.example/done").expect("a URL")),
    }
}

fn asked(key: u128) -> PaymentRef {
    PaymentRef { tenant: OURS, key: PaymentId::new(Uuid::from_u128(key)), reference: None }
}

fn refund(key: u128, payment: &str, amount: i64) -> RefundOrder {
    let key = RefundId::new(Uuid::from_u128(key));
    RefundOrder { tenant: OURS, key, payment: payment.to_owned(), amount: gbp(amount) }
}

async fn paid(sandbox: &Sandbox, key: u128) -> Payment {
    let payment = sandbox.charge(&charge(key, token("tok_ok"))).await.expect("an answer");
    assert_eq!(payment.status, PaymentStatus::Succeeded);
    payment
}

fn declined(payment: &Payment) -> (DeclineKind, &str) {
    match &payment.status {
        PaymentStatus::Declined(decline) => (decline.kind, decline.code.as_str()),
        other => panic!("{other:?} is no refusal"),
    }
}

async fn keep(sandbox: &Sandbox, key: &str, card: &str) -> KeptMethod {
    let set_up = SetUp {
        tenant: OURS,
        customer: CustomerId::new(Uuid::from_u128(7)),
        provider_customer: None,
        key: key.to_owned(),
        token: Some(SecretString::from(card)),
        return_url: None,
    };
    let begun = sandbox.set_up(&set_up).await.expect("an answer");
    if matches!(begun.status, PaymentStatus::RequiresAction { .. }) {
        sandbox.authenticate(&begun.reference, true).await.expect("the books").expect("a set-up");
    }
    let outcome = sandbox.set_up_outcome(OURS, &begun.reference).await.expect("an answer");
    assert_eq!(outcome.status, PaymentStatus::Succeeded);
    outcome.method.expect("a card")
}

fn renewal(key: u128, card: &KeptMethod) -> Charge {
    let source = Source::Saved { customer: card.customer.clone(), method: card.reference.clone() };
    Charge { off_session: true, ..charge(key, source) }
}

#[tokio::test]
async fn each_token_pays_as_it_is_described() {
    let (folder, mut key) = (folder(), 0);
    let sandbox = open(folder.path());
    for name in [
        "tok_ok",
        "tok_ok_then_declined",
        "tok_ok_then_declined_once",
        "tok_ok_then_insufficient_funds",
        "tok_ok_then_lost_card",
        "tok_authentication_on_renewal",
    ] {
        key += 1;
        let payment = sandbox.charge(&charge(key, token(name))).await.expect("an answer");
        assert_eq!(payment.status, PaymentStatus::Succeeded, "{name}");
        let card = payment.method.expect("a card");
        assert_eq!((card.customer.as_str(), card.brand.as_str(), card.expiry_year), ("", "visa", 2027));
    }
    for (name, kind, code) in [
        ("tok_declined", DeclineKind::Retry, "card_declined"),
        ("tok_insufficient_funds", DeclineKind::Retry, "insufficient_funds"),
        ("tok_expired_card", DeclineKind::NewCard, "expired_card"),
        ("tok_lost_card", DeclineKind::NewCard, "lost_card"),
        ("tok_stolen_card", DeclineKind::NewCard, "stolen_card"),
    ] {
        key += 1;
        let payment = sandbox.charge(&charge(key, token(name))).await.expect("an answer");
        assert_eq!((declined(&payment), payment.method.clone()), ((kind, code), None), "{name}");
    }
    let unheard =
        sandbox.charge(&charge(key + 1, token("tok_1Nv0FG2eZvKYlo2C"))).await.expect_err("no such token");
    assert!(matches!(&unheard, PaymentError::Refused(reason) if !reason.contains("1Nv0FG")), "{unheard}");
    assert_eq!(sandbox.look_up(&asked(key + 1)).await, Ok(None));
}

#[tokio::test]
async fn kept_cards_are_renewed_as_they_are_described() {
    let folder = folder();
    let sandbox = open(folder.path());
    let good: Result<(), (DeclineKind, &str)> = Ok(());
    for (index, (name, first, second)) in [
        ("tok_ok", good, good),
        ("tok_authentication_required", good, good),
        (
            "tok_authentication_on_renewal",
            Err((DeclineKind::Authentication, "authentication_required")),
            Err((DeclineKind::Authentication, "authentication_required")),
        ),
        (
            "tok_ok_then_declined",
            Err((DeclineKind::Retry, "card_declined")),
            Err((DeclineKind::Retry, "card_declined")),
        ),
        ("tok_ok_then_declined_once", Err((DeclineKind::Retry, "card_declined")), good),
        (
            "tok_ok_then_insufficient_funds",
            Err((DeclineKind::Retry, "insufficient_funds")),
            Err((DeclineKind::Retry, "insufficient_funds")),
        ),
        (
            "tok_ok_then_lost_card",
            Err((DeclineKind::NewCard, "lost_card")),
            Err((DeclineKind::NewCard, "lost_card")),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let card = keep(&sandbox, name, name).await;
        for (round, expected) in (0..).zip([first, second]) {
            let key = 100 * u128::try_from(index).expect("small") + round + 1;
            let payment = sandbox.charge(&renewal(key, &card)).await.expect("an answer");
            match expected {
                Ok(()) => assert_eq!(payment.status, PaymentStatus::Succeeded, "{name}, {round}"),
                Err(expected) => assert_eq!(declined(&payment), expected, "{name}, {round}"),
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_one_charge_however_often_it_is_used() {
    let folder = folder();
    let sandbox = open(folder.path());
    let first = paid(&sandbox, 1).await;
    assert_eq!(paid(&sandbox, 1).await, first);
    let dearer = Charge { amount: gbp(2501), ..charge(1, token("tok_ok")) };
    assert!(matches!(sandbox.charge(&dearer).await, Err(PaymentError::Refused(_))));
    // The same key in another shop is another payment.
    let theirs = Charge { tenant: THEIRS, ..charge(1, token("tok_ok")) };
    assert_ne!(sandbox.charge(&theirs).await.expect("an answer").reference, first.reference);
    let (charges, total) = sandbox.charges(OURS, 0, 10).await.expect("the books");
    assert_eq!((charges.len(), total), (1, 1));
    assert_eq!(charges[0].id, first.reference);
    assert_eq!((charges[0].amount, charges[0].refunded, charges[0].status), (gbp(2500), gbp(0), "succeeded"));
    assert_eq!(charges[0].reference, "1010744");
}

#[tokio::test]
async fn a_shop_sees_nothing_of_anothers() {
    let folder = folder();
    let sandbox = open(folder.path());
    let payment = paid(&sandbox, 1).await;
    let card = keep(&sandbox, "a", "tok_ok").await;
    assert_eq!(sandbox.look_up(&PaymentRef { tenant: THEIRS, ..asked(1) }).await, Ok(None));
    assert_eq!(sandbox.charges(THEIRS, 0, 10).await, Ok((Vec::new(), 0)));
    let theft = RefundOrder { tenant: THEIRS, ..refund(1, &payment.reference, 1) };
    assert!(matches!(sandbox.refund(&theft).await, Err(PaymentError::Refused(_))));
    let theft = Charge { tenant: THEIRS, ..renewal(2, &card) };
    assert!(matches!(sandbox.charge(&theft).await, Err(PaymentError::Refused(_))));
    sandbox.forget(THEIRS, &card.reference).await.expect("an answer");
    let payment = sandbox.charge(&renewal(3, &card)).await.expect("an answer");
    assert_eq!(payment.status, PaymentStatus::Succeeded);
}

#[tokio::test]
async fn the_bank_may_ask_the_shopper() {
    let folder = folder();
    let sandbox = open(folder.path());
    for (key, source, approves) in [
        (1, token("tok_authentication_required"), true),
        (2, token("tok_authentication_required"), false),
        (3, Source::Client, true),
    ] {
        let begun = sandbox.charge(&charge(key, source)).await.expect("an answer");
        let PaymentStatus::RequiresAction { redirect_url, .. } = &begun.status else {
            panic!("nobody is asked")
        };
        let page = format!("https://shop.example/sandbox/authenticate/{}", begun.reference);
        assert_eq!(redirect_url.as_deref(), Some(page.as_str()));
        let at_bank = sandbox.payment(&begun.reference).await.expect("the books").expect("a payment");
        assert_eq!(
            (at_bank.tenant, at_bank.amount, at_bank.order.as_str()),
            (OURS, Some(gbp(2500)), "1010744")
        );
        assert_eq!(at_bank.return_url.as_deref(), Some("https://front.example/done"));

        sandbox.authenticate(&begun.reference, approves).await.expect("the books").expect("a payment");
        // The shopper who goes back and changes her mind comes too late.
        sandbox.authenticate(&begun.reference, !approves).await.expect("the books").expect("a payment");
        let payment = sandbox.look_up(&asked(key)).await.expect("an answer").expect("a payment");
        if approves {
            assert_eq!(payment.status, PaymentStatus::Succeeded);
        } else {
            assert_eq!(declined(&payment), (DeclineKind::Authentication, "authentication_failed"));
        }
    }
    assert_eq!(sandbox.payment("pay_unheard").await, Ok(None));
    assert_eq!(sandbox.authenticate("pay_unheard", true).await, Ok(None));
}

#[tokio::test]
async fn a_card_is_kept_by_a_charge_only_when_that_succeeds() {
    let folder = folder();
    let sandbox = open(folder.path());
    let customer = sandbox.customer(OURS, CustomerId::new(Uuid::from_u128(7))).await.expect("a name");
    let keeping = |key, name| Charge { keep_for: Some(customer.clone()), ..charge(key, token(name)) };
    assert_eq!(sandbox.charge(&keeping(1, "tok_declined")).await.expect("an answer").method, None);
    let begun = sandbox.charge(&keeping(2, "tok_authentication_required")).await.expect("an answer");
    assert_eq!(begun.method, None);
    sandbox.authenticate(&begun.reference, true).await.expect("the books");
    let payment = sandbox.look_up(&asked(2)).await.expect("an answer").expect("a payment");
    let card = payment.method.expect("a card");
    assert_eq!(
        (card.customer.as_str(), card.last4.as_str(), card.expiry_month),
        (customer.as_str(), "3155", 12)
    );
    assert_eq!(sandbox.charge(&renewal(3, &card)).await.expect("an answer").status, PaymentStatus::Succeeded);

    sandbox.forget(OURS, &card.reference).await.expect("an answer");
    sandbox.forget(OURS, &card.reference).await.expect("forgetting twice is forgetting");
    assert!(matches!(sandbox.charge(&renewal(4, &card)).await, Err(PaymentError::Refused(_))));
    // Another customer's name does not open a card.
    let card = keep(&sandbox, "a", "tok_ok").await;
    let other = KeptMethod { customer: "cus_other".to_owned(), ..card };
    assert!(matches!(sandbox.charge(&renewal(5, &other)).await, Err(PaymentError::Refused(_))));
}

#[tokio::test]
async fn a_refused_card_is_not_kept_without_a_charge() {
    let folder = folder();
    let sandbox = open(folder.path());
    let set_up = |key: &str, card: Option<&str>| SetUp {
        tenant: OURS,
        customer: CustomerId::new(Uuid::from_u128(7)),
        provider_customer: Some("cus_known".to_owned()),
        key: key.to_owned(),
        token: card.map(SecretString::from),
        return_url: None,
    };
    let refused = sandbox.set_up(&set_up("a", Some("tok_lost_card"))).await.expect("an answer");
    assert!(matches!(&refused.status, PaymentStatus::Declined(decline) if decline.code == "lost_card"));
    assert_eq!((refused.customer.as_str(), refused.method), ("cus_known", None));
    // Without a card the shopper finishes on the page, where no money is shown.
    let begun = sandbox.set_up(&set_up("b", None)).await.expect("an answer");
    let at_bank = sandbox.payment(&begun.reference).await.expect("the books").expect("a set-up");
    assert_eq!((at_bank.amount, at_bank.tenant), (None, OURS));
    sandbox.authenticate(&begun.reference, true).await.expect("the books");
    let again = sandbox.set_up(&set_up("b", None)).await.expect("an answer");
    assert_eq!((again.reference, again.status), (begun.reference.clone(), PaymentStatus::Succeeded));
    assert!(matches!(sandbox.set_up_outcome(THEIRS, &begun.reference).await, Err(PaymentError::Refused(_))));
}

#[tokio::test]
async fn money_is_held_taken_let_go_and_given_back() {
    let folder = folder();
    let sandbox = open(folder.path());
    let to_hold = |key| Charge { capture: false, ..charge(key, token("tok_ok")) };
    let held = sandbox.charge(&to_hold(1)).await.expect("an answer");
    assert_eq!(held.status, PaymentStatus::Authorised);
    assert!(matches!(sandbox.refund(&refund(1, &held.reference, 1)).await, Err(PaymentError::Refused(_))));
    for _ in 0..2 {
        let taken = sandbox.capture(&asked(1)).await.expect("an answer");
        assert_eq!(taken.status, PaymentStatus::Succeeded);
    }
    assert!(matches!(sandbox.cancel(&asked(1)).await, Err(PaymentError::Refused(_))));

    sandbox.charge(&to_hold(2)).await.expect("an answer");
    for _ in 0..2 {
        assert_eq!(sandbox.cancel(&asked(2)).await.expect("an answer").status, PaymentStatus::Cancelled);
    }
    assert!(matches!(sandbox.capture(&asked(2)).await, Err(PaymentError::Refused(_))));
    assert!(matches!(sandbox.cancel(&asked(9)).await, Err(PaymentError::Refused(_))));

    let first = refund(10, &held.reference, 2000);
    assert_eq!(sandbox.look_up_refund(&first).await, Ok(None));
    let given = sandbox.refund(&first).await.expect("an answer");
    assert_eq!(sandbox.refund(&first).await.as_ref(), Ok(&given));
    assert_eq!(sandbox.look_up_refund(&first).await, Ok(Some(given)));
    for (key, amount) in [(11, 501), (12, 0), (13, -1), (10, 1)] {
        let asked = refund(key, &held.reference, amount);
        assert!(matches!(sandbox.refund(&asked).await, Err(PaymentError::Refused(_))), "{amount}");
    }
    sandbox.refund(&refund(14, &held.reference, 500)).await.expect("the rest");
    let (charges, _) = sandbox.charges(OURS, 0, 1).await.expect("the books");
    assert_eq!((charges[0].refunded, charges[0].status), (gbp(2500), "refunded"));
}

#[tokio::test]
async fn an_answer_may_be_lost_and_the_charge_is_found() {
    let folder = folder();
    let sandbox = open(folder.path());
    let lost = sandbox.charge(&charge(1, token("tok_unknown"))).await;
    assert!(matches!(lost, Err(PaymentError::Unknown(_))), "{lost:?}");
    let found = sandbox.look_up(&asked(1)).await.expect("an answer").expect("a payment");
    assert_eq!(found.status, PaymentStatus::Succeeded);
    assert_eq!(sandbox.charge(&charge(1, token("tok_unknown"))).await, Ok(found));
}

#[tokio::test]
async fn faults_come_as_often_as_they_were_asked_for() {
    let folder = folder();
    let (sandbox, other_node) = (open(folder.path()), open(folder.path()));
    let faults = Faults { fail_next: 1, hang_next: 1, cut_next: 1, malformed_next: 1, latency_ms: 90_000 };
    let set = sandbox.set_faults(OURS, faults).await.expect("the books");
    assert_eq!(set.latency_ms, 60_000);
    sandbox.set_faults(OURS, Faults { latency_ms: 10, ..faults }).await.expect("the books");

    let try_to_pay = async |sandbox: &Sandbox, key| sandbox.charge(&charge(key, token("tok_ok"))).await;
    assert!(matches!(try_to_pay(&other_node, 1).await, Err(PaymentError::NotDone(_))));
    for key in 2..=4 {
        let sandbox = if key == 3 { &other_node } else { &sandbox };
        assert!(matches!(try_to_pay(sandbox, key).await, Err(PaymentError::Unknown(_))), "{key}");
    }
    assert_eq!(sandbox.faults(OURS).await, Ok(Faults { latency_ms: 10, ..Faults::default() }));
    let theirs = Charge { tenant: THEIRS, ..charge(5, token("tok_ok")) };
    assert_eq!(sandbox.charge(&theirs).await.expect("no fault of theirs").status, PaymentStatus::Succeeded);
    // What failed or hung did nothing; what was cut or malformed acted.
    for (key, acted) in [(1, false), (2, false), (3, true), (4, true)] {
        assert_eq!(sandbox.look_up(&asked(key)).await.expect("an answer").is_some(), acted, "{key}");
    }
}

#[tokio::test]
async fn what_is_slow_takes_its_time() {
    let folder = folder();
    let patient = open(folder.path()).with_patience(Duration::from_secs(10));
    patient.set_faults(OURS, Faults { latency_ms: 100, ..Faults::default() }).await.expect("the books");
    let began = std::time::Instant::now();
    let (slow, usual) = (charge(1, token("tok_slow")), charge(2, token("tok_ok")));
    let both = futures_util::future::join(patient.charge(&slow), async {
        let payment = patient.charge(&usual).await;
        (payment, began.elapsed())
    });
    let (slow, (usual, after)) = both.await;
    assert!(slow.is_ok_and(|payment| payment.status == PaymentStatus::Succeeded));
    assert!(usual.is_ok_and(|payment| payment.status == PaymentStatus::Succeeded));
    assert!(began.elapsed() >= Duration::from_millis(3100), "{:?}", began.elapsed());
    assert!(
        (Duration::from_millis(100)..Duration::from_secs(3)).contains(&after),
        "nobody waits for another: {after:?}"
    );
    // What comes later than anybody waits never comes, and has acted.
    let impatient = open(folder.path());
    assert!(matches!(impatient.charge(&charge(3, token("tok_ok"))).await, Err(PaymentError::Unknown(_))));
    assert!(patient.look_up(&asked(3)).await.is_ok_and(|found| found.is_some()));
}

#[tokio::test]
async fn nothing_that_is_printed_has_a_secret_in_it() {
    let folder = folder();
    let sandbox = open(folder.path());
    let begun = sandbox.charge(&charge(1, Source::Client)).await.expect("an answer");
    let PaymentStatus::RequiresAction { client_secret, .. } = &begun.status else {
        panic!("nobody is asked")
    };
    assert!(!format!("{begun:?}").contains(client_secret.as_str()));
    let books = std::fs::read_to_string(folder.path().join("sandbox/books.jsonl")).expect("the books");
    assert!(!books.contains(client_secret.as_str()));
}
