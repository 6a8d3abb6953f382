//! Prices as they are typed. Rule: an amount that names its currency must name the shop's; one that names none is in it.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::fields::{Fields, Invalid};
use crate::money;
use crate::tenants::Currency;

/// A price as it is typed: minor units alone (`2499`), or with what they are in (`{"value": 2499, "currency": "GBP"}`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    value: i64,
    currency: Option<String>,
}

impl From<i64> for Price {
    /// Minor units of the shop's currency.
    fn from(value: i64) -> Self {
        Self { value, currency: None }
    }
}

impl Price {
    /// The minor units, where they are a price in this currency.
    pub fn read(&self, fields: &mut Fields, path: &str, currency: Currency) -> Option<i64> {
        self.check(fields, path, currency);
        fields.take(path, self.minor())
    }

    /// The number alone, where no currency is named: it may be no price at all.
    pub(crate) fn bare(&self) -> Option<i64> {
        self.currency.is_none().then_some(self.value)
    }

    /// Refuses another currency than this.
    pub(super) fn check(&self, fields: &mut Fields, path: &str, currency: Currency) {
        if self.currency.as_deref().is_some_and(|named| Currency::parse(named) != Ok(currency)) {
            fields.refuse(
                &format!("{path}.currency"),
                &format!("Must be {currency}: the shop's prices are in that currency."),
            );
        }
    }

    /// The minor units, whatever they are in.
    pub(super) fn minor(&self) -> Result<i64, Invalid> {
        money::price(self.value)
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(currency) = &self.currency else { return serializer.serialize_i64(self.value) };
        let mut object = serializer.serialize_struct("Price", 2)?;
        object.serialize_field("value", &self.value)?;
        object.serialize_field("currency", currency)?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PriceVisitor)
    }
}

struct PriceVisitor;

impl<'de> Visitor<'de> for PriceVisitor {
    type Value = Price;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of minor units (2499 for £24.99), or an object of value and currency")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Price, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Price, E> {
        // What does not fit is too high a price in any case.
        Ok(i64::try_from(value).unwrap_or(i64::MAX).into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Price, E> {
        // A JSON number such as 2499.0 is whole and is written without its fraction.
        let whole = value.to_string().parse::<i64>();
        whole.map(Price::from).map_err(|_| E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Price, A::Error> {
        #[derive(serde::Deserialize)]
        struct Object {
            value: i64,
            currency: String,
        }
        let Object { value, currency } = Object::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Price { value, currency: Some(currency) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(json: &str) -> Option<Price> {
        serde_json::from_str(json).ok()
    }

    fn read(json: &str) -> Result<i64, Vec<String>> {
        let mut fields = Fields::default();
        let pounds = Currency::parse("GBP").expect("a currency");
        let value = typed(json).expect(json).read(&mut fields, "price", pounds);
        let refused: Vec<String> = fields.into_errors().iter().map(|(path, _)| path.to_owned()).collect();
        if refused.is_empty() { Ok(value.expect("a price")) } else { Err(refused) }
    }

    #[test]
    fn a_price_is_typed_with_its_currency_or_without() {
        for json in [
            "2499",
            "2499.0",
            "2.499e3",
            r#"{"value": 2499, "currency": "GBP"}"#,
            r#"{"value": 2499, "formatted": "£24.99", "currency": "gbp"}"#,
        ] {
            assert_eq!(read(json), Ok(2499), "{json}");
        }
        for (json, path) in [
            (r#"{"value": 2499, "currency": "EUR"}"#, "price.currency"),
            (r#"{"value": 2499, "currency": ""}"#, "price.currency"),
            (r#"{"value": -1, "currency": "GBP"}"#, "price"),
            ("-1", "price"),
            ("18446744073709551615", "price"),
        ] {
            assert_eq!(read(json), Err(vec![path.to_owned()]), "{json}");
        }
        for json in ["24.99", "true", "[]", r#""2499""#, "{}", r#"{"value": 2499}"#, r#"{"currency": "GBP"}"#]
        {
            assert_eq!(typed(json), None, "{json}");
        }
    }

    #[test]
    fn it_is_written_as_it_was_typed() {
        for json in ["2499", r#"{"value":2499,"currency":"GBP"}"#] {
            assert_eq!(serde_json::to_string(&typed(json)).expect("JSON"), json);
        }
    }
}
