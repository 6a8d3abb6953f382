//! An order as it is written down, of a cart or of a subscription's next box.

use domain::carts::Contents;
use domain::ids::{CartId, CustomerId, OrderId, OrderItemId, SubscriptionId};
use domain::orders::{OrderStatus, PaymentStatus};
use store::orders::items::{self, OrderItemRow};
use store::orders::{self, OrderRow};
use store::{StoreError, Tx};

use crate::carts::Loaded;
use crate::orders::{ItemDetails, OrderDetails};
use crate::{Commerce, Shop, subscriptions};

/// Whose order it is, and what it comes of.
pub(crate) struct Placing {
    /// The order that an earlier try left pending.
    pub(crate) before: Option<OrderRow>,
    pub(crate) cart: Option<CartId>,
    pub(crate) customer: Option<CustomerId>,
    /// The subscription whose next box it is.
    pub(crate) subscription: Option<SubscriptionId>,
}

/// Writes the order and its lines: a new one, or over the one that an earlier try left pending.
pub(crate) fn place(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    placing: Placing,
    contents: &Contents,
    loaded: &Loaded,
) -> Result<OrderRow, StoreError> {
    let Placing { before, cart, customer, subscription } = placing;
    let is_known = before.is_some();
    let priced = &loaded.priced;
    let id = before
        .as_ref()
        .map_or_else(|| OrderId::new(commerce.chance().uuid(shop.now)), |order| order.order_id);
    let order = OrderRow {
        order_id: id,
        ref_number: before.as_ref().and_then(|order| order.ref_number),
        cart_id: cart.map(CartId::to_bytes),
        customer_id: customer.map(CustomerId::to_bytes),
        email: contents.contact.as_ref().map(|contact| contact.email.clone()),
        status: OrderStatus::Pending.as_str().to_owned(),
        payment_status: PaymentStatus::Pending.as_str().to_owned(),
        holds: true,
        reserved_until: Some(shop.now.plus(shop.settings.checkout.reservation())),
        currency: shop.settings.currency.as_str().to_owned(),
        item_count: contents.unit_count(),
        subtotal: priced.subtotal,
        discount_total: priced.discount_total,
        shipping_total: priced.shipping_total,
        tax_total: priced.tax_total,
        gift_card_total: priced.gift_card_total,
        total: priced.total,
        refunded_total: 0,
        tax_included: shop.settings.checkout.tax_included,
        country: loaded.shipping_address.as_ref().map(|address| address.country.as_str().to_owned()),
        details: OrderDetails::of(contents, loaded).to_stored()?,
        subscription_id: subscription.map(SubscriptionId::to_bytes),
        version: before.as_ref().map_or(1, |order| order.version + 1),
        paid_at: None,
        created_at: before.as_ref().map_or(shop.now, |order| order.created_at),
        updated_at: shop.now,
    };
    if is_known {
        items::delete_of(tx, id)?;
        store::subscriptions::delete_unbegun(tx, id)?;
        orders::update(tx, order.clone())?;
    } else {
        orders::insert(tx, order.clone())?;
    }
    for (position, (item, line)) in (0_i64..).zip(contents.items.iter().zip(&priced.lines)) {
        let good = loaded
            .goods
            .get(item.product)
            .ok_or_else(|| StoreError::Broken(format!("order {id} is for a product that is gone")))?;
        let subscription = match (subscription, customer) {
            (None, Some(customer)) => {
                subscriptions::prepare(commerce, tx, shop, &order, customer, contents, item, line)?
            }
            (subscription, _) => subscription,
        };
        let row = OrderItemRow {
            item_id: OrderItemId::new(commerce.chance().uuid(shop.now)),
            order_id: id,
            position,
            product_id: good.row.product_id,
            name: good.row.name.clone(),
            sku: good.sku(&item.options),
            quantity: item.quantity,
            fulfilled: 0,
            restocked: 0,
            unit_price: line.unit_price,
            total: line.total,
            discount: line.discount,
            tax: line.tax,
            tax_basis_points: line.tax_basis_points,
            subscription_id: subscription.map(SubscriptionId::to_bytes),
            details: ItemDetails::of(item, good, &loaded.goods).to_stored()?,
        };
        items::insert(tx, row)?;
    }
    Ok(order)
}
