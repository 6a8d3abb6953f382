//! Renewals. Rule: there is one of a subscription's cycle, and its row says how its charge stands.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::ids::{OrderId, RenewalId, SubscriptionId};
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::renewals;
use crate::tx::{Tx, exactly_one};

/// One renewal.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = renewals, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RenewalRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub renewal_id: RenewalId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub subscription_id: SubscriptionId,
    pub cycle: i64,
    pub status: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub due_at: Timestamp,
    pub order_id: Option<Vec<u8>>,
    /// The charge that was begun last.
    pub payment_id: Option<Vec<u8>>,
    /// The card of that charge.
    pub method_id: Option<Vec<u8>>,
    /// What is to be charged, in minor units.
    pub amount: i64,
    /// Charges that were begun.
    pub attempts: i64,
    /// Charges that were refused.
    pub failures: i64,
    /// What the last refusal means for a further try.
    pub failure: Option<String>,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub first_failed_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub next_try_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub gives_up_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub paid_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Adds one; where its cycle has one already, somebody else added it at this moment and the transaction is run again.
pub fn insert(tx: &mut Tx<'_>, row: RenewalRow) -> Result<(), StoreError> {
    tx.insert_unseen(renewals::table, row)
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: RenewalRow) -> Result<(), StoreError> {
    let id = row.renewal_id.to_bytes();
    exactly_one(tx.from(renewals::table).with(|all| all.filter(renewals::renewal_id.eq(id))).update(row)?)
}

macro_rules! found_by {
    ($($(#[$doc:meta])* $find:ident($name:ident: $type:ty) = $filter:expr;)*) => {$(
        $(#[$doc])*
        pub fn $find(tx: &mut Tx<'_>, $name: $type) -> Result<Option<RenewalRow>, StoreError> {
            tx.from(renewals::table).with(|all| all.filter($filter).select(RenewalRow::as_select())).one()
        }
    )*};
}

found_by! {
    /// The one with this id.
    find(id: RenewalId) = renewals::renewal_id.eq(id.to_bytes());
    /// The one whose box this order is.
    find_by_order(order: OrderId) = renewals::order_id.eq(order.to_bytes());
}

/// The one of a subscription that something can still come of, if there is one.
pub fn open_of(tx: &mut Tx<'_>, id: SubscriptionId) -> Result<Option<RenewalRow>, StoreError> {
    tx.from(renewals::table)
        .with(|all| {
            all.filter(renewals::subscription_id.eq(id.to_bytes()))
                .filter(renewals::status.eq_any(["scheduled", "pending", "charging", "unknown", "failed"]))
                .order(renewals::cycle.desc())
                .limit(1)
                .select(RenewalRow::as_select())
        })
        .prepared()
        .one()
}

/// Those of a subscription, newest first, and how many there are.
pub fn of(
    tx: &mut Tx<'_>,
    id: SubscriptionId,
    offset: i64,
    limit: i64,
) -> Result<(Vec<RenewalRow>, i64), StoreError> {
    let total = tx
        .from(renewals::table)
        .with(|all| all.filter(renewals::subscription_id.eq(id.to_bytes())).count())
        .one::<i64>()?;
    let page = tx
        .from(renewals::table)
        .with(|all| {
            all.filter(renewals::subscription_id.eq(id.to_bytes()))
                .order(renewals::cycle.desc())
                .offset(offset)
                .limit(limit)
                .select(RenewalRow::as_select())
        })
        .all()?;
    Ok((page, total.unwrap_or(0)))
}

/// Which renewals to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only in this state.
    pub status: Option<String>,
    /// Only due at this time or later.
    pub from: Option<Timestamp>,
    /// Only due before this time.
    pub until: Option<Timestamp>,
    /// Rows to pass over.
    pub offset: i64,
    /// Rows to give at the most.
    pub limit: i64,
}

/// A page of the shop's renewals, the latest due first, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, search: &Search) -> Result<(Vec<RenewalRow>, i64), StoreError> {
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching = $all.into_boxed();
            if let Some(status) = search.status.clone() {
                matching = matching.filter(renewals::status.eq(status));
            }
            if let Some(from) = search.from {
                matching = matching.filter(renewals::due_at.ge(from.as_micros()));
            }
            if let Some(until) = search.until {
                matching = matching.filter(renewals::due_at.lt(until.as_micros()));
            }
            matching
        }};
    }
    let total = tx.from(renewals::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(renewals::table)
        .with(|all| {
            matching!(all)
                .order((renewals::due_at.desc(), renewals::renewal_id.desc()))
                .offset(search.offset)
                .limit(search.limit)
                .select(RenewalRow::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// How many renewals there are in each state, and what they come to in minor units, of those due in a time.
pub fn totals(
    tx: &mut Tx<'_>,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(String, i64, i64)>, StoreError> {
    tx.from(renewals::table)
        .with(|all| {
            all.filter(renewals::due_at.ge(from.as_micros()))
                .filter(renewals::due_at.lt(until.as_micros()))
                .group_by(renewals::status)
                .order(renewals::status.asc())
                .select((
                    renewals::status,
                    diesel::dsl::count_star(),
                    sql::<BigInt>("CAST(COALESCE(SUM(amount), 0) AS BIGINT)"),
                ))
        })
        .all()
}
