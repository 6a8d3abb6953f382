//! When a subscription renews. Rule: whole months after its beginning, on the same day and at the same local time, as near
//! as the calendar and the clocks of the place allow; what one month is short of is not taken from the next.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use jiff::Span;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::fields::Invalid;
use crate::tenants::TimeZoneName;
use crate::time::Timestamp;

/// The local date and time at which a subscription began; every renewal is computed from it.
///
/// Local and not an instant, for the shop's clocks change twice a year and a renewal is to come at the same hour. In whole
/// seconds, so that what is stored as text is all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor(DateTime);

impl Anchor {
    /// What the clocks of the zone show at this instant.
    #[must_use]
    pub fn at(instant: Timestamp, zone: &TimeZoneName) -> Self {
        let micros = instant.as_micros();
        let second = Timestamp::from_micros(micros - micros.rem_euclid(1_000_000));
        Self(zone.zone().to_datetime(second.instant()))
    }

    /// Reads what [`Display`](fmt::Display) writes, `2024-01-31T10:15:00`, and nothing else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse::<DateTime>()
            .ok()
            // No instant lies before the year 1; a place behind UTC may still write the last day of the year 0.
            .filter(|local| local.year() >= 0 && local.to_string() == text && local.subsec_nanosecond() == 0)
            .map(Self)
            .ok_or_else(|| Invalid::new("Must be a date and time such as 2024-01-31T10:15:00."))
    }

    /// The day so many months after the beginning: the same day of the month, or its last where the month is shorter.
    /// Beyond the calendar it is the calendar's last day, or its first.
    #[must_use]
    pub fn date(self, months: i64) -> Date {
        self.checked_date(months).unwrap_or(if months < 0 { Date::MIN } else { Date::MAX })
    }

    /// `None` beyond the calendar.
    fn checked_date(self, months: i64) -> Option<Date> {
        let span = Span::new().try_months(months).ok()?;
        self.0.date().checked_add(span).ok()
    }

    /// The instant at which the clocks of the zone show the anchor's time on that day.
    ///
    /// A time that a change of the clocks skips moves forward by as much as is skipped, and of a time that comes twice the
    /// first counts. So it is one instant, whatever the clocks do.
    #[must_use]
    pub fn due(self, months: i64, zone: &TimeZoneName) -> Timestamp {
        self.due_in(months, &zone.zone())
    }

    fn due_in(self, months: i64, zone: &TimeZone) -> Timestamp {
        let first = Timestamp::from_micros(i64::MIN);
        // The calendar's last day may still have an instant where it comes early, which is not that of any day after it.
        let Some(date) = self.checked_date(months) else {
            return if months < 0 { first } else { Timestamp::MAX };
        };
        zone.to_timestamp(date.to_datetime(self.0.time())).map_or_else(
            |_| if date.year() > 0 { Timestamp::MAX } else { first },
            |instant| Timestamp::from_micros(instant.as_microsecond()),
        )
    }

    /// The anchor's time of day on a day of the customer's choice.
    #[must_use]
    pub fn on(self, day: Date, zone: &TimeZoneName) -> Timestamp {
        zone.instant_of(day.to_datetime(self.0.time()))
    }

    /// The least `from + k * every` (`k >= 0`) whose due instant lies after `instant`; an `every` below 1 counts as 1.
    ///
    /// Where the calendar ends before there is one, it is the least that is due at [`Timestamp::MAX`].
    #[must_use]
    pub fn months_after(self, instant: Timestamp, from: i64, every: i64, zone: &TimeZoneName) -> i64 {
        let zone = zone.zone();
        let every = every.max(1);
        let local = zone.to_datetime(instant.instant());
        let between = 12 * (i64::from(local.year()) - i64::from(self.0.year())) + i64::from(local.month())
            - i64::from(self.0.month());
        // What is due two calendar months before is past, however the clocks were changed since.
        let past = i128::from(between - 2);
        let steps = (past - i128::from(from)).div_euclid(i128::from(every)).max(0);
        let first = i128::from(from) + steps * i128::from(every);
        let mut months = i64::try_from(first).unwrap_or(from);
        loop {
            let due = self.due_in(months, &zone);
            if due > instant || due == Timestamp::MAX {
                return months;
            }
            months = months.saturating_add(every);
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The last instant at which a renewal can still be changed: so many hours before it is due, by the clock and not by the
/// calendar.
#[must_use]
pub fn cut_off(due: Timestamp, hours: i64) -> Timestamp {
    let hours = u64::try_from(hours).unwrap_or(0);
    due.minus(Duration::from_secs(hours.saturating_mul(3600)))
}
