//! Postal addresses. Rule: what a courier needs is there; how a country writes it is left to its people.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{PersonName, Phone};
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::text;

/// A country by its ISO 3166-1 alpha-2 code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountryCode(String);

/// Every assigned code of ISO 3166-1, two letters each.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ \
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP \
    MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE \
    RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV \
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

impl CountryCode {
    /// Reads a code in either case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let code = text::one_line(text, 10)?.to_ascii_uppercase();
        if code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code) {
            Ok(Self(code))
        } else {
            Err(Invalid::new("Must be a country's two-letter code, such as GB."))
        }
    }

    /// The code in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address that a parcel can be sent to; the contract's fields in its order.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Address {
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub company: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub county: Option<String>,
    pub postcode: String,
    pub country: CountryCode,
    pub phone: Option<Phone>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// An address as it is typed, unchecked. Carts and orders keep theirs so.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct AddressForm {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub city: Option<String>,
    pub county: Option<String>,
    pub postcode: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
}

const LINE: usize = 200;
const POSTCODE: usize = 16;

impl AddressForm {
    /// Checks every field and reports all that are refused. A blank optional field counts as left out.
    #[expect(clippy::similar_names, reason = "county and country are the contract's words")]
    pub fn parse(self) -> Result<Address, FieldErrors> {
        let mut fields = Fields::default();
        let required = |text: Option<String>, most| text::one_line(text.as_deref().unwrap_or_default(), most);
        let optional = |text: Option<String>| text::optional_line(text.as_deref().unwrap_or_default(), LINE);
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());

        let first_name =
            fields.take_optional("firstName", filled(self.first_name).map(|name| PersonName::parse(&name)));
        let last_name =
            fields.take_optional("lastName", filled(self.last_name).map(|name| PersonName::parse(&name)));
        let company = fields.take("company", optional(self.company)).flatten();
        let line1 = fields.take("line1", required(self.line1, LINE));
        let line2 = fields.take("line2", optional(self.line2)).flatten();
        let city = fields.take("city", required(self.city, LINE));
        let county = fields.take("county", optional(self.county)).flatten();
        let postcode = fields.take("postcode", required(self.postcode, POSTCODE));
        let country = fields.take("country", CountryCode::parse(&self.country.unwrap_or_default()));
        let phone = fields.take_optional("phone", filled(self.phone).map(|phone| Phone::parse(&phone)));
        let (Some(line1), Some(city), Some(postcode), Some(country)) = (line1, city, postcode, country)
        else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        Ok(Address { first_name, last_name, company, line1, line2, city, county, postcode, country, phone })
    }
}

impl Address {
    /// The address as it would be typed, to be changed and checked again.
    #[must_use]
    pub fn to_form(&self) -> AddressForm {
        AddressForm {
            first_name: self.first_name.as_ref().map(|name| name.as_str().to_owned()),
            last_name: self.last_name.as_ref().map(|name| name.as_str().to_owned()),
            company: self.company.clone(),
            line1: Some(self.line1.clone()),
            line2: self.line2.clone(),
            city: Some(self.city.clone()),
            county: self.county.clone(),
            postcode: Some(self.postcode.clone()),
            country: Some(self.country.as_str().to_owned()),
            phone: self.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(line1: &str, city: &str, postcode: &str, country: &str) -> AddressForm {
        let some = |text: &str| Some(text.to_owned());
        AddressForm {
            line1: some(line1),
            city: some(city),
            postcode: some(postcode),
            country: some(country),
            ..AddressForm::default()
        }
    }

    #[test]
    fn addresses_of_the_world_are_taken() {
        for (line1, city, postcode, country) in [
            ("10 Downing Street", "London", "SW1A 2AA", "GB"),
            ("Unter den Linden 77", "Berlin", "10117", "de"),
            ("〒100-8111 千代田1-1", "東京都", "100-8111", "JP"),
            ("Calle de Alcalá, 48, 3º izq.", "Madrid", "28014", "ES"),
            ("1600 Pennsylvania Avenue NW", "Washington", "20500-0003", "US"),
        ] {
            let address = form(line1, city, postcode, country).parse().expect("a real address");
            assert_eq!(address.country.as_str(), country.to_uppercase());
            assert_eq!(address.to_form().parse(), Ok(address));
        }
    }

    #[test]
    fn every_refused_field_is_reported_at_once() {
        let errors =
            AddressForm { phone: Some("no".to_owned()), ..form("", "x\0", "12345678901234567", "ZZ") }
                .parse()
                .expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["city", "country", "line1", "phone", "postcode"]);
    }

    #[test]
    fn there_are_249_countries() {
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        for text in ["UK", "EU", "XX", "GBR", "", "G"] {
            assert!(CountryCode::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(line1 in ".{0,30}", city in ".{0,30}", postcode in ".{0,18}") {
            if let Ok(address) = form(&line1, &city, &postcode, "GB").parse() {
                prop_assert_eq!(address.to_form().parse(), Ok(address));
            }
        }
    }
}
