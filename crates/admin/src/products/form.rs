//! What the document says of a product that is sent. Rule: it allows what `domain::catalog::ProductForm` reads.

use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{Object, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::words::{AvailabilityWord, ListingWord, PricingTypeWord, ProductTypeWord, SubscriptionTypeWord};
use crate::bodies::MoneyBody;
use marzipan_http::fields::{line_schema, long_line_schema};

/// A slug; blank or null for one that is made of the name.
pub(crate) fn slug_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .max_length(Some(120))
        .pattern(Some("^([a-z0-9]([a-z0-9_-]{0,118}[a-z0-9])?)?$"))
        .build()
}

/// A price in minor units, alone or with the shop's currency.
pub(crate) struct PriceValue;

impl PartialSchema for PriceValue {
    fn schema() -> RefOr<Schema> {
        let minor = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("Minor units of the shop's currency."))
            .minimum(Some(0))
            .maximum(Some(1_000_000_000));
        OneOfBuilder::new()
            .description(Some(
                "A price: minor units (2499 for £24.99), or an object that names the shop's currency.",
            ))
            .item(minor)
            .item(Ref::from_schema_name(MoneyBody::name()))
            .examples([serde_json::json!(2499)])
            .into()
    }
}

impl ToSchema for PriceValue {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((MoneyBody::name().into_owned(), MoneyBody::schema()));
    }
}

/// The id or the slug of a product, collection or attribute.
#[derive(ToSchema)]
#[schema(
    example = "estate-malbec-2021",
    max_length = 120,
    pattern = "^[a-z0-9]([a-z0-9_-]{0,118}[a-z0-9])?$"
)]
#[expect(dead_code, reason = "documents what `Reference` reads")]
pub(crate) struct ThingName(String);

/// What a product is made of.
///
/// In a change, what is left out stays as it is; null empties a field or puts it back to what a new product has. A list
/// is replaced as a whole; `event` and `labels` are gone into.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "name": "Estate Malbec 2021",
    "sku": "MAL-21",
    "description": "Plum and **smoke**.",
    "price": {"value": 1899, "currency": "GBP"},
    "subscriberPrice": 1699,
    "quantity": 40,
    "collections": ["reds"],
    "attributes": [{"slug": "grape", "values": ["Malbec"]}],
    "options": [{"name": "Size", "values": [{"label": "75 cl", "quantity": 40}, {"label": "Magnum", "price": 3999, "quantity": 2}]}],
    "awards": [{"name": "Valley Show", "year": 2024, "medal": "Gold"}],
}))]
#[expect(dead_code, reason = "documents what `ProductForm` reads")]
pub(crate) struct ProductFields {
    /// `physical` if left out.
    product_type: Option<ProductTypeWord>,
    #[schema(required = false, schema_with = long_line_schema)]
    name: String,
    #[schema(schema_with = slug_schema)]
    slug: Option<String>,
    #[schema(max_length = 64)]
    sku: Option<String>,
    /// Markdown; HTML in it is made safe.
    #[schema(max_length = 50_000)]
    description: Option<String>,
    /// `active` if left out.
    status: Option<ListingWord>,
    /// `all` if left out.
    availability: Option<AvailabilityWord>,
    #[schema(required = false)]
    price: PriceValue,
    /// Lower than the price.
    sale_price: Option<PriceValue>,
    /// Counts with a sale price only. Open if left out.
    #[schema(format = DateTime)]
    sale_starts_at: Option<String>,
    /// Counts with a sale price only. Open if left out.
    #[schema(format = DateTime)]
    sale_ends_at: Option<String>,
    /// For those with an active subscription. A package has none.
    subscriber_price: Option<PriceValue>,
    /// How many there are; null where nobody counts. The places of an event are as many as its capacity if left out.
    #[schema(minimum = 0, maximum = 100_000_000)]
    quantity: Option<i64>,
    #[schema(max_length = 40)]
    tax_class: Option<String>,
    #[schema(minimum = 0, maximum = 100_000_000)]
    weight_grams: Option<i64>,
    /// Hand-set collections.
    #[schema(max_items = 200)]
    collections: Option<Vec<ThingName>>,
    #[schema(max_items = 100)]
    attributes: Option<Vec<AttributeValuesFields>>,
    /// Of bundles and packages none.
    #[schema(max_items = 5)]
    options: Option<Vec<OptionFields>>,
    /// The chief picture first.
    #[schema(max_items = 50)]
    images: Option<Vec<PictureFields>>,
    labels: Option<LabelsFields>,
    #[schema(max_items = 200)]
    upsell_product_ids: Option<Vec<ThingName>>,
    #[schema(max_items = 200)]
    related_product_ids: Option<Vec<ThingName>>,
    /// Packages that bring it.
    #[schema(max_items = 200)]
    linked_subscription_ids: Option<Vec<ThingName>>,
    #[schema(max_items = 50)]
    awards: Option<Vec<AwardFields>>,
    /// What is in it: a bundle has at least one part, and nothing else has any.
    #[schema(max_items = 100)]
    bundle_items: Option<Vec<BundleItemFields>>,
    /// When and where: an event has it, and nothing else.
    event: Option<EventFields>,
    /// A package has it, and nothing else; so with the following to `termMonths`.
    subscription_type: Option<SubscriptionTypeWord>,
    /// Months between two boxes unless the customer chooses otherwise: one of `billingFrequencies`, their first if left out.
    #[schema(minimum = 1, maximum = 24)]
    billing_frequency: Option<i64>,
    /// The months that can be chosen.
    #[schema(max_items = 24)]
    billing_frequencies: Option<Vec<i64>>,
    /// `fixed` if left out. Only a pick & mix package can be priced by item.
    pricing_type: Option<PricingTypeWord>,
    /// Whether it goes on after its term; it does if left out.
    auto_renew: Option<bool>,
    /// The fewest items in a box; 1 if left out.
    #[schema(minimum = 1, maximum = 1000)]
    minimum_items: Option<i64>,
    /// What can be picked: of pick & mix packages only.
    #[schema(max_items = 200)]
    picknmix_product_ids: Option<Vec<ThingName>>,
    /// Null until it is cancelled.
    #[schema(minimum = 1, maximum = 120)]
    term_months: Option<i64>,
    #[schema(max_length = 320)]
    meta_title: Option<String>,
    #[schema(max_length = 320)]
    meta_description: Option<String>,
    /// A picture for link previews.
    #[schema(format = Uuid)]
    meta_image_id: Option<String>,
}

/// A product to add: [`ProductFields`] with a name and a price.
pub(crate) struct NewProduct;

impl PartialSchema for NewProduct {
    fn schema() -> RefOr<Schema> {
        AllOfBuilder::new()
            .description(Some("A product to add; it needs a name and a price."))
            .item(Ref::from_schema_name(ProductFields::name()))
            .item(ObjectBuilder::new().schema_type(Type::Object).required("name").required("price"))
            .examples([serde_json::json!({
                "name": "Estate Malbec 2021",
                "price": {"value": 1899, "currency": "GBP"},
                "quantity": 40,
            })])
            .into()
    }
}

impl ToSchema for NewProduct {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ProductFields::name().into_owned(), ProductFields::schema()));
        ProductFields::schemas(schemas);
    }
}

/// An attribute's values to set.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `AttributeValuesForm` reads")]
pub(crate) struct AttributeValuesFields {
    /// The attribute's slug or id.
    slug: ThingName,
    #[schema(min_items = 1, max_items = 100)]
    values: Vec<ValueText>,
}

/// A value as the shop writes it.
#[derive(ToSchema)]
#[schema(example = "Pinot Noir", min_length = 1, max_length = 200, pattern = r"^\S+( \S+)*$")]
#[expect(dead_code, reason = "documents what `AttributeValuesForm` reads")]
pub(crate) struct ValueText(String);

/// Something to choose of a product.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `OptionForm` reads")]
pub(crate) struct OptionFields {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Made of the name if left out.
    #[schema(schema_with = slug_schema)]
    slug: Option<String>,
    #[schema(min_items = 1, max_items = 200)]
    values: Vec<OptionValueFields>,
}

/// One of the things to choose from.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents what `OptionValueForm` reads")]
pub(crate) struct OptionValueFields {
    /// Of a value that is there already; one without is known by its label.
    #[schema(format = Uuid)]
    id: Option<String>,
    #[schema(schema_with = long_line_schema)]
    label: String,
    #[schema(max_length = 64)]
    sku: Option<String>,
    /// What the product costs so chosen; null for the product's price.
    price: Option<PriceValue>,
    /// Null where nobody counts.
    #[schema(minimum = 0, maximum = 100_000_000)]
    quantity: Option<i64>,
    #[schema(minimum = 0, maximum = 100_000_000)]
    weight_grams: Option<i64>,
}

/// A picture of the shop's media.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents what `ImageForm` reads")]
pub(crate) struct PictureFields {
    #[schema(format = Uuid)]
    media_id: String,
}

/// Pictures of the labels.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `LabelsForm` reads")]
pub(crate) struct LabelsFields {
    #[schema(max_items = 50)]
    front: Option<Vec<PictureFields>>,
    #[schema(max_items = 50)]
    back: Option<Vec<PictureFields>>,
}

/// What a product has won.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `AwardForm` reads")]
pub(crate) struct AwardFields {
    #[schema(schema_with = long_line_schema)]
    name: String,
    #[schema(minimum = 1800, maximum = 2200)]
    year: Option<i64>,
    #[schema(max_length = 60)]
    medal: Option<String>,
    image: Option<PictureFields>,
}

/// A part of a bundle.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `BundleItemForm` reads")]
pub(crate) struct BundleItemFields {
    product: ThingName,
    /// One if left out.
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: Option<i64>,
}

/// When and where an event is. A new event needs all but its end.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents what `EventForm` reads")]
pub(crate) struct EventFields {
    #[schema(required = false, format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    #[schema(required = false, schema_with = line_schema)]
    place: String,
    #[schema(required = false, minimum = 0, maximum = 100_000_000)]
    capacity: i64,
}
