//! What time brings for a shop's subscriptions. Rule: one is looked at only when something of it is due, and
//! what goes wrong with one is no other's affair.

use std::time::Duration;

use domain::ids::{OrderId, SubscriptionId, TenantId};
use domain::subscriptions::Event;
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use store::subscriptions::renewals;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::boxes::next_box;
use super::details::SubscriptionDetails;
use super::opening::{due_now, open, pass_over};
use super::schedule::{Task, next_task, save, set_status, tell};
use super::{Who, gifts, mails, note, outcome, status_of};
use crate::checkout::{self, CheckoutError};
use crate::{Commerce, Shop};

const BATCH: i64 = 256;
/// After so many batches the job makes room for others and comes back.
const MOST_BATCHES: usize = 8;
/// So many are looked after in one transaction: boxes that take of the same bottles at once would collide, and a checkout does
/// not wait long for so few.
const TOGETHER: usize = 16;
/// A subscription that can not be looked after is tried again after so long.
const AFTER_A_FAULT: Duration = Duration::from_hours(1);

/// Does what is due for the shop's subscriptions.
pub(crate) async fn tend(commerce: &Commerce, tenant: TenantId) -> Result<(), StoreError> {
    for _ in 0..MOST_BATCHES {
        let system_now = commerce.system_now();
        let due = commerce
            .store()
            .read(tenant, move |tx| {
                let now = Shop::of(tx, system_now)?.now;
                rows::due(tx, now, BATCH)
            })
            .await?;
        if due.is_empty() {
            break;
        }
        for some in due.chunks(TOGETHER) {
            // One numbering is for all that wait.
            if let Some(order) = tend_some(commerce, tenant, some).await {
                checkout::number(commerce, tenant, order).await?;
            }
            commerce.wake_jobs();
        }
    }
    Ok(())
}

/// Looks after some together, and after each by itself where that fails: a fault of one does not hold up the others. Gives an
/// order of a box, where any was made.
async fn tend_some(commerce: &Commerce, tenant: TenantId, some: &[SubscriptionId]) -> Option<OrderId> {
    let (handle, system_now, ids) = (commerce.clone(), commerce.system_now(), some.to_vec());
    let together = commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let mut last = None;
            for id in &ids {
                last = tend_in(&handle, tx, &shop, *id)?.or(last);
            }
            Ok::<_, CheckoutError>(last)
        })
        .await;
    if let Ok(last) = together {
        return last;
    }
    let mut last = None;
    for id in some {
        last = tend_told(commerce, tenant, *id).await.or(last);
    }
    last
}

/// Looks after one, and puts it off where that fails.
async fn tend_told(commerce: &Commerce, tenant: TenantId, id: SubscriptionId) -> Option<OrderId> {
    match tend_one(commerce, tenant, id).await {
        Ok(order) => order,
        // A checkout takes of the same stock: it is due still, and found again.
        Err(CheckoutError::Store(StoreError::Contended)) => None,
        Err(error) => {
            tracing::error!(tenant.id = %tenant, subscription.id = %id, error = %error, "a subscription could not be looked after");
            if let Err(error) = put_off(commerce, tenant, id).await {
                tracing::error!(tenant.id = %tenant, subscription.id = %id, error = %error, "nor could it be put off");
            }
            None
        }
    }
}

async fn put_off(commerce: &Commerce, tenant: TenantId, id: SubscriptionId) -> Result<(), StoreError> {
    let system_now = commerce.system_now();
    commerce
        .store()
        .write(tenant, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            match rows::find(tx, id)? {
                Some(row) => {
                    rows::update(tx, SubscriptionRow { wake_at: Some(now.plus(AFTER_A_FAULT)), ..row })
                }
                None => Ok(()),
            }
        })
        .await
}

/// Does what is due for a subscription; gives the order of its next box, where that was made.
async fn tend_one(
    commerce: &Commerce,
    tenant: TenantId,
    id: SubscriptionId,
) -> Result<Option<OrderId>, CheckoutError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    let done = commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            tend_in(&handle, tx, &shop, id)
        })
        .await;
    match done {
        // The package itself is sold out: its cycle passes.
        Err(CheckoutError::OutOfStock(_)) => {
            let (handle, system_now) = (commerce.clone(), commerce.system_now());
            commerce
                .store()
                .write(tenant, move |tx| {
                    let shop = Shop::of(tx, system_now)?;
                    let Some(mut row) = rows::find(tx, id)? else { return Ok(None) };
                    let Some(next) = row.next_at.filter(|next| *next <= shop.now) else { return Ok(None) };
                    pass_over(&handle, tx, &shop, &mut row, next, "sold_out", &Who::Shop)?;
                    save(&handle, tx, &shop, &mut row)?;
                    Ok(None)
                })
                .await
        }
        other => other,
    }
}

fn tend_in(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: SubscriptionId,
) -> Result<Option<OrderId>, CheckoutError> {
    let Some(mut row) = rows::find(tx, id)?.filter(|row| is_due(row, shop.now)) else { return Ok(None) };
    let is_renewing = renewals::open_of(tx, id)?.is_some();
    let details = SubscriptionDetails::read(&row)?;
    let task = next_task(shop, &row, &details, is_renewing)?.filter(|(at, _)| *at <= shop.now);
    let mut order = None;
    match task {
        // It was looked at too early: its time is set anew.
        None => {}
        Some((_, Task::TellRecipient)) => gifts::tell_recipient(commerce, tx, shop, &mut row)?,
        Some((_, Task::Cancel)) => end(commerce, tx, shop, &mut row, Event::PeriodEnded)?,
        Some((_, Task::Expire)) => end(commerce, tx, shop, &mut row, Event::TermEnded)?,
        Some((_, Task::Resume)) => resume(commerce, tx, shop, &mut row)?,
        Some((_, Task::Remind)) => remind(commerce, tx, shop, &mut row)?,
        Some((next, Task::Renew)) => {
            let due_at = due_now(shop, &mut row, next)?;
            order = open(commerce, tx, shop, &mut row, due_at)?.map(|opened| opened.order);
        }
    }
    save(commerce, tx, shop, &mut row)?;
    Ok(order)
}

fn is_due(row: &SubscriptionRow, now: Timestamp) -> bool {
    row.wake_at.is_some_and(|at| at <= now)
}

/// Its period or its term is over.
fn end(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    event: Event,
) -> Result<(), StoreError> {
    let Some(next) = status_of(row)?.hears(event) else { return Ok(()) };
    set_status(tx, shop, row, next)?;
    note(commerce, tx, shop, row, next.as_str(), &Who::Shop, serde_json::json!({}))?;
    tell(commerce, tx, shop, row, EventKind::SubscriptionCancelled)?;
    // Who cancelled was told when they did.
    if event == Event::TermEnded { mails::ended(commerce, tx, shop, row) } else { Ok(()) }
}

fn resume(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
) -> Result<(), StoreError> {
    let Some(next) = status_of(row)?.hears(Event::PauseEnded) else { return Ok(()) };
    set_status(tx, shop, row, next)?;
    outcome::resume(shop, row)?;
    note(commerce, tx, shop, row, "resumed", &Who::Shop, serde_json::json!({}))?;
    tell(commerce, tx, shop, row, EventKind::SubscriptionUpdated)?;
    mails::resumed(commerce, tx, shop, row)
}

/// Tells of the box that is coming, while it can still be changed.
fn remind(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
) -> Result<(), StoreError> {
    row.reminded_cycle = row.cycle;
    let Some(next_at) = row.next_at else { return Ok(()) };
    let coming = next_box(commerce, tx, shop, row, next_at)?;
    if !coming.gone.is_empty() {
        mails::items_changed(commerce, tx, shop, row, &coming)?;
    }
    mails::upcoming(commerce, tx, shop, row, &coming)?;
    mails::card_expiring(commerce, tx, shop, row)
}
