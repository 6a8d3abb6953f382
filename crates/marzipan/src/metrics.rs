//! Figures for Prometheus, on a listener of their own. Rule: nothing is counted unless somebody may ask.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use marzipan_http::server::{ServeSettings, serve};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

/// Edges between fast and slow, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How many writes went to disk together.
const GROUPS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Begins to count, and answers at `address` with what was counted. Call it before the parts that count are made.
pub(crate) async fn start(address: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("no metrics at {address} (metrics_listen)"))?;
    let counted = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Suffix("_group_size".to_owned()), &GROUPS)
        })
        .and_then(PrometheusBuilder::install_recorder)
        .context("the metrics can not be set up")?;
    tracing::info!(address = %listener.local_addr()?, "metrics listening");
    tokio::spawn(answer(listener, counted));
    Ok(())
}

async fn answer(listener: TcpListener, counted: PrometheusHandle) {
    let keeper = counted.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            keeper.run_upkeep();
        }
    });
    let page = move || {
        let text = counted.render();
        async move { ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text) }
    };
    let router = Router::new().route("/metrics", get(page));
    // It ends with the process, so that the last figures of a draining server can still be read.
    let settings = ServeSettings::new(Duration::ZERO, marzipan_http::health::Draining::default());
    serve(listener, router, std::future::pending(), settings).await;
}
