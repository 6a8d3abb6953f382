//! PATCH /subscriptions/{subscriptionId} and PUT of its items.

use axum::extract::State;
use commerce::Commerce;
use commerce::carts::PickForm;
use commerce::subscriptions::{self, Change, Who};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IfMatchParam, Invalid, NotFound, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Preconditions, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::SubscriptionBody;
use super::{Answer, Id, shown};
use crate::account::DataBody;
use crate::carts::PickInput;
use crate::identity::{Customer, Shopper};

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"billingInterval": 2}))]
pub(crate) struct SubscriptionPatch {
    /// Months between two boxes; one of the package's.
    #[schema(minimum = 1, maximum = 24)]
    billing_interval: Option<i64>,
    /// One of the customer's addresses.
    #[schema(value_type = Option<String>, format = Uuid)]
    shipping_address_id: Option<String>,
    /// One of the customer's cards. What is owed is tried with it at once.
    #[schema(value_type = Option<String>, format = Uuid)]
    payment_method_id: Option<String>,
    /// A later day of the current cycle; the dates after it stay what they are.
    #[schema(value_type = Option<String>, format = Date)]
    renewal_date: Option<String>,
}

/// Change a subscription.
///
/// How often its boxes come and the next date can be changed until the next box is made (`editableUntil`), the address and
/// the card until it is charged.
#[utoipa::path(
    patch,
    path = "/subscriptions/{subscriptionId}",
    tag = "Subscriptions",
    operation_id = "changeSubscription",
    security(("accountAuth" = [])),
    params(("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid), IfMatchParam),
    request_body = SubscriptionPatch,
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<SubscriptionPatch>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let wanted = Change {
        billing_interval: patch.billing_interval,
        shipping_address_id: patch.shipping_address_id,
        payment_method_id: patch.payment_method_id,
        renewal_date: patch.renewal_date,
    };
    let asks = Who::Customer(who.customer);
    shown(subscriptions::change(&commerce, &shopper.shop, asks, id, version, wanted).await)
}

/// What is to be in the boxes.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"productId": "01926a3c-0000-7000-8000-000000000001", "quantity": 6}]}))]
pub(crate) struct ItemsInput {
    #[schema(max_items = 100)]
    items: Vec<PickInput>,
}

/// Choose what is in the boxes.
///
/// Of pick & mix only; it counts for the next box and all after it. 422 `below_minimum`, `not_in_package` and `out_of_stock`
/// say what is wrong.
#[utoipa::path(
    put,
    path = "/subscriptions/{subscriptionId}/items",
    tag = "Subscriptions",
    operation_id = "setSubscriptionItems",
    security(("accountAuth" = [])),
    params(("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid), IfMatchParam),
    request_body = ItemsInput,
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_items(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    preconditions: Preconditions,
    JsonBody(input): JsonBody<ItemsInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let items = input.items.into_iter().map(PickForm::from).collect();
    let asks = Who::Customer(who.customer);
    shown(subscriptions::set_items(&commerce, &shopper.shop, asks, id, version, items).await)
}
