//! The clock of a test-mode shop. It stands still until it is moved; moving it runs what falls due on the way.

use std::time::Duration;

use domain::ids::JobId;
use domain::problem::{Kind, Problem};
use domain::time::Timestamp;
use store::tenants::shops;
use store::{StoreError, Tx, jobs as job_rows};

use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop, WORKER, jobs};

/// Why the clock was not moved.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The shop runs on the system's clock.
    #[error("the shop is not in test mode")]
    NotInTestMode,
    /// The new time lies before the shop's.
    #[error("a test clock does not run backwards")]
    Backwards,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ClockError> for Problem {
    fn from(error: ClockError) -> Self {
        match error {
            ClockError::NotInTestMode => Self::new(
                Kind::Conflict,
                "not_in_test_mode",
                "Only a shop made with --test-mode has a clock of its own.",
            ),
            ClockError::Backwards => Self::invalid(domain::fields::FieldErrors::one(
                "now",
                "Must not lie before the shop's present time.",
            )),
            ClockError::Store(error) => error.into(),
        }
    }
}

const LOOK_EVERY: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_secs(2);
/// A job of this very process is at work, however slow whom it waits for.
const LONG_PATIENCE: Duration = Duration::from_secs(20);

/// Moves the clock to `to` and runs every job that falls due on the way, in the order of their times. Tells how many.
pub async fn advance(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    to: Timestamp,
) -> Result<u64, ClockError> {
    if !shop.test_mode {
        return Err(ClockError::NotInTestMode);
    }
    if to < shop.now {
        return Err(ClockError::Backwards);
    }
    let mut jobs_run = 0;
    let mut waited = Duration::ZERO;
    loop {
        let next = commerce.store().read(shop.id, move |tx| job_rows::next_due(tx, to)).await?;
        let Some(job) = next else { break };
        set(commerce, shop, job.due_at).await?;
        if run_whole(commerce, shop, job.job_id).await? {
            jobs_run += 1;
            waited = Duration::ZERO;
        } else if waited < PATIENCE || (is_own(commerce, &job) && waited < LONG_PATIENCE) {
            // The background worker has it; it will be gone or put back in a moment.
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        } else {
            // Whoever had it died, and all that it had is free. A job may run twice, a test should not wait for leases to end.
            commerce.store().write(shop.id, move |tx| end_leases(tx, &job)).await?;
        }
    }
    set(commerce, shop, to).await?;
    let (commerce_for_log, from) = (commerce.clone(), shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let change = Change {
                action: "test-clock.advance",
                target_kind: "test-clock",
                target_id: tx.tenant().to_string(),
                before: Some(serde_json::json!({ "now": from })),
                after: Some(serde_json::json!({ "now": to })),
            };
            audit::record(&commerce_for_log, tx, to, &actor, change)
        })
        .await?;
    Ok(jobs_run)
}

/// Whether this process has the job.
fn is_own(commerce: &Commerce, job: &job_rows::Job) -> bool {
    job.lease.as_deref().is_some_and(|lease| commerce.is_own(lease))
}

/// Runs a job to its end, also where whoever moves the clock goes away meanwhile.
async fn run_whole(commerce: &Commerce, shop: &Shop, job: JobId) -> Result<bool, StoreError> {
    let (commerce, tenant) = (commerce.clone(), shop.id);
    tokio::spawn(async move { jobs::run(&commerce, tenant, job).await })
        .await
        .map_err(|error| StoreError::Broken(format!("a job ended early: {error}")))?
}

/// Frees a job, and all that the process has which had it.
fn end_leases(tx: &mut Tx<'_>, job: &job_rows::Job) -> Result<(), StoreError> {
    match job.lease.as_deref().and_then(|lease| lease.get(..WORKER)) {
        Some(worker) => job_rows::end_leases_of(tx, worker),
        None => job_rows::end_lease(tx, job.job_id),
    }
}

/// Never moves the clock back: a job that was due before the clock's present time runs at the present time.
async fn set(commerce: &Commerce, shop: &Shop, to: Timestamp) -> Result<(), StoreError> {
    let system_now = commerce.system_now();
    commerce
        .store()
        .write(shop.id, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            if to > now { shops::set_clock(tx, to) } else { Ok(()) }
        })
        .await
}
