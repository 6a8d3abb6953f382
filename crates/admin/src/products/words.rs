//! The published words of the catalogue, for the document. Rule: they are those that `domain::catalog` reads and writes.

use serde::Serialize;
use utoipa::ToSchema;

/// What sort of thing is sold.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `ProductType`")]
pub(crate) enum ProductTypeWord {
    /// Something that is packed and sent.
    Physical,
    /// A place at a tasting or the like.
    Event,
    /// A package: boxes that come again and again.
    Subscription,
    /// Several products sold as one.
    Bundle,
}

/// Whether the shop offers a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `Listing`")]
pub(crate) enum ListingWord {
    /// It is offered.
    Active,
    /// It is kept back.
    Inactive,
}

/// The status that shoppers see.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `ShownStatus`")]
pub(crate) enum ShownStatusWord {
    /// It can be bought.
    Active,
    /// It is not offered.
    Inactive,
    /// It is offered and there is none left.
    OutOfStock,
}

/// Who may buy a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `Availability`")]
pub(crate) enum AvailabilityWord {
    /// Everybody.
    All,
    /// Those with an active subscription.
    Subscribers,
}

/// Who chooses what is in a box.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `SubscriptionType`")]
pub(crate) enum SubscriptionTypeWord {
    /// The customer, from a pool.
    Picknmix,
    /// The shop.
    Variable,
}

/// What a box costs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `PricingType`")]
pub(crate) enum PricingTypeWord {
    /// The package's own price.
    Fixed,
    /// The sum of what is in it.
    PerItem,
}
