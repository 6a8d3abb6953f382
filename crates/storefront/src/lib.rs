//! `/v1`, what a shop's pages call: one module a tag of the contract, one file a resource.
//!
//! Rule: a handler reads the request, calls one use case of `commerce`, and gives its result the published shape.

mod account;
mod identity;
mod openapi;
mod packages;
mod products;
mod reading;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use commerce::Commerce;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What the handlers share.
#[derive(Clone)]
pub struct Storefront {
    /// The shop's use cases.
    pub commerce: Commerce,
}

impl FromRef<Storefront> for Commerce {
    fn from_ref(storefront: &Storefront) -> Self {
        storefront.commerce.clone()
    }
}

/// The routes of `/v1` and their document.
pub fn router(storefront: Storefront) -> (Router, OpenApi) {
    let remembered = from_fn_with_state(storefront.clone(), reading::remembered);
    let reads = reads().layer(remembered);
    let routes = openapi::document().nest("/v1", calls().merge(reads));
    let (router, document) = routes.split_for_parts();
    (router.with_state(storefront), document)
}

/// What changes something, or is somebody's own.
fn calls() -> OpenApiRouter<Storefront> {
    account::routes().merge(products::calls())
}

/// What a shop shows: the same for all who look, so that it is made once.
fn reads() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new().merge(products::reads()).merge(packages::reads())
}
