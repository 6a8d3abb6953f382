//! The server's pages in a real browser: they work, and ask nobody but the server itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use marzipan_tests::{Engine, Server, Shop};
use serde_json::json;

/// Runs a script of `tools` in the browser; its last argument is where it puts a picture.
fn browse(server: &Server, script: &str, arguments: &[&str], picture: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let picture = root.join("../target").join(picture);
    let output = Command::new("node")
        .arg(root.join("tools").join(script))
        .arg(address(server))
        .args(arguments)
        .arg(&picture)
        .output()
        .expect("node is installed");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{}", server.excerpt());
    picture
}

fn address(server: &Server) -> String {
    format!("http://{}", server.address())
}

#[test]
fn the_reference_page_works_without_the_internet() {
    let server = Server::shared(Engine::Sqlite);
    assert!(browse(server, "reference_page.mjs", &[], "docs.png").is_file());
}

#[test]
fn the_sandboxs_bank_asks_on_a_phone_and_leads_back() {
    let server = Server::shared(Engine::Sqlite);
    let shop = Shop::open(server);
    shop.set(&json!({ "returnOrigins": [address(server)] }));
    let malbec = shop.add("products", &json!({ "name": "Malbec", "price": 1000, "quantity": 1 }));
    let courier =
        shop.add("shipping-methods", &json!({ "name": "Courier", "price": 495, "countries": ["GB"] }));
    let visitor = shop.visitor();
    let items = json!({ "items": [{ "productId": malbec["id"] }] });
    let cart = visitor.post("/v1/carts").json(&items).send().expect(201).data();
    let path = format!("/v1/carts/{}", cart["id"].as_str().expect("an id"));
    let who = json!({ "email": "ann@example.com", "firstName": "Ann", "lastName": "Smith" });
    visitor.put(&format!("{path}/customer")).json(&who).send().expect(200);
    let bath = json!({ "shipping": { "firstName": "Ann", "lastName": "Smith", "line1": "12 Orchard Lane",
        "city": "Bath", "postcode": "BA1 1AA", "country": "GB" } });
    visitor.put(&format!("{path}/addresses")).json(&bath).send().expect(200);
    let method = json!({ "shippingMethodId": courier["id"] });
    visitor.put(&format!("{path}/shipping-method")).json(&method).send().expect(200);
    let back = format!("{}/docs/", address(server));
    let payment = json!({ "payment": { "provider": "sandbox", "token": "tok_authentication_required" },
        "returnUrl": back });
    let asked = visitor.post(&format!("{path}/checkout")).json(&payment).send().expect(201).data();
    let page = asked["payment"]["redirectUrl"].as_str().expect("a page");
    let page = format!("{}{}", address(server), &page[page.find("/sandbox/").expect("a path")..]);

    assert!(browse(server, "bank_page.mjs", &[&page, &back], "bank.png").is_file());

    let stands = visitor.get(&format!("{path}/checkout")).send().expect(200).data();
    assert_eq!(stands["order"]["paymentStatus"], "paid", "{stands}");
}

#[test]
fn a_renewal_is_paid_by_the_link_on_a_phone() {
    let server = Server::shared(Engine::Sqlite);
    let shop = Shop::open(server);
    let malbec = shop.add("products", &json!({ "name": "Malbec", "price": 1000 }));
    let club = json!({ "name": "Cellar Club", "productType": "subscription", "subscriptionType": "picknmix",
        "price": 6000, "minimumItems": 6, "picknmixProductIds": [malbec["id"]] });
    let club = shop.add("products", &club);
    let courier =
        shop.add("shipping-methods", &json!({ "name": "Courier", "price": 495, "countries": ["GB"] }));
    let ada = shop.customer();
    let boxes = json!({ "billingFrequency": 1, "items": [{ "productId": malbec["id"], "quantity": 6 }] });
    let items = json!({ "items": [{ "productId": club["id"], "subscription": boxes }] });
    let cart = ada.post("/v1/carts").json(&items).send().expect(201).data();
    let path = format!("/v1/carts/{}", cart["id"].as_str().expect("an id"));
    let bath = json!({ "shipping": { "firstName": "Ada", "lastName": "Quill", "line1": "12 Orchard Lane",
        "city": "Bath", "postcode": "BA1 1AA", "country": "GB" } });
    ada.put(&format!("{path}/addresses")).json(&bath).send().expect(200);
    let method = json!({ "shippingMethodId": courier["id"] });
    ada.put(&format!("{path}/shipping-method")).json(&method).send().expect(200);
    let payment = json!({ "payment": { "provider": "sandbox", "token": "tok_authentication_on_renewal" } });
    ada.post(&format!("{path}/checkout")).json(&payment).send().expect(201);
    shop.set_clock("2026-02-06T12:00:00Z");
    let mail = shop.last_mail_to(&ada.email, "subscription_action_needed");
    let link = mail.links().into_iter().find(|link| link.contains("/pay/")).expect("a link to pay");
    let link = format!("{}{}", address(server), &link[link.find("/pay/").expect("a path")..]);

    assert!(browse(server, "pay_page.mjs", &[&link], "pay.png").is_file());

    let orders = shop.admin().get("/admin/v1/orders?paymentStatus=paid").send().expect(200).json();
    assert_eq!(orders["meta"]["total"], 2);
}
