//! Named choices of products. Rule: a collection is either set by hand, in an order, or by a rule that every product is
//! judged by; it is never both.

use serde::{Deserialize, Serialize};

use super::attribute::{position, slug_or_made};
use super::{Availability, Price, ProductType, value_slug};
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::markup;
use crate::patch::Patch;
use crate::slugs::ThingSlug;
use crate::tenants::Currency;
use crate::text;

/// Conditions that one rule may have.
const MOST_CONDITIONS: usize = 20;

/// A choice of products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// For people.
    pub name: String,
    /// For addresses.
    pub slug: ThingSlug,
    /// Markdown.
    pub description: String,
    /// A picture's id, as it was given.
    pub image: Option<String>,
    /// What puts a product into it; `None` where that is done by hand.
    pub rule: Option<Rule>,
    /// Where it stands among the others.
    pub position: i64,
}

/// A collection as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Collection")]
pub struct CollectionForm {
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub slug: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub description: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub image_id: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub rule: Patch<RuleForm>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub position: Patch<i64>,
}

impl CollectionForm {
    /// This form, with what it leaves out taken from `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            name: self.name.or(base.name),
            slug: self.slug.or(base.slug),
            description: self.description.or(base.description),
            image_id: self.image_id.or(base.image_id),
            rule: self.rule.or(base.rule),
            position: self.position.or(base.position),
        }
    }

    /// Checks every field and reports all that are refused. Prices are in the shop's currency.
    pub fn parse(self, currency: Currency) -> Result<Collection, FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", text::one_line(&self.name.into_value().unwrap_or_default(), 120));
        let slug = slug_or_made(&mut fields, self.slug.into_value(), name.as_deref());
        let description =
            fields.take("description", markup::source(&self.description.into_value().unwrap_or_default()));
        let rule = self.rule.into_value().and_then(|rule| {
            rule.check_currency(&mut fields, currency);
            rule.parse(&mut fields)
        });
        let position = fields.take("position", position(self.position.into_value()));
        let (Some(name), Some(slug), Some(description), Some(position)) = (name, slug, description, position)
        else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        Ok(Collection {
            name,
            slug,
            description,
            image: self.image_id.into_value().filter(|id| !id.is_empty()),
            rule,
            position,
        })
    }
}

impl Collection {
    /// The collection as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> CollectionForm {
        CollectionForm {
            name: Patch::Value(self.name.clone()),
            slug: Patch::Value(self.slug.as_str().to_owned()),
            description: Patch::Value(self.description.clone()),
            image_id: self.image.clone().into(),
            rule: self.rule.as_ref().map(Rule::to_form).into(),
            position: Patch::Value(self.position),
        }
    }
}

/// What puts a product into a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether all conditions must hold; otherwise one is enough.
    pub needs_all: bool,
    /// At least one.
    pub conditions: Vec<Condition>,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is of this type.
    Type(ProductType),
    /// It is for these buyers.
    Availability(Availability),
    /// Its price now, a running sale's if there is one, is less than this many minor units.
    PriceBelow(i64),
    /// Its price now is at least this many minor units.
    PriceFrom(i64),
    /// It is on sale now.
    OnSale,
    /// It has this value of an attribute.
    Attribute {
        /// The attribute's slug.
        attribute: String,
        /// The value's slug.
        value: String,
    },
}

/// A rule as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RuleForm {
    /// `all` or `any`; all if left out.
    pub matches: Option<String>,
    /// The conditions.
    pub conditions: Vec<ConditionForm>,
}

/// A condition as it is typed: the field, and what it is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ConditionForm {
    pub field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Price>,
}

impl RuleForm {
    /// Reads a rule by itself, as it is stored: its prices name no currency.
    pub fn read(self) -> Result<Rule, FieldErrors> {
        let mut fields = Fields::default();
        match self.parse(&mut fields) {
            Some(rule) => fields.finish().map(|()| rule),
            None => Err(fields.into_errors()),
        }
    }

    fn check_currency(&self, fields: &mut Fields, currency: Currency) {
        for (index, condition) in self.conditions.iter().enumerate() {
            if let Some(amount) = &condition.amount {
                amount.check(fields, &format!("rule.conditions.{index}.amount"), currency);
            }
        }
    }

    fn parse(self, fields: &mut Fields) -> Option<Rule> {
        let needs_all = match self.matches.as_deref() {
            None | Some("all") => true,
            Some("any") => false,
            Some(_) => {
                fields.refuse("rule.matches", "Must be all or any.");
                return None;
            }
        };
        if !(1..=MOST_CONDITIONS).contains(&self.conditions.len()) {
            fields.refuse("rule.conditions", "Must be 1 to 20 conditions.");
            return None;
        }
        let read =
            self.conditions.into_iter().enumerate().map(|(index, condition)| {
                fields.take(&format!("rule.conditions.{index}"), condition.parse())
            });
        let conditions: Vec<Option<Condition>> = read.collect();
        conditions.into_iter().collect::<Option<_>>().map(|conditions| Rule { needs_all, conditions })
    }
}

impl ConditionForm {
    fn parse(self) -> Result<Condition, Invalid> {
        let value = self.value.as_deref().unwrap_or_default();
        let amount = || {
            let missing = Invalid::fixed("Needs `amount`, a price.");
            self.amount.as_ref().map_or(Err(missing), Price::minor)
        };
        match self.field.as_str() {
            "productType" => ProductType::parse(value).map(Condition::Type),
            "availability" => Availability::parse(value).map(Condition::Availability),
            "priceBelow" => amount().map(Condition::PriceBelow),
            "priceFrom" => amount().map(Condition::PriceFrom),
            "onSale" => Ok(Condition::OnSale),
            "attribute" => {
                let attribute = ThingSlug::parse(self.attribute.as_deref().unwrap_or_default())
                    .map_err(|_| Invalid::fixed("Needs `attribute`, the slug of one."))?;
                let value = text::one_line(value, 200).map_err(|_| Invalid::fixed("Needs `value`."))?;
                Ok(Condition::Attribute {
                    attribute: attribute.as_str().to_owned(),
                    value: value_slug(&value),
                })
            }
            _ => Err(Invalid::fixed(
                "The field must be one of productType availability priceBelow priceFrom onSale attribute.",
            )),
        }
    }
}

/// What a rule asks of a product.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Its type.
    pub product_type: ProductType,
    /// Who may buy it.
    pub availability: Availability,
    /// Its price now.
    pub price: i64,
    /// Whether that is a sale's.
    pub is_on_sale: bool,
    /// Whether it has a value, by the slugs of the attribute and the value.
    pub has_value: &'a dyn Fn(&str, &str) -> bool,
}

impl Rule {
    /// Whether a product belongs.
    #[must_use]
    pub fn takes(&self, facts: Facts<'_>) -> bool {
        let holds = |condition: &Condition| match condition {
            Condition::Type(kind) => facts.product_type == *kind,
            Condition::Availability(availability) => facts.availability == *availability,
            Condition::PriceBelow(amount) => facts.price < *amount,
            Condition::PriceFrom(amount) => facts.price >= *amount,
            Condition::OnSale => facts.is_on_sale,
            Condition::Attribute { attribute, value } => (facts.has_value)(attribute, value),
        };
        if self.needs_all { self.conditions.iter().all(holds) } else { self.conditions.iter().any(holds) }
    }

    /// The rule as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> RuleForm {
        let condition = |condition: &Condition| {
            let of = |field: &str| ConditionForm { field: field.to_owned(), ..ConditionForm::default() };
            match condition {
                Condition::Type(kind) => {
                    ConditionForm { value: Some(kind.as_str().to_owned()), ..of("productType") }
                }
                Condition::Availability(availability) => {
                    ConditionForm { value: Some(availability.as_str().to_owned()), ..of("availability") }
                }
                Condition::PriceBelow(amount) => {
                    ConditionForm { amount: Some((*amount).into()), ..of("priceBelow") }
                }
                Condition::PriceFrom(amount) => {
                    ConditionForm { amount: Some((*amount).into()), ..of("priceFrom") }
                }
                Condition::OnSale => of("onSale"),
                Condition::Attribute { attribute, value } => ConditionForm {
                    attribute: Some(attribute.clone()),
                    value: Some(value.clone()),
                    ..of("attribute")
                },
            }
        };
        RuleForm {
            matches: Some(if self.needs_all { "all" } else { "any" }.to_owned()),
            conditions: self.conditions.iter().map(condition).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pounds() -> Currency {
        Currency::parse("GBP").expect("a currency")
    }

    fn form(json: &str) -> CollectionForm {
        serde_json::from_str(json).expect("a form")
    }

    #[test]
    fn a_rule_judges_products() {
        let collection = form(
            r#"{"name": "Reds under £15", "rule": {"conditions": [
                {"field": "priceBelow", "amount": 1500},
                {"field": "attribute", "attribute": "colour", "value": "Red"}]}}"#,
        )
        .parse(pounds())
        .expect("a collection");
        assert_eq!(collection.slug.as_str(), "reds-under-ps15");
        assert_eq!(collection.to_form().parse(pounds()), Ok(collection.clone()));
        let rule = collection.rule.expect("a rule");
        let red = |attribute: &str, value: &str| (attribute, value) == ("colour", "red");
        let nothing = |_: &str, _: &str| false;
        let facts = Facts {
            product_type: ProductType::Physical,
            availability: Availability::All,
            price: 1499,
            is_on_sale: false,
            has_value: &red,
        };
        assert!(rule.takes(facts));
        assert!(!rule.takes(Facts { price: 1500, ..facts }));
        assert!(!rule.takes(Facts { has_value: &nothing, ..facts }));
        assert!(Rule { needs_all: false, ..rule }.takes(Facts { price: 1500, ..facts }));
    }

    #[test]
    fn bad_rules_are_told_by_their_place() {
        for (json, path) in [
            (r#"{"name": "x", "rule": {"conditions": []}}"#, "rule.conditions"),
            (
                r#"{"name": "x", "rule": {"matches": "some", "conditions": [{"field": "onSale"}]}}"#,
                "rule.matches",
            ),
            (
                r#"{"name": "x", "rule": {"conditions": [{"field": "onSale"}, {"field": "moon"}]}}"#,
                "rule.conditions.1",
            ),
            (r#"{"name": "x", "rule": {"conditions": [{"field": "priceBelow"}]}}"#, "rule.conditions.0"),
            (
                r#"{"name": "x", "rule": {"conditions": [{"field": "priceFrom", "amount": {"value": 1, "currency": "EUR"}}]}}"#,
                "rule.conditions.0.amount.currency",
            ),
            (r#"{"name": ""}"#, "name"),
            (r#"{"name": "x", "slug": "A b"}"#, "slug"),
        ] {
            let errors = form(json).parse(pounds()).expect_err(json);
            assert_eq!(errors.iter().map(|(path, _)| path).collect::<Vec<_>>(), [path], "{json}");
        }
    }
}
