//! POST /carts, GET /carts/current, GET and DELETE /carts/{cartId}, POST /carts/{cartId}/claim.

use axum::extract::State;
use axum::http::StatusCode;
use commerce::{Commerce, carts};
use domain::fields::FieldErrors;
use domain::problem::Problem;
use domain::tenants::Currency;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Preconditions};
use serde::Deserialize;
use utoipa::ToSchema;

use super::items::NewItemBody;
use super::{Answer, Cart, CartBody, shown};
use crate::account::DataBody;
use crate::identity::{Customer, Shopper};

/// A cart to make.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"productId": "estate-malbec-2021", "quantity": 2}]}))]
pub(crate) struct NewCart {
    /// What to put in.
    #[schema(value_type = Option<Vec<NewItemBody>>, max_items = 100)]
    items: Option<Vec<NewItemBody>>,
    /// The shop's: prices are in no other.
    #[schema(value_type = Option<String>, pattern = "^(GBP)$")]
    currency: Option<String>,
}

/// Make a cart.
///
/// Knowing a cart's id is the right to use it. A customer who has an open cart gets that one, with the items added.
#[utoipa::path(
    post,
    path = "/carts",
    tag = "Carts",
    operation_id = "createCart",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewCart,
    responses(
        (status = 201, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn create(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    JsonBody(new): JsonBody<NewCart>,
) -> Result<(StatusCode, Answer), ApiError> {
    let currency = shopper.shop.settings.currency;
    if new.currency.is_some_and(|named| Currency::parse(&named) != Ok(currency)) {
        let reason = format!("Must be {currency}: the shop's prices are in that currency.");
        return Err(FieldErrors::one("currency", reason).into());
    }
    let items = new.items.unwrap_or_default();
    if items.len() > domain::carts::MOST_LINES {
        return Err(FieldErrors::one("items", "Must not have more than 100 entries.").into());
    }
    let items = items.into_iter().map(Into::into).collect();
    let cart = shown(carts::create(&commerce, &shopper, items).await)?;
    Ok((StatusCode::CREATED, cart))
}

/// Show the customer's cart.
///
/// Their open one, made if there is none.
#[utoipa::path(
    get,
    path = "/carts/current",
    tag = "Carts",
    operation_id = "showCurrentCart",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn current(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
) -> Result<Answer, ApiError> {
    shown(carts::current(&commerce, &shopper.shop, &who).await)
}

/// Show a cart.
///
/// Prices are those of now. What has changed since something was put in stands in `warnings`, what still stops the
/// checkout in `requirements`.
#[utoipa::path(
    get,
    path = "/carts/{cartId}",
    tag = "Carts",
    operation_id = "showCart",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid)),
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    marzipan_http::Segment(id): Cart,
) -> Result<Answer, ApiError> {
    shown(carts::find(&commerce, &shopper, id).await)
}

/// Forget a cart.
#[utoipa::path(
    delete,
    path = "/carts/{cartId}",
    tag = "Carts",
    operation_id = "removeCart",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Forgotten."),
        Unauthenticated, NotFound, Conflict, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    marzipan_http::Segment(id): Cart,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    carts::delete(&commerce, &shopper, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take over a guest's cart.
///
/// It joins the customer's open one: of what both hold, the guest cart's quantity counts, and nothing is lost. Another
/// customer's cart is not found.
#[utoipa::path(
    post,
    path = "/carts/{cartId}/claim",
    tag = "Carts",
    operation_id = "claimCart",
    security(("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IdempotencyKeyParam),
    responses(
        (status = 200, description = "The customer's cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn claim(
    _: Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    marzipan_http::Segment(id): Cart,
) -> Result<Answer, ApiError> {
    shown(carts::claim(&commerce, &shopper, id).await)
}
