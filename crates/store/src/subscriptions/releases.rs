//! What the shop chose for the boxes of a package.

use diesel::prelude::*;
use domain::ids::{ProductId, ReleaseId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::releases;
use crate::tx::{Tx, exactly_one};

/// What is in the boxes of a package that leave from a time on, until another release takes its place.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = releases, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ReleaseRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub release_id: ReleaseId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub package_id: ProductId,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub ships_from: Timestamp,
    pub name: Option<String>,
    /// The products with their counts, a JSON list.
    pub items: String,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Adds one; [`StoreError::Duplicate`] where the package has one of that time.
pub fn insert(tx: &mut Tx<'_>, row: ReleaseRow) -> Result<(), StoreError> {
    tx.insert(releases::table, row)
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: ReleaseRow) -> Result<(), StoreError> {
    let id = row.release_id.to_bytes();
    exactly_one(tx.from(releases::table).with(|all| all.filter(releases::release_id.eq(id))).update(row)?)
}

/// Removes one; tells whether it was there.
pub fn delete(tx: &mut Tx<'_>, id: ReleaseId) -> Result<bool, StoreError> {
    let gone =
        tx.from(releases::table).with(|all| all.filter(releases::release_id.eq(id.to_bytes()))).delete()?;
    Ok(gone > 0)
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: ReleaseId) -> Result<Option<ReleaseRow>, StoreError> {
    tx.from(releases::table)
        .with(|all| all.filter(releases::release_id.eq(id.to_bytes())).select(ReleaseRow::as_select()))
        .one()
}

/// The one that counts for a package's box at a time.
pub fn current(tx: &mut Tx<'_>, package: ProductId, at: Timestamp) -> Result<Option<ReleaseRow>, StoreError> {
    tx.from(releases::table)
        .with(|all| {
            all.filter(releases::package_id.eq(package.to_bytes()))
                .filter(releases::ships_from.le(at.as_micros()))
                .order(releases::ships_from.desc())
                .limit(1)
                .select(ReleaseRow::as_select())
        })
        .one()
}

/// A page of the shop's releases, of one package where one is named, the latest first, and how many there are in all.
pub fn list(
    tx: &mut Tx<'_>,
    package: Option<ProductId>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ReleaseRow>, i64), StoreError> {
    macro_rules! matching {
        ($all:expr) => {{
            let mut matching = $all.into_boxed();
            if let Some(package) = package {
                matching = matching.filter(releases::package_id.eq(package.to_bytes()));
            }
            matching
        }};
    }
    let total = tx.from(releases::table).with(|all| matching!(all).count()).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(releases::table)
        .with(|all| {
            matching!(all)
                .order((releases::ships_from.desc(), releases::release_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(ReleaseRow::as_select())
        })
        .all()?;
    Ok((page, total))
}
