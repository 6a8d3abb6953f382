//! Customers, and how they prove who they are.

pub mod addresses;
pub mod customers;
pub mod mail_tokens;
pub mod registrations;
pub mod sessions;
pub mod throttles;
