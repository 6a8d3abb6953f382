//! Short names in addresses. Rule: a slug needs no escaping in a URL, a file name or a shell.

use crate::fields::Invalid;
use crate::text::public_value;

/// A shop's short name: 1 to 63 of `a` to `z`, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

public_value!(Slug);

impl Slug {
    /// Reads a slug as it is; a near miss is not made right, for then two spellings would name one shop.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=63).contains(&text.len())
            && text.bytes().all(is_plain)
            && !text.starts_with('-')
            && !text.ends_with('-')
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("Must be 1 to 63 of a to z, 0 to 9 and hyphens, with no hyphen at either end."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_need_no_escaping() {
        let longest = "a".repeat(63);
        for slug in ["a", "malt-and-vine", "shop24", "7", &longest] {
            assert_eq!(Slug::parse(slug).map(|slug| slug.0).as_deref(), Ok(slug));
        }
        let too_long = "a".repeat(64);
        for slug in ["", "-", "-a", "a-", "A", "a b", "a_b", "a.b", "é", "a/b", "a\0", " a", &too_long] {
            assert!(Slug::parse(slug).is_err(), "{slug:?}");
        }
    }
}
