//! How letters are written: the built-in templates, and the shop's own over them.
//!
//! Rule: values are escaped by the engine; an undefined one is an error, not a blank. A shop's template may extend the
//! built-in layouts and nothing else, and has an end: in steps, in depth and in what it writes.

use std::io;
use std::sync::LazyLock;

use domain::messaging::{TemplateFault, TemplateSource};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, filters, tests};

use super::letters::Letter;
use crate::Shop;

/// Steps that one part may take. The longest built-in one takes some hundred.
const STEPS: u64 = 20_000;
/// How deep blocks and layouts may stand in each other.
const DEPTH: usize = 20;
/// What one part may write, in bytes.
const LONGEST: usize = 512 * 1024;
/// A subject is a line in the list of somebody's mails.
const LONGEST_SUBJECT: usize = 200;

/// A part of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Subject,
    Html,
    Text,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Subject, Self::Html, Self::Text];

    /// The name of the field in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Html => "html",
            Self::Text => "text",
        }
    }

    /// The end of the name of its template.
    fn ending(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Html => "html",
            Self::Text => "txt",
        }
    }
}

/// The shop's own parts of a letter; the built-in one is used where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) subject: Option<TemplateSource>,
    pub(crate) html: Option<TemplateSource>,
    pub(crate) text: Option<TemplateSource>,
}

impl Own {
    pub(crate) fn part(&self, part: Part) -> Option<&TemplateSource> {
        match part {
            Part::Subject => self.subject.as_ref(),
            Part::Html => self.html.as_ref(),
            Part::Text => self.text.as_ref(),
        }
    }
}

/// A letter, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// A part that can not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", .part.as_str())]
pub(crate) struct Unwritable {
    pub(crate) part: Part,
    pub(crate) fault: TemplateFault,
}

macro_rules! sources {
    ($($name:literal)*) => {
        [$(
            (concat!($name, ".subject"), include_str!(concat!("../../templates/mail/", $name, ".subject"))),
            (concat!($name, ".html"), include_str!(concat!("../../templates/mail/", $name, ".html"))),
            (concat!($name, ".txt"), include_str!(concat!("../../templates/mail/", $name, ".txt"))),
        )*]
    };
}

const LAYOUTS: [(&str, &str); 2] = [
    ("layout.html", include_str!("../../templates/mail/layout.html")),
    ("layout.txt", include_str!("../../templates/mail/layout.txt")),
];

static SOURCES: [(&str, &str); 84] = sources! {
    "verify_email" "already_registered" "reset_password" "password_changed" "confirm_new_email"
    "email_change_requested" "email_taken" "contact_message" "message_reply" "newsletter_confirm"
    "newsletter_welcome" "order_received" "order_payment_failed" "order_shipped" "order_refunded"
    "subscription_begun" "subscription_upcoming" "subscription_renewed" "subscription_payment_failed"
    "subscription_action_needed" "subscription_card_expiring" "subscription_paused" "subscription_resumed"
    "subscription_cancelled" "subscription_ended" "subscription_price_change" "subscription_items_changed"
    "gift_subscription"
};

static BUILT_IN: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = environment();
    for (name, source) in SOURCES {
        environment
            .add_template(name, source)
            .expect("the built-in templates are well-formed: a test renders each");
    }
    environment
});

/// What every template is written in: the layouts, a few filters and tests, and limits.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(STEPS));
    environment.set_recursion_limit(DEPTH);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with("html") { AutoEscape::Html } else { AutoEscape::None }
    });
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment.add_filter("upper", filters::upper);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("title", filters::title);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("default", filters::default);
    environment.add_filter("length", filters::length);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    for (name, source) in LAYOUTS {
        environment.add_template(name, source).expect("the layouts are well-formed: a test renders each");
    }
    environment
}

/// The source of a built-in part, for the shop to begin with.
pub(crate) fn built_in_source(letter: &str, part: Part) -> &'static str {
    let name = name_of(letter, part);
    SOURCES.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}

fn name_of(letter: &str, part: Part) -> String {
    format!("{letter}.{}", part.ending())
}

/// Writes a letter, with the shop's own parts where it has any.
pub(crate) fn write(letter: &Letter, shop: &Shop, own: &Own) -> Result<Written, Unwritable> {
    let written = |part, subject: Option<&str>| {
        let values = letter.values(shop, part == Part::Html, subject);
        write_part(letter.template(), part, own.part(part), values)
            .map_err(|fault| Unwritable { part, fault })
    };
    let subject = one_line(&written(Part::Subject, None)?)
        .map_err(|reason| Unwritable { part: Part::Subject, fault: TemplateFault { line: 1, reason } })?;
    Ok(Written {
        text: written(Part::Text, Some(&subject))?,
        html: written(Part::Html, Some(&subject))?,
        subject,
    })
}

fn write_part(
    letter: &str,
    part: Part,
    own: Option<&TemplateSource>,
    values: Value,
) -> Result<String, TemplateFault> {
    let Some(source) = own else {
        let template = BUILT_IN.get_template(&name_of(letter, part)).map_err(told)?;
        return template.render(values).map_err(told);
    };
    let environment = environment();
    // Only the ending counts: it says whether values are escaped.
    let name = format!("own.{}", part.ending());
    let template = environment.template_from_named_str(&name, source.as_str()).map_err(told)?;
    // Also what stands where no sample comes by; and the engine's own refusal names no value.
    let is_known = |name: &str| values.get_attr(name).is_ok_and(|value| !value.is_undefined());
    if let Some(unknown) = template.undeclared_variables(false).into_iter().find(|name| !is_known(name)) {
        let line = source.as_str().lines().position(|line| line.contains(&unknown)).map_or(1, |at| at + 1);
        let reason = format!("This part of this letter has no value `{unknown}`.");
        return Err(TemplateFault { line, reason });
    }
    let mut out = Limited(Vec::new());
    template.render_captured_to(values, &mut out).map_err(told)?;
    String::from_utf8(out.0).map_err(|_| TemplateFault { line: 1, reason: "Is not text.".to_owned() })
}

/// A subject as it stands in a header.
fn one_line(subject: &str) -> Result<String, String> {
    let line = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return Err("The subject is empty.".to_owned());
    }
    if line.chars().any(char::is_control) {
        return Err("The subject holds control characters.".to_owned());
    }
    Ok(line.chars().take(LONGEST_SUBJECT).collect())
}

/// The engine's reason, as a sentence, with the line.
fn told(error: Error) -> TemplateFault {
    let line = error.line().unwrap_or(1);
    let reason = match (error.kind(), error.detail()) {
        (ErrorKind::UndefinedError, _) => "A value is used that is not there.".to_owned(),
        (ErrorKind::OutOfFuel, _) => "The template takes too many steps.".to_owned(),
        (ErrorKind::WriteFailure, _) => "The template writes too much.".to_owned(),
        (ErrorKind::TemplateNotFound, _) => {
            "A template can extend layout.html or layout.txt and no other.".to_owned()
        }
        (_, Some(detail)) => format!("{detail}."),
        (kind, None) => format!("{kind}."),
    };
    TemplateFault { line, reason }
}

/// Takes so many bytes and no more.
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
