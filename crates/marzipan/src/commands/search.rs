//! `marzipan search`: the search index of this node.

use anyhow::{Context as _, Result};
use commerce::search::{self, Rebuilt};
use commerce::tenants;

use super::Printer;
use super::tenant::told;
use crate::settings::Settings;
use crate::wiring;

/// Builds the index anew, here or by the server that keeps it.
pub(crate) async fn rebuild(settings: &Settings, tenant: Option<&str>, printer: Printer) -> Result<()> {
    let commerce = wiring::open_for_command(settings).await?;
    let shop = match tenant {
        Some(slug) => Some(tenants::find(&commerce, slug).await.map_err(told)?.id),
        None => None,
    };
    let folder = settings.search_folder();
    let rebuilt = search::rebuild(&commerce, shop).await.with_context(|| folder.display().to_string())?;
    let by_the_server = rebuilt == Rebuilt::ByTheServer;
    let what = tenant.map_or_else(|| "of all shops".to_owned(), |slug| format!("of the shop {slug}"));
    let who = if by_the_server { "The server has built" } else { "Built" };
    printer.say(
        &serde_json::json!({ "folder": folder, "tenant": tenant, "byTheServer": by_the_server }),
        format!("{who} the search index {what} in {} anew.", folder.display()),
    )
}
