//! Web addresses that a shop trusts. Rule: they are read by the parser that browsers agree on, and compared after it.

use url::{Host, Url};

use crate::fields::Invalid;
use crate::text::public_value;

/// The origin of a web page, as a browser names it in its `Origin` header.
///
/// Plain `http` only on the machine itself, where front ends are developed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

public_value!(Origin);

impl Origin {
    /// Reads `https://shop.example`, with a port or not, with a slash at its end or not.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NOT_AN_ORIGIN: Invalid = Invalid::fixed(
            "Must be an origin such as https://shop.example, with no path; http only for localhost.",
        );

        let url = parse_web_url(text).ok_or(NOT_AN_ORIGIN)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if is_bare && (url.scheme() == "https" || is_this_machine(&url)) {
            Ok(Self(url.origin().ascii_serialization()))
        } else {
            Err(NOT_AN_ORIGIN)
        }
    }
}

/// An `https` address, of a shop's logo for example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpsUrl(String);

public_value!(HttpsUrl);

impl HttpsUrl {
    /// Reads an address and keeps it with what has to be escaped escaped.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        parse_web_url(text)
            .filter(|url| url.scheme() == "https")
            .map(|url| Self(url.into()))
            .ok_or_else(|| Invalid::new("Must be an address that begins with https://."))
    }
}

/// The address to send a customer back to, if its origin is one that the shop trusts.
///
/// Everything else is left out rather than refused: the caller is a web page, and what it asks for must not turn a
/// mail of the shop into a link to somewhere else.
#[must_use]
pub fn return_url(text: &str, trusted: &[Origin]) -> Option<Url> {
    let url = parse_web_url(text)?;
    let origin = url.origin().ascii_serialization();
    trusted.iter().any(|trusted| trusted.0 == origin).then_some(url)
}

/// An `http` or `https` address with a host, without user and password, of a length that every mail program takes.
fn parse_web_url(text: &str) -> Option<Url> {
    const MAX: usize = 2000;

    if text.len() > MAX {
        return None;
    }
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    // Escaping makes an address longer.
    (is_web && is_anonymous && url.as_str().len() <= MAX).then_some(url)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
