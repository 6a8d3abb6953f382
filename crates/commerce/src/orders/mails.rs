//! What customers are told of their orders by mail.

use domain::accounts::{Address, Email};
use domain::money::Money;
use store::orders::OrderRow;
use store::orders::items;
use store::orders::shipments::ShipmentRow;
use store::{StoreError, Tx};

use super::details::OrderDetails;
use super::{customer_of, ref_of};
use crate::mails::{self, Letter, OrderFacts, OrderOccasion};
use crate::{Commerce, Shop};

/// The order was paid.
pub(crate) fn received(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
) -> Result<(), StoreError> {
    let facts = facts(tx, shop, order)?;
    post(commerce, tx, shop, order, OrderOccasion::Received, facts)
}

/// The payment was refused after the shopper had left.
pub(crate) fn payment_failed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
) -> Result<(), StoreError> {
    let facts = facts(tx, shop, order)?;
    post(commerce, tx, shop, order, OrderOccasion::PaymentFailed, facts)
}

/// A parcel left.
pub(super) fn shipped(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    parcel: &ShipmentRow,
) -> Result<(), StoreError> {
    let packed: Vec<serde_json::Value> = serde_json::from_str(&parcel.items)
        .map_err(|error| StoreError::Broken(format!("parcel {}: {error}", parcel.shipment_id)))?;
    let line = |line: &serde_json::Value| {
        let name = line["name"].as_str().unwrap_or_default().to_owned();
        (line["quantity"].as_i64().unwrap_or(0), name, String::new())
    };
    let facts = OrderFacts {
        lines: packed.iter().map(line).collect(),
        carrier: parcel.carrier.clone(),
        tracking_number: parcel.tracking_number.clone(),
        tracking_url: parcel.url.clone(),
        ..facts(tx, shop, order)?
    };
    post(commerce, tx, shop, order, OrderOccasion::Shipped, facts)
}

/// So much was given back.
pub(super) fn refunded(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    amount: i64,
) -> Result<(), StoreError> {
    let amount = Money::new(amount, shop.settings.currency).formatted();
    let facts = OrderFacts { refunded: Some(amount), ..facts(tx, shop, order)? };
    post(commerce, tx, shop, order, OrderOccasion::Refunded, facts)
}

fn post(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    occasion: OrderOccasion,
    facts: OrderFacts,
) -> Result<(), StoreError> {
    // Whose address is gone is told nothing.
    let Some(email) = order.email.as_deref().and_then(|email| Email::parse(email).ok()) else {
        return Ok(());
    };
    let letter = Letter::Order { occasion, facts: Box::new(facts) };
    mails::post(commerce, tx, shop, customer_of(order)?, &email, &letter)
}

fn facts(tx: &mut Tx<'_>, shop: &Shop, order: &OrderRow) -> Result<OrderFacts, StoreError> {
    let money = |minor: i64| Money::new(minor, shop.settings.currency).formatted();
    let unless_zero = |minor: i64| (minor != 0).then(|| money(minor));
    let details = OrderDetails::read(order)?;
    let address = details.shipping_address.and_then(|form| form.parse().ok());
    let lines = items::of(tx, &[order.order_id])?;
    Ok(OrderFacts {
        first_name: details.contact.and_then(|contact| contact.first_name),
        order_ref: ref_of(order),
        lines: lines.into_iter().map(|line| (line.quantity, line.name, money(line.total))).collect(),
        subtotal: money(order.subtotal),
        discount: unless_zero(order.discount_total),
        shipping: details.shipping_method.as_ref().map(|_| money(order.shipping_total)),
        tax: unless_zero(order.tax_total).filter(|_| !order.tax_included),
        included_tax: unless_zero(order.tax_total).filter(|_| order.tax_included),
        gift_card: unless_zero(order.gift_card_total),
        total: money(order.total),
        address: address.as_ref().map(address_lines).unwrap_or_default(),
        shipping_method: details.shipping_method.map(|method| method.name),
        ..OrderFacts::default()
    })
}

/// An address as it is written on a parcel.
pub(super) fn address_lines(address: &Address) -> Vec<String> {
    let form = address.to_form();
    let name = [form.first_name, form.last_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = [
        Some(name),
        form.company,
        form.line1,
        form.line2,
        form.city,
        form.county,
        form.postcode,
        form.country,
    ];
    lines.into_iter().flatten().filter(|line| !line.is_empty()).collect()
}
