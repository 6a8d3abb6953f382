//! What is in the next box. Rule: what its customer chose counts; what is sold out is replaced or left out as the shop wills,
//! and never stops a renewal that has anything in it.

use domain::carts::pricing::Priced;
use domain::carts::{Boxes, Contents, Item, Pick};
use domain::catalog::{PricingType, SubscriptionType};
use domain::ids::SubscriptionId;
use domain::tenants::SoldOutRule;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::accounts::customers;
use store::subscriptions::SubscriptionRow;
use store::subscriptions::releases::{self, ReleaseRow};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::details::SubscriptionDetails;
use crate::accounts::contact_of;
use crate::carts::{Good, Goods, Loaded, Occasion, load_for};
use crate::{Commerce, Shop};

/// The next box, priced.
pub(super) struct NextBox {
    pub(super) contents: Contents,
    pub(super) loaded: Loaded,
    /// What is sold out, with what takes its place.
    pub(super) gone: Vec<(String, Option<String>)>,
    /// Whether it was paid with an earlier order.
    pub(super) is_prepaid: bool,
    /// Whether nothing of what was picked can be had.
    pub(super) is_empty: bool,
}

impl NextBox {
    pub(super) fn priced(&self) -> &Priced {
        &self.loaded.priced
    }

    /// How many of what.
    pub(super) fn lines(&self) -> Vec<(i64, String)> {
        let item = self.contents.items.first();
        let parts = item.into_iter().flat_map(|item| self.loaded.goods.contents_of(item));
        parts.map(|(good, count)| (count, good.row.name.clone())).collect()
    }

    /// How many of which product.
    pub(super) fn picks(&self) -> Vec<Pick> {
        self.contents
            .items
            .iter()
            .filter_map(|item| item.subscription.clone())
            .flat_map(|boxes| boxes.picks)
            .collect()
    }
}

/// So many of a product, as a release is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReleasePart {
    pub(crate) product: Uuid,
    pub(crate) quantity: i64,
}

pub(crate) fn release_parts(release: &ReleaseRow) -> Result<Vec<ReleasePart>, StoreError> {
    serde_json::from_str(&release.items)
        .map_err(|error| StoreError::Broken(format!("release {}: {error}", release.release_id)))
}

/// The box that falls due at a time, as it would be made now.
pub(super) fn next_box(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    due_at: Timestamp,
) -> Result<NextBox, StoreError> {
    let details = SubscriptionDetails::read(row)?;
    let mut picks = details.picks.clone();
    let mut gone = Vec::new();
    let mut goods = Goods::read(tx, &[item_of(row, &details, picks.clone(), None)])?;
    let package = goods.get(row.package_id.uuid()).and_then(|good| good.package.clone());
    let kind = package.as_ref().map(|package| package.subscription_type);
    let is_per_item = package.as_ref().is_some_and(|package| package.pricing_type == PricingType::PerItem);
    if kind == Some(SubscriptionType::Variable) {
        picks = match releases::current(tx, row.package_id, due_at)? {
            Some(release) => {
                let parts = release_parts(&release)?;
                parts
                    .into_iter()
                    .map(|part| Pick { product: part.product, quantity: part.quantity })
                    .collect()
            }
            None => Vec::new(),
        };
        goods = Goods::read(tx, &[item_of(row, &details, picks.clone(), None)])?;
    }
    let is_short = |goods: &Goods| {
        picks.iter().any(|pick| {
            let left = goods.get(pick.product).map_or(Some(0), Good::left);
            left.is_some_and(|left| left < pick.quantity.saturating_mul(row.quantity))
        })
    };
    let wanted = picks.len();
    if is_short(&goods) {
        goods.read_pool(tx, row.package_id.uuid())?;
        let rule = shop.settings.subscriptions.sold_out;
        (picks, gone) = settle(&goods, row, &picks, rule, is_per_item, shop.now);
    }
    let is_prepaid = row.prepaid_left > 0;
    // The price of a box of its customer's own choice is what is in it; all others have an agreed one.
    let agreed = if is_prepaid { Some(0) } else { (!is_per_item).then(|| price_at(row, due_at)) };
    let is_empty = wanted > 0 && picks.is_empty();
    let contents = Contents {
        items: vec![item_of(row, &details, picks, agreed)],
        codes: details.codes.clone(),
        contact: match customers::find(tx, row.customer_id)?.filter(|customer| customer.erased_at.is_none()) {
            Some(customer) => Some(contact_of(&customer)),
            None => details.contact.clone(),
        },
        shipping_address: details.shipping_address.clone(),
        billing_address: details.billing_address.clone(),
        shipping_method: details.shipping_method,
        gift_message: details.gift_message.clone(),
        ..Contents::default()
    };
    let occasion = Occasion::Renewal { is_prepaid };
    let loaded = load_for(commerce, tx, shop, &contents, Some(row.customer_id), occasion)?;
    Ok(NextBox { contents, loaded, gone, is_prepaid, is_empty })
}

/// What one box costs that falls due at a time.
pub(crate) fn price_at(row: &SubscriptionRow, due_at: Timestamp) -> i64 {
    match (row.next_price, row.next_price_at) {
        (Some(price), Some(from)) if from <= due_at => price,
        _ => row.price,
    }
}

fn item_of(
    row: &SubscriptionRow,
    details: &SubscriptionDetails,
    picks: Vec<Pick>,
    agreed: Option<i64>,
) -> Item {
    let id: SubscriptionId = row.subscription_id;
    Item {
        id: id.uuid(),
        product: row.package_id.uuid(),
        options: details.options.clone(),
        quantity: row.quantity,
        subscription: Some(Boxes {
            billing_frequency: row.frequency,
            picks,
            prepaid: None,
            agreed_price: agreed,
        }),
        gift: None,
        seen_price: None,
    }
}

/// The picks that can be had, and what became of the others.
fn settle(
    goods: &Goods,
    row: &SubscriptionRow,
    picks: &[Pick],
    rule: SoldOutRule,
    is_per_item: bool,
    now: Timestamp,
) -> (Vec<Pick>, Vec<(String, Option<String>)>) {
    let left = |product: Uuid| match goods.get(product) {
        Some(good) => good.left().map(|left| left / row.quantity.max(1)),
        None => Some(0),
    };
    let mut kept: Vec<Pick> = Vec::new();
    let mut gone = Vec::new();
    let mut missing = Vec::new();
    for pick in picks {
        let had = left(pick.product).map_or(pick.quantity, |left| left.clamp(0, pick.quantity));
        if had > 0 {
            add(&mut kept, Pick { quantity: had, ..*pick });
        }
        if had < pick.quantity {
            missing.push(Pick { quantity: pick.quantity - had, ..*pick });
        }
    }
    for pick in missing {
        let price = goods.get(pick.product).map_or(0, |good| good.unit_price(now));
        let in_box =
            |product: Uuid| kept.iter().find(|kept| kept.product == product).map_or(0, |kept| kept.quantity);
        let fits = |product: &Uuid| {
            *product != pick.product
                && left(*product).is_none_or(|left| left - in_box(*product) >= pick.quantity)
                // A box that is paid by what is in it becomes no dearer by itself.
                && (!is_per_item || goods.get(*product).is_some_and(|good| good.unit_price(now) <= price))
        };
        let pool = goods.get(row.package_id.uuid()).into_iter().flat_map(Good::pool).filter(fits);
        let other = match rule {
            SoldOutRule::Drop => None,
            // The nearest in price; of equals the first in the shop's order.
            SoldOutRule::Replace => pool.min_by_key(|product| {
                goods.get(*product).map_or(i64::MAX, |good| (good.unit_price(now) - price).abs())
            }),
        };
        let name = |product: Uuid| goods.get(product).map_or_else(String::new, |good| good.row.name.clone());
        gone.push((name(pick.product), other.map(name)));
        if let Some(product) = other {
            add(&mut kept, Pick { product, quantity: pick.quantity });
        }
    }
    kept.sort_unstable();
    (kept, gone)
}

fn add(picks: &mut Vec<Pick>, more: Pick) {
    match picks.iter_mut().find(|pick| pick.product == more.product) {
        Some(pick) => pick.quantity += more.quantity,
        None => picks.push(more),
    }
}
