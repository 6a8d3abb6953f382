//! What a cart comes to, and what still keeps it from the checkout.

pub mod pricing;
