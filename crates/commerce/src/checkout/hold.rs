//! What a checkout holds: stock, uses of discounts, money of gift cards, points. Rule: everything is taken by one conditional
//! update each, in the transaction that makes the order, and given back by the list of what was taken.

use std::collections::BTreeMap;

use domain::carts::Contents;
use domain::carts::pricing::Outcome;
use domain::ids::{
    CustomerId, DiscountId, GiftCardEntryId, GiftCardId, OrderId, ProductId, RewardEntryId, VariantId,
};
use domain::selling::RewardReason;
use domain::webhooks::EventKind;
use store::catalog::links::{self, LinkKind};
use store::catalog::{products, variants};
use store::changes::{Change as Changed, Subject, record};
use store::orders::holds::{self, Hold, HoldKind};
use store::orders::{self, OrderRow};
use store::selling::gift_cards::Movement;
use store::selling::reward_entries::RewardEntryRow;
use store::selling::{discounts, gift_cards, reward_entries};
use store::{StoreError, Tx};

use super::CheckoutError;
use crate::carts::{Loaded, Notice, Taken, customer_key};
use crate::webhooks;
use crate::{Commerce, Shop};

/// Takes all that the cart needs, for an order.
pub(crate) fn take(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: OrderId,
    contents: &Contents,
    loaded: &Loaded,
    customer: Option<CustomerId>,
) -> Result<(), CheckoutError> {
    for item in &contents.items {
        for taken in loaded.goods.takes(item) {
            if !take_stock(tx, taken)? {
                let gone = Notice::of_line("out_of_stock", "This has been sold meanwhile.", item.id);
                return Err(CheckoutError::OutOfStock(vec![gone]));
            }
        }
    }
    let mut stock: BTreeMap<(HoldKind, uuid::Uuid), i64> = BTreeMap::new();
    let mut touched = Vec::new();
    for taken in contents.items.iter().flat_map(|item| loaded.goods.takes(item)) {
        let (kind, subject, product, count) = match taken {
            Taken::Product(product, count) => (HoldKind::Product, product.uuid(), product, count),
            Taken::Variant(product, variant, count) => (HoldKind::Variant, variant.uuid(), product, count),
        };
        *stock.entry((kind, subject)).or_default() += count;
        touched.push(product);
    }
    for ((kind, subject), amount) in stock {
        holds::insert(tx, order, Hold { kind, subject, amount })?;
    }
    show_stock(commerce, tx, shop, &touched)?;
    take_discounts(tx, order, contents, loaded)?;
    take_gift_cards(commerce, tx, shop, order, loaded)?;
    take_points(commerce, tx, shop, order, loaded, customer)
}

fn take_stock(tx: &mut Tx<'_>, taken: Taken) -> Result<bool, StoreError> {
    match taken {
        Taken::Product(product, count) => products::take(tx, product, count),
        Taken::Variant(_, variant, count) => variants::take(tx, variant, count),
    }
}

fn take_discounts(
    tx: &mut Tx<'_>,
    order: OrderId,
    contents: &Contents,
    loaded: &Loaded,
) -> Result<(), CheckoutError> {
    let key = customer_key(contents).unwrap_or_default();
    for discount in &loaded.discounts {
        // One that came to nothing is not used up.
        if !matches!(loaded.outcome(discount.id), Some(Outcome::Applied(amount)) if amount > 0) {
            continue;
        }
        if discount.usage_limit.is_some() || discount.per_customer_limit.is_some() {
            if !discounts::take_use(tx, discount.id)? {
                return Err(CheckoutError::UsedUp("A discount in the cart has been used up meanwhile."));
            }
            holds::insert(
                tx,
                order,
                Hold { kind: HoldKind::Discount, subject: discount.id.uuid(), amount: 1 },
            )?;
            holds::note_use(tx, discount.id, order, &key)?;
        }
    }
    Ok(())
}

fn take_gift_cards(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: OrderId,
    loaded: &Loaded,
) -> Result<(), CheckoutError> {
    for (card, amount) in loaded.gift_cards.iter().zip(&loaded.priced.gift_cards) {
        if *amount == 0 {
            continue;
        }
        let movement = movement(commerce, shop, order);
        if !gift_cards::spend(tx, card.gift_card_id, *amount, movement)? {
            return Err(CheckoutError::UsedUp("A gift card in the cart has been spent meanwhile."));
        }
        let hold = Hold { kind: HoldKind::GiftCard, subject: card.gift_card_id.uuid(), amount: *amount };
        holds::insert(tx, order, hold)?;
    }
    Ok(())
}

fn movement(commerce: &Commerce, shop: &Shop, order: OrderId) -> Movement {
    Movement { id: GiftCardEntryId::new(commerce.chance().uuid(shop.now)), order: Some(order), at: shop.now }
}

fn take_points(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: OrderId,
    loaded: &Loaded,
    customer: Option<CustomerId>,
) -> Result<(), CheckoutError> {
    let (Some(customer), true) = (customer, loaded.priced.rewards > 0) else { return Ok(()) };
    if reward_entries::balance(tx, customer)? < loaded.points {
        return Err(CheckoutError::UsedUp("The points in the cart have been spent meanwhile."));
    }
    move_points(commerce, tx, shop, order, customer, -loaded.points, RewardReason::Redeemed)?;
    let hold = Hold { kind: HoldKind::Points, subject: customer.uuid(), amount: loaded.points };
    Ok(holds::insert(tx, order, hold)?)
}

/// Notes a movement of a customer's points for an order.
pub(crate) fn move_points(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: OrderId,
    customer: CustomerId,
    delta: i64,
    reason: RewardReason,
) -> Result<(), StoreError> {
    let row = RewardEntryRow {
        entry_id: RewardEntryId::new(commerce.chance().uuid(shop.now)),
        customer_id: customer,
        delta,
        reason: reason.as_str().to_owned(),
        order_id: Some(order.to_bytes()),
        created_at: shop.now,
    };
    reward_entries::insert(tx, row)
}

/// Gives back all that is held for an order, once.
pub(crate) fn release(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &mut OrderRow,
) -> Result<(), StoreError> {
    if !order.holds {
        return Ok(());
    }
    for hold in holds::of(tx, order.order_id)? {
        match hold.kind {
            HoldKind::Product | HoldKind::Variant => put_back(tx, hold)?,
            HoldKind::Discount => discounts::give_use_back(tx, DiscountId::new(hold.subject))?,
            HoldKind::GiftCard => {
                let movement = movement(commerce, shop, order.order_id);
                gift_cards::give_back(tx, GiftCardId::new(hold.subject), hold.amount, movement)?;
            }
            HoldKind::Points => {
                let customer = CustomerId::new(hold.subject);
                let id = order.order_id;
                move_points(commerce, tx, shop, id, customer, hold.amount, RewardReason::Redeemed)?;
            }
        }
    }
    holds::delete_of(tx, order.order_id)?;
    holds::forget_uses(tx, order.order_id)?;
    order.holds = false;
    order.reserved_until = None;
    orders::update(tx, order.clone())
}

/// Puts so many back on the shelf.
pub(crate) fn put_back(tx: &mut Tx<'_>, hold: Hold) -> Result<(), StoreError> {
    let product = match hold.kind {
        HoldKind::Product => {
            let product = ProductId::new(hold.subject);
            products::put_back(tx, product, hold.amount)?;
            product
        }
        HoldKind::Variant => {
            let variant = VariantId::new(hold.subject);
            variants::put_back(tx, variant, hold.amount)?;
            let Some(product) = variants::product_of(tx, variant)? else { return Ok(()) };
            product
        }
        HoldKind::Discount | HoldKind::GiftCard | HoldKind::Points => return Ok(()),
    };
    record(tx, &[Changed::of(Subject::Product, product.uuid())]).map(drop)
}

/// Tells lists and pages where a stock has come to its end, or a bundle's part has changed: other amounts are not shown.
fn show_stock(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    taken: &[ProductId],
) -> Result<(), StoreError> {
    let mut ids = taken.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut shown = Vec::new();
    for facts in products::facts_of(tx, &ids)? {
        let values = variants::quantities(tx, &[facts.product_id])?;
        let is_gone = if values.is_empty() {
            facts.quantity == Some(0)
        } else {
            values.iter().any(|(_, left)| *left == Some(0))
        };
        if is_gone {
            shown.push(facts.product_id);
            let data = serde_json::json!({ "id": facts.product_id, "name": facts.name, "slug": facts.slug });
            webhooks::emit(commerce, tx, shop.now, EventKind::ProductOutOfStock, data)?;
        }
    }
    shown.extend(links::naming(tx, &ids, LinkKind::BundleItem)?.into_iter().map(|link| link.product));
    shown.sort_unstable();
    shown.dedup();
    let changed: Vec<Changed> =
        shown.into_iter().map(|id| Changed::of(Subject::Product, id.uuid())).collect();
    if changed.is_empty() { Ok(()) } else { record(tx, &changed).map(drop) }
}
