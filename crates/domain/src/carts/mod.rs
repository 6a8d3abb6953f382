//! What stands in a cart, and what it comes to.

mod contents;
pub mod pricing;

pub use contents::{
    Boxes, Contact, Contents, Full, Gift, Item, MOST_CODES, MOST_LINES, MOST_OF_ONE, MOST_PICKS,
    MOST_PREPAID, Pick, quantity,
};
