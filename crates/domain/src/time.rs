//! Instants and the clock they come from. Rule: no code below the binary reads the system clock; it is handed a [`Clock`].

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::fields::Invalid;

/// An instant in microseconds since 1970-01-01T00:00:00Z, as it is stored.
///
/// Shown as `2024-10-07T12:12:58.000000Z`: UTC with six fractional digits, the published API's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last instant that can be shown (the end of the year 9999).
    pub const MAX: Self = Self(253_402_207_199_999_999);

    /// The instant `micros` microseconds after 1970 UTC. Values that no calendar shows are clamped.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        const MIN: i64 = -62_135_596_800_000_000;
        if micros > Self::MAX.0 {
            Self::MAX
        } else if micros < MIN {
            Self(MIN)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970 UTC.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970 UTC, never negative: what a version 7 UUID begins with.
    #[must_use]
    pub fn as_unix_millis(self) -> u64 {
        u64::try_from(self.0.div_euclid(1000)).unwrap_or(0)
    }

    /// The instant `span` later, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(micros(span)))
    }

    /// The instant `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(micros(span)))
    }

    /// How long after `earlier` this is; zero where it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads an RFC 3339 instant, `2020-01-01T00:00:00Z`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self::from_micros(instant.as_microsecond()))
            .map_err(|_| Invalid::new("Must be a time such as 2020-01-01T00:00:00Z."))
    }

    /// The calendar day in UTC.
    #[must_use]
    pub fn utc_date(self) -> jiff::civil::Date {
        jiff::tz::Offset::UTC.to_datetime(self.instant()).date()
    }

    pub(crate) fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.instant())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Tells the time. The binary passes in the system's; tests and test-mode shops have their own.
pub trait Clock: Send + Sync {
    /// The instant now.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_six_fractional_digits_and_a_z() {
        for (micros, shown) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_728_303_178_000_000, "2024-10-07T12:12:58.000000Z"),
            (1_728_303_178_000_001, "2024-10-07T12:12:58.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            let instant = Timestamp::from_micros(micros);
            assert_eq!(instant.to_string(), shown);
            assert_eq!(Timestamp::parse(shown).expect("a valid time"), instant);
        }
    }

    #[test]
    fn arithmetic_stays_within_the_calendar() {
        assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T21:59:59.999999Z");
        assert_eq!(Timestamp::from_micros(5).since(Timestamp::from_micros(9)), Duration::ZERO);
        let _ = Timestamp::from_micros(i64::MIN).to_string();
    }
}
