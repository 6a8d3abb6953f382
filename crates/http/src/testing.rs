//! What the tests of this crate share. Rule: a test sends a request through a whole router, as a client would.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::response::Parts;
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::cors::OriginPolicy;
use crate::edge::{Edge, EdgePorts, EdgeSettings};
use crate::health::{NotReady, ReadinessCheck};
use crate::idempotency::{Attempt, Begun, IdempotencyStore, KeptAnswer};
use crate::ratelimit::RateSettings;

/// The head and the text of an answer.
pub(crate) async fn answer(response: impl IntoResponse) -> (Parts, String) {
    let (head, body) = response.into_response().into_parts();
    let bytes = body.collect().await.expect("a body in memory").to_bytes();
    (head, String::from_utf8(bytes.to_vec()).expect("text"))
}

/// Sends a request from 203.0.113.7.
pub(crate) async fn send(router: &Router, mut request: Request<Body>) -> Response<Body> {
    if request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().is_none() {
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 7], 4711))));
    }
    router.clone().oneshot(request).await.expect("routers do not fail")
}

/// Sends a request and reads the answer as JSON.
pub(crate) async fn send_json(router: &Router, request: Request<Body>) -> (Parts, Value) {
    let (head, text) = answer(send(router, request).await).await;
    (head, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// A GET without a body.
pub(crate) fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).expect("a request")
}

/// A POST of JSON.
pub(crate) fn post(uri: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(uri).header("content-type", "application/json").body(body.into()).expect("a request")
}

/// Settings with every limit off.
pub(crate) fn settings() -> EdgeSettings {
    EdgeSettings {
        public_url: "https://api.example.test".to_owned(),
        request_timeout: Duration::from_secs(5),
        trusted_proxies: Vec::new(),
        rates: RateSettings { per_address: 0, per_token: 0, strict: 0 },
        new_request_id: || Uuid::from_u128(7),
    }
}

/// Ports that allow every origin, are always ready, and keep no answers.
pub(crate) struct Stub;

impl IdempotencyStore for Stub {
    fn begin<'a>(&'a self, _: &'a Attempt) -> BoxFuture<'a, Result<Begun, crate::ApiError>> {
        Box::pin(async { Ok(Begun::Pass) })
    }
    fn finish<'a>(
        &'a self,
        _: Uuid,
        _: &'a Attempt,
        _: KeptAnswer,
    ) -> BoxFuture<'a, Result<(), crate::ApiError>> {
        Box::pin(async { Ok(()) })
    }
    fn abandon<'a>(&'a self, _: Uuid, _: &'a Attempt) -> BoxFuture<'a, Result<(), crate::ApiError>> {
        Box::pin(async { Ok(()) })
    }
}

impl OriginPolicy for Stub {
    fn allowed<'a>(&'a self, origin: &'a str, tenant: Option<Uuid>) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            origin == "https://shop.example" && tenant.is_none_or(|tenant| tenant == Uuid::from_u128(1))
        })
    }

    fn allowed_at_hand(&self, origin: &str, tenant: Uuid) -> Option<bool> {
        Some(origin == "https://shop.example" && tenant == Uuid::from_u128(1))
    }
}

impl ReadinessCheck for Stub {
    fn check(&self) -> BoxFuture<'_, Result<(), NotReady>> {
        Box::pin(async { Ok(()) })
    }
}

/// The ports of [`Stub`].
pub(crate) fn ports() -> EdgePorts {
    EdgePorts { idempotency: Arc::new(Stub), origins: Arc::new(Stub), readiness: Arc::new(Stub) }
}

/// A router behind the edge, with every limit off.
pub(crate) fn wrapped(router: Router) -> Router {
    Edge::new(settings(), ports()).wrap(router)
}
