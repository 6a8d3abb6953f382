//! Files from the web, for imports that name pictures by their address.
//!
//! Rule: an address that somebody else wrote leads to the open internet and nowhere else. Each address that a name stands
//! for is looked at before it is called, the one that was looked at is the one that is called, and so is every redirect.

mod addresses;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use url::{Host, Url};

pub use addresses::is_public;

/// How long a server may take to let us connect, or say nothing.
const SILENCE: Duration = Duration::from_secs(10);
/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// As many times one address may lead to another.
const REDIRECTS: usize = 5;
/// The longest address that is called.
const LONGEST_URL: usize = 4000;

/// Why a file was not fetched. Each is a sentence for whoever wrote its address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Such an address is not called.
    #[error("{0}")]
    NotCalled(&'static str),
    /// The name stands for an address of a private network.
    #[error("leads into a private network, which is not called")]
    Private,
    /// The server was not reached, or broke off.
    #[error("could not be fetched: {0}")]
    Unreachable(String),
    /// The server answered and has no such file.
    #[error("was answered with status {0}")]
    Status(u16),
    /// The file is longer than wanted.
    #[error("is longer than {0} bytes")]
    TooLong(usize),
}

impl FetchError {
    /// Whether trying again later can help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Status(status) => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

/// Fetches files.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    may_call: fn(IpAddr) -> bool,
}

impl Fetcher {
    /// A fetcher. `allow_private` lets it call private networks too: for tests, and for shops whose pictures lie beside
    /// the server.
    pub fn new(allow_private: bool) -> Result<Self, FetchError> {
        Self::calling(if allow_private { |_| true } else { is_public })
    }

    /// A fetcher that calls these addresses.
    fn calling(may_call: fn(IpAddr) -> bool) -> Result<Self, FetchError> {
        Ok(Self { client: client(may_call, SILENCE, PATIENCE)?, may_call })
    }

    /// The file at an address, of at most `most` bytes.
    pub async fn fetch(&self, url: &str, most: usize) -> Result<Bytes, FetchError> {
        // Over all redirects together.
        timeout(PATIENCE, self.follow(url, most))
            .await
            .unwrap_or_else(|_| Err(FetchError::Unreachable("it took too long".to_owned())))
    }

    async fn follow(&self, url: &str, most: usize) -> Result<Bytes, FetchError> {
        let mut url = readable(url)?;
        for _ in 0..=REDIRECTS {
            check(&url, self.may_call)?;
            let answer = self.client.get(url.clone()).send().await.map_err(|error| told(&error))?;
            let status = answer.status();
            if status.is_redirection() {
                let next = answer.headers().get(LOCATION).and_then(|next| next.to_str().ok());
                let next = next.and_then(|next| url.join(next).ok());
                url = next.ok_or(FetchError::Status(status.as_u16()))?;
                continue;
            }
            if !status.is_success() {
                return Err(FetchError::Status(status.as_u16()));
            }
            return read(answer, most).await;
        }
        Err(FetchError::NotCalled("leads from one address to another without end"))
    }
}

/// A client for addresses that somebody else wrote: it calls none that may not be called, and follows no redirect by itself.
/// A server may be silent for `silence`, and the whole call takes no longer than `patience`.
pub(crate) fn client(
    may_call: fn(IpAddr) -> bool,
    silence: Duration,
    patience: Duration,
) -> Result<Client, FetchError> {
    let broken = |error: &dyn std::fmt::Display| FetchError::Unreachable(format!("no client: {error}"));
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(crate::crypto())
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(CheckedNames { may_call }))
        // A proxy would call for us, and looks at no address.
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(silence)
        .read_timeout(silence)
        .timeout(patience)
        .user_agent(concat!("marzipan/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| broken(&error))
}

/// Refuses what is no web address, and numeric addresses of private networks: no name is looked up for those.
pub(crate) fn check(url: &Url, may_call: fn(IpAddr) -> bool) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::NotCalled("begins with neither http:// nor https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::NotCalled("has a user or a password in it"));
    }
    let address = match url.host() {
        None => return Err(FetchError::NotCalled("names no host")),
        Some(Host::Domain(_)) => return Ok(()),
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
    };
    if may_call(address) { Ok(()) } else { Err(FetchError::Private) }
}

fn readable(url: &str) -> Result<Url, FetchError> {
    if url.len() > LONGEST_URL {
        return Err(FetchError::NotCalled("is too long for an address"));
    }
    // `//cdn.example/a.png`, as shops' exports have it.
    let url = url.trim();
    let whole = if url.starts_with("//") { format!("https:{url}") } else { url.to_owned() };
    Url::parse(&whole).map_err(|_| FetchError::NotCalled("is no web address"))
}

async fn read(mut answer: Response, most: usize) -> Result<Bytes, FetchError> {
    let announced = answer.content_length().unwrap_or(0);
    if announced > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(FetchError::TooLong(most));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(part) = answer.chunk().await.map_err(|error| told(&error))? {
        if bytes.len() + part.len() > most {
            return Err(FetchError::TooLong(most));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.into())
}

/// The innermost reason, without the address, which whoever reads this has before them.
pub(crate) fn told(error: &reqwest::Error) -> FetchError {
    let mut reason: &dyn Error = error;
    while let Some(deeper) = reason.source() {
        if deeper.is::<LeadsInside>() {
            return FetchError::Private;
        }
        reason = deeper;
    }
    if reason.is::<LeadsInside>() {
        return FetchError::Private;
    }
    if error.is_timeout() {
        return FetchError::Unreachable("it took too long".to_owned());
    }
    let words: String = reason.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    FetchError::Unreachable(words)
}

/// Looks names up and gives on only addresses that may be called. What it gives on is what is called.
struct CheckedNames {
    may_call: fn(IpAddr) -> bool,
}

/// A name all of whose addresses lie in private networks.
#[derive(Debug, thiserror::Error)]
#[error("the name leads into a private network")]
struct LeadsInside;

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let may_call = self.may_call;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let some = !found.is_empty();
            let fit: Vec<SocketAddr> = found.into_iter().filter(|address| may_call(address.ip())).collect();
            if some && fit.is_empty() {
                return Err(LeadsInside.into());
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
