//! How a shop sells. Rule: a shop that says nothing sells as one in the United Kingdom does: prices with VAT, to anywhere a
//! shipping method goes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::accounts::CountryCode;
use crate::fields::{Fields, Invalid};
use crate::text;

const HOME: &str = "GB";
const RESERVATION_MINUTES: i64 = 15;
const LONGEST_RESERVATION: i64 = 24 * 60;
const LARGEST_MULTIPLE: i64 = 48;
const MOST_COUNTRIES: usize = 250;

/// The settings of carts, checkouts and taxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutSettings {
    /// Whether prices include tax.
    pub tax_included: bool,
    /// Where the shop is; its taxes count until it is known where the goods go.
    pub country: CountryCode,
    /// What stands on invoices; `None` for a shop that is not registered for VAT.
    pub vat_number: Option<String>,
    /// How long stock is held for a checkout.
    pub reservation_minutes: i64,
    /// How many units a parcel is packed in, such as cases of 6; `None` for any number.
    pub order_multiple: Option<i64>,
    /// Where the shop sends to; everywhere if empty.
    pub delivery_countries: Vec<CountryCode>,
}

impl CheckoutSettings {
    /// How long stock is held for a checkout.
    #[must_use]
    pub fn reservation(&self) -> Duration {
        Duration::from_mins(self.reservation_minutes.unsigned_abs())
    }

    /// The settings as a form that [`CheckoutForm::parse`] reads back.
    #[must_use]
    pub fn to_form(&self) -> CheckoutForm {
        CheckoutForm {
            tax_included: Some(self.tax_included),
            country: Some(self.country.as_str().to_owned()),
            vat_number: self.vat_number.clone(),
            reservation_minutes: Some(self.reservation_minutes),
            order_multiple: self.order_multiple,
            delivery_countries: Some(
                self.delivery_countries.iter().map(|country| country.as_str().to_owned()).collect(),
            ),
        }
    }
}

/// The settings as they are typed or stored; what is left out is as in a new shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of CheckoutSettings")]
pub struct CheckoutForm {
    pub tax_included: Option<bool>,
    pub country: Option<String>,
    pub vat_number: Option<String>,
    pub reservation_minutes: Option<i64>,
    pub order_multiple: Option<i64>,
    pub delivery_countries: Option<Vec<String>>,
}

impl CheckoutForm {
    /// Checks every field; `None` where one is refused.
    pub(super) fn parse(self, fields: &mut Fields) -> Option<CheckoutSettings> {
        let country = self.country.as_deref().unwrap_or(HOME);
        let country = fields.take("checkout.country", CountryCode::parse(country));
        let vat_number = fields.take(
            "checkout.vatNumber",
            text::optional_line(self.vat_number.as_deref().unwrap_or_default(), 20),
        );
        let minutes = fields.take(
            "checkout.reservationMinutes",
            within(self.reservation_minutes.unwrap_or(RESERVATION_MINUTES), 1, LONGEST_RESERVATION),
        );
        let multiple = fields.take_optional(
            "checkout.orderMultiple",
            self.order_multiple.map(|multiple| within(multiple, 2, LARGEST_MULTIPLE)),
        );
        let delivery_countries = countries(fields, &self.delivery_countries.unwrap_or_default());
        Some(CheckoutSettings {
            tax_included: self.tax_included.unwrap_or(true),
            country: country?,
            vat_number: vat_number?,
            reservation_minutes: minutes?,
            order_multiple: multiple,
            delivery_countries,
        })
    }
}

/// A whole number between two.
pub(super) fn within(number: i64, least: i64, most: i64) -> Result<i64, Invalid> {
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(Invalid::new(format!("Must be a whole number from {least} to {most}.")))
    }
}

/// Each once, in the order in which they were typed.
fn countries(fields: &mut Fields, typed: &[String]) -> Vec<CountryCode> {
    const PATH: &str = "checkout.deliveryCountries";
    if typed.len() > MOST_COUNTRIES {
        fields.refuse(PATH, "Must not have more than 250 entries.");
        return Vec::new();
    }
    let mut countries = Vec::new();
    for (index, code) in typed.iter().enumerate() {
        let country = fields.take(&format!("{PATH}.{index}"), CountryCode::parse(code));
        countries.extend(country.filter(|country| !countries.contains(country)));
    }
    countries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(form: CheckoutForm) -> Result<CheckoutSettings, Vec<String>> {
        let mut fields = Fields::default();
        let settings = form.parse(&mut fields);
        match fields.finish() {
            Ok(()) => Ok(settings.expect("settings where nothing is refused")),
            Err(errors) => Err(errors.iter().map(|(path, _)| path.to_owned()).collect()),
        }
    }

    #[test]
    fn a_shop_that_says_nothing_is_british() {
        let settings = parsed(CheckoutForm::default()).expect("settings");
        assert!(settings.tax_included && settings.delivery_countries.is_empty());
        assert_eq!((settings.country.as_str(), settings.reservation()), ("GB", Duration::from_mins(15)));
        assert_eq!(parsed(settings.to_form()), Ok(settings));
    }

    #[test]
    fn every_bad_field_is_named() {
        let form = CheckoutForm {
            country: Some("UK".to_owned()),
            vat_number: Some("x".repeat(21)),
            reservation_minutes: Some(0),
            order_multiple: Some(1),
            delivery_countries: Some(vec!["gb".to_owned(), "GB".to_owned(), "nowhere".to_owned()]),
            ..CheckoutForm::default()
        };
        let paths = ["country", "deliveryCountries.2", "orderMultiple", "reservationMinutes", "vatNumber"];
        let paths = paths.map(|path| format!("checkout.{path}"));
        assert_eq!(parsed(form), Err(paths.to_vec()));
    }
}
