//! What customers say of a product.

use serde::Deserialize;

use crate::fields::{FieldErrors, Fields, Invalid};
use crate::text;

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// From 1 to 5 stars.
    pub rating: i64,
    /// One line.
    pub title: Option<String>,
    /// The text.
    pub body: Option<String>,
}

/// A review as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Review")]
pub struct ReviewForm {
    pub rating: Option<i64>,
    pub title: Option<String>,
    pub body: Option<String>,
}

impl ReviewForm {
    /// Checks every field and reports all that are refused.
    pub fn parse(self) -> Result<Review, FieldErrors> {
        let mut fields = Fields::default();
        let rating = match self.rating {
            Some(rating @ 1..=5) => Some(rating),
            _ => fields.take("rating", Err(Invalid::fixed("Must be a whole number from 1 to 5."))),
        };
        let title = fields.take("title", text::optional_line(&self.title.unwrap_or_default(), 120)).flatten();
        let body = fields.take("body", text::optional_text(&self.body.unwrap_or_default(), 5000)).flatten();
        let Some(rating) = rating else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok(Review { rating, title, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_one_to_five() {
        for rating in [None, Some(0), Some(6), Some(-1), Some(i64::MAX)] {
            assert!(ReviewForm { rating, ..ReviewForm::default() }.parse().is_err(), "{rating:?}");
        }
        let form =
            ReviewForm { rating: Some(5), title: Some(" ".to_owned()), body: Some("Two\nlines".to_owned()) };
        assert_eq!(form.parse(), Ok(Review { rating: 5, title: None, body: Some("Two\nlines".to_owned()) }));
    }
}
