//! Where slow work on pictures is done. Rule: few pictures are in work at once, whoever sent them, so that the rest of the
//! server has its processors and its memory.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// The work ended by itself: a decoder met what it was not made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work on a picture broke off")]
pub struct Broke;

/// A few places at which one picture each is worked on.
#[derive(Clone, Debug)]
pub struct Workshop {
    places: Arc<Semaphore>,
}

impl Workshop {
    /// With so many places, one at least.
    #[must_use]
    pub fn with_places(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))) }
    }

    /// Does the work when there is a place. Whoever stops waiting does not free it: what has begun is finished.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Broke>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let place = self.places.clone().acquire_owned().await.map_err(|_| Broke)?;
        let done = tokio::task::spawn_blocking(move || {
            let made = work();
            drop(place);
            made
        });
        done.await.map_err(|_| Broke)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn no_more_are_in_work_than_there_are_places() {
        let workshop = Workshop::with_places(2);
        let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = (0..20).map(|_| {
            let (busy, most) = (busy.clone(), most.clone());
            workshop.run(move || {
                most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(1));
                busy.fetch_sub(1, Ordering::SeqCst);
            })
        });
        assert!(join_all(work).await.iter().all(Result::is_ok));
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn a_place_is_free_again_after_work_that_broke_off() {
        let workshop = Workshop::with_places(1);
        assert_eq!(workshop.run(|| panic!("as asked")).await, Err::<(), _>(Broke));
        assert_eq!(workshop.run(|| 5).await, Ok(5));
    }
}
