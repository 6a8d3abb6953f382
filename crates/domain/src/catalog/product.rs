//! A product as the shop describes it. Rule: one that exists is whole and valid for its type; a change is read as a whole or
//! not at all.

mod form;
mod package;
mod parse;
mod typed;

use serde::{Deserialize, Serialize};

use super::{Availability, Listing, PricingType, ProductType, Reference, Sale, SubscriptionType};
use crate::ids::{MediaId, VariantId};
use crate::slugs::ThingSlug;
use crate::time::Timestamp;

pub use form::{
    AttributeValuesForm, AwardForm, BundleItemForm, EventForm, ImageForm, LabelsForm, OptionForm,
    OptionValueForm, ProductForm,
};

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What sort of thing it is.
    pub product_type: ProductType,
    /// For people.
    pub name: String,
    /// For addresses.
    pub slug: ThingSlug,
    /// For the stock room.
    pub sku: Option<String>,
    /// Markdown.
    pub description: String,
    /// Whether it is offered.
    pub listing: Listing,
    /// Who may buy it.
    pub availability: Availability,
    /// In minor units.
    pub price: i64,
    /// A lower price for a while.
    pub sale: Option<Sale>,
    /// In minor units, for those with an active subscription.
    pub subscriber_price: Option<i64>,
    /// How many there are; `None` where nobody counts.
    pub quantity: Option<i64>,
    /// The name of its tax class; `None` for the shop's usual one.
    pub tax_class: Option<String>,
    /// What one weighs.
    pub weight_grams: Option<i64>,
    /// The hand-set collections it is in; `None` leaves them as they are.
    pub collections: Vec<Reference>,
    /// Its attributes with their values, in order.
    pub attributes: Vec<AttributeValues>,
    /// What can be chosen of it.
    pub options: Vec<ProductOption>,
    /// Its pictures, the first one the chief one.
    pub images: Vec<MediaId>,
    /// Pictures of its labels.
    pub labels: Labels,
    /// What one might take instead.
    pub upsells: Vec<Reference>,
    /// What goes with it.
    pub related: Vec<Reference>,
    /// Packages that bring it.
    pub linked_subscriptions: Vec<Reference>,
    /// What it has won.
    pub awards: Vec<Award>,
    /// What is in it: of bundles only.
    pub bundle_items: Vec<BundleItem>,
    /// When and where: of events only.
    pub event: Option<Event>,
    /// How its boxes come: of packages only.
    pub package: Option<Package>,
    /// For search engines.
    pub meta_title: Option<String>,
    /// For search engines.
    pub meta_description: Option<String>,
    /// For link previews.
    pub meta_image: Option<MediaId>,
}

/// An attribute's values on a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeValues {
    /// The attribute.
    pub attribute: Reference,
    /// As the shop wrote them.
    pub values: Vec<String>,
}

/// Something to choose, such as the bottle size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductOption {
    /// For people.
    pub name: String,
    /// For programs.
    pub slug: ThingSlug,
    /// At least one.
    pub values: Vec<OptionValue>,
}

/// One of the things to choose from, with a SKU, price and stock of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionValue {
    /// Its id, where it is there already.
    pub id: Option<VariantId>,
    /// For people: `Magnum, 1.5 l`.
    pub label: String,
    /// For the stock room.
    pub sku: Option<String>,
    /// What the product costs so chosen, in minor units; `None` for the product's price.
    pub price: Option<i64>,
    /// How many there are; `None` where nobody counts.
    pub quantity: Option<i64>,
    /// What one weighs; `None` for the product's weight.
    pub weight_grams: Option<i64>,
}

/// Pictures of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Of the front.
    pub front: Vec<MediaId>,
    /// Of the back.
    pub back: Vec<MediaId>,
}

/// What a product has won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Award {
    /// The competition.
    pub name: String,
    /// The year it was held.
    pub year: Option<i64>,
    /// Such as `Gold`.
    pub medal: Option<String>,
    /// A picture of it.
    pub image: Option<uuid::Uuid>,
}

/// A part of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleItem {
    /// Which product.
    pub product: Reference,
    /// How many of it.
    pub quantity: i64,
}

/// When and where an event is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When it begins, in microseconds since 1970.
    pub starts_at: i64,
    /// When it ends.
    pub ends_at: Option<i64>,
    /// Where.
    pub place: String,
    /// How many may come.
    pub capacity: i64,
}

impl Event {
    /// When it begins.
    #[must_use]
    pub fn starts(&self) -> Timestamp {
        Timestamp::from_micros(self.starts_at)
    }

    /// When it ends.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.ends_at.map(Timestamp::from_micros)
    }
}

/// How the boxes of a subscription package come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Who chooses what is in a box.
    pub subscription_type: SubscriptionType,
    /// Months between two boxes unless the customer chooses otherwise.
    pub billing_frequency: i64,
    /// The months between boxes that can be chosen, ascending.
    pub billing_frequencies: Vec<i64>,
    /// What a box costs.
    pub pricing_type: PricingType,
    /// Whether it goes on after its term.
    pub auto_renew: bool,
    /// The fewest items in a box.
    pub minimum_items: i64,
    /// What can be picked: of `picknmix` only.
    pub pool: Vec<Reference>,
    /// How long it runs; `None` until it is cancelled.
    pub term_months: Option<i64>,
}
