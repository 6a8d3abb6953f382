//! What describes a customer, and the rules of signing in.

mod address;
mod birth_date;
mod email;
mod marketing;
mod password;
mod person;
pub mod throttle;

pub use address::{Address, AddressForm, CountryCode};
pub use birth_date::BirthDate;
pub use email::Email;
pub use marketing::{Channel, Marketing};
pub use password::PasswordText;
pub use person::{DeviceName, PersonName, Phone};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_debug_print_shows_a_person() {
        let form = AddressForm {
            first_name: Some("Zebra".to_owned()),
            line1: Some("Zebra".to_owned()),
            city: Some("Zebra".to_owned()),
            postcode: Some("ZEBRA".to_owned()),
            country: Some("GB".to_owned()),
            ..AddressForm::default()
        };
        let printed = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            Email::parse("zebra@example.com"),
            PersonName::parse("Zebra"),
            Phone::parse("020 7946 0958"),
            DeviceName::parse("Zebra"),
            PasswordText::parse("Zebra".to_owned()),
            BirthDate::parse("1990-12-31", jiff::civil::date(2026, 1, 1)),
            form.parse(),
        );
        for person in ["zebra", "7946", "1990"] {
            assert!(!printed.to_lowercase().contains(person), "{printed}");
        }
        assert!(!printed.contains("Err"), "{printed}");
    }

    #[test]
    fn no_value_hides_or_reorders_text() {
        for mark in ['\0', '\n', '\u{7f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            let text = format!("1{mark}23");
            assert!(PersonName::parse(&text).is_err(), "{mark:?}");
            assert!(Phone::parse(&text).is_err(), "{mark:?}");
            assert!(Email::parse(&format!("a{mark}b@example.com")).is_err(), "{mark:?}");
            assert!(CountryCode::parse(&format!("G{mark}B")).is_err(), "{mark:?}");
            let kept = DeviceName::parse(&text);
            assert!(kept.is_none_or(|device| !device.as_str().contains(mark)), "{mark:?}");
        }
    }
}
