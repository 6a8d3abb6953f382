//! A customer's address book.

use marzipan_tests::{Client, Shop, on_both_engines, redacted};
use serde_json::{Value, json};

on_both_engines!(
    are_added_read_changed_and_deleted,
    one_is_the_default_at_the_most,
    refuse_bad_values,
    another_customers_address_is_not_there,
    a_key_adds_one_address_however_often_it_is_sent,
);

const ADDRESSES: &str = "/v1/account/addresses";

fn home() -> Value {
    json!({ "line1": "7 Harbour Row", "city": "Whitby", "postcode": "YO21 3PU", "country": "GB" })
}

fn add(customer: &Client, address: &Value) -> Value {
    customer.post(ADDRESSES).json(address).send().expect(201).data()
}

fn list(customer: &Client) -> Vec<Value> {
    customer.get(ADDRESSES).send().expect(200).data().as_array().expect("a list").clone()
}

fn path(address: &Value) -> String {
    format!("{ADDRESSES}/{}", address["id"].as_str().expect("an id"))
}

fn are_added_read_changed_and_deleted(shop: &Shop<'_>) {
    let customer = shop.customer();
    assert!(list(&customer).is_empty());
    let whole = json!({
        "firstName": "Ada", "lastName": "Quill", "company": "Quill & Daughters", "line1": "7 Harbour Row",
        "line2": "Flat 2", "city": "Whitby", "county": "North Yorkshire", "postcode": "YO21 3PU",
        "country": "GB", "phone": "01947 000000", "isDefaultShipping": true, "isDefaultBilling": false,
    });

    let added = add(&customer, &whole);

    for (key, value) in whole.as_object().expect("an object") {
        assert_eq!(&added[key], value, "{key}");
    }
    assert_eq!(redacted(added["id"].as_str().expect("an id")), "[id]");
    assert_eq!(list(&customer), std::slice::from_ref(&added));

    let changed = customer
        .patch(&path(&added))
        .json(&json!({ "line2": null, "city": "Scarborough" }))
        .send()
        .expect(200);
    let changed = changed.data();
    assert_eq!(changed["line2"], Value::Null);
    assert_eq!(changed["city"], "Scarborough");
    assert_eq!(changed["line1"], "7 Harbour Row");
    assert_eq!(changed["isDefaultShipping"], true);
    assert_eq!(list(&customer), [changed]);

    let answer = customer.delete(&path(&added)).send().expect(204);
    assert_eq!(answer.body, b"");
    assert!(list(&customer).is_empty());
    customer.delete(&path(&added)).send().expect_error(404, "not_found");
    customer.patch(&path(&added)).json(&json!({})).send().expect_error(404, "not_found");
}

fn one_is_the_default_at_the_most(shop: &Shop<'_>) {
    let customer = shop.customer();
    let mut wanted = home();
    wanted["isDefaultShipping"] = json!(true);
    wanted["isDefaultBilling"] = json!(true);
    let first = add(&customer, &wanted);
    wanted["isDefaultBilling"] = json!(false);
    let second = add(&customer, &wanted);
    let flags = |address: &Value| {
        let all = list(&customer);
        let now = all.iter().find(|other| other["id"] == address["id"]).expect("still there").clone();
        (now["isDefaultShipping"] == true, now["isDefaultBilling"] == true)
    };
    assert_eq!(flags(&first), (false, true));
    assert_eq!(flags(&second), (true, false));

    customer.patch(&path(&second)).json(&json!({ "isDefaultBilling": true })).send().expect(200);

    assert_eq!(flags(&first), (false, false));
    assert_eq!(flags(&second), (true, true));
}

fn refuse_bad_values(shop: &Shop<'_>) {
    let customer = shop.customer();
    let post = |body: &Value| customer.post(ADDRESSES).json(body).send();
    post(&json!({})).expect_invalid(&["line1", "city", "postcode", "country"]);
    let cases = [
        ("line1", json!("")),
        ("line1", json!("x".repeat(1_000))),
        ("line1", json!("7 Harbour\u{0} Row")),
        ("line2", json!("\u{202e}2 talF")),
        ("city", Value::Null),
        ("postcode", json!("x".repeat(17))),
        ("country", json!("XX")),
        ("country", json!("GBR")),
        ("country", json!("United Kingdom")),
        ("phone", json!("call me")),
        ("isDefaultShipping", json!("yes")),
    ];
    for (field, value) in cases {
        let mut body = home();
        body[field] = value;
        post(&body).expect_invalid(&[field]);
    }
    assert!(list(&customer).is_empty());
    let added = add(&customer, &home());
    customer.patch(&path(&added)).json(&json!({ "country": "ZZ" })).send().expect_invalid(&["country"]);
    customer.patch(&path(&added)).json(&json!({ "line1": null })).send().expect_invalid(&["line1"]);
    assert_eq!(list(&customer), [added]);
}

fn another_customers_address_is_not_there(shop: &Shop<'_>) {
    let [customer, stranger] = [shop.customer(), shop.customer()];
    let address = add(&customer, &home());

    let foreign = stranger.patch(&path(&address)).json(&json!({ "city": "Hull" })).send().expect(404);
    let unknown = format!("{ADDRESSES}/0192f0a0-7c11-7abc-8def-0123456789ab");
    let unknown = stranger.patch(&unknown).json(&json!({ "city": "Hull" })).send().expect(404);
    stranger.delete(&path(&address)).send().expect_error(404, "not_found");

    assert_eq!(foreign.text(), unknown.text());
    assert!(list(&stranger).is_empty());
    assert_eq!(list(&customer), [address]);
}

fn a_key_adds_one_address_however_often_it_is_sent(shop: &Shop<'_>) {
    let [customer, stranger] = [shop.customer(), shop.customer()];
    let post = |who: &Client| who.post(ADDRESSES).key("add-home").json(&home()).send().expect(201);

    let first = post(&customer);
    let again = post(&customer);

    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, first.body);
    assert_eq!(list(&customer).len(), 1);
    // A key belongs to whoever sent it.
    assert_eq!(post(&stranger).header("idempotent-replayed"), None);
    assert_eq!(list(&stranger).len(), 1);
    customer.post(ADDRESSES).json(&home()).send().expect(201);
    assert_eq!(list(&customer).len(), 2, "without a key nothing is remembered");
}
