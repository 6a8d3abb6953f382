//! What is told of each request: a span, one log line, two metrics. Rule: the matched path stands for the address, and
//! no token, body, query value or person's address is told.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use tracing::Span;

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
    pub(crate) fn begin(request: &Request) -> Self {
        Self {
            start: Instant::now(),
            method: method_name(request.method()),
            path: request.extensions().get::<MatchedPath>().cloned(),
        }
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

    pub(crate) fn end(&self, context: &RequestContext, status: StatusCode) {
        let spent = self.start.elapsed();
        let labels = [
            ("method", self.method.into()),
            ("path", metrics::SharedString::from(self.path().to_owned())),
            ("status", status_name(status)),
        ];
        metrics::counter!("marzipan_http_requests_total", &labels).increment(1);
        metrics::histogram!("marzipan_http_request_duration_seconds", &labels).record(spent);
        if self.is_health() {
            return;
        }
        tracing::info!(
            http.status = status.as_u16(),
            duration_ms = spent.as_secs_f64() * 1000.0,
            tenant.id = context.tenant().map(display),
            customer.id = context.actor_of("customer").map(display),
            staff.id = context.actor_of("staff").map(display),
            admin_key.id = context.actor_of("admin_key").map(display),
            "request served"
        );
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

fn status_name(status: StatusCode) -> metrics::SharedString {
    status.as_str().to_owned().into()
}
