//! Filling carts and buying. Rule: each figure stands beside what the disk alone allows, or beside a smaller cart.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::commits;
use crate::http::{Client, request};
use crate::load;
use crate::measure::{Bench, median};
use crate::report::Row;
use crate::server::{Server, role};
use crate::shop::Shop;

/// Shoppers at once.
const CONNECTIONS: usize = 64;
/// Enough that no two connections often want the same one.
const CARTS: usize = 512;
/// What adding to a cart of nine lines may cost, by what it costs with one.
const NINE_LINES: f64 = 1.3;
/// What a flow commits durably: the cart, two items, who buys, the address, the shipping, the order that waits, the
/// payment in the sandbox's own books, and the order that is paid.
const COMMITS: f64 = 9.0;
/// At least this much of what the disk alone allows.
const SHARE: f64 = 0.5;

/// Who buys what, and for how long.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    address: SocketAddr,
    connections: usize,
    seconds: f64,
    token: String,
    products: [String; 2],
    method: String,
}

impl Bench {
    /// Adding to a cart, with one line in it and with nine.
    pub(crate) fn carts(&mut self) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        let server = installation.serve(Some("warn"), None)?;
        let products = stock(&server, &shop, 9)?;
        let small = adding(&server, &shop, &products[..1])?;
        let large = adding(&server, &shop, &products)?;
        let adds = |bench: &Self, server: &Server, requests: &[String]| load::Plan {
            status: 201,
            ..bench.plan(server.address(), requests.to_vec())
        };
        let (mut rates, mut ratios, mut p99s, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs() {
            let one: load::Report = role("load", &adds(self, &server, &small), None)?;
            let nine: load::Report = role("load", &adds(self, &server, &large), None)?;
            notes.push(format!("{:.0} and {:.0}", one.per_second, nine.per_second));
            ratios.push(one.per_second / nine.per_second);
            rates.push(one.per_second);
            p99s.push(one.p99_ms);
        }
        let (ratio, p99) = (median(ratios), median(p99s));
        self.note(format!(
            "adding to carts of one line and of nine, a second: {}; p99 {p99:.1} ms",
            notes.join(", ")
        ));
        Ok(vec![Row {
            what: "POST /v1/carts/{cartId}/items, 64 connections; its cost with nine lines beside one"
                .to_owned(),
            ours: format!("{:.0} /s", median(rates)),
            baseline: "the same cart with one line".to_owned(),
            ratio: format!("{ratio:.2} ×"),
            target: format!("≤ {NINE_LINES} ×"),
            met: Some(ratio <= NINE_LINES),
        }])
    }

    /// From an empty cart to a paid order.
    pub(crate) fn checkout(&mut self) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        let server = installation.serve(Some("warn"), None)?;
        let products = stock(&server, &shop, 2)?;
        let mut admin = Client::connect(server.address())?;
        let sandbox = json!({ "provider": "sandbox" });
        admin.put("/admin/v1/payment-provider", shop.admin_key(), &sandbox)?.json(200)?;
        let courier = json!({ "name": "Courier", "price": 495, "countries": ["GB"] });
        let courier = admin.post("/admin/v1/shipping-methods", shop.admin_key(), &courier)?.json(201)?;
        let plan = Plan {
            address: server.address(),
            connections: CONNECTIONS,
            seconds: self.seconds(),
            token: shop.storefront_token().to_owned(),
            products: [products[0].clone(), products[1].clone()],
            method: text(&courier["data"]["id"])?,
        };
        let mut pairs = Vec::new();
        let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
        for run in 0..self.runs() {
            let ours: load::Report = role("buy", &plan, None)?;
            let bare = commits::Plan {
                path: self.folder().join(format!("buying-{run}.db")).to_string_lossy().into_owned(),
                rows: 200_000,
                seconds: self.seconds(),
            };
            let theirs: commits::Report = role("commits", &bare, None)?;
            p50s.push(ours.p50_ms);
            p99s.push(ours.p99_ms);
            pairs.push((ours.per_second, theirs.per_second / COMMITS));
        }
        let note = format!("a flow: p50 {:.1} ms, p99 {:.1} ms", median(p50s), median(p99s));
        let what = "a checkout: cart, 2 items, customer, address, shipping, payment; 64 at once";
        Ok(vec![self.compare(what, "nine commits each", &pairs, Some(SHARE), &note)])
    }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text where one should be")?.to_owned())
}

/// Puts products on the shelf; their ids.
fn stock(server: &Server, shop: &Shop, count: usize) -> Result<Vec<String>> {
    let mut admin = Client::connect(server.address())?;
    let add = |number: usize| {
        let wine = json!({ "name": format!("Wine {number}"), "price": 1000 + number });
        let made = admin.post("/admin/v1/products", shop.admin_key(), &wine)?.json(201)?;
        text(&made["data"]["id"])
    };
    (0..count).map(add).collect()
}

/// Fills carts with these products; the requests that add one of the first to each.
fn adding(server: &Server, shop: &Shop, products: &[String]) -> Result<Vec<String>> {
    let mut visitor = Client::connect(server.address())?;
    let items: Vec<Value> = products.iter().map(|id| json!({ "productId": id, "quantity": 1 })).collect();
    let (cart, one) = (json!({ "items": items }), json!({ "productId": products[0] }).to_string());
    let mut fill = || {
        let made = visitor.post("/v1/carts", shop.storefront_token(), &cart)?.json(201)?;
        let path = format!("/v1/carts/{}/items", text(&made["data"]["id"])?);
        Ok(request("POST", &path, shop.storefront_token(), &one))
    };
    (0..CARTS).map(|_| fill()).collect()
}

/// Reads the plan from standard input, buys until its time is up, and prints the report.
pub(crate) fn child() -> Result<()> {
    let plan: Plan = serde_json::from_reader(std::io::stdin().lock()).context("the plan")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(buy(plan))?;
    serde_json::to_writer(std::io::stdout().lock(), &report)?;
    Ok(())
}

async fn buy(plan: Plan) -> Result<load::Report> {
    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(plan.seconds);
    let plan = Arc::new(plan);
    let mut shoppers = tokio::task::JoinSet::new();
    for _ in 0..plan.connections {
        shoppers.spawn(shopper(plan.clone(), end));
    }
    let mut latencies = Vec::new();
    while let Some(ended) = shoppers.join_next().await {
        latencies.append(&mut ended??);
    }
    load::report(latencies, begun.elapsed())
}

/// Buys again and again; how long each took, in microseconds.
async fn shopper(plan: Arc<Plan>, end: Instant) -> Result<Vec<u32>> {
    let mut stream = TcpStream::connect(plan.address).await.context("cannot connect")?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut latencies = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        flow(&plan, &mut stream, &mut buffer).await?;
        latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(latencies)
}

async fn flow(plan: &Plan, stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut ask = async |method: &str, path: &str, body: Value, status: u16| -> Result<Value> {
        let asked = request(method, path, &plan.token, &body.to_string());
        let (got, body) = load::ask(stream, buffer, &asked).await?;
        ensure!(got == status, "{method} {path} answered {got}: {}", String::from_utf8_lossy(body));
        Ok(serde_json::from_slice(body)?)
    };
    let cart = text(&ask("POST", "/v1/carts", json!({}), 201).await?["data"]["id"])?;
    let path = format!("/v1/carts/{cart}");
    for product in &plan.products {
        ask("POST", &format!("{path}/items"), json!({ "productId": product }), 201).await?;
    }
    let who = json!({ "email": "ann@post.example", "firstName": "Ann", "lastName": "Smith" });
    ask("PUT", &format!("{path}/customer"), who, 200).await?;
    let address = json!({ "shipping": { "firstName": "Ann", "lastName": "Smith", "line1": "12 Orchard Lane",
        "city": "Bath", "postcode": "BA1 1AA", "country": "GB" } });
    ask("PUT", &format!("{path}/addresses"), address, 200).await?;
    ask("PUT", &format!("{path}/shipping-method"), json!({ "shippingMethodId": plan.method }), 200).await?;
    let payment = json!({ "payment": { "provider": "sandbox", "token": "tok_ok" } });
    let bought = ask("POST", &format!("{path}/checkout"), payment, 201).await?;
    ensure!(bought["data"]["order"]["paymentStatus"] == "paid", "not paid: {bought}");
    Ok(())
}
