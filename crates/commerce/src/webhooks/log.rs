//! What became of each delivery, and sending again. Rule: what is sent again keeps its event's id and body, so that a receiver
//! that has it already knows it.

use domain::ids::{WebhookDeliveryId, WebhookEndpointId, WebhookEventId};
use domain::time::Timestamp;
use domain::webhooks::{DeliveryStatus, EventKind};
use serde_json::json;
use store::webhooks::deliveries::{self as rows, DeliveryRow};
use store::webhooks::events;
use store::{StoreError, Tx};

use super::endpoints::{TARGET, present};
use super::{WebhookError, write_delivery, write_event};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop, jobs};

/// A delivery as staff see it in the log.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the row")]
pub struct DeliveryEntry {
    pub id: WebhookDeliveryId,
    pub endpoint: WebhookEndpointId,
    pub event: WebhookEventId,
    pub kind: String,
    pub status: String,
    pub attempts: i64,
    pub next_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    pub last_duration_ms: Option<i64>,
    pub delivered_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A delivery with what is sent and how the last answer began.
#[derive(Clone, Debug)]
pub struct SentDelivery {
    /// The delivery.
    pub entry: DeliveryEntry,
    /// The body as it is sent.
    pub payload: String,
    /// How the last answer began; none where there was none.
    pub last_answer: Option<String>,
}

impl From<DeliveryRow> for DeliveryEntry {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.delivery_id,
            endpoint: row.endpoint_id,
            event: row.event_id,
            kind: row.kind,
            status: row.status,
            attempts: row.attempts,
            next_at: row.next_at,
            last_at: row.last_at,
            last_status: row.last_status,
            last_error: row.last_error,
            last_duration_ms: row.last_duration_ms,
            delivered_at: row.delivered_at,
            created_at: row.created_at,
        }
    }
}

/// A page of an endpoint's deliveries, newest first, and how many there are; only those of `status`, if one is given.
pub async fn deliveries_of(
    commerce: &Commerce,
    shop: &Shop,
    endpoint: WebhookEndpointId,
    status: Option<DeliveryStatus>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<DeliveryEntry>, i64), WebhookError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            present(tx, endpoint)?;
            let (found, total) = rows::list(tx, endpoint, status, offset, limit)?;
            Ok((found.into_iter().map(Into::into).collect(), total))
        })
        .await
}

/// One delivery, with what is sent and what was answered last.
pub async fn delivery(
    commerce: &Commerce,
    shop: &Shop,
    id: WebhookDeliveryId,
) -> Result<SentDelivery, WebhookError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(WebhookError::NotFound)?;
            let event = events::find(tx, row.event_id)?
                .ok_or_else(|| StoreError::Broken(format!("delivery {id} has no event")))?;
            let last_answer = row.last_answer.clone();
            Ok(SentDelivery { entry: row.into(), payload: event.payload, last_answer })
        })
        .await
}

/// Sends an endpoint a `ping`, whatever it asked to hear of.
pub async fn ping(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    endpoint: WebhookEndpointId,
) -> Result<DeliveryEntry, WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let begun = commerce
        .store()
        .write(shop.id, move |tx| {
            check_enabled(tx, endpoint)?;
            let data = json!({ "endpointId": endpoint });
            let event = write_event(&handle, tx, shop.now, EventKind::Ping, data)?;
            let row = write_delivery(&handle, tx, shop.now, EventKind::Ping, event, endpoint)?;
            let after = json!({ "deliveryId": row.delivery_id });
            note(&handle, tx, &shop, &actor, "webhook.ping", endpoint, after)?;
            Ok::<_, WebhookError>(DeliveryEntry::from(row))
        })
        .await?;
    commerce.wake_jobs();
    Ok(begun)
}

/// Sends one delivery again, whatever became of it, with all its attempts before it.
pub async fn replay(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: WebhookDeliveryId,
) -> Result<DeliveryEntry, WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let begun = commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or(WebhookError::NotFound)?;
            check_enabled(tx, row.endpoint_id)?;
            DeliveryStatus::Pending.as_str().clone_into(&mut row.status);
            row.attempts = 0;
            row.next_at = Some(shop.now);
            rows::update(tx, row.clone())?;
            jobs::enqueue_by(&handle, tx, shop.now, jobs::Kind::DeliverWebhooks(row.endpoint_id))?;
            let after = json!({ "deliveryId": id });
            note(&handle, tx, &shop, &actor, "webhook.replay", row.endpoint_id, after)?;
            Ok::<_, WebhookError>(DeliveryEntry::from(row))
        })
        .await?;
    commerce.wake_jobs();
    Ok(begun)
}

/// Sends an endpoint's failed deliveries of events since `since` again; tells how many there are.
pub async fn replay_failed(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    endpoint: WebhookEndpointId,
    since: Timestamp,
) -> Result<usize, WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let begun = commerce
        .store()
        .write(shop.id, move |tx| {
            check_enabled(tx, endpoint)?;
            let count = rows::send_again(tx, endpoint, since, shop.now)?;
            if count > 0 {
                jobs::enqueue_by(&handle, tx, shop.now, jobs::Kind::DeliverWebhooks(endpoint))?;
            }
            let after = json!({ "since": since, "deliveries": count });
            note(&handle, tx, &shop, &actor, "webhook.replay", endpoint, after)?;
            Ok::<_, WebhookError>(count)
        })
        .await?;
    commerce.wake_jobs();
    Ok(begun)
}

/// An endpoint that is there and hears something.
fn check_enabled(tx: &mut Tx<'_>, endpoint: WebhookEndpointId) -> Result<(), WebhookError> {
    if present(tx, endpoint)?.enabled { Ok(()) } else { Err(WebhookError::Disabled) }
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    endpoint: WebhookEndpointId,
    after: serde_json::Value,
) -> Result<(), StoreError> {
    let change = Change {
        action,
        target_kind: TARGET,
        target_id: endpoint.to_string(),
        before: None,
        after: Some(after),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
