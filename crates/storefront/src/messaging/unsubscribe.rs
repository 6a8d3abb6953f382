//! GET and POST /newsletter/unsubscribe/{token} below the public address, where marketing mail leads (RFC 8058). Rule: opening the page
//! changes nothing, for mail programs open links to look at them; only posting to it does. It asks for no token but the
//! one in its address, so it is no part of `/v1`.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use commerce::Commerce;
use commerce::messaging::{self, MessagingError};
use domain::problem::Problem;
use marzipan_http::{ApiError, IgnoredBody, Segment};
use minijinja::{Environment, context};

use crate::Storefront;

const PAGE: &str = "unsubscribe.html";

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages
        .add_template(PAGE, include_str!("../../templates/unsubscribe.html"))
        .expect("the page is well-formed: a test opens it");
    pages
});

/// The routes of the page.
pub(crate) fn pages() -> Router<Storefront> {
    Router::new().route("/newsletter/unsubscribe/{token}", get(ask).post(leave))
}

async fn ask(
    State(commerce): State<Commerce>,
    Segment(token): Segment<String>,
) -> Result<Response, ApiError> {
    match messaging::leaving(&commerce, &token).await {
        Ok(shop) => page(
            StatusCode::OK,
            "Unsubscribe from the newsletter?",
            &format!("You will get no more news from {shop} at this address."),
            true,
        ),
        Err(error) => unknown(error),
    }
}

async fn leave(
    State(commerce): State<Commerce>,
    Segment(token): Segment<String>,
    _: IgnoredBody,
) -> Result<Response, ApiError> {
    match messaging::unsubscribe_by_link(&commerce, &token).await {
        Ok(shop) => page(
            StatusCode::OK,
            "You are unsubscribed",
            &format!("{shop} will send no more news to this address."),
            false,
        ),
        Err(error) => unknown(error),
    }
}

fn unknown(error: MessagingError) -> Result<Response, ApiError> {
    match error {
        MessagingError::NotFound => page(
            StatusCode::NOT_FOUND,
            "This link is not valid",
            "Please open the link of the mail once more, whole.",
            false,
        ),
        other => Err(Problem::from(other).into()),
    }
}

fn page(status: StatusCode, title: &str, text: &str, asks: bool) -> Result<Response, ApiError> {
    let html = PAGES
        .get_template(PAGE)
        .and_then(|page| page.render(context! { title, text, asks }))
        .map_err(|error| ApiError::internal(error.to_string()))?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
                  base-uri 'none'";
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    Ok((status, headers, html).into_response())
}
