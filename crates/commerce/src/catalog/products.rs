//! What administrators and importers do with products.

use domain::catalog::{MOST_STOCK, Product, ProductForm};
use domain::fields::FieldErrors;
use domain::ids::{ProductId, VariantId};
use domain::time::Timestamp;
use serde_json::Value;
use store::catalog::products as rows;
use store::catalog::{attributes, collections, links, reviews, variants};
use store::changes::{Change as Changed, Subject, record};
use store::{StoreError, Tx};

use super::present::{self, Stored};
use super::references::comparable;
use super::save::{Origin, forget_pictures, note, save, write};
use super::{CatalogError, Narrowed};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// A page of the shop's products, newest first, and how many there are.
pub async fn products(
    commerce: &Commerce,
    shop: &Shop,
    narrowed: Narrowed,
    offset: u64,
    limit: usize,
) -> Result<(Vec<Stored>, i64), CatalogError> {
    let (handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let named = named(tx, narrowed.query.as_deref())?;
            let found = handle.shelves().look(tx, now, |shelf| shelf.find(&narrowed, &named))?;
            let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            let page: Vec<ProductId> = found.into_iter().skip(offset).take(limit).collect();
            let rows = rows::find_all(tx, &page)?;
            let mut stored = present::assemble(tx, rows)?;
            stored.sort_unstable_by_key(|one| std::cmp::Reverse(one.id));
            Ok((stored, total))
        })
        .await
}

/// The products that have this slug, or this SKU themselves or at one of their options' values.
fn named(tx: &mut Tx<'_>, query: Option<&str>) -> Result<Vec<ProductId>, StoreError> {
    let Some(query) = query else { return Ok(Vec::new()) };
    let mut named = rows::with_sku(tx, query)?;
    named.extend(variants::products_with_sku(tx, query)?);
    named.extend(rows::ids_of(tx, &[query.to_owned()])?.into_iter().map(|(_, id)| id));
    Ok(named)
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
    let product = form.parse(shop.settings.currency)?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let id = save(&handle, tx, &shop, Origin::New { made_at: shop.now }, &product)?;
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
            let product = form.clone().over(before.product.to_form()).parse(shop.settings.currency)?;
            save(&handle, tx, &shop, Origin::Known(&before), &product)?;
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
    let mut changed = Vec::new();
    let put = import_product(commerce, tx, shop, form, shop.now, &mut changed)?;
    if !changed.is_empty() {
        record(tx, &changed)?;
    }
    Ok(put)
}

/// As [`put_product`], for one that was made at some time, perhaps in another shop: there it stands among the newest. What
/// changed with it is added to `changed`, for the caller to record once for many.
pub(crate) fn import_product(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &ProductForm,
    made_at: Timestamp,
    changed: &mut Vec<Changed>,
) -> Result<(ProductId, Put), CatalogError> {
    let new = form.clone().parse(shop.settings.currency)?;
    let Some(row) = rows::find_by_slug(tx, new.slug.as_str())? else {
        let id = write(commerce, tx, shop, Origin::New { made_at }, &new)?;
        changed.push(Changed::of(Subject::Product, id.uuid()));
        return Ok((id, Put::Created));
    };
    let before = present::assemble(tx, vec![row])?.into_iter().next().ok_or(CatalogError::NotFound)?;
    let product = form.clone().over(before.product.to_form()).parse(shop.settings.currency)?;
    let mut known = before.product.clone();
    known.collections.sort();
    if comparable(tx, &before.product, &product)? == known {
        return Ok((before.id, Put::Same));
    }
    let id = write(commerce, tx, shop, Origin::Known(&before), &product)?;
    changed.extend(super::save::changed(tx, id)?);
    Ok((id, Put::Changed))
}

/// Removes a product. One that something else still needs (a bundle, a box, an order) is withdrawn instead: it stays, and
/// is not offered any more. Gives the product if it was withdrawn, nothing if it was removed.
pub async fn delete_product(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ProductId,
    version: Option<i64>,
) -> Result<Option<Stored>, CatalogError> {
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
                save(&handle, tx, &shop, Origin::Known(&before), &product)?;
                let stored = present::find(tx, id)?.ok_or(CatalogError::NotFound)?;
                audit_change(&handle, tx, &shop, &actor, "product.archive", Some(&before), Some(&stored))?;
                return Ok(Some(stored));
            }
            note(tx, id)?;
            remove(tx, id)?;
            audit_change(&handle, tx, &shop, &actor, "product.delete", Some(&before), None)?;
            Ok(None)
        })
        .await
}

/// Whether a bundle, the pool of a package, a subscription or an order needs the product.
fn is_needed(tx: &mut Tx<'_>, id: ProductId) -> Result<bool, StoreError> {
    for kind in [links::LinkKind::BundleItem, links::LinkKind::Pool] {
        if !links::naming(tx, &[id], kind)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(store::subscriptions::names_package(tx, id)? || store::orders::items::name_product(tx, id)?)
}

fn remove(tx: &mut Tx<'_>, id: ProductId) -> Result<(), StoreError> {
    links::forget(tx, id)?;
    forget_pictures(tx, id)?;
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
            let had = counted(&before.product, change.variant)?;
            let left = had.checked_add(change.delta).filter(|left| *left <= MOST_STOCK);
            let left = left.ok_or_else(|| FieldErrors::one("delta", "There would be more than 100000000."))?;
            let changed = match change.variant {
                None => rows::adjust(tx, change.product, change.delta, shop.now)?,
                Some(variant) => {
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
                before: Some(serde_json::json!({ "variantId": change.variant, "quantity": had })),
                after: Some(serde_json::json!({
                    "variantId": change.variant, "quantity": left, "delta": change.delta, "reason": change.reason,
                })),
            };
            audit::record(&handle, tx, shop.now, &actor, entry)?;
            present::find(tx, change.product)?.ok_or(CatalogError::NotFound)
        })
        .await
}

/// How many there are of what is counted: the product, or one of its options' values.
fn counted(product: &Product, variant: Option<VariantId>) -> Result<i64, CatalogError> {
    let quantity = match variant {
        None if product.options.is_empty() => product.quantity,
        None => None,
        Some(variant) => {
            let mut values = product.options.iter().flat_map(|option| &option.values);
            let value = values.find(|value| value.id == Some(variant));
            value
                .ok_or_else(|| FieldErrors::one("variantId", "The product has no such option value."))?
                .quantity
        }
    };
    quantity.ok_or(CatalogError::NotCounted)
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
