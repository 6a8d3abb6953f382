//! What a search is asked for. Rule: an unknown parameter is ignored, a refused one is named with what it takes, and a question that is
//! too long is cut.

use commerce::search::{Ask, Kind, LONGEST_QUERY};
use domain::fields::{Fields, Invalid};
use marzipan_http::ApiError;
use serde::Deserialize;

/// Hits of each kind, where nothing is said.
const USUAL: usize = 10;
const MOST: usize = 50;

/// The parameters as they come.
#[derive(Deserialize)]
pub(super) struct Asked {
    query: Option<String>,
    q: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    limit: Option<String>,
}

impl Asked {
    /// The question, and how it is repeated in the answer.
    pub(super) fn read(self) -> Result<(Ask, String), ApiError> {
        let mut fields = Fields::default();
        let text = self.query.filter(|text| !text.trim().is_empty()).or(self.q).unwrap_or_default();
        let text: String = text.trim_start().chars().take(LONGEST_QUERY).collect();
        if text.trim().is_empty() {
            fields.refuse("query", "Must hold the words to search for.");
        }
        let kind = self.kind.as_deref().map(str::trim).filter(|kind| !kind.is_empty());
        let kind = fields.take_optional("type", kind.map(kind_of));
        let limit = self.limit.as_deref().map(str::trim).filter(|limit| !limit.is_empty());
        let limit = fields.take_optional("limit", limit.map(limit_of));
        fields.finish()?;
        let repeated = text.trim_end().to_owned();
        let ask = Ask { text, kinds: kind.into_iter().collect(), limit: limit.unwrap_or(USUAL) };
        Ok((ask, repeated))
    }
}

fn kind_of(word: &str) -> Result<Kind, Invalid> {
    match word {
        "products" => Ok(Kind::Product),
        "pages" => Ok(Kind::Page),
        "posts" => Ok(Kind::Post),
        "collections" => Ok(Kind::Collection),
        "packages" => Ok(Kind::Package),
        _ => Err(Invalid::fixed("Must be one of products, pages, posts, collections, packages.")),
    }
}

fn limit_of(text: &str) -> Result<usize, Invalid> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Invalid::new(format!("Must be a whole number from 1 to {MOST}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str, q: &str, kind: &str, limit: &str) -> Asked {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Asked { query: given(query), q: given(q), kind: given(kind), limit: given(limit) }
    }

    #[test]
    fn what_is_asked_is_read() {
        let (ask, repeated) = asked(" malbec ", "x", "pages", "50").read().expect("good");
        assert_eq!((ask.text.as_str(), repeated.as_str()), ("malbec ", "malbec"));
        assert_eq!((ask.kinds.as_slice(), ask.limit), (&[Kind::Page][..], 50));
        let (ask, _) = asked(" ", "rosé", " ", " ").read().expect("good");
        assert_eq!((ask.text.as_str(), ask.kinds.len(), ask.limit), ("rosé", 0, 10));
        let (ask, repeated) = asked(&"é".repeat(100_000), "", "", "").read().expect("is cut");
        assert_eq!((ask.text.chars().count(), repeated.chars().count()), (200, 200));
    }

    #[test]
    fn what_is_refused_is_named() {
        for (asked, field) in [
            (asked("", "", "", ""), "query"),
            (asked(" \t", "\u{3000}", "", ""), "query"),
            (asked("x", "", "product", ""), "type"),
            (asked("x", "", "wines", ""), "type"),
            (asked("x", "", "", "0"), "limit"),
            (asked("x", "", "", "51"), "limit"),
            (asked("x", "", "", "-1"), "limit"),
            (asked("x", "", "", "ten"), "limit"),
        ] {
            let error = asked.read().expect_err(field);
            assert_eq!(error.status(), 422);
            assert!(format!("{error:?}").contains(field), "{error:?}");
        }
    }
}
