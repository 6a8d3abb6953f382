//! Asking a shelf for a list.

use domain::catalog::{ProductType, ShownStatus, SubscriptionType, value_slug};
use domain::ids::ProductId;
use roaring::RoaringBitmap;
use serde::Serialize;

use super::{AttributeShelf, CollectionShelf, Item, Shelf};

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// In the collection's own order; without one, in the order of their making.
    #[default]
    Position,
    /// By name.
    Name,
    /// By the price now.
    Price,
    /// By age, the oldest first.
    CreatedAt,
}

/// What a list of products is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// In the collection with this slug or name.
    pub collection: Option<String>,
    /// With one of the values of each of these attributes, by their slugs.
    pub attributes: Vec<(String, Vec<String>)>,
    /// Of this type.
    pub product_type: Option<ProductType>,
    /// Packages of this type.
    pub subscription_type: Option<SubscriptionType>,
    /// With this status.
    pub status: Option<ShownStatus>,
    /// That cost at least this now, in minor units.
    pub min_price: Option<i64>,
    /// That cost at most this now, in minor units.
    pub max_price: Option<i64>,
    /// In this order.
    pub sort: Sort,
    /// And that backwards.
    pub is_descending: bool,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The products of this page.
    pub ids: Vec<ProductId>,
    /// How many there are on all pages.
    pub total: u64,
}

/// An attribute's values in a list, each with how many products have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// The attribute's name.
    pub name: String,
    /// The attribute's slug.
    pub slug: String,
    /// The values that some product of the list has, the commonest first.
    pub values: Vec<FacetValue>,
}

/// A value of an attribute in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// As the shop wrote it.
    pub value: String,
    /// For the filter.
    pub slug: String,
    /// How many products of the list have it.
    pub count: u64,
}

impl Shelf {
    /// The part of the list from `offset`, at most `limit` products.
    pub(crate) fn list(&self, filter: &ListFilter, offset: u64, limit: usize) -> Listed {
        let Some(products) = self.narrowed(filter, None) else { return Listed::default() };
        let collection = filter.collection.as_deref().and_then(|name| self.collection(name));
        let hand_set = collection.filter(|one| one.rule.is_none()).map(|one| one.order.as_slice());
        let order = match filter.sort {
            Sort::Position => hand_set,
            Sort::Name => Some(self.by_name.as_slice()),
            Sort::Price => Some(self.by_price.as_slice()),
            Sort::CreatedAt => Some(self.by_age.as_slice()),
        };
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let numbers: Vec<u32> = match (order, filter.is_descending) {
            (None, false) => products.iter().skip(skip).take(limit).collect(),
            (None, true) => products.iter().rev().skip(skip).take(limit).collect(),
            (Some(order), false) => walk(order.iter(), &products, skip, limit),
            (Some(order), true) => walk(order.iter().rev(), &products, skip, limit),
        };
        let ids =
            numbers.into_iter().filter_map(|number| self.numbered(number)).map(|item| item.id).collect();
        Listed { ids, total: products.len() }
    }

    /// The values to filter a list by. What one attribute is narrowed to does not count for its own values, so that a
    /// shopper sees what else there is to tick.
    pub(crate) fn facets(&self, filter: &ListFilter) -> Vec<Facet> {
        let filterable = self.attributes.iter().filter(|attribute| attribute.is_filterable);
        filterable.filter_map(|attribute| self.facet(filter, attribute)).collect()
    }

    fn facet(&self, filter: &ListFilter, attribute: &AttributeShelf) -> Option<Facet> {
        let products = self.narrowed(filter, Some(&attribute.slug))?;
        let mut values: Vec<FacetValue> = self
            .values
            .iter()
            .filter(|((id, _), _)| *id == attribute.id)
            .map(|((_, slug), value)| FacetValue {
                value: value.label.to_string(),
                slug: slug.to_string(),
                count: value.products.intersection_len(&products),
            })
            .filter(|value| value.count > 0)
            .collect();
        values.sort_unstable_by(|one, two| two.count.cmp(&one.count).then_with(|| one.slug.cmp(&two.slug)));
        (!values.is_empty()).then(|| Facet {
            name: attribute.name.to_string(),
            slug: attribute.slug.to_string(),
            values,
        })
    }

    fn collection(&self, name: &str) -> Option<&CollectionShelf> {
        let by_slug = self.collections.iter().find(|one| &*one.slug == name);
        by_slug.or_else(|| self.collections.iter().find(|one| one.name.to_lowercase() == name.to_lowercase()))
    }

    /// The products that a filter leaves; `None` where it names what there is not.
    fn narrowed(&self, filter: &ListFilter, but_attribute: Option<&str>) -> Option<RoaringBitmap> {
        let mut products = match filter.status {
            None => self.listed.clone(),
            Some(ShownStatus::Active) => &self.listed - &self.sold_out,
            Some(ShownStatus::OutOfStock) => &self.listed & &self.sold_out,
            Some(ShownStatus::Inactive) => return None,
        };
        if let Some(name) = &filter.collection {
            products &= &self.collection(name)?.products;
        }
        if let Some(kind) = filter.product_type {
            products &= self.types.get(&kind)?;
        }
        if let Some(kind) = filter.subscription_type {
            products &= self.packages.get(&kind)?;
        }
        for (slug, wanted) in &filter.attributes {
            if Some(slug.as_str()) == but_attribute {
                continue;
            }
            let attribute = self.attributes.iter().find(|attribute| *attribute.slug == **slug)?;
            let mut having = RoaringBitmap::new();
            for value in wanted {
                if let Some(value) = self.values.get(&(attribute.id, value_slug(value).into())) {
                    having |= &value.products;
                }
            }
            products &= having;
        }
        if filter.min_price.is_some() || filter.max_price.is_some() {
            let fits = |item: &Item| {
                filter.min_price.is_none_or(|least| item.price >= least)
                    && filter.max_price.is_none_or(|most| item.price <= most)
            };
            products = products.iter().filter(|number| self.numbered(*number).is_some_and(fits)).collect();
        }
        Some(products)
    }
}

/// Walks an order and keeps whom the set has. The set is laid out flat first: most of an order is asked for.
fn walk<'a>(
    order: impl Iterator<Item = &'a u32>,
    products: &RoaringBitmap,
    skip: usize,
    limit: usize,
) -> Vec<u32> {
    let Some(highest) = products.max() else { return Vec::new() };
    let mut is_in = vec![false; highest as usize + 1];
    for number in products {
        is_in[number as usize] = true;
    }
    order
        .copied()
        .filter(|number| is_in.get(*number as usize) == Some(&true))
        .skip(skip)
        .take(limit)
        .collect()
}
