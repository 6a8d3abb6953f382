//! Serving. Rule: told to stop, it takes nothing new, finishes what it has begun, and ends with 0.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use commerce::Commerce;
use marzipan_http::server::{self, ServeSettings};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use url::Url;

use crate::cli::{Part, Serve};
use crate::commands::{Printer, json};
use crate::metrics;
use crate::settings::Settings;
use crate::wiring::{self, Purpose};

/// `marzipan serve`.
pub(crate) async fn run(settings: &Settings, words: &Serve, printer: Printer) -> Result<()> {
    let purpose = Purpose::Serve { migrate: !words.no_migrate, keep_mail: false };
    let (commerce, listener) = open(settings, purpose).await?;
    let at = At::of(&commerce, &listener)?;
    if printer.is_json() {
        json(&serde_json::json!({ "address": at.address.to_string(), "publicUrl": at.public_url }))?;
    }
    serve(settings, commerce, listener, words.role).await
}

/// Where a server is reached.
pub(crate) struct At {
    pub(crate) address: SocketAddr,
    pub(crate) public_url: Url,
}

impl At {
    pub(crate) fn of(commerce: &Commerce, listener: &TcpListener) -> Result<Self> {
        Ok(Self { address: listener.local_addr()?, public_url: commerce.public_url().clone() })
    }
}

/// Takes the address first: that a second server runs already is known before anything is touched.
pub(crate) async fn open(settings: &Settings, purpose: Purpose) -> Result<(Commerce, TcpListener)> {
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!(
            "can not listen at {}: is another server running there? Choose an address with --listen",
            settings.listen
        )
    })?;
    if let Some(address) = settings.metrics_listen {
        metrics::start(address).await?;
    }
    let public_url = wiring::public_url(settings, listener.local_addr()?);
    Ok((wiring::open(settings, public_url, purpose).await?, listener))
}

/// Serves until it is told to stop.
pub(crate) async fn serve(
    settings: &Settings,
    commerce: Commerce,
    listener: TcpListener,
    part: Part,
) -> Result<()> {
    let (router, edge) = match part {
        Part::All | Part::Web => wiring::everything(settings, &commerce),
        Part::Worker => wiring::health_only(settings, &commerce),
    };
    let mut stop = Stop::new()?;
    let housekeeping = tokio::spawn(edge.clone().housekeeping());
    let worker = (part != Part::Web).then(|| {
        let commerce = commerce.clone();
        tokio::spawn(async move { commerce::jobs::work(&commerce).await })
    });
    let warming = (part != Part::Worker).then(|| tokio::spawn(warm_up(commerce.clone())));
    // Whoever answers searches keeps an index of its own.
    let search = (part != Part::Worker).then(|| {
        let commerce = commerce.clone();
        tokio::spawn(async move { commerce::search::follow(&commerce).await })
    });

    let address = listener.local_addr()?;
    commerce::payments::hear_sandbox_at(&commerce, address);
    tracing::info!(%address, database = commerce.store().engine(), role = part.name(), "listening");
    let told = async {
        stop.asked().await;
        tracing::info!("stopping: finishing the requests that have begun");
        // Whoever asks twice does not want to wait.
        tokio::spawn(async move {
            stop.asked().await;
            std::process::exit(130);
        });
    };
    let serving = ServeSettings::new(settings.shutdown_grace, edge.draining().clone());
    let cut_off = server::serve(listener, router, told, serving).await;

    housekeeping.abort();
    if let Some(warming) = warming {
        warming.abort();
    }
    if let Some(worker) = worker {
        // A job that is cut off here runs again when its lease ends.
        worker.abort();
        let _ = worker.await;
    }
    if let Some(search) = search {
        // What was not committed is followed again at the next start.
        search.abort();
        let _ = search.await;
    }
    if cut_off > 0 {
        tracing::warn!(connections = cut_off, "some connections did not finish in time");
    }
    tracing::info!("stopped");
    Ok(())
}

/// A start that is slower for the first shoppers is no reason to stop.
async fn warm_up(commerce: Commerce) {
    if let Err(error) = commerce::catalog::warm_up(&commerce).await {
        tracing::warn!(error = %error, "the catalogues were not read ahead");
    }
}

/// The signals that ask a server to stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
