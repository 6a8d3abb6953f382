//! What a shop counts of its subscriptions. Rule: a subscription runs from its first payment until it is cancelled or its term is
//! over, also while it rests or owes a payment; and what happened in a month is counted in that month for good.

use crate::tenants::TimeZoneName;
use crate::time::Timestamp;
use crate::words::words;

use super::Anchor;

words! {
    /// Why a subscription came to its end.
    Ending {
        /// Its customer, or the staff for them, gave it up.
        Customer = "customer",
        /// A renewal was not paid in the time that the shop gives.
        Unpaid = "unpaid",
        /// Its term was over.
        Term = "term",
    }
}

/// The months after which it is looked who of a cohort is still there.
pub const COHORT_MONTHS: [i64; 5] = [1, 2, 3, 6, 12];

/// Something that begins or ends a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It begins, for the first time or again.
    Begun,
    /// It ends.
    Ended(Ending),
}

/// A time in which a subscription ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// When it began.
    pub from: Timestamp,
    /// When it ended and why; `None` while it runs.
    pub until: Option<(Timestamp, Ending)>,
}

impl Spell {
    fn had_begun_before(&self, time: Timestamp) -> bool {
        self.from < time && self.until.is_none_or(|(end, _)| end >= time)
    }
}

/// When a subscription ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life(Vec<Spell>);

impl Life {
    /// Takes note of what happened next. What begins while it runs, or ends while it does not, says nothing.
    pub fn hear(&mut self, at: Timestamp, turn: Turn) {
        match (turn, self.0.last_mut().filter(|spell| spell.until.is_none())) {
            (Turn::Begun, None) => self.0.push(Spell { from: at, until: None }),
            (Turn::Ended(why), Some(spell)) => spell.until = Some((at, why)),
            (Turn::Begun, Some(_)) | (Turn::Ended(_), None) => {}
        }
    }

    /// When it began for the first time.
    #[must_use]
    pub fn joined_at(&self) -> Option<Timestamp> {
        self.0.first().map(|spell| spell.from)
    }

    /// When it ended last, if it does not run.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.0.last().and_then(|spell| spell.until).map(|(at, _)| at)
    }

    /// Whether it ran at this time.
    #[must_use]
    pub fn runs_at(&self, time: Timestamp) -> bool {
        self.0.iter().any(|spell| spell.from <= time && spell.until.is_none_or(|(end, _)| time < end))
    }

    /// The times in which it ran, in their order.
    #[must_use]
    pub fn spells(&self) -> &[Spell] {
        &self.0
    }
}

/// What became of a shop's subscriptions in a time, in numbers of subscriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// Those that ran when it began.
    pub active_at_start: i64,
    /// Those that began for the first time.
    pub joined: i64,
    /// Those that began again.
    pub reactivated: i64,
    /// Those that their customers gave up.
    pub by_customer: i64,
    /// Those that were not paid.
    pub unpaid: i64,
    /// Those whose term was over.
    pub term_over: i64,
}

impl Movement {
    /// Counts one subscription in, for the time from `begins` until just before `ends`.
    pub fn add(&mut self, life: &Life, begins: Timestamp, ends: Timestamp) {
        let is_within = |time: Timestamp| begins <= time && time < ends;
        for (number, spell) in life.spells().iter().enumerate() {
            self.active_at_start += i64::from(spell.had_begun_before(begins));
            if is_within(spell.from) {
                *(if number == 0 { &mut self.joined } else { &mut self.reactivated }) += 1;
            }
            match spell.until.filter(|(end, _)| is_within(*end)) {
                Some((_, Ending::Customer)) => self.by_customer += 1,
                Some((_, Ending::Unpaid)) => self.unpaid += 1,
                Some((_, Ending::Term)) => self.term_over += 1,
                None => {}
            }
        }
    }

    /// Those that ended, for whatever reason.
    #[must_use]
    pub const fn ended(&self) -> i64 {
        self.by_customer + self.unpaid + self.term_over
    }

    /// Those that were cancelled: all that ended before their term did.
    #[must_use]
    pub const fn cancelled(&self) -> i64 {
        self.by_customer + self.unpaid
    }

    /// By how many there are more when it is over.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.joined + self.reactivated - self.ended()
    }

    /// Those that ran when it was over.
    #[must_use]
    pub const fn active_at_end(&self) -> i64 {
        self.active_at_start + self.net()
    }

    /// The share that ended of those that ran at its start, in hundredths of a per cent, half up; `None` where none ran.
    #[must_use]
    pub fn churn_rate(&self) -> Option<i64> {
        (self.active_at_start > 0).then(|| half_up(self.ended().saturating_mul(10_000), self.active_at_start))
    }
}

/// Those that joined in a time, and how many of them were still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    begins: Timestamp,
    ends: Timestamp,
    /// How many joined.
    pub joined: i64,
    /// How many of them ran so many months after each had joined, in the order of [`COHORT_MONTHS`]; `None` where that is
    /// not over for all who joined, or could still join.
    pub running: [Option<i64>; COHORT_MONTHS.len()],
}

impl Cohort {
    /// The cohort of those who join from `begins` until just before `ends`.
    #[must_use]
    pub fn new(begins: Timestamp, ends: Timestamp, now: Timestamp, zone: &TimeZoneName) -> Self {
        let is_over = |months| Anchor::at(ends, zone).due(months, zone) <= now;
        let running = COHORT_MONTHS.map(|months| is_over(months).then_some(0));
        Self { begins, ends, joined: 0, running }
    }

    /// Counts one subscription in, if it belongs here.
    pub fn add(&mut self, life: &Life, zone: &TimeZoneName) {
        let Some(joined_at) = life.joined_at().filter(|at| self.begins <= *at && *at < self.ends) else {
            return;
        };
        self.joined += 1;
        let anchor = Anchor::at(joined_at, zone);
        for (months, count) in COHORT_MONTHS.into_iter().zip(&mut self.running) {
            if let Some(count) = count {
                *count += i64::from(life.runs_at(anchor.due(months, zone)));
            }
        }
    }
}

/// What a subscription brings in a month, in minor units: the price of its boxes over the months between them, half up.
#[must_use]
pub fn monthly(price: i64, quantity: i64, frequency: i64) -> i64 {
    half_up(price.saturating_mul(quantity), frequency.max(1))
}

/// How many are missing of what is needed; none where they are not counted.
#[must_use]
pub fn short(needed: i64, in_stock: Option<i64>) -> i64 {
    in_stock.map_or(0, |left| needed.saturating_sub(left.max(0)).max(0))
}

/// A quotient of what is not negative, rounded half up.
fn half_up(of: i64, by: i64) -> i64 {
    let (of, by) = (i128::from(of.max(0)), i128::from(by));
    i64::try_from((2 * of + by) / (2 * by)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn life(turns: &[(i64, Turn)]) -> Life {
        let mut life = Life::default();
        for (time, turn) in turns {
            life.hear(at(*time), *turn);
        }
        life
    }

    #[test]
    fn what_says_nothing_is_not_counted() {
        let twice = life(&[
            (0, Turn::Ended(Ending::Term)),
            (10, Turn::Begun),
            (12, Turn::Begun),
            (20, Turn::Ended(Ending::Unpaid)),
            (25, Turn::Ended(Ending::Customer)),
            (30, Turn::Begun),
        ]);
        assert_eq!(
            twice.spells(),
            [
                Spell { from: at(10), until: Some((at(20), Ending::Unpaid)) },
                Spell { from: at(30), until: None }
            ]
        );
        assert_eq!((twice.joined_at(), twice.ended_at()), (Some(at(10)), None));
        assert_eq!(
            [9, 10, 19, 20, 29, 30].map(|time| twice.runs_at(at(time))),
            [false, true, true, false, false, true]
        );
        let mut movement = Movement::default();
        movement.add(&twice, at(15), at(31));
        let expected = Movement { active_at_start: 1, reactivated: 1, unpaid: 1, ..Movement::default() };
        assert_eq!((movement, movement.net(), movement.churn_rate()), (expected, 0, Some(10_000)));
    }

    #[test]
    fn churn_is_of_those_at_the_start() {
        let movement = Movement { active_at_start: 3, by_customer: 1, joined: 5, ..Movement::default() };
        assert_eq!((movement.churn_rate(), movement.active_at_end()), (Some(3333), 7));
        assert_eq!(Movement { joined: 1, by_customer: 1, ..Movement::default() }.churn_rate(), None);
    }

    #[test]
    fn a_month_of_it_is_rounded_half_up() {
        for (price, quantity, frequency, expected) in
            [(2400, 1, 1, 2400), (2499, 2, 3, 1666), (2500, 1, 3, 833), (1001, 1, 2, 501), (100, 1, 0, 100)]
        {
            assert_eq!(monthly(price, quantity, frequency), expected, "{price} {quantity} {frequency}");
        }
    }

    #[test]
    fn only_what_is_counted_can_be_short() {
        assert_eq!([Some(12), Some(3), Some(-1), None].map(|left| short(10, left)), [0, 7, 10, 0]);
    }

    #[test]
    fn a_cohort_is_not_judged_before_its_time() {
        let zone = TimeZoneName::parse("Europe/London").expect("a zone");
        let time = |text: &str| Timestamp::parse(text).expect("a time");
        let (begins, ends) = (time("2026-01-01T00:00:00Z"), time("2026-02-01T00:00:00Z"));
        let mut cohort = Cohort::new(begins, ends, time("2026-04-05T00:00:00Z"), &zone);
        let joins = |at: &str| {
            let mut life = Life::default();
            life.hear(time(at), Turn::Begun);
            life
        };
        let mut leaves = joins("2026-01-31T12:00:00Z");
        // A month after the 31st of January is the 28th of February.
        leaves.hear(time("2026-02-28T12:00:01Z"), Turn::Ended(Ending::Customer));
        cohort.add(&leaves, &zone);
        cohort.add(&joins("2026-01-01T00:00:00Z"), &zone);
        cohort.add(&joins("2026-02-01T00:00:00Z"), &zone);
        cohort.add(&Life::default(), &zone);
        assert_eq!((cohort.joined, cohort.running), (2, [Some(2), Some(1), None, None, None]));
    }

    fn any_life() -> impl Strategy<Value = Life> {
        let ending = prop::sample::select(Ending::ALL.to_vec());
        let turn = prop_oneof![Just(Turn::Begun), ending.prop_map(Turn::Ended)];
        prop::collection::vec((0_i64..100, turn), 0..8).prop_map(|mut turns| {
            turns.sort_by_key(|(time, _)| *time);
            life(&turns)
        })
    }

    fn counted(lives: &[Life], begins: i64, ends: i64) -> Movement {
        let mut movement = Movement::default();
        for life in lives {
            movement.add(life, at(begins), at(ends));
        }
        movement
    }

    proptest! {
        /// Each month begins with what the one before it left, and all of them come to what the whole time does.
        #[test]
        fn months_sum_up(
            lives in prop::collection::vec(any_life(), 0..12),
            mut cuts in prop::collection::vec(0_i64..110, 2..6),
        ) {
            cuts.sort_unstable();
            let months: Vec<Movement> =
                cuts.windows(2).map(|pair| counted(&lives, pair[0], pair[1])).collect();
            for pair in months.windows(2) {
                prop_assert_eq!(pair[0].active_at_end(), pair[1].active_at_start);
            }
            let whole = counted(&lives, cuts[0], cuts[cuts.len() - 1]);
            prop_assert_eq!(months.iter().map(Movement::net).sum::<i64>(), whole.net());
            prop_assert_eq!(months.iter().map(|month| month.joined).sum::<i64>(), whole.joined);
            prop_assert_eq!(months.iter().map(Movement::ended).sum::<i64>(), whole.ended());
            prop_assert!(whole.active_at_start >= 0 && whole.active_at_end() >= 0);
        }

        /// Where no more ended than there were, the rate is a share.
        #[test]
        fn churn_is_at_most_all(start in 1_i64..1_000_000, customer in 0_i64..1_000_000, unpaid in 0_i64..1000) {
            let movement =
                Movement { active_at_start: start, by_customer: customer, unpaid, ..Movement::default() };
            let rate = movement.churn_rate().expect("some ran");
            prop_assert_eq!(rate <= 10_000, movement.ended() <= start || rate == 10_000);
            prop_assert!(rate >= 0);
        }

        /// Nobody is in a cohort twice, and no more are there later than joined.
        #[test]
        fn a_cohort_only_shrinks_below_its_size(lives in prop::collection::vec(any_life(), 0..12)) {
            let zone = TimeZoneName::parse("UTC").expect("a zone");
            let mut cohort = Cohort::new(at(0), at(200), at(i64::MAX / 4), &zone);
            for life in &lives {
                cohort.add(life, &zone);
            }
            let joined = lives.iter().filter(|life| life.joined_at().is_some()).count();
            prop_assert_eq!(cohort.joined, i64::try_from(joined).expect("few"));
            prop_assert!(cohort.running.iter().flatten().all(|count| *count <= cohort.joined));
        }

        /// A month's share times the months is the price, but for the rounding.
        #[test]
        fn a_month_is_near_its_share(price in 0_i64..10_000_000, quantity in 1_i64..20, frequency in 1_i64..=12) {
            let off = (monthly(price, quantity, frequency) * frequency - price * quantity).abs();
            prop_assert!(2 * off <= frequency);
        }
    }
}
