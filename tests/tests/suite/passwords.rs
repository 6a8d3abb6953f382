//! Forgotten and changed passwords.

use marzipan_tests::people::{SITE, is_signed_in};
use marzipan_tests::{Answer, PASSWORD, Shop, on_both_engines};
use serde_json::json;

on_both_engines!(
    a_mailed_token_sets_a_new_password,
    asking_tells_nobody_whether_an_address_is_known,
    at_most_one_mail_in_two_minutes,
    a_reset_token_works_once_and_for_an_hour,
    one_kind_of_token_is_not_good_for_the_other,
    a_refused_password_does_not_use_the_token_up,
    a_reset_proves_the_address,
    links_only_to_origins_on_the_shops_list,
    changing_it_ends_the_other_sessions,
    changing_it_wants_the_current_one,
    a_reset_withdraws_older_tokens,
);

const NEW: &str = "hollow lantern 66 plum";

fn ask(shop: &Shop<'_>, email: &str) -> Answer {
    shop.visitor().post("/v1/account/password").json(&json!({ "email": email })).send().expect(200)
}

fn reset(shop: &Shop<'_>, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    shop.visitor().post("/v1/account/password/reset").json(&body).send()
}

fn a_mailed_token_sets_a_new_password(shop: &Shop<'_>) {
    let customer = shop.customer();
    let stranger = shop.customer();
    let phone = customer.log_in("Phone");
    ask(shop, &format!(" {} ", customer.email.to_uppercase()));
    let token = shop.last_mail_to(&customer.email, "reset_password").token();
    assert!(is_signed_in(&phone), "asking alone changes nothing");

    let answer = reset(shop, &token, NEW).expect(200);

    assert!(!answer.string("message").is_empty());
    assert!(!is_signed_in(&phone));
    assert!(!is_signed_in(&customer));
    assert!(is_signed_in(&stranger));
    customer.try_log_in(PASSWORD, "Phone").expect_error(401, "invalid_credentials");
    customer.try_log_in(NEW, "Phone").expect(200);
    assert_eq!(shop.mails_to(&customer.email), ["verify_email", "reset_password", "password_changed"]);
}

fn asking_tells_nobody_whether_an_address_is_known(shop: &Shop<'_>) {
    let customer = shop.customer();
    let known = ask(shop, &customer.email);

    for email in ["nobody@post.example", "", "no address", "a@b@c"] {
        assert_eq!(ask(shop, email).text(), known.text(), "{email}");
    }
    let answer = shop.visitor().post("/v1/account/password").json(&json!({})).send().expect(200);
    assert_eq!(answer.text(), known.text());
    assert_eq!(shop.mails().len(), 2, "the verify mail and this one");
}

fn at_most_one_mail_in_two_minutes(shop: &Shop<'_>) {
    let customer = shop.customer();
    let mails = || shop.mails_to(&customer.email).iter().filter(|mail| *mail == "reset_password").count();
    ask(shop, &customer.email);
    ask(shop, &customer.email);
    shop.wait(119);
    ask(shop, &customer.email);
    assert_eq!(mails(), 1);

    shop.wait(2);
    ask(shop, &customer.email);

    assert_eq!(mails(), 2);
}

fn a_reset_token_works_once_and_for_an_hour(shop: &Shop<'_>) {
    let [early, late] = [shop.customer(), shop.customer()];
    ask(shop, &early.email);
    ask(shop, &late.email);
    let early_token = shop.last_mail_to(&early.email, "reset_password").token();
    let late_token = shop.last_mail_to(&late.email, "reset_password").token();

    shop.set_clock("2026-01-05T09:59:59Z");
    reset(shop, &early_token, NEW).expect(200);
    reset(shop, &early_token, PASSWORD).expect_error(422, "invalid_token");
    shop.set_clock("2026-01-05T10:00:01Z");
    reset(shop, &late_token, NEW).expect_error(422, "invalid_token");

    early.try_log_in(NEW, "Phone").expect(200);
    late.try_log_in(PASSWORD, "Phone").expect(200);
}

fn one_kind_of_token_is_not_good_for_the_other(shop: &Shop<'_>) {
    let customer = shop.customer();
    ask(shop, &customer.email);
    let reset_token = shop.last_mail_to(&customer.email, "reset_password").token();
    let registration =
        json!({ "firstName": "A", "lastName": "B", "email": "b@post.example", "password": PASSWORD });
    shop.visitor().post("/v1/account/register").json(&registration).send().expect(201);
    let verify_token = shop.last_mail_to("b@post.example", "verify_email").token();
    let verify =
        |token: &str| shop.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send();

    verify(&reset_token).expect_error(422, "invalid_token");
    reset(shop, &verify_token, NEW).expect_error(422, "invalid_token");
    verify(customer.token()).expect_error(422, "invalid_token");
    shop.holding(&reset_token).get("/v1/account/details").send().expect_unauthenticated();

    // Trying them at the wrong door did not use them up.
    verify(&verify_token).expect(200);
    reset(shop, &reset_token, NEW).expect(200);
}

fn a_refused_password_does_not_use_the_token_up(shop: &Shop<'_>) {
    let customer = shop.customer();
    ask(shop, &customer.email);
    let token = shop.last_mail_to(&customer.email, "reset_password").token();

    reset(shop, &token, "short").expect_invalid(&["password"]);
    reset(shop, &token, "password1").expect_invalid(&["password"]);
    reset(shop, &token, NEW).expect(200);
}

fn a_reset_proves_the_address(shop: &Shop<'_>) {
    let registration =
        json!({ "firstName": "A", "lastName": "B", "email": "b@post.example", "password": PASSWORD });
    shop.visitor().post("/v1/account/register").json(&registration).send().expect(201);
    ask(shop, "b@post.example");
    let token = shop.last_mail_to("b@post.example", "reset_password").token();
    reset(shop, &token, NEW).expect(200);

    let login = json!({ "email": "b@post.example", "password": NEW });
    let answer = shop.visitor().post("/v1/account/login").json(&login).send().expect(200);

    assert_eq!(answer.data()["emailVerified"], true);
}

fn links_only_to_origins_on_the_shops_list(shop: &Shop<'_>) {
    let [listed, foreign] = [shop.customer(), shop.customer()];
    let ask_for = |email: &str, url: &str| {
        let body = json!({ "email": email, "returnUrl": url });
        shop.visitor().post("/v1/account/password").json(&body).send().expect(200)
    };

    let one = ask_for(&listed.email, &format!("{SITE}/reset#here"));
    let other = ask_for(&foreign.email, "https://shop.example.evil.example/reset");

    assert_eq!(one.text(), other.text());
    let mail = shop.last_mail_to(&listed.email, "reset_password");
    assert_eq!(mail.links(), [format!("{SITE}/reset?token={}#here", mail.token())]);
    let mail = shop.last_mail_to(&foreign.email, "reset_password");
    assert!(mail.links().is_empty(), "{:?}", mail.links());
    assert!(!mail.0.to_string().contains("evil.example"), "{}", mail.0);
}

fn changing_it_ends_the_other_sessions(shop: &Shop<'_>) {
    let customer = shop.customer();
    let phone = customer.log_in("Phone");
    let laptop = customer.log_in("Laptop");
    let body = json!({ "currentPassword": PASSWORD, "password": NEW });

    let answer = phone.put("/v1/account/password").json(&body).send().expect(200);

    assert!(!answer.string("message").is_empty());
    assert!(is_signed_in(&phone));
    assert!(!is_signed_in(&laptop));
    assert!(!is_signed_in(&customer));
    customer.try_log_in(PASSWORD, "Phone").expect_error(401, "invalid_credentials");
    customer.try_log_in(NEW, "Phone").expect(200);
    assert_eq!(shop.mails_to(&customer.email), ["verify_email", "password_changed"]);
}

fn changing_it_wants_the_current_one(shop: &Shop<'_>) {
    let customer = shop.customer();
    let phone = customer.log_in("Phone");
    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "password": new });
        customer.put("/v1/account/password").json(&body).send()
    };

    change("quiet marble 90 sparrow", NEW).expect_invalid(&["currentPassword"]);
    change(PASSWORD, "short").expect_invalid(&["password"]);
    customer
        .put("/v1/account/password")
        .json(&json!({}))
        .send()
        .expect_invalid(&["currentPassword", "password"]);

    assert!(is_signed_in(&phone));
    customer.try_log_in(PASSWORD, "Phone").expect(200);
    assert_eq!(shop.mails_to(&customer.email), ["verify_email"]);
}

fn a_reset_withdraws_older_tokens(shop: &Shop<'_>) {
    let customer = shop.customer();
    ask(shop, &customer.email);
    let first = shop.last_mail_to(&customer.email, "reset_password").token();
    shop.wait(180);
    ask(shop, &customer.email);
    let second = shop.last_mail_to(&customer.email, "reset_password").token();
    assert_ne!(first, second);

    reset(shop, &second, NEW).expect(200);

    reset(shop, &first, PASSWORD).expect_error(422, "invalid_token");
    customer.try_log_in(NEW, "Phone").expect(200);
}
