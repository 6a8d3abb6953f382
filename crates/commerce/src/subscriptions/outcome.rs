//! The third step of a renewal: what became of its charge. Rule: called by the one function that records payments, in its
//! transaction.

use domain::ids::{OrderId, PaymentMethodId};
use domain::orders::{OrderStatus, PaymentStatus};
use domain::subscriptions::{Event, Failure, RenewalStatus, Step, dunning};
use domain::tenants::DunningEnd;
use domain::webhooks::EventKind;
use gateways::payments::{Decline, DeclineKind};
use store::orders::items;
use store::orders::{self, OrderRow};
use store::subscriptions::renewals::{self, RenewalRow};
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::charging::{is_of_renewal, runs};
use super::schedule::{realign, save, set_next, set_status, tell};
use super::{Who, mails, note, renewal_status_of, status_of};
use crate::{Commerce, Shop, checkout};

/// Why a charge was refused.
pub(super) struct Refusal {
    pub(super) failure: Failure,
    pub(super) code: String,
    pub(super) message: String,
}

impl From<&Decline> for Refusal {
    fn from(decline: &Decline) -> Self {
        let failure = match decline.kind {
            DeclineKind::Retry => Failure::Retry,
            DeclineKind::NewCard => Failure::NewCard,
            DeclineKind::Authentication => Failure::Authentication,
        };
        Self { failure, code: decline.code.clone(), message: decline.message.clone() }
    }
}

/// What was heard of the payment of a renewal's order.
pub(crate) enum Heard<'a> {
    /// It is paid, with this card where it is known.
    Paid(Option<PaymentMethodId>),
    /// It was refused.
    Declined(&'a Decline),
    /// It came to nothing: it was let go, or its provider does not take it.
    Ended,
    /// It is under way.
    UnderWay,
    /// Nobody knows.
    Unknown,
}

/// Takes note of what was heard of an order's payment; tells whether the order is a renewal's.
pub(crate) fn hear(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    heard: Heard<'_>,
) -> Result<bool, StoreError> {
    if !is_of_renewal(order) {
        return Ok(false);
    }
    let Some(mut renewal) = renewals::find_by_order(tx, order.order_id)? else { return Ok(false) };
    let Some(row) = rows::find(tx, renewal.subscription_id)? else { return Ok(false) };
    renewal.updated_at = shop.now;
    match heard {
        Heard::Paid(method) => paid(commerce, tx, shop, row, renewal, method)?,
        Heard::Declined(decline) => drop(failed(commerce, tx, shop, row, renewal, decline.into())?),
        Heard::Ended if renewal.failures > 0 || !runs(&row)? => {
            // What was refused before is still refused, and what rests is taken back by its job; nobody is told anew.
            set(&mut renewal, RenewalStatus::Failed);
            renewals::update(tx, renewal)?;
        }
        Heard::Ended => {
            let refusal = Refusal {
                failure: Failure::NewCard,
                code: "payment_refused".to_owned(),
                message: "The payment could not be made with this card.".to_owned(),
            };
            failed(commerce, tx, shop, row, renewal, refusal)?;
        }
        Heard::UnderWay => {
            set(&mut renewal, RenewalStatus::Charging);
            renewals::update(tx, renewal)?;
        }
        Heard::Unknown => {
            set(&mut renewal, RenewalStatus::Unknown);
            renewals::update(tx, renewal)?;
        }
    }
    Ok(true)
}

fn set(renewal: &mut RenewalRow, status: RenewalStatus) {
    status.as_str().clone_into(&mut renewal.status);
}

/// The order of a renewal's box.
pub(super) fn order_of(tx: &mut Tx<'_>, renewal: &RenewalRow) -> Result<OrderRow, StoreError> {
    let broken = || StoreError::Broken(format!("the order of renewal {}", renewal.renewal_id));
    let id = renewal.order_id.clone().ok_or_else(broken)?;
    orders::find(tx, OrderId::try_from(id).map_err(|_| broken())?)?.ok_or_else(broken)
}

fn paid(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    mut row: SubscriptionRow,
    mut renewal: RenewalRow,
    method: Option<PaymentMethodId>,
) -> Result<(), StoreError> {
    let was_behind = renewal.failures > 0;
    set(&mut renewal, RenewalStatus::Paid);
    renewal.paid_at = Some(shop.now);
    renewal.next_try_at = None;
    renewal.gives_up_at = None;
    renewals::update(tx, renewal.clone())?;
    if let Some(next) = status_of(&row)?.hears(Event::PaymentMade) {
        set_status(tx, shop, &mut row, next)?;
    }
    // A card that has just paid what was owed is the one for the next time too.
    if was_behind && let Some(method) = method {
        row.method_id = Some(method.to_bytes());
    }
    if row.next_at.is_none() {
        set_next(shop, &mut row)?;
    }
    save(commerce, tx, shop, &mut row)?;
    let data = serde_json::json!({ "cycle": renewal.cycle, "amount": renewal.amount });
    note(commerce, tx, shop, &row, "renewed", &Who::Shop, data)?;
    tell(commerce, tx, shop, &row, EventKind::SubscriptionRenewed)?;
    mails::renewed(commerce, tx, shop, &row, &renewal)
}

/// The charge was refused: when it is tried again, and what its customer is told.
pub(super) fn failed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    mut row: SubscriptionRow,
    mut renewal: RenewalRow,
    refusal: Refusal,
) -> Result<RenewalRow, StoreError> {
    let days = &shop.settings.subscriptions.dunning_days;
    let first = *renewal.first_failed_at.get_or_insert(shop.now);
    renewal.failures += 1;
    let failures = usize::try_from(renewal.failures).unwrap_or(usize::MAX);
    let end = match dunning::next(days, Failure::NewCard, first, failures) {
        Step::EndAt(at) | Step::TryAt(at) => at,
    };
    renewal.gives_up_at = Some(end);
    renewal.next_try_at = match dunning::next(days, refusal.failure, first, failures) {
        Step::TryAt(at) => Some(at),
        Step::EndAt(_) => None,
    };
    set(&mut renewal, RenewalStatus::Failed);
    renewal.failure = Some(refusal.failure.as_str().to_owned());
    renewal.failure_code = Some(refusal.code.clone());
    renewal.failure_message = Some(refusal.message);
    renewal.updated_at = shop.now;
    renewals::update(tx, renewal.clone())?;
    if let Some(next) = status_of(&row)?.hears(Event::PaymentFailed) {
        set_status(tx, shop, &mut row, next)?;
    }
    save(commerce, tx, shop, &mut row)?;
    let data = serde_json::json!({ "cycle": renewal.cycle, "code": refusal.code });
    note(commerce, tx, shop, &row, "payment_failed", &Who::Shop, data)?;
    tell(commerce, tx, shop, &row, EventKind::SubscriptionRenewalFailed)?;
    mails::payment_failed(commerce, tx, shop, &row, &renewal, refusal.failure)?;
    Ok(renewal)
}

/// Dunning has come to its end: the box is given up, and the subscription cancelled or paused as the shop wills.
pub(super) fn give_up(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    renewal: RenewalRow,
) -> Result<(), StoreError> {
    let event = match shop.settings.subscriptions.dunning_end {
        DunningEnd::Cancel => Event::DunningCancelled,
        DunningEnd::Pause => Event::DunningPaused,
    };
    let next = status_of(row)?.hears(event);
    if let Some(next) = next {
        set_status(tx, shop, row, next)?;
    }
    set_next(shop, row)?;
    withdraw(commerce, tx, shop, row, renewal)?;
    if event == Event::DunningCancelled {
        row.cancel_reason = Some("unpaid".to_owned());
        note(commerce, tx, shop, row, "cancelled", &Who::Shop, serde_json::json!({ "reason": "unpaid" }))?;
        tell(commerce, tx, shop, row, EventKind::SubscriptionCancelled)?;
        mails::cancelled(commerce, tx, shop, row, true)?;
    } else {
        note(commerce, tx, shop, row, "paused", &Who::Shop, serde_json::json!({ "reason": "unpaid" }))?;
        tell(commerce, tx, shop, row, EventKind::SubscriptionUpdated)?;
        mails::paused(commerce, tx, shop, row)?;
    }
    save(commerce, tx, shop, row)
}

/// Takes back a renewal that was not charged: its order is cancelled, and what it holds goes back. One that is being charged
/// stands, and its box is sent if the charge goes through. The caller need not save the subscription.
pub(super) fn withdraw(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    mut renewal: RenewalRow,
) -> Result<(), StoreError> {
    let status = renewal_status_of(&renewal)?;
    if status.is_under_way() || !status.is_open() {
        return Ok(());
    }
    let mut order = order_of(tx, &renewal)?;
    let lines = items::of(tx, &[order.order_id])?;
    if row.price > 0 && lines.iter().any(|line| line.subscription_id.is_some() && line.unit_price == 0) {
        // It was paid with an earlier order, and is still to come.
        row.prepaid_left += 1;
    }
    checkout::release(commerce, tx, shop, &mut order)?;
    OrderStatus::Cancelled.as_str().clone_into(&mut order.status);
    PaymentStatus::Failed.as_str().clone_into(&mut order.payment_status);
    order.updated_at = shop.now;
    order.version += 1;
    orders::update(tx, order)?;
    set(&mut renewal, RenewalStatus::Cancelled);
    renewal.next_try_at = None;
    renewal.gives_up_at = None;
    renewal.updated_at = shop.now;
    renewals::update(tx, renewal)?;
    save(commerce, tx, shop, row)
}

/// A paused subscription goes on: the dates that passed meanwhile are let go.
pub(super) fn resume(shop: &Shop, row: &mut SubscriptionRow) -> Result<(), StoreError> {
    realign(shop, row)?;
    super::opening::keep_prepaid(shop, row)
}
