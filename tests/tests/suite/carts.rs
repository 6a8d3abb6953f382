//! Carts, from an empty one to one that is ready.

use marzipan_tests::{Answer, Client, PASSWORD, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    a_cart_has_the_contracts_keys,
    the_same_choice_adds_to_its_line,
    what_can_not_be_bought_is_refused,
    lines_change_and_go,
    a_change_names_its_version,
    what_changed_since_is_told,
    codes_count_or_say_why_not,
    gift_cards_pay,
    addresses_decide_the_shipping,
    a_box_is_checked_against_its_package,
    requirements_name_what_is_missing,
    parallel_adds_add_up,
    carts_are_merged_line_by_line,
    another_customers_cart_is_not_there,
    a_sign_in_takes_the_cart_over,
    carts_expire,
);

pub(crate) fn wine(shop: &Shop<'_>, name: &str, price: i64, quantity: Option<i64>) -> Value {
    shop.add("products", &json!({ "name": name, "price": price, "quantity": quantity }))
}

pub(crate) fn cart(client: &Client) -> String {
    client.post("/v1/carts").json(&json!({})).send().expect(201).data()["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

pub(crate) fn put(client: &Client, cart: &str, product: &Value, quantity: i64) -> Answer {
    let item = json!({ "productId": product["id"], "quantity": quantity });
    client.post(&format!("/v1/carts/{cart}/items")).json(&item).send()
}

pub(crate) fn view(client: &Client, cart: &str) -> Value {
    client.get(&format!("/v1/carts/{cart}")).send().expect(200).data()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|notice| notice["code"].as_str()).collect()
}

/// Product ids and quantities, in the order of the lines.
fn lines(cart: &Value) -> Vec<(String, i64)> {
    let line = |line: &Value| {
        (line["productId"].as_str().unwrap_or_default().to_owned(), line["quantity"].as_i64().unwrap_or(0))
    };
    cart["items"].as_array().expect("lines").iter().map(line).collect()
}

/// The keys stand in the text, each after the one before it.
pub(crate) fn assert_in_order(text: &str, keys: &[&str]) {
    let mut rest = text;
    for key in keys {
        let quoted = format!("\"{key}\":");
        let at = rest.find(&quoted).unwrap_or_else(|| panic!("no {key} where it should be: {text}"));
        rest = &rest[at + quoted.len()..];
    }
}

fn id(product: &Value) -> String {
    product["id"].as_str().expect("an id").to_owned()
}

fn a_cart_has_the_contracts_keys(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2499, Some(12));
    let made = visitor
        .post("/v1/carts")
        .json(&json!({ "items": [{ "productId": malbec["slug"], "quantity": 2 }], "currency": "gbp" }))
        .send()
        .expect(201);
    let expected = [
        "id",
        "status",
        "version",
        "customer",
        "items",
        "itemCount",
        "discounts",
        "giftCards",
        "points",
        "shippingAddress",
        "billingAddress",
        "shippingMethod",
        "giftMessage",
        "note",
        "subtotal",
        "discountTotal",
        "shippingTotal",
        "taxTotal",
        "giftCardTotal",
        "total",
        "currency",
        "taxIncluded",
        "requirements",
        "warnings",
        "expiresAt",
        "createdAt",
        "updatedAt",
    ];
    assert_in_order(&made.text(), &expected);
    let data = made.data();
    assert_eq!(data["subtotal"], json!({ "value": 4998, "formatted": "£49.98", "currency": "GBP" }));
    // UK VAT of 20 % is within the price.
    assert_eq!(data["taxTotal"]["value"], 833);
    assert_eq!(
        (&data["itemCount"], &data["status"], &data["taxIncluded"]),
        (&json!(2), &json!("open"), &json!(true))
    );
    assert_eq!(made.header("etag"), Some("\"v1\""));
    visitor.post("/v1/carts").json(&json!({ "currency": "EUR" })).send().expect_invalid(&["currency"]);
    visitor.get("/v1/carts/01926a3c-0000-7000-8000-000000000001").send().expect_error(404, "not_found");
}

fn the_same_choice_adds_to_its_line(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2499, None);
    let sizes =
        json!([{ "name": "Size", "values": [{ "label": "Bottle" }, { "label": "Magnum", "price": 6000 }] }]);
    let rioja = shop.add("products", &json!({ "name": "Rioja", "price": 2000, "options": sizes }));
    let id = cart(&visitor);
    put(&visitor, &id, &malbec, 1).expect(201);
    let added = put(&visitor, &id, &malbec, 2).expect(201).data();
    assert_eq!(added["items"][0]["quantity"], 3);
    put(&visitor, &id, &rioja, 1).expect_invalid(&["optionValueIds"]);
    let values = &rioja["options"][0]["values"];
    for value in [&values[0], &values[1], &values[1]] {
        let item = json!({ "productId": rioja["id"], "optionValueIds": [value["id"]] });
        visitor.post(&format!("/v1/carts/{id}/items")).json(&item).send().expect(201);
    }
    let cart = view(&visitor, &id);
    let quantities: Vec<_> = lines(&cart).into_iter().map(|(_, quantity)| quantity).collect();
    assert_eq!(quantities, [3, 1, 2]);
    assert_eq!(cart["items"][2]["unitPrice"]["value"], 6000);
    assert_eq!(cart["items"][2]["options"][0]["label"], "Magnum");
}

fn what_can_not_be_bought_is_refused(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let last = wine(shop, "Last bottle", 5000, Some(1));
    let gone = shop.add("products", &json!({ "name": "Gone", "price": 100, "status": "inactive" }));
    let id = cart(&visitor);
    put(&visitor, &id, &last, 2).expect_error(409, "out_of_stock");
    put(&visitor, &id, &last, 1).expect(201);
    put(&visitor, &id, &last, 1).expect_error(409, "out_of_stock");
    put(&visitor, &id, &gone, 1).expect_invalid(&["productId"]);
    put(&visitor, &id, &last, -1).expect_invalid(&["quantity"]);
    put(&visitor, &id, &json!({ "id": "no-such" }), 1).expect_invalid(&["productId"]);
    visitor.post(&format!("/v1/carts/{id}/items")).json(&json!({})).send().expect_invalid(&["productId"]);
    assert_eq!(view(&visitor, &id)["itemCount"], 1);
}

fn lines_change_and_go(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2499, Some(10));
    let id = cart(&visitor);
    let line = put(&visitor, &id, &malbec, 2).expect(201).data()["items"][0]["id"].clone();
    let path = format!("/v1/carts/{id}/items/{}", line.as_str().expect("an id"));
    let patched = visitor.patch(&path).json(&json!({ "quantity": 5 })).send().expect(200).data();
    assert_eq!(patched["total"]["value"], 5 * 2499);
    visitor.patch(&path).json(&json!({ "quantity": -1 })).send().expect_invalid(&["quantity"]);
    visitor.patch(&path).json(&json!({ "quantity": 11 })).send().expect_error(409, "out_of_stock");
    let emptied = visitor.patch(&path).json(&json!({ "quantity": 0 })).send().expect(200).data();
    assert_eq!(emptied["items"], json!([]));
    visitor.delete(&path).send().expect_error(404, "not_found");
    visitor.delete(&format!("/v1/carts/{id}")).send().expect(204);
    visitor.get(&format!("/v1/carts/{id}")).send().expect_error(404, "not_found");
}

fn a_change_names_its_version(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2499, None);
    let id = cart(&visitor);
    let item = json!({ "productId": malbec["id"] });
    let add = || visitor.post(&format!("/v1/carts/{id}/items")).json(&item);
    add().header("If-Match", "\"v1\"").send().expect(201);
    add().header("If-Match", "\"v1\"").send().expect_error(412, "stale");
    add().header("If-Match", "\"v2\"").send().expect(201);
    assert_eq!(view(&visitor, &id)["itemCount"], 2);
}

fn what_changed_since_is_told(shop: &Shop<'_>) {
    let (visitor, admin) = (shop.visitor(), shop.admin());
    let malbec = wine(shop, "Malbec", 2499, Some(5));
    let id = cart(&visitor);
    let line = put(&visitor, &id, &malbec, 3).expect(201).data()["items"][0]["id"].clone();
    let product = format!("/admin/v1/products/{}", malbec["id"].as_str().expect("an id"));
    admin.patch(&product).json(&json!({ "price": 2799 })).send().expect(200);
    let told = view(&visitor, &id);
    assert_eq!(codes(&told["warnings"]), ["price_changed"]);
    assert_eq!(told["warnings"][0]["message"], "The price was £24.99 and is £27.99 now.");
    assert_eq!((&told["warnings"][0]["itemId"], &told["total"]["value"]), (&line, &json!(3 * 2799)));
    admin.patch(&product).json(&json!({ "price": 2499, "quantity": 2 })).send().expect(200);
    let short = view(&visitor, &id);
    assert_eq!(
        (codes(&short["warnings"]), &short["warnings"][0]["message"]),
        (vec!["out_of_stock"], &json!("Only 2 left."))
    );
    admin.patch(&product).json(&json!({ "status": "inactive" })).send().expect(200);
    let withdrawn = view(&visitor, &id);
    assert_eq!(codes(&withdrawn["warnings"]), ["not_available"]);
    assert!(codes(&withdrawn["requirements"]).contains(&"not_available"));
}

fn codes_count_or_say_why_not(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2000, None);
    shop.add("discounts", &json!({ "code": "TEN", "name": "Ten off", "type": "percent", "value": 10 }));
    shop.add(
        "discounts",
        &json!({ "code": "BIG", "name": "Big", "type": "amount", "value": 500, "minimumSpend": 10000 }),
    );
    shop.add("discounts", &json!({ "code": "OLD", "name": "Old", "type": "percent", "value": 5, "endsAt": "2020-01-01T00:00:00Z" }));
    let id = cart(&visitor);
    put(&visitor, &id, &malbec, 2).expect(201);
    let add =
        |code: &str| visitor.post(&format!("/v1/carts/{id}/discounts")).json(&json!({ "code": code })).send();
    let with = add("ten").expect(200).data();
    assert_eq!((&with["discountTotal"]["value"], &with["total"]["value"]), (&json!(400), &json!(3600)));
    assert_eq!(with["discounts"][0]["code"], "TEN");
    assert_eq!(add("nope").expect_error(422, "invalid_code")["message"], "This code is not valid.");
    assert_eq!(add("old").expect_error(422, "invalid_code")["message"], "This code has expired.");
    assert_eq!(
        add("big").expect_error(422, "below_minimum_spend")["message"],
        "Spend £60.00 more to use this code."
    );
    assert_eq!(add("TEN").expect(200).data()["discounts"].as_array().map(Vec::len), Some(1));
    let without = visitor.delete(&format!("/v1/carts/{id}/discounts/ten")).send().expect(200).data();
    assert_eq!(without["total"]["value"], 4000);
    visitor.delete(&format!("/v1/carts/{id}/discounts/ten")).send().expect_error(404, "not_found");
}

fn gift_cards_pay(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2000, None);
    let card = shop.add("gift-cards", &json!({ "initialValue": 1500 }));
    let id = cart(&visitor);
    put(&visitor, &id, &malbec, 1).expect(201);
    let path = format!("/v1/carts/{id}/gift-cards");
    let with = visitor.post(&path).json(&json!({ "code": card["code"] })).send().expect(200).data();
    assert_eq!((&with["giftCardTotal"]["value"], &with["total"]["value"]), (&json!(1500), &json!(2000)));
    visitor
        .post(&path)
        .json(&json!({ "code": "AAAA-BBBB-CCCC-DDDD" }))
        .send()
        .expect_error(422, "invalid_code");
    let gone = format!("{path}/{}", with["giftCards"][0]["id"].as_str().expect("an id"));
    assert_eq!(visitor.delete(&gone).send().expect(200).data()["giftCardTotal"]["value"], 0);
}

pub(crate) fn bath() -> Value {
    json!({ "shipping": { "firstName": "Ann", "lastName": "Smith", "line1": "12 Orchard Lane", "city": "Bath",
        "postcode": "BA1 1AA", "country": "GB" } })
}

pub(crate) fn courier(shop: &Shop<'_>) -> Value {
    shop.add("shipping-methods", &json!({ "name": "Courier", "price": 495, "countries": ["GB"] }))
}

fn addresses_decide_the_shipping(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let courier = courier(shop);
    shop.add(
        "shipping-methods",
        &json!({ "name": "Isles", "price": 1500, "countries": ["GB"], "postcodePrefixes": ["HS"] }),
    );
    let malbec = wine(shop, "Malbec", 2000, None);
    let id = cart(&visitor);
    put(&visitor, &id, &malbec, 1).expect(201);
    let methods = || visitor.get(&format!("/v1/carts/{id}/shipping-methods")).send().expect(200).data();
    assert_eq!(methods(), json!([]));
    let choose = |method: &Value| {
        let body = json!({ "shippingMethodId": method["id"] });
        visitor.put(&format!("/v1/carts/{id}/shipping-method")).json(&body).send()
    };
    choose(&courier).expect_invalid(&["shippingMethodId"]);
    let addresses = format!("/v1/carts/{id}/addresses");
    visitor
        .put(&addresses)
        .json(&json!({ "shipping": { "line1": "", "country": "UK" } }))
        .send()
        .expect_invalid(&["shipping.city", "shipping.country", "shipping.line1", "shipping.postcode"]);
    visitor.put(&addresses).json(&bath()).send().expect(200);
    assert_eq!(methods().as_array().map(Vec::len), Some(1));
    let chosen = choose(&courier).expect(200).data();
    assert_eq!((&chosen["shippingTotal"]["value"], &chosen["total"]["value"]), (&json!(495), &json!(2495)));
    assert_eq!(chosen["billingAddress"], chosen["shippingAddress"]);
    let away =
        json!({ "shipping": { "line1": "1 Rue", "city": "Lyon", "postcode": "69001", "country": "FR" } });
    let abroad = visitor.put(&addresses).json(&away).send().expect(200).data();
    assert_eq!(codes(&abroad["warnings"]), ["shipping_method_unavailable"]);
    assert!(codes(&abroad["requirements"]).contains(&"delivery_address"));
}

fn a_box_is_checked_against_its_package(shop: &Shop<'_>) {
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    let (malbec, rioja) = (wine(shop, "Malbec", 1000, None), wine(shop, "Rioja", 1200, None));
    let club = shop.add(
        "products",
        &json!({ "name": "Club", "productType": "subscription", "subscriptionType": "picknmix", "price": 0,
            "pricingType": "per_item", "billingFrequencies": [1, 3], "minimumItems": 3,
            "picknmixProductIds": [malbec["id"]] }),
    );
    let id = cart(&client);
    let add = |boxes: Value| {
        let item = json!({ "productId": club["id"], "subscription": boxes });
        client.post(&format!("/v1/carts/{id}/items")).json(&item).send()
    };
    add(json!({ "billingFrequency": 2 })).expect_invalid(&["subscription.billingFrequency"]);
    add(json!({ "items": [{ "productId": rioja["id"], "quantity": 3 }] }))
        .expect_error(422, "not_in_package");
    let added =
        add(json!({ "billingFrequency": 3, "items": [{ "productId": malbec["id"], "quantity": 2 }] }));
    let added = added.expect(201).data();
    assert_eq!(added["total"]["value"], 2000);
    assert!(codes(&added["requirements"]).contains(&"below_minimum"));
    let line = format!("/v1/carts/{id}/items/{}", added["items"][0]["id"].as_str().expect("an id"));
    let filled = json!({ "subscription": { "items": [{ "productId": malbec["id"], "quantity": 3 }] } });
    let filled = client.patch(&line).json(&filled).send().expect(200).data();
    assert_eq!(filled["total"]["value"], 3000);
    assert!(!codes(&filled["requirements"]).contains(&"below_minimum"));
    let plain = json!({ "productId": malbec["id"], "subscription": { "billingFrequency": 1 } });
    client.post(&format!("/v1/carts/{id}/items")).json(&plain).send().expect_invalid(&["subscription"]);
}

fn requirements_name_what_is_missing(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    shop.set(&json!({ "minimumAge": 18, "checkout": { "orderMultiple": 6, "deliveryCountries": ["GB"] } }));
    courier(shop);
    let malbec = wine(shop, "Malbec", 2000, None);
    let id = cart(&visitor);
    assert_eq!(codes(&view(&visitor, &id)["requirements"]), ["empty_cart", "email_required"]);
    put(&visitor, &id, &malbec, 4).expect(201);
    let needs = view(&visitor, &id);
    assert_eq!(
        codes(&needs["requirements"]),
        ["order_multiple", "email_required", "shipping_address_required"]
    );
    assert_eq!(needs["requirements"][0]["message"], "We pack in cases of 6: please add 2 more.");
    put(&visitor, &id, &malbec, 2).expect(201);
    let customer = format!("/v1/carts/{id}/customer");
    let who = json!({ "email": "Ann@Example.com", "firstName": "Ann", "dateOfBirth": "2019-01-01" });
    let young = visitor.put(&customer).json(&who).send().expect(200).data();
    assert_eq!(codes(&young["requirements"]), ["minimum_age", "shipping_address_required"]);
    assert_eq!(young["customer"]["email"], "ann@example.com");
    visitor.put(&customer).json(&json!({ "email": "nobody" })).send().expect_invalid(&["email"]);
    let who = json!({ "email": "ann@example.com", "dateOfBirth": "1980-01-01" });
    visitor.put(&customer).json(&who).send().expect(200);
    visitor.put(&format!("/v1/carts/{id}/addresses")).json(&bath()).send().expect(200);
    assert_eq!(codes(&view(&visitor, &id)["requirements"]), ["shipping_method_required"]);
}

fn parallel_adds_add_up(shop: &Shop<'_>) {
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2000, None);
    let id = cart(&visitor);
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| put(&visitor, &id, &malbec, 1).expect(201));
        }
    });
    let cart = view(&visitor, &id);
    assert_eq!((&cart["itemCount"], &cart["version"]), (&json!(50), &json!(51)));
}

fn carts_are_merged_line_by_line(shop: &Shop<'_>) {
    let (one, two) = (wine(shop, "Malbec", 2000, None), wine(shop, "Rioja", 1000, None));
    let (first, second) = (id(&one), id(&two));
    for (own, guest, both) in [
        (vec![(&one, 1)], vec![(&two, 1)], vec![(first.clone(), 1), (second.clone(), 1)]),
        (vec![(&one, 1)], vec![(&one, 3)], vec![(first.clone(), 3)]),
        (vec![], vec![(&one, 2)], vec![(first.clone(), 2)]),
        (vec![(&two, 2)], vec![], vec![(second.clone(), 2)]),
    ] {
        let customer = shop.customer();
        let client = customer.log_in("Phone");
        let theirs = client.get("/v1/carts/current").send().expect(200).data()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        for (product, quantity) in own {
            put(&client, &theirs, product, quantity).expect(201);
        }
        let visitor = shop.visitor();
        let guests = cart(&visitor);
        for (product, quantity) in guest {
            put(&visitor, &guests, product, quantity).expect(201);
        }
        let merged = client.post(&format!("/v1/carts/{guests}/claim")).send().expect(200).data();
        assert_eq!((merged["id"].as_str(), lines(&merged)), (Some(theirs.as_str()), both));
        // Once more it is gone, and nothing doubles.
        assert_eq!(view(&visitor, &guests)["status"], "expired");
        assert_eq!(lines(&client.get("/v1/carts/current").send().expect(200).data()), lines(&merged));
    }
}

fn another_customers_cart_is_not_there(shop: &Shop<'_>) {
    let (ann, bea) = (shop.customer(), shop.customer());
    let (ann, bea) = (ann.log_in("Phone"), bea.log_in("Phone"));
    let malbec = wine(shop, "Malbec", 2000, None);
    let id = ann.get("/v1/carts/current").send().expect(200).data()["id"].as_str().expect("an id").to_owned();
    put(&ann, &id, &malbec, 1).expect(201);
    bea.get(&format!("/v1/carts/{id}")).send().expect_error(404, "not_found");
    put(&bea, &id, &malbec, 1).expect_error(404, "not_found");
    bea.post(&format!("/v1/carts/{id}/claim")).send().expect_error(404, "not_found");
    bea.post(&format!("/v1/carts/{id}/checkout")).json(&json!({})).send().expect_error(404, "not_found");
    assert_eq!(view(&ann, &id)["itemCount"], 1);
}

fn a_sign_in_takes_the_cart_over(shop: &Shop<'_>) {
    let customer = shop.customer();
    let malbec = wine(shop, "Malbec", 2000, None);
    let visitor = shop.visitor();
    let guests = cart(&visitor);
    put(&visitor, &guests, &malbec, 2).expect(201);
    let sign_in = |cart: &str| {
        let body = json!({ "email": customer.email, "password": PASSWORD, "cartId": cart });
        shop.holding(&visitor.post("/v1/account/login").json(&body).send().expect(200).string("token"))
    };
    let client = sign_in(&guests);
    let current = client.get("/v1/carts/current").send().expect(200).data();
    assert_eq!((current["id"].as_str(), &current["itemCount"]), (Some(guests.as_str()), &json!(2)));
    assert_eq!(current["customer"]["email"], customer.email);
    client.post("/v1/account/logout").send().expect(200);
    // Signing in again finds it; what is no cart is no reason to refuse.
    let again = sign_in("nonsense");
    assert_eq!(
        again.get("/v1/carts/current").send().expect(200).data()["id"].as_str().expect("an id").to_owned(),
        guests
    );
    // Another customer who signs in with it does not get it.
    let other = shop.customer();
    let body = json!({ "email": other.email, "password": PASSWORD, "cartId": guests });
    let other =
        shop.holding(&visitor.post("/v1/account/login").json(&body).send().expect(200).string("token"));
    assert_ne!(
        other.get("/v1/carts/current").send().expect(200).data()["id"].as_str().expect("an id").to_owned(),
        guests
    );
    assert_eq!(view(&again, &guests)["itemCount"], 2);
}

fn carts_expire(shop: &Shop<'_>) {
    let customer = shop.customer();
    let client = customer.log_in("Phone");
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 2000, None);
    let (guests, own) = (cart(&visitor), cart(&client));
    put(&visitor, &guests, &malbec, 1).expect(201);
    shop.wait(29 * 24 * 3600);
    assert_eq!(view(&visitor, &guests)["status"], "open");
    shop.wait(2 * 24 * 3600);
    assert_eq!(view(&visitor, &guests)["status"], "expired");
    put(&visitor, &guests, &malbec, 1).expect_error(409, "cart_expired");
    let client = customer.log_in("Phone");
    assert_eq!(view(&client, &own)["status"], "open");
    shop.wait(61 * 24 * 3600);
    let client = customer.log_in("Phone");
    assert_ne!(
        client.get("/v1/carts/current").send().expect(200).data()["id"].as_str().expect("an id").to_owned(),
        own
    );
}
