//! What customers say of products, and what the shop makes of it. Rule: nothing is shown before somebody of the shop has
//! approved it.

use domain::catalog::{Reference, Review, ReviewStatus};
use domain::ids::{CustomerId, ProductId, ReviewId};
use domain::time::Timestamp;
use store::catalog::products;
use store::catalog::reviews::{self as rows, ReviewRow};
use store::{StoreError, Tx};

use super::CatalogError;
use super::save::note;
use crate::accounts::SignedIn;
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// The name under which the reviews of erased customers are shown.
const FORMER_CUSTOMER: &str = "Former customer";

/// A review as it is stored.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, or say themselves")]
pub struct ReviewEntry {
    pub id: ReviewId,
    pub product_id: ProductId,
    pub customer_id: CustomerId,
    /// The name that is shown.
    pub author: String,
    pub rating: i64,
    pub title: Option<String>,
    pub body: Option<String>,
    pub status: ReviewStatus,
    pub verified_purchase: bool,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ReviewEntry {
    pub(super) fn of(row: ReviewRow) -> Result<Self, StoreError> {
        let status = ReviewStatus::parse(&row.status)
            .map_err(|_| StoreError::Broken(format!("the status of review {}", row.review_id)))?;
        Ok(Self {
            id: row.review_id,
            product_id: row.product_id,
            customer_id: row.customer_id,
            author: row.author,
            rating: row.rating,
            title: row.title,
            body: row.body,
            status,
            verified_purchase: row.verified_purchase,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Takes a customer's review; it waits for the shop. Shown is the first name with the initial of the last.
pub async fn add_review(
    commerce: &Commerce,
    who: &SignedIn,
    product: Reference,
    review: Review,
) -> Result<(), CatalogError> {
    let (handle, who) = (commerce.clone(), who.clone());
    commerce
        .store()
        .write(who.tenant, move |tx| {
            let row = match &product {
                Reference::Id(id) => products::find(tx, ProductId::new(*id))?,
                Reference::Slug(slug) => products::find_by_slug(tx, slug.as_str())?,
            };
            let listed = domain::catalog::Listing::Active.as_str();
            let row = row.filter(|row| row.status == listed).ok_or(CatalogError::NotFound)?;
            let added = rows::insert(
                tx,
                ReviewRow {
                    review_id: ReviewId::new(handle.chance().uuid(who.now)),
                    product_id: row.product_id,
                    customer_id: who.customer,
                    author: who.shown_name(),
                    rating: review.rating,
                    title: review.title.clone(),
                    body: review.body.clone(),
                    status: ReviewStatus::Pending.to_string(),
                    verified_purchase: false,
                    version: 1,
                    created_at: who.now,
                    updated_at: who.now,
                },
            );
            added.map_err(|error| match error {
                StoreError::Duplicate => CatalogError::AlreadyReviewed,
                error => error.into(),
            })
        })
        .await
}

/// A page of the shop's reviews, newest first, and how many there are.
pub async fn reviews(
    commerce: &Commerce,
    shop: &Shop,
    status: Option<ReviewStatus>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ReviewEntry>, i64), CatalogError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, status.map(ReviewStatus::as_str), offset, limit)?;
            Ok((page.into_iter().map(ReviewEntry::of).collect::<Result<_, _>>()?, total))
        })
        .await
}

/// One review.
pub async fn find_review(
    commerce: &Commerce,
    shop: &Shop,
    id: ReviewId,
) -> Result<ReviewEntry, CatalogError> {
    commerce.store().read(shop.id, move |tx| current(tx, id, None)).await
}

fn current(tx: &mut Tx<'_>, id: ReviewId, version: Option<i64>) -> Result<ReviewEntry, CatalogError> {
    let entry = ReviewEntry::of(rows::find(tx, id)?.ok_or(CatalogError::NotFound)?)?;
    if version.is_some_and(|version| version != entry.version) {
        return Err(CatalogError::Stale);
    }
    Ok(entry)
}

/// Gives all reviews of one customer to another: they are merged. Where both reviewed a product, that of the one who
/// stays counts.
pub(crate) fn give_reviews(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> Result<(), StoreError> {
    let given = rows::of_customer(tx, from)?;
    rows::give_all(tx, from, to)?;
    for row in given {
        note(tx, row.product_id)?;
    }
    Ok(())
}

/// Takes a customer who is erased out of their reviews. What they wrote may tell who they are, so it goes with their
/// name; the rating of a review that is shown stays, for it says nothing of a person and the product earned it.
pub(crate) fn forget_author(tx: &mut Tx<'_>, customer: CustomerId, now: Timestamp) -> Result<(), StoreError> {
    for row in rows::of_customer(tx, customer)? {
        if row.status == ReviewStatus::Approved.as_str() {
            note(tx, row.product_id)?;
            let version = row.version + 1;
            let author = FORMER_CUSTOMER.to_owned();
            rows::update(tx, ReviewRow { author, title: None, body: None, version, updated_at: now, ..row })?;
        } else {
            rows::delete(tx, row.review_id)?;
        }
    }
    Ok(())
}

/// Approves or rejects a review.
pub async fn decide_review(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ReviewId,
    status: ReviewStatus,
) -> Result<ReviewEntry, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(CatalogError::NotFound)?;
            let before = row.status.clone();
            let row = ReviewRow {
                status: status.to_string(),
                version: row.version + 1,
                updated_at: shop.now,
                ..row
            };
            rows::update(tx, row.clone())?;
            note(tx, row.product_id)?;
            let change = Change {
                action: "review.decide",
                target_kind: "review",
                target_id: id.to_string(),
                before: Some(serde_json::json!({ "status": before })),
                after: Some(serde_json::json!({ "status": status })),
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok(ReviewEntry::of(row)?)
        })
        .await
}

/// Removes a review; the customer may write another.
pub async fn delete_review(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ReviewId,
) -> Result<(), CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let entry = current(tx, id, None)?;
            rows::delete(tx, id)?;
            note(tx, entry.product_id)?;
            let change = Change {
                action: "review.delete",
                target_kind: "review",
                target_id: id.to_string(),
                before: Some(serde_json::json!({
                    "productId": entry.product_id, "rating": entry.rating, "status": entry.status,
                })),
                after: None,
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok(())
        })
        .await
}
