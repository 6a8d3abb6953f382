//! Customers' subscriptions. Rule: a subscription's row is read and written as a whole; what happened to it is added beside it
//! and never changed.

pub mod events;
pub mod prices;
pub mod releases;
pub mod renewals;
pub mod reports;

use std::collections::HashSet;

use diesel::prelude::*;
use domain::ids::{CustomerId, OrderId, ProductId, SubscriptionId};
use domain::subscriptions::SubscriptionStatus;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::subscriptions;
use crate::tx::{Tx, exactly_one};

/// The status in which a subscription gives its customer a subscriber's prices and goods.
const ACTIVE: &str = SubscriptionStatus::Active.as_str();

/// One subscription.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscriptions, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriptionRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub subscription_id: SubscriptionId,
    /// Who pays.
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub package_id: ProductId,
    pub status: String,
    /// The order of the first box.
    pub order_id: Option<Vec<u8>>,
    /// Who gets it, once a present is redeemed.
    pub recipient_id: Option<Vec<u8>>,
    /// Months between two boxes.
    pub frequency: i64,
    /// The local date and time from which every renewal is computed.
    pub anchor: String,
    /// The months from the anchor to the next renewal.
    pub months: i64,
    /// The number of the next renewal; the first order is number 0.
    pub cycle: i64,
    /// When the next renewal falls due; `None` where none will.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub next_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub paused_until: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub cancels_at: Option<Timestamp>,
    /// The end of its term.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub ends_at: Option<Timestamp>,
    /// Boxes that are paid already.
    pub prepaid_left: i64,
    /// How many boxes at a time.
    pub quantity: i64,
    /// The agreed price of one box, in minor units.
    pub price: i64,
    /// The price that takes its place.
    pub next_price: Option<i64>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub next_price_at: Option<Timestamp>,
    /// The card; `None` for the customer's usual one.
    pub method_id: Option<Vec<u8>>,
    /// The next time at which anything is to be done.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub wake_at: Option<Timestamp>,
    /// The last cycle that its customer was reminded of.
    pub reminded_cycle: i64,
    /// What no query asks for, as JSON.
    pub details: String,
    pub cancel_reason: Option<String>,
    pub version: i64,
    /// When its first box was paid.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub started_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub ended_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: SubscriptionRow) -> Result<(), StoreError> {
    tx.insert(subscriptions::table, row)
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: SubscriptionId) -> Result<Option<SubscriptionRow>, StoreError> {
    tx.from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::subscription_id.eq(id.to_bytes())).select(SubscriptionRow::as_select())
        })
        .one()
}

/// Those that an order began.
pub fn of_order(tx: &mut Tx<'_>, order: OrderId) -> Result<Vec<SubscriptionRow>, StoreError> {
    tx.from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::order_id.eq(order.to_bytes()))
                .order(subscriptions::subscription_id.asc())
                .select(SubscriptionRow::as_select())
        })
        .all()
}

/// Those that a customer pays for or, of presents, gets; oldest first, at most `limit`.
pub fn of_customer(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    tx.from(subscriptions::table)
        .with(|all| {
            all.filter(
                subscriptions::customer_id
                    .eq(customer.to_bytes())
                    .or(subscriptions::recipient_id.eq(customer.to_bytes())),
            )
            .order((subscriptions::created_at.asc(), subscriptions::subscription_id.asc()))
            .limit(limit)
            .select(SubscriptionRow::as_select())
        })
        .all()
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: SubscriptionRow) -> Result<(), StoreError> {
    let id = row.subscription_id.to_bytes();
    let changed = tx
        .from(subscriptions::table)
        .with(|all| all.filter(subscriptions::subscription_id.eq(id)))
        .update(row)?;
    exactly_one(changed)
}

/// Removes those that an order was to begin and did not.
pub fn delete_unbegun(tx: &mut Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    tx.from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::order_id.eq(order.to_bytes()))
                .filter(subscriptions::status.eq(SubscriptionStatus::Pending.as_str()))
        })
        .delete()
        .map(drop)
}

/// Those for which something is to be done by now, the longest waiting first.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<SubscriptionId>, StoreError> {
    let found = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::wake_at.le(now.as_micros()))
                .order((subscriptions::wake_at.asc(), subscriptions::subscription_id.asc()))
                .limit(limit)
                .select(subscriptions::subscription_id)
        })
        .all::<Vec<u8>>()?;
    found.into_iter().map(subscription_id).collect()
}

/// When something is next to be done for any.
pub fn next_wake(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let found = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::wake_at.is_not_null())
                .order((subscriptions::wake_at.asc(), subscriptions::subscription_id.asc()))
                .limit(1)
                .select(subscriptions::wake_at)
        })
        .one::<Option<i64>>()?;
    Ok(found.flatten().map(Timestamp::from_micros))
}

/// Those of a package that run, by id, after one of them: for a new price.
pub fn running_of_package(
    tx: &mut Tx<'_>,
    package: ProductId,
    after: Option<&[u8]>,
    limit: i64,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    // No id is less than none.
    let after = after.map(<[u8]>::to_vec).unwrap_or_default();
    tx.from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::package_id.eq(package.to_bytes()))
                .filter(subscriptions::status.eq_any(["active", "past_due", "paused"]))
                .filter(subscriptions::subscription_id.gt(after))
                .order(subscriptions::subscription_id.asc())
                .limit(limit)
                .select(SubscriptionRow::as_select())
        })
        .prepared()
        .all()
}

/// Which subscriptions to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only in this state.
    pub status: Option<String>,
    /// Only to this package.
    pub package: Option<ProductId>,
    /// Only of this customer.
    pub customer: Option<CustomerId>,
    /// Only those that renew at this time or later.
    pub renews_from: Option<Timestamp>,
    /// Only those that renew before this time.
    pub renews_until: Option<Timestamp>,
    /// Rows to pass over.
    pub offset: i64,
    /// Rows to give at the most.
    pub limit: i64,
}

/// A page of the shop's subscriptions, newest first, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, search: &Search) -> Result<(Vec<SubscriptionRow>, i64), StoreError> {
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching = $all.into_boxed();
            if let Some(status) = search.status.clone() {
                matching = matching.filter(subscriptions::status.eq(status));
            }
            if let Some(package) = search.package {
                matching = matching.filter(subscriptions::package_id.eq(package.to_bytes()));
            }
            if let Some(customer) = search.customer {
                matching = matching.filter(
                    subscriptions::customer_id
                        .eq(customer.to_bytes())
                        .or(subscriptions::recipient_id.eq(customer.to_bytes())),
                );
            }
            if let Some(from) = search.renews_from {
                matching = matching.filter(subscriptions::next_at.ge(from.as_micros()));
            }
            if let Some(until) = search.renews_until {
                matching = matching.filter(subscriptions::next_at.lt(until.as_micros()));
            }
            matching
        }};
    }
    let total = tx.from(subscriptions::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(subscriptions::table)
        .with(|all| {
            matching!(all)
                .order((subscriptions::created_at.desc(), subscriptions::subscription_id.desc()))
                .offset(search.offset)
                .limit(search.limit)
                .select(SubscriptionRow::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Subscriptions in the order of their ids, after one of them: for reports and exports, which read all.
pub fn after(
    tx: &mut Tx<'_>,
    id: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let id = id.map(SubscriptionId::to_bytes).unwrap_or_default();
    tx.from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::subscription_id.gt(id))
                .order(subscriptions::subscription_id.asc())
                .limit(limit)
                .select(SubscriptionRow::as_select())
        })
        .all()
}

/// Whether the customer has an active subscription: one of their own, or one that they were given.
pub fn is_subscriber(tx: &mut Tx<'_>, customer: CustomerId) -> Result<bool, StoreError> {
    // One after the other: an index is for each, and most have one of their own.
    macro_rules! any_of {
        ($whose:ident) => {
            tx.from(subscriptions::table)
                .with(|all| {
                    all.filter(subscriptions::$whose.eq(customer.to_bytes()))
                        .filter(subscriptions::status.eq(ACTIVE))
                        .select(subscriptions::subscription_id)
                        .limit(1)
                })
                .one::<Vec<u8>>()?
                .is_some()
        };
    }
    Ok(any_of!(customer_id) || any_of!(recipient_id))
}

/// Whether a customer has a subscription that a card is still to pay for.
pub fn paid_by(tx: &mut Tx<'_>, customer: CustomerId) -> Result<bool, StoreError> {
    let paid = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::customer_id.eq(customer.to_bytes()))
                .filter(subscriptions::status.eq_any(["active", "past_due", "paused"]))
                .select(subscriptions::subscription_id)
                .limit(1)
        })
        .prepared()
        .one::<Vec<u8>>()?;
    Ok(paid.is_some())
}

/// Those of these customers who have an active subscription.
pub fn subscribers_among(
    tx: &mut Tx<'_>,
    customers: &[CustomerId],
) -> Result<HashSet<CustomerId>, StoreError> {
    if customers.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<Vec<u8>> = customers.iter().map(|id| id.to_bytes()).collect();
    let found = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(
                subscriptions::customer_id
                    .eq_any(ids.clone())
                    .or(subscriptions::recipient_id.assume_not_null().eq_any(ids)),
            )
            .filter(subscriptions::status.eq(ACTIVE))
            .select((subscriptions::customer_id, subscriptions::recipient_id))
        })
        .all::<(Vec<u8>, Option<Vec<u8>>)>()?;
    let read = |id: Vec<u8>| CustomerId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()));
    found
        .into_iter()
        .flat_map(|(payer, recipient)| std::iter::once(payer).chain(recipient))
        .map(read)
        .collect()
}

/// How many active subscriptions there are to a package.
pub fn subscribers(tx: &mut Tx<'_>, package: ProductId) -> Result<i64, StoreError> {
    let active = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::package_id.eq(package.to_bytes()))
                .filter(subscriptions::status.eq(ACTIVE))
                .count()
        })
        .one::<i64>()?;
    Ok(active.unwrap_or(0))
}

/// Whether any subscription, running or not, is to this package.
pub fn names_package(tx: &mut Tx<'_>, package: ProductId) -> Result<bool, StoreError> {
    let named = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::package_id.eq(package.to_bytes()))
                .select(subscriptions::subscription_id)
                .limit(1)
        })
        .one::<Vec<u8>>()?;
    Ok(named.is_some())
}

pub(crate) fn subscription_id(id: Vec<u8>) -> Result<SubscriptionId, StoreError> {
    SubscriptionId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))
}
