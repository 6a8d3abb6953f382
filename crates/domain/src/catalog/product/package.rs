//! How the boxes of a package come, from what was typed.

use std::mem::take;

use super::parse::{references, word};
use super::{Package, ProductForm};
use crate::catalog::{PricingType, SubscriptionType};
use crate::fields::Fields;
use crate::patch::Patch;

/// The fields that only packages have.
pub(super) struct PackageForm {
    subscription_type: Patch<String>,
    billing_frequency: Patch<i64>,
    billing_frequencies: Patch<Vec<i64>>,
    pricing_type: Patch<String>,
    auto_renew: Patch<bool>,
    minimum_items: Patch<i64>,
    pool: Patch<Vec<String>>,
    term_months: Patch<i64>,
}

impl PackageForm {
    pub(super) fn taken_from(form: &mut ProductForm) -> Self {
        Self {
            subscription_type: take(&mut form.subscription_type),
            billing_frequency: take(&mut form.billing_frequency),
            billing_frequencies: take(&mut form.billing_frequencies),
            pricing_type: take(&mut form.pricing_type),
            auto_renew: take(&mut form.auto_renew),
            minimum_items: take(&mut form.minimum_items),
            pool: take(&mut form.picknmix_product_ids),
            term_months: take(&mut form.term_months),
        }
    }

    pub(super) fn parse(self, fields: &mut Fields) -> Option<Package> {
        let subscription_type =
            word(fields, "subscriptionType", &self.subscription_type, SubscriptionType::parse, None);
        let pricing_type =
            word(fields, "pricingType", &self.pricing_type, PricingType::parse, Some(PricingType::Fixed));
        let mut frequencies = self.billing_frequencies.into_value().unwrap_or_default();
        let default = self.billing_frequency.into_value().or(frequencies.first().copied()).unwrap_or(1);
        if frequencies.is_empty() {
            frequencies.push(default);
        }
        frequencies.sort_unstable();
        frequencies.dedup();
        if frequencies.len() > 24 || frequencies.iter().any(|months| !(1..=24).contains(months)) {
            fields.refuse("billingFrequencies", "Must be numbers of months from 1 to 24.");
        }
        if !frequencies.contains(&default) {
            fields.refuse("billingFrequency", "Must be one of billingFrequencies.");
        }
        let minimum_items = self.minimum_items.into_value().unwrap_or(1);
        if !(1..=1000).contains(&minimum_items) {
            fields.refuse("minimumItems", "Must be a whole number from 1 to 1000.");
        }
        let term_months = self.term_months.into_value();
        if term_months.is_some_and(|months| !(1..=120).contains(&months)) {
            fields.refuse("termMonths", "Must be a number of months from 1 to 120, or null for no end.");
        }
        let pool = references(fields, "picknmixProductIds", self.pool);
        let subscription_type = subscription_type?;
        match subscription_type {
            SubscriptionType::Variable if !pool.is_empty() => {
                fields.refuse("picknmixProductIds", "Only a pick & mix package has a pool.");
            }
            SubscriptionType::Variable if pricing_type == Some(PricingType::PerItem) => {
                fields.refuse("pricingType", "Only a pick & mix package can be priced by item.");
            }
            _ => {}
        }
        Some(Package {
            subscription_type,
            billing_frequency: default,
            billing_frequencies: frequencies,
            pricing_type: pricing_type?,
            auto_renew: self.auto_renew.into_value().unwrap_or(true),
            minimum_items,
            pool,
            term_months,
        })
    }

    /// For products of other types: none of these may be there.
    pub(super) fn refuse(self, fields: &mut Fields) -> Option<Package> {
        let given = [
            ("subscriptionType", self.subscription_type.into_value().is_some()),
            ("billingFrequency", self.billing_frequency.into_value().is_some()),
            (
                "billingFrequencies",
                self.billing_frequencies.into_value().is_some_and(|list| !list.is_empty()),
            ),
            ("pricingType", self.pricing_type.into_value().is_some()),
            ("autoRenew", self.auto_renew.into_value().is_some()),
            ("minimumItems", self.minimum_items.into_value().is_some()),
            ("picknmixProductIds", self.pool.into_value().is_some_and(|list| !list.is_empty())),
            ("termMonths", self.term_months.into_value().is_some()),
        ];
        for (path, _) in given.iter().filter(|(_, is_given)| *is_given) {
            fields.refuse(path, "Only a product of the type subscription has this.");
        }
        None
    }
}
