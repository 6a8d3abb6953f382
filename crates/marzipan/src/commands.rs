//! The commands that end by themselves, and how they print. Rule: a command calls use cases and has no rule of its own.

pub(crate) mod admin;
pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod openapi;
mod progress;
pub(crate) mod renewals;
pub(crate) mod search;
pub(crate) mod tenant;
pub(crate) mod token;

use std::io::Write as _;

use anyhow::{Result, anyhow};
use domain::fields::FieldErrors;
use serde::Serialize;

/// Prints what a command has to say, in words or as JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    json: bool,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// The value as one line of JSON, or the words.
    pub(crate) fn say(self, value: &impl Serialize, words: impl AsRef<str>) -> Result<()> {
        if self.json { json(value) } else { line(words.as_ref()) }
    }
}

/// Prints the value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints a line or several. A reader that has gone away (`| head`) is an error like any other.
fn line(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Says on the standard error, in one line, why the program failed.
#[expect(clippy::print_stderr, reason = "the last word of a program that failed")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("marzipan: {}", one_line(&format!("{error:#}")));
}

/// A text without its line breaks: a database's message can have several.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Refused fields as one sentence a field.
fn refused(fields: &FieldErrors) -> anyhow::Error {
    let told: Vec<String> =
        fields.iter().map(|(field, reasons)| format!("{field}: {}", reasons.join(" "))).collect();
    anyhow!("{}", told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line() {
        assert_eq!(one_line("no connection:\n\tIs it  running?\n"), "no connection: Is it running?");
    }
}
