//! A field of a PATCH. Rule: left out and `null` are two different wishes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a PATCH says of one field.
///
/// The field carries `#[serde(default)]`, so that it may be left out:
///
/// ```
/// # use domain::patch::Patch;
/// #[derive(serde::Deserialize)]
/// struct DetailsPatch {
///     /// The number to ring; null removes it.
///     #[serde(default)]
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

    /// The value, where there is one.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// This field, or `base` where it was left out.
    #[must_use]
    pub fn or(self, base: Self) -> Self {
        if self.is_absent() { base } else { self }
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

impl<T> From<Option<T>> for Patch<T> {
    /// `None` is `null`: a value that is known not to be there.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    /// The field carries `skip_serializing_if = "Patch::is_absent"`, so that what was left out is left out again.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().into_value().serialize(serializer)
    }
}
