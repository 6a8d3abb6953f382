//! `POST /v1/account/logout`, the heart of the account area: after its 200 the token is dead everywhere, and
//! nothing else is.

use marzipan_tests::http::raw;
use marzipan_tests::people::is_signed_in;
use marzipan_tests::{Answer, Client, Engine, Installation, Server, Shop, on_both_engines};

on_both_engines!(
    ends_this_session_and_no_other,
    answers_200_with_an_empty_body,
    ignores_whatever_the_body_is,
    ignores_a_body_over_every_limit,
    ignores_a_chunked_body_and_the_query,
    refuses_the_second_call,
    of_two_at_once_one_wins,
    takes_no_token_but_an_account_token,
    leaves_no_session_in_the_list,
    holds_when_the_server_is_killed_right_after,
);

fn log_out(session: &Client) -> Answer {
    session.post("/v1/account/logout").send()
}

fn ends_this_session_and_no_other(shop: &Shop<'_>) {
    let customer = shop.customer();
    let stranger = shop.customer();
    let phone = customer.log_in("Phone");
    let laptop = customer.log_in("Laptop");

    log_out(&phone).expect(200);

    assert!(!is_signed_in(&phone));
    assert!(is_signed_in(&laptop));
    assert!(is_signed_in(&customer));
    assert!(is_signed_in(&stranger));
}

fn answers_200_with_an_empty_body(shop: &Shop<'_>) {
    let answer = log_out(&shop.customer()).expect(200);

    assert_eq!(answer.body, b"", "{answer}");
    assert_eq!(answer.header("content-length"), Some("0"), "{answer}");
    assert_eq!(answer.header("content-type"), None, "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
}

fn ignores_whatever_the_body_is(shop: &Shop<'_>) {
    let customer = shop.customer();
    let deep = "[".repeat(10_000);
    let bodies: [(&str, &[u8]); 14] = [
        ("", b""),
        ("application/json", b""),
        ("application/json", b"{}"),
        ("application/json", b"null"),
        ("application/json", br#"{"token":"mza_other","all":true,"sessionId":7}"#),
        ("application/json", b"{"),
        ("application/json", b"\x00\xff\xfe"),
        ("application/json", br#"{"a":"\ud800"}"#),
        ("application/json", deep.as_bytes()),
        ("application/xml", b"<logout/>"),
        ("application/x-www-form-urlencoded", b"all=true"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("not a content type", b"?"),
        ("", b"bytes without a content type"),
    ];
    for (content_type, body) in bodies {
        let session = customer.log_in("Phone");
        let answer = session.post("/v1/account/logout").body(content_type, body).send().expect(200);
        assert_eq!(answer.body, b"", "{answer}");
        assert!(!is_signed_in(&session));
    }
    assert!(is_signed_in(&customer));
}

fn ignores_a_body_over_every_limit(shop: &Shop<'_>) {
    let session = shop.customer();
    let huge = vec![b'x'; 1_500 * 1024];

    let answer = session.post("/v1/account/logout").json_bytes(huge).send().expect(200);

    assert_eq!(answer.body, b"", "{answer}");
    assert!(!is_signed_in(&session));
}

fn ignores_a_chunked_body_and_the_query(shop: &Shop<'_>) {
    let session = shop.customer();
    let request = format!(
        "POST /v1/account/logout?all=true&page=0&perPage=x HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         5\r\n{{\"a\":\r\n3\r\n!!!\r\n0\r\n\r\n",
        session.token()
    );

    let answer = raw(shop.server().address(), request.as_bytes()).expect(200);

    assert_eq!(answer.body, b"", "{answer}");
    assert!(!is_signed_in(&session));
}

fn refuses_the_second_call(shop: &Shop<'_>) {
    let session = shop.customer();
    log_out(&session).expect(200);

    log_out(&session).expect_unauthenticated();
    log_out(&session).expect_unauthenticated();
}

fn of_two_at_once_one_wins(shop: &Shop<'_>) {
    let customer = shop.customer();
    for _ in 0..6 {
        let session = customer.log_in("Phone");
        let mut answers = at_once(&session, &session);
        answers.sort_by_key(|answer| answer.status);
        let [first, second] = answers;
        first.expect(200);
        second.expect_unauthenticated();
        assert!(!is_signed_in(&session));
    }
}

fn takes_no_token_but_an_account_token(shop: &Shop<'_>) {
    let customer = shop.customer();
    log_out(&shop.nobody()).expect_unauthenticated();
    log_out(&shop.visitor()).expect_unauthenticated();
    log_out(&shop.admin()).expect_unauthenticated();
    log_out(&shop.holding("mza_")).expect_unauthenticated();
    log_out(&shop.holding(&customer.token()[..46])).expect_unauthenticated();
    log_out(&shop.holding(&customer.token().to_uppercase())).expect_unauthenticated();
    let basic = format!("Basic {}", customer.token());
    shop.nobody().post("/v1/account/logout").header("Authorization", &basic).send().expect_unauthenticated();
    let in_query = format!("/v1/account/logout?token={0}&access_token={0}", customer.token());
    shop.nobody().post(&in_query).send().expect_unauthenticated();
    assert!(is_signed_in(&customer));
}

fn leaves_no_session_in_the_list(shop: &Shop<'_>) {
    let customer = shop.customer();
    let phone = customer.log_in("Phone");
    log_out(&phone).expect(200);

    let sessions = customer.get("/v1/account/sessions").send().expect(200).data();

    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(sessions[0]["current"], true, "{sessions}");
}

fn holds_when_the_server_is_killed_right_after(installation: &Installation) {
    let mut server = Server::start(installation);
    let (laptop, phones) = {
        let shop = Shop::open_on(&server, installation);
        let customer = shop.customer();
        let phones: Vec<Client> = (0..4).map(|number| customer.log_in(&format!("Phone {number}"))).collect();
        (customer.clone(), phones)
    };
    for phone in &phones {
        log_out(phone).expect(200);
        server.kill9();
        server.restart();
        assert!(!is_signed_in(phone));
        log_out(phone).expect_unauthenticated();
        assert!(is_signed_in(&laptop));
    }
}

/// Two nodes need a database that both can reach.
#[test]
fn holds_on_every_node_at_once() {
    let installation = Installation::new(Engine::Postgres);
    let here = Server::start(&installation);
    let there = Server::start(&installation);
    let shop = Shop::open_on(&here, &installation);
    let customer = shop.customer();
    assert!(is_signed_in(&customer.at(there.address())));

    for round in 0..10 {
        let phone = customer.log_in(&format!("Phone {round}"));
        let elsewhere = phone.at(there.address());
        // The other node has seen the token a moment ago, so a cache of it would show.
        assert!(is_signed_in(&elsewhere));

        log_out(&phone).expect(200);

        assert!(!is_signed_in(&elsewhere));
        log_out(&elsewhere).expect_unauthenticated();
    }
    assert!(is_signed_in(&customer.at(there.address())));
}

#[test]
fn of_two_at_once_on_two_nodes_one_wins() {
    let installation = Installation::new(Engine::Postgres);
    let here = Server::start(&installation);
    let there = Server::start(&installation);
    let shop = Shop::open_on(&here, &installation);
    let customer = shop.customer();

    for _ in 0..10 {
        let session = customer.log_in("Phone");
        let mut answers = at_once(&session, &session.at(there.address()));
        answers.sort_by_key(|answer| answer.status);
        let [first, second] = answers;
        first.expect(200);
        second.expect_unauthenticated();
    }
    assert!(is_signed_in(&customer));
}

fn at_once(one: &Client, other: &Client) -> [Answer; 2] {
    let start = std::sync::Barrier::new(2);
    let call = |session: &Client| {
        start.wait();
        log_out(session)
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| call(one));
        let second = call(other);
        [first.join().expect("the other call"), second]
    })
}
