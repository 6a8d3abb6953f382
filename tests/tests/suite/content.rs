//! Pages and journal posts: written as drafts, previewed, published, scheduled, withdrawn, restored.

use marzipan_tests::{Client, PASSWORD, Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(
    a_page_is_read_in_exactly_the_published_shape,
    a_post_has_an_author_tags_and_a_category,
    a_draft_is_nobodys,
    what_is_saved_is_shown_when_it_is_published,
    dates_hold_by_the_shops_clock,
    a_new_state_waits_for_its_date_while_the_old_one_is_shown,
    dates_that_make_no_sense_are_refused,
    a_preview_token_shows_one_draft_for_a_while,
    revisions_are_listed_shown_and_restored,
    fifty_revisions_are_kept_and_what_is_shown,
    of_two_changes_to_one_version_one_is_made,
    a_slug_is_taken_once,
    bad_fields_are_named_by_their_paths,
    html_that_harms_is_never_shown,
    pages_are_listed_by_status_and_title,
    who_may_write,
    another_shops_pages_are_not_there,
    what_was_done_is_in_the_audit_log,
);

const PAGES: &str = "/admin/v1/pages";
const POSTS: &str = "/admin/v1/posts";

fn create(shop: &Shop<'_>, path: &str, entry: &Value) -> Value {
    shop.admin().post(path).json(entry).send().expect(201).data()
}

fn one(path: &str, entry: &Value) -> String {
    format!("{path}/{}", entry["id"].as_str().expect("an id"))
}

fn patch(shop: &Shop<'_>, path: &str, entry: &Value, change: &Value) -> Value {
    shop.admin().patch(&one(path, entry)).json(change).send().expect(200).data()
}

fn act(shop: &Shop<'_>, path: &str, entry: &Value, action: &str, body: &Value) -> Value {
    shop.admin().post(&format!("{}/{action}", one(path, entry))).json(body).send().expect(200).data()
}

/// What visitors see at this address: the title, or nothing.
#[track_caller]
fn seen(shop: &Shop<'_>, path: &str) -> Option<String> {
    let answer = shop.visitor().get(path).send();
    if answer.status == 200 {
        return Some(answer.string("title"));
    }
    answer.expect_error(404, "not_found");
    None
}

fn titles(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|item| item["title"].as_str().expect("a title").to_owned()).collect()
}

fn a_page_is_read_in_exactly_the_published_shape(shop: &Shop<'_>) {
    let page = json!({
        "title": "About us",
        "blocks": [
            { "type": "heading", "text": "One hill" },
            { "type": "richText", "markdown": "Four generations on *one* hill." },
            { "type": "quote", "text": "Lovely.", "cite": "A guest" },
            { "type": "quote", "text": "Quite." },
            { "type": "video", "url": "https://video.example/1", "title": "The harvest" },
            { "type": "form", "form": "newsletter" },
            { "type": "html", "html": "<p onclick=\"x()\">Safe</p>" },
            { "type": "products", "products": ["no-such-wine"], "title": "Reds" },
            { "type": "collection", "collection": "no-such-collection" },
            { "type": "packages", "packages": ["no-such-club"] },
        ],
        "status": "published",
        "metaTitle": "About Harbour Wines",
    });
    let made = create(shop, PAGES, &page);
    assert_eq!(made["status"], "published");

    let answer = shop.visitor().get("/v1/pages/about-us").send().expect(200);
    let item = concat!(
        r#""id":"[id]","title":"About us","slug":"about-us","url":"https://api.shop.example/pages/about-us","#,
        r#""excerpt":"One hill Four generations on one hill. Lovely. A guest Quite. The harvest Safe Reds","image":null,"#,
        r#""status":"published","publishedAt":"[time]","updatedAt":"[time]""#,
    );
    let blocks = concat!(
        r#"{"type":"heading","text":"One hill","level":2},"#,
        r#"{"type":"richText","html":"<p>Four generations on <em>one</em> hill.</p>"},"#,
        r#"{"type":"quote","text":"Lovely.","cite":"A guest"},{"type":"quote","text":"Quite.","cite":null},"#,
        r#"{"type":"video","url":"https://video.example/1","title":"The harvest"},"#,
        r#"{"type":"form","form":"newsletter","title":null},{"type":"html","html":"<p>Safe</p>"},"#,
        r#"{"type":"products","title":"Reds","products":[]},{"type":"packages","title":null,"packages":[]}"#,
    );
    let whole = format!(
        r#"{{{item},"blocks":[{blocks}],"meta_title":"About Harbour Wines","meta_description":null,"meta_image":null}}"#
    );
    assert_eq!(redacted(&answer.text()), whole);

    assert_eq!(answer.header("cache-control"), Some("public, max-age=0, must-revalidate"));
    let tag = answer.header("etag").expect("a tag").to_owned();
    let again = shop.visitor().get("/v1/pages/about-us").header("If-None-Match", &tag).send().expect(304);
    assert_eq!(again.body, b"");

    let list = shop.visitor().get("/v1/pages").send().expect(200);
    let links = r#""first":"https://api.shop.example/v1/pages?page=1","last":"https://api.shop.example/v1/pages?page=1","prev":null,"next":null"#;
    let meta = r#""currentPage":1,"from":1,"path":"https://api.shop.example/v1/pages","perPage":15,"to":1,"lastPage":1,"total":1"#;
    assert_eq!(
        redacted(&list.text()),
        format!(r#"{{"data":[{{{item}}}],"links":{{{links}}},"meta":{{{meta}}}}}"#)
    );
    // Somebody who has signed in sees the same, and nothing keeps it.
    let customer = shop.customer();
    let theirs = customer.get("/v1/pages/about-us").send().expect(200);
    assert_eq!((&theirs.body, theirs.header("cache-control")), (&answer.body, Some("no-store")));
}

fn a_post_has_an_author_tags_and_a_category(shop: &Shop<'_>) {
    let post = |title: &str, tags: &[&str], category: &str, day: u8| {
        let post = json!({
            "title": title, "author": "Ada Quill", "tags": tags, "category": category, "excerpt": "Short.",
            "status": "published", "publishedAt": format!("2025-12-{day:02}T09:00:00Z"),
        });
        create(shop, POSTS, &post)
    };
    post("Harvest", &["Harvest", "Red Wine"], "Journal", 10);
    post("Guide", &["red wine", "Rosé"], "Guides", 12);
    post("News", &[], "Journal", 11);

    let answer = shop.visitor().get("/v1/posts/harvest").send().expect(200);
    assert_eq!(
        redacted(&answer.text()),
        concat!(
            r#"{"id":"[id]","title":"Harvest","slug":"harvest","url":"https://api.shop.example/posts/harvest","excerpt":"Short.","image":null,"#,
            r#""status":"published","publishedAt":"[time]","updatedAt":"[time]","author":"Ada Quill","#,
            r#""tags":["Harvest","Red Wine"],"category":"Journal","blocks":[],"meta_title":null,"meta_description":null,"#,
            r#""meta_image":null}"#,
        )
    );
    assert_eq!(answer.string("publishedAt"), "2025-12-10T09:00:00.000000Z");

    let listed =
        |query: &str| titles(&shop.visitor().get(&format!("/v1/posts{query}")).send().expect(200).data());
    assert_eq!(listed(""), ["Guide", "News", "Harvest"], "the last published first");
    assert_eq!(listed("?tag=red-wine"), ["Guide", "Harvest"]);
    assert_eq!(listed("?tag=Red%20Wine"), ["Guide", "Harvest"]);
    assert_eq!(listed("?tag=ros%C3%A9"), ["Guide"]);
    assert_eq!(listed("?category=journal"), ["News", "Harvest"]);
    assert_eq!(listed("?category=journal&tag=harvest"), ["Harvest"]);
    assert_eq!(listed("?perPage=1&page=2"), ["News"]);
    for nothing in ["?tag=wine", "?tag=%25", "?tag=_", "?tag=%7C", "?category=Journ", "?tag=red"] {
        assert_eq!(listed(nothing), Vec::<String>::new(), "{nothing}");
    }
    let long = format!("/v1/posts?tag={}", "x".repeat(51));
    shop.visitor().get(&long).send().expect_invalid(&["tag"]);
    shop.visitor().get("/v1/posts?page=0").send().expect_invalid(&["page"]);
    shop.visitor().get("/v1/pages?perPage=1000").send().expect_invalid(&["perPage"]);

    let item: Value = shop.visitor().get("/v1/posts?tag=harvest").send().expect(200).data()[0].clone();
    let keys: Vec<&str> = item.as_object().expect("an object").keys().map(String::as_str).collect();
    assert!(["author", "tags", "category"].iter().all(|key| keys.contains(key)), "{keys:?}");
    assert_eq!(seen(shop, "/v1/pages/harvest"), None, "a post is no page");
}

fn a_draft_is_nobodys(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Secret", "slug": "secret" }));
    assert_eq!((&page["status"], &page["publishedAt"]), (&json!("draft"), &Value::Null));
    assert_eq!(seen(shop, "/v1/pages/secret"), None);
    assert_eq!(shop.visitor().get("/v1/pages").send().expect(200).data(), json!([]));
    shop.customer().get("/v1/pages/secret").send().expect_error(404, "not_found");
    shop.nobody().get("/v1/pages/secret").send().expect_unauthenticated();
    shop.nobody().get("/v1/pages").send().expect_unauthenticated();
}

fn what_is_saved_is_shown_when_it_is_published(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "One", "slug": "page", "status": "published" }));
    shop.wait(60);
    let saved = patch(shop, PAGES, &page, &json!({ "title": "Two", "excerpt": "Short." }));
    assert_eq!((&saved["title"], &saved["hasUnpublishedChanges"]), (&json!("Two"), &json!(true)));
    assert_eq!(seen(shop, "/v1/pages/page").as_deref(), Some("One"));

    let published = act(shop, PAGES, &page, "publish", &json!({}));
    assert_eq!(published["hasUnpublishedChanges"], false);
    assert_eq!(published["publishedAt"], page["publishedAt"], "a new state keeps the date");
    let shown = shop.visitor().get("/v1/pages/page").send().expect(200).json();
    assert_eq!((&shown["title"], &shown["excerpt"]), (&json!("Two"), &json!("Short.")));
    assert_eq!(shown["publishedAt"], page["publishedAt"]);
    assert!(shown["updatedAt"].as_str() > shown["publishedAt"].as_str(), "{shown}");

    // A change that changes nothing is none.
    let same = patch(shop, PAGES, &page, &json!({ "title": "Two", "blocks": [] }));
    assert_eq!(same, published);

    // Neither a body nor its type is needed to publish or withdraw.
    let withdrawn = shop.admin().post(&format!("{}/unpublish", one(PAGES, &page))).send().expect(200).data();
    assert_eq!(withdrawn["status"], "draft");
    assert_eq!(seen(shop, "/v1/pages/page"), None);
    shop.admin().post(&format!("{}/publish", one(PAGES, &page))).send().expect(200);
    assert_eq!(seen(shop, "/v1/pages/page").as_deref(), Some("Two"));

    shop.admin().delete(&one(PAGES, &page)).send().expect(204);
    assert_eq!(seen(shop, "/v1/pages/page"), None);
    shop.admin().get(&one(PAGES, &page)).send().expect_error(404, "not_found");
    shop.admin().delete(&one(PAGES, &page)).send().expect_error(404, "not_found");
}

fn dates_hold_by_the_shops_clock(shop: &Shop<'_>) {
    let post = json!({
        "title": "Christmas", "slug": "christmas", "status": "published",
        "publishedAt": "2026-02-01T08:00:00Z", "withdrawAt": "2026-02-10T08:00:00Z",
    });
    let post = create(shop, POSTS, &post);
    assert_eq!(post["status"], "scheduled");
    assert_eq!(post["scheduledAt"], "2026-02-01T08:00:00.000000Z");
    let status = || shop.admin().get(&one(POSTS, &post)).send().expect(200).data()["status"].clone();
    let listed =
        || shop.visitor().get("/v1/posts").send().expect(200).data().as_array().expect("a list").len();

    shop.set_clock("2026-02-01T07:59:59Z");
    assert_eq!((seen(shop, "/v1/posts/christmas"), listed()), (None, 0));
    shop.set_clock("2026-02-01T08:00:00Z");
    assert_eq!((seen(shop, "/v1/posts/christmas").as_deref(), listed()), (Some("Christmas"), 1));
    assert_eq!(status(), "published");
    let shown = shop.visitor().get("/v1/posts/christmas").send().expect(200);
    assert_eq!(shown.string("publishedAt"), "2026-02-01T08:00:00.000000Z");
    shop.set_clock("2026-02-10T07:59:59Z");
    assert_eq!(seen(shop, "/v1/posts/christmas").as_deref(), Some("Christmas"));
    shop.set_clock("2026-02-10T08:00:00Z");
    assert_eq!((seen(shop, "/v1/posts/christmas"), listed()), (None, 0));
    assert_eq!(status(), "withdrawn");

    // Both dates passed over at once.
    let late = json!({ "publishedAt": "2026-03-01T08:00:00Z", "withdrawAt": "2026-03-02T08:00:00Z" });
    act(shop, POSTS, &post, "publish", &late);
    shop.set_clock("2026-04-01T08:00:00Z");
    assert_eq!((seen(shop, "/v1/posts/christmas"), status()), (None, json!("withdrawn")));

    // A withdrawal that is planned, and one that is taken back.
    act(shop, POSTS, &post, "publish", &json!({}));
    act(shop, POSTS, &post, "unpublish", &json!({ "withdrawAt": "2026-05-01T08:00:00Z" }));
    assert_eq!(seen(shop, "/v1/posts/christmas").as_deref(), Some("Christmas"));
    act(shop, POSTS, &post, "publish", &json!({}));
    shop.set_clock("2026-06-01T08:00:00Z");
    assert_eq!(seen(shop, "/v1/posts/christmas").as_deref(), Some("Christmas"), "the plan was replaced");
}

fn a_new_state_waits_for_its_date_while_the_old_one_is_shown(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Old", "slug": "page", "status": "published" }));
    patch(shop, PAGES, &page, &json!({ "title": "New" }));
    let planned = act(shop, PAGES, &page, "publish", &json!({ "publishedAt": "2026-02-01T08:00:00Z" }));
    assert_eq!(planned["status"], "published");
    assert_eq!(planned["scheduledAt"], "2026-02-01T08:00:00.000000Z");
    // A later draft does not change what is planned.
    patch(shop, PAGES, &page, &json!({ "title": "Newer" }));

    shop.set_clock("2026-02-01T07:59:59Z");
    let before = shop.visitor().get("/v1/pages/page").send().expect(200);
    assert_eq!(before.string("title"), "Old");
    shop.set_clock("2026-02-01T08:00:01Z");
    let tag = before.header("etag").expect("a tag");
    let after = shop.visitor().get("/v1/pages/page").header("If-None-Match", tag).send().expect(200);
    assert_eq!(after.string("title"), "New");
    assert_eq!(after.string("publishedAt"), "2026-02-01T08:00:00.000000Z");
}

fn dates_that_make_no_sense_are_refused(shop: &Shop<'_>) {
    let admin = shop.admin();
    let post = |body: &Value| admin.post(PAGES).json(body).send();
    let dated = |from: &str, end: &str| json!({ "title": "x", "status": "published", "publishedAt": from, "withdrawAt": end });
    post(&dated("2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z")).expect_invalid(&["withdrawAt"]);
    post(&dated("2020-03-01T00:00:00Z", "2020-04-01T00:00:00Z")).expect_invalid(&["withdrawAt"]);
    post(&dated("soon", "later")).expect_invalid(&["publishedAt", "withdrawAt"]);
    post(&json!({ "title": "x", "status": "live" })).expect_invalid(&["status"]);
    post(&json!({ "title": "x", "publishedAt": "2026-03-01T00:00:00Z" })).expect_invalid(&["status"]);
    let page = create(shop, PAGES, &json!({ "title": "x" }));
    let publish = |body: &Value| admin.post(&format!("{}/publish", one(PAGES, &page))).json(body).send();
    publish(&json!({ "withdrawAt": "2026-01-05T09:00:00Z" })).expect_invalid(&["withdrawAt"]);
    publish(&json!({ "publishedAt": 5 })).expect_invalid(&["publishedAt"]);
    assert_eq!(seen(shop, "/v1/pages/x"), None);
}

fn a_preview_token_shows_one_draft_for_a_while(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Shown", "slug": "page", "status": "published" }));
    let other = create(shop, PAGES, &json!({ "title": "Other", "slug": "other" }));
    patch(shop, PAGES, &page, &json!({ "title": "Draft" }));
    let issue = |entry: &Value, body: &Value| {
        shop.admin().post(&format!("{}/preview-tokens", one(PAGES, entry))).json(body).send()
    };
    let issued = issue(&page, &json!({ "expiresAt": "2026-01-06T09:00:00Z" })).expect(201).data();
    let token = issued["token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("mzp_") && token.len() == 47, "{issued}");
    assert_eq!(issued["expiresAt"], "2026-01-06T09:00:00.000000Z");
    assert_eq!(issued["url"], format!("https://api.shop.example/pages/page?preview={token}"));
    issue(&page, &json!({ "expiresAt": "2026-01-05T09:00:00Z" })).expect_invalid(&["expiresAt"]);
    issue(&page, &json!({ "expiresAt": "2026-03-05T09:00:00Z" })).expect_invalid(&["expiresAt"]);

    let look =
        |who: &Client, slug: &str, token: &str| who.get(&format!("/v1/pages/{slug}?preview={token}")).send();
    for _ in 0..2 {
        let draft = look(&shop.visitor(), "page", &token).expect(200);
        assert_eq!((draft.string("title"), draft.string("status")), ("Draft".to_owned(), "draft".to_owned()));
        assert_eq!((draft.header("cache-control"), draft.header("etag")), (Some("no-store"), None));
        assert_eq!(seen(shop, "/v1/pages/page").as_deref(), Some("Shown"), "nothing of a preview is kept");
    }
    look(&shop.visitor(), "other", &token).expect_error(404, "not_found");
    look(&shop.visitor(), "page", "mzp_nonsense").expect_error(404, "not_found");
    look(&shop.visitor(), "page", "").expect_error(404, "not_found");
    look(&shop.nobody(), "page", &token).expect_unauthenticated();
    let elsewhere = Shop::open(shop.server());
    create(&elsewhere, PAGES, &json!({ "title": "Theirs", "slug": "page" }));
    look(&elsewhere.visitor(), "page", &token).expect_error(404, "not_found");
    let never_shown = issue(&other, &json!({})).expect(201).data();
    let shown =
        look(&shop.visitor(), "other", never_shown["token"].as_str().expect("a token")).expect(200).json();
    assert_eq!((&shown["title"], &shown["publishedAt"]), (&json!("Other"), &Value::Null));

    shop.set_clock("2026-01-06T08:59:59Z");
    look(&shop.visitor(), "page", &token).expect(200);
    shop.set_clock("2026-01-06T09:00:00Z");
    look(&shop.visitor(), "page", &token).expect_error(404, "not_found");
    let post = create(shop, POSTS, &json!({ "title": "Post", "slug": "post" }));
    let path = format!("{}/preview-tokens", one(POSTS, &post));
    let token =
        shop.admin().post(&path).send().expect(201).data()["token"].as_str().expect("a token").to_owned();
    let draft = shop.visitor().get(&format!("/v1/posts/post?preview={token}")).send().expect(200);
    assert_eq!((draft.string("title"), draft.header("cache-control")), ("Post".to_owned(), Some("no-store")));
}

fn revisions_are_listed_shown_and_restored(shop: &Shop<'_>) {
    let first = json!([{ "type": "richText", "markdown": "First." }]);
    let page = create(
        shop,
        PAGES,
        &json!({ "title": "One", "slug": "page", "blocks": first, "status": "published" }),
    );
    patch(shop, PAGES, &page, &json!({ "title": "Two", "blocks": [] }));
    let path = format!("{}/revisions", one(PAGES, &page));
    let revisions = || shop.admin().get(&path).send().expect(200).data();
    let told: Vec<Value> = revisions()
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| json!([one["number"], one["title"], one["isDraft"], one["isShown"]]))
        .collect();
    assert_eq!(told, [json!([2, "Two", true, false]), json!([1, "One", false, true])]);
    let oldest = revisions()[1].clone();
    assert!(oldest["savedBy"].is_string() && oldest["createdAt"].is_string(), "{oldest}");

    let one_path = format!("{path}/{}", oldest["id"].as_str().expect("an id"));
    let shown = shop.admin().get(&one_path).send().expect(200).data();
    assert_eq!((&shown["title"], &shown["blocks"]), (&json!("One"), &first));

    act(shop, PAGES, &page, "publish", &json!({}));
    let version = shop.admin().get(&one(PAGES, &page)).send().expect(200);
    let version = version.header("etag").expect("a version");
    let restored = shop.admin().post(&format!("{one_path}/restore")).header("If-Match", version).send();
    let restored = restored.expect(200).data();
    assert_eq!((&restored["title"], &restored["blocks"]), (&json!("One"), &first));
    assert_eq!(revisions()[0]["number"], 3);
    assert_eq!(seen(shop, "/v1/pages/page").as_deref(), Some("Two"), "restoring shows nothing yet");
    let again = shop.admin().post(&format!("{one_path}/restore")).header("If-Match", version).send();
    again.expect_error(412, "stale");
    act(shop, PAGES, &page, "publish", &json!({}));
    assert_eq!(seen(shop, "/v1/pages/page").as_deref(), Some("One"));

    let other = create(shop, PAGES, &json!({ "title": "Other" }));
    let crossed = format!("{}/revisions/{}", one(PAGES, &other), oldest["id"].as_str().expect("an id"));
    shop.admin().get(&crossed).send().expect_error(404, "not_found");
    shop.admin().post(&format!("{crossed}/restore")).send().expect_error(404, "not_found");
    let as_post = one_path.replace("/pages/", "/posts/");
    shop.admin().get(&as_post).send().expect_error(404, "not_found");
}

fn fifty_revisions_are_kept_and_what_is_shown(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Shown", "slug": "page", "status": "published" }));
    for number in 2..=60 {
        patch(shop, PAGES, &page, &json!({ "title": format!("Draft {number}") }));
    }
    let revisions = shop.admin().get(&format!("{}/revisions", one(PAGES, &page))).send().expect(200).data();
    let numbers: Vec<u64> = revisions
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["number"].as_u64().expect("a number"))
        .collect();
    let mut expected: Vec<u64> = (11..=60).rev().collect();
    expected.push(1);
    assert_eq!(numbers, expected);
    assert_eq!(seen(shop, "/v1/pages/page").as_deref(), Some("Shown"));
}

fn of_two_changes_to_one_version_one_is_made(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Zero" }));
    let path = one(PAGES, &page);
    let version = shop.admin().get(&path).send().expect(200).header("etag").expect("a version").to_owned();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let changes: Vec<_> = (0..8)
            .map(|number| {
                let (admin, path, version) = (shop.admin(), &path, &version);
                scope.spawn(move || {
                    let change = json!({ "title": format!("Title {number}") });
                    admin.patch(path).header("If-Match", version).json(&change).send().status
                })
            })
            .collect();
        changes.into_iter().map(|change| change.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 7, "{statuses:?}");

    for request in [
        shop.admin().delete(&path),
        shop.admin().post(&format!("{path}/publish")),
        shop.admin().post(&format!("{path}/unpublish")),
    ] {
        request.header("If-Match", &version).send().expect_error(412, "stale");
    }
    shop.admin().delete(&path).header("If-Match", "*").send().expect(204);
}

fn a_slug_is_taken_once(shop: &Shop<'_>) {
    create(shop, PAGES, &json!({ "title": "About us" }));
    let again = shop.admin().post(PAGES).json(&json!({ "title": "About us!" })).send();
    again.expect_error(409, "slug_taken");
    let other = create(shop, PAGES, &json!({ "title": "Other" }));
    let change = shop.admin().patch(&one(PAGES, &other)).json(&json!({ "slug": "about-us" })).send();
    change.expect_error(409, "slug_taken");
    create(shop, POSTS, &json!({ "title": "About us" }));
    let key = "page-1";
    let body = json!({ "title": "Once" });
    let one = shop.admin().post(PAGES).key(key).json(&body).send().expect(201);
    let two = shop.admin().post(PAGES).key(key).json(&body).send().expect(201);
    assert_eq!((one.text(), two.header("idempotent-replayed")), (two.text(), Some("true")));
}

fn bad_fields_are_named_by_their_paths(shop: &Shop<'_>) {
    let post = |body: &Value| shop.admin().post(POSTS).json(body).send();
    post(&json!({})).expect_invalid(&["title"]);
    let no_picture = "0192f0a0-7c11-7abc-8def-0123456789ab";
    let cases = [
        ("title", json!("x".repeat(201)), "title"),
        ("title", json!(5), "title"),
        ("slug", json!("A b"), "slug"),
        ("slug", json!(no_picture), "slug"),
        ("excerpt", json!("x".repeat(501)), "excerpt"),
        ("imageId", json!("cellar.png"), "imageId"),
        ("imageId", json!(no_picture), "imageId"),
        ("metaImageId", json!(no_picture), "metaImageId"),
        ("tags", json!("red"), "tags"),
        ("tags", json!(["ok", "!!"]), "tags.1"),
        ("tags", json!(vec!["x"; 21]), "tags"),
        ("category", json!("x".repeat(51)), "category"),
        ("author", json!("\u{202e}"), "author"),
        ("blocks", json!({}), "blocks"),
        ("blocks", json!([{ "type": "html", "html": "x" }, { "type": "carousel" }]), "blocks.1.type"),
        ("blocks", json!([{ "type": "video", "url": "javascript:alert(1)" }]), "blocks.0.url"),
        ("blocks", json!([{ "type": "quote", "text": "x", "by": "y" }]), "blocks.0.by"),
        ("blocks", json!([{ "type": "image", "mediaId": no_picture }]), "blocks.0.mediaId"),
        (
            "blocks",
            json!([{ "type": "gallery", "images": [{ "mediaId": no_picture }] }]),
            "blocks.0.images.0.mediaId",
        ),
        ("blocks", json!(vec![json!({ "type": "html", "html": "x" }); 101]), "blocks"),
        ("blocks", json!(vec![json!({ "type": "html", "html": "x".repeat(50_000) }); 6]), "blocks"),
    ];
    for (key, value, path) in cases {
        let mut body = json!({ "title": "Fine" });
        body[key] = value;
        post(&body).expect_invalid(&[path]);
    }
    let told = post(&json!({ "title": "x", "blocks": [{ "type": "quote", "text": "x", "by": "y" }] }));
    let told = told.expect_invalid(&["blocks.0.by"]);
    assert_eq!(told["errors"]["blocks.0.by"][0], "Is not known here; known are type, text, cite.");
    assert_eq!(shop.admin().get(POSTS).send().expect(200).data(), json!([]));
    let entry = create(shop, POSTS, &json!({ "title": "Fine" }));
    let patch = |body: &Value| shop.admin().patch(&one(POSTS, &entry)).json(body).send();
    patch(&json!({ "title": null })).expect_invalid(&["title"]);
    patch(&json!({ "blocks": [{}] })).expect_invalid(&["blocks.0.type"]);
}

fn html_that_harms_is_never_shown(shop: &Shop<'_>) {
    let payloads = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<style>body{display:none}</style>",
        "<p style=\"position:fixed\">x</p>",
        "<form action=\"//evil.example\"><input name=password></form>",
        "<iframe src=\"//evil.example\"></iframe>",
    ];
    let mut blocks = vec![json!({ "type": "richText", "markdown": "[x](javascript:alert(1))" })];
    for payload in payloads {
        blocks.push(json!({ "type": "richText", "markdown": payload }));
        blocks.push(json!({ "type": "html", "html": payload }));
        blocks.push(json!({ "type": "quote", "text": payload }));
    }
    let page = create(
        shop,
        PAGES,
        &json!({ "title": "<script>alert(1)</script>", "slug": "page", "blocks": blocks, "status": "published" }),
    );
    let harms = |html: &str| {
        let html = html.to_lowercase();
        [
            "<script",
            "onerror",
            "javascript:",
            "data:text",
            "<svg",
            "<math",
            "<style",
            "style=",
            "<form",
            "<input",
            "<iframe",
        ]
        .into_iter()
        .find(|word| html.contains(word))
    };
    let shown = shop.visitor().get("/v1/pages/page").send().expect(200).json();
    let stored = page["blocks"].as_array().expect("blocks").clone();
    for block in shown["blocks"].as_array().expect("blocks").iter().chain(&stored) {
        if let Some(html) = block["html"].as_str() {
            assert_eq!(harms(html), None, "{block}");
        }
    }
    assert_eq!(shown["blocks"][4]["html"], "<img src=\"x\">");
    // What is text is left as it is: whoever draws it escapes it.
    assert_eq!(shown["title"], "<script>alert(1)</script>");
}

fn pages_are_listed_by_status_and_title(shop: &Shop<'_>) {
    create(shop, PAGES, &json!({ "title": "About us", "status": "published" }));
    create(
        shop,
        PAGES,
        &json!({ "title": "Shipping", "status": "published", "publishedAt": "2026-02-01T00:00:00Z" }),
    );
    create(shop, PAGES, &json!({ "title": "About 100% wine" }));
    let ended = create(shop, PAGES, &json!({ "title": "Ended", "status": "published" }));
    act(shop, PAGES, &ended, "unpublish", &json!({ "withdrawAt": "2026-01-05T10:00:00Z" }));
    shop.wait(7200);
    let listed = |query: &str| {
        let mut titles = titles(&shop.admin().get(&format!("{PAGES}{query}")).send().expect(200).data());
        titles.sort();
        titles
    };
    assert_eq!(listed("?status=published"), ["About us"]);
    assert_eq!(listed("?status=scheduled"), ["Shipping"]);
    assert_eq!(listed("?status=draft"), ["About 100% wine"]);
    assert_eq!(listed("?status=withdrawn"), ["Ended"]);
    assert_eq!(listed("?query=about"), ["About 100% wine", "About us"]);
    assert_eq!(listed("?query=100%25"), ["About 100% wine"]);
    assert_eq!(listed("?query=ABOUT&status=draft"), ["About 100% wine"]);
    assert_eq!(listed("?query=nothing"), Vec::<String>::new());
    assert_eq!(listed("").len(), 4);
    shop.admin().get(&format!("{PAGES}?status=live")).send().expect_invalid(&["status"]);
    shop.admin().get(&format!("{PAGES}?query={}", "x".repeat(101))).send().expect_invalid(&["query"]);
}

fn who_may_write(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Page" }));
    let key = |scopes: &[&str]| {
        let body = json!({ "name": "Program", "scopes": scopes });
        let made = shop.admin().post("/admin/v1/admin-keys").json(&body).send().expect(201).data();
        shop.holding(made["key"].as_str().expect("a key"))
    };
    let reader = key(&["content:read"]);
    reader.get(&one(PAGES, &page)).send().expect(200);
    reader.patch(&one(PAGES, &page)).json(&json!({ "title": "x" })).send().expect_error(403, "forbidden");
    reader.post(&format!("{}/publish", one(PAGES, &page))).send().expect_error(403, "forbidden");
    key(&["products:write"]).get(PAGES).send().expect_error(403, "forbidden");

    let sign_in = |role: &str| {
        let email = format!("{role}@post.example");
        let member = json!({ "email": email, "name": "Member", "role": role, "password": PASSWORD });
        shop.admin().post("/admin/v1/staff").json(&member).send().expect(201);
        let login = json!({ "tenant": shop.slug, "email": email, "password": PASSWORD });
        shop.holding(
            &shop.nobody().post("/admin/v1/staff/login").json(&login).send().expect(200).string("token"),
        )
    };
    sign_in("content").patch(&one(PAGES, &page)).json(&json!({ "title": "x" })).send().expect(200);
    sign_in("fulfilment").get(PAGES).send().expect_error(403, "forbidden");
    let onlooker = sign_in("read-only");
    onlooker.get(PAGES).send().expect(200);
    onlooker.delete(&one(PAGES, &page)).send().expect_error(403, "forbidden");
}

fn another_shops_pages_are_not_there(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "Ours", "slug": "ours", "status": "published" }));
    let elsewhere = Shop::open(shop.server());
    let path = one(PAGES, &page);
    let stranger = elsewhere.admin();
    for request in [
        stranger.get(&path),
        stranger.patch(&path).json(&json!({ "title": "Theirs" })),
        stranger.delete(&path),
        stranger.post(&format!("{path}/publish")),
        stranger.post(&format!("{path}/unpublish")),
        stranger.get(&format!("{path}/revisions")),
        stranger.post(&format!("{path}/preview-tokens")),
    ] {
        request.send().expect_error(404, "not_found");
    }
    assert_eq!(stranger.get(PAGES).send().expect(200).data(), json!([]));
    elsewhere.visitor().get("/v1/pages/ours").send().expect_error(404, "not_found");
    assert_eq!(elsewhere.visitor().get("/v1/pages").send().expect(200).data(), json!([]));

    // The same page in both shops: neither holds the other's tag.
    create(&elsewhere, PAGES, &json!({ "title": "Ours", "slug": "ours", "status": "published" }));
    let tag =
        shop.visitor().get("/v1/pages/ours").send().expect(200).header("etag").expect("a tag").to_owned();
    elsewhere.visitor().get("/v1/pages/ours").header("If-None-Match", &tag).send().expect(200);
    assert_eq!(seen(shop, "/v1/pages/ours").as_deref(), Some("Ours"));
}

fn what_was_done_is_in_the_audit_log(shop: &Shop<'_>) {
    let page = create(shop, PAGES, &json!({ "title": "One" }));
    patch(shop, PAGES, &page, &json!({ "title": "Two" }));
    act(shop, PAGES, &page, "publish", &json!({}));
    shop.admin().delete(&one(PAGES, &page)).send().expect(204);
    let log = shop.admin().get("/admin/v1/audit-log").send().expect(200).data();
    let told: Vec<Value> = log
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["targetId"] == page["id"])
        .map(|entry| {
            json!([
                entry["action"],
                entry["before"]["title"],
                entry["after"]["title"],
                entry["after"]["status"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["page.delete", "Two", null, null]),
            json!(["page.publish", "Two", "Two", "published"]),
            json!(["page.update", "One", "Two", "draft"]),
            json!(["page.create", null, "One", "draft"]),
        ]
    );
}
