//! `Idempotency-Key`: a POST that is sent twice acts once.

use marzipan_tests::{Answer, Engine, Installation, PASSWORD, Server, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    the_first_answer_comes_again,
    another_body_under_the_same_key_is_refused,
    refusals_are_kept_too,
    a_key_belongs_to_one_token,
    a_key_has_a_length,
    a_key_lives_for_a_day,
    of_many_at_once_one_acts,
    survives_a_restart,
);

fn registration(email: &str) -> Value {
    json!({ "firstName": "Ada", "lastName": "Quill", "email": email, "password": PASSWORD })
}

fn register(shop: &Shop<'_>, key: &str, body: &Value) -> Answer {
    shop.visitor().post("/v1/account/register").key(key).json(body).send()
}

fn is_replay(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == Some("true")
}

fn the_first_answer_comes_again(shop: &Shop<'_>) {
    let body = registration("ada@post.example");
    let first = register(shop, "key-1", &body).expect(201);
    let second = register(shop, "key-1", &body).expect(201);

    assert!(!is_replay(&first), "{first}");
    assert!(is_replay(&second), "{second}");
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("content-type"), second.header("content-type"));
    // Had it acted twice, the owner would have been told that the address is known.
    assert_eq!(shop.mails_to("ada@post.example"), ["verify_email"]);
}

fn another_body_under_the_same_key_is_refused(shop: &Shop<'_>) {
    register(shop, "key-1", &registration("ada@post.example")).expect(201);

    register(shop, "key-1", &registration("bea@post.example")).expect_error(422, "idempotency_key_reused");
    let elsewhere = json!({ "email": "ada@post.example" });
    let answer = shop.visitor().post("/v1/account/verify/resend").key("key-1").json(&elsewhere).send();
    // This one creates nothing, so it may leave keys alone; it must not answer with the registration.
    assert!(answer.status == 422 || (answer.status == 200 && !is_replay(&answer)), "{answer}");

    assert!(shop.mails_to("bea@post.example").is_empty());
}

fn refusals_are_kept_too(shop: &Shop<'_>) {
    let bad = registration("no address");
    let first = register(shop, "key-1", &bad).expect(422);
    let second = register(shop, "key-1", &bad).expect(422);

    assert_eq!(first.body, second.body);
    assert!(is_replay(&second), "{second}");
}

fn a_key_belongs_to_one_token(shop: &Shop<'_>) {
    let other = Shop::open(shop.server());
    register(shop, "key-1", &registration("ada@post.example")).expect(201);

    let answer = register(&other, "key-1", &registration("bea@post.example")).expect(201);

    assert!(!is_replay(&answer), "{answer}");
    assert_eq!(other.mails_to("bea@post.example"), ["verify_email"]);
    // A wrong token gets no kept answer.
    let body = registration("ada@post.example");
    let nobody = shop.nobody().post("/v1/account/register").key("key-1").json(&body);
    nobody.send().expect_unauthenticated();
}

fn a_key_has_a_length(shop: &Shop<'_>) {
    let body = registration("ada@post.example");
    for bad in ["", &"k".repeat(256)] {
        let answer = register(shop, bad, &body);
        assert!(answer.status == 400 || answer.status == 422, "{answer}");
    }
    register(shop, &"k".repeat(255), &body).expect(201);
    assert_eq!(shop.mails_to("ada@post.example"), ["verify_email"]);
}

fn a_key_lives_for_a_day(shop: &Shop<'_>) {
    let body = registration("ada@post.example");
    register(shop, "key-1", &body).expect(201);
    shop.wait(23 * 3600);
    assert!(is_replay(&register(shop, "key-1", &body).expect(201)));
    shop.wait(2 * 3600);

    assert!(!is_replay(&register(shop, "key-1", &body).expect(201)));
}

fn of_many_at_once_one_acts(shop: &Shop<'_>) {
    let body = registration("ada@post.example");
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| register(shop, "key-1", &body))).collect();
        calls.into_iter().map(|call| call.join().expect("a call")).collect()
    });

    let mut acted = 0;
    for answer in answers {
        match answer.status {
            201 if is_replay(&answer) => {}
            201 => acted += 1,
            409 => drop(answer.expect_error(409, "request_in_progress")),
            _ => panic!("{answer}"),
        }
    }
    assert_eq!(acted, 1);
    assert_eq!(shop.mails_to("ada@post.example"), ["verify_email"]);
}

fn survives_a_restart(installation: &Installation) {
    let mut server = Server::start(installation);
    let body = registration("ada@post.example");
    let request = {
        let shop = Shop::open_on(&server, installation);
        register(&shop, "key-1", &body).expect(201);
        shop.visitor().post("/v1/account/register").key("key-1").json(&body)
    };
    server.restart();

    let answer = request.send().expect(201);

    assert!(is_replay(&answer), "{answer}");
}

#[test]
fn holds_on_every_node() {
    let installation = Installation::new(Engine::Postgres);
    let here = Server::start(&installation);
    let there = Server::start(&installation);
    let shop = Shop::open_on(&here, &installation);
    let body = registration("ada@post.example");
    let first = register(&shop, "key-1", &body).expect(201);

    let elsewhere = shop.visitor().at(there.address());
    let again = elsewhere.post("/v1/account/register").key("key-1").json(&body).send().expect(201);

    assert!(is_replay(&again), "{again}");
    assert_eq!(again.body, first.body);
    let other = registration("bea@post.example");
    let reused = elsewhere.post("/v1/account/register").key("key-1").json(&other).send();
    reused.expect_error(422, "idempotency_key_reused");
}
