//! POST /newsletter, /newsletter/confirm and /newsletter/unsubscribe.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::messaging::{self, NewSubscription};
use commerce::{Commerce, Shop};
use domain::accounts::{Email, PersonName};
use domain::fields::{FieldErrors, Fields};
use domain::messaging::Topics;
use domain::problem::Problem;
use domain::text::filled;
use marzipan_http::fields::{optional_line_schema, required};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::account::{MessageBody, return_page};
use crate::identity::{Shopper, Visitor};

/// A wish to hear the shop's news.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "email": "ann@example.com",
    "firstName": "Ann",
    "topics": [],
    "returnUrl": "https://shop.example/newsletter/confirm",
}))]
pub(crate) struct SubscribeBody {
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    first_name: Option<String>,
    /// Of the topics that the shop has set; none for all there will be.
    #[schema(value_type = Option<Vec<String>>, max_items = 20)]
    topics: Option<Vec<String>>,
    /// The page that the mailed link opens; its origin must be on the shop's list, else the mail holds a code instead.
    #[schema(max_length = 2000)]
    return_url: Option<String>,
}

impl SubscribeBody {
    fn parse(self, shop: &Shop) -> Result<NewSubscription, FieldErrors> {
        let mut fields = Fields::default();
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        let first_name =
            fields.take_optional("firstName", filled(self.first_name.as_deref()).map(PersonName::parse));
        let words = self.topics.unwrap_or_default();
        let topics = Topics::read(&mut fields, "topics", &words, &shop.settings.newsletter_topics);
        let return_url = return_page(&mut fields, self.return_url, shop);
        let (Some(email), Some(topics)) = (email, topics) else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok(NewSubscription { email, first_name, topics, return_url })
    }
}

/// Ask for the newsletter.
///
/// A mail asks the owner of the address whether they want it; nothing else is sent before they have said so. The answer is
/// always the same. An address gets one such mail in two minutes at the most, and five in a day.
#[utoipa::path(
    post,
    path = "/newsletter",
    tag = "Messaging",
    operation_id = "subscribe",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = SubscribeBody,
    responses(
        (status = 202, description = "The mail that asks is on its way.", body = MessageBody, example = json!({"message": "Please check your e-mail to confirm."})),
        BadBody, Unauthenticated, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn subscribe(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<SubscribeBody>,
) -> Result<(StatusCode, Json<MessageBody>), ApiError> {
    let new = body.parse(&shopper.shop)?;
    messaging::subscribe(&commerce, &shopper, new).await.map_err(Problem::from)?;
    Ok((StatusCode::ACCEPTED, Json(MessageBody { message: "Please check your e-mail to confirm." })))
}

/// The token that a mail brought.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "mzm_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA"}))]
pub(crate) struct NewsletterToken {
    #[schema(required, value_type = String, min_length = 1, max_length = 200)]
    token: Option<String>,
}

impl NewsletterToken {
    fn parse(self) -> Result<String, ApiError> {
        let token = self.token.filter(|token| !token.is_empty());
        token.ok_or_else(|| ApiError::invalid_field("token", "Is required."))
    }
}

/// Confirm the newsletter.
///
/// With the token that was mailed; it is good once, for seven days. Whoever had unsubscribed before gets it again.
#[utoipa::path(
    post,
    path = "/newsletter/confirm",
    tag = "Messaging",
    operation_id = "confirmNewsletter",
    security(("tenantAuth" = [])),
    request_body = NewsletterToken,
    responses(
        (status = 200, description = "On the list.", body = MessageBody, example = json!({"message": "Thank you, you are on the list."})),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn confirm(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewsletterToken>,
) -> Result<Json<MessageBody>, ApiError> {
    messaging::confirm(&commerce, &visit.shop, body.parse()?).await.map_err(Problem::from)?;
    Ok(Json(MessageBody { message: "Thank you, you are on the list." }))
}

/// Unsubscribe.
///
/// With the token (`mzu_…`) of any marketing mail of this shop: the last part of the address for unsubscribing in it. It
/// is good for ever. The address is remembered, as a hash, as one that wants no marketing mail.
#[utoipa::path(
    post,
    path = "/newsletter/unsubscribe",
    tag = "Messaging",
    operation_id = "unsubscribe",
    security(("tenantAuth" = [])),
    request_body = NewsletterToken,
    responses(
        (status = 200, description = "Off the list.", body = MessageBody, example = json!({"message": "You are unsubscribed."})),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn unsubscribe(
    Visitor(visit): Visitor,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewsletterToken>,
) -> Result<Json<MessageBody>, ApiError> {
    messaging::unsubscribe(&commerce, &visit.shop, &body.parse()?).await.map_err(Problem::from)?;
    Ok(Json(MessageBody { message: "You are unsubscribed." }))
}
