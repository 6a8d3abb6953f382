//! Rates of tax. Rule: the rate follows from where the goods go and from their tax class; a class without a rate of its own
//! has the country's usual one, and a country without rates has none.

use crate::accounts::CountryCode;
use crate::ids::TaxRateId;

/// A rate of tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    /// Which one.
    pub id: TaxRateId,
    /// What invoices call it: `VAT 20 %`.
    pub name: String,
    /// Where it counts.
    pub country: CountryCode,
    /// For goods of this class; `None` for the usual ones.
    pub tax_class: Option<String>,
    /// In hundredths of a percent: 2000 for 20 %.
    pub basis_points: i64,
}

/// The rates of one destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxTable(Vec<(Option<String>, i64)>);

impl TaxTable {
    /// The rates that count in a country.
    #[must_use]
    pub fn of(rates: &[TaxRate], country: &CountryCode) -> Self {
        let own = rates.iter().filter(|rate| rate.country == *country);
        Self(own.map(|rate| (rate.tax_class.clone(), rate.basis_points)).collect())
    }

    /// The rate of a class, in hundredths of a percent.
    #[must_use]
    pub fn basis_points(&self, class: Option<&str>) -> i64 {
        let named = |wanted: Option<&str>| {
            self.0.iter().find(|(class, _)| class.as_deref() == wanted).map(|(_, rate)| *rate)
        };
        named(class).or_else(|| named(None)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).expect("a country")
    }

    fn rate(to: &str, tax_class: Option<&str>, basis_points: i64) -> TaxRate {
        TaxRate {
            id: TaxRateId::new(Uuid::nil()),
            name: "VAT".to_owned(),
            country: country(to),
            tax_class: tax_class.map(str::to_owned),
            basis_points,
        }
    }

    #[test]
    fn the_rate_follows_from_the_country_and_the_class() {
        let rates = [
            rate("FR", Some("books"), 550),
            rate("GB", Some("books"), 0),
            rate("GB", None, 2000),
            rate("FR", None, 2000),
            rate("IE", Some("books"), 0),
            rate("DE", None, 1900),
        ];
        for (to, class, basis_points) in [
            ("GB", None, 2000),
            // A rate of nothing is a rate: the usual one does not take its place.
            ("GB", Some("books"), 0),
            ("GB", Some("wine"), 2000),
            // Classes are told apart to the letter.
            ("GB", Some("Books"), 2000),
            ("GB", Some(""), 2000),
            ("FR", Some("books"), 550),
            ("DE", Some("books"), 1900),
            ("IE", Some("books"), 0),
            ("IE", None, 0),
            ("US", None, 0),
            ("US", Some("books"), 0),
        ] {
            let found = TaxTable::of(&rates, &country(to)).basis_points(class);
            assert_eq!(found, basis_points, "{to} {class:?}");
        }
        assert_eq!(TaxTable::default().basis_points(Some("books")), 0);
    }

    proptest! {
        #[test]
        fn the_rates_of_other_countries_count_for_nothing(
            own in prop::collection::btree_map(prop::option::of("[ab]"), 0_i64..3000, 0..4),
            others in prop::collection::vec((prop::option::of("[ab]"), 0_i64..3000), 0..4),
            class in prop::option::of("[abc]"),
        ) {
            let mut rates: Vec<TaxRate> =
                others.iter().map(|(class, points)| rate("FR", class.as_deref(), *points)).collect();
            rates.extend(own.iter().map(|(class, points)| rate("GB", class.as_deref(), *points)));
            let found = TaxTable::of(&rates, &country("GB")).basis_points(class.as_deref());
            let expected = own.get(&class).or_else(|| own.get(&None)).copied().unwrap_or(0);
            prop_assert_eq!(found, expected);
        }
    }
}
