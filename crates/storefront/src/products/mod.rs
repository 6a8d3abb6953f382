//! The tag Products (contract, section 3).

pub(crate) mod bodies;
mod collections;
pub(crate) mod filter;
mod list;
mod reviews;
mod show;

use domain::catalog::Reference;
use marzipan_http::ApiError;
use marzipan_http::idempotency::honoured;
use marzipan_http::ratelimit::strict;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Storefront;
pub(crate) use show::Including;

/// What everybody sees.
pub(crate) fn reads() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(collections::list))
        .routes(routes!(collections::show))
}

/// What a customer does.
pub(crate) fn calls() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new().routes(routes!(reviews::add).layer((strict("reviews"), honoured())))
}

/// An id or a slug from an address. What is neither names nothing.
pub(crate) fn named(text: &str) -> Result<Reference, ApiError> {
    Reference::parse(text).map_err(|_| ApiError::not_found())
}
