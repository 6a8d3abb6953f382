//! GET /menus/{handle}.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::content::{self, ShownItem, ShownMenu};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::Shopper;

/// A menu.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "handle": "main",
    "items": [
        {
            "label": "Wines", "url": "https://api.example.com/collections/wines", "type": "collection",
            "targetId": "01926a3c-0000-7000-8000-000000000013", "children": [],
        },
        {"label": "Write to us", "url": "mailto:hello@shop.example", "type": "url", "targetId": null, "children": []},
    ],
}))]
pub(crate) struct MenuBody {
    handle: String,
    items: Vec<MenuItemBody>,
}

/// An item of a menu.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MenuItemBody {
    label: String,
    /// Where it leads. Null only where its own target is not shown but one below it is.
    #[schema(required)]
    url: Option<String>,
    /// `page`, `post`, `product`, `collection` or `url`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The id of what it leads to; null for a link.
    #[schema(required, format = Uuid)]
    target_id: Option<String>,
    /// Two levels at the most.
    #[schema(no_recursion)]
    children: Vec<MenuItemBody>,
}

impl From<ShownItem> for MenuItemBody {
    fn from(item: ShownItem) -> Self {
        let ShownItem { label, url, kind, target_id, children } = item;
        Self { label, url, kind, target_id, children: children.into_iter().map(Self::from).collect() }
    }
}

/// Show a menu.
///
/// Items whose target is not shown are left out.
#[utoipa::path(
    get,
    path = "/menus/{handle}",
    tag = "CMS",
    operation_id = "showMenu",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("handle" = String, Path, description = "The menu's handle.", example = "main")),
    responses(
        (status = 200, description = "The menu.", body = MenuBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(handle): Segment<String>,
) -> Result<Json<MenuBody>, ApiError> {
    let ShownMenu { handle, items } =
        content::menu(&commerce, &shopper.shop, &handle).await.map_err(Problem::from)?;
    Ok(Json(MenuBody { handle, items: items.into_iter().map(MenuItemBody::from).collect() }))
}
