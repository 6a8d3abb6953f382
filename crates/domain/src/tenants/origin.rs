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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origins(texts: &[&str]) -> Vec<Origin> {
        texts.iter().map(|text| Origin::parse(text).expect("a valid origin")).collect()
    }

    #[test]
    fn origins_read_as_a_browser_sends_them() {
        for (typed, kept) in [
            ("https://shop.example", "https://shop.example"),
            ("https://Shop.Example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:5173", "http://[::1]:5173"),
            ("http://shop.localhost", "http://shop.localhost"),
        ] {
            assert_eq!(Origin::parse(typed).map(|origin| origin.0).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn refuses_what_is_no_origin() {
        for typed in [
            "",
            "*",
            "null",
            "shop.example",
            "//shop.example",
            "http://shop.example",
            "http://localhost.example",
            "http://0.0.0.0",
            "https://",
            "https://shop.example/path",
            "https://shop.example?query",
            "https://shop.example#part",
            "https://user@shop.example",
            "https://user:pass@shop.example",
            "https://*.shop.example/x",
            "ftp://shop.example",
            "javascript:alert(1)",
            "file:///etc",
            "data:text/html,x",
        ] {
            assert!(Origin::parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_customer_is_sent_back_to_trusted_pages_only() {
        let trusted = origins(&["https://shop.example", "http://localhost:3000"]);
        for (asked, kept) in [
            ("https://shop.example/welcome?a=b#c", "https://shop.example/welcome?a=b#c"),
            ("https://SHOP.example:443/x", "https://shop.example/x"),
            ("http://localhost:3000/reset", "http://localhost:3000/reset"),
            ("https:shop.example/x", "https://shop.example/x"),
            ("https://shop.example/\" onclick=\"x", "https://shop.example/%22%20onclick=%22x"),
        ] {
            let url = return_url(asked, &trusted);
            assert_eq!(url.as_ref().map(Url::as_str), Some(kept), "{asked}");
        }
        let long = format!("https://shop.example/{}", "x".repeat(2000));
        for asked in [
            "",
            "/welcome",
            "//shop.example/welcome",
            "http://shop.example/welcome",
            "https://shop.example:8443/welcome",
            "https://shop.example.evil.example",
            "https://shop.example@evil.example",
            "https://shop.example:pass@evil.example",
            "https://user@shop.example/",
            "https://user:pass@shop.example/",
            "https://evil.example/https://shop.example",
            "https://evil.example\\@shop.example",
            "https://evil.example\\.shop.example",
            "https://shop.example\u{3002}evil.example",
            "https://evilshop.example",
            "javascript:alert(1)//https://shop.example",
            "blob:https://shop.example/x",
            "ftp://shop.example",
            "http://localhost:3001/",
            &long,
        ] {
            assert_eq!(return_url(asked, &trusted), None, "{asked}");
        }
        assert_eq!(return_url("https://shop.example", &[]), None);
    }

    #[test]
    fn logos_come_over_https() {
        assert!(HttpsUrl::parse("https://cdn.example/logo.svg?v=2").is_ok());
        for typed in [
            "",
            "http://cdn.example/logo.svg",
            "//cdn.example/x",
            "data:image/png;base64,AA",
            "https://u:p@x.example",
        ] {
            assert!(HttpsUrl::parse(typed).is_err(), "{typed}");
        }
        let kept = HttpsUrl::parse("https://cdn.example/a\"b c").expect("an address");
        assert_eq!(kept.as_str(), "https://cdn.example/a%22b%20c", "it can stand in an attribute");
    }

    proptest! {
        #[test]
        fn only_trusted_origins_come_through(
            scheme in "(https?|ftp|HTTPS):?/{0,3}",
            rest in "[a-z@:\\\\/.#?%&]{0,12}(shop\\.example)?[a-z@:\\\\/.#?%&0-9]{0,12}",
        ) {
            let trusted = origins(&["https://shop.example"]);
            if let Some(url) = return_url(&format!("{scheme}{rest}"), &trusted) {
                prop_assert_eq!(url.origin().ascii_serialization(), "https://shop.example");
                prop_assert_eq!((url.username(), url.password()), ("", None));
            }
        }

        #[test]
        fn what_is_kept_is_kept_again(text in "(.{0,30}|https://[a-zé0-9.-]{1,20}(:[0-9]{1,5})?/?)") {
            if let Ok(origin) = Origin::parse(&text) {
                prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin));
            }
        }
    }
}
