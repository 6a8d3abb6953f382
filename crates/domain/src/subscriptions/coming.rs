//! The renewals that are still to come. Rule: their dates are those that the clockwork would come to, if nobody changed anything
//! any more.

use super::Anchor;
use crate::tenants::TimeZoneName;
use crate::time::Timestamp;

/// What decides when a subscription's coming renewals fall due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// From when on all are computed.
    pub anchor: Anchor,
    /// The months from the anchor to the next renewal.
    pub months: i64,
    /// The months between two renewals.
    pub frequency: i64,
    /// When the next falls due: on its computed day, or where somebody moved it.
    pub next_at: Timestamp,
    /// Nothing falls due at this time or later.
    pub ends_at: Option<Timestamp>,
    /// Boxes that are paid already; they are the next to come.
    pub prepaid_left: i64,
}

/// One renewal that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// When it falls due.
    pub due_at: Timestamp,
    /// Whether its box is paid already.
    pub is_prepaid: bool,
}

impl Course {
    /// The course after a pause that ends at `resumed_at`: the dates that passed meanwhile are let go, and boxes that are paid are
    /// not lost by it.
    #[must_use]
    pub fn resumed(self, resumed_at: Timestamp, zone: &TimeZoneName) -> Self {
        let months = self.anchor.months_after(resumed_at, self.months, self.frequency, zone);
        let last = months.saturating_add(self.prepaid_left.saturating_mul(self.frequency));
        let ends_at = self
            .ends_at
            .map(|end| if self.prepaid_left > 0 { end.max(self.anchor.due(last, zone)) } else { end });
        Self { months, next_at: self.anchor.due(months, zone), ends_at, ..self }
    }

    /// All that fall due before `until`, in their order.
    pub fn renewals(self, zone: &TimeZoneName, until: Timestamp) -> impl Iterator<Item = Coming> {
        let every = self.frequency.max(1);
        let following = move |(number, last): &(i64, Timestamp)| {
            let number = number + 1;
            let months = self.months.saturating_add(number.saturating_mul(every));
            let due_at = self.anchor.due(months, zone);
            // At the end of the calendar the days stand still.
            (due_at > *last).then_some((number, due_at))
        };
        std::iter::successors(Some((0, self.next_at)), following)
            .take_while(move |(_, due_at)| *due_at < until && self.ends_at.is_none_or(|end| *due_at < end))
            .map(move |(number, due_at)| Coming { due_at, is_prepaid: number < self.prepaid_left })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZoneName {
        TimeZoneName::parse(name).expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    fn course(anchor: &str, frequency: i64, zone: &TimeZoneName) -> Course {
        let anchor = Anchor::parse(anchor).expect("an anchor");
        let next_at = anchor.due(frequency, zone);
        Course { anchor, months: frequency, frequency, next_at, ends_at: None, prepaid_left: 0 }
    }

    fn days(course: Course, zone: &TimeZoneName, until: &str) -> Vec<String> {
        course.renewals(zone, at(until)).map(|coming| zone.date_at(coming.due_at).to_string()).collect()
    }

    #[test]
    fn a_short_month_moves_no_other() {
        let london = zone("Europe/London");
        let monthly = course("2026-01-31T10:15:00", 1, &london);
        assert_eq!(
            days(monthly, &london, "2026-06-01T00:00:00Z"),
            ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
        );
    }

    #[test]
    fn a_date_that_was_moved_moves_no_other() {
        let utc = zone("UTC");
        let moved = Course { next_at: at("2026-02-20T10:00:00Z"), ..course("2026-01-10T10:00:00", 1, &utc) };
        assert_eq!(days(moved, &utc, "2026-04-30T00:00:00Z"), ["2026-02-20", "2026-03-10", "2026-04-10"]);
    }

    #[test]
    fn nothing_comes_at_the_end_of_a_term_or_after() {
        let utc = zone("UTC");
        let ends_at = Some(at("2026-04-10T10:00:00Z"));
        let term = Course { ends_at, ..course("2026-01-10T10:00:00", 1, &utc) };
        assert_eq!(days(term, &utc, "2027-01-01T00:00:00Z"), ["2026-02-10", "2026-03-10"]);
    }

    #[test]
    fn boxes_that_are_paid_come_first_and_outlast_a_pause() {
        let utc = zone("UTC");
        let ends_at = Some(at("2026-04-10T10:00:00Z"));
        let present = Course { ends_at, prepaid_left: 2, ..course("2026-01-10T10:00:00", 1, &utc) };
        let until = at("2027-01-01T00:00:00Z");
        assert!(present.renewals(&utc, until).all(|coming| coming.is_prepaid));
        let rested = present.resumed(at("2026-03-20T00:00:00Z"), &utc);
        assert_eq!(days(rested, &utc, "2027-01-01T00:00:00Z"), ["2026-04-10", "2026-05-10"]);
        let open = Course { ends_at: None, ..present };
        let paid: Vec<bool> = open.renewals(&utc, until).take(3).map(|coming| coming.is_prepaid).collect();
        assert_eq!(paid, [true, true, false]);
    }

    proptest! {
        /// Whatever the day and the zone, a year has as many boxes as months of the frequency go into it.
        #[test]
        fn a_year_has_so_many(
            day in 1_i8..=31,
            month in 1_i8..=12,
            hour in 0_i8..24,
            frequency in prop::sample::select(vec![1_i64, 2, 3, 4, 6, 12]),
            name in prop::sample::select(vec!["UTC", "Europe/London", "America/Lima", "Pacific/Auckland"]),
        ) {
            let zone = zone(name);
            let day = day.min(jiff::civil::date(2026, month, 1).days_in_month());
            let anchor = format!("2026-{month:02}-{day:02}T{hour:02}:30:00");
            let course = course(&anchor, frequency, &zone);
            let until = course.anchor.due(frequency + 12, &zone);
            let all: Vec<_> = course.renewals(&zone, until).collect();
            prop_assert_eq!(i64::try_from(all.len()).expect("few"), 12 / frequency);
            prop_assert!(all.is_sorted_by(|one, next| one.due_at < next.due_at));
        }

        /// A period is the sum of its parts.
        #[test]
        fn parts_sum_up(days in 0_u32..800, cut in 0_u32..800) {
            let zone = zone("Europe/London");
            let course = course("2026-01-31T10:15:00", 1, &zone);
            let after = |days: u32| course.next_at.plus(std::time::Duration::from_hours(24) * days);
            let (cut, until) = (after(cut.min(days)), after(days));
            let whole = course.renewals(&zone, until).count();
            let before = course.renewals(&zone, cut).count();
            let rest = course.renewals(&zone, until).filter(|coming| coming.due_at >= cut).count();
            prop_assert_eq!(whole, before + rest);
        }
    }
}
