//! The first step of a renewal: its cycle is taken, its order stands, and what it needs is held.

use domain::ids::{OrderId, RenewalId};
use domain::subscriptions::RenewalStatus;
use domain::tenants::MissedRule;
use domain::time::Timestamp;
use store::orders::OrderRow;
use store::subscriptions::SubscriptionRow;
use store::subscriptions::renewals::{self, RenewalRow};
use store::{StoreError, Tx};

use super::boxes::{NextBox, next_box, price_at};
use super::schedule::{anchor_of, due_after, set_next};
use super::{Who, note};
use crate::checkout::{self, CheckoutError, Placing};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop};

/// A renewal whose order stands.
pub(super) struct Opened {
    pub(super) renewal: RenewalRow,
    pub(super) order: OrderId,
}

/// Opens the renewal that is due; `None` where nothing of its box can be had, which is as if it were skipped. The caller saves
/// the subscription.
pub(super) fn open(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    due_at: Timestamp,
) -> Result<Option<Opened>, CheckoutError> {
    let next = next_box(commerce, tx, shop, row, due_at)?;
    if next.is_empty {
        pass_over(commerce, tx, shop, row, due_at, "sold_out", &Who::Shop)?;
        return Ok(None);
    }
    let order = place(commerce, tx, shop, row, &next)?;
    let renewal = RenewalRow {
        order_id: Some(order.order_id.to_bytes()),
        amount: next.priced().to_pay(),
        ..blank(commerce, shop, row, due_at, RenewalStatus::Pending)
    };
    renewals::insert(tx, renewal.clone())?;
    jobs::enqueue(commerce, tx, shop.now, Kind::Renew(renewal.renewal_id))?;
    if next.is_prepaid {
        row.prepaid_left -= 1;
    }
    let price = price_at(row, due_at);
    if price != row.price {
        row.price = price;
        row.next_price = None;
        row.next_price_at = None;
    }
    go_on(shop, row)?;
    Ok(Some(Opened { renewal, order: order.order_id }))
}

fn place(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    next: &NextBox,
) -> Result<OrderRow, CheckoutError> {
    let placing = Placing {
        before: None,
        cart: None,
        customer: Some(row.customer_id),
        subscription: Some(row.subscription_id),
    };
    let order = checkout::place(commerce, tx, shop, placing, &next.contents, &next.loaded)?;
    let (contents, loaded) = (&next.contents, &next.loaded);
    checkout::take(commerce, tx, shop, order.order_id, contents, loaded, Some(row.customer_id))?;
    Ok(order)
}

/// The cycle that falls due passes without an order: it was skipped, or there is nothing to send.
pub(super) fn pass_over(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    due_at: Timestamp,
    why: &str,
    who: &Who,
) -> Result<(), StoreError> {
    renewals::insert(tx, blank(commerce, shop, row, due_at, RenewalStatus::Skipped))?;
    go_on(shop, row)?;
    keep_prepaid(shop, row)?;
    note(commerce, tx, shop, row, "skipped", who, serde_json::json!({ "dueAt": due_at, "reason": why }))
}

/// The next cycle is the subscription's next.
fn go_on(shop: &Shop, row: &mut SubscriptionRow) -> Result<(), StoreError> {
    row.cycle += 1;
    row.months += row.frequency;
    set_next(shop, row)
}

/// Boxes that are paid are not lost by a skip or a pause: the term ends so much later.
pub(super) fn keep_prepaid(shop: &Shop, row: &mut SubscriptionRow) -> Result<(), StoreError> {
    if row.prepaid_left > 0
        && let Some(end) = row.ends_at
    {
        let last = row.months + row.prepaid_left * row.frequency;
        row.ends_at = Some(end.max(due_after(shop, row, last)?));
        set_next(shop, row)?;
    }
    Ok(())
}

/// When the renewal that is due is taken to have fallen due. Of several that were missed, the shop's rule says whether each is
/// made or one for all.
pub(super) fn due_now(
    shop: &Shop,
    row: &mut SubscriptionRow,
    next: Timestamp,
) -> Result<Timestamp, StoreError> {
    if shop.settings.subscriptions.missed == MissedRule::Each {
        return Ok(next);
    }
    let zone = &shop.settings.timezone;
    let following = anchor_of(row)?.months_after(shop.now, row.months, row.frequency, zone);
    let latest = following - row.frequency;
    if latest <= row.months {
        return Ok(next);
    }
    row.months = latest;
    due_after(shop, row, latest)
}

fn blank(
    commerce: &Commerce,
    shop: &Shop,
    row: &SubscriptionRow,
    due_at: Timestamp,
    status: RenewalStatus,
) -> RenewalRow {
    RenewalRow {
        renewal_id: RenewalId::new(commerce.chance().uuid(shop.now)),
        subscription_id: row.subscription_id,
        cycle: row.cycle,
        status: status.as_str().to_owned(),
        due_at,
        order_id: None,
        payment_id: None,
        method_id: None,
        amount: 0,
        attempts: 0,
        failures: 0,
        failure: None,
        failure_code: None,
        failure_message: None,
        first_failed_at: None,
        next_try_at: None,
        gives_up_at: None,
        paid_at: None,
        created_at: shop.now,
        updated_at: shop.now,
    }
}
