//! What search engines and feed readers read: `/shops/{shop}/sitemap.xml`, `/robots.txt` and `/feed.xml`. Rule: it needs no
//! token, so it tells only what every visitor of the shop's site sees.

use axum::Router;
use axum::extract::{MatchedPath, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use commerce::content::{self, ArticleFilter, SiteMap};
use commerce::{Commerce, Shop};
use domain::content::EntryKind;
use domain::problem::Problem;
use marzipan_http::{ApiError, RequestContext, Segment};

use super::xml;
use crate::{Storefront, reading};

/// Posts in a feed.
const NEWEST: i64 = 20;

pub(super) fn routes() -> Router<Storefront> {
    Router::new().route("/shops/{shop}/{file}", get(show))
}

async fn show(
    State(storefront): State<Storefront>,
    context: RequestContext,
    path: MatchedPath,
    Segment(shop): Segment<String>,
    Segment(file): Segment<String, 1>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let commerce = &storefront.commerce;
    let shop = content::shop_named(commerce, &shop).await.map_err(Problem::from)?;
    let shop = shop.ok_or_else(ApiError::not_found)?;
    context.set_tenant(shop.id.uuid());
    // Without the query, which means nothing here and would be a new address each time.
    let target = format!("/shops/{}/{file}", shop.slug);
    let make = async { written(commerce, &shop, &file).await.into_response() };
    Ok(reading::open(&storefront, &target, path, &headers, shop.id, make).await)
}

async fn written(commerce: &Commerce, shop: &Shop, file: &str) -> Result<Response, ApiError> {
    let (content_type, text) = match file {
        "sitemap.xml" => ("application/xml", site_map(commerce, shop).await?),
        "robots.txt" => ("text/plain; charset=utf-8", robots(commerce, shop)),
        "feed.xml" => ("application/atom+xml", feed(commerce, shop).await?),
        other => ("application/xml", site_map_file(commerce, shop, other).await?),
    };
    Ok(([(CONTENT_TYPE, content_type)], text).into_response())
}

fn url(commerce: &Commerce, shop: &Shop, file: &str) -> String {
    format!("{}/shops/{}/{file}", commerce.public_url().as_str().trim_end_matches('/'), shop.slug)
}

async fn site_map(commerce: &Commerce, shop: &Shop) -> Result<String, ApiError> {
    Ok(match content::site_map(commerce, shop).await.map_err(Problem::from)? {
        SiteMap::Addresses(addresses) => xml::site_map(&addresses),
        SiteMap::Files(files) => xml::site_map_index(
            (1..=files).map(|number| url(commerce, shop, &format!("sitemap-{number}.xml"))),
        ),
    })
}

async fn site_map_file(commerce: &Commerce, shop: &Shop, file: &str) -> Result<String, ApiError> {
    let number = file.strip_prefix("sitemap-").and_then(|rest| rest.strip_suffix(".xml"));
    // One spelling only: neither `+1` nor `01`.
    let number = number.filter(|text| text.starts_with(|c: char| matches!(c, '1'..='9')));
    let number = number.and_then(|text| text.parse().ok()).ok_or_else(ApiError::not_found)?;
    let found = content::site_map_file(commerce, shop, number).await.map_err(Problem::from)?;
    found.map(|addresses| xml::site_map(&addresses)).ok_or_else(ApiError::not_found)
}

fn robots(commerce: &Commerce, shop: &Shop) -> String {
    format!("User-agent: *\nAllow: /\nSitemap: {}\n", url(commerce, shop, "sitemap.xml"))
}

async fn feed(commerce: &Commerce, shop: &Shop) -> Result<String, ApiError> {
    let all = ArticleFilter::default();
    let (posts, _) =
        content::articles(commerce, shop, EntryKind::Post, all, 0, NEWEST).await.map_err(Problem::from)?;
    Ok(xml::feed(shop, &url(commerce, shop, "feed.xml"), &posts))
}
