//! From names to ids: a product names others, collections, attributes and pictures by id or slug. Rule: every name that leads
//! nowhere is told with its place.

use std::collections::{HashMap, HashSet};

use domain::catalog::{Product, ProductType, Reference};
use domain::fields::Fields;
use domain::ids::{AttributeId, CollectionId, MediaId, ProductId};
use store::catalog::links::{Link, LinkKind};
use store::catalog::pictures::{Picture, PictureKind};
use store::catalog::{attributes, collections, products};
use store::{Tx, media};

use super::CatalogError;

/// What a product names, found.
pub(super) struct Named {
    pub(super) links: Vec<Link>,
    pub(super) collections: Vec<CollectionId>,
    pub(super) attributes: Vec<(AttributeId, String)>,
    pub(super) pictures: Vec<Picture>,
}

/// Finds everything that a product names. `own` is the product itself.
pub(super) fn resolve(tx: &mut Tx<'_>, own: ProductId, product: &Product) -> Result<Named, CatalogError> {
    let mut fields = Fields::default();
    let named = Named {
        links: links(tx, &mut fields, own, product)?,
        collections: collection_ids(tx, &mut fields, product)?,
        attributes: attribute_values(tx, &mut fields, product)?,
        pictures: pictures(tx, &mut fields, own, product)?,
    };
    fields.finish()?;
    Ok(named)
}

/// Names of products, each with how many of it.
type Counted = Vec<(Reference, i64)>;

fn links(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    own: ProductId,
    product: &Product,
) -> Result<Vec<Link>, CatalogError> {
    let pool = product.package.as_ref().map(|package| package.pool.as_slice()).unwrap_or_default();
    let one = |references: &[Reference]| references.iter().map(|name| (name.clone(), 1)).collect();
    let parts = product.bundle_items.iter().map(|part| (part.product.clone(), part.quantity)).collect();
    let lists: [(LinkKind, &str, Counted); 5] = [
        (LinkKind::Upsell, "upsellProductIds", one(&product.upsells)),
        (LinkKind::Related, "relatedProductIds", one(&product.related)),
        (LinkKind::LinkedSubscription, "linkedSubscriptionIds", one(&product.linked_subscriptions)),
        (LinkKind::BundleItem, "bundleItems", parts),
        (LinkKind::Pool, "picknmixProductIds", one(pool)),
    ];
    let all = lists.iter().flat_map(|(_, _, names)| names).map(|(name, _)| name);
    let known = product_ids(tx, all)?;
    let mut links = Vec::new();
    for (kind, path, names) in lists {
        for (index, (name, quantity)) in names.into_iter().enumerate() {
            let path = format!("{path}.{index}");
            let Some((target, target_type)) = known.get(&name) else {
                fields.refuse(&path, "There is no such product.");
                continue;
            };
            if *target == own {
                fields.refuse(&path, "A product can not name itself.");
            } else if let Some(reason) = misfit(kind, *target_type) {
                fields.refuse(&path, reason);
            }
            if !links.iter().any(|link: &Link| link.kind == kind && link.target == *target) {
                links.push(Link { product: own, kind, target: *target, quantity });
            }
        }
    }
    Ok(links)
}

/// Why a product of this type can not be named for this.
fn misfit(kind: LinkKind, target: ProductType) -> Option<&'static str> {
    match kind {
        LinkKind::LinkedSubscription if target != ProductType::Subscription => {
            Some("Must be a subscription package.")
        }
        LinkKind::BundleItem if matches!(target, ProductType::Subscription | ProductType::Bundle) => {
            Some("A bundle can not hold packages or other bundles.")
        }
        LinkKind::Pool if matches!(target, ProductType::Subscription | ProductType::Event) => {
            Some("A box can not hold packages or events.")
        }
        _ => None,
    }
}

type Known = HashMap<Reference, (ProductId, ProductType)>;

fn product_ids<'a>(
    tx: &mut Tx<'_>,
    names: impl Iterator<Item = &'a Reference>,
) -> Result<Known, CatalogError> {
    let (mut ids, mut slugs) = (HashMap::new(), HashSet::new());
    for name in names {
        match name {
            Reference::Id(id) => {
                ids.insert(name.clone(), ProductId::new(*id));
            }
            Reference::Slug(slug) => {
                slugs.insert(slug.as_str().to_owned());
            }
        }
    }
    let slugs: Vec<String> = slugs.into_iter().collect();
    for (slug, id) in products::ids_of(tx, &slugs)? {
        if let Ok(name) = Reference::parse(&slug) {
            ids.insert(name, id);
        }
    }
    let wanted: Vec<ProductId> = ids.values().copied().collect();
    let types: HashMap<ProductId, String> = products::types_of(tx, &wanted)?.into_iter().collect();
    let with_type = |(name, id): (Reference, ProductId)| {
        let kind = ProductType::parse(types.get(&id)?).ok()?;
        Some((name, (id, kind)))
    };
    Ok(ids.into_iter().filter_map(with_type).collect())
}

fn collection_ids(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    product: &Product,
) -> Result<Vec<CollectionId>, CatalogError> {
    let mut ids = Vec::new();
    for (index, name) in product.collections.iter().enumerate() {
        let found = match name {
            Reference::Id(id) => collections::find(tx, CollectionId::new(*id))?,
            Reference::Slug(slug) => collections::find_by_slug(tx, slug.as_str())?,
        };
        let path = format!("collections.{index}");
        match found {
            None => fields.refuse(&path, "There is no such collection."),
            Some(row) if row.rule.is_some() => {
                fields.refuse(&path, "This collection is filled by its rule.");
            }
            Some(row) if !ids.contains(&row.collection_id) => ids.push(row.collection_id),
            Some(_) => {}
        }
    }
    Ok(ids)
}

fn attribute_values(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    product: &Product,
) -> Result<Vec<(AttributeId, String)>, CatalogError> {
    let mut found = Vec::new();
    if product.attributes.is_empty() {
        return Ok(found);
    }
    let known = attributes::all(tx)?;
    for (index, given) in product.attributes.iter().enumerate() {
        let attribute = known.iter().find(|row| match &given.attribute {
            Reference::Id(id) => row.attribute_id.uuid() == *id,
            Reference::Slug(slug) => row.slug == slug.as_str(),
        });
        let path = format!("attributes.{index}.slug");
        match attribute {
            None => fields.refuse(&path, "There is no such attribute: create it first."),
            Some(row) if found.iter().any(|(id, _)| *id == row.attribute_id) => {
                fields.refuse(&path, "Is given twice.");
            }
            Some(row) => found.push((row.attribute_id, serde_json::json!(given.values).to_string())),
        }
    }
    Ok(found)
}

fn pictures(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    own: ProductId,
    product: &Product,
) -> Result<Vec<Picture>, CatalogError> {
    let lists = [
        (PictureKind::Product, "images", &product.images),
        (PictureKind::Front, "labels.front", &product.labels.front),
        (PictureKind::Back, "labels.back", &product.labels.back),
    ];
    let mut wanted: Vec<MediaId> = lists.iter().flat_map(|(_, _, ids)| ids.iter().copied()).collect();
    wanted.extend(product.meta_image);
    wanted.extend(product.awards.iter().filter_map(|award| award.image).map(MediaId::new));
    let known: HashSet<MediaId> = media::find_all(tx, &wanted)?.into_iter().map(|row| row.media_id).collect();
    let mut pictures = Vec::new();
    for (kind, path, ids) in lists {
        for (index, id) in ids.iter().enumerate() {
            if known.contains(id) {
                pictures.push(Picture { product: own, kind, media: *id });
            } else {
                fields.refuse(&format!("{path}.{index}.mediaId"), "There is no such picture.");
            }
        }
    }
    if product.meta_image.is_some_and(|id| !known.contains(&id)) {
        fields.refuse("metaImageId", "There is no such picture.");
    }
    for (index, award) in product.awards.iter().enumerate() {
        if award.image.is_some_and(|id| !known.contains(&MediaId::new(id))) {
            fields.refuse(&format!("awards.{index}.image.mediaId"), "There is no such picture.");
        }
    }
    Ok(pictures)
}

/// The same product with everything it names by id, and the ids of its options' values as in `before`: so that two
/// products can be compared. Names that lead nowhere stay.
pub(super) fn comparable(
    tx: &mut Tx<'_>,
    before: &Product,
    product: &Product,
) -> Result<Product, CatalogError> {
    let mut product = product.clone();
    let lists = [&product.upsells, &product.related, &product.linked_subscriptions];
    let mut names: Vec<Reference> = lists.into_iter().flatten().cloned().collect();
    names.extend(product.bundle_items.iter().map(|part| part.product.clone()));
    names.extend(product.package.iter().flat_map(|package| &package.pool).cloned());
    let known = product_ids(tx, names.iter())?;
    let found = |name: &mut Reference| {
        if let Some((id, _)) = known.get(name) {
            *name = Reference::Id(id.uuid());
        }
    };
    product.upsells.iter_mut().for_each(found);
    product.related.iter_mut().for_each(found);
    product.linked_subscriptions.iter_mut().for_each(found);
    product.bundle_items.iter_mut().map(|part| &mut part.product).for_each(found);
    product.package.iter_mut().flat_map(|package| &mut package.pool).for_each(found);
    let ids = collection_ids(tx, &mut Fields::default(), &product)?;
    product.collections = ids.into_iter().map(|id| Reference::Id(id.uuid())).collect();
    let attributes = attribute_values(tx, &mut Fields::default(), &product)?;
    for (given, (id, _)) in product.attributes.iter_mut().zip(attributes) {
        given.attribute = Reference::Id(id.uuid());
    }
    for option in &mut product.options {
        let known = before.options.iter().find(|known| known.slug == option.slug);
        for value in &mut option.values {
            let same = known.and_then(|known| known.values.iter().find(|known| known.label == value.label));
            value.id = value.id.or(same.and_then(|same| same.id));
        }
    }
    product.collections.sort();
    Ok(product)
}
