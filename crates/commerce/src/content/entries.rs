//! What staff do with pages and posts.

use domain::content::{Content, EntryForm, EntryKind, Status};
use domain::fields::{FieldErrors, Fields};
use domain::ids::EntryId;
use domain::patch::Patch;
use domain::time::Timestamp;
use store::content::entries::{self as rows, Entry, Search};
use store::{StoreError, Tx};

use super::ContentError;
use super::editor::{Editor, check_media, content_of, revision};
use crate::audit::Actor;
use crate::{Commerce, Shop};

/// A page or post as lists of staff show it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct EntryHead {
    pub id: EntryId,
    /// The draft's.
    pub title: String,
    pub slug: String,
    pub url: String,
    pub status: Status,
    pub published_at: Option<Timestamp>,
    /// When the state that was chosen last takes the place of the one that is shown.
    pub scheduled_at: Option<Timestamp>,
    pub withdraw_at: Option<Timestamp>,
    /// Whether the draft says something else than what is shown or will be.
    pub has_unpublished_changes: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A page or post with its draft.
#[derive(Clone, Debug)]
pub struct EntryView {
    /// Where it stands.
    pub head: EntryHead,
    /// What its draft says.
    pub draft: Content,
}

/// Which entries to list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Only those that stand so.
    pub status: Option<Status>,
    /// Only those with these words in their title, in the form of [`domain::content::label_key`].
    pub title_key: Option<String>,
}

/// When to show an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// From when on; at once if left out.
    pub published_at: Option<Timestamp>,
    /// Until when; without an end if left out.
    pub withdraw_at: Option<Timestamp>,
}

impl Plan {
    /// Refuses an end that is not after the beginning, or has passed.
    pub(super) fn check(self, now: Timestamp) -> Result<(), FieldErrors> {
        let mut fields = Fields::default();
        if let Some(end) = self.withdraw_at {
            if end <= now {
                fields.refuse("withdrawAt", "Must lie in the future.");
            } else if self.published_at.is_some_and(|from| end <= from) {
                fields.refuse("withdrawAt", "Must lie after publishedAt.");
            }
        }
        fields.finish()
    }
}

pub(super) fn head(commerce: &Commerce, entry: &Entry, now: Timestamp) -> Result<EntryHead, StoreError> {
    let publication = entry.publication()?;
    let chosen = publication.next.map(|(revision, _)| revision).or(publication.live);
    Ok(EntryHead {
        id: entry.entry_id,
        title: entry.title.clone(),
        url: commerce.site_url(&entry.kind()?.path_of(&entry.slug)),
        slug: entry.slug.clone(),
        status: publication.status(now),
        published_at: publication.shown(now).map(|(_, since)| since).or(publication.published_at),
        scheduled_at: publication.next.map(|(_, at)| at).filter(|at| *at > now),
        withdraw_at: publication.withdraw_at,
        has_unpublished_changes: chosen.is_some_and(|chosen| chosen != entry.draft_revision),
        created_at: entry.created_at,
        updated_at: entry.updated_at,
        version: entry.version,
    })
}

pub(super) fn view(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    entry: &Entry,
    now: Timestamp,
) -> Result<EntryView, StoreError> {
    let draft = content_of(&revision(tx, entry.draft_revision)?)?;
    Ok(EntryView { head: head(commerce, entry, now)?, draft })
}

/// The entry of this kind with this id.
pub(super) fn present(tx: &mut Tx<'_>, kind: EntryKind, id: EntryId) -> Result<Entry, ContentError> {
    let found = rows::find(tx, id)?.filter(|entry| entry.kind == kind.as_str());
    found.ok_or(ContentError::NotFound)
}

/// As [`present`], and refused where it is not of the version that the caller knows.
pub(super) fn current(
    tx: &mut Tx<'_>,
    kind: EntryKind,
    id: EntryId,
    if_version: Option<i64>,
) -> Result<Entry, ContentError> {
    let entry = present(tx, kind, id)?;
    if if_version.is_some_and(|version| version != entry.version) {
        return Err(ContentError::Stale);
    }
    Ok(entry)
}

/// A page of the shop's pages or posts, the last published first, then the drafts, and how many there are.
pub async fn entries(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    listing: Listing,
    offset: i64,
    limit: i64,
) -> Result<(Vec<EntryHead>, i64), ContentError> {
    let (handle, now) = (commerce.clone(), shop.now);
    let search = Search {
        kind: Some(kind),
        status: listing.status.map(|status| (status, now)),
        title_key: listing.title_key,
        ..Search::default()
    };
    commerce
        .store()
        .read(shop.id, move |tx| {
            let total = rows::count(tx, &search)?;
            let page = rows::list(tx, &search, offset, limit)?;
            let heads = page.iter().map(|entry| head(&handle, entry, now)).collect::<Result<_, _>>()?;
            Ok((heads, total))
        })
        .await
}

/// One page or post.
pub async fn find_entry(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    id: EntryId,
) -> Result<EntryView, ContentError> {
    let (handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let entry = present(tx, kind, id)?;
            Ok(view(&handle, tx, &entry, now)?)
        })
        .await
}

/// Adds a page or post: a draft, or shown as the plan says.
pub async fn create_entry(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    form: EntryForm,
    plan: Option<Plan>,
) -> Result<EntryView, ContentError> {
    let (slug, content) = of_kind(kind, form).parse()?;
    plan.unwrap_or_default().check(shop.now)?;
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let editor = Editor { commerce: &handle, shop: &shop, actor: &actor };
            let mut entry = editor.create(tx, kind, &slug, &content)?;
            if let Some(plan) = plan {
                entry = published(&editor, tx, &entry, plan)?;
            }
            Ok(view(&handle, tx, &entry, shop.now)?)
        })
        .await
}

/// Changes the draft of a page or post, and its address: what the form names is written over what there is.
pub async fn change_entry(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    id: EntryId,
    if_version: Option<i64>,
    form: EntryForm,
) -> Result<EntryView, ContentError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let editor = Editor { commerce: &handle, shop: &shop, actor: &actor };
            let before = current(tx, kind, id, if_version)?;
            let draft = content_of(&revision(tx, before.draft_revision)?)?;
            let (slug, content) = of_kind(kind, form.clone()).over(draft.to_form(&before.slug)).parse()?;
            let mut entry = before.clone();
            slug.as_str().clone_into(&mut entry.slug);
            if content != draft {
                check_media(tx, &content)?;
                editor.save(tx, &mut entry, &content)?;
            } else if entry.slug == before.slug {
                return Ok(view(&handle, tx, &before, shop.now)?);
            }
            let entry = editor.write(tx, "update", &before, entry)?;
            Ok(view(&handle, tx, &entry, shop.now)?)
        })
        .await
}

/// Shows the draft of a page or post, at once or as the plan says.
pub async fn publish_entry(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    id: EntryId,
    if_version: Option<i64>,
    plan: Plan,
) -> Result<EntryView, ContentError> {
    plan.check(shop.now)?;
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let editor = Editor { commerce: &handle, shop: &shop, actor: &actor };
            let before = current(tx, kind, id, if_version)?;
            let entry = published(&editor, tx, &before, plan)?;
            Ok(view(&handle, tx, &entry, shop.now)?)
        })
        .await
}

pub(super) fn published(
    editor: &Editor<'_>,
    tx: &mut Tx<'_>,
    before: &Entry,
    plan: Plan,
) -> Result<Entry, ContentError> {
    let mut entry = before.clone();
    let mut publication = entry.publication()?;
    publication.publish(entry.draft_revision, plan.published_at, plan.withdraw_at, editor.shop.now);
    entry.set_publication(&publication);
    editor.write(tx, "publish", before, entry)
}

/// Ends the showing of a page or post, at once or later. Its draft stays.
pub async fn withdraw_entry(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    id: EntryId,
    if_version: Option<i64>,
    at: Option<Timestamp>,
) -> Result<EntryView, ContentError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let editor = Editor { commerce: &handle, shop: &shop, actor: &actor };
            let before = current(tx, kind, id, if_version)?;
            let mut entry = before.clone();
            let mut publication = entry.publication()?;
            publication.withdraw(at, shop.now);
            entry.set_publication(&publication);
            let entry = editor.write(tx, "unpublish", &before, entry)?;
            Ok(view(&handle, tx, &entry, shop.now)?)
        })
        .await
}

/// Removes a page or post with all its revisions.
pub async fn delete_entry(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    id: EntryId,
    if_version: Option<i64>,
) -> Result<(), ContentError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let entry = current(tx, kind, id, if_version)?;
            Editor { commerce: &handle, shop: &shop, actor: &actor }.delete(tx, &entry)
        })
        .await
}

/// A page has no author, tags and category: what is sent of them is passed over as any unknown key is.
pub(super) fn of_kind(kind: EntryKind, form: EntryForm) -> EntryForm {
    match kind {
        EntryKind::Post => form,
        EntryKind::Page => {
            EntryForm { author: Patch::Absent, tags: Patch::Absent, category: Patch::Absent, ..form }
        }
    }
}
