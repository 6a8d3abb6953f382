//! Searching what a shop shows. Rule: the index tells only which things fit; what an answer says of them is read from the tables at
//! that moment, and what is not shown there is not in the answer.

mod answer;
mod entries;
mod follow;
mod rebuild;
mod walk;

use domain::problem::Problem;
use store::StoreError;

pub use answer::{Answer, Ask, HitView, LONGEST_QUERY, find, suggest};
pub use follow::follow;
pub use gateways::search::Kind;
pub use rebuild::{Rebuilt, rebuild};

/// Why a search was not answered.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index can not be read or written.
    #[error(transparent)]
    Index(#[from] gateways::search::SearchError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread of ours failed.
    #[error("a search did not end")]
    Panicked,
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => error.into(),
            SearchError::Index(_) | SearchError::Panicked => Self::internal(error),
        }
    }
}

/// Does what takes the processor or waits for the disk on a thread where that holds up nobody.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, gateways::search::SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| SearchError::Panicked)??)
}
