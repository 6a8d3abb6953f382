//! Pictures and files of a shop.
//!
//! Rule: a file is stored before its row says that it is there, and removed after its row is gone; a job that waits
//! meanwhile clears away what a crash leaves between the two.

mod images;
mod library;
mod removal;
mod renditions;
mod serving;
mod upload;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use gateways::fetch::Fetcher;
use gateways::media::{MediaPlace, MediaStore, MediaStoreError, Refused, Workshop};
use store::StoreError;
use store::media::Use;
use url::Url;

pub use images::Image;
pub(crate) use images::images;
pub use library::{MediaChange, MediaEntry, MediaUse, RenditionEntry, change, find, list, remove};
pub use removal::Removal;
pub(crate) use removal::clear_away;
pub(crate) use renditions::make;
pub use serving::{look_at, read};
pub use upload::{Upload, fetch, store_bytes, upload};

/// What pictures and files need of the outer world.
pub struct MediaParts {
    /// Where files lie.
    pub store: MediaStore,
    /// Where work on pictures is done.
    pub workshop: Workshop,
    /// What fetches the files that imports name.
    pub fetcher: Fetcher,
    /// Where browsers fetch files, if not from this server.
    pub base_url: Option<Url>,
}

impl MediaParts {
    /// Files in memory, nothing fetched from private networks: for whoever keeps nothing.
    ///
    /// # Panics
    ///
    /// Where the process has no way to make TLS connections.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            store: MediaStore::open(MediaPlace::Memory).expect("memory is always there"),
            workshop: Workshop::with_places(1),
            fetcher: Fetcher::new(false).expect("TLS is built in"),
            base_url: None,
        }
    }
}

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// No such picture or file of this shop's.
    #[error("there is no such file")]
    NotFound,
    /// `If-Match` named another version.
    #[error("the file was changed meanwhile")]
    Stale,
    /// Something shows it.
    #[error("the file is in use")]
    InUse(Vec<Use>),
    /// The file is none that is kept.
    #[error("the file {0}")]
    Refused(#[from] Refused),
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// Where files lie.
    #[error(transparent)]
    Files(#[from] MediaStoreError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::NotFound => Self::not_found(),
            MediaError::Stale => {
                Self::new(Kind::Stale, "stale", "The file was changed meanwhile. Please load it again.")
            }
            MediaError::InUse(uses) => Self::new(Kind::Conflict, "media_in_use", in_use(&uses)),
            MediaError::Refused(reason) => Self::invalid(FieldErrors::one("file", reason.to_string())),
            MediaError::Invalid(fields) => Self::invalid(fields),
            MediaError::Files(error) => {
                tracing::error!(error = %error, "the media storage did not do what was asked");
                Self::unavailable()
            }
            MediaError::Store(error) => error.into(),
        }
    }
}

/// Names where a file is used, not all of it where that is much.
fn in_use(uses: &[Use]) -> String {
    const TOLD: usize = 5;
    let told: Vec<String> =
        uses.iter().take(TOLD).map(|place| format!("{} {}", place.kind, place.owner)).collect();
    let more = if uses.len() > TOLD { format!(" and {} more", uses.len() - TOLD) } else { String::new() };
    format!(
        "This file is in use and can not be removed before it is taken away there: {}{more}.",
        told.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn places_are_named_and_too_many_are_counted() {
        let places: Vec<Use> =
            (0..7).map(|number| Use { kind: "page".to_owned(), owner: Uuid::from_u128(number) }).collect();
        let text = in_use(&places[..1]);
        assert!(text.ends_with("there: page 00000000-0000-0000-0000-000000000000."), "{text}");
        assert!(in_use(&places).ends_with("000000000004 and 2 more."));
    }
}
