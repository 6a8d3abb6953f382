//! Bringing an index up to date: by what changed, or by a walk through everything of a shop. Rule: both leave every thing in the index
//! as it is now, so they may cross one another and run again.

use std::collections::HashSet;
use std::time::Instant;

use domain::ids::TenantId;
use gateways::search::{Kind, Writing};
use store::changes::{self, Change, Since, Subject};
use store::{StoreError, installation};
use uuid::Uuid;

use super::entries::{self, Current, PORTION, Place};
use super::{SearchError, aside};
use crate::{Commerce, Shop};

/// Changes of one shop that are followed before the next shop has its turn.
const FOLLOWED: i64 = 5_000;

/// How far an index came.
#[derive(Default)]
pub(super) struct Progress {
    /// Whether there is more to follow at once.
    pub(super) more: bool,
    /// Shops whose log does not reach back to where the index stands.
    pub(super) lost: Vec<TenantId>,
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

/// Follows the changes of these shops, for each as many as its turn has.
pub(super) async fn follow_changes(
    commerce: &Commerce,
    mut writing: Writing,
    tenants: Vec<TenantId>,
) -> Result<(Writing, Progress), SearchError> {
    let mut progress = Progress::default();
    for tenant in tenants {
        let cursor = writing.cursor(tenant).unwrap_or(0);
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
                writing = put_current(commerce, writing, tenant, &things).await?;
                writing.reached(tenant, reached);
                progress.more |= is_cut;
            }
            _ => progress.lost.push(tenant),
        }
    }
    Ok((writing, progress))
}

/// Puts these things into the index as they are now.
async fn put_current(
    commerce: &Commerce,
    mut writing: Writing,
    tenant: TenantId,
    things: &[Change],
) -> Result<Writing, SearchError> {
    for portion in things.chunks(PORTION) {
        let (portion, now) = (portion.to_vec(), commerce.system_now());
        let read = move |tx: &mut store::Tx<'_>| {
            let shop = Shop::of(tx, now)?;
            entries::read(tx, &shop, &portion)
        };
        let current = commerce.store().read::<_, StoreError, _>(tenant, read).await?;
        writing = put(writing, tenant, current).await?;
    }
    Ok(writing)
}

async fn put(mut writing: Writing, tenant: TenantId, current: Vec<Current>) -> Result<Writing, SearchError> {
    let is_bulk = current.len() >= PORTION;
    let began = Instant::now();
    let written = aside(move || {
        for current in current {
            match current {
                Current::Shown(draft) => writing.put(tenant, &draft.finish())?,
                Current::Gone(kind, id) => writing.remove(tenant, kind, id)?,
            }
        }
        Ok(writing)
    })
    .await;
    if is_bulk {
        // Who fills a shop leaves processors to those who look at it.
        tokio::time::sleep(began.elapsed() / 2).await;
    }
    written
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
    pub(super) async fn step(
        &mut self,
        commerce: &Commerce,
        writing: Writing,
    ) -> Result<Writing, SearchError> {
        let (place, now) = (self.place, commerce.system_now());
        let read = move |tx: &mut store::Tx<'_>| {
            let shop = Shop::of(tx, now)?;
            entries::next(tx, &shop, place)
        };
        let (current, place) = commerce.store().read::<_, StoreError, _>(self.tenant, read).await?;
        self.place = place;
        self.seen.extend(current.iter().filter_map(Current::shown));
        let writing = put(writing, self.tenant, current).await?;
        if self.is_over() { self.sweep(commerce, writing).await } else { Ok(writing) }
    }

    /// What the walk did not meet may be gone, and may be new: it is looked at once more.
    async fn sweep(&mut self, commerce: &Commerce, mut writing: Writing) -> Result<Writing, SearchError> {
        let unmet: Vec<(Kind, Uuid)> =
            writing.entries(self.tenant)?.into_iter().filter(|entry| !self.seen.contains(entry)).collect();
        let things: Vec<Change> = unmet.iter().map(|(kind, id)| Change::of(subject(*kind), *id)).collect();
        writing = put_current(commerce, writing, self.tenant, &things).await?;
        Ok(writing)
    }

    /// Notes how far the walk brought the index, unless it was further by following the changes meanwhile.
    pub(super) fn note(&self, writing: &mut Writing, is_lost: bool) {
        if is_lost || writing.cursor(self.tenant).is_none_or(|cursor| cursor < self.version) {
            writing.reached(self.tenant, self.version);
        }
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
