//! GET /subscriptions/{subscriptionId}, its renewals, and what the next one will be.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::subscriptions::{self, Who};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Conflict, Invalid, NotFound, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, Query, Segment};
use serde::Deserialize;

use super::bodies::{PreviewBody, RenewalBody, SubscriptionBody};
use super::{Answer, Id, shown};
use crate::account::DataBody;
use crate::identity::{Customer, Shopper};

/// Show a subscription.
#[utoipa::path(
    get,
    path = "/subscriptions/{subscriptionId}",
    tag = "Subscriptions",
    operation_id = "showSubscription",
    security(("accountAuth" = [])),
    params(("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid)),
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
) -> Result<Answer, ApiError> {
    shown(subscriptions::find_own(&commerce, &shopper.shop, &who, id).await)
}

/// List a subscription's renewals.
///
/// The latest first, with how each stands, its order, and the tries to charge it.
#[utoipa::path(
    get,
    path = "/subscriptions/{subscriptionId}/renewals",
    tag = "Subscriptions",
    operation_id = "listRenewals",
    security(("accountAuth" = [])),
    params(("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid), PagingParams),
    responses(
        (status = 200, description = "A page of them.", body = ListBody<RenewalBody>),
        Unauthenticated, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn renewals(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    paging: Paging,
) -> Result<Json<ListBody<RenewalBody>>, ApiError> {
    let (offset, limit) = (paging.offset(), paging.limit());
    let asks = Who::Customer(who.customer);
    let (page, total) = subscriptions::renewals_of(&commerce, &shopper.shop, asks, id, offset, limit)
        .await
        .map_err(Problem::from)?;
    let total = u64::try_from(total).unwrap_or(0);
    Ok(Json(paging.page_of(page.into_iter().map(Into::into).collect(), total)))
}

/// What is being thought of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Thought {
    billing_interval: Option<i64>,
}

/// Preview the next renewal.
///
/// What it will charge and send, as it would be made now. With `billingInterval`, what it would be if that were changed.
#[utoipa::path(
    get,
    path = "/subscriptions/{subscriptionId}/preview",
    tag = "Subscriptions",
    operation_id = "previewRenewal",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        ("billingInterval" = Option<i64>, Query, description = "Months between two boxes: one of the package's.",
            minimum = 1, maximum = 24, example = 2),
    ),
    responses(
        (status = 200, description = "The next renewal.", body = DataBody<PreviewBody>),
        Unauthenticated, NotFound, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn preview(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    Query(thought): Query<Thought>,
) -> Result<Json<DataBody<PreviewBody>>, ApiError> {
    let asks = Who::Customer(who.customer);
    let preview = subscriptions::preview(&commerce, &shopper.shop, asks, id, thought.billing_interval)
        .await
        .map_err(Problem::from)?;
    Ok(Json(DataBody { data: preview.into() }))
}
