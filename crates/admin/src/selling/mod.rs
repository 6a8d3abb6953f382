//! What stands between a price and what is paid: discounts, gift cards, shipping methods, tax rates, rewards.

mod discount_bodies;
mod discounts;
mod gift_card_bodies;
mod gift_cards;
mod rewards;
mod shipping_bodies;
mod shipping_methods;
mod tax_rates;
mod words;

use marzipan_http::idempotency::honoured;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Admin;

/// What staff set up for selling.
pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(discounts::list))
        .routes(routes!(discounts::add).layer(honoured()))
        .routes(routes!(discounts::show, discounts::change, discounts::remove))
        .routes(routes!(gift_cards::list))
        .routes(routes!(gift_cards::issue).layer(honoured()))
        .routes(routes!(gift_cards::show, gift_cards::change, gift_cards::remove))
        .routes(routes!(gift_cards::show_code))
        .routes(routes!(gift_cards::entries))
        .routes(routes!(gift_cards::adjust).layer(honoured()))
        .routes(routes!(shipping_methods::list))
        .routes(routes!(shipping_methods::add).layer(honoured()))
        .routes(routes!(shipping_methods::show, shipping_methods::change, shipping_methods::remove))
        .routes(routes!(tax_rates::list))
        .routes(routes!(tax_rates::add).layer(honoured()))
        .routes(routes!(tax_rates::show, tax_rates::change, tax_rates::remove))
        .routes(routes!(rewards::show, rewards::set, rewards::remove))
}
