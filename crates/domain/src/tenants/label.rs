//! Names of shops and of what they make. Rule: one line that people read.

use crate::fields::Invalid;
use crate::text::{one_line, public_value};

/// A shop's name as its customers read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopName(String);

public_value!(ShopName);

impl ShopName {
    /// Reads 1 to 100 characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        one_line(text, 100).map(Self)
    }
}

/// What staff call a key or a token, to tell it from the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(String);

public_value!(Label);

impl Label {
    /// Reads 1 to 100 characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        one_line(text, 100).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lines_that_people_read() {
        for name in ["Malt & Vine", "Château d’Été", "酒屋", "J&B's \"Best\" <1890>"] {
            assert_eq!(ShopName::parse(name).map(|name| name.0).as_deref(), Ok(name));
            assert_eq!(Label::parse(name).map(|name| name.0).as_deref(), Ok(name));
        }
        let long = "x".repeat(101);
        for name in ["", "  ", "a\nb", "a\0", "a\u{202e}b", &long] {
            assert!(ShopName::parse(name).is_err(), "{name:?}");
            assert!(Label::parse(name).is_err(), "{name:?}");
        }
    }
}
