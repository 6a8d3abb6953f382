//! What a customer may take along, and how they leave.

use marzipan_tests::people::is_signed_in;
use marzipan_tests::{PASSWORD, Shop, on_both_engines};
use serde_json::json;

on_both_engines!(
    the_export_holds_everything_on_the_customer_and_nobody_else,
    erasure_wants_the_password,
    erasure_leaves_nothing_personal,
    the_address_is_free_again_after_erasure,
);

fn address() -> serde_json::Value {
    json!({ "line1": "7 Harbour Row", "city": "Whitby", "postcode": "YO21 3PU", "country": "GB" })
}

fn the_export_holds_everything_on_the_customer_and_nobody_else(shop: &Shop<'_>) {
    let stranger = shop.customer_named("Grace", "Byron");
    let customer = shop.register(&json!({
        "firstName": "Ada", "lastName": "Quill", "email": "ada@post.example", "password": PASSWORD,
        "phone": "020 7946 0000", "marketing": ["post"], "dateOfBirth": "1980-02-29",
    }));
    let phone = customer.log_in("Ada's phone");
    customer.post("/v1/account/addresses").json(&address()).send().expect(201);

    let answer = customer.get("/v1/account/export").send().expect(200);

    let text = answer.text();
    for held in [
        "Ada",
        "Quill",
        "ada@post.example",
        "020 7946 0000",
        "post",
        "1980-02-29",
        "Ada's phone",
        "127.0.0.1",
        "7 Harbour Row",
        "Confirm your e-mail address",
        customer.id.as_str(),
    ] {
        assert!(text.contains(held), "{held} is missing: {text}");
    }
    for secret in [customer.token(), phone.token(), "argon2", &stranger.email, &stranger.id, "Grace", "mzm_"]
    {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

fn erasure_wants_the_password(shop: &Shop<'_>) {
    let customer = shop.customer();
    customer.delete("/v1/account").json(&json!({})).send().expect_invalid(&["password"]);
    let wrong = json!({ "password": "quiet marble 90 sparrow" });
    customer.delete("/v1/account").json(&wrong).send().expect_invalid(&["password"]);
    assert!(is_signed_in(&customer));
}

fn erasure_leaves_nothing_personal(shop: &Shop<'_>) {
    let customer = shop.customer_named("Wilhelmina", "Featherstone");
    let phone = customer.log_in("Wilhelmina's phone");
    customer.post("/v1/account/addresses").json(&address()).send().expect(201);

    customer.delete("/v1/account").json(&json!({ "password": PASSWORD })).send().expect(204);

    assert!(!is_signed_in(&customer));
    assert!(!is_signed_in(&phone));
    customer.try_log_in(PASSWORD, "Phone").expect_error(401, "invalid_credentials");
    let admin = shop.admin();
    for target in ["customers?perPage=100", "outbox?perPage=100", "audit-log?perPage=100"] {
        let text = admin.get(&format!("/admin/v1/{target}")).send().expect(200).text();
        for personal in ["Wilhelmina", "Featherstone", customer.email.as_str(), "7 Harbour Row"] {
            assert!(!text.contains(personal), "{target} still holds {personal}: {text}");
        }
    }
}

fn the_address_is_free_again_after_erasure(shop: &Shop<'_>) {
    let registration =
        json!({ "firstName": "Ada", "lastName": "Quill", "email": "ada@post.example", "password": PASSWORD });
    let first = shop.register(&registration);
    first.delete("/v1/account").json(&json!({ "password": PASSWORD })).send().expect(204);

    let second = shop.register(&registration);

    assert_ne!(first.id, second.id);
    assert!(is_signed_in(&second));
    assert!(!is_signed_in(&first));
}
