//! Fields that the forms of this area share. Rule: what is refused in a list is told with its place in it.

use std::collections::HashSet;
use std::hash::Hash;

use crate::fields::{Fields, Invalid};
use crate::patch::Patch;
use crate::text;
use crate::time::Timestamp;

/// The longest name and other line.
pub(super) const LONGEST_NAME: usize = 100;

/// The longest name of a tax class, which is a product's too.
const LONGEST_TAX_CLASS: usize = 40;

/// Whole numbers that count something: limits and points.
pub(super) const HIGHEST_COUNT: i64 = 1_000_000_000;

/// Reads each of a list, at most so many; one that stands there twice counts once.
pub(super) fn each<T: Clone + Eq + Hash>(
    fields: &mut Fields,
    path: &str,
    typed: Patch<Vec<String>>,
    most: usize,
    read: impl Fn(&str) -> Result<T, Invalid>,
) -> Vec<T> {
    let typed = typed.into_value().unwrap_or_default();
    if typed.len() > most {
        fields.refuse(path, &format!("Must not hold more than {most}."));
        return Vec::new();
    }
    let mut known = HashSet::new();
    let mut kept = Vec::new();
    for (index, text) in typed.iter().enumerate() {
        let value = fields.take(&format!("{path}.{index}"), read(text));
        kept.extend(value.filter(|value| known.insert(value.clone())));
    }
    kept
}

/// A name, which is required.
pub(super) fn name(fields: &mut Fields, typed: Patch<String>) -> Option<String> {
    fields.take("name", text::one_line(&typed.into_value().unwrap_or_default(), LONGEST_NAME))
}

/// A tax class; `None` for the usual one.
pub(super) fn tax_class(fields: &mut Fields, typed: Patch<String>) -> Option<String> {
    let typed = typed.into_value().unwrap_or_default();
    fields.take("taxClass", text::optional_line(&typed, LONGEST_TAX_CLASS)).flatten()
}

/// A time that may be left out.
pub(super) fn time(fields: &mut Fields, path: &str, typed: Patch<String>) -> Option<Timestamp> {
    fields.take_optional(path, typed.into_value().map(|typed| Timestamp::parse(&typed)))
}

/// A word of the API, or the usual one.
pub(super) fn word<T>(
    fields: &mut Fields,
    path: &str,
    typed: Patch<String>,
    read: impl Fn(&str) -> Result<T, Invalid>,
    usual: T,
) -> Option<T> {
    match typed.into_value() {
        Some(typed) => fields.take(path, read(&typed)),
        None => Some(usual),
    }
}

/// A whole number within bounds.
pub(super) fn whole(number: i64, least: i64, most: i64) -> Result<i64, Invalid> {
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(Invalid::new(format!("Must be a whole number from {least} to {most}.")))
    }
}
