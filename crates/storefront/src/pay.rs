//! GET and POST /pay/{token} below the public address, where the mail about a renewal that failed leads. Rule: opening the page
//! moves no money, for mail programs open links to look at them; only posting to it does. It asks for no token but the one in
//! its address, so it is no part of `/v1`.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use commerce::Commerce;
use commerce::subscriptions::{self, MethodView, PayPage, SubscriptionError};
use domain::problem::Problem;
use domain::subscriptions::RenewalStatus;
use marzipan_http::{ApiError, IgnoredBody, Segment};
use minijinja::{Environment, context};
use url::Url;

use crate::Storefront;

const PAGE: &str = "pay.html";

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages
        .add_template(PAGE, include_str!("../templates/pay.html"))
        .expect("the page is well-formed: a test opens it");
    pages
});

/// The routes of the page.
pub(crate) fn routes() -> Router<Storefront> {
    Router::new().route("/pay/{token}", get(show).post(pay))
}

async fn show(
    State(commerce): State<Commerce>,
    Segment(token): Segment<String>,
) -> Result<Response, ApiError> {
    answer(subscriptions::pay_page(&commerce, &token).await)
}

async fn pay(
    State(commerce): State<Commerce>,
    Segment(token): Segment<String>,
    _: IgnoredBody,
) -> Result<Response, ApiError> {
    let here = commerce.public_url().join(&format!("pay/{token}")).ok();
    let done = subscriptions::pay_by_link(&commerce, &token, here).await;
    if let Ok(page) = &done
        && let Some(bank) = page.payment.as_ref().and_then(|payment| payment.redirect_url.clone())
    {
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, bank)]).into_response());
    }
    if done.is_ok() {
        // A reload of the page that follows does not pay again.
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, format!("/pay/{token}"))]).into_response());
    }
    answer(done)
}

fn answer(found: Result<PayPage, SubscriptionError>) -> Result<Response, ApiError> {
    match found {
        Ok(page) => paint(StatusCode::OK, Some(&page)),
        Err(SubscriptionError::NotFound) => paint(StatusCode::NOT_FOUND, None),
        Err(SubscriptionError::UnderWay) => paint(StatusCode::CONFLICT, None),
        Err(other) => Err(Problem::from(other).into()),
    }
}

fn paint(status: StatusCode, found: Option<&PayPage>) -> Result<Response, ApiError> {
    let state = match (status, found.map(|page| page.status)) {
        (StatusCode::CONFLICT, _)
        | (_, Some(RenewalStatus::Charging | RenewalStatus::Unknown | RenewalStatus::Pending)) => "waiting",
        (_, Some(RenewalStatus::Failed)) => "due",
        (_, Some(RenewalStatus::Paid)) => "paid",
        (_, Some(_)) => "over",
        (_, None) => "unknown",
    };
    let card = |method: &MethodView| format!("{} ···· {}", method.brand, method.last4);
    let settings = found.map(|page| &page.shop.settings);
    let html = PAGES
        .get_template(PAGE)
        .and_then(|page| {
            page.render(context! {
                state,
                shop => settings.map(|settings| settings.name.as_str().to_owned()),
                primary => settings.map(|settings| settings.colours.primary.as_str().to_owned()),
                background => settings.map(|settings| settings.colours.background.as_str().to_owned()),
                logo => settings.and_then(|settings| settings.logo_url.as_ref().map(ToString::to_string)),
                package => found.map(|page| page.package.clone()),
                amount => found.map(|page| page.amount.formatted()),
                card => found.and_then(|page| page.method.as_ref().map(card)),
                message => found.and_then(|page| page.message.clone()),
                bank => found.and_then(|page| page.payment.as_ref()?.redirect_url.clone()),
            })
        })
        .map_err(|error| ApiError::internal(error.to_string()))?;
    // Of pictures the shop's logo alone is fetched.
    let logo = settings.and_then(|settings| settings.logo_url.as_ref());
    let origin =
        logo.and_then(|url| Url::parse(url.as_str()).ok()).map(|url| url.origin().ascii_serialization());
    let pictures = origin.unwrap_or_else(|| "'none'".to_owned());
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; form-action *; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-robots-tag"), "noindex".to_owned()),
    ];
    Ok((status, headers, html).into_response())
}
