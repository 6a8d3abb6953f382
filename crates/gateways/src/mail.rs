//! Mail by SMTP, or kept in the outbox where no server is set. Rule: every wait has an end, and an error says whether
//! trying again can help.

mod compose;
mod server;

use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};

pub use server::Server;

/// A mail, written and ready to leave.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of a mail")]
pub struct Message {
    /// The Message-ID without its brackets, so that a mail sent twice is seen to be one.
    pub message_id: String,
    /// The Message-IDs of the mails that it follows, the first one first; the last one is the one that it answers.
    pub references: Vec<String>,
    pub date: Timestamp,
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// How the recipient says that they want no more of its kind. Mail that nobody needs has it.
    pub unsubscribe: Option<Unsubscribe>,
}

/// How to hear no more (RFC 2369, RFC 8058).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The page for it. A mail program posts to it by itself where it begins with `https://`.
    pub url: String,
    /// The mailbox for it.
    pub mailbox: Option<String>,
}

/// Why a mail did not leave. The text names neither the recipient nor the password, and may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server was out of reach, silent, or asked to come back.
    #[error("{0}")]
    Transient(String),
    /// The server refuses it, or it can not be written.
    #[error("{0}")]
    Permanent(String),
}

/// Where mail goes.
pub enum Mailer {
    /// To this server.
    Smtp(Box<Server>),
    /// Nowhere: the outbox keeps it.
    Kept,
}

impl Mailer {
    /// Reads the address of a mail server; nothing set keeps mail.
    ///
    /// `smtps://user:password@host` speaks TLS from the start, on port 465. `smtp://user:password@host` turns to TLS on
    /// port 587, and must: a password goes to another machine only encrypted. `smtp://host` without a password, on port
    /// 25, turns to TLS where the server offers it. `?tls=required` and `?tls=none` after it overrule both.
    pub fn from_url(url: Option<&SecretString>) -> Result<Self, MailError> {
        let Some(url) = url else { return Ok(Self::Kept) };
        let server = Server::from_url(url.expose_secret()).map_err(|what| {
            MailError::Permanent(format!(
                "the mail server's address {what}; it looks like smtps://user:password@host or smtp://host:25"
            ))
        })?;
        Ok(Self::Smtp(Box::new(server)))
    }

    /// Whether mail leaves this server.
    #[must_use]
    pub fn sends(&self) -> bool {
        matches!(self, Self::Smtp(_))
    }

    /// Hands a mail to the server; done when it has taken it.
    ///
    /// Where the answer is lost it is not known whether the server has the mail; that counts as not sent, and the
    /// second copy bears the same Message-ID.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        match self {
            Self::Smtp(server) => server.send(&compose::compose(message)?).await,
            Self::Kept => Ok(()),
        }
    }

    /// Whether the server answers, and takes the password.
    pub async fn check(&self) -> Result<(), MailError> {
        match self {
            Self::Smtp(server) => server.check().await,
            Self::Kept => Ok(()),
        }
    }
}
