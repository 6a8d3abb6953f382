//! Webhooks: what happens is told, signed, as often as it takes, and no endpoint stands in another's way.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use marzipan_tests::receiver::{Hook, Receiver};
use marzipan_tests::sink::python;
use marzipan_tests::{Installation, Server, Shop, eventually, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    endpoints_are_kept,
    a_secret_is_shown_once,
    what_happens_is_told_and_signed,
    only_what_was_asked_for_is_told,
    a_failure_is_tried_again_with_pauses,
    what_is_never_taken_is_given_up,
    both_secrets_sign_for_a_day,
    a_silent_endpoint_holds_up_nobody,
    events_come_in_their_order,
    a_failing_delivery_does_not_hold_up_later_ones,
    private_networks_are_not_called,
    redirects_are_not_followed,
    gone_disables_an_endpoint,
    an_endpoint_that_fails_for_days_is_disabled,
    deliveries_are_sent_again,
    what_was_told_of_a_customer_is_erased_with_them,
    old_deliveries_are_swept,
);

/// Adds an endpoint; gives its id and its secret.
#[track_caller]
fn add(shop: &Shop<'_>, url: &str, events: &[&str]) -> (String, String) {
    let added = shop.add("webhooks", &json!({ "url": url, "events": events }));
    (text(&added, "id"), text(&added, "secret"))
}

#[track_caller]
fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key}: {value}")).to_owned()
}

#[track_caller]
fn show(shop: &Shop<'_>, endpoint: &str) -> Value {
    shop.admin().get(&format!("/admin/v1/webhooks/{endpoint}")).send().expect(200).data()
}

/// Sends a ping; gives the delivery's id.
#[track_caller]
fn ping(shop: &Shop<'_>, endpoint: &str) -> String {
    let begun = shop.admin().post(&format!("/admin/v1/webhooks/{endpoint}/ping")).send().expect(202).data();
    text(&begun, "id")
}

#[track_caller]
fn delivery(shop: &Shop<'_>, id: &str) -> Value {
    shop.admin().get(&format!("/admin/v1/webhook-deliveries/{id}")).send().expect(200).data()
}

/// The delivery when so many attempts at it have been noted.
#[track_caller]
fn after_attempts(shop: &Shop<'_>, id: &str, attempts: u64) -> Value {
    eventually("an attempt is noted", || {
        Some(delivery(shop, id)).filter(|delivery| delivery["attempts"].as_u64() >= Some(attempts))
    })
}

#[track_caller]
fn log(shop: &Shop<'_>, endpoint: &str, query: &str) -> Vec<Value> {
    let answer = shop.admin().get(&format!("/admin/v1/webhooks/{endpoint}/deliveries{query}")).send();
    answer.expect(200).data().as_array().expect("a list").clone()
}

fn change(shop: &Shop<'_>, endpoint: &str, change: &Value) -> Value {
    shop.admin().patch(&format!("/admin/v1/webhooks/{endpoint}")).json(change).send().expect(200).data()
}

/// What the libraries of Standard Webhooks say of a hook: that of Python and that of Node.
fn judged(hook: &Hook, secret: &str, body: &str) -> [String; 2] {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools");
    let given = json!({ "secret": secret, "headers": hook.headers, "body": body }).to_string();
    let ask = |mut command: Command| {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`cargo xtask test` installs it");
        child.stdin.take().expect("piped").write_all(given.as_bytes()).expect("is read");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", output.status);
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    let mut by_python = Command::new(python());
    by_python.arg(tools.join("verify_webhook.py"));
    let mut by_node = Command::new("node");
    by_node.arg(tools.join("verify_webhook.mjs"));
    [ask(by_python), ask(by_node)]
}

#[track_caller]
fn assert_good(hook: &Hook, secret: &str) {
    assert_eq!(judged(hook, secret, &hook.body), ["good", "good"], "{hook:?}");
}

fn endpoints_are_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let body =
        json!({ "url": "https://books.example/in", "description": " Books ", "events": ["order.paid"] });
    let answer = admin.post("/admin/v1/webhooks").json(&body).send().expect(201);
    let id = text(&answer.data(), "id");
    let path = format!("/admin/v1/webhooks/{id}");
    let expected = json!({
        "id": id,
        "url": "https://books.example/in",
        "description": "Books",
        "events": ["order.paid"],
        "enabled": true,
        "disabledReason": null,
        "failingSince": null,
        "previousSecretUntil": null,
        "version": 1,
        "createdAt": "2026-01-05T09:00:00.000000Z",
        "updatedAt": "2026-01-05T09:00:00.000000Z",
    });
    assert_eq!(show(shop, &id), expected);
    assert_eq!(admin.get("/admin/v1/webhooks").send().expect(200).data(), json!([expected]));

    let changed = change(shop, &id, &json!({ "events": [], "description": null }));
    assert_eq!((&changed["events"], &changed["description"]), (&json!(["*"]), &Value::Null));
    let stale = admin.patch(&path).header("If-Match", "\"1\"").json(&json!({ "enabled": false })).send();
    stale.expect_error(412, "precondition_failed");
    for (body, field) in [
        (json!({}), "url"),
        (json!({ "url": "books" }), "url"),
        (json!({ "url": "https://a.example", "events": ["order.paid", "order"] }), "events.1"),
        (json!({ "url": "https://a.example", "description": "a\nb" }), "description"),
    ] {
        admin.post("/admin/v1/webhooks").json(&body).send().expect_invalid(&[field]);
    }
    admin.delete(&path).send().expect(204);
    admin.get(&path).send().expect_error(404, "not_found");

    let entries = admin.get("/admin/v1/audit-log").send().expect(200).data();
    let actions: Vec<&Value> =
        entries.as_array().expect("a list").iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions[..3], ["webhook.delete", "webhook.update", "webhook.create"]);
    assert_eq!(entries[1]["before"]["events"], json!(["order.paid"]));
    assert_eq!(entries[1]["after"]["events"], json!(["*"]));

    for number in 0..20 {
        add(shop, &format!("https://a{number}.example/"), &[]);
    }
    let body = json!({ "url": "https://one.example/" });
    admin.post("/admin/v1/webhooks").json(&body).send().expect_error(409, "limit_reached");
}

fn a_secret_is_shown_once(shop: &Shop<'_>) {
    let (id, secret) = add(shop, "https://books.example/in", &[]);
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44, "{secret}");
    let rotated =
        shop.admin().post(&format!("/admin/v1/webhooks/{id}/rotate-secret")).send().expect(200).data();
    let newer = text(&rotated, "secret");
    assert_ne!(newer, secret);
    assert_eq!(rotated["previousSecretUntil"], "2026-01-06T09:00:00.000000Z");
    for path in [
        format!("/admin/v1/webhooks/{id}"),
        "/admin/v1/webhooks".to_owned(),
        "/admin/v1/audit-log".to_owned(),
    ] {
        let shown = shop.admin().get(&path).send().expect(200).text();
        assert!(!shown.contains("whsec_") && !shown.contains(&newer[6..]), "{path}: {shown}");
    }
}

fn what_happens_is_told_and_signed(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    let (endpoint, secret) = add(shop, &receiver.url("/in"), &["customer.created", "customer.updated"]);

    let customer = shop.customer();

    let hook = receiver.wait_for("/in", 1).remove(0);
    assert_good(&hook, &secret);
    let others = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    assert!(judged(&hook, others, &hook.body).iter().all(|said| said != "good"));
    let forged = hook.body.replace("Ada", "Eve");
    assert!(judged(&hook, &secret, &forged).iter().all(|said| said != "good"));
    let id = hook.headers["webhook-id"].clone();
    let head = format!(
        r#"{{"id":"{id}","type":"customer.created","timestamp":"2026-01-05T09:00:00.000000Z","data":{{"#
    );
    assert!(hook.body.starts_with(&head), "{}", hook.body);
    let body: Value = serde_json::from_str(&hook.body).expect("JSON");
    assert_eq!(body["data"]["id"], customer.id.as_str());
    assert_eq!(body["data"]["email"], customer.email.as_str());
    assert_eq!(hook.headers["content-type"], "application/json");

    let change = json!({ "firstName": "Augusta" });
    customer.patch("/v1/account/details").json(&change).send().expect(200);
    let by_staff = json!({ "lastName": "Byron" });
    shop.admin().patch(&format!("/admin/v1/customers/{}", customer.id)).json(&by_staff).send().expect(200);
    let hooks = receiver.wait_for("/in", 3);
    let told: Vec<Value> = hooks.iter().map(|hook| serde_json::from_str(&hook.body).expect("JSON")).collect();
    assert_eq!(told[1]["type"], "customer.updated");
    assert_eq!(told[1]["data"]["firstName"], "Augusta");
    assert_eq!(told[2]["data"]["lastName"], "Byron");

    let entry = eventually("the last is noted", || {
        Some(log(shop, &endpoint, "?status=delivered")).filter(|all| all.len() == 3).map(|all| all[2].clone())
    });
    let sent = delivery(shop, &text(&entry, "id"));
    assert_eq!(sent["payload"], hook.body.as_str());
    assert_eq!((&sent["lastStatus"], &sent["lastAnswer"]), (&json!(200), &json!("answer 200")));
    assert_eq!((&sent["attempts"], &sent["lastError"]), (&json!(1), &Value::Null));
    assert_eq!(sent["eventId"], id.as_str());
}

fn only_what_was_asked_for_is_told(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    let elsewhere = Shop::open(shop.server());
    let (orders, _) = add(shop, &receiver.url("/orders"), &["order.paid"]);
    let (off, _) = add(shop, &receiver.url("/off"), &[]);
    change(shop, &off, &json!({ "enabled": false }));
    let (foreign, _) = add(&elsewhere, &receiver.url("/elsewhere"), &[]);
    add(shop, &receiver.url("/all"), &["*"]);

    shop.customer();

    receiver.wait_for("/all", 1);
    // What was written was written at the same time for all.
    for (shop, endpoint) in [(shop, &orders), (shop, &off), (&elsewhere, &foreign)] {
        assert_eq!(log(shop, endpoint, ""), Vec::<Value>::new());
    }
    ping(shop, &orders);
    receiver.wait_for("/orders", 1);
}

fn a_failure_is_tried_again_with_pauses(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 503);
    let (endpoint, secret) = add(shop, &receiver.url("/in"), &[]);
    let id = ping(shop, &endpoint);

    let first = after_attempts(shop, &id, 1);
    assert_eq!((&first["status"], &first["lastStatus"]), (&json!("pending"), &json!(503)));
    assert_eq!(first["lastError"], "It answered 503.");
    let next = text(&first, "nextAttemptAt");
    assert!(("2026-01-05T09:00:05.0".."2026-01-05T09:00:05.6").contains(&next.as_str()), "{next}");
    assert_eq!(show(shop, &endpoint)["failingSince"], "2026-01-05T09:00:00.000000Z");
    shop.wait(4);
    assert_eq!(receiver.hooks("/in").len(), 1, "not before its time");
    shop.wait(2);
    assert_eq!(after_attempts(shop, &id, 2)["attempts"], 2);
    receiver.answers("/in", 204);
    shop.wait(340);

    let last = after_attempts(shop, &id, 3);
    assert_eq!((&last["status"], &last["nextAttemptAt"]), (&json!("delivered"), &Value::Null));
    assert_eq!(show(shop, &endpoint)["failingSince"], Value::Null);
    let hooks = receiver.hooks("/in");
    assert_eq!(hooks.len(), 3);
    for hook in &hooks {
        assert_eq!(
            (&hook.body, &hook.headers["webhook-id"]),
            (&hooks[0].body, &hooks[0].headers["webhook-id"])
        );
        assert_good(hook, &secret);
    }
}

fn what_is_never_taken_is_given_up(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 500);
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let id = ping(shop, &endpoint);
    after_attempts(shop, &id, 1);
    shop.wait(3 * 24 * 3600);
    assert_eq!(delivery(shop, &id)["status"], "pending");
    shop.wait(24 * 3600);
    let last = delivery(shop, &id);
    assert_eq!((&last["status"], &last["attempts"]), (&json!("failed"), &json!(10)));
    assert_eq!(receiver.hooks("/in").len(), 10);
    assert_eq!(log(shop, &endpoint, "?status=failed").len(), 1);
    assert_eq!(show(shop, &endpoint)["enabled"], true);
}

fn both_secrets_sign_for_a_day(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    let (endpoint, old) = add(shop, &receiver.url("/in"), &[]);
    let rotated =
        shop.admin().post(&format!("/admin/v1/webhooks/{endpoint}/rotate-secret")).send().expect(200).data();
    let new = text(&rotated, "secret");
    ping(shop, &endpoint);
    let hook = receiver.wait_for("/in", 1).remove(0);
    assert_eq!(hook.headers["webhook-signature"].split(' ').count(), 2);
    assert_good(&hook, &old);
    assert_good(&hook, &new);

    shop.wait(24 * 3600);
    ping(shop, &endpoint);
    let hook = receiver.wait_for("/in", 2).remove(1);
    assert_eq!(hook.headers["webhook-signature"].split(' ').count(), 1);
    assert_good(&hook, &new);
    assert!(judged(&hook, &old, &hook.body).iter().all(|said| said != "good"));
}

fn a_silent_endpoint_holds_up_nobody(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.is_silent("/silent");
    let (silent, _) = add(shop, &receiver.url("/silent"), &[]);
    let (living, _) = add(shop, &receiver.url("/living"), &[]);
    let hung = ping(shop, &silent);
    receiver.wait_for("/silent", 1);

    let begun = Instant::now();
    for count in 1..=5 {
        ping(shop, &living);
        receiver.wait_for("/living", count);
    }
    let customer = shop.customer();
    receiver.wait_for("/living", 6);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(delivery(shop, &hung)["attempts"], 0, "it still hangs");
    assert_eq!(shop.mails_to(&customer.email), ["verify_email"]);

    let given_up = after_attempts(shop, &hung, 1);
    assert_eq!((&given_up["status"], &given_up["lastStatus"]), (&json!("pending"), &Value::Null));
    assert!(given_up["lastDurationMs"].as_u64() >= Some(14_000), "{given_up}");
    assert!(text(&given_up, "lastError").contains("too long"), "{given_up}");
}

fn events_come_in_their_order(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let sent: Vec<Value> = (0..20).map(|_| Value::from(ping(shop, &endpoint))).collect();
    let came: Vec<String> =
        receiver.wait_for("/in", 20).iter().map(|hook| hook.headers["webhook-id"].clone()).collect();
    let of_log: Vec<Value> = log(shop, &endpoint, "?perPage=100");
    let in_log: Vec<&Value> = of_log.iter().rev().map(|entry| &entry["id"]).collect();
    assert_eq!(in_log, sent.iter().collect::<Vec<_>>());
    let events: Vec<String> = of_log.iter().rev().map(|entry| text(entry, "eventId")).collect();
    assert_eq!(came, events);
}

fn a_failing_delivery_does_not_hold_up_later_ones(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 422);
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let poisoned = ping(shop, &endpoint);
    after_attempts(shop, &poisoned, 1);
    receiver.answers("/in", 200);
    let later = ping(shop, &endpoint);
    assert_eq!(after_attempts(shop, &later, 1)["status"], "delivered");
    assert_eq!(delivery(shop, &poisoned)["status"], "pending");
}

fn private_networks_are_not_called(installation: &Installation) {
    let receiver = Receiver::start();
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let private = receiver.url("/in");
    for url in [
        &private,
        "http://books.example/in",
        "https://127.0.0.1/in",
        "https://[::1]/",
        "https://169.254.169.254/",
    ] {
        let body = json!({ "url": url });
        shop.admin().post("/admin/v1/webhooks").json(&body).send().expect_invalid(&["url"]);
    }
    // A name shows where it leads when it is called.
    let port = private.rsplit(':').next().expect("a port").trim_end_matches("/in").to_owned();
    let (endpoint, _) = add(&shop, &format!("https://localhost:{port}/in"), &[]);
    let refused = after_attempts(&shop, &ping(&shop, &endpoint), 1);
    assert_eq!(refused["lastError"], "The address leads into a private network, which is not called.");
    assert_eq!(receiver.hooks("/in").len(), 0);
}

fn redirects_are_not_followed(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 307);
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let tried = after_attempts(shop, &ping(shop, &endpoint), 1);
    assert_eq!((&tried["status"], &tried["lastStatus"]), (&json!("pending"), &json!(307)));
    assert_eq!(tried["lastError"], "It answered 307; redirects are not followed.");
    assert_eq!(receiver.hooks("/moved").len(), 0);
}

fn gone_disables_an_endpoint(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 500);
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let waiting = ping(shop, &endpoint);
    after_attempts(shop, &waiting, 1);
    receiver.answers("/in", 410);
    let last = ping(shop, &endpoint);

    let disabled = eventually("it is disabled", || {
        Some(show(shop, &endpoint)).filter(|shown| shown["enabled"] == json!(false))
    });
    assert_eq!((&disabled["disabledReason"], &disabled["version"]), (&json!("gone"), &json!(2)));
    for id in [&waiting, &last] {
        let given_up = delivery(shop, id);
        assert_eq!((&given_up["status"], &given_up["nextAttemptAt"]), (&json!("failed"), &Value::Null));
    }
    let admin = shop.admin();
    admin.post(&format!("/admin/v1/webhooks/{endpoint}/ping")).send().expect_error(409, "endpoint_disabled");
    let replay = format!("/admin/v1/webhook-deliveries/{last}/replay");
    admin.post(&replay).send().expect_error(409, "endpoint_disabled");
    shop.customer();
    assert_eq!(log(shop, &endpoint, "").len(), 2, "it hears nothing any more");

    receiver.answers("/in", 200);
    let enabled = change(shop, &endpoint, &json!({ "enabled": true }));
    assert_eq!((&enabled["disabledReason"], &enabled["failingSince"]), (&Value::Null, &Value::Null));
    assert_eq!(after_attempts(shop, &ping(shop, &endpoint), 1)["status"], "delivered");
}

fn an_endpoint_that_fails_for_days_is_disabled(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 500);
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    after_attempts(shop, &ping(shop, &endpoint), 1);
    shop.wait(5 * 24 * 3600 - 60);
    let late = ping(shop, &endpoint);
    after_attempts(shop, &late, 1);
    assert_eq!(show(shop, &endpoint)["enabled"], true);
    shop.wait(3600);
    let disabled = show(shop, &endpoint);
    assert_eq!((&disabled["enabled"], &disabled["disabledReason"]), (&json!(false), &json!("failing")));
    let given_up = delivery(shop, &late);
    assert_eq!(
        (&given_up["status"], &given_up["lastError"]),
        (&json!("failed"), &json!("The endpoint was disabled."))
    );
}

fn deliveries_are_sent_again(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let taken = ping(shop, &endpoint);
    assert_eq!(after_attempts(shop, &taken, 1)["status"], "delivered");
    receiver.answers("/in", 500);
    let early = ping(shop, &endpoint);
    after_attempts(shop, &early, 1);
    shop.wait(3600);
    let since = shop.now();
    let late = ping(shop, &endpoint);
    after_attempts(shop, &late, 1);
    shop.wait(4 * 24 * 3600);
    assert_eq!([&early, &late].map(|id| delivery(shop, id)["status"].clone()), ["failed", "failed"]);
    receiver.answers("/in", 200);

    let replay = format!("/admin/v1/webhooks/{endpoint}/replay");
    let admin = shop.admin();
    let begun = admin.post(&replay).json(&json!({ "since": since })).send().expect(202);
    assert_eq!(begun.data(), json!({ "deliveries": 1 }));
    eventually("it is delivered", || (delivery(shop, &late)["status"] == "delivered").then_some(()));
    assert_eq!(delivery(shop, &early)["status"], "failed");
    admin.post(&replay).json(&json!({ "since": "yesterday" })).send().expect_invalid(&["since"]);
    admin.post(&replay).json(&json!({})).send().expect_invalid(&["since"]);

    let before = receiver.hooks("/in").len();
    let again = admin.post(&format!("/admin/v1/webhook-deliveries/{taken}/replay")).send().expect(202).data();
    assert_eq!((&again["status"], &again["attempts"]), (&json!("pending"), &json!(0)));
    let hooks = receiver.wait_for("/in", before + 1);
    assert_eq!(hooks[before].body, hooks[0].body);
    assert_eq!(hooks[before].headers["webhook-id"], hooks[0].headers["webhook-id"]);
    let entries = admin.get("/admin/v1/audit-log").send().expect(200).data();
    assert_eq!(entries[0]["action"], "webhook.replay");
    assert_eq!(entries[0]["targetId"], endpoint.as_str());
}

fn what_was_told_of_a_customer_is_erased_with_them(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    receiver.answers("/in", 500);
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    let customer = shop.customer();
    let kept = ping(shop, &endpoint);
    after_attempts(shop, &kept, 1);
    assert_eq!(log(shop, &endpoint, "").len(), 2);

    shop.admin().delete(&format!("/admin/v1/customers/{}", customer.id)).send().expect(204);

    let left = log(shop, &endpoint, "");
    assert_eq!(left.iter().map(|entry| text(entry, "id")).collect::<Vec<_>>(), [kept]);
    shop.wait(6);
    assert_eq!(
        receiver.wait_for("/in", 3).len(),
        3,
        "two first attempts and the second of the one that is left"
    );
}

fn old_deliveries_are_swept(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    let (endpoint, _) = add(shop, &receiver.url("/in"), &[]);
    after_attempts(shop, &ping(shop, &endpoint), 1);
    shop.wait(29 * 24 * 3600);
    assert_eq!(log(shop, &endpoint, "").len(), 1);
    shop.wait(62 * 24 * 3600);
    assert_eq!(log(shop, &endpoint, "").len(), 0);
    assert_eq!(receiver.hooks("/in").len(), 1);
}
