//! Colours of a shop's mails and pages. Rule: six hex digits, so that the text can stand in a style attribute as it is.

use crate::fields::Invalid;
use crate::text::public_value;

/// A colour as `#rrggbb`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colour(String);

public_value!(Colour);

impl Colour {
    /// Reads `#rrggbb` in any case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let colour = text.trim().to_ascii_lowercase();
        let digits = colour.strip_prefix('#').unwrap_or_default();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(colour))
        } else {
            Err(Invalid::new("Must be a colour such as #7b1e3a."))
        }
    }

    /// The red of an older wine: what a new shop's buttons and headings are in.
    #[must_use]
    pub fn wine_red() -> Self {
        Self("#7b1e3a".to_owned())
    }

    /// Cream, for that red to stand on.
    #[must_use]
    pub fn cream() -> Self {
        Self("#fdf8f0".to_owned())
    }
}
