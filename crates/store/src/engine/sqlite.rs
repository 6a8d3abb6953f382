//! SQLite: many readers, one writer that commits in groups.
//!
//! A flush to disk costs the same for one change as for a hundred. So the writer takes every closure that waits, runs
//! each in a savepoint of its own, commits them together, and only then answers them all. While it flushes, the next
//! group gathers by itself. Rule: a closure that fails is undone alone; a commit that fails answers its whole group so.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use diesel::result::QueryResult;

use super::job::{Job, Verdict};
use super::transaction::{self, Session};
use super::versions::Versions;
use super::{Conn, QUEUE, Queues, Target, tell, tell_doubtful};
use crate::error::StoreError;

type Jobs = Receiver<Box<dyn Job>>;

/// A group is closed at this size, or at this age, so that its first member does not wait for ever.
const GROUP: usize = 256;
const GROUP_AGE: Duration = Duration::from_millis(20);

pub(super) fn start(
    target: &Target,
    writer: Conn,
    readers: usize,
    versions: &Arc<Versions>,
) -> Result<Queues, StoreError> {
    let (write_queue, to_write) = bounded(QUEUE);
    let (read_queue, to_read) = bounded(QUEUE);
    let session = Session::new(target.clone(), writer);
    let heard = versions.clone();
    spawn("store-writer", move || write_groups(session, &to_write, &heard))?;
    for number in 0..readers {
        let session = Session::new(target.clone(), target.connect()?);
        let to_read = to_read.clone();
        spawn(&format!("store-reader-{number}"), move || read_each(session, &to_read))?;
    }
    Ok(Queues { reads: read_queue, writes: write_queue })
}

pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
        .map_err(|error| StoreError::Unreachable(format!("no thread for the database: {error}")))
}

fn write_groups(mut session: Session, jobs: &Jobs, versions: &Versions) {
    while let Ok(first) = jobs.recv() {
        let conn = match session.begin("BEGIN IMMEDIATE") {
            Ok(conn) => conn,
            Err(error) => {
                tracing::error!(error = %error, "no write transaction on the database");
                first.answer(Some(error));
                continue;
            }
        };
        let (group, broken) = run_group(conn, first, jobs);
        let committed = match broken {
            Some(error) => Err(error),
            None => transaction::commit(conn),
        };
        metrics::histogram!("marzipan_store_group_size")
            .record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        if let Err(error) = committed {
            tracing::error!(error = %error, "a group of writes was not committed");
            session.discard();
            for job in group {
                tell_doubtful(versions, job.as_ref());
                job.answer(Some(StoreError::Unreachable("the commit failed".to_owned())));
            }
            continue;
        }
        for job in group {
            tell(versions, job.as_ref());
            job.answer(None);
        }
    }
}

/// Runs the first job and all that wait behind it. The error tells that the transaction itself is broken.
fn run_group(
    conn: &mut Conn,
    first: Box<dyn Job>,
    jobs: &Jobs,
) -> (Vec<Box<dyn Job>>, Option<diesel::result::Error>) {
    let begun = Instant::now();
    let mut group = Vec::new();
    let mut next = Some(first);
    while let Some(mut job) = next {
        if !job.abandoned() {
            let ran = run_in_savepoint(conn, job.as_mut());
            group.push(job);
            if let Err(error) = ran {
                return (group, Some(error));
            }
        }
        let full = group.len() >= GROUP || begun.elapsed() >= GROUP_AGE;
        next = if full { None } else { jobs.try_recv().ok() };
    }
    (group, None)
}

fn run_in_savepoint(conn: &mut Conn, job: &mut dyn Job) -> QueryResult<()> {
    transaction::begin_nested(conn)?;
    match job.run(conn) {
        Verdict::Commit => transaction::commit(conn),
        // One writer collides with nobody, so there is nothing to run again.
        Verdict::Undo | Verdict::Again => transaction::rollback(conn),
    }
}

fn read_each(mut session: Session, jobs: &Jobs) {
    while let Ok(mut job) = jobs.recv() {
        if job.abandoned() {
            continue;
        }
        let conn = match session.begin("BEGIN") {
            Ok(conn) => conn,
            Err(error) => {
                job.answer(Some(error));
                continue;
            }
        };
        job.run(conn);
        // Readers change nothing: undoing ends the snapshot.
        if let Err(error) = transaction::rollback(conn) {
            tracing::warn!(error = %error, "a read transaction did not end");
            session.discard();
        }
        job.answer(None);
    }
}
