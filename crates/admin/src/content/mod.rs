//! Pages, posts, menus and redirects.

mod blocks;
mod bodies;
mod entries;
mod menus;
mod pages;
mod posts;
mod redirects;

use marzipan_http::idempotency::honoured;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Admin;

/// What staff do with what the shop says.
pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(pages::list))
        .routes(routes!(pages::create).layer(honoured()))
        .routes(routes!(pages::show, pages::change, pages::delete))
        .routes(routes!(pages::publish))
        .routes(routes!(pages::unpublish))
        .routes(routes!(pages::revisions))
        .routes(routes!(pages::revision))
        .routes(routes!(pages::restore))
        .routes(routes!(pages::preview).layer(honoured()))
        .routes(routes!(posts::list))
        .routes(routes!(posts::create).layer(honoured()))
        .routes(routes!(posts::show, posts::change, posts::delete))
        .routes(routes!(posts::publish))
        .routes(routes!(posts::unpublish))
        .routes(routes!(posts::revisions))
        .routes(routes!(posts::revision))
        .routes(routes!(posts::restore))
        .routes(routes!(posts::preview).layer(honoured()))
        .routes(routes!(menus::list))
        .routes(routes!(menus::create).layer(honoured()))
        .routes(routes!(menus::show, menus::change, menus::delete))
        .routes(routes!(redirects::list))
        .routes(routes!(redirects::create).layer(honoured()))
        .routes(routes!(redirects::show, redirects::change, redirects::delete))
}
