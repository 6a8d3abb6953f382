//! Customers' subscriptions.

use std::collections::HashSet;

use diesel::prelude::*;
use domain::ids::{CustomerId, ProductId, SubscriptionId};
use domain::time::Timestamp;

use crate::error::StoreError;
use crate::schema::subscriptions;
use crate::tx::Tx;

/// The status in which a subscription gives its customer a subscriber's prices and goods.
const ACTIVE: &str = "active";

/// Whether the customer has an active subscription.
pub fn is_subscriber(tx: &mut Tx<'_>, customer: CustomerId) -> Result<bool, StoreError> {
    let active = tx
        .from(subscriptions::table)
        .with(|all| {
            all.filter(subscriptions::customer_id.eq(customer.to_bytes()))
                .filter(subscriptions::status.eq(ACTIVE))
                .count()
        })
        .one::<i64>()?;
    Ok(active.unwrap_or(0) > 0)
}

/// Begins a subscription to a package: its first box is paid.
pub fn begin(
    tx: &mut Tx<'_>,
    id: SubscriptionId,
    customer: CustomerId,
    package: ProductId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = (
        subscriptions::subscription_id.eq(id.to_bytes()),
        subscriptions::customer_id.eq(customer.to_bytes()),
        subscriptions::package_id.eq(package.to_bytes()),
        subscriptions::status.eq(ACTIVE),
        subscriptions::created_at.eq(now.as_micros()),
    );
    tx.insert(subscriptions::table, row)
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
            all.filter(subscriptions::customer_id.eq_any(ids))
                .filter(subscriptions::status.eq(ACTIVE))
                .select(subscriptions::customer_id)
        })
        .all::<Vec<u8>>()?;
    let read = |id: Vec<u8>| CustomerId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()));
    found.into_iter().map(read).collect()
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
        .with(|all| all.filter(subscriptions::package_id.eq(package.to_bytes())).count())
        .one::<i64>()?;
    Ok(named.unwrap_or(0) > 0)
}
