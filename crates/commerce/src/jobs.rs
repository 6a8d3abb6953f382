//! Background work. Rule: a job may run twice (a lease can end while its work goes on), so each is idempotent; a failed
//! one comes back later and later, and after its last try stays parked with its error.

use std::collections::HashSet;
use std::time::Duration;

use domain::ids::{
    EntryId, JobId, MailId, MediaId, OrderId, PriceChangeId, ProductId, RefundId, RenewalId, TenantId,
    WebhookEndpointId,
};
use domain::time::Timestamp;
use futures_util::stream::{self, FuturesUnordered, StreamExt as _};
use store::accounts::{mail_tokens, sessions, throttles};
use store::content::preview_tokens;
use store::tenants::staff_sessions;
use store::{StoreError, Tx, changes, idempotency, installation, jobs, mails as mail_rows};

use crate::{
    Commerce, Shop, accounts, carts, catalog, checkout, content, mails, media, messaging, orders, staff,
    subscriptions, webhooks,
};

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Send a queued mail.
    SendMail(MailId),
    /// Delete what has expired; comes back every day.
    Sweep,
    /// Show a product anew: a sale of it began or ended.
    RefreshProduct(ProductId),
    /// Show or withdraw a page or post whose date has come.
    SettleEntry(EntryId),
    /// Make the renditions of a picture.
    MakeRenditions(MediaId),
    /// Remove files whose row is gone.
    EraseMedia(media::Removal),
    /// Look after the shop's carts; comes back while there are any.
    TendCarts,
    /// Look after an order that waits for its payment.
    SettleOrder(OrderId),
    /// Ask the provider to give money back.
    SendRefund(RefundId),
    /// Work off the queue of a webhook endpoint.
    DeliverWebhooks(WebhookEndpointId),
    /// Do what is due for the shop's subscriptions; comes back while anything will be.
    TendSubscriptions,
    /// Charge a renewal, or find out how its charge stands.
    Renew(RenewalId),
    /// Tell those who subscribe of a new price.
    ChangePrices(PriceChangeId),
}

const SEND_MAIL: &str = "mail.send";
const SWEEP: &str = "sweep";
const REFRESH_PRODUCT: &str = "product.refresh";
const SETTLE_ENTRY: &str = "entry.settle";
const MAKE_RENDITIONS: &str = "media.renditions";
const ERASE_MEDIA: &str = "media.erase";
const TEND_CARTS: &str = "carts.tend";
const SETTLE_ORDER: &str = "order.settle";
const SEND_REFUND: &str = "refund.send";
const DELIVER_WEBHOOKS: &str = "webhooks.deliver";
const TEND_SUBSCRIPTIONS: &str = "subscriptions.tend";
const RENEW: &str = "renewal.charge";
const CHANGE_PRICES: &str = "subscriptions.price";

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::SendMail(_) => SEND_MAIL,
            Self::Sweep => SWEEP,
            Self::RefreshProduct(_) => REFRESH_PRODUCT,
            Self::SettleEntry(_) => SETTLE_ENTRY,
            Self::MakeRenditions(_) => MAKE_RENDITIONS,
            Self::EraseMedia(_) => ERASE_MEDIA,
            Self::TendCarts => TEND_CARTS,
            Self::SettleOrder(_) => SETTLE_ORDER,
            Self::SendRefund(_) => SEND_REFUND,
            Self::DeliverWebhooks(_) => DELIVER_WEBHOOKS,
            Self::TendSubscriptions => TEND_SUBSCRIPTIONS,
            Self::Renew(_) => RENEW,
            Self::ChangePrices(_) => CHANGE_PRICES,
        }
    }

    fn lane(self) -> Lane {
        match self {
            Self::MakeRenditions(_) | Self::EraseMedia(_) => Lane::Slow,
            Self::DeliverWebhooks(_) => Lane::Webhooks,
            Self::TendSubscriptions | Self::Renew(_) => Lane::Renewals,
            _ => Lane::Quick,
        }
    }

    fn payload(self) -> String {
        match self {
            Self::SendMail(id) => id.to_string(),
            Self::Sweep | Self::TendCarts | Self::TendSubscriptions => String::new(),
            Self::SettleOrder(id) => id.to_string(),
            Self::SendRefund(id) => id.to_string(),
            Self::RefreshProduct(id) => id.to_string(),
            Self::SettleEntry(id) => id.to_string(),
            Self::MakeRenditions(id) => id.to_string(),
            Self::EraseMedia(removal) => removal.to_string(),
            Self::DeliverWebhooks(endpoint) => endpoint.to_string(),
            Self::Renew(id) => id.to_string(),
            Self::ChangePrices(id) => id.to_string(),
        }
    }

    pub(crate) fn dedupe(self) -> Option<String> {
        match self {
            Self::Sweep => Some(SWEEP.to_owned()),
            Self::TendCarts => Some(TEND_CARTS.to_owned()),
            Self::SettleOrder(id) => Some(format!("{SETTLE_ORDER} {id}")),
            Self::EraseMedia(removal) => Some(removal.dedupe()),
            Self::DeliverWebhooks(endpoint) => Some(format!("{DELIVER_WEBHOOKS} {endpoint}")),
            Self::TendSubscriptions => Some(TEND_SUBSCRIPTIONS.to_owned()),
            Self::Renew(id) => Some(format!("{RENEW} {id}")),
            Self::ChangePrices(id) => Some(format!("{CHANGE_PRICES} {id}")),
            _ => None,
        }
    }

    fn read(name: &str, payload: &str) -> Option<Self> {
        match name {
            SEND_MAIL => payload.parse().ok().map(Self::SendMail),
            SWEEP => Some(Self::Sweep),
            REFRESH_PRODUCT => payload.parse().ok().map(Self::RefreshProduct),
            SETTLE_ENTRY => payload.parse().ok().map(Self::SettleEntry),
            MAKE_RENDITIONS => payload.parse().ok().map(Self::MakeRenditions),
            ERASE_MEDIA => payload.parse().ok().map(Self::EraseMedia),
            TEND_CARTS => Some(Self::TendCarts),
            SETTLE_ORDER => payload.parse().ok().map(Self::SettleOrder),
            SEND_REFUND => payload.parse().ok().map(Self::SendRefund),
            DELIVER_WEBHOOKS => payload.parse().ok().map(Self::DeliverWebhooks),
            TEND_SUBSCRIPTIONS => Some(Self::TendSubscriptions),
            RENEW => payload.parse().ok().map(Self::Renew),
            CHANGE_PRICES => payload.parse().ok().map(Self::ChangePrices),
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
    jobs::enqueue(tx, row(commerce, due_at, kind))
}

/// Adds a job that works a queue off, or makes the one that waits due no later than this.
pub(crate) fn enqueue_by(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    due_at: Timestamp,
    kind: Kind,
) -> Result<(), StoreError> {
    jobs::enqueue_by(tx, row(commerce, due_at, kind))
}

fn row(commerce: &Commerce, due_at: Timestamp, kind: Kind) -> jobs::Job {
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
        lane: kind.lane().number(),
    }
}

/// A job's work must be done within this time; then another worker may take it.
const LEASE: Duration = Duration::from_mins(2);
const LAST_TRY: i64 = 12;
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
const SWEEP_EVERY: Duration = Duration::from_hours(24);
/// Mails stay on record this long.
const MAILS_KEPT: Duration = Duration::from_hours(2160);

/// Jobs that wait for others of their sort only: a thousand pictures do not hold up a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// All that is done in a moment.
    Quick,
    /// What takes the processor's time.
    Slow,
    /// What waits for other people's servers.
    Webhooks,
    /// What waits for payment providers.
    Renewals,
}

/// How many lanes there are.
pub(crate) const LANES: usize = 4;

impl Lane {
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Quick => 0,
            Self::Slow => 1,
            Self::Webhooks => 2,
            Self::Renewals => 3,
        }
    }

    /// As it stands with its jobs.
    const fn number(self) -> i64 {
        self as i64
    }

    /// It looks for more while so many of its jobs run: where all are short, one look is for several places that are free.
    const fn looks_below(self) -> usize {
        match self {
            Self::Renewals => self.at_once() / 4 * 3,
            _ => self.at_once(),
        }
    }

    /// A slow mail server holds up as many jobs of its lane, and no more.
    const fn at_once(self) -> usize {
        match self {
            Self::Quick => 8,
            Self::Slow => 2,
            Self::Webhooks => 64,
            Self::Renewals => 96,
        }
    }
}

/// Works until it is dropped. Looks when it is woken, and every second for what other nodes left.
pub async fn work(commerce: &Commerce) {
    tokio::join!(
        work_on(commerce, Lane::Quick),
        work_on(commerce, Lane::Slow),
        work_on_queues(commerce, Lane::Webhooks),
        work_on_queues(commerce, Lane::Renewals)
    );
}

/// How long a lane goes without looking for what other nodes left.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Takes jobs in batches, and looks for more when all of a batch are done.
async fn work_on(commerce: &Commerce, lane: Lane) {
    const BATCH: usize = 32;
    loop {
        let due = look(commerce, lane, BATCH).await;
        let full = due.len() == BATCH;
        stream::iter(due).for_each_concurrent(lane.at_once(), |job| run_told(commerce, job)).await;
        if !full {
            let _ = tokio::time::timeout(LOOK_EVERY, commerce.jobs_woken(lane)).await;
        }
    }
}

/// Takes a job whenever there is a place for one: of jobs that can take a minute each, none waits for another.
async fn work_on_queues(commerce: &Commerce, lane: Lane) {
    let mut running = FuturesUnordered::new();
    let mut ids: HashSet<(TenantId, JobId)> = HashSet::new();
    loop {
        if ids.len() < lane.looks_below() {
            // Those that were taken just now may be found again, so room is left for them.
            for job in look(commerce, lane, lane.at_once()).await {
                if ids.len() < lane.at_once() && ids.insert(job) {
                    running.push(async move {
                        run_told(commerce, job).await;
                        job
                    });
                }
            }
        }
        tokio::select! {
            Some(done) = running.next() => {
                ids.remove(&done);
            }
            _ = tokio::time::timeout(LOOK_EVERY, commerce.jobs_woken(lane)) => {}
        }
    }
}

/// The jobs of a lane that are due, at most so many.
async fn look(commerce: &Commerce, lane: Lane, most: usize) -> Vec<(TenantId, JobId)> {
    let now = commerce.system_now();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    commerce
        .store()
        .read_installation(move |tx| installation::due_jobs(tx, now, lane.number(), most))
        .await
        .unwrap_or_else(|error| {
            tracing::error!(error = %error, "looking for due jobs failed");
            Vec::new()
        })
}

/// Runs one job; tells the log where it could not be run at all.
async fn run_told(commerce: &Commerce, (tenant, id): (TenantId, JobId)) {
    if let Err(error) = run(commerce, tenant, id).await {
        tracing::error!(job.id = %id, tenant.id = %tenant, error = %error, "running a job failed");
    }
}

/// Runs one job, unless somebody else holds it; tells whether it was run.
pub(crate) async fn run(commerce: &Commerce, tenant: TenantId, id: JobId) -> Result<bool, StoreError> {
    let lease = commerce.lease();
    let system_now = commerce.system_now();
    let taken = commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            if !jobs::lease(tx, id, &lease, shop.now, system_now, system_now.plus(LEASE))? {
                return Ok::<_, StoreError>(None);
            }
            Ok(jobs::find(tx, id)?.map(|job| (job, shop)))
        })
        .await?;
    let Some((job, shop)) = taken else { return Ok(false) };
    let now = shop.now;
    let done = |()| Then::Done;
    let outcome = match Kind::read(&job.kind, &job.payload) {
        Some(Kind::SendMail(mail)) => mails::send(commerce, tenant, mail).await.map(done),
        Some(Kind::Sweep) => {
            sweep(commerce, tenant, now).await.map(|()| Then::Again(now.plus(sweep_every(&shop))))
        }
        Some(Kind::RefreshProduct(product)) => {
            catalog::refresh_product(commerce, tenant, product).await.map(done).map_err(JobError::from)
        }
        Some(Kind::SettleEntry(entry)) => {
            content::settle_entry(commerce, tenant, entry).await.map(done).map_err(JobError::from)
        }
        Some(Kind::TendCarts) => {
            carts::tend(commerce, tenant, now).await.map(Then::from).map_err(JobError::from)
        }
        Some(Kind::SettleOrder(order)) => {
            checkout::settle_order(commerce, tenant, order).await.map(Then::from).map_err(JobError::from)
        }
        Some(Kind::SendRefund(refund)) => orders::refund_job(commerce, tenant, refund).await.map(done),
        Some(Kind::MakeRenditions(id)) => media::make(commerce, tenant, id).await.map(done),
        Some(Kind::EraseMedia(removal)) => media::clear_away(commerce, tenant, removal).await.map(done),
        Some(Kind::DeliverWebhooks(endpoint)) => webhooks::deliver(commerce, tenant, endpoint)
            .await
            .map(|()| Then::WhileQueued(Queue::Webhooks(endpoint)))
            .map_err(JobError::from),
        Some(Kind::TendSubscriptions) => subscriptions::tend(commerce, tenant)
            .await
            .map(|()| Then::WhileQueued(Queue::Subscriptions))
            .map_err(JobError::from),
        Some(Kind::Renew(id)) => {
            subscriptions::renewal_job(commerce, tenant, id).await.map(Then::from).map_err(JobError::from)
        }
        Some(Kind::ChangePrices(id)) => {
            subscriptions::tell_of_price(commerce, tenant, id).await.map(done).map_err(JobError::from)
        }
        None => Err(JobError::Permanent(format!("this release knows no job `{}`", job.kind))),
    };
    let ended = match outcome {
        Ok(then) => commerce.store().write(tenant, move |tx| end(tx, id, &lease, then)).await?,
        Err(error) => fail(commerce, tenant, job, lease, now, error).await?,
    };
    if !ended {
        tracing::warn!(job.id = %id, "a job outlived its lease");
    }
    Ok(true)
}

/// What becomes of a job that went well.
#[derive(Clone, Copy)]
enum Then {
    /// It is finished.
    Done,
    /// It comes back at this time.
    Again(Timestamp),
    /// It comes back when the queue's next entry is due, and is finished where there is none.
    WhileQueued(Queue),
}

/// Work that waits in a table of its own, with one job to do it.
#[derive(Clone, Copy)]
enum Queue {
    /// The deliveries of an endpoint.
    Webhooks(WebhookEndpointId),
    /// The shop's subscriptions.
    Subscriptions,
}

impl From<Option<Timestamp>> for Then {
    fn from(again: Option<Timestamp>) -> Self {
        again.map_or(Self::Done, Self::Again)
    }
}

/// Ends one try of a job. Whether a queue is empty is asked in the transaction that ends its job, so that what is added to it
/// at that moment either is seen here or finds no job any more.
fn end(tx: &mut Tx<'_>, id: JobId, lease: &[u8], then: Then) -> Result<bool, StoreError> {
    let again = match then {
        Then::Done => None,
        Then::Again(at) => Some(at),
        Then::WhileQueued(Queue::Webhooks(endpoint)) => webhooks::next_due(tx, endpoint)?,
        Then::WhileQueued(Queue::Subscriptions) => store::subscriptions::next_wake(tx)?,
    };
    match again {
        None => jobs::finish(tx, id, lease),
        Some(at) => jobs::put_back(tx, id, lease, at, None),
    }
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
            preview_tokens::delete_expired(tx, now)?;
            throttles::delete_stale(tx, now.minus(SWEEP_EVERY))?;
            idempotency::delete_expired(tx, now)?;
            mail_rows::delete_older(tx, now.minus(MAILS_KEPT))?;
            webhooks::sweep(tx, now)?;
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
