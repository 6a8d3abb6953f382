//! How this process is set up. Rule: every setting is one row of [`KEYS`], and reads the same from the file, the
//! environment and a flag; the later of them wins.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use gateways::media::MediaPlace;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::cli::Common;

/// Before a setting's name, in capitals, in the environment.
const PREFIX: &str = "MARZIPAN_";

/// Every setting, by its name in the file.
const KEYS: [&str; 25] = [
    "allow_private_fetch",
    "cache_bytes",
    "data_dir",
    "database_url",
    "hashing_threads",
    "listen",
    "log",
    "log_format",
    "media_base_url",
    "media_url",
    "metrics_listen",
    "otlp_url",
    "password_memory_kib",
    "password_passes",
    "postgres_connections",
    "public_url",
    "rate_limit_per_address",
    "rate_limit_per_token",
    "rate_limit_strict",
    "secret_key_file",
    "shutdown_grace",
    "smtp_url",
    "sqlite_readers",
    "trusted_proxies",
    "webhooks_allow_private",
];

/// Variables of our prefix that are no settings.
const NO_SETTINGS: [&str; 1] = ["MARZIPAN_ADMIN_PASSWORD"];

/// OWASP's parameters for Argon2id: they can be raised and not lowered.
const LEAST_MEMORY_KIB: u32 = 19 * 1024;
const LEAST_PASSES: u32 = 2;

/// The form of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Text,
    Json,
}

/// Everything that can be set, read and checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data_dir: PathBuf,
    pub(crate) database_url: SecretString,
    pub(crate) listen: SocketAddr,
    /// Where browsers reach the server; where it listens if not set.
    pub(crate) public_url: Option<Url>,
    pub(crate) smtp_url: Option<SecretString>,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    pub(crate) secret_key_file: PathBuf,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) otlp_url: Option<Url>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// How many bytes of finished answers to keep.
    pub(crate) cache_bytes: usize,
    pub(crate) rate_limit_per_address: u32,
    pub(crate) rate_limit_per_token: u32,
    pub(crate) rate_limit_strict: u32,
    pub(crate) postgres_connections: usize,
    pub(crate) sqlite_readers: usize,
    pub(crate) hashing_threads: usize,
    pub(crate) password_memory_kib: u32,
    pub(crate) password_passes: u32,
    pub(crate) shutdown_grace: Duration,
    /// Where pictures and files lie.
    pub(crate) media: MediaPlace,
    /// Where browsers fetch them, if not from this server.
    pub(crate) media_base_url: Option<Url>,
    /// Whether imports may fetch pictures from private networks.
    pub(crate) allow_private_fetch: bool,
    /// Whether webhooks may go to private networks, and without TLS.
    pub(crate) webhooks_allow_private: bool,
}

impl Settings {
    /// Reads the file that is named, the environment and the flags.
    pub(crate) fn load(common: &Common) -> Result<Self> {
        let mut values = Values::default();
        if let Some(file) = &common.config {
            values.add_file(file)?;
        }
        values.add_environment(std::env::vars_os())?;
        values.add_flags(common);
        values.settings()
    }

    /// The path of the embedded database, where that is the one.
    pub(crate) fn sqlite_path(&self) -> Option<&Path> {
        self.database_url.expose_secret().strip_prefix("sqlite://").map(Path::new)
    }

    /// The folder of this node's search index.
    pub(crate) fn search_folder(&self) -> PathBuf {
        self.data_dir.join("search")
    }

    /// The database's address without its password.
    pub(crate) fn database_shown(&self) -> String {
        let url = self.database_url.expose_secret();
        let Ok(mut parsed) = Url::parse(url) else { return "an address that can not be read".to_owned() };
        if parsed.scheme() == "sqlite" {
            return url.to_owned();
        }
        // A password may stand before the host or among the parameters.
        let _ = parsed.set_password(None);
        parsed.set_query(None);
        parsed.to_string()
    }
}

/// Variables that look like settings of ours and are none, each with the nearest that is one.
pub(crate) fn unknown_variables() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && !NO_SETTINGS.contains(&name.as_str()))
        .filter_map(|name| {
            let key = name[PREFIX.len()..].to_lowercase();
            (!KEYS.contains(&key.as_str())).then(|| (name, variable(nearest(&key))))
        })
        .collect()
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase())
}

/// The setting whose name looks most like this one; how names begin counts for more than how they end.
fn nearest(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let likeness = |key: &&str| strsim::jaro_winkler(key, &name);
    KEYS.into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other))).unwrap_or("listen")
}

/// A value as it was written, and where.
struct Written {
    text: String,
    place: Place,
}

/// Where a value was written; said in errors, so that it is found.
enum Place {
    File(PathBuf),
    Environment,
    Flag,
}

impl Place {
    fn name(&self, key: &str) -> String {
        match self {
            Self::File(file) => format!("{key} in {}", file.display()),
            Self::Environment => variable(key),
            Self::Flag => format!("--{}", key.replace('_', "-")),
        }
    }
}

/// What was written, before it is read.
#[derive(Default)]
struct Values(BTreeMap<&'static str, Written>);

impl Values {
    fn add_file(&mut self, file: &Path) -> Result<()> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the settings file {} can not be read", file.display()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            // Without the line itself, in which a password may stand.
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            anyhow!("{} is not TOML: line {line}: {}", file.display(), error.message())
        })?;
        for (name, value) in table {
            let Some(key) = KEYS.into_iter().find(|key| *key == name) else {
                bail!(
                    "{} has the unknown setting `{name}`: did you mean `{}`?",
                    file.display(),
                    nearest(&name)
                );
            };
            let text = text_of(&value)
                .ok_or_else(|| anyhow!("{key} in {} takes a text, a number or a list", file.display()))?;
            self.0.insert(key, Written { text, place: Place::File(file.to_owned()) });
        }
        Ok(())
    }

    fn add_environment(
        &mut self,
        variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<()> {
        for (name, value) in variables {
            let Some(name) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
            let Some(key) = KEYS.into_iter().find(|key| key.to_uppercase() == name) else { continue };
            let text = value.into_string().map_err(|_| anyhow!("{} is not UTF-8", variable(key)))?;
            // An empty variable is how shells and service files unset one.
            if !text.is_empty() {
                self.0.insert(key, Written { text, place: Place::Environment });
            }
        }
        Ok(())
    }

    fn add_flags(&mut self, common: &Common) {
        let Common { config: _, database_url, listen, public_url, data_dir, log, json: _ } = common;
        for (key, value) in [
            ("database_url", database_url),
            ("listen", listen),
            ("public_url", public_url),
            ("data_dir", data_dir),
            ("log", log),
        ] {
            if let Some(text) = value {
                self.0.insert(key, Written { text: text.clone(), place: Place::Flag });
            }
        }
    }

    fn settings(&self) -> Result<Settings> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let data_dir = PathBuf::from(self.text("data_dir").unwrap_or("./marzipan-data"));
        let database_url = match self.text("database_url") {
            None => format!("sqlite://{}", data_dir.join("marzipan.db").display()),
            Some(url) if is_database(url) => url.to_owned(),
            Some(_) => bail!(
                "{} takes sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
                self.name("database_url")
            ),
        };
        Ok(Settings {
            secret_key_file: self
                .text("secret_key_file")
                .map_or_else(|| data_dir.join("secret.key"), PathBuf::from),
            media: self.media_place(&data_dir)?,
            data_dir,
            database_url: database_url.into(),
            listen: self.read("listen", ADDRESS)?.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url: self.checked(
                "public_url",
                "takes an address such as https://api.shop.example",
                web_address,
            )?,
            smtp_url: self.text("smtp_url").map(Into::into),
            log: self.text("log").unwrap_or("info").to_owned(),
            log_format: self
                .checked("log_format", "takes auto, text or json", log_format)?
                .unwrap_or(LogFormat::Auto),
            metrics_listen: self.read("metrics_listen", ADDRESS)?,
            otlp_url: self.checked(
                "otlp_url",
                "takes an address such as http://127.0.0.1:4318",
                web_address,
            )?,
            trusted_proxies: self.checked("trusted_proxies", PROXIES, proxies)?.unwrap_or_default(),
            cache_bytes: self.within("cache_bytes", 0, 1 << 40)?.unwrap_or(64 << 20),
            rate_limit_per_address: self.read("rate_limit_per_address", RATE)?.unwrap_or(1200),
            rate_limit_per_token: self.read("rate_limit_per_token", RATE)?.unwrap_or(12_000),
            rate_limit_strict: self.read("rate_limit_strict", RATE)?.unwrap_or(30),
            postgres_connections: self.within("postgres_connections", 1, 1000)?.unwrap_or(16),
            sqlite_readers: self.within("sqlite_readers", 1, 64)?.unwrap_or(cores.clamp(2, 8)),
            hashing_threads: self.within("hashing_threads", 1, 256)?.unwrap_or((cores / 2).max(1)),
            password_memory_kib: self
                .within("password_memory_kib", LEAST_MEMORY_KIB, 4 * 1024 * 1024)?
                .unwrap_or(LEAST_MEMORY_KIB),
            password_passes: self.within("password_passes", LEAST_PASSES, 100)?.unwrap_or(LEAST_PASSES),
            media_base_url: self.checked(
                "media_base_url",
                "takes an address such as https://cdn.shop.example",
                web_address,
            )?,
            allow_private_fetch: self
                .checked("allow_private_fetch", "takes true or false", truth)?
                .unwrap_or(false),
            webhooks_allow_private: self
                .checked("webhooks_allow_private", "takes true or false", truth)?
                .unwrap_or(false),
            shutdown_grace: Duration::from_secs(self.within("shutdown_grace", 0, 3600)?.unwrap_or(20)),
        })
    }

    /// The folder `media` beside the database, unless another place is set.
    fn media_place(&self, data_dir: &Path) -> Result<MediaPlace> {
        let Some(text) = self.text("media_url") else {
            return Ok(MediaPlace::Folder(data_dir.join("media")));
        };
        MediaPlace::parse(text).map_err(|error| anyhow!("{} {error}", self.name("media_url")))
    }

    fn text(&self, key: &str) -> Option<&str> {
        debug_assert!(KEYS.contains(&key), "{key} is no setting");
        self.0.get(key).map(|written| written.text.trim())
    }

    fn name(&self, key: &str) -> String {
        self.0.get(key).map_or_else(|| key.to_owned(), |written| written.place.name(key))
    }

    /// Reads a value; `takes` is said where that fails. What was written is not: it may be a secret in the wrong place.
    fn checked<T>(&self, key: &str, takes: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        read(text).map(Some).ok_or_else(|| anyhow!("{} {takes}", self.name(key)))
    }

    fn read<T: FromStr>(&self, key: &str, takes: &str) -> Result<Option<T>> {
        self.checked(key, takes, |text| text.parse().ok())
    }

    fn within<T: FromStr + PartialOrd + fmt::Display + Copy>(
        &self,
        key: &str,
        least: T,
        most: T,
    ) -> Result<Option<T>> {
        let takes = format!("takes a whole number from {least} to {most}");
        self.checked(key, &takes, |text| text.parse().ok().filter(|number| (least..=most).contains(number)))
    }
}

const ADDRESS: &str = "takes an IP address and a port such as 127.0.0.1:8080";
const RATE: &str = "takes a whole number of requests a minute, or 0 for no limit";
const PROXIES: &str = "takes a list of IP addresses and networks such as 10.0.0.0/8";

/// A value of the file as the environment would have it.
fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(values) => {
            let parts: Option<Vec<String>> = values.iter().map(text_of).collect();
            parts.map(|parts| parts.join(","))
        }
        _ => None,
    }
}

fn is_database(url: &str) -> bool {
    ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none())
        .then_some(url)
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "auto" => Some(LogFormat::Auto),
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

fn proxies(text: &str) -> Option<Vec<IpNet>> {
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from)).ok())
        .collect()
}

#[cfg(test)]
mod tests;
