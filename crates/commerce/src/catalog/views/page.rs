//! One product's page.

use domain::catalog::{Listing, PricingType, ProductType, Reference, ReviewStatus, ShownStatus, Stock};
use domain::ids::{MediaId, ProductId};
use domain::markup;
use domain::money::Money;
use store::catalog::products::{self, ProductRow};
use store::catalog::{attributes, collections, reviews};
use store::{StoreError, Tx, subscriptions};

use super::cards::{briefs, dress};
use super::{
    AttributeView, AwardView, BundleItemView, CollectionBrief, OptionValueView, OptionView, PackageView,
    ProductPage,
};
use crate::accounts::Shopper;
use crate::catalog::present::{Stored, assemble};
use crate::catalog::shelf::Shelf;
use crate::catalog::{CatalogError, ReviewEntry};
use crate::media::images;
use crate::{Commerce, Shop};

/// Reviews that a page shows.
const SHOWN_REVIEWS: i64 = 50;

/// A product's page, by its id or slug. One that is not offered has none.
pub async fn product_page(
    commerce: &Commerce,
    shopper: &Shopper,
    name: Reference,
) -> Result<ProductPage, CatalogError> {
    let (handle, shop, is_subscriber) = (commerce.clone(), shopper.shop.clone(), shopper.is_subscriber);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = match &name {
                Reference::Id(id) => products::find(tx, ProductId::new(*id))?,
                Reference::Slug(slug) => products::find_by_slug(tx, slug.as_str())?,
            };
            let offered = |row: &ProductRow| row.status == Listing::Active.as_str();
            let row = row.filter(offered).ok_or(CatalogError::NotFound)?;
            Ok(page(&handle, tx, &shop, is_subscriber, row)?)
        })
        .await
}

fn page(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    is_subscriber: bool,
    row: ProductRow,
) -> Result<ProductPage, StoreError> {
    let none = || StoreError::Broken("a product without itself".to_owned());
    let card =
        dress(commerce, tx, shop, is_subscriber, vec![row.clone()])?.into_iter().next().ok_or_else(none)?;
    let stored = assemble(tx, vec![row])?.into_iter().next().ok_or_else(none)?;
    let product = &stored.product;
    let mut media: Vec<MediaId> = product.images.clone();
    media.extend(product.labels.front.iter().chain(&product.labels.back).copied());
    media.extend(product.meta_image);
    media.extend(product.awards.iter().filter_map(|award| award.image).map(MediaId::new));
    let images = images(commerce, tx, shop.number, &media)?;
    let of = |ids: &[MediaId]| ids.iter().filter_map(|id| images.get(id).cloned()).collect();
    let award = |award: &domain::catalog::Award| AwardView {
        name: award.name.clone(),
        year: award.year,
        medal: award.medal.clone(),
        image: award.image.and_then(|id| images.get(&MediaId::new(id)).cloned()),
    };
    let shown = reviews::of_product(tx, stored.id, ReviewStatus::Approved.as_str(), SHOWN_REVIEWS)?;
    Ok(ProductPage {
        card,
        collections: collection_briefs(commerce, tx, shop, stored.id)?,
        images: of(&product.images),
        front_labels: of(&product.labels.front),
        back_labels: of(&product.labels.back),
        linked_subscriptions: briefs(commerce, tx, shop, &ids(&product.linked_subscriptions))?,
        package: package(commerce, tx, shop, &stored)?,
        bundle_items: bundle_items(tx, &stored)?,
        attributes: attribute_views(tx, shop, &stored)?,
        options: option_views(shop, &stored),
        related: briefs(commerce, tx, shop, &ids(&product.related))?,
        awards: product.awards.iter().map(award).collect(),
        reviews: shown.into_iter().map(ReviewEntry::of).collect::<Result<_, _>>()?,
        meta_title: product.meta_title.clone(),
        meta_description: product.meta_description.clone(),
        meta_image: product.meta_image.and_then(|id| images.get(&id).cloned()),
    })
}

fn ids(references: &[Reference]) -> Vec<ProductId> {
    let id = |reference: &Reference| match reference {
        Reference::Id(id) => Some(ProductId::new(*id)),
        Reference::Slug(_) => None,
    };
    references.iter().filter_map(id).collect()
}

fn collection_briefs(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: ProductId,
) -> Result<Vec<CollectionBrief>, StoreError> {
    let member_of = |shelf: &Shelf| shelf.collections_of(id).map(|one| one.id).collect::<Vec<_>>();
    let mut shown = Vec::new();
    for id in commerce.shelves().look(tx, shop.now, member_of)? {
        if let Some(row) = collections::find(tx, id)? {
            shown.push(CollectionBrief {
                id,
                name: row.name,
                slug: row.slug,
                description: markup::render(&row.description),
            });
        }
    }
    Ok(shown)
}

fn package(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    stored: &Stored,
) -> Result<Option<PackageView>, StoreError> {
    let Some(package) = &stored.product.package else { return Ok(None) };
    let is_picknmix = package.subscription_type == domain::catalog::SubscriptionType::Picknmix;
    let pool = is_picknmix.then(|| briefs(commerce, tx, shop, &ids(&package.pool))).transpose()?;
    Ok(Some(PackageView {
        subscription_type: package.subscription_type,
        billing_frequency: package.billing_frequency,
        billing_frequencies: package.billing_frequencies.clone(),
        is_per_item: package.pricing_type == PricingType::PerItem,
        auto_renew: package.auto_renew,
        minimum_items: package.minimum_items,
        term_months: package.term_months,
        pool,
        subscribers: subscriptions::subscribers(tx, stored.id)?,
    }))
}

fn bundle_items(tx: &mut Tx<'_>, stored: &Stored) -> Result<Option<Vec<BundleItemView>>, StoreError> {
    if stored.product.product_type != ProductType::Bundle {
        return Ok(None);
    }
    let references: Vec<Reference> =
        stored.product.bundle_items.iter().map(|part| part.product.clone()).collect();
    let rows = products::find_all(tx, &ids(&references))?;
    let view = |part: &domain::catalog::BundleItem| {
        let row = rows.iter().find(|row| part.product == Reference::Id(row.product_id.uuid()))?;
        Some(BundleItemView {
            product_id: row.product_id,
            name: row.name.clone(),
            slug: row.slug.clone(),
            quantity: part.quantity,
        })
    };
    Ok(Some(stored.product.bundle_items.iter().filter_map(view).collect()))
}

/// The attributes in the shop's order; when and where an event is stands among them.
fn attribute_views(tx: &mut Tx<'_>, shop: &Shop, stored: &Stored) -> Result<Vec<AttributeView>, StoreError> {
    let mut views = Vec::new();
    if let Some(event) = &stored.product.event {
        let local = |time| shop.settings.timezone.local_text(time);
        let view = |name: &str, slug: &str, value: String| AttributeView {
            name: name.to_owned(),
            slug: slug.to_owned(),
            values: vec![value],
        };
        views.push(view("Date", "event-date", local(event.starts())));
        views.extend(event.ends().map(|end| view("Ends", "event-ends", local(end))));
        views.push(view("Place", "event-place", event.place.clone()));
        views.push(view("Capacity", "event-capacity", event.capacity.to_string()));
    }
    for row in attributes::all(tx)? {
        let id = Reference::Id(row.attribute_id.uuid());
        if let Some(given) = stored.product.attributes.iter().find(|given| given.attribute == id) {
            views.push(AttributeView { name: row.name, slug: row.slug, values: given.values.clone() });
        }
    }
    Ok(views)
}

fn option_views(shop: &Shop, stored: &Stored) -> Vec<OptionView> {
    let product = &stored.product;
    let sale = product.sale.filter(|sale| sale.is_on(shop.now)).map(|sale| sale.price);
    let value = |value: &domain::catalog::OptionValue| {
        let is_there = Stock::of_quantity(value.quantity).is_there();
        let price = value.price.or(sale).unwrap_or(product.price);
        Some(OptionValueView {
            id: value.id?,
            label: value.label.clone(),
            sku: value.sku.clone(),
            price: Money::new(price, shop.settings.currency),
            status: if is_there { ShownStatus::Active } else { ShownStatus::OutOfStock },
        })
    };
    let option = |option: &domain::catalog::ProductOption| OptionView {
        name: option.name.clone(),
        slug: option.slug.to_string(),
        values: option.values.iter().filter_map(value).collect(),
    };
    product.options.iter().map(option).collect()
}
