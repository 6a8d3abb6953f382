//! The clock of a test-mode shop. It stands still until it is moved; moving it runs what falls due on the way.

use std::time::Duration;

use domain::problem::{Kind, Problem};
use domain::time::Timestamp;
use store::tenants::shops;
use store::{StoreError, jobs as job_rows};

use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop, jobs};

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
        if jobs::run(commerce, shop.id, job.job_id).await? {
            jobs_run += 1;
            waited = Duration::ZERO;
        } else if waited < PATIENCE {
            // The background worker has it; it will be gone or put back in a moment.
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        } else {
            // Whoever had it died. A job may run twice, a test should not wait for a lease to end.
            commerce.store().write(shop.id, move |tx| job_rows::end_lease(tx, job.job_id)).await?;
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
