//! Background work as rows. Rule: a job joins the transaction that wants it done, and may run twice.

use diesel::prelude::*;
use domain::ids::JobId;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::jobs;
use crate::tx::{Tx, exactly_one};

/// A piece of work that is due at a time.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Job {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub job_id: JobId,
    pub kind: String,
    pub payload: String,
    /// At most one job of a shop has this name.
    pub dedupe: Option<String>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub due_at: Timestamp,
    pub attempts: i64,
    /// Who works on it, a random name for one try.
    pub lease: Option<Vec<u8>>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub leased_until: Option<Timestamp>,
    /// When it was given up.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub parked_at: Option<Timestamp>,
    pub last_error: Option<String>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    /// It waits for others of its lane only.
    pub lane: i64,
}

/// Adds a job. Where one of its `dedupe` name waits already, that one stays and this is forgotten.
pub fn enqueue(tx: &mut Tx<'_>, job: Job) -> Result<(), StoreError> {
    if let Some(name) = &job.dedupe {
        let waiting = tx
            .from(jobs::table)
            .with(|all| all.filter(jobs::dedupe.eq(name.clone())).count())
            .one::<i64>()?;
        if waiting.unwrap_or(0) > 0 {
            return Ok(());
        }
    }
    tx.insert(jobs::table, job)
}

/// Removes the job of this `dedupe` name, if one waits: what it was to do is not wanted any more.
pub fn cancel(tx: &mut Tx<'_>, dedupe: &str) -> Result<(), StoreError> {
    tx.from(jobs::table).with(|all| all.filter(jobs::dedupe.eq(dedupe.to_owned()))).delete().map(drop)
}

/// The job with this id.
pub fn find(tx: &mut Tx<'_>, id: JobId) -> Result<Option<Job>, StoreError> {
    tx.from(jobs::table).with(|all| all.filter(jobs::job_id.eq(id.to_bytes())).select(Job::as_select())).one()
}

/// The shop's next job that is due by `until` and not parked, whoever may be working on it.
pub fn next_due(tx: &mut Tx<'_>, until: Timestamp) -> Result<Option<Job>, StoreError> {
    tx.from(jobs::table)
        .with(|all| {
            all.filter(jobs::parked_at.is_null())
                .filter(jobs::due_at.le(until.as_micros()))
                .order((jobs::due_at.asc(), jobs::job_id.asc()))
                .limit(1)
                .select(Job::as_select())
        })
        .one()
}

/// Takes a job for one try, unless somebody else holds it, or has had it and put it back for after `due_by`; tells whether it was
/// taken. Leases go by the system's time, `now`.
pub fn lease(
    tx: &mut Tx<'_>,
    id: JobId,
    lease: &[u8],
    due_by: Timestamp,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let taken = tx
        .from(jobs::table)
        .with(|all| {
            all.filter(jobs::job_id.eq(id.to_bytes()))
                .filter(jobs::parked_at.is_null())
                .filter(jobs::due_at.le(due_by.as_micros()))
                .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now.as_micros())))
        })
        .update((
            jobs::lease.eq(Some(lease.to_vec())),
            jobs::leased_until.eq(Some(until.as_micros())),
            jobs::attempts.eq(jobs::attempts + 1),
        ))?;
    Ok(taken == 1)
}

/// Ends whoever's hold on a job: it is taken to have died.
pub fn end_lease(tx: &mut Tx<'_>, id: JobId) -> Result<(), StoreError> {
    tx.from(jobs::table)
        .with(|all| all.filter(jobs::job_id.eq(id.to_bytes())))
        .update((jobs::lease.eq(None::<Vec<u8>>), jobs::leased_until.eq(None::<i64>)))
        .map(drop)
}

/// Ends all holds whose names begin so: the worker that made them is taken to have died.
pub fn end_leases_of(tx: &mut Tx<'_>, worker: &[u8]) -> Result<(), StoreError> {
    let (first, last) = ([worker, &[0; 16]].concat(), [worker, &[u8::MAX; 16]].concat());
    tx.from(jobs::table)
        .with(|all| all.filter(jobs::lease.ge(first)).filter(jobs::lease.le(last)))
        .update((jobs::lease.eq(None::<Vec<u8>>), jobs::leased_until.eq(None::<i64>)))
        .map(drop)
}

/// Removes a finished job, if this try still holds it.
pub fn finish(tx: &mut Tx<'_>, id: JobId, lease: &[u8]) -> Result<bool, StoreError> {
    let done = tx
        .from(jobs::table)
        .with(|all| all.filter(jobs::job_id.eq(id.to_bytes())).filter(jobs::lease.eq(lease.to_vec())))
        .delete()?;
    Ok(done == 1)
}

/// Puts a job back for another time: after a failure, or because it recurs.
pub fn put_back(
    tx: &mut Tx<'_>,
    id: JobId,
    lease: &[u8],
    due_at: Timestamp,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let changed = tx
        .from(jobs::table)
        .with(|all| all.filter(jobs::job_id.eq(id.to_bytes())).filter(jobs::lease.eq(lease.to_vec())))
        .update((
            jobs::due_at.eq(due_at.as_micros()),
            jobs::lease.eq(None::<Vec<u8>>),
            jobs::leased_until.eq(None::<i64>),
            jobs::last_error.eq(error.map(ToOwned::to_owned)),
        ))?;
    if error.is_none() {
        tx.from(jobs::table)
            .with(|all| all.filter(jobs::job_id.eq(id.to_bytes())))
            .update(jobs::attempts.eq(0))?;
    }
    Ok(changed == 1)
}

/// Gives a job up and keeps it, with its error, for a person to look at.
pub fn park(
    tx: &mut Tx<'_>,
    id: JobId,
    lease: &[u8],
    now: Timestamp,
    error: &str,
) -> Result<bool, StoreError> {
    let changed = tx
        .from(jobs::table)
        .with(|all| all.filter(jobs::job_id.eq(id.to_bytes())).filter(jobs::lease.eq(lease.to_vec())))
        .update((
            jobs::parked_at.eq(Some(now.as_micros())),
            jobs::lease.eq(None::<Vec<u8>>),
            jobs::leased_until.eq(None::<i64>),
            jobs::last_error.eq(Some(error.to_owned())),
        ))?;
    Ok(changed == 1)
}

/// Adds a job that works a queue off. Where one of its `dedupe` name waits already it stays, and is made due no later than
/// this one; where that one was given up, it begins anew. It is not written to otherwise, so that those who add to a queue
/// at the same time do not collide.
pub fn enqueue_by(tx: &mut Tx<'_>, job: Job) -> Result<(), StoreError> {
    let Some(name) = job.dedupe.clone() else { return enqueue(tx, job) };
    let waiting = tx
        .from(jobs::table)
        .with(|all| all.filter(jobs::dedupe.eq(name.clone())).select(Job::as_select()))
        .one::<Job>()?;
    match waiting {
        None => tx.insert(jobs::table, job),
        Some(waiting) if waiting.due_at <= job.due_at && waiting.parked_at.is_none() => Ok(()),
        Some(waiting) => exactly_one(
            tx.from(jobs::table).with(|all| all.filter(jobs::job_id.eq(waiting.job_id.to_bytes()))).update(
                (
                    jobs::due_at.eq(job.due_at.as_micros()),
                    jobs::attempts.eq(0),
                    jobs::parked_at.eq(None::<i64>),
                ),
            )?,
        ),
    }
}
