//! GET /products, published.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::catalog::{self, Facet};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotModified, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams};
use serde::Serialize;
use utoipa::ToSchema;

use super::bodies::ProductItem;
use super::filter::{Filter, FilterOf, FilterParams, OfProducts};
use crate::identity::Shopper;

/// A page of products, with the values to filter by where they were asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductList {
    #[serde(flatten)]
    list: ListBody<ProductItem>,
    /// With `facets=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<Vec<FacetBody>>,
}

/// An attribute's values in the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "Grape", "slug": "grape", "values": [{"value": "Malbec", "slug": "malbec", "count": 7}]}))]
pub(crate) struct FacetBody {
    name: String,
    slug: String,
    /// The commonest first. What the list is narrowed to by this attribute does not count here.
    values: Vec<FacetValueBody>,
}

/// A value in the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct FacetValueBody {
    value: String,
    /// For `attr[slug]`.
    slug: String,
    /// How many products have it.
    count: u64,
}

impl From<Facet> for FacetBody {
    fn from(facet: Facet) -> Self {
        let value = |value: catalog::FacetValue| FacetValueBody {
            value: value.value,
            slug: value.slug,
            count: value.count,
        };
        Self { name: facet.name, slug: facet.slug, values: facet.values.into_iter().map(value).collect() }
    }
}

/// List products.
///
/// Subscription packages are products and stand in this list. Products that the shop does not offer do not.
#[utoipa::path(
    get,
    path = "/products",
    tag = "Products",
    operation_id = "listProducts",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        FilterParams,
        ("type" = Option<String>, Query, description = "Only this type.", pattern = "^(physical|event|subscription|bundle)?$", example = "physical"),
        ("facets" = Option<bool>, Query, description = "Whether to tell the values to filter by.", example = true),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of them.", body = ProductList,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    FilterOf(Filter { list, with_facets }, _): FilterOf<OfProducts>,
    paging: Paging,
) -> Result<Json<ProductList>, ApiError> {
    let (offset, limit) = paging.window();
    let found =
        catalog::cards(&commerce, &shopper, list, with_facets, offset, limit).await.map_err(Problem::from)?;
    let settings = &shopper.shop.settings;
    let items = found.cards.into_iter().map(|card| ProductItem::of(card, settings)).collect();
    let facets = found.facets.map(|facets| facets.into_iter().map(FacetBody::from).collect());
    Ok(Json(ProductList { list: paging.page_of(items, found.total), facets }))
}
