//! GET /renewals, POST /renewals/{renewalId}/retry and /resolve.

use axum::Json;
use axum::extract::State;
use commerce::subscriptions::{self, RenewalEntry, RenewalFilter, RenewalView};
use commerce::{Commerce, Shop};
use domain::fields::{FieldErrors, Fields};
use domain::ids::RenewalId;
use domain::problem::Problem;
use domain::subscriptions::RenewalStatus;
use domain::text::filled;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, Query, Segment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bodies::text;
use crate::bodies::{DataBody, MoneyBody, money, page};
use crate::identity::{Staff, SubscriptionsRead, SubscriptionsWrite};

/// A renewal of a subscription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000042",
    "cycle": 2,
    "status": "paid",
    "dueAt": "2024-11-07T12:12:58.000000Z",
    "amount": {"value": 5095, "currency": "GBP"},
    "orderId": "01926a3c-0000-7000-8000-000000000004",
    "attempts": 1,
    "failureCode": null,
    "failureMessage": null,
    "nextTryAt": null,
    "givesUpAt": null,
    "paidAt": "2024-11-07T12:13:01.000000Z",
}))]
pub(crate) struct RenewalBody {
    #[schema(format = Uuid)]
    id: String,
    /// Which one of the subscription's it is.
    cycle: i64,
    #[schema(value_type = RenewalStatusWord)]
    status: &'static str,
    #[schema(format = DateTime)]
    due_at: String,
    amount: MoneyBody,
    /// Null where no order was made.
    #[schema(required, format = Uuid)]
    order_id: Option<String>,
    /// How often it was charged.
    attempts: i64,
    /// Why the last charge was refused.
    #[schema(required)]
    failure_code: Option<String>,
    /// The same for people.
    #[schema(required)]
    failure_message: Option<String>,
    /// When it is tried again.
    #[schema(required, format = DateTime)]
    next_try_at: Option<String>,
    /// When the shop stops waiting for its payment.
    #[schema(required, format = DateTime)]
    gives_up_at: Option<String>,
    #[schema(required, format = DateTime)]
    paid_at: Option<String>,
}

/// Where a renewal stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `RenewalStatus`")]
pub(crate) enum RenewalStatusWord {
    /// Its cycle is taken; its order is not made yet.
    Scheduled,
    /// Its order stands and is not charged yet.
    Pending,
    /// It is being charged.
    Charging,
    /// Whether it was charged is not known: nothing else is done before that is.
    Unknown,
    /// It was refused, and may be tried again.
    Failed,
    /// It is paid.
    Paid,
    /// Its cycle passed without a box.
    Skipped,
    /// It was given up before it was paid.
    Cancelled,
}

impl From<RenewalView> for RenewalBody {
    fn from(renewal: RenewalView) -> Self {
        Self {
            id: renewal.id.to_string(),
            cycle: renewal.cycle,
            status: renewal.status.as_str(),
            due_at: renewal.due_at.to_string(),
            amount: money(renewal.amount),
            order_id: renewal.order_id.map(|id| id.to_string()),
            attempts: renewal.attempts,
            failure_code: renewal.failure_code,
            failure_message: renewal.failure_message,
            next_try_at: text(renewal.next_try_at),
            gives_up_at: text(renewal.gives_up_at),
            paid_at: text(renewal.paid_at),
        }
    }
}

/// A renewal in the shop's list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000042",
    "subscriptionId": "01926a3c-0000-7000-8000-000000000040",
    "cycle": 2,
    "status": "failed",
    "dueAt": "2024-11-07T12:12:58.000000Z",
    "amount": {"value": 5095, "currency": "GBP"},
    "orderId": "01926a3c-0000-7000-8000-000000000004",
    "attempts": 1,
    "failureCode": "insufficient_funds",
    "failureMessage": "The card has not enough money on it.",
    "nextTryAt": "2024-11-08T12:12:58.000000Z",
    "givesUpAt": "2024-11-21T12:12:58.000000Z",
    "paidAt": null,
    "createdAt": "2024-11-07T12:12:58.000000Z",
    "updatedAt": "2024-11-07T12:13:01.000000Z",
}))]
pub(crate) struct RenewalEntryBody {
    #[serde(flatten)]
    renewal: RenewalBody,
    #[schema(format = Uuid)]
    subscription_id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<RenewalEntry> for RenewalEntryBody {
    fn from(entry: RenewalEntry) -> Self {
        Self {
            renewal: entry.renewal.into(),
            subscription_id: entry.subscription_id.to_string(),
            created_at: entry.created_at.to_string(),
            updated_at: entry.updated_at.to_string(),
        }
    }
}

/// Which renewals to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RenewalQuery {
    /// Only in this state.
    #[param(required = false, value_type = String, pattern = "^(|scheduled|pending|charging|unknown|failed|paid|skipped|cancelled)$")]
    status: Option<String>,
    /// Only those that fall due on this day of the shop's, or at this time, or later.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$", example = "2026-11-01")]
    from: Option<String>,
    /// Only those that fall due on this day or earlier, or before this time.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$", example = "2026-11-28")]
    until: Option<String>,
}

impl RenewalQuery {
    fn parse(self, shop: &Shop, paging: &Paging) -> Result<RenewalFilter, FieldErrors> {
        let mut fields = Fields::default();
        let zone = &shop.settings.timezone;
        let status = filled(self.status.as_deref()).map(RenewalStatus::parse);
        let from = filled(self.from.as_deref()).map(|day| zone.beginning_of(day));
        let until = filled(self.until.as_deref()).map(|day| zone.end_of(day));
        let filter = RenewalFilter {
            status: fields.take_optional("status", status),
            from: fields.take_optional("from", from),
            until: fields.take_optional("until", until),
            offset: paging.offset(),
            limit: paging.limit(),
        };
        fields.finish()?;
        Ok(filter)
    }
}

/// List renewals.
///
/// Of all subscriptions, the latest due first.
#[utoipa::path(
    get,
    path = "/renewals",
    tag = "Renewals",
    operation_id = "listRenewals",
    security(("adminAuth" = [])),
    params(RenewalQuery, PagingParams),
    responses(
        (status = 200, description = "A page of the renewals.", body = ListBody<RenewalEntryBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<RenewalQuery>,
    paging: Paging,
) -> Result<ListBody<RenewalEntryBody>, ApiError> {
    let filter = query.parse(&who.shop, &paging)?;
    let (found, total) =
        subscriptions::renewals(&commerce, &who.shop, filter).await.map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}

/// Try a renewal again.
///
/// One that was refused is charged again at once. Of one whose outcome is not known the provider is asked what became of it.
#[utoipa::path(
    post,
    path = "/renewals/{renewalId}/retry",
    tag = "Renewals",
    operation_id = "retryRenewal",
    security(("adminAuth" = [])),
    params(
        ("renewalId" = String, Path, description = "The renewal's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 200, description = "The renewal as it is now.", body = DataBody<RenewalEntryBody>),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn retry(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<RenewalId>,
) -> Result<Json<DataBody<RenewalEntryBody>>, ApiError> {
    let entry = subscriptions::retry_renewal(&commerce, &who.shop, who.actor, id).await;
    Ok(Json(DataBody::of(entry.map_err(Problem::from)?)))
}

/// What became of a charge.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"outcome": "paid", "reference": "pi_3OqA9d2eZvKYlo2C"}))]
pub(crate) struct ResolveInput {
    #[schema(required, value_type = OutcomeWord)]
    outcome: Option<String>,
    /// The provider's name for the payment; needed for one that is paid.
    #[schema(schema_with = marzipan_http::fields::optional_long_line_schema)]
    reference: Option<String>,
}

/// The two things that can have become of a charge.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words that a decision takes")]
pub(crate) enum OutcomeWord {
    /// The provider has the money.
    Paid,
    /// Nothing was charged.
    NotCharged,
}

/// Decide a renewal.
///
/// One whose outcome the provider does not tell, by somebody who has looked at the provider's own pages.
#[utoipa::path(
    post,
    path = "/renewals/{renewalId}/resolve",
    tag = "Renewals",
    operation_id = "resolveRenewal",
    security(("adminAuth" = [])),
    params(
        ("renewalId" = String, Path, description = "The renewal's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = ResolveInput,
    responses(
        (status = 200, description = "The renewal as it is now.", body = DataBody<RenewalEntryBody>),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn resolve(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<RenewalId>,
    JsonBody(body): JsonBody<ResolveInput>,
) -> Result<Json<DataBody<RenewalEntryBody>>, ApiError> {
    let ResolveInput { outcome, reference } = body;
    let entry = subscriptions::resolve_renewal(&commerce, &who.shop, who.actor, id, outcome, reference).await;
    Ok(Json(DataBody::of(entry.map_err(Problem::from)?)))
}
