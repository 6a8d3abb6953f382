//! The letters a shop writes, and how they look. Rule: every value is escaped by the template engine; an undefined one
//! is an error, not a blank.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use url::Url;

use super::Body;
use crate::Shop;

/// A letter and what it has to say.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub enum Letter {
    /// Someone registered: prove that the address is theirs.
    VerifyEmail { first_name: String, token: String, return_url: Option<Url> },
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
}

/// A letter, written.
pub(crate) struct Written {
    pub(crate) subject: String,
    pub(crate) body: Body,
}

macro_rules! templates {
    ($($name:literal)*) => {
        [$(
            (concat!($name, ".html"), include_str!(concat!("../../templates/mail/", $name, ".html"))),
            (concat!($name, ".txt"), include_str!(concat!("../../templates/mail/", $name, ".txt"))),
        )*]
    };
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    for (name, source) in templates! {
        "layout" "verify_email" "already_registered" "reset_password" "password_changed" "confirm_new_email"
        "email_change_requested" "email_taken"
    } {
        environment
            .add_template(name, source)
            .expect("the built-in templates are well-formed: a test renders each");
    }
    environment
});

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
        }
    }

    fn subject(&self, shop: &str) -> String {
        match self {
            Self::VerifyEmail { .. } => format!("Confirm your e-mail address for {shop}"),
            Self::AlreadyRegistered { .. } => format!("You already have an account at {shop}"),
            Self::ResetPassword { .. } => format!("Choose a new password for {shop}"),
            Self::PasswordChanged { .. } => format!("Your password at {shop} was changed"),
            Self::ConfirmNewEmail { .. } => format!("Confirm your new e-mail address for {shop}"),
            Self::EmailChangeRequested { .. } => format!("Your e-mail address at {shop} is about to change"),
            Self::EmailTaken { .. } => format!("This address is in use at {shop}"),
        }
    }

    /// Writes the letter in the shop's name and colours.
    pub(crate) fn write(&self, shop: &Shop) -> Result<Written, minijinja::Error> {
        let settings = &shop.settings;
        let shop_name = settings.name.as_str();
        let (first_name, token, link, new_email) = match self {
            Self::VerifyEmail { first_name, token, return_url }
            | Self::ResetPassword { first_name, token, return_url }
            | Self::ConfirmNewEmail { first_name, token, return_url } => (
                first_name.as_str(),
                token.as_str(),
                return_url.as_ref().map(|url| with_token(url, token)),
                "",
            ),
            Self::AlreadyRegistered { first_name, return_url } => {
                (first_name.as_str(), "", return_url.as_ref().map(Url::to_string), "")
            }
            Self::EmailTaken { return_url } => ("", "", return_url.as_ref().map(Url::to_string), ""),
            Self::PasswordChanged { first_name } => (first_name.as_str(), "", None, ""),
            Self::EmailChangeRequested { first_name, new_email } => {
                (first_name.as_str(), "", None, new_email.as_str())
            }
        };
        let subject = self.subject(shop_name);
        let values = |link: Option<Value>| {
            context! {
                subject => &subject,
                shop_name,
                first_name,
                token,
                link,
                new_email,
                primary => settings.colours.primary.as_str(),
                background => settings.colours.background.as_str(),
                logo_url => settings.logo_url.as_ref().map(ToString::to_string),
                contact_email => settings.contact_email.as_ref().map(domain::accounts::Email::as_str),
            }
        };
        let render = |kind: &str, link: Option<Value>| {
            TEMPLATES.get_template(&format!("{}.{kind}", self.template()))?.render(values(link))
        };
        let body = Body {
            text: render("txt", link.clone().map(Value::from))?,
            html: render("html", link.as_deref().map(|url| Value::from_safe_string(in_attribute(url))))?,
            links: link.into_iter().collect(),
        };
        Ok(Written { subject, body })
    }
}

/// A URL as the value of an attribute. The template engine would escape its slashes too, which is right and which some
/// mail programs do not undo.
fn in_attribute(url: &str) -> String {
    url.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The shop's own page, with the token for it to send back.
fn with_token(url: &Url, token: &str) -> String {
    let mut url = url.clone();
    url.query_pairs_mut().append_pair("token", token);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::TenantId;
    use domain::tenants::{Currency, Settings, ShopName, TimeZoneName};
    use domain::time::Timestamp;

    use super::*;

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

    fn every_letter(return_url: Option<&Url>) -> Vec<Letter> {
        let (first_name, token) = ("<b>Ann</b>".to_owned(), "mzm_token".to_owned());
        let return_url = return_url.cloned();
        vec![
            Letter::VerifyEmail {
                first_name: first_name.clone(),
                token: token.clone(),
                return_url: return_url.clone(),
            },
            Letter::AlreadyRegistered { first_name: first_name.clone(), return_url: return_url.clone() },
            Letter::ResetPassword {
                first_name: first_name.clone(),
                token: token.clone(),
                return_url: return_url.clone(),
            },
            Letter::PasswordChanged { first_name: first_name.clone() },
            Letter::ConfirmNewEmail { first_name: first_name.clone(), token, return_url: return_url.clone() },
            Letter::EmailChangeRequested { first_name, new_email: "new@example.com".to_owned() },
            Letter::EmailTaken { return_url },
        ]
    }

    #[test]
    fn every_letter_is_written_with_and_without_a_page_to_return_to() {
        let page = Url::parse("https://shop.example/account?lang=en").expect("a URL");
        for return_url in [None, Some(&page)] {
            for letter in every_letter(return_url) {
                let written = letter.write(&shop("Malt & Vine")).expect("the template holds");
                assert!(written.subject.contains("Malt & Vine"), "{letter:?}");
                assert!(written.body.html.contains("Malt &amp; Vine"), "{letter:?}");
                assert!(!written.body.html.contains("<b>Ann"), "unescaped: {letter:?}");
                assert!(!written.body.text.contains("&amp;"), "escaped text: {letter:?}");
            }
        }
    }

    #[test]
    fn the_text_ends_with_the_shops_name_and_address_on_lines_of_their_own() {
        let mut shop = shop("Malt & Vine");
        let mut form = shop.settings.to_form();
        form.contact_email = Some("hello@vine.example".to_owned());
        shop.settings = Arc::new(form.parse().expect("valid settings"));
        let letter = Letter::PasswordChanged { first_name: "Ann".to_owned() };
        let written = letter.write(&shop).expect("writes");
        assert!(
            written.body.text.ends_with("\n-- \nMalt & Vine\nhello@vine.example\n"),
            "{}",
            written.body.text
        );
    }

    #[test]
    fn a_token_goes_into_the_shops_page_or_stands_alone() {
        let page = Url::parse("https://shop.example/verify?lang=en").expect("a URL");
        let with = |return_url| Letter::VerifyEmail {
            first_name: "Ann".to_owned(),
            token: "mzm_token".to_owned(),
            return_url,
        };
        let linked = with(Some(page)).write(&shop("Shop")).expect("writes");
        assert_eq!(linked.body.links, ["https://shop.example/verify?lang=en&token=mzm_token"]);
        let bare = with(None).write(&shop("Shop")).expect("writes");
        assert!(bare.body.links.is_empty());
        assert!(bare.body.text.contains("mzm_token"));
    }
}
