//! Thousands of renewals that fall due in one minute, `kill -9` in the middle, and two nodes at the same work: each is charged
//! once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use marzipan_tests::{Client, Engine, Installation, Server, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::wine;
use crate::subscriptions::{club, join, six};

on_both_engines!(
    thousands_due_together_and_two_kills,
    every_hour_of_a_day_on_two_nodes,
    what_is_paused_at_that_moment_is_charged_once_or_never
);

/// Where nothing else is said: ten thousand are tried by hand, for they take minutes in a debug build.
const MEMBERS: u64 = 2_000;
const DUE: &str = "2026-02-05T09:00:30Z";

/// How many renewals fall due together.
fn members() -> u64 {
    std::env::var("MARZIPAN_TEST_RENEWALS").ok().map_or(MEMBERS, |count| count.parse().expect("a number"))
}

/// Copies a subscription so many times, behind the server's back: joining ten thousand times is another test's affair. Anchor
/// and next renewal of copy `i` lie `i % spread` hours later.
fn copy(installation: &Installation, subscription: &str, copies: u64, spread: u64) {
    const SAME: &str = "customer_id, package_id, status, order_id, frequency, months, cycle, prepaid_left, quantity, \
                        price, method_id, reminded_cycle, details, version, started_at, created_at, updated_at";
    let hex = subscription.replace('-', "");
    let hour = 3_600_000_000_u64;
    let statement = match installation.engine() {
        Engine::Sqlite => format!(
            "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < {copies}) \
             insert into subscriptions (tenant_id, subscription_id, anchor, next_at, wake_at, {SAME}) \
             select tenant_id, randomblob(16), strftime('%Y-%m-%dT%H:%M:%S', anchor, (i % {spread}) || ' hours'), \
             next_at + (i % {spread}) * {hour}, next_at + (i % {spread}) * {hour}, {SAME} \
             from subscriptions, n where subscription_id = x'{hex}'"
        ),
        Engine::Postgres => format!(
            "insert into subscriptions (tenant_id, subscription_id, anchor, next_at, wake_at, {SAME}) \
             select tenant_id, decode(md5(i || random()::text), 'hex'), \
             to_char(anchor::timestamp + (i % {spread}) * interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SS'), \
             next_at + (i % {spread}) * {hour}, next_at + (i % {spread}) * {hour}, {SAME} \
             from subscriptions, generate_series(0, {copies} - 1) as i where subscription_id = '\\x{hex}'"
        ),
    };
    drop(installation.sql(&statement));
}

/// Joins once, and has it that this member was reminded of the next box already.
fn founder(shop: &Shop<'_>, installation: &Installation, stock: u64) -> Value {
    let malbec = wine(shop, "Malbec", 1200, Some(i64::try_from(stock).expect("a count")));
    let club = club(shop, &[&malbec]);
    let ada = shop.customer();
    let id = join(shop, &ada, &club, &six(&malbec), "tok_ok");
    drop(installation.sql("update subscriptions set reminded_cycle = 1, wake_at = next_at"));
    json!({ "subscription": id, "wine": malbec["id"] })
}

fn count(admin: &Client, list: &str) -> u64 {
    let page = admin.get(&format!("/admin/v1/{list}perPage=1")).send().expect(200).json();
    page["meta"]["total"].as_u64().unwrap_or_else(|| panic!("no total: {page}"))
}

/// Waits longer than other tests do: this is much work.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(4);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn move_to(admin: &Client, now: &str) {
    // The server may be killed meanwhile.
    drop(admin.post("/admin/v1/test-clock").json(&json!({ "now": now })).try_send());
}

fn thousands_due_together_and_two_kills(installation: &Installation) {
    let members = members();
    let mut server = Server::start(installation);
    // On PostgreSQL a second node does half of the work, and lives through it all.
    let worker =
        (installation.engine() == Engine::Postgres).then(|| Server::start_as(installation, "worker", &[]));
    let (admin, founder) = {
        let shop = Shop::open_on(&server, installation);
        (shop.admin(), founder(&shop, installation, 6 * (members + 1)))
    };
    copy(installation, founder["subscription"].as_str().expect("an id"), members - 1, 1);
    admin.post("/admin/v1/sandbox/settings").json(&json!({ "latencyMs": 50 })).send().expect(200);
    let paid = || count(&admin, "renewals?status=paid&");
    for share in [members / 10, members / 2] {
        let is_killed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_killed.load(Ordering::Relaxed) {
                    move_to(&admin, DUE);
                }
            });
            until("a part of the renewals", || paid() >= share);
            is_killed.store(true, Ordering::Relaxed);
            server.kill9();
        });
        server.restart();
    }
    until("all renewals", || {
        move_to(&admin, DUE);
        count(&admin, "renewals?") == members && count(&admin, "renewals?status=charging&") == 0
    });
    // What is not decided yet is looked up in a few minutes.
    move_to(&admin, "2026-02-05T09:30:00Z");
    drop(worker);
    assert_eq!(paid(), members);
    let charges = count(&admin, "sandbox/charges?");
    assert_eq!(charges, members + 1, "each renewal is charged once, and the first order was");
    assert_eq!(count(&admin, "orders?paymentStatus=paid&"), members + 1);
    assert_eq!(count(&admin, "orders?"), members + 1);
    let path = format!("/admin/v1/products/{}", founder["wine"].as_str().expect("an id"));
    assert_eq!(admin.get(&path).send().expect(200).data()["quantity"], 0);
    let keys = "select count(distinct payment_id), count(*) from payments where status = 'succeeded'";
    assert_eq!(installation.sql(keys), format!("{0}|{0}", members + 1));
}

fn every_hour_of_a_day_on_two_nodes(installation: &Installation) {
    const HOURS: u64 = 24;
    const AT_EACH: u64 = 5;
    let nodes = [Server::start(installation), Server::start(installation)];
    let (key, founder) = {
        let shop = Shop::open_on(&nodes[0], installation);
        (shop.admin_key.clone(), founder(&shop, installation, 6 * (HOURS * AT_EACH + 2)))
    };
    copy(installation, founder["subscription"].as_str().expect("an id"), HOURS * AT_EACH, HOURS);
    let admins = nodes.each_ref().map(|node| Client::new(node.address(), Some(&key)));
    for hour in 0..=HOURS {
        for _twice in 0..2 {
            let now = match 9 + hour {
                today @ ..24 => format!("2026-02-05T{today:02}:00:00Z"),
                tomorrow => format!("2026-02-06T{:02}:00:00Z", tomorrow - 24),
            };
            std::thread::scope(|scope| {
                for admin in &admins {
                    let now = &now;
                    scope.spawn(move || {
                        let moved = admin.post("/admin/v1/test-clock").json(&json!({ "now": now })).send();
                        assert!([200, 422].contains(&moved.status), "{moved}");
                    });
                }
            });
        }
    }
    let expected = HOURS * AT_EACH + 1;
    let admin = &admins[0];
    assert_eq!(count(admin, "renewals?status=paid&"), expected);
    assert_eq!(count(admin, "renewals?"), expected);
    assert_eq!(count(admin, "sandbox/charges?"), expected + 1);
    assert_eq!(count(admin, "orders?paymentStatus=paid&"), expected + 1);
}

/// Each is paused or cancelled by staff while it falls due: before its order, between its order and its charge, or after.
fn what_is_paused_at_that_moment_is_charged_once_or_never(installation: &Installation) {
    const MEMBERS: u64 = 80;
    let server = Server::start(installation);
    let (admin, founder) = {
        let shop = Shop::open_on(&server, installation);
        (shop.admin(), founder(&shop, installation, 6 * (MEMBERS + 1)))
    };
    copy(installation, founder["subscription"].as_str().expect("an id"), MEMBERS - 1, 1);
    admin.post("/admin/v1/sandbox/settings").json(&json!({ "latencyMs": 5 })).send().expect(200);
    let members = admin.get("/admin/v1/subscriptions?perPage=100").send().expect(200).data();
    let members: Vec<&str> =
        members.as_array().expect("a list").iter().filter_map(|member| member["id"].as_str()).collect();
    assert_eq!(members.len() as u64, MEMBERS);
    std::thread::scope(|scope| {
        scope.spawn(|| move_to(&admin, DUE));
        until("the first is paid", || count(&admin, "renewals?status=paid&") > 0);
        for (at, member) in members.iter().enumerate() {
            let (what, how) =
                if at % 2 == 0 { ("pause", json!({})) } else { ("cancel", json!({ "at": "now" })) };
            let done = admin.post(&format!("/admin/v1/subscriptions/{member}/{what}")).json(&how).send();
            assert!([200, 409].contains(&done.status), "{done}");
        }
    });
    // What was under way comes to its end.
    move_to(&admin, "2026-02-05T12:00:00Z");
    let paid = count(&admin, "renewals?status=paid&");
    assert_eq!(count(&admin, "sandbox/charges?"), paid + 1, "a charge that no renewal was paid by");
    assert_eq!(count(&admin, "orders?paymentStatus=paid&"), paid + 1);
    assert_eq!(count(&admin, "renewals?"), paid + count(&admin, "renewals?status=cancelled&"));
    let path = format!("/admin/v1/products/{}", founder["wine"].as_str().expect("an id"));
    assert_eq!(admin.get(&path).send().expect(200).data()["quantity"], 6 * (MEMBERS - paid));
    move_to(&admin, "2026-06-05T12:00:00Z");
    assert_eq!(count(&admin, "sandbox/charges?"), paid + 1, "what rests is not charged later");
}
