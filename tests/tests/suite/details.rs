//! A customer's own details, and the published lists that are empty until their areas come.

use marzipan_tests::people::is_signed_in;
use marzipan_tests::{PASSWORD, Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(
    published_bodies_to_the_byte,
    are_never_stored_by_a_cache,
    change_only_what_is_named,
    refuse_bad_values,
    a_new_address_counts_once_it_is_verified,
    a_new_address_that_is_taken_tells_nobody,
    only_the_last_new_address_counts,
    wrong_tokens_open_nothing,
);

fn published_bodies_to_the_byte(shop: &Shop<'_>) {
    let customer = shop.register(&json!({
        "firstName": "Zoë", "lastName": "O'Brien", "email": "zoe@post.example", "password": PASSWORD,
        "phone": "+44 20 7946 0000", "marketing": ["post", "email"], "dateOfBirth": "1980-02-29",
    }));
    let body = |target: &str| {
        let answer = customer.get(target).send().expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
        redacted(&answer.text())
    };

    assert_eq!(
        body("/v1/account/details"),
        r#"{"data":{"firstName":"Zoë","lastName":"O'Brien","email":"zoe@post.example","phone":"+44 20 7946 0000","marketing":["email","post"],"id":"[id]","emailVerified":true,"dateOfBirth":"1980-02-29","isSubscriber":false,"createdAt":"[time]"}}"#
    );
    assert_eq!(body("/v1/account/orders"), r#"{"data":[]}"#);
    assert_eq!(body("/v1/account/subscriptions"), r#"{"data":[]}"#);

    let reset = json!({ "email": customer.email });
    let answer = shop.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let keys: Vec<String> = answer.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["message"]);

    let answer = customer.post("/v1/account/logout").send().expect(200);
    assert_eq!(answer.body, b"");
    let answer = customer.get("/v1/account/details").send();
    assert_eq!(answer.text(), r#"{"message":"Unauthenticated."}"#);
}

fn are_never_stored_by_a_cache(shop: &Shop<'_>) {
    let customer = shop.customer();
    for target in ["details", "orders", "subscriptions", "sessions", "addresses", "export"] {
        let answer = customer.get(&format!("/v1/account/{target}")).send().expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
        assert_eq!(answer.header("etag"), None, "{answer}");
    }
}

fn change_only_what_is_named(shop: &Shop<'_>) {
    let customer = shop.customer();
    let details = || customer.get("/v1/account/details").send().expect(200).data();
    let change = |body: Value| customer.patch("/v1/account/details").json(&body).send().expect(200);
    let before = details();

    assert_eq!(change(json!({})).data(), before);
    assert_eq!(change(json!({ "somethingElse": 1 })).data(), before);

    let all = json!({
        "firstName": "  Grace ", "lastName": "Byron", "phone": "(020) 7946-0000",
        "marketing": ["sms"], "dateOfBirth": "1990-06-15",
    });
    let answer = change(all);
    assert_eq!(answer.data(), details());
    assert_eq!(
        redacted(&answer.text()).replace(&customer.email, "[email]"),
        r#"{"data":{"firstName":"Grace","lastName":"Byron","email":"[email]","phone":"(020) 7946-0000","marketing":["sms"],"id":"[id]","emailVerified":true,"dateOfBirth":"1990-06-15","isSubscriber":false,"createdAt":"[time]"}}"#
    );

    // Left out is not the same as null.
    let answer = change(json!({ "phone": null, "marketing": [] })).data();
    assert_eq!(answer["phone"], Value::Null);
    assert_eq!(answer["marketing"], json!([]));
    assert_eq!(answer["firstName"], "Grace");
    assert_eq!(answer["dateOfBirth"], "1990-06-15");
}

fn refuse_bad_values(shop: &Shop<'_>) {
    let customer = shop.customer();
    let before = customer.get("/v1/account/details").send().expect(200).data();
    let cases = [
        ("firstName", json!("")),
        ("firstName", Value::Null),
        ("firstName", json!(7)),
        ("lastName", json!("x".repeat(101))),
        ("lastName", json!("\u{202e}nodroG")),
        ("phone", json!("call me")),
        ("marketing", json!("email")),
        ("dateOfBirth", json!("2026-01-06")),
        ("dateOfBirth", json!("yesterday")),
        ("email", json!("no address")),
        ("email", Value::Null),
    ];
    for (field, value) in cases {
        let body = json!({ "phone": "1234", field: value });
        customer.patch("/v1/account/details").json(&body).send().expect_invalid(&[field]);
    }
    assert_eq!(customer.get("/v1/account/details").send().expect(200).data(), before);
}

fn a_new_address_counts_once_it_is_verified(shop: &Shop<'_>) {
    let customer = shop.customer();
    let wanted = json!({ "email": "  New-Address@Post.Example " });

    let answer = customer.patch("/v1/account/details").json(&wanted).send().expect(200);

    assert_eq!(answer.data()["email"], customer.email.as_str(), "not yet");
    assert_eq!(shop.mails_to(&customer.email), ["verify_email", "email_change_requested"]);
    assert_eq!(shop.mails_to("new-address@post.example"), ["confirm_new_email"]);
    let warning = shop.last_mail_to(&customer.email, "email_change_requested");
    assert!(!warning.text("text").contains("mzm_"), "{}", warning.0);
    customer.try_log_in(PASSWORD, "Phone").expect(200);

    let token = shop.last_mail_to("new-address@post.example", "confirm_new_email").token();
    let reset = json!({ "token": token, "password": "hollow lantern 66 plum" });
    shop.visitor().post("/v1/account/password/reset").json(&reset).send().expect_error(422, "invalid_token");
    let verified =
        shop.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send().expect(200);

    assert_eq!(verified.data()["email"], "new-address@post.example");
    assert_eq!(verified.data()["id"], customer.id.as_str());
    let details = customer.get("/v1/account/details").send().expect(200).data();
    assert_eq!(details["email"], "new-address@post.example");
    assert!(is_signed_in(&customer));
    customer.try_log_in(PASSWORD, "Phone").expect_error(401, "invalid_credentials");
    let login = json!({ "email": "new-address@post.example", "password": PASSWORD });
    shop.visitor().post("/v1/account/login").json(&login).send().expect(200);
}

fn a_new_address_that_is_taken_tells_nobody(shop: &Shop<'_>) {
    let customer = shop.customer();
    let owner = shop.customer();
    let ask = |email: &str| {
        customer.patch("/v1/account/details").json(&json!({ "email": email })).send().expect(200)
    };

    let taken = ask(&owner.email);
    let free = ask("free@post.example");

    assert_eq!(taken.text(), free.text());
    let mails = shop.mails_to(&owner.email);
    assert_eq!(mails.first().map(String::as_str), Some("verify_email"));
    let mail = shop.last_mail_to(&owner.email, "email_taken");
    assert!(!mail.0.to_string().contains("mzm_"), "{}", mail.0);
    assert_eq!(owner.get("/v1/account/details").send().expect(200).data()["id"], owner.id.as_str());
}

fn only_the_last_new_address_counts(shop: &Shop<'_>) {
    let customer = shop.customer();
    for email in ["first@post.example", "second@post.example"] {
        customer.patch("/v1/account/details").json(&json!({ "email": email })).send().expect(200);
        shop.wait(200);
    }
    let verify = |email: &str| {
        let token = shop.last_mail_to(email, "confirm_new_email").token();
        shop.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send()
    };

    verify("first@post.example").expect_error(422, "invalid_token");
    verify("second@post.example").expect(200);

    let details = customer.get("/v1/account/details").send().expect(200).data();
    assert_eq!(details["email"], "second@post.example");
}

fn wrong_tokens_open_nothing(shop: &Shop<'_>) {
    let customer = shop.customer();
    let mut foreign_signature = shop.storefront_token.clone();
    foreign_signature.replace_range(foreign_signature.len() - 6.., "AAAAAA");
    for token in [
        shop.storefront_token.as_str(),
        shop.admin_key.as_str(),
        foreign_signature.as_str(),
        "",
        "x",
        "mza_",
        &customer.token()[4..],
        &format!("{}A", customer.token()),
        &customer.token().replace("mza_", "mzs_"),
    ] {
        shop.holding(token).get("/v1/account/details").send().expect_unauthenticated();
    }
    // Nor does an account token open what wants the shop's own token, or the admin API.
    let login = json!({ "email": customer.email, "password": PASSWORD });
    customer.post("/v1/account/login").json(&login).send().expect_unauthenticated();
    shop.admin().post("/v1/account/login").json(&login).send().expect_unauthenticated();
    shop.holding(&foreign_signature).post("/v1/account/login").json(&login).send().expect_unauthenticated();
    customer.get("/admin/v1/settings").send().expect_unauthenticated();
    shop.visitor().get("/admin/v1/settings").send().expect_unauthenticated();
    assert!(is_signed_in(&customer));
}
