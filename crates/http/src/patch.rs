//! A field of a PATCH. Rule: left out and `null` are two different wishes.

use serde::{Deserialize, Deserializer};

/// What a PATCH says of one field.
///
/// The field carries `#[serde(default)]`, so that it may be left out, and is documented as what JSON sees of it:
///
/// ```
/// # use marzipan_http::Patch;
/// #[derive(serde::Deserialize, utoipa::ToSchema)]
/// struct DetailsPatch {
///     /// The number to ring; null removes it.
///     #[serde(default)]
///     #[schema(value_type = Option<String>, max_length = 32)]
///     phone: Patch<String>,
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field is left out: it stays as it is.
    #[default]
    Absent,
    /// The field is `null`: it is emptied.
    Null,
    /// The field has a new value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field was left out.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// `None` where the field stays as it is, `Some(None)` where it is emptied.
    #[must_use]
    pub fn into_change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// As [`Patch::into_change`], borrowed.
    #[must_use]
    pub fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    /// Turns the value, where there is one.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(turn(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            None => Self::Null,
            Some(value) => Self::Value(value),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use utoipa::{PartialSchema, ToSchema};

    use super::*;

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
