//! How the fields of a request are read, and what the document says of them.
//!
//! Rule: a schema allows what is read and nothing else, as far as a schema can say it.

use domain::fields::{Fields, Invalid};
use domain::text::filled;
use marzipan_http::Patch;
use serde::de::{Deserialize, Deserializer, Error};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// One line of 1 to 100 characters: something to be seen, no control characters, no marks that turn the writing.
pub(crate) fn line_schema() -> Object {
    const UNFIT: &str = r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069";

    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(100))
        .pattern(Some(format!(r"^[^{UNFIT}]*[^\s{UNFIT}][^{UNFIT}]*$")))
        .build()
}

/// A phone number, three digits at least with the usual marks, or null for none.
pub(crate) fn phone_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .max_length(Some(32))
        .pattern(Some("^[ +().-]*([0-9][ +().-]*){3,32}$"))
        .build()
}

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

/// A field that must be there.
pub(crate) fn required<T>(
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<T, Invalid> {
    filled(text).map_or(Err(Invalid::fixed("Is required.")), parse)
}

/// A field of a PATCH that can be changed and not removed.
pub(crate) fn kept<T, U>(
    patch: Patch<T>,
    parse: impl FnOnce(T) -> Result<U, Invalid>,
) -> Option<Result<U, Invalid>> {
    let change = patch.into_change()?;
    Some(change.map_or(Err(Invalid::fixed("Must not be null.")), parse))
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
