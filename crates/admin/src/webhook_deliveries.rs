//! GET /webhooks/{endpointId}/deliveries, POST /webhooks/{endpointId}/replay, GET /webhook-deliveries/{deliveryId} and POST
//! /replay under it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::webhooks::{self, DeliveryEntry, SentDelivery};
use domain::fields::{FieldErrors, Fields};
use domain::ids::{WebhookDeliveryId, WebhookEndpointId};
use domain::problem::Problem;
use domain::time::Timestamp;
use domain::webhooks::DeliveryStatus;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, Query, Segment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bodies::{DataBody, page};
use crate::identity::{Staff, WebhooksRead, WebhooksWrite};
use crate::webhooks::EventWord;
use marzipan_http::fields::required;

/// One event on its way to one endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000023",
    "endpointId": "01926a3c-0000-7000-8000-000000000021",
    "eventId": "01926a3c-0000-7000-8000-000000000022",
    "type": "order.paid",
    "status": "pending",
    "attempts": 1,
    "nextAttemptAt": "2024-10-07T12:13:03.200000Z",
    "lastAttemptAt": "2024-10-07T12:12:58.100000Z",
    "lastStatus": 503,
    "lastError": "It answered 503.",
    "lastDurationMs": 87,
    "deliveredAt": null,
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct DeliveryBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    endpoint_id: String,
    /// The `webhook-id`, the same at each attempt.
    #[schema(format = Uuid)]
    event_id: String,
    #[serde(rename = "type")]
    #[schema(value_type = EventWord)]
    kind: String,
    #[schema(value_type = DeliveryStatusWord)]
    status: String,
    /// How many there were, since it was last sent again if it was.
    attempts: i64,
    /// When it is tried next; null unless it is pending.
    #[schema(required, format = DateTime)]
    next_attempt_at: Option<String>,
    #[schema(required, format = DateTime)]
    last_attempt_at: Option<String>,
    /// The HTTP status of the last answer; null where there was none.
    #[schema(required)]
    last_status: Option<i64>,
    /// What was wrong at the last attempt.
    #[schema(required)]
    last_error: Option<String>,
    /// How long the last attempt took, in milliseconds.
    #[schema(required)]
    last_duration_ms: Option<i64>,
    #[schema(required, format = DateTime)]
    delivered_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Where a delivery stands: `failed` when it was given up, after ten attempts in a little over three days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `DeliveryStatus` reads and writes")]
pub(crate) enum DeliveryStatusWord {
    Pending,
    Delivered,
    Failed,
}

impl From<DeliveryEntry> for DeliveryBody {
    fn from(entry: DeliveryEntry) -> Self {
        let DeliveryEntry {
            id,
            endpoint,
            event,
            kind,
            status,
            attempts,
            next_at,
            last_at,
            last_status,
            last_error,
            last_duration_ms,
            delivered_at,
            created_at,
        } = entry;
        let shown = |time: Option<Timestamp>| time.map(|time| time.to_string());
        Self {
            id: id.to_string(),
            endpoint_id: endpoint.to_string(),
            event_id: event.to_string(),
            kind,
            status,
            attempts,
            next_attempt_at: shown(next_at),
            last_attempt_at: shown(last_at),
            last_status,
            last_error,
            last_duration_ms,
            delivered_at: shown(delivered_at),
            created_at: created_at.to_string(),
        }
    }
}

/// A delivery with what is sent and what was answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000023",
    "endpointId": "01926a3c-0000-7000-8000-000000000021",
    "eventId": "01926a3c-0000-7000-8000-000000000022",
    "type": "ping",
    "status": "pending",
    "attempts": 1,
    "nextAttemptAt": "2024-10-07T12:13:03.200000Z",
    "lastAttemptAt": "2024-10-07T12:12:58.100000Z",
    "lastStatus": 503,
    "lastError": "It answered 503.",
    "lastDurationMs": 87,
    "deliveredAt": null,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "payload": "{\"id\":\"01926a3c-0000-7000-8000-000000000022\",\"type\":\"ping\",\"timestamp\":\"2024-10-07T12:12:58.000000Z\",\"data\":{}}",
    "lastAnswer": "Please come back later",
}))]
pub(crate) struct SentDeliveryBody {
    #[serde(flatten)]
    entry: DeliveryBody,
    /// The body as it is sent, byte for byte.
    payload: String,
    /// How the last answer begins, 1024 bytes at the most; null where there was none.
    #[schema(required)]
    last_answer: Option<String>,
}

impl From<SentDelivery> for SentDeliveryBody {
    fn from(SentDelivery { entry, payload, last_answer }: SentDelivery) -> Self {
        Self { entry: entry.into(), payload, last_answer }
    }
}

/// Which deliveries to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those of this status.
    #[param(required = false, value_type = DeliveryStatusWord, example = "failed")]
    status: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<Option<DeliveryStatus>, FieldErrors> {
        let mut fields = Fields::default();
        let status = fields.take_optional("status", self.status.as_deref().map(DeliveryStatus::parse));
        fields.finish()?;
        Ok(status)
    }
}

/// List an endpoint's deliveries.
///
/// The newest first. They stay on record for 30 days.
#[utoipa::path(
    get,
    path = "/webhooks/{endpointId}/deliveries",
    tag = "Webhooks",
    operation_id = "listWebhookDeliveries",
    security(("adminAuth" = [])),
    params(
        ("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid),
        Filter, PagingParams,
    ),
    responses(
        (status = 200, description = "A page of the deliveries.", body = ListBody<DeliveryBody>),
        Unauthenticated, Forbidden, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<WebhooksRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<DeliveryBody>, ApiError> {
    let status = filter.parse()?;
    let (found, total) =
        webhooks::deliveries_of(&commerce, &who.shop, id, status, paging.offset(), paging.limit())
            .await
            .map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}

/// Show a delivery.
///
/// With the body that is sent and how the last answer began.
#[utoipa::path(
    get,
    path = "/webhook-deliveries/{deliveryId}",
    tag = "Webhooks",
    operation_id = "showWebhookDelivery",
    security(("adminAuth" = [])),
    params(("deliveryId" = String, Path, description = "The delivery's id.", format = Uuid)),
    responses(
        (status = 200, description = "The delivery.", body = DataBody<SentDeliveryBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<WebhooksRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookDeliveryId>,
) -> Result<Json<DataBody<SentDeliveryBody>>, ApiError> {
    let found = webhooks::delivery(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(found)))
}

/// Send a delivery again.
///
/// Whatever became of it, under the same `webhook-id` and with the same body. 409 `endpoint_disabled` where its endpoint is
/// disabled.
#[utoipa::path(
    post,
    path = "/webhook-deliveries/{deliveryId}/replay",
    tag = "Webhooks",
    operation_id = "replayWebhookDelivery",
    security(("adminAuth" = [])),
    params(
        ("deliveryId" = String, Path, description = "The delivery's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 202, description = "On its way.", body = DataBody<DeliveryBody>),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Always,
    )
)]
pub(crate) async fn replay(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookDeliveryId>,
) -> Result<(StatusCode, Json<DataBody<DeliveryBody>>), ApiError> {
    let begun = webhooks::replay(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok((StatusCode::ACCEPTED, Json(DataBody::of(begun))))
}

/// From when on failed deliveries are sent again.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"since": "2024-10-07T12:00:00Z"}))]
pub(crate) struct ReplayBody {
    /// The time from which on the events happened.
    #[schema(required, value_type = String, format = DateTime)]
    since: Option<String>,
}

impl ReplayBody {
    fn parse(self) -> Result<Timestamp, FieldErrors> {
        let mut fields = Fields::default();
        let since = fields.take("since", required(self.since.as_deref(), Timestamp::parse));
        since.ok_or_else(|| fields.into_errors())
    }
}

/// How many deliveries are sent again.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"deliveries": 12}))]
pub(crate) struct ReplayedBody {
    #[schema(minimum = 0)]
    deliveries: usize,
}

/// Send an endpoint's failed deliveries again.
///
/// Those of events since a time, in their order: for a receiver that was down for long. 409 `endpoint_disabled` for an
/// endpoint that is disabled.
#[utoipa::path(
    post,
    path = "/webhooks/{endpointId}/replay",
    tag = "Webhooks",
    operation_id = "replayWebhookFailures",
    security(("adminAuth" = [])),
    params(
        ("endpointId" = String, Path, description = "The endpoint's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = ReplayBody,
    responses(
        (status = 202, description = "On their way.", body = DataBody<ReplayedBody>),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn replay_failed(
    Staff { who, .. }: Staff<WebhooksWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<WebhookEndpointId>,
    JsonBody(body): JsonBody<ReplayBody>,
) -> Result<(StatusCode, Json<DataBody<ReplayedBody>>), ApiError> {
    let since = body.parse()?;
    let deliveries =
        webhooks::replay_failed(&commerce, &who.shop, who.actor, id, since).await.map_err(Problem::from)?;
    Ok((StatusCode::ACCEPTED, Json(DataBody { data: ReplayedBody { deliveries } })))
}
