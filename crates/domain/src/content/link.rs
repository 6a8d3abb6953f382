//! Where a link may lead. Rule: to another page or to a person; never to a script.

use url::Url;

use crate::fields::Invalid;
use crate::tenants::HttpsUrl;
use crate::text::{self, public_value};

/// A path of the shop's own site, an `https` address, or a `mailto:` or `tel:` one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

public_value!(Link);

const MOST: usize = 2000;
const NO_LINK: Invalid = Invalid::fixed(
    "Must be a path such as /pages/about, or an address that begins with https://, mailto: or tel:.",
);

impl Link {
    /// Reads a link.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let line = text::one_line(typed, MOST)?;
        if let Some(path) = site_path(&line) {
            return Ok(Self(path.to_owned()));
        }
        let url = Url::parse(&line).map_err(|_| NO_LINK)?;
        match url.scheme() {
            "https" => HttpsUrl::parse(&line).map(|url| Self(url.as_str().to_owned())),
            "mailto" if url.path().contains('@') => Ok(Self(url.into())),
            "tel" if is_number(url.path()) => Ok(Self(url.into())),
            _ => Err(NO_LINK),
        }
    }
}

/// The text, if it is a path on the same site: `//host` and `/\host` are other sites to a browser.
pub(super) fn site_path(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('/')?;
    let fits = !rest.starts_with(['/', '\\']) && !line.contains(|c: char| c.is_whitespace() || c == '\\');
    fits.then_some(line)
}

fn is_number(path: &str) -> bool {
    path.chars().any(|c| c.is_ascii_digit())
        && path.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '(' | ')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_to_pages_and_people() {
        for link in [
            "/",
            "/pages/about",
            "/products?type=event#dates",
            "https://example.com/a",
            "mailto:hello@example.com?subject=Hi",
            "tel:+44-1947-000000",
        ] {
            assert_eq!(Link::parse(link).as_ref().map(Link::as_str), Ok(link));
        }
    }

    #[test]
    fn never_leads_to_a_script_or_to_a_site_in_disguise() {
        for link in [
            "",
            "about",
            "#top",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "/a b",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "http://example.com",
            "https://user:pass@example.com",
            "https://",
            "mailto:nobody",
            "tel:alert(1)",
            "tel:",
            "ftp://example.com",
        ] {
            assert!(Link::parse(link).is_err(), "{link:?}");
        }
    }
}
