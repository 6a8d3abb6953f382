//! `marzipan tenant`: opening shops.

use anyhow::{Result, anyhow};
use commerce::tenants::{self, NewShop, Opened, TenantError};
use domain::tenants::Settings as ShopSettings;
use serde::Serialize;

use super::{Printer, refused};
use crate::cli::TenantCreate;
use crate::settings::Settings;
use crate::wiring;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    tenant_id: String,
    slug: String,
    storefront_token: String,
    admin_key: String,
}

/// Opens a shop, and prints what opens it.
pub(crate) async fn create(settings: &Settings, words: TenantCreate, printer: Printer) -> Result<()> {
    let TenantCreate { slug, name, currency, timezone, test_mode, clock, return_origins, allowed_origins } =
        words;
    let mut shop = ShopSettings::new(name, currency, timezone);
    shop.return_origins = return_origins;
    shop.allowed_origins = allowed_origins;
    let commerce = wiring::open_for_command(settings).await?;
    let new = NewShop { slug, settings: shop, test_mode, clock_at: clock };
    let Opened { shop, storefront_token, admin_key } = tenants::open(&commerce, new).await.map_err(told)?;
    let made = Printed { tenant_id: shop.id.to_string(), slug: shop.slug, storefront_token, admin_key };
    printer.say(
        &made,
        format!(
            "Opened the shop {} ({}).\n\n\
             Storefront token, for the shop's pages (anybody may see it):\n  {}\n\n\
             Admin key, for the owner's programs (a secret, shown this once):\n  {}",
            made.slug, made.tenant_id, made.storefront_token, made.admin_key
        ),
    )
}

/// What went wrong, for the command line.
pub(super) fn told(error: TenantError) -> anyhow::Error {
    match error {
        TenantError::SlugTaken(slug) => {
            anyhow!("a shop with the slug `{slug}` exists already: choose another with --slug")
        }
        TenantError::Invalid(fields) => refused(&fields),
        other => other.into(),
    }
}
