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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).expect("a country")
    }

    fn bands(steps: &[(i64, i64)]) -> Vec<Band> {
        steps.iter().map(|(from, price)| Band { from: *from, price: *price }).collect()
    }

    /// Goes everywhere.
    fn method(rates: Rates) -> ShippingMethod {
        ShippingMethod {
            id: ShippingMethodId::new(Uuid::nil()),
            name: "Courier".to_owned(),
            rates,
            free_above: None,
            countries: Vec::new(),
            postcode_prefixes: Vec::new(),
            tax_class: None,
            position: 0,
        }
    }

    fn quote(method: &ShippingMethod, weight_grams: i64, goods: i64) -> Option<i64> {
        method.quote(Parcel { country: &country("GB"), postcode: "SW1A 1AA", weight_grams, goods })
    }

    #[test]
    fn the_price_is_that_of_the_last_step_that_is_reached() {
        let flat = method(Rates::Flat(695));
        let by_weight = method(Rates::Weight(bands(&[(0, 495), (2000, 695), (10_000, 1295)])));
        let by_total = method(Rates::Total(bands(&[(0, 695), (5000, 395), (10_000, 0)])));
        for (method, weight, goods, price) in [
            (&flat, 0, 0, 695),
            (&flat, 50_000, 1_000_000, 695),
            (&by_weight, 0, 9999, 495),
            (&by_weight, 1999, 9999, 495),
            (&by_weight, 2000, 9999, 695),
            (&by_weight, 9999, 9999, 695),
            (&by_weight, 1_000_000, 0, 1295),
            (&by_total, 9999, 0, 695),
            (&by_total, 0, 4999, 695),
            (&by_total, 0, 5000, 395),
            (&by_total, 0, 10_000, 0),
        ] {
            assert_eq!(quote(method, weight, goods), Some(price), "{:?} {weight} g {goods}", method.rates);
        }
    }

    #[test]
    fn goods_that_cost_enough_go_free_where_the_method_goes_at_all() {
        let british = ShippingMethod {
            free_above: Some(5000),
            countries: vec![country("GB")],
            ..method(Rates::Flat(695))
        };
        for (goods, price) in [(0, 695), (4999, 695), (5000, 0), (5001, 0)] {
            assert_eq!(quote(&british, 1000, goods), Some(price), "{goods}");
        }
        let abroad = Parcel { country: &country("FR"), postcode: "75001", weight_grams: 1, goods: 9999 };
        assert_eq!(british.quote(abroad), None);
        // Free from nothing on is free.
        assert_eq!(quote(&ShippingMethod { free_above: Some(0), ..british }, 1000, 0), Some(0));
    }

    #[test]
    fn a_method_goes_where_both_the_country_and_the_postcode_fit() {
        for (countries, prefixes, to, postcode, goes) in [
            (vec![], vec![], "NZ", "", true),
            (vec!["GB", "IE"], vec![], "IE", "D02 AF30", true),
            (vec!["GB", "IE"], vec![], "FR", "75001", false),
            (vec!["GB"], vec!["BT", "IM"], "GB", "BT1 5GS", true),
            (vec!["GB"], vec!["BT", "IM"], "GB", " b t1 5gs", true),
            (vec!["GB"], vec!["BT", "IM"], "GB", "SW1A 1AA", false),
            (vec!["GB"], vec!["BT"], "GB", "1BT", false),
            (vec!["GB"], vec!["BT"], "GB", "", false),
            (vec!["GB"], vec!["BT"], "FR", "BT1 5GS", false),
            (vec![], vec!["75"], "FR", "75\u{a0}001", true),
        ] {
            let method = ShippingMethod {
                countries: countries.iter().copied().map(country).collect(),
                postcode_prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
                ..method(Rates::Flat(1))
            };
            let parcel = Parcel { country: &country(to), postcode, weight_grams: 1, goods: 1 };
            let case = format!("{countries:?} {prefixes:?} to {to} {postcode:?}");
            assert_eq!(method.quote(parcel), goes.then_some(1), "{case}");
        }
    }

    /// Steps that ascend from 0.
    fn ascending() -> impl Strategy<Value = Vec<Band>> {
        prop::collection::btree_map(1_i64..50, 0_i64..1000, 0..6).prop_flat_map(|steps| {
            (0_i64..1000).prop_map(move |first| {
                let rest = steps.iter().map(|(from, price)| Band { from: *from, price: *price });
                std::iter::once(Band { from: 0, price: first }).chain(rest).collect()
            })
        })
    }

    proptest! {
        #[test]
        fn between_two_steps_the_price_stands_still(bands in ascending(), reached in 0_i64..60) {
            let by_weight = method(Rates::Weight(bands.clone()));
            let price = quote(&by_weight, reached, 0);
            let begins_here = bands.iter().find(|band| band.from == reached).map(|band| band.price);
            prop_assert_eq!(price, begins_here.or_else(|| quote(&by_weight, reached - 1, 0)));
            // The same steps cost the same by whatever they are counted.
            prop_assert_eq!(quote(&method(Rates::Total(bands)), 0, reached), price);
        }

        #[test]
        fn how_a_postcode_is_typed_does_not_matter(
            (plain, typed) in "[A-Z]{1,2}[0-9]{1,4}".prop_flat_map(|plain| {
                let spellings = prop::collection::vec((any::<bool>(), "[ \t]{0,2}"), plain.len());
                (Just(plain), spellings).prop_map(|(plain, spellings)| {
                    let mut typed = String::new();
                    for (letter, (lower, space)) in plain.chars().zip(spellings) {
                        typed.push(if lower { letter.to_ascii_lowercase() } else { letter });
                        typed.push_str(&space);
                    }
                    (plain, typed)
                })
            }),
            prefix in "[A-Z]{1,2}[0-9]?",
        ) {
            let local = ShippingMethod { postcode_prefixes: vec![prefix.clone()], ..method(Rates::Flat(1)) };
            let goes = |postcode: &str| {
                local.quote(Parcel { country: &country("GB"), postcode, weight_grams: 1, goods: 1 }).is_some()
            };
            prop_assert_eq!(goes(&typed), plain.starts_with(&prefix));
            let after_it = format!("{prefix}{typed}");
            prop_assert!(goes(&after_it));
        }
    }
}
