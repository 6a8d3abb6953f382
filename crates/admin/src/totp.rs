//! POST and DELETE /staff/totp, POST /staff/totp/confirm: the second factor of whoever calls.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::staff::{self, PendingTotp};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, BadBody, Conflict, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, IgnoredBody, JsonBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::DataBody;
use crate::identity::{SignedIn, Staff};
use marzipan_http::fields::required;

/// A secret that waits for its first code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauthUrl": "otpauth://totp/Malt:olive%40shop.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Malt",
}))]
pub(crate) struct PendingBody {
    /// To be typed into an authenticator app: base 32.
    secret: String,
    /// The same, to be shown as a QR code.
    otpauth_url: String,
}

impl From<PendingTotp> for PendingBody {
    fn from(pending: PendingTotp) -> Self {
        let PendingTotp { secret, otpauth_url } = pending;
        Self { secret, otpauth_url }
    }
}

/// Begin with a second factor.
///
/// Makes a secret for an authenticator app. It counts once a code of it is confirmed; beginning again replaces it. 409
/// where a second factor is set up already. A body is ignored.
#[utoipa::path(
    post,
    path = "/staff/totp",
    tag = "Staff session",
    operation_id = "beginTotp",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The secret, shown this once.", body = DataBody<PendingBody>),
        Unauthenticated, Forbidden, Conflict, Always,
    )
)]
pub(crate) async fn begin(
    Staff { who, .. }: Staff<SignedIn>,
    State(commerce): State<Commerce>,
    _: IgnoredBody,
) -> Result<Json<DataBody<PendingBody>>, ApiError> {
    let pending = staff::begin_totp(&commerce, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(pending)))
}

/// A code that the authenticator app shows.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "492039"}))]
pub(crate) struct CodeBody {
    #[schema(required, value_type = String, pattern = "^[0-9]{3} ?[0-9]{3}$")]
    code: Option<String>,
}

impl CodeBody {
    fn parse(self) -> Result<String, FieldErrors> {
        let mut fields = Fields::default();
        let code = fields.take("code", required(self.code.as_deref(), code));
        code.ok_or_else(|| fields.into_errors())
    }
}

/// Reads six digits; apps show them with a space in the middle.
pub(crate) fn code(text: &str) -> Result<String, Refused> {
    let code: String = text.chars().filter(|c| *c != ' ').collect();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(code)
    } else {
        Err(Refused::fixed("Must be six digits."))
    }
}

/// Confirm the second factor.
///
/// With the first code of the secret that waits. From now on signing in asks for a code; each is good once. 422
/// `invalid_code` for a wrong one, 409 where no secret waits.
#[utoipa::path(
    post,
    path = "/staff/totp/confirm",
    tag = "Staff session",
    operation_id = "confirmTotp",
    security(("adminAuth" = [])),
    request_body = CodeBody,
    responses(
        (status = 204, description = "The second factor is set up."),
        BadBody, Unauthenticated, Forbidden, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn confirm(
    Staff { who, .. }: Staff<SignedIn>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<StatusCode, ApiError> {
    staff::confirm_totp(&commerce, &who, body.parse()?).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove the second factor.
///
/// Against a code of it. 422 `invalid_code` for a wrong one, 409 where there is no second factor.
#[utoipa::path(
    delete,
    path = "/staff/totp",
    tag = "Staff session",
    operation_id = "removeTotp",
    security(("adminAuth" = [])),
    request_body = CodeBody,
    responses(
        (status = 204, description = "Removed."),
        BadBody, Unauthenticated, Forbidden, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SignedIn>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<StatusCode, ApiError> {
    staff::remove_totp(&commerce, &who, body.parse()?).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
