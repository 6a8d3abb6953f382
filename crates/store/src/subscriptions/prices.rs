//! New prices on their way to the subscriptions that run.

use diesel::prelude::*;
use domain::ids::{PriceChangeId, ProductId};
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::price_changes;
use crate::tx::{Tx, exactly_one};

/// A new price of a package for those who subscribe already.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = price_changes, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PriceChangeRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub change_id: PriceChangeId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub package_id: ProductId,
    /// Of one box, in minor units.
    pub price: i64,
    /// The first renewals at the new price fall due then.
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub starts_at: Timestamp,
    /// The last subscription that was told.
    pub cursor_id: Option<Vec<u8>>,
    /// How many were told.
    pub told: i64,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub done_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, row: PriceChangeRow) -> Result<(), StoreError> {
    tx.insert(price_changes::table, row)
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: PriceChangeRow) -> Result<(), StoreError> {
    let id = row.change_id.to_bytes();
    let own = tx.from(price_changes::table).with(|all| all.filter(price_changes::change_id.eq(id)));
    exactly_one(own.update(row)?)
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: PriceChangeId) -> Result<Option<PriceChangeRow>, StoreError> {
    tx.from(price_changes::table)
        .with(|all| {
            all.filter(price_changes::change_id.eq(id.to_bytes())).select(PriceChangeRow::as_select())
        })
        .one()
}

/// A page of the shop's, newest first, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<PriceChangeRow>, i64), StoreError> {
    let total = tx.from(price_changes::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(price_changes::table)
        .with(|all| {
            all.order((price_changes::created_at.desc(), price_changes::change_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(PriceChangeRow::as_select())
        })
        .all()?;
    Ok((page, total))
}
