//! What a shop may write its mails with. Rule: a template only chooses and shows values. What would let it build values of
//! its own (sets, macros, joining texts) is refused, and a loop goes once over a list that the letter has, never inside
//! another: so no template, whoever wrote it, can use more memory than its own length times that of a list and a value.

use std::fmt;

/// The longest source of one part, in bytes.
const LONGEST: usize = 64 * 1024;

/// The tags that are taken.
const TAGS: [&str; 9] = ["if", "elif", "else", "endif", "for", "endfor", "block", "endblock", "extends"];

/// The source of a template that keeps to what is allowed. Whether it makes sense shows when it is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSource(String);

/// What is wrong with a template, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// From 1.
    pub line: usize,
    /// A sentence for whoever wrote it.
    pub reason: String,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}", self.line, self.reason)
    }
}

impl TemplateSource {
    /// Reads a source.
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        let text = text.replace("\r\n", "\n");
        if text.len() > LONGEST {
            let reason = format!("Must not be longer than {LONGEST} bytes.");
            return Err(TemplateFault { line: 1, reason });
        }
        if let Some(at) = text.find(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(fault(&text, at, "Must not hold control characters."));
        }
        check(&text)?;
        Ok(Self(text))
    }

    /// The source.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fault(text: &str, at: usize, reason: impl Into<String>) -> TemplateFault {
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    TemplateFault { line, reason: reason.into() }
}

/// Goes from one delimiter to the next, as the template engine does.
fn check(text: &str) -> Result<(), TemplateFault> {
    let mut at = 0;
    let mut is_in_loop = false;
    while let Some(found) = text[at..].find('{') {
        let start = at + found;
        at = match text.as_bytes().get(start + 1) {
            Some(b'#') => match text[start + 2..].find("#}") {
                Some(length) => start + 2 + length + 2,
                None => return Err(fault(text, start, "A comment is not closed: #} is missing.")),
            },
            Some(b'%') => {
                let end = inside(text, start, "%}")?;
                match check_tag(text, start)? {
                    "for" => {
                        check_loop(text, start, end, is_in_loop)?;
                        is_in_loop = true;
                    }
                    "endfor" => is_in_loop = false,
                    _ => {}
                }
                end
            }
            Some(b'{') => inside(text, start, "}}")?,
            _ => start + 1,
        };
    }
    Ok(())
}

/// The tag's name, if it is taken.
fn check_tag(text: &str, start: usize) -> Result<&'static str, TemplateFault> {
    let rest = text[start + 2..].trim_start_matches('-').trim_start();
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    TAGS.into_iter().find(|tag| *tag == name).ok_or_else(|| {
        let shown: String = name.chars().take(20).collect();
        let taken = TAGS.join(", ");
        fault(text, start, format!("The tag `{shown}` is not taken here: there are {taken}."))
    })
}

/// A loop reads `for line in lines`: over a list as it is, with nothing computed.
fn check_loop(text: &str, start: usize, end: usize, is_in_loop: bool) -> Result<(), TemplateFault> {
    if is_in_loop {
        return Err(fault(text, start, "A loop can not stand inside another."));
    }
    let words: Vec<_> = text[start + 2..end - 2].trim_matches('-').split_whitespace().collect();
    let is_name = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match words[..] {
        ["for", one, "in", all] if is_name(one) && is_name(all) => Ok(()),
        _ => Err(fault(text, start, "A loop goes over a list, as in {% for line in lines %}.")),
    }
}

/// Passes over an expression or a tag; gives the place after its end.
fn inside(text: &str, start: usize, end: &str) -> Result<usize, TemplateFault> {
    let bytes = text.as_bytes();
    let mut at = start + 2;
    while at < bytes.len() {
        if text.as_bytes()[at..].starts_with(end.as_bytes()) {
            return Ok(at + end.len());
        }
        match bytes[at] {
            quote @ (b'"' | b'\'') => at = after_string(text, at, quote)?,
            // A brace would let the engine end an expression elsewhere than this does.
            b'~' | b'+' | b'*' | b'{' => {
                return Err(fault(
                    text,
                    at,
                    "Values are shown as they are: ~, +, * and { are not taken here.",
                ));
            }
            _ => at += 1,
        }
    }
    Err(fault(text, start, format!("{end} is missing.")))
}

fn after_string(text: &str, start: usize, quote: u8) -> Result<usize, TemplateFault> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return Ok(at + 1),
            _ => at += 1,
        }
    }
    Err(fault(text, start, "A text in quotes is not closed."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_chooses_and_shows_is_taken() {
        for source in [
            "",
            "Hello { first_name }",
            "Hello {{ first_name }}, {%- if link %}{{ link }}{% elif token %}x{% else %}y{% endif %}",
            "{% extends \"layout.html\" %}{% block content %}a + b * c ~ d{% endblock %}",
            "{# for x in y: + * ~ #}<style>a{color:red}</style>",
            "{{ first_name|default('a + b ~ \\' c }} *') }}",
            "{% if link is defined and not token %}{% endif %}",
            "{% for line in lines %}{{ line.name }}{% endfor %}{%- for x in y -%}{% if x %}x{% endif %}{% endfor %}",
        ] {
            assert!(TemplateSource::parse(source).is_ok(), "{source}");
        }
    }

    #[test]
    fn what_builds_values_is_refused_with_its_line() {
        for source in [
            "a\n\n{% set x = y %}",
            "{% for x in y %}\n\n{% for z in x %}{% endfor %}{% endfor %}",
            "a\n\n{%- for x in y.z %}",
            "a\n\n{% for x in 'abc' %}",
            "a\n\n{% for x in y recursive %}",
            "a\n\n{% for x, z in y %}",
            "a\n\n{% for x in y if x %}",
            "a\n\n{% for x in [1, 2] %}",
            "a\n\n{% for x in range(9) %}",
            "a\n\n{%\tmacro f() %}",
            "a\n\n{% include \"verify_email.html\" %}",
            "a\n\n{% import \"x\" as y %}",
            "a\n\n{% filter upper %}",
            "a\n\n{% raw %}{{ x }}{% endraw %}",
            "a\n\n{% with x = y %}",
            "a\n\n{% call f() %}",
            "a\n\n{%+ if x %}",
            "a\n\n{{ x ~ x }}",
            "a\n\n{{ x+x }}",
            "a\n\n{{ 'x' * 9 }}",
            "a\n\n{% if x * 3 %}{% endif %}",
            "a\n\n{{ {'a': {'b': 1}}['a'] ~ x }}",
            "a\n\n{{ x",
            "a\n\n{{ 'x }}",
            "a\n\n{% if",
            "a\n\n{# x",
            "a\n\n{%",
            "a\n\nb\0",
        ] {
            let fault = TemplateSource::parse(source).expect_err(source);
            assert_eq!(fault.line, 3, "{source}: {fault}");
        }
        assert!(TemplateSource::parse(&"x".repeat(LONGEST + 1)).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[{}%#'\"\\\\a~é \n-]{0,40}") {
            let _ = TemplateSource::parse(&text);
        }
    }
}
