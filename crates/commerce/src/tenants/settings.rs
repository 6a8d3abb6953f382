//! A shop's settings, and the origins whose pages may call it.

use domain::fields::FieldErrors;
use domain::ids::TenantId;
use domain::tenants::{Settings, SettingsForm};
use serde_json::Value;
use store::changes::{Change as Changed, Subject, record};
use store::tenants::shops;
use store::{StoreError, Tx, installation};

use super::TenantError;
use crate::accounts::visits::settings_at_hand;
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// Changes the settings: `change` writes what was sent over the present values, which are then checked as a whole.
/// With `if_version` the change is refused where somebody else made one since.
pub async fn change_settings<F>(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    if_version: Option<i64>,
    change: F,
) -> Result<Shop, TenantError>
where
    F: Fn(&mut SettingsForm) + Send + 'static,
{
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = Shop::of(tx, system_now)?;
            if if_version.is_some_and(|version| version != before.version) {
                return Err(TenantError::Stale);
            }
            let mut form = before.settings.to_form();
            change(&mut form);
            write(&handle, tx, &before, &actor, form.parse()?)?;
            Ok(Shop::of(tx, system_now)?)
        })
        .await
}

/// Writes the settings in the place of those that `before` has.
fn write(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    before: &Shop,
    actor: &Actor,
    settings: Settings,
) -> Result<(), TenantError> {
    let json = serde_json::to_string(&settings).map_err(|error| StoreError::Broken(error.to_string()))?;
    if !shops::update_settings(tx, before.version, &json)? {
        return Err(TenantError::Stale);
    }
    shops::replace_origins(tx, &origins(&settings))?;
    record(tx, &[Changed::of(Subject::Site, before.id.uuid())])?;
    let note = Change {
        action: "settings.update",
        target_kind: "settings",
        target_id: before.id.to_string(),
        before: serde_json::to_value(&*before.settings).ok(),
        after: serde_json::to_value(&settings).ok(),
    };
    audit::record(commerce, tx, before.now, actor, note)?;
    Ok(())
}

/// Puts what a line of a file says over the settings. Tells whether they differ from it.
pub(crate) fn put_settings(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    line: &Value,
) -> Result<bool, TenantError> {
    let broken = |error: serde_json::Error| StoreError::Broken(error.to_string());
    let mut present = serde_json::to_value(&*shop.settings).map_err(broken)?;
    if let (Some(present), Some(line)) = (present.as_object_mut(), line.as_object()) {
        present.extend(line.clone());
    }
    let form: SettingsForm = serde_json::from_value(present)
        .map_err(|error| FieldErrors::one("settings", format!("Can not be read: {error}.")))?;
    let settings = form.parse()?;
    if settings == *shop.settings {
        return Ok(false);
    }
    write(commerce, tx, shop, &Actor::CommandLine, settings)?;
    Ok(true)
}

pub(super) fn origins(settings: &Settings) -> Vec<String> {
    settings.allowed_origins.iter().map(|origin| origin.as_str().to_owned()).collect()
}

/// Whether pages of this origin may call the shop; without a shop (a browser's preflight carries no token), whether
/// they may call any.
pub async fn allows_origin(
    commerce: &Commerce,
    tenant: Option<TenantId>,
    origin: String,
) -> Result<bool, StoreError> {
    if let Some(known) = tenant.and_then(|tenant| allows_origin_at_hand(commerce, tenant, &origin)) {
        return Ok(known);
    }
    match tenant {
        Some(tenant) => commerce.store().read(tenant, move |tx| shops::allows_origin(tx, &origin)).await,
        None => {
            commerce.store().read_installation(move |tx| installation::any_allows_origin(tx, &origin)).await
        }
    }
}

/// Whether pages of this origin may call the shop, if that is known without a look into the database.
#[must_use]
pub fn allows_origin_at_hand(commerce: &Commerce, tenant: TenantId, origin: &str) -> Option<bool> {
    let settings = settings_at_hand(commerce, tenant)?;
    Some(settings.allowed_origins.iter().any(|allowed| allowed.as_str() == origin))
}
