//! A mail as the bytes that go over the wire. Rule: what stands in a header came through a type that can not break out
//! of it.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::{MailError, Message};

/// Writes the mail: UTF-8, as text and as HTML, for the reader's program to choose.
pub(super) fn compose(message: &Message) -> Result<lettre::Message, MailError> {
    // The library would encode them; but a name with a line break in it was never a name, and is better seen.
    if [&message.from_name, &message.subject].iter().any(|text| text.contains(char::is_control)) {
        return Err(MailError::Permanent(
            "the sender's name or the subject has a control character".to_owned(),
        ));
    }
    let from = mailbox("sender", Some(&message.from_name), &message.from)?;
    let message_id = format!("<{}@{}>", message.id, from.email.domain());
    let micros = u64::try_from(message.date.as_micros()).unwrap_or(0);
    let mut builder = lettre::Message::builder()
        .message_id(Some(message_id))
        .date(UNIX_EPOCH + Duration::from_micros(micros))
        .from(from)
        .to(mailbox("recipient", None, &message.to)?)
        .subject(&message.subject)
        // RFC 3834: so that nobody's holiday notice comes back.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(mailbox("reply", None, reply_to)?);
    }
    builder
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|error| MailError::Permanent(error.to_string()))
}

fn mailbox(role: &str, name: Option<&str>, address: &str) -> Result<Mailbox, MailError> {
    let address: Address =
        address.parse().map_err(|_| MailError::Permanent(format!("the {role} address is not valid")))?;
    Ok(Mailbox::new(name.map(ToOwned::to_owned), address))
}

#[cfg(test)]
mod tests {
    use domain::accounts::Email;
    use domain::time::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn message() -> Message {
        Message {
            id: Uuid::from_u128(7),
            date: Timestamp::from_micros(1_728_303_178_000_000),
            from_name: "Château & Söhne".to_owned(),
            from: "shop@example.com".to_owned(),
            to: "ann@example.com".to_owned(),
            reply_to: Some("hello@example.com".to_owned()),
            subject: "Your order – thank you".to_owned(),
            text: "Plain ☃\n.\nend".to_owned(),
            html: "<p>Rich ☃</p>".to_owned(),
        }
    }

    #[test]
    fn has_all_that_a_mail_should() {
        let bytes = compose(&message()).expect("a mail").formatted();
        let text = String::from_utf8(bytes).expect("ASCII");
        assert!(text.is_ascii(), "a server without 8BITMIME takes it");
        for line in [
            "Message-ID: <00000000-0000-0000-0000-000000000007@example.com>\r\n",
            "Date: Mon, 07 Oct 2024 12:12:58 +0000\r\n",
            "To: ann@example.com\r\n",
            "Reply-To: hello@example.com\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn nothing_breaks_out_of_a_header() {
        for poison in ["x\r\nBcc: other@example.com", "x\nBcc: other@example.com", "x\rBcc: y", "x\0"] {
            let poisoned = [
                Message { from_name: poison.to_owned(), ..message() },
                Message { subject: poison.to_owned(), ..message() },
                Message { from: poison.to_owned(), ..message() },
                Message { to: format!("ann@example.com{poison}"), ..message() },
                Message { reply_to: Some(format!("ann@example.com{poison}")), ..message() },
            ];
            for message in &poisoned {
                assert!(matches!(compose(message), Err(MailError::Permanent(_))), "{poison:?}");
            }
        }
        let name = "\"Ann\" <other@example.com>, (x)";
        let mail = compose(&Message { from_name: name.to_owned(), ..message() }).expect("a mail");
        assert_eq!(mail.envelope().from().map(AsRef::<str>::as_ref), Some("shop@example.com"));
        let to: Vec<String> = mail.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["ann@example.com"]);
    }

    #[test]
    fn every_address_that_we_take_can_be_written_to() {
        for address in [
            "o'brien+wine@mail.example.co.uk",
            "a_b=c!d#e@example.com",
            "josé@Bücher.example",
            "用户@例子.广告",
            "x@localhost",
            "x/y={z}|~`^?*&%$@a-b.example",
        ] {
            let to = Email::parse(address).expect("a valid address").as_str().to_owned();
            assert!(compose(&Message { to, ..message() }).is_ok(), "{address}");
        }
    }
}
