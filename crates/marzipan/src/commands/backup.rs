//! `marzipan backup` and `marzipan restore`. Rule: a file has its name only when all of it is written.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use domain::time::Clock as _;

use super::Printer;
use crate::settings::Settings;
use crate::wiring::{self, SystemClock};

/// Writes the whole database to a file.
pub(crate) fn write(settings: &Settings, file: &Path, printer: Printer) -> Result<()> {
    let store = wiring::open_store(settings, false)?;
    let unfinished = unfinished_name(file)?;
    let context = || format!("the backup {} can not be written", file.display());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // It holds every customer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = BufWriter::new(options.open(&unfinished).with_context(context)?);
    let written = store::dump::write(&store, SystemClock.now(), &mut out)
        .map_err(anyhow::Error::from)
        .and_then(|rows| {
            out.flush().with_context(context)?;
            out.get_ref().sync_all().with_context(context)?;
            fs::rename(&unfinished, file).with_context(context)?;
            // The name is durable once its folder is.
            File::open(folder_of(file)).and_then(|folder| folder.sync_all()).with_context(context)?;
            Ok(rows)
        });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    let rows = written?;
    printer.say(
        &serde_json::json!({ "file": file, "rows": rows }),
        format!(
            "Wrote {rows} rows to {}. Keep {} with it: the backup opens with that key only.",
            file.display(),
            settings.secret_key_file.display()
        ),
    )
}

/// Fills an empty database from a file.
pub(crate) fn restore(settings: &Settings, file: &Path, printer: Printer) -> Result<()> {
    let input = File::open(file).with_context(|| format!("the backup {} can not be read", file.display()))?;
    let store = wiring::open_store(settings, true)?;
    let rows = store::dump::restore(&store, BufReader::new(input))
        .with_context(|| format!("nothing was restored from {}", file.display()))?;
    printer.say(
        &serde_json::json!({ "file": file, "rows": rows }),
        format!("Restored {rows} rows from {}.", file.display()),
    )
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unfinished_name(file: &Path) -> Result<PathBuf> {
    let mut name = file.file_name().ok_or_else(|| anyhow!("{} names no file", file.display()))?.to_owned();
    name.push(format!(".unfinished-{}", std::process::id()));
    Ok(folder_of(file).join(name))
}
