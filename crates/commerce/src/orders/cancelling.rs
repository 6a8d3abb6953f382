//! Giving an order up. Rule: what was taken goes back, and what was paid is given back.

use domain::ids::{OrderId, ProductId, RefundId};
use domain::orders::OrderStatus;
use domain::webhooks::EventKind;
use store::orders::holds::{Hold, HoldKind};
use store::orders::items::{self, OrderItemRow};
use store::{StoreError, Tx};

use super::details::ItemDetails;
use super::reading::{OrderEntry, change};
use super::refunding::{begin_refund, send_refund};
use super::{OrderError, event_data, note};
use crate::audit::Actor;
use crate::checkout::put_back;
use crate::webhooks;
use crate::{Commerce, Shop};

/// Cancels an order that is paid and of which nothing was sent: its goods go back on the shelf, and its money to the customer.
pub async fn cancel(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: OrderId,
    if_version: Option<i64>,
    reason: Option<String>,
    restocks: bool,
) -> Result<OrderEntry, OrderError> {
    let reason = domain::text::optional_line(reason.as_deref().unwrap_or_default(), 500)
        .map_err(|invalid| domain::fields::FieldErrors::one("reason", invalid.reason()))?;
    let refund = RefundId::new(commerce.chance().uuid(shop.now));
    change(commerce, shop, actor, id, if_version, "order.cancel", move |commerce, tx, shop, row, actor| {
        if row.status != OrderStatus::Processing.as_str() {
            return Err(OrderError::NotNow("Only an order that is paid and not sent yet can be cancelled."));
        }
        let lines = items::of(tx, &[row.order_id])?;
        if lines.iter().any(|line| line.fulfilled > 0) {
            return Err(OrderError::NotNow("A part of this order was sent already: please refund the rest."));
        }
        if restocks {
            for line in lines {
                let all = line.quantity - line.restocked;
                restock(tx, line, all)?;
            }
        }
        OrderStatus::Cancelled.as_str().clone_into(&mut row.status);
        note(commerce, tx, shop, row, "cancelled", actor, reason.as_deref().unwrap_or_default())?;
        let left = row.total - row.refunded_total;
        if left > 0 {
            begin_refund(commerce, tx, shop, row, refund, left, reason.clone(), actor)?;
        }
        Ok(webhooks::emit(commerce, tx, shop.now, EventKind::OrderCancelled, event_data(row))?)
    })
    .await?;
    send_refund(commerce, shop.id, refund).await?;
    super::find(commerce, shop, id.to_string()).await
}

/// Puts so many of a line back on the shelf.
pub(super) fn restock(tx: &mut Tx<'_>, line: OrderItemRow, count: i64) -> Result<(), StoreError> {
    if count <= 0 {
        return Ok(());
    }
    for take in ItemDetails::read(&line)?.takes {
        let (kind, subject) = match take.variant {
            Some(variant) => (HoldKind::Variant, variant),
            None => (HoldKind::Product, ProductId::new(take.product).uuid()),
        };
        put_back(tx, Hold { kind, subject, amount: take.count.saturating_mul(count) })?;
    }
    items::update(tx, OrderItemRow { restocked: line.restocked + count, ..line })
}
