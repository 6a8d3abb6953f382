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
