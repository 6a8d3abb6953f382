//! Search: what is found, in which shape, how soon, and what it outlives.

use std::time::{Duration, Instant};

use marzipan_tests::{Client, Engine, Installation, Server, Shop, eventually, on_both_engines, redacted};
use serde_json::{Value, json};

mod in_a_shop {
    use super::*;

    on_both_engines!(
        answers_have_the_published_shape,
        suggestions_complete_what_is_typed,
        what_is_typed_need_not_be_exact,
        only_what_is_shown_is_found,
        pages_and_posts_are_found_while_they_are_shown,
        another_shops_things_are_not_found,
        a_refused_question_is_told_what_it_takes,
        odd_questions_are_answered,
        answers_carry_a_tag,
    );
}

mod on_a_server_of_its_own {
    use super::*;

    on_both_engines!(
        the_index_is_built_anew_while_it_serves,
        the_index_is_built_anew_without_a_server,
        a_lost_index_comes_back,
        a_killed_server_finds_everything_again,
        every_node_follows,
        a_shop_that_can_not_be_read_holds_up_no_other,
    );
}

fn add(shop: &Shop<'_>, what: &str, thing: &Value) -> Value {
    add_as(&shop.admin(), what, thing)
}

fn add_as(admin: &Client, what: &str, thing: &Value) -> Value {
    admin.post(&format!("/admin/v1/{what}")).json(thing).send().expect(201).data()
}

/// A shop with one wine, and who works and looks there: they outlive the server.
fn open(server: &Server, installation: &Installation) -> (Client, Client, String) {
    let shop = Shop::open_on(server, installation);
    add(&shop, "products", &wine("Malbec"));
    (shop.admin(), shop.visitor(), shop.slug.clone())
}

fn change(shop: &Shop<'_>, what: &str, thing: &Value, change: &Value) {
    let id = thing["id"].as_str().expect("an id");
    shop.admin().patch(&format!("/admin/v1/{what}/{id}")).json(change).send().expect(200);
}

fn ask(client: &Client, query: &str) -> Value {
    client.get(&format!("/v1/search?{query}")).send().expect(200).json()
}

/// The titles that are found, of all kinds, each kind in its order.
fn titles(client: &Client, query: &str) -> Vec<String> {
    let answer = ask(client, query);
    let groups = answer["results"].as_object().expect("groups");
    let hits = groups.values().flat_map(|group| group.as_array().expect("a group"));
    hits.map(|hit| hit["title"].as_str().expect("a title").to_owned()).collect()
}

#[track_caller]
fn finds(client: &Client, query: &str, wanted: &[&str]) {
    eventually(&format!("{query} finds {wanted:?}"), || (titles(client, query) == wanted).then_some(()));
}

fn wine(name: &str) -> Value {
    json!({ "name": name, "price": 1899 })
}

fn answers_have_the_published_shape(shop: &Shop<'_>) {
    add(
        shop,
        "products",
        &json!({ "name": "Estate Malbec 2019", "sku": "MAL-19", "price": 1899,
            "description": "Plums, **violets**\n\nand a *little* cocoa & smoke." }),
    );
    add(
        shop,
        "products",
        &json!({ "name": "Malbec Club", "productType": "subscription", "subscriptionType": "variable", "price": 6000,
            "billingFrequency": 1, "billingFrequencies": [1, 3], "pricingType": "fixed" }),
    );
    add(shop, "collections", &json!({ "name": "Malbec & friends", "description": "Dark reds." }));
    let visitor = shop.visitor();
    eventually("all three are found", || (titles(&visitor, "query=malbec").len() == 3).then_some(()));
    let answer = visitor.get("/v1/search?query=malbec").send().expect(200);
    assert_eq!(
        redacted(&answer.text()),
        concat!(
            r#"{"query":"malbec","total_results":3,"results":{"products":[{"id":"[id]","type":"product","#,
            r#""title":"Estate Malbec 2019","slug":"estate-malbec-2019","#,
            r#""url":"https://api.shop.example/products/estate-malbec-2019","#,
            r#""excerpt":"Plums, violets and a little cocoa & smoke.","image":null,"price":"£18.99","status":"active"}],"#,
            r#""pages":[],"collections":[{"id":"[id]","type":"collection","title":"Malbec & friends","slug":"malbec-friends","#,
            r#""url":"https://api.shop.example/collections/malbec-friends","excerpt":"Dark reds.","image":null,"price":null,"#,
            r#""status":"active"}],"posts":[],"packages":[{"id":"[id]","type":"package","title":"Malbec Club","#,
            r#""slug":"malbec-club","url":"https://api.shop.example/subscription-packages/malbec-club","excerpt":"","#,
            r#""image":null,"price":"£60.00","status":"active"}]}}"#,
        )
    );
    let nothing = visitor.get("/v1/search?q=%20grappa%20").send().expect(200);
    assert_eq!(
        nothing.text(),
        r#"{"query":"grappa","total_results":0,"results":{"products":[],"pages":[],"collections":[],"posts":[],"packages":[]}}"#
    );
    let collections = ask(&visitor, "query=malbec&type=collections");
    assert_eq!(collections["total_results"], 1);
    assert_eq!(collections["results"]["products"], json!([]), "all groups are there");
    let customer = shop.customer();
    assert_eq!(titles(&customer, "query=MAL-19"), ["Estate Malbec 2019"]);
}

fn suggestions_complete_what_is_typed(shop: &Shop<'_>) {
    for name in ["Malbec Rosé", "Merlot"] {
        add(shop, "products", &wine(name));
    }
    add(shop, "collections", &json!({ "name": "Everyday reds", "description": "With a malbec in it." }));
    let visitor = shop.visitor();
    finds(&visitor, "query=everyday", &["Everyday reds"]);
    let answer = visitor.get("/v1/search/suggest?query=malb").send().expect(200);
    assert_eq!(
        answer.text(),
        concat!(
            r#"{"data":[{"text":"Malbec Rosé","type":"product","slug":"malbec-rose","#,
            r#""url":"https://api.shop.example/products/malbec-rose"}]}"#
        ),
        "titles only"
    );
    let both = visitor.get("/v1/search/suggest?query=m&limit=1").send().expect(200).data();
    assert_eq!(both.as_array().map(Vec::len), Some(1));
    visitor.get("/v1/search/suggest?query=").send().expect_invalid(&["query"]);
}

fn what_is_typed_need_not_be_exact(shop: &Shop<'_>) {
    for name in ["Chardonnay 2021", "Rosé de Provence", "Gewürztraminer", "Shiraz 2019"] {
        add(shop, "products", &wine(name));
    }
    let visitor = shop.visitor();
    finds(&visitor, "query=shiraz", &["Shiraz 2019"]);
    for (typed, found) in [
        ("chardonay", "Chardonnay 2021"),
        ("chard", "Chardonnay 2021"),
        ("rose", "Rosé de Provence"),
        ("ROS%C3%89", "Rosé de Provence"),
        ("provence+rose", "Rosé de Provence"),
        ("gewurtztraminer", "Gewürztraminer"),
        ("shiras+2019", "Shiraz 2019"),
    ] {
        assert_eq!(titles(&visitor, &format!("query={typed}")), [found], "{typed}");
    }
    assert_eq!(titles(&visitor, "query=2020"), [""; 0], "years are meant to the letter");
}

fn only_what_is_shown_is_found(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let hidden = add(shop, "products", &json!({ "name": "Secret Malbec", "price": 1, "status": "inactive" }));
    let shown = add(shop, "products", &json!({ "name": "Open Malbec", "price": 1500, "quantity": 3 }));
    let other = add(shop, "products", &wine("Other Malbec"));
    finds(&visitor, "query=malbec", &["Open Malbec", "Other Malbec"]);
    // What an answer says is as it is now, whether the index knows or not.
    let id = shown["id"].as_str().expect("an id");
    let stock = json!({ "delta": -3, "reason": "sold" });
    shop.admin().post(&format!("/admin/v1/products/{id}/stock")).json(&stock).send().expect(200);
    change(shop, "products", &shown, &json!({ "price": 1250 }));
    let answer = ask(&visitor, "query=open");
    let hit = &answer["results"]["products"][0];
    assert_eq!((&hit["status"], &hit["price"]), (&json!("out_of_stock"), &json!("£12.50")));
    finds(&visitor, "query=malbec", &["Other Malbec", "Open Malbec"]);
    change(shop, "products", &other, &json!({ "status": "inactive" }));
    assert_eq!(titles(&visitor, "query=malbec"), ["Open Malbec"], "hidden at once");
    change(shop, "products", &hidden, &json!({ "status": "active" }));
    finds(&visitor, "query=malbec", &["Secret Malbec", "Open Malbec"]);
    shop.admin().delete(&format!("/admin/v1/products/{id}")).send().expect(204);
    finds(&visitor, "query=malbec", &["Secret Malbec"]);
}

fn pages_and_posts_are_found_while_they_are_shown(shop: &Shop<'_>) {
    let text = |words: &str| json!([{ "type": "richText", "markdown": words }]);
    add(
        shop,
        "pages",
        &json!({ "title": "A guide to Malbec", "blocks": text("From *Cahors* to Mendoza."), "status": "published" }),
    );
    add(
        shop,
        "posts",
        &json!({ "title": "Harvest diary", "excerpt": "Fog.", "blocks": text("We picked the malbec."), "tags": ["Autumn"],
            "status": "published" }),
    );
    let draft = add(shop, "pages", &json!({ "title": "Malbec draft", "blocks": text("Not yet.") }));
    let visitor = shop.visitor();
    finds(&visitor, "query=malbec", &["A guide to Malbec", "Harvest diary"]);
    assert_eq!(titles(&visitor, "query=mendosa"), ["A guide to Malbec"], "by its text");
    assert_eq!(titles(&visitor, "query=autumn&type=posts"), ["Harvest diary"], "by its tag");
    let answer = visitor.get("/v1/search?query=cahors&limit=1").send().expect(200);
    assert_eq!(
        redacted(&answer.text()),
        concat!(
            r#"{"query":"cahors","total_results":1,"results":{"products":[],"pages":[{"id":"[id]","type":"page","#,
            r#""title":"A guide to Malbec","slug":"a-guide-to-malbec","#,
            r#""url":"https://api.shop.example/pages/a-guide-to-malbec","excerpt":"From Cahors to Mendoza.","image":null,"#,
            r#""price":null,"status":"published"}],"collections":[],"posts":[],"packages":[]}}"#,
        )
    );
    // It is shown from a date on, and till another one, by the shop's clock.
    let id = draft["id"].as_str().expect("an id");
    let plan = json!({ "publishedAt": "2026-01-06T09:00:00Z", "withdrawAt": "2026-01-08T09:00:00Z" });
    shop.admin().post(&format!("/admin/v1/pages/{id}/publish")).json(&plan).send().expect(200);
    assert_eq!(titles(&visitor, "query=draft"), [""; 0]);
    shop.set_clock("2026-01-07T09:00:00Z");
    finds(&visitor, "query=draft", &["Malbec draft"]);
    shop.set_clock("2026-01-09T09:00:00Z");
    assert_eq!(titles(&visitor, "query=draft"), [""; 0], "hidden at once");
}

fn another_shops_things_are_not_found(shop: &Shop<'_>) {
    let other = Shop::open(shop.server());
    add(shop, "products", &wine("Malbec of ours"));
    add(&other, "products", &wine("Malbec of theirs"));
    finds(&shop.visitor(), "query=malbec", &["Malbec of ours"]);
    finds(&other.visitor(), "query=malbec", &["Malbec of theirs"]);
    for typed in ["theirs", "their", "thiers"] {
        assert_eq!(titles(&shop.visitor(), &format!("query={typed}")), [""; 0], "{typed}");
        let suggested =
            shop.visitor().get(&format!("/v1/search/suggest?query={typed}")).send().expect(200).data();
        assert_eq!(suggested, json!([]), "{typed}");
    }
}

fn a_refused_question_is_told_what_it_takes(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    for (query, field) in [
        ("", "query"),
        ("query=", "query"),
        ("query=%20%09", "query"),
        ("query=x&type=wine", "type"),
        ("query=x&type=product", "type"),
        ("query=x&limit=0", "limit"),
        ("query=x&limit=51", "limit"),
        ("query=x&limit=1000", "limit"),
        ("query=x&limit=many", "limit"),
    ] {
        let body = visitor.get(&format!("/v1/search?{query}")).send().expect_invalid(&[field]);
        if field == "type" {
            let reason = body["errors"]["type"][0].as_str().expect("a reason");
            assert!(reason.contains("products, pages, posts, collections, packages"), "{reason}");
        }
    }
    visitor.get("/v1/search?query=x&limit=50&colour=red").send().expect(200);
    shop.nobody().get("/v1/search?query=x").send().expect_unauthenticated();
}

fn odd_questions_are_answered(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let long = "malbec%20".repeat(700);
    for query in [
        "%00%01%02",
        "%ff%fe",
        "%F0%9F%8D%B7",
        "%27%20OR%201%3D1%20--",
        "title%3Amalbec%20AND%20*%3A*",
        "%22%2B-%7E%5E%5B%5D%7B%7D%28%29",
        "..%2F..%2Fetc%2Fpasswd",
        "%E2%80%AE%CC%81%CC%81%CC%81",
        &long,
        &"a".repeat(6000),
        &"%C3%A9".repeat(1000),
    ] {
        let began = Instant::now();
        for path in ["search", "search/suggest"] {
            visitor.get(&format!("/v1/{path}?query={query}")).send().expect(200);
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{query} was slow");
    }
}

fn answers_carry_a_tag(shop: &Shop<'_>) {
    add(shop, "products", &wine("Malbec"));
    let visitor = shop.visitor();
    finds(&visitor, "query=malbec", &["Malbec"]);
    let answer = visitor.get("/v1/search?query=malbec").send().expect(200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=0, must-revalidate"));
    let tag = answer.header("etag").expect("a tag").to_owned();
    let again = visitor.get("/v1/search?query=malbec").header("If-None-Match", &tag).send();
    again.expect(304);
    let customer = shop.customer().get("/v1/search?query=malbec").send().expect(200);
    assert_eq!(customer.header("cache-control"), Some("no-store"));
    add(shop, "products", &wine("Malbec Rosé"));
    eventually("the tag has changed", || {
        let again = visitor.get("/v1/search?query=malbec").header("If-None-Match", &tag).send();
        (again.status == 200).then_some(())
    });
}

fn the_index_is_built_anew_while_it_serves(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    for number in 0..20 {
        add(&shop, "products", &wine(&format!("Malbec {number}")));
    }
    let visitor = shop.visitor();
    eventually("all are found", || (ask(&visitor, "query=malbec")["total_results"] == 20).then_some(()));
    for words in
        [vec!["search", "rebuild", "--json"], vec!["search", "rebuild", "--json", "--tenant", &shop.slug]]
    {
        std::thread::scope(|scope| {
            let building = scope.spawn(|| installation.json(&words));
            while !building.is_finished() {
                assert_eq!(ask(&visitor, "query=malbec")["total_results"], 20, "searches go on");
            }
            let built = building.join().expect("it was built");
            assert_eq!(built["byTheServer"], true, "{built}");
        });
    }
    add(&shop, "products", &wine("Merlot"));
    finds(&visitor, "query=merlot", &["Merlot"]);
    let output = installation.run(["search", "rebuild", "--tenant", "nobody"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("nobody"), "{output:?}");
}

fn the_index_is_built_anew_without_a_server(installation: &Installation) {
    let mut server = Server::start(installation);
    let (_, visitor, slug) = open(&server, installation);
    finds(&visitor, "query=malbec", &["Malbec"]);
    server.kill9();
    for words in [vec!["search", "rebuild", "--json"], vec!["search", "rebuild", "--json", "--tenant", &slug]]
    {
        let built = installation.json(&words);
        assert_eq!(built["byTheServer"], false, "{built}");
    }
    let doctor = installation.json(["doctor", "--json"]);
    let checks = doctor["checks"].as_array().expect("checks");
    let search = checks.iter().find(|check| check["check"] == "search").expect("a line for the index");
    assert_eq!(search["ok"], true, "{search}");
    assert!(search["says"].as_str().is_some_and(|says| says.contains("1 shops")), "{search}");
    let server = Server::start(installation);
    let visitor = visitor.at(server.address());
    assert_eq!(titles(&visitor, "query=malbec"), ["Malbec"], "it is there from the first moment");
}

fn a_lost_index_comes_back(installation: &Installation) {
    let folder = installation.folder().join("data").join("search");
    let mut server = Server::start(installation);
    let (_, visitor, _) = open(&server, installation);
    finds(&visitor, "query=malbec", &["Malbec"]);

    server.kill9();
    std::fs::remove_dir_all(&folder).expect("it is deleted");
    let mut server = Server::start(installation);
    finds(&visitor.at(server.address()), "query=malbec", &["Malbec"]);

    server.kill9();
    for item in std::fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
        if item.path().is_dir() {
            for file in std::fs::read_dir(item.path()).expect("a folder").filter_map(Result::ok) {
                std::fs::write(file.path(), "no index").expect("it is damaged");
            }
        }
    }
    let output = installation.run(["doctor"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("marzipan search rebuild"), "{said}");
    let server = Server::start(installation);
    finds(&visitor.at(server.address()), "query=malbec", &["Malbec"]);
}

fn a_killed_server_finds_everything_again(installation: &Installation) {
    let mut server = Server::start(installation);
    let (admin, visitor, _) = open(&server, installation);
    let mut kept = 1;
    for round in 0..8_u64 {
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut kept = 0;
                // It writes until the server is gone.
                for number in 0..1_000 {
                    let wine = wine(&format!("Malbec {round} {number}"));
                    match admin.post("/admin/v1/products").json(&wine).try_send() {
                        Ok(answer) if answer.status == 201 => kept += 1,
                        _ => break,
                    }
                }
                kept
            });
            // A moment within the first looks at the log, another one in each round.
            std::thread::sleep(Duration::from_millis(120 + 70 * round));
            server.kill9();
            kept += writer.join().expect("the writer ends");
        });
        server.restart();
    }
    assert!(kept > 8, "{kept} products were written");
    // A product that was written and not acknowledged may be there too.
    eventually("everything that was acknowledged is found", || {
        let total = ask(&visitor, "query=malbec")["total_results"].as_i64().expect("a number");
        (kept..=kept + 8).contains(&total).then_some(())
    });
}

fn every_node_follows(installation: &Installation) {
    let first = Server::start(installation);
    let (admin, visitor, _) = open(&first, installation);
    let own = installation.folder().join("second").display().to_string();
    // A node with a folder of its own, and a process that shares the first one's.
    let mut settings = vec![vec![]];
    if installation.engine() == Engine::Postgres {
        settings.push(vec![("MARZIPAN_DATA_DIR", own.as_str())]);
    }
    let others: Vec<Server> =
        settings.iter().map(|settings| Server::start_with(installation, settings)).collect();
    for name in ["Grenache", "Merlot", "Shiraz"] {
        add_as(&admin, "products", &wine(name));
        let query = format!("query={}", name.to_lowercase());
        for server in others.iter().chain([&first]) {
            finds(&visitor.at(server.address()), &query, &[name]);
        }
    }
    // Who shared the folder takes it over.
    drop(first);
    add_as(&admin.at(others[0].address()), "products", &wine("Riesling"));
    for server in &others {
        finds(&visitor.at(server.address()), "query=riesling", &["Riesling"]);
    }
}

fn a_shop_that_can_not_be_read_holds_up_no_other(installation: &Installation) {
    let server = Server::start(installation);
    let (broken, well) = (open(&server, installation), open(&server, installation));
    for (_, visitor, _) in [&broken, &well] {
        finds(visitor, "query=malbec", &["Malbec"]);
    }
    let whose = format!("tenant_id = (select tenant_id from tenants where slug = '{}')", broken.2);
    installation.sql(&format!("update products set details = 'not JSON' where {whose}"));
    installation.sql(&format!(
        "insert into changes (tenant_id, version, kind, subject_id) select tenant_id, (select version + 1 from shop_versions \
         where {whose}), 'product', product_id from products where {whose}"
    ));
    // Last, for the index looks as soon as the version is raised.
    installation.sql(&format!("update shop_versions set version = version + 1 where {whose}"));
    eventually("the fault is told", || {
        let told = server.log().contains("the search index does not follow a shop");
        told.then_some(())
    });
    add_as(&well.0, "products", &wine("Merlot"));
    finds(&well.1, "query=merlot", &["Merlot"]);
    installation.sql(&format!("update products set details = '{{}}', name = 'Mended' where {whose}"));
    finds(&broken.1, "query=mended", &["Mended"]);
}
