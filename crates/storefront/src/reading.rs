//! Reading what a shop shows: catalogue and content. Rule: one layer round all these routes gives each answer its strong
//! tag, its `Cache-Control` and the 304 to whoever holds it already, and keeps the finished bytes until the shop changes; a
//! handler only says what there is.
//!
//! An answer depends on the address, the shop and on whether a subscriber asks, and on nothing else: not on the customer.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::extract::{FromRequestParts as _, MatchedPath, Request};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Response};
use commerce::accounts;
use domain::ids::TenantId;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use marzipan_http::coding::Coding;
use marzipan_http::finished::Asked;
use marzipan_http::front_door::{AtHand, FinishedReads};
use marzipan_http::{ApiError, RequestContext, authorization};
use tower::{Layer, Service};

use crate::Storefront;
use crate::identity::Shopper;

/// What anybody with the shop's token may keep, if they ask each time whether it is still current.
const PUBLIC: &str = "public, max-age=0, must-revalidate";
/// What is behind an account token is kept nowhere.
const PRIVATE: &str = "no-store";

/// Those who see the same.
#[derive(Clone, Copy)]
enum Audience {
    Anybody,
    Subscribers,
}

/// The layer. An answer that says itself how it may be kept passes as it is.
#[derive(Clone)]
pub(crate) struct Remembered(pub(crate) Storefront);

impl<S> Layer<S> for Remembered {
    type Service = RememberedService<S>;

    fn layer(&self, inner: S) -> RememberedService<S> {
        RememberedService { storefront: self.0.clone(), inner }
    }
}

/// A route whose answers are remembered.
#[derive(Clone)]
pub(crate) struct RememberedService<S> {
    storefront: Storefront,
    inner: S,
}

impl<S> Service<Request> for RememberedService<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that was asked whether it is ready is the one to call.
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let storefront = self.storefront.clone();
        async move { Ok(look_up(&storefront, inner, request).await) }.boxed()
    }
}

impl FinishedReads for Storefront {
    fn at_hand(&self, request: &Request) -> Option<AtHand> {
        let token = authorization::bearer(request.headers())?;
        let glance = accounts::glance(&self.commerce, token)?;
        let target = request.uri().path_and_query()?.as_str();
        let asked = asked(target, request.headers(), glance.tenant, Audience::Anybody);
        let answer = self.answers.find(&asked, |stamp| stamp == glance.stamp)?;
        let (tenant, token) = (glance.tenant.uuid(), glance.token.uuid());
        Some(AtHand { tenant, token, answer, cache_control: PUBLIC })
    }
}

async fn look_up<S>(storefront: &Storefront, mut inner: S, request: Request) -> Response
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    let (mut parts, body) = request.into_parts();
    let shopper = match Shopper::from_request_parts(&mut parts, storefront).await {
        Ok(Shopper(shopper)) => shopper,
        Err(error) => return error.into_response(),
    };
    let (audience, keeping) = match (&shopper.customer, shopper.is_subscriber) {
        (None, _) => (Audience::Anybody, PUBLIC),
        (Some(_), false) => (Audience::Anybody, PRIVATE),
        (Some(_), true) => (Audience::Subscribers, PRIVATE),
    };
    let tenant = shopper.shop.id;
    let mut request = Request::from_parts(parts, body);
    if is_preview(request.uri().query().unwrap_or_default()) {
        return inner.call(request).await.unwrap_or_else(|never| match never {});
    }
    let headers = request.headers().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let Some(context) = request.extensions().get::<RequestContext>().cloned() else {
        return ApiError::internal("the router is not behind the edge").into_response();
    };
    if request.method() == Method::HEAD {
        // What is made is kept for GET too; the router takes the body off.
        *request.method_mut() = Method::GET;
    }
    let asked = asked(context.target(), &headers, tenant, audience);
    let make = async { inner.call(request).await.unwrap_or_else(|never| match never {}) };
    remembered(storefront, asked, path, &headers, keeping, make).await
}

/// What a shop shows to anybody who asks for it without a token, at this address.
pub(crate) async fn open(
    storefront: &Storefront,
    target: &str,
    path: MatchedPath,
    headers: &HeaderMap,
    tenant: TenantId,
    make: impl Future<Output = Response>,
) -> Response {
    let asked = asked(target, headers, tenant, Audience::Anybody);
    remembered(storefront, asked, Some(path), headers, PUBLIC, make).await
}

async fn remembered(
    storefront: &Storefront,
    asked: Asked<'_>,
    path: Option<MatchedPath>,
    headers: &HeaderMap,
    keeping: &'static str,
    make: impl Future<Output = Response>,
) -> Response {
    let (commerce, tenant) = (&storefront.commerce, TenantId::new(asked.tenant));
    let answer = storefront
        .answers
        .find_or_make(
            asked,
            path,
            || commerce.stamp(tenant),
            |stamp| commerce.is_current(tenant, stamp),
            make,
        )
        .await;
    match answer {
        Ok(answer) => answer.respond(headers, keeping),
        Err(passing) => passing,
    }
}

/// Whether a draft is asked for: it changes without the shop's version, and is not remembered.
fn is_preview(query: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some("preview"))
}

fn asked<'a>(target: &'a str, headers: &HeaderMap, tenant: TenantId, audience: Audience) -> Asked<'a> {
    let (tenant, coding) = (tenant.uuid(), Coding::asked_for(headers));
    Asked { tenant, audience: audience as u8, coding, target }
}
