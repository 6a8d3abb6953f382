//! Who calls. Rule: the permission stands in a handler's signature, as its first argument, so that a bad token and a
//! missing permission are told before anything else is looked at.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use commerce::audit::Actor;
use commerce::staff::{self, Administrator, StaffError};
use domain::problem::Problem;
use domain::tenants::Scope;
use marzipan_http::{ApiError, RequestContext, authorization};

use crate::Admin;

/// A member of staff or an admin key that has the permission `P`.
pub(crate) struct Staff<P> {
    /// Who it is.
    pub(crate) who: Administrator,
    permission: PhantomData<fn() -> P>,
}

/// What a call needs.
pub(crate) trait Permission {
    /// Refuses a caller who has it not.
    fn check(who: &Administrator) -> Result<(), StaffError>;
}

/// A sign-in: what only people do, and each for themselves.
pub(crate) struct SignedIn;

impl Permission for SignedIn {
    fn check(who: &Administrator) -> Result<(), StaffError> {
        who.person().map(|_| ())
    }
}

/// One type for each scope.
macro_rules! permissions {
    ($($scope:ident)*) => {$(
        #[doc = concat!("The scope [`Scope::", stringify!($scope), "`].")]
        pub(crate) struct $scope;

        impl Permission for $scope {
            fn check(who: &Administrator) -> Result<(), StaffError> {
                who.needs(Scope::$scope)
            }
        }
    )*};
}

/// The scope [`Scope::Staff`]; the extractor has its name.
pub(crate) struct ManageStaff;

impl Permission for ManageStaff {
    fn check(who: &Administrator) -> Result<(), StaffError> {
        who.needs(Scope::Staff)
    }
}

permissions! {
    CustomersRead CustomersWrite Tokens SettingsRead SettingsWrite OutboxRead AuditRead TestClock AdminKeys
    ProductsRead ProductsWrite ContentRead ContentWrite MessagesRead MessagesWrite
    SellingRead SellingWrite OrdersRead OrdersWrite OrdersRefund
    SubscriptionsRead SubscriptionsWrite WebhooksRead WebhooksWrite
}

/// One of two scopes: pictures belong to products and to pages.
macro_rules! either {
    ($($name:ident: $one:ident or $other:ident;)*) => {$(
        #[doc = concat!("The scope [`Scope::", stringify!($one), "`] or [`Scope::", stringify!($other), "`].")]
        pub(crate) struct $name;

        impl Permission for $name {
            fn check(who: &Administrator) -> Result<(), StaffError> {
                who.needs(Scope::$one).or_else(|_| who.needs(Scope::$other))
            }
        }
    )*};
}

either! {
    MediaRead: ContentRead or ProductsRead;
    MediaWrite: ContentWrite or ProductsWrite;
}

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
        P::check(&who).map_err(Problem::from)?;
        Ok(Self { who, permission: PhantomData })
    }
}
