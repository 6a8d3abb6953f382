//! POST /subscriptions/{subscriptionId}/skip, /pause, /resume, /cancel, /reactivate and /renew, and POST /subscriptions/redeem.

use axum::extract::State;
use commerce::Commerce;
use commerce::subscriptions::{self, Cancelling, Who};
use domain::fields::Fields;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, IgnoredBody, JsonBody, OptionalJsonBody, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::SubscriptionBody;
use super::{Answer, Id, shown};
use crate::account::{DataBody, return_page};
use crate::identity::{Customer, Shopper};

/// When a pause ends.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({"until": "2027-01-15"}))]
pub(crate) struct PauseInput {
    /// The day, or the instant; until it is resumed if left out.
    #[schema(value_type = Option<String>, example = "2027-01-15")]
    until: Option<String>,
}

/// How to cancel.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "We are moving abroad.", "at": "period_end"}))]
pub(crate) struct CancelInput {
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// `now`, or `period_end` (the default): when what is paid has been sent.
    #[schema(value_type = Option<String>, pattern = "^(now|period_end)$")]
    at: Option<String>,
}

/// How to pay.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"returnUrl": "https://shop.example/account"}))]
pub(crate) struct RenewInput {
    /// Where the bank sends the customer back to; its origin must be on the shop's list, else it is left out.
    #[schema(format = Uri, max_length = 2000)]
    return_url: Option<String>,
}

/// The code of a present.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "mzg_AZJqPAAAcACAAAAAAAAABQ"}))]
pub(crate) struct RedeemInput {
    /// From the mail.
    #[schema(required, value_type = String, min_length = 1, max_length = 200)]
    code: Option<String>,
}

/// Skip the next box.
///
/// The dates after it stay what they are. Until `editableUntil`.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/skip",
    tag = "Subscriptions",
    operation_id = "skipRenewal",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn skip(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    _: IgnoredBody,
) -> Result<Answer, ApiError> {
    let asks = Who::Customer(who.customer);
    shown(subscriptions::skip(&commerce, &shopper.shop, asks, id).await)
}

/// Pause a subscription.
///
/// Nothing is charged while it rests. A renewal that was not charged yet is taken back.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/pause",
    tag = "Subscriptions",
    operation_id = "pauseSubscription",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = PauseInput,
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn pause(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    OptionalJsonBody(input): OptionalJsonBody<PauseInput>,
) -> Result<Answer, ApiError> {
    let asks = Who::Customer(who.customer);
    shown(subscriptions::pause(&commerce, &shopper.shop, asks, id, input.until).await)
}

/// Resume a subscription.
///
/// It renews on the first of its dates that has not passed.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/resume",
    tag = "Subscriptions",
    operation_id = "resumeSubscription",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn resume(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    _: IgnoredBody,
) -> Result<Answer, ApiError> {
    let asks = Who::Customer(who.customer);
    shown(subscriptions::resume(&commerce, &shopper.shop, asks, id).await)
}

/// Cancel a subscription.
///
/// At once, or when what is paid has been sent. It can be reactivated.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/cancel",
    tag = "Subscriptions",
    operation_id = "cancelSubscription",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = CancelInput,
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn cancel(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    OptionalJsonBody(input): OptionalJsonBody<CancelInput>,
) -> Result<Answer, ApiError> {
    let asks = Who::Customer(who.customer);
    let asked = Cancelling { reason: input.reason, at: input.at };
    shown(subscriptions::cancel(&commerce, &shopper.shop, asks, id, asked).await)
}

/// Reactivate a subscription.
///
/// Takes back a cancellation that waits for the end of the period, or begins again on the first of its dates that has not
/// passed.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/reactivate",
    tag = "Subscriptions",
    operation_id = "reactivateSubscription",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn reactivate(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    _: IgnoredBody,
) -> Result<Answer, ApiError> {
    let asks = Who::Customer(who.customer);
    shown(subscriptions::reactivate(&commerce, &shopper.shop, asks, id).await)
}

/// Renew now.
///
/// Sends the next box now, or pays what is owed. Where the bank asks, `payment` says how the customer finishes it. A card that
/// is refused is no error: the subscription is `past_due` then, and `openRenewal` says why.
#[utoipa::path(
    post,
    path = "/subscriptions/{subscriptionId}/renew",
    tag = "Subscriptions",
    operation_id = "renewSubscription",
    security(("accountAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = RenewInput,
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn renew(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Id,
    OptionalJsonBody(input): OptionalJsonBody<RenewInput>,
) -> Result<Answer, ApiError> {
    let asks = Who::Customer(who.customer);
    let mut fields = Fields::default();
    let return_url = return_page(&mut fields, input.return_url, &shopper.shop);
    fields.finish()?;
    shown(subscriptions::renew(&commerce, &shopper.shop, asks, id, return_url).await)
}

/// Redeem a present.
///
/// Its boxes are the customer's from now on: to choose, to skip, and to send where they like. Who gave it pays.
#[utoipa::path(
    post,
    path = "/subscriptions/redeem",
    tag = "Subscriptions",
    operation_id = "redeemGift",
    security(("accountAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = RedeemInput,
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn redeem(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    JsonBody(input): JsonBody<RedeemInput>,
) -> Result<Answer, ApiError> {
    shown(subscriptions::redeem(&commerce, &shopper.shop, &who, input.code).await)
}
