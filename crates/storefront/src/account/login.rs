//! POST /account/login.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::accounts::{self, Client, LogIn, LoggedIn};
use domain::accounts::{DeviceName, Email, PasswordText};
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use marzipan_http::fields::required;
use marzipan_http::openapi::{Always, BadBody, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody, RequestContext};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DetailsBody;
use crate::identity::Visitor;

/// An attempt to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"email": "ann@example.com", "password": "correct horse battery", "device": "Phone"}))]
pub(crate) struct LoginBody {
    /// In any case.
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    password: Option<String>,
    /// What the device calls itself in the list of sessions.
    #[schema(max_length = 200)]
    device: Option<String>,
    /// What an earlier sign-in gave to this device: failed attempts from elsewhere then do not delay it.
    #[schema(max_length = 200)]
    device_token: Option<String>,
    /// A guest's cart to take over: it joins the customer's open one.
    #[schema(format = Uuid)]
    cart_id: Option<String>,
}

impl LoginBody {
    fn parse(self, context: &RequestContext) -> Result<LogIn, FieldErrors> {
        let mut fields = Fields::default();
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        let password = fields.take("password", PasswordText::parse(self.password.unwrap_or_default()));
        match (email, password) {
            (Some(email), Some(password)) => Ok(LogIn {
                email,
                password,
                device_token: self.device_token,
                // What is no cart's id names no cart.
                cart: self.cart_id.as_deref().and_then(|id| id.parse().ok()),
                client: Client {
                    ip: context.client_ip(),
                    device: self.device.as_deref().and_then(DeviceName::parse),
                },
            }),
            _ => Err(fields.into_errors()),
        }
    }
}

/// A new session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "token": "mza_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA",
    "tokenType": "Bearer",
    "expiresAt": "2024-11-06T12:12:58.000000Z",
    "data": {
        "firstName": "Ann",
        "lastName": "Smith",
        "email": "ann@example.com",
        "phone": null,
        "marketing": ["email"],
        "id": "01926a3c-0000-7000-8000-000000000001",
        "emailVerified": true,
        "dateOfBirth": null,
        "isSubscriber": false,
        "createdAt": "2024-10-07T12:12:58.000000Z",
    },
    "deviceToken": "mzd_QkYwM2o1cTh3Y2VyZ3RieQ",
}))]
pub(crate) struct LoginAnswer {
    /// The account token, shown this once.
    token: String,
    /// How the token is sent: `Bearer`.
    token_type: &'static str,
    /// When the session ends if it is not used until then.
    #[schema(format = DateTime)]
    expires_at: String,
    data: DetailsBody,
    /// To be kept on this device and sent with its next sign-in.
    device_token: String,
}

impl From<LoggedIn> for LoginAnswer {
    fn from(signed_in: LoggedIn) -> Self {
        let LoggedIn { token, expires_at, device_token, details } = signed_in;
        Self {
            token,
            token_type: "Bearer",
            expires_at: expires_at.to_string(),
            data: details.into(),
            device_token,
        }
    }
}

/// Sign in.
///
/// One token per device. An unknown address and a wrong password get the same answer after the same work. Repeated
/// failures are answered with 429 `too_many_attempts`, each time for twice as long, 15 minutes at the most.
#[utoipa::path(
    post,
    path = "/account/login",
    tag = "Account",
    operation_id = "login",
    security(("tenantAuth" = [])),
    request_body = LoginBody,
    responses(
        (status = 200, description = "Signed in.", body = LoginAnswer),
        BadBody, Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn login(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Json<LoginAnswer>, ApiError> {
    let attempt = body.parse(&context)?;
    let signed_in = accounts::log_in(&commerce, &visit.shop, attempt).await.map_err(Problem::from)?;
    Ok(Json(signed_in.into()))
}
