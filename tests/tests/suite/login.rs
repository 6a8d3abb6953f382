//! Signing in, and the delays that stop guessing without locking anyone out.

use marzipan_tests::people::{PASSWORD, is_signed_in};
use marzipan_tests::{Answer, Customer, Installation, Server, Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(
    answers_with_a_token_and_the_details,
    hides_whether_an_address_has_an_account,
    hashes_once_whatever_the_reason_of_a_refusal,
    an_old_hash_is_made_anew,
    delays_double_up_to_fifteen_minutes,
    a_delay_refuses_the_right_password_too_and_success_ends_it,
    a_delay_survives_a_restart,
    a_known_device_is_not_delayed_by_others,
    a_device_token_helps_nobody_else,
    delays_count_for_each_client_address,
    sessions_end_after_thirty_days_without_use,
    sessions_end_after_half_a_year_at_most,
    two_shops_keep_the_same_address_apart,
);

const WRONG: &str = "quiet marble 90 sparrow";

fn log_in(shop: &Shop<'_>, body: &Value) -> Answer {
    shop.visitor().post("/v1/account/login").json(body).send()
}

fn answers_with_a_token_and_the_details(shop: &Shop<'_>) {
    let customer = shop.customer();
    let answer = customer.try_log_in(PASSWORD, "Phone").expect(200);

    let expected = format!(
        concat!(
            r#"{{"token":"[token]","tokenType":"Bearer","expiresAt":"[time]","#,
            r#""data":{{"firstName":"Ada","lastName":"Quill","email":"{email}","phone":null,"marketing":[],"#,
            r#""id":"[id]","emailVerified":true,"dateOfBirth":null,"isSubscriber":false,"createdAt":"[time]"}},"#,
            r#""deviceToken":"[token]"}}"#,
        ),
        email = customer.email
    );
    assert_eq!(redacted(&answer.text()), expected);
    assert!(answer.string("token").starts_with("mza_"), "{answer}");
    assert_eq!(answer.string("expiresAt"), "2026-02-04T09:00:00.000000Z");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let again = customer.try_log_in(PASSWORD, "Phone").expect(200);
    assert_ne!(answer.string("token"), again.string("token"));
}

fn hides_whether_an_address_has_an_account(shop: &Shop<'_>) {
    let customer = shop.customer();
    let wrong = customer.try_log_in(WRONG, "Phone");
    let unknown = log_in(shop, &json!({ "email": "nobody@post.example", "password": WRONG }));

    assert_eq!(wrong.text(), unknown.text());
    wrong.expect_error(401, "invalid_credentials");
    unknown.expect_error(401, "invalid_credentials");
}

/// Time is judged by the work done: a stop-watch on a busy machine proves nothing.
fn hashes_once_whatever_the_reason_of_a_refusal(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let customer = shop.customer();
    let unverified =
        json!({ "firstName": "A", "lastName": "B", "email": "b@post.example", "password": PASSWORD });
    let hashes_of = |request: &dyn Fn() -> Answer| {
        let before = server.counter("marzipan_password_hashes_total");
        drop(request());
        server.counter("marzipan_password_hashes_total") - before
    };
    let register = |body: &Value| shop.visitor().post("/v1/account/register").json(body).send().expect(201);
    let mut known = unverified.clone();
    known["email"] = json!(customer.email);
    let ask_reset = |email: &str| {
        shop.visitor().post("/v1/account/password").json(&json!({ "email": email })).send().expect(200)
    };

    let counts = [
        ("register", hashes_of(&|| register(&unverified)), 1.0),
        ("register a known address", hashes_of(&|| register(&known)), 1.0),
        ("right password", hashes_of(&|| customer.try_log_in(PASSWORD, "Phone").expect(200)), 1.0),
        ("wrong password", hashes_of(&|| customer.try_log_in(WRONG, "Phone").expect(401)), 1.0),
        (
            "unknown address",
            hashes_of(&|| {
                log_in(&shop, &json!({ "email": "no@post.example", "password": WRONG })).expect(401)
            }),
            1.0,
        ),
        (
            "unverified address",
            hashes_of(&|| {
                log_in(&shop, &json!({ "email": "b@post.example", "password": WRONG })).expect(401)
            }),
            1.0,
        ),
        ("reset for a known address", hashes_of(&|| ask_reset(&customer.email)), 0.0),
        ("reset for an unknown address", hashes_of(&|| ask_reset("no@post.example")), 0.0),
    ];

    for (what, counted, expected) in counts {
        assert!((counted - expected).abs() < 0.5, "{what}: {counted} hashes, not {expected}");
    }
}

/// A hash of the test password with parameters of years ago.
const OLD_HASH: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$/VElafMGjAfR6dtSOufXxg$KlE6m/wdBJCA9b4hiKAzScwYUmiZ4U0AxT4f2c7CuMQ";

fn an_old_hash_is_made_anew(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let customer = shop.customer();
    let stored = || installation.sql("select password_hash from customers");
    drop(installation.sql(&format!("update customers set password_hash = '{OLD_HASH}'")));
    customer.try_log_in(WRONG, "Phone").expect(401);
    assert_eq!(stored(), OLD_HASH);

    customer.try_log_in(PASSWORD, "Phone").expect(200);

    let anew = stored();
    assert!(anew.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{anew}");
    customer.try_log_in(PASSWORD, "Phone").expect(200);
    assert_eq!(stored(), anew, "once is enough");
}

/// Fails until the answer is a delay, and tells how long it is.
fn fail_until_delayed(customer: &Customer<'_, '_>) -> u64 {
    for _ in 0..50 {
        let answer = customer.try_log_in(WRONG, "Phone");
        if answer.status == 429 {
            let wait = answer.number("retry-after");
            answer.expect_error(429, "too_many_attempts");
            return wait;
        }
        answer.expect_error(401, "invalid_credentials");
    }
    panic!("fifty guesses and no delay");
}

fn delays_double_up_to_fifteen_minutes(shop: &Shop<'_>) {
    let customer = shop.customer();
    let mut delays = vec![fail_until_delayed(&customer)];
    while delays.len() < 16 {
        shop.wait(*delays.last().expect("not empty"));
        customer.try_log_in(WRONG, "Phone").expect_error(401, "invalid_credentials");
        let answer = customer.try_log_in(WRONG, "Phone");
        delays.push(answer.number("retry-after"));
        answer.expect_error(429, "too_many_attempts");
    }

    for pair in delays.windows(2) {
        assert!(pair[1] == (pair[0] * 2).min(900), "each twice the one before: {delays:?}");
    }
    assert_eq!(delays.last(), Some(&900), "{delays:?}");
}

fn a_delay_refuses_the_right_password_too_and_success_ends_it(shop: &Shop<'_>) {
    let customer = shop.customer();
    let delay = fail_until_delayed(&customer);
    customer.try_log_in(PASSWORD, "Phone").expect_error(429, "too_many_attempts");
    shop.wait(delay);

    let session = customer.log_in("Phone");

    assert!(is_signed_in(&session));
    // The count begins anew: the next wrong password is just a wrong password.
    customer.try_log_in(WRONG, "Phone").expect_error(401, "invalid_credentials");
    customer.try_log_in(PASSWORD, "Phone").expect(200);
    // Whoever was signed in stays so all the time.
    assert!(is_signed_in(&customer));
}

fn a_delay_survives_a_restart(installation: &Installation) {
    let mut server = Server::start(installation);
    let login = {
        let shop = Shop::open_on(&server, installation);
        let customer = shop.customer();
        fail_until_delayed(&customer);
        let body = json!({ "email": customer.email, "password": PASSWORD });
        shop.visitor().post("/v1/account/login").json(&body)
    };
    server.restart();

    login.send().expect_error(429, "too_many_attempts");
}

fn a_known_device_is_not_delayed_by_others(shop: &Shop<'_>) {
    let customer = shop.customer();
    let device = customer.try_log_in(PASSWORD, "Phone").expect(200).string("deviceToken");
    fail_until_delayed(&customer);

    let body = json!({ "email": customer.email, "password": PASSWORD, "deviceToken": device });
    log_in(shop, &body).expect(200);

    // A stranger's failures did not end by that, and a thief of the device may not guess for ever either.
    let wrong = json!({ "email": customer.email, "password": WRONG, "deviceToken": device });
    let delayed = (0..50).any(|_| log_in(shop, &wrong).status == 429);
    assert!(delayed, "guessing with a device token goes on for ever");
}

fn a_device_token_helps_nobody_else(shop: &Shop<'_>) {
    let customer = shop.customer();
    let other = shop.customer();
    let others_device = other.try_log_in(PASSWORD, "Phone").expect(200).string("deviceToken");
    fail_until_delayed(&customer);

    for device in [others_device.as_str(), "mzd_nonsense", "", customer.token()] {
        let body = json!({ "email": customer.email, "password": PASSWORD, "deviceToken": device });
        log_in(shop, &body).expect_error(429, "too_many_attempts");
    }
}

fn delays_count_for_each_client_address(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_TRUSTED_PROXIES", "127.0.0.1")]);
    let shop = Shop::open_on(&server, installation);
    let customer = shop.customer();
    let log_in_from = |address: &str, password: &str| {
        let body = json!({ "email": customer.email, "password": password });
        shop.visitor().post("/v1/account/login").header("X-Forwarded-For", address).json(&body).send()
    };
    let delayed = (0..50).any(|_| log_in_from("203.0.113.7", WRONG).status == 429);
    assert!(delayed);

    // The owner at home is not the guesser's business.
    let answer = log_in_from("198.51.100.20", PASSWORD).expect(200);

    let sessions =
        shop.holding(&answer.string("token")).get("/v1/account/sessions").send().expect(200).data();
    let current = sessions.as_array().and_then(|all| all.iter().find(|session| session["current"] == true));
    assert_eq!(current.map(|session| &session["ipAddress"]), Some(&json!("198.51.100.20")), "{sessions}");
    log_in_from("203.0.113.7", PASSWORD).expect_error(429, "too_many_attempts");
    // One guesser who tries many accounts is delayed as well.
    let spread = (0..200).any(|number| {
        let body = json!({ "email": format!("victim-{number}@post.example"), "password": WRONG });
        let request = shop.visitor().post("/v1/account/login").header("X-Forwarded-For", "203.0.113.99");
        request.json(&body).send().status == 429
    });
    assert!(spread, "two hundred accounts guessed at from one address without a delay");
}

fn sessions_end_after_thirty_days_without_use(shop: &Shop<'_>) {
    let customer = shop.customer();
    let used = customer.log_in("Phone");
    let idle = customer.log_in("Laptop");
    assert!(is_signed_in(&idle));

    shop.set_clock("2026-02-03T09:00:00Z");
    assert!(is_signed_in(&used));
    shop.set_clock("2026-02-05T09:00:00Z");

    assert!(is_signed_in(&used));
    assert!(!is_signed_in(&idle));
    idle.post("/v1/account/logout").send().expect_unauthenticated();
    let sessions = used.get("/v1/account/sessions").send().expect(200).data();
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
}

fn sessions_end_after_half_a_year_at_most(shop: &Shop<'_>) {
    let session = shop.customer();
    for day in
        ["2026-02-01", "2026-02-25", "2026-03-20", "2026-04-15", "2026-05-10", "2026-06-05", "2026-07-01"]
    {
        shop.set_clock(&format!("{day}T09:00:00Z"));
        assert!(is_signed_in(&session), "{day}");
    }
    shop.set_clock("2026-07-03T09:00:00Z");
    assert!(is_signed_in(&session), "day 179");
    shop.set_clock("2026-07-04T09:00:01Z");
    assert!(!is_signed_in(&session), "day 180 is over");
}

fn two_shops_keep_the_same_address_apart(shop: &Shop<'_>) {
    let other = Shop::open(shop.server());
    let email = "twice@post.example";
    let other_password = "copper meadow 38 violin";
    let registration = |password: &str| json!({ "firstName": "Ada", "lastName": "Quill", "email": email, "password": password });
    let here = shop.register(&registration(PASSWORD));
    let there = other.register(&registration(other_password));
    assert_ne!(here.id, there.id);

    here.try_log_in(PASSWORD, "Phone").expect(200);
    there.try_log_in(other_password, "Phone").expect(200);
    here.try_log_in(other_password, "Phone").expect_error(401, "invalid_credentials");
    there.try_log_in(PASSWORD, "Phone").expect_error(401, "invalid_credentials");

    // Signing out of one, or guessing at it, is nothing to the other.
    here.post("/v1/account/logout").send().expect(200);
    fail_until_delayed(&here);
    assert!(is_signed_in(&there));
    there.try_log_in(other_password, "Phone").expect(200);
    // Mail tokens do not cross either.
    let reset = json!({ "email": email });
    other.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let token = other.last_mail_to(email, "reset_password").token();
    assert_eq!(shop.mails_to(email), ["verify_email"]);
    let body = json!({ "token": token, "password": "hollow lantern 66 plum" });
    shop.visitor().post("/v1/account/password/reset").json(&body).send().expect_error(422, "invalid_token");
    other.visitor().post("/v1/account/password/reset").json(&body).send().expect(200);
}
