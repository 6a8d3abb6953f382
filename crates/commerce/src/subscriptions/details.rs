//! What of a subscription stands in its row as JSON, because no query asks for it.

use domain::accounts::AddressForm;
use domain::carts::{Contact, Contents, Gift, Item, Pick};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::subscriptions::SubscriptionRow;
use uuid::Uuid;

/// The stored form.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SubscriptionDetails {
    /// What its customer picks for each box: of pick & mix only.
    pub(crate) picks: Vec<Pick>,
    /// What was chosen of the package's options.
    pub(crate) options: Vec<Uuid>,
    /// Who joined; the customer's own details count where they have an account still.
    pub(crate) contact: Option<Contact>,
    pub(crate) shipping_address: Option<AddressForm>,
    pub(crate) billing_address: Option<AddressForm>,
    pub(crate) shipping_method: Option<Uuid>,
    /// Codes that were given when it began, and may count for renewals.
    pub(crate) codes: Vec<String>,
    pub(crate) gift_message: Option<String>,
    pub(crate) gift: Option<StoredGift>,
}

/// A present.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredGift {
    /// For whom it is.
    #[serde(flatten)]
    pub(crate) gift: Gift,
    /// When its recipient was written to, in microseconds since 1970.
    #[serde(default)]
    pub(crate) told_at: Option<i64>,
    /// When it was redeemed.
    #[serde(default)]
    pub(crate) redeemed_at: Option<i64>,
}

impl SubscriptionDetails {
    /// What a cart and one of its lines say.
    pub(super) fn of(contents: &Contents, item: &Item) -> Self {
        Self {
            picks: item.subscription.iter().flat_map(|boxes| boxes.picks.clone()).collect(),
            options: item.options.clone(),
            contact: contents.contact.clone(),
            shipping_address: contents.shipping_address.clone(),
            billing_address: contents.billing_address.clone(),
            shipping_method: contents.shipping_method,
            codes: contents.codes.clone(),
            gift_message: contents.gift_message.clone(),
            gift: item.gift.clone().map(|gift| StoredGift { gift, told_at: None, redeemed_at: None }),
        }
    }

    pub(crate) fn read(row: &SubscriptionRow) -> Result<Self, StoreError> {
        serde_json::from_str(&row.details).map_err(|error| {
            StoreError::Broken(format!("the details of subscription {}: {error}", row.subscription_id))
        })
    }

    pub(crate) fn to_stored(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Broken(error.to_string()))
    }
}

impl StoredGift {
    pub(super) fn is_told(&self) -> bool {
        self.told_at.is_some()
    }

    pub(super) fn redeemed_at(&self) -> Option<Timestamp> {
        self.redeemed_at.map(Timestamp::from_micros)
    }
}
