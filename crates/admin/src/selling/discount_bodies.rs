//! A discount as it is answered, and what the document says of one that is sent. Rule: the keys of both are the same, so that
//! an answer can be sent back.

use commerce::selling::DiscountEntry;
use domain::selling::{Discount, DiscountClass, DiscountKind, Switched};
use domain::tenants::Currency;
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::words::{AppliesToWord, DiscountClassWord, DiscountTypeWord, SwitchWord};
use crate::bodies::MoneyBody;
use crate::products::form::PriceValue;
use marzipan_http::fields::line_schema;

/// A discount.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "code": "SPRING-10",
    "name": "Spring offer",
    "type": "percent",
    "value": 10,
    "minimumSpend": {"value": 5000, "currency": "GBP"},
    "productIds": [],
    "collectionIds": [],
    "startsAt": "2024-10-07T12:12:58.000000Z",
    "endsAt": null,
    "usageLimit": 100,
    "perCustomerLimit": 1,
    "combinesWith": ["shipping"],
    "appliesTo": "first",
    "status": "active",
    "used": 12,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct DiscountBody {
    #[schema(format = Uuid)]
    id: String,
    /// What shoppers type, in capitals; null for one that counts by itself.
    #[schema(required)]
    code: Option<String>,
    name: String,
    #[serde(rename = "type")]
    #[schema(value_type = DiscountTypeWord)]
    kind: &'static str,
    /// Whole percent, or an amount; null for free shipping.
    #[schema(required)]
    value: Option<DiscountValueBody>,
    /// What the lines must come to before any discount.
    minimum_spend: MoneyBody,
    /// Only these products, and those of the collections; all where both are empty.
    product_ids: Vec<String>,
    collection_ids: Vec<String>,
    #[schema(required, format = DateTime)]
    starts_at: Option<String>,
    #[schema(required, format = DateTime)]
    ends_at: Option<String>,
    /// How often it can be used in all.
    #[schema(required)]
    usage_limit: Option<i64>,
    /// How often one customer can use it.
    #[schema(required)]
    per_customer_limit: Option<i64>,
    /// The classes of discounts that may stand beside it, if they allow its own.
    #[schema(value_type = Vec<DiscountClassWord>)]
    combines_with: Vec<&'static str>,
    #[schema(value_type = AppliesToWord)]
    applies_to: &'static str,
    #[schema(value_type = SwitchWord)]
    status: &'static str,
    /// How often it was used.
    used: i64,
    /// Counts the changes that staff made.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What a discount is worth.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum DiscountValueBody {
    /// Whole percent.
    Percent(i64),
    /// Money.
    Amount(MoneyBody),
}

impl DiscountBody {
    /// The discount in its shape, its amounts in the shop's currency.
    pub(crate) fn of(entry: DiscountEntry, currency: Currency) -> Self {
        let DiscountEntry { discount: Switched { item, status }, used, version, created_at, updated_at } =
            entry;
        let Discount {
            id,
            code,
            name,
            kind,
            minimum_spend,
            products,
            collections,
            starts_at,
            ends_at,
            usage_limit,
            per_customer_limit,
            combines_with,
            applies_to,
        } = item;
        let stamp = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let value = match kind {
            DiscountKind::Percent(percent) => Some(DiscountValueBody::Percent(percent)),
            DiscountKind::Amount(amount) => Some(DiscountValueBody::Amount(MoneyBody::new(amount, currency))),
            DiscountKind::FreeShipping => None,
        };
        Self {
            id: id.to_string(),
            code,
            name,
            kind: kind.word().as_str(),
            value,
            minimum_spend: MoneyBody::new(minimum_spend, currency),
            product_ids: products.iter().map(ToString::to_string).collect(),
            collection_ids: collections.iter().map(ToString::to_string).collect(),
            starts_at: stamp(starts_at),
            ends_at: stamp(ends_at),
            usage_limit,
            per_customer_limit,
            combines_with: combines_with.into_iter().map(DiscountClass::as_str).collect(),
            applies_to: applies_to.as_str(),
            status: status.as_str(),
            used,
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// What a discount is made of.
///
/// In a change, what is left out stays as it is; null empties a field or puts it back to what a new discount has. A list is
/// replaced as a whole. Another `type` needs its own `value`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"endsAt": "2025-04-01T00:00:00Z", "usageLimit": 200}))]
#[expect(dead_code, reason = "documents what `DiscountForm` reads")]
pub(crate) struct DiscountFields {
    /// What shoppers type, in any case; kept in capitals. Null for a discount that counts by itself.
    #[schema(pattern = "^[A-Za-z0-9_-]{3,40}$", min_length = 3, max_length = 40)]
    code: Option<String>,
    #[schema(required = false, schema_with = line_schema)]
    name: String,
    #[schema(required = false, rename = "type")]
    kind: DiscountTypeWord,
    /// 1 to 100 for a percentage, an amount of at least 1 minor unit for an amount; nothing for free shipping.
    value: Option<PriceValue>,
    /// What the lines must come to before any discount; nothing if left out.
    minimum_spend: Option<PriceValue>,
    /// Only these products, and those of the collections.
    #[schema(max_items = 500)]
    product_ids: Option<Vec<String>>,
    #[schema(max_items = 100)]
    collection_ids: Option<Vec<String>>,
    /// At once if left out.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// Later than `startsAt`; open if left out.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// As often as anybody likes if left out.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    usage_limit: Option<i64>,
    /// As often as they like if left out.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    per_customer_limit: Option<i64>,
    /// None if left out: it stands alone. Two stand together where each allows the other's class.
    #[schema(max_items = 3)]
    combines_with: Option<Vec<DiscountClassWord>>,
    /// `first` if left out.
    applies_to: Option<AppliesToWord>,
    /// `active` if left out.
    status: Option<SwitchWord>,
}

/// A discount to add: [`DiscountFields`] with a name and a type.
pub(crate) struct NewDiscount;

impl PartialSchema for NewDiscount {
    fn schema() -> RefOr<Schema> {
        AllOfBuilder::new()
            .description(Some("A discount to add; it needs a name, a type and a value that fits it."))
            .item(Ref::from_schema_name(DiscountFields::name()))
            .item(ObjectBuilder::new().schema_type(Type::Object).required("name").required("type"))
            .examples([serde_json::json!({
                "code": "SPRING-10",
                "name": "Spring offer",
                "type": "percent",
                "value": 10,
                "usageLimit": 100,
            })])
            .into()
    }
}

impl ToSchema for NewDiscount {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((DiscountFields::name().into_owned(), DiscountFields::schema()));
        DiscountFields::schemas(schemas);
    }
}
