//! Collections, and who is in the hand-set ones.

use diesel::dsl::max;
use diesel::prelude::*;
use domain::ids::{CollectionId, MediaId, ProductId};
use domain::time::Timestamp;

use super::bytes;
use super::products::read_id;
use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::{collection_products, collections};
use crate::tx::{Tx, exactly_one};

/// One collection.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = collections, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::catalog::Collection")]
pub struct CollectionRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub collection_id: CollectionId,
    pub name: String,
    pub slug: String,
    pub description: String,
    pub image_id: Option<Vec<u8>>,
    /// JSON; `None` where the products are set by hand.
    pub rule: Option<String>,
    pub position: i64,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

impl CollectionRow {
    /// Its picture.
    pub fn image(&self) -> Result<Option<MediaId>, StoreError> {
        let id = self.image_id.clone().map(MediaId::try_from).transpose();
        id.map_err(|error| StoreError::Broken(error.to_string()))
    }
}

/// Collections that a shop may have.
pub const MOST: i64 = 2000;

/// All of the shop's, in their order.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<CollectionRow>, StoreError> {
    tx.from(collections::table)
        .with(|all| {
            all.order((collections::position.asc(), collections::collection_id.asc()))
                .limit(MOST)
                .select(CollectionRow::as_select())
        })
        .all()
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: CollectionId) -> Result<Option<CollectionRow>, StoreError> {
    tx.from(collections::table)
        .with(|all| {
            all.filter(collections::collection_id.eq(id.to_bytes())).select(CollectionRow::as_select())
        })
        .one()
}

/// Those with one of these ids, in no order.
pub fn find_all(tx: &mut Tx<'_>, ids: &[CollectionId]) -> Result<Vec<CollectionRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(collections::table)
        .with(|all| all.filter(collections::collection_id.eq_any(ids)).select(CollectionRow::as_select()))
        .all()
}

/// The one with this slug.
pub fn find_by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<CollectionRow>, StoreError> {
    tx.from(collections::table)
        .with(|all| all.filter(collections::slug.eq(slug.to_owned())).select(CollectionRow::as_select()))
        .one()
}

/// Adds a collection.
pub fn insert(tx: &mut Tx<'_>, row: CollectionRow) -> Result<(), StoreError> {
    tx.insert(collections::table, row)
}

/// Writes a collection anew.
pub fn update(tx: &mut Tx<'_>, row: CollectionRow) -> Result<(), StoreError> {
    let id = row.collection_id.to_bytes();
    exactly_one(
        tx.from(collections::table).with(|all| all.filter(collections::collection_id.eq(id))).update(row)?,
    )
}

/// Removes a collection; its products stay.
pub fn delete(tx: &mut Tx<'_>, id: CollectionId) -> Result<(), StoreError> {
    clear(tx, id)?;
    exactly_one(
        tx.from(collections::table)
            .with(|all| all.filter(collections::collection_id.eq(id.to_bytes())))
            .delete()?,
    )
}

/// A product in a hand-set collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The collection.
    pub collection: CollectionId,
    /// The product.
    pub product: ProductId,
    /// Where it stands.
    pub position: i64,
}

fn read(rows: Vec<(Vec<u8>, Vec<u8>, i64)>) -> Result<Vec<Member>, StoreError> {
    let member = |(collection, product, position): (Vec<u8>, Vec<u8>, i64)| {
        let collection =
            CollectionId::try_from(collection).map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Member { collection, product: read_id(product)?, position })
    };
    rows.into_iter().map(member).collect()
}

/// Where these products are members.
pub fn memberships(tx: &mut Tx<'_>, products: &[ProductId]) -> Result<Vec<Member>, StoreError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .from(collection_products::table)
        .with(|all| {
            all.filter(collection_products::product_id.eq_any(bytes(products))).select((
                collection_products::collection_id,
                collection_products::product_id,
                collection_products::position,
            ))
        })
        .prepared()
        .all()?;
    read(rows)
}

/// The members of a collection in their order.
pub fn members(tx: &mut Tx<'_>, id: CollectionId) -> Result<Vec<Member>, StoreError> {
    let rows = tx
        .from(collection_products::table)
        .with(|all| {
            all.filter(collection_products::collection_id.eq(id.to_bytes()))
                .order((collection_products::position.asc(), collection_products::product_id.asc()))
                .select((
                    collection_products::collection_id,
                    collection_products::product_id,
                    collection_products::position,
                ))
        })
        .all()?;
    read(rows)
}

/// Adds a product at the end of a collection.
pub fn append(tx: &mut Tx<'_>, id: CollectionId, product: ProductId) -> Result<(), StoreError> {
    let last = tx
        .from(collection_products::table)
        .with(|all| {
            all.filter(collection_products::collection_id.eq(id.to_bytes()))
                .select(max(collection_products::position))
        })
        .one::<Option<i64>>()?
        .flatten();
    put(tx, id, product, last.map_or(0, |last| last + 1))
}

/// Takes a product out of a collection.
pub fn remove(tx: &mut Tx<'_>, id: CollectionId, product: ProductId) -> Result<(), StoreError> {
    tx.from(collection_products::table)
        .with(|all| {
            all.filter(collection_products::collection_id.eq(id.to_bytes()))
                .filter(collection_products::product_id.eq(product.to_bytes()))
        })
        .delete()
        .map(drop)
}

/// Takes a product out of all collections.
pub fn remove_from_all(tx: &mut Tx<'_>, product: ProductId) -> Result<(), StoreError> {
    tx.from(collection_products::table)
        .with(|all| all.filter(collection_products::product_id.eq(product.to_bytes())))
        .delete()
        .map(drop)
}

/// Puts these products, in this order, in the place of a collection's.
pub fn set_members(tx: &mut Tx<'_>, id: CollectionId, products: &[ProductId]) -> Result<(), StoreError> {
    clear(tx, id)?;
    for (position, product) in (0_i64..).zip(products) {
        put(tx, id, *product, position)?;
    }
    Ok(())
}

fn clear(tx: &mut Tx<'_>, id: CollectionId) -> Result<(), StoreError> {
    tx.from(collection_products::table)
        .with(|all| all.filter(collection_products::collection_id.eq(id.to_bytes())))
        .delete()
        .map(drop)
}

fn put(tx: &mut Tx<'_>, id: CollectionId, product: ProductId, position: i64) -> Result<(), StoreError> {
    let row = (
        collection_products::collection_id.eq(id.to_bytes()),
        collection_products::product_id.eq(product.to_bytes()),
        collection_products::position.eq(position),
    );
    tx.insert(collection_products::table, row)
}
