//! GET and DELETE /account/sessions, DELETE /account/sessions/{sessionId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::accounts::{self, SessionEntry};
use domain::ids::SessionId;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, NotFound, Unauthenticated};
use marzipan_http::{ApiError, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use super::DataBody;
use crate::identity::Customer;

/// A sign-in of the customer's.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000002",
    "device": "Phone",
    "ipAddress": "203.0.113.7",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "lastUsedAt": "2024-10-07T12:12:58.000000Z",
    "current": true,
}))]
pub(crate) struct SessionBody {
    #[schema(format = Uuid)]
    id: String,
    /// What the device called itself.
    #[schema(required)]
    device: Option<String>,
    ip_address: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// To five minutes.
    #[schema(format = DateTime)]
    last_used_at: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl From<SessionEntry> for SessionBody {
    fn from(entry: SessionEntry) -> Self {
        let SessionEntry { id, device, ip_address, created_at, last_used_at, current } = entry;
        Self {
            id: id.to_string(),
            device,
            ip_address,
            created_at: created_at.to_string(),
            last_used_at: last_used_at.to_string(),
            current,
        }
    }
}

/// List sessions.
///
/// Where the customer is signed in, the last used first; a hundred at the most.
#[utoipa::path(
    get,
    path = "/account/sessions",
    tag = "Account",
    operation_id = "listSessions",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The sessions.", body = DataBody<Vec<SessionBody>>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn list(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<Vec<SessionBody>>>, ApiError> {
    let sessions = accounts::sessions(&commerce, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: sessions.into_iter().map(Into::into).collect() }))
}

/// End a session.
///
/// Signs the customer out on one device.
#[utoipa::path(
    delete,
    path = "/account/sessions/{sessionId}",
    tag = "Account",
    operation_id = "endSession",
    security(("accountAuth" = [])),
    params(("sessionId" = String, Path, description = "The session's id.", format = Uuid)),
    responses(
        (status = 204, description = "Ended."),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn end(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SessionId>,
) -> Result<StatusCode, ApiError> {
    accounts::end_session(&commerce, &who, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// End the other sessions.
///
/// Signs the customer out everywhere but here.
#[utoipa::path(
    delete,
    path = "/account/sessions",
    tag = "Account",
    operation_id = "endOtherSessions",
    security(("accountAuth" = [])),
    responses(
        (status = 204, description = "Ended."),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn end_others(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
) -> Result<StatusCode, ApiError> {
    accounts::end_other_sessions(&commerce, &who).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
