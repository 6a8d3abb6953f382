//! Reading what a shop shows: catalogue and content. Rule: one layer round all these routes gives each answer its strong
//! tag, its `Cache-Control` and the 304 to whoever holds it already; a handler only says what there is.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use marzipan_http::{ApiError, Conditional, ETag, Preconditions};

use crate::Storefront;
use crate::identity::Shopper;

/// No answer of these routes is longer.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// The layer. An answer other than 200, and one that says itself how it may be kept, passes as it is.
pub(crate) async fn remembered(
    State(storefront): State<Storefront>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let Shopper(shopper) = Shopper::from_request_parts(&mut parts, &storefront).await?;
    let Ok(preconditions) = Preconditions::from_request_parts(&mut parts, &storefront).await;
    let answer = next.run(Request::from_parts(parts, body)).await;
    if answer.status() != StatusCode::OK || answer.headers().contains_key(CACHE_CONTROL) {
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let bytes =
        to_bytes(body, LONGEST_ANSWER).await.map_err(|error| ApiError::internal(error.to_string()))?;
    let is_json = head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if !is_json {
        return Ok(Response::from_parts(head, Body::from(bytes)));
    }
    let etag = ETag::of_tenant_bytes(shopper.shop.id.uuid(), &bytes);
    let keeping = if shopper.customer.is_some() { "no-store" } else { "public, max-age=0, must-revalidate" };
    Ok(Conditional::json(&preconditions, etag, bytes).cache_control(keeping).into_response())
}
