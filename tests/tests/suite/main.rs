//! The black-box tests: each drives the real server through its APIs, on both engines.

#![recursion_limit = "256"]
#![expect(
    clippy::disallowed_methods,
    reason = "tests stand outside: they compare the server with the real clock"
)]

mod addresses;
mod administration;
mod bad_input;
mod carts;
mod catalogue;
mod catalogue_admin;
mod catalogue_collections;
mod catalogue_refusals;
mod catalogue_stock;
mod checkout;
mod cli;
mod content;
mod content_blocks;
mod content_links;
mod content_open;
mod crash;
mod crash_checkout;
mod crash_renewals;
mod demo;
mod details;
mod discounts;
mod gift_cards;
mod idempotency;
mod login;
mod logout;
mod mail_templates;
mod mails;
mod media;
mod messaging;
mod newsletter;
mod operations;
mod orders;
mod orders_told;
mod passwords;
mod privacy;
mod rate_limits;
mod reading;
mod register;
mod reviews;
mod rewards_programme;
mod rules;
mod search;
mod selling;
mod sessions;
mod shipping_methods;
mod staff;
mod stripe;
mod stripe_renewals;
mod subscriptions;
mod subscriptions_model;
mod tax_rates;
mod transfer;
mod walls;
mod webhooks;
