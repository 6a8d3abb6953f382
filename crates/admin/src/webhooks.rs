//! GET and POST /webhooks, GET, PATCH and DELETE /webhooks/{endpointId}, and POST /rotate-secret and /ping under it. What
//! became of deliveries is in `webhook_deliveries`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::webhooks::{self, EndpointEntry, WithSecret};
use domain::ids::WebhookEndpointId;
use domain::problem::Problem;
use domain::webhooks::EndpointForm;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{DataBody, page_of_all};
use crate::identity::{Staff, WebhooksRead, WebhooksWrite};
use crate::webhook_deliveries::DeliveryBody;
use marzipan_http::fields::optional_long_line_schema;

/// A place that hears of what happens in the shop. Each event is posted to it as JSON, `{id, type, timestamp, data}`, with
/// the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` of Standard Webhooks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "url": "https://books.example/marzipan",
    "description": "Bookkeeping",
    "events": ["order.paid", "order.refunded"],
    "enabled": true,
    "disabledReason": null,
    "failingSince": null,
    "previousSecretUntil": null,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct EndpointBody {
    #[schema(format = Uuid)]
    id: String,
    /// Where events are posted.
    #[schema(format = Uri)]
    url: String,
    /// What it is for.
    #[schema(required)]
    description: Option<String>,
    /// What it hears of; `*` alone for all there are, and all that later versions bring.
    #[schema(value_type = Vec<EventWord>)]
    events: Vec<String>,
    /// Whether it hears anything at present.
    enabled: bool,
    /// Why it was disabled without anybody's doing: it answered 410, or took nothing for five days.
    #[schema(required, value_type = Option<DisabledWord>)]
    disabled_reason: Option<String>,
    /// Since when it has taken nothing; null while it takes what comes.
    #[schema(required, format = DateTime)]
    failing_since: Option<String>,
    /// Until when the secret before the present one signs, too; null before the first rotation.
    #[schema(required, format = DateTime)]
    previous_secret_until: Option<String>,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What can have happened; `*` is everything.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "documents the words that `EventKind` reads and writes")]
pub(crate) enum EventWord {
    #[serde(rename = "*")]
    All,
    #[serde(rename = "order.created")]
    OrderCreated,
    #[serde(rename = "order.paid")]
    OrderPaid,
    #[serde(rename = "order.payment_failed")]
    OrderPaymentFailed,
    #[serde(rename = "order.fulfilled")]
    OrderFulfilled,
    #[serde(rename = "order.delivered")]
    OrderDelivered,
    #[serde(rename = "order.cancelled")]
    OrderCancelled,
    #[serde(rename = "order.refunded")]
    OrderRefunded,
    #[serde(rename = "cart.abandoned")]
    CartAbandoned,
    #[serde(rename = "customer.created")]
    CustomerCreated,
    #[serde(rename = "customer.updated")]
    CustomerUpdated,
    #[serde(rename = "subscription.created")]
    SubscriptionCreated,
    #[serde(rename = "subscription.updated")]
    SubscriptionUpdated,
    #[serde(rename = "subscription.renewed")]
    SubscriptionRenewed,
    #[serde(rename = "subscription.renewal_failed")]
    SubscriptionRenewalFailed,
    #[serde(rename = "subscription.cancelled")]
    SubscriptionCancelled,
    #[serde(rename = "product.out_of_stock")]
    ProductOutOfStock,
    #[serde(rename = "ping")]
    Ping,
}

/// Why an endpoint was disabled by the server.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that an endpoint has for its reason")]
pub(crate) enum DisabledWord {
    Gone,
    Failing,
}

impl From<EndpointEntry> for EndpointBody {
    fn from(entry: EndpointEntry) -> Self {
        let EndpointEntry {
            id,
            endpoint,
            disabled_reason,
            failing_since,
            previous_secret_until,
            version,
            created_at,
            updated_at,
        } = entry;
        Self {
            id: id.to_string(),
            url: endpoint.url,
            description: endpoint.description,
            events: endpoint.events.words(),
            enabled: endpoint.is_enabled,
            disabled_reason,
            failing_since: failing_since.map(|time| time.to_string()),
            previous_secret_until: previous_secret_until.map(|time| time.to_string()),
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

type Answer = (ETag, Json<DataBody<EndpointBody>>);

fn answer(entry: EndpointEntry) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody::of(entry)))
}

/// An endpoint with its secret.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "url": "https://books.example/marzipan",
    "description": "Bookkeeping",
    "events": ["order.paid", "order.refunded"],
    "enabled": true,
    "disabledReason": null,
    "failingSince": null,
    "previousSecretUntil": null,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
}))]
pub(crate) struct EndpointWithSecretBody {
    #[serde(flatten)]
    entry: EndpointBody,
    /// What the deliveries are signed with, shown this once.
    secret: String,
}

type SecretAnswer = (ETag, Json<DataBody<EndpointWithSecretBody>>);

fn answer_with_secret((entry, secret): WithSecret) -> SecretAnswer {
    let version = ETag::of_version(entry.version);
    let data = EndpointWithSecretBody { entry: entry.into(), secret: secret.reveal() };
    (version, Json(DataBody { data }))
}

/// An endpoint to add.
#[derive(ToSchema)]
#[schema(example = json!({
    "url": "https://books.example/marzipan",
    "description": "Bookkeeping",
    "events": ["order.paid", "order.refunded"],
}))]
#[expect(dead_code, reason = "documents what `EndpointForm` reads")]
pub(crate) struct NewEndpoint {
    /// An address that begins with `https://` and leads into no private network, unless the installation allows them.
    #[schema(max_length = 2000, pattern = "^https?://.+$")]
    url: String,
    /// Null for none.
    #[schema(schema_with = optional_long_line_schema)]
    description: Option<String>,
    /// All there are if left out.
    #[schema(value_type = Option<Vec<EventWord>>, max_items = 50)]
    events: Option<Vec<String>>,
    /// It is if left out.
    enabled: Option<bool>,
}

/// What to change of an endpoint; what is left out stays.
#[derive(ToSchema)]
#[schema(example = json!({"events": ["*"]}))]
#[expect(dead_code, reason = "documents what `EndpointForm` reads")]
pub(crate) struct EndpointChange {
    #[schema(required = false, max_length = 2000, pattern = "^https?://.+$")]
    url: String,
    /// Null for none.
    #[schema(schema_with = optional_long_line_schema)]
    description: Option<String>,
    /// Null for all there are.
    #[schema(value_type = Option<Vec<EventWord>>, max_items = 50)]
    events: Option<Vec<String>>,
    /// Null for true. One that is disabled gives up what it has not taken.
    enabled: Option<bool>,
}

/// List webhook endpoints.
///
/// The oldest first. Their secrets were shown once.
#[utoipa::path(
    get,
    path = "/webhooks",
    tag = "Webhooks",
    operation_id = "listWebhooks",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the endpoints.", body = ListBody<EndpointBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<WebhooksRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<EndpointBody>, ApiError> {
    let all = webhooks::endpoints(&commerce, &who.shop).await.map_err(Problem::from)?;
    Ok(page_of_all(&paging, all, EndpointBody::from))
}

/// Add a webhook endpoint.
///
/// It hears of what happens from then on. The answer is the only place where its secret is shown. A shop can have 20.
#[utoipa::path(
    post,
    path = "/webhooks",
    tag = "Webhooks",
    operation_id = "addWebhook",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewEndpoint,
    responses(
        (status = 201, description = "Added.", body = DataBody<EndpointWithSecretBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<EndpointForm>,
) -> Result<(StatusCode, SecretAnswer), ApiError> {
    let added = webhooks::add_endpoint(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer_with_secret(added)))
}

/// Show a webhook endpoint.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/webhooks/{endpointId}",
    tag = "Webhooks",
    operation_id = "showWebhook",
    security(("adminAuth" = [])),
    params(("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid)),
    responses(
        (status = 200, description = "The endpoint.", body = DataBody<EndpointBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<WebhooksRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
) -> Result<Answer, ApiError> {
    Ok(answer(webhooks::endpoint(&commerce, &who.shop, id).await.map_err(Problem::from)?))
}

/// Change a webhook endpoint.
///
/// Only what is sent changes. With `If-Match` the change is refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/webhooks/{endpointId}",
    tag = "Webhooks",
    operation_id = "changeWebhook",
    security(("adminAuth" = [])),
    params(("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid), IfMatchParam),
    request_body = EndpointChange,
    responses(
        (status = 200, description = "The endpoint as it is now.", body = DataBody<EndpointBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<EndpointForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = webhooks::change_endpoint(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Remove a webhook endpoint.
///
/// With all that was still to be delivered to it, and its log.
#[utoipa::path(
    delete,
    path = "/webhooks/{endpointId}",
    tag = "Webhooks",
    operation_id = "removeWebhook",
    security(("adminAuth" = [])),
    params(("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    webhooks::remove_endpoint(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give an endpoint a new secret.
///
/// The answer is the only place where it is shown. For 24 hours the one before signs, too, so that deliveries pass whichever
/// of them the receiver has.
#[utoipa::path(
    post,
    path = "/webhooks/{endpointId}/rotate-secret",
    tag = "Webhooks",
    operation_id = "rotateWebhookSecret",
    security(("adminAuth" = [])),
    params(
        ("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The endpoint with its new secret.", body = DataBody<EndpointWithSecretBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Idempotent, Always,
    )
)]
pub(crate) async fn rotate_secret(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
) -> Result<SecretAnswer, ApiError> {
    let rotated =
        webhooks::rotate_secret(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(answer_with_secret(rotated))
}

/// Send an endpoint a `ping`.
///
/// Whatever it hears of. The answer is the delivery, which shows in a moment what became of it. 409 `endpoint_disabled` for
/// one that is disabled.
#[utoipa::path(
    post,
    path = "/webhooks/{endpointId}/ping",
    tag = "Webhooks",
    operation_id = "pingWebhook",
    security(("adminAuth" = [])),
    params(
        ("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 202, description = "On its way.", body = DataBody<DeliveryBody>),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Always,
    )
)]
pub(crate) async fn ping(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
) -> Result<(StatusCode, Json<DataBody<DeliveryBody>>), ApiError> {
    let begun = webhooks::ping(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok((StatusCode::ACCEPTED, Json(DataBody::of(begun))))
}

#[cfg(test)]
mod tests {
    use domain::webhooks::EventKind;
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn every_event_is_documented() {
        let schema = serde_json::to_value(EventWord::schema()).expect("JSON");
        let mut known = vec!["*"];
        known.extend(EventKind::ALL.map(EventKind::as_str));
        assert_eq!(schema["enum"], serde_json::json!(known));
    }
}
