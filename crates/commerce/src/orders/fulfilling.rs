//! Sending orders, whole or in parts.

use domain::fields::FieldErrors;
use domain::ids::{OrderId, OrderItemId, ShipmentId};
use domain::orders::OrderStatus;
use domain::tenants::HttpsUrl;
use domain::text;
use domain::webhooks::EventKind;
use store::orders::items::{self, OrderItemRow};
use store::orders::shipments::{self, ShipmentRow};

use super::reading::{OrderEntry, change};
use super::{OrderError, event_data, mails, note};
use crate::audit::Actor;
use crate::webhooks;
use crate::{Commerce, Shop};

/// A parcel to note, as it is typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Fulfilment {
    pub carrier: Option<String>,
    pub number: Option<String>,
    pub url: Option<String>,
    /// What is in it; all that is still to be sent if empty.
    pub items: Vec<FulfilmentLine>,
}

/// So many of a line in a parcel.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct FulfilmentLine {
    pub item: OrderItemId,
    pub quantity: i64,
}

/// Notes a parcel, and tells its customer. With the last one the order is shipped.
pub async fn fulfil(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: OrderId,
    if_version: Option<i64>,
    parcel: Fulfilment,
) -> Result<OrderEntry, OrderError> {
    let parcel = checked(parcel)?;
    change(commerce, shop, actor, id, if_version, "order.fulfil", move |commerce, tx, shop, row, actor| {
        if row.status != OrderStatus::Processing.as_str() {
            return Err(OrderError::NotNow("Only an order that is paid and not sent yet can be sent."));
        }
        let mut lines = items::of(tx, &[row.order_id])?;
        let sent = pack(&mut lines, &parcel.items)?;
        let shipment = ShipmentRow {
            shipment_id: ShipmentId::new(commerce.chance().uuid(shop.now)),
            order_id: row.order_id,
            carrier: parcel.carrier.clone(),
            tracking_number: parcel.number.clone(),
            url: parcel.url.clone(),
            items: serde_json::Value::from(sent).to_string(),
            shipped_at: shop.now,
        };
        shipments::insert(tx, shipment.clone())?;
        let is_whole = lines.iter().all(|line| line.fulfilled >= line.quantity);
        for line in lines {
            items::update(tx, line)?;
        }
        if is_whole {
            OrderStatus::Shipped.as_str().clone_into(&mut row.status);
        }
        let number = parcel.number.as_deref().unwrap_or_default();
        note(commerce, tx, shop, row, "fulfilled", actor, number)?;
        webhooks::emit(commerce, tx, shop.now, EventKind::OrderFulfilled, event_data(row))?;
        Ok(mails::shipped(commerce, tx, shop, row, &shipment)?)
    })
    .await
}

fn checked(parcel: Fulfilment) -> Result<Fulfilment, FieldErrors> {
    let mut fields = domain::fields::Fields::default();
    let line = |text: Option<String>| text::optional_line(text.as_deref().unwrap_or_default(), 100);
    let carrier = fields.take("carrier", line(parcel.carrier)).flatten();
    let number = fields.take("number", line(parcel.number)).flatten();
    let url = text::filled(parcel.url.as_deref()).map(HttpsUrl::parse);
    let url = fields.take_optional("url", url).map(|url| url.as_str().to_owned());
    if parcel.items.len() > domain::carts::MOST_LINES {
        fields.refuse("items", "Must not have more than 100 entries.");
    }
    fields.finish()?;
    Ok(Fulfilment { carrier, number, url, items: parcel.items })
}

/// Puts lines in a parcel; gives what is in it, for the record.
fn pack(
    lines: &mut [OrderItemRow],
    wanted: &[FulfilmentLine],
) -> Result<Vec<serde_json::Value>, FieldErrors> {
    let mut sent = Vec::new();
    let mut put = |line: &mut OrderItemRow, quantity: i64| {
        line.fulfilled += quantity;
        sent.push(serde_json::json!({ "itemId": line.item_id, "name": line.name, "quantity": quantity }));
    };
    if wanted.is_empty() {
        for line in lines.iter_mut().filter(|line| line.fulfilled < line.quantity) {
            let left = line.quantity - line.fulfilled;
            put(line, left);
        }
        return Ok(sent);
    }
    for (index, FulfilmentLine { item, quantity }) in wanted.iter().enumerate() {
        let line = lines.iter_mut().find(|line| line.item_id == *item).ok_or_else(|| {
            FieldErrors::one(format!("items.{index}.itemId"), "Must be a line of this order.")
        })?;
        let left = line.quantity - line.fulfilled;
        if !(1..=left).contains(quantity) {
            let reason = format!("Must be from 1 to {left}: so many are still to be sent.");
            return Err(FieldErrors::one(format!("items.{index}.quantity"), reason));
        }
        put(line, *quantity);
    }
    Ok(sent)
}

/// Notes that an order has arrived.
pub async fn deliver(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: OrderId,
    if_version: Option<i64>,
) -> Result<OrderEntry, OrderError> {
    change(commerce, shop, actor, id, if_version, "order.deliver", |commerce, tx, shop, row, actor| {
        if row.status != OrderStatus::Shipped.as_str() {
            return Err(OrderError::NotNow("Only an order that was sent can arrive."));
        }
        OrderStatus::Delivered.as_str().clone_into(&mut row.status);
        note(commerce, tx, shop, row, "delivered", actor, "")?;
        Ok(webhooks::emit(commerce, tx, shop.now, EventKind::OrderDelivered, event_data(row))?)
    })
    .await
}
