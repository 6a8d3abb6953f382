//! What stands round every route. Rule: one layer does it all, in one order, so a route can not be left out and the
//! cost of a request stays small.
//!
//! From the outside in: request id and span, rate limit of the address, preflight, time-out, panics, compression where
//! it is asked for, the route. On the way back: the headers that every answer has, CORS, metrics, one log line.

use std::any::Any;
use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use futures_util::FutureExt;
use ipnet::IpNet;
use tower::layer::layer_fn;
use tower::{Layer, Service, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};
use tracing::Instrument;
use uuid::Uuid;

use crate::address;
use crate::coding::WORTH_COMPRESSING;
use crate::context::RequestContext;
use crate::cors::{self, OriginPolicy};
use crate::error::ApiError;
use crate::health::{Draining, ReadinessCheck};
use crate::idempotency::IdempotencyStore;
use crate::observe::{self, Figures, Observed, Told};
use crate::ratelimit::{RateLimits, RateSettings, Standing};
use crate::upload::Places;

type Request<B = Body> = axum::http::Request<B>;

/// How often callers that have been quiet are forgotten.
const SWEEP: Duration = Duration::from_mins(1);
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How the edge behaves.
#[derive(Clone, Debug)]
pub struct EdgeSettings {
    /// Where clients reach the server, without `/v1`: links begin with it.
    pub public_url: String,
    /// How long a request may take before it is answered with 503.
    pub request_timeout: Duration,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The rate limits.
    pub rates: RateSettings,
    /// Makes the id of a request that brings none.
    pub new_request_id: fn() -> Uuid,
}

/// What the edge asks of the binary.
#[derive(Clone)]
pub struct EdgePorts {
    /// Where idempotency keys are kept.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// Which origins may call from a browser.
    pub origins: Arc<dyn OriginPolicy>,
    /// Whether the server is of use.
    pub readiness: Arc<dyn ReadinessCheck>,
}

/// What both APIs share at run time. Made once, by the binary.
pub struct Edge {
    settings: EdgeSettings,
    ports: EdgePorts,
    rates: RateLimits,
    draining: Draining,
    places: Places,
    figures: Figures,
}

impl Edge {
    /// An edge with fresh counters.
    #[must_use]
    pub fn new(mut settings: EdgeSettings, ports: EdgePorts) -> Arc<Self> {
        settings.public_url.truncate(settings.public_url.trim_end_matches('/').len());
        let rates = RateLimits::new(settings.rates);
        Arc::new(Self {
            settings,
            ports,
            rates,
            draining: Draining::default(),
            places: Places::default(),
            figures: Figures::default(),
        })
    }

    /// Puts everything shared round a finished router: 404 and 405 in JSON, and the one layer that this module
    /// describes. Layers that a router already has are inside of it.
    pub fn wrap(self: &Arc<Self>, router: Router) -> Router {
        let edge = self.clone();
        router
            .fallback(|| async { ApiError::no_such_address() })
            .method_not_allowed_fallback(|| async { ApiError::method_not_allowed() })
            .layer(layer_fn(move |mut route: Route| {
                let edge = edge.clone();
                service_fn(move |mut request: Request| {
                    let begun = Begun::new(&edge, &mut request);
                    // Nothing of the route runs before it is awaited.
                    let run = route.call(request);
                    answer(begun, run).map(Ok::<_, Infallible>)
                })
            }))
    }

    /// Keeps the counters small. The binary spawns it; it never ends.
    pub async fn housekeeping(self: Arc<Self>) {
        let mut sweeps = tokio::time::interval(SWEEP);
        loop {
            sweeps.tick().await;
            self.rates.forget_the_quiet();
        }
    }

    /// The flag that the server sets when it stops.
    #[must_use]
    pub fn draining(&self) -> &Draining {
        &self.draining
    }

    /// Where clients reach the server, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.settings.public_url
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    pub(crate) fn rates(&self) -> &RateLimits {
        &self.rates
    }

    pub(crate) fn idempotency(&self) -> &Arc<dyn IdempotencyStore> {
        &self.ports.idempotency
    }

    pub(crate) fn readiness(&self) -> &dyn ReadinessCheck {
        self.ports.readiness.as_ref()
    }

    pub(crate) fn origins(&self) -> &dyn OriginPolicy {
        self.ports.origins.as_ref()
    }

    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The id of a request: the one that it brings, or a new one.
    pub(crate) fn id_of(&self, headers: &HeaderMap) -> HeaderValue {
        let brought = headers.get(&REQUEST_ID).filter(|id| observe::acceptable_id(id.as_bytes()).is_some());
        brought.cloned().unwrap_or_else(|| {
            let mut digits = Uuid::encode_buffer();
            let id = (self.settings.new_request_id)().simple().encode_lower(&mut digits);
            HeaderValue::from_str(id).expect("digits make a header")
        })
    }

    /// The address that a request comes from.
    pub(crate) fn client_of(&self, request: &Request) -> IpAddr {
        let peer = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
        address::client(peer, request.headers(), &self.settings.trusted_proxies)
    }

    /// The headers that every answer has.
    pub(crate) fn finish(id: &HeaderValue, standing: Option<Standing>, headers: &mut HeaderMap) {
        headers.insert(&REQUEST_ID, id.clone());
        if let Some(standing) = standing {
            standing.write(headers);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // On answers to other callers too: a cache must not give them to a browser of another origin.
        headers.insert(VARY, HeaderValue::from_static("origin, accept-encoding"));
        // What may be kept says so itself; everything else may hold personal data.
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// A request that the edge has taken in.
struct Begun {
    edge: Arc<Edge>,
    observed: Observed,
    context: RequestContext,
    origin: Option<HeaderValue>,
    /// The headers of a browser's question before the real request.
    preflight: Option<HeaderMap>,
    accept_encoding: Option<HeaderValue>,
}

impl Begun {
    fn new(edge: &Arc<Edge>, request: &mut Request) -> Self {
        let observed = Observed::begin(request.method(), request.extensions().get::<MatchedPath>());
        let (id, client_ip) = (edge.id_of(request.headers()), edge.client_of(request));
        let context = RequestContext::new(edge.clone(), id, client_ip, request.uri().clone());
        request.extensions_mut().insert(context.clone());
        Self {
            edge: edge.clone(),
            observed,
            context,
            origin: cors::origin(request.headers()),
            preflight: cors::is_preflight(request).then(|| request.headers().clone()),
            accept_encoding: request.headers().get(ACCEPT_ENCODING).cloned(),
        }
    }
}

async fn answer(begun: Begun, run: impl Future<Output = Result<Response, Infallible>>) -> Response {
    let span = begun.observed.span(&begun.context);
    let mut response = if span.is_disabled() {
        run_guarded(&begun, run).await
    } else {
        run_guarded(&begun, run).instrument(span).await
    };

    let Begun { edge, observed, context, origin, .. } = begun;
    Edge::finish(context.id_header(), context.standing(), response.headers_mut());
    if origin.is_some() {
        cors::open_answer(edge.origins(), origin, context.tenant(), response.headers_mut()).await;
    }
    let told = Told {
        request_id: context.request_id(),
        tenant: context.tenant(),
        actor: context.actor(),
        status: response.status(),
    };
    observed.end(&edge.figures, &told);
    response
}

async fn run_guarded(begun: &Begun, run: impl Future<Output = Result<Response, Infallible>>) -> Response {
    let Begun { edge, observed, context, .. } = begun;
    if !observed.is_health()
        && let Err(error) = context.charge(edge.rates.charge_address(context.client_ip()))
    {
        return error.into_response();
    }
    if let Some(headers) = &begun.preflight {
        return cors::answer_preflight(edge.origins(), headers).await;
    }
    let mut run = pin!(AssertUnwindSafe(run).catch_unwind());
    // Most are answered at the first attempt, and need no timer.
    let outcome = match poll_fn(|cx| Poll::Ready(run.as_mut().poll(cx))).await {
        Poll::Ready(outcome) => Ok(outcome),
        Poll::Pending => tokio::time::timeout(edge.settings.request_timeout, run).await,
    };
    match outcome {
        Ok(Ok(Ok(response))) => match &begun.accept_encoding {
            Some(accepted) if !response.headers().contains_key(CONTENT_ENCODING) => {
                compressed(response, accepted.clone()).await
            }
            _ => response,
        },
        Ok(Err(panic)) => {
            ApiError::internal(format!("panic: {}", panic_text(panic.as_ref()))).into_response()
        }
        Err(_) => ApiError::timed_out().into_response(),
    }
}

/// Compresses an answer in the way that the client takes, if it is worth while.
async fn compressed(response: Response, accepted: HeaderValue) -> Response {
    let mut request = Request::new(());
    request.headers_mut().insert(ACCEPT_ENCODING, accepted);
    let mut response = Some(response);
    let once =
        service_fn(move |_: Request<()>| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
    let mut compression = CompressionLayer::new().compress_when(worthwhile()).layer(once);
    compression.call(request).await.unwrap_or_else(|never| match never {}).map(Body::new)
}

type Worthwhile = And<And<SizeAbove, NotForContentType>, NotForContentType>;

/// What is compressed: nothing short, and no pictures and documents, which are compressed already.
fn worthwhile() -> Worthwhile {
    let documents = NotForContentType::const_new("application/pdf");
    SizeAbove::new(WORTH_COMPRESSING as u64).and(NotForContentType::IMAGES).and(documents)
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a text")
}

#[cfg(test)]
mod tests {
    use axum::routing::{get as on_get, post as on_post};

    use super::*;
    use crate::testing::{answer as read, get, ports, send, send_json, settings};

    async fn panics() -> String {
        panic!("secret")
    }

    fn router() -> Router {
        let edge =
            Edge::new(EdgeSettings { request_timeout: Duration::from_millis(50), ..settings() }, ports());
        let routes = Router::new()
            .route("/id", on_get(|context: RequestContext| async move { context.request_id().to_owned() }))
            .route("/things/{id}", on_get(|| async {}).put(|| async {}))
            .route("/slow", on_get(std::future::pending::<()>))
            .route("/panic", on_get(panics))
            .route("/long", on_get(|| async { "marzipan ".repeat(1000) }))
            .route("/short", on_get(|| async { "marzipan" }))
            .route("/kept", on_post(|| async { [(CACHE_CONTROL, "public")] }));
        edge.wrap(Router::new().nest("/v1", routes))
    }

    fn with(name: &str, value: &str, uri: &str) -> Request<Body> {
        Request::get(uri).header(name, value).body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn a_request_has_an_id() {
        for (sent, id) in [
            ("order-7.b_C", "order-7.b_C"),
            ("with space", "00000000000000000000000000000007"),
            ("{\"x\":1}", "00000000000000000000000000000007"),
            ("", "00000000000000000000000000000007"),
            (&"x".repeat(129), "00000000000000000000000000000007"),
        ] {
            let (head, body) = read(send(&router(), with("x-request-id", sent, "/v1/id")).await).await;
            assert_eq!((head.headers["x-request-id"].to_str().expect("text"), body.as_str()), (id, id));
        }
    }

    #[tokio::test]
    async fn unknown_addresses_and_methods_are_told_in_json() {
        let (head, body) = send_json(&router(), get("/v1/nowhere")).await;
        assert_eq!((head.status.as_u16(), &body["code"]), (404, &"not_found".into()));
        assert_eq!(body["message"], "There is nothing at this address.");
        for uri in ["/", "/v1", "/v1/things/", "/v1/things/%ff", "/v1/things/1/%00", "//v1/id", "/%"] {
            let status = send(&router(), get(uri)).await.status();
            assert!(status == 404 || status == 200, "{uri} {status}");
        }
        let delete = Request::delete("/v1/things/1").body(Body::empty()).expect("a request");
        let (head, body) = send_json(&router(), delete).await;
        assert_eq!((head.status.as_u16(), &body["code"]), (405, &"method_not_allowed".into()));
        assert_eq!(head.headers["allow"], "GET,HEAD,PUT");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_answered() {
        let (head, body) = send_json(&router(), get("/v1/slow")).await;
        assert_eq!((head.status.as_u16(), &body["code"]), (503, &"timed_out".into()));
        assert!(head.headers.contains_key("x-request-id"));
    }

    #[tokio::test]
    async fn a_panic_is_a_500_without_detail() {
        let (head, body) = read(send(&router(), get("/v1/panic")).await).await;
        assert_eq!(head.status, 500);
        assert_eq!(body, r#"{"message":"Something went wrong on our side.","code":"internal_error"}"#);
    }

    #[tokio::test]
    async fn long_answers_are_compressed_for_those_who_ask() {
        for (uri, asks, encoding) in [
            ("/v1/long", "gzip", Some("gzip")),
            ("/v1/long", "br, gzip", Some("br")),
            ("/v1/long", "identity", None),
            ("/v1/short", "gzip", None),
        ] {
            let answer = send(&router(), with("accept-encoding", asks, uri)).await;
            let used = answer.headers().get("content-encoding").map(|it| it.to_str().expect("text"));
            assert_eq!(used, encoding, "{uri} {asks}");
            assert_eq!(answer.headers()[VARY], "origin, accept-encoding");
        }
        assert!(!send(&router(), get("/v1/long")).await.headers().contains_key("content-encoding"));
    }

    #[tokio::test]
    async fn nothing_is_kept_that_does_not_say_so() {
        assert_eq!(send(&router(), get("/v1/id")).await.headers()[CACHE_CONTROL], "no-store");
        let post = Request::post("/v1/kept").body(Body::empty()).expect("a request");
        assert_eq!(send(&router(), post).await.headers()[CACHE_CONTROL], "public");
    }

    #[tokio::test]
    async fn a_router_outside_of_the_edge_says_so() {
        let bare = Router::new().route("/", on_get(|_: RequestContext| async {}));
        assert_eq!(send(&bare, get("/")).await.status(), 500);
    }
}
