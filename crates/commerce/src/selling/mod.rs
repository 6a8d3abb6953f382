//! What stands between a price and what is paid, as staff set it up: discounts, gift cards, shipping methods, tax rates,
//! rewards. Rule: what is set up here counts for what is sold from then on; orders keep what they were sold with.

mod discounts;
mod gift_cards;
mod moving;
mod personal;
mod rewards;
mod shipping_methods;
mod tax_rates;
mod values;

use domain::fields::FieldErrors;
use domain::money::HIGHEST_PRICE;
use domain::problem::{Kind, Problem};
use store::StoreError;

pub use discounts::{
    DiscountEntry, DiscountSearch, change_discount, create_discount, delete_discount, discounts,
    find_discount,
};
pub use gift_cards::{
    GiftCardEntry, GiftCardMovement, GiftCardSearch, adjust_gift_card, change_gift_card, delete_gift_card,
    find_gift_card, gift_card_code, gift_card_movements, gift_cards, issue_gift_card,
};
pub(crate) use moving::{Exported, RATE_KIND, SellingLine, exported, is_there, named_by, put_line};
pub use personal::{ExportedGiftCard, ExportedPoints};
pub(crate) use personal::{exported_gift_cards, exported_points};
pub use rewards::{ProgrammeEntry, delete_programme, find_programme, set_programme};
pub use shipping_methods::{
    ShippingMethodEntry, change_shipping_method, create_shipping_method, delete_shipping_method,
    find_shipping_method, shipping_methods,
};
pub(crate) use tax_rates::begin_with_tax_rates;
pub use tax_rates::{
    TaxRateEntry, change_tax_rate, create_tax_rate, delete_tax_rate, find_tax_rate, tax_rates,
};
pub(crate) use values::{
    discount_of, gift_card_hash, gift_card_of, programme_of, shipping_method_of, tax_rate_of,
};

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SellingError {
    /// No such thing in this shop.
    #[error("not found")]
    NotFound,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// Another discount or gift card has this code. Which one is not said: the code of a gift card is money.
    #[error("the code is taken")]
    CodeTaken,
    /// The country has a rate for this class.
    #[error("the country has a rate for this class")]
    RateTaken,
    /// Somebody else changed it since.
    #[error("another version is current")]
    Stale,
    /// There would be less than nothing on the card.
    #[error("the balance does not reach")]
    BalanceTooLow,
    /// Orders were paid with the card.
    #[error("the gift card was paid with")]
    Spent,
    /// The shop has as many of these as a shop may have.
    #[error("the limit of {0} is reached")]
    LimitReached(i64),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SellingError> for Problem {
    fn from(error: SellingError) -> Self {
        let conflict = |code, message: &'static str| Self::new(Kind::Conflict, code, message);
        match error {
            SellingError::NotFound => Self::not_found(),
            SellingError::Invalid(fields) => Self::invalid(fields),
            SellingError::CodeTaken => {
                conflict("code_taken", "Another one has this code already: choose another.")
            }
            SellingError::RateTaken => conflict(
                "rate_taken",
                "This country has a rate for this tax class already: change that one, or name another class.",
            ),
            SellingError::Stale => Self::new(
                Kind::Stale,
                "stale",
                "Somebody else has changed this since you read it. Please read it again.",
            ),
            SellingError::BalanceTooLow => {
                conflict("balance_too_low", "There is not so much on the card: it can not fall below 0.")
            }
            SellingError::Spent => conflict(
                "gift_card_spent",
                "Orders were paid with this card, and the books need it: set its status to disabled instead.",
            ),
            SellingError::LimitReached(limit) => Self::new(
                Kind::Conflict,
                "limit_reached",
                format!("A shop can have no more than {limit} of these."),
            ),
            SellingError::Store(error) => error.into(),
        }
    }
}

/// Refuses a change of another version than the caller has read.
fn check_version(expected: Option<i64>, current: i64) -> Result<(), SellingError> {
    if expected.is_some_and(|expected| expected != current) { Err(SellingError::Stale) } else { Ok(()) }
}

/// Refuses one more where there are as many as a shop may have.
fn check_count(count: usize, most: i64) -> Result<(), SellingError> {
    if i64::try_from(count).is_ok_and(|count| count < most) {
        Ok(())
    } else {
        Err(SellingError::LimitReached(most))
    }
}

/// Turns the unique key that was hit into what it means here.
fn taken(what: SellingError) -> impl FnOnce(StoreError) -> SellingError {
    move |error| match error {
        StoreError::Duplicate => what,
        other => other.into(),
    }
}

/// Writes a list as JSON for a column.
fn json(list: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|error| StoreError::Broken(error.to_string()))
}

/// A stored word or text that makes no sense.
fn broken<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> StoreError {
    move |error| StoreError::Broken(format!("{what}: {error}"))
}

/// A balance above what a price may be is a slip of the hand.
fn check_balance(balance: Option<i64>) -> Result<(), SellingError> {
    match balance {
        Some(..0) => Err(SellingError::BalanceTooLow),
        Some(..=HIGHEST_PRICE) => Ok(()),
        _ => Err(FieldErrors::one("delta", "There would be more than 1000000000 on the card.").into()),
    }
}
