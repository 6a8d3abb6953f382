//! The catalogue of a shop in memory, as far as lists need it: what is listed, in which order, with which values.
//!
//! Lists, filters and facet counts of a hundred thousand products are set operations on bitmaps, a fraction of a
//! millisecond. Rule: a shelf is brought up to date with the log of changes inside the transaction that reads it, so it
//! never shows less than that transaction sees.

mod find;
mod load;
mod query;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use domain::catalog::{Availability, Facts, Part, ProductType, Rule, ShownStatus, Stock, SubscriptionType};
use domain::ids::{AttributeId, CollectionId, ProductId, TenantId};
use domain::time::Timestamp;
use roaring::RoaringBitmap;
use store::{StoreError, Tx};

use crate::{Commerce, Shop};

pub use find::Narrowed;
pub use query::{Facet, FacetValue, ListFilter, Listed, Sort};

/// Products on all shelves together; beyond these the shelf that was looked at longest ago is cleared.
const MOST_ITEMS: usize = 1_000_000;

/// The shelves of the shops that somebody has looked at.
#[derive(Default)]
pub(crate) struct Shelves {
    shelves: RwLock<HashMap<TenantId, Arc<Kept>>>,
    looks: AtomicU64,
}

/// A shelf with when it was looked at last, counted in looks.
#[derive(Default)]
struct Kept {
    shelf: RwLock<Shelf>,
    size: AtomicUsize,
    looked_at: AtomicU64,
}

impl Shelves {
    /// Brings the shop's shelf up to date and looks at it.
    pub(crate) fn look<T>(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        look: impl FnOnce(&Shelf) -> T,
    ) -> Result<T, StoreError> {
        let kept = self.of(tx.tenant());
        let version = store::changes::version(tx)?;
        if kept.shelf.read().unwrap_or_else(PoisonError::into_inner).version < version {
            let mut stale = kept.shelf.write().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = stale.catch_up(tx, version, now) {
                // Half of a change may be on it: the next look begins anew.
                *stale = Shelf::default();
                return Err(error);
            }
            kept.size.store(stale.items.len(), Ordering::Relaxed);
            drop(stale);
            self.make_room(tx.tenant());
        }
        let current = kept.shelf.read().unwrap_or_else(PoisonError::into_inner);
        Ok(look(&current))
    }

    fn of(&self, tenant: TenantId) -> Arc<Kept> {
        let known = self.shelves.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        let kept = known.unwrap_or_else(|| {
            self.shelves.write().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default().clone()
        });
        kept.looked_at.store(self.looks.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        kept
    }

    fn make_room(&self, but: TenantId) {
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        while shelves.values().map(|kept| kept.size.load(Ordering::Relaxed)).sum::<usize>() > MOST_ITEMS {
            let others = shelves.iter().filter(|(tenant, _)| **tenant != but);
            let oldest = others.min_by_key(|(_, kept)| kept.looked_at.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(tenant, _)| *tenant) else { return };
            shelves.remove(&oldest);
        }
    }
}

/// Fills the shelves of the busiest shops, so that the first shopper after a start does not wait for it.
pub async fn warm_up(commerce: &Commerce) -> Result<(), StoreError> {
    const SHOPS: i64 = 100;
    let shops = commerce.store().read_installation(|tx| store::installation::shown_shops(tx, SHOPS)).await?;
    for tenant in shops {
        let (handle, system_now) = (commerce.clone(), commerce.system_now());
        commerce
            .store()
            .read(tenant, move |tx| {
                let now = Shop::of(tx, system_now)?.now;
                handle.shelves().look(tx, now, |_| ())
            })
            .await?;
    }
    Ok(())
}

/// One shop's catalogue. Products are numbered in the order of their making; a number is not used again.
pub(crate) struct Shelf {
    /// The shop's version that it shows; before the first look there is none.
    version: i64,
    items: Vec<Option<Item>>,
    numbers: HashMap<ProductId, u32>,
    attributes: Vec<AttributeShelf>,
    values: HashMap<(AttributeId, Box<str>), Value>,
    collections: Vec<CollectionShelf>,
    listed: RoaringBitmap,
    sold_out: RoaringBitmap,
    types: HashMap<ProductType, RoaringBitmap>,
    packages: HashMap<SubscriptionType, RoaringBitmap>,
    by_name: Vec<u32>,
    by_price: Vec<u32>,
    by_age: Vec<u32>,
    /// Bundles by each of their parts.
    bundles: HashMap<ProductId, Vec<u32>>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            version: -1,
            items: Vec::new(),
            numbers: HashMap::new(),
            attributes: Vec::new(),
            values: HashMap::new(),
            collections: Vec::new(),
            listed: RoaringBitmap::new(),
            sold_out: RoaringBitmap::new(),
            types: HashMap::new(),
            packages: HashMap::new(),
            by_name: Vec::new(),
            by_price: Vec::new(),
            by_age: Vec::new(),
            bundles: HashMap::new(),
        }
    }
}

/// A product as far as lists need it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ProductId,
    /// Its name, folded for sorting.
    sort_name: Box<str>,
    pub(crate) product_type: ProductType,
    pub(crate) subscription_type: Option<SubscriptionType>,
    pub(crate) is_offered: bool,
    pub(crate) availability: Availability,
    /// In minor units, a running sale's if there is one.
    price: i64,
    is_on_sale: bool,
    stock: Stock,
    created_at: Timestamp,
    values: Box<[(AttributeId, Box<str>)]>,
    parts: Box<[(ProductId, i64)]>,
}

/// A value of an attribute, and who has it.
#[derive(Default)]
struct Value {
    /// As one of the products has it written.
    label: Box<str>,
    products: RoaringBitmap,
}

struct AttributeShelf {
    id: AttributeId,
    slug: Box<str>,
    name: Box<str>,
    is_filterable: bool,
}

/// A collection and who is in it.
pub(crate) struct CollectionShelf {
    pub(crate) id: CollectionId,
    pub(crate) slug: Box<str>,
    pub(crate) name: Box<str>,
    rule: Option<Rule>,
    products: RoaringBitmap,
    /// In their order: of hand-set collections only.
    order: Vec<u32>,
}

impl Shelf {
    /// What a product's status is, taking stock and parts together.
    pub(crate) fn status(&self, id: ProductId) -> ShownStatus {
        match self.item(id) {
            None => ShownStatus::Inactive,
            Some(item) if !item.is_offered => ShownStatus::Inactive,
            Some(item) if self.stock_of(item).is_there() => ShownStatus::Active,
            Some(_) => ShownStatus::OutOfStock,
        }
    }

    /// The collections that a product is in, in the shop's order.
    pub(crate) fn collections_of(&self, id: ProductId) -> impl Iterator<Item = &CollectionShelf> {
        let number = self.numbers.get(&id).copied();
        self.collections.iter().filter(move |one| number.is_some_and(|number| one.products.contains(number)))
    }

    /// How many listed products a collection has.
    pub(crate) fn size(&self, id: CollectionId) -> u64 {
        self.collections
            .iter()
            .find(|one| one.id == id)
            .map_or(0, |one| one.products.intersection_len(&self.listed))
    }

    /// The listed products that a collection has, in the order of their making.
    pub(crate) fn members(&self, id: CollectionId) -> impl Iterator<Item = ProductId> {
        let collection = self.collections.iter().find(|one| one.id == id);
        let numbers = collection.into_iter().flat_map(|one| one.products.iter());
        numbers
            .filter(|number| self.listed.contains(*number))
            .filter_map(|number| Some(self.numbered(number)?.id))
    }

    pub(crate) fn item(&self, id: ProductId) -> Option<&Item> {
        self.numbered(*self.numbers.get(&id)?)
    }

    fn numbered(&self, number: u32) -> Option<&Item> {
        self.items.get(number as usize)?.as_ref()
    }

    fn stock_of(&self, item: &Item) -> Stock {
        if item.product_type != ProductType::Bundle {
            return item.stock;
        }
        let part = |(id, takes): &(ProductId, i64)| {
            let part = self.item(*id);
            Part {
                takes: *takes,
                is_offered: part.is_some_and(|part| part.is_offered),
                stock: part.map_or(Stock::Left(0), |part| part.stock),
            }
        };
        let parts: Vec<Part> = item.parts.iter().map(part).collect();
        Stock::of_bundle(&parts).scarcer(item.stock)
    }

    /// Puts a product on the shelf, in the place of what stood there under its id.
    fn put(&mut self, item: Item) {
        let number = self.numbers.get(&item.id).copied().unwrap_or_else(|| {
            self.items.push(None);
            u32::try_from(self.items.len() - 1).unwrap_or(u32::MAX)
        });
        self.take_off(number);
        self.numbers.insert(item.id, number);
        if item.is_offered {
            self.listed.insert(number);
        }
        self.types.entry(item.product_type).or_default().insert(number);
        if let Some(kind) = item.subscription_type {
            self.packages.entry(kind).or_default().insert(number);
        }
        for (attribute, label) in &item.values {
            let key = (*attribute, domain::catalog::value_slug(label).into_boxed_str());
            let value = self.values.entry(key).or_default();
            if value.label.is_empty() {
                value.label = label.clone();
            }
            value.products.insert(number);
        }
        for (part, _) in &item.parts {
            self.bundles.entry(*part).or_default().push(number);
        }
        self.items[number as usize] = Some(item);
        self.judge(number);
    }

    /// Takes what stands at a number off the shelf, but for the hand-set collections.
    fn take_off(&mut self, number: u32) {
        let Some(item) = self.items.get_mut(number as usize).and_then(Option::take) else { return };
        self.numbers.remove(&item.id);
        self.listed.remove(number);
        self.sold_out.remove(number);
        if let Some(products) = self.types.get_mut(&item.product_type) {
            products.remove(number);
        }
        if let Some(products) = item.subscription_type.and_then(|kind| self.packages.get_mut(&kind)) {
            products.remove(number);
        }
        for (attribute, label) in &item.values {
            let key = (*attribute, domain::catalog::value_slug(label).into_boxed_str());
            if let Some(value) = self.values.get_mut(&key) {
                value.products.remove(number);
            }
        }
        for (part, _) in &item.parts {
            if let Some(bundles) = self.bundles.get_mut(part) {
                bundles.retain(|bundle| *bundle != number);
            }
        }
        for collection in self.collections.iter_mut().filter(|one| one.rule.is_some()) {
            collection.products.remove(number);
        }
    }

    /// Puts a product into the collections whose rule it meets.
    fn judge(&mut self, number: u32) {
        let Some(item) = self.items.get(number as usize).and_then(Option::as_ref) else { return };
        let (attributes, values) = (&self.attributes, &self.values);
        let has_value = |attribute: &str, value: &str| {
            let known = attributes.iter().find(|known| &*known.slug == attribute);
            known
                .and_then(|known| values.get(&(known.id, value.into())))
                .is_some_and(|value| value.products.contains(number))
        };
        let facts = Facts {
            product_type: item.product_type,
            availability: item.availability,
            price: item.price,
            is_on_sale: item.is_on_sale,
            has_value: &has_value,
        };
        for collection in &mut self.collections {
            if let Some(rule) = &collection.rule {
                if rule.takes(facts) {
                    collection.products.insert(number);
                } else {
                    collection.products.remove(number);
                }
            }
        }
    }

    /// Notes whether a product, and each bundle with it, is sold out.
    fn count(&mut self, number: u32) {
        let Some(item) = self.numbered(number) else { return };
        let id = item.id;
        let mut numbers = vec![number];
        numbers.extend(self.bundles.get(&id).into_iter().flatten());
        for number in numbers {
            let is_there = self.numbered(number).is_some_and(|item| self.stock_of(item).is_there());
            if is_there {
                self.sold_out.remove(number);
            } else {
                self.sold_out.insert(number);
            }
        }
    }
}
