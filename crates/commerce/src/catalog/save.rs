//! Writing a product with everything that belongs to it, in one transaction.

use std::collections::HashMap;

use domain::catalog::{Product, ProductType};
use domain::ids::{MediaId, ProductId, VariantId};
use domain::markup;
use domain::time::Timestamp;
use store::catalog::links::LinkKind;
use store::catalog::products::{self, ProductRow};
use store::catalog::variants::VariantRow;
use store::catalog::{attributes, collections, links, pictures, variants};
use store::changes::{Change, Subject, record};
use store::{StoreError, Tx, media};

use super::details::{Details, StoredPackage};
use super::present::Stored;
use super::references::{Named, resolve};
use super::{CatalogError, taken};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop};

/// What is there before a product is written.
#[derive(Clone, Copy)]
pub(super) enum Origin<'s> {
    /// Nothing: it is new since then.
    New { made_at: Timestamp },
    /// It is.
    Known(&'s Stored),
}

/// What uses a picture, in the words of `store::media`.
const PRODUCT: &str = "product";

/// Writes a product, a new one or in the place of the one that is known, and records the change.
pub(super) fn save(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    origin: Origin<'_>,
    product: &Product,
) -> Result<ProductId, CatalogError> {
    let id = write(commerce, tx, shop, origin, product)?;
    match origin {
        Origin::New { .. } => record(tx, &[Change::of(Subject::Product, id.uuid())]).map(drop)?,
        Origin::Known(_) => note(tx, id)?,
    }
    Ok(id)
}

/// Writes a product. The caller records the change.
pub(super) fn write(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    origin: Origin<'_>,
    product: &Product,
) -> Result<ProductId, CatalogError> {
    let (before, id, made_at) = match origin {
        // Ids are in the order in which things were made.
        Origin::New { made_at } => (None, ProductId::new(commerce.chance().uuid(made_at)), made_at),
        Origin::Known(stored) => (Some(stored), stored.id, stored.created_at),
    };
    let slug = product.slug.as_str();
    if products::find_by_slug(tx, slug)?.is_some_and(|other| other.product_id != id) {
        return Err(CatalogError::SlugTaken(slug.to_owned()));
    }
    let named = resolve(tx, id, product)?;
    let row = row(id, shop, before, made_at, product)?;
    if before.is_some() {
        products::update(tx, row).map_err(taken(slug))?;
    } else {
        products::insert(tx, row).map_err(taken(slug))?;
    }
    let is_new = before.is_none();
    write_variants(commerce, tx, shop, id, is_new, product)?;
    write_named(tx, id, is_new, &named)?;
    note_pictures(tx, id, before.map(|stored| &stored.product), product)?;
    announce_sale(commerce, tx, shop, id, product)?;
    Ok(id)
}

/// Records that a product changed, and with it every bundle that holds it.
pub(super) fn note(tx: &mut Tx<'_>, id: ProductId) -> Result<(), StoreError> {
    let changed = changed(tx, id)?;
    record(tx, &changed).map(drop)
}

/// What changes with a product that others may name: the product, and every bundle that holds it.
pub(super) fn changed(tx: &mut Tx<'_>, id: ProductId) -> Result<Vec<Change>, StoreError> {
    let mut changed = vec![Change::of(Subject::Product, id.uuid())];
    for link in links::naming(tx, &[id], LinkKind::BundleItem)? {
        changed.push(Change::of(Subject::Product, link.product.uuid()));
    }
    Ok(changed)
}

fn row(
    id: ProductId,
    shop: &Shop,
    before: Option<&Stored>,
    made_at: Timestamp,
    product: &Product,
) -> Result<ProductRow, StoreError> {
    let details = Details {
        description_html: markup::render(&product.description),
        awards: product.awards.clone(),
        event: product.event.clone(),
        package: product.package.as_ref().map(|package| StoredPackage {
            subscription_type: package.subscription_type,
            billing_frequency: package.billing_frequency,
            billing_frequencies: package.billing_frequencies.clone(),
            pricing_type: package.pricing_type,
            auto_renew: package.auto_renew,
            minimum_items: package.minimum_items,
            term_months: package.term_months,
        }),
        meta_title: product.meta_title.clone(),
        meta_description: product.meta_description.clone(),
        meta_image: product.meta_image.map(MediaId::uuid),
    };
    let details = serde_json::to_string(&details).map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(ProductRow {
        product_id: id,
        product_type: product.product_type.to_string(),
        name: product.name.clone(),
        slug: product.slug.to_string(),
        sku: product.sku.clone(),
        description: product.description.clone(),
        status: product.listing.to_string(),
        availability: product.availability.to_string(),
        price: product.price,
        sale_price: product.sale.map(|sale| sale.price),
        sale_starts_at: product.sale.and_then(|sale| sale.starts_at),
        sale_ends_at: product.sale.and_then(|sale| sale.ends_at),
        subscriber_price: product.subscriber_price,
        quantity: quantity(before, product),
        tax_class: product.tax_class.clone(),
        weight_grams: product.weight_grams,
        details,
        version: before.map_or(1, |stored| stored.version + 1),
        created_at: made_at,
        updated_at: shop.now,
    })
}

/// The places of an event are its stock: as many as its capacity at first, and as many more or fewer as the capacity grows
/// or shrinks, unless a quantity is given besides.
fn quantity(before: Option<&Stored>, product: &Product) -> Option<i64> {
    let Some(event) = product.event.as_ref().filter(|_| product.product_type == ProductType::Event) else {
        return product.quantity;
    };
    let Some(before) = before else { return product.quantity.or(Some(event.capacity)) };
    if product.quantity != before.product.quantity {
        return product.quantity;
    }
    let had = before.product.event.as_ref().map_or(event.capacity, |event| event.capacity);
    product.quantity.map(|left| (left + event.capacity - had).max(0))
}

/// Keeps the ids of values that stay, told by their id or else by option and label.
fn write_variants(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: ProductId,
    is_new: bool,
    product: &Product,
) -> Result<(), CatalogError> {
    let present = if is_new { Vec::new() } else { variants::of(tx, &[id])? };
    let mut present: HashMap<VariantId, VariantRow> =
        present.into_iter().map(|row| (row.variant_id, row)).collect();
    let mut wanted = Vec::new();
    for (option_position, option) in (0_i64..).zip(&product.options) {
        for (position, value) in (0_i64..).zip(&option.values) {
            let by_label =
                |row: &&VariantRow| row.option_slug == option.slug.as_str() && row.label == value.label;
            let known = value
                .id
                .filter(|id| present.contains_key(id))
                .or_else(|| present.values().find(by_label).map(|row| row.variant_id));
            let before = known.and_then(|known| present.remove(&known));
            let row = VariantRow {
                variant_id: known.unwrap_or_else(|| VariantId::new(commerce.chance().uuid(shop.now))),
                product_id: id,
                option_position,
                option_name: option.name.clone(),
                option_slug: option.slug.to_string(),
                position,
                label: value.label.clone(),
                sku: value.sku.clone(),
                price: value.price,
                quantity: value.quantity,
                weight_grams: value.weight_grams,
            };
            wanted.push((before, row));
        }
    }
    // What goes makes room for what comes under its label.
    for gone in present.into_keys() {
        variants::delete(tx, gone)?;
    }
    for (before, row) in wanted {
        match before {
            None => variants::insert(tx, row)?,
            Some(before) if before != row => variants::update(tx, row)?,
            Some(_) => {}
        }
    }
    Ok(())
}

/// A new product has nothing yet that could go.
fn write_named(tx: &mut Tx<'_>, id: ProductId, is_new: bool, named: &Named) -> Result<(), StoreError> {
    if !(is_new && named.links.is_empty()) {
        links::replace(tx, id, &named.links)?;
    }
    if !(is_new && named.pictures.is_empty()) {
        pictures::replace(tx, id, &named.pictures)?;
    }
    if !(is_new && named.attributes.is_empty()) {
        attributes::replace_values(tx, id, &named.attributes)?;
    }
    let present = if is_new { Vec::new() } else { collections::memberships(tx, &[id])? };
    let present: Vec<_> = present.into_iter().map(|member| member.collection).collect();
    for gone in present.iter().filter(|one| !named.collections.contains(one)) {
        collections::remove(tx, *gone, id)?;
    }
    for new in named.collections.iter().filter(|one| !present.contains(one)) {
        collections::append(tx, *new, id)?;
    }
    Ok(())
}

/// Notes the pictures that stand in a product's details, where no column tells that they are used.
fn note_pictures(
    tx: &mut Tx<'_>,
    id: ProductId,
    before: Option<&Product>,
    product: &Product,
) -> Result<(), StoreError> {
    let used = detail_pictures(product);
    if used != before.map(detail_pictures).unwrap_or_default() {
        media::set_uses(tx, PRODUCT, id.uuid(), &used)?;
    }
    Ok(())
}

fn detail_pictures(product: &Product) -> Vec<MediaId> {
    let of_awards = product.awards.iter().filter_map(|award| award.image).map(MediaId::new);
    let mut used: Vec<MediaId> = of_awards.chain(product.meta_image).collect();
    let labels = &product.labels;
    used.retain(|id| ![&product.images, &labels.front, &labels.back].iter().any(|list| list.contains(id)));
    used
}

/// Forgets which pictures a product uses that is to be removed.
pub(super) fn forget_pictures(tx: &mut Tx<'_>, id: ProductId) -> Result<(), StoreError> {
    pictures::replace(tx, id, &[])?;
    media::set_uses(tx, PRODUCT, id.uuid(), &[])
}

/// A job at each end of a sale tells lists and pages that the price has changed.
fn announce_sale(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: ProductId,
    product: &Product,
) -> Result<(), StoreError> {
    let Some(sale) = product.sale else { return Ok(()) };
    for edge in [sale.starts_at, sale.ends_at].into_iter().flatten().filter(|edge| *edge > shop.now) {
        jobs::enqueue(commerce, tx, edge, Kind::RefreshProduct(id))?;
    }
    Ok(())
}
