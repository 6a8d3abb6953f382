//! What one line of text from outside may hold. Rule: trimmed, within its length in characters, and without anything that
//! hides or reorders what a person reads.

use crate::fields::Invalid;

/// Checks and trims one line of 1 to `most` characters.
pub fn one_line(text: &str, most: usize) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid::new("Is required."));
    }
    if text.chars().count() > most {
        return Err(Invalid::new(format!("Must not be longer than {most} characters.")));
    }
    if text.chars().any(is_unfit) {
        return Err(Invalid::new(
            "Must not hold control characters or marks that change the direction of writing.",
        ));
    }
    Ok(text.to_owned())
}

/// As [`one_line`] for a value that may be left out: blank text counts as left out.
pub fn optional_line(text: &str, most: usize) -> Result<Option<String>, Invalid> {
    if text.trim().is_empty() { Ok(None) } else { one_line(text, most).map(Some) }
}

/// Checks and trims a text of several lines, at most `most` characters; blank text counts as left out.
pub fn optional_text(text: &str, most: usize) -> Result<Option<String>, Invalid> {
    let text = text.trim().replace("\r\n", "\n");
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > most {
        return Err(Invalid::new(format!("Must not be longer than {most} characters.")));
    }
    if text.chars().any(|c| is_unfit(c) && !matches!(c, '\n' | '\t' | '\u{2028}' | '\u{2029}')) {
        return Err(Invalid::new(
            "Must not hold control characters or marks that change the direction of writing.",
        ));
    }
    Ok(Some(text))
}

/// The text, unless it is blank: a form sends blank for what was left out.
#[must_use]
pub fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// What every text value has; `public_value` for what anybody may read.
macro_rules! public_value {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

/// As `public_value` for what is somebody's own: it is never shown by accident, for logs hold nothing of people.
macro_rules! personal_value {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

pub(crate) use {personal_value, public_value};

/// Control characters (NUL among them), line and paragraph separators, and the bidirectional overrides and isolates
/// (Unicode Technical Report 36, section 2.4).
fn is_unfit(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_hides_or_reorders() {
        for text in ["a\0b", "a\nb", "\u{202e}moc.elpmaxe", "a\u{2066}b\u{2069}", "a\u{7f}b", "a\u{2028}b"] {
            assert!(one_line(text, 10).is_err(), "{text:?}");
        }
    }

    #[test]
    fn keeps_how_people_write() {
        for text in ["O'Brien", "José", "李", "محمد", "Nguyễn Thị", "🍷", "e\u{301}"] {
            assert_eq!(one_line(text, 20).as_deref(), Ok(text));
        }
        assert_eq!(one_line("  two words \t", 20).as_deref(), Ok("two words"));
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert!(one_line(&"é".repeat(100), 100).is_ok());
        assert!(one_line(&"é".repeat(101), 100).is_err());
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(text in ".{0,40}") {
            if let Ok(kept) = one_line(&text, 30) {
                prop_assert_eq!(one_line(&kept, 30), Ok(kept.clone()));
                prop_assert!(!kept.is_empty() && kept.chars().count() <= 30);
            }
        }
    }
}
