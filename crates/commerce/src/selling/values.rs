//! Rows as values. Rule: a row becomes a value in one place, for staff and for carts; what makes no sense in a column is told
//! with its name, for the log.

use std::fmt::Display;
use std::str::FromStr;

use domain::accounts::{CountryCode, Email, PersonName};
use domain::selling::{
    AppliesTo, Band, Discount, DiscountClass, DiscountType, GiftCard, GiftCardCode, GiftCardStatus,
    Programme, RateKind, Rates, ShippingMethod, TaxRate, Tier, TierForm,
};
use serde::de::DeserializeOwned;
use store::StoreError;
use store::selling::discounts::DiscountRow;
use store::selling::gift_cards::GiftCardRow;
use store::selling::reward_programmes::ProgrammeRow;
use store::selling::shipping_methods::ShippingMethodRow;
use store::selling::tax_rates::TaxRateRow;

use super::broken;
use crate::secrets::sha256;

/// The discount of a row.
pub(crate) fn discount_of(row: DiscountRow) -> Result<Discount, StoreError> {
    let kind = DiscountType::parse(&row.kind).map_err(broken("the type of a discount"))?;
    Ok(Discount {
        id: row.discount_id,
        code: row.code,
        name: row.name,
        kind: kind.of(row.value),
        minimum_spend: row.minimum_spend,
        products: ids(&row.products, "the products of a discount")?,
        collections: ids(&row.collections, "the collections of a discount")?,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        usage_limit: row.usage_limit,
        per_customer_limit: row.per_customer_limit,
        combines_with: list::<String>(&row.combines_with, "the classes of a discount")?
            .iter()
            .map(|class| DiscountClass::parse(class).map_err(broken("a class of a discount")))
            .collect::<Result<_, _>>()?,
        applies_to: AppliesTo::parse(&row.applies_to).map_err(broken("the payments of a discount"))?,
    })
}

fn ids<I: FromStr>(json: &str, what: &'static str) -> Result<Vec<I>, StoreError>
where
    I::Err: Display,
{
    list::<String>(json, what)?.iter().map(|id| id.parse().map_err(broken(what))).collect()
}

/// What a card is found by: the hash of the code, however it is typed. `None` for what can be no code.
pub(crate) fn gift_card_hash(code: &str) -> Option<[u8; 32]> {
    let code = GiftCardCode::parse(code).ok()?;
    sha256(code.normal().as_bytes()).try_into().ok()
}

/// The gift card of a row.
pub(crate) fn gift_card_of(row: GiftCardRow) -> Result<GiftCard, StoreError> {
    let name = row.recipient_name.map(|name| PersonName::parse(&name)).transpose();
    let email = row.recipient_email.map(|email| Email::parse(&email)).transpose();
    Ok(GiftCard {
        initial_value: row.initial_value,
        balance: row.balance,
        expires_at: row.expires_at,
        recipient_name: name.map_err(broken("the recipient of a gift card"))?,
        recipient_email: email.map_err(broken("the recipient of a gift card"))?,
        message: row.message,
        note: row.note,
        status: GiftCardStatus::parse(&row.status).map_err(broken("the status of a gift card"))?,
    })
}

/// The shipping method of a row.
pub(crate) fn shipping_method_of(row: ShippingMethodRow) -> Result<ShippingMethod, StoreError> {
    let kind = RateKind::parse(&row.kind).map_err(broken("the kind of a shipping method"))?;
    let bands = || -> Result<Vec<Band>, StoreError> {
        let steps = list::<(i64, i64)>(&row.bands, "the bands of a shipping method")?;
        Ok(steps.into_iter().map(|(from, price)| Band { from, price }).collect())
    };
    let rates = match kind {
        RateKind::Flat => Rates::Flat(row.price),
        RateKind::Weight => Rates::Weight(bands()?),
        RateKind::Total => Rates::Total(bands()?),
    };
    let countries = list::<String>(&row.countries, "the countries of a shipping method")?;
    let country = |code: &String| CountryCode::parse(code).map_err(broken("a country of a shipping method"));
    Ok(ShippingMethod {
        id: row.shipping_method_id,
        name: row.name,
        rates,
        free_above: row.free_above,
        countries: countries.iter().map(country).collect::<Result<_, _>>()?,
        postcode_prefixes: list(&row.postcode_prefixes, "the postcodes of a shipping method")?,
        tax_class: row.tax_class,
        position: row.position,
    })
}

/// The rate of a row.
pub(crate) fn tax_rate_of(row: TaxRateRow) -> Result<TaxRate, StoreError> {
    Ok(TaxRate {
        id: row.tax_rate_id,
        name: row.name,
        country: CountryCode::parse(&row.country).map_err(broken("the country of a tax rate"))?,
        tax_class: Some(row.tax_class).filter(|class| !class.is_empty()),
        basis_points: row.basis_points,
    })
}

/// The programme of a row.
pub(crate) fn programme_of(row: ProgrammeRow) -> Result<Programme, StoreError> {
    let tiers = list::<TierForm>(&row.tiers, "the tiers of a rewards programme")?;
    Ok(Programme {
        points_per_unit: row.points_per_unit,
        redeem_points: row.redeem_points,
        redeem_value: row.redeem_value,
        minimum_redeem: row.minimum_redeem,
        tiers: Tier::from_stored(tiers).map_err(broken("the tiers of a rewards programme"))?,
    })
}

/// Reads a list that stands in a column as JSON. `what` names it for the log.
fn list<T: DeserializeOwned>(json: &str, what: &str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Broken(format!("{what}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_one_hash_however_it_is_typed() {
        let hash = gift_card_hash("ABCD-EFGH-JKLM-2345");
        assert!(hash.is_some());
        for typed in ["abcdefghjklm2345", " ABCD EFGH JKLM 2345 ", "abcd-efghjklm-2345"] {
            assert_eq!(gift_card_hash(typed), hash, "{typed}");
        }
        assert_ne!(gift_card_hash("ABCD-EFGH-JKLM-2346"), hash);
        for typed in ["", "ABCD", "ABCD-EFGH-JKLM-234?"] {
            assert_eq!(gift_card_hash(typed), None, "{typed}");
        }
    }
}
