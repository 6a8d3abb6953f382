//! Staff: their sign-in with a second factor, their roles, and what neither may do.

use marzipan_tests::people::{PASSWORD, number};
use marzipan_tests::{Answer, Client, Shop, on_both_engines, redacted};
use serde_json::{Value, json};
use totp_rs::{Builder, Totp};

on_both_engines!(
    sign_in_and_out,
    refusals_tell_nothing,
    guessing_is_delayed,
    a_second_factor_is_asked_for_once_it_is_confirmed,
    a_code_is_good_once,
    roles_may_do_what_they_are_for,
    owners_are_made_and_unmade_by_owners,
    a_changed_password_ends_the_other_sessions,
    removing_someone_ends_their_sessions,
    a_working_day_ends_a_session,
);

const WRONG: &str = "quiet marble 90 sparrow";

/// A member of staff; returns their address and id.
fn hire(shop: &Shop<'_>, role: &str) -> (String, String) {
    let email = format!("staff-{}@post.example", number());
    let body = json!({ "email": email, "name": "Olive Oak", "role": role, "password": PASSWORD });
    let hired = shop.admin().post("/admin/v1/staff").json(&body).send().expect(201).data();
    (email, hired["id"].as_str().expect("an id").to_owned())
}

fn try_log_in(shop: &Shop<'_>, email: &str, password: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "tenant": shop.slug, "email": email, "password": password });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    shop.nobody().post("/admin/v1/staff/login").json(&body).send()
}

fn log_in(shop: &Shop<'_>, email: &str) -> Client {
    shop.holding(&try_log_in(shop, email, PASSWORD, None).expect(200).string("token"))
}

fn is_signed_in(session: &Client) -> bool {
    session.get("/admin/v1/staff/me").send().status == 200
}

fn sign_in_and_out(shop: &Shop<'_>) {
    let (email, id) = hire(shop, "owner");
    let answer = try_log_in(shop, &format!(" {} ", email.to_uppercase()), PASSWORD, None).expect(200);

    assert!(answer.string("token").starts_with("mzs_"), "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    let me = answer.data();
    assert_eq!((&me["email"], &me["id"], &me["role"]), (&json!(email), &json!(id), &json!("owner")));
    assert_eq!(redacted(&answer.string("expiresAt")), "[time]");
    let session = shop.holding(&answer.string("token"));
    assert_eq!(session.get("/admin/v1/staff/me").send().expect(200).data(), me);
    let other = log_in(shop, &email);

    session.post("/admin/v1/staff/logout").json_bytes("garbage").send();

    session.get("/admin/v1/staff/me").send().expect_unauthenticated();
    session.post("/admin/v1/staff/logout").send().expect_unauthenticated();
    assert!(is_signed_in(&other));
    // A staff session opens nothing of a customer's.
    other.get("/v1/account/details").send().expect_unauthenticated();
    // A key is no person.
    shop.admin().get("/admin/v1/staff/me").send().expect(403);
}

fn refusals_tell_nothing(shop: &Shop<'_>) {
    let (email, _) = hire(shop, "manager");
    let wrong_password = try_log_in(shop, &email, WRONG, None);
    let unknown_email = try_log_in(shop, "nobody@post.example", WRONG, None);
    let body = json!({ "tenant": "no-such-shop", "email": email, "password": PASSWORD });
    let unknown_shop = shop.nobody().post("/admin/v1/staff/login").json(&body).send();

    assert_eq!(wrong_password.text(), unknown_email.text());
    assert_eq!(wrong_password.text(), unknown_shop.text());
    wrong_password.expect_error(401, "invalid_credentials");
    // A customer's account is no sign-in for staff.
    let customer = shop.customer();
    try_log_in(shop, &customer.email, PASSWORD, None).expect_error(401, "invalid_credentials");
}

fn guessing_is_delayed(shop: &Shop<'_>) {
    let (email, _) = hire(shop, "owner");
    let delayed = (0..20).any(|_| try_log_in(shop, &email, WRONG, None).status == 429);
    assert!(delayed);
    try_log_in(shop, &email, PASSWORD, None).expect_error(429, "too_many_attempts");
    shop.wait(900);
    try_log_in(shop, &email, PASSWORD, None).expect(200);
}

/// Sets a second factor up; gives what an authenticator app would keep.
fn enable_totp(session: &Client) -> Totp {
    let begun = session.post("/admin/v1/staff/totp").send();
    assert!(begun.status == 200 || begun.status == 201, "{begun}");
    let begun = begun.json();
    let text = |key: &str| {
        let value = if begun["data"].is_object() { &begun["data"][key] } else { &begun[key] };
        value.as_str().unwrap_or_else(|| panic!("no {key}: {begun}")).to_owned()
    };
    assert!(text("otpauthUrl").starts_with("otpauth://totp/"), "{begun}");
    assert!(text("otpauthUrl").contains(&text("secret")), "{begun}");
    authenticator(&text("secret"))
}

fn authenticator(secret: &str) -> Totp {
    let five_bits = |letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).expect("base 32");
    let letters = secret.trim_end_matches('=').chars();
    let bits = letters.map(|letter| format!("{:05b}", five_bits(letter))).collect::<Vec<_>>().concat();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("digits"), 2).expect("eight bits"))
        .collect();
    Builder::new()
        .with_secret(bytes)
        .with_issuer(Some("shop".to_owned()))
        .with_account_name("staff".to_owned())
        .build()
        .expect("a secret of 160 bits")
}

/// The code that the app shows so many seconds from now. Codes count in the world's time, not the shop's.
fn code(app: &Totp, seconds_ahead: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    app.generate(now.as_secs() + seconds_ahead).to_string()
}

fn a_second_factor_is_asked_for_once_it_is_confirmed(shop: &Shop<'_>) {
    let (email, _) = hire(shop, "owner");
    let session = log_in(shop, &email);
    let app = enable_totp(&session);
    assert!(is_signed_in(&log_in(shop, &email)), "not before it is confirmed");
    let confirm =
        |code: &str| session.post("/admin/v1/staff/totp/confirm").json(&json!({ "code": code })).send();
    confirm("000000").expect_error(422, "invalid_code");
    let confirmed = confirm(&code(&app, 0));
    assert!(confirmed.status == 200 || confirmed.status == 204, "{confirmed}");

    try_log_in(shop, &email, PASSWORD, None).expect_error(401, "totp_required");
    // Only who knows the password learns that a code is asked for.
    try_log_in(shop, &email, WRONG, None).expect_error(401, "invalid_credentials");
    try_log_in(shop, &email, PASSWORD, Some("000000")).expect_error(401, "invalid_credentials");
    let answer = try_log_in(shop, &email, PASSWORD, Some(&code(&app, 30))).expect(200);
    assert!(!answer.text().contains("secret"), "{answer}");

    let remove = |code: &str| session.delete("/admin/v1/staff/totp").json(&json!({ "code": code })).send();
    remove("000000").expect_error(422, "invalid_code");
    shop.admin().post("/admin/v1/staff/totp").send().expect(403);
}

fn a_code_is_good_once(shop: &Shop<'_>) {
    let (email, _) = hire(shop, "owner");
    let session = log_in(shop, &email);
    let app = enable_totp(&session);
    let first = code(&app, 0);
    session.post("/admin/v1/staff/totp/confirm").json(&json!({ "code": first })).send();
    try_log_in(shop, &email, PASSWORD, Some(&first)).expect_error(401, "invalid_credentials");
    let next = code(&app, 30);
    try_log_in(shop, &email, PASSWORD, Some(&next)).expect(200);

    try_log_in(shop, &email, PASSWORD, Some(&next)).expect_error(401, "invalid_credentials");
}

fn roles_may_do_what_they_are_for(shop: &Shop<'_>) {
    let customer = shop.customer();
    let customer = format!("/admin/v1/customers/{}", customer.id);
    // Who may: owner, manager, fulfilment, content, read-only.
    let cases: [(&str, &str, Option<Value>, [bool; 5]); 9] = [
        ("GET", "/admin/v1/customers", None, [true, true, true, false, true]),
        ("GET", &customer, None, [true, true, true, false, true]),
        ("PATCH", &customer, Some(json!({ "firstName": "Bea" })), [true, true, false, false, false]),
        ("GET", "/admin/v1/settings", None, [true, true, true, true, true]),
        ("PATCH", "/admin/v1/settings", Some(json!({})), [true, true, false, false, false]),
        ("GET", "/admin/v1/outbox", None, [true, true, false, false, false]),
        ("GET", "/admin/v1/audit-log", None, [true, true, false, false, true]),
        ("GET", "/admin/v1/staff", None, [true, false, false, false, false]),
        ("GET", "/admin/v1/admin-keys", None, [true, false, false, false, false]),
    ];
    for (index, role) in ["owner", "manager", "fulfilment", "content", "read-only"].into_iter().enumerate() {
        let session = log_in(shop, &hire(shop, role).0);
        for (method, target, body, may) in &cases {
            let request = session.request(method, target);
            let answer = match body {
                Some(body) => request.json(body).send(),
                None => request.send(),
            };
            if may[index] {
                answer.expect(200);
            } else {
                answer.expect_error(403, "forbidden");
            }
        }
    }
    let unknown = json!({ "email": "x@post.example", "name": "X", "role": "emperor", "password": PASSWORD });
    shop.admin().post("/admin/v1/staff").json(&unknown).send().expect_invalid(&["role"]);
}

fn owners_are_made_and_unmade_by_owners(shop: &Shop<'_>) {
    let (first_email, first) = hire(shop, "owner");
    let owner = log_in(shop, &first_email);
    let change = |id: &str, body: Value| owner.patch(&format!("/admin/v1/staff/{id}")).json(&body).send();
    change(&first, json!({ "role": "manager" })).expect_error(409, "last_owner");
    owner.delete(&format!("/admin/v1/staff/{first}")).send().expect_error(409, "last_owner");

    let (second_email, second) = hire(shop, "manager");
    let manager = log_in(shop, &second_email);
    change(&second, json!({ "role": "owner" })).expect(200);
    assert!(!is_signed_in(&manager), "a new role wants a new sign-in");
    change(&second, json!({ "name": "Olga Oak" })).expect(200);
    owner.delete(&format!("/admin/v1/staff/{first}")).send().expect(204);
    assert!(!is_signed_in(&owner));
    // A key that may manage staff is still no owner.
    let key = json!({ "name": "hr", "scopes": ["staff"] });
    let key = shop.admin().post("/admin/v1/admin-keys").json(&key).send().expect(201);
    let key = shop.holding(&secret_in(&key.text(), "mzk_"));
    let boss = json!({ "email": "boss@post.example", "name": "Boss", "role": "owner", "password": PASSWORD });
    key.post("/admin/v1/staff").json(&boss).send().expect_error(403, "owners_only");
}

fn secret_in(text: &str, prefix: &str) -> String {
    let start = text.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {text}"));
    text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

fn a_changed_password_ends_the_other_sessions(shop: &Shop<'_>) {
    let (email, _) = hire(shop, "content");
    let [here, there] = [log_in(shop, &email), log_in(shop, &email)];
    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "password": new });
        here.put("/admin/v1/staff/me/password").json(&body).send()
    };
    change(WRONG, "hollow lantern 66 plum").expect_invalid(&["currentPassword"]);
    change(PASSWORD, "password1").expect_invalid(&["password"]);
    assert!(is_signed_in(&there));

    let answer = change(PASSWORD, "hollow lantern 66 plum");
    assert!(answer.status == 200 || answer.status == 204, "{answer}");

    assert!(is_signed_in(&here));
    assert!(!is_signed_in(&there));
    try_log_in(shop, &email, PASSWORD, None).expect_error(401, "invalid_credentials");
    try_log_in(shop, &email, "hollow lantern 66 plum", None).expect(200);
}

fn removing_someone_ends_their_sessions(shop: &Shop<'_>) {
    let (email, id) = hire(shop, "manager");
    let session = log_in(shop, &email);
    let twice = json!({ "email": email, "name": "X", "role": "content", "password": PASSWORD });
    shop.admin().post("/admin/v1/staff").json(&twice).send().expect_error(409, "email_taken");

    shop.admin().delete(&format!("/admin/v1/staff/{id}")).send().expect(204);

    assert!(!is_signed_in(&session));
    try_log_in(shop, &email, PASSWORD, None).expect_error(401, "invalid_credentials");
    shop.admin().get(&format!("/admin/v1/staff/{id}")).send().expect_error(404, "not_found");
}

fn a_working_day_ends_a_session(shop: &Shop<'_>) {
    let session = log_in(shop, &hire(shop, "manager").0);
    shop.wait(11 * 3600);
    assert!(is_signed_in(&session));
    shop.wait(11 * 3600);
    assert!(is_signed_in(&session));
    shop.wait(13 * 3600);
    assert!(!is_signed_in(&session));
}
