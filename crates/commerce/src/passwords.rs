//! Hashing passwords, on threads of its own and no more of them than set: a login storm waits here, and the rest of the
//! server does not notice.
//!
//! Argon2id with OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane).

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use crossbeam_channel::{Sender, TrySendError, bounded};
use domain::accounts::PasswordText;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::chance::Chance;

/// The work that one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for HashCost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashingError {
    /// More sign-ins wait than can be served in time.
    #[error("more passwords wait to be hashed than can be served in time")]
    Busy,
    /// The parameters, or a stored hash, make no sense.
    #[error("a password hash or its parameters make no sense")]
    Broken,
}

/// Waiting hashes beyond this many are refused. At 25 ms each on one thread the last one waits six seconds.
const QUEUE: usize = 256;

type Task = Box<dyn FnOnce(&Argon2<'_>) + Send>;

/// The pool of hashing threads.
#[derive(Clone)]
pub struct PasswordPool {
    tasks: Sender<Task>,
    cost: HashCost,
    chance: Chance,
    dummy: Arc<str>,
}

impl std::fmt::Debug for PasswordPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordPool").field("cost", &self.cost).finish_non_exhaustive()
    }
}

impl PasswordPool {
    /// Starts `threads` threads.
    pub fn start(threads: usize, cost: HashCost, chance: Chance) -> Result<Self, HashingError> {
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|_| HashingError::Broken)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let (tasks, waiting) = bounded::<Task>(QUEUE);
        for number in 0..threads.max(1) {
            let waiting = waiting.clone();
            let argon2 = argon2.clone();
            std::thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || {
                    step_back();
                    waiting.iter().for_each(|task| task(&argon2));
                })
                .map_err(|_| HashingError::Broken)?;
        }
        metrics::describe_counter!(HASHES, "Passwords hashed, to keep or to compare");
        metrics::counter!(HASHES).increment(0);
        let dummy = dummy_hash(cost);
        Ok(Self { tasks, cost, chance, dummy: dummy.into() })
    }

    /// Runs CPU work that belongs to passwords (such as judging one) on the pool.
    pub async fn run<T, F>(&self, work: F) -> Result<T, HashingError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.submit(move |_| work()).await
    }

    /// Hashes a password for storage (PHC string format).
    pub async fn hash(&self, password: PasswordText) -> Result<String, HashingError> {
        let salt: [u8; 16] = self.chance.bytes();
        self.submit(move |argon2| {
            metrics::counter!(HASHES).increment(1);
            argon2
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|_| HashingError::Broken)
        })
        .await?
    }

    /// Compares a password with a stored hash. Without one (an address that nobody has) it does the same work against a
    /// hash that no password matches, so that the answer takes as long.
    pub async fn verify(&self, password: PasswordText, stored: Option<String>) -> Result<bool, HashingError> {
        let known = stored.is_some();
        let stored = Zeroizing::new(stored.unwrap_or_else(|| self.dummy.to_string()));
        self.submit(move |argon2| {
            metrics::counter!(HASHES).increment(1);
            let hash = PasswordHash::new(&stored).map_err(|_| HashingError::Broken)?;
            // The stored hash's own parameters are used, not the pool's.
            let matches = PasswordVerifier::<PasswordHash>::verify_password(
                argon2,
                password.expose().as_bytes(),
                &hash,
            );
            Ok(matches.is_ok() && known)
        })
        .await?
    }

    /// A new hash for a password that is known to be right, where the stored one was made with less work than is asked
    /// today.
    pub async fn rehash_if_outdated(
        &self,
        stored: &str,
        password: PasswordText,
    ) -> Result<Option<String>, HashingError> {
        if self.is_outdated(stored) { self.hash(password).await.map(Some) } else { Ok(None) }
    }

    /// Whether a stored hash was made with less work than is asked today.
    #[must_use]
    pub fn is_outdated(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        let Ok(params) = Params::try_from(&hash) else { return true };
        hash.algorithm.as_str() != "argon2id"
            || params.m_cost() < self.cost.memory_kib
            || params.t_cost() < self.cost.passes
    }

    async fn submit<T, F>(&self, work: F) -> Result<T, HashingError>
    where
        T: Send + 'static,
        F: FnOnce(&Argon2<'_>) -> T + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |argon2| {
            // A caller that gave up frees its place without work; one that gives up now keeps it until the work is done.
            if !reply.is_closed() {
                let _ = reply.send(work(argon2));
            }
        });
        match self.tasks.try_send(task) {
            Ok(()) => answer.await.map_err(|_| HashingError::Broken),
            Err(TrySendError::Full(_)) => Err(HashingError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(HashingError::Broken),
        }
    }
}

/// Lets every other thread of the machine go before this one: a hash may wait, an answer should not.
fn step_back() {
    /// The usual priority is 0 and the least 19; each step is worth about a quarter more of a contested processor.
    #[cfg(target_os = "linux")]
    const STEPS: i32 = 15;
    // On Linux this is said of a thread; elsewhere it would be said of the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, STEPS) {
        tracing::debug!(%error, "the hashing threads have the usual priority");
    }
}

const HASHES: &str = "marzipan_password_hashes_total";

/// A well-formed hash of today's cost whose output is all zeros: nothing hashes to it.
fn dummy_hash(cost: HashCost) -> String {
    let zeros = "A".repeat(43);
    format!(
        "$argon2id$v=19$m={},t={},p={}$c29tZXNhbHRzb21lc2FsdA${zeros}",
        cost.memory_kib, cost.passes, cost.lanes
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost { memory_kib: 16, passes: 1, lanes: 1 };

    fn pool(cost: HashCost) -> PasswordPool {
        PasswordPool::start(1, cost, Chance::new(|bytes| rand::fill(bytes))).expect("a pool")
    }

    fn password(text: &str) -> PasswordText {
        PasswordText::parse(text.to_owned()).expect("a password")
    }

    #[tokio::test]
    async fn verifies_what_it_hashed() {
        let pool = pool(CHEAP);
        let hash = pool.hash(password("correct horse")).await.expect("hashes");
        assert_eq!(pool.verify(password("correct horse"), Some(hash.clone())).await, Ok(true));
        assert_eq!(pool.verify(password("battery staple"), Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn an_unknown_address_costs_a_hash_of_todays_parameters() {
        let pool = pool(CHEAP);
        assert_eq!(pool.verify(password("anything at all"), None).await, Ok(false));
        let dummy = PasswordHash::new(&pool.dummy).expect("well-formed");
        let params = Params::try_from(&dummy).expect("parameters");
        assert_eq!((params.m_cost(), params.t_cost()), (CHEAP.memory_kib, CHEAP.passes));
    }

    #[tokio::test]
    async fn a_raised_cost_makes_older_hashes_outdated() {
        let old = pool(CHEAP).hash(password("correct horse")).await.expect("hashes");
        assert!(!pool(CHEAP).is_outdated(&old));
        assert!(pool(HashCost { memory_kib: 32, ..CHEAP }).is_outdated(&old));
        assert!(pool(HashCost { passes: 2, ..CHEAP }).is_outdated(&old));
        assert!(
            pool(HashCost { memory_kib: 32, ..CHEAP })
                .verify(password("correct horse"), Some(old))
                .await
                .expect("ok")
        );
    }

    #[tokio::test]
    async fn a_full_queue_refuses_instead_of_waiting() {
        let pool = pool(CHEAP);
        let (started, begun) = std::sync::mpsc::channel();
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let blocker = pool.clone();
        let held = tokio::spawn(async move {
            blocker
                .run(move || {
                    started.send(()).expect("the test listens");
                    let _ = gate.recv();
                })
                .await
        });
        tokio::task::spawn_blocking(move || begun.recv()).await.expect("joins").expect("begins");
        let waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(pool.run(|| ()))).collect();
        let mut waiting: Vec<_> = waiting.into_iter().map(tokio_test_poll).collect();
        assert_eq!(pool.run(|| ()).await, Err(HashingError::Busy));
        release.send(()).expect("the thread waits");
        for one in &mut waiting {
            assert_eq!(one.await, Ok(()));
        }
        held.await.expect("joins").expect("runs");
    }

    /// Polls a future once, so that its task is queued, and gives it back.
    fn tokio_test_poll<F: Future + Unpin>(mut future: F) -> F {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let _ = std::pin::Pin::new(&mut future).poll(&mut context);
        future
    }
}
