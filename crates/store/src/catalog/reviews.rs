//! What customers say of products.

use diesel::prelude::*;
use domain::ids::{CustomerId, ProductId, ReviewId};
use domain::time::Timestamp;

use crate::columns::{Flag, Micros};
use crate::error::StoreError;
use crate::schema::reviews;
use crate::tx::{Tx, exactly_one};

/// One review.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::catalog::Review, or say themselves")]
pub struct ReviewRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub review_id: ReviewId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub product_id: ProductId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    /// The name that is shown.
    pub author: String,
    pub rating: i64,
    pub title: Option<String>,
    pub body: Option<String>,
    pub status: String,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub verified_purchase: bool,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The newest reviews of a product with this status.
pub fn of_product(
    tx: &mut Tx<'_>,
    product: ProductId,
    status: &str,
    limit: i64,
) -> Result<Vec<ReviewRow>, StoreError> {
    tx.from(reviews::table)
        .with(|all| {
            all.filter(reviews::product_id.eq(product.to_bytes()))
                .filter(reviews::status.eq(status.to_owned()))
                .order((reviews::created_at.desc(), reviews::review_id.desc()))
                .limit(limit)
                .select(ReviewRow::as_select())
        })
        .all()
}

/// A page of the shop's reviews, newest first, and how many there are.
pub fn list(
    tx: &mut Tx<'_>,
    status: Option<&str>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ReviewRow>, i64), StoreError> {
    macro_rules! narrow {
        ($all:expr) => {{
            let query = $all.into_boxed();
            match status.map(ToOwned::to_owned) {
                Some(status) => query.filter(reviews::status.eq(status)),
                None => query,
            }
        }};
    }
    let total = tx.from(reviews::table).with(|all| narrow!(all.count())).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(reviews::table)
        .with(|all| {
            narrow!(all.select(ReviewRow::as_select()))
                .order((reviews::created_at.desc(), reviews::review_id.desc()))
                .offset(offset)
                .limit(limit)
        })
        .all()?;
    Ok((page, total))
}

/// The review with this id.
pub fn find(tx: &mut Tx<'_>, id: ReviewId) -> Result<Option<ReviewRow>, StoreError> {
    tx.from(reviews::table)
        .with(|all| all.filter(reviews::review_id.eq(id.to_bytes())).select(ReviewRow::as_select()))
        .one()
}

/// All reviews of a customer.
pub fn of_customer(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<ReviewRow>, StoreError> {
    tx.from(reviews::table)
        .with(|all| {
            all.filter(reviews::customer_id.eq(customer.to_bytes()))
                .order(reviews::review_id.asc())
                .limit(10_000)
                .select(ReviewRow::as_select())
        })
        .all()
}

/// Adds a review.
pub fn insert(tx: &mut Tx<'_>, row: ReviewRow) -> Result<(), StoreError> {
    tx.insert(reviews::table, row)
}

/// Writes a review anew.
pub fn update(tx: &mut Tx<'_>, row: ReviewRow) -> Result<(), StoreError> {
    let id = row.review_id.to_bytes();
    exactly_one(tx.from(reviews::table).with(|all| all.filter(reviews::review_id.eq(id))).update(row)?)
}

/// Removes a review.
pub fn delete(tx: &mut Tx<'_>, id: ReviewId) -> Result<(), StoreError> {
    exactly_one(
        tx.from(reviews::table).with(|all| all.filter(reviews::review_id.eq(id.to_bytes()))).delete()?,
    )
}

/// Removes all reviews of a product.
pub fn delete_of_product(tx: &mut Tx<'_>, product: ProductId) -> Result<(), StoreError> {
    tx.from(reviews::table)
        .with(|all| all.filter(reviews::product_id.eq(product.to_bytes())))
        .delete()
        .map(drop)
}

/// Gives the reviews of one customer to another, where that one has not reviewed the product too.
pub fn give_all(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<(), StoreError> {
    let has: Vec<ProductId> = of_customer(tx, to)?.into_iter().map(|row| row.product_id).collect();
    for row in of_customer(tx, from)? {
        if has.contains(&row.product_id) {
            delete(tx, row.review_id)?;
        } else {
            update(tx, ReviewRow { customer_id: to, ..row })?;
        }
    }
    Ok(())
}
