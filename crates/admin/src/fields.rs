//! Fields of the admin API that are stricter than a shopper's form.

use domain::fields::{Fields, Invalid};
use domain::text::filled;
use marzipan_http::Patch;
use serde::de::{Deserialize, Deserializer, Error};

/// Text with something in it. Where null removes a value, blank text is a mistake.
#[derive(Clone)]
pub(crate) struct Filled(pub(crate) String);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if filled(Some(&text)).is_none() {
            return Err(D::Error::custom("Must not be blank; null removes it."));
        }
        Ok(Self(text))
    }
}

/// A field of a PATCH that null removes.
pub(crate) fn removable<T>(
    fields: &mut Fields,
    field: &str,
    patch: Patch<Filled>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Option<Option<T>> {
    let text = patch.into_change()?;
    Some(text.and_then(|Filled(text)| fields.take(field, parse(&text))))
}

/// What a list is searched for; blank for nothing.
pub(crate) fn search_query(fields: &mut Fields, query: Option<String>) -> Option<String> {
    const MOST: usize = 100;
    let query = query.filter(|query| !query.trim().is_empty())?;
    if query.chars().count() > MOST {
        fields.refuse("query", "Must not be longer than 100 characters.");
        return None;
    }
    Some(query)
}
