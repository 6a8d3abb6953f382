//! One closure on its way through a database thread. Rule: its answer leaves only after the commit it belongs to.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::ids::TenantId;
use tokio::sync::oneshot;

use super::{Conn, Marks};
use crate::error::StoreError;

/// A closure whose result type the thread does not know.
pub(super) trait Job: Send {
    /// Whether it asks for a transaction that may write.
    fn writes(&self) -> bool;

    /// Whether nobody waits for the answer any more, so that it need not be begun.
    fn abandoned(&self) -> bool;

    /// Runs the closure once and keeps its result.
    fn run(&mut self, conn: &mut Conn) -> Verdict;

    /// The shops that it changed in its last run, with their new versions; none where that run is undone.
    fn changed(&self) -> &[(TenantId, i64)];

    /// Answers with the result kept, or with `failure` where the transaction around it failed.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

/// What the transaction around a closure should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Keep its changes.
    Commit,
    /// Undo them: it failed by a rule of its own.
    Undo,
    /// Undo them and run it again: it collided with another transaction.
    Again,
}

pub(super) struct Work<T, E, F> {
    writes: bool,
    closure: F,
    outcome: Option<Result<T, E>>,
    changed: Vec<(TenantId, i64)>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work<T, E, F> {
    pub(super) fn new(writes: bool, closure: F, reply: oneshot::Sender<Result<T, E>>) -> Self {
        Self { writes, closure, outcome: None, changed: Vec::new(), reply }
    }
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: Fn(&mut Conn, &mut Marks) -> Result<T, E> + Send,
{
    fn writes(&self) -> bool {
        self.writes
    }

    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, conn: &mut Conn) -> Verdict {
        let mut marks = Marks::default();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.closure)(conn, &mut marks)))
            .unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let verdict = match &outcome {
            _ if marks.collided => Verdict::Again,
            Ok(_) => Verdict::Commit,
            Err(_) => Verdict::Undo,
        };
        self.outcome = Some(outcome);
        self.changed = if verdict == Verdict::Commit { marks.changed } else { Vec::new() };
        verdict
    }

    fn changed(&self) -> &[(TenantId, i64)] {
        &self.changed
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let outcome = match (failure, self.outcome) {
            (Some(failure), _) => Err(failure.into()),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(StoreError::Panicked.into()),
        };
        // A caller that has gone does not want to know.
        let _ = self.reply.send(outcome);
    }
}
