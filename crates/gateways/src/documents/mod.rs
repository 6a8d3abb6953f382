//! Invoices and packing slips as PDF.
//!
//! Rule: pure functions of what they are given: they add nothing up, look at no clock and no file, and give the same bytes
//! for the same values.

mod invoice;
mod letterhead;
mod letters;
mod packing_slip;
mod pdf;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod words;

pub use invoice::invoice;
pub use packing_slip::packing_slip;
pub use values::{Amount, Colour, Invoice, InvoiceLine, PackingLine, PackingSlip, Prices, Shop, TaxRow};

/// The lines that a document can have.
pub const MAX_LINES: usize = 1000;

// What is longer is cut, in characters.
const NAME: usize = 300;
const OPTIONS: usize = 300;
const SKU: usize = 64;
const FACT: usize = 80;
const LABEL: usize = 80;
const AMOUNT: usize = 40;
const NOTES: usize = 3000;
const FOOTER: usize = 300;

/// Why a document was not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It would have too many lines or rows.
    #[error("a document can have {limit} {what} at the most, and this one has {found}: divide it")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many it can have.
        limit: usize,
        /// How many it has.
        found: usize,
    },
    /// A font that is built in can not be read.
    #[error("a built-in font can not be read")]
    Font,
    /// The PDF library refused what it was given.
    #[error("the document can not be written: {0}")]
    Pdf(String),
}

const fn at_most(limit: usize, what: &'static str, found: usize) -> Result<(), DocumentError> {
    if found <= limit { Ok(()) } else { Err(DocumentError::TooMany { what, limit, found }) }
}
