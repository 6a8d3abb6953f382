//! Opening a shop, with its first storefront token and admin key.

use domain::ids::TenantId;
use domain::tenants::{ScopeSet, Settings, Slug};
use domain::time::Timestamp;
use store::StoreError;
use store::installation;
use store::tenants::shops;

use super::TenantError;
use super::keys::{self, IssuedKey};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop, jobs, selling};

/// A shop to open.
#[derive(Clone)]
pub struct NewShop {
    /// Its short name, unique on the installation.
    pub slug: Slug,
    /// Its settings.
    pub settings: Settings,
    /// Whether it runs on its own clock and the sandbox payment provider.
    pub test_mode: bool,
    /// Where a test-mode shop's clock starts; at the system's time if absent.
    pub clock_at: Option<Timestamp>,
}

/// A shop that was opened, with its secrets, which are shown this once.
pub struct Opened {
    /// The shop.
    pub shop: Shop,
    /// A storefront token without an end.
    pub storefront_token: String,
    /// An admin key that may do everything.
    pub admin_key: String,
}

/// Opens a shop.
pub async fn open(commerce: &Commerce, new: NewShop) -> Result<Opened, TenantError> {
    let system_now = commerce.system_now();
    let now = new.clock_at.filter(|_| new.test_mode).unwrap_or(system_now);
    let handle = commerce.clone();
    let settings =
        serde_json::to_string(&new.settings).map_err(|error| StoreError::Broken(error.to_string()))?;
    commerce
        .store()
        .write_installation(move |tx| {
            let row = shops::Shop {
                tenant_id: TenantId::new(handle.chance().uuid(now)),
                number: 0,
                slug: new.slug.as_str().to_owned(),
                settings: settings.clone(),
                version: 1,
                test_mode: new.test_mode,
                clock_at: new.test_mode.then_some(now),
                created_at: now,
            };
            let row = match installation::insert_shop(tx, row) {
                Err(StoreError::Duplicate) => {
                    return Err(TenantError::SlugTaken(new.slug.as_str().to_owned()));
                }
                inserted => inserted?,
            };
            let shop = Shop::from_row(row, system_now)?;
            let tx = &mut tx.tenant(shop.id);
            shops::replace_origins(tx, &super::settings::origins(&shop.settings))?;
            let storefront_token =
                keys::write_storefront_token(&handle, tx, &shop, "first token", None)?.secret;
            let IssuedKey { secret: admin_key, .. } =
                keys::write_admin_key(&handle, tx, &shop, "first key", &ScopeSet::All)?;
            selling::begin_with_tax_rates(&handle, tx, &shop)?;
            jobs::enqueue(&handle, tx, now, jobs::Kind::Sweep)?;
            let change = Change {
                action: "shop.open",
                target_kind: "shop",
                target_id: shop.id.to_string(),
                before: None,
                after: serde_json::to_value(&*shop.settings).ok(),
            };
            audit::record(&handle, tx, now, &Actor::CommandLine, change)?;
            Ok(Opened { shop, storefront_token, admin_key })
        })
        .await
}
