//! Discounts. Rule: what one is worth is said in whole percent or minor units; when it counts, in times that the shop's
//! clock is asked for.

use crate::ids::{CollectionId, DiscountId, ProductId};
use crate::time::Timestamp;

/// What a discount gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountKind {
    /// So many hundredths of what it applies to, 1 to 100.
    Percent(i64),
    /// So many minor units, once, spread over what it applies to.
    Amount(i64),
    /// The shipping.
    FreeShipping,
}

/// What a discount is taken off. Discounts count in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiscountClass {
    /// The lines of some products.
    Line,
    /// All lines.
    Order,
    /// The shipping.
    Shipping,
}

/// Which payments a discount counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliesTo {
    /// What is paid at a checkout.
    First,
    /// What a subscription charges later.
    Renewals,
    /// Both.
    Both,
}

/// A discount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// Which one.
    pub id: DiscountId,
    /// What shoppers type, in capitals; `None` for one that counts by itself.
    pub code: Option<String>,
    /// What shoppers read.
    pub name: String,
    /// What it gives.
    pub kind: DiscountKind,
    /// The least that the lines must come to before any discount, in minor units.
    pub minimum_spend: i64,
    /// Only these products, and those of `collections`; all where both are empty.
    pub products: Vec<ProductId>,
    /// Only products of these collections.
    pub collections: Vec<CollectionId>,
    /// When it begins to count.
    pub starts_at: Option<Timestamp>,
    /// When it ceases to.
    pub ends_at: Option<Timestamp>,
    /// How often it can be used in all.
    pub usage_limit: Option<i64>,
    /// How often one customer can use it.
    pub per_customer_limit: Option<i64>,
    /// The classes of discounts that may stand beside it.
    pub combines_with: Vec<DiscountClass>,
    /// Which payments it counts for.
    pub applies_to: AppliesTo,
}

impl Discount {
    /// What it is taken off.
    #[must_use]
    pub fn class(&self) -> DiscountClass {
        match self.kind {
            DiscountKind::FreeShipping => DiscountClass::Shipping,
            _ if self.products.is_empty() && self.collections.is_empty() => DiscountClass::Order,
            _ => DiscountClass::Line,
        }
    }

    /// Whether its time has come and is not over.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }

    /// Whether it is for this product, which is in these collections.
    #[must_use]
    pub fn covers(&self, product: ProductId, collections: &[CollectionId]) -> bool {
        (self.products.is_empty() && self.collections.is_empty())
            || self.products.contains(&product)
            || self.collections.iter().any(|wanted| collections.contains(wanted))
    }

    /// Whether the two may stand in one cart: each must allow the other's class.
    #[must_use]
    pub fn combines(&self, other: &Self) -> bool {
        self.combines_with.contains(&other.class()) && other.combines_with.contains(&self.class())
    }
}
