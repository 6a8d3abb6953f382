//! What discounts, gift cards, shipping methods and tax rates have in common, for their own tests to try.

use marzipan_tests::{Client, Shop};
use serde_json::{Value, json};

/// The address of a thing of this kind.
pub(crate) fn path(kind: &str, thing: &Value) -> String {
    format!("/admin/v1/{kind}/{}", thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}")))
}

/// What the log of changes says of a thing, the oldest first.
pub(crate) fn log_of(shop: &Shop<'_>, thing: &Value) -> Vec<Value> {
    let log = shop.admin().get("/admin/v1/audit-log?perPage=100").send().expect(200).data();
    let entries = log.as_array().expect("a list").iter().rev();
    entries.filter(|entry| entry["targetId"] == thing["id"]).cloned().collect()
}

/// What was done to a thing, the oldest first.
pub(crate) fn actions(log: &[Value]) -> Vec<&str> {
    log.iter().map(|entry| entry["action"].as_str().expect("an action")).collect()
}

/// A program that may do no more than this.
pub(crate) fn program(shop: &Shop<'_>, scopes: &[&str]) -> Client {
    let body = json!({ "name": "Program", "scopes": scopes });
    let made = shop.admin().post("/admin/v1/admin-keys").json(&body).send().expect(201).data();
    shop.holding(made["key"].as_str().expect("a key"))
}

/// A new thing of the kind is at version 1: a change of another version is refused, and one of this version made.
#[track_caller]
pub(crate) fn a_change_names_its_version(shop: &Shop<'_>, kind: &str, thing: &Value, change: &Value) {
    let admin = shop.admin();
    let path = path(kind, thing);
    assert_eq!(admin.get(&path).send().expect(200).header("ETag"), Some("\"v1\""));
    admin.patch(&path).header("If-Match", "\"v2\"").json(change).send().expect_error(412, "stale");
    admin.delete(&path).header("If-Match", "\"v2\"").send().expect_error(412, "stale");
    let changed = admin.patch(&path).header("If-Match", "\"v1\"").json(change).send().expect(200);
    assert_eq!(changed.header("ETag"), Some("\"v2\""));
    assert_eq!(changed.data()["version"], 2);
    admin.patch(&path).header("If-Match", "\"v1\"").json(change).send().expect_error(412, "stale");
    admin.delete(&path).header("If-Match", "\"v2\"").send().expect(204);
    admin.get(&path).send().expect_error(404, "not_found");
    admin.patch(&path).json(change).send().expect_error(404, "not_found");
    admin.delete(&path).send().expect_error(404, "not_found");
}

/// `selling:read` sees things of the kind and `selling:write` keeps them; nobody else does either, and to another shop there
/// is no such thing.
#[track_caller]
pub(crate) fn only_who_may(shop: &Shop<'_>, kind: &str, thing: &Value, new: &Value, change: &Value) {
    let (list, one) = (format!("/admin/v1/{kind}"), path(kind, thing));
    for (scopes, reads, writes) in [
        (["selling:read"].as_slice(), true, false),
        (&["selling:write"], false, true),
        (&["products:write", "settings:write", "customers:write"], false, false),
    ] {
        let who = program(shop, scopes);
        let status = |may: bool, status: u16| if may { status } else { 403 };
        assert_eq!(who.get(&list).send().status, status(reads, 200), "{scopes:?}");
        assert_eq!(who.get(&one).send().status, status(reads, 200), "{scopes:?}");
        assert_eq!(who.post(&list).json(new).send().status, status(writes, 201), "{scopes:?}");
        assert_eq!(who.patch(&one).json(change).send().status, status(writes, 200), "{scopes:?}");
        if !writes {
            assert_eq!(who.delete(&one).send().status, 403, "{scopes:?}");
        }
    }
    shop.visitor().get(&list).send().expect_unauthenticated();

    let stranger = Shop::open(shop.server()).admin();
    stranger.get(&one).send().expect_error(404, "not_found");
    stranger.patch(&one).json(change).send().expect_error(404, "not_found");
    stranger.delete(&one).send().expect_error(404, "not_found");
    let theirs = stranger.get(&list).send().expect(200).text();
    assert!(!theirs.contains(thing["id"].as_str().expect("an id")), "{theirs}");
    shop.admin().get(&one).send().expect(200);
}
