//! The search index: an embedded index (tantivy) in a folder beside the database, one for all shops of the installation. Rule: there
//! is no way to search without naming a shop, and what is asked, of any size or content, is answered quickly and never panics.
//!
//! The index can be lost at any time: it is built anew from the tables.

mod analysis;
mod expand;
mod files;
mod find;
mod fuzzy;
mod index;
mod terms;
mod writing;

use uuid::Uuid;

pub use index::SearchIndex;
pub use writing::Writing;

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Product = 1,
    Page = 2,
    Collection = 3,
    Post = 4,
    /// A subscription package.
    Package = 5,
}

impl Kind {
    /// All of them, in the order of their groups.
    pub const ALL: [Self; 5] = [Self::Product, Self::Page, Self::Collection, Self::Post, Self::Package];

    fn read(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    /// Its place in [`Kind::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize - 1
    }
}

/// Something that can be found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
    /// What it is called; weighs most.
    pub title: String,
    /// Its article numbers, and those of its variants.
    pub skus: Vec<String>,
    /// Attributes, collections, tags: words that weigh more than those of a text.
    pub keywords: Vec<String>,
    /// Excerpt and text, plain.
    pub text: String,
    /// Whether it can be bought; what is not for sale at all counts as buyable.
    pub buyable: bool,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Query {
    /// The words; what goes beyond 200 characters or 12 words is not looked at.
    pub text: String,
    /// What is searched for; empty means everything.
    pub kinds: Vec<Kind>,
    /// So many hits of each kind.
    pub limit: usize,
    /// Looks at titles only, for suggestions.
    pub titles_only: bool,
}

impl Query {
    fn takes(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// Something that fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
    /// How well it fits, compared with other hits of the same answer.
    pub score: f32,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The best of each kind, best first over all.
    pub hits: Vec<Hit>,
    /// How many fit, by [`Kind::index`].
    pub totals: [u64; 5],
}

/// Why the index did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Another process writes this index.
    #[error("another process keeps this search index")]
    Busy,
    /// The files are of another make than they say.
    #[error("the search index is damaged")]
    Damaged,
    /// The folder can not be read or written.
    #[error("the search index's folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The index is damaged, or its disk is full.
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
}
