//! The tag CMS (contract, section 6), and what search engines and feed readers read without a token.

mod blocks;
mod bodies;
mod menus;
mod open;
mod pages;
mod posts;
mod redirects;
mod site;
mod xml;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Storefront;

/// What everybody sees.
pub(crate) fn reads() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new()
        .routes(routes!(pages::list))
        .routes(routes!(pages::show))
        .routes(routes!(posts::list))
        .routes(routes!(posts::show))
        .routes(routes!(menus::show))
        .routes(routes!(redirects::find))
        .routes(routes!(site::show))
}

/// What is open to all, beside `/v1`.
pub(crate) fn open() -> Router<Storefront> {
    open::routes()
}
