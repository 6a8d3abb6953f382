//! `marzipan doctor`: what is well, what is not, and how to mend it. Rule: it changes nothing and shows no secret.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use domain::time::{Clock as _, Timestamp};
use gateways::media::{MediaPlace, MediaStore};
use gateways::search::SearchIndex;
use serde::Serialize;
use store::{Store, examine};

use super::{Printer, one_line};
use crate::settings::{self, Settings};
use crate::wiring::{self, KeyState, Purpose, SystemClock};

/// Clocks that differ by less are no trouble.
const SKEW: Duration = Duration::from_secs(5);
/// The day this was written: no clock that is right shows an earlier one.
const EARLIEST: &str = "2026-11-01T00:00:00Z";

#[derive(Serialize)]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    ok: bool,
    says: String,
}

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn note(&mut self, name: &'static str, found: Result<String>) {
        let ok = found.is_ok();
        let says = found.unwrap_or_else(|error| one_line(&format!("{error:#}")));
        self.0.push(Check { name, ok, says });
    }
}

/// Checks everything, prints it, and fails where something is to be mended.
pub(crate) async fn run(settings: &Settings, printer: Printer) -> Result<()> {
    let mut checks = Checks::default();
    checks.note("settings", check_settings(settings));
    checks.note("data folder", check_folder(&settings.data_dir));
    let store = wiring::open_store(settings, Purpose::Command { migrate: false });
    let first_start = settings.sqlite_path().is_some_and(|file| !file.exists());
    match store {
        Ok(store) => {
            checks.note("database", check_database(&store));
            checks.note("secret key", check_key(settings, &store).await);
            checks.note("clock", check_clock(&store));
        }
        Err(_) if first_start => checks.note("database", Ok("made at the first start".to_owned())),
        Err(error) => checks.note("database", Err(error)),
    }
    checks.note("search", check_search(&settings.search_folder()));
    checks.note("mail", check_mail(settings).await);
    checks.note("media", check_media(settings).await);

    let problems: Vec<&str> = checks.0.iter().filter(|check| !check.ok).map(|check| check.name).collect();
    let words: Vec<String> = checks
        .0
        .iter()
        .map(|Check { name, ok, says }| format!("{:<9}{name:<13}{says}", if *ok { "ok" } else { "PROBLEM" }))
        .collect();
    printer.say(&serde_json::json!({ "ok": problems.is_empty(), "checks": checks.0 }), words.join("\n"))?;
    if problems.is_empty() { Ok(()) } else { bail!("to be mended: {}", problems.join(", ")) }
}

fn check_settings(settings: &Settings) -> Result<String> {
    if let Some((name, near)) = settings::unknown_variables().first() {
        bail!("the variable {name} is no setting: did you mean {near}?");
    }
    if settings.smtp_url.is_some() && settings.public_url.is_none() {
        bail!("mail goes out, and public_url is not set: links and senders would name this machine");
    }
    let shown = wiring::public_url(settings, settings.listen);
    Ok(format!("listens at {}, reached at {shown}", settings.listen))
}

fn check_folder(folder: &Path) -> Result<String> {
    if !folder.exists() {
        return Ok(format!("{} is made at the first start", folder.display()));
    }
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(|error| {
        anyhow!("{} can not be written ({error}): mend its owner or mode", folder.display())
    })?;
    Ok(format!("{} can be written", folder.display()))
}

fn check_database(store: &Store) -> Result<String> {
    let damage = examine::damage(store)?;
    if !damage.is_empty() {
        bail!("the database is damaged ({}): restore a backup", damage.join("; "));
    }
    Ok(format!("{} answers, is whole, and at schema {}", store.engine(), store::dump::schema()?))
}

async fn check_key(settings: &Settings, store: &Store) -> Result<String> {
    let file = settings.secret_key_file.display();
    match wiring::look_at_secret_key(settings, store).await? {
        KeyState::Nothing => return Ok(format!("{file} is made at the first start")),
        KeyState::Ours(_) | KeyState::Unused(_) => {}
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&settings.secret_key_file)?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("others can read {file}: run `chmod 600 {file}`");
        }
    }
    Ok(format!("{file} is this database's, and private"))
}

fn check_clock(store: &Store) -> Result<String> {
    let now = SystemClock.now();
    if Timestamp::parse(EARLIEST).is_ok_and(|earliest| now < earliest) {
        bail!("the clock shows {now}: set it, and keep it right with NTP");
    }
    let Some(theirs) = examine::server_time(store)? else { return Ok(format!("shows {now}")) };
    let skew = theirs.since(now).max(now.since(theirs));
    if skew > SKEW {
        bail!("the clock is {} s away from the database's: keep both right with NTP", skew.as_secs());
    }
    Ok(format!("shows {now}, as the database's does"))
}

fn check_search(folder: &Path) -> Result<String> {
    let shops = SearchIndex::examine(folder)
        .map_err(|error| anyhow!("the index can not be read ({error}): run `marzipan search rebuild`"))?;
    Ok(match shops {
        Some(shops) => format!("the index in {} can be read, and holds {shops} shops", folder.display()),
        None => format!("the index in {} is made by the server", folder.display()),
    })
}

async fn check_mail(settings: &Settings) -> Result<String> {
    let mailer = wiring::mailer(settings, false)?;
    if !mailer.sends() {
        return Ok("kept in the outbox: set smtp_url to send it".to_owned());
    }
    mailer
        .check()
        .await
        .map_err(|error| anyhow!("the mail server does not take our mail ({error}): mend smtp_url"))?;
    Ok("the mail server answers".to_owned())
}

async fn check_media(settings: &Settings) -> Result<String> {
    let place = &settings.media;
    if let MediaPlace::Folder(folder) = place
        && !folder.exists()
    {
        return Ok(format!("{} is made at the first start", folder.display()));
    }
    let checked = async { MediaStore::open(place.clone())?.check().await }.await;
    checked.map_err(|error| {
        anyhow!("files can not be kept ({error}): mend media_url, or the AWS_ variables of a bucket")
    })?;
    Ok(match &settings.media_base_url {
        Some(url) => format!("{place} keeps files; browsers fetch them from {url}"),
        None => format!("{place} keeps files"),
    })
}
