//! What a shop shows, read again and again: the list, a product and a page, each beside a bare server of the same bytes.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::http::Client;
use crate::measure::Bench;
use crate::report::Row;
use crate::server::Server;
use crate::shop::Shop;

/// At least this much of the bare server's rate.
const SHARE: f64 = 0.7;
/// What fills a page of the list.
const PRODUCTS: usize = 15;

impl Bench {
    /// Reads that are answered with finished bytes.
    pub(crate) fn reading(&mut self) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        let server = installation.serve(Some("warn"), None)?;
        fill(&server, &shop)?;
        let tokens = [shop.storefront_token().to_owned()];
        [
            ("GET /v1/products, a page of 15, 64 connections", "/v1/products"),
            ("GET /v1/products/{productId}, 64 connections", "/v1/products/wine-7"),
            ("GET /v1/pages/{slug}, 64 connections", "/v1/pages/about"),
        ]
        .into_iter()
        .map(|(what, target)| self.beside_bare(what, &server, target, &tokens, Some(SHARE)))
        .collect()
    }
}

/// Fifteen wines and a page, of the usual length.
fn fill(server: &Server, shop: &Shop) -> Result<()> {
    let mut client = Client::connect(server.address())?;
    let mut add = |kind: &str, thing: &Value| -> Result<Value> {
        Ok(client.post(&format!("/admin/v1/{kind}"), shop.admin_key(), thing)?.json(201)?["data"].clone())
    };
    add("attributes", &json!({ "name": "Grape" }))?;
    add("collections", &json!({ "name": "Reds" }))?;
    let story =
        "Plum, violet and a little smoke; from old vines above the river, picked by hand and left alone. ";
    for number in 0..PRODUCTS {
        let wine = json!({
            "name": format!("Estate Malbec, cask {number}"), "slug": format!("wine-{number}"), "sku": format!("M-{number}"),
            "price": 1899, "quantity": 24, "description": story.repeat(3), "collections": ["reds"],
            "attributes": [{ "slug": "grape", "values": ["Malbec"] }],
        });
        add("products", &wine)?;
    }
    let paragraph = json!({ "type": "richText", "markdown": story.repeat(8) });
    let heading = json!({ "type": "heading", "text": "Our hill", "level": 2 });
    let page = json!({
        "title": "About", "slug": "about",
        "blocks": [heading, paragraph, heading, paragraph, heading, paragraph],
    });
    let page = add("pages", &page)?;
    let id = page["id"].as_str().context("a page has an id")?;
    client.post(&format!("/admin/v1/pages/{id}/publish"), shop.admin_key(), &json!({}))?.json(200)?;
    Ok(())
}
