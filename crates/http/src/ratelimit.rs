//! Rate limits of this process. Rule: they protect the server; what must hold on every node, such as the delays after
//! failed sign-ins, is kept in the database and is not here.

use std::future::{Ready, ready};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use futures_util::future::Either;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use tower::{Layer, Service};
use uuid::Uuid;

use crate::context::RequestContext;
use crate::error::{ApiError, whole_seconds};

static LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How many requests a minute are let through. 0 turns a limit off.
#[derive(Clone, Copy, Debug)]
pub struct RateSettings {
    /// Of one client address.
    pub per_address: u32,
    /// With one storefront token, from all addresses.
    pub per_token: u32,
    /// Of one client address to one class of sensitive operations.
    pub strict: u32,
}

/// The counters of all three limits.
pub(crate) struct RateLimits {
    addresses: Option<Limit<Origin>>,
    tokens: Option<Limit<Uuid>>,
    strict: Option<Limit<(&'static str, Origin)>>,
}

impl RateLimits {
    pub(crate) fn new(settings: RateSettings) -> Self {
        Self {
            addresses: Limit::new(settings.per_address),
            tokens: Limit::new(settings.per_token),
            strict: Limit::new(settings.strict),
        }
    }

    pub(crate) fn charge_address(&self, address: IpAddr) -> Option<Standing> {
        self.addresses.as_ref().map(|limit| limit.charge(&Origin::of(address)))
    }

    pub(crate) fn charge_token(&self, jti: Uuid) -> Option<Standing> {
        self.tokens.as_ref().map(|limit| limit.charge(&jti))
    }

    fn charge_strict(&self, class: &'static str, address: IpAddr) -> Option<Standing> {
        self.strict.as_ref().map(|limit| limit.charge(&(class, Origin::of(address))))
    }

    /// Forgets callers that have been quiet for so long that nothing counts against them.
    pub(crate) fn forget_the_quiet(&self) {
        if let Some(limit) = &self.addresses {
            limit.forget_the_quiet();
        }
        if let Some(limit) = &self.tokens {
            limit.forget_the_quiet();
        }
        if let Some(limit) = &self.strict {
            limit.forget_the_quiet();
        }
    }
}

/// What counts as one client: an IPv4 address, or the /64 network that an IPv6 customer has to himself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Origin(IpAddr);

impl Origin {
    fn of(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

type Counters<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

struct Limit<K: Hash + Eq + Clone> {
    per_minute: NonZeroU32,
    counters: Counters<K>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let clock = DefaultClock::default();
        let counters: Counters<K> =
            RateLimiter::new(Quota::per_minute(per_minute), DefaultKeyedStateStore::default(), clock.clone());
        Some(Self { per_minute, counters, clock })
    }

    fn charge(&self, caller: &K) -> Standing {
        let limit = self.per_minute.get();
        let one = Duration::from_mins(1) / limit;
        match self.counters.check_key(caller) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity().min(limit);
                Standing { limit, remaining, full_in: one * (limit - remaining), retry_after: None }
            }
            Err(refused) => {
                let wait = refused.wait_time_from(self.clock.now());
                Standing { limit, remaining: 0, full_in: one * limit, retry_after: Some(wait) }
            }
        }
    }

    fn forget_the_quiet(&self) {
        self.counters.retain_recent();
        self.counters.shrink_to_fit();
    }
}

/// Where a caller stands with one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    /// How long until the whole limit is there again.
    full_in: Duration,
    /// Set where the limit is reached.
    pub(crate) retry_after: Option<Duration>,
}

impl Standing {
    /// The one that stops the caller first: a limit that is reached, else the fewest requests left.
    pub(crate) fn scarcer(self, other: Self) -> Self {
        let key = |standing: &Self| (standing.retry_after.is_none(), standing.remaining);
        if key(&other) < key(&self) { other } else { self }
    }

    /// Takes its place among the limits that a request was counted against; 429 where it is reached.
    pub(crate) fn note(self, scarcest: &mut Option<Self>) -> Result<(), ApiError> {
        *scarcest = Some(scarcest.map_or(self, |known| known.scarcer(self)));
        self.retry_after.map_or(Ok(()), |wait| Err(ApiError::rate_limited(wait)))
    }

    /// Writes `X-RateLimit-Limit`, `-Remaining` and `-Reset`: requests a minute, requests left, and seconds until all of
    /// them are there again.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        headers.insert(&LIMIT, self.limit.into());
        headers.insert(&REMAINING, self.remaining.into());
        headers.insert(&RESET, whole_seconds(self.full_in).into());
    }
}

/// A layer for sensitive routes (sign-in, registration, passwords): each class has its own count per address.
///
/// ```
/// use marzipan_http::{idempotency, ratelimit};
/// use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
/// use utoipa_axum::routes;
///
/// #[utoipa::path(post, path = "/account/register")]
/// async fn register() {}
///
/// // Of several layers, given at once, the first is the outermost.
/// let limited = routes!(register).layer((ratelimit::strict("register"), idempotency::honoured()));
/// let router: OpenApiRouter = OpenApiRouter::new().routes(limited);
/// ```
#[must_use]
pub fn strict(class: &'static str) -> Strict {
    Strict { class }
}

/// The layer that [`strict`] makes.
#[derive(Clone, Copy, Debug)]
pub struct Strict {
    class: &'static str,
}

impl<S> Layer<S> for Strict {
    type Service = StrictService<S>;

    fn layer(&self, inner: S) -> StrictService<S> {
        StrictService { class: self.class, inner }
    }
}

/// A route that is counted in a class of its own.
#[derive(Clone, Debug)]
pub struct StrictService<S> {
    class: &'static str,
    inner: S,
}

impl<S> Service<Request> for StrictService<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Either<Ready<Result<Response, S::Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let charged = match request.extensions().get::<RequestContext>() {
            Some(context) => {
                context.charge(context.edge().rates().charge_strict(self.class, context.client_ip()))
            }
            None => Err(ApiError::internal("a strict route is not behind the edge")),
        };
        match charged {
            Ok(()) => Either::Right(self.inner.call(request)),
            Err(error) => Either::Left(ready(Ok(error.into_response()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::ConnectInfo;
    use axum::http::Response as Answer;
    use axum::routing::get as on_get;

    use super::*;
    use crate::edge::{Edge, EdgeSettings};
    use crate::testing::{get, ports, send, settings};

    fn router(rates: RateSettings) -> Router {
        let jti = Uuid::from_u128(9);
        let routes = Router::new()
            .route("/plain", on_get(|| async {}))
            .route("/token", on_get(move |context: RequestContext| async move { context.charge_token(jti) }))
            .route("/login", on_get(|| async {}).layer(strict("login")))
            .route("/reset", on_get(|| async {}).layer(strict("reset")))
            .route("/health/live", on_get(|| async {}));
        Edge::new(EdgeSettings { rates, ..settings() }, ports()).wrap(routes)
    }

    async fn from(router: &Router, ip: &str, path: &str) -> Answer<Body> {
        let mut request = get(path);
        let ip: IpAddr = ip.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from((ip, 1))));
        send(router, request).await
    }

    fn left(answer: &Answer<Body>) -> &str {
        answer.headers()["x-ratelimit-remaining"].to_str().expect("a number")
    }

    #[tokio::test]
    async fn an_address_is_stopped_and_others_are_not() {
        let router = router(RateSettings { per_address: 2, per_token: 0, strict: 0 });
        let first = from(&router, "203.0.113.1", "/plain").await;
        assert_eq!((first.status().as_u16(), left(&first)), (200, "1"));
        assert_eq!(first.headers()["x-ratelimit-limit"], "2");
        assert_eq!(first.headers()["x-ratelimit-reset"], "30");
        assert_eq!(from(&router, "203.0.113.1", "/nowhere").await.status(), 404);
        let stopped = from(&router, "203.0.113.1", "/plain").await;
        assert_eq!((stopped.status().as_u16(), left(&stopped)), (429, "0"));
        let wait: u64 = stopped.headers()["retry-after"].to_str().expect("text").parse().expect("a number");
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(from(&router, "203.0.113.2", "/plain").await.status(), 200);
        assert_eq!(from(&router, "203.0.113.1", "/health/live").await.status(), 200);
    }

    #[tokio::test]
    async fn a_network_of_ipv6_is_one_client() {
        let router = router(RateSettings { per_address: 1, per_token: 0, strict: 0 });
        assert_eq!(from(&router, "2001:db8::1", "/plain").await.status(), 200);
        assert_eq!(from(&router, "2001:db8::2", "/plain").await.status(), 429);
        assert_eq!(from(&router, "2001:db8:0:1::1", "/plain").await.status(), 200);
    }

    #[tokio::test]
    async fn strict_classes_count_apart_and_the_scarcest_limit_is_shown() {
        let router = router(RateSettings { per_address: 100, per_token: 0, strict: 1 });
        let first = from(&router, "203.0.113.1", "/login").await;
        assert_eq!((first.status().as_u16(), left(&first)), (200, "0"));
        assert_eq!(from(&router, "203.0.113.1", "/login").await.status(), 429);
        assert_eq!(from(&router, "203.0.113.1", "/reset").await.status(), 200);
        let plain = from(&router, "203.0.113.1", "/plain").await;
        assert_eq!((plain.status().as_u16(), left(&plain)), (200, "96"));
    }

    #[tokio::test]
    async fn a_token_is_stopped_whatever_its_address() {
        let router = router(RateSettings { per_address: 0, per_token: 1, strict: 0 });
        assert_eq!(from(&router, "203.0.113.1", "/token").await.status(), 200);
        assert_eq!(from(&router, "203.0.113.2", "/token").await.status(), 429);
        assert!(!from(&router, "203.0.113.2", "/plain").await.headers().contains_key("x-ratelimit-limit"));
    }

    #[test]
    fn quiet_callers_are_kept_until_their_limit_is_whole_again() {
        let limits = RateLimits::new(RateSettings { per_address: 1, per_token: 1, strict: 1 });
        let address = IpAddr::from([203, 0, 113, 1]);
        assert!(limits.charge_address(address).expect("on").retry_after.is_none());
        limits.forget_the_quiet();
        assert!(limits.charge_address(address).expect("on").retry_after.is_some());
    }
}
