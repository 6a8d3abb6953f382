//! The bare server to compare with: axum, and one answer that is always the same. Rule: it sends what our server
//! sends, byte for byte, and does nothing else for it.

use std::io::Read;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::any;
use axum::serve::ListenerExt;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// The answer that it gives.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    /// At which address.
    pub(crate) path: String,
    /// With which headers; those that the HTTP library writes itself are left out.
    pub(crate) headers: Vec<(String, String)>,
    /// With which body.
    pub(crate) body: String,
}

/// Reads the answer from the first line of standard input, prints the address it listens at, and serves until
/// standard input is closed: so it ends with whoever started it.
pub(crate) fn child() -> Result<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let answer: Answer = serde_json::from_str(&line).context("the answer")?;
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    let body = Bytes::from(answer.body);
    let router =
        Router::new().route(&answer.path, any(move || std::future::ready((headers.clone(), body.clone()))));

    std::thread::spawn(|| {
        let mut rest = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut rest);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        serde_json::to_writer(std::io::stdout().lock(), &listener.local_addr()?)?;
        std::io::Write::write_all(&mut std::io::stdout(), b"\n")?;
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await?;
        Ok(())
    })
}
