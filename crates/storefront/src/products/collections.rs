//! GET /collections and GET /collections/{collectionId}.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::catalog::{self, CollectionView};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use super::bodies::ImageBody;
use super::named;
use crate::identity::Shopper;

/// A named choice of products.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000013",
    "name": "Reds",
    "slug": "reds",
    "description": "<p>All our red wines.</p>",
    "image": null,
    "url": "https://api.example.com/collections/reds",
    "productCount": 18,
}))]
pub(crate) struct CollectionBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    /// Safe HTML.
    description: String,
    #[schema(required)]
    image: Option<ImageBody>,
    url: String,
    /// How many products it has that are offered.
    product_count: u64,
}

impl From<CollectionView> for CollectionBody {
    fn from(view: CollectionView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name,
            slug: view.slug,
            description: view.description,
            image: view.image.map(ImageBody::from),
            url: view.url,
            product_count: view.product_count,
        }
    }
}

/// List collections, in the shop's order.
#[utoipa::path(
    get,
    path = "/collections",
    tag = "Products",
    operation_id = "listCollections",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of them.", body = ListBody<CollectionBody>,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<Json<ListBody<CollectionBody>>, ApiError> {
    let (offset, limit) = paging.window();
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let (views, total) =
        catalog::collection_views(&commerce, &shopper.shop, offset, limit).await.map_err(Problem::from)?;
    Ok(Json(paging.page_of(views.into_iter().map(CollectionBody::from).collect(), total)))
}

/// Show a collection.
#[utoipa::path(
    get,
    path = "/collections/{collectionId}",
    tag = "Products",
    operation_id = "showCollection",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("collectionId" = String, Path, description = "The collection's id or slug.", example = "reds")),
    responses(
        (status = 200, description = "The collection.", body = CollectionBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
) -> Result<Json<CollectionBody>, ApiError> {
    let view =
        catalog::collection_view(&commerce, &shopper.shop, named(&name)?).await.map_err(Problem::from)?;
    Ok(Json(view.into()))
}
