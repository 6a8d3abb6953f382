//! Keeping this node's index current. Rule: every node follows the log of changes by itself, so that all find the same within a second,
//! and none depends on another's index.

use std::collections::VecDeque;
use std::time::Duration;

use domain::ids::TenantId;
use gateways::search::Writing;
use tokio::task::JoinHandle;

use super::rebuild::{Wish, everything, publish};
use super::walk::{Walk, behind, follow_changes};
use super::{SearchError, aside};
use crate::Commerce;

/// How often the log is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(200);
/// After a failure: a full disk does not become empty by asking.
const PAUSE: Duration = Duration::from_secs(5);
/// Looks without a change after which the files that were merged meanwhile are looked at.
const QUIET: u32 = 20;

/// Follows until it is dropped.
pub async fn follow(commerce: &Commerce) {
    let mut follower = Follower::default();
    loop {
        match follower.step(commerce).await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => {
                // What was walked through may not have been kept; who is lost or wanted is found out again.
                follower.walks.clear();
                tracing::error!(error = %error, "the search index does not follow the shops; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[derive(Default)]
struct Follower {
    /// Shops that are walked through, one portion a step.
    walks: VecDeque<(Walk, Why)>,
    /// An index that is built beside this one.
    building: Option<JoinHandle<Result<Writing, SearchError>>>,
    /// Looks since the last change.
    quiet: u32,
}

/// Why a shop is walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The log does not reach back to where the index stands.
    Lost,
    /// Somebody wants it.
    Wanted,
}

impl Follower {
    /// Does what there is to do; tells whether there is more.
    async fn step(&mut self, commerce: &Commerce) -> Result<bool, SearchError> {
        let index = commerce.search_index();
        if !index.own()? {
            index.refresh()?;
            return Ok(false);
        }
        self.hear_wish(commerce).await?;
        self.take_over(commerce).await?;
        let mut tenants = behind(commerce, |tenant| index.cursor(tenant)).await?;
        tenants.retain(|tenant| !self.is_lost(*tenant));
        if tenants.is_empty() && self.walks.is_empty() {
            self.quiet = self.quiet.saturating_add(1);
            if self.quiet == QUIET {
                index.refresh()?;
            }
            return Ok(false);
        }
        self.quiet = 0;
        let writer = index.clone();
        let writing = aside(move || writer.write()).await?;
        let (mut writing, progress) = follow_changes(commerce, writing, tenants).await?;
        for tenant in progress.lost {
            tracing::info!(tenant.id = %tenant, "the search index of a shop is built anew");
            self.walks.push_back((Walk::begin(commerce, tenant).await?, Why::Lost));
        }
        let mut is_over = false;
        if let Some((walk, why)) = self.walks.front_mut() {
            writing = walk.step(commerce, writing).await?;
            if walk.is_over() {
                walk.note(&mut writing, *why == Why::Lost);
                is_over = true;
            }
        }
        aside(move || writing.commit()).await?;
        if is_over && let Some((walk, Why::Wanted)) = self.walks.pop_front() {
            fulfilled(commerce, Wish::Shop(walk.tenant))?;
        }
        Ok(progress.more || !self.walks.is_empty())
    }

    fn is_lost(&self, tenant: TenantId) -> bool {
        self.walks.iter().any(|(walk, why)| walk.tenant == tenant && *why == Why::Lost)
    }

    async fn hear_wish(&mut self, commerce: &Commerce) -> Result<(), SearchError> {
        let Some(wish) = commerce.search_index().rebuild_wanted()? else { return Ok(()) };
        match Wish::read(&wish) {
            Wish::Everything if self.building.is_none() => {
                tracing::info!("the search index is built anew, as somebody wants");
                let commerce = commerce.clone();
                self.building = Some(tokio::spawn(async move { everything(&commerce).await }));
            }
            Wish::Shop(tenant) if !self.walks.iter().any(|(walk, _)| walk.tenant == tenant) => {
                tracing::info!(tenant.id = %tenant, "the search index of a shop is built anew, as somebody wants");
                self.walks.push_back((Walk::begin(commerce, tenant).await?, Why::Wanted));
            }
            Wish::Everything | Wish::Shop(_) => {}
        }
        Ok(())
    }

    /// Puts what was built beside the index in its place.
    async fn take_over(&mut self, commerce: &Commerce) -> Result<(), SearchError> {
        let Some(building) = self.building.take_if(|building| building.is_finished()) else { return Ok(()) };
        let writing = building.await.map_err(|_| SearchError::Panicked)??;
        publish(commerce, writing).await?;
        self.walks.clear();
        fulfilled(commerce, Wish::Everything)?;
        tracing::info!("the search index that was built anew is in use");
        Ok(())
    }
}

/// Tells who had the wish, unless the file holds another one by now.
fn fulfilled(commerce: &Commerce, wish: Wish) -> Result<(), SearchError> {
    let index = commerce.search_index();
    let wanted = index.rebuild_wanted()?.map(|text| Wish::read(&text));
    // With everything every shop is built anew.
    if wanted == Some(wish) || wish == Wish::Everything {
        index.rebuild_done()?;
    }
    Ok(())
}
