//! Shipping methods. Rule: what a parcel costs follows from where it goes, what it weighs and what is in it, and nothing
//! else.

use crate::accounts::CountryCode;
use crate::ids::ShippingMethodId;

/// A step of a price: from `from` grams or minor units on, the price is `price` minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The least weight or total of the step.
    pub from: i64,
    /// The price, in minor units.
    pub price: i64,
}

/// How a price is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rates {
    /// Always the same, in minor units.
    Flat(i64),
    /// By the weight in grams, ascending; the first begins at 0.
    Weight(Vec<Band>),
    /// By what the goods cost after discounts, ascending; the first begins at 0.
    Total(Vec<Band>),
}

/// A way to send parcels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingMethod {
    /// Which one.
    pub id: ShippingMethodId,
    /// What shoppers read.
    pub name: String,
    /// What it costs.
    pub rates: Rates,
    /// Goods that cost as much after discounts go free, in minor units.
    pub free_above: Option<i64>,
    /// Where it goes; everywhere if empty.
    pub countries: Vec<CountryCode>,
    /// What a postcode begins with where it goes, without spaces and in capitals; all postcodes if empty.
    pub postcode_prefixes: Vec<String>,
    /// The tax class of its price; `None` for the usual one.
    pub tax_class: Option<String>,
    /// Where it stands among the others.
    pub position: i64,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel<'a> {
    /// Where to.
    pub country: &'a CountryCode,
    /// Where to, as it was typed.
    pub postcode: &'a str,
    /// What it weighs.
    pub weight_grams: i64,
    /// What the goods cost after discounts, in minor units.
    pub goods: i64,
}

impl ShippingMethod {
    /// What the parcel costs in minor units; `None` where this method does not go there.
    #[must_use]
    pub fn quote(&self, parcel: Parcel<'_>) -> Option<i64> {
        if !self.goes_to(parcel) {
            return None;
        }
        if self.free_above.is_some_and(|least| parcel.goods >= least) {
            return Some(0);
        }
        Some(match &self.rates {
            Rates::Flat(price) => *price,
            Rates::Weight(bands) => step(bands, parcel.weight_grams),
            Rates::Total(bands) => step(bands, parcel.goods),
        })
    }

    fn goes_to(&self, parcel: Parcel<'_>) -> bool {
        let postcode: String = parcel
            .postcode
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .flat_map(char::to_uppercase)
            .collect();
        (self.countries.is_empty() || self.countries.contains(parcel.country))
            && (self.postcode_prefixes.is_empty()
                || self.postcode_prefixes.iter().any(|prefix| postcode.starts_with(prefix.as_str())))
    }
}

/// The price of the last step that has been reached.
fn step(bands: &[Band], reached: i64) -> i64 {
    bands.iter().take_while(|band| band.from <= reached).last().map_or(0, |band| band.price)
}
