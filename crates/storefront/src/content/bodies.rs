//! The shapes of pages and posts. Rule: the order of the fields is the order of the contract's keys.

use axum::Json;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use commerce::content::{Article, ArticlePage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::blocks::BlockBody;
use crate::products::bodies::ImageBody;

/// A page in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000020",
    "title": "About us",
    "slug": "about",
    "url": "https://api.example.com/pages/about",
    "excerpt": "Four generations on one hill.",
    "image": null,
    "status": "published",
    "publishedAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct PageItem {
    #[schema(format = Uuid)]
    id: String,
    title: String,
    slug: String,
    url: String,
    /// Plain text on one line: what the shop wrote, or the beginning of the page.
    excerpt: String,
    #[schema(required)]
    image: Option<ImageBody>,
    /// `published`; `draft` where a preview token shows one.
    status: &'static str,
    /// Null for a draft that was never shown.
    #[schema(required, format = DateTime)]
    published_at: Option<String>,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A page.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000020",
    "title": "About us",
    "slug": "about",
    "url": "https://api.example.com/pages/about",
    "excerpt": "Four generations on one hill.",
    "image": null,
    "status": "published",
    "publishedAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "blocks": [
        {"type": "heading", "text": "One hill", "level": 2},
        {"type": "richText", "html": "<p>Four generations on one hill.</p>"},
        {"type": "form", "form": "newsletter", "title": "Hear from us"},
    ],
    "meta_title": null,
    "meta_description": null,
    "meta_image": null,
}))]
pub(crate) struct PageBody {
    #[serde(flatten)]
    item: PageItem,
    blocks: Vec<BlockBody>,
    #[schema(required)]
    meta_title: Option<String>,
    #[schema(required)]
    meta_description: Option<String>,
    #[schema(required)]
    meta_image: Option<ImageBody>,
}

/// A journal post in a list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "title": "Harvest notes",
    "slug": "harvest-notes",
    "url": "https://api.example.com/posts/harvest-notes",
    "excerpt": "A dry September, and what came of it.",
    "image": null,
    "status": "published",
    "publishedAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "author": "Ada Quill",
    "tags": ["Harvest", "Red wine"],
    "category": "Journal",
}))]
pub(crate) struct PostItem {
    #[serde(flatten)]
    item: PageItem,
    #[schema(required)]
    author: Option<String>,
    tags: Vec<String>,
    #[schema(required)]
    category: Option<String>,
}

/// A journal post.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "title": "Harvest notes",
    "slug": "harvest-notes",
    "url": "https://api.example.com/posts/harvest-notes",
    "excerpt": "A dry September, and what came of it.",
    "image": null,
    "status": "published",
    "publishedAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "author": "Ada Quill",
    "tags": ["Harvest", "Red wine"],
    "category": "Journal",
    "blocks": [{"type": "quote", "text": "The driest in forty years.", "cite": "Our cellar master"}],
    "meta_title": null,
    "meta_description": null,
    "meta_image": null,
}))]
pub(crate) struct PostBody {
    #[serde(flatten)]
    item: PostItem,
    blocks: Vec<BlockBody>,
    #[schema(required)]
    meta_title: Option<String>,
    #[schema(required)]
    meta_description: Option<String>,
    #[schema(required)]
    meta_image: Option<ImageBody>,
}

impl From<Article> for PageItem {
    fn from(article: Article) -> Self {
        Self {
            id: article.id.to_string(),
            title: article.title,
            slug: article.slug,
            url: article.url,
            excerpt: article.excerpt,
            image: article.image.map(ImageBody::from),
            status: article.status.as_str(),
            published_at: article.published_at.map(|time| time.to_string()),
            updated_at: article.updated_at.to_string(),
        }
    }
}

impl From<Article> for PostItem {
    fn from(mut article: Article) -> Self {
        Self {
            author: article.author.take(),
            tags: std::mem::take(&mut article.tags),
            category: article.category.take(),
            item: article.into(),
        }
    }
}

macro_rules! from_page {
    ($($body:ident)*) => {$(
        impl From<ArticlePage> for $body {
            fn from(page: ArticlePage) -> Self {
                let ArticlePage { article, blocks, meta_title, meta_description, meta_image } = page;
                Self {
                    item: article.into(),
                    blocks: blocks.into_iter().map(BlockBody::from).collect(),
                    meta_title,
                    meta_description,
                    meta_image: meta_image.map(ImageBody::from),
                }
            }
        }
    )*};
}

from_page! { PageBody PostBody }

/// How to look at a page.
#[derive(Deserialize)]
pub(crate) struct Previewing {
    /// A preview token: shows the draft.
    pub(super) preview: Option<String>,
}

/// A draft: for who asked, and kept by nobody.
pub(super) fn unkept(body: impl Serialize) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
