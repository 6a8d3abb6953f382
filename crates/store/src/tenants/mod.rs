//! A shop itself: its settings and clock, its keys, its staff.

pub mod admin_keys;
pub mod shops;
pub mod staff;
pub mod staff_sessions;
pub mod storefront_tokens;
