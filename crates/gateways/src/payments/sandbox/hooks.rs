//! The sandbox's webhooks: to ourselves, over the network, as a real provider's would come.

use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use domain::ids::{PaymentId, TenantId};
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::mpsc;
use url::Url;
use uuid::Uuid;

use crate::payments::{Event, EventSubject, PaymentRef, WebhookRefused, hex, unhex};

/// A signature older than this is not taken.
const TOLERANCE: Duration = Duration::from_mins(5);
const QUEUE: usize = 10_000;
const TRIES: u32 = 5;
const TIME_OUT: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct Told {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: About,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct About {
    pub(super) tenant: Uuid,
    pub(super) reference: String,
    pub(super) idempotency_key: String,
}

/// Webhooks on their way.
pub(super) struct Hooks {
    secret: [u8; 32],
    url: RwLock<Option<Url>>,
    queue: OnceLock<mpsc::Sender<(Url, String, String)>>,
}

impl Hooks {
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self { secret, url: RwLock::default(), queue: OnceLock::new() }
    }

    pub(super) fn deliver_to(&self, url: Url) {
        *self.url.write().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    /// Queues a webhook: `about` has come into this state. Nobody loses money where one is lost: payments are looked up too.
    pub(super) fn tell(&self, now: Timestamp, kind: &str, state: &str, about: About) {
        let Some(url) = self.url.read().unwrap_or_else(PoisonError::into_inner).clone() else { return };
        // Each state of a payment is an event of its own, whoever tells of it.
        let id = format!("evt_{}_{state}", about.reference);
        let told = Told { id, kind: kind.to_owned(), data: about };
        let Ok(body) = serde_json::to_string(&told) else { return };
        let seconds = now.as_unix_millis() / 1000;
        let signature = format!("t={seconds},v1={}", hex(&self.sign(seconds, body.as_bytes())));
        let queue = self.queue.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(QUEUE);
            tokio::spawn(deliver(receiver));
            sender
        });
        if queue.try_send((url, signature, body)).is_err() {
            tracing::warn!("the sandbox's webhooks wait in vain: one is left out");
        }
    }

    fn sign(&self, seconds: u64, body: &[u8]) -> Vec<u8> {
        self.mac(seconds, body).finalize().into_bytes().to_vec()
    }

    fn mac(&self, seconds: u64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(seconds.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }

    pub(super) fn read(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Event, WebhookRefused> {
        let part = |name: &str| {
            let mut parts = signature.split(',').filter_map(|part| part.trim().split_once('='));
            parts.find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        let seconds: u64 =
            part("t").and_then(|seconds| seconds.parse().ok()).ok_or(WebhookRefused::Forged)?;
        let given = part("v1").and_then(unhex).ok_or(WebhookRefused::Forged)?;
        self.mac(seconds, body).verify_slice(&given).map_err(|_| WebhookRefused::Forged)?;
        if (now.as_unix_millis() / 1000).abs_diff(seconds) > TOLERANCE.as_secs() {
            return Err(WebhookRefused::Stale);
        }
        let unreadable = |reason: String| WebhookRefused::Unreadable(reason);
        let told: Told = serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))?;
        let tenant = TenantId::new(told.data.tenant);
        let subject = match told.kind.as_str() {
            "payment.updated" => EventSubject::Payment(PaymentRef {
                tenant,
                key: told
                    .data
                    .idempotency_key
                    .parse::<PaymentId>()
                    .map_err(|error| unreadable(error.to_string()))?,
                reference: Some(told.data.reference),
            }),
            "set_up.updated" => EventSubject::SetUp { tenant, reference: told.data.reference },
            _ => EventSubject::Other,
        };
        Ok(Event { id: told.id, subject })
    }
}

/// Delivers what is queued, one after the other, each some times.
async fn deliver(mut waiting: mpsc::Receiver<(Url, String, String)>) {
    let _ = crate::crypto();
    let client = match reqwest::Client::builder().timeout(TIME_OUT).build() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = %error, "the sandbox can tell nothing by webhook");
            return;
        }
    };
    while let Some((url, signature, body)) = waiting.recv().await {
        for attempt in 0..TRIES {
            let sent = client
                .post(url.clone())
                .header("Sandbox-Signature", &signature)
                .header("Content-Type", "application/json")
                .body(body.clone())
                .send()
                .await;
            if sent.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50 * 4_u64.pow(attempt))).await;
        }
    }
}
