//! The tag Search (contract, section 7): GET /search, published, and GET /search/suggest.
//!
//! Its answers are not remembered: they follow the index, which comes a moment after the shop's version.

mod asking;
mod find;
mod suggest;

use axum::response::{IntoResponse, Response};
use commerce::search::Kind;
use marzipan_http::{ApiError, Conditional, ETag, Preconditions};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Storefront;
use crate::identity::Shopper;

pub(crate) fn routes() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new().routes(routes!(find::find)).routes(routes!(suggest::suggest))
}

/// The word for one hit.
fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Product => "product",
        Kind::Page => "page",
        Kind::Collection => "collection",
        Kind::Post => "post",
        Kind::Package => "package",
    }
}

/// The answer with its tag, or 304 to whoever holds it.
fn tagged(
    Shopper(shopper): &Shopper,
    preconditions: &Preconditions,
    body: &impl Serialize,
) -> Result<Response, ApiError> {
    let bytes = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let etag = ETag::of_tenant_bytes(shopper.shop.id.uuid(), &bytes);
    let keeping = if shopper.customer.is_some() { "no-store" } else { "public, max-age=0, must-revalidate" };
    Ok(Conditional::json(preconditions, etag, bytes).cache_control(keeping).into_response())
}
