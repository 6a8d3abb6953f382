//! Background work. Rule: a job may run twice (a lease can end while its work goes on), so each is idempotent; a failed
//! one comes back later and later, and after its last try stays parked with its error.

use std::time::Duration;

use domain::ids::{JobId, MailId, ProductId, TenantId};
use domain::time::Timestamp;
use futures_util::{StreamExt, stream};
use store::accounts::{mail_tokens, sessions, throttles};
use store::tenants::staff_sessions;
use store::{StoreError, Tx, changes, idempotency, installation, jobs, mails as mail_rows};

use crate::{Commerce, Shop, accounts, catalog, mails, messaging, staff};

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Send a queued mail.
    SendMail(MailId),
    /// Delete what has expired; comes back every day.
    Sweep,
    /// Show a product anew: a sale of it began or ended.
    RefreshProduct(ProductId),
}

const SEND_MAIL: &str = "mail.send";
const SWEEP: &str = "sweep";
const REFRESH_PRODUCT: &str = "product.refresh";

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::SendMail(_) => SEND_MAIL,
            Self::Sweep => SWEEP,
            Self::RefreshProduct(_) => REFRESH_PRODUCT,
        }
    }

    fn payload(self) -> String {
        match self {
            Self::SendMail(id) => id.to_string(),
            Self::Sweep => String::new(),
            Self::RefreshProduct(id) => id.to_string(),
        }
    }

    fn dedupe(self) -> Option<String> {
        (self == Self::Sweep).then(|| SWEEP.to_owned())
    }

    fn read(name: &str, payload: &str) -> Option<Self> {
        match name {
            SEND_MAIL => payload.parse().ok().map(Self::SendMail),
            SWEEP => Some(Self::Sweep),
            REFRESH_PRODUCT => payload.parse().ok().map(Self::RefreshProduct),
            _ => None,
        }
    }
}

/// Why a job failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JobError {
    /// It may go better later.
    #[error("{0}")]
    Transient(String),
    /// It will not.
    #[error("{0}")]
    Permanent(String),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Transient(error.to_string())
    }
}

/// Adds a job to the caller's transaction.
pub(crate) fn enqueue(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    due_at: Timestamp,
    kind: Kind,
) -> Result<(), StoreError> {
    jobs::enqueue(
        tx,
        jobs::Job {
            job_id: JobId::new(commerce.chance().uuid(due_at)),
            kind: kind.name().to_owned(),
            payload: kind.payload(),
            dedupe: kind.dedupe(),
            due_at,
            attempts: 0,
            lease: None,
            leased_until: None,
            parked_at: None,
            last_error: None,
            created_at: due_at,
        },
    )
}

/// A job's work must be done within this time; then another worker may take it.
const LEASE: Duration = Duration::from_mins(2);
const LAST_TRY: i64 = 12;
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
const SWEEP_EVERY: Duration = Duration::from_hours(24);
/// Mails stay on record this long.
const MAILS_KEPT: Duration = Duration::from_hours(2160);

/// Works until it is dropped. Looks when it is woken, and every second for what other nodes left.
pub async fn work(commerce: &Commerce) {
    const BATCH: i64 = 32;
    /// A slow mail server holds up as many jobs, and no more.
    const AT_ONCE: usize = 8;
    const LOOK_EVERY: Duration = Duration::from_secs(1);
    loop {
        let now = commerce.system_now();
        let due = commerce
            .store()
            .read_installation(move |tx| installation::due_jobs(tx, now, BATCH))
            .await
            .unwrap_or_else(|error| {
                tracing::error!(error = %error, "looking for due jobs failed");
                Vec::new()
            });
        let full = i64::try_from(due.len()).is_ok_and(|found| found == BATCH);
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |(tenant, id)| async move {
                if let Err(error) = run(commerce, tenant, id).await {
                    tracing::error!(job.id = %id, tenant.id = %tenant, error = %error, "running a job failed");
                }
            })
            .await;
        if !full {
            let _ = tokio::time::timeout(LOOK_EVERY, commerce.jobs_woken()).await;
        }
    }
}

/// Runs one job, unless somebody else holds it; tells whether it was run.
pub(crate) async fn run(commerce: &Commerce, tenant: TenantId, id: JobId) -> Result<bool, StoreError> {
    let lease: [u8; 16] = commerce.chance().bytes();
    let system_now = commerce.system_now();
    let taken = commerce
        .store()
        .write(tenant, move |tx| {
            if !jobs::lease(tx, id, &lease, system_now, system_now.plus(LEASE))? {
                return Ok::<_, StoreError>(None);
            }
            let shop = Shop::of(tx, system_now)?;
            Ok(jobs::find(tx, id)?.map(|job| (job, shop)))
        })
        .await?;
    let Some((job, shop)) = taken else { return Ok(false) };
    let now = shop.now;
    let outcome = match Kind::read(&job.kind, &job.payload) {
        Some(Kind::SendMail(mail)) => mails::send(commerce, tenant, mail).await.map(|()| None),
        Some(Kind::Sweep) => sweep(commerce, tenant, now).await.map(|()| Some(now.plus(sweep_every(&shop)))),
        Some(Kind::RefreshProduct(product)) => {
            catalog::refresh_product(commerce, tenant, product).await.map(|()| None).map_err(JobError::from)
        }
        None => Err(JobError::Permanent(format!("this release knows no job `{}`", job.kind))),
    };
    let ended = match outcome {
        Ok(None) => commerce.store().write(tenant, move |tx| jobs::finish(tx, id, &lease)).await?,
        Ok(Some(again)) => {
            commerce.store().write(tenant, move |tx| jobs::put_back(tx, id, &lease, again, None)).await?
        }
        Err(error) => fail(commerce, tenant, job, lease, now, error).await?,
    };
    if !ended {
        tracing::warn!(job.id = %id, "a job outlived its lease");
    }
    Ok(true)
}

async fn fail(
    commerce: &Commerce,
    tenant: TenantId,
    job: jobs::Job,
    lease: [u8; 16],
    now: Timestamp,
    error: JobError,
) -> Result<bool, StoreError> {
    let id = job.job_id;
    let text = error.to_string();
    if matches!(error, JobError::Permanent(_)) || job.attempts >= LAST_TRY {
        tracing::error!(job.id = %id, job.kind = %job.kind, tenant.id = %tenant, error = %text, "a job was given up and parked");
        return commerce.store().write(tenant, move |tx| jobs::park(tx, id, &lease, now, &text)).await;
    }
    let again = now.plus(pause_after(job.attempts));
    tracing::warn!(job.id = %id, job.kind = %job.kind, tenant.id = %tenant, error = %text, "a job failed and will be tried again");
    commerce.store().write(tenant, move |tx| jobs::put_back(tx, id, &lease, again, Some(&text))).await
}

/// Ten seconds, doubled with every try, an hour at the most.
fn pause_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

/// A test-mode shop's clock leaps over years: there is no need to sweep at each day of them.
fn sweep_every(shop: &Shop) -> Duration {
    if shop.test_mode { SWEEP_EVERY * 30 } else { SWEEP_EVERY }
}

async fn sweep(commerce: &Commerce, tenant: TenantId, now: Timestamp) -> Result<(), JobError> {
    commerce
        .store()
        .write(tenant, move |tx| {
            sessions::delete_expired(
                tx,
                now.minus(accounts::SESSION_IDLE),
                now.minus(accounts::SESSION_LIFE),
            )?;
            staff_sessions::delete_expired(
                tx,
                now.minus(staff::SESSION_IDLE),
                now.minus(staff::SESSION_LIFE),
            )?;
            mail_tokens::delete_expired(tx, now)?;
            messaging::sweep(tx, now)?;
            throttles::delete_stale(tx, now.minus(SWEEP_EVERY))?;
            idempotency::delete_expired(tx, now)?;
            mail_rows::delete_older(tx, now.minus(MAILS_KEPT))?;
            changes::forget_old(tx)?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds: Vec<u64> = (1..=12).map(|attempt| pause_after(attempt).as_secs()).collect();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
    }
}
