//! E-mail addresses. Rule: stored trimmed and in lower case, so that one mailbox is one account however it is typed.

use serde::{Deserialize, Deserializer};

use crate::fields::Invalid;
use crate::text::{self, personal_value};

/// An e-mail address that mail can be sent to.
///
/// Checked for what a mail server needs, not for every rule of RFC 5321: whether it works shows when its owner opens the
/// mail.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

personal_value!(Email);

impl Email {
    /// Reads an address in any case, with spaces around it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text::one_line(text, 254)?.to_lowercase();
        let invalid = || Invalid::new("Must be an e-mail address, such as name@example.com.");
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        let fits = !local.is_empty()
            && local.len() <= 64
            && text.len() <= 254
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && !local.contains(|c: char| c.is_whitespace() || "@\"(),:;<>[\\]".contains(c))
            && is_domain(domain);
        if fits { Ok(Self(text)) } else { Err(invalid()) }
    }
}

/// Labels of letters, digits and hyphens, joined by dots; letters of any script, as internationalised names have them.
fn is_domain(domain: &str) -> bool {
    domain.len() <= 253
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_addresses_that_people_have() {
        for (typed, stored) in [
            ("ann@example.com", "ann@example.com"),
            ("  ANN@Example.COM \n", "ann@example.com"),
            ("o'brien+wine@mail.example.co.uk", "o'brien+wine@mail.example.co.uk"),
            ("first.last@sub-domain.example", "first.last@sub-domain.example"),
            ("x@localhost", "x@localhost"),
            ("josé@bücher.example", "josé@bücher.example"),
            ("a_b=c!d#e@example.com", "a_b=c!d#e@example.com"),
        ] {
            assert_eq!(Email::parse(typed).map(|email| email.0).as_deref(), Ok(stored));
        }
    }

    #[test]
    fn refuses_what_is_none() {
        for typed in [
            "",
            " ",
            "ann",
            "@example.com",
            "ann@",
            "ann@@example.com",
            "ann@exa mple.com",
            "a b@example.com",
            "ann@example..com",
            ".ann@example.com",
            "ann.@example.com",
            "a..b@example.com",
            "ann@-example.com",
            "ann@example.com\0",
            "ann@example.com\r\nBcc: x@example.com",
            "\u{202e}ann@example.com",
            "\"ann\"@example.com",
            "Ann <ann@example.com>",
            "ann@example.com,bob@example.com",
        ] {
            assert!(Email::parse(typed).is_err(), "{typed:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
        assert!(Email::parse(&format!("a@{}.com", "b".repeat(64))).is_err());
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_itself_back(text in ".{0,80}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            }
        }

        #[test]
        fn case_and_spaces_make_no_other_account(local in "[a-zA-Z0-9._+-]{1,20}", pad in "[ \t]{0,3}") {
            let lower = Email::parse(&format!("{local}@example.com"));
            let loud = Email::parse(&format!("{pad}{}@EXAMPLE.com{pad}", local.to_uppercase()));
            prop_assert_eq!(lower, loud);
        }
    }
}
