//! GET /reviews, GET and DELETE /reviews/{reviewId}, POST /reviews/{reviewId}/approve and /reject.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::catalog::{self, ReviewEntry};
use domain::catalog::ReviewStatus;
use domain::fields::{FieldErrors, Fields};
use domain::ids::ReviewId;
use domain::problem::Problem;
use domain::text::filled;
use marzipan_http::openapi::{Always, Forbidden, Invalid, NotFound, Unauthenticated};
use marzipan_http::{ApiError, ETag, ListBody, Paging, PagingParams, Query, Segment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bodies::{DataBody, page};
use crate::identity::{ProductsRead, ProductsWrite, Staff};

/// What a customer said of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000015",
    "productId": "01926a3c-0000-7000-8000-000000000010",
    "customerId": "01926a3c-0000-7000-8000-000000000001",
    "author": "Ann S.",
    "rating": 5,
    "title": "A winter favourite",
    "body": "Wonderful with stew.",
    "status": "pending",
    "verifiedPurchase": false,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ReviewBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    product_id: String,
    #[schema(format = Uuid)]
    customer_id: String,
    /// The name that is shown. That of an erased customer is `Former customer`, and their words are gone.
    author: String,
    /// From 1 to 5.
    rating: i64,
    #[schema(required)]
    title: Option<String>,
    #[schema(required)]
    body: Option<String>,
    #[schema(value_type = ReviewStatusWord)]
    status: &'static str,
    verified_purchase: bool,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Where a review stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `ReviewStatus`")]
pub(crate) enum ReviewStatusWord {
    /// Nobody has looked at it yet.
    Pending,
    /// It is shown.
    Approved,
    /// It is not.
    Rejected,
}

impl From<ReviewEntry> for ReviewBody {
    fn from(entry: ReviewEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            product_id: entry.product_id.to_string(),
            customer_id: entry.customer_id.to_string(),
            author: entry.author,
            rating: entry.rating,
            title: entry.title,
            body: entry.body,
            status: entry.status.as_str(),
            verified_purchase: entry.verified_purchase,
            version: entry.version,
            created_at: entry.created_at.to_string(),
            updated_at: entry.updated_at.to_string(),
        }
    }
}

type Answer = (ETag, Json<DataBody<ReviewBody>>);

fn answer(entry: ReviewEntry) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody::of(entry)))
}

/// Which reviews to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those that stand there.
    #[param(required = false, value_type = ReviewStatusWord)]
    status: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<Option<ReviewStatus>, FieldErrors> {
        let mut fields = Fields::default();
        let status = fields.take_optional("status", filled(self.status.as_deref()).map(ReviewStatus::parse));
        fields.finish()?;
        Ok(status)
    }
}

/// List reviews.
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/reviews",
    tag = "Reviews",
    operation_id = "listReviews",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the reviews.", body = ListBody<ReviewBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<ReviewBody>, ApiError> {
    let status = filter.parse()?;
    let (entries, total) = catalog::reviews(&commerce, &who.shop, status, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, entries, total))
}

/// Show a review.
///
/// `ETag` is its version.
#[utoipa::path(
    get,
    path = "/reviews/{reviewId}",
    tag = "Reviews",
    operation_id = "showReview",
    security(("adminAuth" = [])),
    params(("reviewId" = String, Path, description = "The review's id.", format = Uuid)),
    responses(
        (status = 200, description = "The review.", body = DataBody<ReviewBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ReviewId>,
) -> Result<Answer, ApiError> {
    let entry = catalog::find_review(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Approve a review.
///
/// It is shown from then on, also if it was rejected before.
#[utoipa::path(
    post,
    path = "/reviews/{reviewId}/approve",
    tag = "Reviews",
    operation_id = "approveReview",
    security(("adminAuth" = [])),
    params(("reviewId" = String, Path, description = "The review's id.", format = Uuid)),
    responses(
        (status = 200, description = "The review as it is now.", body = DataBody<ReviewBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn approve(
    staff: Staff<ProductsWrite>,
    commerce: State<Commerce>,
    id: Segment<ReviewId>,
) -> Result<Answer, ApiError> {
    decide(staff, commerce, id, ReviewStatus::Approved).await
}

/// Reject a review.
///
/// It is not shown, also if it was approved before; the customer is not told.
#[utoipa::path(
    post,
    path = "/reviews/{reviewId}/reject",
    tag = "Reviews",
    operation_id = "rejectReview",
    security(("adminAuth" = [])),
    params(("reviewId" = String, Path, description = "The review's id.", format = Uuid)),
    responses(
        (status = 200, description = "The review as it is now.", body = DataBody<ReviewBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn reject(
    staff: Staff<ProductsWrite>,
    commerce: State<Commerce>,
    id: Segment<ReviewId>,
) -> Result<Answer, ApiError> {
    decide(staff, commerce, id, ReviewStatus::Rejected).await
}

async fn decide(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ReviewId>,
    status: ReviewStatus,
) -> Result<Answer, ApiError> {
    let entry =
        catalog::decide_review(&commerce, &who.shop, who.actor, id, status).await.map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Remove a review.
///
/// The customer may write another one.
#[utoipa::path(
    delete,
    path = "/reviews/{reviewId}",
    tag = "Reviews",
    operation_id = "removeReview",
    security(("adminAuth" = [])),
    params(("reviewId" = String, Path, description = "The review's id.", format = Uuid)),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ReviewId>,
) -> Result<StatusCode, ApiError> {
    catalog::delete_review(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
