//! GET and POST /test-clock. Rule: its answers are not wrapped in `data`, as the contract shows them.

use axum::Json;
use axum::extract::State;
use commerce::{Commerce, test_clock};
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use domain::time::Timestamp;
use marzipan_http::openapi::{Always, BadBody, Conflict, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{Staff, TestClock};
use marzipan_http::fields::required;

/// The time at the shop.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"now": "2024-10-07T12:12:58.000000Z"}))]
pub(crate) struct ClockBody {
    #[schema(format = DateTime)]
    now: String,
}

/// Tell the time.
///
/// The time on the shop's clock; of a shop that is not in test mode, the server's.
#[utoipa::path(
    get,
    path = "/test-clock",
    tag = "Test mode",
    operation_id = "showTestClock",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The time.", body = ClockBody),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn show(Staff { who, .. }: Staff<TestClock>) -> Json<ClockBody> {
    Json(ClockBody { now: who.shop.now.to_string() })
}

/// The time to move to.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"now": "2024-11-07T09:00:00Z"}))]
pub(crate) struct AdvanceBody {
    /// Not before the shop's present time.
    #[schema(required, value_type = String, format = DateTime)]
    now: Option<String>,
}

impl AdvanceBody {
    fn parse(self) -> Result<Timestamp, FieldErrors> {
        let mut fields = Fields::default();
        let now = fields.take("now", required(self.now.as_deref(), Timestamp::parse));
        now.ok_or_else(|| fields.into_errors())
    }
}

/// The time after the move.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"now": "2024-11-07T09:00:00.000000Z", "jobsRun": 3}))]
pub(crate) struct AdvancedBody {
    #[schema(format = DateTime)]
    now: String,
    /// How many jobs fell due on the way and were run.
    #[schema(minimum = 0)]
    jobs_run: u64,
}

/// Move the clock.
///
/// Moves the clock of a test shop forward and runs every job that falls due on the way, in the order of their times,
/// before it answers.
#[utoipa::path(
    post,
    path = "/test-clock",
    tag = "Test mode",
    operation_id = "advanceTestClock",
    security(("adminAuth" = [])),
    request_body = AdvanceBody,
    responses(
        (status = 200, description = "The clock was moved.", body = AdvancedBody),
        BadBody, Unauthenticated, Forbidden, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn advance(
    Staff { who, .. }: Staff<TestClock>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<AdvanceBody>,
) -> Result<Json<AdvancedBody>, ApiError> {
    let to = body.parse()?;
    let jobs_run = test_clock::advance(&commerce, &who.shop, who.actor, to).await.map_err(Problem::from)?;
    Ok(Json(AdvancedBody { now: to.to_string(), jobs_run }))
}
