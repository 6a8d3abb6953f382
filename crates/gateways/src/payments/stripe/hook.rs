//! Stripe's webhooks (docs: "Verify webhook signatures manually").

use std::time::Duration;

use domain::ids::{PaymentId, TenantId};
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use super::shapes::Intent;
use crate::payments::{Event, EventSubject, PaymentRef, WebhookRefused};

const TOLERANCE: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
struct Told {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: serde_json::Value,
}

/// Reads a webhook, once its signature is seen to be good.
pub(super) fn read(
    secret: &SecretString,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Event, WebhookRefused> {
    let parts = || signature.split(',').filter_map(|part| part.trim().split_once('='));
    let seconds: u64 = parts()
        .find(|(name, _)| *name == "t")
        .and_then(|(_, seconds)| seconds.parse().ok())
        .ok_or(WebhookRefused::Forged)?;
    let is_good = |given: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(seconds.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        crate::payments::unhex(given).is_some_and(|given| mac.verify_slice(&given).is_ok())
    };
    // While a secret is replaced there are several signatures.
    if !parts().any(|(name, given)| name == "v1" && is_good(given)) {
        return Err(WebhookRefused::Forged);
    }
    if (now.as_unix_millis() / 1000).abs_diff(seconds) > TOLERANCE.as_secs() {
        return Err(WebhookRefused::Stale);
    }
    let unreadable = |error: serde_json::Error| WebhookRefused::Unreadable(error.to_string());
    let told: Told = serde_json::from_slice(body).map_err(unreadable)?;
    Ok(Event { subject: subject(&told), id: told.id })
}

/// What is not ours, or is of a kind that is not followed, is passed over.
fn subject(told: &Told) -> EventSubject {
    let Ok(intent) = serde_json::from_value::<Intent>(told.data.object.clone()) else {
        return EventSubject::Other;
    };
    let shop = intent.metadata.get("marzipan_shop").and_then(|shop| shop.parse::<TenantId>().ok());
    let key = intent.metadata.get("marzipan_payment");
    match (told.kind.split_once('.').map(|(kind, _)| kind), shop, key) {
        (Some("payment_intent"), Some(tenant), Some(key)) => match key.parse::<PaymentId>() {
            Ok(key) => EventSubject::Payment(PaymentRef { tenant, key, reference: Some(intent.id) }),
            Err(_) => EventSubject::Other,
        },
        (Some("setup_intent"), Some(tenant), _) => EventSubject::SetUp { tenant, reference: intent.id },
        _ => EventSubject::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_secret";

    fn signed(body: &str, seconds: u64, secret: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        mac.update(format!("{seconds}.{body}").as_bytes());
        format!("t={seconds},v1={}", crate::payments::hex(&mac.finalize().into_bytes()))
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(i64::try_from(seconds).expect("small") * 1_000_000)
    }

    #[test]
    fn a_webhook_is_read_with_its_signature_only() {
        let (shop, key) = ("01926a3c-0000-7000-8000-000000000001", "01926a3c-0000-7000-8000-000000000002");
        let body = format!(
            r#"{{"id":"evt_1","type":"payment_intent.succeeded","data":{{"object":{{"id":"pi_1","status":"succeeded",
                "metadata":{{"marzipan_shop":"{shop}","marzipan_payment":"{key}"}}}}}}}}"#
        );
        let secret = SecretString::from(SECRET.to_owned());
        let good = signed(&body, 1000, SECRET);
        let event = read(&secret, &good, body.as_bytes(), at(1100)).expect("an event");
        assert_eq!(event.id, "evt_1");
        assert!(matches!(event.subject, EventSubject::Payment(payment) if payment.key.to_string() == key));
        let with_old = format!("{},v1=00ff", signed(&body, 1000, SECRET));
        assert!(read(&secret, &with_old, body.as_bytes(), at(1000)).is_ok());
        for (signature, now, refused) in [
            (signed(&body, 1000, "whsec_other"), 1000, WebhookRefused::Forged),
            (good.replace("t=1000", "t=1001"), 1000, WebhookRefused::Forged),
            (String::new(), 1000, WebhookRefused::Forged),
            ("t=1000,v1=zz".to_owned(), 1000, WebhookRefused::Forged),
            (good.clone(), 1301, WebhookRefused::Stale),
        ] {
            assert_eq!(read(&secret, &signature, body.as_bytes(), at(now)), Err(refused), "{signature}");
        }
        assert_eq!(read(&secret, &good, b"{}", at(1000)), Err(WebhookRefused::Forged));
    }

    #[test]
    fn what_is_not_ours_is_passed_over() {
        let secret = SecretString::from(SECRET.to_owned());
        for body in [
            r#"{"id":"evt_1","type":"customer.created","data":{"object":{"id":"cus_1"}}}"#,
            r#"{"id":"evt_1","type":"payment_intent.created","data":{"object":{"id":"pi_1","status":"succeeded"}}}"#,
        ] {
            let event = read(&secret, &signed(body, 5, SECRET), body.as_bytes(), at(5)).expect("an event");
            assert_eq!(event.subject, EventSubject::Other);
        }
    }
}
