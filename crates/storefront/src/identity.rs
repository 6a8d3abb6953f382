//! Who calls. Rule: the permission stands in a handler's signature, as its first argument, so that a bad token is told
//! before anything else is looked at.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use commerce::accounts::{self, SignedIn, Visit};
use domain::problem::Problem;
use marzipan_http::{ApiError, RequestContext, authorization};

use crate::Storefront;

/// A signed-in customer: the call came with an account token whose session lives.
pub(crate) struct Customer(pub(crate) SignedIn);

impl FromRequestParts<Storefront> for Customer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Storefront) -> Result<Self, ApiError> {
        let context = RequestContext::from_request_parts(parts, state).await?;
        let token = authorization::bearer(&parts.headers).ok_or_else(ApiError::unauthenticated)?;
        let who = match accounts::authenticate(&state.commerce, token).await {
            Ok(who) => who,
            Err(error) => {
                // A storefront token does not do here, but names the shop whose origins may read the refusal.
                if let Some(tenant) = accounts::shop_named_by(&state.commerce, token) {
                    context.set_tenant(tenant.uuid());
                }
                return Err(Problem::from(error).into());
            }
        };
        context.set_tenant(who.tenant.uuid());
        context.set_actor("customer", who.customer.uuid());
        Ok(Self(who))
    }
}

/// Somebody on a shop's pages: the call came with a storefront token.
pub(crate) struct Visitor(pub(crate) Visit);

impl FromRequestParts<Storefront> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Storefront) -> Result<Self, ApiError> {
        let token = authorization::bearer(&parts.headers).ok_or_else(ApiError::unauthenticated)?;
        let visit = accounts::authenticate_visit(&state.commerce, token).await.map_err(Problem::from)?;
        let context = RequestContext::from_request_parts(parts, state).await?;
        context.set_tenant(visit.shop.id.uuid());
        context.charge_token(visit.token.uuid())?;
        Ok(Self(visit))
    }
}

/// Somebody on a shop's pages, signed in or not: the call came with a token of either kind.
#[derive(Clone)]
pub(crate) struct Shopper(pub(crate) accounts::Shopper);

impl FromRequestParts<Storefront> for Shopper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Storefront) -> Result<Self, ApiError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let token = authorization::bearer(&parts.headers).ok_or_else(ApiError::unauthenticated)?;
        let shopper = accounts::authenticate_shopper(&state.commerce, token).await.map_err(Problem::from)?;
        let context = RequestContext::from_request_parts(parts, state).await?;
        context.set_tenant(shopper.shop.id.uuid());
        if let Some(customer) = &shopper.customer {
            context.set_actor("customer", customer.customer.uuid());
        }
        if let Some(token) = shopper.token {
            context.charge_token(token.uuid())?;
        }
        let shopper = Self(shopper);
        // Whoever stands inside of a layer that asked already is not to ask again.
        parts.extensions.insert(shopper.clone());
        Ok(shopper)
    }
}

/// An account token that has not been looked up: for logout, where looking it up and ending its session are one.
pub(crate) struct PresentedToken(pub(crate) String);

impl FromRequestParts<Storefront> for PresentedToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Storefront) -> Result<Self, ApiError> {
        authorization::bearer(&parts.headers)
            .map(|token| Self(token.to_owned()))
            .ok_or_else(ApiError::unauthenticated)
    }
}
