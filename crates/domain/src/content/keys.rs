//! Reads the keys of a JSON object one by one. Rule: a key that nobody asked for is refused, with those that are known.

use serde_json::{Map, Value};

use crate::fields::{Fields, Invalid};
use crate::text;

const STRING: Invalid = Invalid::fixed("Must be a string.");
const REQUIRED: Invalid = Invalid::fixed("Is required.");

/// An object whose keys are read under the path of the object.
pub(super) struct Keys<'a> {
    object: &'a Map<String, Value>,
    path: &'a str,
    known: Vec<&'static str>,
    fields: &'a mut Fields,
}

impl<'a> Keys<'a> {
    /// Reads `value`, if it is an object.
    pub(super) fn of(value: &'a Value, path: &'a str, fields: &'a mut Fields) -> Option<Self> {
        let Some(object) = value.as_object() else {
            fields.refuse(path, "Must be an object.");
            return None;
        };
        Some(Self { object, path, known: Vec::new(), fields })
    }

    /// The value of a key, unless it is missing or null.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// Refuses a key.
    pub(super) fn refuse(&mut self, key: &str, reason: &str) {
        self.fields.refuse(&self.path_of(key), reason);
    }

    /// The path of a key.
    pub(super) fn path_of(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Where refusals are noted.
    pub(super) fn fields(&mut self) -> &mut Fields {
        self.fields
    }

    /// A text that must be there and is read by `parse`.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let parsed = match self.value(key) {
            None => Err(REQUIRED),
            Some(Value::String(text)) => parse(text),
            Some(_) => Err(STRING),
        };
        self.take(key, parsed)
    }

    /// A text that may be left out, be null or blank.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let parsed = match self.value(key)? {
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => parse(text),
            _ => Err(STRING),
        };
        self.take(key, parsed)
    }

    /// One line of text that must be there.
    pub(super) fn line(&mut self, key: &'static str, most: usize) -> Option<String> {
        self.required(key, |text| text::one_line(text, most))
    }

    /// One line of text that may be left out.
    pub(super) fn optional_line(&mut self, key: &'static str, most: usize) -> Option<String> {
        self.optional(key, |text| text::one_line(text, most))
    }

    /// A list of 1 to `most` things that must be there, with the path of each.
    pub(super) fn list(&mut self, key: &'static str, most: usize) -> Vec<(String, &'a Value)> {
        let items = match self.value(key) {
            None => Err(REQUIRED),
            Some(Value::Array(items)) if items.is_empty() => Err(Invalid::fixed("Must not be empty.")),
            Some(Value::Array(items)) if items.len() > most => {
                Err(Invalid::new(format!("Must not have more than {most} entries.")))
            }
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(Invalid::fixed("Must be a list.")),
        };
        let path = self.path_of(key);
        let items = self.take(key, items).into_iter().flatten();
        items.enumerate().map(|(at, item)| (format!("{path}.{at}"), item)).collect()
    }

    /// Keeps a value, or notes why it is refused.
    pub(super) fn take<T>(&mut self, key: &str, parsed: Result<T, Invalid>) -> Option<T> {
        let path = self.path_of(key);
        self.fields.take(&path, parsed)
    }

    /// Refuses the keys that were not asked for.
    pub(super) fn finish(self) {
        for key in self.object.keys().filter(|key| !self.known.contains(&key.as_str())) {
            let shown: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
            let reason = format!("Is not known here; known are {}.", self.known.join(", "));
            self.fields.refuse(&format!("{}.{shown}", self.path), &reason);
        }
    }
}
