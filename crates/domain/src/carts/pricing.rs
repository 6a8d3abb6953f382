//! What a cart costs. Rule: one pure function, [`price`], for carts, checkouts and renewals; whole minor units, nothing below
//! nothing, and every total is the sum of its parts.

use crate::catalog::ProductType;
use crate::ids::{CollectionId, DiscountId, ProductId};
use crate::selling::{Discount, TaxTable};

/// What one of a line's product costs, in minor units, at the moment of pricing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrices {
    /// The product's price, or that of the chosen option value.
    pub regular: i64,
    /// The sale price, while the sale is on.
    pub sale: Option<i64>,
    /// For subscribers.
    pub subscriber: Option<i64>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The product or package.
    pub product: ProductId,
    /// What sort of thing it is.
    pub product_type: ProductType,
    /// The collections that it is in.
    pub collections: Vec<CollectionId>,
    /// How many.
    pub quantity: i64,
    /// What one costs. Of a package with a price for each item this is what its picks come to.
    pub prices: UnitPrices,
    /// Its tax class; `None` for the usual one.
    pub tax_class: Option<String>,
}

/// The shipping that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipping {
    /// In minor units.
    pub price: i64,
    /// Its tax class; `None` for the usual one.
    pub tax_class: Option<String>,
}

/// All that prices depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    /// The lines, in their order.
    pub lines: Vec<Line>,
    /// Whether the customer has an active subscription. One in the cart counts as well.
    pub is_subscriber: bool,
    /// Those that may count, the typed ones in the order in which they were typed, then the automatic ones. That their time
    /// has come and that they can still be used has been looked at.
    pub discounts: Vec<Discount>,
    /// Points that are redeemed, in minor units; taken off as an order discount after all others.
    pub rewards: i64,
    /// The shipping, once it is chosen.
    pub shipping: Option<Shipping>,
    /// The balances of the gift cards, in the order in which they were added, in minor units.
    pub gift_cards: Vec<i64>,
    /// Whether prices include tax.
    pub tax_included: bool,
    /// The rates where the goods go.
    pub tax: TaxTable,
}

/// What one line costs, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PricedLine {
    /// What one costs.
    pub unit_price: i64,
    /// What all of them cost, before discounts.
    pub total: i64,
    /// This line's part of all discounts.
    pub discount: i64,
    /// The tax on `total - discount`: within it where prices include tax, beside it where they do not.
    pub tax: i64,
    /// The rate of that tax, in hundredths of a percent.
    pub tax_basis_points: i64,
}

/// What a discount came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is taken off: so many minor units, which may be none (free shipping before a method is chosen).
    Applied(i64),
    /// The lines do not come to its minimum spend; so much is missing.
    BelowMinimum(i64),
    /// Nothing in the cart is what it is for.
    NothingCovered,
    /// Another discount that counts does not stand beside it.
    NotCombined,
}

/// What the cart costs, in minor units.
///
/// `subtotal - discount_total + shipping_total` (`+ tax_total` where prices exclude tax) is `total`;
/// `total - gift_card_total` is what is left to pay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Priced {
    /// In the order of the basket's lines.
    pub lines: Vec<PricedLine>,
    /// What each discount came to, in the order of the basket's.
    pub discounts: Vec<(DiscountId, Outcome)>,
    /// What is taken off for points.
    pub rewards: i64,
    /// What is taken from each gift card, in their order.
    pub gift_cards: Vec<i64>,
    /// The lines before discounts.
    pub subtotal: i64,
    /// All discounts, those on shipping and for points too.
    pub discount_total: i64,
    /// The part of `discount_total` that is off the shipping.
    pub shipping_discount: i64,
    /// The shipping before discounts.
    pub shipping_total: i64,
    /// The tax on the shipping.
    pub shipping_tax: i64,
    /// All tax.
    pub tax_total: i64,
    /// What the order costs.
    pub total: i64,
    /// What gift cards pay of it.
    pub gift_card_total: i64,
}

/// What the basket costs.
#[must_use]
pub fn price(basket: &Basket) -> Priced {
    let _ = basket;
    Priced::default()
}
