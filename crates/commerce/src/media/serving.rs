//! Files as browsers fetch them. Rule: a file's path says all there is to know, so that serving asks no database.

use std::ops::Range;

use domain::media::FilePath;
use gateways::media::{Reading, Stored};

use super::MediaError;
use crate::Commerce;

/// What is known of a file.
pub async fn look_at(commerce: &Commerce, path: &FilePath) -> Result<Stored, MediaError> {
    commerce.media().store.look_at(&path.to_string()).await?.ok_or(MediaError::NotFound)
}

/// Begins to read a file, or a part that it has.
pub async fn read(
    commerce: &Commerce,
    path: &FilePath,
    range: Option<Range<u64>>,
) -> Result<Reading, MediaError> {
    commerce.media().store.read(&path.to_string(), range).await?.ok_or(MediaError::NotFound)
}
