//! The products that a cart or an order names, as far as prices and stock need them. Rule: read at once, and once.

use std::collections::HashMap;

use domain::carts::pricing::UnitPrices;
use domain::carts::{Boxes, Item, Pick};
use domain::catalog::{Availability, Listing, Part, PricingType, ProductType, Sale, Stock};
use domain::ids::ProductId;
use domain::time::Timestamp;
use store::catalog::links::{self, Link, LinkKind};
use store::catalog::products::{self, ProductRow};
use store::catalog::variants::{self, VariantRow};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::catalog::{Details, StoredPackage};

/// The products, by id.
#[derive(Default)]
pub(crate) struct Goods(HashMap<Uuid, Good>);

/// One product.
pub(crate) struct Good {
    pub(crate) row: ProductRow,
    pub(crate) product_type: ProductType,
    pub(crate) variants: Vec<VariantRow>,
    /// What a bundle is made of, or what can be picked for a box.
    pub(crate) links: Vec<Link>,
    pub(crate) package: Option<StoredPackage>,
}

impl Goods {
    /// The products that these lines name, and what their bundles are made of.
    pub(crate) fn read(tx: &mut Tx<'_>, items: &[Item]) -> Result<Self, StoreError> {
        let picks = |item: &Item| {
            item.subscription.iter().flat_map(|boxes| &boxes.picks).copied().collect::<Vec<Pick>>()
        };
        let named = items.iter().flat_map(|item| {
            let mut named = vec![ProductId::new(item.product)];
            named.extend(picks(item).iter().map(|pick| ProductId::new(pick.product)));
            named
        });
        let mut goods = Self::default();
        goods.add(tx, named.collect())?;
        let parts = goods.0.values().flat_map(Good::parts).map(|link| link.target).collect();
        goods.add(tx, parts)?;
        Ok(goods)
    }

    /// Reads what can be picked for the boxes of a package, too.
    pub(crate) fn read_pool(&mut self, tx: &mut Tx<'_>, package: Uuid) -> Result<(), StoreError> {
        let pool = self.get(package).into_iter().flat_map(Good::pool).map(ProductId::new).collect();
        self.add(tx, pool)
    }

    fn add(&mut self, tx: &mut Tx<'_>, mut ids: Vec<ProductId>) -> Result<(), StoreError> {
        ids.retain(|id| !self.0.contains_key(&id.uuid()));
        ids.sort_unstable();
        ids.dedup();
        let rows = products::find_all(tx, &ids)?;
        let composed: Vec<ProductId> = rows
            .iter()
            .filter(|row| {
                [ProductType::Bundle, ProductType::Subscription]
                    .iter()
                    .any(|kind| kind.as_str() == row.product_type)
            })
            .map(|row| row.product_id)
            .collect();
        let mut values: HashMap<ProductId, Vec<VariantRow>> = HashMap::new();
        for row in variants::of(tx, &ids)? {
            values.entry(row.product_id).or_default().push(row);
        }
        let mut named: HashMap<ProductId, Vec<Link>> = HashMap::new();
        for link in links::of(tx, &composed)? {
            named.entry(link.product).or_default().push(link);
        }
        for row in rows {
            let id = row.product_id;
            let product_type = ProductType::parse(&row.product_type)
                .map_err(|_| StoreError::Broken(format!("the type of product {id}")))?;
            let package = match product_type {
                ProductType::Subscription => Details::read(&row)?.package,
                _ => None,
            };
            let good = Good {
                product_type,
                variants: values.remove(&id).unwrap_or_default(),
                links: named.remove(&id).unwrap_or_default(),
                package,
                row,
            };
            self.0.insert(id.uuid(), good);
        }
        Ok(())
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Good> {
        self.0.get(&id)
    }

    /// What one of a line costs.
    pub(crate) fn prices(&self, item: &Item, now: Timestamp) -> UnitPrices {
        let Some(good) = self.get(item.product) else {
            return UnitPrices { regular: 0, sale: None, subscriber: None };
        };
        if let (Some(package), Some(boxes)) = (&good.package, &item.subscription) {
            let one = self.box_price(good, package, boxes, &item.options, now);
            let regular = one.saturating_mul(boxes.paid_at_once());
            return UnitPrices { regular, sale: None, subscriber: None };
        }
        match good.chosen_price(&item.options) {
            // What has a price of its own is not on sale with the product.
            Some(regular) => UnitPrices { regular, sale: None, subscriber: None },
            None => UnitPrices {
                regular: good.row.price,
                sale: good.sale(now),
                subscriber: good.row.subscriber_price,
            },
        }
    }

    /// What one box costs: what was agreed, or what its picks come to, or the package's price of today.
    fn box_price(
        &self,
        good: &Good,
        package: &StoredPackage,
        boxes: &Boxes,
        options: &[Uuid],
        now: Timestamp,
    ) -> i64 {
        if let Some(agreed) = boxes.agreed_price {
            return agreed;
        }
        if package.pricing_type == PricingType::PerItem {
            let cost = |pick: &Pick| {
                let one = self.get(pick.product).map_or(0, |good| good.unit_price(now));
                one.saturating_mul(pick.quantity)
            };
            return boxes.picks.iter().map(cost).fold(0_i64, i64::saturating_add);
        }
        good.chosen_price(options).unwrap_or_else(|| good.unit_price(now))
    }

    /// How much of what a line names is there, as far as this line can take it.
    pub(crate) fn stock(&self, item: &Item) -> Stock {
        let Some(good) = self.get(item.product) else { return Stock::Left(0) };
        let mut parts: Vec<Part> = vec![good.part(1, &item.options)];
        parts.extend(good.parts().map(|link| self.part(link.target.uuid(), link.quantity)));
        let picks = item.subscription.iter().flat_map(|boxes| &boxes.picks);
        parts.extend(picks.map(|pick| self.part(pick.product, pick.quantity)));
        Stock::of_bundle(&parts)
    }

    fn part(&self, product: Uuid, takes: i64) -> Part {
        let Some(good) = self.get(product) else {
            return Part { takes, is_offered: false, stock: Stock::Left(0) };
        };
        good.part(takes, &[])
    }

    /// What a line takes from the stock room: products and options' values, each with how many.
    pub(crate) fn takes(&self, item: &Item) -> Vec<Taken> {
        let Some(good) = self.get(item.product) else { return Vec::new() };
        let mut taken = good.taken(&item.options, item.quantity);
        for (part, count) in self.contents_of(item) {
            taken.extend(part.taken(&[], count.saturating_mul(item.quantity)));
        }
        taken
    }

    /// What one of a bundle or a box is made of, each with how many.
    pub(crate) fn contents_of<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = (&'a Good, i64)> {
        let parts = self.get(item.product).into_iter().flat_map(Good::parts);
        let parts = parts.map(|link| (link.target.uuid(), link.quantity));
        let picks = item.subscription.iter().flat_map(|boxes| &boxes.picks);
        let picks = picks.map(|pick| (pick.product, pick.quantity));
        parts.chain(picks).filter_map(|(product, count)| Some((self.get(product)?, count)))
    }
}

/// So many of something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Taken {
    Product(ProductId, i64),
    /// The product is told too, for its lists.
    Variant(ProductId, domain::ids::VariantId, i64),
}

impl Good {
    pub(crate) fn is_offered(&self) -> bool {
        self.row.status == Listing::Active.as_str()
    }

    pub(crate) fn is_for_subscribers(&self) -> bool {
        self.row.availability == Availability::Subscribers.as_str()
    }

    /// Whether a parcel is made of it.
    pub(crate) fn is_sent(&self) -> bool {
        self.product_type != ProductType::Event
    }

    /// What a bundle is made of.
    fn parts(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| link.kind == LinkKind::BundleItem)
    }

    /// What can be picked for a box of this package, in the shop's order.
    pub(crate) fn pool(&self) -> impl Iterator<Item = Uuid> {
        self.links.iter().filter(|link| link.kind == LinkKind::Pool).map(|link| link.target.uuid())
    }

    /// How many there are to pick; `None` where they are not counted.
    pub(crate) fn left(&self) -> Option<i64> {
        if self.is_offered() { self.part(1, &[]).stock.quantity() } else { Some(0) }
    }

    fn sale(&self, now: Timestamp) -> Option<i64> {
        let sale = Sale {
            price: self.row.sale_price?,
            starts_at: self.row.sale_starts_at,
            ends_at: self.row.sale_ends_at,
        };
        sale.is_on(now).then_some(sale.price)
    }

    pub(crate) fn unit_price(&self, now: Timestamp) -> i64 {
        self.sale(now).map_or(self.row.price, |sale| sale.min(self.row.price))
    }

    pub(crate) fn chosen(&self, options: &[Uuid]) -> impl Iterator<Item = &VariantRow> {
        self.variants.iter().filter(|variant| options.contains(&variant.variant_id.uuid()))
    }

    /// The dearest price of its own among what was chosen.
    fn chosen_price(&self, options: &[Uuid]) -> Option<i64> {
        self.chosen(options).filter_map(|variant| variant.price).max()
    }

    /// What one weighs, so chosen.
    pub(crate) fn weight_grams(&self, options: &[Uuid]) -> i64 {
        let chosen = self.chosen(options).filter_map(|variant| variant.weight_grams).max();
        chosen.or(self.row.weight_grams).unwrap_or(0)
    }

    /// The article number, so chosen.
    pub(crate) fn sku(&self, options: &[Uuid]) -> Option<String> {
        self.chosen(options).find_map(|variant| variant.sku.clone()).or_else(|| self.row.sku.clone())
    }

    fn part(&self, takes: i64, options: &[Uuid]) -> Part {
        let stock = if self.variants.is_empty() {
            Stock::of_quantity(self.row.quantity)
        } else if options.is_empty() {
            Stock::of_values(self.variants.iter().map(|variant| variant.quantity))
        } else {
            self.chosen(options)
                .map(|variant| Stock::of_quantity(variant.quantity))
                .fold(Stock::Uncounted, Stock::scarcer)
        };
        Part { takes, is_offered: self.is_offered(), stock }
    }

    fn taken(&self, options: &[Uuid], count: i64) -> Vec<Taken> {
        let product = self.row.product_id;
        if self.variants.is_empty() {
            return self.row.quantity.map(|_| Taken::Product(product, count)).into_iter().collect();
        }
        // What is in a bundle or a box was not chosen: it comes of the first value that has enough.
        let unchosen = options
            .is_empty()
            .then(|| self.variants.iter().find(|variant| variant.quantity.is_none_or(|left| left >= count)));
        let values: Vec<&VariantRow> = match unchosen {
            Some(first) => first.or(self.variants.first()).into_iter().collect(),
            None => self.chosen(options).collect(),
        };
        values
            .into_iter()
            .filter(|variant| variant.quantity.is_some())
            .map(|variant| Taken::Variant(product, variant.variant_id, count))
            .collect()
    }
}
