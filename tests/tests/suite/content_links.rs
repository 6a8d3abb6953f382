//! Menus, redirects, and the addresses that change.

use marzipan_tests::{Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(
    a_changed_slug_leaves_a_redirect,
    redirects_are_written_flattened_and_found,
    a_redirect_that_leads_back_is_refused,
    bad_redirects_are_refused,
    a_menu_shows_what_is_shown,
    bad_menus_are_refused_by_path,
    a_menu_changes_by_its_version,
    another_shops_menus_and_redirects_are_not_there,
    the_site_tells_its_settings,
);

const PAGES: &str = "/admin/v1/pages";
const MENUS: &str = "/admin/v1/menus";
const REDIRECTS: &str = "/admin/v1/redirects";

fn create(shop: &Shop<'_>, path: &str, body: &Value) -> Value {
    shop.admin().post(path).json(body).send().expect(201).data()
}

fn page(shop: &Shop<'_>, slug: &str) -> Value {
    create(shop, PAGES, &json!({ "title": slug, "slug": slug, "status": "published" }))
}

fn one(path: &str, thing: &Value) -> String {
    format!("{path}/{}", thing["id"].as_str().expect("an id"))
}

/// Where a path leads: the target and the status, or nothing.
#[track_caller]
fn leads(shop: &Shop<'_>, path: &str) -> Option<(String, u64)> {
    let answer = shop.visitor().get(&format!("/v1/redirects?path={path}")).send();
    if answer.status == 200 {
        return Some((answer.string("to"), answer.json()["status"].as_u64().expect("a status")));
    }
    answer.expect_error(404, "not_found");
    None
}

fn to(target: &str) -> (String, u64) {
    (target.to_owned(), 301)
}

fn a_changed_slug_leaves_a_redirect(shop: &Shop<'_>) {
    let about = page(shop, "about");
    let rename = |slug: &str| {
        shop.admin().patch(&one(PAGES, &about)).json(&json!({ "slug": slug })).send().expect(200).data()
    };
    assert_eq!(rename("our-story")["slug"], "our-story");
    assert_eq!(leads(shop, "/pages/about"), Some(to("/pages/our-story")));
    shop.visitor().get("/v1/pages/about").send().expect_error(404, "not_found");
    shop.visitor().get("/v1/pages/our-story").send().expect(200);

    // A second change: both old addresses lead there in one step.
    rename("history");
    assert_eq!(leads(shop, "/pages/about"), Some(to("/pages/history")));
    assert_eq!(leads(shop, "/pages/our-story"), Some(to("/pages/history")));

    // Back to the first: it is found there again, and nothing leads in a circle.
    rename("about");
    assert_eq!(leads(shop, "/pages/about"), None);
    assert_eq!(leads(shop, "/pages/our-story"), Some(to("/pages/about")));
    assert_eq!(leads(shop, "/pages/history"), Some(to("/pages/about")));

    // A page that takes an old address is found there.
    page(shop, "history");
    assert_eq!(leads(shop, "/pages/history"), None);

    // What nobody has seen leaves nothing behind.
    let draft = create(shop, PAGES, &json!({ "title": "Draft", "slug": "draft" }));
    shop.admin().patch(&one(PAGES, &draft)).json(&json!({ "slug": "other" })).send().expect(200);
    assert_eq!(leads(shop, "/pages/draft"), None);

    // With a page go the redirects that it left.
    shop.admin().delete(&one(PAGES, &about)).send().expect(204);
    assert_eq!(leads(shop, "/pages/our-story"), None);
    let post = json!({ "title": "post", "slug": "old", "status": "published" });
    let post = create(shop, "/admin/v1/posts", &post);
    shop.admin().patch(&one("/admin/v1/posts", &post)).json(&json!({ "slug": "new" })).send().expect(200);
    assert_eq!(leads(shop, "/posts/old"), Some(to("/posts/new")));
}

fn redirects_are_written_flattened_and_found(shop: &Shop<'_>) {
    let made = create(shop, REDIRECTS, &json!({ "from": "/old/", "to": "/new", "status": 302 }));
    assert_eq!(
        redacted(&made.to_string().replace(made["id"].as_str().expect("an id"), "ID")),
        r#"{"automatic":false,"createdAt":"[time]","from":"/old","id":"ID","status":302,"to":"/new","updatedAt":"[time]"}"#
    );
    let answer = shop.visitor().get("/v1/redirects?path=/old").send().expect(200);
    assert_eq!(answer.text(), r#"{"from":"/old","to":"/new","status":302}"#);
    assert!(answer.header("etag").is_some());
    for spelling in ["/old", "/old/", "%2Fold", "/o%256Cd"] {
        assert_eq!(leads(shop, spelling), Some(("/new".to_owned(), 302)), "{spelling}");
    }
    assert_eq!(leads(shop, "/OLD"), None);
    assert_eq!(leads(shop, "/old/more"), None);
    shop.visitor().get("/v1/redirects").send().expect_invalid(&["path"]);
    for bad in ["", "old", "//evil.example", "/a%20b", "/a%3Fb"] {
        shop.visitor().get(&format!("/v1/redirects?path={bad}")).send().expect_invalid(&["path"]);
    }

    create(shop, REDIRECTS, &json!({ "from": "/new", "to": "https://elsewhere.example/x" }));
    assert_eq!(leads(shop, "/old"), Some(("https://elsewhere.example/x".to_owned(), 302)));
    create(shop, REDIRECTS, &json!({ "from": "/oldest", "to": "/old?from=oldest" }));
    assert_eq!(leads(shop, "/oldest"), Some(to("https://elsewhere.example/x")));

    let listed = shop.admin().get(&format!("{REDIRECTS}?query=OLD")).send().expect(200).data();
    let froms: Vec<&Value> = listed.as_array().expect("a list").iter().map(|one| &one["from"]).collect();
    assert_eq!(froms, ["/old", "/oldest"]);

    let path = one(REDIRECTS, &made);
    let version = shop.admin().get(&path).send().expect(200);
    let version = version.header("etag").expect("a version");
    let change = |body: &Value| shop.admin().patch(&path).header("If-Match", version).json(body).send();
    change(&json!({ "to": "/newer" })).expect(200);
    change(&json!({ "to": "/newest" })).expect_error(412, "stale");
    assert_eq!(leads(shop, "/old"), Some(("/newer".to_owned(), 302)));
    shop.admin().delete(&path).header("If-Match", version).send().expect_error(412, "stale");
    shop.admin().delete(&path).send().expect(204);
    assert_eq!(leads(shop, "/old"), None);
    shop.admin().delete(&path).send().expect_error(404, "not_found");
}

fn a_redirect_that_leads_back_is_refused(shop: &Shop<'_>) {
    let post =
        |from: &str, to: &str| shop.admin().post(REDIRECTS).json(&json!({ "from": from, "to": to })).send();
    post("/a", "/a").expect_invalid(&["to"]);
    post("/a", "/a/?again=1").expect_invalid(&["to"]);
    post("/a", "/b").expect(201);
    post("/b", "/c").expect(201);
    post("/c", "/a").expect_invalid(&["to"]);
    post("/c", "/b#part").expect_invalid(&["to"]);
    post("/a", "/z").expect_error(409, "slug_taken");
    assert_eq!(leads(shop, "/a"), Some(to("/c")));
    let listed = shop.admin().get(REDIRECTS).send().expect(200).data();
    let last =
        listed.as_array().expect("a list").iter().find(|one| one["from"] == "/b").expect("is there").clone();
    let change = |body: &Value| shop.admin().patch(&one(REDIRECTS, &last)).json(body).send();
    assert_eq!(change(&json!({ "to": "/a" })).expect(200).data()["to"], "/c", "by the way of /a");
    change(&json!({ "from": "/c" })).expect_invalid(&["to"]);
    change(&json!({ "from": "/a" })).expect_error(409, "slug_taken");
}

fn bad_redirects_are_refused(shop: &Shop<'_>) {
    let post = |body: &Value| shop.admin().post(REDIRECTS).json(body).send();
    post(&json!({})).expect_invalid(&["from", "to"]);
    for (key, value) in [
        ("from", json!("old")),
        ("from", json!("/a?b=1")),
        ("from", json!("//evil.example")),
        ("from", json!("https://shop.example/a")),
        ("from", json!(format!("/{}", "x".repeat(500)))),
        ("to", json!("javascript:alert(1)")),
        ("to", json!("//evil.example")),
        ("to", json!("/%5Cevil.example")),
        ("to", json!("http://plain.example")),
        ("to", json!(5)),
        ("status", json!(200)),
        ("status", json!("301")),
    ] {
        let mut body = json!({ "from": "/a", "to": "/b" });
        body[key] = value.clone();
        post(&body).expect_invalid(&[key]);
    }
}

fn a_menu_shows_what_is_shown(shop: &Shop<'_>) {
    let about = page(shop, "about");
    let draft = create(shop, PAGES, &json!({ "title": "Draft", "slug": "draft" }));
    let post =
        create(shop, "/admin/v1/posts", &json!({ "title": "News", "slug": "news", "status": "published" }));
    let menu = json!({
        "handle": "main",
        "items": [
            { "label": "About", "type": "page", "targetId": about["id"], "children": [
                { "label": "News", "type": "post", "targetId": post["id"] },
                { "label": "Draft", "type": "page", "targetId": draft["id"] },
            ] },
            { "label": "Soon", "type": "page", "targetId": draft["id"], "children": [
                { "label": "Mail", "type": "url", "url": "mailto:a@b.example" },
            ] },
            { "label": "Home", "type": "url", "url": "/" },
        ],
    });
    let made = create(shop, MENUS, &menu);
    assert_eq!(
        made["items"][1]["children"][0],
        json!({ "label": "Mail", "type": "url", "url": "mailto:a@b.example", "children": [] })
    );

    let read = || {
        let answer = shop.visitor().get("/v1/menus/main").send().expect(200);
        redacted(&answer.text())
    };
    let news = r#"{"label":"News","url":"https://api.shop.example/posts/news","type":"post","targetId":"[id]","children":[]}"#;
    let about_item = format!(
        r#"{{"label":"About","url":"https://api.shop.example/pages/about","type":"page","targetId":"[id]","children":[{news}]}}"#
    );
    let mail = r#"{"label":"Mail","url":"mailto:a@b.example","type":"url","targetId":null,"children":[]}"#;
    let soon =
        format!(r#"{{"label":"Soon","url":null,"type":"page","targetId":"[id]","children":[{mail}]}}"#);
    let home = r#"{"label":"Home","url":"/","type":"url","targetId":null,"children":[]}"#;
    assert_eq!(read(), format!(r#"{{"handle":"main","items":[{about_item},{soon},{home}]}}"#));

    shop.admin().post(&format!("{}/publish", one(PAGES, &draft))).send().expect(200);
    assert!(read().contains("https://api.shop.example/pages/draft"), "{}", read());
    shop.admin().patch(&one(PAGES, &about)).json(&json!({ "slug": "story" })).send().expect(200);
    assert!(
        read().contains("https://api.shop.example/pages/story")
            && !read().contains("https://api.shop.example/pages/about"),
        "{}",
        read()
    );
    shop.admin().delete(&one(PAGES, &about)).send().expect(204);
    assert!(read().contains(r#"{"label":"About","url":null,"#), "its child is still shown: {}", read());

    shop.visitor().get("/v1/menus/none").send().expect_error(404, "not_found");
    shop.nobody().get("/v1/menus/main").send().expect_unauthenticated();
    shop.admin().delete(&one(MENUS, &made)).send().expect(204);
    shop.visitor().get("/v1/menus/main").send().expect_error(404, "not_found");
}

fn bad_menus_are_refused_by_path(shop: &Shop<'_>) {
    let post =
        |items: Value| shop.admin().post(MENUS).json(&json!({ "handle": "main", "items": items })).send();
    let nobody = "0192f0a0-7c11-7abc-8def-0123456789ab";
    let news = create(shop, "/admin/v1/posts", &json!({ "title": "News" }));
    let link = |children: Value| json!({ "label": "x", "type": "url", "url": "/", "children": children });
    for (items, path) in [
        (json!({}), "items"),
        (json!([{ "label": "x", "type": "page", "targetId": nobody }]), "items.0.targetId"),
        (json!([{ "label": "x", "type": "page", "targetId": news["id"] }]), "items.0.targetId"),
        (json!([{ "label": "x", "type": "product", "targetId": nobody }]), "items.0.targetId"),
        (json!([{ "label": "x", "type": "collection", "targetId": nobody }]), "items.0.targetId"),
        (
            json!([link(json!([{ "label": "x", "type": "url", "url": "javascript:alert(1)" }]))]),
            "items.0.children.0.url",
        ),
        (json!([{ "label": "x", "type": "url", "url": "/", "icon": "star" }]), "items.0.icon"),
        (
            json!([link(json!([link(json!([link(json!([link(json!([]))]))]))]))]),
            "items.0.children.0.children.0.children",
        ),
        (json!(vec![link(json!([])); 201]), "items"),
    ] {
        post(items).expect_invalid(&[path]);
    }
    shop.admin().post(MENUS).json(&json!({ "handle": "A b" })).send().expect_invalid(&["handle"]);
    shop.admin().post(MENUS).json(&json!({})).send().expect_invalid(&["handle"]);
    post(json!(vec![link(json!([])); 200])).expect(201);
    post(json!([])).expect_error(409, "slug_taken");
}

fn a_menu_changes_by_its_version(shop: &Shop<'_>) {
    let made = create(shop, MENUS, &json!({ "handle": "main" }));
    let path = one(MENUS, &made);
    let version = shop.admin().get(&path).send().expect(200);
    let version = version.header("etag").expect("a version");
    let items = json!([{ "label": "Home", "type": "url", "url": "/" }]);
    let change = |body: &Value| shop.admin().patch(&path).header("If-Match", version).json(body).send();
    let changed = change(&json!({ "items": items })).expect(200).data();
    assert_eq!((&changed["handle"], &changed["items"][0]["label"]), (&json!("main"), &json!("Home")));
    change(&json!({ "handle": "other" })).expect_error(412, "stale");
    let renamed = shop.admin().patch(&path).json(&json!({ "handle": "other" })).send().expect(200).data();
    assert_eq!(renamed["items"], changed["items"]);
    shop.visitor().get("/v1/menus/main").send().expect_error(404, "not_found");
    shop.visitor().get("/v1/menus/other").send().expect(200);
    let listed = shop.admin().get(MENUS).send().expect(200).json();
    assert_eq!((&listed["meta"]["total"], &listed["data"][0]["handle"]), (&json!(1), &json!("other")));
}

fn another_shops_menus_and_redirects_are_not_there(shop: &Shop<'_>) {
    let menu = create(shop, MENUS, &json!({ "handle": "main" }));
    let redirect = create(shop, REDIRECTS, &json!({ "from": "/a", "to": "/b" }));
    let about = page(shop, "about");
    let elsewhere = Shop::open(shop.server());
    for path in [one(MENUS, &menu), one(REDIRECTS, &redirect)] {
        elsewhere.admin().get(&path).send().expect_error(404, "not_found");
        elsewhere.admin().patch(&path).json(&json!({})).send().expect_error(404, "not_found");
        elsewhere.admin().delete(&path).send().expect_error(404, "not_found");
    }
    elsewhere.visitor().get("/v1/menus/main").send().expect_error(404, "not_found");
    assert_eq!(leads(&elsewhere, "/a"), None);
    let items = json!([{ "label": "Theirs", "type": "page", "targetId": about["id"] }]);
    let stolen = elsewhere.admin().post(MENUS).json(&json!({ "handle": "main", "items": items })).send();
    stolen.expect_invalid(&["items.0.targetId"]);
    assert_eq!(leads(shop, "/a"), Some(to("/b")));
}

fn the_site_tells_its_settings(shop: &Shop<'_>) {
    let read = || shop.visitor().get("/v1/site").send().expect(200);
    let first = read();
    assert_eq!(
        first.text(),
        concat!(
            r#"{"name":"Harbour Wines","currency":"GBP","locale":"en-GB","storeSlug":"store","#,
            r#""subscriptionsSlug":"subscriptions","minimumAge":null,"logo":null,"#,
            r#""contact":{"email":null,"phone":null,"address":[]},"socialLinks":[]}"#,
        )
    );
    assert_eq!(first.header("cache-control"), Some("public, max-age=0, must-revalidate"));
    shop.set(&json!({
        "contactEmail": "hello@shop.example", "contactPhone": "01947 000000", "minimumAge": 18,
        "contactAddress": ["7 Harbour Row", "Whitby"], "logoUrl": "https://shop.example/logo.svg",
        "socialLinks": [{ "name": "Pixels", "url": "https://pixels.example/harbour" }],
    }));
    let tag = first.header("etag").expect("a tag");
    let second = shop.visitor().get("/v1/site").header("If-None-Match", tag).send().expect(200);
    assert_eq!(
        second.text(),
        concat!(
            r#"{"name":"Harbour Wines","currency":"GBP","locale":"en-GB","storeSlug":"store","#,
            r#""subscriptionsSlug":"subscriptions","minimumAge":18,"logo":"https://shop.example/logo.svg","#,
            r#""contact":{"email":"hello@shop.example","phone":"01947 000000","address":["7 Harbour Row","Whitby"]},"#,
            r#""socialLinks":[{"name":"Pixels","url":"https://pixels.example/harbour"}]}"#,
        )
    );
    shop.nobody().get("/v1/site").send().expect_unauthenticated();
    let bad = json!({
        "contactPhone": "call me", "contactAddress": vec!["x"; 7],
        "socialLinks": [{ "name": "", "url": "javascript:alert(1)" }],
    });
    let refused = shop.admin().patch("/admin/v1/settings").json(&bad).send();
    refused.expect_invalid(&["contactPhone", "contactAddress", "socialLinks.0.name", "socialLinks.0.url"]);
    shop.set(&json!({ "contactPhone": null, "contactAddress": null, "socialLinks": null }));
    assert!(read().text().contains(r#""phone":null,"address":[]},"socialLinks":[]"#));
}
