//! How the fields of a request are read, and what the document says of them. Rule: a schema allows what is read and
//! nothing else, as far as a schema can say it.

use domain::fields::{Fields, Invalid};
use domain::text::filled;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::Patch;

/// Control characters and marks that turn the writing: what no line of text may hold.
const UNFIT: &str = r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069";

/// One line of 1 to 100 characters with something to be seen in it.
#[must_use]
pub fn line_schema() -> Object {
    required_line(100)
}

/// One line of 1 to 200 characters: a line of an address.
#[must_use]
pub fn long_line_schema() -> Object {
    required_line(200)
}

/// One line of 1 to 16 characters.
#[must_use]
pub fn postcode_schema() -> Object {
    required_line(16)
}

/// As [`line_schema`]; blank or null for none.
#[must_use]
pub fn optional_line_schema() -> Object {
    optional_line(100)
}

/// As [`long_line_schema`]; blank or null for none.
#[must_use]
pub fn optional_long_line_schema() -> Object {
    optional_line(200)
}

/// Several lines of plain text, 5000 characters at the most.
#[must_use]
pub fn message_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(5000))
        .pattern(Some(r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"))
        .build()
}

fn required_line(most: usize) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(most))
        .pattern(Some(format!(r"^[^{UNFIT}]*[^\s{UNFIT}][^{UNFIT}]*$")))
        .build()
}

fn optional_line(most: usize) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .max_length(Some(most))
        .pattern(Some(format!(r"^[^{UNFIT}]*$")))
        .build()
}

/// A phone number, three digits at least with the usual marks, or null for none.
#[must_use]
pub fn phone_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .max_length(Some(32))
        .pattern(Some("^[ +().-]*([0-9][ +().-]*){3,32}$"))
        .build()
}

/// As [`phone_schema`]; blank for none, too.
#[must_use]
pub fn optional_phone_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .max_length(Some(32))
        .pattern(Some("^([ +().-]*([0-9][ +().-]*){3,32}| *)$"))
        .build()
}

/// A field that must be there.
pub fn required<T>(text: Option<&str>, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<T, Invalid> {
    filled(text).map_or(Err(Invalid::fixed("Is required.")), parse)
}

/// A list in a PATCH that can be changed and not removed; `read` refuses its items by their places.
pub fn kept_list<T, U>(
    fields: &mut Fields,
    field: &str,
    patch: Patch<T>,
    read: impl FnOnce(&mut Fields, T) -> Option<U>,
) -> Option<U> {
    match patch {
        Patch::Absent => None,
        Patch::Null => {
            fields.refuse(field, "Must not be null.");
            None
        }
        Patch::Value(items) => read(fields, items),
    }
}

/// A field of a PATCH that can be changed and not removed.
pub fn kept<T, U>(
    patch: Patch<T>,
    parse: impl FnOnce(T) -> Result<U, Invalid>,
) -> Option<Result<U, Invalid>> {
    let change = patch.into_change()?;
    Some(change.map_or(Err(Invalid::fixed("Must not be null.")), parse))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use utoipa::{PartialSchema, ToSchema};

    use crate::Patch;
    use serde::Deserialize;

    #[derive(Deserialize, ToSchema)]
    struct Form {
        /// The number to ring.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 32)]
        phone: Patch<String>,
    }

    #[test]
    fn tells_left_out_from_null() {
        let read = |document| crate::reading::from_json::<Form>(document).expect("valid").phone;
        assert_eq!(read(json!({})), Patch::Absent);
        assert_eq!(read(json!({"phone": null})), Patch::Null);
        assert_eq!(read(json!({"phone": "1"})), Patch::Value("1".to_owned()));
        assert_eq!(Patch::<u8>::Null.into_change(), Some(None));
    }

    #[test]
    fn its_schema_allows_null_and_does_not_require_it() {
        let schema = serde_json::to_value(Form::schema()).expect("JSON");
        assert_eq!(schema["required"], json!(null), "{schema}");
        assert_eq!(schema["properties"]["phone"]["type"], json!(["string", "null"]), "{schema}");
    }
}
