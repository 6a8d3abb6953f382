//! What stands beside `/v1`: where payment providers post their webhooks, and the page on which the sandbox plays the bank. Rule: a
//! webhook is believed for its signature alone.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use commerce::Commerce;
use commerce::payments::{self, SandboxPayment};
use domain::ids::TenantId;
use domain::problem::Problem;
use marzipan_http::{ApiError, Segment};
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};

use crate::Storefront;

const PAGE: &str = "bank.html";

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages
        .add_template(PAGE, include_str!("../templates/bank.html"))
        .expect("the page is well-formed: a test opens it");
    pages
});

/// The routes beside `/v1`.
pub(crate) fn routes() -> Router<Storefront> {
    Router::new()
        .route("/webhooks/payments/{provider}", post(hear))
        .route("/webhooks/payments/{provider}/{shop}", post(hear_for_shop))
        .route("/sandbox/authenticate/{payment}", get(ask).post(decide))
        .route("/sandbox/authenticate/{payment}/answer", post(answer))
}

async fn hear(
    State(commerce): State<Commerce>,
    Segment(provider): Segment<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    heard(&commerce, &provider, None, &headers, &body).await
}

async fn hear_for_shop(
    State(commerce): State<Commerce>,
    Segment(provider): Segment<String>,
    Segment(shop): Segment<TenantId, 1>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    heard(&commerce, &provider, Some(shop), &headers, &body).await
}

async fn heard(
    commerce: &Commerce,
    provider: &str,
    shop: Option<TenantId>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<StatusCode, ApiError> {
    let header = if provider == "stripe" { "stripe-signature" } else { "sandbox-signature" };
    let signature = headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
    payments::hear(commerce, provider, shop, signature, body).await.map_err(Problem::from)?;
    Ok(StatusCode::OK)
}

async fn ask(
    State(commerce): State<Commerce>,
    Segment(payment): Segment<String>,
) -> Result<Response, ApiError> {
    let found = payments::sandbox_payment(&commerce, &payment).await.map_err(Problem::from)?;
    let html = PAGES
        .get_template(PAGE)
        .and_then(|page| {
            page.render(context! {
                reference => found.reference,
                amount => found.amount.map(domain::money::Money::formatted),
                waits => found.status == "requires_action",
                approved => found.status == "succeeded",
            })
        })
        .map_err(|error| ApiError::internal(error.to_string()))?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::OK, headers, html).into_response())
}

/// The answer of a program.
#[derive(Deserialize)]
struct Decision {
    approve: bool,
}

/// A payment as a program sees it.
#[derive(Serialize)]
struct Decided {
    reference: String,
    status: &'static str,
}

async fn decide(
    State(commerce): State<Commerce>,
    Segment(payment): Segment<String>,
    Json(decision): Json<Decision>,
) -> Result<Json<Decided>, ApiError> {
    let SandboxPayment { reference, status, .. } =
        payments::authenticate(&commerce, &payment, decision.approve).await.map_err(Problem::from)?;
    Ok(Json(Decided { reference, status }))
}

/// The page's form sends `approve=yes` or `approve=no`.
async fn answer(
    State(commerce): State<Commerce>,
    Segment(payment): Segment<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let decided =
        payments::authenticate(&commerce, &payment, &*body == b"approve=yes").await.map_err(Problem::from)?;
    let next = decided.return_url.unwrap_or_else(|| format!("/sandbox/authenticate/{payment}"));
    Ok((StatusCode::SEE_OTHER, [(LOCATION, next)]).into_response())
}
