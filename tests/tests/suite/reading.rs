//! What a shop shows is remembered as finished bytes. Nobody is to notice, but for the speed: a change is in the next read on
//! the same node and within a second on another, and no shop ever sees another's bytes.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use marzipan_tests::{
    Answer, Client, Engine, Fixture, Installation, Server, Shop, eventually, on_both_engines,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

on_both_engines!(
    a_change_is_in_the_next_read,
    a_change_is_on_another_node_within_a_second,
    what_the_command_line_changes_is_seen,
    a_revoked_token_is_refused_on_every_node_at_once,
    shops_share_nothing,
    whoever_holds_it_gets_304,
    subscribers_and_others_are_told_nothing_to_keep,
    browsers_may_read_what_is_remembered,
    many_who_ask_at_once_get_one_making,
    the_bytes_stay_within_their_bound,
    what_is_remembered_is_what_would_be_made,
);

/// Two nodes that remember, and one that remembers nothing.
struct Nodes {
    one: Server,
    other: Server,
    forgetful: Server,
}

impl Nodes {
    fn over(installation: &Installation) -> Self {
        Self {
            one: Server::start(installation),
            other: Server::start(installation),
            forgetful: Server::start_with(installation, &[("MARZIPAN_CACHE_BYTES", "0")]),
        }
    }
}

fn wine(shop: &Shop<'_>, name: &str, price: i64) -> Value {
    shop.add("products", &json!({ "name": name, "price": price, "quantity": 5 }))
}

fn path(product: &Value) -> String {
    format!("/admin/v1/products/{}", product["id"].as_str().expect("an id"))
}

/// All of an answer that is the same for everyone who asks the same.
fn seen(answer: &Answer) -> (u16, Option<String>, Option<String>, String) {
    let header = |name| answer.header(name).map(ToOwned::to_owned);
    (
        answer.status,
        header("etag"),
        header("cache-control"),
        String::from_utf8_lossy(&answer.body).into_owned(),
    )
}

fn until_within_a_second<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(1);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "not within a second: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Asks until the node remembers the answer, so that a change has something to end.
fn warm(client: &Client, target: &str) -> Answer {
    for _ in 0..3 {
        client.get(target).send().expect(200);
    }
    client.get(target).send().expect(200)
}

fn a_change_is_in_the_next_read(shop: &Shop<'_>) {
    let product = wine(shop, "Malbec", 1000);
    let visitor = shop.visitor();
    for price in 1001..1021 {
        let before = warm(&visitor, "/v1/products");
        shop.admin().patch(&path(&product)).json(&json!({ "price": price })).send().expect(200);
        for target in ["/v1/products", "/v1/products/malbec"] {
            let after = visitor.get(target).send().expect(200);
            let shown = if target == "/v1/products" { after.data()[0].clone() } else { after.json() };
            let pence = price % 100;
            assert_eq!(shown["price"], format!("£{}.{pence:02}", price / 100), "{target}");
            assert_ne!(after.header("etag"), before.header("etag"));
        }
    }
}

fn a_change_is_on_another_node_within_a_second(installation: &Installation) {
    let Nodes { one, other, .. } = Nodes::over(installation);
    let shop = Shop::open_on(&one, installation);
    let product = wine(&shop, "Malbec", 1000);
    let elsewhere = shop.visitor().at(other.address());
    for price in [1100, 1200, 1300] {
        warm(&elsewhere, "/v1/products");
        shop.admin().patch(&path(&product)).json(&json!({ "price": price })).send().expect(200);
        let price = format!("£{}.00", price / 100);
        until_within_a_second("the other node shows the price", || {
            let list = elsewhere.get("/v1/products").send().expect(200).data();
            (list[0]["price"] == price).then_some(())
        });
    }
}

fn what_the_command_line_changes_is_seen(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let issued = installation.json(["token", "issue", "--tenant", &shop.slug, "--name", "Second", "--json"]);
    let text = |key: &str| issued[key].as_str().unwrap_or_else(|| panic!("no {key}: {issued}")).to_owned();
    let second = shop.holding(&text("token"));
    warm(&second, "/v1/products");
    let revoked = installation.run(["token", "revoke", "--tenant", &shop.slug, &text("id")]);
    assert!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
    second.get("/v1/products").send().expect_unauthenticated();
    shop.visitor().get("/v1/products").send().expect(200);
}

fn a_revoked_token_is_refused_on_every_node_at_once(installation: &Installation) {
    let Nodes { one, other, .. } = Nodes::over(installation);
    let shop = Shop::open_on(&one, installation);
    for _ in 0..3 {
        let issued =
            shop.admin().post("/admin/v1/tokens").json(&json!({ "name": "Pages" })).send().expect(201).data();
        let token = shop.holding(issued["token"].as_str().expect("a token"));
        for node in [&one, &other] {
            warm(&token.at(node.address()), "/v1/products");
        }
        let id = issued["id"].as_str().expect("an id");
        shop.admin().delete(&format!("/admin/v1/tokens/{id}")).send().expect(204);
        for node in [&one, &other] {
            token.at(node.address()).get("/v1/products").send().expect_unauthenticated();
        }
    }
}

fn shops_share_nothing(shop: &Shop<'_>) {
    let other = Shop::open(shop.server());
    // Both lists are empty, and so the same byte for byte.
    let (mine, theirs) = (warm(&shop.visitor(), "/v1/products"), warm(&other.visitor(), "/v1/products"));
    assert_eq!(mine.body, theirs.body);
    assert_ne!(mine.header("etag"), theirs.header("etag"));
    let held = mine.header("etag").expect("a tag");
    other.visitor().get("/v1/products").header("If-None-Match", held).send().expect(200);
    wine(shop, "Mine", 1000);
    wine(&other, "Theirs", 1000);
    for (shop, name) in [(shop, "Mine"), (&other, "Theirs")] {
        for _ in 0..3 {
            let list = shop.visitor().get("/v1/products").send().expect(200).data();
            assert_eq!((list.as_array().map(Vec::len), &list[0]["name"]), (Some(1), &json!(name)));
        }
    }
    shop.visitor().get("/v1/products/theirs").send().expect_error(404, "not_found");
}

fn whoever_holds_it_gets_304(shop: &Shop<'_>) {
    for number in 0..20 {
        wine(shop, &format!("Wine {number}"), 1000 + number);
    }
    let visitor = shop.visitor();
    let mut tags = Vec::new();
    for accepts in ["identity", "gzip", "br, gzip"] {
        for _ in 0..3 {
            let full = visitor.get("/v1/products").header("Accept-Encoding", accepts).send().expect(200);
            assert_eq!(full.header("cache-control"), Some("public, max-age=0, must-revalidate"));
            let coding = full.header("content-encoding").unwrap_or("identity");
            assert_eq!(coding, accepts.split(',').next().unwrap_or_default());
            let tag = full.header("etag").expect("a tag").to_owned();
            let asked = visitor.get("/v1/products").header("Accept-Encoding", accepts);
            let held = asked.header("If-None-Match", &tag).send().expect(304);
            assert_eq!((held.header("etag"), held.body.len()), (Some(tag.as_str()), 0));
            tags.push(tag);
        }
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "one tag for each form: {tags:?}");
    let head = visitor.request("HEAD", "/v1/products").send().expect(200);
    let get = visitor.get("/v1/products").send().expect(200);
    assert_eq!((head.header("etag"), head.body.len()), (get.header("etag"), 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

fn subscribers_and_others_are_told_nothing_to_keep(shop: &Shop<'_>) {
    wine(shop, "Malbec", 1000);
    let customer = shop.customer();
    let public = warm(&shop.visitor(), "/v1/products");
    for _ in 0..2 {
        let own = customer.get("/v1/products").send().expect(200);
        assert_eq!(own.header("cache-control"), Some("no-store"));
        assert_eq!((&own.body, own.header("etag")), (&public.body, public.header("etag")));
    }
    customer.post("/v1/account/logout").send().expect(200);
    customer.get("/v1/products").send().expect_unauthenticated();
}

fn browsers_may_read_what_is_remembered(shop: &Shop<'_>) {
    let allowed = |answer: &Answer| answer.header("access-control-allow-origin").map(ToOwned::to_owned);
    let asks = || {
        let answer = shop.visitor().get("/v1/products").header("Origin", "https://pages.example").send();
        answer.expect(200)
    };
    for _ in 0..3 {
        assert_eq!(allowed(&asks()), None);
    }
    shop.set(&json!({ "allowedOrigins": ["https://pages.example"] }));
    for _ in 0..3 {
        assert_eq!(allowed(&asks()).as_deref(), Some("https://pages.example"));
    }
    shop.set(&json!({ "allowedOrigins": [] }));
    assert_eq!(allowed(&asks()), None);
}

fn many_who_ask_at_once_get_one_making(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    for number in 0..15 {
        wine(&shop, &format!("Wine {number}"), 1000 + number);
    }
    warm(&shop.visitor(), "/v1/collections");
    let made = || server.counter("marzipan_reads_made_total");
    // A late word of the wines that were just added ends what was made before it, so another round may be needed.
    eventually("64 who ask at once get one making", || {
        let target = format!("/v1/products?sort=-price&round={}", made());
        let before = made();
        let together = Barrier::new(64);
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    together.wait();
                    shop.visitor().get(&target).send().expect(200);
                });
            }
        });
        ((made() - before - 1.0).abs() < f64::EPSILON).then_some(())
    });
}

fn the_bytes_stay_within_their_bound(installation: &Installation) {
    let server = Server::start_with(installation, &[("MARZIPAN_CACHE_BYTES", "100000")]);
    let shop = Shop::open_on(&server, installation);
    for number in 0..15 {
        wine(&shop, &format!("Wine {number}"), 1000 + number);
    }
    for number in 0..100 {
        shop.visitor().get(&format!("/v1/products?number={number}")).send().expect(200);
    }
    let kept = server.counter("marzipan_reads_kept_bytes");
    assert!((1000.0..=100_000.0).contains(&kept), "{kept} bytes are kept");
}

/// Something that staff do. New kinds of things that a shop shows get a line here, and their addresses one in [`READS`].
#[derive(Clone, Debug)]
enum Write {
    Add { kind: &'static str, thing: Value },
    Change { kind: &'static str, which: usize, change: Value },
    Act { kind: &'static str, which: usize, action: &'static str, body: Value },
    Remove { kind: &'static str, which: usize },
    Settings(Value),
    Clock { hours: u64 },
}

/// What is read after each write. A slug may lead nowhere yet: that, too, is an answer.
const READS: [&str; 20] = [
    "/v1/products",
    "/v1/products?sort=-price&perPage=2&page=2",
    "/v1/products?collection=reds&facets=true",
    "/v1/products?attr[grape]=malbec",
    "/v1/products/n1",
    "/v1/products/n2",
    "/v1/products/n3?include=linkedSubscriptions",
    "/v1/collections",
    "/v1/collections/reds",
    "/v1/subscription-packages",
    "/v1/subscription-packages/n2",
    "/v1/pages",
    "/v1/pages/n1",
    "/v1/pages/n2",
    "/v1/posts",
    "/v1/posts/n1",
    "/v1/menus/main",
    "/v1/redirects?path=/old",
    "/v1/redirects?path=/pages/n1",
    "/v1/site",
];

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let name = || (1..4_u8).prop_map(|number| format!("N{number}"));
    let which = || 0..6_usize;
    let product = (name(), 500..2000_i64, 0..3_i64, any::<bool>(), any::<bool>()).prop_map(
        |(name, price, quantity, in_reds, is_package)| {
            let mut thing = json!({ "name": name, "price": price, "quantity": quantity });
            if in_reds {
                thing["collections"] = json!(["reds"]);
                thing["attributes"] = json!([{ "slug": "grape", "values": ["Malbec"] }]);
            }
            if is_package {
                thing["productType"] = json!("subscription");
                thing["subscriptionType"] = json!("variable");
                thing["quantity"] = Value::Null;
            }
            Write::Add { kind: "products", thing }
        },
    );
    let product_change = (
        which(),
        prop_oneof![
        (500..2000_i64).prop_map(|price| json!({ "price": price })),
        (0..3_i64).prop_map(|quantity| json!({ "quantity": quantity })),
        name().prop_map(|name| json!({ "name": name })),
        name().prop_map(|name| json!({ "slug": name.to_lowercase() })),
        any::<bool>().prop_map(|on| json!({ "status": if on { "active" } else { "inactive" } })),
        (1..48_u64).prop_map(|hour| json!({
            "salePrice": 100, "saleEndsAt": format!("2026-01-{:02}T{:02}:30:00Z", 5 + hour / 24, hour % 24),
        })),
    ],
    )
        .prop_map(|(which, change)| Write::Change { kind: "products", which, change });
    let entry = (prop_oneof![Just("pages"), Just("posts")], name()).prop_map(|(kind, name)| Write::Add {
        kind,
        thing: json!({ "title": name, "blocks": [{ "type": "heading", "text": name, "level": 2 }] }),
    });
    let entry_change =
        (prop_oneof![Just("pages"), Just("posts")], which(), name()).prop_map(|(kind, which, name)| {
            Write::Change { kind, which, change: json!({ "title": name, "slug": name.to_lowercase() }) }
        });
    let entry_act = (
        prop_oneof![Just("pages"), Just("posts")],
        which(),
        prop_oneof![Just("publish"), Just("publish"), Just("unpublish")],
        0..30_u64,
    )
        .prop_map(|(kind, which, action, hour)| {
            let later =
                json!({ "publishedAt": format!("2026-01-{:02}T{:02}:15:00Z", 5 + hour / 24, hour % 24) });
            Write::Act {
                kind,
                which,
                action,
                body: if action == "publish" && hour > 9 { later } else { json!({}) },
            }
        });
    let other = prop_oneof![
        Just(Write::Add { kind: "collections", thing: json!({ "name": "Reds" }) }),
        Just(Write::Add { kind: "attributes", thing: json!({ "name": "Grape" }) }),
        Just(Write::Add {
            kind: "menus",
            thing: json!({ "handle": "main", "items": [{ "label": "Home", "type": "url", "url": "/" }] }),
        }),
        Just(Write::Add { kind: "redirects", thing: json!({ "from": "/old", "to": "/new", "status": 301 }) }),
        name().prop_map(|name| Write::Change {
            kind: "collections",
            which: 0,
            change: json!({ "description": name }),
        }),
        (
            prop_oneof![
                Just("products"),
                Just("collections"),
                Just("attributes"),
                Just("pages"),
                Just("posts"),
                Just("menus"),
                Just("redirects")
            ],
            which()
        )
            .prop_map(|(kind, which)| Write::Remove { kind, which }),
        (1..9_u8).prop_map(|number| Write::Settings(json!({ "storeSlug": format!("store-{number}") }))),
        (1..20_u64).prop_map(|hours| Write::Clock { hours }),
    ];
    prop::collection::vec(
        prop_oneof![3 => product, 3 => product_change, 2 => entry, 1 => entry_change, 3 => entry_act, 4 => other],
        1..25,
    )
}

/// The things that were added, so that later writes find them.
#[derive(Default)]
struct Made(Vec<(&'static str, String)>);

impl Made {
    fn one(&self, wanted: &str, which: usize) -> Option<&str> {
        let of_kind: Vec<&str> =
            self.0.iter().filter(|(kind, _)| *kind == wanted).map(|(_, id)| id.as_str()).collect();
        (!of_kind.is_empty()).then(|| of_kind[which % of_kind.len()])
    }

    fn apply(&mut self, shop: &Shop<'_>, write: &Write) {
        let admin = shop.admin();
        let at =
            |made: &Self, kind: &str, which| made.one(kind, which).map(|id| format!("/admin/v1/{kind}/{id}"));
        let answer = match write {
            Write::Add { kind, thing } => {
                let answer = admin.post(&format!("/admin/v1/{kind}")).json(thing).send();
                if answer.status == 201 {
                    self.0.push((kind, answer.data()["id"].as_str().expect("an id").to_owned()));
                }
                answer
            }
            Write::Change { kind, which, change } => match at(self, kind, *which) {
                Some(path) => admin.patch(&path).json(change).send(),
                None => return,
            },
            Write::Act { kind, which, action, body } => match at(self, kind, *which) {
                Some(path) => admin.post(&format!("{path}/{action}")).json(body).send(),
                None => return,
            },
            Write::Remove { kind, which } => match at(self, kind, *which) {
                Some(path) => admin.delete(&path).send(),
                None => return,
            },
            Write::Settings(change) => admin.patch("/admin/v1/settings").json(change).send(),
            Write::Clock { hours } => {
                shop.wait(hours * 3600);
                return;
            }
        };
        // What may not be done (a slug that is taken) changes nothing, which is to be seen, too.
        assert!(answer.status < 500, "{write:?}: {answer}");
    }
}

fn what_is_remembered_is_what_would_be_made(installation: &Installation) {
    let nodes = Nodes::over(installation);
    let config = Config { cases: 8, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    let outcome = TestRunner::new(config).run(&writes(), |writes| {
        let shop = Shop::open_on(&nodes.one, installation);
        let (visitor, mut made) = (shop.visitor(), Made::default());
        let asked = |node: &Server, target: &str| seen(&visitor.at(node.address()).get(target).send());
        for write in &writes {
            made.apply(&shop, write);
            for target in READS {
                let truth = asked(&nodes.forgetful, target);
                prop_assert!(truth.0 == 200 || truth.0 == 404, "{target}: {truth:?}");
                // The first may be made, the second is remembered.
                for _ in 0..2 {
                    prop_assert_eq!(asked(&nodes.one, target), truth.clone(), "{} after {:?}", target, write);
                }
            }
        }
        for target in READS {
            let truth = asked(&nodes.forgetful, target);
            until_within_a_second("the other node shows the same", || {
                (asked(&nodes.other, target) == truth).then_some(())
            });
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn a_node_without_words_of_others_remembers_nothing() {
    // A follower that can not connect is a follower that hears nothing: the server of such a node asks the database.
    let installation = Installation::on(Engine::Sqlite);
    let server = Server::start_with(&installation, &[("MARZIPAN_CACHE_BYTES", "0")]);
    let shop = Shop::open_on(&server, &installation);
    let product = wine(&shop, "Malbec", 1000);
    warm(&shop.visitor(), "/v1/products");
    let made = server.counter("marzipan_reads_made_total");
    assert!(made >= 4.0, "each read is made: {made}");
    shop.admin().patch(&path(&product)).json(&json!({ "price": 1100 })).send().expect(200);
    assert_eq!(shop.visitor().get("/v1/products").send().data()[0]["price"], "£11.00");
}
