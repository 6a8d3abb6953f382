//! `/admin/v1`, what a shop's staff and their programs call: one file a resource.
//!
//! Rule: as in the storefront, a handler reads, calls one use case and shapes the answer; what its caller must be allowed
//! stands in its signature.

mod admin_keys;
mod audit_log;
mod customers;
mod identity;
mod members;
mod outbox;
mod settings;
mod sign_in;
mod test_clock;
mod tokens;
mod totp;

use axum::Router;
use axum::extract::FromRef;
use commerce::Commerce;
use marzipan_http::idempotency::honoured;
use marzipan_http::openapi;
use marzipan_http::ratelimit::strict;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// What the handlers share.
#[derive(Clone)]
pub struct Admin {
    /// The shop's use cases.
    pub commerce: Commerce,
}

impl FromRef<Admin> for Commerce {
    fn from_ref(admin: &Admin) -> Self {
        admin.commerce.clone()
    }
}

/// The routes of `/admin/v1` and their document.
#[must_use]
pub fn router(admin: Admin) -> (Router, OpenApi) {
    let (router, document) = document().nest("/admin/v1", routes()).split_for_parts();
    (router.with_state(admin), document)
}

fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in).layer(strict("staff login")))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(members::me))
        .routes(routes!(members::change_password).layer(strict("staff password")))
        .routes(routes!(members::list))
        .routes(routes!(members::add).layer(honoured()))
        .routes(routes!(members::show, members::change, members::remove))
        .routes(routes!(totp::begin, totp::remove).layer(strict("staff password")))
        .routes(routes!(totp::confirm).layer(strict("staff password")))
        .routes(routes!(customers::list))
        .routes(routes!(customers::show, customers::change, customers::erase))
        .routes(routes!(customers::merge).layer(honoured()))
        .routes(routes!(customers::export))
        .routes(routes!(customers::end_sessions))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::issue).layer(honoured()))
        .routes(routes!(tokens::revoke))
        .routes(routes!(admin_keys::list))
        .routes(routes!(admin_keys::issue).layer(honoured()))
        .routes(routes!(admin_keys::revoke))
        .routes(routes!(settings::show, settings::change))
        .routes(routes!(outbox::list))
        .routes(routes!(outbox::show))
        .routes(routes!(audit_log::list))
        .routes(routes!(test_clock::show, test_clock::advance))
}

fn document() -> OpenApiRouter<Admin> {
    let head = openapi::document(
        "Marzipan Admin API",
        "1.0.0",
        "What a shop's staff and their programs call. Every write is in the audit log. Errors, lists, ids, times and \
         idempotency are as in the storefront API.",
    )
    .server("/")
    .tag("Staff", "Signing in, the second factor, and who works at the shop.")
    .tag("Customers", "The shop's customers.")
    .tag("Keys", "Storefront tokens and admin keys.")
    .tag("Shop", "Settings, mails, the audit log, and the clock of a test-mode shop.")
    .bearer("adminAuth", None, "An admin key (`mzk_…`) or the token of a staff sign-in (`mzs_…`).");
    OpenApiRouter::with_openapi(head.build())
}

/// One resource.
#[derive(Serialize, ToSchema)]
struct DataBody<T> {
    /// The resource.
    data: T,
}

/// A count that the database gives, as a list wants it.
fn total(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_is_documented_as_it_should_be() {
        let (_, api) = super::document().nest("/admin/v1", super::routes()).split_for_parts();
        assert_eq!(marzipan_http::openapi::check(&api), Vec::<String>::new());
    }
}
