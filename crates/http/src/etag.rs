//! Entity tags. Rule: a client that holds what is current is told so without the body, and a change to what is no longer
//! current is refused.

use std::convert::Infallible;
use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::ApiError;

/// A strong entity tag, with its quotes. As a part of a response it sets `ETag`: `(etag, Json(body))`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of finished bytes that are the same for everybody.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_hash(Sha256::new().chain_update(bytes))
    }

    /// The tag of finished bytes of one shop. Two shops never share a tag, even for the same bytes.
    #[must_use]
    pub fn of_tenant_bytes(tenant: Uuid, bytes: &[u8]) -> Self {
        Self::of_hash(Sha256::new().chain_update(tenant.as_bytes()).chain_update(bytes))
    }

    /// The tag of a thing that counts its versions.
    #[must_use]
    pub fn of_version(version: i64) -> Self {
        Self(format!("\"v{version}\""))
    }

    /// The tag as it stands in a header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_hash(hash: Sha256) -> Self {
        let mut tag = String::with_capacity(34);
        tag.push('"');
        // Half of the hash tells apart all that a server will ever answer.
        for byte in &hash.finalize()[..16] {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        Self(tag)
    }

    /// The tag of the same bytes in a compressed form.
    pub(crate) fn of_coding(&self, coding: &str) -> Self {
        Self(format!("{}-{coding}\"", self.0.trim_end_matches('"')))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("a tag is made of quotes, letters and digits")
    }
}

impl IntoResponseParts for ETag {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        response.headers_mut().insert(ETAG, self.header());
        Ok(response)
    }
}

/// What a request says in `If-None-Match` and `If-Match`. An extractor that never refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    if_none_match: Option<String>,
    if_match: Option<String>,
}

impl Preconditions {
    /// What these headers say.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self { if_none_match: list(headers, &IF_NONE_MATCH), if_match: list(headers, &IF_MATCH) }
    }

    /// Whether the client holds what is current: a GET answers 304.
    #[must_use]
    pub fn holds(&self, current: &ETag) -> bool {
        // Compared weakly, as RFC 9110 says: a proxy may have weakened the tag.
        let same = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag) == current.0;
        self.if_none_match.as_deref().is_some_and(|tags| tags.trim() == "*" || each_tag(tags).any(same))
    }

    /// 412 where a write was meant for another version than the current one. Without `If-Match` every write passes.
    pub fn check(&self, current: &ETag) -> Result<(), ApiError> {
        match self.if_match.as_deref() {
            None => Ok(()),
            Some(tags) if tags.trim() == "*" || each_tag(tags).any(|tag| tag == current.0) => Ok(()),
            Some(_) => Err(ApiError::precondition_failed()),
        }
    }

    /// The version that `If-Match` names, for a write that checks it inside its transaction: `None` without the header
    /// or with `*`; 412 where it names no version that [`ETag::of_version`] made.
    pub fn expected_version(&self) -> Result<Option<i64>, ApiError> {
        let Some(tags) = self.if_match.as_deref().filter(|tags| tags.trim() != "*") else { return Ok(None) };
        let version = |tag: &str| tag.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok();
        each_tag(tags).find_map(version).map(Some).ok_or_else(ApiError::precondition_failed)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Preconditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The tags of all headers of this name.
fn list(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let mut tags = values.next()?.to_owned();
    for more in values {
        tags.push(',');
        tags.push_str(more);
    }
    Some(tags)
}

/// The tags of a list, weak ones with their `W/`. None of ours holds a comma, so one that does is merely another tag.
fn each_tag(tags: &str) -> impl Iterator<Item = &str> {
    tags.split(',').map(str::trim)
}

/// A GET that is answered with 304 to a client that holds what is current.
#[derive(Clone, Debug)]
pub struct Conditional {
    etag: ETag,
    is_held: bool,
    cache_control: &'static str,
    content_type: &'static str,
    body: Bytes,
}

impl Conditional {
    /// Finished JSON. A browser may keep it and must ask whether it is still current.
    pub fn json(preconditions: &Preconditions, etag: ETag, body: impl Into<Bytes>) -> Self {
        Self {
            is_held: preconditions.holds(&etag),
            etag,
            cache_control: "private, no-cache",
            content_type: "application/json",
            body: body.into(),
        }
    }

    /// Another `Cache-Control`.
    #[must_use]
    pub fn cache_control(self, cache_control: &'static str) -> Self {
        Self { cache_control, ..self }
    }

    /// Another `Content-Type`.
    #[must_use]
    pub fn content_type(self, content_type: &'static str) -> Self {
        Self { content_type, ..self }
    }
}

impl IntoResponse for Conditional {
    fn into_response(self) -> Response {
        let mut response = if self.is_held {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.content_type)], Body::from(self.body)).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.header());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::Request;
    use axum::routing::get as on_get;

    use super::*;
    use crate::testing::{get, send, wrapped};

    fn preconditions(name: &'static str, value: &str) -> Preconditions {
        let value = Some(value.to_owned());
        if name == "if-match" {
            Preconditions { if_match: value, ..Preconditions::default() }
        } else {
            Preconditions { if_none_match: value, ..Preconditions::default() }
        }
    }

    #[test]
    fn a_client_that_holds_the_current_version_is_known() {
        for (sent, holds) in [
            ("\"v1\"", true),
            ("W/\"v1\"", true),
            ("\"v0\", \"v1\"", true),
            ("*", true),
            ("\"v2\"", false),
            ("v1", false),
            ("", false),
        ] {
            assert_eq!(preconditions("if-none-match", sent).holds(&ETag::of_version(1)), holds, "{sent}");
        }
    }

    #[test]
    fn a_write_to_another_version_is_refused() {
        assert!(Preconditions::default().check(&ETag::of_version(1)).is_ok());
        assert_eq!(Preconditions::default().expected_version().expect("none"), None);
        for (sent, passes, expected) in [
            ("\"v1\"", true, Some(Some(1))),
            ("*", true, Some(None)),
            ("W/\"v1\"", false, None),
            ("\"v2\"", false, Some(Some(2))),
            ("garbage", false, None),
        ] {
            let preconditions = preconditions("if-match", sent);
            assert_eq!(preconditions.check(&ETag::of_version(1)).is_ok(), passes, "{sent}");
            assert_eq!(preconditions.expected_version().ok(), expected, "{sent}");
        }
    }

    #[test]
    fn tags_of_bytes_are_strong_and_differ_between_shops() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(ETag::of_bytes(b"x").as_str().len(), 34);
        assert_eq!(ETag::of_tenant_bytes(one, b"x"), ETag::of_tenant_bytes(one, b"x"));
        assert_ne!(ETag::of_tenant_bytes(one, b"x"), ETag::of_tenant_bytes(two, b"x"));
        assert_ne!(ETag::of_bytes(b"x"), ETag::of_bytes(b"y"));
    }

    #[tokio::test]
    async fn what_is_held_is_not_sent_again() {
        let handler = |preconditions: Preconditions| async move {
            Conditional::json(&preconditions, ETag::of_bytes(b"{}"), "{}")
        };
        let router = wrapped(Router::new().route("/", on_get(handler)));
        let first = send(&router, get("/")).await;
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers()[CACHE_CONTROL], "private, no-cache");
        let etag = first.headers()[ETAG].clone();
        let again = Request::get("/").header("if-none-match", &etag).body(Body::empty()).expect("a request");
        let second = send(&router, again).await;
        assert_eq!(second.status(), 304);
        assert_eq!(second.headers()[ETAG], etag);
        assert!(!second.headers().contains_key(CONTENT_TYPE));
    }
}
