//! The published shapes of products. Rule: the order of the fields is the order of the published keys.

use commerce::catalog::{
    AttributeView, AwardView, Brief, BundleItemView, Card, CollectionBrief, OptionView, ProductPage,
    ReviewView,
};
use commerce::media::Image;
use domain::catalog::ProductType;
use domain::money::Money;
use domain::tenants::Settings;
use serde::Serialize;
use utoipa::ToSchema;

/// A picture.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000011",
    "path": "15/01926a3c-0000-7000-8000-000000000011.png",
    "src": "https://api.example.com/media/15/01926a3c-0000-7000-8000-000000000011.png",
    "alt": "A bottle of Estate Malbec",
    "mimeType": "image/png",
    "filename": "01926a3c-0000-7000-8000-000000000011.png",
}))]
pub(crate) struct ImageBody {
    #[schema(format = Uuid)]
    id: String,
    /// The shop's number and the file.
    path: String,
    /// Where it is fetched.
    src: String,
    /// What it shows.
    alt: String,
    mime_type: String,
    filename: String,
}

impl From<Image> for ImageBody {
    fn from(image: Image) -> Self {
        Self {
            id: image.id.to_string(),
            path: image.path,
            src: image.src,
            alt: image.alt,
            mime_type: image.mime_type,
            filename: image.filename,
        }
    }
}

pub(crate) fn images(images: Vec<Image>) -> Vec<ImageBody> {
    images.into_iter().map(ImageBody::from).collect()
}

pub(crate) fn text(money: Money) -> String {
    money.formatted()
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "name": "Estate Malbec 2021",
    "slug": "estate-malbec-2021",
    "description": "<p>Plum, violet and a little smoke.</p>",
    "productType": "physical",
    "sku": "MAL-21",
    "collection": "Reds",
    "status": "active",
    "image": null,
    "price": "£18.99",
    "salePrice": null,
    "subscriberPrice": "£16.99",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "storeSlug": "store",
    "subscriptionsSlug": "subscriptions",
    "availability": "all",
    "upsellProducts": [],
}))]
pub(crate) struct ProductItem {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    /// Safe HTML.
    description: String,
    /// `physical`, `event`, `subscription` or `bundle`.
    product_type: &'static str,
    #[schema(required)]
    sku: Option<String>,
    /// The name of its first collection.
    #[schema(required)]
    collection: Option<String>,
    /// `active` or `out_of_stock`.
    status: &'static str,
    #[schema(required)]
    image: Option<ImageBody>,
    price: String,
    /// While a sale runs.
    #[schema(required)]
    sale_price: Option<String>,
    #[schema(required)]
    subscriber_price: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    store_slug: String,
    subscriptions_slug: String,
    /// `all`, or `subscribers` where only those may buy it; a subscriber is told `all`.
    availability: &'static str,
    upsell_products: Vec<BriefBody>,
}

impl ProductItem {
    pub(crate) fn of(card: Card, settings: &Settings) -> Self {
        Self {
            id: card.id.to_string(),
            name: card.name,
            slug: card.slug,
            description: card.description,
            product_type: card.product_type.as_str(),
            sku: card.sku,
            collection: card.collection,
            status: card.status.as_str(),
            image: card.image.map(ImageBody::from),
            price: text(card.price),
            sale_price: card.sale_price.map(text),
            subscriber_price: card.subscriber_price.map(text),
            created_at: card.created_at.to_string(),
            updated_at: card.updated_at.to_string(),
            store_slug: settings.store_slug.to_string(),
            subscriptions_slug: settings.subscriptions_slug.to_string(),
            availability: card.availability.as_str(),
            upsell_products: briefs(card.upsells),
        }
    }
}

/// A product that another one names.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000012",
    "name": "Estate Syrah 2020",
    "slug": "estate-syrah-2020",
    "url": "https://api.example.com/products/estate-syrah-2020",
    "image": null,
    "price": "£21.50",
    "salePrice": null,
    "status": "active",
}))]
pub(crate) struct BriefBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    url: String,
    #[schema(required)]
    image: Option<ImageBody>,
    price: String,
    #[schema(required)]
    sale_price: Option<String>,
    status: &'static str,
}

pub(crate) fn briefs(briefs: Vec<Brief>) -> Vec<BriefBody> {
    let body = |brief: Brief| BriefBody {
        id: brief.id.to_string(),
        name: brief.name,
        slug: brief.slug,
        url: brief.url,
        image: brief.image.map(ImageBody::from),
        price: text(brief.price),
        sale_price: brief.sale_price.map(text),
        status: brief.status.as_str(),
    };
    briefs.into_iter().map(body).collect()
}

/// A collection that a product is in.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000013",
    "name": "Reds",
    "slug": "reds",
    "description": "<p>All our red wines.</p>",
}))]
pub(crate) struct CollectionBriefBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    /// Safe HTML.
    description: String,
}

pub(crate) fn collections(briefs: Vec<CollectionBrief>) -> Vec<CollectionBriefBody> {
    let body = |brief: CollectionBrief| CollectionBriefBody {
        id: brief.id.to_string(),
        name: brief.name,
        slug: brief.slug,
        description: brief.description,
    };
    briefs.into_iter().map(body).collect()
}

/// An attribute's values.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "Grape", "slug": "grape", "values": ["Malbec"]}))]
pub(crate) struct AttributeBody {
    name: String,
    slug: String,
    values: Vec<String>,
}

pub(crate) fn attributes(views: Vec<AttributeView>) -> Vec<AttributeBody> {
    let body = |view: AttributeView| AttributeBody { name: view.name, slug: view.slug, values: view.values };
    views.into_iter().map(body).collect()
}

/// Something to choose.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "Size", "slug": "size", "values": [
    {"id": "01926a3c-0000-7000-8000-000000000014", "label": "75 cl", "sku": "MAL-21-75", "price": "£18.99", "status": "active"},
]}))]
pub(crate) struct OptionBody {
    name: String,
    slug: String,
    values: Vec<OptionValueBody>,
}

/// One of the things to choose from.
#[derive(Serialize, ToSchema)]
pub(crate) struct OptionValueBody {
    #[schema(format = Uuid)]
    id: String,
    label: String,
    #[schema(required)]
    sku: Option<String>,
    price: String,
    status: &'static str,
}

pub(crate) fn options(views: Vec<OptionView>) -> Vec<OptionBody> {
    let body = |view: OptionView| OptionBody {
        name: view.name,
        slug: view.slug,
        values: view
            .values
            .into_iter()
            .map(|value| OptionValueBody {
                id: value.id.to_string(),
                label: value.label,
                sku: value.sku,
                price: text(value.price),
                status: value.status.as_str(),
            })
            .collect(),
    };
    views.into_iter().map(body).collect()
}

/// What a product has won.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "Valley Wine Show", "year": 2024, "medal": "Gold", "image": null}))]
pub(crate) struct AwardBody {
    name: String,
    #[schema(required)]
    year: Option<i64>,
    #[schema(required)]
    medal: Option<String>,
    #[schema(required)]
    image: Option<ImageBody>,
}

fn award(view: AwardView) -> AwardBody {
    AwardBody { name: view.name, year: view.year, medal: view.medal, image: view.image.map(ImageBody::from) }
}

/// What a customer says of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000015",
    "author": "Ann S.",
    "rating": 5,
    "title": "A winter favourite",
    "body": "Wonderful with stew.",
    "verifiedPurchase": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ReviewBody {
    #[schema(format = Uuid)]
    id: String,
    author: String,
    rating: i64,
    #[schema(required)]
    title: Option<String>,
    #[schema(required)]
    body: Option<String>,
    verified_purchase: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

fn review(view: ReviewView) -> ReviewBody {
    ReviewBody {
        id: view.id.to_string(),
        author: view.author,
        rating: view.rating,
        title: view.title,
        body: view.body,
        verified_purchase: view.verified_purchase,
        created_at: view.created_at.to_string(),
    }
}

/// A part of a bundle.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "productId": "01926a3c-0000-7000-8000-000000000010",
    "name": "Estate Malbec 2021",
    "slug": "estate-malbec-2021",
    "quantity": 2,
}))]
pub(crate) struct BundleItemBody {
    #[schema(format = Uuid)]
    product_id: String,
    name: String,
    slug: String,
    quantity: i64,
}

fn bundle_item(view: BundleItemView) -> BundleItemBody {
    BundleItemBody {
        product_id: view.product_id.to_string(),
        name: view.name,
        slug: view.slug,
        quantity: view.quantity,
    }
}

/// The pictures of a product by what they show.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImagesBody {
    product: Vec<ImageBody>,
    labels: LabelsBody,
}

/// The pictures of a product's labels.
#[derive(Serialize, ToSchema)]
pub(crate) struct LabelsBody {
    front: Vec<ImageBody>,
    back: Vec<ImageBody>,
}

/// A product's page. The published spelling mixes two styles, and so does this.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    url: String,
    /// Safe HTML.
    description: String,
    /// `physical`, `event`, `subscription` or `bundle`.
    product_type: &'static str,
    /// Of packages only: `picknmix` or `variable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_type: Option<&'static str>,
    #[schema(required)]
    sku: Option<String>,
    collections: Vec<CollectionBriefBody>,
    /// `active` or `out_of_stock`.
    status: &'static str,
    images: ImagesBody,
    #[serde(rename = "primaryImage")]
    #[schema(required)]
    primary_image: Option<ImageBody>,
    /// With `from ` before it where a box costs what is in it.
    price: String,
    /// While a sale runs.
    #[serde(rename = "salePrice")]
    #[schema(required)]
    sale_price: Option<String>,
    #[serde(rename = "subscriberPrice")]
    #[schema(required)]
    subscriber_price: Option<String>,
    #[serde(rename = "createdAt")]
    #[schema(format = DateTime)]
    created_at: String,
    #[serde(rename = "updatedAt")]
    #[schema(format = DateTime)]
    updated_at: String,
    store_slug: String,
    subscriptions_slug: String,
    /// `all`, or `subscribers` where only those may buy it; a subscriber is told `all`.
    availability: &'static str,
    upsell_products: Vec<BriefBody>,
    /// With `include=linkedSubscriptions`, of what is no package itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_subscriptions: Option<Vec<BriefBody>>,
    /// Of packages only: months between two boxes.
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_frequency: Option<i64>,
    /// Of packages only: the months that can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_frequencies: Option<Vec<i64>>,
    /// Of packages only: `fixed` or `per_item`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing_type: Option<&'static str>,
    /// Of bundles only.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_items: Option<Vec<BundleItemBody>>,
    attributes: Vec<AttributeBody>,
    options: Vec<OptionBody>,
    related_products: Vec<BriefBody>,
    awards: Vec<AwardBody>,
    /// Those that the shop has approved, the newest first, at most 50.
    reviews: Vec<ReviewBody>,
    #[schema(required)]
    meta_title: Option<String>,
    #[schema(required)]
    meta_description: Option<String>,
    #[schema(required)]
    meta_image: Option<ImageBody>,
    /// Of what is no package itself: whether some package brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    has_linked_subscriptions: Option<bool>,
    store_name: String,
}

pub(crate) fn pricing(is_per_item: bool) -> &'static str {
    if is_per_item { "per_item" } else { "fixed" }
}

impl ProductBody {
    pub(crate) fn of(page: ProductPage, settings: &Settings, with_linked: bool) -> Self {
        let ProductPage { card, package, .. } = page;
        let is_package = card.product_type == ProductType::Subscription;
        let is_per_item = package.as_ref().is_some_and(|package| package.is_per_item);
        let from = if is_per_item { "from " } else { "" };
        let has_linked = !page.linked_subscriptions.is_empty();
        Self {
            id: card.id.to_string(),
            name: card.name,
            slug: card.slug,
            url: card.url,
            description: card.description,
            product_type: card.product_type.as_str(),
            subscription_type: package.as_ref().map(|package| package.subscription_type.as_str()),
            sku: card.sku,
            collections: collections(page.collections),
            status: card.status.as_str(),
            images: ImagesBody {
                product: images(page.images),
                labels: LabelsBody { front: images(page.front_labels), back: images(page.back_labels) },
            },
            primary_image: card.image.map(ImageBody::from),
            price: format!("{from}{}", card.price),
            sale_price: card.sale_price.map(text),
            subscriber_price: card.subscriber_price.map(text),
            created_at: card.created_at.to_string(),
            updated_at: card.updated_at.to_string(),
            store_slug: settings.store_slug.to_string(),
            subscriptions_slug: settings.subscriptions_slug.to_string(),
            availability: card.availability.as_str(),
            upsell_products: briefs(card.upsells),
            linked_subscriptions: (with_linked && !is_package).then(|| briefs(page.linked_subscriptions)),
            billing_frequency: package.as_ref().map(|package| package.billing_frequency),
            billing_frequencies: package.as_ref().map(|package| package.billing_frequencies.clone()),
            pricing_type: package.as_ref().map(|package| pricing(package.is_per_item)),
            bundle_items: page.bundle_items.map(|items| items.into_iter().map(bundle_item).collect()),
            attributes: attributes(page.attributes),
            options: options(page.options),
            related_products: briefs(page.related),
            awards: page.awards.into_iter().map(award).collect(),
            reviews: page.reviews.into_iter().map(review).collect(),
            meta_title: page.meta_title,
            meta_description: page.meta_description,
            meta_image: page.meta_image.map(ImageBody::from),
            has_linked_subscriptions: (!is_package).then_some(has_linked),
            store_name: settings.name.to_string(),
        }
    }
}
