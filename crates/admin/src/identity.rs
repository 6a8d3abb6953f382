//! Who calls, and what for. Rule: a handler's first argument names the permission that it needs.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use commerce::audit::Actor;
use commerce::staff::{self, Administrator};
use domain::problem::Problem;
use domain::tenants::Scope;
use marzipan_http::{ApiError, RequestContext, authorization};

use crate::Admin;

/// A permission as a type.
pub(crate) trait Permission: Send + Sync {
    /// The scope that it stands for; absent where anybody signed in may.
    const SCOPE: Option<Scope>;
}

macro_rules! permissions {
    ($($name:ident = $scope:expr;)*) => {$(
        pub(crate) struct $name;

        impl Permission for $name {
            const SCOPE: Option<Scope> = $scope;
        }
    )*};
}

permissions! {
    Anybody = None;
    ReadCustomers = Some(Scope::CustomersRead);
    WriteCustomers = Some(Scope::CustomersWrite);
    ManageTokens = Some(Scope::Tokens);
    ManageStaff = Some(Scope::Staff);
    ManageKeys = Some(Scope::AdminKeys);
    ReadSettings = Some(Scope::SettingsRead);
    WriteSettings = Some(Scope::SettingsWrite);
    ReadOutbox = Some(Scope::OutboxRead);
    ReadAudit = Some(Scope::AuditRead);
    MoveClock = Some(Scope::TestClock);
}

/// A member of staff or an admin key that may do `P`.
pub(crate) struct Staff<P>(pub(crate) Administrator, pub(crate) PhantomData<P>);

impl<P: Permission> FromRequestParts<Admin> for Staff<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Admin) -> Result<Self, ApiError> {
        let token = authorization::bearer(&parts.headers).ok_or_else(ApiError::unauthenticated)?;
        let who = staff::authenticate(&state.commerce, token).await.map_err(Problem::from)?;
        let context = RequestContext::from_request_parts(parts, state).await?;
        context.set_tenant(who.shop.id.uuid());
        match &who.actor {
            Actor::Staff { id, .. } => context.set_actor("staff", id.uuid()),
            Actor::AdminKey { id, .. } => context.set_actor("admin_key", id.uuid()),
            Actor::CommandLine => {}
        }
        if let Some(scope) = P::SCOPE {
            who.needs(scope).map_err(Problem::from)?;
        }
        Ok(Self(who, PhantomData))
    }
}
