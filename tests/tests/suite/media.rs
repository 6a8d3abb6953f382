//! Pictures and files: what is taken, what is made of it, what goes out, and that it is there.

use std::collections::BTreeSet;
use std::thread;

use image::{DynamicImage, ImageFormat};
use marzipan_tests::bucket::Bucket;
use marzipan_tests::pictures::{
    assert_tells_nothing, assert_upright, disc, encoded, gif, held, jpeg, png, png_that_claims, quarters,
    webp,
};
use marzipan_tests::{
    Answer, Client, Installation, Request, Server, Shop, eventually, on_both_engines, redacted,
};
use serde_json::{Value, json};

on_both_engines!(
    a_picture_is_kept_and_shown,
    a_picture_stands_upright_wherever_it_is_shown,
    what_a_file_is_is_in_its_content,
    other_files_are_refused_with_the_reason,
    a_file_is_given_whole_or_in_part,
    an_address_is_a_file_or_nothing,
    the_same_file_is_kept_once_a_shop,
    an_upload_acts_once_for_its_key,
    what_is_said_of_a_picture_can_be_changed,
    pictures_are_listed_and_searched,
    what_is_in_use_is_not_removed,
    what_is_removed_is_gone,
    what_a_crash_leaves_is_cleared_away,
    who_may_handle_pictures,
    pictures_outlive_the_server,
    pictures_lie_in_a_bucket,
    a_bucket_that_is_out_of_reach_is_told,
);

const MEDIA: &str = "/admin/v1/media";

/// A form with these fields, and a file last where there is one.
fn form(texts: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, text) in texts {
        out.extend(
            format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes(),
        );
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/x-whatever\r\n\r\n"
        );
        out.extend(head.bytes());
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"--mark--\r\n");
    out
}

fn sending(who: &Client, texts: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Request {
    who.post(MEDIA).body("multipart/form-data; boundary=mark", form(texts, file))
}

fn upload(who: &Client, name: &str, bytes: &[u8]) -> Answer {
    sending(who, &[], Some((name, bytes))).send()
}

fn text(media: &Value, key: &str) -> String {
    media[key].as_str().unwrap_or_else(|| panic!("no {key}: {media}")).to_owned()
}

/// The file of a picture or of a rendition, as a browser fetches it.
#[track_caller]
fn fetched(who: &Client, file: &Value) -> Answer {
    let answer = who.get(&format!("/media/{}", text(file, "path"))).send().expect(200);
    assert_eq!(answer.header("content-type"), file["mimeType"].as_str(), "{answer}");
    answer
}

/// Waits until the renditions are made.
#[track_caller]
fn ready(admin: &Client, id: &str) -> Value {
    eventually("the renditions are made", || {
        let media = admin.get(&format!("{MEDIA}/{id}")).send().expect(200).data();
        (media["status"] != "processing").then_some(media)
    })
}

fn image_of(answer: &Answer) -> DynamicImage {
    image::load_from_memory(&answer.body).unwrap_or_else(|error| panic!("no picture ({error}): {answer}"))
}

fn a_picture_is_kept_and_shown(shop: &Shop<'_>) {
    let admin = shop.admin();
    let bytes = jpeg(&held(&quarters(1000), 6), 6);
    let texts = [("alt", "Four quarters"), ("ignored", "x")];
    let answer = sending(&admin, &texts, Some(("C:\\Labels\\Quarters.JPG", &bytes))).send().expect(201);
    assert_eq!(answer.header("etag"), Some("\"v1\""));
    let media = answer.data();
    let (id, path) = (text(&media, "id"), text(&media, "path"));
    let number = path.split_once('/').expect("a path has two parts").0.to_owned();
    number.parse::<u32>().expect("the shop's number");
    let size = media["size"].as_u64().expect("a number");
    assert_eq!(
        redacted(&answer.text()),
        format!(
            "{{\"data\":{{\"id\":\"[id]\",\"filename\":\"Quarters.JPG\",\"path\":\"{number}/[id].jpg\",\
             \"src\":\"https://api.shop.example/media/{number}/[id].jpg\",\"alt\":\"Four quarters\",\
             \"mimeType\":\"image/jpeg\",\"size\":{size},\"width\":1000,\"height\":500,\"status\":\"processing\",\
             \"renditions\":[],\"createdAt\":\"[time]\",\"updatedAt\":\"[time]\"}}}}"
        )
    );

    let whole = fetched(&shop.nobody(), &media);
    assert_eq!(u64::try_from(whole.body.len()).expect("small"), size);
    for (name, value) in [
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-disposition", "inline"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{whole}");
    }

    let media = ready(&admin, &id);
    assert_eq!(media["status"], "ready");
    let renditions = media["renditions"].as_array().expect("a list").clone();
    let sizes: Vec<Value> =
        renditions.iter().map(|made| json!([made["width"], made["height"], made["mimeType"]])).collect();
    let expected: Vec<Value> = [(320, 160), (800, 400), (1000, 500)]
        .into_iter()
        .flat_map(|(width, height)| ["image/webp", "image/jpeg"].map(|kind| json!([width, height, kind])))
        .collect();
    assert_eq!(sizes, expected);
    for file in renditions.iter().chain([&media]) {
        let answer = fetched(&shop.nobody(), file);
        assert_tells_nothing(&answer.body);
        let image = image_of(&answer);
        assert_eq!(json!([image.width(), image.height()]), json!([file["width"], file["height"]]));
        assert_upright(&image);
        assert_eq!(text(file, "src"), format!("https://api.shop.example/media/{}", text(file, "path")));
    }
    // The narrowest is a fraction of the whole.
    let narrow = fetched(&shop.nobody(), &renditions[0]);
    assert!(narrow.body.len() < whole.body.len() / 2);
    // Making them is no change by anybody: what was read can still be changed.
    let current = admin.patch(&format!("{MEDIA}/{id}")).header("If-Match", "\"v1\"");
    current.json(&json!({ "alt": "Quarters" })).send().expect(200);
}

fn a_picture_stands_upright_wherever_it_is_shown(shop: &Shop<'_>) {
    let admin = shop.admin();
    for orientation in 1..=8 {
        let stored = held(&quarters(64), orientation);
        for bytes in [jpeg(&stored, orientation), png(&stored, orientation), webp(&stored, orientation)] {
            let media = upload(&admin, "photo", &bytes).expect(201).data();
            let media = ready(&admin, &text(&media, "id"));
            let renditions = media["renditions"].as_array().expect("a list").clone();
            assert_eq!(renditions.len(), 2);
            for file in renditions.iter().chain([&media]) {
                let answer = fetched(&shop.nobody(), file);
                assert_tells_nothing(&answer.body);
                assert_upright(&image_of(&answer));
            }
        }
    }
}

fn what_a_file_is_is_in_its_content(shop: &Shop<'_>) {
    let admin = shop.admin();
    let image = quarters(40);
    for (name, bytes, kind, end) in [
        ("page.html", png(&image, 1), "image/png", ".png"),
        ("program.exe", gif(&image), "image/gif", ".gif"),
        ("photo.png", webp(&image, 1), "image/webp", ".webp"),
        ("../../etc/passwd", jpeg(&image, 1), "image/jpeg", ".jpg"),
        ("notes", b"%PDF-1.7\ntrailer\n%%EOF\n".to_vec(), "application/pdf", ".pdf"),
    ] {
        let media = upload(&admin, name, &bytes).expect(201).data();
        assert_eq!(media["mimeType"], kind, "{name}");
        assert!(text(&media, "path").ends_with(end), "{media}");
        let media = ready(&admin, &text(&media, "id"));
        assert_eq!(media["status"], "ready");
        assert_eq!(media["renditions"].as_array().expect("a list").is_empty(), kind == "application/pdf");
        assert_tells_nothing(&fetched(&shop.nobody(), &media).body);
    }
    // What can be seen through keeps that, for old browsers too.
    let media = upload(&admin, "disc.png", &encoded(&disc(400), ImageFormat::Png)).expect(201).data();
    let media = ready(&admin, &text(&media, "id"));
    for made in media["renditions"].as_array().expect("a list") {
        assert_ne!(made["mimeType"], "image/jpeg");
        assert_eq!(image_of(&fetched(&shop.nobody(), made)).to_rgba8().get_pixel(0, 0).0[3], 0);
    }
}

fn other_files_are_refused_with_the_reason(shop: &Shop<'_>) {
    let admin = shop.admin();
    let cut = jpeg(&quarters(100), 6);
    let cases: [(&str, &[u8], &str); 9] = [
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", "SVG"),
        ("a.png", b"<!DOCTYPE html><script>alert(1)</script>", "web page"),
        ("a.jpg", b"MZ\x90\0\x03", "program"),
        ("a.avif", b"\0\0\0\x20ftypavif\0\0\0\0", "AVIF"),
        ("a.jpg", &cut[..cut.len() / 2], "damaged"),
        ("a.gif", b"GIF89a<script>alert(1)</script>", "damaged"),
        ("a.png", &png_that_claims(60_000, 60_000), "pixels"),
        ("a.png", &png_that_claims(9_000, 9_000), "megapixels"),
        ("a.png", b"", "empty"),
    ];
    for (name, bytes, word) in cases {
        let refused = upload(&admin, name, bytes).expect_invalid(&["file"]);
        assert!(
            refused["errors"]["file"][0].as_str().is_some_and(|reason| reason.contains(word)),
            "{refused}"
        );
    }
    let png = encoded(&quarters(10), ImageFormat::Png);
    sending(&admin, &[], None).send().expect_invalid(&["file"]);
    let long = "x".repeat(501);
    sending(&admin, &[("alt", &long)], Some(("a.png", &png))).send().expect_invalid(&["alt"]);
    sending(&admin, &[("filename", "a\u{202e}gnp.exe")], Some(("a.png", &png)))
        .send()
        .expect_invalid(&["filename"]);
    let twice = [form(&[], Some(("a.png", &png))), form(&[], Some(("a.png", &png)))].concat();
    let twice = String::from_utf8_lossy(&twice).replace("--mark--\r\n--mark", "--mark");
    let answer = admin.post(MEDIA).body("multipart/form-data; boundary=mark", twice).send();
    answer.expect_invalid(&["file"]);

    let much = vec![0xff; 10 * 1024 * 1024 + 1];
    upload(&admin, "a.jpg", &much).expect_error(413, "body_too_large");
    let announced = admin.post(MEDIA).header("Content-Length", "99999999999");
    announced
        .header("Content-Type", "multipart/form-data; boundary=mark")
        .send()
        .expect_error(413, "body_too_large");
    admin
        .post(MEDIA)
        .json(&json!({ "url": "https://shop.example/a.png" }))
        .send()
        .expect_error(415, "unsupported_media_type");
    admin.post(MEDIA).body("image/png", png.clone()).send().expect_error(415, "unsupported_media_type");
    admin
        .post(MEDIA)
        .body("multipart/form-data", form(&[], None))
        .send()
        .expect_error(415, "unsupported_media_type");
    let torn = form(&[], Some(("a.png", &png)));
    let torn = &torn[..torn.len() - 12];
    admin
        .post(MEDIA)
        .body("multipart/form-data; boundary=mark", torn)
        .send()
        .expect_error(400, "body_incomplete");
    assert_eq!(admin.get(MEDIA).send().expect(200).json()["meta"]["total"], 0, "nothing was kept");
}

fn a_file_is_given_whole_or_in_part(shop: &Shop<'_>) {
    let media = upload(&shop.admin(), "a.png", &encoded(&quarters(100), ImageFormat::Png)).expect(201).data();
    let address = format!("/media/{}", text(&media, "path"));
    let nobody = shop.nobody();
    let whole = nobody.get(&address).send().expect(200);
    let (bytes, size) = (whole.body.clone(), whole.body.len());
    let tag = whole.header("etag").expect("a tag").to_owned();
    let modified = whole.header("last-modified").expect("a time").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && modified.ends_with(" GMT"), "{whole}");

    let ask = |headers: &[(&str, &str)]| {
        headers.iter().fold(nobody.get(&address), |ask, (name, value)| ask.header(name, value)).send()
    };
    for (range, from, to) in [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, size),
        ("bytes=-7", size - 7, size),
        ("bytes=5-999999", 5, size),
    ] {
        let part = ask(&[("Range", range)]).expect(206);
        assert_eq!(part.body, bytes[from..to], "{range}");
        assert_eq!(part.header("content-range"), Some(format!("bytes {from}-{}/{size}", to - 1).as_str()));
        assert_eq!(part.header("etag"), Some(tag.as_str()));
    }
    for range in ["bytes=0-1,5-9", "lines=1-2", "bytes=9-1"] {
        assert_eq!(ask(&[("Range", range)]).expect(200).body, bytes, "{range}");
    }
    let beyond = ask(&[("Range", &format!("bytes={size}-"))]).expect(416);
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{size}").as_str()));
    assert_eq!(ask(&[("Range", "bytes=0-9"), ("If-Range", &tag)]).expect(206).body.len(), 10);
    assert_eq!(ask(&[("Range", "bytes=0-9"), ("If-Range", "\"other\"")]).expect(200).body, bytes);

    for (name, value) in
        [("If-None-Match", tag.as_str()), ("If-Modified-Since", &modified), ("If-None-Match", "*")]
    {
        let held = ask(&[(name, value)]).expect(304);
        assert_eq!((held.body.len(), held.header("etag")), (0, Some(tag.as_str())));
    }
    ask(&[("If-None-Match", "\"other\"")]).expect(200);
    let head = nobody.request("HEAD", &address).send().expect(200);
    assert_eq!((head.number("content-length"), head.body.len()), (u64::try_from(size).expect("small"), 0));
    // Packed already: it is not packed again, and a part of it is a part of the same bytes.
    assert_eq!(ask(&[("Accept-Encoding", "gzip, br")]).expect(200).body, bytes);
    nobody.post(&address).send().expect_error(405, "method_not_allowed");
}

fn an_address_is_a_file_or_nothing(shop: &Shop<'_>) {
    let media = upload(&shop.admin(), "a.png", &encoded(&quarters(10), ImageFormat::Png)).expect(201).data();
    let path = text(&media, "path");
    let (number, file) = path.split_once('/').expect("two parts");
    let id = text(&media, "id");
    let other: u64 = number.parse::<u64>().expect("a number") + 1;
    for address in [
        "/media".to_owned(),
        format!("/media/{number}"),
        format!("/media/{number}/"),
        format!("/media/{other}/{file}"),
        format!("/media/0{path}"),
        format!("/media/{path}/"),
        format!("/media/{path}.png"),
        format!("/media/{number}/{id}.jpg"),
        format!("/media/{number}/{id}.PNG"),
        format!("/media/{number}/{}.png", id.to_uppercase()),
        format!("/media/{number}/{id}-321.webp"),
        format!("/media/{number}/{id}-99999999999.webp"),
        format!("/media/{number}/{id}"),
        format!("/media/{number}/../{path}"),
        format!("/media/{number}/..%2f{file}"),
        format!("/media/{number}/%2e%2e%2f%2e%2e%2fmarzipan.db"),
        format!("/media/../../{path}"),
        "/media/..%2f..%2fsecret.key".to_owned(),
        "/media/1/%00".to_owned(),
        "/media/1/%ff".to_owned(),
        format!("/media/{number}/{file}%00.png"),
        "/media/doctor/probe.txt".to_owned(),
    ] {
        shop.nobody().get(&address).send().expect_error(404, "not_found");
    }
    assert!(!shop.nobody().get(&format!("/media/{path}?v=2")).send().expect(200).body.is_empty());
}

fn the_same_file_is_kept_once_a_shop(shop: &Shop<'_>) {
    let admin = shop.admin();
    let bytes = jpeg(&quarters(60), 3);
    let first = upload(&admin, "a.jpg", &bytes).expect(201).data();
    let again = sending(&admin, &[("alt", "Another")], Some(("b.jpg", &bytes))).send().expect(200).data();
    assert_eq!(
        (&again["id"], &again["filename"], &again["alt"]),
        (&first["id"], &json!("a.jpg"), &json!(""))
    );
    let elsewhere = Shop::open(shop.server());
    let theirs = upload(&elsewhere.admin(), "a.jpg", &bytes).expect(201).data();
    assert_ne!(theirs["id"], first["id"]);

    // Many at once are one.
    let bytes = jpeg(&quarters(80), 3);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let sent: Vec<_> = (0..6).map(|_| scope.spawn(|| upload(&admin, "c.jpg", &bytes))).collect();
        sent.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
    let ids: BTreeSet<String> = answers.iter().map(|answer| text(&answer.data(), "id")).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(admin.get(MEDIA).send().expect(200).json()["meta"]["total"], 2);
}

fn an_upload_acts_once_for_its_key(shop: &Shop<'_>) {
    let admin = shop.admin();
    // Longer than other bodies may be.
    let bytes = [encoded(&quarters(60), ImageFormat::Png), vec![0; 3 * 1024 * 1024]].concat();
    let send = || sending(&admin, &[("alt", "x")], Some(("a.png", &bytes))).key("upload-1").send();
    let first = send().expect(201);
    let again = send().expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.text(), first.text());
    let other = sending(&admin, &[("alt", "y")], Some(("a.png", &bytes))).key("upload-1").send();
    other.expect_error(422, "idempotency_key_reused");
    upload(&shop.nobody(), "a.png", &bytes).expect_unauthenticated();
    sending(&shop.nobody(), &[], Some(("a.png", &bytes))).key("upload-1").send().expect_unauthenticated();
}

fn what_is_said_of_a_picture_can_be_changed(shop: &Shop<'_>) {
    let admin = shop.admin();
    let media = upload(&admin, "a.png", &encoded(&quarters(20), ImageFormat::Png)).expect(201).data();
    let address = format!("{MEDIA}/{}", text(&media, "id"));
    let patch = |body: Value| admin.patch(&address).json(&body).send();
    let changed = patch(json!({ "alt": "A label" })).expect(200);
    assert_eq!(changed.header("etag"), Some("\"v2\""));
    assert_eq!((&changed.data()["alt"], &changed.data()["filename"]), (&json!("A label"), &json!("a.png")));
    let changed = patch(json!({ "filename": "Étiquette.png" })).expect(200).data();
    assert_eq!((&changed["alt"], &changed["filename"]), (&json!("A label"), &json!("Étiquette.png")));
    assert_eq!(patch(json!({ "alt": null })).expect(200).data()["alt"], "");
    for (body, field) in [
        (json!({ "alt": "x".repeat(501) }), "alt"),
        (json!({ "alt": 5 }), "alt"),
        (json!({ "filename": null }), "filename"),
        (json!({ "filename": "  " }), "filename"),
        (json!({ "filename": "x".repeat(201) }), "filename"),
    ] {
        patch(body).expect_invalid(&[field]);
    }
    let stale = admin.patch(&address).header("If-Match", "\"v2\"").json(&json!({ "alt": "Late" })).send();
    stale.expect_error(412, "stale");
    let current = admin.get(&address).send().expect(200);
    let fresh = admin.patch(&address).header("If-Match", current.header("etag").expect("a tag"));
    assert_eq!(fresh.json(&json!({ "alt": "In time" })).send().expect(200).data()["alt"], "In time");

    let log = admin.get("/admin/v1/audit-log").send().expect(200).data();
    let actions: Vec<&str> =
        log.as_array().expect("a list").iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert_eq!(
        actions,
        ["media.update", "media.update", "media.update", "media.update", "media.create", "shop.open"]
    );
    assert_eq!((&log[0]["before"]["alt"], &log[0]["after"]["alt"]), (&json!(""), &json!("In time")));
}

fn pictures_are_listed_and_searched(shop: &Shop<'_>) {
    let admin = shop.admin();
    let names = ["Estate Malbec.png", "estate_rosé.png", "50% off.png", "MALBEC back.png"];
    for (number, name) in (1..).zip(names) {
        let bytes = encoded(&quarters(10 * number), ImageFormat::Png);
        upload(&admin, name, &bytes).expect(201);
    }
    let found = |query: &str| -> Vec<String> {
        let list = admin.get(&format!("{MEDIA}?{query}")).send().expect(200).data();
        list.as_array().expect("a list").iter().map(|media| text(media, "filename")).collect()
    };
    assert_eq!(found(""), ["MALBEC back.png", "50% off.png", "estate_rosé.png", "Estate Malbec.png"]);
    assert_eq!(found("query=malbec"), ["MALBEC back.png", "Estate Malbec.png"]);
    assert_eq!(found("query=ROS%C3%89"), ["estate_rosé.png"]);
    assert_eq!(found("query=%25"), ["50% off.png"]);
    assert_eq!(found("query=_"), ["estate_rosé.png"]);
    assert_eq!(found("query=%21"), Vec::<String>::new());
    assert_eq!(found("query=%20"), found(""));
    assert_eq!(found("query=png&perPage=2&page=2"), ["estate_rosé.png", "Estate Malbec.png"]);
    admin.get(&format!("{MEDIA}?query={}", "x".repeat(201))).send().expect_invalid(&["query"]);
    admin.get(&format!("{MEDIA}?perPage=101")).send().expect_invalid(&["perPage"]);
    assert_eq!(admin.get(MEDIA).send().expect(200).json()["meta"]["total"], 4);
}

/// An id as the database has it.
fn blob(shop: &Shop<'_>, id: &str) -> String {
    let digits = id.replace('-', "");
    match shop.server().installation().engine() {
        marzipan_tests::Engine::Sqlite => format!("x'{digits}'"),
        marzipan_tests::Engine::Postgres => format!("'\\x{digits}'"),
    }
}

fn what_is_in_use_is_not_removed(shop: &Shop<'_>) {
    let admin = shop.admin();
    let media = upload(&admin, "a.png", &encoded(&quarters(30), ImageFormat::Png)).expect(201).data();
    let id = text(&media, "id");
    let owner = "0192f0a0-7c11-7abc-8def-0123456789ab";
    let (tenant, picture, page) = (blob(shop, &shop.tenant_id), blob(shop, &id), blob(shop, owner));
    let database = shop.server().installation();
    database.sql(&format!(
        "INSERT INTO media_uses (tenant_id, kind, owner_id, media_id) VALUES ({tenant}, 'page', {page}, {picture})"
    ));
    let address = format!("{MEDIA}/{id}");
    let shown = admin.get(&address).send().expect(200).data();
    assert_eq!(shown["uses"], json!([{ "kind": "page", "id": owner }]));
    let refused = admin.delete(&address).send().expect_error(409, "media_in_use");
    let message = refused["message"].as_str().expect("a text");
    assert!(message.contains("page") && message.contains(owner), "{message}");
    fetched(&shop.nobody(), &media);

    database.sql(&format!("DELETE FROM media_uses WHERE tenant_id = {tenant}"));
    admin.delete(&address).send().expect(204);
    admin.delete(&address).send().expect_error(404, "not_found");
}

#[track_caller]
fn gone(shop: &Shop<'_>, files: &[&Value]) {
    for file in files {
        let address = format!("/media/{}", text(file, "path"));
        eventually("the file is removed", || {
            (shop.nobody().get(&address).send().status == 404).then_some(())
        });
    }
}

fn what_is_removed_is_gone(shop: &Shop<'_>) {
    let admin = shop.admin();
    let bytes = encoded(&quarters(900), ImageFormat::Png);
    let media = upload(&admin, "a.png", &bytes).expect(201).data();
    let media = ready(&admin, &text(&media, "id"));
    let files: Vec<&Value> = media["renditions"].as_array().expect("a list").iter().chain([&media]).collect();
    assert_eq!(files.len(), 7);
    admin.delete(&format!("{MEDIA}/{}", text(&media, "id"))).send().expect(204);
    gone(shop, &files);
    assert_eq!(admin.get(MEDIA).send().expect(200).json()["meta"]["total"], 0);
    // Sent again, it is new, and stays.
    let again = upload(&admin, "a.png", &bytes).expect(201).data();
    assert_ne!(again["id"], media["id"]);
    shop.wait(3 * 60 * 60);
    fetched(&shop.nobody(), &ready(&admin, &text(&again, "id")));
    assert_eq!(
        admin.get("/admin/v1/audit-log?perPage=5").send().expect(200).data()[0]["action"],
        "test-clock.advance"
    );
}

fn what_a_crash_leaves_is_cleared_away(shop: &Shop<'_>) {
    let admin = shop.admin();
    let media = upload(&admin, "a.png", &encoded(&quarters(30), ImageFormat::Png)).expect(201).data();
    let media = ready(&admin, &text(&media, "id"));
    let tenant = blob(shop, &shop.tenant_id);
    let database = shop.server().installation();
    let waiting = format!("SELECT count(*) FROM jobs WHERE tenant_id = {tenant} AND kind = 'media.erase'");
    assert_eq!(database.sql(&waiting), "0", "nothing waits for a file that came through");
    // As if the server had died between the file and its row: the job that was to clear it away is there.
    database.sql(&format!("DELETE FROM media WHERE tenant_id = {tenant}"));
    let now: jiff::Timestamp = shop.now().parse().expect("a time");
    let due = now.as_microsecond() + 3_600_000_000;
    let name = text(&media, "path").split_once('/').expect("two parts").1.to_owned();
    database.sql(&format!(
        "INSERT INTO jobs (tenant_id, job_id, kind, payload, due_at, attempts, created_at) \
         VALUES ({tenant}, {tenant}, 'media.erase', '{name}', {due}, 0, {due})"
    ));
    fetched(&shop.nobody(), &media);
    shop.wait(3600);
    gone(shop, &[&media]);
}

fn who_may_handle_pictures(shop: &Shop<'_>) {
    let admin = shop.admin();
    let bytes = encoded(&quarters(30), ImageFormat::Png);
    let id = text(&upload(&admin, "a.png", &bytes).expect(201).data(), "id");
    let key = |scope: &str| {
        let body = json!({ "name": "Program", "scopes": [scope] });
        let made = admin.post("/admin/v1/admin-keys").json(&body).send().expect(201).data();
        shop.holding(&text(&made, "key"))
    };
    for (scope, reads, writes) in [
        ("content:write", false, true),
        ("products:write", false, true),
        ("content:read", true, false),
        ("products:read", true, false),
        ("customers:write", false, false),
    ] {
        let who = key(scope);
        let status = |may: bool| if may { 200 } else { 403 };
        assert_eq!(who.get(MEDIA).send().status, status(reads), "{scope}");
        assert_eq!(who.get(&format!("{MEDIA}/{id}")).send().status, status(reads), "{scope}");
        assert_eq!(upload(&who, "a.png", &bytes).status, status(writes), "{scope}");
        let patch = who.patch(&format!("{MEDIA}/{id}")).json(&json!({ "alt": scope })).send();
        assert_eq!(patch.status, status(writes), "{scope}");
        if !writes {
            assert_eq!(who.delete(&format!("{MEDIA}/{id}")).send().status, 403, "{scope}");
        }
    }
    // Another shop's is not there.
    let stranger = Shop::open(shop.server()).admin();
    let address = format!("{MEDIA}/{id}");
    stranger.get(&address).send().expect_error(404, "not_found");
    stranger.patch(&address).json(&json!({ "alt": "mine" })).send().expect_error(404, "not_found");
    stranger.delete(&address).send().expect_error(404, "not_found");
    assert_eq!(stranger.get(MEDIA).send().expect(200).json()["meta"]["total"], 0);
    shop.visitor().get(MEDIA).send().expect_unauthenticated();
    assert_eq!(admin.get(&address).send().expect(200).data()["alt"], "products:write");
}

fn pictures_outlive_the_server(installation: &Installation) {
    let (admin, media, before) = {
        let web = Server::start_as(installation, "web", &[]);
        let shop = Shop::open_on(&web, installation);
        let picture = encoded(&quarters(500), ImageFormat::Png);
        let media = upload(&shop.admin(), "a.png", &picture).expect(201).data();
        let before = fetched(&shop.nobody(), &media).body;
        (shop.admin(), media, before)
    };
    let id = text(&media, "id");
    // Nobody has made the renditions: whoever comes next does, in the same folder.
    let mut server = Server::start(installation);
    let admin = admin.at(server.address());
    let media = ready(&admin, &id);
    assert_eq!(media["renditions"].as_array().expect("a list").len(), 4);
    server.restart();
    let nobody = server.nobody();
    assert_eq!(fetched(&nobody, &media).body, before);
    for made in media["renditions"].as_array().expect("a list") {
        assert_upright(&image_of(&fetched(&nobody, made)));
    }
    let folder = installation.folder().join("data/media").join(text(&media, "path"));
    assert_eq!(std::fs::read(folder).expect("lies under its path"), before);
}

fn pictures_lie_in_a_bucket(installation: &Installation) {
    let bucket = Bucket::start();
    let settings = bucket.settings("winery/media");
    let mut settings: Vec<(&str, &str)> =
        settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Server::start_with(installation, &settings);
    let shop = Shop::open_on(&server, installation);
    let admin = shop.admin();
    let media = upload(&admin, "a.jpg", &jpeg(&held(&quarters(500), 6), 6)).expect(201).data();
    let media = ready(&admin, &text(&media, "id"));
    assert_eq!(media["status"], "ready");
    let files: Vec<&Value> = media["renditions"].as_array().expect("a list").iter().chain([&media]).collect();
    assert_eq!(files.len(), 5);
    let key = |file: &Value| format!("winery/media/{}", text(file, "path"));
    for file in &files {
        let answer = fetched(&shop.nobody(), file);
        assert_tells_nothing(&answer.body);
        assert_upright(&image_of(&answer));
        let (bytes, content_type) = bucket.object(&key(file)).expect("lies in the bucket");
        assert_eq!(
            (bytes, content_type.as_str()),
            (answer.body.clone(), file["mimeType"].as_str().expect("a type"))
        );
    }

    let address = format!("/media/{}", text(&media, "path"));
    let whole = shop.nobody().get(&address).send().expect(200);
    let part = shop.nobody().get(&address).header("Range", "bytes=3-12").send().expect(206);
    assert_eq!(part.body, whole.body[3..13]);
    shop.nobody().get(&address).header("Range", "bytes=99999999-").send().expect(416);
    let tag = whole.header("etag").expect("a tag");
    shop.nobody().get(&address).header("If-None-Match", tag).send().expect(304);
    let head = shop.nobody().request("HEAD", &address).send().expect(200);
    assert_eq!(usize::try_from(head.number("content-length")).expect("small"), whole.body.len());
    shop.nobody().get(&address.replace(".jpg", ".png")).send().expect_error(404, "not_found");

    let doctor = installation.command(["doctor"]).envs(settings.iter().copied()).output().expect("it starts");
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(doctor.status.success() && said.contains("s3://pictures/winery/media"), "{said}");
    assert!(!said.contains("top-secret") && !server.log().contains("top-secret"), "{said}");
    assert_eq!(bucket.object("winery/media/doctor/probe.txt"), None);

    // Browsers may be sent to a network of caches instead.
    settings.push(("MARZIPAN_MEDIA_BASE_URL", "https://cdn.shop.example/pictures/"));
    let cached = Server::start_with(installation, &settings);
    let shown =
        admin.at(cached.address()).get(&format!("{MEDIA}/{}", text(&media, "id"))).send().expect(200).data();
    assert_eq!(text(&shown, "src"), format!("https://cdn.shop.example/pictures/{}", text(&shown, "path")));
    let made = &shown["renditions"][0];
    assert_eq!(text(made, "src"), format!("https://cdn.shop.example/pictures/{}", text(made, "path")));

    admin.delete(&format!("{MEDIA}/{}", text(&media, "id"))).send().expect(204);
    gone(&shop, &files);
    assert!(files.iter().all(|file| bucket.object(&key(file)).is_none()));
}

fn a_bucket_that_is_out_of_reach_is_told(installation: &Installation) {
    let mut bucket = Bucket::start();
    let settings = bucket.settings("");
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Server::start_with(installation, &settings);
    let shop = Shop::open_on(&server, installation);
    let media = upload(&shop.admin(), "a.png", &encoded(&quarters(30), ImageFormat::Png)).expect(201).data();
    fetched(&shop.nobody(), &media);
    bucket.stop();
    let address = format!("/media/{}", text(&media, "path"));
    shop.nobody().get(&address).send().expect_error(503, "unavailable");
    upload(&shop.admin(), "b.png", &encoded(&quarters(50), ImageFormat::Png))
        .expect_error(503, "unavailable");
    let doctor = installation.command(["doctor"]).envs(settings.iter().copied()).output().expect("it starts");
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(!doctor.status.success() && said.contains("media_url"), "{said}");
    // Nothing of the second came to be.
    assert_eq!(shop.admin().get(MEDIA).send().expect(200).json()["meta"]["total"], 1);
}
