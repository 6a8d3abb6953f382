//! Currencies. Rule: only those one can pay with today; no metals, funds or test codes.

use std::fmt;

use serde::Serialize;

use crate::fields::Invalid;

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Currency(&'static str);

/// The codes of money that circulates, in order.
const CURRENCIES: &str = "\
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ \
GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP \
LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR \
PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC \
SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF \
YER ZAR ZMW ZWG";

impl Currency {
    /// Reads a code in any case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let code = text.trim();
        if code.is_empty() {
            return Err(Invalid::new("Is required."));
        }
        CURRENCIES
            .split_ascii_whitespace()
            .find(|known| known.eq_ignore_ascii_case(code))
            .map(Self)
            .ok_or_else(|| Invalid::new("Must be a currency's three-letter code such as GBP."))
    }

    /// The code in capitals.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// How many digits the minor unit has (ISO 4217): two for pence, none for yen.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        match self.0 {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }

    /// The sign before an amount; the code and a space where the sign would not tell the currency.
    #[must_use]
    pub fn symbol(self) -> String {
        match self.0 {
            "GBP" => "£".to_owned(),
            "EUR" => "€".to_owned(),
            "USD" => "$".to_owned(),
            "JPY" => "¥".to_owned(),
            "INR" => "₹".to_owned(),
            "AUD" => "A$".to_owned(),
            "CAD" => "CA$".to_owned(),
            "NZD" => "NZ$".to_owned(),
            code => format!("{code} "),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_of_the_world_is_known() {
        for code in ["GBP", "EUR", "USD", "JPY", "CHF", "KWD", "ZAR", "AUD", "NZD", "CAD"] {
            assert_eq!(Currency::parse(code).map(Currency::as_str), Ok(code));
        }
        assert_eq!(Currency::parse(" gbp ").map(Currency::as_str), Ok("GBP"));
    }

    #[test]
    fn what_nobody_pays_with_is_not() {
        for code in ["", "GB", "GBPX", "XAU", "XXX", "XTS", "DEM", "HRK", "BTC", "£", "GBP EUR"] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
    }

    #[test]
    fn the_table_is_in_order_and_whole() {
        let codes: Vec<_> = CURRENCIES.split_ascii_whitespace().collect();
        assert!(codes.is_sorted_by(|one, next| one < next));
        assert!(
            codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
        );
    }
}
