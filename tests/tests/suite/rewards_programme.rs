//! The rewards programme as the shop's staff keep it.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::catalogue_admin::pounds;
use crate::selling::program;

on_both_engines!(
    a_programme_is_set_replaced_and_ended,
    every_refused_field_of_a_programme_is_told,
    a_programme_is_replaced_by_who_has_read_it,
    only_who_may_keeps_the_programme,
    points_belong_to_a_person,
);

const REWARDS: &str = "/admin/v1/rewards";

fn bare() -> Value {
    json!({ "pointsPerUnit": 1, "redeemPoints": 100, "redeemValue": 500 })
}

fn a_programme_is_set_replaced_and_ended(shop: &Shop<'_>) {
    let admin = shop.admin();
    admin.get(REWARDS).send().expect_error(404, "not_found");
    admin.delete(REWARDS).send().expect_error(404, "not_found");
    let tiers = json!([
        { "name": "Friend", "fromPoints": 0 },
        { "name": "Cellar", "fromPoints": 1000, "perks": ["A tasting a year"], "multiplierPercent": 150 },
    ]);
    let mut full = bare();
    full["redeemValue"] = pounds(500);
    full["minimumRedeem"] = json!(50);
    full["tiers"] = tiers;
    full["status"] = json!("inactive");
    let set = admin.put(REWARDS).json(&full).send().expect(200);
    assert_eq!(set.header("ETag"), Some("\"v1\""));
    let expected = json!({
        "pointsPerUnit": 1, "redeemPoints": 100, "redeemValue": pounds(500), "minimumRedeem": 50,
        "tiers": [
            { "name": "Friend", "fromPoints": 0, "perks": [], "multiplierPercent": 100 },
            { "name": "Cellar", "fromPoints": 1000, "perks": ["A tasting a year"], "multiplierPercent": 150 },
        ],
        "status": "inactive", "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(set.data(), expected);
    assert_eq!(admin.get(REWARDS).send().expect(200).data(), expected);

    // What is left out is not kept: it is set as a whole.
    let began = shop.now();
    shop.wait(60);
    let replaced = admin.put(REWARDS).json(&bare()).send().expect(200).data();
    let expected = json!({
        "pointsPerUnit": 1, "redeemPoints": 100, "redeemValue": pounds(500), "minimumRedeem": 100, "tiers": [],
        "status": "active", "version": 2, "createdAt": began, "updatedAt": shop.now(),
    });
    assert_eq!(replaced, expected);
    admin.delete(REWARDS).send().expect(204);
    admin.get(REWARDS).send().expect_error(404, "not_found");

    let log = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200).data();
    let about: Vec<&Value> =
        log.as_array().expect("a list").iter().filter(|entry| entry["targetKind"] == "rewards").collect();
    let actions: Vec<&Value> = about.iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["rewards.delete", "rewards.set", "rewards.set"]);
    assert_eq!(
        (&about[1]["before"]["minimumRedeem"], &about[1]["after"]["minimumRedeem"]),
        (&json!(50), &json!(100))
    );
    assert_eq!((&about[2]["before"], &about[0]["after"]), (&Value::Null, &Value::Null));
}

fn every_refused_field_of_a_programme_is_told(shop: &Shop<'_>) {
    let admin = shop.admin();
    let needed = ["pointsPerUnit", "redeemPoints", "redeemValue"];
    admin.put(REWARDS).json(&json!({})).send().expect_invalid(&needed);
    let wrong = json!({
        "pointsPerUnit": 0, "redeemPoints": 0, "redeemValue": 0, "minimumRedeem": -1, "status": "on",
        "tiers": [
            { "name": "A", "fromPoints": 5 },
            { "name": "A", "fromPoints": 5, "perks": [" "] },
            { "multiplierPercent": 0 },
        ],
    });
    admin.put(REWARDS).json(&wrong).send().expect_invalid(&[
        "minimumRedeem",
        "pointsPerUnit",
        "redeemPoints",
        "redeemValue",
        "status",
        "tiers.1.fromPoints",
        "tiers.1.name",
        "tiers.1.perks.0",
        "tiers.2.fromPoints",
        "tiers.2.multiplierPercent",
        "tiers.2.name",
    ]);
    admin.get(REWARDS).send().expect_error(404, "not_found");
}

fn a_programme_is_replaced_by_who_has_read_it(shop: &Shop<'_>) {
    let admin = shop.admin();
    let set = |version: &str| admin.put(REWARDS).header("If-Match", version).json(&bare()).send();
    set("\"v1\"").expect_error(412, "stale");
    admin.put(REWARDS).json(&bare()).send().expect(200);
    set("\"v1\"").expect(200);
    set("\"v1\"").expect_error(412, "stale");
    admin.delete(REWARDS).header("If-Match", "\"v1\"").send().expect_error(412, "stale");
    admin.delete(REWARDS).header("If-Match", "\"v2\"").send().expect(204);
}

fn only_who_may_keeps_the_programme(shop: &Shop<'_>) {
    shop.admin().put(REWARDS).json(&bare()).send().expect(200);
    let (reader, writer) = (program(shop, &["selling:read"]), program(shop, &["selling:write"]));
    reader.get(REWARDS).send().expect(200);
    reader.put(REWARDS).json(&bare()).send().expect_error(403, "forbidden");
    reader.delete(REWARDS).send().expect_error(403, "forbidden");
    writer.get(REWARDS).send().expect_error(403, "forbidden");
    Shop::open(shop.server()).admin().get(REWARDS).send().expect_error(404, "not_found");
    writer.put(REWARDS).json(&bare()).send().expect(200);
    writer.delete(REWARDS).send().expect(204);
}

fn points_belong_to_a_person(shop: &Shop<'_>) {
    let [kept, gone] = [shop.customer_named("Ada", "Quill"), shop.customer_named("Ada", "Double")];
    for (number, customer, delta) in [(1, &kept, 50), (2, &gone, 70)] {
        let entry = json!({
            "entry_id": format!("0192f0a0-7c11-7abc-8def-00000000000{number}"), "customer_id": customer.id,
            "delta": delta, "reason": "earned", "order_id": "0192f0a0-7c11-7abc-8def-0123456789ac", "created_at": 0,
        });
        shop.insert("reward_entries", &entry);
    }
    let card = json!({ "initialValue": 500, "recipientEmail": kept.email, "message": "Enjoy!", "code": "GIVEN-0001" });
    shop.add("gift-cards", &card);
    let merge = format!("/admin/v1/customers/{}/merge", kept.id);
    shop.admin().post(&merge).json(&json!({ "from": gone.id })).send().expect(200);
    let export = kept.get("/v1/account/export").send().expect(200).data();
    let points = |points: i64| {
        json!({
            "points": points, "reason": "earned", "orderId": "0192f0a0-7c11-7abc-8def-0123456789ac",
            "createdAt": "1970-01-01T00:00:00.000000Z",
        })
    };
    assert_eq!(export["rewards"], json!([points(70), points(50)]));
    let given = json!([{
        "lastFour": "0001", "recipientName": null, "recipientEmail": kept.email, "message": "Enjoy!",
        "expiresAt": null, "createdAt": shop.now(),
    }]);
    assert_eq!(export["giftCards"], given);
    assert!(!export.to_string().contains("GIVEN"), "{export}");
}
