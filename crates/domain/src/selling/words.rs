//! The published words of selling.

use super::{AppliesTo, DiscountClass, DiscountKind, Rates};
use crate::fields::Invalid;
use crate::words::words;

words! {
    /// Whether something that a shop has set up counts.
    Switch {
        /// It does.
        Active = "active",
        /// It is kept, and does not.
        Inactive = "inactive",
    }

    /// Whether a gift card can be paid with, as staff set it.
    GiftCardStatus {
        /// It can.
        Active = "active",
        /// It was stopped: it was lost, or its code became known.
        Disabled = "disabled",
    }

    /// What sort of discount it is.
    DiscountType {
        /// So many hundredths.
        Percent = "percent",
        /// So much money.
        Amount = "amount",
        /// The shipping.
        FreeShipping = "free_shipping",
    }

    /// By what the price of shipping is found.
    RateKind {
        /// It is always the same.
        Flat = "flat",
        /// By the weight.
        Weight = "weight",
        /// By what the goods cost.
        Total = "total",
    }

    /// Why a customer's points moved.
    RewardReason {
        /// For something that was bought.
        Earned = "earned",
        /// They paid with them, or got those back that they had paid with.
        Redeemed = "redeemed",
        /// What earned them was refunded.
        TakenBack = "taken_back",
        /// Staff did it.
        Adjusted = "adjusted",
    }
}

impl DiscountKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> DiscountType {
        match self {
            Self::Percent(_) => DiscountType::Percent,
            Self::Amount(_) => DiscountType::Amount,
            Self::FreeShipping => DiscountType::FreeShipping,
        }
    }

    /// Whole percent or minor units; `None` for free shipping.
    #[must_use]
    pub fn value(self) -> Option<i64> {
        match self {
            Self::Percent(value) | Self::Amount(value) => Some(value),
            Self::FreeShipping => None,
        }
    }
}

impl DiscountType {
    /// The discount of this type and this worth: whole percent or minor units.
    #[must_use]
    pub fn of(self, value: i64) -> DiscountKind {
        match self {
            Self::Percent => DiscountKind::Percent(value),
            Self::Amount => DiscountKind::Amount(value),
            Self::FreeShipping => DiscountKind::FreeShipping,
        }
    }
}

impl Rates {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> RateKind {
        match self {
            Self::Flat(_) => RateKind::Flat,
            Self::Weight(_) => RateKind::Weight,
            Self::Total(_) => RateKind::Total,
        }
    }
}

impl DiscountClass {
    /// All of them, in the order in which they count.
    pub const ALL: [Self; 3] = [Self::Line, Self::Order, Self::Shipping];

    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Order => "order",
            Self::Shipping => "shipping",
        }
    }

    /// Reads the word in the API.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == word);
        known.ok_or(Invalid::fixed("Must be one of line order shipping."))
    }
}

impl AppliesTo {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::First, Self::Renewals, Self::Both];

    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Renewals => "renewals",
            Self::Both => "both",
        }
    }

    /// Reads the word in the API.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == word);
        known.ok_or(Invalid::fixed("Must be one of first renewals both."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for class in DiscountClass::ALL {
            assert_eq!(DiscountClass::parse(class.as_str()), Ok(class));
        }
        for payments in AppliesTo::ALL {
            assert_eq!(AppliesTo::parse(payments.as_str()), Ok(payments));
        }
        assert!(DiscountClass::parse("Line").is_err() && AppliesTo::parse("").is_err());
    }

    #[test]
    fn a_discount_is_made_again_of_its_type_and_worth() {
        for kind in [DiscountKind::Percent(10), DiscountKind::Amount(500), DiscountKind::FreeShipping] {
            assert_eq!(kind.word().of(kind.value().unwrap_or(0)), kind);
        }
    }
}
