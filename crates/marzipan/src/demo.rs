//! demo
use anyhow::Result;

use crate::commands::Printer;
use crate::settings::Settings;

pub(crate) async fn run(_settings: &Settings, _printer: Printer) -> Result<()> {
    Ok(())
}
