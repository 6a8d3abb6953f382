//! GET /pages and GET /pages/{slug}.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use commerce::Commerce;
use commerce::content::{self, ArticleFilter};
use domain::content::EntryKind;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, Query, Segment};

use super::bodies::{PageBody, PageItem, Previewing, unkept};
use crate::identity::Shopper;

/// List pages.
///
/// Those that are shown, the last published first.
#[utoipa::path(
    get,
    path = "/pages",
    tag = "CMS",
    operation_id = "listPages",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of them.", body = ListBody<PageItem>,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<PageItem>, ApiError> {
    let (offset, limit) = (paging.offset(), paging.limit());
    let all = ArticleFilter::default();
    let (pages, total) = content::articles(&commerce, &shopper.shop, EntryKind::Page, all, offset, limit)
        .await
        .map_err(Problem::from)?;
    let pages = pages.into_iter().map(PageItem::from).collect();
    Ok(paging.page_of(pages, u64::try_from(total).unwrap_or(0)))
}

/// Show a page.
///
/// Its blocks are ready to be drawn: HTML is safe, pictures and products are looked up, and what is not there any more is
/// left out. With a preview token the draft is shown, and nothing keeps the answer.
#[utoipa::path(
    get,
    path = "/pages/{slug}",
    tag = "CMS",
    operation_id = "showPage",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("slug" = String, Path, description = "The page's slug.", example = "about"),
        ("preview" = Option<String>, Query, description = "A preview token of this page.", example = "mzp_…"),
    ),
    responses(
        (status = 200, description = "The page.", body = PageBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(slug): Segment<String>,
    Query(previewing): Query<Previewing>,
) -> Result<Response, ApiError> {
    let (shop, kind) = (&shopper.shop, EntryKind::Page);
    if let Some(token) = previewing.preview {
        let draft = content::preview(&commerce, shop, kind, &slug, &token).await.map_err(Problem::from)?;
        return Ok(unkept(PageBody::from(draft)));
    }
    let page = content::article(&commerce, shop, kind, &slug).await.map_err(Problem::from)?;
    Ok(Json(PageBody::from(page)).into_response())
}
