//! Bringing an index up to date: by what changed, or by a walk through everything of a shop. Rule: both leave every thing in the index
//! as it is now, so they may cross one another and run again.

use std::collections::HashSet;
use std::time::Instant;

use domain::ids::TenantId;
use gateways::search::{Kind, Writing};
use store::changes::{self, Change, Since, Subject};
use store::{StoreError, Tx, installation};
use uuid::Uuid;

use super::entries::{self, Current, PORTION, Place};
use super::{SearchError, aside};
use crate::{Commerce, Shop};

/// Changes of one shop that are followed before the next shop has its turn.
const FOLLOWED: i64 = 5_000;

/// A write that has begun, at hand between the reads. A read that fails leaves it whole.
pub(super) struct Pen(Option<Writing>);

impl Pen {
    pub(super) fn new(writing: Writing) -> Self {
        Self(Some(writing))
    }

    /// The write, to commit or publish it.
    pub(super) fn lay_down(self) -> Result<Writing, SearchError> {
        self.0.ok_or(SearchError::Panicked)
    }

    fn writing(&mut self) -> Result<&mut Writing, SearchError> {
        self.0.as_mut().ok_or(SearchError::Panicked)
    }

    pub(super) fn cursor(&self, tenant: TenantId) -> Option<i64> {
        self.0.as_ref().and_then(|writing| writing.cursor(tenant))
    }

    async fn put(&mut self, tenant: TenantId, current: Vec<Current>) -> Result<(), SearchError> {
        let is_bulk = current.len() >= PORTION;
        let began = Instant::now();
        let mut writing = self.0.take().ok_or(SearchError::Panicked)?;
        let written = aside(move || {
            for current in current {
                match current {
                    Current::Shown(draft) => writing.put(tenant, &draft.finish())?,
                    Current::Gone(kind, id) => writing.remove(tenant, kind, id)?,
                }
            }
            Ok(writing)
        });
        self.0 = Some(written.await?);
        if is_bulk {
            // Who fills a shop leaves processors to those who look at it.
            tokio::time::sleep(began.elapsed() / 2).await;
        }
        Ok(())
    }

    /// Puts these things into the index as they are now.
    async fn put_current(
        &mut self,
        commerce: &Commerce,
        tenant: TenantId,
        things: &[Change],
    ) -> Result<(), SearchError> {
        for portion in things.chunks(PORTION) {
            let (handle, portion, now) = (commerce.clone(), portion.to_vec(), commerce.system_now());
            let read = move |tx: &mut Tx<'_>| {
                let shop = Shop::of(tx, now)?;
                entries::read(&handle, tx, &shop, &portion)
            };
            let current = commerce.store().read::<_, StoreError, _>(tenant, read).await?;
            self.put(tenant, current).await?;
        }
        Ok(())
    }
}

/// The shops whose changes are not all in the index.
pub(super) async fn behind(
    commerce: &Commerce,
    cursor: impl Fn(TenantId) -> Option<i64>,
) -> Result<Vec<TenantId>, StoreError> {
    let versions = commerce.store().read_installation(installation::shop_versions).await?;
    let behind = versions.into_iter().filter(|(tenant, version)| cursor(*tenant).unwrap_or(0) != *version);
    Ok(behind.map(|(tenant, _)| tenant).collect())
}

/// How far the changes of a shop were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    /// To the end.
    All,
    /// Its turn is over, and there is more.
    Some,
    /// Not at all: its log does not reach back to where the index stands.
    Lost,
}

/// Follows the changes of a shop, as many as its turn has.
pub(super) async fn follow_changes(
    commerce: &Commerce,
    pen: &mut Pen,
    tenant: TenantId,
) -> Result<Followed, SearchError> {
    let cursor = pen.cursor(tenant).unwrap_or(0);
    let read = commerce.store().read(tenant, move |tx| {
        let version = changes::version(tx)?;
        Ok::<_, StoreError>(match changes::since(tx, cursor, FOLLOWED)? {
            Since::Everything => None,
            Since::Changes(changed) => {
                let is_cut = i64::try_from(changed.len()).is_ok_and(|found| found >= FOLLOWED);
                let last = changed.last().map_or(version, |(version, _)| *version);
                // The last one of a portion that was cut may have more entries.
                let reached = if is_cut { last - 1 } else { version };
                let changed: Vec<Change> = changed.into_iter().map(|(_, change)| change).collect();
                Some((entries::touched(tx, &changed)?, reached, is_cut))
            }
        })
    });
    match read.await? {
        Some((things, reached, is_cut)) if reached > cursor || !is_cut => {
            pen.put_current(commerce, tenant, &things).await?;
            pen.writing()?.reached(tenant, reached);
            Ok(if is_cut { Followed::Some } else { Followed::All })
        }
        _ => Ok(Followed::Lost),
    }
}

/// A walk through everything of one shop, a portion at a time.
pub(super) struct Walk {
    pub(super) tenant: TenantId,
    /// The shop's version when it began: what changed since is followed afterwards.
    version: i64,
    place: Place,
    seen: HashSet<(Kind, Uuid)>,
}

impl Walk {
    pub(super) async fn begin(commerce: &Commerce, tenant: TenantId) -> Result<Self, SearchError> {
        let version = commerce.store().read(tenant, changes::version).await?;
        Ok(Self { tenant, version, place: Place::default(), seen: HashSet::new() })
    }

    pub(super) fn is_over(&self) -> bool {
        self.place == Place::End
    }

    /// Goes on by a portion. With the last one goes what the index holds and the walk did not meet.
    pub(super) async fn step(&mut self, commerce: &Commerce, pen: &mut Pen) -> Result<(), SearchError> {
        let (handle, place, now) = (commerce.clone(), self.place, commerce.system_now());
        let read = move |tx: &mut Tx<'_>| {
            let shop = Shop::of(tx, now)?;
            entries::next(&handle, tx, &shop, place)
        };
        let (current, place) = commerce.store().read::<_, StoreError, _>(self.tenant, read).await?;
        self.seen.extend(current.iter().filter_map(Current::shown));
        pen.put(self.tenant, current).await?;
        if place == Place::End {
            self.sweep(commerce, pen).await?;
        }
        self.place = place;
        Ok(())
    }

    /// What the walk did not meet may be gone, and may be new: it is looked at once more.
    async fn sweep(&mut self, commerce: &Commerce, pen: &mut Pen) -> Result<(), SearchError> {
        let mut entries = pen.writing()?.entries(self.tenant)?;
        entries.retain(|entry| !self.seen.contains(entry));
        let unmet: Vec<Change> = entries.iter().map(|(kind, id)| Change::of(subject(*kind), *id)).collect();
        pen.put_current(commerce, self.tenant, &unmet).await
    }

    /// Notes how far the walk brought the index, unless it was further by following the changes meanwhile.
    pub(super) fn note(&self, pen: &mut Pen, is_lost: bool) -> Result<(), SearchError> {
        if is_lost || pen.cursor(self.tenant).is_none_or(|cursor| cursor < self.version) {
            pen.writing()?.reached(self.tenant, self.version);
        }
        Ok(())
    }
}

const fn subject(kind: Kind) -> Subject {
    match kind {
        Kind::Product | Kind::Package => Subject::Product,
        Kind::Collection => Subject::Collection,
        Kind::Page => Subject::Page,
        Kind::Post => Subject::Post,
    }
}
