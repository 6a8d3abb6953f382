//! What the shop sells: products, collections, attributes, reviews.
//!
//! Rule: whoever changes one of them records the change in the same transaction (`store::changes`), so that pages, lists and
//! search show it at once.

mod attributes;
mod collections;
mod details;
mod present;
mod products;
mod references;
mod reviews;
mod save;
mod shelf;
mod shown;
mod views;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use store::StoreError;

pub(crate) use attributes::all_attributes;
pub use attributes::{
    AttributeEntry, attributes, change_attribute, create_attribute, delete_attribute, find_attribute,
    put_attribute,
};
pub use collections::{
    CollectionEntry, CollectionView, change_collection, collection_view, collection_views, collections,
    create_collection, delete_collection, find_collection, put_collection, set_products,
};
pub(crate) use collections::{all_collections, put_members};
pub(crate) use details::{Details, StoredPackage};
pub use present::Stored;
pub(crate) use present::stored_products;
pub(crate) use products::import_product;
pub use products::{
    Put, StockChange, adjust_stock, change_product, create_product, delete_product, find_product, products,
    put_product, refresh_product,
};
pub use reviews::{ReviewEntry, add_review, decide_review, delete_review, find_review, reviews};
pub(crate) use reviews::{forget_author, give_reviews};
pub(crate) use shelf::Shelves;
pub use shelf::{Facet, FacetValue, ListFilter, Listed, Narrowed, Sort, warm_up};
pub use views::{
    AttributeView, AwardView, Brief, BundleItemView, Card, Cards, CollectionBrief, OptionValueView,
    OptionView, PackageView, ProductPage, ReviewView, briefs, cards, product_page,
};

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// No such thing in this shop.
    #[error("not found")]
    NotFound,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// Another one has this slug.
    #[error("the slug {0} is taken")]
    SlugTaken(String),
    /// Somebody else changed it since.
    #[error("another version is current")]
    Stale,
    /// There would be less than nothing.
    #[error("the stock does not reach")]
    StockTooLow,
    /// Its stock is not counted, or is counted by option.
    #[error("this stock is not counted")]
    NotCounted,
    /// The order of a collection by rule can not be set.
    #[error("the collection is filled by its rule")]
    FilledByRule,
    /// One review a customer and product.
    #[error("the customer has reviewed this product")]
    AlreadyReviewed,
    /// The shop has as many of these as a shop may have.
    #[error("the limit of {0} is reached")]
    LimitReached(i64),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        let conflict = |code, message: String| Self::new(Kind::Conflict, code, message);
        match error {
            CatalogError::NotFound => Self::not_found(),
            CatalogError::Invalid(fields) => Self::invalid(fields),
            CatalogError::SlugTaken(slug) => {
                conflict("slug_taken", format!("Another one has the slug `{slug}` already: choose another."))
            }
            CatalogError::Stale => Self::new(
                Kind::Stale,
                "stale",
                "Somebody else has changed this since you read it. Please read it again.",
            ),
            CatalogError::StockTooLow => {
                conflict("stock_too_low", "There are not so many in stock: it can not fall below 0.".to_owned())
            }
            CatalogError::NotCounted => conflict(
                "stock_not_counted",
                "This stock is not counted. Give the product a quantity first, or name one of its option values."
                    .to_owned(),
            ),
            CatalogError::FilledByRule => conflict(
                "filled_by_rule",
                "This collection is filled by its rule: take the rule away to set its products by hand.".to_owned(),
            ),
            CatalogError::AlreadyReviewed => {
                conflict("already_reviewed", "You have reviewed this product already.".to_owned())
            }
            CatalogError::LimitReached(limit) => {
                conflict("limit_reached", format!("A shop can have no more than {limit} of these."))
            }
            CatalogError::Store(error) => error.into(),
        }
    }
}

/// A unique key that was hit is a slug that somebody else took at the same moment.
fn taken(slug: &str) -> impl Fn(StoreError) -> CatalogError + '_ {
    move |error| match error {
        StoreError::Duplicate => CatalogError::SlugTaken(slug.to_owned()),
        error => CatalogError::Store(error),
    }
}
