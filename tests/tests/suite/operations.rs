//! What an operator sees: logs, a clean end, several nodes.

use marzipan_tests::people::is_signed_in;
use marzipan_tests::{Client, Engine, Installation, PASSWORD, Server, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    logs_are_json_with_ids_and_without_secrets,
    a_stop_lets_requests_finish,
    secrets_are_not_in_the_database,
    the_key_file_is_private,
);

fn logs_are_json_with_ids_and_without_secrets(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_LOG", "debug")]);
    let shop = Shop::open_on(&server, installation);
    let customer = shop.customer_named("Wilhelmina", "Featherstone");
    let phone = customer.log_in("Wilhelmina's phone");
    drop(customer.try_log_in("quiet marble 90 sparrow", "Phone"));
    let reset = json!({ "email": customer.email });
    shop.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let token = shop.last_mail_to(&customer.email, "reset_password").token();
    phone.get("/v1/account/details?secret=hush").header("X-Request-Id", "find-me-7").send().expect(200);
    phone.post("/v1/account/logout").send().expect(200);

    let log = server.log();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    let found = log.lines().find(|line| line.contains("find-me-7")).expect("the request is in the log");
    for part in [shop.tenant_id.as_str(), customer.id.as_str(), "/v1/account/details", "200", "duration_ms"] {
        assert!(found.contains(part), "no {part}: {found}");
    }
    for secret in [
        PASSWORD,
        "quiet marble 90 sparrow",
        phone.token(),
        &shop.admin_key,
        &shop.storefront_token,
        &token,
        "hush",
        &customer.email,
        "Featherstone",
        "argon2id",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

fn a_stop_lets_requests_finish(installation: &Installation) {
    let mut server = Server::start(installation);
    let requests: Vec<_> = {
        let shop = Shop::open_on(&server, installation);
        // One each: many attempts on one account at once would be taken for guesses.
        let customers: Vec<_> = (0..6).map(|_| shop.customer()).collect();
        let login = |email: &str| json!({ "email": email, "password": PASSWORD });
        let requests =
            customers.iter().map(|who| shop.visitor().post("/v1/account/login").json(&login(&who.email)));
        requests.collect()
    };
    let before = server.counter("marzipan_password_hashes_total");

    let answers: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = requests.into_iter().map(|request| scope.spawn(|| request.try_send())).collect();
        // Some are hashing by now, and none of those may be dropped.
        marzipan_tests::eventually("hashing has begun", || {
            (server.counter("marzipan_password_hashes_total") > before).then_some(())
        });
        server.terminate();
        calls.into_iter().map(|call| call.join().expect("a call")).collect()
    });

    let status = server.wait();
    assert_eq!(status.code(), Some(0), "{}", server.excerpt());
    for answer in answers {
        let answer = answer.unwrap_or_else(|error| panic!("dropped: {error}\n{}", server.excerpt()));
        assert_eq!(answer.status, 200, "{answer}");
    }
}

fn secrets_are_not_in_the_database(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let customer = shop.customer();
    shop.visitor().post("/v1/account/password").json(&json!({ "email": customer.email })).send().expect(200);
    let token = shop.last_mail_to(&customer.email, "reset_password").token();
    let dump = match installation.engine() {
        Engine::Sqlite => {
            drop(installation.sql("pragma wal_checkpoint(truncate)"));
            std::fs::read(installation.database_url().trim_start_matches("sqlite://")).expect("the database")
        }
        Engine::Postgres => {
            let tables = installation
                .sql("select table_name from information_schema.tables where table_schema = 'public'");
            let rows =
                tables.lines().map(|table| installation.sql(&format!("select t::text from {table} t")));
            rows.collect::<Vec<_>>().join("\n").into_bytes()
        }
    };

    let contains = |secret: &str| {
        // PostgreSQL prints bytes in hexadecimal.
        let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        [secret, &hex].iter().any(|form| dump.windows(form.len()).any(|window| window == form.as_bytes()))
    };
    assert!(contains(&customer.email), "the search finds what is there");
    for secret in [customer.token(), token.as_str(), PASSWORD, &shop.admin_key, &shop.storefront_token] {
        assert!(!contains(secret), "{secret} is in the database");
        assert!(
            !contains(secret.split_once('_').map_or(secret, |(_, bare)| bare)),
            "{secret} is in the database"
        );
    }
    assert!(contains("$argon2id$v=19$m=19456,t=2,p=1"), "the current parameters of OWASP");
}

fn the_key_file_is_private(installation: &Installation) {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start(installation);
    let file = installation.folder().join("secret.key");
    let mode = std::fs::metadata(&file).expect("it was made").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
    let key = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(key.is_empty() || !server.log().contains(key.trim()));
}

/// A shop's whole life may be spread over nodes: what one does, the others know.
#[test]
fn nodes_share_everything() {
    let installation = Installation::new(Engine::Postgres);
    let nodes = [Server::start(&installation), Server::start(&installation)];
    let shop = Shop::open_on(&nodes[0], &installation);
    let on = |client: &Client, node: usize| client.at(nodes[node].address());
    let customer = shop.customer();

    // Delays hold wherever the next guess is made.
    let guess = json!({ "email": customer.email, "password": "quiet marble 90 sparrow" });
    let delayed = (0..20).any(|round| {
        on(&shop.visitor(), round % 2).post("/v1/account/login").json(&guess).send().status == 429
    });
    assert!(delayed);
    let login = json!({ "email": customer.email, "password": PASSWORD });
    for node in 0..2 {
        let answer = on(&shop.visitor(), node).post("/v1/account/login").json(&login).send();
        answer.expect_error(429, "too_many_attempts");
    }
    // A reset on one node ends the sessions on the other.
    shop.visitor().post("/v1/account/password").json(&json!({ "email": customer.email })).send().expect(200);
    let token = shop.last_mail_to(&customer.email, "reset_password").token();
    assert!(is_signed_in(&on(&customer, 1)));
    let body = json!({ "token": token, "password": "hollow lantern 66 plum" });
    on(&shop.visitor(), 1).post("/v1/account/password/reset").json(&body).send().expect(200);
    on(&shop.visitor(), 0)
        .post("/v1/account/password/reset")
        .json(&body)
        .send()
        .expect_error(422, "invalid_token");
    assert!(!is_signed_in(&on(&customer, 0)) && !is_signed_in(&on(&customer, 1)));
    // A revoked storefront token is dead on every node.
    let made = shop.admin().post("/admin/v1/tokens").json(&json!({ "name": "x" })).send().expect(201);
    let verify = |node: usize, token: &str| {
        let body = json!({ "token": "mzm_nonsense" });
        on(&shop.holding(token), node).post("/v1/account/verify").json(&body).send().status
    };
    let token = [&made.json()["token"], &made.data()["token"]]
        .into_iter()
        .find_map(Value::as_str)
        .map(ToOwned::to_owned);
    let token = token.unwrap_or_else(|| panic!("no token: {made}"));
    assert_eq!((verify(0, &token), verify(1, &token)), (422, 422));
    let path = format!("/admin/v1/tokens/{}", made.data()["id"].as_str().expect("an id"));
    on(&shop.admin(), 1).delete(&path).send().expect(204);
    assert_eq!((verify(0, &token), verify(1, &token)), (401, 401));
}
