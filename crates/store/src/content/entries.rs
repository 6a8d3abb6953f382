//! Pages and posts as rows. What they say is in their revisions; a row tells where they stand and when they are shown.

use diesel::prelude::*;
use domain::content::{EntryKind, Publication, Status};
use domain::ids::{EntryId, RevisionId};
use domain::time::Timestamp;

use super::id_of;
use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::entries;
use crate::tx::{Tx, exactly_one};

/// A page or a post.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = entries, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Entry {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub entry_id: EntryId,
    /// [`EntryKind::as_str`].
    pub kind: String,
    pub slug: String,
    /// The draft's.
    pub title: String,
    /// What the draft's title is searched by.
    pub title_key: String,
    /// The keys of the tags that are shown, each between bars: `|red|dry|`.
    pub tag_keys: String,
    /// The key of the category that is shown; empty for none.
    pub category_key: String,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub draft_revision: RevisionId,
    live_revision: Option<Vec<u8>>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    published_at: Option<Timestamp>,
    next_revision: Option<Vec<u8>>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    next_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    withdraw_at: Option<Timestamp>,
    /// When what is shown was last changed.
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub shown_changed_at: Timestamp,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

impl Entry {
    /// A draft of version 1 with nothing in it yet.
    #[must_use]
    pub fn new(entry_id: EntryId, kind: EntryKind, slug: &str, draft: RevisionId, now: Timestamp) -> Self {
        Self {
            entry_id,
            kind: kind.as_str().to_owned(),
            slug: slug.to_owned(),
            title: String::new(),
            title_key: String::new(),
            tag_keys: String::new(),
            category_key: String::new(),
            draft_revision: draft,
            live_revision: None,
            published_at: None,
            next_revision: None,
            next_at: None,
            withdraw_at: None,
            shown_changed_at: now,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it is a page or a post.
    pub fn kind(&self) -> Result<EntryKind, StoreError> {
        EntryKind::parse(&self.kind)
            .ok_or_else(|| StoreError::Broken(format!("an entry of kind {}", self.kind)))
    }

    /// When it is shown.
    pub fn publication(&self) -> Result<Publication<RevisionId>, StoreError> {
        Ok(Publication {
            live: id_of(self.live_revision.clone())?,
            published_at: self.published_at,
            next: id_of(self.next_revision.clone())?.zip(self.next_at),
            withdraw_at: self.withdraw_at,
        })
    }

    /// Changes when it is shown.
    pub fn set_publication(&mut self, publication: &Publication<RevisionId>) {
        self.live_revision = publication.live.map(Into::into);
        self.published_at = publication.published_at;
        self.next_revision = publication.next.map(|(revision, _)| revision.into());
        self.next_at = publication.next.map(|(_, at)| at);
        self.withdraw_at = publication.withdraw_at;
    }
}

/// Which entries to list. Everything is a further condition.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only of this kind.
    pub kind: Option<EntryKind>,
    /// Only those that stand so at this moment.
    pub status: Option<(Status, Timestamp)>,
    /// Only those whose title's key holds this one.
    pub title_key: Option<String>,
    /// Only those with this tag, by its key.
    pub tag_key: Option<String>,
    /// Only those of this category, by its key.
    pub category_key: Option<String>,
}

impl Search {
    /// What is shown at this moment.
    #[must_use]
    pub fn shown(kind: EntryKind, now: Timestamp) -> Self {
        Self { kind: Some(kind), status: Some((Status::Published, now)), ..Self::default() }
    }
}

/// The entries that are searched for. Diesel's types differ between a count and a list, so each writes its own.
macro_rules! narrowed {
    ($all:expr, $search:expr) => {{
        let search: &Search = $search;
        let mut query = $all.into_boxed();
        if let Some(kind) = search.kind {
            query = query.filter(entries::kind.eq(kind.as_str()));
        }
        if let Some((status, now)) = search.status {
            let now = now.as_micros();
            let not_ended = entries::withdraw_at.is_null().or(entries::withdraw_at.gt(now));
            query = match status {
                Status::Published => query
                    .filter(not_ended)
                    .filter(entries::live_revision.is_not_null().or(entries::next_at.le(now))),
                Status::Scheduled => query
                    .filter(not_ended)
                    .filter(entries::live_revision.is_null().and(entries::next_at.gt(now))),
                Status::Withdrawn => query.filter(entries::withdraw_at.le(now)),
                Status::Draft => query
                    .filter(not_ended)
                    .filter(entries::live_revision.is_null().and(entries::next_at.is_null())),
            };
        }
        // Keys hold letters, digits and hyphens: nothing that `LIKE` reads as a sign.
        if let Some(key) = &search.title_key {
            query = query.filter(entries::title_key.like(format!("%{key}%")));
        }
        if let Some(key) = &search.tag_key {
            query = query.filter(entries::tag_keys.like(format!("%|{key}|%")));
        }
        if let Some(key) = &search.category_key {
            query = query.filter(entries::category_key.eq(key.clone()));
        }
        query
    }};
}

/// How many entries are found.
pub fn count(tx: &mut Tx<'_>, search: &Search) -> Result<i64, StoreError> {
    let count = tx.from(entries::table).with(|all| narrowed!(all, search).count()).one::<i64>()?;
    Ok(count.unwrap_or(0))
}

/// A page of the entries that are found, the last published first, then the drafts, the newest first.
pub fn list(tx: &mut Tx<'_>, search: &Search, offset: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    tx.from(entries::table)
        .with(|all| {
            narrowed!(all, search)
                .order((
                    entries::published_at.is_null().asc(),
                    entries::published_at.desc(),
                    entries::entry_id.desc(),
                ))
                .offset(offset)
                .limit(limit)
                .select(Entry::as_select())
        })
        .all()
}

/// The entries that are found, by their ids, after this one: for going through all of them.
pub fn after(
    tx: &mut Tx<'_>,
    search: &Search,
    last: Option<EntryId>,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let last = last.map(EntryId::to_bytes).unwrap_or_default();
    tx.from(entries::table)
        .with(|all| {
            narrowed!(all, search)
                .filter(entries::entry_id.gt(last))
                .order(entries::entry_id.asc())
                .limit(limit)
                .select(Entry::as_select())
        })
        .all()
}

/// The entry with this id.
pub fn find(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Entry>, StoreError> {
    Ok(find_all(tx, &[id])?.into_iter().next())
}

/// Those of the shop's entries that have one of these ids, in no order.
pub fn find_all(tx: &mut Tx<'_>, ids: &[EntryId]) -> Result<Vec<Entry>, StoreError> {
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(entries::table)
        .with(|all| all.filter(entries::entry_id.eq_any(ids)).select(Entry::as_select()))
        .all()
}

/// The entry at this address.
pub fn find_by_slug(tx: &mut Tx<'_>, kind: EntryKind, slug: &str) -> Result<Option<Entry>, StoreError> {
    tx.from(entries::table)
        .with(|all| {
            all.filter(entries::kind.eq(kind.as_str()))
                .filter(entries::slug.eq(slug.to_owned()))
                .select(Entry::as_select())
        })
        .one()
}

/// Adds an entry; [`StoreError::Duplicate`] where its address is taken.
pub fn insert(tx: &mut Tx<'_>, entry: Entry) -> Result<(), StoreError> {
    tx.insert(entries::table, entry)
}

/// Writes an entry anew; [`StoreError::Duplicate`] where its new address is taken.
pub fn update(tx: &mut Tx<'_>, entry: Entry) -> Result<(), StoreError> {
    let id = entry.entry_id.to_bytes();
    exactly_one(tx.from(entries::table).with(|all| all.filter(entries::entry_id.eq(id))).update(entry)?)
}

/// Removes an entry whose revisions and preview tokens are gone.
pub fn delete(tx: &mut Tx<'_>, id: EntryId) -> Result<(), StoreError> {
    exactly_one(tx.from(entries::table).with(|all| all.filter(entries::entry_id.eq(id.to_bytes()))).delete()?)
}
