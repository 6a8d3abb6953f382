//! Pages and posts as shoppers see them.

use std::collections::HashMap;

use domain::content::{EntryKind, Status, label_key};
use domain::ids::{EntryId, MediaId, RevisionId};
use domain::markup;
use domain::time::Timestamp;
use store::content::entries::{self as rows, Entry, Search};
use store::content::id_of;
use store::content::revisions::{self, Summary};
use store::{StoreError, Tx};

use super::ContentError;
use super::blocks::{self, ShownBlock};
use super::editor::{content_of, revision, tags_of};
use crate::media::{Image, images};
use crate::{Commerce, Shop};

/// A page or post in a list.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 6")]
pub struct Article {
    pub id: EntryId,
    pub title: String,
    pub slug: String,
    pub url: String,
    pub excerpt: String,
    pub image: Option<Image>,
    pub status: Status,
    /// Absent from a draft.
    pub published_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub author: Option<String>,
    pub tags: Vec<String>,
    pub category: Option<String>,
}

/// A page or post with everything that its page shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 6")]
pub struct ArticlePage {
    pub article: Article,
    pub blocks: Vec<ShownBlock>,
    pub meta_title: Option<String>,
    pub meta_description: Option<String>,
    pub meta_image: Option<Image>,
}

/// What a list of posts is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ArticleFilter {
    /// With this tag, however it is written.
    pub tag: Option<String>,
    /// Of this category, however it is written.
    pub category: Option<String>,
}

/// A page of the pages or posts that are shown, the last published first, and how many there are.
pub async fn articles(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    filter: ArticleFilter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Article>, i64), ContentError> {
    let key = |label: Option<String>| label.map(|label| label_key(&label));
    let (tag_key, category_key) = (key(filter.tag), key(filter.category));
    // A name without a letter or a digit is nobody's.
    if tag_key.as_deref() == Some("") || category_key.as_deref() == Some("") {
        return Ok((Vec::new(), 0));
    }
    let search = Search { tag_key, category_key, ..Search::shown(kind, shop.now) };
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let total = rows::count(tx, &search)?;
            let page = rows::list(tx, &search, offset, limit)?;
            Ok((listed(&handle, tx, &shop, page)?, total))
        })
        .await
}

/// These entries as they are shown now, in their order. One that is not shown is left out.
pub(super) fn listed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    entries: Vec<Entry>,
) -> Result<Vec<Article>, StoreError> {
    let mut shown = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some((revision, since)) = entry.publication()?.shown(shop.now) {
            shown.push((entry, revision, since));
        }
    }
    let ids: Vec<RevisionId> = shown.iter().map(|(_, revision, _)| *revision).collect();
    let mut summaries: HashMap<RevisionId, Summary> =
        revisions::summaries(tx, &ids)?.into_iter().map(|row| (row.revision_id, row)).collect();
    let pictures: Vec<MediaId> = summaries
        .values()
        .filter_map(|row| id_of(row.image_id.clone()).transpose())
        .collect::<Result<_, _>>()?;
    let pictures = images(commerce, tx, shop.number, &pictures)?;
    shown
        .into_iter()
        .map(|(entry, id, since)| {
            let summary = summaries.remove(&id);
            let summary = summary.ok_or_else(|| StoreError::Broken(format!("there is no revision {id}")))?;
            let image: Option<MediaId> = id_of(summary.image_id)?;
            Ok(Article {
                id: entry.entry_id,
                url: commerce.site_url(&entry.kind()?.path_of(&entry.slug)),
                excerpt: excerpt(summary.excerpt, &summary.plain_text),
                title: summary.title,
                slug: entry.slug,
                image: image.and_then(|id| pictures.get(&id).cloned()),
                status: Status::Published,
                published_at: Some(since),
                updated_at: entry.shown_changed_at.max(since),
                author: summary.author,
                tags: tags_of(&summary.tags)?,
                category: summary.category,
            })
        })
        .collect()
}

/// The excerpt that was written, or the beginning of the text.
fn excerpt(written: Option<String>, plain_text: &str) -> String {
    /// Long enough for two lines of a list.
    const OWN: usize = 200;
    written.unwrap_or_else(|| markup::excerpt(plain_text, OWN))
}

/// The page or post that is shown at this address.
pub async fn article(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    slug: &str,
) -> Result<ArticlePage, ContentError> {
    let (handle, shop, slug) = (commerce.clone(), shop.clone(), slug.to_owned());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let entry = rows::find_by_slug(tx, kind, &slug)?.ok_or(ContentError::NotFound)?;
            let (revision, since) = entry.publication()?.shown(shop.now).ok_or(ContentError::NotFound)?;
            let updated_at = entry.shown_changed_at.max(since);
            let as_shown = (Status::Published, Some(since), updated_at);
            Ok(page(&handle, tx, &shop, &entry, revision, as_shown)?)
        })
        .await
}

/// The draft of an entry as its page will show it.
pub(super) fn draft_page(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    entry: &Entry,
) -> Result<ArticlePage, StoreError> {
    let since = entry.publication()?.shown(shop.now).map(|(_, since)| since);
    page(commerce, tx, shop, entry, entry.draft_revision, (Status::Draft, since, entry.updated_at))
}

fn page(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    entry: &Entry,
    id: RevisionId,
    (status, published_at, updated_at): (Status, Option<Timestamp>, Timestamp),
) -> Result<ArticlePage, StoreError> {
    let row = revision(tx, id)?;
    let content = content_of(&row)?;
    let pictures: Vec<MediaId> = [content.image_id, content.meta_image_id].into_iter().flatten().collect();
    let pictures = images(commerce, tx, shop.number, &pictures)?;
    let picture = |id: Option<MediaId>| id.and_then(|id| pictures.get(&id).cloned());
    Ok(ArticlePage {
        article: Article {
            id: entry.entry_id,
            url: commerce.site_url(&entry.kind()?.path_of(&entry.slug)),
            excerpt: excerpt(content.excerpt, &row.plain_text),
            title: content.title,
            slug: entry.slug.clone(),
            image: picture(content.image_id),
            status,
            published_at,
            updated_at,
            author: content.author,
            tags: content.tags,
            category: content.category,
        },
        blocks: blocks::shown(commerce, tx, shop, &content.blocks)?,
        meta_title: content.meta_title,
        meta_description: content.meta_description,
        meta_image: picture(content.meta_image_id),
    })
}
