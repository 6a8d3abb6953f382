//! What a cart costs. Rule: one pure function, [`price`], for carts, checkouts and renewals; whole minor units, nothing
//! below nothing, and every total is the sum of its parts.
//!
//! *Prices.* One of a line costs the least of its regular, its sale and its subscriber price. The last counts where the
//! customer has an active subscription or the cart holds a package; never for packages themselves. A line of quantity 0
//! is not in the cart: it costs nothing, no discount is for it, and a package on it makes nobody a subscriber.
//!
//! *Which discounts are taken.* The typed ones are looked at first, in the order in which they were typed; then the
//! automatic ones, that first which would take the most off what the typed ones leave, and the earlier one among
//! equals. One is not taken where the lines before all discounts do not come to its minimum spend, where it is for
//! nothing in the cart, or where it does not combine with each that is taken already. It never combines with itself:
//! the same id counts once. Free shipping for some products wants one of them in the cart. Which payments a discount is
//! for ([`Discount::applies_to`]) is the caller's affair.
//!
//! *What they take.* Those on some lines come before those on all lines, and these before those on the shipping; within
//! a class they count in the order in which they were taken. Each sees only what those before it have left of what it
//! is for. A percentage is worked out once, on the sum of it, and rounded half up to a minor unit; an amount is taken
//! as far as it goes; free shipping takes the whole price, and nothing while no method is chosen. Points come last and
//! are taken off all lines.
//!
//! *Sharing out.* What is taken off several lines is shared in proportion to what is left of each: first the whole
//! minor units of each share, then one more for the largest remainders, until all is given out. A line never gets more
//! than is left of it.
//!
//! *Order of lines.* Lines are discounted in an order of their own, by product and then by all else that is known of
//! them; of equal remainders the first in that order gets the minor unit. So totals do not depend on the order of the
//! cart's lines, nor do a line's own figures, but that two lines which are alike in everything may change places.
//!
//! *Tax* is worked out on each line and on the shipping, after discounts, each rounded half up to a minor unit: within
//! the amount where prices include tax, beside it where they do not.
//!
//! *Gift cards* pay the total with its tax, in their order, each as far as it goes. They are money, so they change no
//! tax.
//!
//! Numbers that no price can have are not refused but do no harm: what is below nothing counts as nothing, and sums
//! stop at the largest number there is.

mod arithmetic;
mod discounts;
#[cfg(test)]
mod properties;
mod remaining;
#[cfg(test)]
mod tests;

use self::arithmetic::half_up;
use self::remaining::Remaining;
use crate::catalog::ProductType;
use crate::ids::{CollectionId, DiscountId, ProductId};
use crate::selling::{Discount, TaxTable};

/// What one of a line's product costs, in minor units, at the moment of pricing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitPrices {
    /// The product's price, or that of the chosen option value.
    pub regular: i64,
    /// The sale price, while the sale is on.
    pub sale: Option<i64>,
    /// For subscribers.
    pub subscriber: Option<i64>,
}

/// One line. Lines have an order, so that pennies are shared out in the same way however a cart is arranged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Another discount that counts does not stand beside it, or it has been counted already.
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

impl Priced {
    /// What is left to pay when the gift cards have paid, in minor units.
    #[must_use]
    pub fn to_pay(&self) -> i64 {
        self.total.saturating_sub(self.gift_card_total)
    }
}

/// What the basket costs.
#[must_use]
pub fn price(basket: &Basket) -> Priced {
    let mut lines = full_prices(basket);
    let subtotal = sum(lines.iter().map(|line| line.total));
    let shipping_total = basket.shipping.as_ref().map_or(0, |shipping| shipping.price.max(0));

    let mut remaining = Remaining::of(basket, &lines, shipping_total);
    let discounts = discounts::take(&basket.discounts, subtotal, &mut remaining);
    let rewards = remaining.take_from_all(basket.rewards);
    for (place, left) in remaining.lines() {
        lines[place].discount = lines[place].total - left;
    }
    let shipping_discount = shipping_total - remaining.shipping();
    let discount_total = sum(lines.iter().map(|line| line.discount)).saturating_add(shipping_discount);

    for line in &mut lines {
        line.tax = tax(line.total - line.discount, line.tax_basis_points, basket.tax_included);
    }
    let shipping_tax = basket.shipping.as_ref().map_or(0, |shipping| {
        let basis_points = rate(basket, shipping.tax_class.as_deref());
        tax(remaining.shipping(), basis_points, basket.tax_included)
    });
    let tax_total = sum(lines.iter().map(|line| line.tax)).saturating_add(shipping_tax);

    let beside = if basket.tax_included { 0 } else { tax_total };
    let total = (subtotal - discount_total).saturating_add(shipping_total).saturating_add(beside);
    let gift_cards = pay(total, &basket.gift_cards);
    let gift_card_total = sum(gift_cards.iter().copied());

    Priced {
        lines,
        discounts,
        rewards,
        gift_cards,
        subtotal,
        discount_total,
        shipping_discount,
        shipping_total,
        shipping_tax,
        tax_total,
        total,
        gift_card_total,
    }
}

/// The lines without discounts and tax.
fn full_prices(basket: &Basket) -> Vec<PricedLine> {
    let has_package =
        basket.lines.iter().any(|line| line.quantity > 0 && line.product_type == ProductType::Subscription);
    let is_subscriber = basket.is_subscriber || has_package;
    let full_price = |line: &Line| {
        let unit_price = unit_price(line, is_subscriber);
        PricedLine {
            unit_price,
            total: unit_price.saturating_mul(line.quantity.max(0)),
            discount: 0,
            tax: 0,
            tax_basis_points: rate(basket, line.tax_class.as_deref()),
        }
    };
    basket.lines.iter().map(full_price).collect()
}

/// The least of the prices that count.
fn unit_price(line: &Line, is_subscriber: bool) -> i64 {
    let UnitPrices { regular, sale, subscriber } = line.prices;
    let subscriber = subscriber.filter(|_| is_subscriber && line.product_type != ProductType::Subscription);
    regular.min(sale.unwrap_or(regular)).min(subscriber.unwrap_or(regular)).max(0)
}

/// The rate of a tax class, in hundredths of a percent.
fn rate(basket: &Basket, class: Option<&str>) -> i64 {
    basket.tax.basis_points(class).max(0)
}

/// The tax on an amount, within it or beside it.
fn tax(minor: i64, basis_points: i64, included: bool) -> i64 {
    // A whole, in hundredths of a percent.
    const WHOLE: i128 = 10_000;
    let basis_points = i128::from(basis_points);
    let base = if included { WHOLE + basis_points } else { WHOLE };
    half_up(i128::from(minor) * basis_points, base)
}

/// What each gift card pays of the total.
fn pay(total: i64, balances: &[i64]) -> Vec<i64> {
    let mut left = total;
    let pay = |balance: &i64| {
        let paid = left.min((*balance).max(0));
        left -= paid;
        paid
    };
    balances.iter().map(pay).collect()
}

fn sum(parts: impl Iterator<Item = i64>) -> i64 {
    parts.fold(0, i64::saturating_add)
}
