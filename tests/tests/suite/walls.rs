//! The walls between shops, and between customers: every route of both documents is tried with tokens and ids
//! that are not the caller's. A route that this walk does not know how to call fails it, so that no route is
//! added without being walked.

use marzipan_tests::people::is_signed_in;
use marzipan_tests::pictures::{encoded, quarters};
use marzipan_tests::{Answer, Client, PASSWORD, Request, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::{view, wine};
use crate::checkout::{pay, ready};
use crate::subscriptions::{club, join, six};

on_both_engines!(every_storefront_route_is_walled, every_admin_route_is_walled);

/// The methods of a path in the document; its other keys are not operations.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An id that no shop has.
const NOBODYS: &str = "0192f0a0-7c11-7abc-8def-0123456789ab";

struct Operation {
    method: String,
    path: String,
    security: Vec<String>,
}

fn operations(shop: &Shop<'_>, document: &str) -> Vec<Operation> {
    let document = shop.nobody().get(document).send().expect(200).json();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let schemes = operation["security"].as_array().into_iter().flatten();
            let names = schemes.flat_map(|scheme| scheme.as_object().into_iter().flat_map(|all| all.keys()));
            let security = names.cloned().collect();
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), security });
        }
    }
    all
}

/// What the victim owns, for the attacker to ask for.
struct Loot(Vec<(&'static str, String)>);

impl Loot {
    /// The path with the victim's ids in the places of its parameters.
    fn fill(&self, path: &str) -> String {
        let mut parts: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
        for index in 1..parts.len() {
            if parts[index].starts_with('{') {
                let kind = parts[index - 1].clone();
                let found = self.0.iter().find(|(known, _)| *known == kind);
                let (_, id) = found.unwrap_or_else(|| panic!("the walk has no {kind} for {path}"));
                parts[index].clone_from(id);
            }
        }
        parts.join("/")
    }
}

/// A body that would be right if the caller were; `None` for an operation without one.
#[expect(clippy::too_many_lines, reason = "a table of every operation")]
fn body_for(operation: &Operation) -> Option<Value> {
    let parts = operation.path.trim_start_matches("/admin/v1").trim_start_matches("/v1").split('/');
    let parts: Vec<&str> = parts.map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    let path = parts.join("/");
    let account = json!({
        "firstName": "Mallory", "lastName": "Crook", "email": "mallory@post.example", "password": PASSWORD,
    });
    let address = json!({ "line1": "1 Crook Lane", "city": "Hull", "postcode": "HU1 1AA", "country": "GB" });
    let named_address = json!({
        "firstName": "Mallory", "lastName": "Crook", "line1": "1 Crook Lane", "city": "Hull", "postcode": "HU1 1AA",
        "country": "GB",
    });
    let staff = json!({
        "email": "mallory@post.example", "name": "Mallory", "role": "owner", "password": PASSWORD,
    });
    Some(match (operation.method.as_str(), path.as_str()) {
        ("GET", _)
        | (
            "DELETE",
            "/account/sessions"
            | "/account/sessions/{}"
            | "/account/addresses/{}"
            | "/customers/{}"
            | "/customers/{}/sessions"
            | "/staff/{}"
            | "/tokens/{}"
            | "/admin-keys/{}"
            | "/media/{}"
            | "/products/{}"
            | "/collections/{}"
            | "/attributes/{}"
            | "/reviews/{}"
            | "/messages/{}"
            | "/newsletter/subscribers/{}"
            | "/mail-templates/{}"
            | "/pages/{}"
            | "/posts/{}"
            | "/menus/{}"
            | "/redirects/{}"
            | "/discounts/{}"
            | "/gift-cards/{}"
            | "/shipping-methods/{}"
            | "/tax-rates/{}"
            | "/rewards"
            | "/webhooks/{}"
            | "/releases/{}"
            | "/payment-provider"
            | "/account/payment-methods/{}"
            | "/carts/{}"
            | "/carts/{}/items/{}"
            | "/carts/{}/discounts/{}"
            | "/carts/{}/gift-cards/{}",
        )
        | (
            "POST",
            "/pages/{}/publish"
            | "/pages/{}/unpublish"
            | "/pages/{}/revisions/{}/restore"
            | "/pages/{}/preview-tokens"
            | "/posts/{}/publish"
            | "/posts/{}/unpublish"
            | "/posts/{}/revisions/{}/restore"
            | "/posts/{}/preview-tokens"
            | "/account/logout"
            | "/staff/logout"
            | "/staff/totp"
            | "/reviews/{}/approve"
            | "/reviews/{}/reject"
            | "/webhooks/{}/rotate-secret"
            | "/webhooks/{}/ping"
            | "/webhook-deliveries/{}/replay"
            | "/account/orders/{}/reorder"
            | "/carts/{}/claim"
            | "/orders/{}/deliver"
            | "/subscriptions/{}/skip"
            | "/subscriptions/{}/resume"
            | "/subscriptions/{}/reactivate"
            | "/subscriptions/{}/renew"
            | "/renewals/{}/retry",
        )
        | ("PUT", "/account/payment-methods/{}/default") => return None,
        ("POST", "/account/register") => account,
        ("POST", "/account/login") => json!({ "email": "mallory@post.example", "password": PASSWORD }),
        ("POST", "/account/verify" | "/newsletter/confirm" | "/newsletter/unsubscribe") => {
            json!({ "token": "mzm_nonsense" })
        }
        (
            "POST",
            "/account/verify/resend"
            | "/account/password"
            | "/newsletter"
            | "/newsletter/suppressions"
            | "/newsletter/subscribers",
        )
        | ("PUT", "/carts/{}/customer") => json!({ "email": "mallory@post.example" }),
        ("POST", "/account/password/reset") => json!({ "token": "mzm_nonsense", "password": PASSWORD }),
        ("PUT", "/account/password" | "/staff/me/password") => {
            json!({ "currentPassword": PASSWORD, "password": "hollow lantern 66 plum" })
        }
        ("PATCH", "/account/details" | "/customers/{}" | "/newsletter/subscribers/{}") => {
            json!({ "firstName": "Mallory" })
        }
        ("DELETE", "/account") => json!({ "password": PASSWORD }),
        ("POST", "/account/addresses") => address,
        ("PATCH", "/account/addresses/{}") => json!({ "city": "Hull" }),
        ("POST", "/customers/{}/merge") => {
            json!({ "from": NOBODYS })
        }
        ("POST", "/staff/login") => {
            json!({ "tenant": "shop", "email": "mallory@post.example", "password": PASSWORD })
        }
        ("POST", "/staff") => staff,
        ("PATCH", "/staff/{}") => json!({ "name": "Mallory" }),
        ("POST", "/staff/totp/confirm") | ("DELETE", "/staff/totp") => json!({ "code": "123456" }),
        ("POST", "/tokens") => json!({ "name": "mine" }),
        ("POST", "/admin-keys") => json!({ "name": "mine", "scopes": ["customers:read"] }),
        // Who may not is told so before anybody looks at what was sent.
        ("POST", "/media") => json!({ "file": "mine" }),
        ("PATCH", "/media/{}") => json!({ "alt": "mine" }),
        ("PATCH", "/settings") | ("POST", "/collections" | "/attributes") => json!({ "name": "Mallory's" }),
        ("POST", "/products/{}/reviews") => json!({ "rating": 1 }),
        ("POST" | "PATCH", "/pages" | "/pages/{}" | "/posts" | "/posts/{}") => {
            json!({ "title": "Mallory's" })
        }
        ("POST" | "PATCH", "/menus" | "/menus/{}") => json!({ "handle": "mallory" }),
        ("POST" | "PATCH", "/redirects" | "/redirects/{}") => json!({ "from": "/mallory", "to": "/crook" }),
        ("POST", "/products") => json!({ "name": "Mallory's wine", "price": 100 }),
        ("PATCH", "/products/{}") => json!({ "price": 1 }),
        ("POST", "/products/{}/stock" | "/gift-cards/{}/adjust") => json!({ "delta": -1, "reason": "Drunk" }),
        ("PATCH", "/collections/{}" | "/attributes/{}") => json!({ "position": 9 }),
        ("PUT", "/collections/{}/products") => json!({ "products": [] }),
        ("POST" | "PATCH", "/webhooks" | "/webhooks/{}") => json!({ "url": "https://mallory.example/" }),
        ("POST", "/webhooks/{}/replay") => json!({ "since": "2020-01-01T00:00:00Z" }),
        ("POST", "/test-clock") => json!({ "now": "2027-01-01T00:00:00Z" }),
        ("POST", "/messages") => {
            json!({ "name": "Mallory", "email": "mallory@post.example", "message": "Let me in" })
        }
        ("POST", "/account/messages/{}" | "/messages/{}/replies") => json!({ "body": "Let me in" }),
        ("PATCH", "/messages/{}") => json!({ "status": "closed" }),
        ("PATCH", "/mail-templates/{}") | ("POST", "/mail-templates/{}/preview") => {
            json!({ "subject": "Mallory's" })
        }
        ("POST" | "PATCH", "/discounts" | "/discounts/{}") => {
            json!({ "name": "Mallory's", "type": "percent", "value": 100 })
        }
        ("POST", "/gift-cards") => json!({ "initialValue": 5000 }),
        ("PATCH", "/gift-cards/{}") => json!({ "recipientEmail": "mallory@post.example" }),
        ("POST" | "PATCH", "/shipping-methods" | "/shipping-methods/{}") => {
            json!({ "name": "Mallory's", "price": 0 })
        }
        ("POST" | "PATCH", "/tax-rates" | "/tax-rates/{}") => {
            json!({ "name": "None", "country": "FR", "rate": 0 })
        }
        ("PUT", "/rewards") => json!({ "pointsPerUnit": 1, "redeemPoints": 1, "redeemValue": 1 }),
        ("POST", "/account/payment-methods") | ("PUT", "/payment-provider") => {
            json!({ "provider": "sandbox", "token": "tok_ok" })
        }
        ("POST", "/carts" | "/orders/{}/fulfil" | "/orders/{}/cancel" | "/subscriptions/{}/pause") => {
            json!({})
        }
        ("POST", "/carts/{}/items") => json!({ "productId": "victims-wine" }),
        ("PATCH", "/carts/{}/items/{}") => json!({ "quantity": 0 }),
        ("POST", "/carts/{}/discounts" | "/carts/{}/gift-cards") => json!({ "code": "MALLORYS-CODE" }),
        ("PUT", "/carts/{}/addresses") => json!({ "shipping": named_address }),
        ("PUT", "/carts/{}/shipping-method") => json!({ "shippingMethodId": NOBODYS }),
        ("PUT", "/carts/{}/gift-message") => json!({ "message": "Yours" }),
        ("PUT", "/carts/{}/points") => json!({ "points": 1 }),
        ("POST", "/carts/{}/checkout") => json!({ "payment": { "provider": "sandbox", "token": "tok_ok" } }),
        ("POST", "/orders/{}/refund") => json!({ "amount": 100 }),
        ("POST", "/orders/{}/notes") => json!({ "text": "Mine" }),
        ("PATCH", "/subscriptions/{}") => json!({ "billingInterval": 1 }),
        ("POST", "/subscriptions/redeem") => json!({ "code": "mzg_mallorys" }),
        ("PUT", "/subscriptions/{}/items") => json!({ "items": [{ "productId": NOBODYS, "quantity": 1 }] }),
        ("POST", "/subscriptions/{}/cancel") => json!({ "reason": "Mallory's", "at": "now" }),
        ("POST", "/renewals/{}/resolve") => json!({ "outcome": "not_charged" }),
        ("POST" | "PUT", "/releases" | "/releases/{}") => {
            let items = [json!({ "productId": NOBODYS, "quantity": 1 })];
            json!({ "packageId": NOBODYS, "shipsFrom": "2030-01-01", "items": items })
        }
        ("POST", "/subscription-price-changes") => json!({ "packageId": NOBODYS, "price": 1 }),
        ("POST", "/sandbox/settings") => json!({ "latencyMs": 1 }),
        (method, path) => panic!("the walk does not know how to call {method} {path}: teach it"),
    })
}

fn call(who: &Client, operation: &Operation, target: &str) -> Request {
    let request = who.request(&operation.method, target);
    match body_for(operation) {
        Some(body) => request.json(&body),
        None => request,
    }
}

#[track_caller]
fn expect_wall(answer: Answer) {
    match answer.status {
        401 => answer.expect_unauthenticated(),
        404 => drop(answer.expect_error(404, "not_found")),
        _ => panic!("neither 401 nor 404: {answer}"),
    }
}

fn every_storefront_route_is_walled(shop: &Shop<'_>) {
    let elsewhere = Shop::open(shop.server());
    let victim = shop.customer();
    let neighbour = shop.customer();
    let stranger = elsewhere.customer();
    let address =
        json!({ "line1": "7 Harbour Row", "city": "Whitby", "postcode": "YO21 3PU", "country": "GB" });
    let address = victim.post("/v1/account/addresses").json(&address).send().expect(201).data();
    let bottle = wine(shop, "Victim's wine", 1000, Some(100));
    let paid = pay(&victim, &ready(shop, &victim, &bottle, 1), "tok_ok").expect(201).data();
    let order = text(&paid["order"], "id");
    let token = json!({ "provider": "sandbox", "token": "tok_ok" });
    let kept = victim.post("/v1/account/payment-methods").json(&token).send().expect(201).data();
    let club = club(shop, &[&bottle]);
    let subscription = join(shop, &victim, &club, &six(&bottle), "tok_ok");
    let cart = ready(shop, &victim, &bottle, 2);
    let loot = Loot(vec![
        ("sessions", first_id(&victim, "/v1/account/sessions")),
        ("addresses", text(&address, "id")),
        ("pages", shown(shop, "pages", &json!({ "title": "Victim's page", "status": "published" }), "slug")),
        ("posts", shown(shop, "posts", &json!({ "title": "Victim's post", "status": "published" }), "slug")),
        ("menus", shown(shop, "menus", &json!({ "handle": "victims-menu" }), "handle")),
        ("products", "victims-wine".to_owned()),
        ("collections", "victims-wines".to_owned()),
        ("subscription-packages", "victims-club".to_owned()),
        ("messages", own_thread(&victim)),
        ("orders", order),
        ("subscriptions", subscription),
        ("payment-methods", text(&kept["paymentMethod"], "id")),
        ("items", text(&view(&victim, &cart)["items"][0], "id")),
        ("discounts", "VICTIM".to_owned()),
        ("gift-cards", NOBODYS.to_owned()),
        ("carts", cart.clone()),
    ]);
    let before = victim.get("/v1/account/export").send().expect(200).text();
    let cart_before = view(&victim, &cart);

    let all = operations(shop, "/v1/openapi.json");
    assert!(all.len() >= 20, "{} operations", all.len());
    for operation in &all {
        let target = loot.fill(&operation.path);
        let send = |who: &Client| call(who, operation, &target).send();
        let for_visitors = operation.security.iter().any(|scheme| scheme == "tenantAuth");
        let for_customers = operation.security.iter().any(|scheme| scheme == "accountAuth");
        assert!(for_visitors || for_customers, "{} {} is open to all", operation.method, operation.path);

        expect_wall(send(&shop.nobody()));
        expect_wall(send(&shop.holding("nonsense")));
        expect_wall(send(&shop.admin()));
        expect_wall(send(&elsewhere.admin()));
        if !for_customers {
            expect_wall(send(&stranger));
            expect_wall(send(&neighbour));
        }
        if !for_visitors {
            expect_wall(send(&elsewhere.visitor()));
            expect_wall(send(&shop.visitor()));
        }
        if target != operation.path && for_customers {
            expect_wall(send(&stranger));
            // What a shop shows to all of its visitors is shown to its customers; what is somebody's own is not.
            if !for_visitors {
                expect_wall(send(&neighbour));
            }
        }
        if target != operation.path && for_visitors {
            expect_wall(send(&elsewhere.visitor()));
        }
        // A guest's cart is whose who knows its id; a customer's is that customer's.
        if operation.path.starts_with("/v1/carts/{") {
            expect_wall(send(&neighbour));
            expect_wall(send(&shop.visitor()));
        }
    }

    assert!(is_signed_in(&victim) && is_signed_in(&neighbour) && is_signed_in(&stranger));
    assert_eq!(victim.get("/v1/account/export").send().expect(200).text(), before, "nothing has changed");
    assert_eq!(view(&victim, &cart), cart_before, "nothing has changed");
}

fn every_admin_route_is_walled(shop: &Shop<'_>) {
    let elsewhere = Shop::open(shop.server());
    let victim = shop.customer();
    let stranger = elsewhere.customer();
    let admin = shop.admin();
    let staff =
        json!({ "email": "owner@post.example", "name": "Olive", "role": "owner", "password": PASSWORD });
    admin.post("/admin/v1/staff").json(&staff).send().expect(201);
    let login = json!({ "tenant": shop.slug, "email": "owner@post.example", "password": PASSWORD });
    let session = shop.nobody().post("/admin/v1/staff/login").json(&login).send().expect(200).string("token");
    let session = shop.holding(&session);
    let page = shown(shop, "pages", &json!({ "title": "Victim's page" }), "id");
    let subscriber = json!({ "email": victim.email });
    let subscriber = admin.post("/admin/v1/newsletter/subscribers").json(&subscriber).send().expect(201);
    let wine = shop.add("products", &json!({ "name": "Olive's wine", "price": 100, "quantity": 5 }));
    let review = json!({ "rating": 5, "title": "Olive's favourite" });
    victim.post("/v1/products/olive-s-wine/reviews").json(&review).send().expect(202);
    let picture = encoded(&quarters(10), image::ImageFormat::Png);
    let head = b"--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n".as_slice();
    let form = [head, &picture, b"\r\n--x--\r\n"].concat();
    admin.post("/admin/v1/media").body("multipart/form-data; boundary=x", form).send().expect(201);
    let hook = shown(shop, "webhooks", &json!({ "url": "https://olive.invalid/" }), "id");
    let pinged = admin.post(&format!("/admin/v1/webhooks/{hook}/ping")).send().expect(202);
    let paid = pay(&victim, &ready(shop, &victim, &wine, 1), "tok_ok").expect(201).data();
    let wine = admin.get(&format!("/admin/v1/products/{}", text(&wine, "id"))).send().expect(200).data();
    let loot = Loot(vec![
        ("products", text(&wine, "id")),
        ("collections", text(&shop.add("collections", &json!({ "name": "Olive's choice" })), "id")),
        ("attributes", text(&shop.add("attributes", &json!({ "name": "Olive's grapes" })), "id")),
        ("reviews", first_id(&admin, "/admin/v1/reviews")),
        ("customers", victim.id.clone()),
        ("staff", first_id(&admin, "/admin/v1/staff")),
        ("tokens", first_id(&admin, "/admin/v1/tokens")),
        ("admin-keys", first_id(&admin, "/admin/v1/admin-keys")),
        ("outbox", first_id(&admin, "/admin/v1/outbox")),
        ("pages", page.clone()),
        ("revisions", first_id(&admin, &format!("/admin/v1/pages/{page}/revisions"))),
        ("posts", shown(shop, "posts", &json!({ "title": "Victim's post" }), "id")),
        ("menus", shown(shop, "menus", &json!({ "handle": "victims-menu" }), "id")),
        ("redirects", shown(shop, "redirects", &json!({ "from": "/victim", "to": "/x" }), "id")),
        ("messages", own_thread(&victim)),
        ("subscribers", text(&subscriber.data(), "id")),
        // Every shop has the same letters; what each makes of them is tried elsewhere.
        ("mail-templates", "no_letter".to_owned()),
        ("media", first_id(&admin, "/admin/v1/media")),
        ("discounts", shown(shop, "discounts", &json!({ "name": "Olive's", "type": "free_shipping" }), "id")),
        ("gift-cards", shown(shop, "gift-cards", &json!({ "initialValue": 500 }), "id")),
        (
            "shipping-methods",
            shown(shop, "shipping-methods", &json!({ "name": "Olive's", "price": 1 }), "id"),
        ),
        ("tax-rates", first_id(&admin, "/admin/v1/tax-rates")),
        ("webhooks", hook.clone()),
        ("webhook-deliveries", text(&pinged.data(), "id")),
        ("orders", text(&paid["order"], "id")),
        ("subscriptions", NOBODYS.to_owned()),
        ("renewals", NOBODYS.to_owned()),
        ("releases", release_of(shop, &wine)),
    ]);
    let foreign_admin = elsewhere.admin();

    let all = operations(shop, "/admin/v1/openapi.json");
    assert!(all.len() >= 25, "{} operations", all.len());
    for operation in &all {
        let target = loot.fill(&operation.path);
        let send = |who: &Client| call(who, operation, &target).send();
        if operation.path.ends_with("/staff/login") {
            // It has no token yet; the credentials of one shop are nothing in another.
            let crossed =
                json!({ "tenant": elsewhere.slug, "email": "owner@post.example", "password": PASSWORD });
            let answer = shop.nobody().post(&target).json(&crossed).send();
            answer.expect_error(401, "invalid_credentials");
            continue;
        }
        assert!(!operation.security.is_empty(), "{} {} is open to all", operation.method, operation.path);
        for who in [
            &shop.nobody(),
            &shop.holding("nonsense"),
            &shop.visitor(),
            &elsewhere.visitor(),
            &victim,
            &stranger,
        ] {
            expect_wall(send(who));
        }
        if target != operation.path {
            expect_wall(send(&foreign_admin));
        } else if operation.method == "GET" {
            let answer = send(&foreign_admin);
            let text = answer.text();
            for (kind, id) in &loot.0 {
                assert!(!text.contains(id), "{target} shows the {kind} of another shop: {text}");
            }
            assert!(!text.contains(&victim.email) && !text.contains("Olive"), "{target}: {text}");
        }
    }

    // Merging takes two ids; neither may be another shop's.
    let merge = format!("/admin/v1/customers/{}/merge", stranger.id);
    expect_wall(foreign_admin.post(&merge).json(&json!({ "from": victim.id })).send());
    assert!(is_signed_in(&victim) && is_signed_in(&stranger));
    admin.get("/admin/v1/settings").send().expect(200);
    let path = format!("/admin/v1/products/{}", text(&wine, "id"));
    assert_eq!(admin.get(&path).send().expect(200).data(), wine, "nothing has changed");
    session.get("/admin/v1/staff/me").send().expect(200);
    shop.visitor().post("/v1/account/verify").json(&json!({ "token": "x" })).send().expect(422);
}

/// Something that the shop shows, by its name in addresses.
fn shown(shop: &Shop<'_>, kind: &str, body: &Value, key: &str) -> String {
    text(&shop.admin().post(&format!("/admin/v1/{kind}")).json(body).send().expect(201).data(), key)
}

/// What is in the boxes of a club, from a day on.
fn release_of(shop: &Shop<'_>, wine: &Value) -> String {
    let club = json!({
        "name": "Olive's club", "price": 4500, "productType": "subscription", "subscriptionType": "variable",
    });
    let club = shop.add("products", &club);
    let release = json!({
        "packageId": club["id"], "name": "Olive's", "shipsFrom": "2030-01-01",
        "items": [{ "productId": wine["id"], "quantity": 1 }],
    });
    shown(shop, "releases", &release, "id")
}

/// A conversation that this customer has begun.
fn own_thread(customer: &Client) -> String {
    customer.post("/v1/messages").json(&json!({ "message": "Where is my box?" })).send().expect(202);
    first_id(customer, "/v1/account/messages")
}

fn first_id(who: &Client, list: &str) -> String {
    let list = who.get(list).send().expect(200).data();
    text(&list[0], "id")
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key}: {value}")).to_owned()
}
