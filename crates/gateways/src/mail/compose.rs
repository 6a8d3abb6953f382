//! A mail as the bytes that go over the wire. Rule: what stands in a header came through a type that can not break out
//! of it.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};

use super::{MailError, Message, Unsubscribe};

/// Writes the mail: UTF-8, as text and as HTML, for the reader's program to choose.
pub(super) fn compose(message: &Message) -> Result<lettre::Message, MailError> {
    // The library would encode them; but a name with a line break in it was never a name, and is better seen.
    if [&message.from_name, &message.subject].iter().any(|text| text.contains(char::is_control)) {
        return Err(MailError::Permanent(
            "the sender's name or the subject has a control character".to_owned(),
        ));
    }
    let from = mailbox("sender", Some(&message.from_name), &message.from)?;
    let bracketed = |id: &String| format!("<{id}>");
    if message.references.iter().chain([&message.message_id]).any(|id| !is_message_id(id)) {
        return Err(MailError::Permanent("a Message-ID is not valid".to_owned()));
    }
    let micros = u64::try_from(message.date.as_micros()).unwrap_or(0);
    let mut builder = lettre::Message::builder()
        .message_id(Some(bracketed(&message.message_id)))
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
    if let Some(answered) = message.references.last() {
        let all: Vec<String> = message.references.iter().map(bracketed).collect();
        builder = builder.in_reply_to(bracketed(answered)).references(all.join(" "));
    }
    if let Some(unsubscribe) = &message.unsubscribe {
        builder = unsubscribe_headers(builder, unsubscribe)?;
    }
    builder
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|error| MailError::Permanent(error.to_string()))
}

/// What stands between the brackets of a Message-ID as we make them: nothing that could end the header.
fn is_message_id(id: &str) -> bool {
    id.contains('@') && id.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'))
}

fn unsubscribe_headers(
    mut builder: MessageBuilder,
    unsubscribe: &Unsubscribe,
) -> Result<MessageBuilder, MailError> {
    let Unsubscribe { url, mailbox } = unsubscribe;
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>')) {
        return Err(MailError::Permanent("the address for unsubscribing is not valid".to_owned()));
    }
    let mut ways = format!("<{url}>");
    // An address beyond ASCII can not stand in the header, and the page does as well.
    if let Some(mailbox) = mailbox.as_ref().filter(|mailbox| mailbox.bytes().all(is_plain_in_mailto)) {
        ways.extend([", <mailto:", mailbox, "?subject=unsubscribe>"]);
    }
    let header =
        |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    builder = builder.raw_header(header("List-Unsubscribe", ways));
    if url.starts_with("https://") {
        builder =
            builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    Ok(builder)
}

fn is_plain_in_mailto(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_')
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

    use super::*;

    fn message() -> Message {
        Message {
            message_id: "00000000-0000-0000-0000-000000000007@example.com".to_owned(),
            references: Vec::new(),
            date: Timestamp::from_micros(1_728_303_178_000_000),
            from_name: "Château & Söhne".to_owned(),
            from: "shop@example.com".to_owned(),
            to: "ann@example.com".to_owned(),
            reply_to: Some("hello@example.com".to_owned()),
            subject: "Your order – thank you".to_owned(),
            text: "Plain ☃\n.\nend".to_owned(),
            html: "<p>Rich ☃</p>".to_owned(),
            unsubscribe: None,
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
                Message { message_id: format!("7@example.com{poison}"), ..message() },
                Message { references: vec![format!("7@example.com{poison}")], ..message() },
                Message {
                    unsubscribe: Some(unsubscribe(&format!("https://x.example/{poison}"), None)),
                    ..message()
                },
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

    fn unsubscribe(url: &str, mailbox: Option<&str>) -> Unsubscribe {
        Unsubscribe { url: url.to_owned(), mailbox: mailbox.map(ToOwned::to_owned) }
    }

    fn written(message: &Message) -> String {
        let bytes = compose(message).expect("a mail").formatted();
        String::from_utf8(bytes).expect("ASCII").replace("\r\n ", " ")
    }

    #[test]
    fn a_mail_that_follows_others_names_them() {
        let references = vec!["1@example.com".to_owned(), "2@example.com".to_owned()];
        let text = written(&Message { references, ..message() });
        assert!(text.contains("In-Reply-To: <2@example.com>\r\n"), "{text}");
        assert!(text.contains("References: <1@example.com> <2@example.com>\r\n"), "{text}");
        assert!(!written(&message()).contains("In-Reply-To"));
    }

    #[test]
    fn one_click_is_promised_where_the_page_is_safe_to_post_to() {
        let page = format!("https://api.example.com/newsletter/unsubscribe/mzu_{}", "a".repeat(90));
        let text =
            written(&Message { unsubscribe: Some(unsubscribe(&page, Some("a@example.com"))), ..message() });
        let ways = format!("List-Unsubscribe: <{page}>, <mailto:a@example.com?subject=unsubscribe>\r\n");
        assert!(text.contains(&ways), "{text}");
        assert!(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{text}");
        let plain = unsubscribe("http://127.0.0.1/x", Some("josé@example.com"));
        let text = written(&Message { unsubscribe: Some(plain), ..message() });
        assert!(text.contains("List-Unsubscribe: <http://127.0.0.1/x>\r\n"), "{text}");
        assert!(!text.contains("One-Click"), "{text}");
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
