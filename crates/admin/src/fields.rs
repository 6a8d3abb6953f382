//! How the fields of a request are read. Rule: left out and blank are the same; left out and null are not.

use domain::fields::{Fields, Invalid};
use domain::text::filled;
use marzipan_http::Patch;

/// A field that must be there.
pub(crate) fn required<T>(
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<T, Invalid> {
    filled(text).map_or(Err(Invalid::fixed("Is required.")), parse)
}

/// A field that may be left out or blank.
pub(crate) fn optional<T>(
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Option<Result<T, Invalid>> {
    filled(text).map(parse)
}

/// A field of a PATCH that can be changed and not removed.
pub(crate) fn kept<T, U>(
    patch: Patch<T>,
    parse: impl FnOnce(T) -> Result<U, Invalid>,
) -> Option<Result<U, Invalid>> {
    let change = patch.into_change()?;
    Some(change.map_or(Err(Invalid::fixed("Must not be null.")), parse))
}

/// A field of a PATCH that null or blank removes.
pub(crate) fn removable<T>(
    fields: &mut Fields,
    field: &str,
    patch: Patch<String>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Option<Option<T>> {
    let text = patch.into_change()?;
    Some(filled(text.as_deref()).and_then(|text| fields.take(field, parse(text))))
}
