//! `marzipan token`: storefront tokens.

use anyhow::{Result, anyhow};
use commerce::audit::Actor;
use commerce::tenants::{self, NewKey, TenantError};
use domain::ids::StorefrontTokenId;
use domain::tenants::Label;
use domain::time::Timestamp;
use serde::Serialize;

use super::Printer;
use super::tenant::told;
use crate::settings::Settings;
use crate::wiring;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    id: StorefrontTokenId,
    name: String,
    expires_at: Option<Timestamp>,
    token: String,
}

/// Issues a token, and prints it.
pub(crate) async fn issue(
    settings: &Settings,
    slug: &str,
    name: &Label,
    expires_at: Option<Timestamp>,
    printer: Printer,
) -> Result<()> {
    let commerce = wiring::open_for_command(settings).await?;
    let shop = tenants::find(&commerce, slug).await.map_err(told)?;
    let new = NewKey { name: name.as_str().to_owned(), expires_at };
    let issued = tenants::issue_storefront_token(&commerce, &shop, Actor::CommandLine, new).await;
    let (entry, token) = issued.map_err(told)?;
    let made = Printed { id: entry.id, name: entry.name, expires_at: entry.expires_at, token };
    printer.say(&made, format!("Issued the token {} of {slug}:\n  {}", made.id, made.token))
}

/// Revokes a token.
pub(crate) async fn revoke(
    settings: &Settings,
    slug: &str,
    id: StorefrontTokenId,
    printer: Printer,
) -> Result<()> {
    let commerce = wiring::open_for_command(settings).await?;
    let shop = tenants::find(&commerce, slug).await.map_err(told)?;
    let revoked = tenants::revoke_storefront_token(&commerce, &shop, Actor::CommandLine, id).await;
    revoked.map_err(|error| match error {
        TenantError::NotFound => anyhow!("the shop {slug} has no token {id}, or it is revoked already"),
        other => told(other),
    })?;
    printer.say(&serde_json::json!({ "revoked": id }), format!("Revoked the token {id} of {slug}."))
}
