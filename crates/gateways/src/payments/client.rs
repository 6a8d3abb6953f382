//! The HTTP client that providers are called with. Rule: it calls only where a shop's account or our own settings say, follows
//! no redirects, and waits for nothing without end.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};

/// How long a provider may take to let us connect.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The client can not be made.
#[derive(Debug, thiserror::Error)]
#[error("no client for payment providers: {0}")]
pub struct NoClient(pub(super) String);

/// A client. Its connections are shared by its clones.
pub(super) fn client() -> Result<Client, NoClient> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(crate::crypto())
        .with_safe_default_protocol_versions()
        .map_err(|error| NoClient(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        // Secret keys go to the provider and to nobody between.
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(CONNECTING)
        .timeout(PATIENCE)
        .user_agent(concat!("marzipan/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| NoClient(error.to_string()))
}
