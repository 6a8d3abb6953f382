//! `marzipan doctor`.
use anyhow::Result;
use std::process::ExitCode;

use super::Printer;
use crate::settings::Settings;

pub(crate) async fn run(_settings: &Settings, _printer: Printer) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
