//! Discounts, gift cards and points of a cart.

use axum::extract::State;
use commerce::{Commerce, carts};
use domain::ids::GiftCardId;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Preconditions, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Answer, Cart, CartBody, shown};
use crate::account::DataBody;
use crate::identity::{Customer, Shopper};

/// A code, in any case.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "autumn10"}))]
pub(crate) struct CodeBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 100)]
    code: Option<String>,
}

/// Add a discount.
///
/// A code that does not count for this cart is refused, with the reason.
#[utoipa::path(
    post,
    path = "/carts/{cartId}/discounts",
    tag = "Carts",
    operation_id = "addCartDiscount",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = CodeBody,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn add_discount(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let code = body.code.unwrap_or_default();
    shown(carts::add_discount(&commerce, &shopper, id, version, &code).await)
}

/// Take a discount out.
#[utoipa::path(
    delete,
    path = "/carts/{cartId}/discounts/{code}",
    tag = "Carts",
    operation_id = "removeCartDiscount",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        ("code" = String, Path, description = "The code, in any case.", example = "AUTUMN10"),
        IfMatchParam,
    ),
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Conflict, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove_discount(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    Segment(code): Segment<String, 1>,
    preconditions: Preconditions,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    shown(carts::remove_discount(&commerce, &shopper, id, version, &code).await)
}

/// Add a gift card.
///
/// It pays a part of the total, or all; what is left on it stays there.
#[utoipa::path(
    post,
    path = "/carts/{cartId}/gift-cards",
    tag = "Carts",
    operation_id = "addCartGiftCard",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = CodeBody,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn add_gift_card(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let code = body.code.unwrap_or_default();
    shown(carts::add_gift_card(&commerce, &shopper, id, version, &code).await)
}

/// Take a gift card out.
#[utoipa::path(
    delete,
    path = "/carts/{cartId}/gift-cards/{giftCardId}",
    tag = "Carts",
    operation_id = "removeCartGiftCard",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        ("giftCardId" = String, Path, description = "The card's id in the cart.", format = Uuid),
        IfMatchParam,
    ),
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Conflict, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove_gift_card(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    Segment(card): Segment<GiftCardId, 1>,
    preconditions: Preconditions,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    shown(carts::remove_gift_card(&commerce, &shopper, id, version, card.uuid()).await)
}

/// Points to redeem.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"points": 500}))]
pub(crate) struct PointsBody {
    /// 0 for none.
    #[schema(required, value_type = i64, minimum = 0, maximum = 1_000_000_000)]
    points: Option<i64>,
}

/// Redeem points.
///
/// So many of the customer's points are taken off as a discount. The cart has to be the customer's own.
#[utoipa::path(
    put,
    path = "/carts/{cartId}/points",
    tag = "Carts",
    operation_id = "redeemCartPoints",
    security(("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IfMatchParam),
    request_body = PointsBody,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn redeem_points(
    _: Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<PointsBody>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let points =
        body.points.ok_or_else(|| domain::fields::FieldErrors::one("points", "Is required; 0 for none."))?;
    shown(carts::redeem_points(&commerce, &shopper, id, version, points).await)
}
