//! Single-use tokens that went out by mail. Rule: a token is found by its hash **and** its purpose.

use diesel::prelude::*;
use domain::ids::CustomerId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::mail_tokens;
use crate::tx::Tx;

/// A token that a mail carries.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MailToken {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    /// What it is good for; one word per use case.
    pub purpose: String,
    /// The address it was sent to.
    pub email: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub expires_at: Timestamp,
    /// The registration that it brings into force.
    pub registration_id: Option<Vec<u8>>,
}

/// Keeps a token that is about to be mailed.
pub fn insert(tx: &mut Tx<'_>, token: MailToken) -> Result<(), StoreError> {
    tx.insert(mail_tokens::table, token)
}

/// The token with this hash.
pub fn find(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<MailToken>, StoreError> {
    tx.from(mail_tokens::table)
        .with(|all| all.filter(mail_tokens::token_hash.eq(hash.to_vec())).select(MailToken::as_select()))
        .one()
}

/// When the customer was last sent a token for this purpose.
pub fn last_sent(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    purpose: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let last = tx
        .from(mail_tokens::table)
        .with(|all| {
            all.filter(mail_tokens::customer_id.eq(customer.to_bytes()))
                .filter(mail_tokens::purpose.eq(purpose))
                .order(mail_tokens::created_at.desc())
                .limit(1)
                .select(mail_tokens::created_at)
        })
        .one::<i64>()?;
    Ok(last.map(Timestamp::from_micros))
}

/// Withdraws the customer's tokens for these purposes (all of them where none is named).
pub fn delete_all(tx: &mut Tx<'_>, customer: CustomerId, purposes: &[&str]) -> Result<usize, StoreError> {
    let mine =
        tx.from(mail_tokens::table).with(|all| all.filter(mail_tokens::customer_id.eq(customer.to_bytes())));
    if purposes.is_empty() {
        return mine.delete();
    }
    let mut deleted = 0;
    for purpose in purposes {
        deleted += tx
            .from(mail_tokens::table)
            .with(|all| {
                all.filter(mail_tokens::customer_id.eq(customer.to_bytes()))
                    .filter(mail_tokens::purpose.eq(*purpose))
            })
            .delete()?;
    }
    Ok(deleted)
}

/// Forgets the tokens that expired before `now`.
pub fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    tx.from(mail_tokens::table).with(|all| all.filter(mail_tokens::expires_at.lt(now.as_micros()))).delete()
}
