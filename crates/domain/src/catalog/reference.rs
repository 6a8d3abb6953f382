//! How one thing of the catalogue names another. Rule: by id or by slug, whichever the writer has; a slug is never a UUID,
//! so the two can not be mistaken for one another.

use std::fmt;

use uuid::Uuid;

use crate::fields::Invalid;
use crate::slugs::ThingSlug;

/// The name of a product, collection or attribute as it was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// By its id.
    Id(Uuid),
    /// By its slug.
    Slug(ThingSlug),
}

impl Reference {
    /// Reads either.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() == 36
            && let Ok(id) = Uuid::parse_str(text)
        {
            return Ok(Self::Id(id));
        }
        ThingSlug::parse(text).map(Self::Slug).map_err(|_| Invalid::fixed("Must be an id or a slug."))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Slug(slug) => slug.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_slugs_are_told_apart() {
        let id = "01926a3c-0000-7000-8000-000000000001";
        assert!(matches!(Reference::parse(id), Ok(Reference::Id(found)) if found.to_string() == id));
        assert!(matches!(Reference::parse("malbec-2019"), Ok(Reference::Slug(_))));
        assert!(Reference::parse("no such thing").is_err());
    }
}
