//! Sending one mail. Rule: once it has left, what stays on record holds no working token, unless the shop is in test
//! mode, where the outbox is what tests read.

use domain::ids::{MailId, TenantId};
use gateways::mail::{MailError, Message};
use store::{StoreError, mails};

use super::{Body, outbox, seal_context, status};
use crate::jobs::JobError;
use crate::secrets::OpaqueToken;
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
    let message = Message {
        id: id.uuid(),
        date: system_now,
        from_name: shop.settings.name.as_str().to_owned(),
        from: sender(commerce, &shop),
        to: row.recipient.clone(),
        reply_to: shop.settings.contact_email.as_ref().map(|email| email.as_str().to_owned()),
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
        let mut parts = text.split(OpaqueToken::MAIL);
        let mut cleaned = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            cleaned.push_str(OpaqueToken::MAIL);
            cleaned.push('…');
            cleaned.push_str(rest);
        }
        cleaned
    };
    Body {
        text: clean(&body.text),
        html: clean(&body.html),
        links: body.links.iter().map(|link| clean(link)).collect(),
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
        });
        assert_eq!(body.text, "Open https://shop.example/reset?token=mzm_… or type mzm_….");
        assert_eq!(body.html, "<a href=\"https://shop.example/reset?token=mzm_…\">x</a>");
        assert_eq!(body.links, ["https://shop.example/reset?token=mzm_…"]);
    }
}
