//! Attributes, and their values on products.

use diesel::prelude::*;
use domain::ids::{AttributeId, ProductId};
use domain::time::Timestamp;

use super::bytes;
use super::products::read_id;
use crate::columns::{Flag, Micros};
use crate::error::StoreError;
use crate::schema::{attributes, product_attributes};
use crate::tx::{Tx, exactly_one};

/// One attribute.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attributes, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::catalog::Attribute")]
pub struct AttributeRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub attribute_id: AttributeId,
    pub name: String,
    pub slug: String,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub filterable: bool,
    pub position: i64,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Attributes that a shop may have.
pub const MOST: i64 = 500;

/// All of the shop's, in their order.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<AttributeRow>, StoreError> {
    tx.from(attributes::table)
        .with(|all| {
            all.order((attributes::position.asc(), attributes::attribute_id.asc()))
                .limit(MOST)
                .select(AttributeRow::as_select())
        })
        .all()
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: AttributeId) -> Result<Option<AttributeRow>, StoreError> {
    tx.from(attributes::table)
        .with(|all| all.filter(attributes::attribute_id.eq(id.to_bytes())).select(AttributeRow::as_select()))
        .one()
}

/// The one with this slug.
pub fn find_by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<AttributeRow>, StoreError> {
    tx.from(attributes::table)
        .with(|all| all.filter(attributes::slug.eq(slug.to_owned())).select(AttributeRow::as_select()))
        .one()
}

/// Adds an attribute.
pub fn insert(tx: &mut Tx<'_>, row: AttributeRow) -> Result<(), StoreError> {
    tx.insert(attributes::table, row)
}

/// Writes an attribute anew.
pub fn update(tx: &mut Tx<'_>, row: AttributeRow) -> Result<(), StoreError> {
    let id = row.attribute_id.to_bytes();
    exactly_one(
        tx.from(attributes::table).with(|all| all.filter(attributes::attribute_id.eq(id))).update(row)?,
    )
}

/// Removes an attribute and its values; tells of which products.
pub fn delete(tx: &mut Tx<'_>, id: AttributeId) -> Result<Vec<ProductId>, StoreError> {
    let products = tx
        .from(product_attributes::table)
        .with(|all| {
            all.filter(product_attributes::attribute_id.eq(id.to_bytes()))
                .select(product_attributes::product_id)
        })
        .all::<Vec<u8>>()?;
    tx.from(product_attributes::table)
        .with(|all| all.filter(product_attributes::attribute_id.eq(id.to_bytes())))
        .delete()?;
    exactly_one(
        tx.from(attributes::table)
            .with(|all| all.filter(attributes::attribute_id.eq(id.to_bytes())))
            .delete()?,
    )?;
    products.into_iter().map(read_id).collect()
}

/// An attribute's values on a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesRow {
    /// The product.
    pub product: ProductId,
    /// The attribute.
    pub attribute: AttributeId,
    /// A JSON list of texts.
    pub values: String,
}

/// The values on these products, in their order.
pub fn values_of(tx: &mut Tx<'_>, products: &[ProductId]) -> Result<Vec<ValuesRow>, StoreError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .from(product_attributes::table)
        .with(|all| {
            all.filter(product_attributes::product_id.eq_any(bytes(products)))
                .order((product_attributes::product_id.asc(), product_attributes::position.asc()))
                .select((
                    product_attributes::product_id,
                    product_attributes::attribute_id,
                    product_attributes::attribute_values,
                ))
        })
        .prepared()
        .all::<(Vec<u8>, Vec<u8>, String)>()?;
    let row = |(product, attribute, values): (Vec<u8>, Vec<u8>, String)| {
        let attribute =
            AttributeId::try_from(attribute).map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(ValuesRow { product: read_id(product)?, attribute, values })
    };
    rows.into_iter().map(row).collect()
}

/// Puts these in the place of the product's values.
pub fn replace_values(
    tx: &mut Tx<'_>,
    product: ProductId,
    values: &[(AttributeId, String)],
) -> Result<(), StoreError> {
    tx.from(product_attributes::table)
        .with(|all| all.filter(product_attributes::product_id.eq(product.to_bytes())))
        .delete()?;
    for (position, (attribute, values)) in (0_i64..).zip(values) {
        let row = (
            product_attributes::product_id.eq(product.to_bytes()),
            product_attributes::attribute_id.eq(attribute.to_bytes()),
            product_attributes::position.eq(position),
            product_attributes::attribute_values.eq(values.clone()),
        );
        tx.insert(product_attributes::table, row)?;
    }
    Ok(())
}
