//! Keeping endpoints. Rule: a secret is shown when it is made and never again.

use domain::fields::FieldErrors;
use domain::ids::WebhookEndpointId;
use domain::time::Timestamp;
use domain::webhooks::{Endpoint, EndpointForm, MOST_ENDPOINTS, OLD_SECRET_SIGNS};
use gateways::webhooks::SigningSecret;
use store::webhooks::deliveries;
use store::webhooks::endpoints::{self as rows, EndpointRow};
use store::{StoreError, Tx, jobs as job_rows};

use super::{WebhookError, wanted};
use crate::audit::{self, Actor, Change};
use crate::jobs::Kind;
use crate::{Commerce, Shop};

pub(super) const TARGET: &str = "webhook";

/// An endpoint as staff see it.
#[derive(Clone, Debug)]
pub struct EndpointEntry {
    /// Its id.
    pub id: WebhookEndpointId,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Why the server disabled it by itself: `gone` (it answered 410) or `failing` (it took nothing for five days).
    pub disabled_reason: Option<String>,
    /// Since when it has taken nothing; none while it takes what comes.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before the present one signs, too.
    pub previous_secret_until: Option<Timestamp>,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// An endpoint, with what signs its deliveries: what a new or changed secret is shown by, once.
pub type WithSecret = (EndpointEntry, SigningSecret);

pub(super) fn entry(row: EndpointRow) -> Result<EndpointEntry, StoreError> {
    let events = wanted(row.endpoint_id, &row.events)?;
    Ok(EndpointEntry {
        id: row.endpoint_id,
        endpoint: Endpoint { url: row.url, description: row.description, events, is_enabled: row.enabled },
        disabled_reason: row.disabled_reason,
        failing_since: row.failing_since,
        previous_secret_until: row.previous_until,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What a secret is sealed for: it opens for its own endpoint only.
fn seal_context(id: WebhookEndpointId) -> String {
    format!("webhook secret {id}")
}

fn new_secret(commerce: &Commerce, id: WebhookEndpointId) -> (SigningSecret, Vec<u8>) {
    let secret = SigningSecret::new(commerce.chance().bytes::<32>());
    let sealed = commerce.secrets().seal(commerce.chance(), &seal_context(id), secret.bytes());
    (secret, sealed)
}

/// What signs a delivery at this moment: the present secret, then the one before while it still counts.
pub(super) fn signing_secrets(
    commerce: &Commerce,
    row: &EndpointRow,
    now: Timestamp,
) -> Result<Vec<SigningSecret>, StoreError> {
    let open = |sealed: &[u8]| {
        commerce
            .secrets()
            .open(&seal_context(row.endpoint_id), sealed)
            .map(SigningSecret::new)
            .map_err(|error| StoreError::Broken(error.to_string()))
    };
    let mut secrets = vec![open(&row.secret)?];
    if let Some(previous) = &row.previous_secret
        && row.previous_until.is_some_and(|until| now < until)
    {
        secrets.push(open(previous)?);
    }
    Ok(secrets)
}

/// The shop's endpoints, oldest first.
pub async fn endpoints(commerce: &Commerce, shop: &Shop) -> Result<Vec<EndpointEntry>, WebhookError> {
    let found = commerce.store().read(shop.id, |tx| rows::all(tx, MOST_ENDPOINTS)).await?;
    Ok(found.into_iter().map(entry).collect::<Result<_, _>>()?)
}

/// One endpoint.
pub async fn endpoint(
    commerce: &Commerce,
    shop: &Shop,
    id: WebhookEndpointId,
) -> Result<EndpointEntry, WebhookError> {
    commerce.store().read(shop.id, move |tx| Ok(entry(present(tx, id)?)?)).await
}

pub(super) fn present(tx: &mut Tx<'_>, id: WebhookEndpointId) -> Result<EndpointRow, WebhookError> {
    rows::find(tx, id)?.ok_or(WebhookError::NotFound)
}

fn present_in(
    tx: &mut Tx<'_>,
    id: WebhookEndpointId,
    version: Option<i64>,
) -> Result<EndpointRow, WebhookError> {
    let row = present(tx, id)?;
    if version.is_some_and(|version| version != row.version) { Err(WebhookError::Stale) } else { Ok(row) }
}

/// Adds an endpoint; the entry and its secret, which is shown this once.
pub async fn add_endpoint(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: EndpointForm,
) -> Result<WithSecret, WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let endpoint = form.parse()?;
    check_address(commerce, &endpoint)?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            if i64::try_from(rows::all(tx, MOST_ENDPOINTS)?.len()).is_ok_and(|count| count >= MOST_ENDPOINTS)
            {
                return Err(WebhookError::LimitReached);
            }
            let id = WebhookEndpointId::new(handle.chance().uuid(shop.now));
            let (secret, sealed) = new_secret(&handle, id);
            let row = EndpointRow {
                endpoint_id: id,
                url: endpoint.url.clone(),
                description: endpoint.description.clone(),
                events: stored_events(&endpoint)?,
                secret: sealed,
                previous_secret: None,
                previous_until: None,
                enabled: endpoint.is_enabled,
                disabled_reason: None,
                failing_since: None,
                version: 1,
                created_at: shop.now,
                updated_at: shop.now,
            };
            rows::insert(tx, row.clone())?;
            let created = entry(row)?;
            note(&handle, tx, &shop, &actor, "webhook.create", None, Some(&created))?;
            Ok((created, secret))
        })
        .await
}

/// An address that would never be called is refused when it is typed.
fn check_address(commerce: &Commerce, endpoint: &Endpoint) -> Result<(), WebhookError> {
    let refused =
        |error: gateways::fetch::FetchError| FieldErrors::one("url", format!("This address {error}."));
    Ok(commerce.poster().check(&endpoint.url).map_err(refused)?)
}

fn stored_events(endpoint: &Endpoint) -> Result<String, StoreError> {
    serde_json::to_string(&endpoint.events.words()).map_err(|error| StoreError::Broken(error.to_string()))
}

/// Changes an endpoint. One that is disabled gives up what it has not taken; staff can have it sent again.
pub async fn change_endpoint(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: WebhookEndpointId,
    version: Option<i64>,
    form: EndpointForm,
) -> Result<EndpointEntry, WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = present_in(tx, id, version)?;
            let before = entry(row.clone())?;
            let endpoint = form.clone().over(before.endpoint.to_form()).parse()?;
            if endpoint.url != row.url {
                check_address(&handle, &endpoint)?;
            }
            row.events = stored_events(&endpoint)?;
            row.url = endpoint.url;
            row.description = endpoint.description;
            if row.enabled && !endpoint.is_enabled {
                deliveries::give_up(tx, id, "The endpoint was disabled.")?;
            }
            if endpoint.is_enabled && !row.enabled {
                row.disabled_reason = None;
                row.failing_since = None;
            }
            row.enabled = endpoint.is_enabled;
            let changed = replace(tx, &shop, row)?;
            note(&handle, tx, &shop, &actor, "webhook.update", Some(&before), Some(&changed))?;
            Ok(changed)
        })
        .await
}

/// Writes a changed endpoint under its next version.
fn replace(tx: &mut Tx<'_>, shop: &Shop, mut row: EndpointRow) -> Result<EndpointEntry, StoreError> {
    row.version += 1;
    row.updated_at = shop.now;
    rows::update(tx, row.clone())?;
    entry(row)
}

/// Gives an endpoint a new secret, which is shown this once. The one before signs, too, for a day, so that its owner can put
/// the new one in its place without losing anything.
pub async fn rotate_secret(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: WebhookEndpointId,
) -> Result<WithSecret, WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = present(tx, id)?;
            let before = entry(row.clone())?;
            let (secret, sealed) = new_secret(&handle, id);
            row.previous_secret = Some(std::mem::replace(&mut row.secret, sealed));
            row.previous_until = Some(shop.now.plus(OLD_SECRET_SIGNS));
            let changed = replace(tx, &shop, row)?;
            note(&handle, tx, &shop, &actor, "webhook.rotate-secret", Some(&before), Some(&changed))?;
            Ok((changed, secret))
        })
        .await
}

/// Removes an endpoint with its queue and its log.
pub async fn remove_endpoint(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: WebhookEndpointId,
    version: Option<i64>,
) -> Result<(), WebhookError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = entry(present_in(tx, id, version)?)?;
            deliveries::delete_of_endpoint(tx, id)?;
            if let Some(queue) = Kind::DeliverWebhooks(id).dedupe() {
                job_rows::cancel(tx, &queue)?;
            }
            rows::delete(tx, id)?;
            Ok(note(&handle, tx, &shop, &actor, "webhook.delete", Some(&before), None)?)
        })
        .await
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&EndpointEntry>,
    after: Option<&EndpointEntry>,
) -> Result<(), StoreError> {
    let shown = |entry: &EndpointEntry| serde_json::to_value(entry.endpoint.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: TARGET,
        target_id: before.or(after).map(|entry| entry.id.to_string()).unwrap_or_default(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
