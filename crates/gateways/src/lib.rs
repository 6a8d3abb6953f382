//! The outer world behind small doors: mail, media, payments, what is fetched from the web, and the search index;
//! webhooks as their area comes.
//! The outer world behind small doors: mail, media, what is fetched from the web, payments, webhooks,
//! and the search index.
//!
//! Rule: nothing here knows the database or the HTTP server, and every call has a time-out.

pub mod documents;
pub mod fetch;
pub mod mail;
pub mod media;
pub mod payments;
pub mod webhooks;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The one cryptography of our own connections. The libraries that ask the process for its choice find it there.
pub(crate) fn crypto() -> Arc<CryptoProvider> {
    // Whoever was first set the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}
pub mod search;
