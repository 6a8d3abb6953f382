//! Catalogues in files of other programs: what their rows mean here. Rule: nothing is read or written here, and a row that is
//! not understood is told by its line, with what to mend.

mod body;
mod encoding;
pub mod shopify;

pub use encoding::windows_1252;
