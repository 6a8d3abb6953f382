//! Names of things in addresses. Rule: a slug needs no escaping in a URL, and one spelling names one thing.

use crate::fields::Invalid;
use crate::text::public_value;

/// The name of a product, collection, page or post in its address: 1 to 120 of `a` to `z`, digits, hyphens and underscores.
///
/// Underscores are taken because imported catalogues have them; slugs that we make have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThingSlug(String);

public_value!(ThingSlug);

const LONGEST: usize = 120;

impl ThingSlug {
    /// Reads a slug as it is.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let is_edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let fits = (1..=LONGEST).contains(&bytes.len())
            && bytes.iter().all(|byte| is_plain(*byte))
            && bytes.first().copied().is_some_and(is_edge)
            && bytes.last().copied().is_some_and(is_edge);
        // A UUID names a thing by its id where an address takes either.
        if fits && uuid::Uuid::parse_str(text).is_err() {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "Must be 1 to 120 of a to z, 0 to 9 and hyphens, with no hyphen at either end, and not a UUID.",
            ))
        }
    }

    /// Makes a slug of a name: `Rosé d'Été 2021` gives `rose-d-ete-2021`.
    pub fn from_name(name: &str) -> Result<Self, Invalid> {
        let mut slug = slug::slugify(name);
        slug.truncate(LONGEST);
        Self::parse(slug.trim_end_matches('-'))
            .map_err(|_| Invalid::new("Is needed: none can be made of the name."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Rosé d'Été 2021", "rose-d-ete-2021"),
            ("  Malbec — Reserve ", "malbec-reserve"),
            ("Grüner Veltliner", "gruner-veltliner"),
            ("100% Merlot", "100-merlot"),
        ] {
            assert_eq!(ThingSlug::from_name(name).map(|slug| slug.0).as_deref(), Ok(slug));
        }
        assert!(ThingSlug::from_name("!!!").is_err());
        assert!(ThingSlug::from_name("").is_err());
    }

    #[test]
    fn an_id_is_no_slug() {
        assert!(ThingSlug::parse("01926a3c-0000-7000-8000-000000000001").is_err());
        for text in ["", "-a", "a-", "A", "a b", "é", "a/b", "_a"] {
            assert!(ThingSlug::parse(text).is_err(), "{text:?}");
        }
        assert!(ThingSlug::parse("cabernet_sauvignon-2019").is_ok());
    }

    proptest! {
        #[test]
        fn what_is_made_is_taken(name in "\\PC{0,200}") {
            if let Ok(slug) = ThingSlug::from_name(&name) {
                prop_assert_eq!(ThingSlug::parse(slug.as_str()), Ok(slug.clone()));
            }
        }
    }
}
