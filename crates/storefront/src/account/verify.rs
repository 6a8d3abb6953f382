//! POST /account/verify and /account/verify/resend.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::accounts::{self, Client};
use domain::accounts::{DeviceName, Email};
use domain::fields::Fields;
use domain::problem::Problem;
use marzipan_http::fields::required;
use marzipan_http::openapi::{Always, BadBody, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody, RequestContext};
use serde::Deserialize;
use utoipa::ToSchema;

use super::login::LoginAnswer;
use super::{MessageBody, return_page};
use crate::identity::Visitor;

/// The token that a mail brought.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "mzm_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA", "device": "Phone"}))]
pub(crate) struct VerifyBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 200)]
    token: Option<String>,
    /// What the device calls itself in the list of sessions.
    #[schema(max_length = 200)]
    device: Option<String>,
}

/// Verify an address.
///
/// Proving an address signs its owner in. The token is good once, for seven days.
#[utoipa::path(
    post,
    path = "/account/verify",
    tag = "Account",
    operation_id = "verifyEmail",
    security(("tenantAuth" = [])),
    request_body = VerifyBody,
    responses(
        (status = 200, description = "The address is verified and its owner signed in.", body = LoginAnswer),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn verify(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<VerifyBody>,
) -> Result<Json<LoginAnswer>, ApiError> {
    let token = body.token.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| ApiError::invalid_field("token", "Is required."))?;
    let client =
        Client { ip: context.client_ip(), device: body.device.as_deref().and_then(DeviceName::parse) };
    let signed_in = accounts::verify(&commerce, &visit.shop, token, client).await.map_err(Problem::from)?;
    Ok(Json(signed_in.into()))
}

/// An address that waits for its mail.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"email": "ann@example.com"}))]
pub(crate) struct ResendBody {
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    /// As at registration.
    #[schema(max_length = 2000)]
    return_url: Option<String>,
}

/// Send the verification mail again.
///
/// Always the same answer; at most one mail in two minutes.
#[utoipa::path(
    post,
    path = "/account/verify/resend",
    tag = "Account",
    operation_id = "resendVerification",
    security(("tenantAuth" = [])),
    request_body = ResendBody,
    responses(
        (status = 200, description = "If the address waits for it, the mail is on its way.", body = MessageBody, example = json!({"message": "If this address is waiting to be confirmed, we have sent the link again."})),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn resend(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<ResendBody>,
) -> Result<Json<MessageBody>, ApiError> {
    let mut fields = Fields::default();
    let email = fields.take("email", required(body.email.as_deref(), Email::parse));
    let page = return_page(&mut fields, body.return_url, &visit.shop);
    let Some(email) = email else { return Err(fields.into_errors().into()) };
    fields.finish()?;
    accounts::resend_verification(&commerce, &visit.shop, email, page).await.map_err(Problem::from)?;
    Ok(Json(MessageBody {
        message: "If this address is waiting to be confirmed, we have sent the link again.",
    }))
}
