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
