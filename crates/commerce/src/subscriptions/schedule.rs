//! When a subscription renews, and when it is next to be looked at. Rule: every date is computed from the anchor; skips and
//! pauses never move it.

use std::time::Duration;

use domain::subscriptions::{Anchor, SubscriptionStatus, cut_off};
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use store::changes::{Change as Changed, Subject, record};
use store::subscriptions::renewals;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::details::SubscriptionDetails;
use super::{event_data, gifts, status_of};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop, webhooks};

const DAY: Duration = Duration::from_hours(24);

pub(super) fn anchor_of(row: &SubscriptionRow) -> Result<Anchor, StoreError> {
    Anchor::parse(&row.anchor)
        .map_err(|_| StoreError::Broken(format!("the anchor of subscription {}", row.subscription_id)))
}

/// The renewal so many months after the anchor.
pub(super) fn due_after(shop: &Shop, row: &SubscriptionRow, months: i64) -> Result<Timestamp, StoreError> {
    Ok(anchor_of(row)?.due(months, &shop.settings.timezone))
}

/// Sets when the next renewal falls due, by the months that the row says.
pub(super) fn set_next(shop: &Shop, row: &mut SubscriptionRow) -> Result<(), StoreError> {
    let next = due_after(shop, row, row.months)?;
    let runs = matches!(status_of(row)?, SubscriptionStatus::Active | SubscriptionStatus::PastDue);
    let is_over = [row.ends_at, row.cancels_at].into_iter().flatten().any(|end| next >= end);
    row.next_at = (runs && !is_over).then_some(next);
    Ok(())
}

/// Lets the dates go that have passed: the next renewal is the first of the sequence after now.
pub(super) fn realign(shop: &Shop, row: &mut SubscriptionRow) -> Result<(), StoreError> {
    let zone = &shop.settings.timezone;
    row.months = anchor_of(row)?.months_after(shop.now, row.months, row.frequency, zone);
    set_next(shop, row)
}

/// When the box of the next renewal can last be changed.
pub(super) fn editable_until(shop: &Shop, due_at: Timestamp) -> Timestamp {
    cut_off(due_at, shop.settings.subscriptions.editable_hours)
}

/// When the next renewal is told; `None` where it was told, or is not to be.
fn reminder_at(shop: &Shop, row: &SubscriptionRow) -> Option<Timestamp> {
    let days = u32::try_from(shop.settings.subscriptions.reminder_days).ok().filter(|days| *days > 0)?;
    let next = row.next_at.filter(|_| row.reminded_cycle < row.cycle)?;
    Some(next.minus(DAY * days))
}

/// What is next to be done for a subscription, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    TellRecipient,
    Cancel,
    Resume,
    Expire,
    Remind,
    Renew,
}

/// The earliest thing to do. A subscription with a renewal that is not decided waits for that.
pub(super) fn next_task(
    shop: &Shop,
    row: &SubscriptionRow,
    details: &SubscriptionDetails,
    is_renewing: bool,
) -> Result<Option<(Timestamp, Task)>, StoreError> {
    use SubscriptionStatus::{Active, Paused};
    let status = status_of(row)?;
    let is_free = !is_renewing;
    let mut tasks = vec![(gifts::tell_at(shop, row, details), Task::TellRecipient)];
    if status == Paused {
        tasks.push((row.paused_until, Task::Resume));
    }
    if matches!(status, Active | Paused) && is_free {
        tasks.push((row.cancels_at, Task::Cancel));
        tasks.push((row.ends_at, Task::Expire));
    }
    if status == Active && is_free {
        tasks.push((reminder_at(shop, row), Task::Remind));
        tasks.push((row.next_at, Task::Renew));
    }
    // Of equal times the first of the list counts: an end comes before a renewal.
    Ok(tasks.into_iter().filter_map(|(at, task)| Some((at?, task))).min_by_key(|(at, _)| *at))
}

/// Writes a changed subscription, and sees to it that it is looked at when the next thing is to be done.
pub(super) fn save(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
) -> Result<(), StoreError> {
    let before = row.wake_at;
    let details = SubscriptionDetails::read(row)?;
    let is_renewing = renewals::open_of(tx, row.subscription_id)?.is_some();
    row.wake_at = next_task(shop, row, &details, is_renewing)?.map(|(at, _)| at);
    row.version += 1;
    row.updated_at = shop.now;
    rows::update(tx, row.clone())?;
    match row.wake_at.filter(|at| before.is_none_or(|before| *at < before)) {
        Some(at) => jobs::enqueue_by(commerce, tx, at, Kind::TendSubscriptions),
        None => Ok(()),
    }
}

/// Moves a subscription to another status. Whoever counts or serves subscribers sees it with the commit.
pub(super) fn set_status(
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    next: SubscriptionStatus,
) -> Result<(), StoreError> {
    let before = status_of(row)?;
    if before == next {
        return Ok(());
    }
    next.as_str().clone_into(&mut row.status);
    row.ended_at = next.is_ended().then_some(shop.now);
    if next != SubscriptionStatus::Paused {
        row.paused_until = None;
    }
    if next.is_ended() {
        row.next_at = None;
        row.cancels_at = None;
    }
    if before.is_subscriber() != next.is_subscriber() {
        record(tx, &[Changed::of(Subject::Product, row.package_id.uuid())])?;
    }
    Ok(())
}

/// Tells other programs of a subscription.
pub(super) fn tell(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    kind: EventKind,
) -> Result<(), StoreError> {
    webhooks::emit(commerce, tx, shop.now, kind, event_data(row))
}
