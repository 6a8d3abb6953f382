//! Old addresses that lead to new ones. Rule: one step leads there; chains are flattened when they are made, and what
//! would lead back to itself is refused.

use std::fmt::Write as _;

use super::link::site_path;
use crate::fields::Invalid;
use crate::tenants::HttpsUrl;
use crate::text;

const MOST: usize = 500;
const NO_PATH: Invalid =
    Invalid::fixed("Must be a path such as /old-page, without a host, query or fragment.");

/// The path of an address on the shop's site, in one spelling: escapes resolved, no slash at its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RedirectPath(String);

impl RedirectPath {
    /// Reads a path.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let line = text::one_line(typed, MOST)?;
        let path = site_path(&line).ok_or(NO_PATH)?;
        if path.contains(['?', '#']) {
            return Err(NO_PATH);
        }
        Self::of(path)
    }

    /// The path of an address that may have a query and a fragment.
    fn of(address: &str) -> Result<Self, Invalid> {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        let plain = unescaped(&address[..end]).ok_or(NO_PATH)?;
        let plain = plain.trim_end_matches('/');
        let path = if plain.is_empty() { "/" } else { plain };
        // An escape may have hidden another site, or a line's end.
        let path = site_path(path).ok_or(NO_PATH)?;
        text::one_line(path, MOST).map(Self)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTarget {
    /// To a path of the same site, with a query and a fragment or not.
    Path(String),
    /// To another site.
    Url(HttpsUrl),
}

impl RedirectTarget {
    /// Reads a path or an `https` address.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        const NO_TARGET: Invalid =
            Invalid::fixed("Must be a path such as /new-page, or an address that begins with https://.");
        let line = text::one_line(typed, 2000)?;
        if let Some(path) = site_path(&line) {
            RedirectPath::of(path).map_err(|_| NO_TARGET)?;
            return Ok(Self::Path(path.to_owned()));
        }
        HttpsUrl::parse(&line).map(Self::Url).map_err(|_| NO_TARGET)
    }

    /// The path that it leads to on the same site.
    #[must_use]
    pub fn path(&self) -> Option<RedirectPath> {
        match self {
            Self::Path(path) => RedirectPath::of(path).ok(),
            Self::Url(_) => None,
        }
    }

    /// The target as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Url(url) => url.as_str(),
        }
    }
}

/// The status that a redirect is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedirectStatus(u16);

impl RedirectStatus {
    /// 301: the address has moved for good.
    pub const MOVED: Self = Self(301);

    /// Reads 301, 302, 307 or 308.
    pub fn parse(status: i64) -> Result<Self, Invalid> {
        match status {
            301 => Ok(Self(301)),
            302 => Ok(Self(302)),
            307 => Ok(Self(307)),
            308 => Ok(Self(308)),
            _ => Err(Invalid::fixed("Must be one of 301, 302, 307, 308.")),
        }
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }
}

/// The redirect would lead back to where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop;

/// The end of the way that begins with a redirect from `from` to `to`, where `next` tells the redirects that are there.
/// Whoever keeps the answer, and turns what led to `from` to the same end, keeps every way one step long.
pub fn resolve<E>(
    from: &RedirectPath,
    to: RedirectTarget,
    mut next: impl FnMut(&RedirectPath) -> Result<Option<RedirectTarget>, E>,
) -> Result<Result<RedirectTarget, Loop>, E> {
    // Longer than any way that this function made.
    const MOST_STEPS: usize = 20;
    let mut end = to;
    for _ in 0..MOST_STEPS {
        let Some(path) = end.path() else { return Ok(Ok(end)) };
        if path == *from {
            return Ok(Err(Loop));
        }
        match next(&path)? {
            Some(further) => end = further,
            None => return Ok(Ok(end)),
        }
    }
    Ok(Err(Loop))
}

/// The text with its `%` escapes resolved; none where they are no UTF-8.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *first == b'%').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            u8::from_str_radix(digits, 16).ok()
        });
        match escape {
            // What divides a path, or ends it, or escapes, does not where it was escaped itself.
            Some(byte) if !matches!(byte, b'/' | b'%' | b'?' | b'#' | b' ') => {
                bytes.push(byte);
                rest = &after[2..];
            }
            Some(byte) => {
                let mut kept = String::new();
                let _ = write!(kept, "%{byte:02X}");
                bytes.extend(kept.as_bytes());
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> RedirectPath {
        RedirectPath::parse(text).expect("a path")
    }

    #[test]
    fn one_address_has_one_spelling() {
        for (typed, kept) in [
            ("/", "/"),
            ("/a/", "/a"),
            ("/caf%C3%A9", "/café"),
            ("/café", "/café"),
            ("/a%2fb", "/a%2Fb"),
            ("/a%20b/", "/a%20b"),
            ("/100%25", "/100%25"),
            ("/100%", "/100%"),
            ("/%zz", "/%zz"),
        ] {
            assert_eq!(path(typed).as_str(), kept);
            assert_eq!(path(path(typed).as_str()), path(typed));
        }
        for typed in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "/%5Cevil.example",
            "/a?b",
            "/a#b",
            "/a b",
            "/%00",
            "/%0a",
            "/%ff",
            "https://example.com/a",
        ] {
            assert!(RedirectPath::parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn targets_are_paths_or_safe_addresses() {
        for typed in ["/new", "/new?page=2#top", "https://example.com/new"] {
            assert_eq!(RedirectTarget::parse(typed).expect("a target").as_str(), typed);
        }
        for typed in ["", "new", "//evil.example", "/%5Cevil", "javascript:alert(1)", "http://example.com"] {
            assert!(RedirectTarget::parse(typed).is_err(), "{typed}");
        }
        assert_eq!(RedirectTarget::parse("/new/?a=1#b").expect("a target").path(), Some(path("/new")));
    }

    /// What the tables keep: put, and turn what led there.
    fn put(all: &mut BTreeMap<RedirectPath, RedirectTarget>, from: &str, to: &str) -> bool {
        let from = path(from);
        let to = RedirectTarget::parse(to).expect("a target");
        let Ok(end) = resolve::<()>(&from, to, |at| Ok(all.get(at).cloned())).expect("no error") else {
            return false;
        };
        for target in all.values_mut().filter(|target| target.path().as_ref() == Some(&from)) {
            *target = end.clone();
        }
        all.insert(from, end);
        true
    }

    #[test]
    fn chains_are_flattened_and_loops_refused() {
        let mut all = BTreeMap::new();
        assert!(put(&mut all, "/a", "/b"));
        assert!(put(&mut all, "/b", "/c"));
        assert_eq!(all[&path("/a")].as_str(), "/c");
        assert!(put(&mut all, "/z", "/a?x=1"));
        assert_eq!(all[&path("/z")].as_str(), "/c");
        for (from, to) in [("/a", "/a"), ("/a", "/a/?x#y"), ("/c", "/a"), ("/c", "/z")] {
            assert!(!put(&mut all, from, to), "{from} to {to}");
        }
    }

    proptest! {
        #[test]
        fn every_way_is_one_step_long(steps in prop::collection::vec((0..8_u8, 0..8_u8), 0..40)) {
            let mut all = BTreeMap::new();
            for (from, to) in steps {
                put(&mut all, &format!("/{from}"), &format!("/{to}"));
                for (from, target) in &all {
                    let to = target.path().expect("a path");
                    prop_assert!(to != *from && !all.contains_key(&to), "{:?}", all);
                }
            }
        }
    }
}
