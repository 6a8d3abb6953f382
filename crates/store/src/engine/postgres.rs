//! PostgreSQL: a pool of connections, each on a thread of its own, that take reads and writes from one queue.
//!
//! Writes are SERIALIZABLE, so that a use case means the same here as behind SQLite's single writer. The price is that
//! a transaction may collide with another; it is then undone and run again, after a pause that grows and varies.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::job::{Job, Verdict};
use super::sqlite::spawn;
use super::transaction::{self, Session};
use super::versions::Versions;
use super::{Conn, QUEUE, Queues, Target, tell, tell_doubtful};
use crate::error::{StoreError, is_collision};

/// Runs of one transaction before its caller is told that it kept colliding.
const TRIES: u32 = 30;
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

pub(super) fn start(
    target: &Target,
    first: Conn,
    connections: usize,
    versions: &Arc<Versions>,
) -> Result<Queues, StoreError> {
    let (queue, jobs) = bounded(QUEUE);
    let mut ready = Some(first);
    for number in 0..connections {
        let conn = match ready.take() {
            Some(conn) => conn,
            None => target.connect()?,
        };
        let session = Session::new(target.clone(), conn);
        let (jobs, versions) = (jobs.clone(), versions.clone());
        spawn(&format!("store-{number}"), move || serve(session, &jobs, &versions))?;
    }
    Ok(Queues { reads: queue.clone(), writes: queue })
}

fn serve(mut session: Session, jobs: &Receiver<Box<dyn Job>>, versions: &Versions) {
    while let Ok(mut job) = jobs.recv() {
        if !job.abandoned() {
            let failure = run(&mut session, job.as_mut()).err();
            match failure {
                None => tell(versions, job.as_ref()),
                Some(_) => tell_doubtful(versions, job.as_ref()),
            }
            job.answer(failure);
        }
    }
}

/// Runs the job until it neither collides nor has tries left. An error is the transaction's, not the job's.
fn run(session: &mut Session, job: &mut dyn Job) -> Result<(), StoreError> {
    for attempt in 1..=TRIES {
        let conn = session.begin(if job.writes() { WRITE } else { READ })?;
        let verdict = job.run(conn);
        let ended = match verdict {
            Verdict::Commit => transaction::commit(conn),
            Verdict::Undo | Verdict::Again => transaction::rollback(conn),
        };
        match ended {
            Ok(()) if verdict != Verdict::Again => return Ok(()),
            Ok(()) => {}
            Err(error) if is_collision(&error) => {}
            Err(error) => {
                session.discard();
                if verdict == Verdict::Undo {
                    return Ok(());
                }
                return Err(error.into());
            }
        }
        metrics::counter!("marzipan_store_collisions_total").increment(1);
        std::thread::sleep(pause(attempt));
    }
    Err(StoreError::Contended)
}

/// A random part of a span that doubles: those who collided do not meet again at the same moment.
fn pause(attempt: u32) -> Duration {
    let span = Duration::from_millis(1).saturating_mul(1 << attempt.min(10)).min(LONGEST_PAUSE);
    span.mul_f64(rand::random_range(0.1..1.0))
}
