//! The letters that a shop writes, and what each has to say.

mod orders;
mod subscriptions;

use std::collections::BTreeMap;

use domain::accounts::Email;
use minijinja::Value;
use url::Url;

use crate::Shop;

pub use orders::{OrderFacts, OrderOccasion};
pub use subscriptions::{SubscriptionFacts, SubscriptionOccasion};

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
    /// Something happened to an order.
    Order { occasion: OrderOccasion, facts: Box<OrderFacts> },
    /// Something happened to a subscription, or is about to.
    Subscription { occasion: SubscriptionOccasion, facts: Box<SubscriptionFacts> },
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

pub(crate) static KINDS: [Kind; 28] = [
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
        variables: &[
            MAYBE_FIRST_NAME,
            ("unsubscribe_url", "The page where they say that they want no more."),
        ],
        shows: Some(("unsubscribe_url", "mzu_sample")),
    },
    orders::RECEIVED,
    orders::PAYMENT_FAILED,
    orders::SHIPPED,
    orders::REFUNDED,
    subscriptions::BEGUN,
    subscriptions::UPCOMING,
    subscriptions::RENEWED,
    subscriptions::PAYMENT_FAILED,
    subscriptions::ACTION_NEEDED,
    subscriptions::CARD_EXPIRING,
    subscriptions::PAUSED,
    subscriptions::RESUMED,
    subscriptions::CANCELLED,
    subscriptions::ENDED,
    subscriptions::PRICE_CHANGE,
    subscriptions::ITEMS_CHANGED,
    subscriptions::GIFT,
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
    /// A list; the engine escapes what is in it.
    Rows(Vec<Value>),
    Flag(bool),
    Number(i64),
}

impl Given<'_> {
    fn value(self, html: bool) -> Value {
        match self {
            Self::Maybe(text) => Value::from(text),
            Self::Page(Some(url)) if html => Value::from_safe_string(escaped(&url)),
            Self::Page(url) => Value::from(url),
            Self::Lines(text) if html => Value::from_safe_string(escaped(text).replace('\n', "<br>\n")),
            Self::Text(text) | Self::Lines(text) => Value::from(text),
            Self::Rows(rows) => Value::from(rows),
            Self::Flag(flag) => Value::from(flag),
            Self::Number(number) => Value::from(number),
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
            Self::Order { occasion, .. } => occasion.template(),
            Self::Subscription { occasion, .. } => occasion.template(),
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
            Self::Order { occasion: OrderOccasion::Shipped, facts } => {
                facts.tracking_url.iter().cloned().collect()
            }
            Self::Subscription { occasion, facts } => subscriptions::links(*occasion, facts),
            Self::PasswordChanged { .. }
            | Self::EmailChangeRequested { .. }
            | Self::ContactMessage { .. }
            | Self::MessageReply { .. }
            | Self::Order { .. } => Vec::new(),
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
            Self::Order { occasion, facts } => orders::values(*occasion, facts),
            Self::Subscription { occasion, facts } => subscriptions::values(*occasion, facts),
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
            other => {
                if let Some((occasion, facts)) = orders::sample(other, full) {
                    Self::Order { occasion, facts: Box::new(facts) }
                } else {
                    let (occasion, facts) = subscriptions::sample(other, full)?;
                    Self::Subscription { occasion, facts: Box::new(facts) }
                }
            }
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
mod tests;
