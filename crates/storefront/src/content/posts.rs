//! GET /posts and GET /posts/{slug}.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use commerce::Commerce;
use commerce::content::{self, ArticleFilter};
use domain::content::EntryKind;
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use domain::text;
use marzipan_http::openapi::{Always, Invalid, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, Query, Segment};
use serde::Deserialize;
use utoipa::IntoParams;

use super::bodies::{PostBody, PostItem, Previewing, unkept};
use crate::identity::Shopper;

/// Which posts to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only posts with this tag: as it is written, or with hyphens between its words, in any case.
    #[param(required = false, value_type = String, max_length = 50, example = "red-wine")]
    tag: Option<String>,
    /// Only posts of this category, likewise.
    #[param(required = false, value_type = String, max_length = 50, example = "journal")]
    category: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<ArticleFilter, FieldErrors> {
        const MOST: usize = 50;
        let mut fields = Fields::default();
        let mut label = |name: &str, label: Option<String>| {
            fields.take_optional(name, label.map(|label| text::optional_line(&label, MOST))).flatten()
        };
        let filter =
            ArticleFilter { tag: label("tag", self.tag), category: label("category", self.category) };
        fields.finish()?;
        Ok(filter)
    }
}

/// List posts.
///
/// Those that are shown, the last published first.
#[utoipa::path(
    get,
    path = "/posts",
    tag = "CMS",
    operation_id = "listPosts",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of them.", body = ListBody<PostItem>,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<PostItem>, ApiError> {
    let (filter, offset, limit) = (filter.parse()?, paging.offset(), paging.limit());
    let (posts, total) = content::articles(&commerce, &shopper.shop, EntryKind::Post, filter, offset, limit)
        .await
        .map_err(Problem::from)?;
    let posts = posts.into_iter().map(PostItem::from).collect();
    Ok(paging.page_of(posts, u64::try_from(total).unwrap_or(0)))
}

/// Show a post.
///
/// As a page is shown, with its author, tags and category.
#[utoipa::path(
    get,
    path = "/posts/{slug}",
    tag = "CMS",
    operation_id = "showPost",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(
        ("slug" = String, Path, description = "The post's slug.", example = "harvest-notes"),
        ("preview" = Option<String>, Query, description = "A preview token of this post.", example = "mzp_…"),
    ),
    responses(
        (status = 200, description = "The post.", body = PostBody,
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
    let (shop, kind) = (&shopper.shop, EntryKind::Post);
    if let Some(token) = previewing.preview {
        let draft = content::preview(&commerce, shop, kind, &slug, &token).await.map_err(Problem::from)?;
        return Ok(unkept(PostBody::from(draft)));
    }
    let post = content::article(&commerce, shop, kind, &slug).await.map_err(Problem::from)?;
    Ok(Json(PostBody::from(post)).into_response())
}
