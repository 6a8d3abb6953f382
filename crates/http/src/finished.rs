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

/// Takes an answer to pieces, if it is one that may be kept: it says nothing of its own on how to keep it.
async fn finish(tenant: Uuid, path: Option<MatchedPath>, response: Response) -> Result<Finished, Response> {
    let (head, body) = response.into_parts();
    let is_plain =
        |headers: &HeaderMap| headers.keys().all(|name| *name == CONTENT_TYPE || *name == CONTENT_LENGTH);
    let keeps = [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY];
    let content_type = head.headers.get(CONTENT_TYPE).cloned();
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    use axum::Json;
    use axum::http::header::RETRY_AFTER;

    use super::*;
    use crate::testing::answer as read;

    const SHOP: Uuid = Uuid::from_u128(1);
    const TARGET: &str = "/v1/things?page=2";

    fn asked() -> Asked<'static> {
        Asked { tenant: SHOP, audience: 0, coding: Coding::Identity, target: TARGET }
    }

    /// Answers, the shop's present stamp, and how often one was made.
    struct World {
        answers: FinishedAnswers<u64>,
        stamp: AtomicU64,
        made: AtomicUsize,
    }

    impl World {
        fn of(bytes: usize) -> Self {
            Self { answers: FinishedAnswers::new(bytes), stamp: AtomicU64::new(1), made: AtomicUsize::new(0) }
        }

        fn now(&self) -> u64 {
            self.stamp.load(Ordering::SeqCst)
        }

        /// Asks; what is made takes a moment, so that others come meanwhile.
        async fn ask(&self, asked: Asked<'_>, response: impl FnOnce() -> Response) -> Response {
            let make = async {
                self.made.fetch_add(1, Ordering::SeqCst);
                let response = response();
                tokio::time::sleep(Duration::from_millis(5)).await;
                response
            };
            let (stamp, is_current) = (|| Some(self.now()), |stamp| stamp == self.now());
            match self.answers.find_or_make(asked, None, stamp, is_current, make).await {
                Ok(answer) => answer.respond(&HeaderMap::new(), "public"),
                Err(response) => response,
            }
        }

        fn made(&self) -> usize {
            self.made.load(Ordering::SeqCst)
        }

        fn has(&self, asked: Asked<'_>) -> bool {
            self.answers.find(&asked, |stamp| stamp == self.now()).is_some()
        }
    }

    fn words(count: usize) -> impl FnOnce() -> Response {
        move || Json("marzipan ".repeat(count)).into_response()
    }

    #[tokio::test]
    async fn many_who_ask_at_once_get_one_making() {
        let world = World::of(1 << 20);
        let all = (0..64).map(|_| world.ask(asked(), words(1)));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(world.made(), 1);
        for answer in answers {
            assert_eq!(read(answer).await.1, "\"marzipan \"");
        }
        assert!(world.has(asked()));
    }

    #[tokio::test]
    async fn a_change_makes_it_anew_once() {
        let world = World::of(1 << 20);
        world.ask(asked(), words(1)).await;
        world.stamp.store(2, Ordering::SeqCst);
        assert!(!world.has(asked()));
        let all = (0..64).map(|_| world.ask(asked(), words(2)));
        for answer in futures_util::future::join_all(all).await {
            assert_eq!(read(answer).await.1, "\"marzipan marzipan \"");
        }
        assert_eq!(world.made(), 2);
    }

    #[tokio::test]
    async fn what_was_begun_before_a_change_is_not_given_after_it() {
        let world = World::of(1 << 20);
        let before = world.ask(asked(), || {
            // The change comes while this one is being made of what was read before it.
            world.stamp.store(2, Ordering::SeqCst);
            words(1)()
        });
        let after = async {
            tokio::task::yield_now().await;
            world.ask(asked(), words(2)).await
        };
        let (_, after) = futures_util::future::join(before, after).await;
        assert_eq!(read(after).await.1, "\"marzipan marzipan \"");
    }

    #[tokio::test]
    async fn shops_audiences_and_addresses_are_kept_apart() {
        let world = World::of(1 << 20);
        let mut tags = Vec::new();
        for asked in [
            asked(),
            Asked { tenant: Uuid::from_u128(2), ..asked() },
            Asked { audience: 1, ..asked() },
            Asked { target: "/v1/things?page=3", ..asked() },
        ] {
            assert!(!world.has(asked));
            let answer = world.ask(asked, words(1)).await;
            tags.push(answer.headers()[ETAG].clone());
        }
        assert_eq!(world.made(), 4);
        assert_ne!(tags[0], tags[1], "two shops never share a tag");
    }

    #[tokio::test]
    async fn a_compressed_form_is_made_of_the_plain_one() {
        let world = World::of(1 << 20);
        let plain = world.ask(asked(), words(1000)).await;
        let packed = world.ask(Asked { coding: Coding::Brotli, ..asked() }, words(1000)).await;
        assert_eq!((world.made(), packed.headers()[CONTENT_ENCODING].as_bytes()), (1, &b"br"[..]));
        assert_ne!(plain.headers()[ETAG], packed.headers()[ETAG]);
        let short = Asked { coding: Coding::Gzip, target: "/v1/short", ..asked() };
        assert!(!world.ask(short, words(1)).await.headers().contains_key(CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn whoever_holds_it_is_told_so() {
        let world = World::of(1 << 20);
        let answer = world.ask(asked(), words(1)).await;
        let kept = world.answers.find(&asked(), |_| true).expect("kept");
        let held = HeaderMap::from_iter([(IF_NONE_MATCH, answer.headers()[ETAG].clone())]);
        let again = kept.respond(&held, "public");
        assert_eq!((again.status().as_u16(), &again.headers()[ETAG]), (304, &answer.headers()[ETAG]));
        assert_eq!(again.headers()[CACHE_CONTROL], "public");
    }

    #[tokio::test]
    async fn only_what_may_be_kept_is() {
        let world = World::of(1 << 20);
        let not_found = world.ask(asked(), || ApiError::not_found().into_response()).await;
        assert_eq!((not_found.status().as_u16(), world.has(asked())), (404, true));
        assert!(!not_found.headers().contains_key(ETAG));
        let own_words = || ([(CACHE_CONTROL, "no-store")], Json(1)).into_response();
        let busy = || (StatusCode::NOT_FOUND, [(RETRY_AFTER, "1")], Json(1)).into_response();
        let broken = || ApiError::internal("on purpose").into_response();
        for (target, response) in
            [("/own", &own_words as &dyn Fn() -> Response), ("/busy", &busy), ("/broken", &broken)]
        {
            let made = world.made();
            let asked = Asked { target, ..asked() };
            let all = (0..8).map(|_| world.ask(asked, response));
            futures_util::future::join_all(all).await;
            assert!(!world.has(asked), "{target}");
            assert_eq!(world.made() - made, 8, "{target} is each caller's own");
        }
    }

    #[tokio::test]
    async fn one_that_is_given_up_is_made_by_the_next() {
        let world = World::of(1 << 20);
        let mut given_up = Box::pin(world.ask(asked(), words(1)));
        assert!(futures_util::FutureExt::now_or_never(&mut given_up).is_none());
        let waiting = world.ask(asked(), words(2));
        let drop_it = async {
            tokio::task::yield_now().await;
            drop(given_up);
        };
        let (answer, ()) = futures_util::future::join(waiting, drop_it).await;
        assert_eq!(read(answer).await.1, "\"marzipan marzipan \"");
    }

    #[tokio::test]
    async fn the_bytes_stay_within_their_bound() {
        let world = World::of(200_000);
        for number in 0..100 {
            let target = format!("/v1/things?page={number}");
            world.ask(Asked { target: &target, ..asked() }, words(1000)).await;
        }
        let weight = world.answers.cache.as_ref().expect("a cache").weight();
        assert!((9_000..=200_000).contains(&weight), "{weight} bytes");
        let none = World::of(0);
        none.ask(asked(), words(1)).await;
        assert!(!none.has(asked()));
    }
}
