//! A shop's catalogue and content in files: from other programs, from other shops, and out again.
//!
//! Rule: a file is read as it comes, never as a whole; each thing goes in wholly or is told with its line; and a file that
//! is read again changes nothing.

mod export;
mod item;
mod jsonl;
mod lines;
mod pictures;
mod report;
mod run;
mod shopify;
mod table;
mod write;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use store::StoreError;

use crate::catalog::CatalogError;

pub use export::{ExportError, Exported, Target, export};
pub use item::Kind;
pub use report::{Grade, Pictures, Problem, Report, Tally, Watcher};
pub use run::import;

use item::Item;
use table::Place;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Shopify's table of products.
    ShopifyCsv,
    /// Our own: one JSON object a line.
    MarzipanJsonl,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ShopifyCsv => "shopify-csv",
            Self::MarzipanJsonl => "marzipan-jsonl",
        }
    }
}

/// A file to import.
#[derive(Debug)]
pub struct Input {
    /// It is read more than once, from any place.
    pub file: File,
    /// What people call it.
    pub name: String,
    /// Where the pictures lie that it names by their files.
    pub folder: Option<PathBuf>,
}

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What the file is.
    pub format: Format,
    /// Whether to write nothing, and only tell what would become of it.
    pub dry_run: bool,
    /// Whether to fetch and keep pictures.
    pub pictures: bool,
}

/// Why an import ended before its end. What was written before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not what it should be.
    #[error("line {line}: {reason}")]
    Unusable {
        /// The line.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file can not be read.
    #[error("the file can not be read: {0}")]
    File(#[from] io::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CatalogError> for ImportError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Store(error) => Self::Store(error),
            other => Self::Store(StoreError::Broken(other.to_string())),
        }
    }
}

/// A file's things, one after the other.
trait Reading: Send {
    /// The next one, and where it stands.
    fn next(&mut self) -> Result<Option<(Place, Item)>, ImportError>;

    /// What is to be known of the file as a whole.
    fn notes(&mut self) -> Vec<Problem>;

    /// How many bytes are read.
    fn done(&self) -> u64;
}
