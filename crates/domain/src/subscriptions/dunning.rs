//! What is done about a payment that failed. Rule: a bank is asked again only where the same question may get another answer,
//! on a given day after the first failure; and it ends.

use std::time::Duration;

use crate::time::Timestamp;
use crate::words::words;

words! {
    /// Why a renewal's payment failed, as far as it matters for what comes next.
    Failure {
        /// It may go well another day: too little money on the account, a bank that does not answer.
        Retry = "retry",
        /// The card is lost, stolen or expired: only another one helps.
        NewCard = "new_card",
        /// The bank wants to ask the customer, who has to be there for it.
        Authentication = "authentication",
    }
}

/// What comes next, unless the customer pays before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The payment is tried again then.
    TryAt(Timestamp),
    /// No more is tried, and then it is given up.
    EndAt(Timestamp),
}

/// The step after a failure. `days`: after the first failure, ascending. `failures`: how many there were, this one
/// included.
///
/// A failure that is not tried again by itself ends on the last day as well, so that the customer has the same time to
/// act.
#[must_use]
pub fn next(days: &[i64], failure: Failure, first_failed_at: Timestamp, failures: usize) -> Step {
    let after = |days: i64| {
        let days = u64::try_from(days).unwrap_or(0);
        first_failed_at.plus(Duration::from_secs(days.saturating_mul(86_400)))
    };
    let again = match failure {
        Failure::Retry => days.get(failures.saturating_sub(1)),
        Failure::NewCard | Failure::Authentication => None,
    };
    match again {
        Some(day) => Step::TryAt(after(*day)),
        None => Step::EndAt(after(days.last().copied().unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USUAL: &[i64] = &[1, 3, 5, 7];

    #[test]
    fn each_failure_has_its_step() {
        use Failure::{Authentication, NewCard, Retry};
        let first = Timestamp::parse("2024-02-27T10:15:00.5Z").expect("a time");
        for (days, failure, failures, tries, day) in [
            (USUAL, Retry, 1, true, "2024-02-28"),
            (USUAL, Retry, 2, true, "2024-03-01"),
            (USUAL, Retry, 3, true, "2024-03-03"),
            (USUAL, Retry, 4, true, "2024-03-05"),
            (USUAL, Retry, 5, false, "2024-03-05"),
            (USUAL, Retry, usize::MAX, false, "2024-03-05"),
            // There is always one failure, or nobody would ask.
            (USUAL, Retry, 0, true, "2024-02-28"),
            (USUAL, NewCard, 1, false, "2024-03-05"),
            (USUAL, NewCard, 3, false, "2024-03-05"),
            (USUAL, NewCard, 5, false, "2024-03-05"),
            (USUAL, Authentication, 1, false, "2024-03-05"),
            (USUAL, Authentication, 4, false, "2024-03-05"),
            (&[], Retry, 1, false, "2024-02-27"),
            (&[], NewCard, 1, false, "2024-02-27"),
            (&[], Authentication, 1, false, "2024-02-27"),
            (&[2], Retry, 1, true, "2024-02-29"),
            (&[2], Retry, 2, false, "2024-02-29"),
            (&[2], NewCard, 1, false, "2024-02-29"),
            (&[2], Authentication, 2, false, "2024-02-29"),
            (&[-1], Retry, 1, true, "2024-02-27"),
        ] {
            let at = Timestamp::parse(&format!("{day}T10:15:00.5Z")).expect("a time");
            let step = if tries { Step::TryAt(at) } else { Step::EndAt(at) };
            assert_eq!(next(days, failure, first, failures), step, "{days:?} {failure} {failures}");
        }
        assert_eq!(next(&[i64::MAX], Retry, first, 1), Step::TryAt(Timestamp::MAX));
    }

    proptest! {
        #[test]
        fn it_always_ends(
            days in prop::collection::btree_set(0_i64..=60, 0..12),
            failures in prop::collection::vec(prop::sample::select(Failure::ALL), 13),
            first in 0_i64..4_000_000_000_000_000,
        ) {
            let days: Vec<i64> = days.into_iter().collect();
            let first = Timestamp::from_micros(first);
            let last = first.plus(Duration::from_secs(86_400 * days.last().copied().unwrap_or(0).unsigned_abs()));
            let mut tried = first;
            let mut end = None;
            for (before, failure) in failures.into_iter().enumerate() {
                match next(&days, failure, first, before + 1) {
                    Step::TryAt(at) => {
                        // Each try comes after the one before; one on the day of the failure itself may be at once.
                        prop_assert!(at > tried || before == 0 && at == first, "{} {}", tried, at);
                        prop_assert!(at <= last);
                        tried = at;
                    }
                    Step::EndAt(at) => {
                        end = Some(at);
                        break;
                    }
                }
            }
            prop_assert_eq!(end, Some(last));
        }
    }
}
