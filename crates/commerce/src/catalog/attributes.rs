//! Keeping attributes.

use domain::catalog::{Attribute, AttributeForm};
use domain::ids::AttributeId;
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use store::catalog::attributes::{self as rows, AttributeRow};
use store::changes::{Change as Changed, Subject, record};
use store::{StoreError, Tx};

use super::{CatalogError, Put, taken};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// An attribute as it is stored.
#[derive(Clone, Debug)]
pub struct AttributeEntry {
    /// Its id.
    pub id: AttributeId,
    /// The attribute.
    pub attribute: Attribute,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

fn entry(row: AttributeRow) -> Result<AttributeEntry, StoreError> {
    let slug = ThingSlug::parse(&row.slug)
        .map_err(|_| StoreError::Broken(format!("the slug of attribute {}", row.attribute_id)))?;
    let attribute = Attribute { name: row.name, slug, is_filterable: row.filterable, position: row.position };
    Ok(AttributeEntry {
        id: row.attribute_id,
        attribute,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// All of the shop's attributes, in their order.
pub async fn attributes(commerce: &Commerce, shop: &Shop) -> Result<Vec<AttributeEntry>, CatalogError> {
    commerce.store().read(shop.id, |tx| Ok(all_attributes(tx)?)).await
}

/// As [`attributes`], within a transaction.
pub(crate) fn all_attributes(tx: &mut Tx<'_>) -> Result<Vec<AttributeEntry>, StoreError> {
    rows::all(tx)?.into_iter().map(entry).collect()
}

/// One attribute.
pub async fn find_attribute(
    commerce: &Commerce,
    shop: &Shop,
    id: AttributeId,
) -> Result<AttributeEntry, CatalogError> {
    commerce
        .store()
        .read(shop.id, move |tx| Ok(entry(rows::find(tx, id)?.ok_or(CatalogError::NotFound)?)?))
        .await
}

/// Adds an attribute.
pub async fn create_attribute(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: AttributeForm,
) -> Result<AttributeEntry, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let attribute = form.parse()?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let created = add(&handle, tx, &shop, &attribute)?;
            audit_change(&handle, tx, &shop, &actor, "attribute.create", None, Some(&created))?;
            Ok(created)
        })
        .await
}

/// Changes an attribute.
pub async fn change_attribute(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: AttributeId,
    version: Option<i64>,
    form: AttributeForm,
) -> Result<AttributeEntry, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = entry(rows::find(tx, id)?.ok_or(CatalogError::NotFound)?)?;
            if version.is_some_and(|version| version != before.version) {
                return Err(CatalogError::Stale);
            }
            let attribute = form.clone().over(before.attribute.to_form()).parse()?;
            let changed = replace(tx, &shop, &before, attribute)?;
            audit_change(&handle, tx, &shop, &actor, "attribute.update", Some(&before), Some(&changed))?;
            Ok(changed)
        })
        .await
}

/// Removes an attribute and its values from all products.
pub async fn delete_attribute(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: AttributeId,
    version: Option<i64>,
) -> Result<(), CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = entry(rows::find(tx, id)?.ok_or(CatalogError::NotFound)?)?;
            if version.is_some_and(|version| version != before.version) {
                return Err(CatalogError::Stale);
            }
            let mut changed: Vec<Changed> = rows::delete(tx, id)?
                .into_iter()
                .map(|product| Changed::of(Subject::Product, product.uuid()))
                .collect();
            changed.push(Changed::of(Subject::Attribute, id.uuid()));
            record(tx, &changed)?;
            audit_change(&handle, tx, &shop, &actor, "attribute.delete", Some(&before), None)?;
            Ok(())
        })
        .await
}

/// Puts an attribute under its slug. For importers.
pub fn put_attribute(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &AttributeForm,
) -> Result<(AttributeId, Put), CatalogError> {
    let attribute = form.clone().parse()?;
    let Some(row) = rows::find_by_slug(tx, attribute.slug.as_str())? else {
        return Ok((add(commerce, tx, shop, &attribute)?.id, Put::Created));
    };
    let before = entry(row)?;
    let attribute = form.clone().over(before.attribute.to_form()).parse()?;
    if attribute == before.attribute {
        return Ok((before.id, Put::Same));
    }
    Ok((replace(tx, shop, &before, attribute)?.id, Put::Changed))
}

fn add(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    attribute: &Attribute,
) -> Result<AttributeEntry, CatalogError> {
    if i64::try_from(rows::all(tx)?.len()).is_ok_and(|count| count >= rows::MOST) {
        return Err(CatalogError::LimitReached(rows::MOST));
    }
    check_slug(tx, attribute, None)?;
    let id = AttributeId::new(commerce.chance().uuid(shop.now));
    let row = row(id, shop, attribute, 1, shop.now);
    rows::insert(tx, row.clone()).map_err(taken(attribute.slug.as_str()))?;
    record(tx, &[Changed::of(Subject::Attribute, id.uuid())])?;
    Ok(entry(row)?)
}

fn replace(
    tx: &mut Tx<'_>,
    shop: &Shop,
    before: &AttributeEntry,
    attribute: Attribute,
) -> Result<AttributeEntry, CatalogError> {
    check_slug(tx, &attribute, Some(before.id))?;
    let row = row(before.id, shop, &attribute, before.version + 1, before.created_at);
    rows::update(tx, row.clone()).map_err(taken(attribute.slug.as_str()))?;
    record(tx, &[Changed::of(Subject::Attribute, before.id.uuid())])?;
    Ok(entry(row)?)
}

fn check_slug(tx: &mut Tx<'_>, attribute: &Attribute, own: Option<AttributeId>) -> Result<(), CatalogError> {
    match rows::find_by_slug(tx, attribute.slug.as_str())? {
        Some(other) if Some(other.attribute_id) != own => {
            Err(CatalogError::SlugTaken(attribute.slug.to_string()))
        }
        _ => Ok(()),
    }
}

fn row(
    id: AttributeId,
    shop: &Shop,
    attribute: &Attribute,
    version: i64,
    created_at: Timestamp,
) -> AttributeRow {
    AttributeRow {
        attribute_id: id,
        name: attribute.name.clone(),
        slug: attribute.slug.to_string(),
        filterable: attribute.is_filterable,
        position: attribute.position,
        version,
        created_at,
        updated_at: shop.now,
    }
}

fn audit_change(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&AttributeEntry>,
    after: Option<&AttributeEntry>,
) -> Result<(), StoreError> {
    let shown = |entry: &AttributeEntry| serde_json::to_value(entry.attribute.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "attribute",
        target_id: before.or(after).map(|entry| entry.id.to_string()).unwrap_or_default(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
