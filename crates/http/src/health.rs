//! Whether the process lives, and whether it is of use. Rule: neither is rate limited nor logged.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::edge::Edge;
use crate::error::ApiError;

/// The paths that begin so are left out of limits and logs.
pub(crate) const PREFIX: &str = "/health/";

/// How long a readiness check may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether requests can be served now: the binary asks its database.
pub trait ReadinessCheck: Send + Sync {
    /// Checks what requests depend on.
    fn check(&self) -> BoxFuture<'_, Result<(), NotReady>>;
}

/// Why requests can not be served, in words for the log.
#[derive(Debug)]
pub struct NotReady(pub String);

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotReady {}

/// Set once the process has been told to stop. Clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Notes that the process stops.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the process stops.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// `GET /health/live` and `GET /health/ready`.
pub fn routes(edge: Arc<Edge>) -> Router {
    Router::new().route("/health/live", get(|| async { Json(json!({"status": "live"})) })).route(
        "/health/ready",
        get(move || {
            let edge = edge.clone();
            async move { ready(&edge).await }
        }),
    )
}

async fn ready(edge: &Edge) -> Response {
    if edge.draining().has_begun() {
        return not_ready("The server is shutting down.");
    }
    match tokio::time::timeout(PATIENCE, edge.readiness().check()).await {
        Ok(Ok(())) => Json(json!({"status": "ready"})).into_response(),
        Ok(Err(reason)) => {
            tracing::warn!(%reason, "not ready");
            not_ready("The server can not serve requests now.")
        }
        Err(_) => {
            tracing::warn!("not ready: the check took too long");
            not_ready("The server can not serve requests now.")
        }
    }
}

fn not_ready(message: &'static str) -> Response {
    ApiError::unavailable("not_ready", message).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::EdgePorts;
    use crate::testing::{get, ports, send, send_json, settings};

    struct Broken;

    impl ReadinessCheck for Broken {
        fn check(&self) -> BoxFuture<'_, Result<(), NotReady>> {
            Box::pin(async { Err(NotReady("connection to db.internal refused".to_owned())) })
        }
    }

    #[tokio::test]
    async fn ready_until_told_to_stop() {
        let edge = Edge::new(settings(), ports());
        let router = edge.wrap(routes(edge.clone()));
        assert_eq!(send(&router, get("/health/live")).await.status(), 200);
        assert_eq!(send(&router, get("/health/ready")).await.status(), 200);
        edge.draining().begin();
        assert_eq!(send(&router, get("/health/ready")).await.status(), 503);
        assert_eq!(send(&router, get("/health/live")).await.status(), 200);
    }

    #[tokio::test]
    async fn a_failing_check_is_503_without_its_reason() {
        let edge = Edge::new(settings(), EdgePorts { readiness: Arc::new(Broken), ..ports() });
        let (head, body) = send_json(&edge.wrap(routes(edge.clone())), get("/health/ready")).await;
        assert_eq!(head.status, 503);
        assert_eq!(body["code"], "not_ready");
        assert!(!body.to_string().contains("db.internal"));
    }
}
