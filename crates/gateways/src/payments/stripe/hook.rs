//! Stripe's webhooks. Rule: what is not signed with the account's secret is not read, and what is not ours is passed over.

use std::collections::HashMap;

use domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::shapes::{SHOP, payment_named};
use crate::payments::{Event, EventSubject, WebhookRefused, signature};

#[derive(Deserialize)]
struct Told {
    id: String,
    #[serde(rename = "type")]
    about: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

/// A payment intent, a set-up intent, or a charge, which has the metadata of its payment intent.
#[derive(Deserialize)]
struct Object {
    id: Option<String>,
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Option<HashMap<String, String>>,
}

pub(super) fn read(
    secret: &SecretString,
    header: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Event, WebhookRefused> {
    signature::check(secret.expose_secret().as_bytes(), header, body, now)?;
    let told: Told =
        serde_json::from_slice(body).map_err(|error| WebhookRefused::Unreadable(error.to_string()))?;
    let subject = subject(&told.about, told.data.object).unwrap_or(EventSubject::Other);
    Ok(Event { id: told.id, subject })
}

fn subject(about: &str, object: Object) -> Option<EventSubject> {
    let metadata = object.metadata.unwrap_or_default();
    match about.split_once('.')? {
        ("payment_intent", _) => payment_named(&metadata, object.id).map(EventSubject::Payment),
        ("charge", "refunded") => payment_named(&metadata, object.payment_intent).map(EventSubject::Payment),
        ("setup_intent", _) => {
            let tenant = metadata.get(SHOP)?.parse().ok()?;
            Some(EventSubject::SetUp { tenant, reference: object.id? })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::PaymentRef;

    const SHOP_ID: &str = "01926a3c-0000-7000-8000-000000000001";
    const KEY: &str = "01926a3c-0000-7000-8000-000000000002";
    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn heard(about: &str, object: &str) -> Result<Event, WebhookRefused> {
        let body =
            format!(r#"{{"id":"evt_1","object":"event","type":"{about}","data":{{"object":{object}}}}}"#);
        let secret = SecretString::from("whsec_test");
        let header = signature::sign(b"whsec_test", NOW, body.as_bytes());
        let event = read(&secret, &header, body.as_bytes(), NOW);
        assert_eq!(
            read(&SecretString::from("whsec_other"), &header, body.as_bytes(), NOW),
            Err(WebhookRefused::Forged)
        );
        event
    }

    #[test]
    fn an_event_leads_back_to_what_it_is_about() {
        let metadata = format!(r#""metadata":{{"marzipan_shop":"{SHOP_ID}","marzipan_payment":"{KEY}"}}"#);
        let payment = |reference: &str| {
            EventSubject::Payment(PaymentRef {
                tenant: SHOP_ID.parse().expect("an id"),
                key: KEY.parse().expect("an id"),
                reference: Some(reference.to_owned()),
            })
        };
        for (about, object, subject) in [
            ("payment_intent.succeeded", format!(r#"{{"id":"pi_1",{metadata}}}"#), payment("pi_1")),
            ("payment_intent.payment_failed", format!(r#"{{"id":"pi_1",{metadata}}}"#), payment("pi_1")),
            (
                "charge.refunded",
                format!(r#"{{"id":"ch_1","payment_intent":"pi_1",{metadata}}}"#),
                payment("pi_1"),
            ),
            (
                "setup_intent.succeeded",
                format!(r#"{{"id":"seti_1",{metadata}}}"#),
                EventSubject::SetUp {
                    tenant: SHOP_ID.parse().expect("an id"),
                    reference: "seti_1".to_owned(),
                },
            ),
            ("charge.succeeded", format!(r#"{{"id":"ch_1",{metadata}}}"#), EventSubject::Other),
            ("payment_intent.created", r#"{"id":"pi_2","metadata":{}}"#.to_owned(), EventSubject::Other),
            ("balance.available", r#"{"metadata":null}"#.to_owned(), EventSubject::Other),
        ] {
            assert_eq!(heard(about, &object), Ok(Event { id: "evt_1".to_owned(), subject }), "{about}");
        }
        assert!(matches!(heard("payment_intent.created", "7"), Err(WebhookRefused::Unreadable(_))));
    }
}
