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
}
