//! Files as browsers fetch them: whole or in part, once and not again (RFC 9110, sections 13 and 14). Rule: a file never
//! changes under its name, so whoever has it need not ask again; and no browser may take it for anything but what it is.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_RANGE, LAST_MODIFIED, RANGE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use domain::time::Timestamp;

use crate::etag::{ETag, Preconditions};

static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// In bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Its tag.
    pub etag: ETag,
    /// What it is.
    pub content_type: &'static str,
}

/// What is to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// That the client has it already.
    NotModified,
    /// Only the head of the answer.
    Head,
    /// All of it.
    Whole,
    /// This part of it.
    Part(Range<u64>),
    /// That it has no such part.
    OutOfRange,
}

/// What a request says of the file that it asks for. An extractor that never refuses.
#[derive(Clone, Debug, Default)]
pub struct FileRequest {
    is_head: bool,
    range: Option<String>,
    if_range: Option<String>,
    if_modified_since: Option<String>,
    has_if_none_match: bool,
    preconditions: Preconditions,
}

impl FileRequest {
    /// Whether the whole file is wanted whatever it is: nothing need be known of it first.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.is_head && self.range.is_none() && self.if_modified_since.is_none() && !self.has_if_none_match
    }

    /// What to answer.
    #[must_use]
    pub fn decide(&self, file: &FileFacts) -> Wanted {
        if self.is_held(file) {
            return Wanted::NotModified;
        }
        if self.is_head {
            return Wanted::Head;
        }
        match self.range.as_deref().filter(|_| self.range_is_meant_for(file)) {
            Some(range) => part(range, file.size),
            None => Wanted::Whole,
        }
    }

    fn is_held(&self, file: &FileFacts) -> bool {
        // A tag says more than a time: where there is one, the time is not looked at.
        if self.has_if_none_match {
            return self.preconditions.holds(&file.etag);
        }
        let since = self.if_modified_since.as_deref().and_then(|time| httpdate::parse_http_date(time).ok());
        since.is_some_and(|since| whole_seconds(file.modified) <= since)
    }

    /// A part is only of use to whoever has other parts of the same file.
    fn range_is_meant_for(&self, file: &FileFacts) -> bool {
        let Some(condition) = self.if_range.as_deref() else { return true };
        condition == file.etag.as_str()
            || httpdate::parse_http_date(condition).is_ok_and(|time| time == whole_seconds(file.modified))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FileRequest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let preconditions = Preconditions::from_request_parts(parts, state).await?;
        let text = |name: &HeaderName| one(&parts.headers, name);
        Ok(Self {
            is_head: parts.method == Method::HEAD,
            range: text(&RANGE),
            if_range: text(&IF_RANGE),
            if_modified_since: text(&IF_MODIFIED_SINCE),
            has_if_none_match: parts.headers.contains_key(axum::http::header::IF_NONE_MATCH),
            preconditions,
        })
    }
}

fn one(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The part that a `Range` names. Several at once, and what can not be read, are left unheard, as the RFC allows.
fn part(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let number = |digits: &str| {
        let digits = digits.trim();
        // A number that is too long for us is past every end.
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.trim().is_empty() => first..size,
        (None, Some(count)) if first.trim().is_empty() => size.saturating_sub(count)..size,
        _ => return Wanted::Whole,
    };
    if range.start < range.end { Wanted::Part(range) } else { Wanted::OutOfRange }
}

/// The answer; `body` holds what is wanted, and nothing where that has no body.
#[must_use]
pub fn answer(file: &FileFacts, wanted: Wanted, body: Body) -> Response {
    let (status, length) = match &wanted {
        Wanted::NotModified => (StatusCode::NOT_MODIFIED, None),
        Wanted::Head | Wanted::Whole => (StatusCode::OK, Some(file.size)),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range.end - range.start)),
        Wanted::OutOfRange => (StatusCode::RANGE_NOT_SATISFIABLE, Some(0)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    let size = file.size;
    let content_range = match wanted {
        Wanted::Part(range) => Some(format!("bytes {}-{}/{size}", range.start, range.end - 1)),
        Wanted::OutOfRange => Some(format!("bytes */{size}")),
        _ => None,
    };
    if let Some(range) = content_range.and_then(|range| HeaderValue::from_str(&range).ok()) {
        headers.insert(CONTENT_RANGE, range);
    }
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        return response;
    }
    let modified = httpdate::fmt_http_date(whole_seconds(file.modified));
    for (name, value) in [(ETAG, file.etag.as_str()), (LAST_MODIFIED, modified.as_str())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    for (name, value) in [
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_TYPE, file.content_type),
        (CONTENT_DISPOSITION, "inline"),
        // Should it be taken for a page after all, nothing on it runs or loads.
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (ACCEPT_RANGES, "bytes"),
        // Pages of every shop may show it.
        (RESOURCE_POLICY.clone(), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// HTTP knows no parts of a second.
fn whole_seconds(time: Timestamp) -> SystemTime {
    let micros = u64::try_from(time.as_micros()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(micros / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> FileFacts {
        FileFacts {
            size: 1000,
            modified: Timestamp::parse("2026-03-01T12:00:00.5Z").expect("a time"),
            etag: ETag::of_bytes(b"x"),
            content_type: "image/png",
        }
    }

    async fn asked(method: &str, headers: &[(&str, &str)]) -> FileRequest {
        let mut request = axum::http::Request::builder().method(method).uri("/media/1/x.png");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        FileRequest::from_request_parts(&mut parts, &()).await.unwrap_or_default()
    }

    async fn wanted(headers: &[(&str, &str)]) -> Wanted {
        asked("GET", headers).await.decide(&file())
    }

    #[tokio::test]
    async fn parts_are_read_as_the_rfc_has_them() {
        for (range, part) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=0-99", Wanted::Part(0..100)),
            ("bytes=990-", Wanted::Part(990..1000)),
            ("bytes=-10", Wanted::Part(990..1000)),
            ("bytes=-5000", Wanted::Part(0..1000)),
            ("bytes=900-99999999999999999999999", Wanted::Part(900..1000)),
            ("bytes= 0 - 9 ", Wanted::Part(0..10)),
            ("bytes=1000-", Wanted::OutOfRange),
            ("bytes=99999999999999999999999-", Wanted::OutOfRange),
            ("bytes=-0", Wanted::OutOfRange),
            // What means nothing is left unheard, and so are several at once.
            ("bytes=9-0", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=0-0,5-5", Wanted::Whole),
            ("lines=0-9", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(wanted(&[("range", range)]).await, part, "{range}");
        }
        assert_eq!(wanted(&[]).await, Wanted::Whole);
    }

    #[tokio::test]
    async fn who_has_it_is_told_so() {
        let tag = file().etag.as_str().to_owned();
        for (headers, expected) in [
            (vec![("if-none-match", tag.as_str())], Wanted::NotModified),
            (vec![("if-none-match", "*")], Wanted::NotModified),
            (vec![("if-none-match", "\"other\"")], Wanted::Whole),
            (vec![("if-modified-since", "Sun, 01 Mar 2026 12:00:00 GMT")], Wanted::NotModified),
            (vec![("if-modified-since", "Sun, 01 Mar 2026 11:59:59 GMT")], Wanted::Whole),
            (vec![("if-modified-since", "yesterday")], Wanted::Whole),
            (
                vec![("if-none-match", "\"other\""), ("if-modified-since", "Sun, 01 Mar 2026 12:00:00 GMT")],
                Wanted::Whole,
            ),
            (vec![("if-none-match", tag.as_str()), ("range", "bytes=0-9")], Wanted::NotModified),
            (vec![("if-range", tag.as_str()), ("range", "bytes=0-9")], Wanted::Part(0..10)),
            (vec![("if-range", "\"other\""), ("range", "bytes=0-9")], Wanted::Whole),
            (
                vec![("if-range", "Sun, 01 Mar 2026 12:00:00 GMT"), ("range", "bytes=0-9")],
                Wanted::Part(0..10),
            ),
            (vec![("if-range", "Sun, 01 Mar 2026 12:00:01 GMT"), ("range", "bytes=0-9")], Wanted::Whole),
        ] {
            assert_eq!(wanted(&headers).await, expected, "{headers:?}");
        }
        let head = asked("HEAD", &[("range", "bytes=0-9")]).await;
        assert_eq!(head.decide(&file()), Wanted::Head);
        assert!(!head.is_plain() && asked("GET", &[]).await.is_plain());
    }

    #[test]
    fn answers_say_what_they_hold() {
        let header = |wanted: Wanted, name: &str| {
            let response = answer(&file(), wanted, Body::empty());
            (
                response.status().as_u16(),
                response.headers().get(name).map(|value| value.to_str().expect("text").to_owned()),
            )
        };
        assert_eq!(header(Wanted::Whole, "content-length"), (200, Some("1000".to_owned())));
        assert_eq!(header(Wanted::Head, "content-length"), (200, Some("1000".to_owned())));
        assert_eq!(header(Wanted::Part(5..10), "content-length"), (206, Some("5".to_owned())));
        assert_eq!(header(Wanted::Part(5..10), "content-range"), (206, Some("bytes 5-9/1000".to_owned())));
        assert_eq!(header(Wanted::OutOfRange, "content-range"), (416, Some("bytes */1000".to_owned())));
        assert_eq!(header(Wanted::OutOfRange, "cache-control"), (416, None));
        assert_eq!(header(Wanted::NotModified, "content-length"), (304, None));
        assert_eq!(
            header(Wanted::Whole, "last-modified").1.as_deref(),
            Some("Sun, 01 Mar 2026 12:00:00 GMT")
        );
    }
}
