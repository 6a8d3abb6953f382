//! What of a product stands in its row as JSON, because no query asks for it.

use domain::catalog::{Award, Event, PricingType, SubscriptionType};
use domain::ids::MediaId;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::catalog::products::ProductRow;
use uuid::Uuid;

/// The stored form.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Details {
    /// The description as safe HTML.
    pub(crate) description_html: String,
    pub(crate) awards: Vec<Award>,
    pub(crate) event: Option<Event>,
    pub(crate) package: Option<StoredPackage>,
    pub(crate) meta_title: Option<String>,
    pub(crate) meta_description: Option<String>,
    pub(crate) meta_image: Option<Uuid>,
}

/// A package without its pool, which is links.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredPackage {
    pub(crate) subscription_type: SubscriptionType,
    pub(crate) billing_frequency: i64,
    pub(crate) billing_frequencies: Vec<i64>,
    pub(crate) pricing_type: PricingType,
    pub(crate) auto_renew: bool,
    pub(crate) minimum_items: i64,
    pub(crate) term_months: Option<i64>,
}

impl<'de> Deserialize<'de> for StoredPackage {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Plain {
            subscription_type: String,
            billing_frequency: i64,
            billing_frequencies: Vec<i64>,
            pricing_type: String,
            auto_renew: bool,
            minimum_items: i64,
            term_months: Option<i64>,
        }
        let plain = Plain::deserialize(deserializer)?;
        let refused = serde::de::Error::custom;
        Ok(Self {
            subscription_type: SubscriptionType::parse(&plain.subscription_type).map_err(refused)?,
            billing_frequency: plain.billing_frequency,
            billing_frequencies: plain.billing_frequencies,
            pricing_type: PricingType::parse(&plain.pricing_type).map_err(refused)?,
            auto_renew: plain.auto_renew,
            minimum_items: plain.minimum_items,
            term_months: plain.term_months,
        })
    }
}

impl Details {
    pub(crate) fn read(row: &ProductRow) -> Result<Self, StoreError> {
        serde_json::from_str(&row.details).map_err(|error| {
            StoreError::Broken(format!("the details of product {}: {error}", row.product_id))
        })
    }

    pub(crate) fn meta_image(&self) -> Option<MediaId> {
        self.meta_image.map(MediaId::new)
    }
}
