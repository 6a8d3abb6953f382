//! The one thread that keeps the books. Rule: everybody who waits is served under one lock and one flush, and is answered only
//! after it.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use domain::ids::TenantId;
use domain::time::{Clock, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::SandboxError;
use super::books::Books;
use super::entries::{Entry, Fault, Line};
use super::hooks::Notice;
use super::journal::Journal;
use super::names::Names;

/// As many may wait.
const QUEUE: usize = 10_000;
/// As many are served with one flush.
const GROUP: usize = 500;
/// Nobody waits longer, such as for another process that holds the lock.
const PATIENCE: Duration = Duration::from_secs(20);

/// Told after the flush, or after it failed.
type Answer = Box<dyn FnOnce(Result<(), SandboxError>) + Send>;
/// What somebody wants done with the books; an error where they can not be had.
type Work = Box<dyn FnOnce(Result<&mut Turn<'_>, SandboxError>) -> Answer + Send>;

/// The way to the thread, which begins with the first question and ends when nobody can ask any more.
pub(super) struct Desk {
    file: PathBuf,
    clock: Arc<dyn Clock>,
    notices: mpsc::Sender<Notice>,
    queue: Mutex<Option<SyncSender<Work>>>,
}

impl Desk {
    /// A desk with this file. Events go out to `notices`.
    pub(super) fn new(file: PathBuf, clock: Arc<dyn Clock>, notices: mpsc::Sender<Notice>) -> Self {
        Self { file, clock, notices, queue: Mutex::default() }
    }

    /// Has something done with the books, and gives its answer once that is on the disk.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Turn<'_>) -> T + Send + 'static,
    ) -> Result<T, SandboxError> {
        let (sender, receiver) = oneshot::channel();
        let work = move |turn: Result<&mut Turn<'_>, SandboxError>| {
            let found = turn.map(work);
            let answer: Answer = Box::new(move |kept| {
                // Whoever asked may have given up.
                drop(sender.send(kept.and(found)));
            });
            answer
        };
        self.queue()?.try_send(Box::new(work)).map_err(|error| match error {
            TrySendError::Full(_) => SandboxError::Busy,
            TrySendError::Disconnected(_) => SandboxError::Silent,
        })?;
        match timeout(PATIENCE, receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(SandboxError::Silent),
        }
    }

    fn queue(&self) -> Result<SyncSender<Work>, SandboxError> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = &*queue {
            return Ok(queue.clone());
        }
        let (sender, waiting) = sync_channel(QUEUE);
        let clerk = Clerk {
            journal: Journal::new(self.file.clone()),
            books: Books::default(),
            clock: Arc::clone(&self.clock),
            notices: self.notices.clone(),
        };
        thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || clerk.work(&waiting))
            .map_err(|error| SandboxError::Books(format!("no thread: {error}")))?;
        *queue = Some(sender.clone());
        Ok(sender)
    }
}

/// The thread's own.
struct Clerk {
    journal: Journal,
    books: Books,
    clock: Arc<dyn Clock>,
    notices: mpsc::Sender<Notice>,
}

impl Clerk {
    fn work(mut self, waiting: &Receiver<Work>) {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            group.extend(waiting.try_iter().take(GROUP - 1));
            self.serve(group);
        }
    }

    fn serve(&mut self, mut group: Vec<Work>) {
        let Self { journal, books, clock, notices } = self;
        let mut answers: Vec<Answer> = Vec::with_capacity(group.len());
        let mut events = Vec::new();
        let kept = journal.locked(|journal| {
            journal.catch_up(books)?;
            let mut turn =
                Turn { books, now: clock.now(), lines: Vec::new(), events: &mut events, failure: None };
            answers.extend(group.drain(..).map(|work| work(Ok(&mut turn))));
            let Turn { books, lines, failure, .. } = turn;
            if let Some(failure) = failure {
                journal.forget(books);
                return Err(failure);
            }
            if lines.is_empty() { Ok(()) } else { journal.append(&lines, books) }
        });
        if let Err(error) = &kept {
            tracing::error!(error = %error, "the sandbox can not keep its books");
            // Those whose turn did not come.
            answers.extend(group.drain(..).map(|work| work(Err(error.clone()))));
        } else {
            for event in events {
                if notices.try_send(event).is_err() {
                    tracing::warn!("an event of the sandbox is not told: too many wait");
                }
            }
        }
        for answer in answers {
            answer(kept.clone());
        }
    }
}

/// The books while it is somebody's turn.
pub(super) struct Turn<'a> {
    books: &'a mut Books,
    now: Timestamp,
    lines: Vec<u8>,
    events: &'a mut Vec<Notice>,
    failure: Option<SandboxError>,
}

impl Turn<'_> {
    pub(super) const fn books(&self) -> &Books {
        self.books
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Writes a line down.
    pub(super) fn write(&mut self, tenant: TenantId, entry: Entry) {
        let line = Line::new(tenant, self.now, entry);
        let written = serde_json::to_writer(&mut self.lines, &line).map_err(|error| error.to_string());
        self.lines.push(b'\n');
        if let Err(reason) = written.and_then(|()| self.books.apply(line)) {
            self.failure = Some(SandboxError::Books(format!("a line can not be written: {reason}")));
        }
    }

    /// The fault that the shop's call is to meet, which is used up by it.
    pub(super) fn fault(&mut self, tenant: TenantId) -> Option<Fault> {
        let faults = self.books.faults(tenant);
        let counts = [
            (faults.fail_next, Fault::Fail),
            (faults.hang_next, Fault::Hang),
            (faults.cut_next, Fault::Cut),
            (faults.malformed_next, Fault::Malformed),
        ];
        let (_, fault) = counts.into_iter().find(|(count, _)| *count > 0)?;
        self.write(tenant, Entry::Fault { fault });
        Some(fault)
    }

    /// Does something that no event tells of.
    pub(super) fn untold<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let told_before = self.events.len();
        let done = work(self);
        self.events.truncate(told_before);
        done
    }

    /// Lets the shop know, once this is on the disk, how a payment stands; nothing where it is none.
    pub(super) fn tell_of_payment(&mut self, names: &Names, reference: &str) {
        if let Some(page) = self.books.payment(reference) {
            self.events.push(Notice {
                id: names.event(page.tenant, reference, page.status),
                about: "payment",
                status: page.status.as_str(),
                created: self.now,
                tenant: page.tenant,
                reference: reference.to_owned(),
                key: page.key.to_string(),
            });
        }
    }

    /// The same of a set-up.
    pub(super) fn tell_of_set_up(&mut self, names: &Names, reference: &str) {
        if let Some(page) = self.books.set_up(reference) {
            self.events.push(Notice {
                id: names.event(page.tenant, reference, page.status),
                about: "set_up",
                status: page.status.as_str(),
                created: self.now,
                tenant: page.tenant,
                reference: reference.to_owned(),
                key: page.key.clone(),
            });
        }
    }
}
