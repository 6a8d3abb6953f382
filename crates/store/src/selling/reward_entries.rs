//! What moves in customers' reward points. Rule: entries are added and never changed; what a customer has is their sum.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use domain::ids::{CustomerId, RewardEntryId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::reward_entries;
use crate::tx::Tx;

/// One movement.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = reward_entries)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RewardEntryRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub entry_id: RewardEntryId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    /// In points; below nothing where they were taken off.
    pub delta: i64,
    /// `earned`, `redeemed`, `taken_back` or `adjusted`: `domain::selling::RewardReason`.
    pub reason: String,
    pub order_id: Option<Vec<u8>>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// The reasons that count for a customer's tier: spending points does not lower it.
const LIFETIME: [&str; 2] = ["earned", "taken_back"];

/// Adds a movement.
pub fn insert(tx: &mut Tx<'_>, row: RewardEntryRow) -> Result<(), StoreError> {
    tx.insert(reward_entries::table, row)
}

/// The points that a customer has. They may be below nothing, where spent points were taken back.
pub fn balance(tx: &mut Tx<'_>, customer: CustomerId) -> Result<i64, StoreError> {
    let sum = tx
        .from(reward_entries::table)
        .with(|all| all.filter(reward_entries::customer_id.eq(customer.to_bytes())).select(total()))
        .one::<Option<i64>>()?;
    Ok(sum.flatten().unwrap_or(0))
}

/// The points that a customer has earned and kept in all their time, spent or not.
pub fn lifetime(tx: &mut Tx<'_>, customer: CustomerId) -> Result<i64, StoreError> {
    let sum = tx
        .from(reward_entries::table)
        .with(|all| {
            all.filter(reward_entries::customer_id.eq(customer.to_bytes()))
                .filter(reward_entries::reason.eq_any(LIFETIME))
                .select(total())
        })
        .prepared()
        .one::<Option<i64>>()?;
    Ok(sum.flatten().unwrap_or(0).max(0))
}

/// The sum; PostgreSQL's is a NUMERIC by itself.
fn total() -> diesel::expression::SqlLiteral<Nullable<BigInt>> {
    sql("CAST(sum(delta) AS BIGINT)")
}

/// The last of what moved in a customer's points, the newest first.
pub fn list(tx: &mut Tx<'_>, customer: CustomerId, limit: i64) -> Result<Vec<RewardEntryRow>, StoreError> {
    tx.from(reward_entries::table)
        .with(|all| {
            all.filter(reward_entries::customer_id.eq(customer.to_bytes()))
                .order((reward_entries::created_at.desc(), reward_entries::entry_id.desc()))
                .limit(limit)
                .select(RewardEntryRow::as_select())
        })
        .all()
}

/// Gives the points of one customer to another (a merge).
pub fn give_all(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<(), StoreError> {
    tx.from(reward_entries::table)
        .with(|all| all.filter(reward_entries::customer_id.eq(from.to_bytes())))
        .update(reward_entries::customer_id.eq(to.to_bytes()))
        .map(drop)
}
