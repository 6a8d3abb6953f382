//! The reads of the tag Subscriptions (contract, section 4): GET /subscription-packages and
//! GET /subscription-packages/{packageId}, published.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::catalog::{self, Brief, Card, PackageView, ProductPage};
use domain::catalog::{ProductType, SubscriptionType};
use domain::money::Money;
use domain::problem::Problem;
use domain::tenants::Settings;
use marzipan_http::openapi::{Always, Invalid, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, Query, Segment};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Storefront;
use crate::identity::Shopper;
use crate::products::bodies::{
    AttributeBody, BriefBody, CollectionBriefBody, ImageBody, OptionBody, attributes, briefs, collections,
    images, options, pricing,
};
use crate::products::filter::{Filter, FilterOf, FilterParams, OfPackages};
use crate::products::{Including, named};

pub(crate) fn reads() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// An amount of money.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"value": 2499, "formatted": "£24.99", "currency": "GBP"}))]
pub(crate) struct MoneyBody {
    /// In minor units.
    value: i64,
    formatted: String,
    /// An ISO 4217 code.
    currency: &'static str,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self { value: money.minor(), formatted: money.formatted(), currency: money.currency().as_str() }
    }
}

/// A package in the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000016",
    "subscriptionType": "picknmix",
    "name": "Pick & mix club",
    "slug": "pick-and-mix-club",
    "subscriptions_slug": "subscriptions",
    "url": "https://api.example.com/subscription-packages/pick-and-mix-club",
    "description": "<p>Six bottles of your choice.</p>",
    "product_type": "subscription",
    "sku": null,
    "collection": null,
    "status": "active",
    "image": null,
    "price": {"value": 6000, "formatted": "£60.00", "currency": "GBP"},
    "salePrice": null,
    "created_at": "2024-10-07T12:12:58.000000Z",
    "updated_at": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct PackageItem {
    #[schema(format = Uuid)]
    id: String,
    /// `picknmix` or `variable`.
    #[serde(rename = "subscriptionType")]
    subscription_type: &'static str,
    name: String,
    slug: String,
    subscriptions_slug: String,
    url: String,
    /// Safe HTML.
    description: String,
    /// `subscription`.
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
    price: MoneyBody,
    /// While a sale runs.
    #[serde(rename = "salePrice")]
    #[schema(required)]
    sale_price: Option<MoneyBody>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl PackageItem {
    fn of(card: Card, settings: &Settings) -> Self {
        Self {
            id: card.id.to_string(),
            subscription_type: card.subscription_type.map(SubscriptionType::as_str).unwrap_or_default(),
            name: card.name,
            subscriptions_slug: settings.subscriptions_slug.to_string(),
            url: url(&card.url),
            slug: card.slug,
            description: card.description,
            product_type: card.product_type.as_str(),
            sku: card.sku,
            collection: card.collection,
            status: card.status.as_str(),
            image: card.image.map(ImageBody::from),
            price: card.price.into(),
            sale_price: card.sale_price.map(MoneyBody::from),
            created_at: card.created_at.to_string(),
            updated_at: card.updated_at.to_string(),
        }
    }
}

/// The address of a package's page: as a package, not as a product.
fn url(as_product: &str) -> String {
    as_product.replacen("/products/", "/subscription-packages/", 1)
}

/// List subscription packages.
#[utoipa::path(
    get,
    path = "/subscription-packages",
    tag = "Subscriptions",
    operation_id = "listPackages",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        FilterParams,
        ("type" = Option<String>, Query, description = "Only this type.", pattern = "^(picknmix|variable)?$", example = "picknmix"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of them.", body = ListBody<PackageItem>,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    FilterOf(Filter { mut list, .. }, _): FilterOf<OfPackages>,
    paging: Paging,
) -> Result<Json<ListBody<PackageItem>>, ApiError> {
    list.product_type = Some(ProductType::Subscription);
    let (offset, limit) = paging.window();
    let found =
        catalog::cards(&commerce, &shopper, list, false, offset, limit).await.map_err(Problem::from)?;
    let settings = &shopper.shop.settings;
    let items = found.cards.into_iter().map(|card| PackageItem::of(card, settings)).collect();
    Ok(Json(paging.page_of(items, found.total)))
}

/// What can be picked for a box.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoolItem {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    #[schema(required)]
    image: Option<ImageBody>,
    price: MoneyBody,
    status: &'static str,
}

fn pool_item(brief: Brief) -> PoolItem {
    PoolItem {
        id: brief.id.to_string(),
        name: brief.name,
        slug: brief.slug,
        image: brief.image.map(ImageBody::from),
        price: brief.price.into(),
        status: brief.status.as_str(),
    }
}

/// A package.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageBody {
    #[schema(format = Uuid)]
    id: String,
    /// `picknmix` or `variable`.
    subscription_type: &'static str,
    name: String,
    slug: String,
    #[schema(required)]
    sku: Option<String>,
    url: String,
    /// `active` or `out_of_stock`.
    status: &'static str,
    /// `all` or `subscribers`.
    availability: &'static str,
    /// `subscription`.
    product_type: &'static str,
    /// Safe HTML.
    description: String,
    #[schema(required)]
    meta_title: Option<String>,
    #[schema(required)]
    meta_description: Option<String>,
    collections: Vec<CollectionBriefBody>,
    images: Vec<ImageBody>,
    #[serde(rename = "primaryImage")]
    #[schema(required)]
    primary_image: Option<ImageBody>,
    price: MoneyBody,
    /// While a sale runs.
    #[serde(rename = "salePrice")]
    #[schema(required)]
    sale_price: Option<MoneyBody>,
    /// Months between two boxes unless the customer chooses otherwise.
    billing_frequency: i64,
    /// The months that can be chosen.
    billing_frequencies: Vec<i64>,
    /// `fixed` or `per_item`.
    pricing_type: &'static str,
    auto_renew: bool,
    /// The fewest items in a box.
    minimum_items: i64,
    /// Of `picknmix` only: what can be picked.
    #[serde(skip_serializing_if = "Option::is_none")]
    picknmix_items: Option<Vec<PoolItem>>,
    attributes: Vec<AttributeBody>,
    options: Vec<OptionBody>,
    related_products: Vec<BriefBody>,
    /// With `include=subscribers`: how many active subscriptions there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    subscribers: Option<i64>,
}

impl PackageBody {
    fn of(page: ProductPage, package: PackageView, with_subscribers: bool) -> Self {
        let card = page.card;
        Self {
            id: card.id.to_string(),
            subscription_type: package.subscription_type.as_str(),
            name: card.name,
            slug: card.slug,
            sku: card.sku,
            url: url(&card.url),
            status: card.status.as_str(),
            availability: card.availability.as_str(),
            product_type: card.product_type.as_str(),
            description: card.description,
            meta_title: page.meta_title,
            meta_description: page.meta_description,
            collections: collections(page.collections),
            images: images(page.images),
            primary_image: card.image.map(ImageBody::from),
            price: card.price.into(),
            sale_price: card.sale_price.map(MoneyBody::from),
            billing_frequency: package.billing_frequency,
            billing_frequencies: package.billing_frequencies,
            pricing_type: pricing(package.is_per_item),
            auto_renew: package.auto_renew,
            minimum_items: package.minimum_items,
            picknmix_items: package.pool.map(|pool| pool.into_iter().map(pool_item).collect()),
            attributes: attributes(page.attributes),
            options: options(page.options),
            related_products: briefs(page.related),
            subscribers: with_subscribers.then_some(package.subscribers),
        }
    }
}

/// Show a subscription package.
#[utoipa::path(
    get,
    path = "/subscription-packages/{packageId}",
    tag = "Subscriptions",
    operation_id = "showPackage",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("packageId" = String, Path, description = "The package's id or slug.", example = "pick-and-mix-club"),
        ("include" = Option<String>, Query, description = "`subscribers` for how many there are.", example = "subscribers"),
    ),
    responses(
        (status = 200, description = "The package.", body = PackageBody,
            headers(("ETag" = String, description = "The tag of this answer.")),
            example = json!({
                "id": "01926a3c-0000-7000-8000-000000000016", "subscription_type": "picknmix", "name": "Pick & mix club",
                "slug": "pick-and-mix-club", "sku": null,
                "url": "https://api.example.com/subscription-packages/pick-and-mix-club", "status": "active",
                "availability": "all", "product_type": "subscription", "description": "<p>Six bottles of your choice.</p>",
                "meta_title": null, "meta_description": null, "collections": [], "images": [], "primaryImage": null,
                "price": {"value": 6000, "formatted": "£60.00", "currency": "GBP"}, "salePrice": null,
                "billing_frequency": 1, "billing_frequencies": [1, 2, 3], "pricing_type": "per_item", "auto_renew": true,
                "minimum_items": 6, "picknmix_items": [], "attributes": [], "options": [], "related_products": [],
            })),
        NotModified, Unauthenticated, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
    Query(including): Query<Including>,
) -> Result<Json<PackageBody>, ApiError> {
    let mut page = catalog::product_page(&commerce, &shopper, named(&name)?).await.map_err(Problem::from)?;
    let package = page.package.take().ok_or_else(ApiError::not_found)?;
    Ok(Json(PackageBody::of(page, package, including.has("subscribers"))))
}
