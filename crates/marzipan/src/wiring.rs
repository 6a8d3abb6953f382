//! Puts the parts together. Rule: this is the one place that touches the system's clock and its randomness; everything
//! below is handed them.

mod ports;
mod secret_key;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use admin::Admin;
use anyhow::{Context as _, Result, anyhow, bail};
use axum::Router;
use commerce::media::MediaParts;
use commerce::{Chance, Commerce, HashCost, Parts, PasswordPool, SecretKey, Secrets};
use domain::time::{Clock, Timestamp};
use gateways::fetch::Fetcher;
use gateways::mail::Mailer;
use gateways::media::{MediaStore, Workshop};
use gateways::payments::sandbox::Sandbox;
use gateways::payments::{Payments, StripeClient};
use gateways::search::SearchIndex;
use gateways::webhooks::Poster;
use marzipan_http::finished::FinishedAnswers;
use marzipan_http::front_door::NoReads;
use marzipan_http::ratelimit::RateSettings;
use marzipan_http::reference::{self, Document};
use marzipan_http::{Edge, EdgePorts, EdgeSettings, FrontDoor, health};
use secrecy::ExposeSecret as _;
use store::{Store, StoreSettings};
use storefront::Storefront;
use url::Url;
use utoipa::openapi::OpenApi;

use crate::files::private_file;
use crate::settings::Settings;
pub(crate) use secret_key::{KeyState, look_at as look_at_secret_key};

/// Longer than any honest request takes.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
        };
        Timestamp::from_micros(micros)
    }
}

/// Bytes that nobody can guess: a `ChaCha` generator that the operating system seeds.
pub(crate) fn chance() -> Chance {
    Chance::new(|bytes| rand::fill(bytes))
}

fn new_request_id() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}

/// Opens the database of a server, or of a command, which makes do with less of it.
pub(crate) fn open_store(settings: &Settings, purpose: Purpose) -> Result<Store> {
    if let Some(file) = settings.sqlite_path() {
        if purpose.migrates() {
            private_file(file)?;
        } else if !file.exists() {
            bail!("there is no database at {}: `marzipan migrate` makes one", file.display());
        }
    }
    let (postgres_connections, sqlite_readers, follows) = match purpose {
        // Whoever keeps nothing need not hear of changes either.
        Purpose::Serve { .. } => {
            (settings.postgres_connections, settings.sqlite_readers, settings.cache_bytes > 0)
        }
        Purpose::Command { .. } => (1, 1, false),
    };
    let url = settings.database_url.expose_secret().to_owned();
    Store::open(&StoreSettings { url, postgres_connections, sqlite_readers, follows }, purpose.migrates())
        .with_context(|| format!("the database {} did not open", settings.database_shown()))
}

/// What the parts are put together for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A server.
    Serve {
        /// Whether it brings the schema up to this release.
        migrate: bool,
        /// Whether mail stays in the outbox, whatever is set.
        keep_mail: bool,
    },
    /// A command that ends by itself.
    Command {
        /// Whether it brings the schema up to this release.
        migrate: bool,
    },
}

impl Purpose {
    fn migrates(self) -> bool {
        let (Self::Serve { migrate, .. } | Self::Command { migrate }) = self;
        migrate
    }
}

/// The use cases over the database, the keys and the mail server that are set.
pub(crate) async fn open(settings: &Settings, public_url: Url, purpose: Purpose) -> Result<Commerce> {
    let store = open_store(settings, purpose)?;
    let secrets = secret_key::open(settings, &store).await?;
    let secrets_for_hooks = secrets.bucket(&[b"sandbox webhooks"]);
    let keep_mail = matches!(purpose, Purpose::Serve { keep_mail: true, .. });
    let mailer = mailer(settings, keep_mail)?;
    let cost = HashCost {
        memory_kib: settings.password_memory_kib,
        passes: settings.password_passes,
        ..HashCost::default()
    };
    let passwords = PasswordPool::start(settings.hashing_threads, cost, chance())?;
    let folder = settings.search_folder();
    let search = SearchIndex::open(&folder).with_context(|| folder.display().to_string())?;
    Ok(Commerce::new(Parts {
        store,
        clock: Arc::new(SystemClock),
        chance: chance(),
        secrets,
        passwords,
        mailer,
        payments: payments(settings, &secrets_for_hooks, &public_url)?,
        search,
        public_url,
        media: media(settings)?,
        poster: Poster::new(settings.webhooks_allow_private)?,
    }))
}

/// Where money is taken.
fn payments(settings: &Settings, secret: &[u8], public_url: &Url) -> Result<Payments> {
    let secret = secret.try_into().context("the sandbox's secret")?;
    let folder = settings.data_dir.join("sandbox");
    let sandbox = Sandbox::new(folder, public_url.clone(), Arc::new(SystemClock), secret);
    let stripe = StripeClient::new().map_err(|reason| anyhow!("{reason}"))?;
    Ok(Payments::new(Arc::new(sandbox), stripe))
}

/// Where mail goes.
pub(crate) fn mailer(settings: &Settings, keep_mail: bool) -> Result<Mailer> {
    Mailer::from_url(settings.smtp_url.as_ref().filter(|_| !keep_mail)).context("smtp_url")
}

/// Where files lie, and what works on them.
fn media(settings: &Settings) -> Result<MediaParts> {
    // Pictures take much memory and all of a processor: one at a time, two on a machine that has some to spare.
    let places = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 2));
    Ok(MediaParts {
        store: MediaStore::open(settings.media.clone()).map_err(|error| anyhow!("media_url {error}"))?,
        workshop: Workshop::with_places(places),
        fetcher: Fetcher::new(settings.allow_private_fetch)?,
        base_url: settings.media_base_url.clone(),
    })
}

/// As [`open`], for a command that ends by itself.
pub(crate) async fn open_for_command(settings: &Settings) -> Result<Commerce> {
    open(settings, public_url(settings, settings.listen), Purpose::Command { migrate: true }).await
}

/// Where browsers reach a server that listens at `address`.
pub(crate) fn public_url(settings: &Settings, address: SocketAddr) -> Url {
    if let Some(url) = &settings.public_url {
        return url.clone();
    }
    let host = if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    };
    format!("http://{host}").parse().expect("an address and a port make a URL")
}

/// The document of each API.
pub(crate) struct Documents {
    pub(crate) storefront: OpenApi,
    pub(crate) admin: OpenApi,
}

/// What is served: both APIs, their reference, and the health of the process.
pub(crate) fn everything(settings: &Settings, commerce: &Commerce) -> (FrontDoor, Arc<Edge>) {
    let edge = edge(settings, commerce);
    let answers = Arc::new(FinishedAnswers::new(settings.cache_bytes));
    let storefront = Storefront { commerce: commerce.clone(), answers };
    let (apis, documents) = apis(storefront.clone());
    let reference = reference::routes(&[
        Document { name: "Storefront API", path: "/v1/openapi.json", api: &documents.storefront },
        Document { name: "Admin API", path: "/admin/v1/openapi.json", api: &documents.admin },
    ]);
    let router = edge.wrap(apis.merge(reference).merge(health::routes(edge.clone())));
    (FrontDoor::new(edge.clone(), Arc::new(storefront), router), edge)
}

/// What a worker serves: its health only.
pub(crate) fn health_only(settings: &Settings, commerce: &Commerce) -> (FrontDoor, Arc<Edge>) {
    let edge = edge(settings, commerce);
    let router = edge.wrap(health::routes(edge.clone()));
    (FrontDoor::new(edge.clone(), Arc::new(NoReads), router), edge)
}

/// The routes of both APIs and their documents.
pub(crate) fn apis(storefront: Storefront) -> (Router, Documents) {
    let commerce = storefront.commerce.clone();
    let (shop, storefront) = storefront::router(storefront);
    let (office, admin) = admin::router(Admin { commerce });
    (shop.merge(office), Documents { storefront, admin })
}

/// The documents without a database: routes need one to be made, and none to be described.
pub(crate) fn documents() -> Result<Documents> {
    let nowhere = StoreSettings {
        url: "sqlite://:memory:".to_owned(),
        postgres_connections: 1,
        sqlite_readers: 1,
        follows: false,
    };
    let commerce = Commerce::new(Parts {
        store: Store::open(&nowhere, true)?,
        clock: Arc::new(SystemClock),
        chance: chance(),
        secrets: Secrets::new(&SecretKey::new(rand::random()))?,
        passwords: PasswordPool::start(1, HashCost::default(), chance())?,
        mailer: Mailer::Kept,
        payments: Payments::unused(Arc::new(SystemClock)).map_err(|reason| anyhow!("{reason}"))?,
        search: SearchIndex::in_memory()?,
        public_url: "http://127.0.0.1".parse()?,
        media: MediaParts::in_memory(),
        poster: Poster::new(false)?,
    });
    Ok(apis(Storefront { commerce, answers: Arc::new(FinishedAnswers::new(0)) }).1)
}

fn edge(settings: &Settings, commerce: &Commerce) -> Arc<Edge> {
    let edge = EdgeSettings {
        public_url: commerce.public_url().as_str().to_owned(),
        request_timeout: REQUEST_TIMEOUT,
        trusted_proxies: settings.trusted_proxies.clone(),
        rates: RateSettings {
            per_address: settings.rate_limit_per_address,
            per_token: settings.rate_limit_per_token,
            strict: settings.rate_limit_strict,
        },
        new_request_id,
    };
    let ports = EdgePorts {
        idempotency: Arc::new(ports::Idempotency(commerce.clone())),
        origins: Arc::new(ports::Origins(commerce.clone())),
        readiness: Arc::new(ports::Readiness(commerce.clone())),
    };
    Edge::new(edge, ports)
}
