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

/// A row of a report, with the time that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// `2026-11-01`, or `2026-11` for a month.
    pub row: String,
    /// Its first moment.
    pub begins: Timestamp,
    /// The first moment after it.
    pub ends: Timestamp,
}

/// The days that are meant where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// The present month until today.
    ThisMonth,
    /// Today and the thirty days after it.
    Coming,
    /// Twelve months by months, the present one as the last.
    Year,
}

/// A period as it is typed.
#[derive(Clone, Debug, Default)]
pub struct PeriodForm {
    /// Its first day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Its last day.
    pub until: Option<String>,
    /// `day` or `month`.
    pub interval: Option<String>,
}

impl PeriodForm {
    /// Checks every field.
    pub fn parse(self, now: Timestamp, zone: &TimeZoneName) -> Result<Period, FieldErrors> {
        self.parse_or(Usual::ThisMonth, now, zone)
    }

    /// Checks every field; what is left out is as usual.
    pub fn parse_or(self, usual: Usual, now: Timestamp, zone: &TimeZoneName) -> Result<Period, FieldErrors> {
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
        let until = fields.take_optional("until", filled(self.until.as_deref()).map(day));
        let (from, until) = usual.complete(from, until, today);
        let interval =
            fields.take_optional("interval", filled(self.interval.as_deref()).map(Interval::parse));
        let interval = interval.unwrap_or(match usual {
            Usual::ThisMonth | Usual::Coming => Interval::Day,
            Usual::Year => Interval::Month,
        });
        if until < from {
            fields.refuse("until", "Must not lie before `from`.");
        } else if until.since(from).map_or(i32::MAX, |span| span.get_days()) >= MOST_DAYS {
            fields.refuse("until", "Must not lie more than a year after `from`.");
        }
        fields.finish()?;
        Ok(Period { from, until, interval, zone: zone.clone() })
    }
}

impl Usual {
    fn complete(self, from: Option<Date>, until: Option<Date>, today: Date) -> (Date, Date) {
        match self {
            Self::ThisMonth => {
                let until = until.unwrap_or(today);
                (from.unwrap_or_else(|| until.first_of_month()), until)
            }
            Self::Coming => {
                let from = from.unwrap_or(today);
                (from, until.unwrap_or_else(|| from.saturating_add(jiff::Span::new().days(30))))
            }
            Self::Year => {
                let until = until.unwrap_or(today);
                let eleven = jiff::Span::new().months(11);
                (from.unwrap_or_else(|| until.first_of_month().saturating_sub(eleven)), until)
            }
        }
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

    /// All rows with the time that each is about, in their order. The first and the last are as long as the period lets them be.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let days = self.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= self.until);
        for day in days {
            let row = self.label(day);
            if spans.last().is_some_and(|last| last.row == row) {
                continue;
            }
            let begins = self.midnight(day);
            if let Some(last) = spans.last_mut() {
                last.ends = begins;
            }
            spans.push(Span { row, begins, ends: self.ends() });
        }
        spans
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
    fn rows_follow_each_other_and_fill_the_period() {
        for (from, until, interval) in
            [("2026-01-15", "2026-12-20", "month"), ("2026-03-27", "2026-04-02", "day")]
        {
            let period = period(from, until, interval, "Europe/London").expect("a period");
            let spans = period.spans();
            assert!(spans.windows(2).all(|pair| pair[0].ends == pair[1].begins));
            assert_eq!(spans.first().map(|span| span.begins), Some(period.begins()));
            assert_eq!(spans.last().map(|span| span.ends), Some(period.ends()));
            assert_eq!(spans.iter().map(|span| span.row.clone()).collect::<Vec<_>>(), period.rows());
        }
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let now = Timestamp::parse("2026-03-30T12:00:00Z").expect("a time");
        let utc = TimeZoneName::parse("UTC").expect("a zone");
        let days = |usual: Usual, form: PeriodForm| {
            let period = form.parse_or(usual, now, &utc).expect("a period");
            (period.from().to_string(), period.until().to_string(), period.interval())
        };
        let said = |from: &str, until: &str, interval| (from.to_owned(), until.to_owned(), interval);
        let nothing = PeriodForm::default;
        assert_eq!(days(Usual::ThisMonth, nothing()), said("2026-03-01", "2026-03-30", Interval::Day));
        assert_eq!(days(Usual::Coming, nothing()), said("2026-03-30", "2026-04-29", Interval::Day));
        assert_eq!(days(Usual::Year, nothing()), said("2025-04-01", "2026-03-30", Interval::Month));
        let leap = PeriodForm { until: Some("2024-02-29".to_owned()), ..PeriodForm::default() };
        assert_eq!(days(Usual::Year, leap), said("2023-03-01", "2024-02-29", Interval::Month));
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
