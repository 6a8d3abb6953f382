//! POST /staff/login and /staff/logout.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::staff::{self, SignIn, SignedInStaff};
use domain::accounts::{Email, PasswordText};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, BadBody, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody, RequestContext};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{Anybody, Staff};
use crate::members::MemberBody;

/// An attempt to sign in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "tenant": "cellar",
    "email": "owner@example.com",
    "password": "correct horse battery",
    "code": "492039",
}))]
pub(crate) struct SignInBody {
    /// The shop's slug.
    #[schema(required, value_type = String, min_length = 1, max_length = 63)]
    tenant: Option<String>,
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    password: Option<String>,
    /// The code of the second factor, where it is on.
    #[schema(max_length = 20)]
    code: Option<String>,
}

impl SignInBody {
    fn parse(self, context: &RequestContext) -> Result<SignIn, FieldErrors> {
        let mut fields = Fields::default();
        let shop = fields.take("tenant", self.tenant.filter(|slug| !slug.is_empty()).ok_or_else(missing));
        let email = fields.take("email", Email::parse(&self.email.unwrap_or_default()));
        let password = fields.take("password", PasswordText::parse(self.password.unwrap_or_default()));
        match (shop, email, password) {
            (Some(shop), Some(email), Some(password)) => {
                Ok(SignIn { shop, email, password, code: self.code, ip: context.client_ip() })
            }
            _ => Err(fields.into_errors()),
        }
    }
}

fn missing() -> Refused {
    Refused::new("Is required.")
}

/// A new staff session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "token": "mzs_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA",
    "expiresAt": "2024-10-08T00:12:58.000000Z",
    "data": {
        "id": "01926a3c-0000-7000-8000-000000000007",
        "name": "Ann Smith",
        "email": "owner@example.com",
        "role": "owner",
        "totpEnabled": true,
        "createdAt": "2024-10-07T12:12:58.000000Z",
        "updatedAt": "2024-10-07T12:12:58.000000Z",
    },
}))]
pub(crate) struct SignInAnswer {
    /// The token, shown this once.
    token: String,
    /// When the session ends if it is not used until then.
    #[schema(format = DateTime)]
    expires_at: String,
    data: MemberBody,
}

/// Sign in.
///
/// 401 `totp_required` asks for the code of the second factor; it is told only after a right password.
#[utoipa::path(
    post,
    path = "/staff/login",
    tag = "Staff",
    operation_id = "signIn",
    security(()),
    request_body = SignInBody,
    responses((status = 200, description = "Signed in.", body = SignInAnswer), BadBody, Unauthenticated, Invalid, Always)
)]
pub(crate) async fn sign_in(
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<SignInBody>,
) -> Result<Json<SignInAnswer>, ApiError> {
    let attempt = body.parse(&context)?;
    let SignedInStaff { token, expires_at, member } =
        staff::sign_in(&commerce, attempt).await.map_err(Problem::from)?;
    Ok(Json(SignInAnswer { token, expires_at: expires_at.to_string(), data: member.into() }))
}

/// Sign out.
///
/// Ends the session of the token that the call came with.
#[utoipa::path(
    post,
    path = "/staff/logout",
    tag = "Staff",
    operation_id = "signOut",
    security(("adminAuth" = [])),
    responses((status = 204, description = "Signed out."), Unauthenticated, Forbidden, Always)
)]
pub(crate) async fn sign_out(
    Staff(who, _): Staff<Anybody>,
    State(commerce): State<Commerce>,
) -> Result<StatusCode, ApiError> {
    staff::sign_out(&commerce, &who).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
