//! Two databases behind one pair of calls, `read` and `write`, which take plain synchronous closures.
//!
//! Rule: a closure runs on a thread of the store's own, so it can not await, and no network call can stand inside a
//! transaction. It may run more than once (a collision on PostgreSQL), so it has no effects outside the transaction.

mod at_hand;
mod connect;
mod following;
mod job;
mod postgres;
mod sqlite;
mod transaction;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError};
use diesel::{PgConnection, SqliteConnection};
use domain::ids::TenantId;
use tokio::sync::oneshot;

use at_hand::AtHand;
pub(crate) use connect::Target;
pub(crate) use following::{CHANNEL, notice};
use job::{Job, Work};
pub use versions::{LEASE, Stamp, Versions};

use crate::error::StoreError;
use crate::installation::InstallationTx;
use crate::tx::Tx;

/// A connection to either database; Diesel's derive gives it one typed query interface.
/// What speaks SQL to either engine.
pub(crate) type Backend = <Conn as diesel::connection::Connection>::Backend;

#[derive(diesel::MultiConnection)]
pub(crate) enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// What a closure leaves for the engine.
#[derive(Default)]
pub(crate) struct Marks {
    /// It collided with another transaction: the engine runs it again.
    pub(crate) collided: bool,
    /// The shops whose version it raised, and to what: the engine tells of them after the commit.
    pub(crate) changed: Vec<(TenantId, i64)>,
}

/// Where work for the database's threads is put.
struct Queues {
    reads: Sender<Box<dyn Job>>,
    writes: Sender<Box<dyn Job>>,
}

/// Tells this process of what a job has changed: after its commit, and before its answer leaves.
fn tell(versions: &Versions, job: &dyn Job) {
    for (tenant, version) in job.changed() {
        versions.heard(*tenant, *version);
    }
}

/// As [`tell`], where it is not known whether the commit happened.
fn tell_doubtful(versions: &Versions, job: &dyn Job) {
    for (tenant, _) in job.changed() {
        versions.doubted(*tenant);
    }
}

/// How to reach the database and how much of it to use.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Connections kept to PostgreSQL; each has a thread.
    pub postgres_connections: usize,
    /// Connections that read SQLite; each has a thread.
    pub sqlite_readers: usize,
    /// Whether to hear of what other processes change. Without it nothing may be remembered ([`Versions`]).
    pub follows: bool,
}

/// Waiting closures beyond this many are refused: the caller is told to come back, instead of waiting for ever.
const QUEUE: usize = 4096;

/// A closure that has not been answered by then has failed for its caller (it may still commit).
const PATIENCE: Duration = Duration::from_secs(30);

/// The database, open. Clones share it; its threads end when the last clone goes.
#[derive(Clone, Debug)]
pub struct Store {
    target: Target,
    reads: Sender<Box<dyn Job>>,
    writes: Sender<Box<dyn Job>>,
    versions: Arc<Versions>,
    at_hand: Arc<AtHand>,
}

impl Store {
    /// Opens the database, brings its schema up to date unless `migrate` is false, and starts the threads.
    ///
    /// # Errors
    /// The database can not be reached, is newer than this release, or is older and was not to be migrated.
    pub fn open(settings: &StoreSettings, migrate: bool) -> Result<Self, StoreError> {
        let target = Target::parse(&settings.url)?;
        let mut first = target.connect()?;
        if migrate {
            crate::migrate::run(&mut first)?;
        } else {
            crate::migrate::check(&mut first)?;
        }
        let versions = Arc::new(Versions::new());
        let Queues { reads, writes } = match &target {
            Target::Sqlite(_) => sqlite::start(&target, first, settings.sqlite_readers.max(1), &versions)?,
            Target::Postgres(_) => {
                postgres::start(&target, first, settings.postgres_connections.max(1), &versions)?
            }
        };
        if settings.follows {
            following::start(target.clone(), &versions)?;
        }
        Ok(Self { target, reads, writes, versions, at_hand: Arc::default() })
    }

    /// What this process has heard of the shops' versions.
    #[must_use]
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Waits until no node takes what it remembers from before this moment for current any more. For what must hold
    /// everywhere once it is answered.
    pub async fn heard_everywhere(&self) {
        tokio::time::sleep(LEASE).await;
    }

    /// Which engine this is, for people: `SQLite` or `PostgreSQL`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        self.target.engine()
    }

    /// Reads one shop's rows in one consistent snapshot.
    pub async fn read<T, E, F>(&self, tenant: TenantId, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(&self.reads, false, move |conn, marks| closure(&mut Tx::new(conn, tenant, marks))).await
    }

    /// Changes one shop's rows. When this returns `Ok`, the change is durable; when it returns `Err`, nothing of it was
    /// kept (except after [`StoreError::Overloaded`], where the outcome is unknown).
    pub async fn write<T, E, F>(&self, tenant: TenantId, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(&self.writes, true, move |conn, marks| closure(&mut Tx::new(conn, tenant, marks))).await
    }

    /// Reads across shops. For what has no shop yet (a token's owner) or concerns them all (due jobs).
    pub async fn read_installation<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut InstallationTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(&self.reads, false, move |conn, marks| closure(&mut InstallationTx::new(conn, marks))).await
    }

    /// Looks something up by a key, across shops, in one statement: on SQLite within the caller's own thread, which is done
    /// before another would have taken it over. Several statements would not see the same moment.
    pub async fn look_up<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut InstallationTx<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.target {
            Target::Sqlite(_) => self
                .at_hand
                .run(&self.target, |conn| closure(&mut InstallationTx::new(conn, &mut Marks::default()))),
            Target::Postgres(_) => self.read_installation(closure).await,
        }
    }

    /// Changes across shops; otherwise as [`Store::write`].
    pub async fn write_installation<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut InstallationTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(&self.writes, true, move |conn, marks| closure(&mut InstallationTx::new(conn, marks))).await
    }

    /// Opens a connection of its own for maintenance ([`crate::dump`]).
    pub(crate) fn connect(&self) -> Result<Conn, StoreError> {
        self.target.connect()
    }

    async fn run<T, E, F>(&self, queue: &Sender<Box<dyn Job>>, writes: bool, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Conn, &mut Marks) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        match queue.try_send(Box::new(Work::new(writes, closure, reply))) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(StoreError::Overloaded.into()),
            Err(TrySendError::Disconnected(_)) => {
                return Err(StoreError::Unreachable("the store has shut down".to_owned()).into());
            }
        }
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(StoreError::Panicked.into()),
            Err(_) => Err(StoreError::Overloaded.into()),
        }
    }
}
