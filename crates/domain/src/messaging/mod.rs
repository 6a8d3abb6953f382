//! What people write to a shop, and what it writes to them. Rule: a message is plain text, however it is shown later.

mod newsletter;
mod template;

pub use newsletter::{SubscriberStatus, Topics};
pub use template::{TemplateFault, TemplateSource};

use crate::fields::Invalid;
use crate::text::{self, personal_value};

/// The longest message, in characters.
pub const LONGEST_MESSAGE: usize = 5000;

/// A message: lines of plain text, 5000 characters at the most.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText(String);

personal_value!(MessageText);

impl MessageText {
    /// Reads a message.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text::lines(text, LONGEST_MESSAGE).map(Self)
    }
}

/// What a message is about, in one line of 200 characters at the most.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectLine(String);

personal_value!(SubjectLine);

impl SubjectLine {
    /// Reads a subject.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text::one_line(text, 200).map(Self)
    }

    /// The subject of a message without one: how it begins.
    #[must_use]
    pub fn of(message: &MessageText) -> Self {
        const ENOUGH: usize = 60;
        let first = message.0.lines().next().unwrap_or_default().replace('\t', " ");
        if first.chars().count() <= ENOUGH {
            return Self(first.trim().to_owned());
        }
        let cut: String = first.chars().take(ENOUGH).collect();
        Self(format!("{}…", cut.trim()))
    }
}

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadStatus {
    /// Somebody may still have to answer.
    Open,
    /// Done with, until the customer writes again.
    Closed,
}

impl ThreadStatus {
    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// Reads the word in the API.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        match word {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => Err(Invalid::fixed("Must be open or closed.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_a_subject_is_called_by_how_it_begins() {
        let subject = |text: &str| SubjectLine::of(&MessageText::parse(text).expect("a message")).0;
        assert_eq!(subject("Where is my box?\nI have waited"), "Where is my box?");
        let long = subject(&"wine ".repeat(100));
        assert!(long.ends_with("wine…") && long.chars().count() <= 61, "{long}");
        assert!(SubjectLine::parse(&long).is_ok());
        assert_eq!(subject("a\tb"), "a b");
    }

    #[test]
    fn a_line_is_a_line() {
        assert!(SubjectLine::parse("Hello\r\nBcc: all@post.example").is_err());
        assert!(SubjectLine::parse(&"x".repeat(201)).is_err());
        assert!(MessageText::parse(&"x".repeat(LONGEST_MESSAGE + 1)).is_err());
    }
}
