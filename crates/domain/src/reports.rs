//! The time that a report is about. Rule: days and months are those of the shop's zone, and each is in the report, also
//! one in which nothing happened.

use std::time::Duration;

use jiff::civil::Date;

use crate::fields::{FieldErrors, Fields, Invalid};
use crate::tenants::TimeZoneName;
use crate::text::filled;
use crate::time::Timestamp;
use crate::words::words;

/// The days that a report can be about.
const MOST_DAYS: i32 = 366;

words! {
    /// What a row of a report is about.
    Interval {
        /// A day.
        Day = "day",
        /// A month.
        Month = "month",
    }
}

/// Days in a row, in a shop's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    from: Date,
    until: Date,
    interval: Interval,
    zone: TimeZoneName,
}

/// A period as it is typed; the present month by days if nothing is said.
#[derive(Clone, Debug, Default)]
pub struct PeriodForm {
    /// Its first day, `YYYY-MM-DD`; the first of this month if left out.
    pub from: Option<String>,
    /// Its last day; today if left out.
    pub until: Option<String>,
    /// `day` or `month`.
    pub interval: Option<String>,
}

impl PeriodForm {
    /// Checks every field.
    pub fn parse(self, now: Timestamp, zone: &TimeZoneName) -> Result<Period, FieldErrors> {
        let mut fields = Fields::default();
        let today = zone.date_at(now);
        let day = |text: &str| {
            let invalid = || Invalid::fixed("Must be a day such as 2026-12-31.");
            if text.len() != 10 {
                return Err(invalid());
            }
            text.parse::<Date>().ok().filter(|day| (1970..=9998).contains(&day.year())).ok_or_else(invalid)
        };
        let from = fields.take_optional("from", filled(self.from.as_deref()).map(day));
        let until = fields.take_optional("until", filled(self.until.as_deref()).map(day)).unwrap_or(today);
        let from = from.unwrap_or_else(|| until.first_of_month());
        let interval =
            fields.take_optional("interval", filled(self.interval.as_deref()).map(Interval::parse));
        if until < from {
            fields.refuse("until", "Must not lie before `from`.");
        } else if until.since(from).map_or(i32::MAX, |span| span.get_days()) >= MOST_DAYS {
            fields.refuse("until", "Must not lie more than a year after `from`.");
        }
        fields.finish()?;
        Ok(Period { from, until, interval: interval.unwrap_or(Interval::Day), zone: zone.clone() })
    }
}

impl Period {
    /// Its first day.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.from
    }

    /// Its last day.
    #[must_use]
    pub const fn until(&self) -> Date {
        self.until
    }

    /// What its rows are about.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// Its first moment.
    #[must_use]
    pub fn begins(&self) -> Timestamp {
        self.midnight(self.from)
    }

    /// The first moment after it.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        self.until.tomorrow().map_or_else(
            |_| self.midnight(self.until).plus(Duration::from_hours(24)),
            |day| self.midnight(day),
        )
    }

    fn midnight(&self, day: Date) -> Timestamp {
        let instant = day.to_zoned(self.zone.zone()).map(|zoned| zoned.timestamp().as_microsecond());
        Timestamp::from_micros(instant.unwrap_or(i64::MAX))
    }

    /// The row that something at this moment is in.
    #[must_use]
    pub fn row_of(&self, time: Timestamp) -> String {
        self.label(self.zone.date_at(time))
    }

    /// All rows, in their order.
    #[must_use]
    pub fn rows(&self) -> Vec<String> {
        let days = self.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= self.until);
        let mut rows: Vec<String> = days.map(|day| self.label(day)).collect();
        rows.dedup();
        rows
    }

    fn label(&self, day: Date) -> String {
        let format = match self.interval {
            Interval::Day => "%Y-%m-%d",
            Interval::Month => "%Y-%m",
        };
        day.strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, until: &str, interval: &str, zone: &str) -> Result<Period, Vec<String>> {
        let text = |text: &str| Some(text.to_owned());
        let form = PeriodForm { from: text(from), until: text(until), interval: text(interval) };
        let now = Timestamp::parse("2026-03-31T23:30:00Z").expect("a time");
        form.parse(now, &TimeZoneName::parse(zone).expect("a zone"))
            .map_err(|errors| errors.iter().map(|(path, _)| path.to_owned()).collect())
    }

    #[test]
    fn a_day_has_as_many_hours_as_it_has_where_the_shop_is() {
        for (day, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)] {
            let period = period(day, day, "", "Europe/London").expect("a period");
            assert_eq!(period.ends().since(period.begins()), Duration::from_hours(hours), "{day}");
            assert_eq!(period.row_of(period.begins()), day);
            assert_ne!(period.row_of(period.ends()), day);
        }
    }

    #[test]
    fn nothing_said_is_the_present_month_of_the_shop() {
        let london = period("", "", "", "Europe/London").expect("a period");
        assert_eq!(london.rows(), ["2026-04-01"], "it is April there already");
        let lima = period("", "", "", "America/Lima").expect("a period");
        assert_eq!((lima.rows().len(), lima.rows()[0].as_str()), (31, "2026-03-01"));
    }

    #[test]
    fn each_month_is_a_row() {
        let year = period("2025-11-20", "2026-02-03", "month", "UTC").expect("a period");
        assert_eq!(year.rows(), ["2025-11", "2025-12", "2026-01", "2026-02"]);
    }

    #[test]
    fn refuses_what_is_no_period() {
        for (from, until, interval, refused) in [
            ("2026-02-30", "", "", "from"),
            ("1", "", "", "from"),
            ("", "tomorrow", "", "until"),
            ("2026-03-02", "2026-03-01", "", "until"),
            ("2024-01-01", "2025-06-01", "", "until"),
            ("2026-03-01", "", "week", "interval"),
        ] {
            assert_eq!(period(from, until, interval, "UTC"), Err(vec![refused.to_owned()]), "{from} {until}");
        }
        assert!(period("2024-01-01", "2024-12-31", "", "UTC").is_ok(), "a leap year");
    }
}
