//! Whatever is sent, the answer is a clean refusal that says what is wrong, and never a 500.

use marzipan_tests::http::raw;
use marzipan_tests::people::is_signed_in;
use marzipan_tests::{Answer, PASSWORD, Shop, on_both_engines};
use serde_json::json;

on_both_engines!(
    malformed_json_is_400,
    a_wrong_type_is_422_and_names_the_field,
    an_oversized_body_is_413,
    another_content_type_is_415,
    an_unknown_path_is_404,
    a_wrong_method_is_405_and_says_which_are_right,
    odd_requests_get_clean_answers,
    odd_text_in_every_place_is_never_a_500,
    unknown_keys_are_ignored,
);

fn log_in_with(shop: &Shop<'_>, body: &[u8]) -> Answer {
    shop.visitor().post("/v1/account/login").json_bytes(body).send()
}

fn malformed_json_is_400(shop: &Shop<'_>) {
    let deep_list = format!(r#"{{"email":{}"#, "[".repeat(10_000));
    let deep_closed = format!(r#"{{"email":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let deep_object = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    let bodies: [&[u8]; 17] = [
        b"",
        b" ",
        b"{",
        b"}",
        b"{\"email\":}",
        b"{'email':'a'}",
        b"{\"email\":\"a\",}",
        b"{\"email\":\"a\"} {}",
        b"{\"email\":01}",
        b"{\"email\":NaN}",
        b"\xff\xfe",
        b"{\"email\":\"\xc3\x28\"}",
        b"{\"email\":\"a\nb\"}",
        br#"{"email":"\ud800"}"#,
        deep_list.as_bytes(),
        deep_closed.as_bytes(),
        deep_object.as_bytes(),
    ];
    for body in bodies {
        let answer = log_in_with(shop, body);
        // Depth alone is no fault of JSON, so an answer about the type is as good.
        if body.len() > 10_000 && answer.status == 422 {
            continue;
        }
        answer.expect_error(400, "malformed_json");
    }
}

fn a_wrong_type_is_422_and_names_the_field(shop: &Shop<'_>) {
    let cases = [
        (r#"{"email":7,"password":"x"}"#, "email"),
        (r#"{"email":["a"],"password":"x"}"#, "email"),
        (r#"{"email":{"a":1},"password":"x"}"#, "email"),
        (r#"{"email":true,"password":"x"}"#, "email"),
        (r#"{"email":"a@post.example","password":1e400}"#, "password"),
        (r#"{"email":"a@post.example","password":12345678901234567890123}"#, "password"),
    ];
    for (body, field) in cases {
        let answer = log_in_with(shop, body.as_bytes());
        // A number that no machine can hold may be called malformed.
        if body.contains("1e400") && answer.status == 400 {
            continue;
        }
        answer.expect_invalid(&[field]);
    }
    for body in ["[]", "null", "7", "\"text\"", "true"] {
        let answer = log_in_with(shop, body.as_bytes()).expect(422);
        assert_eq!(answer.json()["code"], "validation_failed", "{answer}");
    }
    let register = json!({
        "firstName": "Ada", "lastName": "Quill", "email": "a@post.example", "password": PASSWORD,
        "marketing": ["email", 7],
    });
    shop.visitor().post("/v1/account/register").json(&register).send().expect_invalid(&["marketing.1"]);
}

fn an_oversized_body_is_413(shop: &Shop<'_>) {
    let just_too_long = format!(r#"{{"email":"{}"}}"#, "a".repeat(1024 * 1024));
    log_in_with(shop, just_too_long.as_bytes()).expect_error(413, "body_too_large");
    // The same without a length told beforehand.
    let head = format!(
        "POST /v1/account/login HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        shop.storefront_token
    );
    let mut request = head.into_bytes();
    for _ in 0..20 {
        request.extend(b"10000\r\n");
        request.extend(vec![b' '; 0x10000]);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    raw(shop.server().address(), &request).expect_error(413, "body_too_large");
    // Below the limit it is read, and found wanting.
    let long = format!(r#"{{"email":"{}","password":"x"}}"#, "a".repeat(1000 * 1024));
    let answer = log_in_with(shop, long.as_bytes());
    assert!(answer.status == 401 || answer.status == 422, "{answer}");
}

fn another_content_type_is_415(shop: &Shop<'_>) {
    let body = json!({ "token": "mzm_nonsense" }).to_string();
    let send = |content_type: &str| {
        shop.visitor().post("/v1/account/verify").body(content_type, body.clone()).send()
    };
    for refused in [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "json",
        "application",
        ";",
    ] {
        send(refused).expect_error(415, "unsupported_media_type");
    }
    for taken in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;charset=UTF-8",
        "application/vnd.shop+json",
    ] {
        send(taken).expect_error(422, "invalid_token");
    }
}

fn an_unknown_path_is_404(shop: &Shop<'_>) {
    let customer = shop.customer();
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/account",
        "/v1/account/details/",
        "/v1/Account/Details",
        "/v1//account/details",
        "/v1/account/../account/details",
        "/v2/account/details",
        "/admin",
        "/admin/v1/nothing",
        "/v1/account/%64etails%00",
        "/%ff%fe",
    ] {
        let answer = customer.get(path).send();
        // DELETE lives at /v1/account, so there it is the method that is wrong.
        if path == "/v1/account" {
            answer.expect_error(405, "method_not_allowed");
        } else {
            answer.expect_error(404, "not_found");
        }
    }
}

fn a_wrong_method_is_405_and_says_which_are_right(shop: &Shop<'_>) {
    let customer = shop.customer();
    let cases = [
        ("GET", "/v1/account/login", "POST"),
        ("GET", "/v1/account/logout", "POST"),
        ("DELETE", "/v1/account/logout", "POST"),
        ("POST", "/v1/account/details", "GET,HEAD,PATCH"),
        ("PUT", "/v1/account/addresses", "GET,HEAD,POST"),
        ("GET", "/v1/account/password/reset", "POST"),
        ("BREW", "/v1/account/login", "POST"),
        ("TRACE", "/v1/account/login", "POST"),
        ("PATCH", "/health/live", "GET,HEAD"),
    ];
    for (method, path, allowed) in cases {
        let answer = customer.request(method, path).send();
        let allow = answer.header("allow").unwrap_or_default().replace(' ', "");
        let mut methods: Vec<&str> = allow.split(',').collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{answer}");
        answer.expect_error(405, "method_not_allowed");
    }
    assert!(is_signed_in(&customer), "GET and DELETE at the logout do nothing");
}

fn odd_requests_get_clean_answers(shop: &Shop<'_>) {
    let address = shop.server().address();
    let long_target =
        format!("GET /v1/account/details?x={} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(300_000));
    let many_headers = format!("GET /v1/account/details HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(5_000));
    let requests: [&[u8]; 8] = [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /v1/account/details HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /v1/account/details HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n",
        b"GET /v1/account/details HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
        b"POST /v1/account/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        long_target.as_bytes(),
        many_headers.as_bytes(),
    ];
    for request in requests {
        let answer = raw(address, request);
        assert!((400..500).contains(&answer.status), "{answer}");
    }
    assert!(is_signed_in(&shop.customer()), "and the server lives on");
}

fn odd_text_in_every_place_is_never_a_500(shop: &Shop<'_>) {
    let customer = shop.customer();
    let long = "é".repeat(200_000);
    let odd = [
        "\u{0}",
        "a\u{0}b",
        "\u{202e}abc",
        "\u{feff}",
        "\u{ffff}",
        "\u{10ffff}",
        "' OR 1=1 --",
        "{{7*7}}",
        "%00%s%n",
        "../../etc/passwd",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "A\u{301}\u{301}\u{301}\u{301}",
        long.as_str(),
    ];
    let visitor = shop.visitor();
    for text in odd {
        let posts = [
            visitor.post("/v1/account/login").json(&json!({
                "email": text, "password": text, "device": text, "deviceToken": text, "cartId": text,
            })),
            visitor.post("/v1/account/login").json(&json!({
                "email": customer.email, "password": PASSWORD, "device": text, "deviceToken": text,
            })),
            visitor.post("/v1/account/register").json(&json!({
                "firstName": text, "lastName": text, "email": text, "password": text, "phone": text,
                "marketing": [text], "dateOfBirth": text, "returnUrl": text,
            })),
            visitor.post("/v1/account/register").json(&json!({
                "firstName": "Ada", "lastName": "Quill", "email": "odd@post.example", "password": text,
            })),
            visitor.post("/v1/account/verify").json(&json!({ "token": text })),
            visitor.post("/v1/account/verify/resend").json(&json!({ "email": text, "returnUrl": text })),
            visitor.post("/v1/account/password").json(&json!({ "email": text, "returnUrl": text })),
            visitor.post("/v1/account/password/reset").json(&json!({ "token": text, "password": text })),
            customer.put("/v1/account/password").json(&json!({ "currentPassword": text, "password": text })),
            customer.patch("/v1/account/details").json(&json!({ "firstName": text, "email": text })),
            customer.post("/v1/account/addresses").json(&json!({
                "firstName": text, "line1": text, "city": text, "postcode": text, "country": text,
            })),
            customer.delete("/v1/account").json(&json!({ "password": text })),
            shop.nobody().post("/admin/v1/staff/login").json(&json!({
                "tenant": text, "email": text, "password": text, "code": text,
            })),
            shop.admin().patch("/admin/v1/settings").json(&json!({
                "name": text, "timezone": text, "locale": text, "logoUrl": text, "allowedOrigins": [text],
            })),
            shop.admin().post("/admin/v1/test-clock").json(&json!({ "now": text })),
        ];
        for post in posts {
            let answer = post.send();
            assert!(answer.status < 500, "{text:.20}: {answer}");
        }
    }
    for id in
        ["%00", "%ff", "%e2%80%ae", "..%2f", "00000000-0000-0000-0000-000000000000", "'", &"9".repeat(5_000)]
    {
        for target in [
            format!("/v1/account/sessions/{id}"),
            format!("/v1/account/addresses/{id}"),
            format!("/v1/account/addresses?page={id}&perPage={id}"),
        ] {
            let answer = customer.delete(&target).send();
            assert!((400..500).contains(&answer.status), "{answer}");
        }
        for target in ["customers", "outbox", "audit-log", "staff", "tokens", "admin-keys"] {
            for target in
                [format!("/admin/v1/{target}/{id}"), format!("/admin/v1/{target}?page={id}&query={id}")]
            {
                let answer = shop.admin().get(&target).send();
                assert!(answer.status < 500, "{answer}");
            }
        }
    }
    assert!(is_signed_in(&customer));
}

fn unknown_keys_are_ignored(shop: &Shop<'_>) {
    let customer = shop.customer();
    let login = json!({ "email": customer.email, "password": PASSWORD, "unknown": { "a": [1, null] } });
    shop.visitor().post("/v1/account/login?unknown=1&unknown=2").json(&login).send().expect(200);
    customer.get("/v1/account/details?page=x&unknown[]=1").send().expect(200);
}
