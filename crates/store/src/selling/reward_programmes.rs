//! The rewards programme, of which a shop has one at the most.

use diesel::prelude::*;
use domain::time::Timestamp;

use super::ACTIVE;
use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::reward_programmes;
use crate::tx::{Tx, exactly_one};

/// The programme.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reward_programmes, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::selling::Programme")]
pub struct ProgrammeRow {
    pub points_per_unit: i64,
    pub redeem_points: i64,
    pub redeem_value: i64,
    pub minimum_redeem: i64,
    /// A JSON list of tiers.
    pub tiers: String,
    pub status: String,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The shop's programme, if it runs one.
pub fn find(tx: &mut Tx<'_>) -> Result<Option<ProgrammeRow>, StoreError> {
    Ok(stored(tx)?.filter(|row| row.status == ACTIVE))
}

/// The shop's programme, running or not.
pub fn stored(tx: &mut Tx<'_>) -> Result<Option<ProgrammeRow>, StoreError> {
    tx.from(reward_programmes::table).with(|all| all.select(ProgrammeRow::as_select())).one()
}

/// Sets a programme up.
pub fn insert(tx: &mut Tx<'_>, row: ProgrammeRow) -> Result<(), StoreError> {
    tx.insert(reward_programmes::table, row)
}

/// Writes the programme anew.
pub fn update(tx: &mut Tx<'_>, row: ProgrammeRow) -> Result<(), StoreError> {
    exactly_one(tx.from(reward_programmes::table).update(row)?)
}

/// Removes the programme; the customers' points stay.
pub fn delete(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    exactly_one(tx.from(reward_programmes::table).delete()?)
}
