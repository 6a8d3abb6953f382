//! POST /account/register.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::accounts::{self, Register};
use commerce::{Commerce, Shop};
use domain::accounts::{BirthDate, Email, Marketing, PasswordText, PersonName, Phone};
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use marzipan_http::fields::{line_schema, optional_phone_schema, required};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Channel, MessageBody, optional, return_page};
use crate::identity::Visitor;

/// A wish to have an account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "firstName": "Ann",
    "lastName": "Smith",
    "email": "ann@example.com",
    "password": "correct horse battery",
    "marketing": ["email"],
    "returnUrl": "https://shop.example/account/verify",
}))]
pub(crate) struct RegisterBody {
    #[schema(required, schema_with = line_schema)]
    first_name: Option<String>,
    #[schema(required, schema_with = line_schema)]
    last_name: Option<String>,
    /// In any case; stored in lower case.
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    /// Must not be among the first ten thousand that a guesser tries.
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
    #[schema(schema_with = optional_phone_schema)]
    phone: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<Channel>>)]
    marketing: Option<Vec<String>>,
    /// Required where the shop sets a minimum age.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    date_of_birth: Option<String>,
    /// The page that the mailed link opens; its origin must be on the shop's list, else the mail holds a code instead.
    #[schema(max_length = 2000)]
    return_url: Option<String>,
}

impl RegisterBody {
    fn parse(self, shop: &Shop) -> Result<Register, FieldErrors> {
        let mut fields = Fields::default();
        let today = shop.settings.today(shop.now);
        let first_name = fields.take("firstName", required(self.first_name.as_deref(), PersonName::parse));
        let last_name = fields.take("lastName", required(self.last_name.as_deref(), PersonName::parse));
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        let password = fields.take("password", PasswordText::parse_new(self.password.unwrap_or_default()));
        let phone = fields.take_optional("phone", optional(self.phone.as_deref(), Phone::parse));
        let marketing = Marketing::read(&mut fields, "marketing", &self.marketing.unwrap_or_default());
        let date_of_birth = fields.take_optional(
            "dateOfBirth",
            optional(self.date_of_birth.as_deref(), |text| BirthDate::parse(text, today)),
        );
        let return_url = return_page(&mut fields, self.return_url, shop);
        match (first_name, last_name, email, password, marketing) {
            (Some(first_name), Some(last_name), Some(email), Some(password), Some(marketing)) => {
                fields.finish()?;
                Ok(Register {
                    first_name,
                    last_name,
                    email,
                    password,
                    phone,
                    marketing,
                    date_of_birth,
                    return_url,
                })
            }
            _ => Err(fields.into_errors()),
        }
    }
}

/// Open an account.
///
/// Answers the same whether or not the address was known; its owner gets a mail with a link that verifies it, or one
/// that says that the account exists.
#[utoipa::path(
    post,
    path = "/account/register",
    tag = "Account",
    operation_id = "register",
    security(("tenantAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = RegisterBody,
    responses(
        (status = 201, description = "The mail is on its way.", body = MessageBody, example = json!({"message": "Please check your e-mail to confirm your address."})),
        BadBody, Unauthenticated, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn register(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<RegisterBody>,
) -> Result<(StatusCode, Json<MessageBody>), ApiError> {
    let form = body.parse(&visit.shop)?;
    accounts::register(&commerce, &visit.shop, form).await.map_err(Problem::from)?;
    Ok((
        StatusCode::CREATED,
        Json(MessageBody { message: "Please check your e-mail to confirm your address." }),
    ))
}
