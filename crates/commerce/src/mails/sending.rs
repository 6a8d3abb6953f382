//! Sending one mail. Rule: once it has left, what stays on record holds no working token, unless the shop is in test
//! mode, where the outbox is what tests read.

use domain::ids::{MailId, TenantId};
use gateways::mail::{MailError, Message, Unsubscribe};
use store::messaging::suppressions;
use store::{StoreError, mails};

use super::{Body, Envelope, outbox, seal_context, status};
use crate::jobs::JobError;
use crate::secrets::{GIFT_PREFIX, OpaqueToken, PAY_PREFIX, UNSUBSCRIBE_PREFIX};
use crate::{Commerce, Shop};

/// Sends a queued mail. Sent twice if the server dies between the mail server's answer and our note of it: a mail too
/// many is better than a mail too few.
pub(crate) async fn send(commerce: &Commerce, tenant: TenantId, id: MailId) -> Result<(), JobError> {
    let system_now = commerce.system_now();
    let found = commerce
        .store()
        .read(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            Ok::<_, StoreError>(mails::find(tx, id)?.map(|row| (shop, row)))
        })
        .await?;
    // Erased meanwhile, or sent by a try whose note was lost.
    let Some((shop, row)) = found.filter(|(_, row)| row.status == status::QUEUED) else { return Ok(()) };
    let body = outbox::open(commerce, &row)?;
    let Envelope { reply_to, references, message_id: own_id, unsubscribe } = body.envelope.clone();
    if unsubscribe.is_some() && suppressed(commerce, tenant, row.recipient.clone()).await? {
        let reason = "the address wants no more marketing mail".to_owned();
        note(commerce, &shop, id, status::FAILED, Some(reason), without_tokens(body)).await?;
        return Ok(());
    }
    let contact = shop.settings.contact_email.as_ref().map(|email| email.as_str().to_owned());
    let message = Message {
        message_id: own_id.unwrap_or_else(|| message_id(commerce, &shop, id)),
        references,
        date: system_now,
        from_name: shop.settings.name.as_str().to_owned(),
        from: sender(commerce, &shop),
        to: row.recipient.clone(),
        unsubscribe: unsubscribe.map(|url| Unsubscribe { url, mailbox: contact.clone() }),
        reply_to: reply_to.or(contact),
        subject: row.subject.clone(),
        text: body.text.clone(),
        html: body.html.clone(),
    };
    match commerce.mailer().send(&message).await {
        Ok(()) => {
            let kept = if shop.test_mode { body } else { without_tokens(body) };
            note(commerce, &shop, id, status::SENT, None, kept).await?;
            Ok(())
        }
        Err(MailError::Permanent(reason)) => {
            note(commerce, &shop, id, status::FAILED, Some(reason.clone()), without_tokens(body)).await?;
            Err(JobError::Permanent(reason))
        }
        Err(MailError::Transient(reason)) => Err(JobError::Transient(reason)),
    }
}

/// Whether the address said meanwhile that it wants no more.
async fn suppressed(commerce: &Commerce, tenant: TenantId, recipient: String) -> Result<bool, StoreError> {
    let hash = commerce.secrets().address_hash(tenant, &recipient);
    commerce.store().read(tenant, move |tx| suppressions::holds(tx, &hash)).await
}

/// The Message-ID of a mail, without its brackets.
pub(super) fn message_id(commerce: &Commerce, shop: &Shop, id: MailId) -> String {
    let sender = sender(commerce, shop);
    let domain = sender.rsplit('@').next().unwrap_or("localhost");
    format!("{id}@{domain}")
}

/// The shop's own sender address, or one at the server's host.
fn sender(commerce: &Commerce, shop: &Shop) -> String {
    match &shop.settings.mail_from {
        Some(email) => email.as_str().to_owned(),
        None => format!("no-reply@{}", commerce.public_url().host_str().unwrap_or("localhost")),
    }
}

async fn note(
    commerce: &Commerce,
    shop: &Shop,
    id: MailId,
    status: &'static str,
    error: Option<String>,
    body: Body,
) -> Result<(), StoreError> {
    let plain = serde_json::to_vec(&body).map_err(|error| StoreError::Broken(error.to_string()))?;
    let sealed = commerce.secrets().seal(commerce.chance(), &seal_context(id), &plain);
    let sent_at = (status == status::SENT).then_some(shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            mails::set_status(tx, id, status, error.as_deref(), sent_at, sealed.clone())
        })
        .await
}

/// Replaces every token in the body by dots.
fn without_tokens(body: Body) -> Body {
    let clean = |text: &str| {
        [OpaqueToken::MAIL, UNSUBSCRIBE_PREFIX, PAY_PREFIX, GIFT_PREFIX].into_iter().fold(
            text.to_owned(),
            |text, prefix| {
                let mut parts = text.split(prefix);
                let mut cleaned = parts.next().unwrap_or_default().to_owned();
                for part in parts {
                    let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                    cleaned.push_str(prefix);
                    cleaned.push('…');
                    cleaned.push_str(part.trim_start_matches(is_token));
                }
                cleaned
            },
        )
    };
    Body {
        text: clean(&body.text),
        html: clean(&body.html),
        links: body.links.iter().map(|link| clean(link)).collect(),
        envelope: Envelope { unsubscribe: None, ..body.envelope },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_on_record_holds_no_token() {
        let token = format!("{}{}", OpaqueToken::MAIL, "aB3-_".repeat(8));
        let link = format!("https://shop.example/reset?token={token}");
        let body = without_tokens(Body {
            text: format!("Open {link} or type {token}."),
            html: format!("<a href=\"{link}\">x</a>"),
            links: vec![link],
            envelope: Envelope {
                unsubscribe: Some("https://x.example/mzu_a".to_owned()),
                ..Envelope::default()
            },
        });
        assert_eq!(body.envelope.unsubscribe, None);
        assert_eq!(body.text, "Open https://shop.example/reset?token=mzm_… or type mzm_….");
        assert_eq!(body.html, "<a href=\"https://shop.example/reset?token=mzm_…\">x</a>");
        assert_eq!(body.links, ["https://shop.example/reset?token=mzm_…"]);
    }
}
