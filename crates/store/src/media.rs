//! Pictures and files of a shop, as rows; the bytes are with the media gateway.

use diesel::prelude::*;
use domain::ids::MediaId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::{media, media_sources};
use crate::tx::Tx;

/// One picture or file.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = media)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Media {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub media_id: MediaId,
    /// The name it was uploaded under, for people.
    pub filename: String,
    /// Without a dot: `png`.
    pub extension: String,
    pub mime_type: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// In bytes.
    pub size: i64,
    /// In pixels, for pictures.
    pub width: Option<i64>,
    /// In pixels, for pictures.
    pub height: Option<i64>,
    /// SHA-256 of the bytes as they were uploaded.
    pub content_hash: Vec<u8>,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Those of the shop's media that have one of these ids, in no order.
pub fn find_all(tx: &mut Tx<'_>, ids: &[MediaId]) -> Result<Vec<Media>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(media::table).with(|all| all.filter(media::media_id.eq_any(ids)).select(Media::as_select())).all()
}

/// Adds a picture or file.
pub fn insert(tx: &mut Tx<'_>, row: Media) -> Result<(), StoreError> {
    tx.insert(media::table, row)
}

/// The one with these bytes, if the shop has it already.
pub fn find_by_hash(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<Media>, StoreError> {
    tx.from(media::table)
        .with(|all| all.filter(media::content_hash.eq(hash.to_vec())).select(Media::as_select()))
        .one()
}

/// The picture that came from this place, by the hash of its address.
pub fn find_by_source(tx: &mut Tx<'_>, source_hash: &[u8]) -> Result<Option<MediaId>, StoreError> {
    let found = tx
        .from(media_sources::table)
        .with(|all| {
            all.filter(media_sources::source_hash.eq(source_hash.to_vec())).select(media_sources::media_id)
        })
        .one::<Vec<u8>>()?;
    found.map(MediaId::try_from).transpose().map_err(|error| StoreError::Broken(error.to_string()))
}

/// Notes where a picture came from. A place is noted once, and keeps its first picture.
pub fn note_source(tx: &mut Tx<'_>, source_hash: &[u8], media: MediaId) -> Result<(), StoreError> {
    if find_by_source(tx, source_hash)?.is_some() {
        return Ok(());
    }
    let row =
        (media_sources::source_hash.eq(source_hash.to_vec()), media_sources::media_id.eq(media.to_bytes()));
    tx.insert(media_sources::table, row)
}

/// Forgets where a picture came from, before it is removed.
pub fn forget_sources(tx: &mut Tx<'_>, media: MediaId) -> Result<(), StoreError> {
    tx.from(media_sources::table)
        .with(|all| all.filter(media_sources::media_id.eq(media.to_bytes())))
        .delete()
        .map(drop)
}
