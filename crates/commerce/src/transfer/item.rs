//! What a file says of one thing, read and not yet written.

use domain::catalog::{AttributeForm, CollectionForm, ImageForm, ProductForm};
use domain::fields::FieldErrors;
use domain::patch::Patch;
use domain::time::Timestamp;
use domain::transfer::shopify::Places;
use serde::Serialize;

use super::report::{Grade, Problem};
use crate::selling::SellingLine;

/// The kinds of things that a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The shop's settings.
    Settings,
    /// An attribute.
    Attribute,
    /// A picture or file.
    Media,
    /// A collection.
    Collection,
    /// A product or package.
    Product,
    /// A page.
    Page,
    /// A journal post.
    Post,
    /// A menu.
    Menu,
    /// An old address that leads to a new one.
    Redirect,
    /// A rate of tax.
    TaxRate,
    /// A shipping method.
    ShippingMethod,
    /// A discount.
    Discount,
    /// The rewards programme.
    Rewards,
    /// A line of no known kind.
    Unknown,
}

/// A thing with its place in the file.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it begins.
    pub(super) line: u64,
    /// About as much as it takes.
    pub(super) bytes: usize,
    /// What was told of it already.
    pub(super) problems: Vec<Problem>,
    /// What it is.
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Settings(Box<serde_json::Value>),
    Attribute(AttributeForm),
    Media(MediaItem),
    Collection(Box<CollectionItem>),
    Product(Box<ProductItem>),
    /// A page, post, menu or redirect, as the line has it.
    Content(Kind, Box<serde_json::Value>),
    Selling(Box<SellingLine>),
    /// It could not be read; why stands among its problems.
    Refused(Kind),
}

/// A picture or file on a line of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct MediaItem {
    pub(super) image: ImageForm,
    pub(super) filename: Option<String>,
}

/// A collection.
#[derive(Clone, Debug, Default)]
pub(super) struct CollectionItem {
    pub(super) form: CollectionForm,
    pub(super) image: Patch<ImageForm>,
    /// Slugs of its products in their order; `None` leaves them as they are.
    pub(super) products: Option<Vec<String>>,
}

/// A product.
#[derive(Clone, Debug)]
pub(super) struct ProductItem {
    pub(super) form: ProductForm,
    /// When it was made in the shop that it comes from.
    pub(super) made_at: Option<Timestamp>,
    pub(super) meta_image: Patch<ImageForm>,
    /// What it names and the file defines by naming it.
    pub(super) ensures: Vec<Ensured>,
    pub(super) origin: Origin,
}

/// An attribute or collection that is made unless it is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ensured {
    pub(super) kind: Kind,
    pub(super) slug: String,
    pub(super) name: String,
}

/// Where a product's fields stand in the file.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// On one line.
    Line,
    /// On the rows of a table.
    Shopify { places: Places, picture_lines: Vec<u64> },
}

impl Item {
    /// Of which kind it is.
    pub(super) fn kind(&self) -> Kind {
        match &self.what {
            What::Settings(_) => Kind::Settings,
            What::Attribute(_) => Kind::Attribute,
            What::Media(_) => Kind::Media,
            What::Collection(_) => Kind::Collection,
            What::Product(_) => Kind::Product,
            What::Selling(line) => match **line {
                SellingLine::TaxRate(_) => Kind::TaxRate,
                SellingLine::ShippingMethod(_) => Kind::ShippingMethod,
                SellingLine::Discount { .. } => Kind::Discount,
                SellingLine::Rewards(_) => Kind::Rewards,
            },
            What::Content(kind, _) | What::Refused(kind) => *kind,
        }
    }

    /// Refused fields as problems, each with its line.
    pub(super) fn refused(&self, errors: &FieldErrors) -> Vec<Problem> {
        if let What::Product(product) = &self.what
            && let Origin::Shopify { places, .. } = &product.origin
        {
            let told = places.faults(errors).into_iter();
            return told
                .map(|fault| Problem::new(fault.line, Some(fault.column), fault.reason, Grade::Refused))
                .collect();
        }
        let told = |(path, reasons): (&str, &[String])| {
            Problem::new(self.line, Some(path.to_owned()), reasons.join(" "), Grade::Refused)
        };
        errors.iter().map(told).collect()
    }

    /// Why the whole of it was refused.
    pub(super) fn refused_whole(&self, reason: impl Into<String>) -> Problem {
        Problem::new(self.line, None, reason, Grade::Refused)
    }
}
