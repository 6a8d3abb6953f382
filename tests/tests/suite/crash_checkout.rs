//! `kill -9` at random moments of checkouts: afterwards the provider's books and the shop's say the same.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use marzipan_tests::{Client, Installation, Server, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::wine;
use crate::checkout::ready;

on_both_engines!(each_charge_is_one_paid_order_after_sixty_kills);

const KILLS: u32 = 60;
/// Checkouts that are under way together.
const SHOPPERS: usize = 4;
const STOCK: i64 = 10_000;
/// What a checkout can be paid with; of the last one the answer is lost.
const TOKENS: [&str; 3] = ["tok_ok", "tok_ok", "tok_unknown"];

fn each_charge_is_one_paid_order_after_sixty_kills(installation: &Installation) {
    let mut server = Server::start(installation);
    let (visitor, admin, bottle, spare) = {
        let shop = Shop::open_on(&server, installation);
        let bottle = wine(&shop, "Malbec", 1000, Some(STOCK));
        let spare: Vec<String> =
            (0..KILLS as usize * SHOPPERS).map(|_| ready(&shop, &shop.visitor(), &bottle, 1)).collect();
        (shop.visitor(), shop.admin(), bottle, spare)
    };
    let mut promised = Vec::new();
    for (kill, carts) in spare.chunks(SHOPPERS).enumerate() {
        // So slow that most kills fall between the charge and its record.
        let slow = json!({ "latencyMs": 15 });
        admin.post("/admin/v1/sandbox/settings").json(&slow).send().expect(200);
        let paid = std::thread::scope(|scope| {
            let visitor = &visitor;
            let paying: Vec<_> = carts
                .iter()
                .enumerate()
                .map(|(at, cart)| scope.spawn(move || pay(visitor, cart, at)))
                .collect();
            std::thread::sleep(random_moment());
            server.kill9();
            paying.into_iter().filter_map(|one| one.join().expect("no shopper panics")).collect::<Vec<_>>()
        });
        promised.extend(paid);
        server.restart();
        // Every other time the shoppers come back and press the button again.
        if kill % 2 == 0 {
            for (at, cart) in carts.iter().enumerate() {
                promised.extend(pay(&visitor, cart, at));
            }
        }
    }
    // Whatever is still open is settled by its job.
    let later = json!({ "now": "2026-01-05T12:00:00Z" });
    admin.post("/admin/v1/test-clock").json(&later).send().expect(200);

    let charges = all(&admin, "/admin/v1/sandbox/charges?");
    let orders = all(&admin, "/admin/v1/orders?paymentStatus=paid&");
    let taken: Vec<&Value> = charges.iter().filter(|charge| charge["status"] == "succeeded").collect();
    let mut taken_for: BTreeMap<&str, i64> = BTreeMap::new();
    for charge in &taken {
        *taken_for.entry(charge["reference"].as_str().expect("a reference")).or_default() += 1;
    }
    for order in &orders {
        let id = order["id"].as_str().expect("an id");
        assert_eq!(taken_for.get(id), Some(&1), "order {id} and its charges");
    }
    assert_eq!(taken_for.len(), orders.len(), "money without an order\n{}", server.excerpt());
    for id in &promised {
        assert!(orders.iter().any(|order| order["id"] == **id), "order {id} was promised, and is lost");
    }
    // What was not charged is given up, and its cart can be paid for again.
    for order in all(&admin, "/admin/v1/orders?status=pending&") {
        let payments = order["payments"].as_array().expect("payments");
        assert!(payments.iter().all(|payment| payment["status"] == "failed"), "waits for ever: {order}");
    }
    let path = format!("/admin/v1/products/{}", bottle["id"].as_str().expect("an id"));
    let left = admin.get(&path).send().expect(200).data()["quantity"].as_i64().expect("a count");
    assert_eq!(left, STOCK - i64::try_from(orders.len()).expect("a count"), "stock is conserved");
    assert!(orders.len() > KILLS as usize, "only {} orders were paid: the load was none", orders.len());
    assert!(charges.len() < spare.len() + orders.len(), "each shopper was charged more than once");
}

/// Checks out; the order's id, if the server said that it is paid.
fn pay(visitor: &Client, cart: &str, at: usize) -> Option<String> {
    let body = json!({ "payment": { "provider": "sandbox", "token": TOKENS[at % TOKENS.len()] } });
    let answer = visitor.post(&format!("/v1/carts/{cart}/checkout")).json(&body).try_send().ok()?;
    let order = (answer.status == 201).then(|| answer.data()["order"].clone())?;
    (order["paymentStatus"] == "paid").then(|| order["id"].as_str().expect("an id").to_owned())
}

/// All pages of a list.
fn all(admin: &Client, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for page in 1.. {
        let part = admin.get(&format!("{list}perPage=100&page={page}")).send().expect(200).data();
        let part = part.as_array().expect("a list").clone();
        let is_last = part.len() < 100;
        found.extend(part);
        if is_last {
            break;
        }
    }
    found
}

/// Up to 80 ms: a checkout takes 20 to 60.
fn random_moment() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Duration::from_micros(u64::from(now.subsec_micros()) % 80_000)
}
