//! Shopify's product file: a table whose rows with one handle make one product.
//!
//! Rule: a product goes in as a whole or not at all, so that a row that is not understood never takes a variant away.

mod columns;
mod product;

pub use columns::{Columns, Missing};
pub use product::{Named, Picked, Places, ShopifyProduct, product};

/// One row of the table below its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins in the file; the head stands on line 1.
    pub line: u64,
    /// Its fields.
    pub fields: Vec<String>,
}

/// Something in a row that is to be mended or known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row's line.
    pub line: u64,
    /// The column.
    pub column: String,
    /// A sentence.
    pub reason: String,
}

impl Fault {
    fn new(line: u64, column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, column: column.into(), reason: reason.into() }
    }
}
