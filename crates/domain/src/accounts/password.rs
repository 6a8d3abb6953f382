//! Passwords as they are typed. Rule: never shown, never logged, wiped when dropped.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::fields::Invalid;

/// A password as somebody typed it, 1 to 200 characters.
#[derive(Clone)]
pub struct PasswordText(SecretString);

/// A new password has at least this many characters (contract, section 2).
const SHORTEST: usize = 8;
const LONGEST: usize = 200;

/// A new password that is guessed within this many tries is refused: that covers the ten thousand commonest ones.
const FIRST_GUESSES: u64 = 10_000;

impl PasswordText {
    /// Takes a password that is to be compared with a stored one. Spaces count; nothing is trimmed.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        match text.chars().count() {
            0 => Err(Invalid::new("Is required.")),
            1..=LONGEST => Ok(Self(text.into())),
            _ => Err(Invalid::new(format!("Must not be longer than {LONGEST} characters."))),
        }
    }

    /// Takes a password that somebody wants to have from now on. Whether it is a good one is told by
    /// [`PasswordText::check_guessable`].
    pub fn parse_new(text: String) -> Result<Self, Invalid> {
        if (1..SHORTEST).contains(&text.chars().count()) {
            return Err(Invalid::new(format!("Must have at least {SHORTEST} characters.")));
        }
        Self::parse(text)
    }

    /// Refuses a password that is guessed within ten thousand tries by somebody who knows `known` of its owner (name,
    /// address, shop). Milliseconds of work: call it on the hashing threads.
    pub fn check_guessable(&self, known: &[&str]) -> Result<(), Invalid> {
        let parts: Vec<&str> =
            known.iter().flat_map(|text| text.split(['@', '.', ' '])).chain(known.iter().copied()).collect();
        // The n-th commonest password is counted as n guesses and one for the whole.
        if zxcvbn::zxcvbn(self.expose(), &parts).guesses() <= FIRST_GUESSES + 1 {
            return Err(Invalid::new("Is too easy to guess. A few unrelated words make a good password."));
        }
        Ok(())
    }

    /// The password, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for PasswordText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordText(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Result<(), Invalid> {
        PasswordText::parse_new(text.to_owned())?.check_guessable(&[
            "ann.smith@example.com",
            "Ann",
            "Smith",
            "Malt & Vine",
        ])
    }

    #[test]
    fn the_commonest_are_refused() {
        for text in [
            "password",
            "12345678",
            "123456789",
            "1234567890",
            "qwertyuiop",
            "iloveyou",
            "sunshine",
            "princess",
            "football",
            "baseball",
            "password1",
            "trustno1",
            "11111111",
            "Password",
            "letmein1",
            "superman",
            "starwars",
            "whatever",
            "corvette",
            "mercedes",
            "1q2w3e4r",
            "1qaz2wsx",
            "asdfghjk",
            "ann.smith@example.com",
        ] {
            assert!(judge(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ordinary_ones_are_not() {
        for text in
            ["correct horse battery", "Tr0ub4dor&3x", "blue-kettle-14", "пароль из слов", "        ä 7 ß"]
        {
            assert!(judge(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(PasswordText::parse_new("1234567".to_owned()).is_err());
        assert!(PasswordText::parse_new("ééééééé".to_owned()).is_err());
        assert!(PasswordText::parse_new("x".repeat(200)).is_ok());
        assert!(PasswordText::parse_new("x".repeat(201)).is_err());
        assert!(PasswordText::parse(String::new()).is_err());
    }
}
