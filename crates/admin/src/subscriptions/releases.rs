//! GET and POST /releases, GET, PUT and DELETE /releases/{releaseId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::subscriptions::{self, ReleaseEntry, ReleaseForm};
use domain::fields::{FieldErrors, Fields};
use domain::ids::{ProductId, ReleaseId};
use domain::problem::Problem;
use marzipan_http::fields::optional_long_line_schema;
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Query, Segment,
};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::bodies::BoxLineBody;
use super::id_of;
use crate::bodies::{DataBody, page};
use crate::identity::{Staff, SubscriptionsRead, SubscriptionsWrite};

/// What the shop chose for the boxes of a package, from a day on until the next release's.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000043",
    "packageId": "01926a3c-0000-7000-8000-000000000011",
    "name": "December",
    "shipsFrom": "2024-12-01T00:00:00.000000Z",
    "items": [
        {"productId": "01926a3c-0000-7000-8000-000000000010", "name": "Estate Malbec", "quantity": 2},
    ],
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ReleaseBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    package_id: String,
    #[schema(required)]
    name: Option<String>,
    /// Boxes that leave then or later have it.
    #[schema(format = DateTime)]
    ships_from: String,
    items: Vec<BoxLineBody>,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<ReleaseEntry> for ReleaseBody {
    fn from(entry: ReleaseEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            package_id: entry.package_id.to_string(),
            name: entry.name,
            ships_from: entry.ships_from.to_string(),
            items: entry.items.into_iter().map(Into::into).collect(),
            version: entry.version,
            created_at: entry.created_at.to_string(),
            updated_at: entry.updated_at.to_string(),
        }
    }
}

/// A release, whole.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "packageId": "01926a3c-0000-7000-8000-000000000011",
    "name": "December",
    "shipsFrom": "2026-12-01",
    "items": [{"productId": "01926a3c-0000-7000-8000-000000000010", "quantity": 2}],
}))]
pub(crate) struct ReleaseInput {
    /// A package in which the shop chooses.
    #[schema(required, value_type = String, format = Uuid)]
    package_id: Option<String>,
    /// For the staff and for letters; none if left out.
    #[schema(schema_with = name_schema)]
    name: Option<String>,
    /// The first day, in the shop's zone, or a time; a package has one release of each.
    #[schema(
        required,
        value_type = String,
        pattern = "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?$"
    )]
    ships_from: Option<String>,
    #[schema(required, value_type = Vec<ReleaseItemInput>, min_items = 1, max_items = 100)]
    items: Option<Vec<ReleaseItemInput>>,
}

/// So many of a product in each box.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReleaseItemInput {
    /// One that can be put in a box.
    #[schema(format = Uuid)]
    product_id: String,
    #[schema(minimum = 1, maximum = 1000)]
    quantity: i64,
}

fn name_schema() -> Object {
    let mut schema = optional_long_line_schema();
    schema.max_length = Some(120);
    schema
}

impl From<ReleaseInput> for ReleaseForm {
    fn from(input: ReleaseInput) -> Self {
        let items = input.items.unwrap_or_default();
        Self {
            package_id: input.package_id,
            name: input.name,
            ships_from: input.ships_from,
            items: items.into_iter().map(|item| (item.product_id, item.quantity)).collect(),
        }
    }
}

type Answer = (ETag, Json<DataBody<ReleaseBody>>);

fn answer(entry: ReleaseEntry) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody::of(entry)))
}

/// Which releases to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleaseQuery {
    /// Only of this package.
    #[param(required = false, value_type = String, pattern = "^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    package_id: Option<String>,
}

impl ReleaseQuery {
    fn parse(&self) -> Result<Option<ProductId>, FieldErrors> {
        let mut fields = Fields::default();
        let package = id_of(self.package_id.as_deref(), "Must be a package's id.");
        let package = fields.take_optional("packageId", package);
        fields.finish()?;
        Ok(package)
    }
}

/// List releases.
///
/// The latest first.
#[utoipa::path(
    get,
    path = "/releases",
    tag = "Releases",
    operation_id = "listReleases",
    security(("adminAuth" = [])),
    params(ReleaseQuery, PagingParams),
    responses(
        (status = 200, description = "A page of the releases.", body = ListBody<ReleaseBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<ReleaseQuery>,
    paging: Paging,
) -> Result<ListBody<ReleaseBody>, ApiError> {
    let package = query.parse()?;
    let (found, total) =
        subscriptions::releases(&commerce, &who.shop, package, paging.offset(), paging.limit())
            .await
            .map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}

/// Add a release.
///
/// Boxes that leave on its day or later have it, until the next release's day.
#[utoipa::path(
    post,
    path = "/releases",
    tag = "Releases",
    operation_id = "addRelease",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = ReleaseInput,
    responses(
        (status = 201, description = "Added.", body = DataBody<ReleaseBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<ReleaseInput>,
) -> Result<(StatusCode, Answer), ApiError> {
    let entry = subscriptions::create_release(&commerce, &who.shop, who.actor, body.into())
        .await
        .map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(entry)))
}

/// Show a release.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/releases/{releaseId}",
    tag = "Releases",
    operation_id = "showRelease",
    security(("adminAuth" = [])),
    params(("releaseId" = String, Path, description = "The release's id.", format = Uuid)),
    responses(
        (status = 200, description = "The release.", body = DataBody<ReleaseBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ReleaseId>,
) -> Result<Answer, ApiError> {
    let entry = subscriptions::find_release(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Replace a release.
///
/// The whole of it: what is left out is gone. Boxes whose order stands keep what they have. With `If-Match` it is refused if
/// somebody else made a change since.
#[utoipa::path(
    put,
    path = "/releases/{releaseId}",
    tag = "Releases",
    operation_id = "replaceRelease",
    security(("adminAuth" = [])),
    params(("releaseId" = String, Path, description = "The release's id.", format = Uuid), IfMatchParam),
    request_body = ReleaseInput,
    responses(
        (status = 200, description = "The release as it is now.", body = DataBody<ReleaseBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn replace(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ReleaseId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<ReleaseInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = subscriptions::change_release(&commerce, &who.shop, who.actor, id, version, body.into())
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Remove a release.
///
/// The one before it counts again.
#[utoipa::path(
    delete,
    path = "/releases/{releaseId}",
    tag = "Releases",
    operation_id = "removeRelease",
    security(("adminAuth" = [])),
    params(("releaseId" = String, Path, description = "The release's id.", format = Uuid)),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ReleaseId>,
) -> Result<StatusCode, ApiError> {
    subscriptions::delete_release(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
