//! The rules of every operation: origins, request ids, caching, compression, lists, health.

use marzipan_tests::server::PUBLIC_URL;
use marzipan_tests::{Answer, Client, Shop, on_both_engines};
use serde_json::json;

on_both_engines!(
    browsers_of_the_shops_origins_may_call,
    browsers_of_other_origins_may_not,
    request_ids_come_back,
    the_documents_have_an_etag,
    the_documents_are_compressed_on_request,
    the_documents_describe_every_operation,
    lists_follow_the_contract,
    health_is_open_to_all,
    answers_to_head_have_no_body,
);

fn preflight(caller: &Client, origin: &str, path: &str) -> Answer {
    caller
        .request("OPTIONS", path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type,idempotency-key")
        .send()
}

fn browsers_of_the_shops_origins_may_call(shop: &Shop<'_>) {
    let origin = format!("https://{}.example", shop.slug);
    shop.set(&json!({ "allowedOrigins": [origin, "http://localhost:5173"] }));

    let answer = preflight(&shop.nobody(), &origin, "/v1/account/login").expect(204);

    assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()), "{answer}");
    let allowed = |name: &str| answer.header(name).unwrap_or_default().to_lowercase();
    assert!(allowed("access-control-allow-methods").contains("post"), "{answer}");
    for header in ["authorization", "content-type", "idempotency-key"] {
        assert!(allowed("access-control-allow-headers").contains(header), "{answer}");
    }
    assert_ne!(answer.header("access-control-allow-credentials"), Some("true"), "{answer}");

    let answer = shop.visitor().post("/v1/account/login").header("Origin", &origin).json(&json!({})).send();
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()), "{answer}");
    assert!(answer.header("vary").unwrap_or_default().to_lowercase().contains("origin"), "{answer}");
    let exposed = answer.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
    assert!(exposed.contains("x-request-id"), "{answer}");
    answer.expect(422);
    // A refusal must be readable, too.
    let answer = shop.nobody().get("/v1/account/details").header("Origin", &origin).send().expect(401);
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()), "{answer}");
}

fn browsers_of_other_origins_may_not(shop: &Shop<'_>) {
    let other = Shop::open(shop.server());
    let others_origin = format!("https://{}.example", other.slug);
    other.set(&json!({ "allowedOrigins": [others_origin] }));

    for origin in ["https://evil.example", "null", "https://evil.example:443", "not an origin"] {
        let answer = preflight(&shop.nobody(), origin, "/v1/account/login");
        assert!(answer.status < 500, "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
        let answer = shop.visitor().get("/v1/account/details").header("Origin", origin).send();
        assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
    }
    // What another shop allows is not allowed with this shop's token.
    let verify = shop.visitor().post("/v1/account/verify").json(&json!({ "token": "mzm_nonsense" }));
    let answer = verify.header("Origin", &others_origin).send().expect(422);
    assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
}

fn request_ids_come_back(shop: &Shop<'_>) {
    let ask = |id: &str| shop.visitor().get("/v1/account/details").header("X-Request-Id", id).send();
    assert_eq!(ask("order-7.A_b").header("x-request-id"), Some("order-7.A_b"));
    for odd in ["", "two words", "<script>", &"x".repeat(129), "é"] {
        let answer = ask(odd);
        let given = answer.header("x-request-id").unwrap_or_else(|| panic!("no id: {answer}"));
        assert!(!given.is_empty() && given != odd, "{answer}");
    }
    let visitor = shop.visitor();
    let ids: Vec<String> = (0..2)
        .map(|_| visitor.get("/v1/nothing").send().header("x-request-id").expect("an id").to_owned())
        .collect();
    assert_ne!(ids[0], ids[1]);
}

fn the_documents_have_an_etag(shop: &Shop<'_>) {
    let nobody = shop.nobody();
    for target in ["/v1/openapi.json", "/admin/v1/openapi.json"] {
        let answer = nobody.get(target).send().expect(200);
        let etag = answer.header("etag").unwrap_or_else(|| panic!("no ETag: {answer}")).to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong one: {etag}");

        let again = nobody.get(target).header("If-None-Match", &etag).send().expect(304);
        assert_eq!(again.header("etag"), Some(etag.as_str()));
        let among = format!("\"other\", {etag}");
        nobody.get(target).header("If-None-Match", &among).send().expect(304);
        nobody.get(target).header("If-None-Match", "*").send().expect(304);
        nobody.get(target).header("If-None-Match", "\"other\"").send().expect(200);
    }
}

fn the_documents_are_compressed_on_request(shop: &Shop<'_>) {
    let nobody = shop.nobody();
    let plain = nobody.get("/v1/openapi.json").send().expect(200);
    assert_eq!(plain.header("content-encoding"), None);

    let answer = nobody.get("/v1/openapi.json").header("Accept-Encoding", "gzip").send().expect(200);

    assert_eq!(answer.header("content-encoding"), Some("gzip"), "{}", answer.status);
    assert!(answer.body.len() * 3 < plain.body.len(), "{} bytes of {}", answer.body.len(), plain.body.len());
    assert!(answer.header("vary").unwrap_or_default().to_lowercase().contains("accept-encoding"));
}

fn the_documents_describe_every_operation(shop: &Shop<'_>) {
    for target in ["/v1/openapi.json", "/admin/v1/openapi.json"] {
        let document = shop.nobody().get(target).send().expect(200).json();
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{target}");
        let paths = document["paths"].as_object().expect("paths");
        assert!(paths.len() > 10, "{target}");
        for (path, operations) in paths {
            for (method, operation) in operations.as_object().expect("operations") {
                let what = format!("{target}: {method} {path}");
                assert!(
                    operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
                    "{what}: summary"
                );
                assert!(operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{what}: tag");
                assert!(operation["security"].is_array(), "{what}: security");
                let responses = operation["responses"].as_object().expect("responses");
                assert!(responses.keys().any(|status| status.starts_with('4')), "{what}: errors");
                assert!(operation.to_string().contains("\"example"), "{what}: example");
            }
        }
    }
}

fn lists_follow_the_contract(shop: &Shop<'_>) {
    let names = ["Ada", "Bea", "Cleo", "Dot", "Eve"];
    let customers: Vec<_> = names.iter().map(|name| shop.customer_named(name, "Lister")).collect();
    let list = |query: &str| shop.admin().get(&format!("/admin/v1/customers{query}")).send();
    let path = format!("{PUBLIC_URL}/admin/v1/customers");

    let body = list("?perPage=2&page=2&unknown=1").expect(200).json();
    assert_eq!(body["data"].as_array().map(Vec::len), Some(2), "{body}");
    assert_eq!(
        body["meta"],
        json!({ "currentPage": 2, "from": 3, "path": path, "perPage": 2, "to": 4, "lastPage": 3, "total": 5 })
    );
    for (name, page) in [("first", "page=1"), ("last", "page=3"), ("prev", "page=1"), ("next", "page=3")] {
        let link = body["links"][name].as_str().unwrap_or_else(|| panic!("no {name}: {body}"));
        assert!(link.starts_with(&path), "{link}");
        for part in [page, "perPage=2", "unknown=1"] {
            assert!(link.contains(part), "{part} is not in {link}");
        }
    }

    let body = list("?perPage=100").expect(200).json();
    assert_eq!(body["meta"]["lastPage"], 1);
    assert_eq!(body["links"]["prev"], json!(null));
    assert_eq!(body["links"]["next"], json!(null));
    assert_eq!(list("").expect(200).json()["meta"]["perPage"], 15);

    let body = list("?page=9").expect(200).json();
    assert_eq!(body["data"], json!([]), "beyond the end");
    assert_eq!((&body["meta"]["from"], &body["meta"]["to"]), (&json!(null), &json!(null)), "{body}");
    assert_eq!(body["meta"]["total"], 5);

    for (query, parameter) in [
        ("?page=0", "page"),
        ("?page=-1", "page"),
        ("?page=two", "page"),
        ("?perPage=0", "perPage"),
        ("?perPage=101", "perPage"),
        ("?perPage=", "perPage"),
        ("?page=99999999999999999999", "page"),
    ] {
        list(query).expect_invalid(&[parameter]);
    }
    drop(customers);
}

fn health_is_open_to_all(shop: &Shop<'_>) {
    shop.nobody().get("/health/live").send().expect(200);
    shop.nobody().get("/health/ready").send().expect(200);
    shop.holding("nonsense").get("/health/live").send().expect(200);
    // Nobody but the operator's own listener tells how the house is run.
    shop.nobody().get("/metrics").send().expect(404);
    let page = shop.server().metrics().get("/metrics").send().expect(200).text();
    for name in ["marzipan_http_requests_total", "marzipan_http_request_duration_seconds"] {
        assert!(page.contains(name), "no {name}");
    }
    assert!(
        !page.contains(&shop.slug) && !page.contains("customer-"),
        "no shop and no person in the metrics"
    );
}

fn answers_to_head_have_no_body(shop: &Shop<'_>) {
    let customer = shop.customer();
    let answer = customer.request("HEAD", "/v1/account/details").send().expect(200);
    assert_eq!(answer.body, b"");
    shop.nobody().request("HEAD", "/v1/account/details").send().expect(401);
}
