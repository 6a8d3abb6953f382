//! Reasons why input is refused. Rule: every bad field is reported at once, each with a sentence that says what to mend.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

/// Why one value is refused, as a sentence for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    /// The reason, a whole sentence.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }

    /// As [`Invalid::new`] for a constant.
    #[must_use]
    pub const fn fixed(reason: &'static str) -> Self {
        Self(Cow::Borrowed(reason))
    }

    /// The reason as text.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0
    }
}

/// The refused fields: path (`address.postcode`) to reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{} refused fields", .0.len())]
#[serde(transparent)]
pub struct FieldErrors(BTreeMap<String, Vec<String>>);

impl FieldErrors {
    /// One refused field.
    pub fn one(path: impl Into<String>, reason: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(path, reason);
        errors
    }

    /// Adds a reason to a field.
    pub fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.0.entry(path.into()).or_default().push(reason.into());
    }

    /// Whether no field was refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(path, reasons)| (path.as_str(), reasons.as_slice()))
    }
}

/// Collects the outcome of parsing each field of a form.
///
/// ```
/// use domain::fields::{Fields, Invalid};
/// let mut fields = Fields::default();
/// let quantity = fields.take("quantity", "six".parse::<u32>().map_err(|_| Invalid::new("Must be a number.")));
/// let errors = fields.finish().unwrap_err();
/// assert_eq!(errors.iter().next(), Some(("quantity", &["Must be a number.".to_owned()][..])));
/// assert_eq!(quantity, None);
/// ```
#[derive(Debug, Default)]
pub struct Fields(FieldErrors);

impl Fields {
    /// Keeps the value, or notes why it is refused and gives `None`.
    pub fn take<T>(&mut self, path: &str, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.0.add(path, invalid.reason())).ok()
    }

    /// As [`Fields::take`] for a field that may be left out.
    pub fn take_optional<T>(&mut self, path: &str, parsed: Option<Result<T, Invalid>>) -> Option<T> {
        self.take(path, parsed.transpose()).flatten()
    }

    /// Notes a refused field.
    pub fn refuse(&mut self, path: &str, reason: &str) {
        self.0.add(path, reason);
    }

    /// The refused fields, which may be none.
    #[must_use]
    pub fn into_errors(self) -> FieldErrors {
        self.0
    }

    /// The refused fields as an error, if there are any.
    pub fn finish(self) -> Result<(), FieldErrors> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
