//! A customer's own orders.

use domain::carts::Contents;
use domain::ids::CustomerId;
use domain::orders::OrderStatus;
use store::orders::items::{self, OrderItemRow};
use store::orders::{self as rows, OrderRow};
use store::{StoreError, Tx};

use super::details::{ItemDetails, OrderDetails};
use super::view::{OrderSummary, OrderView};
use super::{OrderError, customer_of, find_named};
use crate::accounts::{Shopper, SignedIn};
use crate::carts::{self, CartError, CartView, Notice};
use crate::{Commerce, Shop};

/// Orders that a list shows at the most.
const MOST: i64 = 1000;

/// The customer's orders, oldest first. A checkout that was never paid is no order yet.
pub async fn list_own(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
) -> Result<Vec<OrderSummary>, StoreError> {
    let (shop, customer) = (shop.clone(), who.customer);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let found = rows::of_customer(tx, customer, false, MOST)?;
            Ok(found.iter().map(|row| OrderSummary::of(&shop, row)).collect())
        })
        .await
}

/// One of the customer's orders, by its id or its ref.
pub async fn own_order(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
    named: String,
) -> Result<OrderView, OrderError> {
    let (shop, customer) = (shop.clone(), who.customer);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = own(tx, customer, &named)?;
            Ok(OrderView::read(tx, &shop, row)?)
        })
        .await
}

pub(super) fn own(tx: &mut Tx<'_>, customer: CustomerId, named: &str) -> Result<OrderRow, OrderError> {
    let row = find_named(tx, named)?.ok_or(OrderError::NotFound)?;
    if customer_of(&row)? == Some(customer) { Ok(row) } else { Err(OrderError::NotFound) }
}

/// Puts what was ordered into the customer's open cart; what can no longer be bought is in its warnings.
pub async fn reorder(
    commerce: &Commerce,
    shopper: &Shopper,
    who: &SignedIn,
    named: String,
) -> Result<CartView, OrderReorderError> {
    let customer = who.customer;
    let lines = commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            let row = own(tx, customer, &named)?;
            Ok::<_, OrderError>(items::of(tx, &[row.order_id])?)
        })
        .await?;
    let mut left_out = Vec::new();
    let mut wanted = Vec::new();
    for line in &lines {
        wanted.push((line.name.clone(), again(line)?));
    }
    let mut cart = carts::create(commerce, shopper, Vec::new()).await?;
    for (name, item) in wanted {
        match carts::add_item(commerce, shopper, cart.id, None, item).await {
            Ok(changed) => cart = changed,
            Err(CartError::Store(error)) => return Err(CartError::Store(error).into()),
            Err(CartError::OutOfStock(_)) => {
                left_out.push(Notice::new("out_of_stock", format!("{name} is sold out.")));
            }
            Err(_) => {
                left_out.push(Notice::new("not_available", format!("{name} can not be bought any more.")));
            }
        }
    }
    cart.warnings.extend(left_out);
    Ok(cart)
}

fn again(line: &OrderItemRow) -> Result<carts::NewItem, StoreError> {
    let details = ItemDetails::read(line)?;
    let boxes = details.boxes.map(|boxes| carts::BoxesForm {
        billing_frequency: Some(boxes.billing_frequency),
        prepaid_boxes: boxes.prepaid,
        items: boxes
            .picks
            .iter()
            .map(|pick| carts::PickForm { product_id: pick.product.to_string(), quantity: pick.quantity })
            .collect(),
    });
    Ok(carts::NewItem {
        product_id: Some(line.product_id.to_string()),
        quantity: Some(line.quantity),
        option_value_ids: details.options.iter().map(|option| option.id.to_string()).collect(),
        subscription: boxes,
        gift: None,
    })
}

/// Why an order was not put into a cart again.
#[derive(Debug, thiserror::Error)]
pub enum OrderReorderError {
    /// As for orders.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// As for carts.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OrderReorderError> for domain::problem::Problem {
    fn from(error: OrderReorderError) -> Self {
        match error {
            OrderReorderError::Order(error) => error.into(),
            OrderReorderError::Cart(error) => error.into(),
            OrderReorderError::Store(error) => error.into(),
        }
    }
}

/// Gives a customer the orders that they made as a guest, once their address is proved.
pub(crate) fn join_guest_orders(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    email: &str,
) -> Result<(), StoreError> {
    for row in rows::of_guest(tx, email, MOST)? {
        rows::update(
            tx,
            OrderRow { customer_id: Some(customer.to_bytes()), version: row.version + 1, ..row },
        )?;
    }
    Ok(())
}

/// Gives one customer's orders to another.
pub(crate) fn give_orders(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<(), StoreError> {
    for row in rows::of_customer(tx, from, true, i64::MAX)? {
        rows::update(tx, OrderRow { customer_id: Some(to.to_bytes()), version: row.version + 1, ..row })?;
    }
    Ok(())
}

/// Whether the shop still has something to do for the customer.
pub(crate) fn has_unfinished(tx: &mut Tx<'_>, customer: CustomerId) -> Result<bool, StoreError> {
    let orders = rows::of_customer(tx, customer, false, i64::MAX)?;
    Ok(orders.iter().any(|row| OrderStatus::parse(&row.status).is_ok_and(OrderStatus::is_unfinished)))
}

/// The customer's orders whole, for their export.
pub(crate) fn all_of(
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
) -> Result<Vec<OrderView>, StoreError> {
    let found = rows::of_customer(tx, customer, true, i64::MAX)?;
    found.into_iter().map(|row| OrderView::read(tx, shop, row)).collect()
}

/// Takes the person out of their orders; what the books need stays.
pub(crate) fn erase_orders(tx: &mut Tx<'_>, customer: CustomerId) -> Result<(), StoreError> {
    for row in rows::of_customer(tx, customer, true, i64::MAX)? {
        let details = OrderDetails {
            contact: None,
            shipping_address: None,
            billing_address: None,
            gift_message: None,
            note: None,
            ..OrderDetails::read(&row)?
        };
        for line in items::of(tx, &[row.order_id])? {
            let details = ItemDetails { gift: None, ..ItemDetails::read(&line)? };
            items::update(tx, OrderItemRow { details: details.to_stored()?, ..line })?;
        }
        rows::update(
            tx,
            OrderRow { email: None, details: details.to_stored()?, version: row.version + 1, ..row },
        )?;
    }
    for row in store::carts::of_customer(tx, customer, i64::MAX)? {
        let contents = carts::store_contents(&Contents::default())?;
        let row = store::carts::CartRow { contents, email: None, version: row.version + 1, ..row };
        store::carts::update(tx, row)?;
    }
    Ok(())
}
