//! A price that is lower for a while. Rule: it counts from its start, and no more at its end.

use crate::time::Timestamp;

/// A sale price with the time for which it counts; open where no end is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// In minor units.
    pub price: i64,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it is over.
    pub ends_at: Option<Timestamp>,
}

impl Sale {
    /// Whether the price counts at this moment.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }

    /// The next moment after `now` at which the price begins or ceases to count.
    #[must_use]
    pub fn next_edge(&self, now: Timestamp) -> Option<Timestamp> {
        [self.starts_at, self.ends_at].into_iter().flatten().filter(|edge| *edge > now).min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn counts_from_its_start_to_before_its_end() {
        let sale = Sale { price: 100, starts_at: Some(at(10)), ends_at: Some(at(20)) };
        for (now, on, edge) in [
            (9, false, Some(10)),
            (10, true, Some(20)),
            (19, true, Some(20)),
            (20, false, None),
            (21, false, None),
        ] {
            assert_eq!((sale.is_on(at(now)), sale.next_edge(at(now))), (on, edge.map(at)), "{now}");
        }
        assert!(Sale { price: 1, starts_at: None, ends_at: None }.is_on(at(0)));
    }

    proptest! {
        #[test]
        fn nothing_changes_before_the_next_edge(start in 0_i64..50, length in 1_i64..50, now in 0_i64..120, step in 0_i64..120) {
            let sale = Sale { price: 1, starts_at: Some(at(start)), ends_at: Some(at(start + length)) };
            let later = now + step;
            if sale.next_edge(at(now)).is_none_or(|edge| at(later) < edge) {
                prop_assert_eq!(sale.is_on(at(now)), sale.is_on(at(later)));
            }
        }
    }
}
