//! The outer world behind small doors: mail today; payments, media and webhooks as their areas come.
//!
//! Rule: nothing here knows the database or the HTTP server, and every call has a time-out.

pub mod mail;
