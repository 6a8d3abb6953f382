//! How much there is. Rule: a product without options is counted itself, one with options by their values, and a bundle is
//! as scarce as its scarcest part.

/// The most of one product that a stock room can count.
pub const MOST_STOCK: i64 = 100_000_000;

/// What can be sold of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// Nobody counts.
    Uncounted,
    /// This many are left.
    Left(i64),
}

/// A part of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many of it one bundle takes.
    pub takes: i64,
    /// Whether it is offered at all.
    pub is_offered: bool,
    /// How many there are.
    pub stock: Stock,
}

impl Stock {
    /// From a quantity that is `None` where nobody counts.
    #[must_use]
    pub fn of_quantity(quantity: Option<i64>) -> Self {
        quantity.map_or(Self::Uncounted, Self::Left)
    }

    /// Of a product whose option values have these quantities: together, uncounted where one of them is.
    #[must_use]
    pub fn of_values(quantities: impl IntoIterator<Item = Option<i64>>) -> Self {
        quantities
            .into_iter()
            .try_fold(0_i64, |sum, quantity| quantity.map(|quantity| sum.saturating_add(quantity)))
            .map_or(Self::Uncounted, Self::Left)
    }

    /// Of a bundle with these parts.
    #[must_use]
    pub fn of_bundle(parts: &[Part]) -> Self {
        let whole = |part: &Part| match part.stock {
            _ if !part.is_offered => Self::Left(0),
            Self::Uncounted => Self::Uncounted,
            Self::Left(left) => Self::Left(left / part.takes.max(1)),
        };
        parts.iter().map(whole).fold(Self::Uncounted, Self::scarcer)
    }

    /// Whether one can be sold.
    #[must_use]
    pub fn is_there(self) -> bool {
        !matches!(self, Self::Left(left) if left <= 0)
    }

    /// How many, where they are counted.
    #[must_use]
    pub fn quantity(self) -> Option<i64> {
        match self {
            Self::Uncounted => None,
            Self::Left(left) => Some(left),
        }
    }

    /// The smaller of two.
    #[must_use]
    pub fn scarcer(self, other: Self) -> Self {
        match (self, other) {
            (Self::Left(one), Self::Left(two)) => Self::Left(one.min(two)),
            (Self::Left(left), Self::Uncounted) | (Self::Uncounted, Self::Left(left)) => Self::Left(left),
            (Self::Uncounted, Self::Uncounted) => Self::Uncounted,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(takes: i64, stock: Stock) -> Part {
        Part { takes, is_offered: true, stock }
    }

    #[test]
    fn a_bundle_is_as_scarce_as_its_scarcest_part() {
        for (parts, stock) in [
            (vec![part(1, Stock::Left(5)), part(2, Stock::Left(5))], Stock::Left(2)),
            (vec![part(1, Stock::Uncounted), part(1, Stock::Left(3))], Stock::Left(3)),
            (vec![part(1, Stock::Uncounted)], Stock::Uncounted),
            (vec![part(3, Stock::Left(2))], Stock::Left(0)),
            (vec![Part { takes: 1, is_offered: false, stock: Stock::Uncounted }], Stock::Left(0)),
            (vec![], Stock::Uncounted),
        ] {
            assert_eq!(Stock::of_bundle(&parts), stock, "{parts:?}");
        }
    }

    #[test]
    fn values_count_together() {
        assert_eq!(Stock::of_values([Some(1), Some(0)]), Stock::Left(1));
        assert_eq!(Stock::of_values([Some(1), None]), Stock::Uncounted);
        assert!(!Stock::of_values([Some(0), Some(0)]).is_there());
    }

    proptest! {
        #[test]
        fn as_many_bundles_can_be_made_as_are_told(parts in proptest::collection::vec((1_i64..5, 0_i64..40), 1..6)) {
            let counted: Vec<Part> = parts.iter().map(|(takes, left)| part(*takes, Stock::Left(*left))).collect();
            let made = Stock::of_bundle(&counted).quantity().expect("counted");
            prop_assert!(parts.iter().all(|(takes, left)| takes * made <= *left));
            prop_assert!(parts.iter().any(|(takes, left)| takes * (made + 1) > *left));
        }
    }
}
