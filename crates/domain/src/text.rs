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

/// Checks several lines of 1 to `most` characters that a person wrote: line ends as `\n`, no other control characters, and
/// without the marks that turn the direction of writing, which a text copied from elsewhere may have by accident.
pub fn lines(text: &str, most: usize) -> Result<String, Invalid> {
    let turned: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter_map(|c| match c {
            '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            other => Some(other),
        })
        .collect();
    let text = turned.trim();
    if text.is_empty() {
        return Err(Invalid::new("Is required."));
    }
    if text.chars().count() > most {
        return Err(Invalid::new(format!("Must not be longer than {most} characters.")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Invalid::new("Must not hold control characters."));
    }
    Ok(text.to_owned())
}

/// The words of some texts as they are looked for: without accents, in small letters, a space before each.
#[must_use]
pub fn searchable(texts: &[&str]) -> String {
    let mut words = String::new();
    for word in texts.iter().flat_map(|text| text.split_whitespace()) {
        words.push(' ');
        words.push_str(deunicode::deunicode(word).trim().to_lowercase().as_str());
    }
    words
}

/// The pattern (of `LIKE`, escaped by `\`) for what is in [`searchable`]: words that stand together, the last of which may
/// be cut short. `None` where there is nothing to look for.
#[must_use]
pub fn search_pattern(query: &str) -> Option<String> {
    let words = searchable(&[query]);
    if words.trim().is_empty() {
        return None;
    }
    let escaped = words.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    Some(format!("%{escaped}%"))
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

    #[test]
    fn a_message_keeps_its_lines_and_loses_what_hides() {
        assert_eq!(lines(" a\r\nb\rc\u{2028}d\t\u{202e}e \n", 20).as_deref(), Ok("a\nb\nc\nd\te"));
        assert!(lines("a\0b", 20).is_err());
        assert!(lines(" \u{202e} ", 20).is_err());
        assert!(lines(&"é".repeat(21), 20).is_err());
    }

    #[test]
    fn words_are_found_by_how_they_begin() {
        let words = searchable(&["Zoë", " O'Quill  Smith", "zoe_q@post.example"]);
        assert_eq!(words, " zoe o'quill smith zoe_q@post.example");
        for (query, pattern) in [
            ("ZOË", Some("% zoe%")),
            (" o'quill  smi", Some("% o'quill smi%")),
            ("zoe_q", Some(r"% zoe\_q%")),
            (r"100%\", Some(r"% 100\%\\%")),
            (" \t", None),
        ] {
            assert_eq!(search_pattern(query).as_deref(), pattern, "{query}");
        }
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
