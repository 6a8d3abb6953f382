//! What staff do with a subscription on its customer's behalf: PATCH /subscriptions/{subscriptionId}, PUT its items, and POST
//! the commands. Rule: the use cases are those of the customer's own account; only who asks differs.

use axum::extract::State;
use commerce::Commerce;
use commerce::carts::PickForm;
use commerce::subscriptions::{self, Cancelling, Change, Who};
use domain::ids::SubscriptionId;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Preconditions, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::SubscriptionBody;
use super::{Answer, answer};
use crate::bodies::DataBody;
use crate::identity::{Staff, SubscriptionsWrite};

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"billingInterval": 2, "shippingAddressId": "01926a3c-0000-7000-8000-000000000003"}))]
pub(crate) struct ChangeSubscriptionInput {
    /// Months between two renewals; one of the package's.
    #[schema(minimum = 1, maximum = 24)]
    billing_interval: Option<i64>,
    /// One of the customer's addresses.
    #[schema(pattern = "^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    shipping_address_id: Option<String>,
    /// One of the customer's cards.
    #[schema(pattern = "^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    payment_method_id: Option<String>,
    /// A later day of the same period, in the shop's zone, or a time.
    #[schema(
        pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$"
    )]
    renewal_date: Option<String>,
}

/// Change a subscription.
///
/// How often its boxes come, where they go, what pays for them, and when the next one leaves. With `If-Match` the change is
/// refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/subscriptions/{subscriptionId}",
    tag = "Subscriptions",
    operation_id = "changeSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IfMatchParam,
    ),
    request_body = ChangeSubscriptionInput,
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<ChangeSubscriptionInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let by = Who::Staff(who.actor);
    let wanted = Change {
        billing_interval: body.billing_interval,
        shipping_address_id: body.shipping_address_id,
        payment_method_id: body.payment_method_id,
        renewal_date: body.renewal_date,
    };
    subscriptions::change(&commerce, &who.shop, by, id, version, wanted).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// What is to be in each box.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"productId": "01926a3c-0000-7000-8000-000000000010", "quantity": 6}]}))]
pub(crate) struct BoxInput {
    #[schema(max_items = 100)]
    items: Vec<BoxItemInput>,
}

/// So many of a product.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BoxItemInput {
    #[schema(format = Uuid)]
    product_id: String,
    #[schema(minimum = 0, maximum = 10_000)]
    quantity: i64,
}

/// Set what is in the boxes.
///
/// Of pick & mix only: these in the place of those that are chosen. It counts for the next box and all after it.
#[utoipa::path(
    put,
    path = "/subscriptions/{subscriptionId}/items",
    tag = "Subscriptions",
    operation_id = "setSubscriptionItems",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IfMatchParam,
    ),
    request_body = BoxInput,
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_items(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<BoxInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let by = Who::Staff(who.actor);
    let pick = |item: BoxItemInput| PickForm { product_id: item.product_id, quantity: item.quantity };
    let picks = body.items.into_iter().map(pick).collect();
    subscriptions::set_items(&commerce, &who.shop, by, id, version, picks).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// Leave the next box out.
///
/// The dates after it stay what they are.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/skip",
    tag = "Subscriptions",
    operation_id = "skipSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn skip(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
) -> Result<Answer, ApiError> {
    let by = Who::Staff(who.actor);
    subscriptions::skip(&commerce, &who.shop, by, id).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// How long to pause.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"until": "2026-12-24"}))]
pub(crate) struct PauseInput {
    /// The day on which it ends, in the shop's zone, or the time, two years away at the most; until it is resumed if left out.
    #[schema(
        pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$"
    )]
    until: Option<String>,
}

/// Pause a subscription.
///
/// Until a day, or until it is resumed. A renewal that was not charged yet is taken back.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/pause",
    tag = "Subscriptions",
    operation_id = "pauseSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = PauseInput,
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn pause(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
    JsonBody(body): JsonBody<PauseInput>,
) -> Result<Answer, ApiError> {
    let by = Who::Staff(who.actor);
    subscriptions::pause(&commerce, &who.shop, by, id, body.until).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// Resume a subscription.
///
/// It goes on after a pause: with the first of its dates that has not passed.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/resume",
    tag = "Subscriptions",
    operation_id = "resumeSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn resume(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
) -> Result<Answer, ApiError> {
    let by = Who::Staff(who.actor);
    subscriptions::resume(&commerce, &who.shop, by, id).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// Why, and from when on.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"reason": "Moving abroad", "at": "period_end"}))]
pub(crate) struct CancelSubscriptionInput {
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// `now`, or `period_end`: when what is paid has been sent; the latter if left out.
    #[schema(pattern = "^(|now|period_end)$")]
    at: Option<String>,
}

/// Cancel a subscription.
///
/// At once, or when what is paid has been sent. The customer is told.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/cancel",
    tag = "Subscriptions",
    operation_id = "cancelSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = CancelSubscriptionInput,
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn cancel(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
    JsonBody(body): JsonBody<CancelSubscriptionInput>,
) -> Result<Answer, ApiError> {
    let by = Who::Staff(who.actor);
    let asked = Cancelling { reason: body.reason, at: body.at };
    subscriptions::cancel(&commerce, &who.shop, by, id, asked).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// Reactivate a subscription.
///
/// Takes a cancellation back, or begins again with the first of its dates that has not passed.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/reactivate",
    tag = "Subscriptions",
    operation_id = "reactivateSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn reactivate(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
) -> Result<Answer, ApiError> {
    let by = Who::Staff(who.actor);
    subscriptions::reactivate(&commerce, &who.shop, by, id).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}

/// Renew a subscription now.
///
/// Sends the next box now, or charges what is owed. Nobody is there for a bank to ask: where it asks, the customer is written
/// to.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/renew",
    tag = "Subscriptions",
    operation_id = "renewSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription as it is now.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn renew(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
) -> Result<Answer, ApiError> {
    let by = Who::Staff(who.actor);
    subscriptions::renew(&commerce, &who.shop, by, id, None).await.map_err(Problem::from)?;
    answer(&commerce, &who.shop, id).await
}
