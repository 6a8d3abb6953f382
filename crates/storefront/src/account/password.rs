//! POST (published) and PUT /account/password, POST /account/password/reset.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::accounts::{self, ChangePassword, Client, ResetPassword};
use domain::accounts::{Email, PasswordText};
use domain::fields::Fields;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, BadBody, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody, RequestContext};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{MessageBody, return_page};
use crate::identity::{Customer, Visitor};

/// A forgotten password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"email": "ann@example.com", "returnUrl": "https://shop.example/account/password"}))]
pub(crate) struct RequestResetBody {
    /// What is no address is nobody's, and gets the same answer.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// The page that the mailed link opens; its origin must be on the shop's list, else it is left out of the mail.
    #[schema(max_length = 2000)]
    return_url: Option<String>,
}

/// Ask for a new password.
///
/// Always the same answer. A known address gets a mail with a token that is good once, for an hour; at most one mail
/// in two minutes.
#[utoipa::path(
    post,
    path = "/account/password",
    tag = "Account",
    operation_id = "requestPasswordReset",
    security(("tenantAuth" = [])),
    request_body = RequestResetBody,
    responses(
        (status = 200, description = "If the address has an account, the mail is on its way.", body = MessageBody, example = json!({"message": "If this address has an account, we have sent a link to choose a new password."})),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn request_reset(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<RequestResetBody>,
) -> Result<Json<MessageBody>, ApiError> {
    let mut fields = Fields::default();
    let page = return_page(&mut fields, body.return_url, &visit.shop);
    let text = body.email.unwrap_or_default();
    if text.chars().count() > 254 {
        fields.refuse("email", "Must not be longer than 254 characters.");
    }
    fields.finish()?;
    if let Ok(email) = Email::parse(&text) {
        accounts::request_reset(&commerce, &visit.shop, email, page).await.map_err(Problem::from)?;
    }
    Ok(Json(MessageBody {
        message: "If this address has an account, we have sent a link to choose a new password.",
    }))
}

/// A new password, by the token that a mail brought.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "mzm_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA", "password": "correct horse battery"}))]
pub(crate) struct ResetBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 200)]
    token: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
}

/// Choose a new password by mail.
///
/// Ends all sessions of the customer and verifies the address.
#[utoipa::path(
    post,
    path = "/account/password/reset",
    tag = "Account",
    operation_id = "resetPassword",
    security(("tenantAuth" = [])),
    request_body = ResetBody,
    responses(
        (status = 200, description = "The password is changed.", body = MessageBody, example = json!({"message": "Your password was changed. Please sign in."})),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn reset(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<ResetBody>,
) -> Result<Json<MessageBody>, ApiError> {
    let mut fields = Fields::default();
    let token = body.token.filter(|token| !token.is_empty());
    if token.is_none() {
        fields.refuse("token", "Is required.");
    }
    let password = fields.take("password", PasswordText::parse_new(body.password.unwrap_or_default()));
    let (Some(token), Some(password)) = (token, password) else { return Err(fields.into_errors().into()) };
    accounts::reset_password(&commerce, &visit.shop, ResetPassword { token, password })
        .await
        .map_err(Problem::from)?;
    Ok(Json(MessageBody { message: "Your password was changed. Please sign in." }))
}

/// A new password by somebody who knows the old one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"currentPassword": "correct horse battery", "password": "staple the blue kettle"}))]
pub(crate) struct ChangeBody {
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    current_password: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
}

/// Change the password.
///
/// Ends all sessions of the customer but this one.
#[utoipa::path(
    put,
    path = "/account/password",
    tag = "Account",
    operation_id = "changePassword",
    security(("accountAuth" = [])),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "The password is changed.", body = MessageBody, example = json!({"message": "Your password was changed."})),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<ChangeBody>,
) -> Result<Json<MessageBody>, ApiError> {
    let mut fields = Fields::default();
    let current =
        fields.take("currentPassword", PasswordText::parse(body.current_password.unwrap_or_default()));
    let password = fields.take("password", PasswordText::parse_new(body.password.unwrap_or_default()));
    let (Some(current), Some(password)) = (current, password) else {
        return Err(fields.into_errors().into());
    };
    let client = Client { ip: context.client_ip(), device: None };
    accounts::change_password(&commerce, &who, ChangePassword { current, password, client })
        .await
        .map_err(Problem::from)?;
    Ok(Json(MessageBody { message: "Your password was changed." }))
}
