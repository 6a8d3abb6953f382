//! Time zones. Rule: named, never an offset, for an offset does not know the summer.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::fields::Invalid;
use crate::text::public_value;
use crate::time::Timestamp;

/// The IANA name of a time zone that the bundled data knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZoneName(String);

public_value!(TimeZoneName);

impl TimeZoneName {
    /// Reads a name in any case, `europe/london`, and keeps it as IANA writes it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.trim();
        if name.is_empty() {
            return Err(Invalid::new("Is required."));
        }
        TimeZone::get(name)
            .ok()
            .and_then(|zone| zone.iana_name().map(|name| Self(name.to_owned())))
            .ok_or_else(|| Invalid::new("Must be the name of a time zone such as Europe/London."))
    }

    /// The zone with its rules.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The calendar day that it is in this zone.
    #[must_use]
    pub fn date_at(&self, now: Timestamp) -> Date {
        let instant = jiff::Timestamp::from_microsecond(now.as_micros());
        instant.map_or_else(|_| now.utc_date(), |instant| self.zone().to_datetime(instant).date())
    }

    /// The instant of a local time. One that a clock change skips is so much later; of one that it repeats the first counts.
    #[must_use]
    pub fn instant_of(&self, local: DateTime) -> Timestamp {
        match local.to_zoned(self.zone()) {
            Ok(zoned) => Timestamp::from_micros(zoned.timestamp().as_microsecond()),
            // Beside the ends of the calendar there is only UTC.
            Err(_) => local
                .to_zoned(TimeZone::UTC)
                .map_or(Timestamp::MAX, |zoned| Timestamp::from_micros(zoned.timestamp().as_microsecond())),
        }
    }

    /// The first instant of a day.
    #[must_use]
    pub fn first_instant_of(&self, day: Date) -> Timestamp {
        match day.to_zoned(self.zone()).and_then(|zoned| zoned.start_of_day()) {
            Ok(zoned) => Timestamp::from_micros(zoned.timestamp().as_microsecond()),
            Err(_) => self.instant_of(day.to_datetime(Time::midnight())),
        }
    }

    /// The instant that is typed, `2026-12-24T12:00:00Z`, or the first one of the day that is typed, `2026-12-24`.
    pub fn beginning_of(&self, typed: &str) -> Result<Timestamp, Invalid> {
        match typed_day(typed) {
            Some(day) => Ok(self.first_instant_of(day)),
            None => Timestamp::parse(typed).map_err(|_| Invalid::fixed(NO_DAY)),
        }
    }

    /// As [`TimeZoneName::beginning_of`], of a day the first instant after it: what lies before it is of that day or earlier.
    pub fn end_of(&self, typed: &str) -> Result<Timestamp, Invalid> {
        match typed_day(typed).map(Date::tomorrow) {
            Some(Ok(next)) => Ok(self.first_instant_of(next)),
            Some(Err(_)) => Ok(Timestamp::MAX),
            None => Timestamp::parse(typed).map_err(|_| Invalid::fixed(NO_DAY)),
        }
    }

    /// The day in this zone, as papers write it: `7 October 2024`.
    #[must_use]
    pub fn day_text(&self, time: Timestamp) -> String {
        self.date_at(time).strftime("%-d %B %Y").to_string()
    }

    /// The day and the minute in this zone, for people: `2027-05-01 18:00`.
    #[must_use]
    pub fn local_text(&self, time: Timestamp) -> String {
        jiff::Timestamp::from_microsecond(time.as_micros()).map_or_else(
            |_| time.to_string(),
            |instant| self.zone().to_datetime(instant).strftime("%Y-%m-%d %H:%M").to_string(),
        )
    }
}

const NO_DAY: &str = "Must be a day such as 2026-12-24, or a time such as 2026-12-24T12:00:00Z.";

/// A day has ten characters; what is longer says the time, too.
fn typed_day(typed: &str) -> Option<Date> {
    if typed.len() == 10 { typed.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lasts_from_midnight_to_midnight() {
        let london = TimeZoneName::parse("Europe/London").expect("known");
        let text = |read: Result<Timestamp, Invalid>| read.expect("a time").to_string();
        assert_eq!(text(london.beginning_of("2026-06-01")), "2026-05-31T23:00:00.000000Z");
        assert_eq!(text(london.end_of("2026-06-01")), "2026-06-01T23:00:00.000000Z");
        // The day on which the clocks go back has 25 hours.
        assert_eq!(text(london.beginning_of("2026-10-25")), "2026-10-24T23:00:00.000000Z");
        assert_eq!(text(london.end_of("2026-10-25")), "2026-10-26T00:00:00.000000Z");
        for read in [TimeZoneName::beginning_of, TimeZoneName::end_of] {
            assert_eq!(text(read(&london, "2026-06-01T12:00:00Z")), "2026-06-01T12:00:00.000000Z");
            for wrong in ["", "soon", "2026-02-30", "20260601", "2026-06-01 12:00", "2026-06-01T12:00"] {
                assert!(read(&london, wrong).is_err(), "{wrong}");
            }
        }
        assert_eq!(london.end_of("9999-12-31"), Ok(Timestamp::MAX));
    }

    #[test]
    fn names_read_as_iana_writes_them() {
        for (typed, kept) in [
            ("Europe/London", "Europe/London"),
            ("europe/london", "Europe/London"),
            (" America/Argentina/Buenos_Aires ", "America/Argentina/Buenos_Aires"),
            ("Pacific/Kiritimati", "Pacific/Kiritimati"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(TimeZoneName::parse(typed).map(|zone| zone.0).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let time = Timestamp::parse("2024-10-06T23:30:00Z").expect("a time");
        let day = |zone| TimeZoneName::parse(zone).expect("a zone").day_text(time);
        assert_eq!(day("Europe/London"), "7 October 2024");
        assert_eq!(day("America/Los_Angeles"), "6 October 2024");
    }

    #[test]
    fn refuses_what_is_no_name() {
        for typed in ["", "Europe", "Europe/Atlantis", "+01:00", "BST+1", "../../etc/passwd", "a\0b", "☃"] {
            assert!(TimeZoneName::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn the_day_is_that_of_the_place() {
        let noon = Timestamp::parse("2026-03-01T12:00:00Z").expect("a time");
        for (zone, day) in [
            ("UTC", "2026-03-01"),
            ("Pacific/Kiritimati", "2026-03-02"),
            ("Etc/GMT+12", "2026-03-01"),
            ("Pacific/Pago_Pago", "2026-03-01"),
        ] {
            let zone = TimeZoneName::parse(zone).expect("a zone");
            assert_eq!(zone.date_at(noon).to_string(), day, "{zone}");
        }
        // The ends of the calendar are days too.
        let zone = TimeZoneName::parse("Pacific/Kiritimati").expect("a zone");
        for instant in [Timestamp::MAX, Timestamp::from_micros(i64::MIN)] {
            let _ = zone.date_at(instant);
        }
    }
}
