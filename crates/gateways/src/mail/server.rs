//! A mail server and the connections to it. Rule: a connection is used again only after a mail went through it whole; a
//! mail given up half-way leaves answers behind that would be read as those of the next.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;
use url::Url;

use super::MailError;

/// A mail server that says nothing for this long is given up for now.
const PATIENCE: Duration = Duration::from_secs(20);

/// As many idle connections are kept; mails that leave together beyond that have one each.
const IDLE_CONNECTIONS: usize = 2;

/// A mail server.
pub struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    patience: Duration,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

enum Encryption {
    Never,
    IfOffered(TlsParameters),
    Required(TlsParameters),
    FromTheStart(TlsParameters),
}

impl Server {
    /// Reads an address; an error says what is wrong with it, and never quotes it.
    pub(super) fn from_url(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("can not be read ({error})"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err("names no host".to_owned());
        }
        if !matches!(url.path(), "" | "/") {
            return Err("has a path, which means nothing here".to_owned());
        }
        let credentials = credentials(&url)?;
        let wish = match url.query() {
            None | Some("") => None,
            Some("tls=required") => Some(true),
            Some("tls=none") => Some(false),
            Some(_) => return Err("may end in ?tls=required or ?tls=none and in nothing else".to_owned()),
        };
        let tls =
            || TlsParameters::new(host.clone()).map_err(|_| "names a host that TLS can not check".to_owned());
        let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let encryption = match (url.scheme(), wish) {
            ("smtps", None | Some(true)) => Encryption::FromTheStart(tls()?),
            ("smtps", Some(false)) => return Err("asks for TLS and for none".to_owned()),
            ("smtp", Some(false)) => Encryption::Never,
            ("smtp", Some(true)) => Encryption::Required(tls()?),
            ("smtp", None) if credentials.is_some() && !is_here => Encryption::Required(tls()?),
            ("smtp", None) => Encryption::IfOffered(tls()?),
            _ => return Err("begins with neither smtp:// nor smtps://".to_owned()),
        };
        let usual_port = match (&encryption, &credentials) {
            (Encryption::FromTheStart(_), _) => 465,
            (_, Some(_)) => 587,
            (_, None) => 25,
        };
        Ok(Self {
            port: url.port().unwrap_or(usual_port),
            host,
            encryption,
            credentials,
            patience: PATIENCE,
            idle: Mutex::default(),
        })
    }

    #[cfg(test)]
    pub(super) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Hands over a mail.
    pub(super) async fn send(&self, mail: &lettre::Message) -> Result<(), MailError> {
        let mut connection = self.connection().await?;
        let sent = timeout(self.patience, connection.send(mail.envelope(), &mail.formatted())).await;
        match sent {
            Ok(Ok(_)) => {
                self.keep(connection);
                Ok(())
            }
            Ok(Err(error)) => {
                let reason = self.reason(&without_recipients(&error.to_string(), mail));
                // The library's own refusals are of what this server can not take, such as letters beyond ASCII.
                if error.is_permanent() || error.is_client() {
                    Err(MailError::Permanent(reason))
                } else {
                    Err(MailError::Transient(reason))
                }
            }
            Err(_) => Err(self.silent()),
        }
    }

    /// Connects, signs in, and says so.
    pub(super) async fn check(&self) -> Result<(), MailError> {
        let connection = self.connection().await?;
        self.keep(connection);
        Ok(())
    }

    /// An idle connection that is still alive, or a new one. Whatever is wrong here is not the mail's fault, and may
    /// be mended: every failure is transient.
    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        while let Some(mut idle) = self.take_idle() {
            // Short: a server that keeps this one waiting gets a new connection, with patience.
            if timeout(self.patience / 4, idle.test_connected()).await.unwrap_or(false) {
                return Ok(idle);
            }
        }
        match timeout(self.patience, self.connect()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(MailError::Transient(self.reason(&error.to_string()))),
            Err(_) => Err(self.silent()),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let name = ClientId::default();
        let server = (self.host.as_str(), self.port);
        let tls_from_the_start = match &self.encryption {
            Encryption::FromTheStart(tls) => Some(tls.clone()),
            _ => None,
        };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.patience), &name, tls_from_the_start, None)
                .await?;
        match &self.encryption {
            Encryption::Required(tls) => connection.starttls(tls.clone(), &name).await?,
            Encryption::IfOffered(tls) if connection.can_starttls() => {
                connection.starttls(tls.clone(), &name).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
    }

    fn silent(&self) -> MailError {
        MailError::Transient(self.reason("did not answer in time"))
    }

    fn reason(&self, what: &str) -> String {
        let what: String = what.chars().filter(|c| !c.is_control()).take(300).collect();
        format!("mail server {}:{}: {what}", self.host, self.port)
    }
}

/// What the server said, without the addresses that most of them quote: it ends up in a log.
fn without_recipients(reply: &str, mail: &lettre::Message) -> String {
    let mut reply = reply.to_owned();
    for address in mail.envelope().to() {
        let address: &str = address.as_ref();
        // A server may quote it in other capitals. Only ASCII ones, so that the places match.
        while let Some(at) = reply.to_ascii_lowercase().find(&address.to_ascii_lowercase()) {
            reply.replace_range(at..at + address.len(), "…");
        }
    }
    reply
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err("has a password and no user".to_owned()),
        (_, None) => Err("has a user and no password".to_owned()),
        (user, Some(password)) => Ok(Some(Credentials::new(unescape(user)?, unescape(password)?))),
    }
}

/// Undoes percent signs: `p%40ss` is `p@ss`.
fn unescape(text: &str) -> Result<String, String> {
    const NOT_ESCAPED: &str = "has a % that does not begin an escape; a % itself is written %25";

    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let digits = after.split_at_checked(2).filter(|(digits, _)| digits.iter().all(u8::is_ascii_hexdigit));
        let (digits, after) = digits.ok_or(NOT_ESCAPED)?;
        let value =
            digits.iter().fold(0, |value, digit| value * 16 + char::from(*digit).to_digit(16).unwrap_or(0));
        bytes.push(u8::try_from(value).map_err(|_| NOT_ESCAPED)?);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| NOT_ESCAPED.to_owned())
}

#[cfg(test)]
mod tests;
