//! Mail that really leaves, read at the other end.

use marzipan_tests::people::{SITE, number};
use marzipan_tests::sink::{Received, Sink};
use marzipan_tests::{Client, Installation, PASSWORD, Server, Shop, eventually, on_both_engines};
use serde_json::json;

on_both_engines!(
    arrive_and_their_links_work,
    a_refused_mail_is_parked_with_its_reason,
    wait_for_a_mail_server_that_is_down,
    hold_no_token_once_they_have_left,
    leave_from_a_worker_that_serves_nobody,
);

fn register(shop: &Client, email: &str) {
    let body = json!({
        "firstName": "Zoë", "lastName": "Quill", "email": email, "password": PASSWORD,
        "returnUrl": format!("{SITE}/welcome"),
    });
    shop.post("/v1/account/register").json(&body).send().expect(201);
}

fn token_of_link(link: &str) -> String {
    let (_, query) = link.split_once('?').expect("a query");
    let token = query.split('&').find_map(|pair| pair.strip_prefix("token=")).expect("a token");
    token.split('#').next().expect("a part").to_owned()
}

/// The link in a part of a mail, as its reader would see and follow it.
fn link_in(text: &str) -> String {
    let text = text.replace("&#x2f;", "/").replace("&#x3d;", "=").replace("&amp;", "&");
    let start = text.find(SITE).unwrap_or_else(|| panic!("no link in {text}"));
    let end = text[start..].find(['"', ' ', '\n', '\r', '<']).map_or(text.len(), |length| start + length);
    text[start..end].to_owned()
}

fn arrive_and_their_links_work(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", sink.url())]);
    let shop = Shop::open_on(&server, installation);
    shop.set(&json!({ "mailFrom": "cellar@shop.example", "contactEmail": "help@shop.example" }));
    register(&shop.visitor(), "zoe@post.example");

    let mails = sink.wait_for(1);
    let mail: &Received = &mails[0];
    assert_eq!(mail.to, ["zoe@post.example"]);
    assert_eq!(mail.from, "cellar@shop.example");
    let from = mail.header("from").expect("From");
    assert!(from.contains("Harbour Wines") && from.contains("cellar@shop.example"), "{from}");
    assert!(mail.header("reply-to").is_some_and(|address| address.contains("help@shop.example")));
    assert!(mail.header("subject").is_some_and(|subject| subject.contains("Harbour Wines")));
    for header in ["date", "message-id", "mime-version"] {
        assert!(mail.header(header).is_some(), "no {header}: {:?}", mail.headers);
    }
    assert!(mail.text.contains("Zoë") && mail.html.contains("Zoë"), "{} {}", mail.text, mail.html);

    // The link of either part does what the page behind it would: send the token back.
    let link = link_in(&mail.text);
    assert_eq!(link_in(&mail.html), link);
    let body = json!({ "token": token_of_link(&link) });
    let answer = shop.visitor().post("/v1/account/verify").json(&body).send().expect(200);
    assert_eq!(answer.data()["email"], "zoe@post.example");

    let reset = json!({ "email": "zoe@post.example", "returnUrl": format!("{SITE}/reset") });
    shop.visitor().post("/v1/account/password").json(&reset).send().expect(200);
    let mails = sink.wait_for(2);
    let token = token_of_link(&link_in(&mails[1].text));
    let body = json!({ "token": token, "password": "hollow lantern 66 plum" });
    shop.visitor().post("/v1/account/password/reset").json(&body).send().expect(200);
    sink.wait_for(3);

    eventually("the outbox notes that they left", || {
        let mails = shop.mails();
        mails.iter().all(|mail| mail.text("status") == "sent").then_some(())
    });
    assert_eq!(sink.received().len(), 3, "each mail once");
}

fn a_refused_mail_is_parked_with_its_reason(installation: &Installation) {
    let sink = Sink::start("550 5.7.1 not from you");
    let server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", sink.url())]);
    let shop = Shop::open_on(&server, installation);
    register(&shop.visitor(), "zoe@post.example");

    let mail = eventually("the mail is given up", || {
        let mail = shop.last_mail_to("zoe@post.example", "verify_email");
        (mail.text("status") == "failed").then_some(mail)
    });

    assert!(mail.text("error").contains("not from you"), "{}", mail.0);
    // The customer need not know, and may ask again.
    shop.wait(3600);
    let resend = json!({ "email": "zoe@post.example" });
    shop.visitor().post("/v1/account/verify/resend").json(&resend).send().expect(200);
}

fn wait_for_a_mail_server_that_is_down(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let url = sink.url().to_owned();
    let mut server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", &url)]);
    let admin = {
        // The port is free, and nobody listens.
        drop(sink);
        let shop = Shop::open_on(&server, installation);
        register(&shop.visitor(), "zoe@post.example");
        assert_eq!(shop.last_mail_to("zoe@post.example", "verify_email").text("status"), "queued");
        shop.admin()
    };
    server.terminate();
    assert!(server.wait().success());
    server.restart();

    let sink = Sink::start_at(&url, "250 OK");
    // The next try falls due on the shop's own clock.
    for day in 6..20 {
        let body = json!({ "now": format!("2026-01-{day:02}T09:00:00Z") });
        admin.post("/admin/v1/test-clock").json(&body).send().expect(200);
        if !sink.received().is_empty() {
            break;
        }
    }

    assert_eq!(sink.wait_for(1)[0].to, ["zoe@post.example"]);
}

fn hold_no_token_once_they_have_left(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let server = Server::start_with(installation, &[("MARZIPAN_SMTP_URL", sink.url())]);
    let slug = format!("real-{}", number());
    let arguments = ["tenant", "create", "--slug", &slug, "--name", "Real", "--currency", "EUR"];
    let made = installation.json(arguments.into_iter().chain(["--timezone", "Europe/Berlin", "--json"]));
    let client = |key: &str| Client::new(server.address(), made[key].as_str());
    let origins = json!({ "returnOrigins": [SITE] });
    client("adminKey").patch("/admin/v1/settings").json(&origins).send().expect(200);
    register(&client("storefrontToken"), "zoe@post.example");
    let token = token_of_link(&link_in(&sink.wait_for(1)[0].text));

    let outbox = eventually("the mail has left", || {
        let outbox = client("adminKey").get("/admin/v1/outbox").send().expect(200);
        (outbox.data()[0]["status"] == "sent").then(|| outbox.text())
    });

    // In a shop that is no test, staff can not take a customer's link out of the outbox.
    assert!(!outbox.contains(&token), "{outbox}");
    let body = json!({ "token": token });
    client("storefrontToken").post("/v1/account/verify").json(&body).send().expect(200);
}

fn leave_from_a_worker_that_serves_nobody(installation: &Installation) {
    let sink = Sink::start("250 OK");
    let settings = [("MARZIPAN_SMTP_URL", sink.url())];
    let web = Server::start_as(installation, "web", &settings);
    let shop = Shop::open_on(&web, installation);
    register(&shop.visitor(), "zoe@post.example");
    assert_eq!(shop.last_mail_to("zoe@post.example", "verify_email").text("status"), "queued");

    let worker = Server::start_as(installation, "worker", &settings);

    assert_eq!(sink.wait_for(1)[0].to, ["zoe@post.example"]);
    let at_worker = shop.visitor().at(worker.address());
    at_worker.get("/health/live").send().expect(200);
    at_worker.post("/v1/account/verify").json(&json!({ "token": "mzm_nonsense" })).send().expect(404);
}
