//! `marzipan openapi`: the documents of both APIs.

use anyhow::Result;

use super::Printer;
use crate::wiring;

/// Prints a document.
pub(crate) fn print(printer: Printer, admin: bool) -> Result<()> {
    let documents = wiring::documents()?;
    let document = if admin { &documents.admin } else { &documents.storefront };
    printer.line(&serde_json::to_string_pretty(document)?)
}
