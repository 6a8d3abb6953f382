//! The tag Carts (contract, section 5).

mod bodies;
mod checkout;
mod codes;
mod contact;
mod items;
mod manage;

use commerce::carts::{CartError, CartView};
use domain::ids::CartId;
use domain::problem::Problem;
use marzipan_http::idempotency::honoured;
use marzipan_http::{ApiError, ETag};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Storefront;
use crate::account::DataBody;

pub(crate) use bodies::{CartAddress, CartBody, ChosenOptionBody};
pub(crate) use checkout::PaymentBody;
pub(crate) use items::PickInput;

pub(crate) fn routes() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new()
        .routes(routes!(manage::create).layer(honoured()))
        .routes(routes!(manage::current))
        .routes(routes!(manage::show, manage::remove))
        .routes(routes!(manage::claim).layer(honoured()))
        .routes(routes!(items::add).layer(honoured()))
        .routes(routes!(items::change, items::remove))
        .routes(routes!(codes::add_discount).layer(honoured()))
        .routes(routes!(codes::remove_discount))
        .routes(routes!(codes::add_gift_card).layer(honoured()))
        .routes(routes!(codes::remove_gift_card))
        .routes(routes!(codes::redeem_points))
        .routes(routes!(contact::set_customer))
        .routes(routes!(contact::set_addresses))
        .routes(routes!(contact::shipping_methods))
        .routes(routes!(contact::set_shipping_method))
        .routes(routes!(contact::set_gift_message))
        .routes(routes!(checkout::begin).layer(honoured()))
        .routes(routes!(checkout::show))
}

/// A cart with its version.
type Answer = (ETag, axum::Json<DataBody<CartBody>>);

fn answer(view: CartView) -> Answer {
    (ETag::of_version(view.version), axum::Json(DataBody { data: view.into() }))
}

fn shown(found: Result<CartView, CartError>) -> Result<Answer, ApiError> {
    found.map(answer).map_err(|error| Problem::from(error).into())
}

/// What the address names; anything else is a cart that there is not.
type Cart = marzipan_http::Segment<CartId>;
