//! POST /staff/login and /staff/logout, GET /staff/me, PUT /staff/me/password: what people do for themselves.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::staff::{self, SignIn, SignedInStaff};
use domain::accounts::{Email, PasswordText};
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use domain::tenants::Slug;
use domain::text::filled;
use marzipan_http::openapi::{Always, BadBody, ErrorBody, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, IgnoredBody, JsonBody, RequestContext};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::DataBody;
use crate::identity::{SignedIn, Staff};
use crate::staff::MemberBody;
use crate::totp;
use marzipan_http::fields::required;

/// An attempt to sign in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "tenant": "malt-and-vine",
    "email": "olive@shop.example",
    "password": "staple the blue kettle",
    "code": "492039",
}))]
pub(crate) struct LoginBody {
    /// The shop's slug.
    #[schema(required, value_type = String, min_length = 1, max_length = 63, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    tenant: Option<String>,
    /// In any case.
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    password: Option<String>,
    /// The code of the second factor, for those who have one.
    #[schema(pattern = "^([0-9]{3} ?[0-9]{3})?$")]
    code: Option<String>,
}

impl LoginBody {
    fn parse(self, context: &RequestContext) -> Result<SignIn, FieldErrors> {
        let mut fields = Fields::default();
        let shop = fields.take("tenant", required(self.tenant.as_deref(), Slug::parse));
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        let password = fields.take("password", PasswordText::parse(self.password.unwrap_or_default()));
        let code = fields.take_optional("code", filled(self.code.as_deref()).map(totp::code));
        match (shop, email, password) {
            (Some(shop), Some(email), Some(password)) => {
                fields.finish()?;
                let shop = shop.as_str().to_owned();
                Ok(SignIn { shop, email, password, code, ip: context.client_ip() })
            }
            _ => Err(fields.into_errors()),
        }
    }
}

/// A new session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "token": "mzs_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA",
    "tokenType": "Bearer",
    "expiresAt": "2024-10-08T00:12:58.000000Z",
    "data": {
        "id": "01926a3c-0000-7000-8000-000000000006",
        "name": "Olive Oak",
        "email": "olive@shop.example",
        "role": "manager",
        "totpEnabled": true,
        "createdAt": "2024-10-07T12:12:58.000000Z",
        "updatedAt": "2024-10-07T12:12:58.000000Z",
    },
}))]
pub(crate) struct LoginAnswer {
    /// The token of the session, shown this once.
    token: String,
    /// How the token is sent: `Bearer`.
    token_type: &'static str,
    /// When the session ends if it is not used until then.
    #[schema(format = DateTime)]
    expires_at: String,
    data: MemberBody,
}

impl From<SignedInStaff> for LoginAnswer {
    fn from(signed_in: SignedInStaff) -> Self {
        let SignedInStaff { token, expires_at, member } = signed_in;
        Self { token, token_type: "Bearer", expires_at: expires_at.to_string(), data: member.into() }
    }
}

/// Sign in.
///
/// A wrong shop, address, password or code gets the same answer, 401 `invalid_credentials`. 401 `totp_required` asks for
/// the code, after a right password only. Repeated failures are answered with 429 `too_many_attempts`, each time for
/// longer. A session ends 12 hours after its last use, and after a week.
#[utoipa::path(
    post,
    path = "/staff/login",
    tag = "Staff session",
    operation_id = "staffLogin",
    security(()),
    request_body = LoginBody,
    responses(
        (status = 200, description = "Signed in.", body = LoginAnswer),
        (status = 401, description = "Something is not right, or the code is missing; `code` says which.",
            body = ErrorBody, example = json!({
                "message": "The shop, address, password or code is not right.", "code": "invalid_credentials",
            })),
        BadBody, Invalid, Always,
    )
)]
pub(crate) async fn log_in(
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Json<LoginAnswer>, ApiError> {
    let attempt = body.parse(&context)?;
    let signed_in = staff::sign_in(&commerce, attempt).await.map_err(Problem::from)?;
    Ok(Json(signed_in.into()))
}

/// Sign out.
///
/// Ends the session of the token that the call came with, on every node, before it answers. A body is ignored, whatever
/// it holds.
#[utoipa::path(
    post,
    path = "/staff/logout",
    tag = "Staff session",
    operation_id = "staffLogout",
    security(("adminAuth" = [])),
    responses(
        (status = 204, description = "Signed out."),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn log_out(
    Staff { who, .. }: Staff<SignedIn>,
    State(commerce): State<Commerce>,
    _: IgnoredBody,
) -> Result<StatusCode, ApiError> {
    staff::sign_out(&commerce, &who).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show oneself.
///
/// The member whose session it is.
#[utoipa::path(
    get,
    path = "/staff/me",
    tag = "Staff session",
    operation_id = "showMe",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The member.", body = DataBody<MemberBody>),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn me(
    Staff { who, .. }: Staff<SignedIn>,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<MemberBody>>, ApiError> {
    let (id, _) = who.person().map_err(Problem::from)?;
    // Somebody who is removed in this very moment is nobody.
    let member = staff::find(&commerce, &who.shop, id).await.map_err(|error| match error {
        staff::StaffError::NotFound => Problem::unauthenticated(),
        error => error.into(),
    })?;
    Ok(Json(DataBody::of(member)))
}

/// A new password by somebody who knows the old one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"currentPassword": "staple the blue kettle", "password": "hollow lantern 66 plum"}))]
pub(crate) struct PasswordBody {
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    current_password: Option<String>,
    /// Must not be among the first ten thousand that a guesser tries.
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
}

impl PasswordBody {
    fn parse(self) -> Result<(PasswordText, PasswordText), FieldErrors> {
        let mut fields = Fields::default();
        let current =
            fields.take("currentPassword", PasswordText::parse(self.current_password.unwrap_or_default()));
        let password = fields.take("password", PasswordText::parse_new(self.password.unwrap_or_default()));
        current.zip(password).ok_or_else(|| fields.into_errors())
    }
}

/// Change one's password.
///
/// Ends one's other sessions.
#[utoipa::path(
    put,
    path = "/staff/me/password",
    tag = "Staff session",
    operation_id = "changeMyPassword",
    security(("adminAuth" = [])),
    request_body = PasswordBody,
    responses(
        (status = 204, description = "Changed."),
        BadBody, Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn change_password(
    Staff { who, .. }: Staff<SignedIn>,
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<StatusCode, ApiError> {
    let (current, password) = body.parse()?;
    staff::change_password(&commerce, &who, current, password, context.client_ip())
        .await
        .map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
