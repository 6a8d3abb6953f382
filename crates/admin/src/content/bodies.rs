//! The shapes of pages and posts as staff see and write them.

use commerce::content::{EntryHead, EntryView, Plan, PreviewToken, RevisionHead, RevisionView};
use domain::content::{Blocks, Content, EntryForm};
use domain::fields::{FieldErrors, Fields, Invalid};
use domain::ids::MediaId;
use domain::time::Timestamp;
use marzipan_http::Patch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::blocks::BlockForm;
use marzipan_http::fields::long_line_schema;

/// A page or post in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000020",
    "title": "About us",
    "slug": "about",
    "url": "https://api.example.com/pages/about",
    "status": "published",
    "publishedAt": "2024-10-07T12:12:58.000000Z",
    "scheduledAt": null,
    "withdrawAt": null,
    "hasUnpublishedChanges": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct EntryItem {
    #[schema(format = Uuid)]
    id: String,
    /// The draft's.
    title: String,
    slug: String,
    url: String,
    /// `draft`, `scheduled`, `published` or `withdrawn`.
    status: &'static str,
    /// Since when it is shown, or will be.
    #[schema(required, format = DateTime)]
    published_at: Option<String>,
    /// When what was chosen last takes the place of what is shown.
    #[schema(required, format = DateTime)]
    scheduled_at: Option<String>,
    /// When its showing ends, or has ended.
    #[schema(required, format = DateTime)]
    withdraw_at: Option<String>,
    /// Whether the draft says something else than what is shown or will be.
    has_unpublished_changes: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

fn shown(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

impl From<EntryHead> for EntryItem {
    fn from(head: EntryHead) -> Self {
        let EntryHead {
            id,
            title,
            slug,
            url,
            status,
            published_at,
            scheduled_at,
            withdraw_at,
            has_unpublished_changes,
            created_at,
            updated_at,
            version: _,
        } = head;
        Self {
            id: id.to_string(),
            title,
            slug,
            url,
            status: status.as_str(),
            published_at: shown(published_at),
            scheduled_at: shown(scheduled_at),
            withdraw_at: shown(withdraw_at),
            has_unpublished_changes,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// What the draft of a page says.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageContent {
    /// Null where the beginning of the text stands for it.
    #[schema(required)]
    excerpt: Option<String>,
    #[schema(required, value_type = Option<String>, format = Uuid)]
    image_id: Option<MediaId>,
    #[schema(value_type = Vec<BlockForm>)]
    blocks: Blocks,
    #[schema(required)]
    meta_title: Option<String>,
    #[schema(required)]
    meta_description: Option<String>,
    #[schema(required, value_type = Option<String>, format = Uuid)]
    meta_image_id: Option<MediaId>,
}

/// What the draft of a post says besides.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostContent {
    #[serde(flatten)]
    page: PageContent,
    #[schema(required)]
    author: Option<String>,
    tags: Vec<String>,
    #[schema(required)]
    category: Option<String>,
}

impl From<Content> for PageContent {
    fn from(content: Content) -> Self {
        Self {
            excerpt: content.excerpt,
            image_id: content.image_id,
            blocks: content.blocks,
            meta_title: content.meta_title,
            meta_description: content.meta_description,
            meta_image_id: content.meta_image_id,
        }
    }
}

impl From<Content> for PostContent {
    fn from(mut content: Content) -> Self {
        Self {
            author: content.author.take(),
            tags: std::mem::take(&mut content.tags),
            category: content.category.take(),
            page: content.into(),
        }
    }
}

/// A page with its draft.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000020",
    "title": "About us",
    "slug": "about",
    "url": "https://api.example.com/pages/about",
    "status": "draft",
    "publishedAt": null,
    "scheduledAt": null,
    "withdrawAt": null,
    "hasUnpublishedChanges": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "excerpt": null,
    "imageId": null,
    "blocks": [{"type": "richText", "markdown": "Four generations on *one* hill."}],
    "metaTitle": null,
    "metaDescription": null,
    "metaImageId": null,
}))]
pub(crate) struct PageBody {
    #[serde(flatten)]
    item: EntryItem,
    #[serde(flatten)]
    content: PageContent,
}

/// A post with its draft.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "title": "Harvest notes",
    "slug": "harvest-notes",
    "url": "https://api.example.com/posts/harvest-notes",
    "status": "draft",
    "publishedAt": null,
    "scheduledAt": null,
    "withdrawAt": null,
    "hasUnpublishedChanges": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "excerpt": "A dry September, and what came of it.",
    "imageId": null,
    "blocks": [{"type": "quote", "text": "The driest in forty years.", "cite": "Our cellar master"}],
    "metaTitle": null,
    "metaDescription": null,
    "metaImageId": null,
    "author": "Ada Quill",
    "tags": ["Harvest", "Red wine"],
    "category": "Journal",
}))]
pub(crate) struct PostBody {
    #[serde(flatten)]
    item: EntryItem,
    #[serde(flatten)]
    content: PostContent,
}

/// A revision in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000022",
    "number": 3,
    "title": "About us",
    "savedBy": "Ada Quill",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "isDraft": true,
    "isShown": false,
}))]
pub(crate) struct RevisionItem {
    #[schema(format = Uuid)]
    id: String,
    /// Counts up from 1.
    number: i64,
    title: String,
    /// Who saved it.
    saved_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Whether it is the draft.
    is_draft: bool,
    /// Whether it is shown now.
    is_shown: bool,
}

impl From<RevisionHead> for RevisionItem {
    fn from(head: RevisionHead) -> Self {
        let RevisionHead { id, number, title, saved_by, created_at, is_draft, is_shown } = head;
        let created_at = created_at.to_string();
        Self { id: id.to_string(), number, title, saved_by, created_at, is_draft, is_shown }
    }
}

/// A revision of a page.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000022",
    "number": 3,
    "title": "About us",
    "savedBy": "Ada Quill",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "isDraft": true,
    "isShown": false,
    "excerpt": null,
    "imageId": null,
    "blocks": [],
    "metaTitle": null,
    "metaDescription": null,
    "metaImageId": null,
}))]
pub(crate) struct PageRevisionBody {
    #[serde(flatten)]
    item: RevisionItem,
    #[serde(flatten)]
    content: PageContent,
}

/// A revision of a post.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000022",
    "number": 3,
    "title": "Harvest notes",
    "savedBy": "Ada Quill",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "isDraft": true,
    "isShown": false,
    "excerpt": null,
    "imageId": null,
    "blocks": [],
    "metaTitle": null,
    "metaDescription": null,
    "metaImageId": null,
    "author": null,
    "tags": [],
    "category": null,
}))]
pub(crate) struct PostRevisionBody {
    #[serde(flatten)]
    item: RevisionItem,
    #[serde(flatten)]
    content: PostContent,
}

macro_rules! from_view {
    ($($body:ident $revision:ident)*) => {$(
        impl From<EntryView> for $body {
            fn from(view: EntryView) -> Self {
                Self { item: view.head.into(), content: view.draft.into() }
            }
        }

        impl From<RevisionView> for $revision {
            fn from(view: RevisionView) -> Self {
                Self { item: view.head.into(), content: view.content.into() }
            }
        }
    )*};
}

from_view! { PageBody PageRevisionBody PostBody PostRevisionBody }

/// What is sent of a page or post: all of it when it is new, and what changes in a PATCH. Posts have more.
macro_rules! forms {
    (
        $(#[$new_doc:meta])* $new:ident, $(#[$patch_doc:meta])* $patch:ident,
        { $($(#[$doc:meta])* $field:ident: $type:ty = $schema:ty,)* } without { $($without:ident)* }
    ) => {
        #[derive(Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        $(#[$new_doc])*
        pub(crate) struct $new {
            #[schema(required, schema_with = long_line_schema)]
            title: Option<String>,
            /// Its name in its address; made of the title if left out.
            #[schema(max_length = 120, pattern = "^([a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?)?$")]
            slug: Option<String>,
            /// Plain text; the beginning of the text stands for it if left out.
            #[schema(max_length = 500)]
            excerpt: Option<String>,
            #[schema(format = Uuid)]
            image_id: Option<String>,
            #[schema(value_type = Option<Vec<BlockForm>>, max_items = 100)]
            blocks: Option<Value>,
            #[schema(max_length = 200)]
            meta_title: Option<String>,
            #[schema(max_length = 500)]
            meta_description: Option<String>,
            #[schema(format = Uuid)]
            meta_image_id: Option<String>,
            $($(#[$doc])* $field: Option<$type>,)*
            /// `draft` if left out; `published` shows it, from `publishedAt` on if that is given.
            #[schema(value_type = Option<StatusWord>)]
            status: Option<String>,
            /// Only with the status `published`.
            #[schema(format = DateTime)]
            published_at: Option<String>,
            /// Only with the status `published`: when its showing ends.
            #[schema(format = DateTime)]
            withdraw_at: Option<String>,
        }

        impl $new {
            /// What it says, and when it is to be shown.
            pub(super) fn parse(self) -> Result<(EntryForm, Option<Plan>), FieldErrors> {
                let plan = planned(self.status.as_deref(), self.published_at, self.withdraw_at)?;
                let form = EntryForm {
                    slug: sent(self.slug),
                    title: sent(self.title),
                    excerpt: sent(self.excerpt),
                    image_id: sent(self.image_id),
                    blocks: sent(self.blocks),
                    meta_title: sent(self.meta_title),
                    meta_description: sent(self.meta_description),
                    meta_image_id: sent(self.meta_image_id),
                    $($field: sent(self.$field),)*
                    $($without: Patch::Absent,)*
                };
                Ok((form, plan))
            }
        }

        #[derive(Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        $(#[$patch_doc])*
        pub(crate) struct $patch {
            #[serde(default)]
            #[schema(schema_with = long_line_schema)]
            title: Patch<String>,
            /// Takes effect at once. Where the old address is public, it leads to the new one from then on. Null makes a new
            /// one of the title.
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 120, pattern = "^([a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?)?$")]
            slug: Patch<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 500)]
            excerpt: Patch<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Uuid)]
            image_id: Patch<String>,
            /// All blocks anew.
            #[serde(default)]
            #[schema(value_type = Option<Vec<BlockForm>>, max_items = 100)]
            blocks: Patch<Value>,
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 200)]
            meta_title: Patch<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 500)]
            meta_description: Patch<String>,
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Uuid)]
            meta_image_id: Patch<String>,
            $(
                $(#[$doc])*
                #[serde(default)]
                #[schema(value_type = Option<$schema>)]
                $field: Patch<$type>,
            )*
        }

        impl From<$patch> for EntryForm {
            fn from(patch: $patch) -> Self {
                Self {
                    slug: patch.slug,
                    title: patch.title,
                    excerpt: patch.excerpt,
                    image_id: patch.image_id,
                    blocks: patch.blocks,
                    meta_title: patch.meta_title,
                    meta_description: patch.meta_description,
                    meta_image_id: patch.meta_image_id,
                    $($field: patch.$field,)*
                    $($without: Patch::Absent,)*
                }
            }
        }
    };
}

forms! {
    /// A new page.
    #[schema(example = json!({
        "title": "About us",
        "blocks": [
            {"type": "heading", "text": "One hill", "level": 2},
            {"type": "richText", "markdown": "Four generations on *one* hill."},
        ],
        "status": "published",
    }))]
    NewPageBody,
    /// What to change of a page's draft; what is left out stays, null empties.
    #[schema(example = json!({"excerpt": "Four generations on one hill.", "metaTitle": null}))]
    PagePatch,
    {} without { author tags category }
}

forms! {
    /// A new post.
    #[schema(example = json!({
        "title": "Harvest notes",
        "author": "Ada Quill",
        "tags": ["Harvest", "Red wine"],
        "category": "Journal",
        "blocks": [{"type": "quote", "text": "The driest in forty years."}],
        "status": "published",
        "publishedAt": "2026-10-01T08:00:00Z",
    }))]
    NewPostBody,
    /// What to change of a post's draft; what is left out stays, null empties.
    #[schema(example = json!({"tags": ["Harvest"], "category": null}))]
    PostPatch,
    {
        #[schema(max_length = 100)]
        author: String = String,
        /// At most 20, of at most 50 characters.
        #[schema(max_items = 20)]
        tags: Vec<String> = Vec<String>,
        #[schema(max_length = 50)]
        category: String = String,
    } without {}
}

/// What a new page or post can be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `planned` reads")]
pub(crate) enum StatusWord {
    Draft,
    Published,
}

/// In a new thing null is as good as left out.
fn sent<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Absent, Patch::Value)
}

fn planned(
    status: Option<&str>,
    published_at: Option<String>,
    withdraw_at: Option<String>,
) -> Result<Option<Plan>, FieldErrors> {
    let mut fields = Fields::default();
    let has_dates = published_at.is_some() || withdraw_at.is_some();
    let is_published = match status {
        Some("published") => true,
        None | Some("draft") => false,
        Some(_) => {
            let known = Err::<(), _>(Invalid::fixed("Must be one of draft, published."));
            fields.take("status", known).is_some()
        }
    };
    if has_dates && !is_published {
        fields.refuse("status", "Must be published where a date is given.");
    }
    let plan = plan(&mut fields, published_at, withdraw_at);
    fields.finish()?;
    Ok(is_published.then_some(plan))
}

fn plan(fields: &mut Fields, published_at: Option<String>, withdraw_at: Option<String>) -> Plan {
    let mut time =
        |name: &str, text: Option<String>| fields.take_optional(name, text.as_deref().map(Timestamp::parse));
    Plan { published_at: time("publishedAt", published_at), withdraw_at: time("withdrawAt", withdraw_at) }
}

/// When to show a page or post.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"publishedAt": "2026-10-01T08:00:00Z", "withdrawAt": "2026-12-24T18:00:00Z"}))]
pub(crate) struct PublishBody {
    /// From when on; at once if left out. A time in the past is shown as its date.
    #[schema(format = DateTime)]
    published_at: Option<String>,
    /// Until when; without an end if left out.
    #[schema(format = DateTime)]
    withdraw_at: Option<String>,
}

impl PublishBody {
    pub(super) fn parse(self) -> Result<Plan, FieldErrors> {
        let mut fields = Fields::default();
        let plan = plan(&mut fields, self.published_at, self.withdraw_at);
        fields.finish()?;
        Ok(plan)
    }
}

/// When to end the showing of a page or post.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"withdrawAt": "2026-12-24T18:00:00Z"}))]
pub(crate) struct UnpublishBody {
    /// At once if left out, or if it has passed.
    #[schema(format = DateTime)]
    withdraw_at: Option<String>,
}

impl UnpublishBody {
    pub(super) fn parse(self) -> Result<Option<Timestamp>, FieldErrors> {
        let mut fields = Fields::default();
        let at = fields.take_optional("withdrawAt", self.withdraw_at.as_deref().map(Timestamp::parse));
        fields.finish()?;
        Ok(at)
    }
}

/// How long a preview token is to be good.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"expiresAt": "2026-10-01T08:00:00Z"}))]
pub(crate) struct NewPreviewBody {
    /// When it ends: a week ahead if left out, 30 days at the most.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl NewPreviewBody {
    pub(super) fn parse(self) -> Result<Option<Timestamp>, FieldErrors> {
        let mut fields = Fields::default();
        let at = fields.take_optional("expiresAt", self.expires_at.as_deref().map(Timestamp::parse));
        fields.finish()?;
        Ok(at)
    }
}

/// A preview token, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "token": "mzp_b3BhcXVlLCAyNTYgcmFuZG9tIGJpdHMgc3RhbmQgaGVy",
    "url": "https://api.example.com/pages/about?preview=mzp_b3BhcXVlLCAyNTYgcmFuZG9tIGJpdHMgc3RhbmQgaGVy",
    "expiresAt": "2026-10-01T08:00:00.000000Z",
}))]
pub(crate) struct PreviewTokenBody {
    /// For `?preview=` on the storefront's GET of this page or post.
    token: String,
    /// Where on the shop's site the draft is shown.
    url: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<PreviewToken> for PreviewTokenBody {
    fn from(token: PreviewToken) -> Self {
        let PreviewToken { token, url, expires_at } = token;
        Self { token, url, expires_at: expires_at.to_string() }
    }
}
