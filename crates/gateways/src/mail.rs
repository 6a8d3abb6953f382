//! Mail by SMTP, or kept in the outbox where no server is set. Rule: every wait has an end, and an error says whether
//! trying again can help.

use std::time::{Duration, UNIX_EPOCH};

use domain::time::Timestamp;
use lettre::address::AddressError;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A mail server that says nothing for this long is given up for now.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail, written and ready to leave.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of a mail")]
pub struct Message {
    /// Becomes the Message-ID, so that a mail sent twice is seen to be one.
    pub id: Uuid,
    pub date: Timestamp,
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a mail did not leave.
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
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// Nowhere: the outbox keeps it.
    Kept,
}

impl Mailer {
    /// Reads `smtp://user:password@host:port` (STARTTLS with `?tls=required`) or `smtps://…`; nothing set keeps mail.
    pub fn from_url(url: Option<&SecretString>) -> Result<Self, MailError> {
        let Some(url) = url else { return Ok(Self::Kept) };
        // The library's error is left out: it may quote the address and its password.
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|_| {
                MailError::Permanent(
                    "the mail server's address must look like smtp://user:password@host:587?tls=required".to_owned(),
                )
            })?;
        Ok(Self::Smtp(Box::new(builder.timeout(Some(PATIENCE)).build())))
    }

    /// Whether mail leaves this server.
    #[must_use]
    pub fn sends(&self) -> bool {
        matches!(self, Self::Smtp(_))
    }

    /// Hands a mail to the server; done when it has taken it.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        let Self::Smtp(transport) = self else { return Ok(()) };
        let email = compose(message)?;
        let sent = tokio::time::timeout(PATIENCE.saturating_mul(2), transport.send(email)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Permanent(error.to_string())),
            Ok(Err(error)) => Err(MailError::Transient(error.to_string())),
            Err(_) => Err(MailError::Transient("the mail server did not answer in time".to_owned())),
        }
    }

    /// Whether the server answers.
    pub async fn check(&self) -> Result<(), MailError> {
        let Self::Smtp(transport) = self else { return Ok(()) };
        match tokio::time::timeout(PATIENCE, transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::Transient("the mail server refuses to talk".to_owned())),
            Ok(Err(error)) => Err(MailError::Transient(error.to_string())),
            Err(_) => Err(MailError::Transient("the mail server did not answer in time".to_owned())),
        }
    }
}

fn compose(message: &Message) -> Result<lettre::Message, MailError> {
    let mailbox = |name: Option<&str>, address: &str| {
        let address: Address = address.parse().map_err(|error: AddressError| MailError::Permanent(error.to_string()))?;
        Ok::<_, MailError>(Mailbox::new(name.map(ToOwned::to_owned), address))
    };
    if [&message.from_name, &message.subject].iter().any(|text| text.contains(['\r', '\n', '\0'])) {
        return Err(MailError::Permanent("a line break in a header".to_owned()));
    }
    let from = mailbox(Some(&message.from_name), &message.from)?;
    let domain = from.email.domain().to_owned();
    let micros = u64::try_from(message.date.as_micros()).unwrap_or(0);
    let mut builder = lettre::Message::builder()
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        .date(UNIX_EPOCH + Duration::from_micros(micros))
        .from(from)
        .to(mailbox(None, &message.to)?)
        .subject(&message.subject);
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(mailbox(None, reply_to)?);
    }
    builder
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|error| MailError::Permanent(error.to_string()))
}
