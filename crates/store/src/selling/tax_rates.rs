//! Rates of tax.

use diesel::prelude::*;
use domain::ids::TaxRateId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::tax_rates;
use crate::tx::{Tx, exactly_one};

/// One rate of tax.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tax_rates, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::selling::TaxRate")]
pub struct TaxRateRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub tax_rate_id: TaxRateId,
    pub name: String,
    pub country: String,
    /// Blank for the usual class.
    pub tax_class: String,
    /// In hundredths of a percent.
    pub basis_points: i64,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Rates that a shop may have.
pub const MOST: i64 = 1000;

/// All of the shop's, by country and class, the usual class first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<TaxRateRow>, StoreError> {
    let mut rates = tx
        .from(tax_rates::table)
        .with(|all| all.order(tax_rates::tax_rate_id.asc()).limit(MOST).select(TaxRateRow::as_select()))
        .all::<TaxRateRow>()?;
    // The engines would each sort texts in their own way.
    rates.sort_by(|one, other| (&one.country, &one.tax_class).cmp(&(&other.country, &other.tax_class)));
    Ok(rates)
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: TaxRateId) -> Result<Option<TaxRateRow>, StoreError> {
    tx.from(tax_rates::table)
        .with(|all| all.filter(tax_rates::tax_rate_id.eq(id.to_bytes())).select(TaxRateRow::as_select()))
        .one()
}

/// Adds a rate; [`StoreError::Duplicate`] where the country has one for its class.
pub fn insert(tx: &mut Tx<'_>, row: TaxRateRow) -> Result<(), StoreError> {
    tx.insert(tax_rates::table, row)
}

/// Writes a rate anew; [`StoreError::Duplicate`] where the country has another for its class.
pub fn update(tx: &mut Tx<'_>, row: TaxRateRow) -> Result<(), StoreError> {
    let id = row.tax_rate_id.to_bytes();
    exactly_one(tx.from(tax_rates::table).with(|all| all.filter(tax_rates::tax_rate_id.eq(id))).update(row)?)
}

/// Removes a rate.
pub fn delete(tx: &mut Tx<'_>, id: TaxRateId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(tax_rates::table)
            .with(|all| all.filter(tax_rates::tax_rate_id.eq(id.to_bytes())))
            .delete()?,
    )
}
