//! The outbox. Rule: a mail is written in the transaction that causes it, and sent by a job after that has committed.

mod letters;
mod outbox;
mod sending;

pub use letters::Letter;
pub use outbox::{OutboxMail, find, list};
pub(crate) use sending::send;

use domain::accounts::Email;
use domain::ids::{CustomerId, MailId};
use serde::{Deserialize, Serialize};
use store::mails::{self, Mail};
use store::{StoreError, Tx};

use crate::{Commerce, Shop, jobs};

/// What a stored mail's sealed body holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) links: Vec<String>,
}

/// A mail's states: `kept` in the outbox because no mail server is set, `queued`, `sent`, `failed`.
pub(crate) mod status {
    pub(crate) const KEPT: &str = "kept";
    pub(crate) const QUEUED: &str = "queued";
    pub(crate) const SENT: &str = "sent";
    pub(crate) const FAILED: &str = "failed";
}

pub(crate) fn seal_context(id: MailId) -> String {
    format!("mail {id}")
}

/// Puts a letter in the outbox. The caller calls [`Commerce::wake_jobs`] after its transaction, so that it leaves soon.
pub(crate) fn post(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: Option<CustomerId>,
    to: &Email,
    letter: &Letter,
) -> Result<(), StoreError> {
    let id = MailId::new(commerce.chance().uuid(shop.now));
    let written =
        letter.write(shop).map_err(|error| StoreError::Broken(format!("a mail template: {error:#}")))?;
    let body = serde_json::to_vec(&written.body).map_err(|error| StoreError::Broken(error.to_string()))?;
    let goes_out = commerce.mailer().sends();
    mails::insert(
        tx,
        Mail {
            mail_id: id,
            customer_id: customer.map(CustomerId::to_bytes),
            recipient: to.as_str().to_owned(),
            subject: written.subject,
            template: letter.template().to_owned(),
            body: commerce.secrets().seal(commerce.chance(), &seal_context(id), &body),
            status: if goes_out { status::QUEUED } else { status::KEPT }.to_owned(),
            last_error: None,
            created_at: shop.now,
            sent_at: None,
        },
    )?;
    if goes_out {
        jobs::enqueue(commerce, tx, shop.now, jobs::Kind::SendMail(id))?;
    }
    Ok(())
}
