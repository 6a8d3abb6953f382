//! The tables, and the transactions in which they are read and written.
//!
//! Rule: a use case gets a transaction **for one shop** and reaches rows only through it ([`Tx`]). What looks across
//! shops (finding the shop of a token, claiming due jobs, moving a whole installation) is [`installation`]'s alone.

pub mod accounts;
pub mod audit;
pub mod carts;
pub mod catalog;
pub mod changes;
mod columns;
pub mod content;
pub mod dump;
mod engine;
mod error;
pub mod examine;
pub mod idempotency;
pub mod installation;
pub mod jobs;
pub mod mails;
pub mod media;
pub mod media_sources;
pub mod messaging;
mod migrate;
pub mod orders;
pub mod payment_methods;
pub mod payment_providers;
mod prepared;
#[rustfmt::skip] // Kept in the form of the SQL beside it.
mod schema;
pub mod selling;
pub mod subscriptions;
pub mod tenants;
mod tx;
pub mod webhooks;

pub use engine::{LEASE, Stamp, Store, StoreSettings, Versions};
pub use error::StoreError;
pub use installation::InstallationTx;
pub use tx::Tx;
