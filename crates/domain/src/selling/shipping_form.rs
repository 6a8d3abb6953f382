//! Shipping methods as they are typed. Rule: a name and a price make a flat one; steps begin at 0 and ascend, so that every
//! parcel has a price.

use serde::{Deserialize, Serialize};

use super::lists::{HIGHEST_COUNT, each, name, tax_class, whole, word};
use super::{Band, RateKind, Rates, ShippingMethod, Switch, Switched};
use crate::accounts::CountryCode;
use crate::catalog::{Price, position};
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::ids::ShippingMethodId;
use crate::patch::Patch;
use crate::tenants::Currency;

const MOST_BANDS: usize = 50;
const MOST_COUNTRIES: usize = 249;
const MOST_PREFIXES: usize = 500;

/// A shipping method as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of ShippingMethod")]
pub struct ShippingMethodForm {
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub kind: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub price: Patch<Price>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub bands: Patch<Vec<BandForm>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub free_above: Patch<Price>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub countries: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub postcode_prefixes: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tax_class: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub position: Patch<i64>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub status: Patch<String>,
}

/// A step as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of Band")]
pub struct BandForm {
    pub from: Option<i64>,
    pub price: Option<Price>,
}

impl ShippingMethodForm {
    /// This form, with what it leaves out taken from `base`. What a price of another kind was made of is left behind.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        let keeps_kind = self.kind.is_absent() || self.kind == base.kind;
        let (base_price, base_bands) =
            if keeps_kind { (base.price, base.bands) } else { (Patch::Absent, Patch::Absent) };
        Self {
            name: self.name.or(base.name),
            kind: self.kind.or(base.kind),
            price: self.price.or(base_price),
            bands: self.bands.or(base_bands),
            free_above: self.free_above.or(base.free_above),
            countries: self.countries.or(base.countries),
            postcode_prefixes: self.postcode_prefixes.or(base.postcode_prefixes),
            tax_class: self.tax_class.or(base.tax_class),
            position: self.position.or(base.position),
            status: self.status.or(base.status),
        }
    }

    /// Checks every field and reports all that are refused. Prices are in the shop's currency.
    pub fn parse(
        self,
        id: ShippingMethodId,
        currency: Currency,
    ) -> Result<Switched<ShippingMethod>, FieldErrors> {
        let mut fields = Fields::default();
        let name = name(&mut fields, self.name);
        let kind = word(&mut fields, "kind", self.kind, RateKind::parse, RateKind::Flat);
        let rates = kind.and_then(|kind| rates(&mut fields, kind, self.price, self.bands, currency));
        let free_above =
            self.free_above.into_value().and_then(|least| least.read(&mut fields, "freeAbove", currency));
        // A code is compared as text here, for it has no hash.
        let code = |typed: &str| CountryCode::parse(typed).map(|code| code.as_str().to_owned());
        let codes = each(&mut fields, "countries", self.countries, MOST_COUNTRIES, code);
        let countries = codes.iter().filter_map(|code| CountryCode::parse(code).ok()).collect();
        let postcode_prefixes =
            each(&mut fields, "postcodePrefixes", self.postcode_prefixes, MOST_PREFIXES, prefix);
        let tax_class = tax_class(&mut fields, self.tax_class);
        let position = fields.take("position", position(self.position.into_value()));
        let status = word(&mut fields, "status", self.status, Switch::parse, Switch::Active);
        let (Some(name), Some(rates), Some(position), Some(status)) = (name, rates, position, status) else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        let item =
            ShippingMethod { id, name, rates, free_above, countries, postcode_prefixes, tax_class, position };
        Ok(Switched { item, status })
    }
}

impl Switched<ShippingMethod> {
    /// The shipping method as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> ShippingMethodForm {
        let method = &self.item;
        let band = |band: &Band| BandForm { from: Some(band.from), price: Some(band.price.into()) };
        let (price, bands) = match &method.rates {
            Rates::Flat(price) => (Some(*price), Vec::new()),
            Rates::Weight(bands) | Rates::Total(bands) => (None, bands.iter().map(band).collect()),
        };
        let countries = method.countries.iter().map(|country| country.as_str().to_owned()).collect();
        ShippingMethodForm {
            name: Patch::Value(method.name.clone()),
            kind: Patch::Value(method.rates.word().to_string()),
            price: price.map(Price::from).into(),
            bands: Patch::Value(bands),
            free_above: method.free_above.map(Price::from).into(),
            countries: Patch::Value(countries),
            postcode_prefixes: Patch::Value(method.postcode_prefixes.clone()),
            tax_class: method.tax_class.clone().into(),
            position: Patch::Value(method.position),
            status: Patch::Value(self.status.to_string()),
        }
    }
}

/// What a postcode begins with: in capitals, without spaces.
fn prefix(typed: &str) -> Result<String, Invalid> {
    let prefix: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if (1..=10).contains(&prefix.len()) && prefix.chars().all(fits) {
        Ok(prefix)
    } else {
        Err(Invalid::fixed(
            "Must be 1 to 10 letters and digits that a postcode begins with, such as BT or IV4.",
        ))
    }
}

fn rates(
    fields: &mut Fields,
    kind: RateKind,
    price: Patch<Price>,
    bands: Patch<Vec<BandForm>>,
    currency: Currency,
) -> Option<Rates> {
    let (price, bands) = (price.into_value(), bands.into_value().unwrap_or_default());
    if kind == RateKind::Flat {
        if !bands.is_empty() {
            fields.refuse(
                "bands",
                "Must be left out of a flat method: give it a price, or the kind weight or total.",
            );
        }
        let Some(price) = price else {
            fields.refuse("price", "Is required.");
            return None;
        };
        return price.read(fields, "price", currency).map(Rates::Flat);
    }
    if price.is_some() {
        fields.refuse("price", "Must be left out where the bands say it.");
    }
    let bands = self::bands(fields, bands, currency);
    Some(if kind == RateKind::Weight { Rates::Weight(bands) } else { Rates::Total(bands) })
}

fn bands(fields: &mut Fields, typed: Vec<BandForm>, currency: Currency) -> Vec<Band> {
    if typed.is_empty() || typed.len() > MOST_BANDS {
        fields.refuse("bands", &format!("Must be 1 to {MOST_BANDS} steps, the first from 0."));
        return Vec::new();
    }
    let mut bands: Vec<Band> = Vec::new();
    for (index, band) in typed.into_iter().enumerate() {
        let (from_path, price_path) = (format!("bands.{index}.from"), format!("bands.{index}.price"));
        let from = band.from.ok_or(Invalid::fixed("Is required."));
        let from = fields.take(&from_path, from.and_then(|from| whole(from, 0, HIGHEST_COUNT)));
        let price = match band.price {
            Some(price) => price.read(fields, &price_path, currency),
            None => fields.take(&price_path, Err(Invalid::fixed("Is required."))),
        };
        let (Some(from), Some(price)) = (from, price) else { continue };
        if index == 0 && from != 0 {
            fields.refuse(&from_path, "The first step must begin at 0.");
        } else if bands.last().is_some_and(|last| from <= last.from) {
            fields.refuse(&from_path, "Must be more than the step before begins at.");
        }
        bands.push(Band { from, price });
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const ID: ShippingMethodId = ShippingMethodId::new(Uuid::nil());

    fn currency() -> Currency {
        Currency::parse("GBP").expect("a currency")
    }

    fn form(json: &str) -> ShippingMethodForm {
        serde_json::from_str(json).expect("a form")
    }

    fn refused(json: &str) -> Vec<String> {
        let errors = form(json).parse(ID, currency()).expect_err("is refused");
        errors.iter().map(|(path, _)| path.to_owned()).collect()
    }

    #[test]
    fn a_name_and_a_price_make_a_flat_one() {
        let method = form(r#"{"name": "Courier", "price": 595}"#).parse(ID, currency()).expect("a method");
        assert_eq!((method.item.rates, method.status), (Rates::Flat(595), Switch::Active));
        assert_eq!(refused("{}"), ["name", "price"]);
    }

    #[test]
    fn every_refused_field_is_told_at_once() {
        let json = r#"{
            "name": "", "price": -1, "bands": [{}], "freeAbove": -1, "countries": ["GB", "UK"],
            "postcodePrefixes": ["BT", "B!"], "taxClass": "a\u0000", "position": -1, "status": "on"
        }"#;
        assert_eq!(
            refused(json),
            [
                "bands",
                "countries.1",
                "freeAbove",
                "name",
                "position",
                "postcodePrefixes.1",
                "price",
                "status",
                "taxClass",
            ]
        );
    }

    #[test]
    fn steps_begin_at_nothing_and_ascend() {
        let of = |bands: &str| format!(r#"{{"name": "A", "kind": "weight", "bands": [{bands}]}}"#);
        let method = form(&of(r#"{"from": 0, "price": 300}, {"from": 2000, "price": 600}"#));
        let bands = vec![Band { from: 0, price: 300 }, Band { from: 2000, price: 600 }];
        assert_eq!(method.parse(ID, currency()).expect("a method").item.rates, Rates::Weight(bands));
        assert_eq!(refused(&of("")), ["bands"]);
        assert_eq!(refused(&of(r#"{"from": 1, "price": 300}"#)), ["bands.0.from"]);
        assert_eq!(refused(&of(r#"{"from": 0, "price": 1}, {"from": 0, "price": 2}"#)), ["bands.1.from"]);
        assert_eq!(refused(&of("{}")), ["bands.0.from", "bands.0.price"]);
        assert_eq!(refused(r#"{"name": "A", "kind": "total", "price": 1}"#), ["bands", "price"]);
    }

    #[test]
    fn a_change_of_kind_leaves_the_old_price_behind() {
        let flat = form(r#"{"name": "A", "price": 5}"#).parse(ID, currency()).expect("a method");
        let change = form(r#"{"kind": "total", "bands": [{"from": 0, "price": 1}]}"#);
        let total = change.over(flat.to_form()).parse(ID, currency()).expect("a method");
        assert_eq!(total.item.rates, Rates::Total(vec![Band { from: 0, price: 1 }]));
        let back = form(r#"{"kind": "flat", "price": 7}"#).over(total.to_form()).parse(ID, currency());
        assert_eq!(back.expect("a method").item.rates, Rates::Flat(7));
    }

    #[test]
    fn postcodes_are_compared_without_case_and_spaces() {
        let method = form(
            r#"{"name": "A", "price": 5, "countries": ["gb", "GB"], "postcodePrefixes": ["iv4 2", "IV42"]}"#,
        );
        let method = method.parse(ID, currency()).expect("a method");
        assert_eq!(method.item.postcode_prefixes, ["IV42"]);
        assert_eq!(method.item.countries.len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(
            kind in "flat|weight|total",
            price in proptest::option::of(-1_i64..500),
            bands in proptest::collection::vec((-1_i64..5, 0_i64..500), 0..4),
            prefix in "\\PC{0,12}|[a-z]{1,3}",
        ) {
            let bands = bands.into_iter().map(|(from, price)| BandForm { from: Some(from), price: Some(price.into()) });
            let form = ShippingMethodForm {
                name: Patch::Value("A".to_owned()),
                kind: Patch::Value(kind),
                price: price.map(Price::from).into(),
                bands: Patch::Value(bands.collect()),
                postcode_prefixes: Patch::Value(vec![prefix]),
                ..ShippingMethodForm::default()
            };
            if let Ok(method) = form.parse(ID, currency()) {
                prop_assert_eq!(method.to_form().parse(ID, currency()), Ok(method));
            }
        }
    }
}
