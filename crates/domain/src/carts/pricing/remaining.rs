//! What discounts have left of a basket. Rule: it only ever gets less, and never less than nothing.

use super::arithmetic::{half_up, shares};
use super::{Basket, Line, PricedLine, sum};
use crate::selling::{Discount, DiscountKind};

/// What can still be taken off, in minor units.
#[derive(Clone)]
pub(super) struct Remaining<'a> {
    lines: Vec<RemainingLine<'a>>,
    shipping: i64,
}

#[derive(Clone)]
struct RemainingLine<'a> {
    line: &'a Line,
    /// Where it stands in the basket.
    place: usize,
    left: i64,
}

impl<'a> Remaining<'a> {
    /// All of it.
    pub(super) fn of(basket: &'a Basket, priced: &[PricedLine], shipping: i64) -> Self {
        let lines = basket.lines.iter().zip(priced).enumerate();
        let mut lines: Vec<_> =
            lines.map(|(place, (line, priced))| RemainingLine { line, place, left: priced.total }).collect();
        // Lines that compare as equal are alike in all that pricing reads, so it does not matter which of them is first.
        lines.sort_by_key(|remaining| remaining.line);
        Self { lines, shipping }
    }

    /// What is left of each line, by its place in the basket.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, i64)> {
        self.lines.iter().map(|remaining| (remaining.place, remaining.left))
    }

    /// What is left of the shipping.
    pub(super) fn shipping(&self) -> i64 {
        self.shipping
    }

    /// Whether something in the cart is what the discount is for, be it free.
    pub(super) fn holds_something_for(&self, discount: &Discount) -> bool {
        self.lines.iter().any(|remaining| remaining.line.quantity > 0 && remaining.is_for(discount))
    }

    /// What the discount would take off now.
    pub(super) fn worth(&self, discount: &Discount) -> i64 {
        let covered = || sum(self.lines.iter().filter(|line| line.is_for(discount)).map(|line| line.left));
        match discount.kind {
            DiscountKind::FreeShipping => self.shipping,
            DiscountKind::Amount(amount) => amount.max(0).min(covered()),
            DiscountKind::Percent(percent) => {
                half_up(i128::from(covered()) * i128::from(percent.clamp(0, 100)), 100)
            }
        }
    }

    /// Takes the discount off, and tells what it came to.
    pub(super) fn take(&mut self, discount: &Discount) -> i64 {
        let worth = self.worth(discount);
        match discount.kind {
            DiscountKind::FreeShipping => self.shipping -= worth,
            DiscountKind::Amount(_) | DiscountKind::Percent(_) => {
                take_off(worth, self.lines.iter_mut().filter(|line| line.is_for(discount)));
            }
        }
        worth
    }

    /// Takes so much off all lines, as far as it goes, and tells how far that was.
    pub(super) fn take_from_all(&mut self, amount: i64) -> i64 {
        let taken = amount.max(0).min(sum(self.lines.iter().map(|line| line.left)));
        take_off(taken, self.lines.iter_mut());
        taken
    }
}

impl RemainingLine<'_> {
    fn is_for(&self, discount: &Discount) -> bool {
        discount.covers(self.line.product, &self.line.collections)
    }
}

/// Takes an amount off these lines, shared out in proportion to what is left of each.
fn take_off<'a, 'b: 'a>(amount: i64, lines: impl Iterator<Item = &'a mut RemainingLine<'b>>) {
    let lines: Vec<_> = lines.collect();
    let left: Vec<i64> = lines.iter().map(|line| line.left).collect();
    for (line, share) in lines.into_iter().zip(shares(amount, &left)) {
        line.left -= share;
    }
}
