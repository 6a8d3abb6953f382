//! Rates of tax as they are typed. Rule: a rate is in hundredths of a percent, so that no fraction is ever needed.

use serde::{Deserialize, Serialize};

use super::TaxRate;
use super::lists::{name, tax_class, whole};
use crate::accounts::CountryCode;
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::ids::TaxRateId;
use crate::patch::Patch;

/// 100 %, in hundredths of a percent.
const HIGHEST_RATE: i64 = 10_000;

/// A rate of tax as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of TaxRate")]
pub struct TaxRateForm {
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub country: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tax_class: Patch<String>,
    /// In hundredths of a percent.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub rate: Patch<i64>,
}

impl TaxRateForm {
    /// This form, with what it leaves out taken from `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            name: self.name.or(base.name),
            country: self.country.or(base.country),
            tax_class: self.tax_class.or(base.tax_class),
            rate: self.rate.or(base.rate),
        }
    }

    /// Checks every field and reports all that are refused.
    pub fn parse(self, id: TaxRateId) -> Result<TaxRate, FieldErrors> {
        let mut fields = Fields::default();
        let name = name(&mut fields, self.name);
        let country = CountryCode::parse(&self.country.into_value().unwrap_or_default());
        let country = fields.take("country", country);
        let tax_class = tax_class(&mut fields, self.tax_class);
        let rate = self.rate.into_value().ok_or(Invalid::fixed("Is required."));
        let rate = fields.take("rate", rate.and_then(|rate| whole(rate, 0, HIGHEST_RATE)));
        let (Some(name), Some(country), Some(basis_points)) = (name, country, rate) else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        Ok(TaxRate { id, name, country, tax_class, basis_points })
    }
}

impl TaxRate {
    /// The rate as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> TaxRateForm {
        TaxRateForm {
            name: Patch::Value(self.name.clone()),
            country: Patch::Value(self.country.as_str().to_owned()),
            tax_class: self.tax_class.clone().into(),
            rate: Patch::Value(self.basis_points),
        }
    }

    /// What is charged in the United Kingdom: what a new shop that sells in pounds begins with. Each with its class.
    pub const UNITED_KINGDOM: [(&'static str, Option<&'static str>, i64); 3] =
        [("VAT 20 %", None, 2000), ("VAT 5 %", Some("reduced"), 500), ("VAT 0 %", Some("zero"), 0)];
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ID: TaxRateId = TaxRateId::new(Uuid::nil());

    fn parse(json: &str) -> Result<TaxRate, FieldErrors> {
        serde_json::from_str::<TaxRateForm>(json).expect("a form").parse(ID)
    }

    #[test]
    fn a_rate_is_in_hundredths_of_a_percent() {
        let rate = parse(r#"{"name": "VAT 20 %", "country": "gb", "rate": 2000}"#).expect("a rate");
        assert_eq!((rate.country.as_str(), rate.basis_points, &rate.tax_class), ("GB", 2000, &None));
        assert_eq!(rate.to_form().parse(ID), Ok(rate));
    }

    #[test]
    fn every_refused_field_is_told_at_once() {
        for json in ["{}", r#"{"name": "", "country": "UK", "rate": 10001}"#] {
            let errors = parse(json).expect_err("is refused");
            assert_eq!(errors.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["country", "name", "rate"]);
        }
        assert!(parse(r#"{"name": "A", "country": "GB", "rate": 10000}"#).is_ok());
        assert!(parse(r#"{"name": "A", "country": "GB", "rate": -1}"#).is_err());
    }

    #[test]
    fn what_a_new_shop_begins_with_is_valid() {
        for (name, class, rate) in TaxRate::UNITED_KINGDOM {
            let form = TaxRateForm {
                name: Patch::Value(name.to_owned()),
                country: Patch::Value("GB".to_owned()),
                tax_class: class.map(ToOwned::to_owned).into(),
                rate: Patch::Value(rate),
            };
            assert!(form.parse(ID).is_ok(), "{name}");
        }
    }
}
