//! Conversations, as both sides work on them.

use domain::accounts::Email;
use domain::ids::{CustomerId, MessageId, StaffId, ThreadId};
use domain::messaging::ThreadStatus;
use domain::text::searchable;
use domain::time::Timestamp;
use serde::Serialize;
use store::accounts::customers;
use store::messaging::threads::{self as rows, Message, Thread};
use store::{StoreError, Tx};

use super::{MOST_MESSAGES, MessagingError};
use crate::accounts::email_of;
use crate::mails::{self, Envelope, Letter, Posted};
use crate::{Commerce, Shop};

/// Mails that a mail names as those that it follows: the first and the last ones. Headers have an end.
const MOST_REFERENCES: usize = 20;
/// Conversations in an export, the newest.
const LISTED: i64 = 1000;

/// A conversation as it is shown; `messages` only where it is shown by itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ThreadEntry {
    pub id: ThreadId,
    pub customer_id: Option<CustomerId>,
    pub name: String,
    pub email: String,
    pub subject: String,
    pub topic: Option<String>,
    pub order_ref: Option<String>,
    pub status: String,
    pub assignee_id: Option<StaffId>,
    pub unread_by_shop: bool,
    pub unread_by_customer: bool,
    pub message_count: i64,
    pub created_at: Timestamp,
    pub last_message_at: Timestamp,
    #[serde(skip)]
    pub messages: Vec<MessageEntry>,
    #[serde(skip)]
    pub version: i64,
}

/// A message as it is shown.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MessageEntry {
    pub id: MessageId,
    /// `customer` or `shop`.
    pub author: String,
    pub name: String,
    pub body: String,
    pub created_at: Timestamp,
}

impl ThreadEntry {
    pub(super) fn of(row: Thread) -> Self {
        Self {
            id: row.thread_id,
            customer_id: row.customer_id.and_then(|id| id.try_into().ok()),
            name: row.name,
            email: row.email,
            subject: row.subject,
            topic: row.topic,
            order_ref: row.order_ref,
            status: row.status,
            assignee_id: row.assignee_id.and_then(|id| id.try_into().ok()),
            unread_by_shop: row.unread_by_shop,
            unread_by_customer: row.unread_by_customer,
            message_count: row.messages,
            created_at: row.created_at,
            last_message_at: row.last_message_at,
            messages: Vec::new(),
            version: row.version,
        }
    }

    pub(super) fn with_messages(tx: &mut Tx<'_>, row: Thread) -> Result<Self, StoreError> {
        let messages = rows::messages(tx, row.thread_id)?.into_iter().map(MessageEntry::of).collect();
        Ok(Self { messages, ..Self::of(row) })
    }
}

impl MessageEntry {
    pub(super) fn of(row: Message) -> Self {
        Self {
            id: row.message_id,
            author: row.author,
            name: row.name,
            body: row.body,
            created_at: row.created_at,
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    Customer,
    Shop,
}

impl Author {
    fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Shop => "shop",
        }
    }
}

/// The words by which staff find a conversation.
pub(super) fn words_of(name: &str, email: &str, subject: &str) -> String {
    searchable(&[name, email, subject])
}

/// Adds a message to a conversation and mails it to the other side.
pub(super) fn add(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    thread: &mut Thread,
    author: Author,
    name: &str,
    body: &str,
) -> Result<Message, MessagingError> {
    if usize::try_from(thread.messages).unwrap_or(usize::MAX) >= MOST_MESSAGES {
        return Err(MessagingError::ThreadFull);
    }
    let references = references(tx, thread.thread_id)?;
    let posted = match author {
        Author::Customer => tell_the_shop(commerce, tx, shop, thread, name, body, references)?,
        Author::Shop => Some(tell_the_customer(commerce, tx, shop, thread, body, references)?),
    };
    let (mail_id, mail_ref) = posted.map(|posted| (posted.id.to_bytes(), posted.message_id)).unzip();
    let message = Message {
        message_id: MessageId::new(commerce.chance().uuid(shop.now)),
        thread_id: thread.thread_id,
        author: author.as_str().to_owned(),
        name: name.to_owned(),
        body: body.to_owned(),
        mail_id,
        mail_ref,
        created_at: shop.now,
    };
    rows::add(tx, message.clone())?;
    thread.messages += 1;
    match author {
        // Whoever writes has seen what stood there, and a question opens what was closed.
        Author::Customer => {
            (thread.unread_by_shop, thread.unread_by_customer) = (true, false);
            ThreadStatus::Open.as_str().clone_into(&mut thread.status);
        }
        Author::Shop => (thread.unread_by_shop, thread.unread_by_customer) = (false, true),
    }
    thread.last_message_at = shop.now;
    thread.updated_at = shop.now;
    thread.version += 1;
    rows::update(tx, thread.clone())?;
    Ok(message)
}

fn references(tx: &mut Tx<'_>, thread: ThreadId) -> Result<Vec<String>, StoreError> {
    let mut all: Vec<String> =
        rows::messages(tx, thread)?.into_iter().filter_map(|message| message.mail_ref).collect();
    if all.len() > MOST_REFERENCES {
        all.drain(1..=all.len() - MOST_REFERENCES);
    }
    Ok(all)
}

/// A shop without an address to be written to reads its conversations in the console only.
fn tell_the_shop(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    thread: &Thread,
    name: &str,
    body: &str,
    references: Vec<String>,
) -> Result<Option<Posted>, StoreError> {
    let Some(to) = shop.settings.contact_email.clone() else { return Ok(None) };
    let (sender, customer) = address_of(tx, thread)?;
    let letter = Letter::ContactMessage {
        name: name.to_owned(),
        email: sender.as_str().to_owned(),
        subject: thread.subject.clone(),
        topic: thread.topic.clone(),
        order_ref: thread.order_ref.clone(),
        message: body.to_owned(),
    };
    let envelope = Envelope { reply_to: Some(sender.as_str().to_owned()), references, ..Envelope::default() };
    mails::post_in(commerce, tx, shop, customer, &to, &letter, envelope).map(Some)
}

fn tell_the_customer(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    thread: &Thread,
    body: &str,
    references: Vec<String>,
) -> Result<Posted, StoreError> {
    let (to, customer) = address_of(tx, thread)?;
    let letter = Letter::MessageReply {
        name: thread.name.clone(),
        subject: thread.subject.clone(),
        message: body.to_owned(),
    };
    let envelope = Envelope { references, ..Envelope::default() };
    mails::post_in(commerce, tx, shop, customer, &to, &letter, envelope)
}

/// Where the person of a conversation is reached: a customer where their account says, anybody else where they said.
fn address_of(tx: &mut Tx<'_>, thread: &Thread) -> Result<(Email, Option<CustomerId>), StoreError> {
    let id = thread.customer_id.clone().and_then(|id| CustomerId::try_from(id).ok());
    if let Some(id) = id
        && let Some(customer) = customers::find(tx, id)?.filter(|row| row.email.is_some())
    {
        return Ok((email_of(&customer)?, Some(id)));
    }
    let email = Email::parse(&thread.email)
        .map_err(|_| StoreError::Broken(format!("the address of thread {}", thread.thread_id)))?;
    Ok((email, id))
}

/// A conversation in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedThread {
    pub subject: String,
    pub topic: Option<String>,
    pub order_ref: Option<String>,
    pub status: String,
    pub name: String,
    pub email: String,
    pub created_at: Timestamp,
    pub messages: Vec<ExportedMessage>,
}

/// A message in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedMessage {
    pub author: String,
    pub name: String,
    pub body: String,
    pub created_at: Timestamp,
}

pub(crate) fn exported(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<ExportedThread>, StoreError> {
    let search = rows::Search { customer: Some(customer), limit: LISTED, ..rows::Search::default() };
    let (threads, _) = rows::list(tx, &search)?;
    threads
        .into_iter()
        .map(|row| {
            let messages = rows::messages(tx, row.thread_id)?
                .into_iter()
                .map(|message| ExportedMessage {
                    author: message.author,
                    name: message.name,
                    body: message.body,
                    created_at: message.created_at,
                })
                .collect();
            Ok(ExportedThread {
                subject: row.subject,
                topic: row.topic,
                order_ref: row.order_ref,
                status: row.status,
                name: row.name,
                email: row.email,
                created_at: row.created_at,
                messages,
            })
        })
        .collect()
}
