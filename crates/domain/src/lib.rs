//! Plain values and rules with no input or output. Rule: everything here is a pure function; time and chance are passed in.
#![deny(clippy::float_arithmetic)]

pub mod accounts;
pub mod carts;
pub mod catalog;
pub mod content;
pub mod fields;
pub mod ids;
pub mod markup;
pub mod media;
pub mod messaging;
pub mod money;
pub mod orders;
pub mod patch;
pub mod problem;
pub mod reports;
pub mod selling;
pub mod slugs;
pub mod subscriptions;
pub mod tenants;
pub mod text;
pub mod time;
pub mod transfer;
pub mod webhooks;
mod words;
