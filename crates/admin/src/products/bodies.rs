//! What is answered of a product. Rule: the keys are those that it is written with, so that an answer can be sent back.

use commerce::catalog::Stored;
use domain::catalog::{
    AttributeValues, Award, BundleItem, Event, Labels, OptionValue, Product, ProductOption, Reference,
};
use domain::ids::MediaId;
use domain::tenants::Currency;
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{
    AvailabilityWord, ListingWord, PricingTypeWord, ProductTypeWord, ShownStatusWord, SubscriptionTypeWord,
};
use crate::bodies::MoneyBody;

/// A product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "productType": "physical",
    "name": "Estate Malbec 2021",
    "slug": "estate-malbec-2021",
    "sku": "MAL-21",
    "description": "Plum and **smoke**.",
    "status": "active",
    "shownStatus": "active",
    "availability": "all",
    "price": {"value": 1899, "currency": "GBP"},
    "salePrice": null,
    "saleStartsAt": null,
    "saleEndsAt": null,
    "subscriberPrice": {"value": 1699, "currency": "GBP"},
    "quantity": 40,
    "taxClass": null,
    "weightGrams": 1300,
    "collections": ["01926a3c-0000-7000-8000-000000000012"],
    "attributes": [{"slug": "grape", "values": ["Malbec"]}],
    "options": [],
    "images": [{"mediaId": "01926a3c-0000-7000-8000-000000000011"}],
    "labels": {"front": [], "back": []},
    "upsellProductIds": [],
    "relatedProductIds": [],
    "linkedSubscriptionIds": [],
    "awards": [{"name": "Valley Show", "year": 2024, "medal": "Gold", "image": null}],
    "bundleItems": [],
    "event": null,
    "subscriptionType": null,
    "billingFrequency": null,
    "billingFrequencies": null,
    "pricingType": null,
    "autoRenew": null,
    "minimumItems": null,
    "picknmixProductIds": null,
    "termMonths": null,
    "metaTitle": null,
    "metaDescription": null,
    "metaImageId": null,
    "version": 3,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ProductBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(value_type = ProductTypeWord)]
    product_type: &'static str,
    name: String,
    slug: String,
    #[schema(required)]
    sku: Option<String>,
    /// Markdown.
    description: String,
    /// As it is set.
    #[schema(value_type = ListingWord)]
    status: &'static str,
    /// As shoppers see it: with none left, it is out of stock.
    #[schema(value_type = ShownStatusWord)]
    shown_status: &'static str,
    #[schema(value_type = AvailabilityWord)]
    availability: &'static str,
    price: MoneyBody,
    #[schema(required)]
    sale_price: Option<MoneyBody>,
    #[schema(required, format = DateTime)]
    sale_starts_at: Option<String>,
    #[schema(required, format = DateTime)]
    sale_ends_at: Option<String>,
    #[schema(required)]
    subscriber_price: Option<MoneyBody>,
    /// How many there are; null where nobody counts, and where options are counted by value.
    #[schema(required)]
    quantity: Option<i64>,
    /// Null for the shop's usual one.
    #[schema(required)]
    tax_class: Option<String>,
    #[schema(required)]
    weight_grams: Option<i64>,
    /// The ids of the hand-set collections that it is in.
    collections: Vec<String>,
    attributes: Vec<AttributeValuesBody>,
    options: Vec<OptionBody>,
    /// Its pictures, the chief one first.
    images: Vec<PictureBody>,
    labels: LabelsBody,
    upsell_product_ids: Vec<String>,
    related_product_ids: Vec<String>,
    /// Packages that bring it.
    linked_subscription_ids: Vec<String>,
    awards: Vec<AwardBody>,
    /// Of bundles only.
    bundle_items: Vec<BundleItemBody>,
    /// Of events only.
    #[schema(required)]
    event: Option<EventBody>,
    /// Of packages only, and so the following to `termMonths`.
    #[schema(required, value_type = Option<SubscriptionTypeWord>)]
    subscription_type: Option<&'static str>,
    /// The months between two boxes unless the customer chooses otherwise.
    #[schema(required)]
    billing_frequency: Option<i64>,
    #[schema(required)]
    billing_frequencies: Option<Vec<i64>>,
    #[schema(required, value_type = Option<PricingTypeWord>)]
    pricing_type: Option<&'static str>,
    #[schema(required)]
    auto_renew: Option<bool>,
    #[schema(required)]
    minimum_items: Option<i64>,
    #[schema(required)]
    picknmix_product_ids: Option<Vec<String>>,
    /// Null until it is cancelled.
    #[schema(required)]
    term_months: Option<i64>,
    #[schema(required)]
    meta_title: Option<String>,
    #[schema(required)]
    meta_description: Option<String>,
    #[schema(required, format = Uuid)]
    meta_image_id: Option<String>,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// An attribute's values on a product.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttributeValuesBody {
    /// The attribute's slug.
    slug: String,
    values: Vec<String>,
}

/// Something to choose of a product.
#[derive(Serialize, ToSchema)]
pub(crate) struct OptionBody {
    name: String,
    slug: String,
    values: Vec<OptionValueBody>,
}

/// One of the things to choose from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OptionValueBody {
    /// Send it back so that the value is changed and not replaced.
    #[schema(required, format = Uuid)]
    id: Option<String>,
    label: String,
    #[schema(required)]
    sku: Option<String>,
    /// What the product costs so chosen; null for the product's price.
    #[schema(required)]
    price: Option<MoneyBody>,
    /// Null where nobody counts.
    #[schema(required)]
    quantity: Option<i64>,
    /// Null for the product's weight.
    #[schema(required)]
    weight_grams: Option<i64>,
}

/// A picture by its id.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"mediaId": "01926a3c-0000-7000-8000-000000000011"}))]
pub(crate) struct PictureBody {
    #[schema(format = Uuid)]
    media_id: String,
}

/// Pictures of the labels.
#[derive(Serialize, ToSchema)]
pub(crate) struct LabelsBody {
    front: Vec<PictureBody>,
    back: Vec<PictureBody>,
}

/// What a product has won.
#[derive(Serialize, ToSchema)]
pub(crate) struct AwardBody {
    name: String,
    #[schema(required)]
    year: Option<i64>,
    #[schema(required)]
    medal: Option<String>,
    #[schema(required)]
    image: Option<PictureBody>,
}

/// A part of a bundle.
#[derive(Serialize, ToSchema)]
pub(crate) struct BundleItemBody {
    /// The product's id.
    #[schema(format = Uuid)]
    product: String,
    quantity: i64,
}

/// When and where an event is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventBody {
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(required, format = DateTime)]
    ends_at: Option<String>,
    place: String,
    /// How many may come.
    capacity: i64,
}

impl ProductBody {
    /// The product in its shape, its prices in the shop's currency.
    pub(crate) fn of(stored: Stored, currency: Currency) -> Self {
        let Stored { id, product, attribute_slugs, shown_status, version, created_at, updated_at } = stored;
        let Product {
            product_type,
            name,
            slug,
            sku,
            description,
            listing,
            availability,
            price,
            sale,
            subscriber_price,
            quantity,
            tax_class,
            weight_grams,
            collections,
            attributes,
            options,
            images,
            labels,
            upsells,
            related,
            linked_subscriptions,
            awards,
            bundle_items,
            event,
            package,
            meta_title,
            meta_description,
            meta_image,
        } = product;
        let money = |value| MoneyBody::new(value, currency);
        let stamp = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let package = package.as_ref();
        Self {
            id: id.to_string(),
            product_type: product_type.as_str(),
            name,
            slug: slug.to_string(),
            sku,
            description,
            status: listing.as_str(),
            shown_status: shown_status.as_str(),
            availability: availability.as_str(),
            price: money(price),
            sale_price: sale.map(|sale| money(sale.price)),
            sale_starts_at: stamp(sale.and_then(|sale| sale.starts_at)),
            sale_ends_at: stamp(sale.and_then(|sale| sale.ends_at)),
            subscriber_price: subscriber_price.map(money),
            quantity,
            tax_class,
            weight_grams,
            collections: ids(&collections),
            attributes: attributes.into_iter().zip(attribute_slugs).map(AttributeValuesBody::from).collect(),
            options: options.into_iter().map(|option| OptionBody::of(option, currency)).collect(),
            images: pictures(&images),
            labels: labels.into(),
            upsell_product_ids: ids(&upsells),
            related_product_ids: ids(&related),
            linked_subscription_ids: ids(&linked_subscriptions),
            awards: awards.into_iter().map(AwardBody::from).collect(),
            bundle_items: bundle_items.iter().map(BundleItemBody::from).collect(),
            event: event.map(EventBody::from),
            subscription_type: package.map(|package| package.subscription_type.as_str()),
            billing_frequency: package.map(|package| package.billing_frequency),
            billing_frequencies: package.map(|package| package.billing_frequencies.clone()),
            pricing_type: package.map(|package| package.pricing_type.as_str()),
            auto_renew: package.map(|package| package.auto_renew),
            minimum_items: package.map(|package| package.minimum_items),
            picknmix_product_ids: package.map(|package| ids(&package.pool)),
            term_months: package.and_then(|package| package.term_months),
            meta_title,
            meta_description,
            meta_image_id: meta_image.map(|id| id.to_string()),
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

fn ids(references: &[Reference]) -> Vec<String> {
    references.iter().map(ToString::to_string).collect()
}

fn pictures(ids: &[MediaId]) -> Vec<PictureBody> {
    ids.iter().map(|id| PictureBody { media_id: id.to_string() }).collect()
}

impl From<(AttributeValues, String)> for AttributeValuesBody {
    fn from((given, slug): (AttributeValues, String)) -> Self {
        Self { slug, values: given.values }
    }
}

impl OptionBody {
    fn of(option: ProductOption, currency: Currency) -> Self {
        let value = |value: OptionValue| OptionValueBody {
            id: value.id.map(|id| id.to_string()),
            label: value.label,
            sku: value.sku,
            price: value.price.map(|price| MoneyBody::new(price, currency)),
            quantity: value.quantity,
            weight_grams: value.weight_grams,
        };
        Self {
            name: option.name,
            slug: option.slug.to_string(),
            values: option.values.into_iter().map(value).collect(),
        }
    }
}

impl From<Labels> for LabelsBody {
    fn from(labels: Labels) -> Self {
        Self { front: pictures(&labels.front), back: pictures(&labels.back) }
    }
}

impl From<Award> for AwardBody {
    fn from(award: Award) -> Self {
        let Award { name, year, medal, image } = award;
        Self { name, year, medal, image: image.map(|id| PictureBody { media_id: id.to_string() }) }
    }
}

impl From<&BundleItem> for BundleItemBody {
    fn from(item: &BundleItem) -> Self {
        Self { product: item.product.to_string(), quantity: item.quantity }
    }
}

impl From<Event> for EventBody {
    fn from(event: Event) -> Self {
        Self {
            starts_at: event.starts().to_string(),
            ends_at: event.ends().map(|end| end.to_string()),
            place: event.place,
            capacity: event.capacity,
        }
    }
}
