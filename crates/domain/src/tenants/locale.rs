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
