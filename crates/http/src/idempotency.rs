//! Requests that are sent again. Rule: with the same `Idempotency-Key` a request acts once, and its answer can be heard
//! again.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tower::{Layer, Service};
use tracing::Instrument;
use uuid::Uuid;

use crate::authorization;
use crate::body::{self, BODY_LIMIT};
use crate::context::RequestContext;
use crate::error::ApiError;
use crate::upload::Place;

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The longest key that is taken.
const MAX_KEY_CHARS: usize = 255;

/// A request that came with an `Idempotency-Key`.
#[derive(Clone)]
pub struct Attempt {
    /// The token of the `Authorization` header: keys are scoped to it. Store only its hash.
    pub bearer: String,
    /// The key that the client chose.
    pub key: String,
    /// SHA-256 of the method, the address and the body.
    pub fingerprint: [u8; 32],
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").finish_non_exhaustive()
    }
}

/// An answer that can be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// The headers that the handler set.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What is known of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The token is not known: the request goes on, and its identity will refuse it.
    Pass,
    /// The key is new and now taken, in this shop: the request goes on.
    Run(Uuid),
    /// The same request was answered before.
    Replay(KeptAnswer),
    /// Another request used the key.
    Reused,
    /// The same request is still running.
    Running,
}

/// Where keys and answers are kept, for all nodes. The binary implements it over the database.
///
/// Answers can hold secrets, such as a new key: an implementation should encrypt what it keeps.
pub trait IdempotencyStore: Send + Sync {
    /// Takes the key, or says what became of it. A key whose request was begun long ago and neither finished nor
    /// abandoned belongs to a process that died: it counts as new.
    fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<Begun, ApiError>>;

    /// Keeps the answer of a request that [`IdempotencyStore::begin`] let run in this shop.
    fn finish<'a>(
        &'a self,
        tenant: Uuid,
        attempt: &'a Attempt,
        answer: KeptAnswer,
    ) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Frees the key: the request had no outcome worth keeping.
    fn abandon<'a>(&'a self, tenant: Uuid, attempt: &'a Attempt) -> BoxFuture<'a, Result<(), ApiError>>;
}

/// A layer for POST routes that create or pay: `routes!(create).layer(idempotency::honoured())`.
///
/// It reads the body, so a body over the limit is 413 here already. Requests without a key or without a token pass.
#[must_use]
pub fn honoured() -> Honoured {
    Honoured { limit: BODY_LIMIT }
}

/// The layer that [`honoured`] makes.
#[derive(Clone, Copy, Debug)]
pub struct Honoured {
    limit: usize,
}

impl Honoured {
    /// For a route whose bodies may have so many bytes. Few of them are read at once.
    #[must_use]
    pub fn up_to(self, limit: usize) -> Self {
        Self { limit }
    }
}

impl<S> Layer<S> for Honoured {
    type Service = HonouredService<S>;

    fn layer(&self, inner: S) -> HonouredService<S> {
        HonouredService { inner, limit: self.limit }
    }
}

/// A route that honours `Idempotency-Key`.
#[derive(Clone, Debug)]
pub struct HonouredService<S> {
    inner: S,
    limit: usize,
}

impl<S> Service<Request> for HonouredService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if !request.headers().contains_key(&KEY) {
            return Box::pin(self.inner.call(request));
        }
        // The clone is not ready; the one that is goes with this call.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(answer_once(inner, request, self.limit))
    }
}

async fn answer_once<S>(mut inner: S, request: Request, limit: usize) -> Result<Response, S::Error>
where
    S: Service<Request, Response = Response> + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    let Some(store) = request.extensions().get::<RequestContext>().map(|it| it.edge().idempotency().clone())
    else {
        return Ok(ApiError::internal("an idempotent route is not behind the edge").into_response());
    };
    let (attempt, request) = match attempt(request, limit).await {
        Ok((Some(attempt), request)) => (attempt, request),
        Ok((None, request)) => return inner.call(request).await,
        Err(error) => return Ok(error.into_response()),
    };
    let tenant = match store.begin(&attempt).await {
        Ok(Begun::Run(tenant)) => tenant,
        Ok(Begun::Pass) => return inner.call(request).await,
        Ok(Begun::Replay(kept)) => return Ok(replay(kept)),
        Ok(Begun::Reused) => return Ok(reused().into_response()),
        Ok(Begun::Running) => return Ok(running().into_response()),
        Err(error) => return Ok(error.into_response()),
    };

    // In a task of its own: a client that hangs up, or a time-out, does not stop what has begun, so its outcome is
    // always kept and the next attempt hears it.
    let run = async move {
        match AssertUnwindSafe(inner.call(request)).catch_unwind().await {
            Ok(Ok(response)) => Ok(Ok(keep(store.as_ref(), tenant, &attempt, response).await)),
            Ok(Err(error)) => {
                free(store.as_ref(), tenant, &attempt).await;
                Ok(Err(error))
            }
            Err(panic) => {
                free(store.as_ref(), tenant, &attempt).await;
                Err(panic)
            }
        }
    };
    match tokio::spawn(run.in_current_span()).await {
        Ok(Ok(outcome)) => outcome,
        // The edge answers and logs it as it does every panic.
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(_) => Ok(ApiError::unavailable("shutting_down", "The server is shutting down.").into_response()),
    }
}

/// What the request says of itself; `None` where there is no token to scope the key to.
async fn attempt(request: Request, limit: usize) -> Result<(Option<Attempt>, Request), ApiError> {
    let (mut head, body) = request.into_parts();
    let Some(bearer) = authorization::bearer(&head.headers) else {
        return Ok((None, Request::from_parts(head, body)));
    };
    let key = head.headers.get(&KEY).and_then(|key| std::str::from_utf8(key.as_bytes()).ok());
    let key = key
        .filter(|key| (1..=MAX_KEY_CHARS).contains(&key.chars().count()))
        .ok_or_else(|| ApiError::invalid_field("Idempotency-Key", "Must have 1 to 255 characters."))?;
    let (bearer, key) = (bearer.to_owned(), key.to_owned());
    if limit > BODY_LIMIT {
        // It stays with the request.
        Place::of(&mut head).await?;
    }
    let bytes = body::read_parts(&head.headers, body, limit).await?;

    let url = head.extensions.get::<RequestContext>().map(RequestContext::url).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [head.method.as_str(), &url, head.uri.query().unwrap_or_default()] {
        hash.update(part);
        // No part contains it, so no two requests run together to the same bytes.
        hash.update(b"\n");
    }
    hash.update(&bytes);
    let attempt = Attempt { bearer, key, fingerprint: hash.finalize().into() };
    Ok((Some(attempt), Request::from_parts(head, Body::from(bytes))))
}

/// Keeps the answer where it is an outcome of the request, and gives it back whole.
async fn keep(store: &dyn IdempotencyStore, tenant: Uuid, attempt: &Attempt, response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let Ok(collected) = body.collect().await else {
        free(store, tenant, attempt).await;
        return ApiError::internal("an answer ended before all of it was made").into_response();
    };
    let body = collected.to_bytes();
    if is_outcome(head.status) {
        let kept =
            KeptAnswer { status: head.status.as_u16(), headers: texts(&head.headers), body: body.clone() };
        if let Err(error) = store.finish(tenant, attempt, kept).await {
            return error.into_response();
        }
    } else {
        free(store, tenant, attempt).await;
    }
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(body))
}

/// Whether an answer says what became of the request. A failure of ours, a token that is not good and a rate limit say
/// nothing of it: the same request may well do better later.
fn is_outcome(status: StatusCode) -> bool {
    !status.is_server_error()
        && !matches!(
            status,
            StatusCode::UNAUTHORIZED | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        )
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| **name != CONTENT_LENGTH)
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

async fn free(store: &dyn IdempotencyStore, tenant: Uuid, attempt: &Attempt) {
    if let Err(error) = store.abandon(tenant, attempt).await {
        // Answered to nobody; turning it into a response logs its cause.
        let _ = error.into_response();
    }
}

fn replay(kept: KeptAnswer) -> Response {
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert(&REPLAYED, HeaderValue::from_static("true"));
    response
}

fn reused() -> ApiError {
    ApiError::unprocessable(
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request. Use a new key.",
    )
}

fn running() -> ApiError {
    ApiError::conflict("request_in_progress", "The same request is still running. Please try again shortly.")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::Router;
    use axum::extract::State;
    use axum::http::Request;
    use axum::routing::post as on_post;

    use super::*;
    use crate::edge::{Edge, EdgePorts, EdgeSettings};
    use crate::testing::{answer, ports, send, settings};

    /// Keeps keys in memory; knows the token `known`.
    #[derive(Default)]
    struct Kept(Mutex<HashMap<String, Row>>);

    /// The fingerprint, and the answer once there is one.
    type Row = ([u8; 32], Option<KeptAnswer>);

    impl IdempotencyStore for Kept {
        fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<Begun, ApiError>> {
            Box::pin(async {
                if attempt.bearer != "known" {
                    return Ok(Begun::Pass);
                }
                let mut kept = self.0.lock().expect("no panic");
                Ok(match kept.get(&attempt.key) {
                    None => {
                        kept.insert(attempt.key.clone(), (attempt.fingerprint, None));
                        Begun::Run(Uuid::from_u128(1))
                    }
                    Some((fingerprint, _)) if *fingerprint != attempt.fingerprint => Begun::Reused,
                    Some((_, None)) => Begun::Running,
                    Some((_, Some(answer))) => Begun::Replay(answer.clone()),
                })
            })
        }

        fn finish<'a>(
            &'a self,
            tenant: Uuid,
            attempt: &'a Attempt,
            answer: KeptAnswer,
        ) -> BoxFuture<'a, Result<(), ApiError>> {
            assert_eq!(tenant, Uuid::from_u128(1));
            self.0.lock().expect("no panic").insert(attempt.key.clone(), (attempt.fingerprint, Some(answer)));
            Box::pin(async { Ok(()) })
        }

        fn abandon<'a>(&'a self, _: Uuid, attempt: &'a Attempt) -> BoxFuture<'a, Result<(), ApiError>> {
            self.0.lock().expect("no panic").remove(&attempt.key);
            Box::pin(async { Ok(()) })
        }
    }

    type Count = Arc<AtomicU32>;

    /// Counts how often it acts. The body says what to do.
    async fn act(State(count): State<Count>, body: String) -> Response {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        let status = match body.as_str() {
            "conflict" => StatusCode::CONFLICT,
            "fail" => StatusCode::INTERNAL_SERVER_ERROR,
            "limit" => StatusCode::TOO_MANY_REQUESTS,
            "panic" => panic!("as asked"),
            "slow" => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                StatusCode::CREATED
            }
            _ => StatusCode::CREATED,
        };
        (status, [("location", "/things/1")], number.to_string()).into_response()
    }

    fn router(count: &Count) -> Router {
        let edge = Edge::new(
            EdgeSettings { request_timeout: Duration::from_millis(50), ..settings() },
            EdgePorts { idempotency: Arc::new(Kept::default()), ..ports() },
        );
        let routes = Router::new()
            .route("/things", on_post(act).layer(honoured()))
            .route("/others", on_post(act).layer(honoured()))
            .with_state(count.clone());
        edge.wrap(routes)
    }

    async fn ask(router: &Router, uri: &str, key: &str, body: &str) -> (u16, bool, String) {
        ask_as(router, "known", uri, key, body).await
    }

    async fn ask_as(router: &Router, token: &str, uri: &str, key: &str, body: &str) -> (u16, bool, String) {
        let request = Request::post(uri)
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", key)
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let (head, body) = answer(send(router, request).await).await;
        (head.status.as_u16(), head.headers.contains_key(&REPLAYED), body)
    }

    #[tokio::test]
    async fn the_first_answer_is_given_again() {
        let count = Count::default();
        let router = router(&count);
        assert_eq!(ask(&router, "/things", "k", "x").await, (201, false, "1".to_owned()));
        assert_eq!(ask(&router, "/things", "k", "x").await, (201, true, "1".to_owned()));
        assert_eq!(ask(&router, "/things", "other", "x").await, (201, false, "2".to_owned()));
        // A 4xx is an outcome too.
        assert_eq!(ask(&router, "/things", "c", "conflict").await, (409, false, "3".to_owned()));
        assert_eq!(ask(&router, "/things", "c", "conflict").await, (409, true, "3".to_owned()));
    }

    #[tokio::test]
    async fn a_key_belongs_to_one_request() {
        let count = Count::default();
        let router = router(&count);
        assert_eq!(ask(&router, "/things", "k", "x").await.0, 201);
        for (uri, body) in [("/things", "y"), ("/others", "x"), ("/things?x=1", "x")] {
            let (status, _, text) = ask(&router, uri, "k", body).await;
            assert_eq!(status, 422, "{uri} {body}");
            assert!(text.contains("idempotency_key_reused"), "{text}");
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_is_no_outcome_is_not_kept() {
        let count = Count::default();
        let router = router(&count);
        for (body, status) in [("fail", 500), ("limit", 429), ("panic", 500)] {
            for _ in 0..2 {
                let (answered, replayed, _) = ask(&router, "/things", body, body).await;
                assert_eq!((answered, replayed), (status, false), "{body}");
            }
        }
        assert_eq!(count.load(Ordering::Relaxed), 6);
    }

    #[tokio::test]
    async fn what_has_begun_ends_although_nobody_waits() {
        let count = Count::default();
        let router = router(&count);
        assert_eq!(ask(&router, "/things", "k", "slow").await.0, 503);
        let (status, _, text) = ask(&router, "/things", "k", "slow").await;
        assert_eq!(status, 409);
        assert!(text.contains("request_in_progress"), "{text}");
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(ask(&router, "/things", "k", "slow").await, (201, true, "1".to_owned()));
    }

    #[tokio::test]
    async fn keys_and_tokens_that_are_none_are_told_or_passed() {
        let count = Count::default();
        let router = router(&count);
        for key in ["", &"k".repeat(256)] {
            let (status, _, text) = ask(&router, "/things", key, "x").await;
            assert_eq!(status, 422);
            assert!(text.contains("Idempotency-Key"), "{text}");
        }
        assert_eq!(ask(&router, "/things", &"k".repeat(255), "x").await.0, 201);
        assert_eq!(ask(&router, "/things", "\u{fc}\u{fc}", "x").await.0, 201);
        // The identity of the route refuses an unknown token; here there is none.
        assert_eq!(ask_as(&router, "unknown", "/things", "k", "x").await.0, 201);
        assert_eq!(ask_as(&router, "unknown", "/things", "k", "x").await, (201, false, "4".to_owned()));
    }

    #[test]
    fn an_attempt_shows_no_token() {
        let attempt = Attempt { bearer: "mza_secret".to_owned(), key: "k".to_owned(), fingerprint: [0; 32] };
        assert!(!format!("{attempt:?}").contains("secret"));
    }
}
