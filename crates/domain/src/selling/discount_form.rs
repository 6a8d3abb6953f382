//! Discounts as they are typed. Rule: a code is stored in capitals, so that it is found however shoppers type it.

use serde::{Deserialize, Serialize};

use super::lists::{HIGHEST_COUNT, each, name, time, whole, word};
use super::{AppliesTo, Discount, DiscountClass, DiscountKind, DiscountType, Switch, Switched};
use crate::catalog::Price;
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::ids::{CollectionId, DiscountId, ProductId};
use crate::patch::Patch;
use crate::tenants::Currency;

/// Products that one discount names.
const MOST_PRODUCTS: usize = 500;

/// Collections that one discount names.
const MOST_COLLECTIONS: usize = 100;

/// A discount as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Discount")]
pub struct DiscountForm {
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub code: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<String>,
    #[serde(rename = "type", skip_serializing_if = "Patch::is_absent")]
    pub kind: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub value: Patch<Price>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub minimum_spend: Patch<Price>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub product_ids: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub collection_ids: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub starts_at: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub ends_at: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub usage_limit: Patch<i64>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub per_customer_limit: Patch<i64>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub combines_with: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub applies_to: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub status: Patch<String>,
}

impl DiscountForm {
    /// This form, with what it leaves out taken from `base`. The value of another type means nothing, and is left behind.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        let keeps_type = self.kind.is_absent() || self.kind == base.kind;
        Self {
            code: self.code.or(base.code),
            name: self.name.or(base.name),
            kind: self.kind.or(base.kind),
            value: if keeps_type { self.value.or(base.value) } else { self.value },
            minimum_spend: self.minimum_spend.or(base.minimum_spend),
            product_ids: self.product_ids.or(base.product_ids),
            collection_ids: self.collection_ids.or(base.collection_ids),
            starts_at: self.starts_at.or(base.starts_at),
            ends_at: self.ends_at.or(base.ends_at),
            usage_limit: self.usage_limit.or(base.usage_limit),
            per_customer_limit: self.per_customer_limit.or(base.per_customer_limit),
            combines_with: self.combines_with.or(base.combines_with),
            applies_to: self.applies_to.or(base.applies_to),
            status: self.status.or(base.status),
        }
    }

    /// Checks every field and reports all that are refused. Amounts are in the shop's currency.
    pub fn parse(self, id: DiscountId, currency: Currency) -> Result<Switched<Discount>, FieldErrors> {
        let mut fields = Fields::default();
        let fields = &mut fields;
        let code = fields.take_optional("code", self.code.into_value().map(|code| discount_code(&code)));
        let name = name(fields, self.name);
        let kind = kind(fields, self.kind, self.value, currency);
        let minimum_spend =
            self.minimum_spend.into_value().and_then(|least| least.read(fields, "minimumSpend", currency));
        let products = each(fields, "productIds", self.product_ids, MOST_PRODUCTS, |id| {
            id.parse::<ProductId>().map_err(|_| Invalid::fixed("Must be a product's id."))
        });
        let collections = each(fields, "collectionIds", self.collection_ids, MOST_COLLECTIONS, |id| {
            id.parse::<CollectionId>().map_err(|_| Invalid::fixed("Must be a collection's id."))
        });
        let starts_at = time(fields, "startsAt", self.starts_at);
        let ends_at = time(fields, "endsAt", self.ends_at);
        if let (Some(start), Some(end)) = (starts_at, ends_at)
            && end <= start
        {
            fields.refuse("endsAt", "Must be later than startsAt.");
        }
        let limit = |limit| whole(limit, 1, HIGHEST_COUNT);
        let usage_limit = fields.take_optional("usageLimit", self.usage_limit.into_value().map(limit));
        let per_customer_limit =
            fields.take_optional("perCustomerLimit", self.per_customer_limit.into_value().map(limit));
        let mut combines_with =
            each(fields, "combinesWith", self.combines_with, DiscountClass::ALL.len(), DiscountClass::parse);
        combines_with.sort_unstable();
        let applies_to = word(fields, "appliesTo", self.applies_to, AppliesTo::parse, AppliesTo::First);
        let status = word(fields, "status", self.status, Switch::parse, Switch::Active);
        let fields = std::mem::take(fields);
        let (Some(name), Some(kind), Some(applies_to), Some(status)) = (name, kind, applies_to, status)
        else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        let item = Discount {
            id,
            code,
            name,
            kind,
            minimum_spend: minimum_spend.unwrap_or(0),
            products,
            collections,
            starts_at,
            ends_at,
            usage_limit,
            per_customer_limit,
            combines_with,
            applies_to,
        };
        Ok(Switched { item, status })
    }
}

impl Switched<Discount> {
    /// The discount as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> DiscountForm {
        let discount = &self.item;
        let texts = |ids: &mut dyn Iterator<Item = String>| Patch::Value(ids.collect());
        DiscountForm {
            code: discount.code.clone().into(),
            name: Patch::Value(discount.name.clone()),
            kind: Patch::Value(discount.kind.word().to_string()),
            value: discount.kind.value().map(Price::from).into(),
            minimum_spend: Patch::Value(discount.minimum_spend.into()),
            product_ids: texts(&mut discount.products.iter().map(ToString::to_string)),
            collection_ids: texts(&mut discount.collections.iter().map(ToString::to_string)),
            starts_at: discount.starts_at.map(|time| time.to_string()).into(),
            ends_at: discount.ends_at.map(|time| time.to_string()).into(),
            usage_limit: discount.usage_limit.into(),
            per_customer_limit: discount.per_customer_limit.into(),
            combines_with: texts(&mut discount.combines_with.iter().map(|class| class.as_str().to_owned())),
            applies_to: Patch::Value(discount.applies_to.as_str().to_owned()),
            status: Patch::Value(self.status.to_string()),
        }
    }
}

/// Reads a code in any case: 3 to 40 letters, digits, dashes and underscores, which are kept in capitals.
pub fn discount_code(typed: &str) -> Result<String, Invalid> {
    let code = typed.trim().to_ascii_uppercase();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if (3..=40).contains(&code.len()) && code.chars().all(fits) {
        Ok(code)
    } else {
        Err(Invalid::fixed("Must be 3 to 40 letters, digits, dashes and underscores, such as SPRING-10."))
    }
}

fn kind(
    fields: &mut Fields,
    kind: Patch<String>,
    value: Patch<Price>,
    currency: Currency,
) -> Option<DiscountKind> {
    let word = DiscountType::parse(&kind.into_value().unwrap_or_default());
    let word = fields.take("type", word)?;
    let value = value.into_value();
    if word == DiscountType::FreeShipping {
        if value.is_some() {
            fields.refuse("value", "Must be left out: free shipping has no value of its own.");
        }
        return Some(DiscountKind::FreeShipping);
    }
    let Some(value) = value else {
        fields.refuse("value", "Is required.");
        return None;
    };
    if word == DiscountType::Percent {
        let percent = value.bare().filter(|percent| (1..=100).contains(percent));
        let percent = percent.ok_or(Invalid::fixed("Must be a whole percentage from 1 to 100."));
        return fields.take("value", percent).map(DiscountKind::Percent);
    }
    let amount = value.read(fields, "value", currency)?;
    if amount == 0 {
        fields.refuse("value", "Must be an amount of at least 1 minor unit.");
    }
    Some(DiscountKind::Amount(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn parse(json: &str) -> Result<Switched<Discount>, FieldErrors> {
        let form: DiscountForm = serde_json::from_str(json).expect("a form");
        form.parse(DiscountId::new(Uuid::nil()), Currency::parse("GBP").expect("a currency"))
    }

    fn refused(json: &str) -> Vec<String> {
        let errors = parse(json).expect_err("is refused");
        errors.iter().map(|(path, _)| path.to_owned()).collect()
    }

    fn changed(base: &str, change: &str) -> Result<Switched<Discount>, FieldErrors> {
        let base = parse(base).expect("a discount").to_form();
        let change: DiscountForm = serde_json::from_str(change).expect("a form");
        change.over(base).parse(DiscountId::new(Uuid::nil()), Currency::parse("GBP").expect("a currency"))
    }

    #[test]
    fn a_discount_needs_a_name_a_type_and_a_value() {
        let discount = parse(r#"{"code": " spring-10 ", "name": "Spring", "type": "percent", "value": 10}"#)
            .expect("a discount");
        assert_eq!(discount.item.code.as_deref(), Some("SPRING-10"));
        assert_eq!(discount.item.kind, DiscountKind::Percent(10));
        assert_eq!((discount.item.applies_to, discount.status), (AppliesTo::First, Switch::Active));
        assert_eq!(discount.item.class(), DiscountClass::Order);
        assert_eq!(refused("{}"), ["name", "type"]);
        assert_eq!(refused(r#"{"name": "A", "type": "amount"}"#), ["value"]);
    }

    #[test]
    fn every_refused_field_is_told_at_once() {
        let json = r#"{
            "code": "a!", "name": "", "type": "percent", "value": 101, "minimumSpend": -1, "productIds": ["x"],
            "collectionIds": ["y"], "startsAt": "soon", "endsAt": "2026-01-01", "usageLimit": 0,
            "perCustomerLimit": -1, "combinesWith": ["line", "all"], "appliesTo": "never", "status": "on"
        }"#;
        assert_eq!(
            refused(json),
            [
                "appliesTo",
                "code",
                "collectionIds.0",
                "combinesWith.1",
                "endsAt",
                "minimumSpend",
                "name",
                "perCustomerLimit",
                "productIds.0",
                "startsAt",
                "status",
                "usageLimit",
                "value",
            ]
        );
    }

    #[test]
    fn a_value_is_what_its_type_says() {
        for (kind, value, fits) in [
            ("percent", "1", true),
            ("percent", "100", true),
            ("percent", "0", false),
            ("percent", r#"{"value": 10, "currency": "GBP"}"#, false),
            ("amount", "500", true),
            ("amount", r#"{"value": 500, "currency": "GBP"}"#, true),
            ("amount", r#"{"value": 500, "currency": "EUR"}"#, false),
            ("amount", "0", false),
            ("free_shipping", "null", true),
            ("free_shipping", "5", false),
        ] {
            let json = format!(r#"{{"name": "A", "type": "{kind}", "value": {value}}}"#);
            assert_eq!(parse(&json).is_ok(), fits, "{json}");
        }
    }

    #[test]
    fn it_ends_after_it_begins() {
        let times = |start: &str, end: &str| {
            parse(&format!(
                r#"{{"name": "A", "type": "free_shipping", "startsAt": "{start}", "endsAt": "{end}"}}"#
            ))
        };
        assert!(times("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z").is_ok());
        assert!(times("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z").is_err());
    }

    #[test]
    fn a_change_of_type_leaves_the_old_value_behind() {
        let base = r#"{"code": "TEN", "name": "Ten", "type": "percent", "value": 10}"#;
        let free = changed(base, r#"{"type": "free_shipping"}"#).expect("a discount");
        assert_eq!(free.item.kind, DiscountKind::FreeShipping);
        let errors = changed(base, r#"{"type": "amount"}"#).expect_err("10 what?");
        assert_eq!(errors.iter().next().map(|(path, _)| path), Some("value"));
        let same = changed(base, r#"{"type": "percent", "code": null}"#).expect("a discount");
        assert_eq!((same.item.kind, same.item.code), (DiscountKind::Percent(10), None));
    }

    proptest! {
        #[test]
        fn a_code_that_is_kept_is_kept_again(typed in "\\PC{0,45}|[ a-zA-Z0-9_-]{1,45}") {
            if let Ok(code) = discount_code(&typed) {
                prop_assert_eq!(discount_code(&code), Ok(code.clone()));
                prop_assert_eq!(discount_code(&code.to_lowercase()), Ok(code));
            }
        }

        #[test]
        fn what_is_kept_is_kept_again(
            kind in "percent|amount|free_shipping",
            value in proptest::option::of(0_i64..120),
            code in proptest::option::of("[a-z]{1,6}"),
            limit in proptest::option::of(-1_i64..5),
        ) {
            let form = DiscountForm {
                code: code.into(),
                name: Patch::Value("A".to_owned()),
                kind: Patch::Value(kind),
                value: value.map(Price::from).into(),
                usage_limit: limit.into(),
                ..DiscountForm::default()
            };
            let (id, currency) = (DiscountId::new(Uuid::nil()), Currency::parse("GBP").expect("a currency"));
            if let Ok(discount) = form.parse(id, currency) {
                prop_assert_eq!(discount.to_form().parse(id, currency), Ok(discount));
            }
        }
    }
}
