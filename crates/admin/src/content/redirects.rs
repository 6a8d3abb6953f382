//! GET and POST /redirects, GET, PATCH and DELETE /redirects/{redirectId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::content::{self, RedirectForm, RedirectView};
use domain::fields::{FieldErrors, Fields};
use domain::ids::RedirectId;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Patch, Preconditions, Query, Segment,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bodies::{DataBody, page};
use crate::fields::search_query;
use crate::identity::{ContentRead, ContentWrite, Staff};

/// A rule that an old address leads to a new one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000024",
    "from": "/pages/our-story",
    "to": "/pages/about",
    "status": 301,
    "automatic": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct RedirectBody {
    #[schema(format = Uuid)]
    id: String,
    from: String,
    to: String,
    /// 301, 302, 307 or 308.
    status: i64,
    /// Whether a change of an address left it behind.
    automatic: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<RedirectView> for RedirectBody {
    fn from(view: RedirectView) -> Self {
        let RedirectView { id, from, to, status, automatic, created_at, updated_at, version: _ } = view;
        let (created_at, updated_at) = (created_at.to_string(), updated_at.to_string());
        Self { id: id.to_string(), from, to, status, automatic, created_at, updated_at }
    }
}

fn answer(view: RedirectView) -> (ETag, Json<DataBody<RedirectBody>>) {
    (ETag::of_version(view.version), Json(DataBody::of(view)))
}

/// Which redirects to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those that begin at a path with these words.
    #[param(required = false, value_type = String, max_length = 100, example = "story")]
    query: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<Option<String>, FieldErrors> {
        let mut fields = Fields::default();
        let query = search_query(&mut fields, self.query);
        fields.finish()?;
        Ok(query)
    }
}

/// List redirects.
///
/// By the paths that they begin at.
#[utoipa::path(
    get,
    path = "/redirects",
    tag = "Redirects",
    operation_id = "listRedirects",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the redirects.", body = ListBody<RedirectBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ContentRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<RedirectBody>, ApiError> {
    let query = filter.parse()?;
    let (views, total) = content::redirects(&commerce, &who.shop, query, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, views, total))
}

/// A new redirect.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"from": "/pages/our-story", "to": "/pages/about"}))]
pub(crate) struct NewRedirectBody {
    /// A path of the shop's site, without query or fragment.
    #[schema(required, value_type = String, max_length = 500, pattern = "^/")]
    from: Option<String>,
    /// A path of the shop's site, or an address that begins with https://.
    #[schema(required, value_type = String, max_length = 2000, pattern = "^(/|https://)")]
    to: Option<String>,
    /// 301 if left out.
    #[schema(value_type = Option<i64>, minimum = 301, maximum = 308)]
    status: Option<i64>,
}

/// Add a redirect.
///
/// Where the new address leads on itself, the redirect leads to the end of that way at once; what would lead back is refused.
#[utoipa::path(
    post,
    path = "/redirects",
    tag = "Redirects",
    operation_id = "createRedirect",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewRedirectBody,
    responses(
        (status = 201, description = "Added.", body = DataBody<RedirectBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn create(
    Staff { who, .. }: Staff<ContentWrite>,
    State(commerce): State<Commerce>,
    JsonBody(NewRedirectBody { from, to, status }): JsonBody<NewRedirectBody>,
) -> Result<(StatusCode, (ETag, Json<DataBody<RedirectBody>>)), ApiError> {
    let form = RedirectForm {
        from: from.map_or(Patch::Absent, Patch::Value),
        to: to.map_or(Patch::Absent, Patch::Value),
        status: status.map_or(Patch::Absent, Patch::Value),
    };
    let view =
        content::create_redirect(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(view)))
}

/// Show a redirect.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/redirects/{redirectId}",
    tag = "Redirects",
    operation_id = "showRedirect",
    security(("adminAuth" = [])),
    params(("redirectId" = String, Path, description = "The redirect's id.", format = Uuid)),
    responses(
        (status = 200, description = "The redirect.", body = DataBody<RedirectBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ContentRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<RedirectId>,
) -> Result<(ETag, Json<DataBody<RedirectBody>>), ApiError> {
    let view = content::find_redirect(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(view))
}

/// What to change of a redirect; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"status": 302}))]
pub(crate) struct RedirectPatch {
    #[serde(default)]
    #[schema(value_type = String, max_length = 500, pattern = "^/")]
    from: Patch<String>,
    #[serde(default)]
    #[schema(value_type = String, max_length = 2000, pattern = "^(/|https://)")]
    to: Patch<String>,
    /// Null for 301.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 301, maximum = 308)]
    status: Patch<i64>,
}

/// Change a redirect.
///
/// With `If-Match` the change is refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/redirects/{redirectId}",
    tag = "Redirects",
    operation_id = "changeRedirect",
    security(("adminAuth" = [])),
    params(("redirectId" = String, Path, description = "The redirect's id.", format = Uuid), IfMatchParam),
    request_body = RedirectPatch,
    responses(
        (status = 200, description = "The redirect as it is now.", body = DataBody<RedirectBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<ContentWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<RedirectId>,
    preconditions: Preconditions,
    JsonBody(RedirectPatch { from, to, status }): JsonBody<RedirectPatch>,
) -> Result<(ETag, Json<DataBody<RedirectBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let form = RedirectForm { from, to, status };
    let view = content::change_redirect(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(view))
}

/// Delete a redirect.
#[utoipa::path(
    delete,
    path = "/redirects/{redirectId}",
    tag = "Redirects",
    operation_id = "deleteRedirect",
    security(("adminAuth" = [])),
    params(("redirectId" = String, Path, description = "The redirect's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Deleted."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn delete(
    Staff { who, .. }: Staff<ContentWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<RedirectId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    content::delete_redirect(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
