//! Writing to the shop, and its answers: from both sides, in the outbox and over the wire.

use marzipan_tests::people::number;
use marzipan_tests::sink::Sink;
use marzipan_tests::{Answer, Client, Customer, Installation, PASSWORD, Server, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    a_message_reaches_the_shop_and_is_kept,
    a_customers_conversations_are_theirs_alone,
    a_guests_conversation_joins_whoever_proves_the_address,
    staff_answer_and_the_customer_reads_it,
    staff_keep_their_desk_tidy,
    a_message_by_a_program_is_thanked_and_forgotten,
    bad_messages_are_refused_with_their_fields,
    messages_are_plain_text,
    messages_have_a_stricter_limit,
    a_conversation_has_an_end,
    mails_of_a_conversation_follow_each_other,
    conversations_leave_with_their_customer,
    conversations_go_along_when_customers_are_merged,
    a_message_sent_twice_is_kept_once,
);

const DESK: &str = "desk@shop.example";

fn message(email: &str) -> Value {
    json!({
        "name": "Ann Smith", "email": email, "subject": "The next box", "message": "When does it leave?",
        "topic": "Delivery", "orderRef": "1010744",
    })
}

fn address() -> String {
    format!("writer-{}@post.example", number())
}

#[track_caller]
fn write(who: &Client, body: &Value) {
    let answer = who.post("/v1/messages").json(body).send().expect(202);
    assert_eq!(answer.text(), r#"{"message":"Thank you, we have received your message."}"#);
}

fn threads(shop: &Shop<'_>, query: &str) -> Vec<Value> {
    let answer = shop.admin().get(&format!("/admin/v1/messages{query}")).send().expect(200);
    answer.data().as_array().expect("a list").clone()
}

fn only_thread(shop: &Shop<'_>) -> String {
    let threads = threads(shop, "");
    assert_eq!(threads.len(), 1, "{threads:?}");
    id(&threads[0])
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned()
}

fn answer_thread(shop: &Shop<'_>, thread: &str, body: &str) -> Answer {
    let path = format!("/admin/v1/messages/{thread}/replies");
    shop.admin().post(&path).json(&json!({ "body": body })).send()
}

fn own(customer: &Customer<'_, '_>) -> Vec<Value> {
    let answer = customer.get("/v1/account/messages").send().expect(200);
    answer.data().as_array().expect("a list").clone()
}

fn a_message_reaches_the_shop_and_is_kept(shop: &Shop<'_>) {
    shop.set(&json!({ "contactEmail": DESK }));
    let writer = address();

    write(&shop.visitor(), &message(&writer));

    let mail = shop.last_mail_to(DESK, "contact_message");
    assert_eq!(mail.text("subject"), "Message from Ann Smith: The next box");
    for part in ["Ann Smith", &writer, "The next box", "When does it leave?", "Delivery", "1010744"] {
        assert!(mail.text("text").contains(part), "{part}: {}", mail.0);
        assert!(mail.text("html").contains(part), "{part}: {}", mail.0);
    }
    assert!(shop.mails_to(&writer).is_empty(), "nobody is mailed whose address anybody can type");
    let thread = &threads(shop, "")[0];
    assert_eq!(thread["name"], "Ann Smith");
    assert_eq!(thread["email"], writer.as_str());
    assert_eq!(thread["customerId"], Value::Null);
    assert_eq!((&thread["status"], &thread["unread"]), (&json!("open"), &json!(true)));
    let whole = shop.admin().get(&format!("/admin/v1/messages/{}", id(thread))).send().expect(200).data();
    assert_eq!(whole["messages"][0]["body"], "When does it leave?");
    assert_eq!(whole["messages"][0]["author"], "customer");

    // A shop without an address of its own reads its messages all the same.
    shop.set(&json!({ "contactEmail": null }));
    write(&shop.visitor(), &json!({ "name": "Bo", "email": address(), "message": "Hello\nyou" }));
    assert_eq!(threads(shop, "").len(), 2);
    assert_eq!(threads(shop, "")[0]["subject"], "Hello", "the newest activity first");
    assert_eq!(shop.mails_to(DESK).len(), 1);
}

fn a_customers_conversations_are_theirs_alone(shop: &Shop<'_>) {
    let customer = shop.customer_named("Ada", "Quill");
    let other = shop.customer();
    // Signed in, the account says who writes, whatever the form says.
    write(&customer, &message("somebody.else@post.example"));
    write(&customer, &json!({ "message": "A second one" }));

    let list = own(&customer);
    assert_eq!(list.len(), 2);
    assert_eq!(list[1]["subject"], "The next box");
    assert_eq!(list[1]["messageCount"], 1);
    assert_eq!(list[0]["subject"], "A second one");
    let path = format!("/v1/account/messages/{}", id(&list[1]));
    let whole = customer.get(&path).send().expect(200).data();
    assert_eq!(whole["messages"][0]["name"], "Ada Quill");
    let of_shop = &threads(shop, &format!("?email={}", customer.email))[0];
    assert_eq!(of_shop["customerId"], customer.id.as_str());

    assert!(own(&other).is_empty());
    other.get(&path).send().expect_error(404, "not_found");
    other.post(&path).json(&json!({ "body": "mine now" })).send().expect_error(404, "not_found");
    shop.visitor().get(&path).send().expect_unauthenticated();
    let elsewhere = Shop::open(shop.server());
    elsewhere.customer().get(&path).send().expect_error(404, "not_found");
    let admin_path = format!("/admin/v1/messages/{}", id(&list[1]));
    elsewhere.admin().get(&admin_path).send().expect_error(404, "not_found");
    assert!(threads(&elsewhere, "").is_empty());

    let page = customer.get("/v1/account/messages?perPage=1&page=2").send().expect(200).json();
    assert_eq!(page["meta"]["total"], 2, "{page}");
    assert_eq!(page["data"][0]["subject"], "The next box");
    customer.get("/v1/account/messages?page=0").send().expect_invalid(&["page"]);
}

fn a_guests_conversation_joins_whoever_proves_the_address(shop: &Shop<'_>) {
    let email = address();
    write(&shop.visitor(), &message(&email));
    let stranger = shop.customer();
    assert!(own(&stranger).is_empty());

    let customer = shop
        .register(&json!({ "firstName": "Ann", "lastName": "Smith", "email": email, "password": PASSWORD }));

    let list = own(&customer);
    assert_eq!(list.len(), 1);
    assert_eq!(threads(shop, "")[0]["customerId"], customer.id.as_str());
    // From now on a message from that address is theirs at once.
    write(&shop.visitor(), &message(&email));
    assert_eq!(own(&customer).len(), 2);

    // And one from an address that they move to.
    let second = address();
    write(&shop.visitor(), &message(&second));
    customer.patch("/v1/account/details").json(&json!({ "email": second })).send().expect(200);
    assert_eq!(own(&customer).len(), 2, "asked for is not proved");
    let token = shop.last_mail_to(&second, "confirm_new_email").token();
    shop.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send().expect(200);
    assert_eq!(own(&customer).len(), 3);
    // Answers go to where the customer is now, whatever address a conversation was begun from.
    answer_thread(shop, &id(&list[0]), "Soon.").expect(201);
    assert_eq!(shop.last_mail_to(&second, "message_reply").to(), second);
}

fn staff_answer_and_the_customer_reads_it(shop: &Shop<'_>) {
    let customer = shop.customer_named("Ada", "Quill");
    write(&customer, &message(&customer.email));
    let thread = only_thread(shop);
    let staff =
        json!({ "email": "o@post.example", "name": "Olive Oak", "role": "manager", "password": PASSWORD });
    shop.admin().post("/admin/v1/staff").json(&staff).send().expect(201);
    let login = json!({ "tenant": shop.slug, "email": "o@post.example", "password": PASSWORD });
    let session = shop.nobody().post("/admin/v1/staff/login").json(&login).send().expect(200).string("token");

    let reply = format!("/admin/v1/messages/{thread}/replies");
    let body = json!({ "body": "On the first.\nSee you <soon> & well." });
    let added = shop.holding(&session).post(&reply).json(&body).send().expect(201).data();

    assert_eq!((&added["author"], &added["name"]), (&json!("shop"), &json!("Olive Oak")));
    let mail = shop.last_mail_to(&customer.email, "message_reply");
    assert_eq!(mail.text("subject"), "Re: The next box");
    assert!(mail.text("text").contains("On the first.\nSee you <soon> & well."), "{}", mail.0);
    assert!(mail.text("html").contains("On the first.<br>\nSee you &lt;soon&gt; &amp; well."), "{}", mail.0);
    assert_eq!(threads(shop, "")[0]["unread"], false, "who answers has read");
    assert_eq!(threads(shop, "")[0]["unreadByCustomer"], true);

    let path = format!("/v1/account/messages/{thread}");
    assert_eq!(own(&customer)[0]["unread"], true);
    assert_eq!(customer.get(&path).send().expect(200).data()["unread"], true, "as it was");
    assert_eq!(own(&customer)[0]["unread"], false);
    assert_eq!(customer.get(&path).send().expect(200).data()["messages"].as_array().map(Vec::len), Some(2));

    // Closed, and opened again by a question.
    let change = json!({ "status": "closed" });
    shop.admin().patch(&format!("/admin/v1/messages/{thread}")).json(&change).send().expect(200);
    assert_eq!(own(&customer)[0]["status"], "closed");
    let added = customer.post(&path).json(&json!({ "body": "And the one after?" })).send().expect(201).data();
    assert_eq!((&added["author"], &added["name"]), (&json!("customer"), &json!("Ada Quill")));
    let now = &threads(shop, "?status=open")[0];
    assert_eq!((&now["unread"], &now["messageCount"]), (&json!(true), &json!(3)));
    answer_thread(shop, &thread, "The month after.").expect(201);
    let last = shop.admin().get(&format!("/admin/v1/messages/{thread}")).send().expect(200).data();
    assert_eq!(last["messages"][3]["name"], "Harbour Wines", "a program writes in the shop's name");
}

fn staff_keep_their_desk_tidy(shop: &Shop<'_>) {
    let admin = shop.admin();
    let (zoe, bo) = (address(), address());
    shop.set(&json!({ "contactEmail": DESK }));
    let body = json!({ "name": "Zoë O'Quill", "email": zoe, "subject": "100% Malbec_", "message": "x" });
    write(&shop.visitor(), &body);
    write(&shop.visitor(), &json!({ "name": "Bo", "email": bo, "subject": "Corks", "message": "x" }));
    let found = |query: &str| {
        let subjects = threads(shop, query);
        subjects.iter().map(|thread| thread["subject"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    for query in [
        "?query=zoe",
        "?query=ZO%C3%8B%20o'q",
        "?query=100%25%20mal",
        "?query=malbec_",
        &format!("?query={zoe}"),
    ] {
        assert_eq!(found(query), ["100% Malbec_"], "{query}");
    }
    for query in ["?query=oe", "?query=%25", "?query=_", "?query=malbecx"] {
        assert!(found(query).is_empty(), "{query}");
    }
    assert_eq!(found(&format!("?email={}", bo.to_uppercase())), ["Corks"]);
    assert_eq!(found("?query=%20&status=open").len(), 2);
    admin.get("/admin/v1/messages?status=done&email=no").send().expect_invalid(&["status", "email"]);
    admin.get(&format!("/admin/v1/messages?query={}", "x".repeat(101))).send().expect_invalid(&["query"]);

    let path = format!("/admin/v1/messages/{}", id(&threads(shop, "?query=corks")[0]));
    let first = admin.get(&path).send().expect(200);
    let etag = first.header("etag").expect("an ETag").to_owned();
    assert_eq!(first.data()["unread"], true);
    let owner = json!({ "email": "o@post.example", "name": "Olive", "role": "owner", "password": PASSWORD });
    let owner = id(&admin.post("/admin/v1/staff").json(&owner).send().expect(201).data());
    let helper = json!({ "email": "h@post.example", "name": "Hal", "role": "manager", "password": PASSWORD });
    let helper = id(&admin.post("/admin/v1/staff").json(&helper).send().expect(201).data());
    let change = |etag: &str, body: &Value| admin.patch(&path).header("If-Match", etag).json(body).send();
    let changed = change(&etag, &json!({ "assigneeId": helper, "unread": false })).expect(200);
    assert_eq!(changed.data()["assigneeId"], helper.as_str());
    assert_eq!((&changed.data()["unread"], &changed.data()["status"]), (&json!(false), &json!("open")));
    change(&etag, &json!({ "status": "closed" })).expect_error(412, "stale");
    for (field, value) in [
        ("status", json!("done")),
        ("status", Value::Null),
        ("assigneeId", json!("nobody")),
        ("assigneeId", json!(id(&threads(shop, "")[0]))),
        ("unread", Value::Null),
    ] {
        change("*", &json!({ field: value })).expect_invalid(&[field]);
    }
    // Whoever leaves takes their conversations off their own desk.
    admin.delete(&format!("/admin/v1/staff/{helper}")).send().expect(204);
    assert_eq!(admin.get(&path).send().expect(200).data()["assigneeId"], Value::Null);
    change("*", &json!({ "assigneeId": owner })).expect(200);
    change("*", &json!({ "assigneeId": null, "status": "closed" })).expect(200);
    assert_eq!(found("?status=closed"), ["Corks"]);

    admin.delete(&path).send().expect(204);
    admin.get(&path).send().expect_error(404, "not_found");
    admin.delete(&path).send().expect_error(404, "not_found");
    let outbox = admin.get("/admin/v1/outbox?perPage=100").send().expect(200).text();
    assert!(!outbox.contains(&bo) && outbox.contains(&zoe), "its mails go with it: {outbox}");
    let log = admin.get("/admin/v1/audit-log?perPage=100").send().expect(200).text();
    assert!(log.contains("thread.update") && log.contains("thread.delete"), "{log}");
    assert!(!log.contains(&bo), "{log}");

    // What a role may not do.
    let key = json!({ "name": "reader", "scopes": ["messages:read"] });
    let key = admin.post("/admin/v1/admin-keys").json(&key).send().expect(201).data();
    let reader = shop.holding(key["key"].as_str().expect("a key"));
    reader.get("/admin/v1/messages").send().expect(200);
    let path = format!("/admin/v1/messages/{}", only_thread(shop));
    reader.delete(&path).send().expect_error(403, "forbidden");
    reader
        .post(&format!("{path}/replies"))
        .json(&json!({ "body": "x" }))
        .send()
        .expect_error(403, "forbidden");
}

fn a_message_by_a_program_is_thanked_and_forgotten(shop: &Shop<'_>) {
    shop.set(&json!({ "contactEmail": DESK }));
    let mut body = message(&address());
    body["website"] = json!("https://pills.example");

    write(&shop.visitor(), &body);

    assert!(threads(shop, "").is_empty());
    assert!(shop.mails_to(DESK).is_empty());
    body["website"] = json!(" ");
    write(&shop.visitor(), &body);
    assert_eq!(threads(shop, "").len(), 1, "blank is empty");
}

fn bad_messages_are_refused_with_their_fields(shop: &Shop<'_>) {
    let send = |body: &Value| shop.visitor().post("/v1/messages").json(body).send();
    send(&json!({})).expect_invalid(&["name", "email", "message"]);
    for (field, value) in [
        ("name", json!("x".repeat(101))),
        ("name", json!("Ann\r\nBcc: all@post.example")),
        ("email", json!("ann")),
        ("email", json!("ann@post.example\r\nBcc: all@post.example")),
        ("subject", json!("x".repeat(201))),
        ("subject", json!("Hello\nBcc: all@post.example")),
        ("message", json!(" \n ")),
        ("message", json!("x".repeat(5001))),
        ("message", json!("a\u{0}b")),
        ("topic", json!("x".repeat(101))),
        ("orderRef", json!("a\tb")),
    ] {
        let mut body = message(&address());
        body[field] = value.clone();
        send(&body).expect_invalid(&[field]);
    }
    assert!(threads(shop, "").is_empty());
    let customer = shop.customer();
    let body = json!({ "message": "x", "name": "a\nb", "email": "ann" });
    customer.post("/v1/messages").json(&body).send().expect_invalid(&["name", "email"]);
    write(&customer, &json!({ "message": "x" }));
    let path = format!("/v1/account/messages/{}", id(&own(&customer)[0]));
    customer.post(&path).json(&json!({})).send().expect_invalid(&["body"]);
    answer_thread(shop, &only_thread(shop), " ").expect_invalid(&["body"]);
}

fn messages_are_plain_text(shop: &Shop<'_>) {
    shop.set(&json!({ "contactEmail": DESK }));
    let evil = "<script>alert('x')</script> {{ shop_name }} {% if x %}\r\n\u{202e}turned\r\nlast";
    let body = json!({
        "name": "<b>Ann</b>", "email": address(), "subject": "<i>Hi</i> {{ token }}", "message": evil,
        "topic": "<u>T</u>",
    });

    write(&shop.visitor(), &body);

    let mail = shop.last_mail_to(DESK, "contact_message");
    let html = mail.text("html");
    for tag in ["<script", "<b>Ann", "<i>Hi", "<u>T"] {
        assert!(!html.contains(tag), "{tag}: {html}");
    }
    assert!(html.contains("{{ shop_name }}"), "what people write is no template: {html}");
    let whole = shop.admin().get(&format!("/admin/v1/messages/{}", only_thread(shop))).send().data();
    let kept = "<script>alert('x')</script> {{ shop_name }} {% if x %}\nturned\nlast";
    assert_eq!(whole["messages"][0]["body"], kept);
    assert!(mail.text("text").contains(kept), "{}", mail.text("text"));
}

fn messages_have_a_stricter_limit(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_RATE_LIMIT_STRICT", "5")]);
    let shop = Shop::open_on(&server, installation);
    for (path, body) in [
        ("/v1/messages", message("a@post.example")),
        ("/v1/newsletter", json!({ "email": "a@post.example" })),
    ] {
        let refused = (0..20).find_map(|calls| {
            let answer = shop.visitor().post(path).json(&body).send();
            (answer.status == 429).then_some((calls, answer))
        });
        let (calls, refused) = refused.unwrap_or_else(|| panic!("{path}: no limit"));
        assert!((5..=6).contains(&calls), "{path}: {calls} calls passed");
        assert!(refused.number("retry-after") >= 1, "{refused}");
        refused.expect_error(429, "rate_limited");
    }
}

fn a_conversation_has_an_end(shop: &Shop<'_>) {
    let customer = shop.customer();
    write(&customer, &json!({ "message": "1" }));
    let path = format!("/v1/account/messages/{}", id(&own(&customer)[0]));
    for count in 2..=200 {
        customer.post(&path).json(&json!({ "body": count.to_string() })).send().expect(201);
    }

    customer.post(&path).json(&json!({ "body": "201" })).send().expect_error(409, "limit_reached");

    answer_thread(shop, &only_thread(shop), "one more").expect_error(409, "limit_reached");
    let whole = customer.get(&path).send().expect(200).data();
    let bodies: Vec<&str> = whole["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|m| m["body"].as_str().expect("text"))
        .collect();
    assert_eq!(bodies, (1..=200).map(|count| count.to_string()).collect::<Vec<_>>());
}

fn mails_of_a_conversation_follow_each_other(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", sink.url())]);
    let shop = Shop::open_on(&server, installation);
    shop.set(&json!({ "contactEmail": DESK, "mailFrom": "cellar@shop.example" }));
    write(&shop.visitor(), &message("ann@post.example"));
    let first = sink.wait_for(1).remove(0);
    assert_eq!(first.to, [DESK]);
    assert_eq!(first.from, "cellar@shop.example");
    assert_eq!(first.header("reply-to"), Some("ann@post.example"), "the desk may simply answer");
    assert_eq!(first.header("in-reply-to"), None);
    let first_id = first.header("message-id").expect("an id").to_owned();
    assert!(first_id.starts_with('<') && first_id.ends_with("@shop.example>"), "{first_id}");

    // Another sender's address must not break the thread.
    shop.set(&json!({ "mailFrom": "hello@other.example" }));
    let thread = only_thread(&shop);
    answer_thread(&shop, &thread, "Soon.").expect(201);
    let second = sink.wait_for(2).remove(1);
    assert_eq!(second.to, ["ann@post.example"]);
    assert_eq!(second.header("in-reply-to"), Some(first_id.as_str()));
    assert_eq!(second.header("references"), Some(first_id.as_str()));
    assert_eq!(second.header("reply-to"), Some(DESK));
    assert_eq!(second.header("list-unsubscribe"), None, "an answer is no marketing");
    let second_id = second.header("message-id").expect("an id").to_owned();
    assert!(second_id.ends_with("@other.example>"), "{second_id}");

    answer_thread(&shop, &thread, "Now.").expect(201);
    let third = sink.wait_for(3).remove(2);
    assert_eq!(third.header("in-reply-to"), Some(second_id.as_str()));
    assert_eq!(third.header("references"), Some(format!("{first_id} {second_id}").as_str()));
}

fn conversations_leave_with_their_customer(shop: &Shop<'_>) {
    shop.set(&json!({ "contactEmail": DESK }));
    let customer = shop.customer_named("Wilhelmina", "Featherstone");
    let neighbour = shop.customer_named("Grace", "Byron");
    // One as a guest, before anything, one signed in; the neighbour's is nobody else's.
    write(
        &shop.visitor(),
        &json!({ "name": "W. F.", "email": customer.email, "message": "My secret recipe" }),
    );
    write(&customer, &json!({ "message": "My hidden cellar" }));
    write(&neighbour, &json!({ "message": "My loud voice" }));
    let thread = id(&threads(shop, "?query=my%20hidden")[0]);
    answer_thread(shop, &thread, "Dear Wilhelmina").expect(201);
    let change = json!({ "status": "closed" });
    shop.admin().patch(&format!("/admin/v1/messages/{thread}")).json(&change).send().expect(200);

    let export = customer.get("/v1/account/export").send().expect(200);
    assert_eq!(export.data()["threads"].as_array().map(Vec::len), Some(2), "{export}");
    for held in ["My secret recipe", "My hidden cellar", "Dear Wilhelmina", "closed"] {
        assert!(export.text().contains(held), "{held}: {export}");
    }
    assert!(!export.text().contains("My loud voice"), "{export}");

    customer.delete("/v1/account").json(&json!({ "password": PASSWORD })).send().expect(204);

    let admin = shop.admin();
    for target in ["messages?perPage=100", "outbox?perPage=100", "audit-log?perPage=100"] {
        let text = admin.get(&format!("/admin/v1/{target}")).send().expect(200).text();
        for personal in ["Wilhelmina", "Featherstone", "recipe", "cellar\"", customer.email.as_str()] {
            assert!(!text.contains(personal), "{target} still holds {personal}: {text}");
        }
    }
    assert_eq!(threads(shop, "").len(), 1);
    assert_eq!(own(&neighbour).len(), 1);
}

fn conversations_go_along_when_customers_are_merged(shop: &Shop<'_>) {
    let kept = shop.customer_named("Ada", "Quill");
    let gone = shop.customer_named("Ada", "Quill");
    write(&gone, &json!({ "message": "From the other account" }));
    let thread = only_thread(shop);
    let merge = format!("/admin/v1/customers/{}/merge", kept.id);
    shop.admin().post(&merge).json(&json!({ "from": gone.id })).send().expect(200);

    assert_eq!(own(&kept).len(), 1);
    assert_eq!(threads(shop, "")[0]["customerId"], kept.id.as_str());
    answer_thread(shop, &thread, "Hello").expect(201);
    assert_eq!(shop.last_mail_to(&kept.email, "message_reply").to(), kept.email);
}

fn a_message_sent_twice_is_kept_once(shop: &Shop<'_>) {
    let body = message(&address());
    let send = || shop.visitor().post("/v1/messages").key("contact-1").json(&body).send().expect(202);
    let first = send();
    let again = send();
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(threads(shop, "").len(), 1);
}
