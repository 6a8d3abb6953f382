//! The outbox. Rule: a mail is written in the transaction that causes it, and sent by a job after that has committed.

//! The outbox. Rule: a mail is written in the transaction that causes it, and sent by a job after that has committed.

mod editing;
mod letters;
mod outbox;
mod sending;
mod templates;

pub use editing::{
    PartsChange, TemplateEntry, TemplateError, TemplateVariable, change_template, preview_template,
    reset_template, template, templates,
};
pub use letters::{Letter, OrderFacts, OrderOccasion, Standing, SubscriptionFacts, SubscriptionOccasion};
pub use outbox::{OutboxMail, find, list};
pub(crate) use sending::send;

use domain::accounts::Email;
use domain::ids::{CustomerId, MailId};
use domain::messaging::TemplateSource;
use serde::{Deserialize, Serialize};
use store::mails::{self, Mail};
use store::messaging::templates as template_rows;
use store::{StoreError, Tx};

use self::templates::{Own, Written};
use crate::{Commerce, Shop, jobs};

/// What a stored mail's sealed body holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) links: Vec<String>,
    #[serde(default)]
    pub(crate) envelope: Envelope,
}

/// What a mail's headers say beyond those that every mail has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope {
    /// Whom an answer goes to, instead of the shop's address for it.
    pub(crate) reply_to: Option<String>,
    /// The Message-IDs of the mails that it follows, the first one first.
    pub(crate) references: Vec<String>,
    /// Its own Message-ID; made from its id where there is none.
    pub(crate) message_id: Option<String>,
    /// The page for wanting no more; only marketing mail has one.
    pub(crate) unsubscribe: Option<String>,
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

/// A mail that was put in the outbox.
pub(crate) struct Posted {
    pub(crate) id: MailId,
    /// Its Message-ID, for the mails that follow it.
    pub(crate) message_id: String,
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
    post_in(commerce, tx, shop, customer, to, letter, Envelope::default()).map(drop)
}

/// As [`post`], with headers of its own.
pub(crate) fn post_in(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: Option<CustomerId>,
    to: &Email,
    letter: &Letter,
    envelope: Envelope,
) -> Result<Posted, StoreError> {
    let id = MailId::new(commerce.chance().uuid(shop.now));
    let message_id = sending::message_id(commerce, shop, id);
    let Written { subject, text, html } = write(tx, shop, letter)?;
    let envelope = Envelope { message_id: Some(message_id.clone()), ..envelope };
    let body = Body { text, html, links: letter.links(), envelope };
    let body = serde_json::to_vec(&body).map_err(|error| StoreError::Broken(error.to_string()))?;
    let goes_out = commerce.mailer().sends();
    mails::insert(
        tx,
        Mail {
            mail_id: id,
            customer_id: customer.map(CustomerId::to_bytes),
            recipient: to.as_str().to_owned(),
            subject,
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
    Ok(Posted { id, message_id })
}

/// Writes a letter with the shop's own templates. Where they fail, the built-in ones are used: a mail too plain is better
/// than none, and staff see why.
fn write(tx: &mut Tx<'_>, shop: &Shop, letter: &Letter) -> Result<Written, StoreError> {
    let row = template_rows::find(tx, letter.template())?;
    if let Some(row) = row.filter(editing::is_customised) {
        match own_parts(&row)
            .and_then(|own| templates::write(letter, shop, &own).map_err(|unwritable| unwritable.to_string()))
        {
            Ok(written) => return Ok(written),
            Err(reason) => {
                tracing::warn!(
                    tenant.id = %shop.id, template = letter.template(), reason,
                    "a shop's mail template failed, and the built-in one was used"
                );
                template_rows::note_failure(tx, letter.template(), &reason, shop.now)?;
            }
        }
    }
    templates::write(letter, shop, &Own::default())
        .map_err(|error| StoreError::Broken(format!("a built-in mail template: {error}")))
}

/// The shop's parts as they are stored. They were checked when they were saved, perhaps by an older release.
fn own_parts(row: &template_rows::Template) -> Result<Own, String> {
    let read = |source: &Option<String>| {
        source.as_deref().map(TemplateSource::parse).transpose().map_err(|fault| fault.to_string())
    };
    Ok(Own { subject: read(&row.subject)?, html: read(&row.html)?, text: read(&row.text)? })
}
