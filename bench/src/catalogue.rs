//! Catalogues of many products: importing them, listing them cold, and what they take of memory.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::http::Client;
use crate::measure::{Bench, MIB, median, percentile};
use crate::report::Row;
use crate::server::{Installation, Server};
use crate::shop::Shop;

const FEW: usize = 1_000;
const MANY: usize = 100_000;
const IMPORTED: usize = 10_000;
const FILLED_WITHIN: Duration = Duration::from_mins(2);

const GRAPES: [&str; 12] = [
    "Malbec",
    "Merlot",
    "Syrah",
    "Pinot Noir",
    "Chardonnay",
    "Riesling",
    "Chenin Blanc",
    "Grenache",
    "Tempranillo",
    "Sangiovese",
    "Viognier",
    "Gamay",
];
const REGIONS: [&str; 10] =
    ["Mendoza", "Rioja", "Barossa", "Loire", "Mosel", "Swartland", "Douro", "Etna", "Marlborough", "Kent"];
const COLOURS: [&str; 3] = ["Red", "White", "Rosé"];

impl Bench {
    /// Importing, lists that no cache has seen, and memory.
    pub(crate) fn catalogue(&mut self) -> Result<Vec<Row>> {
        let mut rows = vec![self.import()?];
        let (_, few_server, few) = self.filled(FEW)?;
        let (many_installation, many_server, many) = self.filled(MANY)?;
        let (few_token, many_token) = (few.storefront_token().to_owned(), many.storefront_token().to_owned());
        let filtered = |number: usize| {
            let (grape, colour) =
                (GRAPES[number % 12].replace(' ', "%20"), COLOURS[number % 3].replace('é', "e"));
            // A lowest price of its own makes each query one that nothing remembers.
            format!("/v1/products?attr[grape]={grape}&attr[colour]={colour}&sort=price&minPrice={number}")
        };
        let plain = |number: usize| format!("/v1/products?sort=name&minPrice={number}");
        let mut ratios = Vec::new();
        let mut p99s = Vec::new();
        let mut cold = Vec::new();
        for run in 0..self.runs() {
            let first = run * 400;
            let small = timed(&few_server, &few_token, first, filtered)?;
            let large = timed(&many_server, &many_token, first, filtered)?;
            p99s.push(large.p99);
            ratios.push(large.p99 / small.p99);
            cold.push(timed(&many_server, &many_token, first, plain)?);
        }
        let (p99, ratio) = (median(p99s), median(ratios));
        self.note(format!(
            "a cold list with two filters: p99 {p99:.2} ms at 100,000 products, {ratio:.2} × that at 1,000"
        ));
        rows.push(Row {
            what: "p99 of a cold list with two attribute filters, 100,000 products".to_owned(),
            ours: format!("{p99:.2} ms"),
            baseline: "1,000 products".to_owned(),
            ratio: format!("{ratio:.2} ×"),
            target: "≤ 1.50 ×".to_owned(),
            met: Some(ratio <= 1.5),
        });
        let p50 = median(cold.iter().map(|times| times.p50).collect());
        let p99 = median(cold.iter().map(|times| times.p99).collect());
        rows.push(at_most("a cold list of 100,000 products by name, p50", p50, "ms", 5.0));
        rows.push(at_most("the same, p99", p99, "ms", 5.0));
        let after_filling = resident(&many_server)?;
        rows.push(at_most(
            "resident memory with 100,000 products, of a server that has filled its search index",
            after_filling,
            "MiB",
            200.0,
        ));
        drop(many_server);
        let server = many_installation.serve(Some("warn"), None)?;
        timed(&server, &many_token, 0, plain)?;
        rows.push(at_most("the same, of one that found the index filled", resident(&server)?, "MiB", 200.0));
        Ok(rows)
    }

    fn import(&mut self) -> Result<Row> {
        let mut times = Vec::new();
        for _ in 0..3 {
            let (installation, _) = self.shop()?;
            times.push(fill(&installation, &self.folder().join("import.jsonl"), IMPORTED)?);
        }
        let ours = median(times);
        Ok(at_most("importing 10,000 products from JSONL", ours, "s", 10.0))
    }

    /// A server with a shop of this many products, warmed up.
    fn filled(&mut self, products: usize) -> Result<(Installation, Server, Shop)> {
        let (installation, shop) = self.shop()?;
        let seconds = fill(&installation, &self.folder().join("products.jsonl"), products)?;
        self.note(format!("importing {products} products: {seconds:.1} s"));
        let server = installation.serve(Some("warn"), None)?;
        let answer =
            Client::connect(server.address())?.get("/v1/products?perPage=1", shop.storefront_token())?;
        let total = answer.json(200)?["meta"]["total"].as_u64();
        ensure!(total == u64::try_from(products).ok(), "{total:?} products are listed instead of {products}");
        wait_for_search(&server, shop.storefront_token(), products)?;
        Ok((installation, server, shop))
    }
}

/// Waits until the last product is found: a first start fills the search index beside its other work, and lists that are
/// measured meanwhile measure that.
fn wait_for_search(server: &Server, token: &str, products: usize) -> Result<()> {
    let mut client = Client::connect(server.address())?;
    let target = format!("/v1/search?query=W-{:06}", products - 1);
    let begun = Instant::now();
    while begun.elapsed() < FILLED_WITHIN {
        if client.get(&target, token)?.json(200)?["total_results"] != 0 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the search index was not filled within {} s", FILLED_WITHIN.as_secs())
}

/// Imports so many products; tells how many seconds it took.
fn fill(installation: &Installation, path: &Path, products: usize) -> Result<f64> {
    write(path, products)?;
    let begun = Instant::now();
    let path = path.to_str().context("a path of text")?;
    let output = installation
        .command(&["import", "--tenant", "bench", "--format", "marzipan-jsonl", path])
        .output()
        .context("the import does not start")?;
    ensure!(output.status.success(), "the import failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(begun.elapsed().as_secs_f64())
}

/// A catalogue of made-up wines.
fn write(path: &Path, products: usize) -> Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    for (name, slug) in
        [("Grape", "grape"), ("Region", "region"), ("Colour", "colour"), ("Vintage", "vintage")]
    {
        writeln!(out, "{}", json!({ "kind": "attribute", "name": name, "slug": slug }))?;
    }
    for colour in ["Reds", "Whites", "Pinks"] {
        writeln!(out, "{}", json!({ "kind": "collection", "name": colour }))?;
    }
    for number in 0..products {
        let (grape, region) = (GRAPES[number % 12], REGIONS[number / 7 % 10]);
        let (colour, vintage) = (number / 3 % 3, 2010 + number % 14);
        let collection = ["reds", "whites", "pinks"][colour];
        let product = json!({
            "kind": "product", "name": format!("{region} {grape} {vintage}, cask {number}"), "slug": format!("wine-{number}"),
            "sku": format!("W-{number:06}"), "price": 800 + number * 7919 % 5000, "quantity": number % 50,
            "description": format!("A {grape} of {vintage} from {region}, with **plum**, smoke and a long finish."),
            "collections": [collection],
            "attributes": [
                {"slug": "grape", "values": [grape]}, {"slug": "region", "values": [region]},
                {"slug": "colour", "values": [COLOURS[colour]]}, {"slug": "vintage", "values": [vintage.to_string()]}],
        });
        writeln!(out, "{product}")?;
    }
    out.flush().context("the catalogue can not be written")
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn resident(server: &Server) -> Result<f64> {
    Ok(server.resident()? as f64 / MIB)
}

struct Times {
    p50: f64,
    p99: f64,
}

/// Asks for 400 lists one after the other; in milliseconds.
fn timed(server: &Server, token: &str, first: usize, target: impl Fn(usize) -> String) -> Result<Times> {
    let mut client = Client::connect(server.address())?;
    let mut times = Vec::with_capacity(400);
    for number in first..first + 400 {
        let target = target(number);
        let begun = Instant::now();
        let answer = client.get(&target, token)?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        ensure!(answer.status == 200, "{target} answered {}: {}", answer.status, answer.body);
    }
    Ok(Times { p50: percentile(&mut times, 0.5), p99: percentile(&mut times, 0.99) })
}

fn at_most(what: &str, ours: f64, unit: &str, most: f64) -> Row {
    Row {
        what: what.to_owned(),
        ours: format!("{ours:.1} {unit}"),
        baseline: String::new(),
        ratio: String::new(),
        target: format!("≤ {most} {unit}"),
        met: Some(ours <= most),
    }
}
