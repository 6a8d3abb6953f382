//! What stands between a price and what is paid: discounts, gift cards, shipping methods, tax rates and rewards, as the
//! shop sets them up. Rule: one that exists is whole and valid.

mod discount;
mod shipping;
mod tax;

pub use discount::{AppliesTo, Discount, DiscountClass, DiscountKind};
pub use shipping::{Band, Parcel, Rates, ShippingMethod};
pub use tax::{TaxRate, TaxTable};
