//! GET and POST /collections, GET, PATCH and DELETE /collections/{collectionId}, GET and PUT
//! /collections/{collectionId}/products.

mod bodies;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::catalog::{self, CollectionEntry};
use domain::catalog::CollectionForm;
use domain::ids::CollectionId;
use domain::problem::Problem;
use domain::tenants::Currency;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Segment};

use crate::bodies::{DataBody, page_of_all};
use crate::identity::{ProductsRead, ProductsWrite, Staff};
use bodies::{CollectionBody, CollectionChange, MembersBody, MembersForm, NewCollection};

type Answer = (ETag, Json<DataBody<CollectionBody>>);

fn answer(entry: CollectionEntry, currency: Currency) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody { data: CollectionBody::of(entry, currency) }))
}

/// List collections.
///
/// In their order.
#[utoipa::path(
    get,
    path = "/collections",
    tag = "Collections",
    operation_id = "listCollections",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the collections.", body = ListBody<CollectionBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<CollectionBody>, ApiError> {
    let all = catalog::collections(&commerce, &who.shop).await.map_err(Problem::from)?;
    let currency = who.shop.settings.currency;
    Ok(page_of_all(&paging, all, |entry| CollectionBody::of(entry, currency)))
}

/// Add a collection.
///
/// With a rule every product that meets it is in the collection; without one its products are set by hand.
#[utoipa::path(
    post,
    path = "/collections",
    tag = "Collections",
    operation_id = "addCollection",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewCollection,
    responses(
        (status = 201, description = "Added.", body = DataBody<CollectionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<CollectionForm>,
) -> Result<(StatusCode, Answer), ApiError> {
    let entry =
        catalog::create_collection(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(entry, who.shop.settings.currency)))
}

/// Show a collection.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/collections/{collectionId}",
    tag = "Collections",
    operation_id = "showCollection",
    security(("adminAuth" = [])),
    params(("collectionId" = String, Path, description = "The collection's id.", format = Uuid)),
    responses(
        (status = 200, description = "The collection.", body = DataBody<CollectionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CollectionId>,
) -> Result<Answer, ApiError> {
    let (entry, _) = catalog::find_collection(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Change a collection.
///
/// Only what is sent changes. With `If-Match` the change is refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/collections/{collectionId}",
    tag = "Collections",
    operation_id = "changeCollection",
    security(("adminAuth" = [])),
    params(("collectionId" = String, Path, description = "The collection's id.", format = Uuid), IfMatchParam),
    request_body = CollectionChange,
    responses(
        (status = 200, description = "The collection as it is now.", body = DataBody<CollectionBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CollectionId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<CollectionForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = catalog::change_collection(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Remove a collection.
///
/// Its products stay.
#[utoipa::path(
    delete,
    path = "/collections/{collectionId}",
    tag = "Collections",
    operation_id = "removeCollection",
    security(("adminAuth" = [])),
    params(("collectionId" = String, Path, description = "The collection's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CollectionId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    catalog::delete_collection(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show a collection's products.
///
/// By their ids: those set by hand in their order, offered or not; those that the rule takes in the order of their
/// making, as far as they are offered. At most 10,000.
#[utoipa::path(
    get,
    path = "/collections/{collectionId}/products",
    tag = "Collections",
    operation_id = "showCollectionProducts",
    security(("adminAuth" = [])),
    params(("collectionId" = String, Path, description = "The collection's id.", format = Uuid)),
    responses(
        (status = 200, description = "The products.", body = DataBody<MembersBody>,
            headers(("ETag" = String, description = "The collection's version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show_products(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CollectionId>,
) -> Result<(ETag, Json<DataBody<MembersBody>>), ApiError> {
    let (entry, members) = catalog::find_collection(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok((ETag::of_version(entry.version), Json(DataBody { data: MembersBody::of(&members) })))
}

/// Set a collection's products.
///
/// These, in this order, in the place of those that are in it. A collection with a rule can not be set.
#[utoipa::path(
    put,
    path = "/collections/{collectionId}/products",
    tag = "Collections",
    operation_id = "setCollectionProducts",
    security(("adminAuth" = [])),
    params(("collectionId" = String, Path, description = "The collection's id.", format = Uuid), IfMatchParam),
    request_body = MembersForm,
    responses(
        (status = 200, description = "The products as they are now.", body = DataBody<MembersBody>,
            headers(("ETag" = String, description = "The collection's version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_products(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CollectionId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<MembersForm>,
) -> Result<(ETag, Json<DataBody<MembersBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let names = form.parse()?;
    let (version, members) = catalog::set_products(&commerce, &who.shop, who.actor, id, version, names)
        .await
        .map_err(Problem::from)?;
    Ok((ETag::of_version(version), Json(DataBody { data: MembersBody::of(&members) })))
}
