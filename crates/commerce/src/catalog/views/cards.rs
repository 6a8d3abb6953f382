//! Lists of products.

use std::collections::HashMap;

use domain::catalog::{Availability, ProductType, Sale, ShownStatus};
use domain::ids::{MediaId, ProductId};
use domain::money::Money;
use store::catalog::links::{self, LinkKind};
use store::catalog::pictures::{self, PictureKind};
use store::catalog::products::{self, ProductRow};
use store::{StoreError, Tx};

use super::{Brief, Card};
use crate::accounts::Shopper;
use crate::catalog::details::Details;
use crate::catalog::shelf::Shelf;
use crate::catalog::{CatalogError, Facet, ListFilter};
use crate::media::{Image, images};
use crate::{Commerce, Shop};

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Cards {
    /// The products.
    pub cards: Vec<Card>,
    /// How many there are on all pages.
    pub total: u64,
    /// The values to filter by, where they were asked for.
    pub facets: Option<Vec<Facet>>,
}

/// A page of the products that a filter leaves.
pub async fn cards(
    commerce: &Commerce,
    shopper: &Shopper,
    filter: ListFilter,
    with_facets: bool,
    offset: u64,
    limit: usize,
) -> Result<Cards, CatalogError> {
    let (handle, shop, is_subscriber) = (commerce.clone(), shopper.shop.clone(), shopper.is_subscriber);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (listed, facets) = handle.shelves().look(tx, shop.now, |shelf| {
                let facets = with_facets.then(|| shelf.facets(&filter));
                (shelf.list(&filter, offset, limit), facets)
            })?;
            let rows = in_order(products::find_all(tx, &listed.ids)?, &listed.ids);
            let cards = dress(&handle, tx, &shop, is_subscriber, rows)?;
            Ok(Cards { cards, total: listed.total, facets })
        })
        .await
}

/// These products in brief, those that are listed, in the order of the ids.
pub fn briefs(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    ids: &[ProductId],
) -> Result<Vec<Brief>, StoreError> {
    let rows = in_order(products::find_all(tx, ids)?, ids);
    let pictures = first_pictures(commerce, tx, shop, ids)?;
    let brief = |row: &ProductRow, status| brief(commerce, shop, &pictures, row, status);
    let statuses = statuses(commerce, tx, shop, &rows)?;
    let listed = rows.iter().zip(statuses).filter(|(_, status)| *status != ShownStatus::Inactive);
    Ok(listed.map(|(row, status)| brief(row, status)).collect())
}

fn statuses(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    rows: &[ProductRow],
) -> Result<Vec<ShownStatus>, StoreError> {
    let all = |shelf: &Shelf| rows.iter().map(|row| shelf.status(row.product_id)).collect();
    commerce.shelves().look(tx, shop.now, all)
}

fn brief(
    commerce: &Commerce,
    shop: &Shop,
    pictures: &HashMap<ProductId, Image>,
    row: &ProductRow,
    status: ShownStatus,
) -> Brief {
    Brief {
        id: row.product_id,
        name: row.name.clone(),
        slug: row.slug.clone(),
        url: commerce.page_url("products", &row.slug),
        image: pictures.get(&row.product_id).cloned(),
        price: Money::new(row.price, shop.settings.currency),
        sale_price: sale_price(shop, row),
        status,
        product_type: ProductType::parse(&row.product_type).unwrap_or(ProductType::Physical),
    }
}

/// The rows in the order of the ids; what is not there is left out.
pub(super) fn in_order(rows: Vec<ProductRow>, ids: &[ProductId]) -> Vec<ProductRow> {
    let mut by_id: HashMap<ProductId, ProductRow> =
        rows.into_iter().map(|row| (row.product_id, row)).collect();
    ids.iter().filter_map(|id| by_id.remove(id)).collect()
}

/// The sale price, while the sale runs.
pub(super) fn sale_price(shop: &Shop, row: &ProductRow) -> Option<Money> {
    let sale = Sale { price: row.sale_price?, starts_at: row.sale_starts_at, ends_at: row.sale_ends_at };
    sale.is_on(shop.now).then(|| Money::new(sale.price, shop.settings.currency))
}

/// Everything that the rows of a list need besides themselves.
pub(super) fn dress(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    is_subscriber: bool,
    rows: Vec<ProductRow>,
) -> Result<Vec<Card>, StoreError> {
    let ids: Vec<ProductId> = rows.iter().map(|row| row.product_id).collect();
    let mut upsells: HashMap<ProductId, Vec<ProductId>> = HashMap::new();
    for link in links::of(tx, &ids)?.into_iter().filter(|link| link.kind == LinkKind::Upsell) {
        upsells.entry(link.product).or_default().push(link.target);
    }
    let mut named: Vec<ProductId> = upsells.values().flatten().copied().collect();
    named.sort_unstable();
    named.dedup();
    let named: HashMap<ProductId, Brief> =
        briefs(commerce, tx, shop, &named)?.into_iter().map(|brief| (brief.id, brief)).collect();
    let pictures = first_pictures(commerce, tx, shop, &ids)?;
    let statuses = statuses(commerce, tx, shop, &rows)?;
    let first_collection = |shelf: &Shelf| -> Vec<Option<String>> {
        let name = |id: &ProductId| shelf.collections_of(*id).next().map(|one| one.name.to_string());
        ids.iter().map(name).collect()
    };
    let collections = commerce.shelves().look(tx, shop.now, first_collection)?;
    let currency = shop.settings.currency;
    let mut cards = Vec::with_capacity(rows.len());
    for ((row, status), collection) in rows.into_iter().zip(statuses).zip(collections) {
        let id = row.product_id;
        let broken = |what: &str| StoreError::Broken(format!("the {what} of product {id}"));
        let details = Details::read(&row)?;
        let product_type = ProductType::parse(&row.product_type).map_err(|_| broken("type"))?;
        let availability = Availability::parse(&row.availability).map_err(|_| broken("availability"))?;
        let upsells = upsells.remove(&id).unwrap_or_default();
        cards.push(Card {
            id,
            url: commerce.page_url("products", &row.slug),
            description: details.description_html,
            product_type,
            subscription_type: details.package.map(|package| package.subscription_type),
            collection,
            status,
            image: pictures.get(&id).cloned(),
            price: Money::new(row.price, currency),
            sale_price: sale_price(shop, &row),
            subscriber_price: row.subscriber_price.map(|price| Money::new(price, currency)),
            availability: if is_subscriber { Availability::All } else { availability },
            upsells: upsells.iter().filter_map(|id| named.get(id).cloned()).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            name: row.name,
            slug: row.slug,
            sku: row.sku,
        });
    }
    Ok(cards)
}

/// The chief picture of each product.
fn first_pictures(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Image>, StoreError> {
    let mut first: HashMap<ProductId, MediaId> = HashMap::new();
    for picture in pictures::of(tx, ids)?.into_iter().filter(|picture| picture.kind == PictureKind::Product) {
        first.entry(picture.product).or_insert(picture.media);
    }
    let media: Vec<MediaId> = first.values().copied().collect();
    let images = images(commerce, tx, shop.number, &media)?;
    Ok(first.into_iter().filter_map(|(id, media)| Some((id, images.get(&media)?.clone()))).collect())
}
