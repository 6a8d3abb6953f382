//! Pictures and files of a shop, as rows; the bytes are with the media gateway.

use diesel::prelude::*;
use domain::ids::MediaId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::media;
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
