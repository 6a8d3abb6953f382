//! Bringing a shelf up to date: from the log of changes, or from the tables where the log does not reach back.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use domain::catalog::{Availability, Listing, ProductType, Rule, RuleForm, Sale, Stock};
use domain::ids::{AttributeId, CollectionId, ProductId};
use domain::time::Timestamp;
use store::catalog::links::{LinkKind, of as links_of};
use store::catalog::products::{self, ProductFacts};
use store::catalog::{CHUNK, attributes, collections, variants};
use store::changes::{self, Since, Subject};
use store::{StoreError, Tx};

use super::{AttributeShelf, CollectionShelf, Item, Shelf};
use crate::catalog::details::Details;

/// Changes that are followed one by one; beyond these reading everything anew is quicker.
const FOLLOWED: i64 = 2000;
/// Products whose places in the orders are found one by one; beyond these everything is sorted anew.
const PLACED: usize = 64;

impl Shelf {
    /// Brings the shelf to the version that the transaction sees.
    pub(super) fn catch_up(
        &mut self,
        tx: &mut Tx<'_>,
        version: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.version >= version {
            return Ok(());
        }
        let since =
            if self.version < 0 { Since::Everything } else { changes::since(tx, self.version, FOLLOWED)? };
        match since {
            Since::Changes(changed) if i64::try_from(changed.len()).is_ok_and(|found| found < FOLLOWED) => {
                self.follow(tx, &changed, now)?;
            }
            _ => self.read_all(tx, now)?,
        }
        self.version = version;
        Ok(())
    }

    fn follow(
        &mut self,
        tx: &mut Tx<'_>,
        changed: &[(i64, changes::Change)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_arranged_anew = changed
            .iter()
            .any(|(_, change)| matches!(change.subject, Subject::Collection | Subject::Attribute));
        if is_arranged_anew {
            self.read_attributes(tx)?;
        }
        let mut ids: Vec<ProductId> = changed
            .iter()
            .filter(|(_, change)| change.subject == Subject::Product)
            .map(|(_, change)| ProductId::new(change.id))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        // Another node's clock may be behind: what was made there is no longer the last then.
        let last = self.items.iter().rev().flatten().next().map(|item| item.id);
        if ids.iter().any(|id| Some(*id) < last && !self.numbers.contains_key(id)) {
            return self.read_all(tx, now);
        }
        for chunk in ids.chunks(CHUNK) {
            self.read_products(tx, chunk, now)?;
        }
        if is_arranged_anew {
            self.read_collections(tx)?;
        } else {
            self.read_memberships(tx, &ids)?;
        }
        self.place(&ids);
        Ok(())
    }

    fn read_all(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
        *self = Self::default();
        self.read_attributes(tx)?;
        let mut last = None;
        loop {
            let facts = products::facts_after(tx, last, i64::try_from(CHUNK).unwrap_or(i64::MAX))?;
            last = facts.last().map(|facts| facts.product_id);
            let is_last = facts.len() < CHUNK;
            self.put_all(tx, facts, now)?;
            if is_last {
                break;
            }
        }
        self.read_collections(tx)?;
        for number in 0..u32::try_from(self.items.len()).unwrap_or(u32::MAX) {
            self.count(number);
        }
        self.sort_all();
        Ok(())
    }

    /// Reads products anew; those that are gone leave the shelf.
    fn read_products(
        &mut self,
        tx: &mut Tx<'_>,
        ids: &[ProductId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut facts = products::facts_of(tx, ids)?;
        facts.sort_unstable_by_key(|facts| facts.product_id);
        let found: HashSet<ProductId> = facts.iter().map(|facts| facts.product_id).collect();
        for gone in ids.iter().filter(|id| !found.contains(id)) {
            if let Some(number) = self.numbers.get(gone).copied() {
                self.take_off(number);
            }
        }
        self.put_all(tx, facts, now)
    }

    fn put_all(
        &mut self,
        tx: &mut Tx<'_>,
        facts: Vec<ProductFacts>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids: Vec<ProductId> = facts.iter().map(|facts| facts.product_id).collect();
        let mut values: HashMap<ProductId, Vec<(AttributeId, Box<str>)>> = HashMap::new();
        for row in attributes::values_of(tx, &ids)? {
            let labels: Vec<Box<str>> = serde_json::from_str(&row.values).map_err(|error| {
                StoreError::Broken(format!("the values of product {}: {error}", row.product))
            })?;
            values
                .entry(row.product)
                .or_default()
                .extend(labels.into_iter().map(|label| (row.attribute, label)));
        }
        let mut quantities: HashMap<ProductId, Vec<Option<i64>>> = HashMap::new();
        for (product, quantity) in variants::quantities(tx, &ids)? {
            quantities.entry(product).or_default().push(quantity);
        }
        let of_type = |wanted: ProductType| -> Vec<ProductId> {
            let those = facts.iter().filter(|facts| facts.product_type == wanted.as_str());
            those.map(|facts| facts.product_id).collect()
        };
        let mut parts: HashMap<ProductId, Vec<(ProductId, i64)>> = HashMap::new();
        for link in links_of(tx, &of_type(ProductType::Bundle))? {
            if link.kind == LinkKind::BundleItem {
                parts.entry(link.product).or_default().push((link.target, link.quantity));
            }
        }
        let mut packages = HashMap::new();
        for row in products::find_all(tx, &of_type(ProductType::Subscription))? {
            let package = Details::read(&row)?.package;
            packages.insert(row.product_id, package.map(|package| package.subscription_type));
        }
        for facts in facts {
            let id = facts.product_id;
            let stock = quantities.remove(&id).map_or(Stock::of_quantity(facts.quantity), Stock::of_values);
            let mut item = Item::of(facts, stock, now)?;
            item.values = values.remove(&id).unwrap_or_default().into();
            item.parts = parts.remove(&id).unwrap_or_default().into();
            item.subscription_type = packages.remove(&id).flatten();
            self.put(item);
        }
        Ok(())
    }

    fn read_attributes(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let kept = |row: attributes::AttributeRow| AttributeShelf {
            id: row.attribute_id,
            slug: row.slug.into(),
            name: row.name.into(),
            is_filterable: row.filterable,
        };
        self.attributes = attributes::all(tx)?.into_iter().map(kept).collect();
        Ok(())
    }

    /// Reads all collections anew and judges every product by their rules.
    fn read_collections(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        self.collections.clear();
        for row in collections::all(tx)? {
            let rule = row.rule.as_deref().map(|rule| read_rule(rule, row.collection_id)).transpose()?;
            let mut collection = CollectionShelf {
                id: row.collection_id,
                slug: row.slug.into(),
                name: row.name.into(),
                rule,
                products: roaring::RoaringBitmap::new(),
                order: Vec::new(),
            };
            if collection.rule.is_none() {
                collection.set_members(&self.numbers, collections::members(tx, collection.id)?);
            }
            self.collections.push(collection);
        }
        if self.collections.iter().any(|one| one.rule.is_some()) {
            for number in 0..u32::try_from(self.items.len()).unwrap_or(u32::MAX) {
                self.judge(number);
            }
        }
        Ok(())
    }

    /// Reads anew the hand-set collections that these products are or were in.
    fn read_memberships(&mut self, tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<(), StoreError> {
        let mut touched: HashSet<CollectionId> = HashSet::new();
        for chunk in ids.chunks(CHUNK) {
            touched.extend(collections::memberships(tx, chunk)?.into_iter().map(|member| member.collection));
        }
        let numbers: Vec<u32> = ids.iter().filter_map(|id| self.numbers.get(id).copied()).collect();
        for collection in self.collections.iter_mut().filter(|one| one.rule.is_none()) {
            let had_one = numbers.iter().any(|number| collection.products.contains(*number));
            // A product that is gone has no number any more, and a bitmap that names it does no harm: it is not listed.
            if had_one || touched.contains(&collection.id) {
                collection.set_members(&self.numbers, collections::members(tx, collection.id)?);
            }
        }
        Ok(())
    }

    /// Finds the places of changed products in the orders.
    fn place(&mut self, ids: &[ProductId]) {
        let numbers: Vec<u32> = ids.iter().filter_map(|id| self.numbers.get(id).copied()).collect();
        for number in &numbers {
            self.count(*number);
        }
        // Bundles count their parts, also those that have gone.
        let bundles: Vec<u32> = ids.iter().filter_map(|id| self.bundles.get(id)).flatten().copied().collect();
        for bundle in bundles {
            self.count(bundle);
        }
        if ids.len() > PLACED || numbers.len() < ids.len() {
            self.sort_all();
            return;
        }
        let mut orders = [
            std::mem::take(&mut self.by_name),
            std::mem::take(&mut self.by_price),
            std::mem::take(&mut self.by_age),
        ];
        for (order, compare) in orders.iter_mut().zip(COMPARISONS) {
            order.retain(|number| !numbers.contains(number));
            for number in &numbers {
                let place = order.partition_point(|other| compare(self, *other, *number).is_lt());
                order.insert(place, *number);
            }
        }
        [self.by_name, self.by_price, self.by_age] = orders;
    }

    fn sort_all(&mut self) {
        let numbers: Vec<u32> = self.numbers.values().copied().collect();
        let mut orders = [numbers.clone(), numbers.clone(), numbers];
        for (order, compare) in orders.iter_mut().zip(COMPARISONS) {
            order.sort_unstable_by(|one, two| compare(self, *one, *two));
        }
        [self.by_name, self.by_price, self.by_age] = orders;
    }
}

type Comparison = fn(&Shelf, u32, u32) -> Ordering;

/// By name, by price, by age; among equals the older product first.
const COMPARISONS: [Comparison; 3] = [
    |shelf, one, two| by_key(shelf, one, two, |item| &item.sort_name),
    |shelf, one, two| by_key(shelf, one, two, |item| &item.price),
    |shelf, one, two| by_key(shelf, one, two, |item| &item.created_at),
];

fn by_key<K: Ord>(shelf: &Shelf, one: u32, two: u32, key: fn(&Item) -> &K) -> Ordering {
    shelf.numbered(one).map(key).cmp(&shelf.numbered(two).map(key)).then(one.cmp(&two))
}

impl CollectionShelf {
    fn set_members(&mut self, numbers: &HashMap<ProductId, u32>, members: Vec<collections::Member>) {
        self.order = members.iter().filter_map(|member| numbers.get(&member.product).copied()).collect();
        self.products = self.order.iter().copied().collect();
    }
}

impl Item {
    fn of(facts: ProductFacts, stock: Stock, now: Timestamp) -> Result<Self, StoreError> {
        let broken = |what: &str| StoreError::Broken(format!("the {what} of product {}", facts.product_id));
        let sale = facts.sale_price.map(|price| Sale {
            price,
            starts_at: facts.sale_starts_at,
            ends_at: facts.sale_ends_at,
        });
        let sale = sale.filter(|sale| sale.is_on(now));
        Ok(Self {
            id: facts.product_id,
            product_type: ProductType::parse(&facts.product_type).map_err(|_| broken("type"))?,
            subscription_type: None,
            is_offered: facts.status == Listing::Active.as_str(),
            availability: Availability::parse(&facts.availability).map_err(|_| broken("availability"))?,
            price: sale.map_or(facts.price, |sale| sale.price),
            is_on_sale: sale.is_some(),
            stock,
            created_at: facts.created_at,
            sort_name: sort_name(&facts.name),
            values: Box::default(),
            parts: Box::default(),
        })
    }
}

/// A name as it is sorted: accents and case do not matter.
fn sort_name(name: &str) -> Box<str> {
    domain::catalog::value_slug(name).into()
}

fn read_rule(rule: &str, id: CollectionId) -> Result<Rule, StoreError> {
    let form: RuleForm = serde_json::from_str(rule)
        .map_err(|error| StoreError::Broken(format!("the rule of collection {id}: {error}")))?;
    form.read().map_err(|error| StoreError::Broken(format!("the rule of collection {id}: {error}")))
}
