//! Working off an endpoint's queue. Rule: an attempt is noted after it was made, so that a crash between the two makes it
//! twice and never not at all; no network call stands inside a transaction.

use std::time::Duration;

use domain::ids::{TenantId, WebhookEndpointId};
use domain::time::Timestamp;
use domain::webhooks::{DeliveryStatus, LONGEST_FAILURE, pause_after};
use gateways::fetch::FetchError;
use gateways::webhooks::{Answer, Post};
use store::webhooks::deliveries::{self, DeliveryRow};
use store::webhooks::{endpoints, events};
use store::{StoreError, Tx};

use super::endpoints::signing_secrets;
use crate::{Commerce, Shop};

/// A queue gives its place up to others after this long; with an attempt at its end that is well within a job's lease.
const TURN: Duration = Duration::from_mins(1);

/// The answer by which an endpoint says that it wants nothing any more.
const GONE: u16 = 410;

/// An attempt that is to be made.
struct Attempt {
    delivery: DeliveryRow,
    post: Post,
}

/// Delivers what is due to an endpoint, one after another, until nothing is, its turn is over, or it does not answer: a dead
/// endpoint gives its place up after one attempt.
pub(crate) async fn deliver(
    commerce: &Commerce,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
) -> Result<(), StoreError> {
    let begun = commerce.system_now();
    while commerce.system_now().since(begun) < TURN {
        let Some(Attempt { delivery, post }) = next_attempt(commerce, tenant, endpoint).await? else { break };
        let outcome = commerce.poster().post(&post).await;
        let took = commerce.system_now().since(post.at);
        let answered = outcome.is_ok();
        note(commerce, tenant, delivery, outcome, took).await?;
        if !answered {
            break;
        }
    }
    Ok(())
}

/// When the endpoint's queue is to be looked at again; `None` where it is empty.
pub(crate) fn next_due(
    tx: &mut Tx<'_>,
    endpoint: WebhookEndpointId,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(deliveries::next(tx, endpoint)?.and_then(|delivery| delivery.next_at))
}

/// The delivery that is due, signed for this moment.
async fn next_attempt(
    commerce: &Commerce,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
) -> Result<Option<Attempt>, StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .read(tenant, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            let due = deliveries::next(tx, endpoint)?
                .filter(|delivery| delivery.next_at.is_some_and(|next| next <= now));
            let (Some(delivery), Some(row)) = (due, endpoints::find(tx, endpoint)?) else { return Ok(None) };
            let Some(event) = events::find(tx, delivery.event_id)? else { return Ok(None) };
            let post = Post {
                secrets: signing_secrets(&handle, &row, now)?,
                url: row.url,
                id: event.event_id.to_string(),
                // Receivers compare it with their own clocks, also where the shop's stands still.
                at: system_now,
                body: event.payload,
            };
            Ok(Some(Attempt { delivery, post }))
        })
        .await
}

/// Notes what became of an attempt, and what follows from it for the endpoint.
async fn note(
    commerce: &Commerce,
    tenant: TenantId,
    tried: DeliveryRow,
    outcome: Result<Answer, FetchError>,
    took: Duration,
) -> Result<(), StoreError> {
    let (system_now, [jitter]) = (commerce.system_now(), commerce.chance().bytes::<1>());
    commerce
        .store()
        .write(tenant, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            // Removed, erased, given up or sent again by staff meanwhile: then this attempt does not count.
            let present = deliveries::find(tx, tried.delivery_id)?;
            let Some(row) =
                present.filter(|row| row.next_at == tried.next_at && row.attempts == tried.attempts)
            else {
                return Ok(());
            };
            let row = after_attempt(row, &outcome, now, took, jitter);
            let (delivered, gone) =
                (row.delivered_at == Some(now), matches!(&outcome, Ok(answer) if answer.status == GONE));
            let endpoint = row.endpoint_id;
            deliveries::update(tx, row)?;
            judge(tx, endpoint, now, delivered, gone)
        })
        .await
}

/// The delivery after an attempt.
fn after_attempt(
    mut row: DeliveryRow,
    outcome: &Result<Answer, FetchError>,
    now: Timestamp,
    took: Duration,
    jitter: u8,
) -> DeliveryRow {
    row.attempts += 1;
    row.last_at = Some(now);
    row.last_duration_ms = i64::try_from(took.as_millis()).ok();
    row.next_at = None;
    let (status, error, answer) = match outcome {
        Ok(Answer { status, body }) => (Some(i64::from(*status)), refusal(*status), Some(body.clone())),
        Err(error) => (None, Some(format!("The address {error}.")), None),
    };
    row.last_status = status;
    row.last_answer = answer;
    row.last_error = error;
    let attempts = u64::try_from(row.attempts).unwrap_or(u64::MAX);
    let stands = if row.last_error.is_none() {
        row.delivered_at = Some(now);
        DeliveryStatus::Delivered
    } else if let Some(pause) = pause_after(attempts, jitter) {
        row.next_at = Some(now.plus(pause));
        DeliveryStatus::Pending
    } else {
        DeliveryStatus::Failed
    };
    stands.as_str().clone_into(&mut row.status);
    row
}

/// Why a status is not taken for a yes.
fn refusal(status: u16) -> Option<String> {
    match status {
        200..=299 => None,
        300..=399 => Some(format!("It answered {status}; redirects are not followed.")),
        _ => Some(format!("It answered {status}.")),
    }
}

/// Notes whether an endpoint takes what comes, and disables one that wants nothing any more or has taken nothing for long.
fn judge(
    tx: &mut Tx<'_>,
    id: WebhookEndpointId,
    now: Timestamp,
    delivered: bool,
    gone: bool,
) -> Result<(), StoreError> {
    let Some(mut endpoint) = endpoints::find(tx, id)? else { return Ok(()) };
    if delivered {
        return if endpoint.failing_since.is_some() { endpoints::set_failing(tx, id, None) } else { Ok(()) };
    }
    let since = endpoint.failing_since.unwrap_or(now);
    let reason = match (gone, now.since(since) >= LONGEST_FAILURE) {
        (true, _) => "gone",
        (false, true) => "failing",
        (false, false) if endpoint.failing_since.is_none() => {
            return endpoints::set_failing(tx, id, Some(now));
        }
        (false, false) => return Ok(()),
    };
    endpoint.failing_since = Some(since);
    endpoint.enabled = false;
    endpoint.disabled_reason = Some(reason.to_owned());
    endpoint.version += 1;
    endpoint.updated_at = now;
    endpoints::update(tx, endpoint)?;
    deliveries::give_up(tx, id, "The endpoint was disabled.").map(drop)
}
