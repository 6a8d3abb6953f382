//! A shop's own mail templates: what is refused when it is saved, and what happens to one that fails all the same.

use marzipan_tests::people::SITE;
use marzipan_tests::sink::Sink;
use marzipan_tests::{Answer, Installation, PASSWORD, Server, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    every_letter_is_listed_with_what_it_can_say,
    a_shop_writes_its_mails_its_own_way,
    a_broken_template_is_refused_with_its_line,
    a_template_can_not_become_a_burden,
    what_a_letter_is_good_for_stays_in_it,
    a_template_that_fails_gives_way_to_the_built_in_one,
    a_preview_keeps_nothing,
    changes_are_audited_and_conditional,
    own_templates_leave_over_the_wire,
);

fn path(name: &str) -> String {
    format!("/admin/v1/mail-templates/{name}")
}

fn change(shop: &Shop<'_>, name: &str, body: &Value) -> Answer {
    shop.admin().patch(&path(name)).json(body).send()
}

fn show(shop: &Shop<'_>, name: &str) -> Value {
    shop.admin().get(&path(name)).send().expect(200).data()
}

#[track_caller]
fn reason(answer: Answer, part: &str) -> String {
    let body = answer.expect_invalid(&[part]);
    body["errors"][part][0].as_str().expect("a reason").to_owned()
}

fn every_letter_is_listed_with_what_it_can_say(shop: &Shop<'_>) {
    let all = shop.admin().get("/admin/v1/mail-templates").send().expect(200).data();
    let all = all.as_array().expect("a list");
    let names: Vec<&str> = all.iter().map(|one| one["name"].as_str().expect("a name")).collect();
    assert_eq!(
        names,
        [
            "verify_email",
            "already_registered",
            "reset_password",
            "password_changed",
            "confirm_new_email",
            "email_change_requested",
            "email_taken",
            "contact_message",
            "message_reply",
            "newsletter_confirm",
            "newsletter_welcome",
            "order_received",
            "order_payment_failed",
            "order_shipped",
            "order_refunded",
            "subscription_begun",
            "subscription_upcoming",
            "subscription_renewed",
            "subscription_payment_failed",
            "subscription_action_needed",
            "subscription_card_expiring",
            "subscription_paused",
            "subscription_resumed",
            "subscription_cancelled",
            "subscription_ended",
            "subscription_price_change",
            "subscription_items_changed",
            "gift_subscription",
        ]
    );
    for one in all {
        assert_eq!((&one["customised"], &one["updatedAt"]), (&json!(false), &Value::Null), "{one}");
        let variables = one["variables"].as_array().expect("a list");
        assert!(variables.iter().any(|value| value["name"] == "shop_name"), "{one}");
        for part in ["subject", "html", "text"] {
            assert!(one[part].as_str().is_some_and(|source| !source.is_empty()), "{part}: {one}");
        }
        let name = one["name"].as_str().expect("a name");
        let preview = shop.admin().post(&format!("{}/preview", path(name))).json(&json!({})).send();
        assert!(
            preview.expect(200).data()["html"].as_str().is_some_and(|html| html.contains("Harbour Wines"))
        );
        // What is built in can be saved as it is, and begun with.
        let same = json!({ "subject": one["subject"], "html": one["html"], "text": one["text"] });
        assert_eq!(change(shop, name, &same).expect(200).data()["customised"], true, "{name}");
    }
    shop.admin().get(&path("no_letter")).send().expect_error(404, "not_found");
    change(shop, "layout", &json!({})).expect_error(404, "not_found");
}

fn a_shop_writes_its_mails_its_own_way(shop: &Shop<'_>) {
    let elsewhere = Shop::open(shop.server());
    let html = "{% extends \"layout.html\" %}\n{% block content %}<h1>Ahoy {{ first_name|upper }}</h1>{% if link %}<a href=\"{{ link }}\">Go</a>{% else %}{{ token }}{% endif %}{% endblock %}";
    let body = json!({ "subject": "Ahoy {{ first_name }}\n from {{ shop_name }}", "html": html });
    let changed = change(shop, "verify_email", &body).expect(200).data();
    assert_eq!(changed["customisedParts"], json!(["subject", "html"]));
    let built_in = show(&elsewhere, "verify_email");
    assert_eq!(changed["text"], built_in["text"]);
    assert_eq!(built_in["customised"], false);

    let customer = shop.customer_named("<b>Ada</b>", "Quill");

    let mail = shop.last_mail_to(&customer.email, "verify_email");
    assert_eq!(mail.text("subject"), "Ahoy <b>Ada</b> from Harbour Wines");
    assert!(mail.text("html").contains("<h1>Ahoy &lt;B&gt;ADA&lt;&#x2f;B&gt;</h1>"), "{}", mail.text("html"));
    assert!(mail.text("html").contains("Harbour Wines"), "the layout stands round it");
    assert!(mail.text("text").contains("Thank you for opening an account"), "{}", mail.text("text"));
    let other = elsewhere.customer_named("Bo", "Byron");
    assert!(!elsewhere.last_mail_to(&other.email, "verify_email").text("html").contains("Ahoy"));

    // Null takes one part back, DELETE all.
    let changed = change(shop, "verify_email", &json!({ "html": null })).expect(200).data();
    assert_eq!((&changed["customisedParts"], &changed["html"]), (&json!(["subject"]), &built_in["html"]));
    shop.admin().delete(&path("verify_email")).send().expect(204);
    assert_eq!(show(shop, "verify_email")["subject"], built_in["subject"]);
    assert_eq!(show(shop, "verify_email")["customised"], false);
    shop.admin().delete(&path("verify_email")).send().expect(204);
}

fn a_broken_template_is_refused_with_its_line(shop: &Shop<'_>) {
    let before = show(shop, "password_changed");
    for (part, source, line, word) in [
        ("html", "<p>\n{{ first_name", 2, ""),
        ("html", "<p>\n\n{% if first_name %}</p>", 3, ""),
        ("html", "{{ first_name }}\n{{ token }}", 2, "token"),
        ("text", "{% if not first_name %}\n\n{{ never }}{% endif %}", 3, "never"),
        ("text", "{{ first_name|shout }}", 1, "shout"),
        ("text", "a\n{% include \"verify_email.txt\" %}", 2, "include"),
        ("text", "a\n{% extends \"verify_email.txt\" %}", 2, "layout"),
        ("text", "a\n{% import \"layout.txt\" as x %}", 2, "import"),
        ("subject", "{{ subject }}", 1, "subject"),
        ("subject", " {# nothing #} ", 1, "empty"),
        ("html", "a\u{0}b", 1, "control"),
        ("html", "{{ first_name.__class__ }}", 1, ""),
    ] {
        let why = reason(change(shop, "password_changed", &json!({ part: source })), part);
        assert!(why.starts_with(&format!("Line {line}: ")) && why.contains(word), "{source}: {why}");
        let preview = shop.admin().post(&format!("{}/preview", path("password_changed")));
        preview.json(&json!({ part: source })).send().expect_invalid(&[part]);
    }
    let two = json!({ "html": "{{", "text": "{%" });
    change(shop, "password_changed", &two).expect_invalid(&["html", "text"]);
    change(shop, "password_changed", &json!({ "html": 7 })).expect_invalid(&["html"]);
    assert_eq!(show(shop, "password_changed"), before);
}

fn a_template_can_not_become_a_burden(shop: &Shop<'_>) {
    let doubling = format!("{}{{{{ a }}}}", "{% set a = (a or first_name) ~ (a or first_name) %}".repeat(60));
    let nested = format!("{}x{}", "{% if first_name %}".repeat(3000), "{% endif %}".repeat(3000));
    for source in [
        doubling.as_str(),
        "{% for a in range(100000) %}{% for b in range(100000) %}{{ first_name }}{% endfor %}{% endfor %}",
        "{{ first_name * 1000000000 }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% extends \"own.html\" %}",
        &nested,
        &"x".repeat(70_000),
    ] {
        change(shop, "password_changed", &json!({ "html": source })).expect_invalid(&["html"]);
    }
    assert_eq!(show(shop, "password_changed")["customised"], false);
}

fn what_a_letter_is_good_for_stays_in_it(shop: &Shop<'_>) {
    for (name, part, source) in [
        ("reset_password", "html", "<p>Good luck, {{ first_name }}.</p>"),
        ("reset_password", "text", "{% if link %}{{ link }}{% endif %}"),
        ("newsletter_welcome", "text", "Welcome!"),
        ("message_reply", "html", "We have answered."),
        ("subscription_action_needed", "html", "Please pay for {{ package }}."),
        ("gift_subscription", "text", "{{ redeem_url }}"),
    ] {
        let why = reason(change(shop, name, &json!({ part: source })), part);
        assert!(why.starts_with("Must show "), "{name}: {why}");
    }
    let plain = json!({ "text": "{{ token }}", "html": "<b>{{ token }}</b>" });
    change(shop, "reset_password", &plain).expect(200);
    let customer = shop.customer();
    let body = json!({ "email": customer.email, "returnUrl": format!("{SITE}/reset") });
    shop.visitor().post("/v1/account/password").json(&body).send().expect(200);
    let token = shop.last_mail_to(&customer.email, "reset_password").token();
    let body = json!({ "token": token, "password": "hollow lantern 66 plum" });
    shop.visitor().post("/v1/account/password/reset").json(&body).send().expect(200);
}

fn a_template_that_fails_gives_way_to_the_built_in_one(shop: &Shop<'_>) {
    // The samples are called Ann; nobody else is.
    let source = "{% if first_name == \"Ann\" %}Hi{% else %}\n{{ first_name.missing }}{% endif %}";
    change(shop, "password_changed", &json!({ "text": source, "subject": "Ours" })).expect(200);
    let customer = shop.customer_named("Ada", "Quill");
    let set = |new: &str, old: &str| {
        let body = json!({ "currentPassword": old, "password": new });
        customer.put("/v1/account/password").json(&body).send().expect(200);
    };
    set("hollow lantern 66 plum", PASSWORD);

    let mail = shop.last_mail_to(&customer.email, "password_changed");

    assert_eq!(mail.text("subject"), "Your password at Harbour Wines was changed", "the letter is one");
    assert!(mail.text("text").contains("Hello Ada"), "{}", mail.0);
    let failed = show(shop, "password_changed");
    let error = failed["lastError"].as_str().unwrap_or_else(|| panic!("no error: {failed}"));
    assert!(error.contains("text") && error.contains("Line 2"), "{error}");
    assert_eq!(failed["failedAt"], shop.now().as_str());
    assert!(shop.server().log().contains("mail template failed"), "and the log says so");

    // Mended, it is used again.
    let changed =
        change(shop, "password_changed", &json!({ "text": "Hi {{ first_name }}" })).expect(200).data();
    assert_eq!((&changed["lastError"], &changed["failedAt"]), (&Value::Null, &Value::Null));
    set(PASSWORD, "hollow lantern 66 plum");
    let mail = shop.last_mail_to(&customer.email, "password_changed");
    assert_eq!((mail.text("subject"), mail.text("text")), ("Ours".to_owned(), "Hi Ada".to_owned()));
}

fn a_preview_keeps_nothing(shop: &Shop<'_>) {
    let preview =
        |name: &str, body: &Value| shop.admin().post(&format!("{}/preview", path(name))).json(body).send();
    let letter = preview("contact_message", &json!({ "subject": "{{ name }}!" })).expect(200).data();
    assert_eq!(letter["subject"], "Ann Smith!");
    assert!(letter["html"].as_str().is_some_and(|html| html.contains("ann@example.com")), "{letter}");
    assert_eq!(show(shop, "contact_message")["customised"], false);
    change(shop, "contact_message", &json!({ "subject": "From {{ name }}" })).expect(200);
    assert_eq!(preview("contact_message", &json!({})).expect(200).data()["subject"], "From Ann Smith");
    let built_in = preview("contact_message", &json!({ "subject": null })).expect(200).data();
    assert_eq!(built_in["subject"], "Message from Ann Smith: The next box");
    preview("no_letter", &json!({})).expect_error(404, "not_found");
    assert!(shop.mails().is_empty(), "nothing is sent");
}

fn changes_are_audited_and_conditional(shop: &Shop<'_>) {
    let admin = shop.admin();
    let etag = |answer: &Answer| answer.header("etag").expect("an ETag").to_owned();
    let first = etag(&admin.get(&path("email_taken")).send().expect(200));
    let change_if = |etag: &str, subject: &str| {
        let request = admin.patch(&path("email_taken")).header("If-Match", etag);
        request.json(&json!({ "subject": subject })).send()
    };
    let second = etag(&change_if(&first, "One").expect(200));
    change_if(&first, "Two").expect_error(412, "stale");
    admin.delete(&path("email_taken")).header("If-Match", &first).send().expect_error(412, "stale");
    admin.delete(&path("email_taken")).header("If-Match", &second).send().expect(204);
    // A version never comes again.
    change_if(&first, "Three").expect_error(412, "stale");
    change_if(&second, "Three").expect_error(412, "stale");
    change_if("*", "Three").expect(200);
    let log = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200).data();
    let of = |action: &str| {
        let found = log.as_array().expect("a list").iter().find(|entry| entry["action"] == action);
        found.unwrap_or_else(|| panic!("no {action}: {log}")).clone()
    };
    assert_eq!(of("mail-template.reset")["before"]["subject"], "One");
    assert_eq!(of("mail-template.update")["targetId"], "email_taken");

    let key = json!({ "name": "reader", "scopes": ["messages:read"] });
    let key = admin.post("/admin/v1/admin-keys").json(&key).send().expect(201).data();
    let reader = shop.holding(key["key"].as_str().expect("a key"));
    reader.get(&path("email_taken")).send().expect(200);
    let body = json!({ "subject": "x" });
    reader.patch(&path("email_taken")).json(&body).send().expect_error(403, "forbidden");
}

fn own_templates_leave_over_the_wire(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", sink.url())]);
    let shop = Shop::open_on(&server, installation);
    let body = json!({
        "subject": "Schön, {{ first_name }} – bestätige", "text": "{{ token }}", "html": "<p>{{ token }} ☃</p>",
    });
    change(&shop, "verify_email", &body).expect(200);
    let registration =
        json!({ "firstName": "Zoë", "lastName": "Q", "email": "zoe@post.example", "password": PASSWORD });
    shop.visitor().post("/v1/account/register").json(&registration).send().expect(201);
    let mail = sink.wait_for(1).remove(0);
    assert_eq!(mail.header("subject"), Some("Schön, Zoë – bestätige"));
    assert!(mail.html.contains('☃') && mail.text.starts_with("mzm_"), "{} {}", mail.html, mail.text);
}
