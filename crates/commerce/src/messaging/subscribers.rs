//! The newsletter's list as staff keep it.

use domain::accounts::{Email, PersonName};
use domain::ids::SubscriberId;
use domain::messaging::{SubscriberStatus, Topics};
use domain::text::search_pattern;
use domain::time::Timestamp;
use serde::Serialize;
use store::messaging::subscribers::{self as rows, Subscriber};
use store::messaging::suppressions as suppression_rows;
use store::{StoreError, Tx};

use super::MessagingError;
use super::consent::{self, Reason, Source, Yes};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

pub(super) const TARGET: &str = "subscriber";

/// A subscriber as staff see them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriberEntry {
    pub id: SubscriberId,
    pub email: String,
    pub first_name: Option<String>,
    pub topics: Vec<String>,
    pub status: String,
    pub source: String,
    pub created_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub version: i64,
}

impl SubscriberEntry {
    fn of(row: Subscriber) -> Self {
        Self {
            id: row.subscriber_id,
            email: row.email,
            first_name: row.first_name,
            topics: Topics::from_stored(&row.topics).words().to_vec(),
            status: row.status,
            source: row.source,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// Which subscribers to list.
#[derive(Clone, Debug, Default)]
pub struct SubscriberFilter {
    /// Only those of this status.
    pub status: Option<SubscriberStatus>,
    /// Only those who chose this topic.
    pub topic: Option<String>,
    /// Only those whose name or address begins so.
    pub query: Option<String>,
}

impl SubscriberFilter {
    fn search(&self) -> rows::Search {
        rows::Search {
            status: self.status.map(|status| status.as_str().to_owned()),
            topic: self.topic.clone(),
            pattern: self.query.as_deref().and_then(search_pattern),
        }
    }
}

/// A page of the list, the newest first, and how many there are.
pub async fn subscribers(
    commerce: &Commerce,
    shop: &Shop,
    filter: SubscriberFilter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<SubscriberEntry>, i64), MessagingError> {
    let search = filter.search();
    let (found, total) =
        commerce.store().read(shop.id, move |tx| rows::list(tx, &search, offset, limit)).await?;
    Ok((found.into_iter().map(SubscriberEntry::of).collect(), total))
}

/// The next of the list after an address, in the order of addresses: for writing out all of it in steps.
pub async fn subscribers_after(
    commerce: &Commerce,
    shop: &Shop,
    filter: &SubscriberFilter,
    email: String,
    limit: i64,
) -> Result<Vec<SubscriberEntry>, MessagingError> {
    let search = filter.search();
    let found = commerce.store().read(shop.id, move |tx| rows::after(tx, &search, &email, limit)).await?;
    Ok(found.into_iter().map(SubscriberEntry::of).collect())
}

/// One subscriber.
pub async fn subscriber(
    commerce: &Commerce,
    shop: &Shop,
    id: SubscriberId,
) -> Result<SubscriberEntry, MessagingError> {
    commerce
        .store()
        .read(shop.id, move |tx| rows::find(tx, id)?.map(SubscriberEntry::of).ok_or(MessagingError::NotFound))
        .await
}

/// Somebody to put on the list.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct NewSubscriber {
    pub email: Email,
    pub first_name: Option<PersonName>,
    pub topics: Topics,
}

/// Puts somebody on the list; staff vouch for their consent. Whoever has said no stays off it.
pub async fn add_subscriber(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    new: NewSubscriber,
) -> Result<SubscriberEntry, MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let email = new.email.as_str();
            if consent::is_suppressed(&handle, tx, email)? {
                return Err(MessagingError::Suppressed);
            }
            let known = rows::find_by_email(tx, email)?;
            if known.is_some_and(|row| row.status == SubscriberStatus::Confirmed.as_str()) {
                return Err(MessagingError::AlreadySubscribed);
            }
            let yes = Yes {
                email,
                first_name: new.first_name.as_ref().map(PersonName::as_str),
                topics: Some(new.topics.clone()),
                source: Source::Staff,
            };
            let entry = SubscriberEntry::of(consent::agree(&handle, tx, &shop, yes)?);
            consent::tell_account(tx, &shop, email, true)?;
            note(&handle, tx, &shop, &actor, "subscriber.add", entry.id, None, Some(&entry))?;
            Ok(entry)
        })
        .await
}

/// What to change of a subscriber.
#[derive(Clone, Default)]
pub struct SubscriberChange {
    /// An inner `None` removes it.
    pub first_name: Option<Option<PersonName>>,
    /// All that they hear of.
    pub topics: Option<Topics>,
    /// Whether they are to be unsubscribed.
    pub unsubscribe: bool,
}

/// Changes a subscriber.
pub async fn change_subscriber(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: SubscriberId,
    if_version: Option<i64>,
    change: SubscriberChange,
) -> Result<SubscriberEntry, MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            if if_version.is_some_and(|version| version != row.version) {
                return Err(MessagingError::Stale);
            }
            let before = SubscriberEntry::of(row.clone());
            if let Some(first_name) = &change.first_name {
                row.first_name = first_name.as_ref().map(|name| name.as_str().to_owned());
            }
            if let Some(topics) = &change.topics {
                row.topics = topics.to_stored();
            }
            consent::touch(&mut row, shop.now);
            rows::update(tx, row.clone())?;
            if change.unsubscribe {
                consent::withdraw(&handle, tx, &shop, &row.email, Reason::Staff)?;
                row = rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            }
            let after = SubscriberEntry::of(row);
            note(&handle, tx, &shop, &actor, "subscriber.update", id, Some(&before), Some(&after))?;
            Ok(after)
        })
        .await
}

/// Takes somebody off the list without a trace. That they want no more is not said thereby.
pub async fn remove_subscriber(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: SubscriberId,
) -> Result<(), MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(MessagingError::NotFound)?;
            consent::forget_address(tx, &row.email)?;
            consent::tell_account(tx, &shop, &row.email, false)?;
            Ok(note(&handle, tx, &shop, &actor, "subscriber.delete", id, None, None)?)
        })
        .await
}

/// How many addresses get no marketing mail.
pub async fn suppressions(commerce: &Commerce, shop: &Shop) -> Result<i64, MessagingError> {
    Ok(commerce.store().read(shop.id, suppression_rows::count).await?)
}

/// Notes that an address wants no marketing mail: somebody said so in a way that no program hears.
pub async fn suppress(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    email: Email,
) -> Result<(), MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = rows::find_by_email(tx, email.as_str())?;
            consent::withdraw(&handle, tx, &shop, email.as_str(), Reason::Staff)?;
            // Without a subscriber there is nothing to call it by but the address, which the log is not to hold.
            let target = row.map_or_else(|| "-".to_owned(), |row| row.subscriber_id.to_string());
            let change = Change {
                action: "subscriber.suppress",
                target_kind: TARGET,
                target_id: target,
                before: None,
                after: None,
            };
            Ok(audit::record(&handle, tx, shop.now, &actor, change)?)
        })
        .await
}

#[expect(clippy::too_many_arguments, reason = "the parts of one audit entry, told apart by their types")]
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    id: SubscriberId,
    before: Option<&SubscriberEntry>,
    after: Option<&SubscriberEntry>,
) -> Result<(), StoreError> {
    let json = |entry: Option<&SubscriberEntry>| entry.and_then(|entry| serde_json::to_value(entry).ok());
    let change = Change {
        action,
        target_kind: TARGET,
        target_id: id.to_string(),
        before: json(before),
        after: json(after),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
