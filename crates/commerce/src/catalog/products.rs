//! What administrators and importers do with products.

use domain::catalog::{Product, ProductForm};
use domain::ids::{ProductId, VariantId};
use serde_json::Value;
use store::catalog::products::{self as rows, Narrowed};
use store::catalog::{attributes, collections, links, pictures, reviews, variants};
use store::changes::{Change as Changed, Subject, record};
use store::{StoreError, Tx};

use super::CatalogError;
use super::present::{self, Stored};
use super::references::comparable;
use super::save::{note, save};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// A page of the shop's products, newest first, and how many there are.
pub async fn products(
    commerce: &Commerce,
    shop: &Shop,
    narrowed: Narrowed,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Stored>, i64), CatalogError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, &narrowed, offset, limit)?;
            Ok((present::assemble(tx, page)?, total))
        })
        .await
}

/// One product.
pub async fn find_product(commerce: &Commerce, shop: &Shop, id: ProductId) -> Result<Stored, CatalogError> {
    commerce.store().read(shop.id, move |tx| present::find(tx, id)?.ok_or(CatalogError::NotFound)).await
}

/// Adds a product.
pub async fn create_product(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: ProductForm,
) -> Result<Stored, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let product = form.parse()?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let id = save(&handle, tx, &shop, None, &product)?;
            let stored = present::find(tx, id)?.ok_or(CatalogError::NotFound)?;
            audit_change(&handle, tx, &shop, &actor, "product.create", None, Some(&stored))?;
            Ok(stored)
        })
        .await
}

/// Changes a product: what the form names is written over what there is, and all of it is checked as a whole.
pub async fn change_product(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ProductId,
    version: Option<i64>,
    form: ProductForm,
) -> Result<Stored, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = present::find(tx, id)?.ok_or(CatalogError::NotFound)?;
            if version.is_some_and(|version| version != before.version) {
                return Err(CatalogError::Stale);
            }
            let product = form.clone().over(before.product.to_form()).parse()?;
            save(&handle, tx, &shop, Some(&before), &product)?;
            let stored = present::find(tx, id)?.ok_or(CatalogError::NotFound)?;
            audit_change(&handle, tx, &shop, &actor, "product.update", Some(&before), Some(&stored))?;
            Ok(stored)
        })
        .await
}

/// What happened to a product that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was not there.
    Created,
    /// It was there and something differed.
    Changed,
    /// It was there just so.
    Same,
}

/// Puts a product under its slug: a new one, or over the one that has it. For importers, many in one transaction.
pub fn put_product(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &ProductForm,
) -> Result<(ProductId, Put), CatalogError> {
    let slug = form.clone().parse()?.slug;
    let Some(row) = rows::find_by_slug(tx, slug.as_str())? else {
        let id = save(commerce, tx, shop, None, &form.clone().parse()?)?;
        return Ok((id, Put::Created));
    };
    let before = present::assemble(tx, vec![row])?.into_iter().next().ok_or(CatalogError::NotFound)?;
    let product = form.clone().over(before.product.to_form()).parse()?;
    let mut known = before.product.clone();
    known.collections.sort();
    if comparable(tx, &before.product, &product)? == known {
        return Ok((before.id, Put::Same));
    }
    let id = save(commerce, tx, shop, Some(&before), &product)?;
    Ok((id, Put::Changed))
}

/// Removes a product. One that something else still needs (a bundle, a box, an order) is withdrawn instead: it stays, and
/// is not offered any more. Tells whether it was removed.
pub async fn delete_product(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ProductId,
    version: Option<i64>,
) -> Result<bool, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = present::find(tx, id)?.ok_or(CatalogError::NotFound)?;
            if version.is_some_and(|version| version != before.version) {
                return Err(CatalogError::Stale);
            }
            if is_needed(tx, id)? {
                let product =
                    Product { listing: domain::catalog::Listing::Inactive, ..before.product.clone() };
                save(&handle, tx, &shop, Some(&before), &product)?;
                audit_change(&handle, tx, &shop, &actor, "product.archive", Some(&before), None)?;
                return Ok(false);
            }
            note(tx, id)?;
            remove(tx, id)?;
            audit_change(&handle, tx, &shop, &actor, "product.delete", Some(&before), None)?;
            Ok(true)
        })
        .await
}

/// Whether a bundle, the pool of a package, or a subscription needs the product.
fn is_needed(tx: &mut Tx<'_>, id: ProductId) -> Result<bool, StoreError> {
    for kind in [links::LinkKind::BundleItem, links::LinkKind::Pool] {
        if !links::naming(tx, &[id], kind)?.is_empty() {
            return Ok(true);
        }
    }
    store::subscriptions::names_package(tx, id)
}

fn remove(tx: &mut Tx<'_>, id: ProductId) -> Result<(), StoreError> {
    links::forget(tx, id)?;
    pictures::replace(tx, id, &[])?;
    attributes::replace_values(tx, id, &[])?;
    collections::remove_from_all(tx, id)?;
    variants::delete_all(tx, id)?;
    reviews::delete_of_product(tx, id)?;
    rows::delete(tx, id)
}

/// A change of stock.
#[derive(Clone, Debug)]
pub struct StockChange {
    /// The product.
    pub product: ProductId,
    /// The value of an option, where those are counted.
    pub variant: Option<VariantId>,
    /// How many more, or fewer.
    pub delta: i64,
    /// Why, for the audit log.
    pub reason: String,
}

/// Adds to a stock or takes from it. It never falls below nothing.
pub async fn adjust_stock(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    change: StockChange,
) -> Result<Stored, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = present::find(tx, change.product)?.ok_or(CatalogError::NotFound)?;
            let changed = match change.variant {
                None if !before.product.options.is_empty() => return Err(CatalogError::NotCounted),
                None => {
                    if before.product.quantity.is_none() {
                        return Err(CatalogError::NotCounted);
                    }
                    rows::adjust(tx, change.product, change.delta, shop.now)?
                }
                Some(variant) => {
                    let mut values = before.product.options.iter().flat_map(|option| &option.values);
                    let value =
                        values.find(|value| value.id == Some(variant)).ok_or(CatalogError::NotFound)?;
                    if value.quantity.is_none() {
                        return Err(CatalogError::NotCounted);
                    }
                    rows::touch(tx, change.product, shop.now)?;
                    variants::adjust(tx, change.product, variant, change.delta)?
                }
            };
            if !changed {
                return Err(CatalogError::StockTooLow);
            }
            note(tx, change.product)?;
            let entry = Change {
                action: "product.stock",
                target_kind: "product",
                target_id: change.product.to_string(),
                before: None,
                after: Some(serde_json::json!({
                    "variantId": change.variant, "delta": change.delta, "reason": change.reason,
                })),
            };
            audit::record(&handle, tx, shop.now, &actor, entry)?;
            present::find(tx, change.product)?.ok_or(CatalogError::NotFound)
        })
        .await
}

/// Tells lists and pages that something of a product changed with the time: a sale began or ended.
pub async fn refresh_product(
    commerce: &Commerce,
    tenant: domain::ids::TenantId,
    id: ProductId,
) -> Result<(), StoreError> {
    commerce
        .store()
        .write(tenant, move |tx| record(tx, &[Changed::of(Subject::Product, id.uuid())]).map(drop))
        .await
}

fn audit_change(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&Stored>,
    after: Option<&Stored>,
) -> Result<(), StoreError> {
    let shown = |stored: &Stored| serde_json::to_value(stored.product.to_form()).unwrap_or(Value::Null);
    let target_id = before.or(after).map(|stored| stored.id.to_string()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "product",
        target_id,
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
