//! Which discounts are taken, and in which order. Rule: each one of the basket is told its outcome, and those that are
//! taken combine with one another.

use std::cmp::Reverse;

use super::Outcome;
use super::remaining::Remaining;
use crate::ids::DiscountId;
use crate::selling::Discount;

/// Takes off what counts, and tells what each discount came to, in their order.
pub(super) fn take(
    discounts: &[Discount],
    subtotal: i64,
    remaining: &mut Remaining<'_>,
) -> Vec<(DiscountId, Outcome)> {
    let mut outcomes: Vec<(DiscountId, Outcome)> =
        discounts.iter().map(|discount| (discount.id, alone(discount, subtotal, remaining))).collect();
    let candidates = discounts.iter().zip(outcomes.iter_mut().map(|(_, outcome)| outcome));
    let (typed, mut automatic): (Vec<_>, Vec<_>) = candidates
        .filter(|(_, outcome)| matches!(outcome, Outcome::Applied(_)))
        .partition(|(discount, _)| discount.code.is_some());

    let mut taken = Taken(Vec::with_capacity(typed.len() + automatic.len()));
    for candidate in typed {
        taken.add(candidate);
    }
    if !automatic.is_empty() {
        let mut after_typed = remaining.clone();
        taken.take_off(&mut after_typed);
        automatic.sort_by_cached_key(|(discount, _)| Reverse(after_typed.worth(discount)));
        for candidate in automatic {
            taken.add(candidate);
        }
    }
    taken.take_off(remaining);
    outcomes
}

/// What a discount would come to if it were the only one.
fn alone(discount: &Discount, subtotal: i64, untouched: &Remaining<'_>) -> Outcome {
    if subtotal < discount.minimum_spend {
        Outcome::BelowMinimum(discount.minimum_spend - subtotal)
    } else if untouched.holds_something_for(discount) {
        Outcome::Applied(untouched.worth(discount))
    } else {
        Outcome::NothingCovered
    }
}

/// The discounts that are taken, each with the place of its outcome.
struct Taken<'a>(Vec<(&'a Discount, &'a mut Outcome)>);

impl<'a> Taken<'a> {
    /// Takes one more, if it combines with all the others.
    fn add(&mut self, (discount, outcome): (&'a Discount, &'a mut Outcome)) {
        let stands_beside = |other: &Discount| discount.id != other.id && discount.combines(other);
        if self.0.iter().all(|(other, _)| stands_beside(other)) {
            self.0.push((discount, outcome));
        } else {
            *outcome = Outcome::NotCombined;
        }
    }

    /// Takes them off, one class after the other, and notes what each came to.
    fn take_off(&mut self, remaining: &mut Remaining<'_>) {
        self.0.sort_by_key(|(discount, _)| discount.class());
        for (discount, outcome) in &mut self.0 {
            **outcome = Outcome::Applied(remaining.take(discount));
        }
    }
}
