//! POST /products/{productId}/reviews.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::{Commerce, catalog};
use domain::catalog::ReviewForm;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::named;
use crate::account::MessageBody;
use crate::identity::Customer;

/// What the customer says.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"rating": 5, "title": "A winter favourite", "body": "Wonderful with stew."}))]
pub(crate) struct NewReview {
    /// Stars.
    #[serde(default)]
    #[schema(value_type = i64, required, minimum = 1, maximum = 5)]
    rating: Option<i64>,
    /// One line.
    #[serde(default)]
    #[schema(schema_with = marzipan_http::fields::optional_line_schema)]
    title: Option<String>,
    /// The text.
    #[serde(default)]
    #[schema(schema_with = marzipan_http::fields::optional_long_line_schema)]
    body: Option<String>,
}

/// Review a product.
///
/// It is shown once the shop has approved it. A customer reviews a product once.
#[utoipa::path(
    post,
    path = "/products/{productId}/reviews",
    tag = "Products",
    operation_id = "addReview",
    security(("accountAuth" = [])),
    params(
        ("productId" = String, Path, description = "The product's id or slug.", example = "estate-malbec-2021"),
        IdempotencyKeyParam,
    ),
    request_body = NewReview,
    responses(
        (status = 202, description = "Taken.", body = MessageBody,
            example = json!({"message": "Thank you. Your review will be shown once we have read it."})),
        BadBody, Unauthenticated, NotFound, Conflict, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
    JsonBody(new): JsonBody<NewReview>,
) -> Result<(StatusCode, Json<MessageBody>), ApiError> {
    let product = named(&name)?;
    let review = ReviewForm { rating: new.rating, title: new.title, body: new.body }.parse()?;
    catalog::add_review(&commerce, &who, product, review).await.map_err(Problem::from)?;
    let message = "Thank you. Your review will be shown once we have read it.";
    Ok((StatusCode::ACCEPTED, Json(MessageBody { message })))
}
