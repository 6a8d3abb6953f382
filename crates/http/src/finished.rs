//! Finished answers: bytes with their tag and their compressed forms, made once and given many times.
//!
//! Rule: an answer is given again only while the stamp under which it was made is current, to the shop and the audience it
//! was made for; and however many ask for one that is missing, it is made once.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::MatchedPath;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use metrics::{Counter, Gauge};
use quick_cache::Equivalent;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use uuid::Uuid;

use crate::coding::Coding;
use crate::error::ApiError;
use crate::etag::{ETag, Preconditions};

/// No answer that is kept is longer.
const LONGEST: usize = 16 * 1024 * 1024;
/// Longer addresses are nobody's second visit.
const LONGEST_TARGET: usize = 2048;
/// What an entry takes beside its bytes, about.
const ENTRY: usize = 512;
/// An answer's size, about: how many will fit is guessed from it.
const USUAL: usize = 8 * 1024;
/// For this long an answer that could not be kept is made by whoever asks, instead of one for all.
const NOT_KEPT_FOR: Duration = Duration::from_secs(1);

/// What is asked for, and for whom.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Asked<'a> {
    /// The shop.
    pub tenant: Uuid,
    /// Who sees the same as each other: the caller's own numbering.
    pub audience: u8,
    /// In which form.
    pub coding: Coding,
    /// The path with the query, as they were sent.
    pub target: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tenant: Uuid,
    audience: u8,
    coding: Coding,
    target: Box<str>,
}

impl Asked<'_> {
    fn key(&self) -> Key {
        let Self { tenant, audience, coding, target } = *self;
        Key { tenant, audience, coding, target: target.into() }
    }
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.tenant == key.tenant
            && self.audience == key.audience
            && self.coding == key.coding
            && *self.target == *key.target
    }
}

/// One finished answer.
pub struct Finished {
    /// The pattern of its route, for the log.
    path: Option<MatchedPath>,
    status: StatusCode,
    content_type: HeaderValue,
    /// Of answers to success only.
    etag: Option<ETag>,
    coding: Coding,
    body: Bytes,
}

/// What is known under a key.
#[derive(Clone)]
enum Entry<S> {
    Finished(S, Arc<Finished>),
    /// The answer could not be kept.
    NotKept(Instant),
}

#[derive(Clone)]
struct ByBytes;

impl<S> Weighter<Key, Entry<S>> for ByBytes {
    fn weight(&self, key: &Key, entry: &Entry<S>) -> u64 {
        let body = match entry {
            Entry::Finished(_, answer) => answer.body.len(),
            Entry::NotKept(_) => 0,
        };
        (key.target.len() + body + ENTRY) as u64
    }
}

/// Where answers are kept, within a number of bytes. `S` is the stamp under which one is made.
pub struct FinishedAnswers<S> {
    cache: Option<Cache<Key, Entry<S>, ByBytes>>,
    given: Counter,
    made: Counter,
    bytes: Gauge,
}

impl<S: Copy + Send + Sync + 'static> FinishedAnswers<S> {
    /// Keeps at most this many bytes; with 0, none.
    #[must_use]
    pub fn new(most_bytes: usize) -> Self {
        metrics::describe_counter!(GIVEN, "Reads answered with finished bytes");
        metrics::describe_counter!(MADE, "Reads whose answer was made");
        metrics::describe_gauge!(BYTES, metrics::Unit::Bytes, "Finished answers that are kept");
        let cache = (most_bytes > 0)
            .then(|| Cache::with_weighter(most_bytes / USUAL + 1, most_bytes as u64, ByBytes));
        Self {
            cache,
            given: metrics::counter!(GIVEN),
            made: metrics::counter!(MADE),
            bytes: metrics::gauge!(BYTES),
        }
    }

    /// A finished answer that is at hand.
    pub fn find(&self, asked: &Asked<'_>, is_current: impl FnOnce(S) -> bool) -> Option<Arc<Finished>> {
        match self.cache.as_ref()?.get(asked)? {
            Entry::Finished(stamp, answer) if is_current(stamp) => {
                self.given.increment(1);
                Some(answer)
            }
            _ => None,
        }
    }

    /// The finished answer: one that is at hand, that somebody is making now, or that `make` makes. An answer that may not
    /// be kept is the error: it is given as it is.
    ///
    /// `stamp` is asked before `make` is begun; without a stamp nothing is kept. `path` is the pattern of the route.
    pub async fn find_or_make(
        &self,
        asked: Asked<'_>,
        path: Option<MatchedPath>,
        stamp: impl Fn() -> Option<S>,
        is_current: impl Fn(S) -> bool,
        make: impl Future<Output = Response>,
    ) -> Result<Arc<Finished>, Response> {
        let plain = Asked { coding: Coding::Identity, ..asked };
        let make = async {
            self.made.increment(1);
            finish(asked.tenant, path, make.await).await
        };
        let (stamp, answer) = self.one(plain, stamp, &is_current, make).await?;
        if asked.coding == Coding::Identity {
            return Ok(answer);
        }
        let compress = async { Ok(answer.compressed(asked.coding)) };
        self.one(asked, || stamp, &is_current, compress).await.map(|(_, answer)| answer)
    }

    /// The answer in one form, with its stamp if it is kept.
    async fn one(
        &self,
        asked: Asked<'_>,
        stamp: impl Fn() -> Option<S>,
        is_current: &impl Fn(S) -> bool,
        make: impl Future<Output = Result<Finished, Response>>,
    ) -> Result<(Option<S>, Arc<Finished>), Response> {
        let cache = self.cache.as_ref().filter(|_| asked.target.len() <= LONGEST_TARGET && stamp().is_some());
        let Some(cache) = cache else { return Ok((None, Arc::new(make.await?))) };
        let look = |_: &Key, entry: &mut Entry<S>| match entry {
            Entry::Finished(stamp, answer) if is_current(*stamp) => {
                EntryAction::Retain(Some((Some(*stamp), answer.clone())))
            }
            Entry::NotKept(since) if since.elapsed() < NOT_KEPT_FOR => EntryAction::Retain(None),
            _ => EntryAction::ReplaceWithGuard,
        };
        let guard = match cache.entry_async(&asked.key(), look).await {
            EntryResult::Retained(Some(kept)) => {
                self.given.increment(1);
                return Ok(kept);
            }
            EntryResult::Vacant(guard) | EntryResult::Replaced(guard, _) => guard,
            _ => return Ok((None, Arc::new(make.await?))),
        };
        // Asked after the wait and before the making begins: what is read from here on is of the stamp or newer.
        let stamp = stamp();
        let answer = make.await.map(|answer| (stamp, Arc::new(answer)));
        let entry = match &answer {
            Ok((Some(stamp), answer)) => Entry::Finished(*stamp, answer.clone()),
            _ => Entry::NotKept(Instant::now()),
        };
        // Refused where the place was taken away meanwhile; then the next one makes it again.
        let _ = guard.insert(entry);
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        self.bytes.set(cache.weight() as f64);
        answer
    }
}

const GIVEN: &str = "marzipan_reads_given_total";
const MADE: &str = "marzipan_reads_made_total";
const BYTES: &str = "marzipan_reads_kept_bytes";

/// Takes an answer to pieces, if it is one that may be kept: JSON that says nothing of its own on how to keep it.
async fn finish(tenant: Uuid, path: Option<MatchedPath>, response: Response) -> Result<Finished, Response> {
    let (head, body) = response.into_parts();
    let is_plain =
        |headers: &HeaderMap| headers.keys().all(|name| *name == CONTENT_TYPE || *name == CONTENT_LENGTH);
    let keeps = [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY];
    let content_type = head.headers.get(CONTENT_TYPE).filter(|kind| *kind == "application/json").cloned();
    let Some(content_type) = content_type.filter(|_| keeps.contains(&head.status) && is_plain(&head.headers))
    else {
        return Err(Response::from_parts(head, body));
    };
    let bytes = to_bytes(body, LONGEST).await.map_err(|error| ApiError::internal(error).into_response())?;
    Ok(Finished {
        path,
        status: head.status,
        content_type,
        etag: (head.status == StatusCode::OK).then(|| ETag::of_tenant_bytes(tenant, &bytes)),
        coding: Coding::Identity,
        // A copy is of the size that is counted; what was written into may have room to spare.
        body: Bytes::copy_from_slice(&bytes),
    })
}

impl Finished {
    /// The same with a compressed body, where that is worth while. Its tag differs: the bytes do.
    fn compressed(&self, coding: Coding) -> Self {
        let compressed = coding.compress(&self.body);
        Self {
            path: self.path.clone(),
            status: self.status,
            content_type: self.content_type.clone(),
            etag: self.etag.as_ref().map(|etag| match &compressed {
                Some(_) => etag.of_coding(coding.name()),
                None => etag.clone(),
            }),
            coding: if compressed.is_some() { coding } else { Coding::Identity },
            body: compressed.unwrap_or_else(|| self.body.clone()),
        }
    }

    /// The pattern of its route.
    pub(crate) fn path(&self) -> Option<&MatchedPath> {
        self.path.as_ref()
    }

    /// The response to a request with these headers: 304 to whoever holds it already.
    #[must_use]
    pub fn respond(&self, headers: &HeaderMap, cache_control: &'static str) -> Response {
        let is_held = match &self.etag {
            Some(etag) if headers.contains_key(IF_NONE_MATCH) => Preconditions::of(headers).holds(etag),
            _ => false,
        };
        let mut response = if is_held {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(self.body.clone()));
            *response.status_mut() = self.status;
            response.headers_mut().insert(CONTENT_TYPE, self.content_type.clone());
            if self.coding != Coding::Identity {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(self.coding.name()));
            }
            response
        };
        if let Some(etag) = &self.etag {
            let headers = response.headers_mut();
            headers.insert(ETAG, etag.header());
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
        }
        response
    }
}
