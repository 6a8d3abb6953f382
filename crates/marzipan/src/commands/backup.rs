//! `marzipan backup` and `marzipan restore`: the whole database in one file.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, Result};
use domain::time::Clock as _;
use gateways::search::SearchIndex;

use super::Printer;
use crate::files::{Taken, write_private};
use crate::settings::Settings;
use crate::wiring::{self, Purpose, SystemClock};

/// Writes the whole database to a file.
pub(crate) fn write(settings: &Settings, file: &Path, printer: Printer) -> Result<()> {
    let store = wiring::open_store(settings, Purpose::Command { migrate: false })?;
    let rows = write_private(file, Taken::Replace, |out| {
        let written = store::dump::write(&store, SystemClock.now(), out);
        written.with_context(|| format!("the backup {} was not written", file.display()))
    })?;
    printer.say(
        &serde_json::json!({ "file": file, "rows": rows }),
        format!(
            "Wrote {rows} rows to {}. Keep {} with it: what is sealed opens with that key only.",
            file.display(),
            settings.secret_key_file.display()
        ),
    )
}

/// Fills an empty database from a file.
pub(crate) fn restore(settings: &Settings, file: &Path, printer: Printer) -> Result<()> {
    let input = File::open(file).with_context(|| format!("the backup {} can not be read", file.display()))?;
    let store = wiring::open_store(settings, Purpose::Command { migrate: true })?;
    let rows = store::dump::restore(&store, BufReader::new(input))
        .with_context(|| format!("nothing was restored from {}", file.display()))?;
    // An index of what stood here before would take its shops for those of the backup.
    SearchIndex::open(&settings.search_folder())?.want_rebuild("everything")?;
    printer.say(
        &serde_json::json!({ "file": file, "rows": rows }),
        format!("Restored {rows} rows from {}.", file.display()),
    )
}
