//! Who is on the newsletter's list. An address stands on it once.

use diesel::prelude::*;
use domain::ids::SubscriberId;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::subscribers;
use crate::tx::{Tx, exactly_one};

/// Somebody on the list.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscribers, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Subscriber {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub subscriber_id: SubscriberId,
    pub email: String,
    pub first_name: Option<String>,
    /// With a space before, between and after, so that one of them can be looked for.
    pub topics: String,
    /// `pending`, `confirmed` or `unsubscribed`.
    pub status: String,
    /// How they came to be on the list: `form`, `account` or `staff`.
    pub source: String,
    /// The words by which they are found, folded.
    pub search: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub confirmed_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// Which subscribers to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only those of this status.
    pub status: Option<String>,
    /// Only those of this topic.
    pub topic: Option<String>,
    /// Only those whose folded words match this pattern of `LIKE`, escaped by `\`.
    pub pattern: Option<String>,
}

macro_rules! matching {
    ($all:expr, $search:expr) => {{
        let mut matching = $all.into_boxed();
        if let Some(status) = $search.status.clone() {
            matching = matching.filter(subscribers::status.eq(status));
        }
        if let Some(topic) = &$search.topic {
            // A topic has only letters, digits and hyphens: nothing that means anything in a pattern.
            matching = matching.filter(subscribers::topics.like(format!("% {topic} %")));
        }
        if let Some(pattern) = $search.pattern.clone() {
            matching = matching.filter(subscribers::search.like(pattern).escape('\\'));
        }
        matching
    }};
}

/// A page of the list, the newest first, and how many there are in all.
pub fn list(
    tx: &mut Tx<'_>,
    search: &Search,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Subscriber>, i64), StoreError> {
    let total =
        tx.from(subscribers::table).with(|all| matching!(all, search).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(subscribers::table)
        .with(|all| {
            matching!(all, search)
                .order((subscribers::created_at.desc(), subscribers::subscriber_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(Subscriber::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// The next of the list after this address, in the order of addresses: for going through all of it in steps.
pub fn after(
    tx: &mut Tx<'_>,
    search: &Search,
    email: &str,
    limit: i64,
) -> Result<Vec<Subscriber>, StoreError> {
    tx.from(subscribers::table)
        .with(|all| {
            matching!(all, search)
                .filter(subscribers::email.gt(email.to_owned()))
                .order(subscribers::email.asc())
                .limit(limit)
                .select(Subscriber::as_select())
        })
        .all()
}

/// The subscriber with this id.
pub fn find(tx: &mut Tx<'_>, id: SubscriberId) -> Result<Option<Subscriber>, StoreError> {
    tx.from(subscribers::table)
        .with(|all| all.filter(subscribers::subscriber_id.eq(id.to_bytes())).select(Subscriber::as_select()))
        .one()
}

/// The subscriber with this (normalised) address.
pub fn find_by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<Subscriber>, StoreError> {
    tx.from(subscribers::table)
        .with(|all| all.filter(subscribers::email.eq(email)).select(Subscriber::as_select()))
        .one()
}

/// Puts somebody on the list; [`StoreError::Duplicate`] where the address stands on it.
pub fn insert(tx: &mut Tx<'_>, subscriber: Subscriber) -> Result<(), StoreError> {
    tx.insert(subscribers::table, subscriber)
}

/// Writes a subscriber's row anew.
pub fn update(tx: &mut Tx<'_>, subscriber: Subscriber) -> Result<(), StoreError> {
    let id = subscriber.subscriber_id.to_bytes();
    exactly_one(
        tx.from(subscribers::table)
            .with(|all| all.filter(subscribers::subscriber_id.eq(id)))
            .update(subscriber)?,
    )
}

/// Takes an address off the list without a trace; tells whether it stood on it.
pub fn delete_by_email(tx: &mut Tx<'_>, email: &str) -> Result<bool, StoreError> {
    Ok(tx.from(subscribers::table).with(|all| all.filter(subscribers::email.eq(email))).delete()? > 0)
}

/// Forgets those who asked before `then` and never confirmed it.
pub fn delete_unconfirmed(tx: &mut Tx<'_>, then: Timestamp) -> Result<usize, StoreError> {
    tx.from(subscribers::table)
        .with(|all| {
            all.filter(subscribers::status.eq("pending")).filter(subscribers::updated_at.lt(then.as_micros()))
        })
        .delete()
}
