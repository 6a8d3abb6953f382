//! The outer world behind small doors: mail, and the search index; payments, media and webhooks as their areas
//! come.
//!
//! Rule: nothing here knows the database or the HTTP server, and every call has a time-out.

pub mod mail;
pub mod search;
