//! Keeping discounts.

use std::collections::HashSet;

use domain::fields::{FieldErrors, Fields};
use domain::ids::{CollectionId, DiscountId, ProductId};
use domain::selling::{Discount, DiscountForm, Switch, Switched};
use domain::time::Timestamp;
use store::catalog::{collections, products};
use store::selling::discounts::{self as rows, DiscountRow, Search};
use store::{StoreError, Tx};

use super::{SellingError, broken, check_version, discount_of, json, taken};
use crate::audit::{self, Actor, Change};
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// A discount as it is stored.
#[derive(Clone, Debug)]
pub struct DiscountEntry {
    /// The discount.
    pub discount: Switched<Discount>,
    /// How often it was used.
    pub used: i64,
    /// Counts the changes of what staff set.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Which discounts to list.
#[derive(Clone, Debug, Default)]
pub struct DiscountSearch {
    /// With this status.
    pub status: Option<Switch>,
    /// With this code, in capitals.
    pub code: Option<String>,
}

fn entry(row: DiscountRow) -> Result<DiscountEntry, StoreError> {
    let status = Switch::parse(&row.status).map_err(broken("the status of a discount"))?;
    let (used, version) = (row.used, row.version);
    let (created_at, updated_at) = (row.created_at, row.updated_at);
    let discount = Switched { item: discount_of(row)?, status };
    Ok(DiscountEntry { discount, used, version, created_at, updated_at })
}

fn row(entry: &DiscountEntry) -> Result<DiscountRow, StoreError> {
    let Switched { item: discount, status } = &entry.discount;
    let classes: Vec<&str> = discount.combines_with.iter().map(|class| class.as_str()).collect();
    Ok(DiscountRow {
        discount_id: discount.id,
        code: discount.code.clone(),
        name: discount.name.clone(),
        kind: discount.kind.word().to_string(),
        value: discount.kind.value().unwrap_or(0),
        minimum_spend: discount.minimum_spend,
        products: json(&discount.products)?,
        collections: json(&discount.collections)?,
        starts_at: discount.starts_at,
        ends_at: discount.ends_at,
        usage_limit: discount.usage_limit,
        per_customer_limit: discount.per_customer_limit,
        combines_with: json(&classes)?,
        applies_to: discount.applies_to.as_str().to_owned(),
        status: status.to_string(),
        used: entry.used,
        version: entry.version,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
    })
}

/// A page of the shop's discounts, the newest first, and how many there are.
pub async fn discounts(
    commerce: &Commerce,
    shop: &Shop,
    search: DiscountSearch,
    offset: i64,
    limit: i64,
) -> Result<(Vec<DiscountEntry>, i64), SellingError> {
    let search = Search { status: search.status.map(|status| status.to_string()), code: search.code };
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, &search, offset, limit)?;
            Ok((page.into_iter().map(entry).collect::<Result<_, _>>()?, total))
        })
        .await
}

/// One discount.
pub async fn find_discount(
    commerce: &Commerce,
    shop: &Shop,
    id: DiscountId,
) -> Result<DiscountEntry, SellingError> {
    commerce.store().read(shop.id, move |tx| find(tx, id)).await
}

fn find(tx: &mut Tx<'_>, id: DiscountId) -> Result<DiscountEntry, SellingError> {
    Ok(entry(rows::find(tx, id)?.ok_or(SellingError::NotFound)?)?)
}

/// Adds a discount.
pub async fn create_discount(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: DiscountForm,
) -> Result<DiscountEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let id = DiscountId::new(commerce.chance().uuid(shop.now));
    let discount = form.parse(id, shop.settings.currency)?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            check(tx, &discount.item, None)?;
            let created = DiscountEntry {
                discount: discount.clone(),
                used: 0,
                version: 1,
                created_at: shop.now,
                updated_at: shop.now,
            };
            rows::insert(tx, row(&created)?).map_err(taken(SellingError::CodeTaken))?;
            note(&handle, tx, &shop, &actor, "discount.create", None, Some(&created))?;
            Ok(created)
        })
        .await
}

/// Changes a discount.
pub async fn change_discount(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: DiscountId,
    version: Option<i64>,
    form: DiscountForm,
) -> Result<DiscountEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = find(tx, id)?;
            check_version(version, before.version)?;
            let form = form.clone().over(before.discount.to_form());
            let discount = form.parse(id, shop.settings.currency)?;
            check(tx, &discount.item, Some(&before))?;
            let changed = DiscountEntry {
                discount,
                version: before.version + 1,
                updated_at: shop.now,
                ..before.clone()
            };
            rows::update(tx, row(&changed)?).map_err(taken(SellingError::CodeTaken))?;
            note(&handle, tx, &shop, &actor, "discount.update", Some(&before), Some(&changed))?;
            Ok(changed)
        })
        .await
}

/// Removes a discount. Orders have copied its name and what it came to, and do not miss it.
pub async fn delete_discount(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: DiscountId,
    version: Option<i64>,
) -> Result<(), SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = find(tx, id)?;
            check_version(version, before.version)?;
            rows::delete(tx, id)?;
            note(&handle, tx, &shop, &actor, "discount.delete", Some(&before), None)?;
            Ok(())
        })
        .await
}

/// Puts a discount under its code, or under its name where it has none. For importers.
pub(super) fn put(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: DiscountForm,
) -> Result<Put, SellingError> {
    let id = DiscountId::new(commerce.chance().uuid(shop.now));
    let discount = form.clone().parse(id, shop.settings.currency)?;
    let Some(before) = there(tx, &discount.item)? else {
        check(tx, &discount.item, None)?;
        let created =
            DiscountEntry { discount, used: 0, version: 1, created_at: shop.now, updated_at: shop.now };
        rows::insert(tx, row(&created)?)?;
        return Ok(Put::Created);
    };
    let form = form.over(before.discount.to_form());
    let discount = form.parse(before.discount.item.id, shop.settings.currency)?;
    if discount == before.discount {
        return Ok(Put::Same);
    }
    check(tx, &discount.item, Some(&before))?;
    let changed = DiscountEntry { discount, version: before.version + 1, updated_at: shop.now, ..before };
    rows::update(tx, row(&changed)?)?;
    Ok(Put::Changed)
}

/// The one that the shop has under this code or name.
pub(super) fn there(tx: &mut Tx<'_>, discount: &Discount) -> Result<Option<DiscountEntry>, SellingError> {
    let found = match &discount.code {
        Some(code) => match rows::owner_of(tx, code)? {
            Some(id) => rows::find(tx, id)?,
            None => None,
        },
        None => rows::find_automatic(tx, &discount.name)?,
    };
    Ok(found.map(entry).transpose()?)
}

/// All of the shop's discounts.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<DiscountEntry>, StoreError> {
    let (all, _) = rows::list(tx, &Search::default(), 0, rows::MOST)?;
    all.into_iter().map(entry).collect()
}

/// Looks at what the form alone can not tell. `before` is what is to be changed.
fn check(tx: &mut Tx<'_>, discount: &Discount, before: Option<&DiscountEntry>) -> Result<(), SellingError> {
    let old = before.map(|before| &before.discount.item);
    check_limits(tx, discount, old)?;
    let used = before.map_or(0, |before| before.used);
    if discount.usage_limit.is_some_and(|limit| limit < used) {
        let reason = format!("Must be at least {used}: so often it was used already.");
        return Err(FieldErrors::one("usageLimit", reason).into());
    }
    if let Some(code) = &discount.code
        && rows::owner_of(tx, code)?.is_some_and(|owner| owner != discount.id)
    {
        return Err(SellingError::CodeTaken);
    }
    check_references(tx, discount, old)
}

fn check_limits(tx: &mut Tx<'_>, discount: &Discount, old: Option<&Discount>) -> Result<(), SellingError> {
    let (all, automatic) = rows::counts(tx)?;
    if old.is_none() && all >= rows::MOST {
        return Err(SellingError::LimitReached(rows::MOST));
    }
    let becomes_automatic = discount.code.is_none() && old.is_none_or(|old| old.code.is_some());
    if becomes_automatic && automatic >= rows::MOST_AUTOMATIC {
        let most = rows::MOST_AUTOMATIC;
        let reason = format!("Is required: a shop can have no more than {most} discounts without a code.");
        return Err(FieldErrors::one("code", reason).into());
    }
    Ok(())
}

/// Refuses products and collections that are not there. One that was named before and is gone since may stay: nobody who
/// changes a name should have to mend a list first.
fn check_references(
    tx: &mut Tx<'_>,
    discount: &Discount,
    old: Option<&Discount>,
) -> Result<(), SellingError> {
    let mut known_products: HashSet<ProductId> =
        products::types_of(tx, &discount.products)?.into_iter().map(|(id, _)| id).collect();
    let mut known_collections: HashSet<CollectionId> =
        collections::find_all(tx, &discount.collections)?.into_iter().map(|row| row.collection_id).collect();
    if let Some(old) = old {
        known_products.extend(&old.products);
        known_collections.extend(&old.collections);
    }
    let mut fields = Fields::default();
    for (index, id) in discount.products.iter().enumerate() {
        if !known_products.contains(id) {
            fields.refuse(&format!("productIds.{index}"), "There is no such product.");
        }
    }
    for (index, id) in discount.collections.iter().enumerate() {
        if !known_collections.contains(id) {
            fields.refuse(&format!("collectionIds.{index}"), "There is no such collection.");
        }
    }
    Ok(fields.finish()?)
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&DiscountEntry>,
    after: Option<&DiscountEntry>,
) -> Result<(), StoreError> {
    let shown = |entry: &DiscountEntry| serde_json::to_value(entry.discount.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "discount",
        target_id: before.or(after).map(|entry| entry.discount.item.id.to_string()).unwrap_or_default(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
