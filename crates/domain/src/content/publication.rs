//! When a page or post is shown. Rule: what is shown at a moment follows from the dates alone; that a job has not run yet
//! changes nothing.

use crate::time::Timestamp;

/// What staff are told of a page or post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody sees it.
    Draft,
    /// It will be shown.
    Scheduled,
    /// It is shown.
    Published,
    /// It was shown until its end.
    Withdrawn,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Scheduled, Self::Published, Self::Withdrawn];

    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word in the API.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// Which state of a page (an `R`: a revision) is shown, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication<R> {
    /// What is shown now.
    pub live: Option<R>,
    /// Since when; where nothing is shown yet, from when on.
    pub published_at: Option<Timestamp>,
    /// What takes its place, and when.
    pub next: Option<(R, Timestamp)>,
    /// When it ends.
    pub withdraw_at: Option<Timestamp>,
}

impl<R> Default for Publication<R> {
    /// A draft.
    fn default() -> Self {
        Self { live: None, published_at: None, next: None, withdraw_at: None }
    }
}

impl<R: Copy + PartialEq> Publication<R> {
    /// What is shown at this moment, and since when.
    #[must_use]
    pub fn shown(&self, now: Timestamp) -> Option<(R, Timestamp)> {
        if self.withdraw_at.is_some_and(|end| end <= now) {
            return None;
        }
        match self.next {
            Some((next, at)) if at <= now => Some((next, at)),
            _ => self.live.zip(self.published_at),
        }
    }

    /// What staff are told at this moment.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        if self.shown(now).is_some() {
            Status::Published
        } else if self.withdraw_at.is_some_and(|end| end <= now) {
            Status::Withdrawn
        } else if self.next.is_some() {
            Status::Scheduled
        } else {
            Status::Draft
        }
    }

    /// Does what has fallen due; tells whether anything had. What is shown at `now` stays the same.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        let before = *self;
        if self.withdraw_at.is_some_and(|end| end <= now) {
            self.live = None;
            self.next = None;
            self.published_at = None;
        } else if let Some((next, at)) = self.next.filter(|(_, at)| *at <= now) {
            self.live = Some(next);
            self.published_at = Some(at);
            self.next = None;
        }
        *self != before
    }

    /// Shows a state from `from` on (at once if left out) until `end`. In place of what was planned before; what is shown
    /// meanwhile goes on being shown.
    pub fn publish(&mut self, state: R, from: Option<Timestamp>, end: Option<Timestamp>, now: Timestamp) {
        self.settle(now);
        self.withdraw_at = end;
        if let Some(from) = from.filter(|from| *from > now) {
            self.next = Some((state, from));
            if self.live.is_none() {
                self.published_at = Some(from);
            }
        } else {
            let since = if self.live.is_some() { self.published_at } else { None };
            self.live = Some(state);
            self.published_at = from.or(since).or(Some(now));
            self.next = None;
        }
    }

    /// Ends the showing, at once or later.
    pub fn withdraw(&mut self, at: Option<Timestamp>, now: Timestamp) {
        self.settle(now);
        match at.filter(|at| *at > now) {
            Some(at) => self.withdraw_at = Some(at),
            None => *self = Self::default(),
        }
    }

    /// When the next thing falls due.
    #[must_use]
    pub fn next_event(&self) -> Option<Timestamp> {
        let next = self.next.map(|(_, at)| at);
        let has_state = self.live.is_some() || self.next.is_some();
        let end = self.withdraw_at.filter(|_| has_state);
        [next, end].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn a_page_through_its_life() {
        let mut page = Publication::default();
        assert_eq!(page.status(at(0)), Status::Draft);
        page.publish(1, Some(at(10)), None, at(0));
        assert_eq!((page.status(at(9)), page.shown(at(9))), (Status::Scheduled, None));
        assert_eq!((page.status(at(10)), page.shown(at(10))), (Status::Published, Some((1, at(10)))));
        page.publish(2, None, None, at(20));
        assert_eq!(page.shown(at(20)), Some((2, at(10))), "a new state keeps the date");
        page.publish(3, Some(at(40)), Some(at(50)), at(30));
        assert_eq!(page.shown(at(39)), Some((2, at(10))), "until then the old one stands");
        assert_eq!(page.shown(at(40)), Some((3, at(40))));
        assert_eq!((page.status(at(50)), page.shown(at(50))), (Status::Withdrawn, None));
        page.publish(4, Some(at(5)), None, at(60));
        assert_eq!(page.shown(at(60)), Some((4, at(5))), "a date in the past is kept as it is");
        page.withdraw(None, at(70));
        assert_eq!(page, Publication::default());
    }

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Publish(Option<i64>, Option<i64>),
        Withdraw(Option<i64>),
        Settle,
    }

    fn acts() -> impl Strategy<Value = Vec<(i64, Act)>> {
        let time = || prop::option::of(0_i64..100);
        let act = prop_oneof![
            (time(), time()).prop_map(|(from, end)| Act::Publish(from, end)),
            time().prop_map(Act::Withdraw),
            Just(Act::Settle),
        ];
        prop::collection::vec((0_i64..20, act), 0..12)
    }

    proptest! {
        #[test]
        fn that_a_job_ran_changes_nothing(acts in acts()) {
            let (mut lazy, mut eager) = (Publication::default(), Publication::default());
            let (mut now, mut state) = (0, 0);
            for (passed, act) in acts {
                now += passed;
                eager.settle(at(now));
                prop_assert_eq!(lazy.shown(at(now)), eager.shown(at(now)));
                prop_assert_eq!(lazy.status(at(now)), eager.status(at(now)));
                state += 1;
                for page in [&mut lazy, &mut eager] {
                    match act {
                        Act::Publish(from, end) => {
                            let end = end.map(|end| at(end.max(now + 1)));
                            page.publish(state, from.map(at), end, at(now));
                        }
                        Act::Withdraw(end) => page.withdraw(end.map(at), at(now)),
                        Act::Settle => {}
                    }
                }
                prop_assert_eq!(lazy.shown(at(now)), eager.shown(at(now)));
                if let Some((_, since)) = eager.shown(at(now)) {
                    prop_assert!(since <= at(now));
                }
                // Between two events nothing changes by itself.
                if let Some(event) = eager.next_event() {
                    let before = Timestamp::from_micros(event.as_micros() - 1);
                    if before >= at(now) {
                        prop_assert_eq!(eager.shown(at(now)), eager.shown(before));
                    }
                } else {
                    prop_assert_eq!(eager.shown(at(now)), eager.shown(Timestamp::MAX));
                }
            }
        }
    }
}
