//! Which web pages may call the API from a browser. Rule: a shop's own list decides, and a preflight needs no token.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// Tells which origins may call: the shops' settings, which the binary looks up.
pub trait OriginPolicy: Send + Sync {
    /// Whether pages of `origin` may read answers about this shop. Without a shop (a preflight carries no token, a wrong
    /// token names none) whether any shop allows the origin.
    fn allowed<'a>(&'a self, origin: &'a str, tenant: Option<Uuid>) -> BoxFuture<'a, bool>;

    /// The same about a shop, if it can be told without waiting.
    fn allowed_at_hand(&self, origin: &str, tenant: Uuid) -> Option<bool>;
}

/// The origin of a request that a browser sent across sites.
pub(crate) fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    origin.to_str().ok()?;
    Some(origin.clone())
}

/// Whether a request is a browser's question before the real request.
pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a preflight; without the headers that allow, where the origin is not allowed.
pub(crate) async fn answer_preflight(policy: &dyn OriginPolicy, headers: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(origin) = allowed(policy, origin(headers), None).await {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id",
            ),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Lets the page of an allowed origin read the answer.
pub(crate) async fn open_answer(
    policy: &dyn OriginPolicy,
    origin: Option<HeaderValue>,
    tenant: Option<Uuid>,
    headers: &mut HeaderMap,
) {
    if let Some(origin) = allowed(policy, origin, tenant).await {
        open(origin, headers);
    }
}

/// Lets pages of this origin, which is allowed, read the answer.
pub(crate) fn open(origin: HeaderValue, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "ETag, Idempotent-Replayed, Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, \
             X-RateLimit-Reset, X-Request-Id",
        ),
    );
}

async fn allowed(
    policy: &dyn OriginPolicy,
    origin: Option<HeaderValue>,
    tenant: Option<Uuid>,
) -> Option<HeaderValue> {
    let origin = origin?;
    let text = origin.to_str().ok()?;
    policy.allowed(text, tenant).await.then_some(origin)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::post as on_post;

    use super::*;
    use crate::context::RequestContext;
    use crate::testing::{get, send, wrapped};

    fn router() -> Router {
        let of_shop = |number: u128| {
            move |context: RequestContext| async move { context.set_tenant(Uuid::from_u128(number)) }
        };
        wrapped(Router::new().route("/one", on_post(of_shop(1))).route("/two", on_post(of_shop(2))))
    }

    fn preflight(path: &str, origin: &str) -> Request<Body> {
        Request::options(path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .body(Body::empty())
            .expect("a request")
    }

    fn call(path: &str, origin: &str) -> Request<Body> {
        Request::post(path).header("origin", origin).body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn a_preflight_is_answered_without_a_token() {
        for path in ["/one", "/nowhere"] {
            let answer = send(&router(), preflight(path, "https://shop.example")).await;
            assert_eq!(answer.status(), 204);
            assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://shop.example");
            assert!(
                answer.headers()[ACCESS_CONTROL_ALLOW_METHODS].to_str().expect("text").contains("DELETE"),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn a_strange_origin_is_told_nothing() {
        let answer = send(&router(), preflight("/one", "https://evil.example")).await;
        assert_eq!(answer.status(), 204);
        assert!(!answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(answer.headers()["vary"], "origin, accept-encoding");
    }

    #[tokio::test]
    async fn the_answer_is_open_to_the_shops_own_pages() {
        let own = send(&router(), call("/one", "https://shop.example")).await;
        assert_eq!(own.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://shop.example");
        let foreign = send(&router(), call("/two", "https://shop.example")).await;
        assert_eq!(foreign.status(), 200);
        assert!(!foreign.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(send(&router(), get("/one")).await.status(), 405);
    }
}
