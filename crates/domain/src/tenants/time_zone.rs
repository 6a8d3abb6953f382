//! Time zones. Rule: named, never an offset, for an offset does not know the summer.

use jiff::civil::Date;
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

#[cfg(test)]
mod tests {
    use super::*;

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
