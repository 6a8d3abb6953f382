//! GET /search, published.

use axum::extract::State;
use axum::response::Response;
use commerce::Commerce;
use commerce::search::{self, Answer, HitView, Kind};
use domain::money::Money;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotModified, Unauthenticated};
use marzipan_http::{ApiError, Preconditions, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::asking::Asked;
use super::{tagged, type_of};
use crate::identity::Shopper;
use crate::products::bodies::ImageBody;

/// What was found. The order of the fields is the order of the published keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchBody {
    /// What was asked.
    #[schema(example = "malbec")]
    query: String,
    /// How many things fit, also beyond the limit.
    #[schema(example = 1)]
    total_results: u64,
    results: ResultsBody,
}

/// The best of each kind. Every group is there, also an empty one.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct ResultsBody {
    products: Vec<HitBody>,
    pages: Vec<HitBody>,
    collections: Vec<HitBody>,
    posts: Vec<HitBody>,
    packages: Vec<HitBody>,
}

/// Something that was found.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "type": "product",
    "title": "Estate Malbec 2021",
    "slug": "estate-malbec-2021",
    "url": "https://api.example.com/products/estate-malbec-2021",
    "excerpt": "Plum, violet and a little smoke.",
    "image": null,
    "price": "£18.99",
    "status": "active",
}))]
pub(crate) struct HitBody {
    #[schema(format = Uuid)]
    id: String,
    /// `product`, `page`, `collection`, `post` or `package`.
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    slug: String,
    url: String,
    /// Plain text on one line.
    excerpt: String,
    #[schema(required)]
    image: Option<ImageBody>,
    /// Of products and packages.
    #[schema(required)]
    price: Option<String>,
    /// `active`, `out_of_stock`, or `published` of pages and posts.
    status: &'static str,
}

impl From<HitView> for HitBody {
    fn from(hit: HitView) -> Self {
        Self {
            id: hit.id.to_string(),
            kind: type_of(hit.kind),
            title: hit.title,
            slug: hit.slug,
            url: hit.url,
            excerpt: hit.excerpt,
            image: hit.image.map(ImageBody::from),
            price: hit.price.map(Money::formatted),
            status: hit.status,
        }
    }
}

impl ResultsBody {
    fn of(hits: Vec<HitView>) -> Self {
        let mut results = Self::default();
        for hit in hits {
            let group = match hit.kind {
                Kind::Product => &mut results.products,
                Kind::Page => &mut results.pages,
                Kind::Collection => &mut results.collections,
                Kind::Post => &mut results.posts,
                Kind::Package => &mut results.packages,
            };
            group.push(hit.into());
        }
        results
    }
}

/// Search products, packages, collections, pages and posts.
///
/// Words may be unfinished, may lack their accents, and may have a typing error (two from eight letters on). Of a question that
/// is longer than 200 characters or 12 words the rest is not looked at.
#[utoipa::path(
    get,
    path = "/search",
    tag = "Search",
    operation_id = "search",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("query" = Option<String>, Query, description = "The words; needed here or in `q`.", example = "malbec"),
        ("q" = Option<String>, Query, description = "Another name for `query`.", example = "malbec"),
        ("type" = Option<String>, Query, description = "Only things of this kind.", pattern = "^(products|pages|posts|collections|packages)?$", example = "products"),
        ("limit" = Option<i64>, Query, description = "So many hits of each kind at the most; 10 if left out.", minimum = 1, maximum = 50, example = 10),
    ),
    responses(
        (status = 200, description = "What was found, the best first.", body = SearchBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn find(
    shopper: Shopper,
    State(commerce): State<Commerce>,
    Query(asked): Query<Asked>,
    preconditions: Preconditions,
) -> Result<Response, ApiError> {
    let (ask, query) = asked.read()?;
    let Answer { total, hits } =
        search::find(&commerce, &shopper.0.shop, ask).await.map_err(Problem::from)?;
    tagged(
        &shopper,
        &preconditions,
        &SearchBody { query, total_results: total, results: ResultsBody::of(hits) },
    )
}
