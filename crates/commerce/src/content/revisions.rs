//! What was saved of a page or post before. Rule: nothing that was saved is changed; restoring saves it anew.

use domain::content::{Content, EntryKind};
use domain::ids::{EntryId, RevisionId};
use domain::time::Timestamp;
use store::content::entries::Entry;
use store::content::revisions::{self as rows, Revision};
use store::{StoreError, Tx};

use super::ContentError;
use super::editor::{Editor, content_of};
use super::entries::{EntryView, current, present, view};
use crate::audit::Actor;
use crate::{Commerce, Shop};

/// More than are kept of one entry.
const MOST: i64 = 100;

/// One revision in the list of them.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RevisionHead {
    pub id: RevisionId,
    pub number: i64,
    pub title: String,
    pub saved_by: String,
    pub created_at: Timestamp,
    /// Whether it is the draft.
    pub is_draft: bool,
    /// Whether it is shown now.
    pub is_shown: bool,
}

/// One revision and what it says.
#[derive(Clone, Debug)]
pub struct RevisionView {
    /// Which one.
    pub head: RevisionHead,
    /// What it says.
    pub content: Content,
}

/// The revisions of a page or post, newest first.
pub async fn revisions(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    id: EntryId,
) -> Result<Vec<RevisionHead>, ContentError> {
    let now = shop.now;
    commerce
        .store()
        .read(shop.id, move |tx| {
            let entry = present(tx, kind, id)?;
            let found = rows::list(tx, id, MOST)?;
            Ok(found.into_iter().map(|row| head(&entry, now, row)).collect::<Result<_, _>>()?)
        })
        .await
}

/// One revision.
pub async fn find_revision(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    id: EntryId,
    revision: RevisionId,
) -> Result<RevisionView, ContentError> {
    let now = shop.now;
    commerce
        .store()
        .read(shop.id, move |tx| {
            let entry = present(tx, kind, id)?;
            let row = saved(tx, id, revision)?;
            let content = content_of(&row)?;
            let Revision { revision_id, number, title, saved_by, created_at, .. } = row;
            let row = rows::Head { revision_id, number, title, saved_by, created_at };
            Ok(RevisionView { head: head(&entry, now, row)?, content })
        })
        .await
}

/// Makes what a revision says the draft again. What is shown stays as it is.
pub async fn restore_revision(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    id: EntryId,
    if_version: Option<i64>,
    revision: RevisionId,
) -> Result<EntryView, ContentError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = current(tx, kind, id, if_version)?;
            let content = content_of(&saved(tx, id, revision)?)?;
            let editor = Editor { commerce: &handle, shop: &shop, actor: &actor };
            let mut entry = before.clone();
            editor.save(tx, &mut entry, &content)?;
            let entry = editor.write(tx, "restore", &before, entry)?;
            Ok(view(&handle, tx, &entry, shop.now)?)
        })
        .await
}

fn saved(tx: &mut Tx<'_>, entry: EntryId, revision: RevisionId) -> Result<Revision, ContentError> {
    rows::find(tx, revision)?.filter(|row| row.entry_id == entry).ok_or(ContentError::NotFound)
}

fn head(entry: &Entry, now: Timestamp, row: rows::Head) -> Result<RevisionHead, StoreError> {
    let shown = entry.publication()?.shown(now).map(|(revision, _)| revision);
    Ok(RevisionHead {
        is_draft: entry.draft_revision == row.revision_id,
        is_shown: shown == Some(row.revision_id),
        id: row.revision_id,
        number: row.number,
        title: row.title,
        saved_by: row.saved_by,
        created_at: row.created_at,
    })
}
