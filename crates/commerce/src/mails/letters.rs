//! The letters that a shop writes, and what each has to say.

use std::collections::BTreeMap;

use domain::accounts::Email;
use minijinja::Value;
use url::Url;

use crate::Shop;

/// A letter and what it has to say.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub enum Letter {
    /// Someone registered: prove that the address is theirs.
    VerifyEmail { first_name: String, token: String, return_url: Option<Url>, standing: Standing },
    /// Someone registered with an address that has an account already.
    AlreadyRegistered { first_name: String, return_url: Option<Url> },
    /// Someone asked for a new password.
    ResetPassword { first_name: String, token: String, return_url: Option<Url> },
    /// The password was changed.
    PasswordChanged { first_name: String },
    /// To the new address: prove that it is yours.
    ConfirmNewEmail { first_name: String, token: String, return_url: Option<Url> },
    /// To the old address: it is about to be replaced.
    EmailChangeRequested { first_name: String, new_email: String },
    /// To an address that has an account already, which someone else wants as their new one.
    EmailTaken { return_url: Option<Url> },
    /// To the shop: somebody wrote to it.
    ContactMessage {
        name: String,
        email: String,
        subject: String,
        topic: Option<String>,
        order_ref: Option<String>,
        message: String,
    },
    /// To whoever wrote: the shop's answer.
    MessageReply { name: String, subject: String, message: String },
    /// Someone wants the newsletter at this address: was it its owner?
    NewsletterConfirm { first_name: Option<String>, token: String, return_url: Option<Url> },
    /// The newsletter was confirmed. Nobody needs it: it is marketing mail.
    NewsletterWelcome { first_name: Option<String>, unsubscribe_url: String },
}

/// Where a registration stands among those with its address that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no other.
    Alone,
    /// There are others; the mail brings this one into force.
    OneOfSeveral,
    /// There are several, and the mail brings none of them into force.
    NoneOfSeveral,
}

/// What a letter is, for the staff who rewrite it.
pub(crate) struct Kind {
    /// The name of its template.
    pub(crate) name: &'static str,
    /// When it is sent.
    pub(crate) about: &'static str,
    /// Its values beside those of every letter, with what they are.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// A text that must be found in it when it is written with its samples: what the letter is good for.
    pub(crate) shows: Option<(&'static str, &'static str)>,
}

/// The values that every letter has.
pub(crate) const COMMON: [(&str, &str); 6] = [
    ("shop_name", "The shop's name."),
    ("subject", "The subject as it was written; not in the subject itself."),
    ("primary", "The colour of headings and buttons."),
    ("background", "The colour that they stand on."),
    ("logo_url", "The shop's logo, or none."),
    ("contact_email", "Where people can write to the shop, or none."),
];

const FIRST_NAME: (&str, &str) = ("first_name", "The person's first name.");
const MAYBE_FIRST_NAME: (&str, &str) = ("first_name", "The person's first name, or none.");
const LINK: (&str, &str) = ("link", "The shop's page, with the token in it, or none.");
const PLAIN_LINK: (&str, &str) = ("link", "The shop's page, or none.");
const TOKEN: (&str, &str) = ("token", "What the person sends back, for where there is no page.");
const SAMPLE_TOKEN: &str = "mzm_sampleSampleSampleSampleSampleSampleSampleSam";
const SAMPLE_MESSAGE: &str = "Thank you for the last box.\nWhen does the next one leave?";
const SAMPLE_UNSUBSCRIBE: &str = "https://shop.example/newsletter/unsubscribe/mzu_sample";
const SHOWS_TOKEN: Option<(&str, &str)> = Some(("link or token", SAMPLE_TOKEN));
const SHOWS_MESSAGE: Option<(&str, &str)> = Some(("message", "Thank you for the last box."));

pub(crate) static KINDS: [Kind; 11] = [
    Kind {
        name: "verify_email",
        about: "Somebody registered: they prove that the address is theirs.",
        variables: &[
            FIRST_NAME,
            LINK,
            TOKEN,
            ("not_alone", "True where there was more than one registration with the address."),
            ("without_password", "True where the mail belongs to none of several registrations."),
        ],
        shows: SHOWS_TOKEN,
    },
    Kind {
        name: "already_registered",
        about: "Somebody registered with an address that has an account.",
        variables: &[FIRST_NAME, PLAIN_LINK],
        shows: None,
    },
    Kind {
        name: "reset_password",
        about: "Somebody asked for a new password.",
        variables: &[FIRST_NAME, LINK, TOKEN],
        shows: SHOWS_TOKEN,
    },
    Kind {
        name: "password_changed",
        about: "The password was changed.",
        variables: &[FIRST_NAME],
        shows: None,
    },
    Kind {
        name: "confirm_new_email",
        about: "To a customer's new address: they prove that it is theirs.",
        variables: &[FIRST_NAME, LINK, TOKEN],
        shows: SHOWS_TOKEN,
    },
    Kind {
        name: "email_change_requested",
        about: "To a customer's old address, when a new one was asked for.",
        variables: &[FIRST_NAME, ("new_email", "The new address.")],
        shows: None,
    },
    Kind {
        name: "email_taken",
        about: "To an address that has an account, which another customer wants as theirs.",
        variables: &[PLAIN_LINK],
        shows: None,
    },
    Kind {
        name: "contact_message",
        about: "To the shop: somebody wrote to it.",
        variables: &[
            ("name", "Who writes."),
            ("email", "Their address."),
            ("message_subject", "What it is about."),
            ("topic", "The topic that they chose, or none."),
            ("order_ref", "The order that they named, or none."),
            ("message", "What they wrote."),
        ],
        shows: SHOWS_MESSAGE,
    },
    Kind {
        name: "message_reply",
        about: "The shop's answer to somebody who wrote to it.",
        variables: &[
            ("name", "Who is answered."),
            ("message_subject", "What it is about."),
            ("message", "The answer."),
        ],
        shows: SHOWS_MESSAGE,
    },
    Kind {
        name: "newsletter_confirm",
        about: "Somebody asked for the newsletter: they confirm that it was them.",
        variables: &[MAYBE_FIRST_NAME, LINK, TOKEN],
        shows: SHOWS_TOKEN,
    },
    Kind {
        name: "newsletter_welcome",
        about: "The newsletter was confirmed.",
        variables: &[MAYBE_FIRST_NAME, ("unsubscribe_url", "The page where they say that they want no more.")],
        shows: Some(("unsubscribe_url", "mzu_sample")),
    },
];

/// A value on its way into a template.
enum Given<'a> {
    Text(&'a str),
    Maybe(Option<&'a str>),
    /// An address: escaped by us, for the engine would escape its slashes too, which is right and which some mail
    /// programs do not undo.
    Page(Option<String>),
    /// Lines that a person wrote; in HTML they end with breaks.
    Lines(&'a str),
    Flag(bool),
}

impl Given<'_> {
    fn value(self, html: bool) -> Value {
        match self {
            Self::Text(text) => Value::from(text),
            Self::Maybe(text) => Value::from(text),
            Self::Page(Some(url)) if html => Value::from_safe_string(escaped(&url)),
            Self::Page(url) => Value::from(url),
            Self::Lines(text) if html => Value::from_safe_string(escaped(text).replace('\n', "<br>\n")),
            Self::Lines(text) => Value::from(text),
            Self::Flag(flag) => Value::from(flag),
        }
    }
}

impl Letter {
    /// The name of its template.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::ConfirmNewEmail { .. } => "confirm_new_email",
            Self::EmailChangeRequested { .. } => "email_change_requested",
            Self::EmailTaken { .. } => "email_taken",
            Self::ContactMessage { .. } => "contact_message",
            Self::MessageReply { .. } => "message_reply",
            Self::NewsletterConfirm { .. } => "newsletter_confirm",
            Self::NewsletterWelcome { .. } => "newsletter_welcome",
        }
    }

    /// The addresses in it that lead to the shop.
    pub(crate) fn links(&self) -> Vec<String> {
        match self {
            Self::VerifyEmail { token, return_url, .. }
            | Self::ResetPassword { token, return_url, .. }
            | Self::ConfirmNewEmail { token, return_url, .. }
            | Self::NewsletterConfirm { token, return_url, .. } => {
                with_token(return_url.as_ref(), token).into_iter().collect()
            }
            Self::AlreadyRegistered { return_url, .. } | Self::EmailTaken { return_url } => {
                plain(return_url.as_ref()).into_iter().collect()
            }
            Self::NewsletterWelcome { unsubscribe_url, .. } => vec![unsubscribe_url.clone()],
            Self::PasswordChanged { .. }
            | Self::EmailChangeRequested { .. }
            | Self::ContactMessage { .. }
            | Self::MessageReply { .. } => Vec::new(),
        }
    }

    /// The values of a part: those of every letter, and its own. Those of other letters are not there at all.
    pub(crate) fn values(&self, shop: &Shop, html: bool, subject: Option<&str>) -> Value {
        let settings = &shop.settings;
        let common = [
            ("shop_name", Given::Text(settings.name.as_str())),
            ("primary", Given::Text(settings.colours.primary.as_str())),
            ("background", Given::Text(settings.colours.background.as_str())),
            ("logo_url", Given::Page(settings.logo_url.as_ref().map(ToString::to_string))),
            ("contact_email", Given::Maybe(settings.contact_email.as_ref().map(Email::as_str))),
        ];
        let subject = subject.map(|subject| ("subject", Given::Text(subject)));
        let all = common.into_iter().chain(subject).chain(self.own_values());
        Value::from(all.map(|(name, given)| (name, given.value(html))).collect::<BTreeMap<_, _>>())
    }

    fn own_values(&self) -> Vec<(&'static str, Given<'_>)> {
        match self {
            Self::VerifyEmail { first_name, token, return_url, standing } => vec![
                ("first_name", Given::Text(first_name)),
                ("token", Given::Text(token)),
                ("link", Given::Page(with_token(return_url.as_ref(), token))),
                ("not_alone", Given::Flag(*standing != Standing::Alone)),
                ("without_password", Given::Flag(*standing == Standing::NoneOfSeveral)),
            ],
            Self::ResetPassword { first_name, token, return_url }
            | Self::ConfirmNewEmail { first_name, token, return_url } => vec![
                ("first_name", Given::Text(first_name)),
                ("token", Given::Text(token)),
                ("link", Given::Page(with_token(return_url.as_ref(), token))),
            ],
            Self::NewsletterConfirm { first_name, token, return_url } => vec![
                ("first_name", Given::Maybe(first_name.as_deref())),
                ("token", Given::Text(token)),
                ("link", Given::Page(with_token(return_url.as_ref(), token))),
            ],
            Self::AlreadyRegistered { first_name, return_url } => vec![
                ("first_name", Given::Text(first_name)),
                ("link", Given::Page(plain(return_url.as_ref()))),
            ],
            Self::EmailTaken { return_url } => vec![("link", Given::Page(plain(return_url.as_ref())))],
            Self::PasswordChanged { first_name } => vec![("first_name", Given::Text(first_name))],
            Self::EmailChangeRequested { first_name, new_email } => {
                vec![("first_name", Given::Text(first_name)), ("new_email", Given::Text(new_email))]
            }
            Self::ContactMessage { name, email, subject, topic, order_ref, message } => vec![
                ("name", Given::Text(name)),
                ("email", Given::Text(email)),
                ("message_subject", Given::Text(subject)),
                ("topic", Given::Maybe(topic.as_deref())),
                ("order_ref", Given::Maybe(order_ref.as_deref())),
                ("message", Given::Lines(message)),
            ],
            Self::MessageReply { name, subject, message } => vec![
                ("name", Given::Text(name)),
                ("message_subject", Given::Text(subject)),
                ("message", Given::Lines(message)),
            ],
            Self::NewsletterWelcome { first_name, unsubscribe_url } => vec![
                ("first_name", Given::Maybe(first_name.as_deref())),
                ("unsubscribe_url", Given::Page(Some(unsubscribe_url.clone()))),
            ],
        }
    }

    /// The letter of this name as it might be: first with all that it can have, then with as little as it can have.
    pub(crate) fn samples(name: &str) -> Option<[Self; 2]> {
        let page = Url::parse("https://shop.example/account").ok();
        Some([Self::sample(name, page, true)?, Self::sample(name, None, false)?])
    }

    fn sample(name: &str, return_url: Option<Url>, full: bool) -> Option<Self> {
        let first_name = || "Ann".to_owned();
        let maybe = |text: &str| full.then(|| text.to_owned());
        let token = || SAMPLE_TOKEN.to_owned();
        let message = || SAMPLE_MESSAGE.to_owned();
        let subject = || "The next box".to_owned();
        Some(match name {
            "verify_email" => {
                let standing = if full { Standing::OneOfSeveral } else { Standing::Alone };
                Self::VerifyEmail { first_name: first_name(), token: token(), return_url, standing }
            }
            "already_registered" => Self::AlreadyRegistered { first_name: first_name(), return_url },
            "reset_password" => Self::ResetPassword { first_name: first_name(), token: token(), return_url },
            "password_changed" => Self::PasswordChanged { first_name: first_name() },
            "confirm_new_email" => {
                Self::ConfirmNewEmail { first_name: first_name(), token: token(), return_url }
            }
            "email_change_requested" => Self::EmailChangeRequested {
                first_name: first_name(),
                new_email: "ann.new@example.com".to_owned(),
            },
            "email_taken" => Self::EmailTaken { return_url },
            "contact_message" => Self::ContactMessage {
                name: "Ann Smith".to_owned(),
                email: "ann@example.com".to_owned(),
                subject: subject(),
                topic: maybe("Delivery"),
                order_ref: maybe("1010744"),
                message: message(),
            },
            "message_reply" => {
                Self::MessageReply { name: "Ann Smith".to_owned(), subject: subject(), message: message() }
            }
            "newsletter_confirm" => {
                Self::NewsletterConfirm { first_name: maybe("Ann"), token: token(), return_url }
            }
            "newsletter_welcome" => Self::NewsletterWelcome {
                first_name: maybe("Ann"),
                unsubscribe_url: SAMPLE_UNSUBSCRIBE.to_owned(),
            },
            _ => return None,
        })
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The shop's own page, with the token for it to send back.
fn with_token(url: Option<&Url>, token: &str) -> Option<String> {
    let mut url = url?.clone();
    url.query_pairs_mut().append_pair("token", token);
    Some(url.to_string())
}

fn plain(url: Option<&Url>) -> Option<String> {
    url.map(Url::to_string)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::TenantId;
    use domain::tenants::{Currency, Settings, ShopName, TimeZoneName};
    use domain::time::Timestamp;

    use super::*;
    use crate::mails::templates::{self, Own, Part, Written};

    fn shop(name: &str) -> Shop {
        let settings = Settings::new(
            ShopName::parse(name).expect("a name"),
            Currency::parse("GBP").expect("a currency"),
            TimeZoneName::parse("Europe/London").expect("a time zone"),
        );
        Shop {
            id: TenantId::new(uuid::Uuid::from_u128(1)),
            number: 1,
            slug: "shop".to_owned(),
            settings: Arc::new(settings),
            version: 1,
            test_mode: true,
            now: Timestamp::from_micros(0),
        }
    }

    fn written(letter: &Letter, shop: &Shop) -> Written {
        templates::write(letter, shop, &Own::default()).expect("the built-in template holds")
    }

    #[test]
    fn every_letter_is_written_with_much_and_with_little_to_say() {
        for kind in &KINDS {
            for letter in Letter::samples(kind.name).expect("a sample") {
                assert_eq!(letter.template(), kind.name);
                let written = written(&letter, &shop("Malt & Vine"));
                // The one letter to the shop itself speaks of its customer.
                assert!(
                    written.subject.contains("Malt & Vine") || kind.name.contains("message"),
                    "{letter:?}: {}",
                    written.subject
                );
                assert!(written.html.contains("Malt &amp; Vine"), "{letter:?}");
                assert!(!written.text.contains("&amp;"), "escaped text: {letter:?}");
                if let Some((_, shown)) = kind.shows {
                    assert!(written.text.contains(shown) && written.html.contains(shown), "{letter:?}");
                }
                for link in letter.links() {
                    assert!(written.text.contains(&link) && written.html.contains(&link), "{letter:?}");
                }
            }
        }
    }

    #[test]
    fn every_letter_has_the_values_that_are_documented_and_no_others() {
        for kind in &KINDS {
            for letter in Letter::samples(kind.name).expect("a sample") {
                let values = letter.values(&shop("Shop"), true, Some("x"));
                let mut names: Vec<String> =
                    values.try_iter().expect("a map").map(|name| name.to_string()).collect();
                let mut known: Vec<String> =
                    COMMON.iter().chain(kind.variables).map(|(name, _)| (*name).to_owned()).collect();
                names.sort();
                known.sort();
                assert_eq!(names, known, "{}", kind.name);
            }
        }
    }

    #[test]
    fn what_people_wrote_is_escaped_and_keeps_its_lines() {
        let evil = "<b>Ann</b> & 'co'\n<script>alert(1)</script>".to_owned();
        let letter = Letter::ContactMessage {
            name: evil.clone(),
            email: "ann@example.com".to_owned(),
            subject: "Hello".to_owned(),
            topic: Some(evil.clone()),
            order_ref: None,
            message: evil.clone(),
        };
        let written = written(&letter, &shop("Shop"));
        assert!(!written.html.contains("<b>Ann") && !written.html.contains("<script"), "{}", written.html);
        assert!(written.html.contains("&#39;co&#39;<br>\n&lt;script&gt;"), "{}", written.html);
        assert!(written.text.contains(&evil), "{}", written.text);
    }

    #[test]
    fn the_text_ends_with_the_shops_name_and_address_on_lines_of_their_own() {
        let mut shop = shop("Malt & Vine");
        let mut form = shop.settings.to_form();
        form.contact_email = Some("hello@vine.example".to_owned());
        shop.settings = Arc::new(form.parse().expect("valid settings"));
        let letter = Letter::PasswordChanged { first_name: "Ann".to_owned() };
        let written = written(&letter, &shop);
        assert!(written.text.ends_with("\n-- \nMalt & Vine\nhello@vine.example\n"), "{}", written.text);
    }

    #[test]
    fn a_token_goes_into_the_shops_page_or_stands_alone() {
        let page = Url::parse("https://shop.example/verify?lang=en").expect("a URL");
        let with = |return_url| Letter::ResetPassword {
            first_name: "Ann".to_owned(),
            token: "mzm_token".to_owned(),
            return_url,
        };
        assert_eq!(with(Some(page)).links(), ["https://shop.example/verify?lang=en&token=mzm_token"]);
        assert!(with(None).links().is_empty());
        assert!(written(&with(None), &shop("Shop")).text.contains("mzm_token"));
    }

    #[test]
    fn a_mail_that_is_not_the_only_one_says_so() {
        let with = |standing| Letter::VerifyEmail {
            first_name: "Ann".to_owned(),
            token: "mzm_token".to_owned(),
            return_url: None,
            standing,
        };
        for (standing, says) in [
            (Standing::Alone, [false, false, false]),
            (Standing::OneOfSeveral, [true, true, false]),
            (Standing::NoneOfSeveral, [true, false, true]),
        ] {
            let written = written(&with(standing), &shop("Shop"));
            let sentences = ["more than one", "the one of Ann", "forgotten password"];
            assert_eq!(sentences.map(|part| written.text.contains(part)), says, "{}", written.text);
            assert_eq!(sentences.map(|part| written.html.contains(part)), says, "{}", written.html);
        }
    }

    fn own(part: Part, source: &str) -> Own {
        let source = Some(domain::messaging::TemplateSource::parse(source).expect("a source"));
        match part {
            Part::Subject => Own { subject: source, ..Own::default() },
            Part::Html => Own { html: source, ..Own::default() },
            Part::Text => Own { text: source, ..Own::default() },
        }
    }

    #[test]
    fn a_shops_own_parts_stand_beside_the_built_in_ones() {
        let [letter, _] = Letter::samples("password_changed").expect("a sample");
        let source = "{% extends \"layout.html\" %}\n{% block content %}<i>Dear {{ first_name|upper }}</i>{% endblock %}";
        let mine = templates::write(&letter, &shop("A <b>"), &own(Part::Html, source)).expect("it holds");
        assert!(mine.html.contains("<i>Dear ANN</i>") && mine.html.contains("A &lt;b&gt;"), "{}", mine.html);
        assert_eq!(mine.text, written(&letter, &shop("A <b>")).text);
        let subject = templates::write(&letter, &shop("S"), &own(Part::Subject, " Hello\n {{ first_name }} "));
        assert_eq!(subject.expect("it holds").subject, "Hello Ann");
    }

    #[test]
    fn a_broken_part_is_told_with_its_line() {
        let [letter, _] = Letter::samples("password_changed").expect("a sample");
        for (part, source, line, reason) in [
            (Part::Html, "a\nb {{ token }}", 2, "has not"),
            (Part::Text, "a\n{% extends \"verify_email.txt\" %}", 2, "layout"),
            (Part::Text, "a\nb\n{{ first_name|nothing }}", 3, "nothing"),
            (Part::Html, "a\n{% if first_name %}", 2, ""),
            (Part::Html, "a\n{{ first_name.token }}", 2, ""),
            (Part::Text, "{{ debug() }}", 1, ""),
            (Part::Subject, "{# nothing #}", 1, "empty"),
            (Part::Html, "{% block a %}{{ self.a() }}{% endblock %}", 1, ""),
        ] {
            let fault = templates::write(&letter, &shop("S"), &own(part, source)).expect_err(source);
            assert_eq!((fault.part, fault.fault.line), (part, line), "{source}: {fault}");
            assert!(fault.fault.reason.contains(reason), "{source}: {fault}");
        }
    }

    #[test]
    fn a_part_that_writes_too_much_is_stopped() {
        let letter = Letter::MessageReply {
            name: "Ann".to_owned(),
            subject: "Hello".to_owned(),
            message: "x".repeat(5000),
        };
        let source = "{{message}}".repeat(5000);
        let fault = templates::write(&letter, &shop("S"), &own(Part::Text, &source)).expect_err("too long");
        assert!(fault.fault.reason.contains("too much"), "{fault}");
        let source = "{% if message %}{{message}}{% endif %}".repeat(1500);
        assert!(templates::write(&letter, &shop("S"), &own(Part::Html, &source)).is_err());
    }
}
