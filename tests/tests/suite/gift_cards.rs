//! Gift cards as the shop's staff keep them: money, so what is on one is told to the penny, and its code to few.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::catalogue_admin::{at_once, pounds, statuses};
use crate::selling::{a_change_names_its_version, actions, log_of, only_who_may, path, program};

on_both_engines!(
    a_gift_card_is_kept,
    a_code_is_made_or_chosen,
    a_code_is_shown_to_few,
    every_refused_field_of_a_gift_card_is_told,
    a_balance_is_adjusted_with_a_reason,
    adjustments_at_once_do_not_overdraw,
    a_card_that_was_paid_with_stays,
    gift_cards_are_found,
    a_change_of_a_gift_card_names_its_version,
    only_who_may_keeps_gift_cards,
    an_erased_recipient_is_forgotten,
);

const CARDS: &str = "/admin/v1/gift-cards";

fn issued(shop: &Shop<'_>, value: i64) -> Value {
    shop.add("gift-cards", &json!({ "initialValue": value }))
}

fn a_gift_card_is_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let full = json!({
        "code": "summer-2026-abcd", "initialValue": pounds(5000), "expiresAt": "2027-01-01T00:00:00Z",
        "recipientName": "Bea Marsh", "recipientEmail": "Bea@Post.example", "message": "Enjoy!\nYours, Ada",
        "note": "Order by phone", "status": "disabled",
    });
    let card = shop.add("gift-cards", &full);
    let mut expected = json!({
        "code": "SUMMER-2026-ABCD", "id": card["id"], "lastFour": "ABCD", "initialValue": pounds(5000),
        "balance": pounds(5000), "expiresAt": "2027-01-01T00:00:00.000000Z", "recipientName": "Bea Marsh",
        "recipientEmail": "bea@post.example", "message": "Enjoy!\nYours, Ada", "note": "Order by phone",
        "status": "disabled", "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(card, expected);
    expected.as_object_mut().expect("an object").remove("code");
    assert_eq!(admin.get(&path("gift-cards", &card)).send().expect(200).data(), expected);

    shop.wait(60);
    let bare = json!({
        "expiresAt": null, "recipientName": null, "recipientEmail": null, "message": null, "note": null,
        "status": null,
    });
    let changed = admin.patch(&path("gift-cards", &card)).json(&bare).send().expect(200).data();
    for key in ["expiresAt", "recipientName", "recipientEmail", "message", "note"] {
        expected[key] = Value::Null;
    }
    expected["status"] = json!("active");
    expected["version"] = json!(2);
    expected["updatedAt"] = json!(shop.now());
    assert_eq!(changed, expected);

    let entries = admin.get(&format!("{}/entries", path("gift-cards", &card))).send().expect(200).json();
    let entry = &entries["data"][0];
    let first = json!({
        "id": entry["id"], "delta": pounds(5000), "reason": "issued", "note": null, "orderId": null,
        "createdAt": card["createdAt"],
    });
    assert_eq!((entry, &entries["meta"]["total"]), (&first, &json!(1)));

    admin.delete(&path("gift-cards", &card)).send().expect(204);
    let log = log_of(shop, &card);
    assert_eq!(actions(&log), ["gift-card.issue", "gift-card.update", "gift-card.delete"]);
    assert_eq!(log[0]["after"]["lastFour"], "ABCD");
    let whole = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200).text();
    for secret in ["SUMMER", "bea@", "Bea Marsh", "Enjoy"] {
        assert!(!whole.contains(secret), "{secret} is in the log: {whole}");
    }
}

fn a_code_is_made_or_chosen(shop: &Shop<'_>) {
    let admin = shop.admin();
    let made = issued(shop, 100);
    let code = made["code"].as_str().expect("a code");
    let groups: Vec<&str> = code.split('-').collect();
    assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4), "{code}");
    assert_ne!(issued(shop, 100)["code"], made["code"]);
    // However it is typed, it is the same code.
    let again = code.to_lowercase().replace('-', " ");
    let again = json!({ "code": again, "initialValue": 1 });
    admin.post(CARDS).json(&again).send().expect_error(409, "code_taken");
    let chosen = json!({ "code": "CHOSEN-2026", "initialValue": 1 });
    let answers = at_once(|| admin.post(CARDS).json(&chosen).send(), 2);
    assert_eq!(statuses(&answers), [201, 409]);
    Shop::open(shop.server()).add("gift-cards", &chosen);
    let once = || admin.post(CARDS).key("once").json(&json!({ "initialValue": 5 })).send().expect(201).data();
    assert_eq!(once(), once());
}

fn a_code_is_shown_to_few(shop: &Shop<'_>) {
    let card = issued(shop, 100);
    let code = card["code"].as_str().expect("a code");
    let one = path("gift-cards", &card);
    let reader = program(shop, &["selling:read"]);
    for target in [CARDS, &one, &format!("{one}/entries")] {
        assert!(!reader.get(target).send().expect(200).text().contains(code), "{target}");
    }
    reader.get(&format!("{one}/code")).send().expect_error(403, "forbidden");
    let shown = shop.admin().get(&format!("{one}/code")).send().expect(200).data();
    assert_eq!(shown, json!({ "code": code }));
    assert_eq!(actions(&log_of(shop, &card)), ["gift-card.issue", "gift-card.show-code"]);
    Shop::open(shop.server()).admin().get(&format!("{one}/code")).send().expect_error(404, "not_found");
    let normal = code.replace('-', "");
    assert!(!shop.server().log().contains(code) && !shop.server().log().contains(&normal));
}

fn every_refused_field_of_a_gift_card_is_told(shop: &Shop<'_>) {
    let admin = shop.admin();
    admin.post(CARDS).json(&json!({})).send().expect_invalid(&["initialValue"]);
    let wrong = json!({
        "code": "short", "initialValue": 0, "expiresAt": "soon", "recipientName": "a\u{202e}",
        "recipientEmail": "no", "message": "a\u{0}", "note": "n".repeat(1001), "status": "lost",
    });
    admin.post(CARDS).json(&wrong).send().expect_invalid(&[
        "code",
        "expiresAt",
        "initialValue",
        "message",
        "note",
        "recipientEmail",
        "recipientName",
        "status",
    ]);
    let card = issued(shop, 100);
    let money = json!({ "code": "ANOTHER-CODE", "initialValue": 5, "status": "gone" });
    let refused = admin.patch(&path("gift-cards", &card)).json(&money).send();
    refused.expect_invalid(&["code", "initialValue", "status"]);
}

fn a_balance_is_adjusted_with_a_reason(shop: &Shop<'_>) {
    let admin = shop.admin();
    let card = issued(shop, 5000);
    let adjust = format!("{}/adjust", path("gift-cards", &card));
    let by = |delta: i64| admin.post(&adjust).json(&json!({ "delta": delta, "reason": "Paid out" })).send();
    admin.post(&adjust).json(&json!({})).send().expect_invalid(&["delta", "reason"]);
    by(0).expect_invalid(&["delta"]);
    by(1_000_000_000).expect_invalid(&["delta"]);
    by(-5001).expect_error(409, "balance_too_low");
    shop.wait(60);
    let taken = by(-5000).expect(200);
    assert_eq!(taken.header("ETag"), Some("\"v2\""));
    let taken = taken.data();
    assert_eq!((&taken["balance"], &taken["initialValue"]), (&pounds(0), &pounds(5000)));
    assert_eq!(taken["updatedAt"], shop.now());
    shop.wait(60);
    let keyed = || {
        let request = admin.post(&adjust).key("once").json(&json!({ "delta": 70, "reason": "A mistake" }));
        request.send().expect(200).data()
    };
    assert_eq!(keyed(), keyed());
    let entries = admin.get(&format!("{}/entries", path("gift-cards", &card))).send().expect(200).data();
    let told: Vec<_> =
        entries.as_array().expect("a list").iter().map(|entry| entry["delta"]["value"].clone()).collect();
    assert_eq!(told, [json!(70), json!(-5000), json!(5000)]);
    assert_eq!((&entries[0]["reason"], &entries[0]["note"]), (&json!("adjusted"), &json!("A mistake")));
    let log = log_of(shop, &card);
    assert_eq!(actions(&log), ["gift-card.issue", "gift-card.adjust", "gift-card.adjust"]);
    assert_eq!(log[1]["after"], json!({ "balance": 0, "delta": -5000, "reason": "Paid out" }));
    program(shop, &["selling:read"]).post(&adjust).json(&json!({})).send().expect_error(403, "forbidden");
    let stranger = Shop::open(shop.server()).admin();
    stranger
        .post(&adjust)
        .json(&json!({ "delta": 1, "reason": "Mine" }))
        .send()
        .expect_error(404, "not_found");
}

fn adjustments_at_once_do_not_overdraw(shop: &Shop<'_>) {
    let admin = shop.admin();
    let card = issued(shop, 500);
    let adjust = format!("{}/adjust", path("gift-cards", &card));
    let take = || admin.post(&adjust).json(&json!({ "delta": -200, "reason": "At the till" })).send();
    assert_eq!(statuses(&at_once(take, 4)), [200, 200, 409, 409]);
    let now = admin.get(&path("gift-cards", &card)).send().expect(200).data();
    assert_eq!(now["balance"], pounds(100));
    let entries = admin.get(&format!("{}/entries", path("gift-cards", &card))).send().expect(200).data();
    let deltas = entries.as_array().expect("a list").iter().map(|entry| entry["delta"]["value"].as_i64());
    assert_eq!(deltas.sum::<Option<i64>>(), Some(100), "{entries}");
}

fn a_card_that_was_paid_with_stays(shop: &Shop<'_>) {
    let card = issued(shop, 500);
    shop.insert(
        "gift_card_entries",
        &json!({
            "entry_id": "0192f0a0-7c11-7abc-8def-0123456789ab", "gift_card_id": card["id"], "delta": -500,
            "reason": "spent", "order_id": "0192f0a0-7c11-7abc-8def-0123456789ac", "created_at": 1,
        }),
    );
    let admin = shop.admin();
    admin.delete(&path("gift-cards", &card)).send().expect_error(409, "gift_card_spent");
    let entries = admin.get(&format!("{}/entries", path("gift-cards", &card))).send().expect(200).data();
    assert_eq!(entries[1]["orderId"], "0192f0a0-7c11-7abc-8def-0123456789ac");
    let stopped = json!({ "status": "disabled" });
    admin.patch(&path("gift-cards", &card)).json(&stopped).send().expect(200);
}

fn gift_cards_are_found(shop: &Shop<'_>) {
    let admin = shop.admin();
    let [one, two] =
        [("FIRST-CARD-0001", "active"), ("SECOND-CARD-0002", "disabled")].map(|(code, status)| {
            shop.add("gift-cards", &json!({ "code": code, "initialValue": 100, "status": status }))
        });
    let found = |query: &str| {
        let list = admin.get(&format!("{CARDS}{query}")).send().expect(200).json();
        let ids: Vec<Value> =
            list["data"].as_array().expect("a list").iter().map(|card| card["id"].clone()).collect();
        assert_eq!(list["meta"]["total"], ids.len(), "{query}");
        ids
    };
    assert_eq!(found(""), [two["id"].clone(), one["id"].clone()]);
    assert_eq!(found("?status=active"), [one["id"].clone()]);
    assert_eq!(found("?code=second%20card0002"), [two["id"].clone()]);
    assert_eq!(found("?lastFour=0001"), [one["id"].clone()]);
    assert!(found("?code=THIRD-CARD-0003").is_empty());
    assert!(!shop.server().log().contains("card0002"), "a code is in the log");
    admin.get(&format!("{CARDS}?status=on&lastFour=1")).send().expect_invalid(&["lastFour", "status"]);
    admin.get(&format!("{CARDS}?code=1")).send().expect_invalid(&["code"]);
}

fn a_change_of_a_gift_card_names_its_version(shop: &Shop<'_>) {
    a_change_names_its_version(shop, "gift-cards", &issued(shop, 100), &json!({ "note": "Sent" }));
}

fn only_who_may_keeps_gift_cards(shop: &Shop<'_>) {
    let (new, change) = (json!({ "initialValue": 100 }), json!({ "note": "Sent" }));
    only_who_may(shop, "gift-cards", &issued(shop, 100), &new, &change);
}

fn an_erased_recipient_is_forgotten(shop: &Shop<'_>) {
    let customer = shop.customer();
    let card = json!({
        "initialValue": 100, "recipientName": "Ada Quill", "recipientEmail": customer.email, "message": "Enjoy!",
    });
    let card = shop.add("gift-cards", &card);
    let admin = shop.admin();
    admin.delete(&format!("/admin/v1/customers/{}", customer.id)).send().expect(204);
    let now = admin.get(&path("gift-cards", &card)).send().expect(200).data();
    for key in ["recipientName", "recipientEmail", "message"] {
        assert_eq!(now[key], Value::Null, "{key}");
    }
    assert_eq!(now["balance"], pounds(100));
}
