//! `/v1`, what a shop's pages call: one module a tag of the contract, one file a resource.
//!
//! Rule: a handler reads the request, calls one use case of `commerce`, and gives its result the published shape.

mod account;
mod identity;
mod openapi;

use axum::Router;
use axum::extract::FromRef;
use commerce::Commerce;
use utoipa::openapi::OpenApi;

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
    let (router, document) = openapi::document().nest("/v1", account::routes()).split_for_parts();
    (router.with_state(storefront), document)
}
