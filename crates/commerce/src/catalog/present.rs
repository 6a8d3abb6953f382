//! Products as they are stored, put together from their rows.

use std::collections::HashMap;

use domain::catalog::{
    AttributeValues, Availability, BundleItem, Labels, Listing, OptionValue, Package, Product, ProductOption,
    ProductType, Reference, Sale, ShownStatus,
};
use domain::ids::ProductId;
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use store::catalog::links::LinkKind;
use store::catalog::pictures::PictureKind;
use store::catalog::products::ProductRow;
use store::catalog::variants::VariantRow;
use store::catalog::{attributes, collections, links, pictures, products, variants};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::details::Details;
use super::shown::statuses;

/// A product with what the store adds to it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id.
    pub id: ProductId,
    /// The product, its references as ids.
    pub product: Product,
    /// The slugs of its attributes, in their order.
    pub attribute_slugs: Vec<String>,
    /// What shoppers are told, stock and parts taken together.
    pub shown_status: ShownStatus,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The products of these rows, in their order.
pub(super) fn assemble(tx: &mut Tx<'_>, rows: Vec<ProductRow>) -> Result<Vec<Stored>, StoreError> {
    let ids: Vec<ProductId> = rows.iter().map(|row| row.product_id).collect();
    let mut parts = Parts::read(tx, &ids)?;
    let mut assembled: Vec<Stored> =
        rows.into_iter().map(|row| parts.stored(row)).collect::<Result<_, _>>()?;
    let products: Vec<&Product> = assembled.iter().map(|stored| &stored.product).collect();
    let statuses = statuses(tx, &products)?;
    for (stored, status) in assembled.iter_mut().zip(statuses) {
        stored.shown_status = status;
    }
    Ok(assembled)
}

/// One product.
pub(super) fn find(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<Stored>, StoreError> {
    let rows = products::find_all(tx, &[id])?;
    Ok(assemble(tx, rows)?.into_iter().next())
}

/// Those with these ids, in no order.
pub(crate) fn stored_products(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<Stored>, StoreError> {
    let rows = products::find_all(tx, ids)?;
    assemble(tx, rows)
}

/// The rows of other tables, by product.
struct Parts {
    variants: HashMap<ProductId, Vec<VariantRow>>,
    links: HashMap<ProductId, Vec<links::Link>>,
    pictures: HashMap<ProductId, Vec<pictures::Picture>>,
    values: HashMap<ProductId, Vec<attributes::ValuesRow>>,
    memberships: HashMap<ProductId, Vec<collections::Member>>,
    attribute_slugs: HashMap<Uuid, String>,
}

fn grouped<T>(rows: Vec<T>, product: impl Fn(&T) -> ProductId) -> HashMap<ProductId, Vec<T>> {
    let mut groups: HashMap<ProductId, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(product(&row)).or_default().push(row);
    }
    groups
}

impl Parts {
    fn read(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Self, StoreError> {
        let values = attributes::values_of(tx, ids)?;
        let known = if values.is_empty() { Vec::new() } else { attributes::all(tx)? };
        Ok(Self {
            attribute_slugs: known.into_iter().map(|row| (row.attribute_id.uuid(), row.slug)).collect(),
            variants: grouped(variants::of(tx, ids)?, |row| row.product_id),
            links: grouped(links::of(tx, ids)?, |row| row.product),
            pictures: grouped(pictures::of(tx, ids)?, |row| row.product),
            values: grouped(values, |row| row.product),
            memberships: grouped(collections::memberships(tx, ids)?, |row| row.product),
        })
    }

    fn stored(&mut self, row: ProductRow) -> Result<Stored, StoreError> {
        let id = row.product_id;
        let broken = |what: &str| StoreError::Broken(format!("the {what} of product {id}"));
        let details = Details::read(&row)?;
        let links = self.links.remove(&id).unwrap_or_default();
        let named = |kind: LinkKind| -> Vec<Reference> {
            links
                .iter()
                .filter(|link| link.kind == kind)
                .map(|link| Reference::Id(link.target.uuid()))
                .collect()
        };
        let bundle_items = links
            .iter()
            .filter(|link| link.kind == LinkKind::BundleItem)
            .map(|link| BundleItem { product: Reference::Id(link.target.uuid()), quantity: link.quantity })
            .collect();
        let pictures = self.pictures.remove(&id).unwrap_or_default();
        let shown = |kind: PictureKind| -> Vec<_> {
            pictures.iter().filter(|picture| picture.kind == kind).map(|picture| picture.media).collect()
        };
        let meta_image = details.meta_image();
        let attributes = self.attributes(id)?;
        let slug = |given: &AttributeValues| match &given.attribute {
            Reference::Id(id) => self.attribute_slugs.get(id).cloned(),
            Reference::Slug(slug) => Some(slug.to_string()),
        };
        let attribute_slugs = attributes.iter().filter_map(slug).collect();
        let package = details.package.map(|package| Package {
            subscription_type: package.subscription_type,
            billing_frequency: package.billing_frequency,
            billing_frequencies: package.billing_frequencies,
            pricing_type: package.pricing_type,
            auto_renew: package.auto_renew,
            minimum_items: package.minimum_items,
            pool: named(LinkKind::Pool),
            term_months: package.term_months,
        });
        let product = Product {
            product_type: ProductType::parse(&row.product_type).map_err(|_| broken("type"))?,
            name: row.name,
            slug: ThingSlug::parse(&row.slug).map_err(|_| broken("slug"))?,
            sku: row.sku,
            description: row.description,
            listing: Listing::parse(&row.status).map_err(|_| broken("status"))?,
            availability: Availability::parse(&row.availability).map_err(|_| broken("availability"))?,
            price: row.price,
            sale: row.sale_price.map(|price| Sale {
                price,
                starts_at: row.sale_starts_at,
                ends_at: row.sale_ends_at,
            }),
            subscriber_price: row.subscriber_price,
            quantity: row.quantity,
            tax_class: row.tax_class,
            weight_grams: row.weight_grams,
            collections: self.collections(id),
            attributes,
            options: options(self.variants.remove(&id).unwrap_or_default())?,
            images: shown(PictureKind::Product),
            labels: Labels { front: shown(PictureKind::Front), back: shown(PictureKind::Back) },
            upsells: named(LinkKind::Upsell),
            related: named(LinkKind::Related),
            linked_subscriptions: named(LinkKind::LinkedSubscription),
            awards: details.awards,
            bundle_items,
            event: details.event,
            package,
            meta_title: details.meta_title,
            meta_description: details.meta_description,
            meta_image,
        };
        Ok(Stored {
            id,
            product,
            attribute_slugs,
            shown_status: ShownStatus::Inactive,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    fn collections(&mut self, id: ProductId) -> Vec<Reference> {
        let members = self.memberships.remove(&id).unwrap_or_default();
        members.into_iter().map(|member| Reference::Id(member.collection.uuid())).collect()
    }

    fn attributes(&mut self, id: ProductId) -> Result<Vec<AttributeValues>, StoreError> {
        let read = |row: attributes::ValuesRow| {
            let values = serde_json::from_str(&row.values)
                .map_err(|error| StoreError::Broken(format!("the attributes of product {id}: {error}")))?;
            Ok(AttributeValues { attribute: Reference::Id(row.attribute.uuid()), values })
        };
        self.values.remove(&id).unwrap_or_default().into_iter().map(read).collect()
    }
}

fn options(rows: Vec<VariantRow>) -> Result<Vec<ProductOption>, StoreError> {
    let mut options: Vec<ProductOption> = Vec::new();
    for row in rows {
        let value = OptionValue {
            id: Some(row.variant_id),
            label: row.label,
            sku: row.sku,
            price: row.price,
            quantity: row.quantity,
            weight_grams: row.weight_grams,
        };
        if let Some(option) = options.iter_mut().find(|option| option.slug.as_str() == row.option_slug) {
            option.values.push(value);
        } else {
            let slug = ThingSlug::parse(&row.option_slug)
                .map_err(|_| StoreError::Broken(format!("the option {:?}", row.option_slug)))?;
            options.push(ProductOption { name: row.option_name, slug, values: vec![value] });
        }
    }
    Ok(options)
}
