//! GET /products/{productId}, published.

use axum::Json;
use axum::extract::State;
use commerce::{Commerce, catalog};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, Query, Segment};
use serde::Deserialize;

use super::bodies::ProductBody;
use super::named;
use crate::identity::Shopper;

/// What else to tell.
#[derive(Deserialize)]
pub(crate) struct Including {
    include: Option<String>,
}

impl Including {
    /// Whether this is among what was asked for, which may be several with commas between them.
    pub(crate) fn has(&self, what: &str) -> bool {
        self.include.as_deref().is_some_and(|names| names.split(',').any(|name| name.trim() == what))
    }
}

/// Show a product.
///
/// Keys that do not apply to the type of product are left out.
#[utoipa::path(
    get,
    path = "/products/{productId}",
    tag = "Products",
    operation_id = "showProduct",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("productId" = String, Path, description = "The product's id or slug.", example = "estate-malbec-2021"),
        ("include" = Option<String>, Query, description = "`linkedSubscriptions` for the packages that bring it.", example = "linkedSubscriptions"),
    ),
    responses(
        (status = 200, description = "The product.", body = ProductBody,
            headers(("ETag" = String, description = "The tag of this answer.")),
            example = json!({
                "id": "01926a3c-0000-7000-8000-000000000010", "name": "Estate Malbec 2021", "slug": "estate-malbec-2021",
                "url": "https://api.example.com/products/estate-malbec-2021",
                "description": "<p>Plum, violet and a little smoke.</p>", "product_type": "physical", "sku": "MAL-21",
                "collections": [], "status": "active", "images": {"product": [], "labels": {"front": [], "back": []}},
                "primaryImage": null, "price": "£18.99", "salePrice": null, "subscriberPrice": "£16.99",
                "createdAt": "2024-10-07T12:12:58.000000Z", "updatedAt": "2024-10-07T12:12:58.000000Z",
                "store_slug": "store", "subscriptions_slug": "subscriptions", "availability": "all", "upsell_products": [],
                "attributes": [], "options": [], "related_products": [], "awards": [], "reviews": [], "meta_title": null,
                "meta_description": null, "meta_image": null, "has_linked_subscriptions": false, "store_name": "Malt & Vine",
            })),
        NotModified, Unauthenticated, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
    Query(including): Query<Including>,
) -> Result<Json<ProductBody>, ApiError> {
    let page = catalog::product_page(&commerce, &shopper, named(&name)?).await.map_err(Problem::from)?;
    Ok(Json(ProductBody::of(page, &shopper.shop.settings, including.has("linkedSubscriptions"))))
}
