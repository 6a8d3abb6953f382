//! Properties that products are told apart by. Rule: shoppers filter by a value's slug, so that accents, case and commas in
//! what the shop wrote do not matter.

use serde::{Deserialize, Serialize};

use crate::fields::{FieldErrors, Fields, Invalid};
use crate::patch::Patch;
use crate::slugs::ThingSlug;
use crate::text;

const LONGEST_NAME: usize = 100;

/// A property such as the grape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// For people.
    pub name: String,
    /// For addresses: `attr[grape]=malbec`.
    pub slug: ThingSlug,
    /// Whether shoppers may filter by it and see how many products each value has.
    pub is_filterable: bool,
    /// Where it stands among the others.
    pub position: i64,
}

/// An attribute as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Attribute")]
pub struct AttributeForm {
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub slug: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub filterable: Patch<bool>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub position: Patch<i64>,
}

impl AttributeForm {
    /// This form, with what it leaves out taken from `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            name: self.name.or(base.name),
            slug: self.slug.or(base.slug),
            filterable: self.filterable.or(base.filterable),
            position: self.position.or(base.position),
        }
    }

    /// Checks every field and reports all that are refused.
    pub fn parse(self) -> Result<Attribute, FieldErrors> {
        let mut fields = Fields::default();
        let name =
            fields.take("name", text::one_line(&self.name.into_value().unwrap_or_default(), LONGEST_NAME));
        let slug = slug_or_made(&mut fields, self.slug.into_value(), name.as_deref());
        let position = fields.take("position", position(self.position.into_value()));
        let (Some(name), Some(slug), Some(position)) = (name, slug, position) else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        Ok(Attribute { name, slug, is_filterable: self.filterable.into_value().unwrap_or(true), position })
    }
}

impl Attribute {
    /// The attribute as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> AttributeForm {
        AttributeForm {
            name: Patch::Value(self.name.clone()),
            slug: Patch::Value(self.slug.as_str().to_owned()),
            filterable: Patch::Value(self.is_filterable),
            position: Patch::Value(self.position),
        }
    }
}

/// A place among others.
pub(crate) fn position(given: Option<i64>) -> Result<i64, Invalid> {
    let position = given.unwrap_or(0);
    if (0..=1_000_000).contains(&position) {
        Ok(position)
    } else {
        Err(Invalid::fixed("Must be a whole number from 0 to 1000000."))
    }
}

/// The slug that was given, or one made of the name.
pub(super) fn slug_or_made(
    fields: &mut Fields,
    given: Option<String>,
    name: Option<&str>,
) -> Option<ThingSlug> {
    match (text::filled(given.as_deref()), name) {
        (Some(slug), _) => fields.take("slug", ThingSlug::parse(slug)),
        (None, Some(name)) => fields.take("slug", ThingSlug::from_name(name)),
        (None, None) => None,
    }
}

/// What a value is called in a filter: `Pinot Noir` gives `pinot-noir`. A value of signs only keeps them.
#[must_use]
pub fn value_slug(value: &str) -> String {
    let slug = slug::slugify(value);
    if slug.is_empty() { value.to_lowercase() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_needs_a_name_only() {
        let form: AttributeForm = serde_json::from_str(r#"{"name": "Food pairing"}"#).expect("a form");
        let attribute = form.parse().expect("an attribute");
        assert_eq!((attribute.slug.as_str(), attribute.is_filterable), ("food-pairing", true));
        assert_eq!(attribute.to_form().parse(), Ok(attribute));
        assert!(AttributeForm::default().parse().is_err());
    }

    #[test]
    fn values_are_found_however_they_are_written() {
        assert_eq!(value_slug("Rosé d'Anjou"), value_slug("ROSE D'ANJOU"));
        assert_eq!(value_slug("★"), "★");
    }
}
