//! What staff do in the admin API: customers, tokens, keys, settings, the outbox, the log, the test clock.

use marzipan_tests::people::is_signed_in;
use marzipan_tests::{Installation, PASSWORD, Server, Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(
    customers_are_found_and_changed,
    customers_are_searched_by_how_they_begin,
    customers_are_merged,
    customers_are_exported_and_erased,
    a_customers_sessions_are_ended,
    storefront_tokens_are_revoked_at_once,
    a_storefront_token_may_have_an_end,
    admin_keys_open_only_their_scopes,
    settings_are_changed_with_care,
    bad_settings_are_refused,
    mails_carry_the_shops_name_and_colours,
    every_write_is_in_the_log,
    the_test_clock_moves_forward_only,
    only_a_test_shop_has_a_test_clock,
);

fn customers_are_found_and_changed(shop: &Shop<'_>) {
    let ada = shop.customer_named("Ada", "Quill");
    let bea = shop.customer_named("Bea", "Reed");
    let admin = shop.admin();
    let path = format!("/admin/v1/customers/{}", ada.id);

    let all = admin.get("/admin/v1/customers").send().expect(200).data();
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let email = bea.email.to_uppercase();
    let found = admin.get(&format!("/admin/v1/customers?email={email}")).send().expect(200).json();
    assert_eq!(found["meta"]["total"], 1, "{found}");
    assert_eq!(found["data"][0]["id"], bea.id.as_str());
    let none = admin.get("/admin/v1/customers?email=nobody@post.example").send().expect(200).json();
    assert_eq!(none["meta"]["total"], 0);

    let one = admin.get(&path).send().expect(200).data();
    assert_eq!(one["firstName"], "Ada");
    assert!(!one.to_string().contains("assword"), "{one}");

    let change = json!({ "lastName": "Quillfeather", "phone": "020 7946 0000", "email": "ada@post.example" });
    let changed = admin.patch(&path).json(&change).send().expect(200).data();
    assert_eq!(changed["email"], "ada@post.example", "staff vouch for it");
    let seen = ada.get("/v1/account/details").send().expect(200).data();
    assert_eq!((&seen["lastName"], &seen["email"]), (&json!("Quillfeather"), &json!("ada@post.example")));
    admin.patch(&path).json(&json!({ "email": bea.email })).send().expect_error(409, "email_taken");
    admin.patch(&path).json(&json!({ "firstName": "" })).send().expect_invalid(&["firstName"]);
    admin
        .get("/admin/v1/customers/0192f0a0-7c11-7abc-8def-0123456789ab")
        .send()
        .expect_error(404, "not_found");
}

fn customers_are_searched_by_how_they_begin(shop: &Shop<'_>) {
    let zoe = shop.customer_named("Zoë Marie", "O'Quill");
    let bea = shop.customer_named("Bea", "Reed-Smith");
    let admin = shop.admin();
    let found = |query: &str| {
        let answer = admin.get(&format!("/admin/v1/customers?query={query}")).send().expect(200);
        let list = answer.data();
        assert_eq!(answer.json()["meta"]["total"], list.as_array().expect("a list").len());
        let names = list.as_array().expect("a list").iter();
        names.map(|one| one["firstName"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    for query in
        ["zo", "ZOE", "ZO%C3%8B", "marie%20o'q", "O'QUILL", &zoe.email, &zoe.email[..zoe.email.len() - 3]]
    {
        assert_eq!(found(query), ["Zoë Marie"], "{query}");
    }
    assert_eq!(found("customer-").len(), 2, "both addresses begin so");
    for query in ["oe", "quill", "mith", "post.example", "%25", "_", "zoe%20o'q"] {
        assert!(found(query).is_empty(), "{query}");
    }
    assert_eq!(found("%20").len(), 2, "blank looks for nothing");
    admin.get(&format!("/admin/v1/customers?query={}", "x".repeat(101))).send().expect_invalid(&["query"]);
    // A change of name is found, and an erased customer is not.
    let path = format!("/admin/v1/customers/{}", bea.id);
    admin.patch(&path).json(&json!({ "firstName": "Béatrice" })).send().expect(200);
    assert_eq!(found("beatr"), ["Béatrice"]);
    admin.delete(&path).send().expect(204);
    assert!(found("beatr").is_empty());
}

fn customers_are_merged(shop: &Shop<'_>) {
    let [kept, gone] = [shop.customer_named("Ada", "Quill"), shop.customer_named("Ada", "Double")];
    let address =
        json!({ "line1": "7 Harbour Row", "city": "Whitby", "postcode": "YO21 3PU", "country": "GB" });
    gone.post("/v1/account/addresses").json(&address).send().expect(201);
    let merge = |from: &str| {
        let path = format!("/admin/v1/customers/{}/merge", kept.id);
        shop.admin().post(&path).json(&json!({ "from": from })).send()
    };
    merge(&kept.id).expect_invalid(&["from"]);
    merge("0192f0a0-7c11-7abc-8def-0123456789ab").expect_error(404, "not_found");

    merge(&gone.id).expect(200);

    assert!(is_signed_in(&kept));
    assert!(!is_signed_in(&gone));
    let addresses = kept.get("/v1/account/addresses").send().expect(200).data();
    assert_eq!(addresses[0]["line1"], "7 Harbour Row");
    shop.admin().get(&format!("/admin/v1/customers/{}", gone.id)).send().expect_error(404, "not_found");
    gone.try_log_in(PASSWORD, "Phone").expect_error(401, "invalid_credentials");
}

fn customers_are_exported_and_erased(shop: &Shop<'_>) {
    let customer = shop.customer_named("Wilhelmina", "Featherstone");
    let path = format!("/admin/v1/customers/{}", customer.id);
    let export = shop.admin().get(&format!("{path}/export")).send().expect(200).text();
    assert!(export.contains("Featherstone") && export.contains(&customer.email));

    shop.admin().delete(&path).send().expect(204);

    assert!(!is_signed_in(&customer));
    shop.admin().get(&path).send().expect_error(404, "not_found");
    shop.admin().delete(&path).send().expect_error(404, "not_found");
    for target in ["customers", "outbox", "audit-log"] {
        let text = shop.admin().get(&format!("/admin/v1/{target}?perPage=100")).send().expect(200).text();
        assert!(!text.contains("Featherstone") && !text.contains(&customer.email), "{target}: {text}");
    }
}

fn a_customers_sessions_are_ended(shop: &Shop<'_>) {
    let [customer, other] = [shop.customer(), shop.customer()];
    let phone = customer.log_in("Phone");

    let answer = shop.admin().delete(&format!("/admin/v1/customers/{}/sessions", customer.id)).send();

    assert!(answer.status == 204 || answer.status == 200, "{answer}");
    assert!(!is_signed_in(&customer) && !is_signed_in(&phone));
    assert!(is_signed_in(&other));
    customer.try_log_in(PASSWORD, "Phone").expect(200);
}

fn try_token(shop: &Shop<'_>, token: &str) -> u16 {
    shop.holding(token).post("/v1/account/verify").json(&json!({ "token": "mzm_nonsense" })).send().status
}

/// The text of a body's only long secret, wherever it stands.
fn secret(body: &Value, key: &str) -> String {
    let found = [&body[key], &body["data"][key]].into_iter().find_map(Value::as_str);
    found.unwrap_or_else(|| panic!("no {key}: {body}")).to_owned()
}

fn storefront_tokens_are_revoked_at_once(shop: &Shop<'_>) {
    let admin = shop.admin();
    let made = admin.post("/admin/v1/tokens").json(&json!({ "name": "Web pages" })).send().expect(201).json();
    let token = secret(&made, "token");
    assert_eq!(try_token(shop, &token), 422, "it opens the storefront");
    let listed = admin.get("/admin/v1/tokens").send().expect(200).text();
    assert!(!listed.contains(&token), "it is shown once");
    let customer = shop.customer();

    let path = format!("/admin/v1/tokens/{}", made["data"]["id"].as_str().expect("an id"));
    admin.delete(&path).send().expect(204);

    assert_eq!(try_token(shop, &token), 401);
    shop.holding(&token).post("/v1/account/login").json(&json!({})).send().expect_unauthenticated();
    assert_eq!(try_token(shop, &shop.storefront_token), 422, "the other one lives");
    assert!(is_signed_in(&customer));
    admin.delete(&path).send().expect_error(404, "not_found");
}

fn a_storefront_token_may_have_an_end(shop: &Shop<'_>) {
    let make = |end: &str| {
        let body = json!({ "name": "Campaign", "expiresAt": end });
        shop.admin().post("/admin/v1/tokens").json(&body).send()
    };
    make("2026-01-05T08:59:59Z").expect_invalid(&["expiresAt"]);
    let token = secret(&make("2026-01-05T10:00:00Z").expect(201).json(), "token");
    assert_eq!(try_token(shop, &token), 422);

    shop.set_clock("2026-01-05T10:00:01Z");

    assert_eq!(try_token(shop, &token), 401);
}

fn admin_keys_open_only_their_scopes(shop: &Shop<'_>) {
    let admin = shop.admin();
    let make = |scopes: Value| {
        admin.post("/admin/v1/admin-keys").json(&json!({ "name": "reader", "scopes": scopes })).send()
    };
    make(json!(["everything"])).expect(422);
    let issued = make(json!(["customers:read"])).expect(201).json();
    let key = secret(&issued, "key");
    assert!(key.starts_with("mzk_"));
    let reader = shop.holding(&key);

    reader.get("/admin/v1/customers").send().expect(200);
    reader.get("/admin/v1/settings").send().expect_error(403, "forbidden");
    reader.post("/admin/v1/admin-keys").json(&json!({ "name": "x", "scopes": ["*"] })).send().expect(403);
    // A key may not give what it has not got.
    let keymaker = make(json!(["admin-keys"])).expect(201).json();
    let keymaker = shop.holding(&secret(&keymaker, "key"));
    let wider = json!({ "name": "wider", "scopes": ["customers:write"] });
    keymaker.post("/admin/v1/admin-keys").json(&wider).send().expect(403);

    admin
        .delete(&format!("/admin/v1/admin-keys/{}", issued["data"]["id"].as_str().expect("an id")))
        .send()
        .expect(204);
    reader.get("/admin/v1/customers").send().expect_unauthenticated();
}

fn settings_are_changed_with_care(shop: &Shop<'_>) {
    let admin = shop.admin();
    let first = admin.get("/admin/v1/settings").send().expect(200);
    let etag = first.header("etag").expect("an ETag").to_owned();
    assert_eq!(first.data()["name"], "Harbour Wines");
    let change = |etag: &str, body: &Value| {
        admin.patch("/admin/v1/settings").header("If-Match", etag).json(body).send()
    };

    let changed =
        change(&etag, &json!({ "name": "Cliff Wines", "logoUrl": "https://shop.example/l.png" })).expect(200);
    assert_eq!(changed.data()["name"], "Cliff Wines");
    assert_eq!(changed.data()["returnOrigins"], first.data()["returnOrigins"], "what is left out stays");
    change(&etag, &json!({ "name": "Too late" })).expect(412);
    let null = change("*", &json!({ "logoUrl": null })).expect(200);
    assert_eq!(null.data()["logoUrl"], Value::Null);
    assert_eq!(null.data()["name"], "Cliff Wines");
}

fn bad_settings_are_refused(shop: &Shop<'_>) {
    let admin = shop.admin();
    let before = admin.get("/admin/v1/settings").send().expect(200).text();
    let cases = [
        ("name", json!("")),
        ("currency", json!("GB")),
        ("currency", json!("ZZZ")),
        ("timezone", json!("Europe/Atlantis")),
        ("contactEmail", json!("no address")),
        ("mailFrom", json!("a@b\r\nBcc: all@post.example")),
        ("logoUrl", json!("javascript:alert(1)")),
        ("minimumAge", json!(0)),
        ("minimumAge", json!(121)),
    ];
    for (field, value) in cases {
        admin.patch("/admin/v1/settings").json(&json!({ field: value })).send().expect_invalid(&[field]);
    }
    for origin in
        ["shop.example", "https://shop.example/path", "*", "null", "http://shop.example", "ftp://x.example"]
    {
        let answer = admin.patch("/admin/v1/settings").json(&json!({ "allowedOrigins": [origin] })).send();
        answer.expect_invalid(&["allowedOrigins.0"]);
    }
    let colour = json!({ "colours": { "primary": "red;}</style>" } });
    admin.patch("/admin/v1/settings").json(&colour).send().expect_invalid(&["colours.primary"]);
    assert_eq!(admin.get("/admin/v1/settings").send().expect(200).text(), before);
}

fn mails_carry_the_shops_name_and_colours(shop: &Shop<'_>) {
    shop.set(&json!({
        "name": "Quay & <Cellar>", "colours": { "primary": "#123abc", "background": "#fefdfc" },
        "contactEmail": "help@shop.example",
    }));
    let customer = shop.customer_named("<b>Ada</b>", "O'Quill");

    let mail = shop.last_mail_to(&customer.email, "verify_email");

    assert!(mail.text("subject").contains("Quay & <Cellar>"), "{}", mail.text("subject"));
    let html = mail.text("html");
    assert!(html.contains("Quay &amp; &lt;Cellar&gt;") && !html.contains("<Cellar>"), "{html}");
    assert!(!html.contains("<b>Ada"), "{html}");
    for part in ["#123abc", "#fefdfc", "help@shop.example"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(mail.text("text").contains("<b>Ada</b>"), "plain text is not escaped: {}", mail.text("text"));
    assert_eq!(redacted(&mail.text("createdAt")), "[time]");
    let one = shop.admin().get(&format!("/admin/v1/outbox/{}", mail.text("id"))).send().expect(200).data();
    assert_eq!(one, mail.0);
}

fn every_write_is_in_the_log(shop: &Shop<'_>) {
    let customer = shop.customer_named("Ada", "Quill");
    let admin = shop.admin();
    let path = format!("/admin/v1/customers/{}", customer.id);
    admin.patch(&path).json(&json!({ "firstName": "Bea" })).send().expect(200);
    admin.delete(&format!("{path}/sessions")).send();
    let token =
        admin.post("/admin/v1/tokens").json(&json!({ "name": "Web pages" })).send().expect(201).json();
    admin
        .delete(&format!("/admin/v1/tokens/{}", token["data"]["id"].as_str().expect("an id")))
        .send()
        .expect(204);
    shop.set(&json!({ "name": "Cliff Wines" }));
    let staff = json!({ "email": "o@post.example", "name": "Olive", "role": "owner", "password": PASSWORD });
    admin.post("/admin/v1/staff").json(&staff).send().expect(201);

    let log = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200);

    let entries = log.data();
    let entries = entries.as_array().expect("a list");
    let find = |action: &str| {
        entries.iter().find(|entry| entry["action"] == action).unwrap_or_else(|| panic!("no {action}: {log}"))
    };
    let update = find("customer.update");
    assert_eq!(update["actor"]["kind"], "admin_key");
    assert_eq!(update["targetId"], customer.id.as_str());
    assert_eq!(update["before"]["firstName"], "Ada");
    assert_eq!(update["after"]["firstName"], "Bea");
    assert_eq!(find("settings.update")["after"]["name"], "Cliff Wines");
    for action in ["customer.end-sessions", "token.issue", "token.revoke", "staff.add", "shop.open"] {
        find(action);
    }
    assert!(!log.text().contains("argon2") && !log.text().contains(PASSWORD), "{log}");
    assert!(!log.text().contains(&secret(&token, "token")), "{log}");
}

fn the_test_clock_moves_forward_only(shop: &Shop<'_>) {
    assert_eq!(shop.now(), "2026-01-05T09:00:00.000000Z");
    let set = |now: Value| shop.admin().post("/admin/v1/test-clock").json(&json!({ "now": now })).send();

    let moved = set(json!("2026-01-06T09:00:00+01:00")).expect(200).json();
    assert_eq!(moved["now"], "2026-01-06T08:00:00.000000Z");
    assert!(moved["jobsRun"].is_u64(), "{moved}");

    set(json!("2026-01-05T09:00:00Z")).expect_invalid(&["now"]);
    for bad in [json!("tomorrow"), json!(7), json!(""), Value::Null, json!("2026-13-01T00:00:00Z")] {
        set(bad).expect_invalid(&["now"]);
    }
    assert_eq!(shop.now(), "2026-01-06T08:00:00.000000Z");
}

fn only_a_test_shop_has_a_test_clock(installation: &Installation) {
    let server = Server::start(installation);
    let arguments = ["tenant", "create", "--slug", "real", "--name", "Real", "--currency", "EUR"];
    let made = installation.json(arguments.into_iter().chain(["--timezone", "Europe/Berlin", "--json"]));
    let key = made["adminKey"].as_str().expect("a key");
    let admin = marzipan_tests::Client::new(server.address(), Some(key));

    let body = json!({ "now": "2030-01-01T00:00:00Z" });
    admin.post("/admin/v1/test-clock").json(&body).send().expect_error(409, "not_in_test_mode");
}
