//! `/admin/v1`, what a shop's staff and their programs call: one file a resource.
//!
//! Rule: a handler's first argument is the permission that it needs; then it reads the request, calls one use case of
//! `commerce`, and gives its result the shape of the contract.
// The example of a product is longer than the `json!` of its document takes otherwise.
#![recursion_limit = "256"]

mod admin_keys;
mod attributes;
mod audit_log;
mod bodies;
mod collections;
mod content;
mod customers;
mod fields;
mod identity;
mod mail_templates;
mod media;
mod messages;
mod newsletter;
mod newsletter_csv;
mod openapi;
mod orders;
mod outbox;
mod payments;
mod products;
mod reports;
mod reviews;
mod selling;
mod settings;
mod staff;
mod staff_session;
mod subscriptions;
mod test_clock;
mod tokens;
mod totp;
mod webhook_deliveries;
mod webhooks;

use axum::Router;
use axum::extract::FromRef;
use commerce::Commerce;
use marzipan_http::idempotency::honoured;
use marzipan_http::ratelimit::strict;
use marzipan_http::upload::UPLOAD_LIMIT;
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
pub fn router(admin: Admin) -> (Router, OpenApi) {
    let (router, document) = openapi::document().nest("/admin/v1", routes()).split_for_parts();
    (router.with_state(admin), document)
}

fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(staff_session::log_in).layer(strict("staff-login")))
        .routes(routes!(staff_session::log_out))
        .routes(routes!(staff_session::me))
        .routes(routes!(staff_session::change_password).layer(strict("staff-password")))
        .routes(routes!(totp::begin))
        .routes(routes!(totp::confirm).layer(strict("staff-totp")))
        .routes(routes!(totp::remove).layer(strict("staff-totp")))
        .routes(routes!(staff::list))
        .routes(routes!(staff::add).layer(honoured()))
        .routes(routes!(staff::show, staff::change, staff::remove))
        .routes(routes!(customers::list))
        .routes(routes!(customers::show, customers::change, customers::erase))
        .routes(routes!(customers::merge).layer(honoured()))
        .routes(routes!(customers::export))
        .routes(routes!(customers::end_sessions))
        .routes(routes!(products::list))
        .routes(routes!(products::add).layer(honoured()))
        .routes(routes!(products::show, products::change, products::remove))
        .routes(routes!(products::change_stock).layer(honoured()))
        .routes(routes!(collections::list))
        .routes(routes!(collections::add).layer(honoured()))
        .routes(routes!(collections::show, collections::change, collections::remove))
        .routes(routes!(collections::show_products, collections::set_products))
        .routes(routes!(attributes::list))
        .routes(routes!(attributes::add).layer(honoured()))
        .routes(routes!(attributes::show, attributes::change, attributes::remove))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::show, reviews::remove))
        .routes(routes!(reviews::approve))
        .routes(routes!(reviews::reject))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::issue).layer(honoured()))
        .routes(routes!(tokens::revoke))
        .routes(routes!(admin_keys::list))
        .routes(routes!(admin_keys::issue).layer(honoured()))
        .routes(routes!(admin_keys::revoke))
        .routes(routes!(media::list))
        .routes(routes!(media::upload).layer(honoured().up_to(UPLOAD_LIMIT)))
        .routes(routes!(media::show, media::change, media::remove))
        .routes(routes!(settings::show, settings::change))
        .routes(routes!(outbox::list))
        .routes(routes!(outbox::show))
        .routes(routes!(messages::list))
        .routes(routes!(messages::show, messages::change, messages::remove))
        .routes(routes!(messages::reply).layer(honoured()))
        .routes(routes!(newsletter::list))
        .routes(routes!(newsletter::add).layer(honoured()))
        .routes(routes!(newsletter::show, newsletter::change, newsletter::remove))
        .routes(routes!(newsletter_csv::export))
        .routes(routes!(newsletter::suppressions))
        .routes(routes!(newsletter::suppress).layer(honoured()))
        .routes(routes!(mail_templates::list))
        .routes(routes!(mail_templates::show, mail_templates::change, mail_templates::reset))
        .routes(routes!(mail_templates::preview))
        .routes(routes!(webhooks::list))
        .routes(routes!(webhooks::add).layer(honoured()))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::rotate_secret).layer(honoured()))
        .routes(routes!(webhooks::ping).layer(honoured()))
        .routes(routes!(webhook_deliveries::list))
        .routes(routes!(webhook_deliveries::show))
        .routes(routes!(webhook_deliveries::replay).layer(honoured()))
        .routes(routes!(webhook_deliveries::replay_failed).layer(honoured()))
        .routes(routes!(audit_log::list))
        .routes(routes!(test_clock::show, test_clock::advance))
        .routes(routes!(payments::show, payments::set, payments::remove))
        .routes(routes!(payments::charges))
        .routes(routes!(payments::set_faults))
        .merge(orders::routes())
        .merge(subscriptions::routes())
        .merge(reports::routes())
        .merge(content::routes())
        .merge(selling::routes())
}
