//! What the shop says: pages, journal posts, menus, redirects.
//!
//! Rule: what is shown at a moment follows from the dates of an entry (`domain::content::Publication`); whoever changes what
//! is shown records it in the same transaction (`store::changes`).

mod blocks;
mod editor;
mod entries;
mod exporting;
mod importing;
mod menus;
mod previews;
mod redirects;
mod revisions;
mod schedule;
mod searching;
mod shown;
mod site_map;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use store::StoreError;

pub use blocks::{ShownBlock, ShownCollection, ShownProduct};
pub use entries::{
    EntryHead, EntryView, Listing, Plan, change_entry, create_entry, delete_entry, entries, find_entry,
    publish_entry, withdraw_entry,
};
pub use exporting::export;
pub use importing::{put_entry, put_menu, put_redirect};
pub use menus::{
    MenuForm, MenuView, ShownItem, ShownMenu, change_menu, create_menu, delete_menu, find_menu, menu, menus,
};
pub use previews::{PreviewToken, issue_preview_token, preview};
pub use redirects::{
    RedirectForm, RedirectView, change_redirect, create_redirect, delete_redirect, find_redirect,
    leave_redirect, redirect, redirects,
};
pub use revisions::{RevisionHead, RevisionView, find_revision, restore_revision, revisions};
pub(crate) use schedule::settle_entry;
pub use searching::{Document, documents, shown_after};
pub use shown::{Article, ArticleFilter, ArticlePage, article, articles};
pub use site_map::{Address, SiteMap, shop_named, site_map, site_map_file};

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// No such thing in this shop.
    #[error("not found")]
    NotFound,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// Another one has this slug, handle or path.
    #[error("{0} is taken")]
    Taken(String),
    /// Somebody else changed it since.
    #[error("another version is current")]
    Stale,
    /// There are as many of these as there may be.
    #[error("the limit of {0} is reached")]
    LimitReached(i64),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ContentError> for Problem {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::NotFound => Self::not_found(),
            ContentError::Invalid(fields) => Self::invalid(fields),
            ContentError::Taken(what) => {
                Self::new(Kind::Conflict, "slug_taken", format!("There is one with {what} already."))
            }
            ContentError::Stale => {
                Self::new(Kind::Stale, "stale", "It was changed meanwhile. Please load it again.")
            }
            ContentError::LimitReached(limit) => Self::new(
                Kind::Conflict,
                "limit_reached",
                format!("There can be no more than {limit} of these. Please remove one first."),
            ),
            ContentError::Store(error) => error.into(),
        }
    }
}

/// A unique key that was hit is told as what is taken.
fn taken(what: impl FnOnce() -> String) -> impl FnOnce(StoreError) -> ContentError {
    |error| match error {
        StoreError::Duplicate => ContentError::Taken(what()),
        other => other.into(),
    }
}
