//! What stands between a price and what is paid. Rule: what carts ask for is what is switched on; staff ask by id or for a
//! page, and see everything.

pub mod discounts;
pub mod gift_cards;
pub mod reward_entries;
pub mod reward_programmes;
pub mod shipping_methods;
pub mod tax_rates;

/// The status of what is switched on: `domain::selling::Switch::Active`.
const ACTIVE: &str = "active";
