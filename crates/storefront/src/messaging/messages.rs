//! POST /messages.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::messaging::{self, NewMessage};
use domain::accounts::{Email, PersonName};
use domain::fields::{FieldErrors, Fields};
use domain::messaging::{MessageText, SubjectLine};
use domain::problem::Problem;
use domain::text::{filled, one_line};
use marzipan_http::fields::{message_schema, optional_line_schema, optional_long_line_schema, required};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::account::MessageBody;
use crate::identity::Shopper;

const THANKS: &str = "Thank you, we have received your message.";

/// A message to the shop.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Ann Smith",
    "email": "ann@example.com",
    "subject": "The next box",
    "message": "When does the next box leave?",
    "topic": "Delivery",
    "orderRef": "1010744",
}))]
pub(crate) struct ContactBody {
    /// Needed of a guest; a signed-in customer's account says it.
    #[schema(schema_with = optional_line_schema)]
    name: Option<String>,
    /// Needed of a guest; a signed-in customer's account says it.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(schema_with = optional_long_line_schema)]
    subject: Option<String>,
    /// Plain text.
    #[schema(required, schema_with = message_schema)]
    message: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    topic: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    order_ref: Option<String>,
    /// For programs that fill in every field: people do not see it. With something in it the answer is the same, and
    /// nothing is kept.
    website: Option<String>,
}

impl ContactBody {
    /// The message, and whether a program wrote it.
    fn parse(self, is_guest: bool) -> Result<(NewMessage, bool), FieldErrors> {
        let mut fields = Fields::default();
        let line = |text: &str| one_line(text, 100);
        let sender = if is_guest {
            let name = fields.take("name", required(self.name.as_deref(), PersonName::parse));
            let email = fields.take("email", required(self.email.as_deref(), Email::parse));
            name.zip(email)
        } else {
            // What does not count must still be what it says.
            fields.take_optional("name", filled(self.name.as_deref()).map(PersonName::parse));
            fields.take_optional("email", self.email.as_deref().map(Email::parse));
            None
        };
        let subject =
            fields.take_optional("subject", filled(self.subject.as_deref()).map(SubjectLine::parse));
        let message = fields.take("message", required(self.message.as_deref(), MessageText::parse));
        let topic = fields.take_optional("topic", filled(self.topic.as_deref()).map(line));
        let order_ref = fields.take_optional("orderRef", filled(self.order_ref.as_deref()).map(line));
        let is_program = filled(self.website.as_deref()).is_some();
        let Some(message) = message else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok((NewMessage { sender, subject, message, topic, order_ref }, is_program))
    }
}

/// Write to the shop.
///
/// The message is mailed to the shop and kept as a conversation. A signed-in customer finds it among theirs, with the
/// answers; so does whoever proves the address later. Answers are mailed to the address in any case.
#[utoipa::path(
    post,
    path = "/messages",
    tag = "Messaging",
    operation_id = "sendMessage",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = ContactBody,
    responses(
        (status = 202, description = "The shop has it.", body = MessageBody, example = json!({"message": "Thank you, we have received your message."})),
        BadBody, Unauthenticated, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn send(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<ContactBody>,
) -> Result<(StatusCode, Json<MessageBody>), ApiError> {
    let (message, is_program) = body.parse(shopper.customer.is_none())?;
    if !is_program {
        messaging::write_message(&commerce, &shopper, message).await.map_err(Problem::from)?;
    }
    Ok((StatusCode::ACCEPTED, Json(MessageBody { message: THANKS })))
}
