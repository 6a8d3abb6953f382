//! The sandbox's webhooks, to ourselves. Rule: an event is told when what it tells of is on the disk; it is told in the
//! background, a few times, and never waited for.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{PaymentId, TenantId};
use domain::time::{Clock, Timestamp};
use futures_util::{StreamExt as _, stream};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::sleep;
use url::Url;

use super::names::Names;
use crate::payments::signature;
use crate::payments::{Event, EventSubject, PaymentRef, WebhookRefused};

/// The header with the signature.
const SIGNATURE: &str = "Sandbox-Signature";
/// As many events are told side by side.
const SIDE_BY_SIDE: usize = 16;
/// One try takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is waited before each try. Whoever heard nothing after the last looks payments up by itself.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(16),
    Duration::from_mins(1),
];

/// An event that is to be told.
pub(super) struct Notice {
    pub(super) id: String,
    /// `payment` or `set_up`.
    pub(super) about: &'static str,
    pub(super) status: &'static str,
    pub(super) created: Timestamp,
    pub(super) tenant: TenantId,
    pub(super) reference: String,
    /// The idempotency key.
    pub(super) key: String,
}

impl Notice {
    fn body(&self) -> String {
        let Self { id, about, status, created, tenant, reference, key } = self;
        serde_json::json!({
            "id": id,
            "type": format!("{about}.{status}"),
            "created": created.as_micros().div_euclid(1_000_000),
            "data": { "tenant": tenant.to_string(), "reference": reference, "idempotencyKey": key },
        })
        .to_string()
    }
}

/// Tells what comes, until nobody can send any more.
pub(super) async fn deliver(
    mut notices: mpsc::Receiver<Notice>,
    url: Url,
    client: Client,
    names: Arc<Names>,
    clock: Arc<dyn Clock>,
) {
    stream::poll_fn(move |context| notices.poll_recv(context))
        .for_each_concurrent(SIDE_BY_SIDE, |notice| tell(notice, &url, &client, &names, &*clock))
        .await;
}

async fn tell(notice: Notice, url: &Url, client: &Client, names: &Names, clock: &dyn Clock) {
    let body = notice.body();
    let mut reason = String::new();
    for pause in PAUSES {
        sleep(pause).await;
        let signature = signature::sign(names.secret(), clock.now(), body.as_bytes());
        let request = client.post(url.clone()).timeout(PATIENCE).header(SIGNATURE, signature);
        let answer = request.header(CONTENT_TYPE, "application/json").body(body.clone()).send().await;
        reason = match answer {
            Ok(answer) if answer.status().is_success() => return,
            Ok(answer) => format!("status {}", answer.status().as_u16()),
            Err(error) => error.without_url().to_string(),
        };
    }
    tracing::warn!(tenant.id = %notice.tenant, event.id = notice.id, reason, "an event of the sandbox was not taken");
}

/// Reads what [`deliver`] sent.
pub(super) fn read(
    names: &Names,
    header: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Event, WebhookRefused> {
    #[derive(Deserialize)]
    struct Told {
        id: String,
        #[serde(rename = "type")]
        about: String,
        data: Data,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        tenant: String,
        reference: String,
        idempotency_key: String,
    }

    signature::check(names.secret(), header, body, now)?;
    let told: Told =
        serde_json::from_slice(body).map_err(|error| WebhookRefused::Unreadable(error.to_string()))?;
    let Data { tenant, reference, idempotency_key } = told.data;
    let not_an_id = |_| WebhookRefused::Unreadable("an id is not one".to_owned());
    let tenant = TenantId::from_str(&tenant).map_err(not_an_id)?;
    let subject = match told.about.split_once('.') {
        Some(("payment", _)) => {
            let key = PaymentId::from_str(&idempotency_key).map_err(not_an_id)?;
            EventSubject::Payment(PaymentRef { tenant, key, reference: Some(reference) })
        }
        Some(("set_up", _)) => EventSubject::SetUp { tenant, reference },
        _ => EventSubject::Other,
    };
    Ok(Event { id: told.id, subject })
}
