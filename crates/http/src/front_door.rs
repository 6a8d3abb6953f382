//! Where requests come in: what is answered with finished bytes does not go through the router. Rule: such an answer is the
//! same as the router's, with the same limits, headers, metrics and log line; it only costs less.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::future::RouteFuture;
use futures_util::future::Either;
use tower::Service;
use uuid::Uuid;

use crate::cors;
use crate::edge::Edge;
use crate::finished::Finished;
use crate::observe::{Observed, Told};

/// Knows answers that are finished: the binary asks the storefront.
pub trait FinishedReads: Send + Sync {
    /// The answer to this GET, if it is at hand: nothing may be waited for.
    fn at_hand(&self, request: &Request) -> Option<AtHand>;
}

/// No answer is finished: everything goes through the router.
pub struct NoReads;

impl FinishedReads for NoReads {
    fn at_hand(&self, _: &Request) -> Option<AtHand> {
        None
    }
}

/// An answer that is at hand, and whom it is for.
pub struct AtHand {
    /// The shop.
    pub tenant: Uuid,
    /// The storefront token that the request came with.
    pub token: Uuid,
    /// The answer.
    pub answer: Arc<Finished>,
    /// How it may be kept.
    pub cache_control: &'static str,
}

/// The whole server as one service.
#[derive(Clone)]
pub struct FrontDoor {
    edge: Arc<Edge>,
    reads: Arc<dyn FinishedReads>,
    router: Router,
}

impl FrontDoor {
    /// Stands before a router that is wrapped by this edge.
    pub fn new(edge: Arc<Edge>, reads: Arc<dyn FinishedReads>, router: Router) -> Self {
        Self { edge, reads, router }
    }

    fn answer(&self, request: &Request) -> Option<Response> {
        if request.method() != Method::GET {
            return None;
        }
        let AtHand { tenant, token, answer, cache_control } = self.reads.at_hand(request)?;
        let origin = cors::origin(request.headers());
        let is_open = match &origin {
            Some(origin) => self.edge.origins().allowed_at_hand(origin.to_str().ok()?, tenant)?,
            None => false,
        };
        let observed = Observed::begin(request.method(), answer.path());
        let id = self.edge.id_of(request.headers());
        let mut standing = None;
        let rates = self.edge.rates();
        let charged = [rates.charge_address(self.edge.client_of(request)), rates.charge_token(token)]
            .into_iter()
            .flatten()
            .try_for_each(|one| one.note(&mut standing));
        let mut response = match charged {
            Ok(()) => answer.respond(request.headers(), cache_control),
            Err(error) => error.into_response(),
        };
        Edge::finish(&id, standing, response.headers_mut());
        if let Some(origin) = origin.filter(|_| is_open) {
            cors::open(origin, response.headers_mut());
        }
        let request_id = id.to_str().unwrap_or_default();
        let told = Told { request_id, tenant: Some(tenant), actor: None, status: response.status() };
        observed.end(self.edge.figures(), &told);
        Some(response)
    }
}

impl Service<Request> for FrontDoor {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, RouteFuture<Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self.answer(&request) {
            Some(response) => Either::Left(ready(Ok(response))),
            None => Either::Right(self.router.call(request)),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::ConnectInfo;
    use axum::http::{HeaderMap, Response};
    use axum::routing::get;
    use axum::{Json, Router};

    use super::*;
    use crate::coding::Coding;
    use crate::edge::EdgeSettings;
    use crate::finished::{Asked, FinishedAnswers};
    use crate::ratelimit::RateSettings;
    use crate::testing::{answer as read, ports, settings};

    const SHOP: Uuid = Uuid::from_u128(1);

    /// Knows the answer to one address.
    struct Knows(Arc<Finished>);

    impl FinishedReads for Knows {
        fn at_hand(&self, request: &Request) -> Option<AtHand> {
            let answer = self.0.clone();
            let known = request.uri().path() == "/known";
            known.then_some(AtHand {
                tenant: SHOP,
                token: Uuid::from_u128(9),
                answer,
                cache_control: "public",
            })
        }
    }

    async fn door(rates: RateSettings) -> FrontDoor {
        let answers = FinishedAnswers::<u8>::new(1 << 20);
        let asked = Asked { tenant: SHOP, audience: 0, coding: Coding::Identity, target: "/known" };
        let make = async { Json("finished").into_response() };
        let finished = answers.find_or_make(asked, None, || Some(1), |_| true, make).await;
        let finished = finished.unwrap_or_else(|_| panic!("it is finished"));
        let inner = Router::new().route("/known", get(|| async { "routed" }).post(|| async { "posted" }));
        let edge = Edge::new(EdgeSettings { rates, ..settings() }, ports());
        let router = edge.wrap(inner);
        FrontDoor::new(edge, Arc::new(Knows(finished)), router)
    }

    const UNLIMITED: RateSettings = RateSettings { per_address: 0, per_token: 0, strict: 0 };

    async fn send(
        door: &FrontDoor,
        method: &str,
        headers: &[(&'static str, &'static str)],
    ) -> Response<Body> {
        let mut request = axum::http::Request::builder().method(method).uri("/known");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 7], 4711))));
        door.clone().call(request).await.unwrap_or_else(|never| match never {})
    }

    fn names(headers: &HeaderMap) -> Vec<String> {
        let mut names: Vec<String> = headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_finished_answer_has_what_every_answer_has() {
        let door = door(RateSettings { per_address: 100, per_token: 50, strict: 0 }).await;
        let quick = send(&door, "GET", &[("x-request-id", "r-1"), ("origin", "https://shop.example")]).await;
        let routed =
            send(&door, "POST", &[("x-request-id", "r-1"), ("origin", "https://shop.example")]).await;
        assert_eq!(quick.headers()["x-request-id"], "r-1");
        assert_eq!(quick.headers()["x-ratelimit-limit"], "50");
        assert_eq!(quick.headers()["access-control-allow-origin"], "https://shop.example");
        let mut expected = names(routed.headers());
        expected.extend(
            ["access-control-allow-origin", "access-control-expose-headers", "etag"].map(String::from),
        );
        expected.retain(|name| name != "content-length");
        expected.sort();
        expected.dedup();
        assert_eq!(names(quick.headers()), expected);
        assert_eq!(read(quick).await.1, "\"finished\"");
    }

    #[tokio::test]
    async fn other_methods_and_strange_origins_go_their_way() {
        let door = door(UNLIMITED).await;
        assert_eq!(read(send(&door, "POST", &[]).await).await.1, "posted");
        assert_eq!(send(&door, "HEAD", &[]).await.status(), 200);
        let strange = send(&door, "GET", &[("origin", "https://evil.example")]).await;
        assert!(!strange.headers().contains_key("access-control-allow-origin"));
        assert_eq!(read(strange).await.1, "\"finished\"");
    }

    #[tokio::test]
    async fn limits_hold_for_finished_answers() {
        let door = door(RateSettings { per_address: 0, per_token: 2, strict: 0 }).await;
        for status in [200, 200, 429] {
            let answer = send(&door, "GET", &[]).await;
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers().contains_key("retry-after"), status == 429);
        }
    }
}
