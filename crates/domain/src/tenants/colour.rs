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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_hex_digits_and_nothing_else() {
        for (typed, kept) in [("#7B1E3A", "#7b1e3a"), (" #000000 ", "#000000"), ("#ffffff", "#ffffff")] {
            assert_eq!(Colour::parse(typed).map(|colour| colour.0).as_deref(), Ok(kept));
        }
        for typed in ["", "#", "#fff", "7b1e3a", "#7b1e3g", "#7b1e3a;x:y", "red", "#７b1e3a", "##7b1e3"] {
            assert!(Colour::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn the_first_colours_are_colours() {
        for colour in [Colour::wine_red(), Colour::cream()] {
            assert_eq!(Colour::parse(colour.as_str()), Ok(colour));
        }
    }
}
