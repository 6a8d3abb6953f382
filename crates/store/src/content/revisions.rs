//! The states of pages and posts that were saved.

use diesel::prelude::*;
use domain::ids::{EntryId, RevisionId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::entry_revisions;
use crate::tx::Tx;

/// One state of a page or post. Never changed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = entry_revisions)]
#[expect(missing_docs, reason = "the fields are those of domain::content::Content")]
pub struct Revision {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub revision_id: RevisionId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub entry_id: EntryId,
    /// Counts up from 1 for each entry.
    pub number: i64,
    pub title: String,
    pub excerpt: Option<String>,
    pub image_id: Option<Vec<u8>>,
    pub author: Option<String>,
    /// A JSON list.
    pub tags: String,
    pub category: Option<String>,
    /// `domain::content::Blocks` as JSON.
    pub blocks: String,
    /// All words of the blocks on one line.
    pub plain_text: String,
    pub meta_title: Option<String>,
    pub meta_description: Option<String>,
    pub meta_image_id: Option<Vec<u8>>,
    /// The name of who saved it.
    pub saved_by: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// A revision without its contents, for lists of them.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = entry_revisions)]
#[expect(missing_docs, reason = "the fields are those of Revision")]
pub struct Head {
    #[diesel(deserialize_as = Vec<u8>)]
    pub revision_id: RevisionId,
    pub number: i64,
    pub title: String,
    pub saved_by: String,
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
}

/// What a list of entries shows of each: a revision without its blocks. Where no excerpt was written, the beginning of the
/// text stands in.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = entry_revisions)]
#[expect(missing_docs, reason = "the fields are those of Revision")]
pub struct Summary {
    #[diesel(deserialize_as = Vec<u8>)]
    pub revision_id: RevisionId,
    #[diesel(deserialize_as = Vec<u8>)]
    pub entry_id: EntryId,
    pub title: String,
    pub excerpt: Option<String>,
    pub image_id: Option<Vec<u8>>,
    pub author: Option<String>,
    pub tags: String,
    pub category: Option<String>,
    pub plain_text: String,
}

/// Adds a revision.
pub fn insert(tx: &mut Tx<'_>, revision: Revision) -> Result<(), StoreError> {
    tx.insert(entry_revisions::table, revision)
}

/// The revision with this id.
pub fn find(tx: &mut Tx<'_>, id: RevisionId) -> Result<Option<Revision>, StoreError> {
    tx.from(entry_revisions::table)
        .with(|all| all.filter(entry_revisions::revision_id.eq(id.to_bytes())).select(Revision::as_select()))
        .one()
}

/// The revisions with these ids as lists show them, in no order.
pub fn summaries(tx: &mut Tx<'_>, ids: &[RevisionId]) -> Result<Vec<Summary>, StoreError> {
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(entry_revisions::table)
        .with(|all| all.filter(entry_revisions::revision_id.eq_any(ids)).select(Summary::as_select()))
        .all()
}

/// The revisions of an entry, newest first.
pub fn list(tx: &mut Tx<'_>, entry: EntryId, limit: i64) -> Result<Vec<Head>, StoreError> {
    tx.from(entry_revisions::table)
        .with(|all| {
            all.filter(entry_revisions::entry_id.eq(entry.to_bytes()))
                .order(entry_revisions::number.desc())
                .limit(limit)
                .select(Head::as_select())
        })
        .all()
}

/// The number of an entry's newest revision; 0 where there is none.
pub fn newest_number(tx: &mut Tx<'_>, entry: EntryId) -> Result<i64, StoreError> {
    Ok(list(tx, entry, 1)?.first().map_or(0, |newest| newest.number))
}

/// Forgets the revisions of an entry up to this number, but for those that are kept.
pub fn delete_up_to(
    tx: &mut Tx<'_>,
    entry: EntryId,
    number: i64,
    kept: &[RevisionId],
) -> Result<usize, StoreError> {
    let kept: Vec<Vec<u8>> = kept.iter().map(|id| id.to_bytes()).collect();
    tx.from(entry_revisions::table)
        .with(|all| {
            all.filter(entry_revisions::entry_id.eq(entry.to_bytes()))
                .filter(entry_revisions::number.le(number))
                .filter(diesel::dsl::not(entry_revisions::revision_id.eq_any(kept)))
        })
        .delete()
}
