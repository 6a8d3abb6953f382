//! What search engines and feed readers read without a token, judged by Python's XML parser.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use marzipan_tests::sink::python;
use marzipan_tests::{Answer, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    the_site_map_names_what_is_shown,
    the_feed_is_one_that_readers_take,
    robots_are_told_where_the_site_map_is,
    open_files_are_kept_and_walled,
);

fn open(shop: &Shop<'_>, file: &str) -> Answer {
    shop.nobody().get(&format!("/shops/{}/{file}", shop.slug)).send()
}

/// What a strict reading of a document finds in it; what it finds wrong fails the test.
#[track_caller]
fn judged(answer: &Answer) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/judge_xml.py");
    let mut judge = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts");
    judge.stdin.take().expect("its input").write_all(&answer.body).expect("it reads");
    let output = judge.wait_with_output().expect("it ends");
    let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{wrong}\n{answer}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn post(shop: &Shop<'_>, path: &str, body: &Value) -> Value {
    shop.admin().post(path).json(body).send().expect(201).data()
}

fn url(path: &str) -> String {
    format!("https://api.shop.example{path}")
}

fn the_site_map_names_what_is_shown(shop: &Shop<'_>) {
    let empty = open(shop, "sitemap.xml").expect(200);
    assert_eq!(judged(&empty), json!({ "kind": "urlset", "addresses": [] }));
    assert_eq!(empty.header("content-type"), Some("application/xml"));

    post(shop, "/admin/v1/pages", &json!({ "title": "About", "status": "published" }));
    post(shop, "/admin/v1/pages", &json!({ "title": "Draft" }));
    let later = json!({ "title": "Later", "status": "published", "publishedAt": "2026-02-01T08:00:00Z" });
    post(shop, "/admin/v1/posts", &later);
    let addresses = || judged(&open(shop, "sitemap.xml").expect(200))["addresses"].clone();
    let about = json!([url("/pages/about"), "2026-01-05T09:00:00.000000Z"]);
    assert_eq!(addresses(), json!([about]));
    shop.set_clock("2026-02-01T08:00:00Z");
    assert_eq!(addresses(), json!([about, [url("/posts/later"), "2026-02-01T08:00:00.000000Z"]]));
    open(shop, "sitemap-1.xml").expect(200);
    for nothing in
        ["sitemap-2.xml", "sitemap-0.xml", "sitemap-01.xml", "sitemap-x.xml", "sitemap.txt", "index.html"]
    {
        open(shop, nothing).expect_error(404, "not_found");
    }
}

fn the_feed_is_one_that_readers_take(shop: &Shop<'_>) {
    let empty = judged(&open(shop, "feed.xml").expect(200));
    assert_eq!((&empty["title"], &empty["entries"]), (&json!("Harbour Wines"), &json!([])));

    let harvest = json!({
        "title": "Fish & <chips> \"now\" \u{1f377}", "slug": "harvest", "author": "Ada O'Quill", "tags": ["Red & dry"],
        "category": "Journal", "status": "published", "publishedAt": "2025-12-10T09:00:00Z",
        "blocks": [{ "type": "richText", "markdown": "Plum <b>&</b> smoke <script>alert(1)</script>" }],
    });
    post(shop, "/admin/v1/posts", &harvest);
    post(shop, "/admin/v1/posts", &json!({ "title": "Draft" }));
    shop.wait(3600);
    post(shop, "/admin/v1/posts", &json!({ "title": "News", "status": "published", "excerpt": "Short." }));

    let answer = open(shop, "feed.xml").expect(200);
    assert_eq!(answer.header("content-type"), Some("application/atom+xml"));
    let feed = judged(&answer);
    assert_eq!(feed["self"], url(&format!("/shops/{}/feed.xml", shop.slug)));
    assert_eq!(feed["updated"], "2026-01-05T10:00:00.000000Z");
    assert_eq!(
        feed["entries"],
        json!([
            {
                "title": "News", "link": url("/posts/news"), "published": "2026-01-05T10:00:00.000000Z",
                "author": null, "categories": [], "summary": "Short.",
            },
            {
                "title": "Fish & <chips> \"now\" \u{1f377}", "link": url("/posts/harvest"),
                "published": "2025-12-10T09:00:00.000000Z", "author": "Ada O'Quill",
                "categories": ["Red & dry", "Journal"], "summary": "Plum & smoke",
            },
        ])
    );
}

fn robots_are_told_where_the_site_map_is(shop: &Shop<'_>) {
    let answer = open(shop, "robots.txt").expect(200);
    let map = url(&format!("/shops/{}/sitemap.xml", shop.slug));
    assert_eq!(answer.text(), format!("User-agent: *\nAllow: /\nSitemap: {map}\n"));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
}

fn open_files_are_kept_and_walled(shop: &Shop<'_>) {
    let elsewhere = Shop::open(shop.server());
    for file in ["sitemap.xml", "feed.xml", "robots.txt"] {
        let answer = open(shop, file).expect(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=0, must-revalidate"), "{file}");
        let tag = answer.header("etag").expect("a tag");
        let ask = |shop: &Shop<'_>| {
            let path = format!("/shops/{}/{file}", shop.slug);
            shop.nobody().get(&path).header("If-None-Match", tag).send()
        };
        assert_eq!(ask(shop).expect(304).body, b"");
        ask(&elsewhere).expect(200);
    }
    let tag = open(shop, "feed.xml").expect(200).header("etag").expect("a tag").to_owned();
    post(shop, "/admin/v1/posts", &json!({ "title": "Ours", "status": "published" }));
    let path = format!("/shops/{}/feed.xml", shop.slug);
    shop.nobody().get(&path).header("If-None-Match", &tag).send().expect(200);
    assert!(!open(&elsewhere, "feed.xml").expect(200).text().contains("Ours"));
    shop.nobody().get("/shops/no-such-shop/feed.xml").send().expect_error(404, "not_found");
    shop.nobody().post(&path).send().expect(405);
}
