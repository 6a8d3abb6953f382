//! `marzipan openapi`: the documents of both APIs.

use anyhow::Result;

use super::line;
use crate::wiring;

/// Prints a document.
pub(crate) fn print(admin: bool) -> Result<()> {
    let documents = wiring::documents()?;
    let document = if admin { &documents.admin } else { &documents.storefront };
    line(&serde_json::to_string_pretty(document)?)
}
