//! Limits per client address and per token, and stricter ones for what invites guessing.

use marzipan_tests::{Answer, Client, Installation, Server, Shop, on_both_engines};
use serde_json::json;

on_both_engines!(
    an_address_has_its_share,
    a_token_has_its_share,
    guessing_has_a_smaller_share,
    another_address_has_a_share_of_its_own,
);

/// Calls until it is refused, and tells how often it was not.
fn calls_until_refused(call: impl Fn() -> Answer) -> (u32, Answer) {
    for calls in 0..200 {
        let answer = call();
        if answer.status == 429 {
            return (calls, answer);
        }
    }
    panic!("two hundred calls and no limit");
}

fn details(client: &Client) -> Answer {
    client.get("/v1/account/details").send()
}

fn an_address_has_its_share(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_RATE_LIMIT_PER_ADDRESS", "20")]);
    let caller = server.nobody();
    let first = details(&caller);
    assert_eq!(first.number("x-ratelimit-limit"), 20, "{first}");
    let left = first.number("x-ratelimit-remaining");
    assert!(left < 20, "{first}");
    let second = details(&caller);
    assert!(second.number("x-ratelimit-remaining") <= left, "{second}");
    assert!(second.number("x-ratelimit-reset") <= 60, "{second}");

    let (calls, refused) = calls_until_refused(|| details(&caller));

    assert!(calls <= 22, "{calls} calls passed");
    let wait = refused.number("retry-after");
    assert!((1..=60).contains(&wait), "{refused}");
    assert_eq!(refused.number("x-ratelimit-remaining"), 0, "{refused}");
    refused.expect_error(429, "rate_limited");
    // Whoever watches over the server is not a caller.
    caller.get("/health/live").send().expect(200);
}

fn a_token_has_its_share(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_RATE_LIMIT_PER_TOKEN", "30")]);
    let busy = Shop::open_on(&server, installation);
    let quiet = Shop::open_on(&server, installation);
    let verify = |shop: &Shop<'_>| {
        shop.visitor().post("/v1/account/verify").json(&json!({ "token": "mzm_nonsense" })).send()
    };

    let (calls, refused) = calls_until_refused(|| verify(&busy));

    assert!(calls <= 32, "{calls} calls passed");
    refused.expect_error(429, "rate_limited");
    verify(&quiet).expect_error(422, "invalid_token");
}

fn guessing_has_a_smaller_share(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_RATE_LIMIT_STRICT", "5")]);
    let shop = Shop::open_on(&server, installation);
    let visitor = shop.visitor();
    let calls = [
        ("login", json!({ "email": "no@post.example", "password": "quiet marble 90 sparrow" })),
        ("register", json!({})),
        ("password", json!({ "email": "no@post.example" })),
        ("verify", json!({ "token": "mzm_nonsense" })),
    ];
    for (operation, body) in calls {
        let call = || visitor.post(&format!("/v1/account/{operation}")).json(&body).send();
        let (calls, refused) = calls_until_refused(call);
        assert!(calls <= 6, "{operation}: {calls} calls passed");
        // Wrong sign-ins are slowed down for another reason, too.
        let answer = refused.json();
        let code = answer["code"].as_str().unwrap_or_default();
        assert!(code == "rate_limited" || code == "too_many_attempts", "{operation}: {answer}");
    }
    for _ in 0..20 {
        details(&visitor).expect_unauthenticated();
    }
}

fn another_address_has_a_share_of_its_own(installation: &Installation) {
    let settings = [("MARZIPAN_RATE_LIMIT_PER_ADDRESS", "10"), ("MARZIPAN_TRUSTED_PROXIES", "127.0.0.0/8")];
    let server = Server::start_with(installation, &settings);
    let from =
        |address: &str| server.nobody().get("/v1/account/details").header("X-Forwarded-For", address).send();
    calls_until_refused(|| from("203.0.113.7"));

    from("198.51.100.20").expect_unauthenticated();
    // What stands before the address that the proxy saw is the client's own invention.
    from("198.51.100.99, 203.0.113.7").expect_error(429, "rate_limited");
}
