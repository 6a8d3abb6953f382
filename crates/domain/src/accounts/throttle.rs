//! How long a guesser waits. Rule: the wait doubles with every failure, never exceeds a quarter of an hour, and a count
//! that has rested as long starts again.

use std::time::Duration;

use crate::time::Timestamp;

/// Failures without a wait for one account from one network address: people mistype.
pub const PAIR_FREE: u32 = 3;
/// Failures without a wait for one account from a device that has signed in to it before.
pub const DEVICE_FREE: u32 = 3;
/// Failures without a wait for one network address whatever the account: an office or a café shares one.
pub const ADDRESS_FREE: u32 = 30;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// The wait after this many failures, of which `free` have none: 1, 2, 4 … seconds, 15 minutes at the most.
#[must_use]
pub fn delay_after(failures: u32, free: u32) -> Duration {
    match failures.saturating_sub(free) {
        0 => Duration::ZERO,
        beyond => FIRST_WAIT.saturating_mul(1 << (beyond - 1).min(16)).min(LONGEST_WAIT),
    }
}

/// The attempt comes this much too soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// The failures counted in one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// How many.
    pub failures: u32,
    /// Attempts before this are refused.
    pub blocked_until: Option<Timestamp>,
    /// When the last one was.
    pub last_failure: Timestamp,
}

impl Throttle {
    /// Whether an attempt may be made now.
    pub fn check(&self, now: Timestamp) -> Result<(), Wait> {
        match self.blocked_until {
            // No wait is longer than the longest, even where the clock was put back meanwhile.
            Some(until) if now < until => Err(Wait(until.since(now).min(LONGEST_WAIT))),
            _ => Ok(()),
        }
    }

    /// The count after one more failure, of which `free` have no wait.
    #[must_use]
    pub fn after_failure(self, now: Timestamp, free: u32) -> Self {
        let rested_since = self.blocked_until.unwrap_or(self.last_failure);
        let rested = now.since(rested_since) >= LONGEST_WAIT;
        let failures = if rested { 1 } else { self.failures.saturating_add(1) };
        let wait = delay_after(failures, free);
        Self { failures, blocked_until: (!wait.is_zero()).then(|| now.plus(wait)), last_failure: now }
    }

    /// The count with so many failures taken off; what is left keeps its wait.
    #[must_use]
    pub fn forgive(self, failures: u32) -> Self {
        Self { failures: self.failures.saturating_sub(failures), ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fresh(now: Timestamp) -> Throttle {
        Throttle { failures: 0, blocked_until: None, last_failure: now }
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<u64> = (0..=16).map(|failures| delay_after(failures, 3).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }

    #[test]
    fn a_guesser_who_never_tires_has_few_tries_a_day() {
        let start = Timestamp::from_micros(0);
        let end = start.plus(Duration::from_hours(24));
        // One who tries at every chance, and one who lets the count rest each time it has grown dear.
        for rests in [false, true] {
            let (mut now, mut throttle, mut tries) = (start, fresh(start), 0);
            while now < end {
                throttle = throttle.after_failure(now, PAIR_FREE);
                tries += 1;
                if let Err(Wait(wait)) = throttle.check(now) {
                    now = now.plus(wait);
                    if rests && wait == LONGEST_WAIT {
                        now = now.plus(LONGEST_WAIT);
                    }
                }
            }
            assert!(tries < 600, "{tries}");
        }
    }

    #[test]
    fn a_clock_put_back_locks_nobody_out() {
        let later = Timestamp::from_micros(0).plus(Duration::from_hours(1000));
        let throttle = Throttle { failures: 100, blocked_until: Some(later), last_failure: later };
        assert_eq!(throttle.check(Timestamp::from_micros(0)), Err(Wait(LONGEST_WAIT)));
    }

    #[test]
    fn a_rested_count_starts_again() {
        let start = Timestamp::from_micros(0);
        let mut throttle = fresh(start);
        for _ in 0..10 {
            throttle = throttle.after_failure(start, PAIR_FREE);
        }
        assert_eq!(throttle.check(start), Err(Wait(Duration::from_secs(64))));
        let later = start.plus(Duration::from_secs(64 + 900));
        assert_eq!(throttle.after_failure(later, PAIR_FREE).failures, 1);
    }

    proptest! {
        #[test]
        fn a_wait_never_exceeds_the_cap_and_never_shrinks(failures in 0_u32..10_000, free in 0_u32..100) {
            let wait = delay_after(failures, free);
            prop_assert!(wait <= LONGEST_WAIT);
            prop_assert!(delay_after(failures + 1, free) >= wait);
        }

        #[test]
        fn a_good_sign_in_takes_off_no_more_than_its_own(failures in 0_u32..1000, own in 0_u32..1000) {
            let before = Throttle { failures, ..fresh(Timestamp::from_micros(0)) };
            let after = before.forgive(own);
            prop_assert_eq!(after.failures, failures.saturating_sub(own));
            prop_assert_eq!(after.blocked_until, before.blocked_until);
        }

        #[test]
        fn patience_always_helps(gaps in proptest::collection::vec(0_u64..2000, 1..60)) {
            let mut now = Timestamp::from_micros(0);
            let mut throttle = fresh(now);
            for gap in gaps {
                now = now.plus(Duration::from_secs(gap));
                if let Err(Wait(wait)) = throttle.check(now) {
                    prop_assert!(wait <= LONGEST_WAIT);
                    prop_assert_eq!(throttle.check(now.plus(wait)), Ok(()));
                } else {
                    throttle = throttle.after_failure(now, PAIR_FREE);
                }
            }
        }
    }
}
