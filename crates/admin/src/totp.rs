//! The caller's second factor: /staff/totp and /staff/totp/confirm.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::staff::{self, PendingTotp};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, BadBody, Conflict, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::DataBody;
use crate::identity::{Anybody, Staff};

/// A secret that waits for its first code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauthUrl": "otpauth://totp/The%20Cellar:owner@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=The%20Cellar",
}))]
pub(crate) struct PendingBody {
    /// Base 32, to be typed.
    secret: String,
    /// To be shown as a QR code.
    otpauth_url: String,
}

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "492039"}))]
pub(crate) struct CodeBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 20)]
    code: Option<String>,
}

impl CodeBody {
    fn parse(self) -> Result<String, ApiError> {
        let code = self.code.map(|code| code.replace(' ', "")).filter(|code| !code.is_empty());
        code.ok_or_else(|| ApiError::invalid_field("code", "Is required."))
    }
}

/// Begin a second factor.
///
/// Answers a new secret for an authenticator app. It counts once a code of it is confirmed.
#[utoipa::path(
    post,
    path = "/staff/totp",
    tag = "Staff",
    operation_id = "beginTotp",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The secret, shown this once.", body = DataBody<PendingBody>),
        Unauthenticated, Forbidden, Conflict, Always,
    )
)]
pub(crate) async fn begin(
    Staff(who, _): Staff<Anybody>,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<PendingBody>>, ApiError> {
    let PendingTotp { secret, otpauth_url } =
        staff::begin_totp(&commerce, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: PendingBody { secret, otpauth_url } }))
}

/// Confirm a second factor.
///
/// From now on signing in asks for a code.
#[utoipa::path(
    post,
    path = "/staff/totp/confirm",
    tag = "Staff",
    operation_id = "confirmTotp",
    security(("adminAuth" = [])),
    request_body = CodeBody,
    responses((status = 204, description = "Confirmed."), BadBody, Unauthenticated, Forbidden, Conflict, Invalid, Always)
)]
pub(crate) async fn confirm(
    Staff(who, _): Staff<Anybody>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<StatusCode, ApiError> {
    staff::confirm_totp(&commerce, &who, body.parse()?).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove the second factor.
///
/// Against a code of it.
#[utoipa::path(
    delete,
    path = "/staff/totp",
    tag = "Staff",
    operation_id = "removeTotp",
    security(("adminAuth" = [])),
    request_body = CodeBody,
    responses((status = 204, description = "Removed."), BadBody, Unauthenticated, Forbidden, Conflict, Invalid, Always)
)]
pub(crate) async fn remove(
    Staff(who, _): Staff<Anybody>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<StatusCode, ApiError> {
    staff::remove_totp(&commerce, &who, body.parse()?).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
