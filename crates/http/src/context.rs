//! What is known of a request while it runs. Rule: the edge makes it, identities write who it is, the log line at the
//! end reads it.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Uri};
use uuid::Uuid;

use crate::edge::Edge;
use crate::error::ApiError;
use crate::ratelimit::Standing;

/// One request: its id, where it comes from and, once an identity has been read, who it is.
///
/// It is in the extensions of each request behind [`Edge::wrap`], and an extractor. Clones are the same request.
#[derive(Clone)]
pub struct RequestContext(Arc<Known>);

struct Known {
    edge: Arc<Edge>,
    id: HeaderValue,
    client_ip: IpAddr,
    uri: Uri,
    tenant: OnceLock<Uuid>,
    actor: OnceLock<(&'static str, Uuid)>,
    standing: Mutex<Option<Standing>>,
}

impl RequestContext {
    pub(crate) fn new(edge: Arc<Edge>, id: HeaderValue, client_ip: IpAddr, uri: Uri) -> Self {
        Self(Arc::new(Known {
            edge,
            id,
            client_ip,
            uri,
            tenant: OnceLock::new(),
            actor: OnceLock::new(),
            standing: Mutex::new(None),
        }))
    }

    /// The id that is answered in `X-Request-Id` and stands in each log line.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.0.id.to_str().unwrap_or_default()
    }

    pub(crate) fn id_header(&self) -> &HeaderValue {
        &self.0.id
    }

    /// The address of the client, as far as trusted proxies tell it. Personal data: never into a log.
    #[must_use]
    pub fn client_ip(&self) -> IpAddr {
        self.0.client_ip
    }

    /// The address of the resource as the client sees it, without the query: `https://api.example.com/v1/products`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.0.edge.public_url(), self.0.uri.path())
    }

    /// The query as it was sent; empty where there is none.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        self.0.uri.query().unwrap_or_default()
    }

    /// The path and query as they were sent.
    #[must_use]
    pub fn target(&self) -> &str {
        self.0.uri.path_and_query().map_or("", PathAndQuery::as_str)
    }

    /// Notes the shop that the request is about. The first one stays.
    pub fn set_tenant(&self, tenant: Uuid) {
        let _ = self.0.tenant.set(tenant);
    }

    /// The shop that the request is about, once an identity has been read.
    #[must_use]
    pub fn tenant(&self) -> Option<Uuid> {
        self.0.tenant.get().copied()
    }

    /// Notes who asks: `customer`, `staff` or `admin_key`, with their id. The first one stays.
    pub fn set_actor(&self, kind: &'static str, id: Uuid) {
        let _ = self.0.actor.set((kind, id));
    }

    /// Who asks, where it is more than a visitor.
    #[must_use]
    pub fn actor(&self) -> Option<(&'static str, Uuid)> {
        self.0.actor.get().copied()
    }

    /// Counts this request against the limit of a storefront token, named by its `jti`. The identity calls this once it
    /// has checked the token's signature; 429 when the limit is reached.
    pub fn charge_token(&self, jti: Uuid) -> Result<(), ApiError> {
        self.charge(self.edge().rates().charge_token(jti))
    }

    /// Notes where a caller stands with a limit; the scarcest is answered in the headers.
    pub(crate) fn charge(&self, standing: Option<Standing>) -> Result<(), ApiError> {
        match standing {
            None => Ok(()),
            Some(one) => one.note(&mut self.0.standing.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// The scarcest of the limits that this request was counted against.
    pub(crate) fn standing(&self) -> Option<Standing> {
        *self.0.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn edge(&self) -> &Arc<Edge> {
        &self.0.edge
    }
}

impl fmt::Debug for RequestContext {
    /// The client's address is left out: debug texts reach logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext").field("id", &self.0.id).finish_non_exhaustive()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = ApiError;

    /// 500 on a router that is not behind [`Edge::wrap`].
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| ApiError::internal("the router is not behind the edge"))
    }
}
