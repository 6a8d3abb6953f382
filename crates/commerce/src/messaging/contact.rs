//! Writing to the shop, and what became of it: the customer's side.
//!
//! A guest's conversation belongs to the customer who has proved its address, at once or when they prove it. Who wrote it
//! is not proved thereby; but answers to it go to that address in any case.

use domain::accounts::{Email, PersonName};
use domain::ids::{CustomerId, ThreadId};
use domain::messaging::{MessageText, SubjectLine, ThreadStatus};
use store::accounts::customers;
use store::messaging::threads::{self as rows, Thread};
use store::{StoreError, Tx, mails as mail_rows};

use super::threads::{self, Author, MessageEntry, ThreadEntry, words_of};
use super::{MessagingError, desk};
use crate::accounts::{Shopper, SignedIn, present};
use crate::{Commerce, Shop};

/// A message to the shop.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct NewMessage {
    /// Who writes; for a signed-in customer their account says it.
    pub sender: Option<(PersonName, Email)>,
    pub subject: Option<SubjectLine>,
    pub message: MessageText,
    pub topic: Option<String>,
    pub order_ref: Option<String>,
}

/// Begins a conversation with the shop and mails it there.
pub async fn write_message(
    commerce: &Commerce,
    shopper: &Shopper,
    new: NewMessage,
) -> Result<(), MessagingError> {
    let (handle, shopper) = (commerce.clone(), shopper.clone());
    let shop = shopper.shop.clone();
    commerce
        .store()
        .write(shop.id, move |tx| {
            let (name, email, customer) = sender(tx, &shopper, &new)?;
            let subject = new.subject.clone().unwrap_or_else(|| SubjectLine::of(&new.message));
            let mut thread = Thread {
                thread_id: ThreadId::new(handle.chance().uuid(shop.now)),
                customer_id: customer.map(CustomerId::to_bytes),
                search: words_of(&name, &email, subject.as_str()),
                name,
                email,
                subject: subject.as_str().to_owned(),
                topic: new.topic.clone(),
                order_ref: new.order_ref.clone(),
                status: ThreadStatus::Open.as_str().to_owned(),
                assignee_id: None,
                unread_by_shop: true,
                unread_by_customer: false,
                messages: 0,
                created_at: shop.now,
                last_message_at: shop.now,
                updated_at: shop.now,
                version: 0,
            };
            rows::insert(tx, thread.clone())?;
            let name = thread.name.clone();
            let body = new.message.as_str();
            threads::add(&handle, tx, &shop, &mut thread, Author::Customer, &name, body)?;
            Ok::<_, MessagingError>(())
        })
        .await?;
    commerce.wake_jobs();
    Ok(())
}

/// The name and address of whoever writes, and the customer whose conversation it is.
fn sender(
    tx: &mut Tx<'_>,
    shopper: &Shopper,
    new: &NewMessage,
) -> Result<(String, String, Option<CustomerId>), MessagingError> {
    if let Some(who) = &shopper.customer {
        let row = present(tx, who.customer)?;
        let name = format!("{} {}", row.first_name, row.last_name);
        return Ok((name, row.email.unwrap_or_default(), Some(who.customer)));
    }
    let Some((name, email)) = &new.sender else { return Err(MessagingError::NotFound) };
    let owner =
        customers::find_by_email(tx, email.as_str())?.filter(|owner| owner.email_verified_at.is_some());
    Ok((name.as_str().to_owned(), email.as_str().to_owned(), owner.map(|owner| owner.customer_id)))
}

/// A page of the customer's conversations, the newest activity first, and how many there are.
pub async fn own_threads(
    commerce: &Commerce,
    who: &SignedIn,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ThreadEntry>, i64), MessagingError> {
    let search = rows::Search { customer: Some(who.customer), offset, limit, ..rows::Search::default() };
    let (found, total) = commerce.store().read(who.tenant, move |tx| rows::list(tx, &search)).await?;
    Ok((found.into_iter().map(ThreadEntry::of).collect(), total))
}

/// One of the customer's conversations with its messages. Reading it is noted.
pub async fn own_thread(
    commerce: &Commerce,
    who: &SignedIn,
    id: ThreadId,
) -> Result<ThreadEntry, MessagingError> {
    let customer = who.customer;
    let entry = commerce
        .store()
        .read(who.tenant, move |tx| {
            let row = find_own(tx, customer, id)?;
            Ok::<_, MessagingError>(ThreadEntry::with_messages(tx, row)?)
        })
        .await?;
    if entry.unread_by_customer {
        let read_at = entry.last_message_at;
        commerce
            .store()
            .write(who.tenant, move |tx| {
                let mut row = find_own(tx, customer, id)?;
                // An answer that came meanwhile was not read.
                if row.last_message_at == read_at {
                    row.unread_by_customer = false;
                    rows::update(tx, row)?;
                }
                Ok::<_, MessagingError>(())
            })
            .await?;
    }
    Ok(entry)
}

/// Adds a message to one of the customer's conversations.
pub async fn add_message(
    commerce: &Commerce,
    who: &SignedIn,
    id: ThreadId,
    message: MessageText,
) -> Result<MessageEntry, MessagingError> {
    let (handle, who, system_now) = (commerce.clone(), who.clone(), commerce.system_now());
    let added = commerce
        .store()
        .write(who.tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let row = present(tx, who.customer)?;
            let mut thread = find_own(tx, who.customer, id)?;
            let name = format!("{} {}", row.first_name, row.last_name);
            let body = message.as_str();
            let added = threads::add(&handle, tx, &shop, &mut thread, Author::Customer, &name, body)?;
            Ok::<_, MessagingError>(MessageEntry::of(added))
        })
        .await?;
    commerce.wake_jobs();
    Ok(added)
}

fn find_own(tx: &mut Tx<'_>, customer: CustomerId, id: ThreadId) -> Result<Thread, MessagingError> {
    let owner = Some(customer.to_bytes());
    rows::find(tx, id)?.filter(|row| row.customer_id == owner).ok_or(MessagingError::NotFound)
}

/// Gives the conversations that were begun from an address, and are nobody's, to the customer who has proved it.
pub(super) fn claim(tx: &mut Tx<'_>, email: &str, customer: CustomerId) -> Result<(), StoreError> {
    for id in rows::unclaimed(tx, email)? {
        give(tx, id, customer)?;
    }
    Ok(())
}

/// Gives all conversations of one customer to another.
pub(super) fn give_all(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<(), StoreError> {
    for id in rows::ids_of_customer(tx, from)? {
        give(tx, id, to)?;
    }
    Ok(())
}

fn give(tx: &mut Tx<'_>, id: ThreadId, to: CustomerId) -> Result<(), StoreError> {
    rows::give(tx, id, to)?;
    let mails = rows::mails(tx, id)?;
    mail_rows::give(tx, &mails, to).map(drop)
}

/// Deletes all conversations of a customer, with their mails and what the log says of them.
pub(super) fn delete_all(tx: &mut Tx<'_>, customer: CustomerId) -> Result<(), StoreError> {
    for id in rows::ids_of_customer(tx, customer)? {
        desk::delete(tx, id)?;
    }
    Ok(())
}
