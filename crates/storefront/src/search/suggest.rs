//! GET /search/suggest.

use axum::extract::State;
use axum::response::Response;
use commerce::Commerce;
use commerce::search::{self, HitView};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotModified, Unauthenticated};
use marzipan_http::{ApiError, Preconditions, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::asking::Asked;
use super::{tagged, type_of};
use crate::identity::Shopper;

/// Suggestions, the best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuggestionsBody {
    data: Vec<SuggestionBody>,
}

/// What somebody may mean.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "text": "Estate Malbec 2021",
    "type": "product",
    "slug": "estate-malbec-2021",
    "url": "https://api.example.com/products/estate-malbec-2021",
}))]
pub(crate) struct SuggestionBody {
    /// A title.
    text: String,
    /// `product`, `page`, `collection`, `post` or `package`.
    #[serde(rename = "type")]
    kind: &'static str,
    slug: String,
    url: String,
}

impl From<HitView> for SuggestionBody {
    fn from(hit: HitView) -> Self {
        Self { text: hit.title, kind: type_of(hit.kind), slug: hit.slug, url: hit.url }
    }
}

/// Suggest titles while somebody is typing.
#[utoipa::path(
    get,
    path = "/search/suggest",
    tag = "Search",
    operation_id = "suggest",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("query" = Option<String>, Query, description = "What was typed so far; needed here or in `q`.", example = "malb"),
        ("q" = Option<String>, Query, description = "Another name for `query`.", example = "malb"),
        ("type" = Option<String>, Query, description = "Only things of this kind.", pattern = "^(products|pages|posts|collections|packages)?$", example = "products"),
        ("limit" = Option<i64>, Query, description = "So many at the most; 10 if left out.", minimum = 1, maximum = 50, example = 10),
    ),
    responses(
        (status = 200, description = "Titles that fit, the best first.", body = SuggestionsBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn suggest(
    shopper: Shopper,
    State(commerce): State<Commerce>,
    Query(asked): Query<Asked>,
    preconditions: Preconditions,
) -> Result<Response, ApiError> {
    let (ask, _) = asked.read()?;
    let hits = search::suggest(&commerce, &shopper.0.shop, ask).await.map_err(Problem::from)?;
    let data = hits.into_iter().map(SuggestionBody::from).collect();
    tagged(&shopper, &preconditions, &SuggestionsBody { data })
}
