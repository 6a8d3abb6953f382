//! What the black-box tests are written with: servers, shops, and the people who use them. Its rule: only what
//! a user of Marzipan can do, through the program, its settings and its two APIs.
#![expect(clippy::missing_panics_doc, reason = "in a test a panic is how things go wrong")]
#![expect(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "a test may look at an answer or not"
)]

pub mod bucket;
pub mod http;
pub mod people;
pub mod pictures;
pub mod receiver;
pub mod server;
pub mod sink;
pub mod stripe;

use std::time::{Duration, Instant};

pub use http::{Answer, Client, Request};
pub use people::{Customer, Fixture, Mail, PASSWORD, Shop};
pub use server::{Engine, Installation, Server};

/// Asks again until there is an answer, and fails when there is none in time: never a sleep for luck.
#[track_caller]
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + server::DEADLINE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Makes of each function two tests, one for each engine. The function takes a `&Shop`, made for it on the
/// server that tests share, or an empty `&Installation`, when it starts servers itself.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&$crate::Fixture::on($crate::Engine::Sqlite)); })+
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&$crate::Fixture::on($crate::Engine::Postgres)); })+
        }
    };
}

/// The text with everything replaced that differs from run to run: ids, times and tokens.
pub fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((name, length)) = recognise(rest) {
            out.push_str(name);
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// The kind and length of the changing value that this text begins with.
fn recognise(text: &str) -> Option<(&'static str, usize)> {
    let shaped = |shape: &str| {
        let bytes = text.as_bytes().get(..shape.len())?;
        let fits = bytes.iter().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'x' => byte.is_ascii_hexdigit(),
            b'9' => byte.is_ascii_digit(),
            other => *byte == other,
        });
        fits.then_some(shape.len())
    };
    if let Some(length) = shaped("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") {
        return Some(("[id]", length));
    }
    if let Some(length) = shaped("9999-99-99T99:99:99.999999Z") {
        return Some(("[time]", length));
    }
    for prefix in ["mza_", "mzk_", "mzs_", "mzd_", "mzm_", "mzu_"] {
        if let Some(secret) = text.strip_prefix(prefix) {
            let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
            let length = secret.bytes().take_while(is_token).count();
            return (length >= 43).then_some(("[token]", prefix.len() + length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn redacts_what_changes_and_nothing_else() {
        let secret = "a".repeat(43);
        let text = format!(
            r#"{{"id":"0192f0a0-7c11-7abc-8def-0123456789ab","at":"2024-10-07T12:12:58.000000Z","é":"mza_{secret}"}}"#
        );
        assert_eq!(redacted(&text), r#"{"id":"[id]","at":"[time]","é":"[token]"}"#);
        assert_eq!(redacted("mza_short 2024-10-07"), "mza_short 2024-10-07");
    }
}
