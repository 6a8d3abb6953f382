//! The tag Messaging (contract, section 7), without search.

mod messages;
mod newsletter;
mod threads;
mod unsubscribe;

use marzipan_http::idempotency::honoured;
use marzipan_http::ratelimit::strict;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Storefront;

pub(crate) use unsubscribe::pages;

pub(crate) fn routes() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new()
        .routes(routes!(messages::send).layer((strict("messages"), honoured())))
        .routes(routes!(threads::list))
        .routes(routes!(threads::show))
        .routes(routes!(threads::add).layer((strict("messages"), honoured())))
        .routes(routes!(newsletter::subscribe).layer((strict("newsletter"), honoured())))
        .routes(routes!(newsletter::confirm).layer(strict("newsletter")))
        .routes(routes!(newsletter::unsubscribe).layer(strict("newsletter")))
}
