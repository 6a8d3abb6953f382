//! Amounts of money. Rule: whole minor units (pence) of one currency, never a fraction, and never two currencies in one sum.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::fields::Invalid;
use crate::tenants::Currency;

/// The most minor units that a price may have: ten million pounds.
pub const HIGHEST_PRICE: i64 = 1_000_000_000;

/// An amount in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// This many minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The minor units: 2499 for £24.99.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// What it is in.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The contract's money string: `£24.99`.
    #[must_use]
    pub fn formatted(self) -> String {
        self.to_string()
    }

    /// The amount as programs and spreadsheets read it: `-24.99`.
    #[must_use]
    pub fn decimal(self) -> String {
        self.with_symbol("")
    }

    fn with_symbol(self, symbol: &str) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.currency.minor_digits();
        let unit = 10_u64.pow(digits);
        let minor = self.minor.unsigned_abs();
        let whole = format!("{sign}{symbol}{}", minor / unit);
        if digits == 0 { whole } else { format!("{whole}.{:0width$}", minor % unit, width = digits as usize) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_symbol(&self.currency.symbol()))
    }
}

impl Serialize for Money {
    /// The contract's money object: `{"value": 2499, "formatted": "£24.99", "currency": "GBP"}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Money", 3)?;
        object.serialize_field("value", &self.minor)?;
        object.serialize_field("formatted", &self.formatted())?;
        object.serialize_field("currency", &self.currency)?;
        object.end()
    }
}

/// Reads a price in minor units: from nothing to [`HIGHEST_PRICE`].
pub fn price(minor: i64) -> Result<i64, Invalid> {
    if (0..=HIGHEST_PRICE).contains(&minor) {
        Ok(minor)
    } else {
        Err(Invalid::new("Must be a price in minor units (2499 for £24.99), from 0 to 1000000000."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(minor: i64, code: &str) -> String {
        Money::new(minor, Currency::parse(code).expect("a currency")).formatted()
    }

    #[test]
    fn money_reads_as_people_write_it() {
        for (minor, code, text) in [
            (2499, "GBP", "£24.99"),
            (0, "GBP", "£0.00"),
            (5, "GBP", "£0.05"),
            (-150, "GBP", "-£1.50"),
            (123_456_789, "GBP", "£1234567.89"),
            (2499, "EUR", "€24.99"),
            (2499, "USD", "$24.99"),
            (2499, "JPY", "¥2499"),
            (2499, "KWD", "KWD 2.499"),
            (2499, "CHF", "CHF 24.99"),
            (2499, "SEK", "SEK 24.99"),
        ] {
            assert_eq!(shown(minor, code), text);
        }
        assert_eq!(shown(i64::MIN, "JPY"), "-¥9223372036854775808");
    }

    #[test]
    fn a_money_object_has_the_contracts_keys_in_order() {
        let money = Money::new(2499, Currency::parse("GBP").expect("a currency"));
        assert_eq!(
            serde_json::to_string(&money).expect("JSON"),
            r#"{"value":2499,"formatted":"£24.99","currency":"GBP"}"#
        );
    }

    proptest! {
        #[test]
        fn the_digits_are_those_of_the_amount(minor in any::<i64>()) {
            for code in ["GBP", "JPY", "KWD"] {
                let digits: String = shown(minor, code).chars().filter(char::is_ascii_digit).collect();
                prop_assert_eq!(digits.parse::<u64>(), Ok(minor.unsigned_abs()));
            }
        }
    }
}
