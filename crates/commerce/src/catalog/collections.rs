//! Keeping collections, and what shoppers see of them.

use std::collections::{HashMap, HashSet};

use domain::catalog::{Collection, CollectionForm, Reference, RuleForm};
use domain::fields::{FieldErrors, Fields};
use domain::ids::{CollectionId, MediaId, ProductId};
use domain::markup;
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use store::catalog::collections::{self as rows, CollectionRow};
use store::catalog::products;
use store::changes::{Change as Changed, Subject, record};
use store::{StoreError, Tx, media};

use super::{CatalogError, Put, taken};
use crate::audit::{self, Actor, Change};
use crate::media::{Image, images};
use crate::{Commerce, Shop};

/// Products that a collection can be given by hand.
const MOST_MEMBERS: usize = 10_000;

/// A collection as it is stored.
#[derive(Clone, Debug)]
pub struct CollectionEntry {
    /// Its id.
    pub id: CollectionId,
    /// The collection.
    pub collection: Collection,
    /// How many listed products it has.
    pub product_count: u64,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A collection as shoppers see it.
#[derive(Clone, Debug)]
pub struct CollectionView {
    /// Its id.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// Its slug.
    pub slug: String,
    /// Safe HTML.
    pub description: String,
    /// Its picture.
    pub image: Option<Image>,
    /// Where the shop's pages show it.
    pub url: String,
    /// How many listed products it has.
    pub product_count: u64,
}

fn entry(row: CollectionRow, product_count: u64) -> Result<CollectionEntry, StoreError> {
    let broken = |what: &str| StoreError::Broken(format!("the {what} of collection {}", row.collection_id));
    let rule = row
        .rule
        .as_deref()
        .map(|rule| {
            serde_json::from_str::<RuleForm>(rule)
                .map_err(|_| broken("rule"))
                .and_then(|form| form.read().map_err(|_| broken("rule")))
        })
        .transpose()?;
    let collection = Collection {
        slug: ThingSlug::parse(&row.slug).map_err(|_| broken("slug"))?,
        image: row.image()?.map(|id| id.to_string()),
        name: row.name,
        description: row.description,
        rule,
        position: row.position,
    };
    Ok(CollectionEntry {
        id: row.collection_id,
        collection,
        product_count,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// All of the shop's collections, in their order.
pub async fn collections(commerce: &Commerce, shop: &Shop) -> Result<Vec<CollectionEntry>, CatalogError> {
    let (handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let rows = rows::all(tx)?;
            let sizes = sizes(&handle, tx, now, &rows)?;
            let entries = rows.into_iter().zip(sizes).map(|(row, size)| entry(row, size));
            Ok(entries.collect::<Result<_, StoreError>>()?)
        })
        .await
}

/// All of the shop's collections in their order, without their sizes.
pub(crate) fn all_collections(tx: &mut Tx<'_>) -> Result<Vec<CollectionEntry>, StoreError> {
    rows::all(tx)?.into_iter().map(|row| entry(row, 0)).collect()
}

fn sizes(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    rows: &[CollectionRow],
) -> Result<Vec<u64>, StoreError> {
    commerce.shelves().look(tx, now, |shelf| rows.iter().map(|row| shelf.size(row.collection_id)).collect())
}

/// One collection with the ids of its products: those set by hand in their order, those that its rule takes in the order of
/// their making. No more than can be set by hand.
pub async fn find_collection(
    commerce: &Commerce,
    shop: &Shop,
    id: CollectionId,
) -> Result<(CollectionEntry, Vec<ProductId>), CatalogError> {
    let (handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(CatalogError::NotFound)?;
            let is_by_rule = row.rule.is_some();
            let (size, taken) = handle.shelves().look(tx, now, |shelf| {
                let taken: Vec<ProductId> =
                    if is_by_rule { shelf.members(id).take(MOST_MEMBERS).collect() } else { Vec::new() };
                (shelf.size(id), taken)
            })?;
            let set = rows::members(tx, id)?.into_iter().map(|member| member.product);
            Ok((entry(row, size)?, if is_by_rule { taken } else { set.collect() }))
        })
        .await
}

/// All collections as shoppers see them: a page of them, and how many there are.
pub async fn collection_views(
    commerce: &Commerce,
    shop: &Shop,
    offset: usize,
    limit: usize,
) -> Result<(Vec<CollectionView>, u64), CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let rows = rows::all(tx)?;
            let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            let page = rows.into_iter().skip(offset).take(limit).collect();
            Ok((views(&handle, tx, &shop, page)?, total))
        })
        .await
}

/// One collection as shoppers see it.
pub async fn collection_view(
    commerce: &Commerce,
    shop: &Shop,
    name: Reference,
) -> Result<CollectionView, CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = match &name {
                Reference::Id(id) => rows::find(tx, CollectionId::new(*id))?,
                Reference::Slug(slug) => rows::find_by_slug(tx, slug.as_str())?,
            };
            let row = row.ok_or(CatalogError::NotFound)?;
            views(&handle, tx, &shop, vec![row])?.into_iter().next().ok_or(CatalogError::NotFound)
        })
        .await
}

fn views(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    rows: Vec<CollectionRow>,
) -> Result<Vec<CollectionView>, StoreError> {
    let sizes = sizes(commerce, tx, shop.now, &rows)?;
    let pictures: Vec<MediaId> =
        rows.iter().map(CollectionRow::image).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let pictures = images(commerce, tx, shop.number, &pictures)?;
    rows.into_iter()
        .zip(sizes)
        .map(|(row, product_count)| {
            Ok(CollectionView {
                id: row.collection_id,
                image: row.image()?.and_then(|id| pictures.get(&id).cloned()),
                url: commerce.page_url("collections", &row.slug),
                name: row.name,
                slug: row.slug,
                description: markup::render(&row.description),
                product_count,
            })
        })
        .collect()
}

/// Adds a collection.
pub async fn create_collection(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: CollectionForm,
) -> Result<CollectionEntry, CatalogError> {
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    let collection = form.parse(shop.settings.currency)?;
    let created = commerce
        .store()
        .write(shop.id, move |tx| {
            let created = add(&handle, tx, &shop_here, &collection)?;
            audit_change(&handle, tx, &shop_here, &actor, "collection.create", None, Some(&created))?;
            Ok::<_, CatalogError>(created)
        })
        .await?;
    counted(commerce, shop, created).await
}

/// Changes a collection.
pub async fn change_collection(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: CollectionId,
    version: Option<i64>,
    form: CollectionForm,
) -> Result<CollectionEntry, CatalogError> {
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    let changed = commerce
        .store()
        .write(shop.id, move |tx| {
            let before = current(tx, id, version)?;
            let form = form.clone().over(before.collection.to_form());
            let changed = replace(tx, &shop_here, &before, form.parse(shop_here.settings.currency)?)?;
            audit_change(
                &handle,
                tx,
                &shop_here,
                &actor,
                "collection.update",
                Some(&before),
                Some(&changed),
            )?;
            Ok::<_, CatalogError>(changed)
        })
        .await?;
    counted(commerce, shop, changed).await
}

/// The entry with its products counted. They are counted on the shelf, which shows what is committed and nothing else.
async fn counted(
    commerce: &Commerce,
    shop: &Shop,
    entry: CollectionEntry,
) -> Result<CollectionEntry, CatalogError> {
    let (handle, now, id) = (commerce.clone(), shop.now, entry.id);
    let count =
        move |tx: &mut Tx<'_>| Ok::<_, CatalogError>(handle.shelves().look(tx, now, |shelf| shelf.size(id))?);
    let product_count = commerce.store().read(shop.id, count).await?;
    Ok(CollectionEntry { product_count, ..entry })
}

fn current(tx: &mut Tx<'_>, id: CollectionId, version: Option<i64>) -> Result<CollectionEntry, CatalogError> {
    let before = entry(rows::find(tx, id)?.ok_or(CatalogError::NotFound)?, 0)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(CatalogError::Stale);
    }
    Ok(before)
}

/// Removes a collection; its products stay.
pub async fn delete_collection(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: CollectionId,
    version: Option<i64>,
) -> Result<(), CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = current(tx, id, version)?;
            let members = rows::members(tx, id)?;
            rows::delete(tx, id)?;
            note(tx, id, members.into_iter().map(|member| member.product))?;
            audit_change(&handle, tx, &shop, &actor, "collection.delete", Some(&before), None)?;
            Ok(())
        })
        .await
}

/// Puts these products, in this order, into a hand-set collection, in the place of those that are in it. Gives the
/// collection's new version, and the products.
pub async fn set_products(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: CollectionId,
    version: Option<i64>,
    names: Vec<Reference>,
) -> Result<(i64, Vec<ProductId>), CatalogError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    if names.len() > MOST_MEMBERS {
        return Err(FieldErrors::one("products", format!("Must be at most {MOST_MEMBERS} products.")).into());
    }
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = current(tx, id, version)?;
            let (had, ids) = write_members(tx, &shop, id, &names)?;
            let change = Change {
                action: "collection.products",
                target_kind: "collection",
                target_id: id.to_string(),
                before: Some(serde_json::json!({ "products": had })),
                after: Some(serde_json::json!({ "products": ids })),
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok((before.version + 1, ids))
        })
        .await
}

/// Writes the members of a collection, unless they are so; tells who they were and who they are.
fn write_members(
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: CollectionId,
    names: &[Reference],
) -> Result<(Vec<ProductId>, Vec<ProductId>), CatalogError> {
    let row = rows::find(tx, id)?.ok_or(CatalogError::NotFound)?;
    if row.rule.is_some() {
        return Err(CatalogError::FilledByRule);
    }
    let ids = member_ids(tx, names)?;
    let had: Vec<ProductId> = rows::members(tx, id)?.into_iter().map(|member| member.product).collect();
    if had != ids {
        rows::set_members(tx, id, &ids)?;
        rows::update(tx, CollectionRow { version: row.version + 1, updated_at: shop.now, ..row })?;
        note(tx, id, had.iter().chain(&ids).copied())?;
    }
    Ok((had, ids))
}

/// Puts these products, in this order, into the collection with this slug. For importers.
pub(crate) fn put_members(
    tx: &mut Tx<'_>,
    shop: &Shop,
    slug: &str,
    names: &[String],
) -> Result<Put, CatalogError> {
    let row = rows::find_by_slug(tx, slug)?.ok_or(CatalogError::NotFound)?;
    let mut fields = Fields::default();
    let read =
        |(index, name): (usize, &String)| fields.take(&format!("products.{index}"), Reference::parse(name));
    let names: Vec<Reference> = names.iter().enumerate().filter_map(read).collect();
    fields.finish()?;
    if row.rule.is_some() && names.is_empty() {
        return Ok(Put::Same);
    }
    let (had, ids) = write_members(tx, shop, row.collection_id, &names)?;
    Ok(if had == ids { Put::Same } else { Put::Changed })
}

fn member_ids(tx: &mut Tx<'_>, names: &[Reference]) -> Result<Vec<ProductId>, CatalogError> {
    let slugs: Vec<String> = names
        .iter()
        .filter_map(|name| match name {
            Reference::Slug(slug) => Some(slug.to_string()),
            Reference::Id(_) => None,
        })
        .collect();
    let mut by_slug = HashMap::new();
    for chunk in slugs.chunks(store::catalog::CHUNK) {
        by_slug.extend(products::ids_of(tx, chunk)?);
    }
    let given: Vec<ProductId> = names
        .iter()
        .filter_map(|name| match name {
            Reference::Id(id) => Some(ProductId::new(*id)),
            Reference::Slug(_) => None,
        })
        .collect();
    let mut known = HashMap::new();
    for chunk in given.chunks(store::catalog::CHUNK) {
        known.extend(products::types_of(tx, chunk)?);
    }
    let (mut ids, mut errors) = (Vec::with_capacity(names.len()), FieldErrors::default());
    let mut seen = HashSet::new();
    for (index, name) in names.iter().enumerate() {
        let id = match name {
            Reference::Id(id) => Some(ProductId::new(*id)).filter(|id| known.contains_key(id)),
            Reference::Slug(slug) => by_slug.get(slug.as_str()).copied(),
        };
        match id {
            None => errors.add(format!("products.{index}"), "There is no such product."),
            Some(id) if seen.insert(id) => ids.push(id),
            Some(_) => {}
        }
    }
    if errors.is_empty() { Ok(ids) } else { Err(errors.into()) }
}

/// Puts a collection under its slug. For importers.
pub fn put_collection(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &CollectionForm,
) -> Result<(CollectionId, Put), CatalogError> {
    let collection = form.clone().parse(shop.settings.currency)?;
    let Some(row) = rows::find_by_slug(tx, collection.slug.as_str())? else {
        return Ok((add(commerce, tx, shop, &collection)?.id, Put::Created));
    };
    let before = entry(row, 0)?;
    let collection = form.clone().over(before.collection.to_form()).parse(shop.settings.currency)?;
    if collection == before.collection {
        return Ok((before.id, Put::Same));
    }
    Ok((replace(tx, shop, &before, collection)?.id, Put::Changed))
}

fn add(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    collection: &Collection,
) -> Result<CollectionEntry, CatalogError> {
    if i64::try_from(rows::all(tx)?.len()).is_ok_and(|count| count >= rows::MOST) {
        return Err(CatalogError::LimitReached(rows::MOST));
    }
    let id = CollectionId::new(commerce.chance().uuid(shop.now));
    let row = row(tx, id, shop, collection, 1, shop.now)?;
    rows::insert(tx, row.clone()).map_err(taken(collection.slug.as_str()))?;
    record(tx, &[Changed::of(Subject::Collection, id.uuid())])?;
    Ok(entry(row, 0)?)
}

fn replace(
    tx: &mut Tx<'_>,
    shop: &Shop,
    before: &CollectionEntry,
    collection: Collection,
) -> Result<CollectionEntry, CatalogError> {
    let row = row(tx, before.id, shop, &collection, before.version + 1, before.created_at)?;
    rows::update(tx, row.clone()).map_err(taken(collection.slug.as_str()))?;
    let members = rows::members(tx, before.id)?;
    if collection.rule.is_some() && !members.is_empty() {
        rows::set_members(tx, before.id, &[])?;
    }
    note(tx, before.id, members.into_iter().map(|member| member.product))?;
    Ok(entry(row, before.product_count)?)
}

/// Records that a collection changed, and with it these products, which show its name.
fn note(
    tx: &mut Tx<'_>,
    id: CollectionId,
    products: impl Iterator<Item = ProductId>,
) -> Result<(), StoreError> {
    let mut changed = vec![Changed::of(Subject::Collection, id.uuid())];
    changed.extend(products.take(1000).map(|product| Changed::of(Subject::Product, product.uuid())));
    record(tx, &changed).map(drop)
}

fn row(
    tx: &mut Tx<'_>,
    id: CollectionId,
    shop: &Shop,
    collection: &Collection,
    version: i64,
    created_at: Timestamp,
) -> Result<CollectionRow, CatalogError> {
    let slug = collection.slug.as_str();
    if rows::find_by_slug(tx, slug)?.is_some_and(|other| other.collection_id != id) {
        return Err(CatalogError::SlugTaken(slug.to_owned()));
    }
    let rule = collection.rule.as_ref().map(|rule| serde_json::to_string(&rule.to_form())).transpose();
    Ok(CollectionRow {
        collection_id: id,
        name: collection.name.clone(),
        slug: slug.to_owned(),
        description: collection.description.clone(),
        image_id: picture(tx, collection)?.map(MediaId::to_bytes),
        rule: rule.map_err(|error| StoreError::Broken(error.to_string()))?,
        position: collection.position,
        version,
        created_at,
        updated_at: shop.now,
    })
}

fn picture(tx: &mut Tx<'_>, collection: &Collection) -> Result<Option<MediaId>, CatalogError> {
    let Some(given) = &collection.image else { return Ok(None) };
    if let Ok(id) = given.parse::<MediaId>()
        && !media::find_all(tx, &[id])?.is_empty()
    {
        return Ok(Some(id));
    }
    Err(FieldErrors::one("imageId", "There is no such picture.").into())
}

fn audit_change(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&CollectionEntry>,
    after: Option<&CollectionEntry>,
) -> Result<(), StoreError> {
    let shown =
        |entry: &CollectionEntry| serde_json::to_value(entry.collection.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "collection",
        target_id: before.or(after).map(|entry| entry.id.to_string()).unwrap_or_default(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
