//! Pages, journal posts, menus and redirects.

pub mod entries;
pub mod menus;
pub mod preview_tokens;
pub mod redirects;
pub mod revisions;

use crate::error::StoreError;

/// An id from a column that may be NULL.
pub fn id_of<I: TryFrom<Vec<u8>>>(column: Option<Vec<u8>>) -> Result<Option<I>, StoreError> {
    let broken = |_| StoreError::Broken("bytes that are no id".to_owned());
    column.map(|bytes| I::try_from(bytes).map_err(broken)).transpose()
}
