//! What is sent and answered of a collection.

use commerce::catalog::CollectionEntry;
use domain::catalog::{Collection, Condition, Reference, Rule};
use domain::fields::{FieldErrors, Fields};
use domain::ids::ProductId;
use domain::tenants::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::MoneyBody;
use crate::products::form::{PriceValue, ThingName, slug_schema};
use marzipan_http::fields::line_schema;

/// A choice of products.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000012",
    "name": "Reds under £15",
    "slug": "reds-under-15",
    "description": "For **every** day.",
    "imageId": null,
    "rule": {"matches": "all", "conditions": [
        {"field": "priceBelow", "amount": {"value": 1500, "currency": "GBP"}},
        {"field": "attribute", "attribute": "colour", "value": "red"},
    ]},
    "position": 0,
    "productCount": 12,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct CollectionBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    /// Markdown.
    description: String,
    #[schema(required, format = Uuid)]
    image_id: Option<String>,
    /// What puts a product into it; null where that is done by hand.
    #[schema(required)]
    rule: Option<RuleBody>,
    /// Where it stands among the others.
    position: i64,
    /// How many of its products are offered.
    product_count: u64,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What puts a product into a collection.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleBody {
    #[schema(value_type = MatchesWord)]
    matches: &'static str,
    conditions: Vec<ConditionBody>,
}

/// How many of the conditions must hold.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `RuleForm`")]
pub(crate) enum MatchesWord {
    /// All of them.
    All,
    /// One is enough.
    Any,
}

/// One condition of a rule. The keys that a field does not take are left out.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct ConditionBody {
    #[schema(value_type = FieldWord)]
    field: &'static str,
    /// The slug of an attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    amount: Option<MoneyBody>,
}

/// What a condition looks at.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the words of `ConditionForm`")]
pub(crate) enum FieldWord {
    /// The type is `value`.
    ProductType,
    /// The availability is `value`.
    Availability,
    /// The price now is below `amount`.
    PriceBelow,
    /// The price now is `amount` or more.
    PriceFrom,
    /// It is on sale now.
    OnSale,
    /// It has `value` of `attribute`.
    Attribute,
}

impl RuleBody {
    fn of(rule: &Rule, currency: Currency) -> Self {
        let matches = if rule.needs_all { "all" } else { "any" };
        Self {
            matches,
            conditions: rule.conditions.iter().map(|one| ConditionBody::of(one, currency)).collect(),
        }
    }
}

impl ConditionBody {
    fn of(condition: &Condition, currency: Currency) -> Self {
        let word = |word: &str| Some(word.to_owned());
        let money = |amount: &i64| Some(MoneyBody::new(*amount, currency));
        match condition {
            Condition::Type(kind) => {
                Self { field: "productType", value: word(kind.as_str()), ..Self::default() }
            }
            Condition::Availability(who) => {
                Self { field: "availability", value: word(who.as_str()), ..Self::default() }
            }
            Condition::PriceBelow(amount) => {
                Self { field: "priceBelow", amount: money(amount), ..Self::default() }
            }
            Condition::PriceFrom(amount) => {
                Self { field: "priceFrom", amount: money(amount), ..Self::default() }
            }
            Condition::OnSale => Self { field: "onSale", ..Self::default() },
            Condition::Attribute { attribute, value } => {
                Self { field: "attribute", attribute: word(attribute), value: word(value), amount: None }
            }
        }
    }
}

impl CollectionBody {
    /// The collection in its shape, amounts in the shop's currency.
    pub(crate) fn of(entry: CollectionEntry, currency: Currency) -> Self {
        let CollectionEntry { id, collection, product_count, version, created_at, updated_at } = entry;
        let Collection { name, slug, description, image, rule, position } = collection;
        Self {
            id: id.to_string(),
            name,
            slug: slug.to_string(),
            description,
            image_id: image,
            rule: rule.as_ref().map(|rule| RuleBody::of(rule, currency)),
            position,
            product_count,
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// A collection to add. Without a rule its products are set by hand.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"name": "Reds", "description": "All our **reds**."}))]
#[expect(dead_code, reason = "documents what `CollectionForm` reads")]
pub(crate) struct NewCollection {
    #[schema(schema_with = line_schema)]
    name: String,
    /// Made of the name if left out.
    #[schema(schema_with = slug_schema)]
    slug: Option<String>,
    /// Markdown; HTML in it is made safe.
    #[schema(max_length = 50_000)]
    description: Option<String>,
    /// A picture of the shop's media.
    #[schema(format = Uuid)]
    image_id: Option<String>,
    rule: Option<RuleFields>,
    /// 0 if left out; among equals the older one comes first.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
}

/// What to change of a collection; what is left out stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"description": "All our **reds**, and one rosé."}))]
#[expect(dead_code, reason = "documents what `CollectionForm` reads")]
pub(crate) struct CollectionChange {
    #[schema(required = false, schema_with = line_schema)]
    name: String,
    /// Null for one made of the name.
    #[schema(schema_with = slug_schema)]
    slug: Option<String>,
    /// Markdown; HTML in it is made safe.
    #[schema(max_length = 50_000)]
    description: Option<String>,
    /// Null removes it.
    #[schema(format = Uuid)]
    image_id: Option<String>,
    /// A rule takes the place of what was set by hand; null leaves the collection empty, to be set by hand.
    rule: Option<RuleFields>,
    /// Null for 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
}

/// A rule as it is written.
#[derive(ToSchema)]
#[schema(example = json!({"matches": "all", "conditions": [{"field": "onSale"}]}))]
#[expect(dead_code, reason = "documents what `RuleForm` reads")]
pub(crate) struct RuleFields {
    /// `all` if left out.
    matches: Option<MatchesWord>,
    #[schema(min_items = 1, max_items = 20)]
    conditions: Vec<ConditionFields>,
}

/// A condition as it is written: the field, and what it is compared with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `ConditionForm` reads")]
pub(crate) struct ConditionFields {
    field: FieldWord,
    /// The slug of an attribute.
    #[schema(max_length = 120)]
    attribute: Option<String>,
    #[schema(max_length = 200)]
    value: Option<String>,
    amount: Option<PriceValue>,
}

/// The products of a collection.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"products": ["01926a3c-0000-7000-8000-000000000010"]}))]
pub(crate) struct MembersBody {
    /// Their ids, in their order.
    products: Vec<String>,
}

impl MembersBody {
    pub(crate) fn of(products: &[ProductId]) -> Self {
        Self { products: products.iter().map(ToString::to_string).collect() }
    }
}

/// The products to put into a collection.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"products": ["estate-malbec-2021", "01926a3c-0000-7000-8000-000000000010"]}))]
pub(crate) struct MembersForm {
    /// Their ids or slugs, in the order in which they are to stand.
    #[schema(required, value_type = Vec<ThingName>, max_items = 10_000)]
    products: Option<Vec<String>>,
}

impl MembersForm {
    pub(crate) fn parse(self) -> Result<Vec<Reference>, FieldErrors> {
        let mut fields = Fields::default();
        if self.products.is_none() {
            fields.refuse("products", "Is required.");
        }
        let names = self.products.unwrap_or_default();
        let read = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| fields.take(&format!("products.{index}"), Reference::parse(name)));
        let read = read.collect();
        fields.finish()?;
        Ok(read)
    }
}
