//! What shoppers are told of a product's stock, read from the tables. Rule: it is the same as what the shelf tells, and can
//! be asked within a transaction whose writes nobody else sees yet, which the shelf must not.

use std::collections::HashMap;

use domain::catalog::{Listing, Part, Product, Reference, ShownStatus, Stock};
use domain::ids::ProductId;
use store::catalog::{CHUNK, products, variants};
use store::{StoreError, Tx};

/// The shown status of each of these products, in their order.
pub(super) fn statuses(tx: &mut Tx<'_>, products: &[&Product]) -> Result<Vec<ShownStatus>, StoreError> {
    let mut parts: Vec<ProductId> =
        products.iter().flat_map(|product| parts_of(product)).map(|(id, _)| id).collect();
    parts.sort_unstable();
    parts.dedup();
    let stocks = stocks(tx, &parts)?;
    Ok(products.iter().map(|product| status(product, &stocks)).collect())
}

/// Whether a product is offered, and how much there is of it.
type Stocks = HashMap<ProductId, (bool, Stock)>;

fn stocks(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Stocks, StoreError> {
    let mut stocks = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values: HashMap<ProductId, Vec<Option<i64>>> = HashMap::new();
        for (product, quantity) in variants::quantities(tx, chunk)? {
            values.entry(product).or_default().push(quantity);
        }
        for facts in products::facts_of(tx, chunk)? {
            let values = values.remove(&facts.product_id);
            let stock = values.map_or(Stock::of_quantity(facts.quantity), Stock::of_values);
            stocks.insert(facts.product_id, (facts.status == Listing::Active.as_str(), stock));
        }
    }
    Ok(stocks)
}

fn parts_of(product: &Product) -> impl Iterator<Item = (ProductId, i64)> {
    product.bundle_items.iter().filter_map(|item| match &item.product {
        Reference::Id(id) => Some((ProductId::new(*id), item.quantity)),
        // Stored products name by id.
        Reference::Slug(_) => None,
    })
}

fn status(product: &Product, stocks: &Stocks) -> ShownStatus {
    if product.listing == Listing::Inactive {
        return ShownStatus::Inactive;
    }
    let values: Vec<Option<i64>> =
        product.options.iter().flat_map(|option| &option.values).map(|value| value.quantity).collect();
    let own = if values.is_empty() { Stock::of_quantity(product.quantity) } else { Stock::of_values(values) };
    let part = |(id, takes)| {
        let (is_offered, stock) = stocks.get(&id).copied().unwrap_or((false, Stock::Left(0)));
        Part { takes, is_offered, stock }
    };
    let parts: Vec<Part> = parts_of(product).map(part).collect();
    if Stock::of_bundle(&parts).scarcer(own).is_there() {
        ShownStatus::Active
    } else {
        ShownStatus::OutOfStock
    }
}
