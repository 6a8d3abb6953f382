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

/// As many characters are judged. What is easily guessed shows in them; and the time that judging takes grows steeply
/// with the letters that digits and signs may stand for: two hundred of those would keep a hashing thread busy for a
/// second, which anybody could ask for.
const JUDGED: usize = 32;

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
    /// address, shop). Milliseconds of work, 120 at the worst: call it on the hashing threads.
    pub fn check_guessable(&self, known: &[&str]) -> Result<(), Invalid> {
        let parts: Vec<&str> =
            known.iter().flat_map(|text| text.split(['@', '.', ' '])).chain(known.iter().copied()).collect();
        let head: String = self.expose().chars().take(JUDGED).collect();
        // The n-th commonest password is counted as n guesses and one for the whole.
        let is_guessed = zxcvbn::zxcvbn(&head, &parts).guesses() <= FIRST_GUESSES + 1;
        let is_known = known.iter().any(|text| text.to_lowercase() == self.expose().to_lowercase());
        if is_guessed || is_known {
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
            "anna.smith.anna.smith@somewhere.example.com",
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
            "ANN.SMITH@example.com",
            "anna.smith.anna.smith@somewhere.example.com",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "passwordpasswordpasswordpassword",
        ] {
            assert!(judge(text).is_err(), "{text}");
        }
    }

    #[test]
    fn judging_is_cut_short() {
        // What follows the part that is judged makes no difference, however long it would take to judge.
        let signs: String = "4@8({[<369&#!1/|0$5+7%2".chars().cycle().take(LONGEST - JUDGED).collect();
        assert!(judge(&format!("{}{signs}", "a".repeat(JUDGED))).is_err());
        assert!(judge(&format!("{}{signs}", "correct horse battery staple now")).is_ok());
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
