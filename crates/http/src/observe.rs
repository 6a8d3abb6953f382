//! What is told of each request: a span, one log line, two metrics. Rule: the matched path stands for the address, and
//! no token, body, query value or person's address is told.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use tracing::Span;
use uuid::Uuid;

use crate::context::RequestContext;
use crate::health;

const MAX_ID: usize = 128;

/// A request that is being answered.
pub(crate) struct Observed {
    start: Instant,
    method: &'static str,
    path: Option<MatchedPath>,
}

impl Observed {
    pub(crate) fn begin(method: &Method, path: Option<&MatchedPath>) -> Self {
        Self { start: Instant::now(), method: method_name(method), path: path.cloned() }
    }

    /// The pattern of the route, `/v1/account/addresses/{addressId}`.
    fn path(&self) -> &str {
        self.path.as_ref().map_or("unmatched", MatchedPath::as_str)
    }

    pub(crate) fn is_health(&self) -> bool {
        self.path().starts_with(health::PREFIX)
    }

    /// The span that each log line of the request stands in.
    pub(crate) fn span(&self, context: &RequestContext) -> Span {
        tracing::info_span!(
            "request",
            request.id = context.request_id(),
            http.method = self.method,
            http.path = self.path(),
        )
    }

    pub(crate) fn end(&self, figures: &Figures, told: &Told<'_>) {
        let spent = self.start.elapsed();
        figures.count(self.method, self.path(), told.status, spent);
        if self.is_health() {
            return;
        }
        let actor_of = |kind| told.actor.filter(|(known, _)| *known == kind).map(|(_, id)| id);
        // Outside of the span, whose fields it repeats: to write them out of the span costs more than all the rest of the
        // line.
        tracing::info!(
            parent: None,
            request.id = told.request_id,
            http.method = self.method,
            http.path = self.path(),
            http.status = told.status.as_u16(),
            duration_ms = spent.as_secs_f64() * 1000.0,
            tenant.id = told.tenant.map(display),
            customer.id = actor_of("customer").map(display),
            staff.id = actor_of("staff").map(display),
            admin_key.id = actor_of("admin_key").map(display),
            "request served"
        );
    }
}

/// What the log line tells of a request beside its route.
pub(crate) struct Told<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) tenant: Option<Uuid>,
    pub(crate) actor: Option<(&'static str, Uuid)>,
    pub(crate) status: StatusCode,
}

/// The metrics of each path.
type OfPaths = HashMap<Box<str>, (Counter, Histogram)>;

/// The metrics of each kind of answer; made at the first of them, so that counting the next costs one look.
#[derive(Default)]
pub(crate) struct Figures {
    known: RwLock<HashMap<(&'static str, u16), OfPaths>>,
}

impl Figures {
    fn count(&self, method: &'static str, path: &str, status: StatusCode, spent: Duration) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let of_path = known.get(&(method, status.as_u16())).and_then(|paths| paths.get(path));
        if let Some((requests, durations)) = of_path {
            requests.increment(1);
            durations.record(spent);
            return;
        }
        drop(known);
        let labels = [
            ("method", metrics::SharedString::from(method)),
            ("path", path.to_owned().into()),
            ("status", status.as_str().to_owned().into()),
        ];
        let requests = metrics::counter!("marzipan_http_requests_total", &labels);
        let durations = metrics::histogram!("marzipan_http_request_duration_seconds", &labels);
        requests.increment(1);
        durations.record(spent);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry((method, status.as_u16())).or_default().insert(path.into(), (requests, durations));
    }
}

/// The id that a client gave its request, where it is harmless in a log.
pub(crate) fn acceptable_id(id: &[u8]) -> Option<&str> {
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let fits = (1..=MAX_ID).contains(&id.len()) && id.iter().all(harmless);
    if fits { std::str::from_utf8(id).ok() } else { None }
}

/// A method by its name. Clients can make methods up, and each name would be a series of its own in the metrics.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get as on_get;
    use tracing_subscriber::fmt::MakeWriter;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{get, send, wrapped};
    use crate::{ApiError, Segment};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;
        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// What is logged while these requests are served.
    async fn logged(requests: Vec<Request<Body>>) -> Vec<serde_json::Value> {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().json().with_writer(lines.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let router = wrapped(
            Router::new()
                .route(
                    "/things/{id}",
                    on_get(|context: RequestContext, _: Segment<u8>| async move {
                        context.set_tenant(Uuid::from_u128(1));
                        context.set_actor("customer", Uuid::from_u128(2));
                        tracing::info!("inside");
                    }),
                )
                .route("/broken", on_get(|| async { ApiError::internal("disk full") }))
                .route("/health/live", on_get(|| async {})),
        );
        for request in requests {
            send(&router, request).await;
        }
        let text = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[tokio::test]
    async fn one_line_says_what_was_served_and_to_whom() {
        let request = Request::get("/things/5?email=ada@example.com")
            .header("authorization", "Bearer mza_secret")
            .header("x-request-id", "r-1")
            .body(Body::empty())
            .expect("a request");
        let lines = logged(vec![request]).await;
        let [inside, served] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(inside["span"]["request.id"], "r-1");
        let fields = &served["fields"];
        assert_eq!((&fields["request.id"], &fields["http.path"]), (&"r-1".into(), &"/things/{id}".into()));
        assert_eq!((&fields["message"], &fields["http.status"]), (&"request served".into(), &200.into()));
        assert_eq!(fields["tenant.id"], "00000000-0000-0000-0000-000000000001");
        assert_eq!(fields["customer.id"], "00000000-0000-0000-0000-000000000002");
        assert!(fields.get("staff.id").is_none());
        assert!(fields["duration_ms"].is_number());
        let text = format!("{lines:?}");
        for secret in ["ada@", "mza_", "203.0.113.7"] {
            assert!(!text.contains(secret), "{text}");
        }
    }

    #[tokio::test]
    async fn a_failure_of_ours_is_logged_once_with_its_place() {
        let lines = logged(vec![get("/broken")]).await;
        let errors: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
        let [error] = &errors[..] else { panic!("{lines:?}") };
        assert_eq!(error["fields"]["error"], "disk full");
        assert!(error["fields"]["location"].as_str().expect("text").contains("observe.rs"), "{error}");
    }

    #[tokio::test]
    async fn health_is_not_told() {
        assert_eq!(logged(vec![get("/health/live")]).await, Vec::<serde_json::Value>::new());
    }
}
