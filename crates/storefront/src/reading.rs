//! Reading what a shop shows: catalogue and content. Rule: one layer round all these routes gives each answer its strong
//! tag, its `Cache-Control` and the 304 to whoever holds it already, and keeps the finished bytes until the shop changes; a
//! handler only says what there is.
//!
//! An answer depends on the address, the shop and on whether a subscriber asks, and on nothing else: not on the customer.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::extract::{FromRequestParts as _, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse as _, Response};
use commerce::accounts;
use domain::ids::TenantId;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either};
use marzipan_http::coding::Coding;
use marzipan_http::finished::Asked;
use marzipan_http::{RequestContext, authorization};
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
    type Future =
        Either<Ready<Result<Response, Infallible>>, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if let Some(response) = at_hand(&self.storefront, &request) {
            return Either::Left(ready(Ok(response)));
        }
        // The one that was asked whether it is ready is the one to call.
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let storefront = self.storefront.clone();
        Either::Right(async move { Ok(look_up(&storefront, inner, request).await) }.boxed())
    }
}

/// The answer to a storefront token, if both are known already: nothing is awaited and no database is asked.
fn at_hand(storefront: &Storefront, request: &Request) -> Option<Response> {
    let token = authorization::bearer(request.headers())?;
    let glance = accounts::glance(&storefront.commerce, token)?;
    let asked = asked(request.uri(), request.headers(), glance.tenant, Audience::Anybody);
    let answer = storefront.answers.find(&asked, |stamp| stamp == glance.stamp)?;
    let context = request.extensions().get::<RequestContext>()?;
    context.set_tenant(glance.tenant.uuid());
    if let Err(error) = context.charge_token(glance.token.uuid()) {
        return Some(error.into_response());
    }
    Some(answer.respond(request.headers(), PUBLIC))
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
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    if request.method() == Method::HEAD {
        // What is made is kept for GET too; the router takes the body off.
        *request.method_mut() = Method::GET;
    }
    let asked = asked(&uri, &headers, tenant, audience);
    let commerce = &storefront.commerce;
    let make = async { inner.call(request).await.unwrap_or_else(|never| match never {}) };
    let answer = storefront
        .answers
        .find_or_make(asked, || commerce.stamp(tenant), |stamp| commerce.is_current(tenant, stamp), make)
        .await;
    match answer {
        Ok(answer) => answer.respond(&headers, keeping),
        Err(passing) => passing,
    }
}

fn asked<'a>(uri: &'a Uri, headers: &HeaderMap, tenant: TenantId, audience: Audience) -> Asked<'a> {
    Asked {
        tenant: tenant.uuid(),
        audience: audience as u8,
        coding: Coding::asked_for(headers),
        target: uri.path_and_query().map_or("", PathAndQuery::as_str),
    }
}
