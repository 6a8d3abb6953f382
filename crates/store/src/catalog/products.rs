//! The products themselves.

use diesel::prelude::*;
use domain::ids::ProductId;
use domain::time::Timestamp;

use super::bytes;
use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::products;
use crate::tx::{Tx, exactly_one};

/// One product.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::catalog::Product")]
pub struct ProductRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub product_id: ProductId,
    pub product_type: String,
    pub name: String,
    pub slug: String,
    pub sku: Option<String>,
    pub description: String,
    pub status: String,
    pub availability: String,
    pub price: i64,
    pub sale_price: Option<i64>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub sale_starts_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub sale_ends_at: Option<Timestamp>,
    pub subscriber_price: Option<i64>,
    pub quantity: Option<i64>,
    pub tax_class: Option<String>,
    pub weight_grams: Option<i64>,
    /// What no query asks for, as JSON.
    pub details: String,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// What lists are made from: a product without its texts.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = products)]
#[expect(missing_docs, reason = "the fields are those of domain::catalog::Product")]
pub struct ProductFacts {
    #[diesel(deserialize_as = Vec<u8>)]
    pub product_id: ProductId,
    pub product_type: String,
    pub name: String,
    pub slug: String,
    pub status: String,
    pub availability: String,
    pub price: i64,
    pub sale_price: Option<i64>,
    #[diesel(deserialize_as = NullableMicros)]
    pub sale_starts_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableMicros)]
    pub sale_ends_at: Option<Timestamp>,
    pub quantity: Option<i64>,
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
}

/// The product with this id.
pub fn find(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<ProductRow>, StoreError> {
    Ok(find_all(tx, &[id])?.into_iter().next())
}

/// The product with this slug.
pub fn find_by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<ProductRow>, StoreError> {
    tx.from(products::table)
        .with(|all| all.filter(products::slug.eq(slug.to_owned())).select(ProductRow::as_select()))
        .one()
}

/// Those with one of these ids, in no order.
pub fn find_all(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<ProductRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    tx.from(products::table)
        .with(|all| all.filter(products::product_id.eq_any(bytes(ids))).select(ProductRow::as_select()))
        .prepared()
        .all()
}

/// The ids of those with one of these slugs, each with its slug.
pub fn ids_of(tx: &mut Tx<'_>, slugs: &[String]) -> Result<Vec<(String, ProductId)>, StoreError> {
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .from(products::table)
        .with(|all| {
            all.filter(products::slug.eq_any(slugs.to_vec())).select((products::slug, products::product_id))
        })
        .all::<(String, Vec<u8>)>()?;
    found.into_iter().map(|(slug, id)| Ok((slug, read_id(id)?))).collect()
}

/// The slugs of those with one of these ids, each with its id.
pub fn slugs_of(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<(ProductId, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .from(products::table)
        .with(|all| {
            all.filter(products::product_id.eq_any(bytes(ids))).select((products::product_id, products::slug))
        })
        .prepared()
        .all::<(Vec<u8>, String)>()?;
    found.into_iter().map(|(id, slug)| Ok((read_id(id)?, slug))).collect()
}

/// Ids and slugs in the order of the ids, after one of them.
pub fn slugs_after(
    tx: &mut Tx<'_>,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<(ProductId, String)>, StoreError> {
    let after = after.map(ProductId::to_bytes).unwrap_or_default();
    let found = tx
        .from(products::table)
        .with(|all| {
            all.filter(products::product_id.gt(after))
                .order(products::product_id.asc())
                .limit(limit)
                .select((products::product_id, products::slug))
        })
        .all::<(Vec<u8>, String)>()?;
    found.into_iter().map(|(id, slug)| Ok((read_id(id)?, slug))).collect()
}

/// Each of these ids that is there, with its type.
pub fn types_of(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<(ProductId, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .from(products::table)
        .with(|all| {
            all.filter(products::product_id.eq_any(bytes(ids)))
                .select((products::product_id, products::product_type))
        })
        .prepared()
        .all::<(Vec<u8>, String)>()?;
    found.into_iter().map(|(id, kind)| Ok((read_id(id)?, kind))).collect()
}

/// The slugs of these products, each with when it was changed, in the order of their making.
pub fn addresses_of(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let found = tx
        .from(products::table)
        .with(|all| {
            all.filter(products::product_id.eq_any(bytes(ids)))
                .order(products::product_id.asc())
                .select((products::slug, products::updated_at))
        })
        .prepared()
        .all::<(String, i64)>()?;
    Ok(found.into_iter().map(|(slug, at)| (slug, Timestamp::from_micros(at))).collect())
}

/// Products in the order of their ids, which is that of their making, after one of them.
pub fn after(tx: &mut Tx<'_>, after: Option<ProductId>, limit: i64) -> Result<Vec<ProductRow>, StoreError> {
    let after = after.map(ProductId::to_bytes).unwrap_or_default();
    tx.from(products::table)
        .with(|all| {
            all.filter(products::product_id.gt(after))
                .order(products::product_id.asc())
                .limit(limit)
                .select(ProductRow::as_select())
        })
        .all()
}

/// As [`after`], without their texts.
pub fn facts_after(
    tx: &mut Tx<'_>,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<ProductFacts>, StoreError> {
    let after = after.map(ProductId::to_bytes).unwrap_or_default();
    tx.from(products::table)
        .with(|all| {
            all.filter(products::product_id.gt(after))
                .order(products::product_id.asc())
                .limit(limit)
                .select(ProductFacts::as_select())
        })
        .all()
}

/// The facts of those with one of these ids, in no order.
pub fn facts_of(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<ProductFacts>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    tx.from(products::table)
        .with(|all| all.filter(products::product_id.eq_any(bytes(ids))).select(ProductFacts::as_select()))
        .prepared()
        .all()
}

/// The products with this SKU.
pub fn with_sku(tx: &mut Tx<'_>, sku: &str) -> Result<Vec<ProductId>, StoreError> {
    let rows = tx
        .from(products::table)
        .with(|all| all.filter(products::sku.eq(sku.to_owned())).limit(10).select(products::product_id))
        .all::<Vec<u8>>()?;
    rows.into_iter().map(read_id).collect()
}

/// Adds a product.
pub fn insert(tx: &mut Tx<'_>, row: ProductRow) -> Result<(), StoreError> {
    tx.insert(products::table, row)
}

/// Writes a product anew.
pub fn update(tx: &mut Tx<'_>, row: ProductRow) -> Result<(), StoreError> {
    let id = row.product_id.to_bytes();
    exactly_one(tx.from(products::table).with(|all| all.filter(products::product_id.eq(id))).update(row)?)
}

/// Changes the quantity where it is counted and does not fall below nothing; tells whether it did.
pub fn adjust(tx: &mut Tx<'_>, id: ProductId, delta: i64, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .from(products::table)
        .with(|all| {
            all.filter(products::product_id.eq(id.to_bytes()))
                .filter(products::quantity.is_not_null())
                .filter(products::quantity.ge(-delta))
        })
        .update((
            products::quantity.eq(products::quantity + delta),
            products::version.eq(products::version + 1),
            products::updated_at.eq(now.as_micros()),
        ))?;
    Ok(changed == 1)
}

/// Takes so many from a stock that is counted, for an order; tells whether there were enough. That is no change of the
/// product: its version stays.
pub fn take(tx: &mut Tx<'_>, id: ProductId, count: i64) -> Result<bool, StoreError> {
    let changed = tx
        .from(products::table)
        .with(|all| all.filter(products::product_id.eq(id.to_bytes())).filter(products::quantity.ge(count)))
        .update(products::quantity.eq(products::quantity - count))?;
    Ok(changed == 1)
}

/// Puts back what was taken, where the stock is still counted.
pub fn put_back(tx: &mut Tx<'_>, id: ProductId, count: i64) -> Result<(), StoreError> {
    tx.from(products::table)
        .with(|all| {
            all.filter(products::product_id.eq(id.to_bytes())).filter(products::quantity.is_not_null())
        })
        .update(products::quantity.eq(products::quantity + count))
        .map(drop)
}

/// Marks a product as changed: something of it stands in another table.
pub fn touch(tx: &mut Tx<'_>, id: ProductId, now: Timestamp) -> Result<(), StoreError> {
    tx.from(products::table)
        .with(|all| all.filter(products::product_id.eq(id.to_bytes())))
        .update((products::version.eq(products::version + 1), products::updated_at.eq(now.as_micros())))
        .and_then(exactly_one)
}

/// Removes a product whose other rows are gone.
pub fn delete(tx: &mut Tx<'_>, id: ProductId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(products::table).with(|all| all.filter(products::product_id.eq(id.to_bytes()))).delete()?,
    )
}

/// How many products the shop has.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx.from(products::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0))
}

pub(super) fn read_id(bytes: Vec<u8>) -> Result<ProductId, StoreError> {
    ProductId::try_from(bytes).map_err(|error| StoreError::Broken(error.to_string()))
}
