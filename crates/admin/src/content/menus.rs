//! GET and POST /menus, GET, PATCH and DELETE /menus/{menuId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::content::{self, MenuForm, MenuView};
use domain::content::MenuItems;
use domain::ids::MenuId;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Patch, Preconditions, Segment,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::bodies::{DataBody, page};
use crate::identity::{ContentRead, ContentWrite, Staff};

/// A menu.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000023",
    "handle": "main",
    "items": [{
        "label": "Wines", "type": "collection", "targetId": "01926a3c-0000-7000-8000-000000000013", "children": [],
    }],
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct MenuBody {
    #[schema(format = Uuid)]
    id: String,
    handle: String,
    #[schema(value_type = Vec<MenuItemForm>)]
    items: MenuItems,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// An item of a menu: three levels deep at the most, two hundred of them on all levels.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MenuItemForm {
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// What it leads to.
    #[serde(rename = "type")]
    kind: TargetWord,
    /// The id of the page, post, product or collection; not for a url.
    #[schema(format = Uuid)]
    target_id: Option<String>,
    /// For a url only: a path of the shop's site, or an address that begins with https://, mailto: or tel:.
    #[schema(max_length = 2000)]
    url: Option<String>,
    #[schema(no_recursion)]
    children: Option<Vec<MenuItemForm>>,
}

/// What an item can lead to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents what the domain's `MenuItems` reads")]
pub(crate) enum TargetWord {
    Page,
    Post,
    Product,
    Collection,
    Url,
}

impl From<MenuView> for MenuBody {
    fn from(view: MenuView) -> Self {
        let MenuView { id, handle, items, created_at, updated_at, version: _ } = view;
        let (created_at, updated_at) = (created_at.to_string(), updated_at.to_string());
        Self { id: id.to_string(), handle, items, created_at, updated_at }
    }
}

fn answer(view: MenuView) -> (ETag, Json<DataBody<MenuBody>>) {
    (ETag::of_version(view.version), Json(DataBody::of(view)))
}

/// List menus.
///
/// By their handles.
#[utoipa::path(
    get,
    path = "/menus",
    tag = "Menus",
    operation_id = "listMenus",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the menus.", body = ListBody<MenuBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ContentRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<MenuBody>, ApiError> {
    let (views, total) =
        content::menus(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(page(&paging, views, total))
}

/// A new menu.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "handle": "main",
    "items": [
        {"label": "Wines", "type": "collection", "targetId": "01926a3c-0000-7000-8000-000000000013"},
        {"label": "Write to us", "type": "url", "url": "mailto:hello@shop.example"},
    ],
}))]
pub(crate) struct NewMenuBody {
    /// What the shop's pages ask for it by.
    #[schema(required, value_type = String, max_length = 120, pattern = "^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$")]
    handle: Option<String>,
    #[schema(value_type = Option<Vec<MenuItemForm>>, max_items = 200)]
    items: Option<Value>,
}

/// Add a menu.
#[utoipa::path(
    post,
    path = "/menus",
    tag = "Menus",
    operation_id = "createMenu",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewMenuBody,
    responses(
        (status = 201, description = "Added.", body = DataBody<MenuBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn create(
    Staff { who, .. }: Staff<ContentWrite>,
    State(commerce): State<Commerce>,
    JsonBody(NewMenuBody { handle, items }): JsonBody<NewMenuBody>,
) -> Result<(StatusCode, (ETag, Json<DataBody<MenuBody>>)), ApiError> {
    let form = MenuForm {
        handle: handle.map_or(Patch::Absent, Patch::Value),
        items: items.map_or(Patch::Absent, Patch::Value),
    };
    let view = content::create_menu(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(view)))
}

/// Show a menu.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/menus/{menuId}",
    tag = "Menus",
    operation_id = "showMenu",
    security(("adminAuth" = [])),
    params(("menuId" = String, Path, description = "The menu's id.", format = Uuid)),
    responses(
        (status = 200, description = "The menu.", body = DataBody<MenuBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ContentRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MenuId>,
) -> Result<(ETag, Json<DataBody<MenuBody>>), ApiError> {
    let view = content::find_menu(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(view))
}

/// What to change of a menu; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"label": "Home", "type": "url", "url": "/"}]}))]
pub(crate) struct MenuPatch {
    #[serde(default)]
    #[schema(value_type = String, max_length = 120, pattern = "^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$")]
    handle: Patch<String>,
    /// All items anew.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MenuItemForm>>, max_items = 200)]
    items: Patch<Value>,
}

/// Change a menu.
///
/// With `If-Match` the change is refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/menus/{menuId}",
    tag = "Menus",
    operation_id = "changeMenu",
    security(("adminAuth" = [])),
    params(("menuId" = String, Path, description = "The menu's id.", format = Uuid), IfMatchParam),
    request_body = MenuPatch,
    responses(
        (status = 200, description = "The menu as it is now.", body = DataBody<MenuBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<ContentWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MenuId>,
    preconditions: Preconditions,
    JsonBody(MenuPatch { handle, items }): JsonBody<MenuPatch>,
) -> Result<(ETag, Json<DataBody<MenuBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let form = MenuForm { handle, items };
    let view = content::change_menu(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(view))
}

/// Delete a menu.
#[utoipa::path(
    delete,
    path = "/menus/{menuId}",
    tag = "Menus",
    operation_id = "deleteMenu",
    security(("adminAuth" = [])),
    params(("menuId" = String, Path, description = "The menu's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Deleted."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn delete(
    Staff { who, .. }: Staff<ContentWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MenuId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    content::delete_menu(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
