//! GET and POST /attributes, GET, PATCH and DELETE /attributes/{attributeId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::catalog::{self, AttributeEntry};
use domain::catalog::AttributeForm;
use domain::ids::AttributeId;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{DataBody, page_of_all};
use crate::identity::{ProductsRead, ProductsWrite, Staff};
use crate::products::form::slug_schema;
use marzipan_http::fields::line_schema;

/// A property that products are told apart by, such as the grape.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000013",
    "name": "Grape",
    "slug": "grape",
    "filterable": true,
    "position": 0,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct AttributeBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    /// Whether shoppers may filter by it and see how many products each value has.
    filterable: bool,
    /// Where it stands among the others.
    position: i64,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<AttributeEntry> for AttributeBody {
    fn from(entry: AttributeEntry) -> Self {
        let AttributeEntry { id, attribute, version, created_at, updated_at } = entry;
        Self {
            id: id.to_string(),
            name: attribute.name,
            slug: attribute.slug.to_string(),
            filterable: attribute.is_filterable,
            position: attribute.position,
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

type Answer = (ETag, Json<DataBody<AttributeBody>>);

fn answer(entry: AttributeEntry) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody::of(entry)))
}

/// An attribute to add.
#[derive(ToSchema)]
#[schema(example = json!({"name": "Food pairing"}))]
#[expect(dead_code, reason = "documents what `AttributeForm` reads")]
pub(crate) struct NewAttribute {
    #[schema(schema_with = line_schema)]
    name: String,
    /// Made of the name if left out.
    #[schema(schema_with = slug_schema)]
    slug: Option<String>,
    /// It is if left out.
    filterable: Option<bool>,
    /// 0 if left out; among equals the older one comes first.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
}

/// What to change of an attribute; what is left out stays.
#[derive(ToSchema)]
#[schema(example = json!({"position": 3}))]
#[expect(dead_code, reason = "documents what `AttributeForm` reads")]
pub(crate) struct AttributeChange {
    #[schema(required = false, schema_with = line_schema)]
    name: String,
    /// Null for one made of the name.
    #[schema(schema_with = slug_schema)]
    slug: Option<String>,
    /// Null for true.
    filterable: Option<bool>,
    /// Null for 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
}

/// List attributes.
///
/// In their order.
#[utoipa::path(
    get,
    path = "/attributes",
    tag = "Attributes",
    operation_id = "listAttributes",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the attributes.", body = ListBody<AttributeBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<AttributeBody>, ApiError> {
    let all = catalog::attributes(&commerce, &who.shop).await.map_err(Problem::from)?;
    Ok(page_of_all(&paging, all, AttributeBody::from))
}

/// Add an attribute.
///
/// Products can be given values of it from then on.
#[utoipa::path(
    post,
    path = "/attributes",
    tag = "Attributes",
    operation_id = "addAttribute",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewAttribute,
    responses(
        (status = 201, description = "Added.", body = DataBody<AttributeBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<AttributeForm>,
) -> Result<(StatusCode, Answer), ApiError> {
    let entry =
        catalog::create_attribute(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(entry)))
}

/// Show an attribute.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/attributes/{attributeId}",
    tag = "Attributes",
    operation_id = "showAttribute",
    security(("adminAuth" = [])),
    params(("attributeId" = String, Path, description = "The attribute's id.", format = Uuid)),
    responses(
        (status = 200, description = "The attribute.", body = DataBody<AttributeBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<AttributeId>,
) -> Result<Answer, ApiError> {
    let entry = catalog::find_attribute(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Change an attribute.
///
/// Only what is sent changes. A new slug is a new name in shoppers' filters. With `If-Match` the change is refused if
/// somebody else made one since.
#[utoipa::path(
    patch,
    path = "/attributes/{attributeId}",
    tag = "Attributes",
    operation_id = "changeAttribute",
    security(("adminAuth" = [])),
    params(("attributeId" = String, Path, description = "The attribute's id.", format = Uuid), IfMatchParam),
    request_body = AttributeChange,
    responses(
        (status = 200, description = "The attribute as it is now.", body = DataBody<AttributeBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<AttributeId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<AttributeForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = catalog::change_attribute(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Remove an attribute.
///
/// Its values go from all products.
#[utoipa::path(
    delete,
    path = "/attributes/{attributeId}",
    tag = "Attributes",
    operation_id = "removeAttribute",
    security(("adminAuth" = [])),
    params(("attributeId" = String, Path, description = "The attribute's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<AttributeId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    catalog::delete_attribute(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
