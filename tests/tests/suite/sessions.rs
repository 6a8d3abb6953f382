//! The devices that a customer is signed in on.

use marzipan_tests::people::is_signed_in;
use marzipan_tests::{Shop, on_both_engines, redacted};

on_both_engines!(
    lists_every_device,
    ends_one,
    ends_all_but_this_one,
    another_customers_session_is_not_there,
    cuts_a_long_device_name,
);

fn lists_every_device(shop: &Shop<'_>) {
    let customer = shop.customer();
    shop.set_clock("2026-01-05T10:00:00Z");
    let phone = customer.log_in("Phone");

    let answer = phone.get("/v1/account/sessions").send().expect(200);

    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let sessions = answer.data();
    let sessions = sessions.as_array().expect("a list");
    assert_eq!(sessions.len(), 2);
    let current = sessions.iter().find(|session| session["current"] == true).expect("this one");
    assert_eq!(
        redacted(&current.to_string()),
        r#"{"createdAt":"[time]","current":true,"device":"Phone","id":"[id]","ipAddress":"127.0.0.1","lastUsedAt":"[time]"}"#
    );
    assert_eq!(current["createdAt"], "2026-01-05T10:00:00.000000Z");
    let other = sessions.iter().find(|session| session["current"] == false).expect("the other one");
    assert_eq!(other["createdAt"], "2026-01-05T09:00:00.000000Z");
}

fn id_of(session: &marzipan_tests::Client) -> String {
    let sessions = session.get("/v1/account/sessions").send().expect(200).data();
    let sessions = sessions.as_array().expect("a list");
    let current = sessions.iter().find(|session| session["current"] == true).expect("this one");
    current["id"].as_str().expect("an id").to_owned()
}

fn ends_one(shop: &Shop<'_>) {
    let customer = shop.customer();
    let phone = customer.log_in("Phone");
    let laptop = customer.log_in("Laptop");
    let target = format!("/v1/account/sessions/{}", id_of(&phone));

    let answer = laptop.delete(&target).send().expect(204);

    assert_eq!(answer.body, b"");
    assert!(!is_signed_in(&phone));
    assert!(is_signed_in(&laptop));
    laptop.delete(&target).send().expect_error(404, "not_found");
    // One may end one's own, too.
    laptop.delete(&format!("/v1/account/sessions/{}", id_of(&laptop))).send().expect(204);
    assert!(!is_signed_in(&laptop));
    assert!(is_signed_in(&customer));
}

fn ends_all_but_this_one(shop: &Shop<'_>) {
    let stranger = shop.customer();
    let customer = shop.customer();
    let phone = customer.log_in("Phone");
    let laptop = customer.log_in("Laptop");

    phone.delete("/v1/account/sessions").send().expect(204);

    assert!(is_signed_in(&phone));
    assert!(!is_signed_in(&laptop));
    assert!(!is_signed_in(&customer));
    assert!(is_signed_in(&stranger));
}

fn another_customers_session_is_not_there(shop: &Shop<'_>) {
    let customer = shop.customer();
    let stranger = shop.customer();
    let target = format!("/v1/account/sessions/{}", id_of(&customer));

    let foreign = stranger.delete(&target).send().expect(404);
    let unknown =
        stranger.delete("/v1/account/sessions/0192f0a0-7c11-7abc-8def-0123456789ab").send().expect(404);
    let no_id = stranger.delete("/v1/account/sessions/no-id").send().expect(404);

    assert_eq!(foreign.text(), unknown.text());
    assert_eq!(no_id.text(), unknown.text());
    assert!(is_signed_in(&customer));
}

fn cuts_a_long_device_name(shop: &Shop<'_>) {
    let session = shop.customer().log_in(&"é".repeat(500));

    let sessions = session.get("/v1/account/sessions").send().expect(200).data();

    let names = sessions.as_array().expect("a list").iter().filter_map(|session| session["device"].as_str());
    assert!(names.into_iter().any(|name| name == "é".repeat(200)), "{sessions}");
}
