//! `marzipan migrate`: bringing the database up to this release.

use anyhow::Result;

use super::Printer;
use crate::settings::Settings;
use crate::wiring::{self, Purpose};

/// Migrates; does nothing where there is nothing to do.
pub(crate) fn run(settings: &Settings, printer: Printer) -> Result<()> {
    let store = wiring::open_store(settings, Purpose::Command { migrate: true })?;
    let schema = store::dump::schema()?;
    printer.say(
        &serde_json::json!({ "engine": store.engine(), "schema": schema }),
        format!("The {} database is at schema {schema}, which is this release's.", store.engine()),
    )
}
