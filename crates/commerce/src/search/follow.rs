//! Keeping this node's index current. Rule: every node follows the log of changes by itself, so that all find the same within a second,
//! and none depends on another's index.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use domain::ids::TenantId;
use tokio::task::JoinHandle;

use super::rebuild::{Wish, everything, publish};
use super::walk::{Followed, Pen, Walk, behind, follow_changes};
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
    building: Option<JoinHandle<Result<Pen, SearchError>>>,
    /// Shops that could not be read, and when that was: the others do not wait for them.
    ill: HashMap<TenantId, Instant>,
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
        self.ill.retain(|_, since| since.elapsed() < PAUSE);
        tenants.retain(|tenant| !self.ill.contains_key(tenant) && !self.is_lost(*tenant));
        if tenants.is_empty() && self.walks.is_empty() {
            self.quiet = self.quiet.saturating_add(1);
            if self.quiet == QUIET {
                index.refresh()?;
            }
            return Ok(false);
        }
        self.quiet = 0;
        let writer = index.clone();
        let mut pen = Pen::new(aside(move || writer.write()).await?);
        let mut more = false;
        for tenant in tenants {
            match follow_changes(commerce, &mut pen, tenant).await {
                Ok(Followed::All) => {}
                Ok(Followed::Some) => more = true,
                Ok(Followed::Lost) => {
                    tracing::info!(tenant.id = %tenant, "the search index of a shop is built anew");
                    self.walks.push_back((Walk::begin(commerce, tenant).await?, Why::Lost));
                }
                Err(error) => self.note_ill(tenant, error)?,
            }
        }
        let over = self.walk_on(commerce, &mut pen).await?;
        let writing = pen.lay_down()?;
        aside(move || writing.commit()).await?;
        if let Some(wish) = over {
            fulfilled(commerce, wish)?;
        }
        Ok(more || !self.walks.is_empty())
    }

    /// Goes on with the first walk; tells the wish that comes true with it.
    async fn walk_on(&mut self, commerce: &Commerce, pen: &mut Pen) -> Result<Option<Wish>, SearchError> {
        let Some((walk, why)) = self.walks.front_mut() else { return Ok(None) };
        let (tenant, why) = (walk.tenant, *why);
        if let Err(error) = walk.step(commerce, pen).await {
            self.walks.pop_front();
            self.note_ill(tenant, error)?;
            return Ok(None);
        }
        if !walk.is_over() {
            return Ok(None);
        }
        walk.note(pen, why == Why::Lost)?;
        self.walks.pop_front();
        Ok((why == Why::Wanted).then_some(Wish::Shop(tenant)))
    }

    /// A shop whose tables can not be read is left for a while. A fault of the index is everybody's.
    fn note_ill(&mut self, tenant: TenantId, error: SearchError) -> Result<(), SearchError> {
        let SearchError::Store(error) = error else { return Err(error) };
        tracing::error!(tenant.id = %tenant, error = %error, "the search index does not follow a shop; trying again");
        self.ill.insert(tenant, Instant::now());
        Ok(())
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
            Wish::Shop(tenant)
                if !self.ill.contains_key(&tenant)
                    && !self.walks.iter().any(|(walk, _)| walk.tenant == tenant) =>
            {
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
        let pen = building.await.map_err(|_| SearchError::Panicked)??;
        publish(commerce, pen).await?;
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
