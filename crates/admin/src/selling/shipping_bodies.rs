//! A shipping method as it is answered, and what the document says of one that is sent. Rule: the keys of both are the same,
//! so that an answer can be sent back.

use commerce::selling::ShippingMethodEntry;
use domain::selling::{Band, Rates, ShippingMethod, Switched};
use domain::tenants::Currency;
use serde::Serialize;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::words::{RateKindWord, SwitchWord};
use crate::bodies::MoneyBody;
use crate::products::form::PriceValue;
use marzipan_http::fields::line_schema;

/// A shipping method.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000025",
    "name": "Courier",
    "kind": "weight",
    "price": null,
    "bands": [
        {"from": 0, "price": {"value": 595, "currency": "GBP"}},
        {"from": 10000, "price": {"value": 995, "currency": "GBP"}},
    ],
    "freeAbove": {"value": 10000, "currency": "GBP"},
    "countries": ["GB"],
    "postcodePrefixes": [],
    "taxClass": null,
    "position": 0,
    "status": "active",
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ShippingMethodBody {
    #[schema(format = Uuid)]
    id: String,
    /// What shoppers read.
    name: String,
    #[schema(value_type = RateKindWord)]
    kind: &'static str,
    /// What it costs; null where the bands say it.
    #[schema(required)]
    price: Option<MoneyBody>,
    /// The steps of the price, from the lightest or cheapest parcel on; none of a flat one.
    bands: Vec<BandBody>,
    /// Goods that cost as much after discounts go free.
    #[schema(required)]
    free_above: Option<MoneyBody>,
    /// Where it goes; everywhere if empty.
    countries: Vec<String>,
    /// What a postcode begins with where it goes; all postcodes if empty.
    postcode_prefixes: Vec<String>,
    /// Of its price; null for the usual one.
    #[schema(required)]
    tax_class: Option<String>,
    /// Where it stands among the others.
    position: i64,
    #[schema(value_type = SwitchWord)]
    status: &'static str,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A step of a price.
#[derive(Serialize, ToSchema)]
pub(crate) struct BandBody {
    /// The least weight in grams, or the least total in minor units.
    from: i64,
    price: MoneyBody,
}

impl ShippingMethodBody {
    /// The method in its shape, its prices in the shop's currency.
    pub(crate) fn of(entry: ShippingMethodEntry, currency: Currency) -> Self {
        let ShippingMethodEntry { method: Switched { item, status }, version, created_at, updated_at } =
            entry;
        let ShippingMethod { id, name, rates, free_above, countries, postcode_prefixes, tax_class, position } =
            item;
        let money = |value| MoneyBody::new(value, currency);
        let kind = rates.word().as_str();
        let (price, bands) = match rates {
            Rates::Flat(price) => (Some(money(price)), Vec::new()),
            Rates::Weight(bands) | Rates::Total(bands) => (None, bands),
        };
        let band = |band: Band| BandBody { from: band.from, price: money(band.price) };
        Self {
            id: id.to_string(),
            name,
            kind,
            price,
            bands: bands.into_iter().map(band).collect(),
            free_above: free_above.map(money),
            countries: countries.iter().map(|country| country.as_str().to_owned()).collect(),
            postcode_prefixes,
            tax_class,
            position,
            status: status.as_str(),
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// What a shipping method is made of.
///
/// In a change, what is left out stays as it is; null empties a field or puts it back to what a new method has. A list is
/// replaced as a whole. Another `kind` needs its own `price` or `bands`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"price": 695, "freeAbove": 10000}))]
#[expect(dead_code, reason = "documents what `ShippingMethodForm` reads")]
pub(crate) struct ShippingMethodFields {
    /// What shoppers read.
    #[schema(required = false, schema_with = line_schema)]
    name: String,
    /// `flat` if left out.
    kind: Option<RateKindWord>,
    /// A flat one needs it, and the others have none.
    price: Option<PriceValue>,
    /// The steps of the price, the first from 0, ascending; a flat one has none.
    #[schema(max_items = 50)]
    bands: Option<Vec<BandFields>>,
    /// Goods that cost as much after discounts go free; none if left out.
    free_above: Option<PriceValue>,
    /// Two-letter codes of where it goes; everywhere if left out.
    #[schema(max_items = 249)]
    countries: Option<Vec<String>>,
    /// What a postcode begins with where it goes, case and spaces aside: `BT` is Northern Ireland. All if left out.
    #[schema(max_items = 500)]
    postcode_prefixes: Option<Vec<String>>,
    /// Of its price; the usual one if left out.
    #[schema(max_length = 40)]
    tax_class: Option<String>,
    /// 0 if left out; among equals the older one comes first.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// `active` if left out.
    status: Option<SwitchWord>,
}

/// A step of a price to set.
#[derive(ToSchema)]
#[schema(example = json!({"from": 0, "price": 595}))]
#[expect(dead_code, reason = "documents what `BandForm` reads")]
pub(crate) struct BandFields {
    /// The least weight in grams, or the least total in minor units after discounts.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    from: i64,
    price: PriceValue,
}

/// A shipping method to add: [`ShippingMethodFields`] with a name.
pub(crate) struct NewShippingMethod;

impl PartialSchema for NewShippingMethod {
    fn schema() -> RefOr<Schema> {
        AllOfBuilder::new()
            .description(Some(
                "A shipping method to add; a name and a price make a flat one, the others need bands.",
            ))
            .item(Ref::from_schema_name(ShippingMethodFields::name()))
            .item(ObjectBuilder::new().schema_type(Type::Object).required("name"))
            .examples([serde_json::json!({"name": "Courier", "price": 595, "countries": ["GB"]})])
            .into()
    }
}

impl ToSchema for NewShippingMethod {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ShippingMethodFields::name().into_owned(), ShippingMethodFields::schema()));
        ShippingMethodFields::schemas(schemas);
    }
}
