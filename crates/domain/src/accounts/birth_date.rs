//! Dates of birth, and how old they make somebody.

use std::fmt;

use jiff::civil::Date;

use crate::fields::Invalid;

/// A day between 1900 and today.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate(Date);

impl BirthDate {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str, today: Date) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("Must be a date such as 1980-12-31.");
        let text = text.trim();
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(invalid());
        }
        let date: Date = text.parse().map_err(|_| invalid())?;
        if date > today {
            return Err(Invalid::new("Must not lie in the future."));
        }
        if date.year() < 1900 {
            return Err(Invalid::new("Must not lie before 1900."));
        }
        Ok(Self(date))
    }

    /// Whole years on that day. Who was born on 29 February is a year older on 1 March in common years.
    #[must_use]
    pub fn age_on(self, day: Date) -> u8 {
        let before_birthday = (day.month(), day.day()) < (self.0.month(), self.0.day());
        let years = i32::from(day.year()) - i32::from(self.0.year()) - i32::from(before_birthday);
        u8::try_from(years.max(0)).unwrap_or(u8::MAX)
    }
}

impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(…)")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ages() {
        for (born, day, age) in [
            ("2000-06-15", date(2018, 6, 14), 17),
            ("2000-06-15", date(2018, 6, 15), 18),
            ("2000-02-29", date(2018, 2, 28), 17),
            ("2000-02-29", date(2018, 3, 1), 18),
            ("2000-02-29", date(2020, 2, 29), 20),
            ("1900-01-01", date(2026, 1, 1), 126),
        ] {
            assert_eq!(BirthDate::parse(born, day).expect("a date").age_on(day), age, "{born} {day}");
        }
    }

    #[test]
    fn refuses_what_is_no_day_of_a_life() {
        let today = date(2026, 11, 22);
        for text in [
            "",
            "2026-11-23",
            "1899-12-31",
            "2001-02-29",
            "31-12-1980",
            "1980-1-1",
            "1980-12-31T00:00",
            "abcdefghij",
        ] {
            assert!(BirthDate::parse(text, today).is_err(), "{text}");
        }
        assert!(BirthDate::parse("2026-11-22", today).is_ok());
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,12}") {
            let _ = BirthDate::parse(&text, date(2026, 11, 22));
        }
    }
}
