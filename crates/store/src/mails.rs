//! The outbox: every mail, written in the transaction that causes it.

use diesel::prelude::*;
use domain::ids::{CustomerId, MailId};
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::mails;
use crate::tx::{Tx, exactly_one};

/// One mail.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Mail {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub mail_id: MailId,
    /// The customer it concerns, so that erasing them erases it.
    pub customer_id: Option<Vec<u8>>,
    pub recipient: String,
    pub subject: String,
    pub template: String,
    /// Text, HTML and links, sealed: they hold tokens.
    pub body: Vec<u8>,
    pub status: String,
    pub last_error: Option<String>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub sent_at: Option<Timestamp>,
}

/// Puts a mail in the outbox.
pub fn insert(tx: &mut Tx<'_>, mail: Mail) -> Result<(), StoreError> {
    tx.insert(mails::table, mail)
}

/// The mail with this id.
pub fn find(tx: &mut Tx<'_>, id: MailId) -> Result<Option<Mail>, StoreError> {
    tx.from(mails::table)
        .with(|all| all.filter(mails::mail_id.eq(id.to_bytes())).select(Mail::as_select()))
        .one()
}

/// A page of the shop's mails, newest first, and how many there are.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<Mail>, i64), StoreError> {
    let total = tx.from(mails::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(mails::table)
        .with(|all| {
            all.order((mails::created_at.desc(), mails::mail_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(Mail::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// The customer's mails, newest first.
pub fn list_of_customer(tx: &mut Tx<'_>, customer: CustomerId, limit: i64) -> Result<Vec<Mail>, StoreError> {
    tx.from(mails::table)
        .with(|all| {
            all.filter(mails::customer_id.eq(Some(customer.to_bytes())))
                .order((mails::created_at.desc(), mails::mail_id.desc()))
                .limit(limit)
                .select(Mail::as_select())
        })
        .all()
}

/// Notes what became of a mail, with the body that stays on record.
pub fn set_status(
    tx: &mut Tx<'_>,
    id: MailId,
    status: &str,
    error: Option<&str>,
    sent_at: Option<Timestamp>,
    body: Vec<u8>,
) -> Result<(), StoreError> {
    exactly_one(tx.from(mails::table).with(|all| all.filter(mails::mail_id.eq(id.to_bytes()))).update((
        mails::status.eq(status.to_owned()),
        mails::last_error.eq(error.map(ToOwned::to_owned)),
        mails::sent_at.eq(sent_at.map(Timestamp::as_micros)),
        mails::body.eq(body),
    ))?)
}

/// Deletes the customer's mails (erasure); tells how many there were.
pub fn delete_of_customer(tx: &mut Tx<'_>, customer: CustomerId) -> Result<usize, StoreError> {
    tx.from(mails::table).with(|all| all.filter(mails::customer_id.eq(Some(customer.to_bytes())))).delete()
}

/// Gives mails to a customer, so that erasing them erases the mails.
pub fn give(tx: &mut Tx<'_>, ids: &[MailId], to: CustomerId) -> Result<usize, StoreError> {
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(mails::table)
        .with(|all| all.filter(mails::mail_id.eq_any(ids)))
        .update(mails::customer_id.eq(Some(to.to_bytes())))
}

/// Deletes these mails; tells how many there were.
pub fn delete(tx: &mut Tx<'_>, ids: &[MailId]) -> Result<usize, StoreError> {
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(mails::table).with(|all| all.filter(mails::mail_id.eq_any(ids))).delete()
}

/// Deletes the mails to an address (erasure); tells how many there were.
pub fn delete_to(tx: &mut Tx<'_>, recipient: &str) -> Result<usize, StoreError> {
    tx.from(mails::table).with(|all| all.filter(mails::recipient.eq(recipient.to_owned()))).delete()
}

/// Deletes the mails written before `then`; tells how many there were.
pub fn delete_older(tx: &mut Tx<'_>, then: Timestamp) -> Result<usize, StoreError> {
    tx.from(mails::table).with(|all| all.filter(mails::created_at.lt(then.as_micros()))).delete()
}
