//! Locales. Rule: a language, and where it matters its script and region; no further subtags.

use crate::fields::Invalid;
use crate::text::public_value;

/// A BCP 47 language tag such as `en-GB` or `zh-Hant-TW`, in its usual capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(String);

public_value!(Locale);

impl Locale {
    /// Reads a tag in any case. Whether its language and region exist is not checked.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        canonical(text.trim()).map(Self).ok_or_else(|| Invalid::new("Must be a language tag such as en-GB."))
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self("en-GB".to_owned())
    }
}

fn canonical(tag: &str) -> Option<String> {
    let is_letters = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let is_region = |part: &str| {
        is_letters(part, 2..=2) || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };

    let mut parts = tag.split('-').peekable();
    let mut canonical = parts.next().filter(|part| is_letters(part, 2..=3))?.to_ascii_lowercase();
    if let Some(script) = parts.next_if(|part| is_letters(part, 4..=4)) {
        let (first, rest) = script.split_at(1);
        canonical.push('-');
        canonical.push_str(&first.to_ascii_uppercase());
        canonical.push_str(&rest.to_ascii_lowercase());
    }
    if let Some(region) = parts.next_if(|part| is_region(part)) {
        canonical.push('-');
        canonical.push_str(&region.to_ascii_uppercase());
    }
    parts.next().is_none().then_some(canonical)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_its_usual_capitals() {
        for (typed, kept) in [
            ("en-gb", "en-GB"),
            ("EN", "en"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("sr-LATN", "sr-Latn"),
            ("es-419", "es-419"),
            (" gsw-CH ", "gsw-CH"),
        ] {
            assert_eq!(Locale::parse(typed).map(|locale| locale.0).as_deref(), Ok(kept));
        }
        assert_eq!(Locale::parse("en-GB"), Ok(Locale::default()));
    }

    #[test]
    fn refuses_what_is_no_language() {
        for typed in [
            "",
            "e",
            "english",
            "en_GB",
            "en-",
            "-GB",
            "en-GB-",
            "en-GB-oed",
            "en-Latn-Latn",
            "é-GB",
            "en-G1",
        ] {
            assert!(Locale::parse(typed).is_err(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(text in "(.{0,12}|[a-zA-Z]{2,4}(-[a-zA-Z0-9]{2,4}){0,3})") {
            if let Ok(locale) = Locale::parse(&text) {
                prop_assert_eq!(Locale::parse(locale.as_str()), Ok(locale));
            }
        }
    }
}
