//! Events: they come signed, some time after what they tell of, and are read again by whoever knows the secret.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;
use crate::payments::{EventSubject, WebhookRefused};

/// Takes one request, answers with this status, and gives its signature and its body.
async fn take(listener: &TcpListener, status: &str) -> (String, String) {
    let (mut stream, _) =
        timeout(Duration::from_secs(20), listener.accept()).await.expect("in time").expect("a connection");
    let mut request = Vec::new();
    let (head, body) = loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.expect("a request");
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8(request.clone()).expect("text");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        if body.len() == length.parse::<usize>().expect("a length") {
            break (head, body.to_owned());
        }
    };
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.expect("an answer");
    let signature =
        head.lines().find_map(|line| line.strip_prefix("sandbox-signature: ")).expect("a signature");
    (signature.to_owned(), body)
}

async fn listen() -> (TcpListener, Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, Url::parse(&format!("http://{address}/hooks/sandbox")).expect("a URL"))
}

#[tokio::test]
async fn what_changes_is_told_signed_and_again_where_it_was_not_heard() {
    let folder = folder();
    let sandbox = open(folder.path());
    let (listener, url) = listen().await;
    // It waits until it is known where it goes.
    let payment = paid(&sandbox, 1).await;
    sandbox.deliver_to(url);
    let (first, body) = take(&listener, "503 Service Unavailable").await;
    let (again, body_again) = take(&listener, "200 OK").await;
    assert_eq!((&first, &body), (&again, &body_again));
    let value: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(value["type"], "payment.succeeded");
    assert_eq!(value["created"], START / 1_000_000);

    let now = Timestamp::from_micros(START);
    let event = sandbox.read_webhook(&again, body.as_bytes(), now).expect("is ours");
    assert_eq!(value["id"], event.id);
    let about = PaymentRef { reference: Some(payment.reference), ..asked(1) };
    assert_eq!(event.subject, EventSubject::Payment(about));
    let other_node = open(folder.path());
    assert_eq!(other_node.read_webhook(&again, body.as_bytes(), now), Ok(event));

    let forged = body.replace("succeeded", "cancelled");
    assert_eq!(sandbox.read_webhook(&again, forged.as_bytes(), now), Err(WebhookRefused::Forged));
    let later = now.plus(Duration::from_secs(301));
    assert_eq!(sandbox.read_webhook(&again, body.as_bytes(), later), Err(WebhookRefused::Stale));
    let base = Url::parse("https://shop.example/").expect("a URL");
    let clock = Arc::new(HandClock(AtomicI64::new(START)));
    let elsewhere = Sandbox::new(folder.path().to_owned(), base, clock, [8; 32]);
    assert_eq!(elsewhere.read_webhook(&again, body.as_bytes(), now), Err(WebhookRefused::Forged));
}

#[tokio::test]
async fn what_a_fault_swallows_is_not_told() {
    let folder = folder();
    let sandbox = open(folder.path());
    let (listener, url) = listen().await;
    sandbox.deliver_to(url);
    sandbox.set_faults(OURS, Faults { cut_next: 1, ..Faults::default() }).await.expect("the books");
    assert!(matches!(sandbox.charge(&charge(1, token("tok_ok"))).await, Err(PaymentError::Unknown(_))));
    // The answer of this one is lost too, but its event is not.
    assert!(matches!(sandbox.charge(&charge(2, token("tok_unknown"))).await, Err(PaymentError::Unknown(_))));
    let (_, body) = take(&listener, "200 OK").await;
    let told: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(told["data"]["idempotencyKey"], PaymentId::new(Uuid::from_u128(2)).to_string());
}

#[tokio::test]
async fn what_the_shopper_does_at_the_bank_is_told() {
    let folder = folder();
    let sandbox = open(folder.path());
    let (listener, url) = listen().await;
    sandbox.deliver_to(url);
    let now = Timestamp::from_micros(START);
    for (key, approves, kind) in [(1, true, "payment.succeeded"), (2, false, "payment.declined")] {
        let begun = sandbox.charge(&charge(key, Source::Client)).await.expect("an answer");
        sandbox.authenticate(&begun.reference, approves).await.expect("the books");
        let (_, body) = take(&listener, "200 OK").await;
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["type"], kind);
    }
    keep(&sandbox, "a", "tok_authentication_required").await;
    let (signature, body) = take(&listener, "200 OK").await;
    let event = sandbox.read_webhook(&signature, body.as_bytes(), now).expect("is ours");
    let EventSubject::SetUp { tenant, reference } = event.subject else { panic!("{body} is about a set-up") };
    assert_eq!(tenant, OURS);
    assert_eq!(
        sandbox.set_up_outcome(OURS, &reference).await.expect("an answer").status,
        PaymentStatus::Succeeded
    );
}
