//! What stands between a price and what is paid: discounts, gift cards, shipping methods, tax rates and rewards, as the
//! shop sets them up. Rule: one that exists is whole and valid.

mod discount;
mod discount_form;
mod gift_card;
mod lists;
mod rewards;
mod rewards_form;
mod shipping;
mod shipping_form;
mod tax;
mod tax_form;
mod words;

pub use discount::{AppliesTo, Discount, DiscountClass, DiscountKind};
pub use discount_form::{DiscountForm, discount_code};
pub use gift_card::{GiftCard, GiftCardAdjustment, GiftCardAdjustmentForm, GiftCardCode, GiftCardForm};
pub use rewards::{Programme, Tier, taken_back};
pub use rewards_form::{RewardsForm, TierForm};
pub use shipping::{Band, Parcel, Rates, ShippingMethod};
pub use shipping_form::{BandForm, ShippingMethodForm};
pub use tax::{TaxRate, TaxTable};
pub use tax_form::TaxRateForm;
pub use words::{DiscountType, GiftCardStatus, RateKind, RewardReason, Switch};

/// Something that can be switched off and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched<T> {
    /// The thing.
    pub item: T,
    /// Whether it counts.
    pub status: Switch,
}
