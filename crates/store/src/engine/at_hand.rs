//! Connections for look-ups that are over sooner than another thread would have begun them. Rule: they read SQLite only,
//! one statement at a time, and are opened when they are first wanted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use super::{Conn, Target};
use crate::error::StoreError;

/// Idle connections that are kept; as many threads can look something up side by side without opening one.
const KEPT: usize = 8;

#[derive(Default)]
pub(super) struct AtHand {
    idle: Mutex<Vec<Conn>>,
}

impl AtHand {
    /// Runs a look-up on the caller's thread.
    pub(super) fn run<T, E: From<StoreError>>(
        &self,
        target: &Target,
        look_up: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => target.connect()?,
        };
        // A connection on which a look-up panicked is closed.
        let found = catch_unwind(AssertUnwindSafe(|| look_up(&mut conn)))
            .map_err(|_| E::from(StoreError::Panicked))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(conn);
        }
        found
    }
}

impl std::fmt::Debug for AtHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AtHand")
    }
}
