//! What a shop tells other programs.
//!
//! Rule: an event is written in the transaction that causes it, with a delivery for each endpoint that wants it; so it is
//! told if and only if it happened. A delivery may arrive twice (its id stays the same), and none is lost.
//!
//! Each endpoint has a queue of its own, worked off by one job, so that a slow or dead one holds up nobody else. Within a
//! queue deliveries begin in the order in which they fall due: events in the order in which they happened, and one that
//! failed again when its pause is over. It does not hold up those behind it: a body that an endpoint can not digest must not
//! keep everything else from it for three days.

mod delivering;
mod endpoints;
mod log;

use domain::fields::FieldErrors;
use domain::ids::{CustomerId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId};
use domain::problem::{Kind, Problem};
use domain::time::Timestamp;
use domain::webhooks::{DeliveryStatus, EVENTS_KEPT, EventKind, MOST_ENDPOINTS, Wanted};
use serde::Serialize;
use serde_json::Value;
use store::webhooks::{deliveries, endpoints as endpoint_rows, events};
use store::{StoreError, Tx};

pub(crate) use delivering::{deliver, next_due};
pub use endpoints::{
    EndpointEntry, WithSecret, add_endpoint, change_endpoint, endpoint, endpoints, remove_endpoint,
    rotate_secret,
};
pub use log::{DeliveryEntry, SentDelivery, deliveries_of, delivery, ping, replay, replay_failed};

use crate::{Commerce, jobs};

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// No such endpoint or delivery of this shop's.
    #[error("not found")]
    NotFound,
    /// `If-Match` named another version.
    #[error("the endpoint was changed meanwhile")]
    Stale,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The shop has as many endpoints as a shop may have.
    #[error("the limit of endpoints is reached")]
    LimitReached,
    /// Nothing is sent to a disabled endpoint.
    #[error("the endpoint is disabled")]
    Disabled,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NotFound => Self::not_found(),
            WebhookError::Stale => Self::new(
                Kind::Stale,
                "stale",
                "Somebody else has changed this since you read it. Please read it again.",
            ),
            WebhookError::Invalid(fields) => Self::invalid(fields),
            WebhookError::LimitReached => Self::new(
                Kind::Conflict,
                "limit_reached",
                format!("A shop can have no more than {MOST_ENDPOINTS} of these. Please remove one first."),
            ),
            WebhookError::Disabled => Self::new(
                Kind::Conflict,
                "endpoint_disabled",
                "Nothing is sent to a disabled endpoint. Enable it first.",
            ),
            WebhookError::Store(error) => error.into(),
        }
    }
}

/// What is sent, in the order of its keys.
#[derive(Serialize)]
struct Body<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Timestamp,
    data: Value,
}

/// Tells every endpoint that wants to know that something happened, after the caller's transaction; the caller calls
/// [`Commerce::wake_jobs`] then. A shop without endpoints costs one small query. `data` that tells of a customer names them
/// by `customerId` (by `id` where the event is the customer's own), so that erasing them erases it.
pub(crate) fn emit(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    kind: EventKind,
    data: Value,
) -> Result<(), StoreError> {
    let mut listeners = Vec::new();
    for (id, words) in endpoint_rows::listening(tx, MOST_ENDPOINTS)? {
        if wanted(id, &words)?.has(kind) {
            listeners.push(id);
        }
    }
    if listeners.is_empty() {
        return Ok(());
    }
    let event = write_event(commerce, tx, now, kind, data)?;
    for endpoint in listeners {
        write_delivery(commerce, tx, now, kind, event, endpoint)?;
    }
    Ok(())
}

/// Reads the words of an endpoint's events as they are stored.
fn wanted(id: WebhookEndpointId, stored: &str) -> Result<Wanted, StoreError> {
    let words: Vec<String> = serde_json::from_str(stored)
        .map_err(|_| StoreError::Broken(format!("the events of endpoint {id}")))?;
    Ok(Wanted::from_words(&words))
}

fn write_event(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    kind: EventKind,
    data: Value,
) -> Result<WebhookEventId, StoreError> {
    let id = WebhookEventId::new(commerce.chance().uuid(now));
    let customer = customer_in(kind, &data);
    let body = Body { id: id.to_string(), kind: kind.as_str(), timestamp: now, data };
    let row = events::EventRow {
        event_id: id,
        kind: kind.as_str().to_owned(),
        customer_id: customer.map(CustomerId::to_bytes),
        payload: serde_json::to_string(&body).map_err(|error| StoreError::Broken(error.to_string()))?,
        created_at: now,
    };
    events::insert(tx, row)?;
    Ok(id)
}

/// Whom the data of an event tells of.
fn customer_in(kind: EventKind, data: &Value) -> Option<CustomerId> {
    let key = match kind {
        EventKind::CustomerCreated | EventKind::CustomerUpdated => "id",
        _ => "customerId",
    };
    data.get(key)?.as_str()?.parse().ok()
}

fn write_delivery(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    kind: EventKind,
    event: WebhookEventId,
    endpoint: WebhookEndpointId,
) -> Result<deliveries::DeliveryRow, StoreError> {
    let row = deliveries::DeliveryRow {
        delivery_id: WebhookDeliveryId::new(commerce.chance().uuid(now)),
        endpoint_id: endpoint,
        event_id: event,
        kind: kind.as_str().to_owned(),
        status: DeliveryStatus::Pending.as_str().to_owned(),
        attempts: 0,
        next_at: Some(now),
        last_at: None,
        last_status: None,
        last_error: None,
        last_answer: None,
        last_duration_ms: None,
        delivered_at: None,
        created_at: now,
    };
    deliveries::insert(tx, row.clone())?;
    jobs::enqueue_by(commerce, tx, now, jobs::Kind::DeliverWebhooks(endpoint))?;
    Ok(row)
}

/// Deletes what was told of a customer, and what was still to be told (erasure).
pub(crate) fn forget(tx: &mut Tx<'_>, customer: CustomerId) -> Result<(), StoreError> {
    events::delete_of_customer(tx, customer).map(drop)
}

/// Deletes old events and their deliveries.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    events::delete_older(tx, now.minus(EVENTS_KEPT))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_knows_whom_it_tells_of() {
        let id = "01926a3c-0000-7000-8000-000000000001";
        let found = |kind, data: Value| customer_in(kind, &data).map(|id| id.to_string());
        assert_eq!(found(EventKind::CustomerUpdated, json!({ "id": id })).as_deref(), Some(id));
        let order = json!({ "id": "01926a3c-0000-7000-8000-000000000002", "customerId": id });
        assert_eq!(found(EventKind::OrderPaid, order).as_deref(), Some(id));
        assert_eq!(found(EventKind::OrderPaid, json!({ "id": id, "customerId": null })), None);
        assert_eq!(found(EventKind::Ping, json!("hello")), None);
    }
}
