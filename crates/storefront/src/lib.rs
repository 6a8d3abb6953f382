//! `/v1`, what a shop's pages call: one module a tag of the contract, one file a resource.
//!
//! Rule: a handler reads the request, calls one use case of `commerce`, and gives its result the published shape.

mod account;
mod carts;
mod content;
mod identity;
mod media;
mod messaging;
mod openapi;
mod packages;
mod pay;
mod payments;
mod products;
mod reading;
mod search;
mod subscriptions;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use commerce::{Commerce, Stamp};
use marzipan_http::finished::FinishedAnswers;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What the handlers share.
#[derive(Clone)]
pub struct Storefront {
    /// The shop's use cases.
    pub commerce: Commerce,
    /// What was read before.
    pub answers: Arc<FinishedAnswers<Stamp>>,
}

impl FromRef<Storefront> for Commerce {
    fn from_ref(storefront: &Storefront) -> Self {
        storefront.commerce.clone()
    }
}

/// The routes of `/v1` and their document.
pub fn router(storefront: Storefront) -> (Router, OpenApi) {
    let reads = reads().layer(reading::Remembered(storefront.clone()));
    let everything = openapi::document().nest("/v1", calls().merge(reads));
    let (router, document) = everything.split_for_parts();
    (
        router
            .merge(content::open())
            .merge(messaging::pages())
            .merge(media::routes())
            .merge(payments::routes())
            .merge(pay::routes())
            .with_state(storefront),
        document,
    )
}

/// What changes something, is somebody's own, or follows the search index.
fn calls() -> OpenApiRouter<Storefront> {
    account::routes()
        .merge(carts::routes())
        .merge(subscriptions::routes())
        .merge(products::calls())
        .merge(messaging::routes())
        .merge(search::routes())
}

/// What a shop shows: the same for all who look, so that it is made once.
fn reads() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new().merge(products::reads()).merge(packages::reads()).merge(content::reads())
}
