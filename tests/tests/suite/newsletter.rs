//! The newsletter: asked for twice, left with one click, and never sent to whoever has said no.

use marzipan_tests::people::{SITE, number};
use marzipan_tests::server::PUBLIC_URL;
use marzipan_tests::sink::Sink;
use marzipan_tests::{Answer, Installation, Mail, PASSWORD, Server, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    nothing_is_sent_before_the_owner_says_yes,
    the_answer_tells_nobody_who_is_on_the_list,
    an_address_is_not_pestered,
    a_confirmation_is_good_once_for_seven_days,
    topics_are_the_shops,
    marketing_mail_carries_one_click_over_the_wire,
    opening_the_page_does_not_unsubscribe,
    a_token_opens_its_own_shop_only,
    the_list_and_the_account_say_the_same,
    suppression_outlives_erasure,
    a_mail_on_its_way_is_stopped_by_a_no,
    the_list_follows_an_address_and_a_merge,
    staff_keep_the_list,
    the_list_is_exported_as_a_table,
    the_export_and_the_sweep_know_the_list,
);

fn address() -> String {
    format!("reader-{}@post.example", number())
}

fn ask(shop: &Shop<'_>, email: &str) -> Answer {
    let body = json!({ "email": email, "firstName": "Ann", "returnUrl": format!("{SITE}/newsletter") });
    shop.visitor().post("/v1/newsletter").json(&body).send()
}

fn confirm(shop: &Shop<'_>, token: &str) -> Answer {
    shop.visitor().post("/v1/newsletter/confirm").json(&json!({ "token": token })).send()
}

/// Asks and confirms; gives the mail that welcomes.
fn subscribe(shop: &Shop<'_>, email: &str) -> Mail {
    ask(shop, email).expect(202);
    confirm(shop, &shop.last_mail_to(email, "newsletter_confirm").token()).expect(200);
    shop.last_mail_to(email, "newsletter_welcome")
}

/// The path of the page that a marketing mail leads to for leaving.
fn leaving_page(welcome: &Mail) -> String {
    let links = welcome.links();
    let page = links[0].strip_prefix(PUBLIC_URL).unwrap_or_else(|| panic!("not ours: {links:?}"));
    assert!(page.starts_with("/newsletter/unsubscribe/mzu_"), "{page}");
    page.to_owned()
}

fn leave(shop: &Shop<'_>, welcome: &Mail) {
    let request = shop.nobody().post(&leaving_page(welcome));
    request.body("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").send().expect(200);
}

fn list(shop: &Shop<'_>, query: &str) -> Vec<Value> {
    let answer = shop.admin().get(&format!("/admin/v1/newsletter/subscribers{query}")).send().expect(200);
    answer.data().as_array().expect("a list").clone()
}

#[track_caller]
fn status(shop: &Shop<'_>, email: &str) -> String {
    let found = list(shop, &format!("?query={email}"));
    assert!(found.len() <= 1, "{found:?}");
    found.first().map_or("-", |entry| entry["status"].as_str().expect("a text")).to_owned()
}

fn suppressed(shop: &Shop<'_>) -> i64 {
    let answer = shop.admin().get("/admin/v1/newsletter/suppressions").send().expect(200);
    answer.data()["count"].as_i64().expect("a number")
}

fn nothing_is_sent_before_the_owner_says_yes(shop: &Shop<'_>) {
    let email = address();
    let answer = ask(shop, &email).expect(202);
    assert_eq!(answer.text(), r#"{"message":"Please check your e-mail to confirm."}"#);
    assert_eq!(shop.mails_to(&email), ["newsletter_confirm"]);
    assert_eq!(status(shop, &email), "pending");
    let mail = shop.last_mail_to(&email, "newsletter_confirm");
    assert_eq!(mail.links(), [format!("{SITE}/newsletter?token={}", mail.token())]);
    assert!(mail.text("text").contains("Hello Ann"), "{}", mail.0);

    assert_eq!(
        confirm(shop, &mail.token()).expect(200).text(),
        r#"{"message":"Thank you, you are on the list."}"#
    );

    assert_eq!(status(shop, &email), "confirmed");
    assert_eq!(shop.mails_to(&email), ["newsletter_confirm", "newsletter_welcome"]);
    let entry = &list(shop, "")[0];
    assert_eq!((&entry["firstName"], &entry["source"]), (&json!("Ann"), &json!("form")));
}

fn the_answer_tells_nobody_who_is_on_the_list(shop: &Shop<'_>) {
    let [confirmed, gone, pending] = [address(), address(), address()];
    subscribe(shop, &confirmed);
    leave(shop, &subscribe(shop, &gone));
    ask(shop, &pending).expect(202);
    shop.wait(200);

    let fresh = ask(shop, &address()).expect(202);
    for email in [&confirmed, &gone, &pending] {
        assert_eq!(ask(shop, email).expect(202).body, fresh.body);
        // Each owner is asked, and nothing changes before they answer.
        assert_eq!(shop.mails_to(email).last().map(String::as_str), Some("newsletter_confirm"));
    }
    assert_eq!(
        [&confirmed, &gone, &pending].map(|email| status(shop, email)),
        ["confirmed", "unsubscribed", "pending"]
    );
    let customer = shop.customer();
    let body = json!({ "email": customer.email });
    assert_eq!(customer.post("/v1/newsletter").json(&body).send().expect(202).body, fresh.body);
    shop.visitor().post("/v1/newsletter").json(&json!({})).send().expect_invalid(&["email"]);
}

fn an_address_is_not_pestered(shop: &Shop<'_>) {
    let email = address();
    ask(shop, &email).expect(202);
    ask(shop, &email.to_uppercase()).expect(202);
    assert_eq!(shop.mails_to(&email).len(), 1, "one in two minutes");
    shop.wait(119);
    ask(shop, &email).expect(202);
    assert_eq!(shop.mails_to(&email).len(), 1);
    for _ in 0..10 {
        shop.wait(121);
        ask(shop, &email).expect(202);
    }
    assert_eq!(shop.mails_to(&email).len(), 5, "and five in a day");
    shop.wait(24 * 3600);
    ask(shop, &email).expect(202);
    assert_eq!(shop.mails_to(&email).len(), 6);
}

fn a_confirmation_is_good_once_for_seven_days(shop: &Shop<'_>) {
    let [early, late] = [address(), address()];
    ask(shop, &early).expect(202);
    ask(shop, &late).expect(202);
    let token = |email: &str| shop.last_mail_to(email, "newsletter_confirm").token();
    let (early_token, late_token) = (token(&early), token(&late));
    shop.set_clock("2026-01-12T08:59:59Z");
    confirm(shop, &early_token).expect(200);
    confirm(shop, &early_token).expect_error(422, "invalid_token");
    shop.set_clock("2026-01-12T09:00:01Z");
    confirm(shop, &late_token).expect_error(422, "invalid_token");
    for nonsense in ["mzm_nonsense", "mzu_nonsense", &shop.storefront_token[..40]] {
        confirm(shop, nonsense).expect_error(422, "invalid_token");
    }
    shop.visitor().post("/v1/newsletter/confirm").json(&json!({})).send().expect_invalid(&["token"]);
    // A token for one purpose is nothing for another.
    let register = json!({ "firstName": "A", "lastName": "B", "email": address(), "password": PASSWORD });
    shop.visitor().post("/v1/account/register").json(&register).send().expect(201);
    let verify = shop.last_mail_to(register["email"].as_str().expect("text"), "verify_email").token();
    confirm(shop, &verify).expect_error(422, "invalid_token");
}

fn topics_are_the_shops(shop: &Shop<'_>) {
    let send = |topics: Value| {
        let email = address();
        let body = json!({ "email": email, "topics": topics });
        (email, shop.visitor().post("/v1/newsletter").json(&body).send())
    };
    send(json!(["offers"])).1.expect_invalid(&["topics.0"]);
    let bad = json!({ "newsletterTopics": ["offers", "Big Offers"] });
    shop.admin().patch("/admin/v1/settings").json(&bad).send().expect_invalid(&["newsletterTopics.1"]);
    shop.set(&json!({ "newsletterTopics": ["offers", "events", "new-wines"] }));

    send(json!(["offers", "spam", 7])).1.expect_invalid(&["topics.2"]);
    let error = send(json!(["offers", "spam"])).1.expect_invalid(&["topics.1"]);
    assert!(error["errors"]["topics.1"][0].as_str().is_some_and(|why| why.contains("new-wines")), "{error}");
    let (email, answer) = send(json!(["new-wines", "offers", "offers"]));
    answer.expect(202);
    confirm(shop, &shop.last_mail_to(&email, "newsletter_confirm").token()).expect(200);
    assert_eq!(list(shop, "?topic=new-wines")[0]["topics"], json!(["offers", "new-wines"]));
    assert!(list(shop, "?topic=events").is_empty());
    assert!(list(shop, "?topic=wines").is_empty(), "a topic is found whole");
    assert_eq!(list(shop, "?topic=offers&status=confirmed").len(), 1);
    shop.admin().get("/admin/v1/newsletter/subscribers?topic=A%25").send().expect_invalid(&["topic"]);
}

fn marketing_mail_carries_one_click_over_the_wire(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", sink.url())]);
    let shop = Shop::open_on(&server, installation);
    shop.set(&json!({ "contactEmail": "desk@shop.example" }));
    ask(&shop, "ann@post.example").expect(202);
    let asking = sink.wait_for(1).remove(0);
    assert_eq!(asking.header("list-unsubscribe"), None, "nobody is on a list yet");
    let token = asking.text.split("token=").nth(1).and_then(|rest| rest.split_whitespace().next());
    confirm(&shop, token.expect("a token")).expect(200);

    let welcome = sink.wait_for(2).remove(1);

    let ways = welcome.header("list-unsubscribe").expect("a way to leave").to_owned();
    let (page, mailbox) = ways.split_once(", ").expect("two ways");
    assert_eq!(mailbox, "<mailto:desk@shop.example?subject=unsubscribe>");
    let page = page.trim_matches(['<', '>']);
    assert!(page.starts_with(&format!("{PUBLIC_URL}/newsletter/unsubscribe/mzu_")), "{page}");
    assert_eq!(welcome.header("list-unsubscribe-post"), Some("List-Unsubscribe=One-Click"));
    assert!(welcome.text.contains(page) && welcome.html.contains(page), "{}", welcome.text);

    // What a mail program does by itself when its reader clicks.
    let path = page.strip_prefix(PUBLIC_URL).expect("ours");
    let request = shop.nobody().post(path);
    request.body("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").send().expect(200);
    assert_eq!(status(&shop, "ann@post.example"), "unsubscribed");
    assert_eq!(suppressed(&shop), 1);
}

fn opening_the_page_does_not_unsubscribe(shop: &Shop<'_>) {
    shop.set(&json!({ "name": "Quay & <Cellar>" }));
    let email = address();
    let welcome = subscribe(shop, &email);
    let path = leaving_page(&welcome);
    let nobody = shop.nobody();
    for method in ["GET", "HEAD"] {
        let answer = nobody.request(method, &path).send().expect(200);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(
            answer
                .header("content-security-policy")
                .is_some_and(|policy| policy.contains("default-src 'none'"))
        );
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    }
    let page = nobody.get(&path).send().expect(200).text();
    assert!(page.contains("<form method=\"post\">") && page.contains("Quay &amp; &lt;Cellar&gt;"), "{page}");
    assert!(!page.contains(&email), "whoever holds the link learns no address: {page}");
    assert_eq!(status(shop, &email), "confirmed");

    let page = nobody.post(&path).send().expect(200).text();
    assert!(page.contains("You are unsubscribed") && !page.contains("<form"), "{page}");
    assert_eq!(status(shop, &email), "unsubscribed");
    nobody.post(&path).send().expect(200);
    assert_eq!(suppressed(shop), 1);

    let token = path.rsplit('/').next().expect("a token").to_owned();
    for broken in [&token[..token.len() - 2], "mzu_", "x", "mzm_x", "%00", &format!("{token}A")] {
        let path = format!("/newsletter/unsubscribe/{broken}");
        for answer in [nobody.get(&path).send(), nobody.post(&path).send()] {
            assert!(answer.expect(404).text().contains("not valid"));
        }
    }
    nobody.delete(&path).send().expect(405);
}

fn a_token_opens_its_own_shop_only(shop: &Shop<'_>) {
    let elsewhere = Shop::open(shop.server());
    let email = address();
    let here = subscribe(shop, &email);
    subscribe(&elsewhere, &email);
    let token = leaving_page(&here).rsplit('/').next().expect("a token").to_owned();
    let leave_at = |shop: &Shop<'_>, token: &str| {
        shop.visitor().post("/v1/newsletter/unsubscribe").json(&json!({ "token": token })).send()
    };
    leave_at(&elsewhere, &token).expect_error(422, "invalid_token");
    leave_at(shop, "mzu_nonsense").expect_error(422, "invalid_token");
    leave_at(shop, "").expect_invalid(&["token"]);
    leave_at(shop, &token).expect(200);
    assert_eq!(status(shop, &email), "unsubscribed");
    assert_eq!(status(&elsewhere, &email), "confirmed", "another shop's list is another list");
    assert_eq!(suppressed(&elsewhere), 0);

    // A wish in one shop is none in another.
    shop.wait(200);
    ask(shop, &email).expect(202);
    let token = shop.last_mail_to(&email, "newsletter_confirm").token();
    confirm(&elsewhere, &token).expect_error(422, "invalid_token");
    confirm(shop, &token).expect(200);
}

fn the_list_and_the_account_say_the_same(shop: &Shop<'_>) {
    let agreed = |customer: &marzipan_tests::Customer<'_, '_>| {
        let details = customer.get("/v1/account/details").send().expect(200).data();
        details["marketing"].as_array().expect("a list").contains(&json!("email"))
    };
    let set = |customer: &marzipan_tests::Customer<'_, '_>, marketing: Value| {
        let body = json!({ "marketing": marketing });
        customer.patch("/v1/account/details").json(&body).send().expect(200);
    };
    // A registration that says yes, once its address is proved.
    let yes = shop.register(&json!({
        "firstName": "Ada", "lastName": "Quill", "email": address(), "password": PASSWORD,
        "marketing": ["email", "post"],
    }));
    assert_eq!(status(shop, &yes.email), "confirmed");
    assert_eq!(list(shop, &format!("?query={}", yes.email))[0]["source"], "account");
    // The account takes it back, and gives it again.
    set(&yes, json!(["post"]));
    assert_eq!(status(shop, &yes.email), "unsubscribed");
    assert_eq!(suppressed(shop), 1);
    set(&yes, json!(["post", "email"]));
    assert_eq!((status(shop, &yes.email).as_str(), suppressed(shop)), ("confirmed", 0));

    // A customer who said nothing asks by the form, and leaves by the mail.
    let quiet = shop.customer();
    assert_eq!(status(shop, &quiet.email), "-");
    let welcome = subscribe(shop, &quiet.email);
    assert!(agreed(&quiet));
    leave(shop, &welcome);
    assert!(!agreed(&quiet));
    assert_eq!(suppressed(shop), 1);
    // Staff can not say yes for them any more; they themselves can, by the form.
    let path = format!("/admin/v1/customers/{}", quiet.id);
    let push = json!({ "marketing": ["email"] });
    shop.admin().patch(&path).json(&push).send().expect_error(409, "address_suppressed");
    shop.admin().patch(&path).json(&json!({ "marketing": ["sms"] })).send().expect(200);
    shop.wait(200);
    subscribe(shop, &quiet.email);
    assert!(agreed(&quiet));
    assert_eq!((status(shop, &quiet.email).as_str(), suppressed(shop)), ("confirmed", 0));
    // Staff take it back for them.
    shop.admin().patch(&path).json(&json!({ "marketing": [] })).send().expect(200);
    assert_eq!((status(shop, &quiet.email).as_str(), suppressed(shop)), ("unsubscribed", 1));

    // Somebody on the list opens an account without a word of it.
    let email = address();
    subscribe(shop, &email);
    let reader = shop
        .register(&json!({ "firstName": "Bo", "lastName": "Byron", "email": email, "password": PASSWORD }));
    assert!(agreed(&reader));
    // An account that is not proved has no say.
    let unproved = address();
    let body = json!({
        "firstName": "M", "lastName": "C", "email": unproved, "password": PASSWORD, "marketing": ["email"],
    });
    shop.visitor().post("/v1/account/register").json(&body).send().expect(201);
    assert_eq!(status(shop, &unproved), "-");
}

fn suppression_outlives_erasure(shop: &Shop<'_>) {
    let customer = shop.customer();
    leave(shop, &subscribe(shop, &customer.email));
    let reader = shop.customer();
    subscribe(shop, &reader.email);
    assert_eq!(suppressed(shop), 1);

    for leaver in [&customer, &reader] {
        leaver.delete("/v1/account").json(&json!({ "password": PASSWORD })).send().expect(204);
    }

    assert_eq!(suppressed(shop), 2, "who leaves with everything has said no to the newsletter, too");
    for email in [&customer.email, &reader.email] {
        assert_eq!(status(shop, email), "-");
        let body = json!({ "email": email });
        let add = shop.admin().post("/admin/v1/newsletter/subscribers").json(&body).send();
        add.expect_error(409, "address_suppressed");
    }
    let text = shop.admin().get("/admin/v1/audit-log?perPage=100").send().expect(200).text();
    assert!(!text.contains(&customer.email) && !text.contains(&reader.email), "{text}");
    let outbox = shop.admin().get("/admin/v1/outbox?perPage=100").send().expect(200).text();
    assert!(!outbox.contains(&customer.email), "{outbox}");

    // Only a new yes from the address itself lifts it.
    shop.wait(200);
    let welcome = subscribe(shop, &customer.email);
    assert_eq!(welcome.to(), customer.email);
    assert_eq!((status(shop, &customer.email).as_str(), suppressed(shop)), ("confirmed", 1));
}

fn a_mail_on_its_way_is_stopped_by_a_no(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let settings = [("MARZIPAN_SMTP_URL", sink.url())];
    // A web node writes mails and sends none.
    let web = Server::start_as(installation, "web", &settings);
    let shop = Shop::open_on(&web, installation);
    let (stays, leaves) = (address(), address());
    let _ = subscribe(&shop, &stays);
    let welcome = subscribe(&shop, &leaves);
    assert_eq!(welcome.text("status"), "queued");
    leave(&shop, &welcome);

    let _worker = Server::start_as(installation, "worker", &settings);

    sink.wait_for(3);
    let stopped = marzipan_tests::eventually("the outbox says so", || {
        let mail = shop.last_mail_to(&leaves, "newsletter_welcome");
        (mail.text("status") == "failed").then_some(mail)
    });
    assert!(stopped.text("error").contains("no more marketing"), "{}", stopped.0);
    marzipan_tests::eventually("the others leave", || {
        (shop.last_mail_to(&stays, "newsletter_welcome").text("status") == "sent").then_some(())
    });
    let left: Vec<(String, bool)> = sink
        .received()
        .iter()
        .map(|mail| (mail.to[0].clone(), mail.header("list-unsubscribe").is_some()))
        .collect();
    assert!(!left.contains(&(leaves, true)), "{left:?}");
    assert!(left.contains(&(stays, true)), "{left:?}");
}

fn the_list_follows_an_address_and_a_merge(shop: &Shop<'_>) {
    shop.set(&json!({ "newsletterTopics": ["offers", "events"] }));
    let customer = shop.customer();
    let welcome = subscribe(shop, &customer.email);
    let (old, new) = (customer.email.clone(), address());
    customer.patch("/v1/account/details").json(&json!({ "email": new })).send().expect(200);
    let token = shop.last_mail_to(&new, "confirm_new_email").token();
    shop.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send().expect(200);
    assert_eq!((status(shop, &old).as_str(), status(shop, &new).as_str()), ("-", "confirmed"));
    // The link of an old mail still leaves.
    leave(shop, &welcome);
    assert_eq!(status(shop, &new), "unsubscribed");

    let (kept, gone) = (shop.customer(), shop.customer());
    let body = json!({ "email": gone.email, "topics": ["offers"] });
    shop.visitor().post("/v1/newsletter").json(&body).send().expect(202);
    confirm(shop, &shop.last_mail_to(&gone.email, "newsletter_confirm").token()).expect(200);
    let merge = format!("/admin/v1/customers/{}/merge", kept.id);
    let merged = shop.admin().post(&merge).json(&json!({ "from": gone.id })).send().expect(200).data();
    assert_eq!(merged["marketing"], json!(["email"]));
    assert_eq!(status(shop, &gone.email), "-");
    assert_eq!(list(shop, &format!("?query={}", kept.email))[0]["topics"], json!(["offers"]));
    // Whoever stays and has said no is not talked into it by a merge.
    let (firm, other) = (shop.customer(), shop.customer());
    leave(shop, &subscribe(shop, &firm.email));
    subscribe(shop, &other.email);
    let merge = format!("/admin/v1/customers/{}/merge", firm.id);
    let merged = shop.admin().post(&merge).json(&json!({ "from": other.id })).send().expect(200).data();
    assert_eq!(merged["marketing"], json!([]));
    assert_eq!(status(shop, &firm.email), "unsubscribed");
}

fn staff_keep_the_list(shop: &Shop<'_>) {
    let admin = shop.admin();
    shop.set(&json!({ "newsletterTopics": ["offers", "events"] }));
    let path = "/admin/v1/newsletter/subscribers";
    let email = address();
    let body = json!({ "email": email.to_uppercase(), "firstName": "Zoë", "topics": ["events"] });
    let added = admin.post(path).json(&body).send().expect(201);
    let etag = added.header("etag").expect("an ETag").to_owned();
    assert_eq!(added.data()["email"], email.as_str());
    assert_eq!((&added.data()["status"], &added.data()["source"]), (&json!("confirmed"), &json!("staff")));
    assert!(shop.mails_to(&email).is_empty(), "staff vouch for it");
    admin.post(path).json(&body).send().expect_error(409, "already_subscribed");
    admin
        .post(path)
        .json(&json!({ "email": "no", "topics": ["x"] }))
        .send()
        .expect_invalid(&["email", "topics.0"]);
    assert_eq!(list(shop, "?query=zoe").len(), 1);
    assert!(list(shop, "?query=oe").is_empty());

    let one = format!("{path}/{}", added.data()["id"].as_str().expect("an id"));
    assert_eq!(admin.get(&one).send().expect(200).data(), added.data());
    let change = |etag: &str, body: &Value| admin.patch(&one).header("If-Match", etag).json(body).send();
    let changed = change(&etag, &json!({ "firstName": null, "topics": [] })).expect(200).data();
    assert_eq!((&changed["firstName"], &changed["topics"]), (&Value::Null, &json!([])));
    change(&etag, &json!({ "firstName": "Bo" })).expect_error(412, "stale");
    for (field, value) in [
        ("status", json!("confirmed")),
        ("status", Value::Null),
        ("topics.0", json!(["spam"])),
        ("topics", Value::Null),
        ("firstName", json!("")),
    ] {
        let key = field.split('.').next().expect("a key");
        change("*", &json!({ key: value })).expect_invalid(&[field]);
    }
    let gone = change("*", &json!({ "status": "unsubscribed" })).expect(200).data();
    assert_eq!(gone["status"], "unsubscribed");
    assert_eq!(suppressed(shop), 1);
    admin.post(path).json(&json!({ "email": email })).send().expect_error(409, "address_suppressed");

    // Somebody says no at the counter.
    let (known, unknown) = (shop.customer(), address());
    subscribe(shop, &known.email);
    for email in [&known.email, &unknown, &unknown] {
        let body = json!({ "email": email });
        admin.post("/admin/v1/newsletter/suppressions").json(&body).send().expect(204);
    }
    assert_eq!(suppressed(shop), 3);
    assert_eq!(status(shop, &known.email), "unsubscribed");
    let details = known.get("/v1/account/details").send().expect(200).data();
    assert_eq!(details["marketing"], json!([]));
    admin.post("/admin/v1/newsletter/suppressions").json(&json!({})).send().expect_invalid(&["email"]);

    // Without a trace.
    let fresh = address();
    let added = admin.post(path).json(&json!({ "email": fresh })).send().expect(201).data();
    let one = format!("{path}/{}", added["id"].as_str().expect("an id"));
    let elsewhere = Shop::open(shop.server());
    elsewhere.admin().delete(&one).send().expect_error(404, "not_found");
    admin.delete(&one).send().expect(204);
    admin.get(&one).send().expect_error(404, "not_found");
    assert_eq!(suppressed(shop), 3);
    admin.post(path).json(&json!({ "email": fresh })).send().expect(201);
    let log = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200).text();
    for action in ["subscriber.add", "subscriber.update", "subscriber.delete", "subscriber.suppress"] {
        assert!(log.contains(action), "{action}: {log}");
    }
    assert!(!log.contains(&unknown), "{log}");
}

fn the_list_is_exported_as_a_table(shop: &Shop<'_>) {
    let admin = shop.admin();
    let add = |email: &str, name: &str| {
        let body = json!({ "email": email, "firstName": name });
        admin.post("/admin/v1/newsletter/subscribers").json(&body).send().expect(201);
    };
    // More than one step of the export, in no order.
    for number in (0..520).rev() {
        add(&format!("reader{number:04}@post.example"), "Ann");
    }
    add("=cmd@post.example", "=1+1, \"x\"");
    ask(shop, "pending@post.example").expect(202);

    let answer = admin.get("/admin/v1/newsletter/subscribers.csv?status=confirmed").send().expect(200);

    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").is_some_and(|name| name.contains("subscribers.csv")));
    let text = answer.text();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "email,firstName,topics,status,source,createdAt,confirmedAt");
    assert_eq!(lines.len(), 522, "{}", &text[..200]);
    assert!(
        lines[1].starts_with("'=cmd@post.example,\"'=1+1, \"\"x\"\"\",,confirmed,staff,2026-"),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("reader0000@post.example,Ann,"), "{}", lines[2]);
    assert!(lines[521].starts_with("reader0519@post.example,Ann,"), "{}", lines[521]);
    let request = admin.get("/admin/v1/newsletter/subscribers.csv").header("Accept-Encoding", "gzip");
    let packed = request.send().expect(200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() * 3 < text.len(), "{} of {}", packed.body.len(), text.len());
    let empty = admin.get("/admin/v1/newsletter/subscribers.csv?status=unsubscribed").send().expect(200);
    assert_eq!(empty.text(), format!("{}\r\n", lines[0]));
    admin.get("/admin/v1/newsletter/subscribers.csv?status=x").send().expect_invalid(&["status"]);
}

fn the_export_and_the_sweep_know_the_list(shop: &Shop<'_>) {
    let customer = shop.customer();
    assert_eq!(customer.get("/v1/account/export").send().expect(200).data()["newsletter"], Value::Null);
    subscribe(shop, &customer.email);
    let export = customer.get("/v1/account/export").send().expect(200).data();
    assert_eq!(export["newsletter"]["status"], "confirmed", "{export}");
    assert_eq!(export["newsletter"]["source"], "form");

    // Who never answers is forgotten.
    let silent = address();
    ask(shop, &silent).expect(202);
    assert_eq!(status(shop, &silent), "pending");
    shop.wait(60 * 24 * 3600);
    assert_eq!(status(shop, &silent), "-");
    assert_eq!(status(shop, &customer.email), "confirmed");
}
