//! POST /carts/{cartId}/items, PATCH and DELETE /carts/{cartId}/items/{itemId}.

use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::carts::{self, BoxesForm, GiftForm, ItemChange, NewItem, PickForm};
use domain::ids::CartItemId;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Preconditions, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Answer, Cart, CartBody, shown};
use crate::account::DataBody;
use crate::identity::Shopper;

/// Something to put in a cart.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"productId": "01926a3c-0000-7000-8000-000000000011", "quantity": 2}))]
pub(crate) struct NewItemBody {
    /// The product's id or slug.
    #[schema(value_type = String, required, min_length = 1, max_length = 200)]
    product_id: Option<String>,
    /// 1 if left out.
    #[schema(minimum = 0, maximum = 10_000)]
    quantity: Option<i64>,
    /// One value of each of the product's options.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 20)]
    option_value_ids: Option<Vec<String>>,
    /// Of packages: how the boxes come. Left out for the package's usual frequency.
    subscription: Option<BoxesInput>,
    gift: Option<GiftInput>,
}

/// How the boxes of a package are to come.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BoxesInput {
    /// Months between two; one of the package's.
    #[schema(minimum = 1, maximum = 24)]
    billing_frequency: Option<i64>,
    /// How many boxes to pay at once, from 1 to 36; 1 if left out.
    #[schema(minimum = 1, maximum = 36)]
    prepaid_boxes: Option<i64>,
    /// What is in the first: of pick & mix only.
    #[schema(max_items = 100)]
    items: Option<Vec<PickInput>>,
}

/// So many of a product in a box.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PickInput {
    #[schema(format = Uuid)]
    product_id: String,
    #[schema(minimum = 0, maximum = 10_000)]
    quantity: i64,
}

/// For whom a line is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GiftInput {
    #[schema(required, value_type = String, min_length = 1, max_length = 100)]
    recipient_name: Option<String>,
    #[schema(max_length = 254)]
    recipient_email: Option<String>,
    #[schema(max_length = 1000)]
    message: Option<String>,
    /// The day on which to say it.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    send_on: Option<String>,
}

impl From<PickInput> for PickForm {
    fn from(input: PickInput) -> Self {
        Self { product_id: input.product_id, quantity: input.quantity }
    }
}

impl From<BoxesInput> for BoxesForm {
    fn from(input: BoxesInput) -> Self {
        Self {
            billing_frequency: input.billing_frequency,
            prepaid_boxes: input.prepaid_boxes,
            items: input.items.unwrap_or_default().into_iter().map(Into::into).collect(),
        }
    }
}

impl From<NewItemBody> for NewItem {
    fn from(body: NewItemBody) -> Self {
        let gift = |gift: GiftInput| GiftForm {
            recipient_name: gift.recipient_name,
            recipient_email: gift.recipient_email,
            message: gift.message,
            send_on: gift.send_on,
        };
        Self {
            product_id: body.product_id,
            quantity: body.quantity,
            option_value_ids: body.option_value_ids.unwrap_or_default(),
            subscription: body.subscription.map(Into::into),
            gift: body.gift.map(gift),
        }
    }
}

/// Put something in a cart.
///
/// The same product with the same choices adds to its line.
#[utoipa::path(
    post,
    path = "/carts/{cartId}/items",
    tag = "Carts",
    operation_id = "addCartItem",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = NewItemBody,
    responses(
        (status = 201, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(item): JsonBody<NewItemBody>,
) -> Result<(StatusCode, Answer), ApiError> {
    let version = preconditions.expected_version()?;
    let cart = shown(carts::add_item(&commerce, &shopper, id, version, item.into()).await)?;
    Ok((StatusCode::CREATED, cart))
}

/// What to change of a line; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"quantity": 3}))]
pub(crate) struct ItemPatch {
    /// 0 removes the line.
    #[schema(minimum = 0, maximum = 10_000)]
    quantity: Option<i64>,
    subscription: Option<BoxesInput>,
}

/// Change a line.
#[utoipa::path(
    patch,
    path = "/carts/{cartId}/items/{itemId}",
    tag = "Carts",
    operation_id = "changeCartItem",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        ("itemId" = String, Path, description = "The line's id.", format = Uuid),
        IfMatchParam,
    ),
    request_body = ItemPatch,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    Segment(item): Segment<CartItemId, 1>,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<ItemPatch>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let change = ItemChange { quantity: patch.quantity, subscription: patch.subscription.map(Into::into) };
    shown(carts::change_item(&commerce, &shopper, id, item.uuid(), version, change).await)
}

/// Take a line out.
#[utoipa::path(
    delete,
    path = "/carts/{cartId}/items/{itemId}",
    tag = "Carts",
    operation_id = "removeCartItem",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("cartId" = String, Path, description = "The cart's id.", format = Uuid),
        ("itemId" = String, Path, description = "The line's id.", format = Uuid),
        IfMatchParam,
    ),
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Conflict, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    Segment(item): Segment<CartItemId, 1>,
    preconditions: Preconditions,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    shown(carts::remove_item(&commerce, &shopper, id, item.uuid(), version).await)
}
