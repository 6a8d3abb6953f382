//! Products as shoppers see them.

mod cards;
mod page;

use domain::catalog::{Availability, ProductType, ShownStatus, SubscriptionType};
use domain::ids::{CollectionId, ProductId, VariantId};
use domain::money::Money;
use domain::time::Timestamp;

pub use cards::{Cards, briefs, cards};
pub use page::product_page;

use super::ReviewEntry;
use crate::media::Image;

/// A product in a list.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct Card {
    pub id: ProductId,
    pub name: String,
    pub slug: String,
    pub url: String,
    /// Safe HTML.
    pub description: String,
    pub product_type: ProductType,
    pub subscription_type: Option<SubscriptionType>,
    pub sku: Option<String>,
    /// The name of its first collection.
    pub collection: Option<String>,
    pub status: ShownStatus,
    pub image: Option<Image>,
    pub price: Money,
    /// While the sale runs.
    pub sale_price: Option<Money>,
    pub subscriber_price: Option<Money>,
    /// As it is for who asks: what is for subscribers only is for all of a shop that holds subscribers only.
    pub availability: Availability,
    pub upsells: Vec<Brief>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A product that another one names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct Brief {
    pub id: ProductId,
    pub name: String,
    pub slug: String,
    pub url: String,
    pub image: Option<Image>,
    pub price: Money,
    pub sale_price: Option<Money>,
    pub status: ShownStatus,
    pub product_type: ProductType,
}

/// A product with everything that its page shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct ProductPage {
    pub card: Card,
    pub collections: Vec<CollectionBrief>,
    pub images: Vec<Image>,
    pub front_labels: Vec<Image>,
    pub back_labels: Vec<Image>,
    pub linked_subscriptions: Vec<Brief>,
    pub package: Option<PackageView>,
    /// Of bundles only.
    pub bundle_items: Option<Vec<BundleItemView>>,
    pub attributes: Vec<AttributeView>,
    pub options: Vec<OptionView>,
    pub related: Vec<Brief>,
    pub awards: Vec<AwardView>,
    pub reviews: Vec<ReviewEntry>,
    pub meta_title: Option<String>,
    pub meta_description: Option<String>,
    pub meta_image: Option<Image>,
}

/// A collection that a product is in.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct CollectionBrief {
    pub id: CollectionId,
    pub name: String,
    pub slug: String,
    /// Safe HTML.
    pub description: String,
}

/// How a package's boxes come.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 4")]
pub struct PackageView {
    pub subscription_type: SubscriptionType,
    /// In months.
    pub billing_frequency: i64,
    /// In months.
    pub billing_frequencies: Vec<i64>,
    pub is_per_item: bool,
    pub auto_renew: bool,
    pub minimum_items: i64,
    pub term_months: Option<i64>,
    /// Of pick & mix packages only.
    pub pool: Option<Vec<Brief>>,
    /// How many active subscriptions there are to it.
    pub subscribers: i64,
}

/// A part of a bundle.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct BundleItemView {
    pub product_id: ProductId,
    pub name: String,
    pub slug: String,
    pub quantity: i64,
}

/// An attribute's values on a product.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct AttributeView {
    pub name: String,
    pub slug: String,
    pub values: Vec<String>,
}

/// Something to choose of a product.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct OptionView {
    pub name: String,
    pub slug: String,
    pub values: Vec<OptionValueView>,
}

/// One of the things to choose from.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct OptionValueView {
    pub id: VariantId,
    pub label: String,
    pub sku: Option<String>,
    pub price: Money,
    pub status: ShownStatus,
}

/// What a product has won.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 3")]
pub struct AwardView {
    pub name: String,
    pub year: Option<i64>,
    pub medal: Option<String>,
    pub image: Option<Image>,
}

/// A review that is shown.
pub type ReviewView = ReviewEntry;
