//! Pages that show pictures and products: what they show is what the shop has now.

use image::ImageFormat;
use marzipan_tests::pictures::{encoded, quarters};
use marzipan_tests::{Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(a_page_shows_its_pictures_and_keeps_them, a_page_shows_products_as_they_are_now);

const PAGES: &str = "/admin/v1/pages";

fn create(shop: &Shop<'_>, path: &str, body: &Value) -> Value {
    shop.admin().post(path).json(body).send().expect(201).data()
}

fn one(path: &str, thing: &Value) -> String {
    format!("{path}/{}", thing["id"].as_str().expect("an id"))
}

fn upload(shop: &Shop<'_>) -> Value {
    let mut form =
        b"--mark\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\nOur cellar\r\n--mark\r\n".to_vec();
    form.extend(b"Content-Disposition: form-data; name=\"file\"; filename=\"cellar.png\"\r\n");
    form.extend(b"Content-Type: image/png\r\n\r\n");
    form.extend(encoded(&quarters(16), ImageFormat::Png));
    form.extend(b"\r\n--mark--\r\n");
    let sent = shop.admin().post("/admin/v1/media").body("multipart/form-data; boundary=mark", form).send();
    sent.expect(201).data()
}

fn a_page_shows_its_pictures_and_keeps_them(shop: &Shop<'_>) {
    let picture = upload(shop);
    let id = &picture["id"];
    let blocks = json!([
        { "type": "image", "mediaId": id, "caption": "Down below" },
        { "type": "gallery", "images": [{ "mediaId": id, "alt": "Barrels" }] },
    ]);
    let body = json!({
        "title": "Cellar", "imageId": id, "metaImageId": id, "blocks": blocks, "status": "published",
    });
    let page = create(shop, PAGES, &body);
    assert_eq!((&page["imageId"], &page["blocks"]), (id, &blocks));

    let shown = shop.visitor().get("/v1/pages/cellar").send().expect(200);
    let path = picture["path"].as_str().expect("a path");
    let image = |alt: &str| {
        let src = format!("https://api.shop.example/media/{path}");
        let name = path.rsplit('/').next().expect("a name");
        redacted(&format!(
            r#"{{"id":{id},"path":"{path}","src":"{src}","alt":"{alt}","mimeType":"image/png","filename":"{name}"}}"#
        ))
    };
    let (plain, other) = (image("Our cellar"), image("Barrels"));
    let text = redacted(&shown.text());
    for part in [
        format!(r#""image":{plain},"status""#),
        format!(r#"{{"type":"image","image":{plain},"caption":"Down below"}}"#),
        format!(r#"{{"type":"gallery","images":[{other}]}}"#),
        format!(r#""meta_image":{plain}}}"#),
    ] {
        assert!(text.contains(&part), "{part}\nnot in\n{text}");
    }
    let listed = shop.visitor().get("/v1/pages").send().expect(200);
    assert!(redacted(&listed.text()).contains(&format!(r#""image":{plain}"#)), "{listed}");

    let media = one("/admin/v1/media", &picture);
    let uses = shop.admin().get(&media).send().expect(200).data()["uses"].clone();
    assert_eq!(uses, json!([{ "kind": "page", "id": page["id"] }]));
    shop.admin().delete(&media).send().expect_error(409, "media_in_use");
    // A draft that does without it is not enough: it is shown still.
    let bare = json!({ "imageId": null, "metaImageId": null, "blocks": [] });
    shop.admin().patch(&one(PAGES, &page)).json(&bare).send().expect(200);
    shop.admin().delete(&media).send().expect_error(409, "media_in_use");
    shop.admin().post(&format!("{}/publish", one(PAGES, &page))).send().expect(200);
    shop.admin().delete(&media).send().expect(204);
    let shown = shop.visitor().get("/v1/pages/cellar").send().expect(200).json();
    assert_eq!((&shown["image"], &shown["blocks"]), (&Value::Null, &json!([])));

    let elsewhere = Shop::open(shop.server());
    let theirs = upload(&elsewhere);
    let stolen = json!({ "title": "x", "imageId": theirs["id"] });
    shop.admin().post(PAGES).json(&stolen).send().expect_invalid(&["imageId"]);
}

fn a_page_shows_products_as_they_are_now(shop: &Shop<'_>) {
    let collection = create(shop, "/admin/v1/collections", &json!({ "name": "Reds" }));
    let product = |name: &str, more: &Value| {
        let mut body = json!({ "name": name, "price": 1899, "collections": ["reds"] });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        create(shop, "/admin/v1/products", &body)
    };
    let malbec = product("Malbec", &json!({}));
    product("Merlot", &json!({ "quantity": 0 }));
    let club = json!({
        "productType": "subscription", "subscriptionType": "variable", "billingFrequency": 3,
        "billingFrequencies": [3], "pricingType": "fixed", "collections": [],
    });
    product("Club", &club);
    let blocks = json!([
        { "type": "products", "products": [malbec["id"], "merlot", "gone"], "title": "Wines" },
        { "type": "packages", "packages": ["club", "malbec"] },
        { "type": "collection", "collection": collection["id"], "limit": 1 },
    ]);
    let body = json!({ "title": "Wines", "blocks": blocks, "status": "published" });
    create(shop, PAGES, &body);

    let item = |name: &str, price: &str, status: &str| {
        let slug = name.to_lowercase();
        format!(
            r#"{{"id":"[id]","name":"{name}","slug":"{slug}","url":"https://api.shop.example/products/{slug}","image":null,"price":"{price}","status":"{status}"}}"#
        )
    };
    let reds =
        r#"{"id":"[id]","name":"Reds","slug":"reds","url":"https://api.shop.example/collections/reds"}"#;
    let expected = |malbec: &str| {
        let (merlot, club) = (item("Merlot", "£18.99", "out_of_stock"), item("Club", "£18.99", "active"));
        format!(
            r#""blocks":[{{"type":"products","title":"Wines","products":[{malbec},{merlot}]}},{{"type":"packages","title":null,"packages":[{club}]}},{{"type":"collection","title":null,"collection":{reds},"products":[{malbec}]}}]"#
        )
    };
    let read = || shop.visitor().get("/v1/pages/wines").send().expect(200);
    let first = read();
    let text = redacted(&first.text());
    assert!(text.contains(&expected(&item("Malbec", "£18.99", "active"))), "{text}");

    let change = |body: &Value| {
        shop.admin().patch(&one("/admin/v1/products", &malbec)).json(body).send().expect(200);
    };
    change(&json!({ "price": 2050, "quantity": 0 }));
    let second = read();
    assert_ne!(first.header("etag"), second.header("etag"));
    let text = redacted(&second.text());
    assert!(text.contains(&expected(&item("Malbec", "£20.50", "out_of_stock"))), "{text}");

    change(&json!({ "status": "inactive" }));
    let text = read().text();
    assert!(!text.contains("Malbec") && text.contains("Merlot"), "{text}");

    let items = json!([
        { "label": "Malbec", "type": "product", "targetId": malbec["id"] },
        { "label": "Reds", "type": "collection", "targetId": collection["id"] },
    ]);
    create(shop, "/admin/v1/menus", &json!({ "handle": "main", "items": items }));
    let menu = || redacted(&shop.visitor().get("/v1/menus/main").send().expect(200).text());
    let reds = r#"{"label":"Reds","url":"https://api.shop.example/collections/reds","type":"collection","targetId":"[id]","children":[]}"#;
    assert_eq!(
        menu(),
        format!(r#"{{"handle":"main","items":[{reds}]}}"#),
        "what is not offered is not in the menu"
    );
    change(&json!({ "status": "active" }));
    assert!(menu().contains(r#""url":"https://api.shop.example/products/malbec""#), "{}", menu());

    let map = shop.nobody().get(&format!("/shops/{}/sitemap.xml", shop.slug)).send().expect(200).text();
    for path in
        ["/pages/wines", "/collections/reds", "/products/malbec", "/products/merlot", "/products/club"]
    {
        assert!(map.contains(&format!("<loc>https://api.shop.example{path}</loc>")), "{path} not in {map}");
    }
}
