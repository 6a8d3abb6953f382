//! Writing a page or post: every way to change one ends here, so that none forgets the log of changes, the job of a date,
//! or the redirect that an old address leaves behind.

use std::collections::HashSet;

use domain::content::{Content, EntryKind, Publication, label_key};
use domain::fields::Fields;
use domain::ids::{EntryId, MediaId, RevisionId};
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::changes::{Change as Changed, Subject, record};
use store::content::entries::Entry;
use store::content::revisions::Revision;
use store::content::{entries, id_of, preview_tokens, redirects, revisions};
use store::{StoreError, Tx, media};

use super::redirects::leave_redirect;
use super::{ContentError, taken};
use crate::audit::{self, Actor, Change};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop};

/// Revisions kept of an entry, besides those that are shown or will be.
const REVISIONS_KEPT: i64 = 50;

/// Who writes in which shop.
pub(super) struct Editor<'a> {
    pub(super) commerce: &'a Commerce,
    pub(super) shop: &'a Shop,
    pub(super) actor: &'a Actor,
}

/// What shoppers see of an entry, as far as a change of it has to be made known.
type Facet = Option<(RevisionId, Timestamp, String)>;

fn facet(entry: &Entry, now: Timestamp) -> Result<Facet, StoreError> {
    Ok(entry.publication()?.shown(now).map(|(revision, since)| (revision, since, entry.slug.clone())))
}

impl Editor<'_> {
    /// Adds a draft.
    pub(super) fn create(
        &self,
        tx: &mut Tx<'_>,
        kind: EntryKind,
        slug: &ThingSlug,
        content: &Content,
    ) -> Result<Entry, ContentError> {
        check_media(tx, content)?;
        if entries::find_by_slug(tx, kind, slug.as_str())?.is_some() {
            return Err(ContentError::Taken(format!("the slug {slug}")));
        }
        let now = self.shop.now;
        let id = EntryId::new(self.commerce.chance().uuid(now));
        let revision = self.revision(id, 1, content);
        let mut entry = Entry::new(id, kind, slug.as_str(), revision.revision_id, now);
        name(&mut entry, content);
        entries::insert(tx, entry.clone()).map_err(taken(|| format!("the slug {slug}")))?;
        revisions::insert(tx, revision)?;
        note_pictures(tx, &entry)?;
        self.note(tx, "create", &entry, None)?;
        Ok(entry)
    }

    /// Saves what an entry says as its new draft. The entry itself is written by [`Editor::write`].
    pub(super) fn save(
        &self,
        tx: &mut Tx<'_>,
        entry: &mut Entry,
        content: &Content,
    ) -> Result<(), ContentError> {
        let number = revisions::newest_number(tx, entry.entry_id)? + 1;
        let revision = self.revision(entry.entry_id, number, content);
        entry.draft_revision = revision.revision_id;
        name(entry, content);
        revisions::insert(tx, revision)?;
        let publication = entry.publication()?;
        let next = publication.next.map(|(revision, _)| revision);
        let kept: Vec<RevisionId> = [publication.live, next].into_iter().flatten().collect();
        revisions::delete_up_to(tx, entry.entry_id, number - REVISIONS_KEPT, &kept)?;
        Ok(())
    }

    /// Writes an entry over `before`, and does all that follows from the difference.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        action: &str,
        before: &Entry,
        mut entry: Entry,
    ) -> Result<Entry, ContentError> {
        let now = self.shop.now;
        entry.version = before.version + 1;
        entry.updated_at = now;
        settle(self.commerce, tx, now, before, &mut entry)?;
        let slug = entry.slug.clone();
        entries::update(tx, entry.clone()).map_err(taken(|| format!("the slug {slug}")))?;
        self.note(tx, action, &entry, Some(before))?;
        Ok(entry)
    }

    /// Removes an entry and all that was saved of it.
    pub(super) fn delete(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), ContentError> {
        let (id, kind) = (entry.entry_id, entry.kind()?);
        preview_tokens::delete_all(tx, id)?;
        media::set_uses(tx, kind.as_str(), id.uuid(), &[])?;
        revisions::delete_up_to(tx, id, i64::MAX, &[])?;
        entries::delete(tx, id)?;
        let mut changed = Vec::new();
        if facet(entry, self.shop.now)?.is_some() {
            changed.push(change_of(kind, id));
        }
        for old in redirects::leading_to(tx, &kind.path_of(&entry.slug))? {
            if old.automatic {
                redirects::delete(tx, old.redirect_id)?;
                changed.push(Changed::of(Subject::Redirect, old.redirect_id.uuid()));
            }
        }
        if !changed.is_empty() {
            record(tx, &changed)?;
        }
        let note = Change {
            action: &format!("{}.delete", kind.as_str()),
            target_kind: kind.as_str(),
            target_id: id.to_string(),
            before: Some(told(entry, self.shop.now)?),
            after: None,
        };
        Ok(audit::record(self.commerce, tx, self.shop.now, self.actor, note)?)
    }

    fn revision(&self, entry: EntryId, number: i64, content: &Content) -> Revision {
        let now = self.shop.now;
        let saved_by = match self.actor {
            Actor::Staff { name, .. } | Actor::AdminKey { name, .. } => name.clone(),
            Actor::CommandLine => "command line".to_owned(),
        };
        Revision {
            revision_id: RevisionId::new(self.commerce.chance().uuid(now)),
            entry_id: entry,
            number,
            title: content.title.clone(),
            excerpt: content.excerpt.clone(),
            image_id: content.image_id.map(Into::into),
            author: content.author.clone(),
            tags: serde_json::to_string(&content.tags).unwrap_or_default(),
            category: content.category.clone(),
            blocks: content.blocks.to_json(),
            plain_text: content.blocks.plain_text(),
            meta_title: content.meta_title.clone(),
            meta_description: content.meta_description.clone(),
            meta_image_id: content.meta_image_id.map(Into::into),
            saved_by,
            created_at: now,
        }
    }

    fn note(
        &self,
        tx: &mut Tx<'_>,
        action: &str,
        entry: &Entry,
        before: Option<&Entry>,
    ) -> Result<(), StoreError> {
        let kind = entry.kind()?;
        let change = Change {
            action: &format!("{}.{action}", kind.as_str()),
            target_kind: kind.as_str(),
            target_id: entry.entry_id.to_string(),
            before: before.map(|before| told(before, self.shop.now)).transpose()?,
            after: Some(told(entry, self.shop.now)?),
        };
        audit::record(self.commerce, tx, self.shop.now, self.actor, change)
    }
}

/// What the audit log tells of an entry. What it says is in its revisions.
fn told(entry: &Entry, now: Timestamp) -> Result<Value, StoreError> {
    let publication = entry.publication()?;
    Ok(json!({
        "title": entry.title,
        "slug": entry.slug,
        "revision": entry.draft_revision,
        "status": publication.status(now).as_str(),
        "publishedAt": publication.published_at,
        "scheduledAt": publication.next.map(|(_, at)| at),
        "withdrawAt": publication.withdraw_at,
    }))
}

fn name(entry: &mut Entry, content: &Content) {
    entry.title.clone_from(&content.title);
    entry.title_key = label_key(&content.title);
}

pub(super) fn change_of(kind: EntryKind, id: EntryId) -> Changed {
    let subject = match kind {
        EntryKind::Page => Subject::Page,
        EntryKind::Post => Subject::Post,
    };
    Changed::of(subject, id.uuid())
}

/// Does what has fallen due on an entry, and makes known what shoppers see differently from `before`, or since a date of
/// `before` passed. The caller writes the entry.
pub(super) fn settle(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    before: &Entry,
    entry: &mut Entry,
) -> Result<(), StoreError> {
    let mut publication = entry.publication()?;
    publication.settle(now);
    entry.set_publication(&publication);
    label(tx, entry, &publication)?;
    note_pictures(tx, entry)?;
    let planned = before.publication()?.next_event();
    if let Some(event) = publication.next_event().filter(|event| Some(*event) != planned) {
        jobs::enqueue(commerce, tx, event, Kind::SettleEntry(entry.entry_id))?;
    }

    // Where a date has passed, what was remembered before it is not what is shown since.
    let is_due = before.publication()?.settle(now);
    let (was, is) = (facet(before, now)?, facet(entry, now)?);
    if was == is && !is_due {
        return Ok(());
    }
    entry.shown_changed_at = now;
    let kind = entry.kind()?;
    let mut changed = vec![change_of(kind, entry.entry_id)];
    if let Some((_, _, slug)) = &is {
        // A page that is shown is found at its own address, whatever led elsewhere from there.
        let path = kind.path_of(slug);
        if let Some(old) = redirects::find_by_path(tx, &path)? {
            redirects::delete(tx, old.redirect_id)?;
            changed.push(Changed::of(Subject::Redirect, old.redirect_id.uuid()));
        }
        if let Some((_, _, old)) = was.filter(|(_, _, old)| old != slug) {
            leave_redirect(commerce, tx, now, &kind.path_of(&old), &path)?;
        }
    }
    record(tx, &changed).map(drop)
}

/// Writes down which pictures the entry's draft has, what is shown of it, and what will be: these are not to be removed.
fn note_pictures(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    let publication = entry.publication()?;
    let next = publication.next.map(|(revision, _)| revision);
    let mut states = vec![entry.draft_revision];
    states.extend(publication.live.into_iter().chain(next).filter(|state| *state != entry.draft_revision));
    let mut used: Vec<MediaId> = Vec::new();
    for state in states {
        used.extend(content_of(&revision(tx, state)?)?.media().into_iter().map(|(_, id)| id));
    }
    media::set_uses(tx, &entry.kind, entry.entry_id.uuid(), &used)
}

/// Writes down the tags and the category that lists find what is shown (or will be) by.
fn label(
    tx: &mut Tx<'_>,
    entry: &mut Entry,
    publication: &Publication<RevisionId>,
) -> Result<(), StoreError> {
    let shown = publication.live.or(publication.next.map(|(revision, _)| revision));
    let Some(revision) = shown else {
        entry.tag_keys.clear();
        entry.category_key.clear();
        return Ok(());
    };
    let found = revisions::summaries(tx, &[revision])?.into_iter().next();
    let found =
        found.ok_or_else(|| StoreError::Broken(format!("entry {} lacks a revision", entry.entry_id)))?;
    let tags = tags_of(&found.tags)?;
    let mut keys: Vec<String> = tags.iter().map(|tag| label_key(tag)).collect();
    if !keys.is_empty() {
        // A bar before the first and one behind the last.
        keys.insert(0, String::new());
        keys.push(String::new());
    }
    entry.tag_keys = keys.join("|");
    entry.category_key = found.category.as_deref().map(label_key).unwrap_or_default();
    Ok(())
}

pub(super) fn tags_of(stored: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(stored)
        .map_err(|error| StoreError::Broken(format!("the tags of a revision: {error}")))
}

/// What a revision says.
pub(super) fn content_of(revision: &Revision) -> Result<Content, StoreError> {
    let broken = |error| StoreError::Broken(format!("revision {}: {error}", revision.revision_id));
    Ok(Content {
        title: revision.title.clone(),
        excerpt: revision.excerpt.clone(),
        image_id: id_of(revision.image_id.clone())?,
        author: revision.author.clone(),
        tags: tags_of(&revision.tags)?,
        category: revision.category.clone(),
        blocks: domain::content::Blocks::from_stored(&revision.blocks).map_err(broken)?,
        meta_title: revision.meta_title.clone(),
        meta_description: revision.meta_description.clone(),
        meta_image_id: id_of(revision.meta_image_id.clone())?,
    })
}

/// The revision with this id, which an entry names.
pub(super) fn revision(tx: &mut Tx<'_>, id: RevisionId) -> Result<Revision, StoreError> {
    revisions::find(tx, id)?.ok_or_else(|| StoreError::Broken(format!("there is no revision {id}")))
}

/// Refuses pictures that the shop has not.
pub(super) fn check_media(tx: &mut Tx<'_>, content: &Content) -> Result<(), ContentError> {
    let named = content.media();
    let ids: Vec<MediaId> = named.iter().map(|(_, id)| *id).collect();
    let known: HashSet<MediaId> = media::find_all(tx, &ids)?.into_iter().map(|row| row.media_id).collect();
    let mut fields = Fields::default();
    for (path, _) in named.iter().filter(|(_, id)| !known.contains(id)) {
        fields.refuse(path, "There is no such picture in this shop.");
    }
    Ok(fields.finish()?)
}
