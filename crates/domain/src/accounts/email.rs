//! E-mail addresses. Rule: stored trimmed, in lower case, with the domain in ASCII, so that one mailbox is one account
//! however it is typed.

use serde::{Deserialize, Deserializer};

use crate::fields::Invalid;
use crate::text::{self, personal_value};

/// An e-mail address that mail can be sent to.
///
/// Checked for what a mail server needs; whether it works shows when its owner opens the mail. Narrower than RFC 5322
/// where the rest is only ever a typing error or an attack: no quotes, no comments, no address of a machine. A domain of
/// one label (`localhost`) is taken, as closed networks have them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

personal_value!(Email);

impl Email {
    const LOCAL_MAX: usize = 64;
    const MAX: usize = 254;

    /// Reads an address in any case, with spaces around it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NOT_AN_ADDRESS: Invalid =
            Invalid::fixed("Must be an e-mail address, such as name@example.com.");

        let text = text::one_line(text, Self::MAX)?;
        let (local, domain) = text.split_once('@').ok_or(NOT_AN_ADDRESS)?;
        let local = local.to_lowercase();
        let domain = ascii_domain(domain).ok_or(NOT_AN_ADDRESS)?;
        // Mail servers count octets, and both parts may have grown.
        let fits = local.len() <= Self::LOCAL_MAX && local.len() + 1 + domain.len() <= Self::MAX;
        if fits && is_dot_atom(&local) && is_host_name(&domain) {
            Ok(Self(format!("{local}@{domain}")))
        } else {
            Err(NOT_AN_ADDRESS)
        }
    }
}

/// The domain in lower case, and `bücher.example` as the `xn--bcher-kva.example` that mail servers know.
fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_ascii_lowercase());
    }
    // The URL parser would undo percent signs too; no domain has any.
    if domain.contains('%') {
        return None;
    }
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => Some(ascii),
        _ => None,
    }
}

/// RFC 5322's `dot-atom`, with letters of any script as in RFC 6531.
fn is_dot_atom(local: &str) -> bool {
    let is_atom_character = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

/// Labels of letters, digits and hyphens, joined by dots. A last one of digits alone is refused: that is an IP address.
fn is_host_name(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
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
            ("josé@Bücher.example", "josé@xn--bcher-kva.example"),
            ("josé@XN--bcher-kva.example", "josé@xn--bcher-kva.example"),
            ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
            ("1234567@qq.example", "1234567@qq.example"),
            ("x/y=z@a.example", "x/y=z@a.example"),
            ("bounce+ann=example.org@lists.example", "bounce+ann=example.org@lists.example"),
            ("a@3m.example", "a@3m.example"),
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
            "ann@example.com.",
            "ann@.example.com",
            "ann@example.com@example.org",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            "ann@１２７.0.0.1",
            "ann@ex%61mple.é",
            "ann@exam_ple.com",
            "ann＠example.com",
            "ann\u{200b}@example.com",
            "ann@exa\u{200d}mple.com",
            "ann(comment)@example.com",
            "mailto:ann@example.com",
        ] {
            assert!(Email::parse(typed).is_err(), "{typed:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
        assert!(Email::parse(&format!("a@{}.com", "b".repeat(64))).is_err());
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_itself_back(text in "(.{0,80}|\\PC{1,20}@\\PC{1,12}(\\.[a-zé]{2,4})?)") {
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
