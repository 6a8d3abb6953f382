//! The clock of a test-mode shop: /test-clock.

use axum::Json;
use axum::extract::State;
use commerce::{Commerce, test_clock};
use domain::problem::Problem;
use domain::time::Timestamp;
use marzipan_http::openapi::{Always, BadBody, Conflict, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{MoveClock, Staff};

/// Where the shop's clock stands.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"now": "2020-01-01T00:00:00.000000Z"}))]
pub(crate) struct ClockBody {
    #[schema(format = DateTime)]
    now: String,
}

/// Show the clock.
///
/// The time at the shop: a test-mode shop's own, or the system's.
#[utoipa::path(
    get,
    path = "/test-clock",
    tag = "Shop",
    operation_id = "showClock",
    security(("adminAuth" = [])),
    responses((status = 200, description = "The time.", body = ClockBody), Unauthenticated, Forbidden, Always)
)]
pub(crate) async fn show(Staff(who, _): Staff<MoveClock>) -> Json<ClockBody> {
    Json(ClockBody { now: who.shop.now.to_string() })
}

/// Where to move the clock.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"now": "2020-02-01T00:00:00Z"}))]
pub(crate) struct AdvanceBody {
    /// Not before the shop's present time.
    #[schema(required, value_type = String, format = DateTime)]
    now: Option<String>,
}

/// Where the clock was moved, and what ran on the way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"now": "2020-02-01T00:00:00.000000Z", "jobsRun": 3}))]
pub(crate) struct AdvancedBody {
    #[schema(format = DateTime)]
    now: String,
    jobs_run: u64,
}

/// Move the clock forward.
///
/// Runs every job that falls due on the way, in the order of their times, before it answers.
#[utoipa::path(
    post,
    path = "/test-clock",
    tag = "Shop",
    operation_id = "advanceClock",
    security(("adminAuth" = [])),
    request_body = AdvanceBody,
    responses(
        (status = 200, description = "Moved.", body = AdvancedBody),
        BadBody, Unauthenticated, Forbidden, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn advance(
    Staff(who, _): Staff<MoveClock>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<AdvanceBody>,
) -> Result<Json<AdvancedBody>, ApiError> {
    let to = Timestamp::parse(&body.now.unwrap_or_default())
        .map_err(|refused| ApiError::invalid_field("now", refused.reason()))?;
    let jobs_run = test_clock::advance(&commerce, &who.shop, who.actor, to).await.map_err(Problem::from)?;
    Ok(Json(AdvancedBody { now: to.to_string(), jobs_run }))
}
