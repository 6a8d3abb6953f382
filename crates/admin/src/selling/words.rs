//! The published words of selling, for the document. Rule: they are those that `domain::selling` reads and writes.

use serde::Serialize;
use utoipa::ToSchema;

/// Whether something that is set up counts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `Switch`")]
pub(crate) enum SwitchWord {
    /// It does.
    Active,
    /// It is kept, and does not.
    Inactive,
}

/// What sort of discount it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `DiscountType`")]
pub(crate) enum DiscountTypeWord {
    /// So many hundredths.
    Percent,
    /// So much money.
    Amount,
    /// The shipping.
    FreeShipping,
}

/// What a discount is taken off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `DiscountClass`")]
pub(crate) enum DiscountClassWord {
    /// The lines of some products.
    Line,
    /// All lines.
    Order,
    /// The shipping.
    Shipping,
}

/// Which payments a discount counts for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `AppliesTo`")]
pub(crate) enum AppliesToWord {
    /// What is paid at a checkout.
    First,
    /// What a subscription charges later.
    Renewals,
    /// Both.
    Both,
}

/// Whether a gift card can be paid with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `GiftCardStatus`")]
pub(crate) enum GiftCardStatusWord {
    /// It can, until it expires.
    Active,
    /// It was stopped.
    Disabled,
}

/// Why the balance of a gift card changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words that `store::selling::gift_cards` writes")]
pub(crate) enum GiftCardReasonWord {
    /// The card was issued.
    Issued,
    /// Staff did it.
    Adjusted,
    /// An order was paid with it.
    Spent,
    /// What paid an order was put back.
    GivenBack,
}

/// By what the price of shipping is found.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `RateKind`")]
pub(crate) enum RateKindWord {
    /// It is always the same.
    Flat,
    /// By the weight.
    Weight,
    /// By what the goods cost after discounts.
    Total,
}
