//! What of an order and its lines stands in their rows as JSON, because no query asks for it.

use domain::accounts::AddressForm;
use domain::carts::pricing::Outcome;
use domain::carts::{Boxes, Contact, Contents, Gift, Item};
use domain::selling::Discount;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::orders::OrderRow;
use store::orders::items::OrderItemRow;
use uuid::Uuid;

use crate::carts::{ChosenOption, Good, Goods, Loaded, Taken, chosen};

/// Of an order.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OrderDetails {
    pub(crate) contact: Option<Contact>,
    pub(crate) shipping_address: Option<AddressForm>,
    pub(crate) billing_address: Option<AddressForm>,
    pub(crate) shipping_method: Option<StoredMethod>,
    pub(crate) gift_message: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) discounts: Vec<StoredDiscount>,
    pub(crate) gift_cards: Vec<StoredGiftCard>,
    pub(crate) points_redeemed: i64,
    pub(crate) points_earned: i64,
    /// Points of those earned that refunds have taken back.
    pub(crate) points_taken_back: i64,
    pub(crate) shipping_discount: i64,
    pub(crate) shipping_tax: i64,
    pub(crate) shipping_basis_points: i64,
}

/// How it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredMethod {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

/// A discount that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredDiscount {
    pub(crate) code: Option<String>,
    pub(crate) name: String,
    pub(crate) amount: i64,
}

/// A gift card that paid a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredGiftCard {
    pub(crate) id: Uuid,
    pub(crate) last_four: String,
    pub(crate) amount: i64,
    /// What of it was given back.
    #[serde(default)]
    pub(crate) refunded: i64,
}

impl OrderDetails {
    /// What a priced cart says.
    pub(crate) fn of(contents: &Contents, loaded: &Loaded) -> Self {
        let priced = &loaded.priced;
        let discount = |discount: &Discount| match loaded.outcome(discount.id) {
            Some(Outcome::Applied(amount)) => {
                Some(StoredDiscount { code: discount.code.clone(), name: discount.name.clone(), amount })
            }
            _ => None,
        };
        let cards = loaded.gift_cards.iter().zip(&priced.gift_cards).filter(|(_, used)| **used > 0);
        Self {
            contact: contents.contact.clone(),
            shipping_address: contents.shipping_address.clone(),
            billing_address: contents.billing_address.clone().or_else(|| contents.shipping_address.clone()),
            shipping_method: loaded
                .method
                .as_ref()
                .map(|(method, _)| StoredMethod { id: method.id.uuid(), name: method.name.clone() }),
            gift_message: contents.gift_message.clone(),
            note: contents.note.clone(),
            discounts: loaded.discounts.iter().filter_map(discount).collect(),
            gift_cards: cards
                .map(|(card, used)| StoredGiftCard {
                    id: card.gift_card_id.uuid(),
                    last_four: card.last_four.clone(),
                    amount: *used,
                    refunded: 0,
                })
                .collect(),
            points_redeemed: if priced.rewards > 0 { loaded.points } else { 0 },
            points_earned: 0,
            points_taken_back: 0,
            shipping_discount: priced.shipping_discount,
            shipping_tax: priced.shipping_tax,
            shipping_basis_points: loaded.shipping_basis_points,
        }
    }

    pub(crate) fn read(order: &OrderRow) -> Result<Self, StoreError> {
        serde_json::from_str(&order.details)
            .map_err(|error| StoreError::Broken(format!("the details of order {}: {error}", order.order_id)))
    }

    pub(crate) fn to_stored(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Broken(error.to_string()))
    }
}

/// Of a line.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ItemDetails {
    pub(crate) slug: String,
    pub(crate) product_type: String,
    pub(crate) options: Vec<ChosenOption>,
    pub(crate) boxes: Option<Boxes>,
    pub(crate) gift: Option<Gift>,
    /// What one of the line took from the stock room.
    pub(crate) takes: Vec<StoredTake>,
    /// What one of a bundle or a box is made of.
    pub(crate) contains: Vec<StoredPart>,
}

/// So many of something in a bundle or a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredPart {
    pub(crate) name: String,
    pub(crate) count: i64,
}

/// So many of something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredTake {
    pub(crate) product: Uuid,
    #[serde(default)]
    pub(crate) variant: Option<Uuid>,
    pub(crate) count: i64,
}

impl ItemDetails {
    pub(crate) fn of(item: &Item, good: &Good, goods: &Goods) -> Self {
        let one = Item { quantity: 1, ..item.clone() };
        let take = |taken: Taken| match taken {
            Taken::Product(product, count) => StoredTake { product: product.uuid(), variant: None, count },
            Taken::Variant(product, variant, count) => {
                StoredTake { product: product.uuid(), variant: Some(variant.uuid()), count }
            }
        };
        Self {
            slug: good.row.slug.clone(),
            product_type: good.product_type.as_str().to_owned(),
            options: chosen(good, &item.options),
            boxes: item.subscription.clone(),
            gift: item.gift.clone(),
            takes: goods.takes(&one).into_iter().map(take).collect(),
            contains: goods
                .contents_of(item)
                .map(|(part, count)| StoredPart { name: part.row.name.clone(), count })
                .collect(),
        }
    }

    pub(crate) fn read(line: &OrderItemRow) -> Result<Self, StoreError> {
        serde_json::from_str(&line.details).map_err(|error| {
            StoreError::Broken(format!("the details of order line {}: {error}", line.item_id))
        })
    }

    pub(crate) fn to_stored(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Broken(error.to_string()))
    }
}
