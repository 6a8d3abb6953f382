//! Conversations between people and the shop, and their messages.

use diesel::prelude::*;
use domain::ids::{CustomerId, MailId, MessageId, StaffId, ThreadId};
use domain::time::Timestamp;

use crate::columns::{Flag, Micros};
use crate::error::StoreError;
use crate::schema::{messages, threads};
use crate::tx::{Tx, exactly_one};

/// One conversation.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = threads, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Thread {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub thread_id: ThreadId,
    /// The customer whose it is; absent while nobody has proved the address.
    pub customer_id: Option<Vec<u8>>,
    pub name: String,
    pub email: String,
    pub subject: String,
    pub topic: Option<String>,
    pub order_ref: Option<String>,
    /// `open` or `closed`.
    pub status: String,
    pub assignee_id: Option<Vec<u8>>,
    /// The words by which it is found, folded.
    pub search: String,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub unread_by_shop: bool,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub unread_by_customer: bool,
    /// How many messages it has.
    pub messages: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub last_message_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// One message of a conversation.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Message {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub message_id: MessageId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub thread_id: ThreadId,
    /// `customer` or `shop`.
    pub author: String,
    pub name: String,
    pub body: String,
    /// The mail that carried it, so that both go together.
    pub mail_id: Option<Vec<u8>>,
    /// The Message-ID of that mail, for the mails that follow it.
    pub mail_ref: Option<String>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Which conversations to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only those of this status.
    pub status: Option<String>,
    /// Only those with exactly this (normalised) address.
    pub email: Option<String>,
    /// Only those whose folded words match this pattern of `LIKE`, escaped by `\`.
    pub pattern: Option<String>,
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Rows to pass over.
    pub offset: i64,
    /// Rows to give at the most.
    pub limit: i64,
}

/// A page of conversations, the newest activity first, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, search: &Search) -> Result<(Vec<Thread>, i64), StoreError> {
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching = $all.into_boxed();
            if let Some(status) = search.status.clone() {
                matching = matching.filter(threads::status.eq(status));
            }
            if let Some(email) = search.email.clone() {
                matching = matching.filter(threads::email.eq(email));
            }
            if let Some(pattern) = search.pattern.clone() {
                matching = matching.filter(threads::search.like(pattern).escape('\\'));
            }
            if let Some(customer) = search.customer {
                matching = matching.filter(threads::customer_id.eq(Some(customer.to_bytes())));
            }
            matching
        }};
    }
    let total = tx.from(threads::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(threads::table)
        .with(|all| {
            matching!(all)
                .order((threads::last_message_at.desc(), threads::thread_id.desc()))
                .offset(search.offset)
                .limit(search.limit)
                .select(Thread::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// The conversation with this id.
pub fn find(tx: &mut Tx<'_>, id: ThreadId) -> Result<Option<Thread>, StoreError> {
    tx.from(threads::table)
        .with(|all| all.filter(threads::thread_id.eq(id.to_bytes())).select(Thread::as_select()))
        .one()
}

/// Begins a conversation.
pub fn insert(tx: &mut Tx<'_>, thread: Thread) -> Result<(), StoreError> {
    tx.insert(threads::table, thread)
}

/// Writes a conversation's row anew.
pub fn update(tx: &mut Tx<'_>, thread: Thread) -> Result<(), StoreError> {
    let id = thread.thread_id.to_bytes();
    exactly_one(tx.from(threads::table).with(|all| all.filter(threads::thread_id.eq(id))).update(thread)?)
}

/// Adds a message. The caller writes its thread anew.
pub fn add(tx: &mut Tx<'_>, message: Message) -> Result<(), StoreError> {
    tx.insert(messages::table, message)
}

/// The messages of a conversation, the first one first. Their number is limited where they are added.
pub fn messages(tx: &mut Tx<'_>, id: ThreadId) -> Result<Vec<Message>, StoreError> {
    tx.from(messages::table)
        .with(|all| {
            all.filter(messages::thread_id.eq(id.to_bytes()))
                .order((messages::created_at.asc(), messages::message_id.asc()))
                .select(Message::as_select())
        })
        .all()
}

/// The ids of the mails that carried the messages of a conversation.
pub fn mails(tx: &mut Tx<'_>, id: ThreadId) -> Result<Vec<MailId>, StoreError> {
    let found = tx
        .from(messages::table)
        .with(|all| {
            all.filter(messages::thread_id.eq(id.to_bytes()))
                .filter(messages::mail_id.is_not_null())
                .select(messages::mail_id)
        })
        .all::<Option<Vec<u8>>>()?;
    found
        .into_iter()
        .flatten()
        .map(|id| MailId::try_from(id).map_err(|error| StoreError::Broken(error.to_string())))
        .collect()
}

/// Deletes a conversation with its messages.
pub fn delete(tx: &mut Tx<'_>, id: ThreadId) -> Result<(), StoreError> {
    tx.from(messages::table).with(|all| all.filter(messages::thread_id.eq(id.to_bytes()))).delete()?;
    exactly_one(
        tx.from(threads::table).with(|all| all.filter(threads::thread_id.eq(id.to_bytes()))).delete()?,
    )
}

/// The ids of the customer's conversations.
pub fn ids_of_customer(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<ThreadId>, StoreError> {
    let found = tx
        .from(threads::table)
        .with(|all| all.filter(threads::customer_id.eq(Some(customer.to_bytes()))).select(threads::thread_id))
        .all::<Vec<u8>>()?;
    read_ids(found)
}

/// The ids of the conversations that were begun from this address and are nobody's yet.
pub fn unclaimed(tx: &mut Tx<'_>, email: &str) -> Result<Vec<ThreadId>, StoreError> {
    let found = tx
        .from(threads::table)
        .with(|all| {
            all.filter(threads::email.eq(email))
                .filter(threads::customer_id.is_null())
                .select(threads::thread_id)
        })
        .all::<Vec<u8>>()?;
    read_ids(found)
}

fn read_ids(found: Vec<Vec<u8>>) -> Result<Vec<ThreadId>, StoreError> {
    found
        .into_iter()
        .map(|id| ThreadId::try_from(id).map_err(|error| StoreError::Broken(error.to_string())))
        .collect()
}

/// Gives a conversation to a customer.
pub fn give(tx: &mut Tx<'_>, id: ThreadId, to: CustomerId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(threads::table)
            .with(|all| all.filter(threads::thread_id.eq(id.to_bytes())))
            .update(threads::customer_id.eq(Some(to.to_bytes())))?,
    )
}

/// Takes a member of staff off the conversations that are theirs to answer.
pub fn unassign(tx: &mut Tx<'_>, staff: StaffId) -> Result<usize, StoreError> {
    tx.from(threads::table)
        .with(|all| all.filter(threads::assignee_id.eq(Some(staff.to_bytes()))))
        .update((threads::assignee_id.eq(None::<Vec<u8>>), threads::version.eq(threads::version + 1)))
}
