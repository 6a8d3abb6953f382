//! Short texts about a person: names, a phone number, what a device calls itself.

use crate::fields::Invalid;
use crate::text::{self, personal_value};

/// A first, last or whole name of 1 to 100 characters of any script.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

personal_value!(PersonName);

/// A phone number as its owner writes it: digits with the usual marks, 3 to 32 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

personal_value!(Phone);

/// What a device calls itself, cut at 200 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceName(String);

personal_value!(DeviceName);

impl PersonName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text::one_line(text, 100).map(Self)
    }
}

impl Phone {
    /// Reads a phone number.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text::one_line(text, 32)?;
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let fits = digits >= 3 && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
        if fits {
            Ok(Self(text))
        } else {
            Err(Invalid::new("Must be a phone number, such as +44 20 7946 0000."))
        }
    }
}

impl DeviceName {
    /// Reads a name, leniently: it comes from programs, and nobody should fail to sign in for it. Blank is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let cut: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        text::one_line(&cut, 200).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_written_in_many_ways() {
        for text in ["+44 20 7946 0000", "(020) 7946-0000", "555.0100", "112"] {
            assert!(Phone::parse(text).is_ok(), "{text}");
        }
        for text in ["", "no", "12", "+44 20 7946 0000 ext. 5", "٠١٢٣٤"] {
            assert!(Phone::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_device_is_never_refused() {
        assert_eq!(DeviceName::parse("Phone").as_ref().map(DeviceName::as_str), Some("Phone"));
        assert_eq!(DeviceName::parse(" \n "), None);
        assert_eq!(DeviceName::parse("\u{202e}x"), None);
        let long = DeviceName::parse(&"x".repeat(5000)).expect("cut");
        assert_eq!(long.as_str().len(), 200);
    }
}
