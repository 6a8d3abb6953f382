//! Reading and answering what people write: the shop's side.

use domain::accounts::Email;
use domain::fields::FieldErrors;
use domain::ids::{StaffId, ThreadId};
use domain::messaging::{MessageText, ThreadStatus};
use domain::text::search_pattern;
use store::messaging::threads as rows;
use store::tenants::staff;
use store::{StoreError, Tx, audit as audit_rows, mails as mail_rows};

use super::MessagingError;
use super::threads::{self, Author, MessageEntry, ThreadEntry};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

const TARGET: &str = "thread";

/// Which conversations to list.
#[derive(Clone, Default)]
pub struct ThreadFilter {
    /// Only those of this status.
    pub status: Option<ThreadStatus>,
    /// Only those begun from this address.
    pub email: Option<Email>,
    /// Only those with words that begin so in their subject, name or address.
    pub query: Option<String>,
}

/// A page of the shop's conversations, the newest activity first, and how many there are.
pub async fn threads(
    commerce: &Commerce,
    shop: &Shop,
    filter: ThreadFilter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ThreadEntry>, i64), MessagingError> {
    let search = rows::Search {
        status: filter.status.map(|status| status.as_str().to_owned()),
        email: filter.email.map(|email| email.as_str().to_owned()),
        pattern: filter.query.as_deref().and_then(search_pattern),
        customer: None,
        offset,
        limit,
    };
    let (found, total) = commerce.store().read(shop.id, move |tx| rows::list(tx, &search)).await?;
    Ok((found.into_iter().map(ThreadEntry::of).collect(), total))
}

/// One conversation with its messages.
pub async fn thread(commerce: &Commerce, shop: &Shop, id: ThreadId) -> Result<ThreadEntry, MessagingError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            Ok(ThreadEntry::with_messages(tx, row)?)
        })
        .await
}

/// Answers, and mails the answer.
pub async fn reply(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ThreadId,
    body: MessageText,
) -> Result<MessageEntry, MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let added = commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            // A program writes in the name of the shop.
            let name = match &actor {
                Actor::Staff { name, .. } => name.clone(),
                Actor::AdminKey { .. } | Actor::CommandLine => shop.settings.name.as_str().to_owned(),
            };
            let body = body.as_str();
            let added = threads::add(&handle, tx, &shop, &mut row, Author::Shop, &name, body)?;
            // What was written stands in the conversation; the log does without it.
            let after = serde_json::json!({ "messageId": added.message_id });
            note(&handle, tx, &shop, &actor, "thread.reply", id, None, Some(after))?;
            Ok::<_, MessagingError>(MessageEntry::of(added))
        })
        .await?;
    commerce.wake_jobs();
    Ok(added)
}

/// What to change of a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadChange {
    /// Open or closed.
    pub status: Option<ThreadStatus>,
    /// Who is to answer; an inner `None` is nobody.
    pub assignee: Option<Option<StaffId>>,
    /// Whether the shop has still to read it.
    pub unread: Option<bool>,
}

/// Changes a conversation.
pub async fn change_thread(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ThreadId,
    if_version: Option<i64>,
    change: ThreadChange,
) -> Result<ThreadEntry, MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            if if_version.is_some_and(|version| version != row.version) {
                return Err(MessagingError::Stale);
            }
            let before = ThreadEntry::of(row.clone());
            if let Some(status) = change.status {
                status.as_str().clone_into(&mut row.status);
            }
            if let Some(assignee) = change.assignee {
                if let Some(member) = assignee
                    && staff::find(tx, member)?.is_none()
                {
                    return Err(FieldErrors::one("assigneeId", "Must be the id of a member of staff.").into());
                }
                row.assignee_id = assignee.map(StaffId::to_bytes);
            }
            if let Some(unread) = change.unread {
                row.unread_by_shop = unread;
            }
            row.updated_at = shop.now;
            row.version += 1;
            rows::update(tx, row.clone())?;
            let after = ThreadEntry::with_messages(tx, row)?;
            let (was, is) = (serde_json::to_value(&before).ok(), serde_json::to_value(&after).ok());
            note(&handle, tx, &shop, &actor, "thread.update", id, was, is)?;
            Ok(after)
        })
        .await
}

/// Deletes a conversation, with its mails and what the log says of it.
pub async fn remove_thread(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ThreadId,
) -> Result<(), MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            delete(tx, id)?;
            Ok(note(&handle, tx, &shop, &actor, "thread.delete", id, None, None)?)
        })
        .await
}

/// Deletes a conversation within the caller's transaction.
pub(super) fn delete(tx: &mut Tx<'_>, id: ThreadId) -> Result<(), StoreError> {
    let mails = rows::mails(tx, id)?;
    mail_rows::delete(tx, &mails)?;
    audit_rows::redact(tx, TARGET, &id.to_string())?;
    rows::delete(tx, id)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one audit entry, told apart by their types")]
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    id: ThreadId,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Result<(), StoreError> {
    let change = Change { action, target_kind: TARGET, target_id: id.to_string(), before, after };
    audit::record(commerce, tx, shop.now, actor, change)
}
