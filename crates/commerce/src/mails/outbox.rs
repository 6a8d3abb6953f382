//! Looking into the outbox.

use domain::ids::MailId;
use domain::time::Timestamp;
use serde::Serialize;
use store::mails::Mail;
use store::{StoreError, mails};

use super::{Body, seal_context};
use crate::{Commerce, Shop};

/// A mail as staff see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct OutboxMail {
    pub id: MailId,
    pub to: String,
    pub subject: String,
    pub template: String,
    pub links: Vec<String>,
    pub text: String,
    pub html: String,
    pub status: String,
    pub error: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

/// A page of the shop's mails, newest first, and how many there are.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<OutboxMail>, i64), StoreError> {
    let (rows, total) = commerce.store().read(shop.id, move |tx| mails::list(tx, offset, limit)).await?;
    Ok((rows.into_iter().map(|row| shown(commerce, row)).collect::<Result<_, _>>()?, total))
}

/// One mail.
pub async fn find(commerce: &Commerce, shop: &Shop, id: MailId) -> Result<Option<OutboxMail>, StoreError> {
    let row = commerce.store().read(shop.id, move |tx| mails::find(tx, id)).await?;
    row.map(|row| shown(commerce, row)).transpose()
}

pub(crate) fn open(commerce: &Commerce, row: &Mail) -> Result<Body, StoreError> {
    let plain = commerce
        .secrets()
        .open(&seal_context(row.mail_id), &row.body)
        .map_err(|error| StoreError::Broken(error.to_string()))?;
    serde_json::from_slice(&plain).map_err(|error| StoreError::Broken(error.to_string()))
}

pub(crate) fn shown(commerce: &Commerce, row: Mail) -> Result<OutboxMail, StoreError> {
    let body = open(commerce, &row)?;
    Ok(OutboxMail {
        id: row.mail_id,
        to: row.recipient,
        subject: row.subject,
        template: row.template,
        links: body.links,
        text: body.text,
        html: body.html,
        status: row.status,
        error: row.last_error,
        created_at: row.created_at,
        sent_at: row.sent_at,
    })
}
