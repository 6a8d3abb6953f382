//! What a shop sells, as its pages read it: the published bodies to the byte, filters, facets, stock and who sees what.

use marzipan_tests::server::PUBLIC_URL;
use marzipan_tests::{Client, Shop, on_both_engines, redacted};
use serde_json::{Value, json};

use crate::subscriptions::join;

use crate::catalogue_admin::picture;

on_both_engines!(
    a_list_to_the_byte,
    a_page_to_the_byte_by_slug_and_by_id,
    pictures_to_the_byte,
    pages_of_other_types_to_the_byte,
    packages_to_the_byte,
    lists_are_narrowed_and_ordered,
    facets_tell_what_else_there_is,
    refused_queries_are_named,
    collections_by_hand_and_by_rule,
    a_sale_begins_and_ends_by_the_clock,
    stock_decides_the_status,
    what_is_withdrawn_is_not_seen,
    reviews_wait_for_the_shop,
    answers_are_tagged_and_not_sent_twice,
    shops_do_not_see_one_another,
    what_is_for_subscribers_is_open_to_them,
);

fn id(made: &Value) -> String {
    made["id"].as_str().expect("an id").to_owned()
}

fn wine(shop: &Shop<'_>, name: &str, price: i64, more: &Value) -> String {
    let mut body = json!({ "name": name, "price": price });
    let fields = body.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    id(&shop.add("products", &body))
}

fn read(shop: &Shop<'_>, target: &str) -> String {
    let answer = shop.visitor().get(target).send().expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
    redacted(&answer.text()).replace(PUBLIC_URL, "[url]")
}

fn names(shop: &Shop<'_>, target: &str) -> Vec<String> {
    let answer = shop.visitor().get(target).send().expect(200);
    let items = answer.data();
    let name = |item: &Value| item["name"].as_str().expect("a name").to_owned();
    items.as_array().expect("a list").iter().map(name).collect()
}

fn a_list_to_the_byte(shop: &Shop<'_>) {
    assert_eq!(
        read(shop, "/v1/products"),
        r#"{"data":[],"links":{"first":"[url]/v1/products?page=1","last":"[url]/v1/products?page=1","prev":null,"next":null},"meta":{"currentPage":1,"from":null,"path":"[url]/v1/products","perPage":15,"to":null,"lastPage":1,"total":0}}"#
    );
    shop.add("collections", &json!({ "name": "Reds" }));
    wine(shop, "Estate Syrah", 2150, &json!({}));
    wine(
        shop,
        "Estate Malbec",
        1899,
        &json!({
            "description": "Plum & **smoke**.", "sku": "MAL-21", "subscriberPrice": 1699, "salePrice": 1599, "quantity": 5,
            "collections": ["reds"], "upsellProductIds": ["estate-syrah"], "availability": "subscribers",
        }),
    );
    assert_eq!(
        read(shop, "/v1/products?perPage=1&page=2&sort=position"),
        concat!(
            r#"{"data":[{"id":"[id]","name":"Estate Malbec","slug":"estate-malbec","description":"<p>Plum &amp; <strong>smoke</strong>.</p>","productType":"physical","sku":"MAL-21","collection":"Reds","status":"active","image":null,"price":"£18.99","salePrice":"£15.99","subscriberPrice":"£16.99","createdAt":"[time]","updatedAt":"[time]","storeSlug":"store","subscriptionsSlug":"subscriptions","availability":"subscribers","#,
            r#""upsellProducts":[{"id":"[id]","name":"Estate Syrah","slug":"estate-syrah","url":"[url]/products/estate-syrah","image":null,"price":"£21.50","salePrice":null,"status":"active"}]}],"#,
            r#""links":{"first":"[url]/v1/products?perPage=1&sort=position&page=1","last":"[url]/v1/products?perPage=1&sort=position&page=2","prev":"[url]/v1/products?perPage=1&sort=position&page=1","next":null},"meta":{"currentPage":2,"from":2,"path":"[url]/v1/products","perPage":1,"to":2,"lastPage":2,"total":2}}"#
        )
    );
}

fn a_page_to_the_byte_by_slug_and_by_id(shop: &Shop<'_>) {
    shop.add("collections", &json!({ "name": "Reds", "description": "All *red*." }));
    shop.add("attributes", &json!({ "name": "Grape" }));
    shop.add("products",
        &json!({ "productType": "subscription", "name": "Club", "price": 4500, "subscriptionType": "variable" }),
    );
    wine(shop, "Estate Syrah", 2150, &json!({ "quantity": 0 }));
    let id = wine(
        shop,
        "Estate Malbec",
        1899,
        &json!({
            "sku": "MAL-21", "collections": ["reds"], "attributes": [{ "slug": "grape", "values": ["Malbec", "Syrah"] }],
            "options": [{ "name": "Size", "values": [
                { "label": "75 cl", "sku": "MAL-21-75", "quantity": 4 },
                { "label": "Magnum", "price": 3999, "quantity": 0 }] }],
            "relatedProductIds": ["estate-syrah"], "linkedSubscriptionIds": ["club"],
            "awards": [{ "name": "Valley Wine Show", "year": 2024, "medal": "Gold" }],
            "metaTitle": "Malbec", "metaDescription": "A red.",
        }),
    );
    let body = concat!(
        r#"{"id":"[id]","name":"Estate Malbec","slug":"estate-malbec","url":"[url]/products/estate-malbec","description":"","product_type":"physical","sku":"MAL-21","collections":[{"id":"[id]","name":"Reds","slug":"reds","description":"<p>All <em>red</em>.</p>"}],"status":"active","images":{"product":[],"labels":{"front":[],"back":[]}},"primaryImage":null,"price":"£18.99","salePrice":null,"subscriberPrice":null,"createdAt":"[time]","updatedAt":"[time]","store_slug":"store","subscriptions_slug":"subscriptions","availability":"all","upsell_products":[],"#,
        r#""attributes":[{"name":"Grape","slug":"grape","values":["Malbec","Syrah"]}],"options":[{"name":"Size","slug":"size","values":[{"id":"[id]","label":"75 cl","sku":"MAL-21-75","price":"£18.99","status":"active"},{"id":"[id]","label":"Magnum","sku":null,"price":"£39.99","status":"out_of_stock"}]}],"related_products":[{"id":"[id]","name":"Estate Syrah","slug":"estate-syrah","url":"[url]/products/estate-syrah","image":null,"price":"£21.50","salePrice":null,"status":"out_of_stock"}],"awards":[{"name":"Valley Wine Show","year":2024,"medal":"Gold","image":null}],"reviews":[],"meta_title":"Malbec","meta_description":"A red.","meta_image":null,"has_linked_subscriptions":true,"store_name":"Harbour Wines"}"#
    );
    assert_eq!(read(shop, "/v1/products/estate-malbec"), body);
    assert_eq!(read(shop, &format!("/v1/products/{id}")), body);
    let linked = r#""upsell_products":[],"linked_subscriptions":[{"id":"[id]","name":"Club","slug":"club","url":"[url]/products/club","image":null,"price":"£45.00","salePrice":null,"status":"active"}],"attributes":"#;
    assert_eq!(
        read(shop, "/v1/products/estate-malbec?include=linkedSubscriptions"),
        body.replace(r#""upsell_products":[],"attributes":"#, linked)
    );
}

/// Where there is a picture, each place that holds null without one holds the same six keys.
fn pictures_to_the_byte(shop: &Shop<'_>) {
    let (bottle, back) = (picture(shop, 40), picture(shop, 41));
    let shown = |id: &str, alt: &str| {
        let change = json!({ "alt": alt });
        let media =
            shop.admin().patch(&format!("/admin/v1/media/{id}")).json(&change).send().expect(200).data();
        let path = media["path"].as_str().expect("a path").replace(id, "[id]");
        format!(
            r#"{{"id":"[id]","path":"{path}","src":"[url]/media/{path}","alt":"{alt}","mimeType":"image/png","filename":"[id].png"}}"#
        )
    };
    let pictures = json!({
        "images": [{ "mediaId": bottle }, { "mediaId": back }], "labels": { "back": [{ "mediaId": back }] }, "metaImageId": bottle,
    });
    wine(shop, "Estate Malbec", 1899, &pictures);
    let mut club = pictures;
    club["productType"] = json!("subscription");
    club["subscriptionType"] = json!("variable");
    wine(shop, "Club", 4500, &club);
    let (bottle, back) = (shown(&bottle, "A bottle"), shown(&back, "Its back"));

    let list = read(shop, "/v1/products?type=physical");
    assert!(list.contains(&format!(r#""status":"active","image":{bottle},"price":"£18.99""#)), "{list}");
    let page = read(shop, "/v1/products/estate-malbec");
    let images = format!(
        r#""images":{{"product":[{bottle},{back}],"labels":{{"front":[],"back":[{back}]}}}},"primaryImage":{bottle},"price""#
    );
    assert!(page.contains(&images) && page.contains(&format!(r#""meta_image":{bottle},"#)), "{page}");
    let packages = read(shop, "/v1/subscription-packages");
    assert!(packages.contains(&format!(r#""status":"active","image":{bottle},"price":{{"#)), "{packages}");
    let package = read(shop, "/v1/subscription-packages/club");
    let images = format!(r#""images":[{bottle},{back}],"primaryImage":{bottle},"price""#);
    assert!(package.contains(&images), "{package}");
}

fn pages_of_other_types_to_the_byte(shop: &Shop<'_>) {
    wine(shop, "Estate Syrah", 2150, &json!({ "quantity": 5 }));
    let common = r#""images":{"product":[],"labels":{"front":[],"back":[]}},"primaryImage":null,"price":"[price]","salePrice":null,"subscriberPrice":null,"createdAt":"[time]","updatedAt":"[time]","store_slug":"store","subscriptions_slug":"subscriptions","availability":"all","upsell_products":[],"#;
    let end = r#""options":[],"related_products":[],"awards":[],"reviews":[],"meta_title":null,"meta_description":null,"meta_image":null,"#;

    wine(
        shop,
        "Box",
        4000,
        &json!({ "productType": "bundle", "bundleItems": [{ "product": "estate-syrah", "quantity": 2 }] }),
    );
    let bundle = format!(
        r#"{{"id":"[id]","name":"Box","slug":"box","url":"[url]/products/box","description":"","product_type":"bundle","sku":null,"collections":[],"status":"active",{}"bundle_items":[{{"productId":"[id]","name":"Estate Syrah","slug":"estate-syrah","quantity":2}}],"attributes":[],{end}"has_linked_subscriptions":false,"store_name":"Harbour Wines"}}"#,
        common.replace("[price]", "£40.00")
    );
    assert_eq!(read(shop, "/v1/products/box"), bundle);

    let event = json!({ "startsAt": "2026-07-01T17:30:00Z", "place": "The cellar", "capacity": 12 });
    wine(shop, "Tasting", 2500, &json!({ "productType": "event", "event": event }));
    let event = format!(
        r#"{{"id":"[id]","name":"Tasting","slug":"tasting","url":"[url]/products/tasting","description":"","product_type":"event","sku":null,"collections":[],"status":"active",{}"attributes":[{{"name":"Date","slug":"event-date","values":["2026-07-01 18:30"]}},{{"name":"Place","slug":"event-place","values":["The cellar"]}},{{"name":"Capacity","slug":"event-capacity","values":["12"]}}],{end}"has_linked_subscriptions":false,"store_name":"Harbour Wines"}}"#,
        common.replace("[price]", "£25.00")
    );
    assert_eq!(read(shop, "/v1/products/tasting"), event);

    wine(
        shop,
        "Pick & mix",
        6000,
        &json!({
            "productType": "subscription", "subscriptionType": "picknmix", "pricingType": "per_item",
            "billingFrequencies": [1, 2, 3], "minimumItems": 6, "picknmixProductIds": ["estate-syrah"],
        }),
    );
    let package = format!(
        r#"{{"id":"[id]","name":"Pick & mix","slug":"pick-mix","url":"[url]/products/pick-mix","description":"","product_type":"subscription","subscription_type":"picknmix","sku":null,"collections":[],"status":"active",{}"billing_frequency":1,"billing_frequencies":[1,2,3],"pricing_type":"per_item","attributes":[],{end}"store_name":"Harbour Wines"}}"#,
        common.replace("[price]", "from £60.00")
    );
    assert_eq!(read(shop, "/v1/products/pick-mix"), package);
}

fn packages_to_the_byte(shop: &Shop<'_>) {
    wine(shop, "Estate Syrah", 2150, &json!({ "quantity": 5 }));
    let picknmix = json!({
        "productType": "subscription", "subscriptionType": "picknmix", "pricingType": "per_item", "sku": "CLUB-P",
        "billingFrequencies": [1, 3], "billingFrequency": 3, "minimumItems": 6, "picknmixProductIds": ["estate-syrah"],
    });
    let id = wine(shop, "Pick and mix", 6000, &picknmix);
    let variable =
        json!({ "productType": "subscription", "subscriptionType": "variable", "salePrice": 3900 });
    wine(shop, "Winemaker's choice", 4500, &variable);

    let item = r#"{"id":"[id]","subscriptionType":"picknmix","name":"Pick and mix","slug":"pick-and-mix","subscriptions_slug":"subscriptions","url":"[url]/subscription-packages/pick-and-mix","description":"","product_type":"subscription","sku":"CLUB-P","collection":null,"status":"active","image":null,"price":{"value":6000,"formatted":"£60.00","currency":"GBP"},"salePrice":null,"created_at":"[time]","updated_at":"[time]"}"#;
    let other = r#"{"id":"[id]","subscriptionType":"variable","name":"Winemaker's choice","slug":"winemaker-s-choice","subscriptions_slug":"subscriptions","url":"[url]/subscription-packages/winemaker-s-choice","description":"","product_type":"subscription","sku":null,"collection":null,"status":"active","image":null,"price":{"value":4500,"formatted":"£45.00","currency":"GBP"},"salePrice":{"value":3900,"formatted":"£39.00","currency":"GBP"},"created_at":"[time]","updated_at":"[time]"}"#;
    let list = |items: &str, query: &str, total: u8| {
        let joint = if query.is_empty() { "?" } else { "&" };
        format!(
            r#"{{"data":[{items}],"links":{{"first":"[url]/v1/subscription-packages{query}{joint}page=1","last":"[url]/v1/subscription-packages{query}{joint}page=1","prev":null,"next":null}},"meta":{{"currentPage":1,"from":1,"path":"[url]/v1/subscription-packages","perPage":15,"to":{total},"lastPage":1,"total":{total}}}}}"#
        )
    };
    assert_eq!(read(shop, "/v1/subscription-packages"), list(&format!("{item},{other}"), "", 2));
    assert_eq!(read(shop, "/v1/subscription-packages?type=picknmix"), list(item, "?type=picknmix", 1));

    let page = r#"{"id":"[id]","subscription_type":"picknmix","name":"Pick and mix","slug":"pick-and-mix","sku":"CLUB-P","url":"[url]/subscription-packages/pick-and-mix","status":"active","availability":"all","product_type":"subscription","description":"","meta_title":null,"meta_description":null,"collections":[],"images":[],"primaryImage":null,"price":{"value":6000,"formatted":"£60.00","currency":"GBP"},"salePrice":null,"billing_frequency":3,"billing_frequencies":[1,3],"pricing_type":"per_item","auto_renew":true,"minimum_items":6,"picknmix_items":[{"id":"[id]","name":"Estate Syrah","slug":"estate-syrah","image":null,"price":{"value":2150,"formatted":"£21.50","currency":"GBP"},"status":"active"}],"attributes":[],"options":[],"related_products":[]}"#;
    assert_eq!(read(shop, "/v1/subscription-packages/pick-and-mix"), page);
    assert_eq!(read(shop, &format!("/v1/subscription-packages/{id}")), page);
    assert_eq!(
        read(shop, "/v1/subscription-packages/pick-and-mix?include=subscribers"),
        page.replace(r#""related_products":[]"#, r#""related_products":[],"subscribers":0"#)
    );
    let variable = read(shop, "/v1/subscription-packages/winemaker-s-choice");
    assert!(!variable.contains("picknmix_items"), "{variable}");
    // A product that is no package has no page here.
    shop.visitor().get("/v1/subscription-packages/estate-syrah").send().expect_error(404, "not_found");
}

/// Six wines with grapes and colours.
fn cellar(shop: &Shop<'_>) {
    for name in ["Grape", "Colour"] {
        shop.add("attributes", &json!({ "name": name }));
    }
    shop.add("collections", &json!({ "name": "Staff favourites" }));
    for (name, price, grape, colour, quantity, is_favourite) in [
        ("Zweigelt", 1500, "Zweigelt", "Red", Some(3), true),
        ("Ämilia", 1200, "Malbec", "Red", None, false),
        ("Blanc", 900, "Chardonnay", "White", Some(0), true),
        ("Malbec", 1800, "Malbec", "Red", Some(9), true),
        ("Rosé d'Été", 1100, "Pinot Noir", "Rosé", Some(2), false),
        ("Chardonnay, Oaked", 2400, "Chardonnay", "White", Some(1), false),
    ] {
        let collections = if is_favourite { vec!["staff-favourites"] } else { Vec::new() };
        let attributes =
            json!([{ "slug": "grape", "values": [grape] }, { "slug": "colour", "values": [colour] }]);
        let more = json!({ "quantity": quantity, "collections": collections, "attributes": attributes });
        wine(shop, name, price, &more);
    }
}

fn lists_are_narrowed_and_ordered(shop: &Shop<'_>) {
    cellar(shop);
    for (query, wanted) in [
        ("", vec!["Zweigelt", "Ämilia", "Blanc", "Malbec", "Rosé d'Été", "Chardonnay, Oaked"]),
        ("sort=name", vec!["Ämilia", "Blanc", "Chardonnay, Oaked", "Malbec", "Rosé d'Été", "Zweigelt"]),
        ("sort=-price&perPage=2", vec!["Chardonnay, Oaked", "Malbec"]),
        ("sort=-createdAt&perPage=1", vec!["Chardonnay, Oaked"]),
        ("attr[grape]=malbec", vec!["Ämilia", "Malbec"]),
        ("attr[grape]=malbec,chardonnay&attr[colour]=white", vec!["Blanc", "Chardonnay, Oaked"]),
        ("attr[colour]=ROSE", vec!["Rosé d'Été"]),
        ("attr[colour]=Ros%C3%A9", vec!["Rosé d'Été"]),
        ("attr%5Bgrape%5D=Pinot%20Noir", vec!["Rosé d'Été"]),
        ("minPrice=1100&maxPrice=1500&sort=price", vec!["Rosé d'Été", "Ämilia", "Zweigelt"]),
        ("status=out_of_stock", vec!["Blanc"]),
        ("status=inactive", vec![]),
        ("type=bundle", vec![]),
        ("collection=staff-favourites", vec!["Zweigelt", "Blanc", "Malbec"]),
        ("collection=Staff%20favourites&sort=-position", vec!["Malbec", "Blanc", "Zweigelt"]),
        ("collection=nothing-like-it", vec![]),
        ("attr[vintage]=2019", vec![]),
        ("attr[grape]=riesling", vec![]),
        ("attr[grape]=", vec!["Zweigelt", "Ämilia", "Blanc", "Malbec", "Rosé d'Été", "Chardonnay, Oaked"]),
        ("page=2&perPage=4", vec!["Rosé d'Été", "Chardonnay, Oaked"]),
        ("page=9", vec![]),
    ] {
        assert_eq!(names(shop, &format!("/v1/products?{query}")), wanted, "{query}");
    }
}

fn facets_tell_what_else_there_is(shop: &Shop<'_>) {
    cellar(shop);
    let facets = |query: &str| {
        let answer = shop.visitor().get(&format!("/v1/products?facets=true&{query}")).send().expect(200);
        answer.json()["facets"].clone()
    };
    let value = |value: &str, slug: &str, count: u8| json!({ "value": value, "slug": slug, "count": count });
    let colours = json!({ "name": "Colour", "slug": "colour", "values": [
        value("Red", "red", 3), value("White", "white", 2), value("Rosé", "rose", 1)] });
    let grapes = json!({ "name": "Grape", "slug": "grape", "values": [
        value("Chardonnay", "chardonnay", 2), value("Malbec", "malbec", 2), value("Pinot Noir", "pinot-noir", 1),
        value("Zweigelt", "zweigelt", 1)] });
    assert_eq!(facets(""), json!([grapes, colours]));
    // What a list is narrowed to by an attribute leaves that attribute's own values as they are.
    let reds = json!({ "name": "Grape", "slug": "grape", "values": [
        value("Malbec", "malbec", 2), value("Zweigelt", "zweigelt", 1)] });
    assert_eq!(facets("attr[colour]=red"), json!([reds, colours]));
    let answer = shop.visitor().get("/v1/products").send().expect(200);
    assert_eq!(answer.json().get("facets"), None);
}

fn refused_queries_are_named(shop: &Shop<'_>) {
    let many = format!("attr[a]={}", "x,".repeat(5000));
    let long = "a=1&".repeat(2600);
    for (query, field) in [
        ("page=0", "page"),
        ("perPage=1000", "perPage"),
        ("sort=colour", "sort"),
        ("type=wine", "type"),
        ("status=gone", "status"),
        ("minPrice=cheap", "minPrice"),
        ("maxPrice=-1", "maxPrice"),
        ("facets=perhaps", "facets"),
        ("attr[a][b]=", "attr[a][b]"),
        (many.as_str(), "query"),
        (long.as_str(), "query"),
    ] {
        let answer = shop.visitor().get(&format!("/v1/products?{query}")).send();
        if query.len() < 8000 {
            answer.expect_invalid(&[field]);
        } else {
            assert!([414, 422, 431].contains(&answer.status), "{answer}");
        }
    }
    for target in [
        "/v1/products/no-such",
        "/v1/products/%2e%2e",
        "/v1/products/01926a3c-0000-7000-8000-000000000001",
        "/v1/collections/no-such",
    ] {
        shop.visitor().get(target).send().expect_error(404, "not_found");
    }
}

fn collections_by_hand_and_by_rule(shop: &Shop<'_>) {
    cellar(shop);
    let rule = json!({ "conditions": [
        { "field": "attribute", "attribute": "colour", "value": "red" }, { "field": "priceBelow", "amount": 1600 }] });
    let reds = id(&shop.add("collections", &json!({ "name": "Cheap reds", "position": 5, "rule": rule })));
    assert_eq!(names(shop, "/v1/products?collection=cheap-reds"), ["Zweigelt", "Ämilia"]);
    let malbec = shop.visitor().get("/v1/products/malbec").send().expect(200).string("id");
    let change = json!({ "price": 1599 });
    shop.admin().patch(&format!("/admin/v1/products/{malbec}")).json(&change).send().expect(200);
    assert_eq!(names(shop, "/v1/products?collection=cheap-reds"), ["Zweigelt", "Ämilia", "Malbec"]);
    let answer = shop.visitor().get("/v1/collections/cheap-reds").send().expect(200).json();
    assert_eq!((&answer["productCount"], &answer["image"]), (&json!(3), &Value::Null));

    let favourites = shop.visitor().get("/v1/collections/staff-favourites").send().expect(200).string("id");
    let order = json!({ "products": ["malbec", "zweigelt", "amilia"] });
    let put = |collection: &str| {
        shop.admin().put(&format!("/admin/v1/collections/{collection}/products")).json(&order).send()
    };
    put(&favourites).expect(200);
    assert_eq!(names(shop, "/v1/products?collection=staff-favourites"), ["Malbec", "Zweigelt", "Ämilia"]);
    put(&reds).expect_error(409, "filled_by_rule");
    assert_eq!(names(shop, "/v1/collections"), ["Staff favourites", "Cheap reds"]);
}

fn a_sale_begins_and_ends_by_the_clock(shop: &Shop<'_>) {
    let sale = json!({
        "salePrice": 1000, "saleStartsAt": "2026-02-01T00:00:00Z", "saleEndsAt": "2026-02-08T00:00:00Z",
    });
    wine(shop, "Malbec", 1800, &sale);
    let sale_price = || shop.visitor().get("/v1/products").send().expect(200).data()[0]["salePrice"].clone();
    let cheap = || names(shop, "/v1/products?maxPrice=1000").len();
    for (now, price, is_cheap) in [
        ("2026-01-31T23:59:59Z", Value::Null, 0),
        ("2026-02-01T00:00:00Z", json!("£10.00"), 1),
        ("2026-02-07T23:59:59Z", json!("£10.00"), 1),
        ("2026-02-08T00:00:00Z", Value::Null, 0),
    ] {
        shop.set_clock(now);
        assert_eq!((sale_price(), cheap()), (price, is_cheap), "{now}");
    }
}

fn stock_decides_the_status(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1800, &json!({ "quantity": 2 }));
    let parts = json!([{ "product": "malbec", "quantity": 2 }]);
    wine(shop, "Box", 3000, &json!({ "productType": "bundle", "bundleItems": parts }));
    let statuses = || {
        let list = shop.visitor().get("/v1/products").send().expect(200).data();
        let status = |item: &Value| item["status"].as_str().expect("a status").to_owned();
        list.as_array().expect("a list").iter().map(status).collect::<Vec<_>>()
    };
    let adjust = |delta: i64| {
        let change = json!({ "delta": delta, "reason": "counted" });
        shop.admin().post(&format!("/admin/v1/products/{malbec}/stock")).json(&change).send()
    };
    assert_eq!(statuses(), ["active", "active"]);
    adjust(-1).expect(200);
    assert_eq!(statuses(), ["active", "out_of_stock"], "one bottle is no box of two");
    adjust(-1).expect(200);
    assert_eq!(statuses(), ["out_of_stock", "out_of_stock"]);
    adjust(-1).expect_error(409, "stock_too_low");
    assert_eq!(names(shop, "/v1/products?status=out_of_stock").len(), 2);
    adjust(5).expect(200);
    assert_eq!(statuses(), ["active", "active"]);
}

fn what_is_withdrawn_is_not_seen(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1800, &json!({}));
    wine(shop, "Syrah", 1900, &json!({ "relatedProductIds": ["malbec"] }));
    let change = json!({ "status": "inactive" });
    shop.admin().patch(&format!("/admin/v1/products/{malbec}")).json(&change).send().expect(200);
    assert_eq!(names(shop, "/v1/products"), ["Syrah"]);
    shop.visitor().get("/v1/products/malbec").send().expect_error(404, "not_found");
    let syrah = shop.visitor().get("/v1/products/syrah").send().expect(200).json();
    assert_eq!(syrah["related_products"], json!([]));
}

fn reviews_wait_for_the_shop(shop: &Shop<'_>) {
    wine(shop, "Malbec", 1800, &json!({}));
    let customer = shop.customer();
    let review = json!({ "rating": 5, "title": "A winter favourite", "body": "With <b>stew</b>." });
    let send = |body: &Value| customer.post("/v1/products/malbec/reviews").json(body).send();
    send(&json!({ "rating": 6 })).expect_invalid(&["rating"]);
    send(&review).expect(202);
    send(&review).expect_error(409, "already_reviewed");
    shop.visitor().post("/v1/products/malbec/reviews").json(&review).send().expect(401);
    let shown = || shop.visitor().get("/v1/products/malbec").send().expect(200).json()["reviews"].clone();
    assert_eq!(shown(), json!([]));
    let waiting = shop.admin().get("/admin/v1/reviews?status=pending").send().expect(200).data();
    let review = id(&waiting[0]);
    shop.admin().post(&format!("/admin/v1/reviews/{review}/approve")).send().expect(200);
    assert_eq!(
        redacted(&shown().to_string()),
        r#"[{"author":"Ada Q.","body":"With <b>stew</b>.","createdAt":"[time]","id":"[id]","rating":5,"title":"A winter favourite","verifiedPurchase":false}]"#
    );
    shop.admin().post(&format!("/admin/v1/reviews/{review}/reject")).send().expect(200);
    assert_eq!(shown(), json!([]));
}

fn answers_are_tagged_and_not_sent_twice(shop: &Shop<'_>) {
    let malbec = wine(shop, "Malbec", 1800, &json!({}));
    for target in ["/v1/products", "/v1/products/malbec", "/v1/collections", "/v1/subscription-packages"] {
        let first = shop.visitor().get(target).send().expect(200);
        let tag = first.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with('"'), "a strong tag: {tag}");
        assert_eq!(first.header("cache-control"), Some("public, max-age=0, must-revalidate"), "{first}");
        let again = shop.visitor().get(target).header("if-none-match", &tag).send().expect(304);
        assert_eq!((again.body.len(), again.header("etag")), (0, Some(tag.as_str())));
        let customer = shop.customer();
        let own = customer.get(target).send().expect(200);
        assert_eq!(own.header("cache-control"), Some("no-store"), "{own}");
        assert_eq!(own.text(), first.text());
    }
    let tag = shop.visitor().get("/v1/products/malbec").send().header("etag").expect("a tag").to_owned();
    shop.admin()
        .patch(&format!("/admin/v1/products/{malbec}"))
        .json(&json!({ "price": 1 }))
        .send()
        .expect(200);
    shop.visitor().get("/v1/products/malbec").header("if-none-match", &tag).send().expect(200);
}

fn shops_do_not_see_one_another(shop: &Shop<'_>) {
    let other = Shop::open(shop.server());
    let malbec = wine(shop, "Malbec", 1800, &json!({}));
    let tag = shop.visitor().get("/v1/products").send().header("etag").expect("a tag").to_owned();
    assert_eq!(names(&other, "/v1/products"), Vec::<String>::new());
    other.visitor().get(&format!("/v1/products/{malbec}")).send().expect_error(404, "not_found");
    other.visitor().get("/v1/products/malbec").send().expect_error(404, "not_found");
    wine(&other, "Malbec", 1800, &json!({}));
    other.visitor().get("/v1/products").header("if-none-match", &tag).send().expect(200);
    let change = json!({ "price": 1 });
    other
        .admin()
        .patch(&format!("/admin/v1/products/{malbec}"))
        .json(&change)
        .send()
        .expect_error(404, "not_found");
}

fn what_is_for_subscribers_is_open_to_them(shop: &Shop<'_>) {
    let club = json!({ "productType": "subscription", "subscriptionType": "variable" });
    let club = wine(shop, "Club", 4500, &club);
    wine(shop, "Reserve", 8000, &json!({ "availability": "subscribers", "subscriberPrice": 6000 }));
    let (member, other) = (shop.customer(), shop.customer());
    join(shop, &member, &json!({ "id": club }), &json!({ "billingFrequency": 1 }), "tok_ok");
    let seen = |client: &Client| {
        let page = client.get("/v1/products/reserve").send().expect(200).json();
        let list = client.get("/v1/products?type=physical").send().expect(200).data();
        let club = client.get("/v1/subscription-packages/club?include=subscribers").send().expect(200).json();
        assert_eq!((&page["subscriberPrice"], &club["subscribers"]), (&json!("£60.00"), &json!(1)));
        assert_eq!(page["availability"], list[0]["availability"]);
        page["availability"].clone()
    };
    assert_eq!(seen(&shop.visitor()), "subscribers");
    assert_eq!(seen(&other), "subscribers");
    assert_eq!(seen(&member), "all");
    // Nothing of it is kept for the next who asks.
    assert_eq!(seen(&other), "subscribers");
    assert_eq!(seen(&shop.visitor()), "subscribers");
}
