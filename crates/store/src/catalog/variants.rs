//! The values of products' options.

use diesel::prelude::*;
use domain::ids::{ProductId, VariantId};

use super::bytes;
use super::products::read_id;
use crate::error::StoreError;
use crate::schema::variants;
use crate::tx::{Tx, exactly_one};

/// One value of an option.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = variants, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::catalog::OptionValue and its option")]
pub struct VariantRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub variant_id: VariantId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub product_id: ProductId,
    pub option_position: i64,
    pub option_name: String,
    pub option_slug: String,
    pub position: i64,
    pub label: String,
    pub sku: Option<String>,
    pub price: Option<i64>,
    pub quantity: Option<i64>,
    pub weight_grams: Option<i64>,
}

/// Those of these products, in the order of their options and values.
pub fn of(tx: &mut Tx<'_>, products: &[ProductId]) -> Result<Vec<VariantRow>, StoreError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    tx.from(variants::table)
        .with(|all| {
            all.filter(variants::product_id.eq_any(bytes(products)))
                .order((
                    variants::product_id.asc(),
                    variants::option_position.asc(),
                    variants::position.asc(),
                ))
                .select(VariantRow::as_select())
        })
        .prepared()
        .all()
}

/// The quantities of the values of these products.
pub fn quantities(
    tx: &mut Tx<'_>,
    products: &[ProductId],
) -> Result<Vec<(ProductId, Option<i64>)>, StoreError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .from(variants::table)
        .with(|all| {
            all.filter(variants::product_id.eq_any(bytes(products)))
                .select((variants::product_id, variants::quantity))
        })
        .prepared()
        .all::<(Vec<u8>, Option<i64>)>()?;
    rows.into_iter().map(|(id, quantity)| Ok((read_id(id)?, quantity))).collect()
}

/// The products that have a value with this SKU.
pub fn products_with_sku(tx: &mut Tx<'_>, sku: &str) -> Result<Vec<ProductId>, StoreError> {
    let rows = tx
        .from(variants::table)
        .with(|all| all.filter(variants::sku.eq(sku.to_owned())).limit(10).select(variants::product_id))
        .all::<Vec<u8>>()?;
    rows.into_iter().map(read_id).collect()
}

/// Adds a value.
pub fn insert(tx: &mut Tx<'_>, row: VariantRow) -> Result<(), StoreError> {
    tx.insert(variants::table, row)
}

/// Writes a value anew.
pub fn update(tx: &mut Tx<'_>, row: VariantRow) -> Result<(), StoreError> {
    let id = row.variant_id.to_bytes();
    exactly_one(tx.from(variants::table).with(|all| all.filter(variants::variant_id.eq(id))).update(row)?)
}

/// Removes a value.
pub fn delete(tx: &mut Tx<'_>, id: VariantId) -> Result<(), StoreError> {
    tx.from(variants::table)
        .with(|all| all.filter(variants::variant_id.eq(id.to_bytes())))
        .delete()
        .and_then(exactly_one)
}

/// Changes the quantity where it is counted and does not fall below nothing; tells whether it did.
pub fn adjust(tx: &mut Tx<'_>, product: ProductId, id: VariantId, delta: i64) -> Result<bool, StoreError> {
    let changed = tx
        .from(variants::table)
        .with(|all| {
            all.filter(variants::variant_id.eq(id.to_bytes()))
                .filter(variants::product_id.eq(product.to_bytes()))
                .filter(variants::quantity.is_not_null())
                .filter(variants::quantity.ge(-delta))
        })
        .update(variants::quantity.eq(variants::quantity + delta))?;
    Ok(changed == 1)
}

/// Whose value it is.
pub fn product_of(tx: &mut Tx<'_>, id: VariantId) -> Result<Option<ProductId>, StoreError> {
    let found = tx
        .from(variants::table)
        .with(|all| all.filter(variants::variant_id.eq(id.to_bytes())).select(variants::product_id))
        .one::<Vec<u8>>()?;
    found.map(read_id).transpose()
}

/// Takes so many from a stock that is counted, for an order; tells whether there were enough.
pub fn take(tx: &mut Tx<'_>, id: VariantId, count: i64) -> Result<bool, StoreError> {
    let changed = tx
        .from(variants::table)
        .with(|all| all.filter(variants::variant_id.eq(id.to_bytes())).filter(variants::quantity.ge(count)))
        .update(variants::quantity.eq(variants::quantity - count))?;
    Ok(changed == 1)
}

/// Puts back what was taken, where it is still there and counted.
pub fn put_back(tx: &mut Tx<'_>, id: VariantId, count: i64) -> Result<(), StoreError> {
    tx.from(variants::table)
        .with(|all| {
            all.filter(variants::variant_id.eq(id.to_bytes())).filter(variants::quantity.is_not_null())
        })
        .update(variants::quantity.eq(variants::quantity + count))
        .map(drop)
}

/// Removes all of a product's.
pub fn delete_all(tx: &mut Tx<'_>, product: ProductId) -> Result<(), StoreError> {
    tx.from(variants::table)
        .with(|all| all.filter(variants::product_id.eq(product.to_bytes())))
        .delete()
        .map(drop)
}
