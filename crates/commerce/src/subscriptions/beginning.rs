//! How a subscription begins: it is written down with the order of its first box, and runs once that is paid.

use domain::carts::pricing::PricedLine;
use domain::carts::{Contents, Item};
use domain::ids::{CustomerId, OrderId, PaymentMethodId, ProductId, SubscriptionId};
use domain::subscriptions::{Anchor, Event, SubscriptionStatus};
use domain::webhooks::EventKind;
use store::orders::OrderRow;
use store::orders::items;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::details::SubscriptionDetails;
use super::schedule::{due_after, save, set_next, set_status, tell};
use super::{Who, mails, note, status_of};
use crate::catalog::{Details, StoredPackage};
use crate::{Commerce, Shop};

/// Writes down the subscription that a line of an order is to begin; `None` where the line is no package.
#[expect(clippy::too_many_arguments, reason = "all of an order's making is at hand in one place only")]
pub(crate) fn prepare(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    customer: CustomerId,
    contents: &Contents,
    item: &Item,
    line: &PricedLine,
) -> Result<Option<SubscriptionId>, StoreError> {
    let Some(boxes) = &item.subscription else { return Ok(None) };
    let id = SubscriptionId::new(commerce.chance().uuid(shop.now));
    let paid = boxes.paid_at_once();
    let row = SubscriptionRow {
        subscription_id: id,
        customer_id: customer,
        package_id: ProductId::new(item.product),
        status: SubscriptionStatus::Pending.as_str().to_owned(),
        order_id: Some(order.order_id.to_bytes()),
        recipient_id: None,
        frequency: boxes.billing_frequency,
        anchor: Anchor::at(shop.now, &shop.settings.timezone).to_string(),
        months: boxes.billing_frequency,
        cycle: 1,
        next_at: None,
        paused_until: None,
        cancels_at: None,
        ends_at: None,
        prepaid_left: paid - 1,
        quantity: item.quantity,
        price: line.unit_price / paid,
        next_price: None,
        next_price_at: None,
        method_id: None,
        wake_at: None,
        reminded_cycle: 0,
        details: SubscriptionDetails::of(contents, item).to_stored()?,
        cancel_reason: None,
        version: 1,
        started_at: None,
        ended_at: None,
        created_at: shop.now,
        updated_at: shop.now,
    };
    rows::insert(tx, row)?;
    Ok(Some(id))
}

/// The order is paid: its subscriptions run from now. Gives the first of them.
pub(crate) fn begin(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    method: Option<PaymentMethodId>,
) -> Result<Option<SubscriptionId>, StoreError> {
    let mut first = None;
    for mut row in rows::of_order(tx, order.order_id)? {
        let Some(next) = status_of(&row)?.hears(Event::FirstPaid) else { continue };
        set_status(tx, shop, &mut row, next)?;
        row.anchor = Anchor::at(shop.now, &shop.settings.timezone).to_string();
        row.started_at = Some(shop.now);
        row.method_id = method.map(PaymentMethodId::to_bytes);
        set_term(tx, shop, &mut row)?;
        set_next(shop, &mut row)?;
        save(commerce, tx, shop, &mut row)?;
        note(commerce, tx, shop, &row, "begun", &Who::Shop, serde_json::json!({}))?;
        tell(commerce, tx, shop, &row, EventKind::SubscriptionCreated)?;
        mails::begun(commerce, tx, shop, &row)?;
        first.get_or_insert(row.subscription_id);
    }
    Ok(first)
}

/// The order came to nothing: what it was to begin is forgotten, for its cart may make it anew.
pub(crate) fn forget(tx: &mut Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    for line in items::of(tx, &[order])? {
        if line.subscription_id.is_some() {
            items::update(tx, items::OrderItemRow { subscription_id: None, ..line })?;
        }
    }
    rows::delete_unbegun(tx, order)
}

/// Until when it runs. Boxes that were given or paid in advance end with the last of them, unless the package renews by
/// itself; a present never does.
pub(super) fn set_term(tx: &mut Tx<'_>, shop: &Shop, row: &mut SubscriptionRow) -> Result<(), StoreError> {
    let package = package_of(tx, row)?;
    let details = SubscriptionDetails::read(row)?;
    let boxes = (row.prepaid_left + 1).saturating_mul(row.frequency);
    let is_present = details.gift.is_some() && row.prepaid_left > 0;
    let months = if is_present {
        Some(boxes)
    } else if package.as_ref().is_some_and(|package| !package.auto_renew) {
        Some(package.and_then(|package| package.term_months).unwrap_or(0).max(boxes))
    } else {
        None
    };
    // Counted from where the sequence stands: a term that begins anew does not reach back to the first one.
    let from = row.months - row.frequency;
    row.ends_at = match months {
        Some(months) => Some(due_after(shop, row, from.saturating_add(months))?),
        None => None,
    };
    Ok(())
}

/// How the boxes of a subscription's package come; `None` where the package is gone.
pub(crate) fn package_of(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
) -> Result<Option<StoredPackage>, StoreError> {
    match store::catalog::products::find(tx, row.package_id)? {
        Some(product) => Ok(Details::read(&product)?.package),
        None => Ok(None),
    }
}
