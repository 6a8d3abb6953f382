//! Discounts. Rule: a use is counted by one conditional change of the row, so that no two can take the last.

use diesel::prelude::*;
use domain::ids::DiscountId;
use domain::time::Timestamp;

use super::ACTIVE;
use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::discounts;
use crate::tx::{Tx, exactly_one};

/// One discount.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = discounts, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::selling::Discount")]
pub struct DiscountRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub discount_id: DiscountId,
    /// In capitals; `None` where it counts by itself.
    pub code: Option<String>,
    pub name: String,
    pub kind: String,
    /// Whole percent or minor units, by `kind`.
    pub value: i64,
    pub minimum_spend: i64,
    /// A JSON list of ids.
    pub products: String,
    /// A JSON list of ids.
    pub collections: String,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub starts_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub ends_at: Option<Timestamp>,
    pub usage_limit: Option<i64>,
    pub per_customer_limit: Option<i64>,
    /// A JSON list of words.
    pub combines_with: String,
    pub applies_to: String,
    pub status: String,
    /// How often it was used.
    pub used: i64,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Discounts that a shop may have.
pub const MOST: i64 = 10_000;

/// Automatic discounts that a shop may have: every cart looks at all of them.
pub const MOST_AUTOMATIC: i64 = 100;

/// The active one with this code, which is in capitals.
pub fn find_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<DiscountRow>, StoreError> {
    tx.from(discounts::table)
        .with(|all| {
            all.filter(discounts::code.eq(code.to_owned()))
                .filter(discounts::status.eq(ACTIVE))
                .select(DiscountRow::as_select())
        })
        .one()
}

/// The active ones with one of these ids, in no order.
pub fn find_all(tx: &mut Tx<'_>, ids: &[DiscountId]) -> Result<Vec<DiscountRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(discounts::table)
        .with(|all| {
            all.filter(discounts::discount_id.eq_any(ids))
                .filter(discounts::status.eq(ACTIVE))
                .select(DiscountRow::as_select())
        })
        .all()
}

/// The active ones that count without a code, the oldest first.
pub fn automatic(tx: &mut Tx<'_>) -> Result<Vec<DiscountRow>, StoreError> {
    tx.from(discounts::table)
        .with(|all| {
            all.filter(discounts::code.is_null())
                .filter(discounts::status.eq(ACTIVE))
                .order(discounts::discount_id.asc())
                .limit(MOST_AUTOMATIC)
                .select(DiscountRow::as_select())
        })
        .all()
}

/// Counts a use, unless the limit is reached or the discount is gone; tells whether it was counted.
pub fn take_use(tx: &mut Tx<'_>, id: DiscountId) -> Result<bool, StoreError> {
    let taken = tx
        .from(discounts::table)
        .with(|all| {
            all.filter(discounts::discount_id.eq(id.to_bytes())).filter(
                discounts::usage_limit.is_null().or(discounts::used.nullable().lt(discounts::usage_limit)),
            )
        })
        .update(discounts::used.eq(discounts::used + 1))?;
    Ok(taken == 1)
}

/// Takes a use back. A discount that was removed since is no error: there is nothing to count any more.
pub fn give_use_back(tx: &mut Tx<'_>, id: DiscountId) -> Result<(), StoreError> {
    tx.from(discounts::table)
        .with(|all| all.filter(discounts::discount_id.eq(id.to_bytes())).filter(discounts::used.gt(0)))
        .update(discounts::used.eq(discounts::used - 1))
        .map(drop)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// With this status.
    pub status: Option<String>,
    /// With this code, in capitals.
    pub code: Option<String>,
}

/// The rows that a search is for.
macro_rules! matching {
    ($all:expr, $search:expr) => {{
        let mut matching = $all.into_boxed();
        if let Some(status) = $search.status.clone() {
            matching = matching.filter(discounts::status.eq(status));
        }
        if let Some(code) = $search.code.clone() {
            matching = matching.filter(discounts::code.eq(code));
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
) -> Result<(Vec<DiscountRow>, i64), StoreError> {
    let total =
        tx.from(discounts::table).with(|all| matching!(all.count(), search)).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(discounts::table)
        .with(|all| {
            matching!(all.select(DiscountRow::as_select()), search)
                .order((discounts::created_at.desc(), discounts::discount_id.desc()))
                .offset(offset)
                .limit(limit)
        })
        .all()?;
    Ok((page, total))
}

/// How many of them there are: all, and those that count without a code, switched on or not.
pub fn counts(tx: &mut Tx<'_>) -> Result<(i64, i64), StoreError> {
    let all = tx.from(discounts::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let automatic = tx
        .from(discounts::table)
        .with(|all| all.filter(discounts::code.is_null()).count())
        .one::<i64>()?
        .unwrap_or(0);
    Ok((all, automatic))
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: DiscountId) -> Result<Option<DiscountRow>, StoreError> {
    tx.from(discounts::table)
        .with(|all| all.filter(discounts::discount_id.eq(id.to_bytes())).select(DiscountRow::as_select()))
        .one()
}

/// The oldest of those without a code that has this name, switched on or not.
pub fn find_automatic(tx: &mut Tx<'_>, name: &str) -> Result<Option<DiscountRow>, StoreError> {
    tx.from(discounts::table)
        .with(|all| {
            all.filter(discounts::code.is_null())
                .filter(discounts::name.eq(name.to_owned()))
                .order(discounts::discount_id.asc())
                .limit(1)
                .select(DiscountRow::as_select())
        })
        .one()
}

/// Whose this code is, switched on or not.
pub fn owner_of(tx: &mut Tx<'_>, code: &str) -> Result<Option<DiscountId>, StoreError> {
    let found = tx
        .from(discounts::table)
        .with(|all| all.filter(discounts::code.eq(code.to_owned())).select(discounts::discount_id))
        .one::<Vec<u8>>()?;
    let read = |id: Vec<u8>| DiscountId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()));
    found.map(read).transpose()
}

/// Adds a discount; [`StoreError::Duplicate`] where another has its code.
pub fn insert(tx: &mut Tx<'_>, row: DiscountRow) -> Result<(), StoreError> {
    tx.insert(discounts::table, row)
}

/// Writes a discount anew; [`StoreError::Duplicate`] where another has its code.
pub fn update(tx: &mut Tx<'_>, row: DiscountRow) -> Result<(), StoreError> {
    let id = row.discount_id.to_bytes();
    exactly_one(tx.from(discounts::table).with(|all| all.filter(discounts::discount_id.eq(id))).update(row)?)
}

/// Removes a discount.
pub fn delete(tx: &mut Tx<'_>, id: DiscountId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(discounts::table)
            .with(|all| all.filter(discounts::discount_id.eq(id.to_bytes())))
            .delete()?,
    )
}
