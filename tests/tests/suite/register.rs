//! Registering, and proving that an address is one's own. Nobody learns whether an address has an account.

use marzipan_tests::people::{SITE, is_signed_in, number};
use marzipan_tests::{Answer, PASSWORD, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    mails_a_token_that_signs_in,
    keeps_an_address_in_small_letters_without_spaces,
    tells_nobody_whether_an_address_is_known,
    sends_the_owner_of_a_known_address_a_mail_that_says_so,
    names_every_bad_field_at_once,
    refuses_bad_values_of_each_field,
    refuses_passwords_that_many_people_have,
    asks_for_a_date_of_birth_where_there_is_a_minimum_age,
    links_only_to_origins_on_the_shops_list,
    a_verify_token_works_once,
    a_verify_token_is_good_for_seven_days,
    an_unverified_customer_can_not_sign_in,
    sends_the_verify_mail_again_on_request,
    a_stranger_can_not_choose_the_owners_password,
    the_registration_whose_link_is_followed_counts,
    a_mail_that_can_not_know_whose_it_is_brings_no_password,
    many_registrations_do_not_lock_the_owner_out,
    a_reset_forgets_what_strangers_registered,
);

fn registration() -> Value {
    json!({
        "firstName": "Ada",
        "lastName": "Quill",
        "email": format!("ada-{}@post.example", number()),
        "password": PASSWORD,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = registration();
    body[field] = value;
    body
}

fn email_of(body: &Value) -> &str {
    body["email"].as_str().expect("a text")
}

fn register(shop: &Shop<'_>, body: &Value) -> Answer {
    shop.visitor().post("/v1/account/register").json(body).send()
}

fn verify(shop: &Shop<'_>, token: &str) -> Answer {
    shop.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send()
}

fn mails_a_token_that_signs_in(shop: &Shop<'_>) {
    let mut body = registration();
    body["phone"] = json!("+44 20 7946 0000");
    body["marketing"] = json!(["sms", "email"]);
    body["dateOfBirth"] = json!("1980-02-29");
    let answer = register(shop, &body).expect(201);
    assert_eq!(answer.json().as_object().map(serde_json::Map::len), Some(1), "only a message: {answer}");
    assert!(!answer.string("message").is_empty());
    assert_eq!(shop.mails_to(email_of(&body)), ["verify_email"]);

    let mail = shop.last_mail_to(email_of(&body), "verify_email");
    let answer = verify(shop, &mail.token()).expect(200);

    assert_eq!(answer.json()["tokenType"], "Bearer", "{answer}");
    let details = answer.data();
    assert_eq!(details["firstName"], "Ada");
    assert_eq!(details["emailVerified"], true);
    assert_eq!(details["phone"], "+44 20 7946 0000");
    assert_eq!(details["marketing"], json!(["email", "sms"]));
    assert_eq!(details["dateOfBirth"], "1980-02-29");
    let session = shop.holding(&answer.string("token"));
    assert_eq!(session.get("/v1/account/details").send().expect(200).data(), details);
}

fn keeps_an_address_in_small_letters_without_spaces(shop: &Shop<'_>) {
    let name = number();
    let customer = shop.register(&with("email", json!(format!("  Ada.{name}@Post.EXAMPLE\t"))));
    assert_eq!(customer.email, format!("ada.{name}@post.example"));
    let details = customer.get("/v1/account/details").send().expect(200).data();
    assert_eq!(details["email"], customer.email.as_str());

    let login = json!({ "email": format!(" ADA.{name}@post.example "), "password": PASSWORD });
    let answer = shop.visitor().post("/v1/account/login").json(&login).send().expect(200);

    assert_eq!(answer.data()["id"], customer.id.as_str());
}

fn tells_nobody_whether_an_address_is_known(shop: &Shop<'_>) {
    let known = shop.customer();
    let unverified = registration();
    register(shop, &unverified).expect(201);

    let fresh = register(shop, &registration()).expect(201);
    let of_known = register(shop, &with("email", json!(known.email))).expect(201);
    let of_unverified = register(shop, &unverified).expect(201);

    assert_eq!(of_known.body, fresh.body);
    assert_eq!(of_unverified.body, fresh.body);
    // A bad field is told alike, too.
    let mut short = with("email", json!(known.email));
    short["password"] = json!("short");
    register(shop, &short).expect_invalid(&["password"]);
}

fn sends_the_owner_of_a_known_address_a_mail_that_says_so(shop: &Shop<'_>) {
    let known = shop.customer_named("Grace", "Byron");
    let mut again = with("email", json!(known.email.to_uppercase()));
    again["password"] = json!("another harbour 77 candle");
    register(shop, &again).expect(201);

    assert_eq!(shop.mails_to(&known.email), ["verify_email", "already_registered"]);
    let mail = shop.last_mail_to(&known.email, "already_registered");
    assert!(!mail.text("text").contains("mzm_"), "no token in {}", mail.0);
    // Nothing of the account has changed.
    known.try_log_in("another harbour 77 candle", "Phone").expect_error(401, "invalid_credentials");
    let details = known.get("/v1/account/details").send().expect(200).data();
    assert_eq!(details["firstName"], "Grace");
}

fn names_every_bad_field_at_once(shop: &Shop<'_>) {
    register(shop, &json!({})).expect_invalid(&["firstName", "lastName", "email", "password"]);
    let body = json!({
        "firstName": " ", "lastName": "Q".repeat(101), "email": "ada", "password": "short",
        "phone": "call me", "marketing": ["pigeon"], "dateOfBirth": "2020-02-30",
    });
    register(shop, &body).expect_invalid(&[
        "firstName",
        "lastName",
        "email",
        "password",
        "phone",
        "marketing.0",
        "dateOfBirth",
    ]);
    assert!(shop.mails().is_empty());
}

fn refuses_bad_values_of_each_field(shop: &Shop<'_>) {
    let long_email = format!("{}@post.example", "a".repeat(250));
    let cases = [
        ("email", json!("")),
        ("email", json!("ada.post.example")),
        ("email", json!("ada@quill@post.example")),
        ("email", json!("@post.example")),
        ("email", json!("ada@")),
        ("email", json!("ada quill@post.example")),
        ("email", json!("ada\u{0}@post.example")),
        ("email", json!("ada\r\nBcc: all@post.example")),
        ("email", json!(long_email)),
        ("firstName", json!("")),
        ("firstName", json!("A\u{0}da")),
        ("firstName", json!("A\nda")),
        ("firstName", json!("\u{202e}adA")),
        ("firstName", json!("A\u{2066}da")),
        ("lastName", json!("é".repeat(101))),
        ("password", json!("violet1")),
        ("password", json!("x9 ".repeat(67))),
        ("phone", json!("1".repeat(33))),
        ("dateOfBirth", json!("2030-01-01")),
        ("dateOfBirth", json!("1899-12-31")),
        ("dateOfBirth", json!("01/02/1980")),
        ("dateOfBirth", json!("1981-02-29")),
    ];
    for (field, value) in cases {
        register(shop, &with(field, value)).expect_invalid(&[field]);
    }
    let good = [
        ("firstName", json!("é".repeat(100))),
        ("firstName", json!("  Zoë-Anaïs O’Brien  ")),
        ("lastName", json!("李")),
        ("email", json!(format!("o'brien+wine-{}@post.example", number()))),
        ("email", json!(format!("ada-{}@localhost", number()))),
        ("password", json!("väinämöinen 🎻 laulaa")),
        ("phone", json!("")),
        ("phone", Value::Null),
        ("marketing", json!([])),
        ("dateOfBirth", Value::Null),
    ];
    for (field, value) in good {
        register(shop, &with(field, value)).expect(201);
    }
}

fn refuses_passwords_that_many_people_have(shop: &Shop<'_>) {
    for common in ["password", "12345678", "qwertyuiop", "iloveyou", "football", "PASSWORD", "password1"] {
        register(shop, &with("password", json!(common))).expect_invalid(&["password"]);
    }
    register(shop, &with("password", json!("mauve otter 12"))).expect(201);
}

fn asks_for_a_date_of_birth_where_there_is_a_minimum_age(shop: &Shop<'_>) {
    shop.set(&json!({ "minimumAge": 18 }));

    register(shop, &registration()).expect_invalid(&["dateOfBirth"]);
    // The shop's clock stands at 5 January 2026.
    register(shop, &with("dateOfBirth", json!("2008-01-06"))).expect_invalid(&["dateOfBirth"]);
    register(shop, &with("dateOfBirth", json!("2008-01-05"))).expect(201);
}

fn links_only_to_origins_on_the_shops_list(shop: &Shop<'_>) {
    let listed = with("returnUrl", json!(format!("{SITE}/welcome?from=mail")));
    register(shop, &listed).expect(201);
    let mail = shop.last_mail_to(email_of(&listed), "verify_email");
    assert_eq!(mail.links(), [format!("{SITE}/welcome?from=mail&token={}", mail.token())]);
    verify(shop, &mail.token()).expect(200);

    let foreign = [
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:444/evil.example",
        "http://shop.example/evil.example",
        "//evil.example",
        "https:evil.example",
        "javascript:alert('evil.example')",
        "data:text/html,evil.example",
    ];
    for url in foreign {
        let body = with("returnUrl", json!(url));
        let answer = register(shop, &body);
        if answer.status == 422 {
            answer.expect_invalid(&["returnUrl"]);
            continue;
        }
        answer.expect(201);
        let mail = shop.last_mail_to(email_of(&body), "verify_email");
        assert!(mail.links().is_empty(), "{url}: {:?}", mail.links());
        assert!(!mail.0.to_string().contains("evil.example"), "{url}: {}", mail.0);
        verify(shop, &mail.token()).expect(200);
    }
}

fn a_verify_token_works_once(shop: &Shop<'_>) {
    let body = registration();
    register(shop, &body).expect(201);
    let token = shop.last_mail_to(email_of(&body), "verify_email").token();
    verify(shop, &token).expect(200);

    verify(shop, &token).expect_error(422, "invalid_token");
    verify(shop, "").expect(422);
    verify(shop, "mzm_nonsense").expect_error(422, "invalid_token");
    verify(shop, &token.to_uppercase()).expect_error(422, "invalid_token");
}

fn a_verify_token_is_good_for_seven_days(shop: &Shop<'_>) {
    let [early, late] = [registration(), registration()];
    register(shop, &early).expect(201);
    register(shop, &late).expect(201);
    let early = shop.last_mail_to(email_of(&early), "verify_email").token();
    let late = shop.last_mail_to(email_of(&late), "verify_email").token();

    shop.set_clock("2026-01-12T08:59:59Z");
    verify(shop, &early).expect(200);
    shop.set_clock("2026-01-12T09:00:01Z");
    verify(shop, &late).expect_error(422, "invalid_token");
}

fn an_unverified_customer_can_not_sign_in(shop: &Shop<'_>) {
    let body = registration();
    register(shop, &body).expect(201);
    let log_in = |password: &str| {
        let login = json!({ "email": email_of(&body), "password": password });
        shop.visitor().post("/v1/account/login").json(&login).send()
    };

    log_in(PASSWORD).expect_error(403, "email_unverified");
    // Only who knows the password learns that there is an account.
    let wrong = log_in("quiet marble 90 sparrow").expect(401);
    let unknown = json!({ "email": "nobody@post.example", "password": PASSWORD });
    let unknown = shop.visitor().post("/v1/account/login").json(&unknown).send().expect(401);
    assert_eq!(wrong.body, unknown.body);

    verify(shop, &shop.last_mail_to(email_of(&body), "verify_email").token()).expect(200);
    let answer = log_in(PASSWORD).expect(200);
    assert!(is_signed_in(&shop.holding(&answer.string("token"))));
}

fn sends_the_verify_mail_again_on_request(shop: &Shop<'_>) {
    let body = registration();
    register(shop, &body).expect(201);
    let known = shop.customer();
    let resend = |email: &str| {
        let body = json!({ "email": email, "returnUrl": format!("{SITE}/welcome") });
        shop.visitor().post("/v1/account/verify/resend").json(&body).send().expect(200)
    };
    shop.set_clock("2026-01-05T10:00:00Z");

    let pending = resend(email_of(&body));
    let verified = resend(&known.email);
    let unknown = resend("nobody@post.example");

    assert_eq!(pending.body, unknown.body);
    assert_eq!(verified.body, unknown.body);
    assert_eq!(shop.mails_to(email_of(&body)), ["verify_email", "verify_email"]);
    assert_eq!(shop.mails_to(&known.email), ["verify_email"]);
    assert!(shop.mails_to("nobody@post.example").is_empty());
    verify(shop, &shop.last_mail_to(email_of(&body), "verify_email").token()).expect(200);
}

const STRANGERS: &str = "quiet marble 90 sparrow";

/// The same address, registered by somebody else.
fn by_a_stranger(body: &Value) -> Value {
    json!({
        "firstName": "Mallory", "lastName": "Crook", "email": body["email"], "password": STRANGERS,
        "phone": "020 7946 0666", "marketing": ["email"],
    })
}

fn log_in(shop: &Shop<'_>, body: &Value, password: &str) -> Answer {
    let login = json!({ "email": email_of(body), "password": password });
    shop.visitor().post("/v1/account/login").json(&login).send()
}

/// The tokens of the mails that ask for a proof, the first one first.
fn proofs(shop: &Shop<'_>, body: &Value) -> Vec<String> {
    let mails = shop.mails();
    let to_owner = mails.iter().rev().filter(|mail| mail.to() == email_of(body));
    to_owner.filter(|mail| mail.text("template") == "verify_email").map(marzipan_tests::Mail::token).collect()
}

fn a_stranger_can_not_choose_the_owners_password(shop: &Shop<'_>) {
    let body = registration();
    register(shop, &body).expect(201);
    register(shop, &by_a_stranger(&body)).expect(201);
    let mails = proofs(shop, &body);
    assert_eq!(mails.len(), 2, "each registration has a mail of its own");

    let signed_in = verify(shop, &mails[0]).expect(200);

    assert_eq!(signed_in.data()["firstName"], "Ada");
    assert_eq!((&signed_in.data()["phone"], &signed_in.data()["marketing"]), (&Value::Null, &json!([])));
    log_in(shop, &body, PASSWORD).expect(200);
    log_in(shop, &body, STRANGERS).expect_error(401, "invalid_credentials");
    verify(shop, &mails[1]).expect_error(422, "invalid_token");
    // A mail that is not alone says so, and whose it is.
    let second = shop.last_mail_to(email_of(&body), "verify_email");
    for part in ["text", "html"] {
        let text = second.text(part);
        assert!(text.contains("more than one registration") && text.contains("Mallory"), "{text}");
    }
}

fn the_registration_whose_link_is_followed_counts(shop: &Shop<'_>) {
    // Whoever was first; a stranger may have been before the owner.
    let body = registration();
    register(shop, &by_a_stranger(&body)).expect(201);
    register(shop, &body).expect(201);
    let mails = proofs(shop, &body);
    let signed_in = verify(shop, &mails[1]).expect(200);
    assert_eq!(signed_in.data()["firstName"], "Ada");
    log_in(shop, &body, PASSWORD).expect(200);
    log_in(shop, &body, STRANGERS).expect_error(401, "invalid_credentials");
    verify(shop, &mails[0]).expect_error(422, "invalid_token");

    // An owner who follows the stranger's link by mistake is signed in, and the stranger's registration counts: its
    // mail said so. A new password shuts the stranger out.
    let body = registration();
    register(shop, &body).expect(201);
    register(shop, &by_a_stranger(&body)).expect(201);
    let mails = proofs(shop, &body);
    let signed_in = verify(shop, &mails[1]).expect(200);
    assert_eq!(signed_in.data()["firstName"], "Mallory");
    assert!(is_signed_in(&shop.holding(&signed_in.string("token"))));
    log_in(shop, &body, PASSWORD).expect_error(401, "invalid_credentials");
    let stranger = shop.holding(&log_in(shop, &body, STRANGERS).expect(200).string("token"));
    let reset = json!({ "email": email_of(&body) });
    shop.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let token = shop.last_mail_to(email_of(&body), "reset_password").token();
    let reset = json!({ "token": token, "password": PASSWORD });
    shop.visitor().post("/v1/account/password/reset").json(&reset).send().expect(200);
    assert!(!is_signed_in(&stranger));
    log_in(shop, &body, STRANGERS).expect_error(401, "invalid_credentials");
    log_in(shop, &body, PASSWORD).expect(200);
}

fn a_mail_that_can_not_know_whose_it_is_brings_no_password(shop: &Shop<'_>) {
    let resend = |body: &Value| {
        shop.wait(200);
        let body = json!({ "email": email_of(body) });
        shop.visitor().post("/v1/account/verify/resend").json(&body).send().expect(200);
    };
    let alone = registration();
    register(shop, &alone).expect(201);
    resend(&alone);
    verify(shop, &proofs(shop, &alone)[1]).expect(200);
    log_in(shop, &alone, PASSWORD).expect(200);

    let body = registration();
    register(shop, &by_a_stranger(&body)).expect(201);
    register(shop, &body).expect(201);
    resend(&body);
    let mails = proofs(shop, &body);
    assert_eq!(mails.len(), 3);
    let signed_in = verify(shop, &mails[2]).expect(200);
    assert_eq!(signed_in.data()["marketing"], json!([]), "nobody's wishes either");
    for password in [PASSWORD, STRANGERS] {
        log_in(shop, &body, password).expect_error(401, "invalid_credentials");
    }
    verify(shop, &mails[1]).expect_error(422, "invalid_token");
    let reset = json!({ "email": email_of(&body) });
    shop.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let token = shop.last_mail_to(email_of(&body), "reset_password").token();
    let reset = json!({ "token": token, "password": PASSWORD });
    shop.visitor().post("/v1/account/password/reset").json(&reset).send().expect(200);
    log_in(shop, &body, PASSWORD).expect(200);
}

fn many_registrations_do_not_lock_the_owner_out(shop: &Shop<'_>) {
    let body = registration();
    register(shop, &body).expect(201);
    for _ in 0..12 {
        register(shop, &by_a_stranger(&body)).expect(201);
    }
    let mails = proofs(shop, &body);
    assert_eq!(mails.len(), 13);
    // Beyond the tenth they are not kept: such a mail proves the address and brings nobody's password.
    let late = shop.last_mail_to(email_of(&body), "verify_email").text("text");
    assert!(late.contains("none of their passwords"), "{late}");

    verify(shop, &mails[0]).expect(200);

    log_in(shop, &body, PASSWORD).expect(200);
    log_in(shop, &body, STRANGERS).expect_error(401, "invalid_credentials");
}

fn a_reset_forgets_what_strangers_registered(shop: &Shop<'_>) {
    let body = registration();
    register(shop, &body).expect(201);
    register(shop, &by_a_stranger(&body)).expect(201);
    let mails = proofs(shop, &body);
    let reset = json!({ "email": email_of(&body) });
    shop.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let token = shop.last_mail_to(email_of(&body), "reset_password").token();
    let reset = json!({ "token": token, "password": "hollow lantern 66 plum" });
    shop.visitor().post("/v1/account/password/reset").json(&reset).send().expect(200);

    log_in(shop, &body, "hollow lantern 66 plum").expect(200);
    for token in &mails {
        verify(shop, token).expect_error(422, "invalid_token");
    }
    for password in [PASSWORD, STRANGERS] {
        log_in(shop, &body, password).expect_error(401, "invalid_credentials");
    }
}
