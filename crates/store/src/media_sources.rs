//! Where pictures were fetched from, by the hashes of their addresses.

use diesel::prelude::*;
use domain::ids::MediaId;

use crate::error::StoreError;
use crate::schema::media_sources;
use crate::tx::Tx;

/// The pictures that came from these places, each with the hash of its address.
pub fn find_all(tx: &mut Tx<'_>, hashes: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, MediaId)>, StoreError> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .from(media_sources::table)
        .with(|all| {
            all.filter(media_sources::source_hash.eq_any(hashes.to_vec()))
                .select((media_sources::source_hash, media_sources::media_id))
        })
        .all::<(Vec<u8>, Vec<u8>)>()?;
    let read = |(hash, id): (Vec<u8>, Vec<u8>)| {
        Ok((hash, MediaId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))?))
    };
    found.into_iter().map(read).collect()
}

/// Notes where a picture came from. A place keeps its first picture.
pub fn note(tx: &mut Tx<'_>, hash: &[u8], media: MediaId) -> Result<(), StoreError> {
    if !find_all(tx, &[hash.to_vec()])?.is_empty() {
        return Ok(());
    }
    let row = (media_sources::source_hash.eq(hash.to_vec()), media_sources::media_id.eq(media.to_bytes()));
    tx.insert(media_sources::table, row)
}

/// Forgets where a picture came from, before it is removed.
pub(crate) fn forget(tx: &mut Tx<'_>, media: MediaId) -> Result<(), StoreError> {
    tx.from(media_sources::table)
        .with(|all| all.filter(media_sources::media_id.eq(media.to_bytes())))
        .delete()
        .map(drop)
}
