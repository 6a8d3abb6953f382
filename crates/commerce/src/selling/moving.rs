//! What a shop sets up as lines of a file, and lines as what a shop sets up. Rule: products and collections are named by
//! their slugs, so that a line means the same in every shop; the same line once more changes nothing.
//!
//! Gift cards are not taken along: they are people's money, and good in one shop only.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use domain::fields::Fields;
use domain::ids::{CollectionId, DiscountId, ProductId};
use domain::patch::Patch;
use domain::selling::{DiscountForm, RewardsForm, ShippingMethodForm, TaxRateForm};
use serde::Serialize;
use serde_json::{Value, json};
use store::catalog::{CHUNK, collections, products};
use store::{StoreError, Tx};

use super::discounts::{self, DiscountEntry};
use super::{SellingError, rewards, shipping_methods, tax_rates};
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// What a line calls the `kind` of a shipping method: every line has a `kind` of its own.
pub(crate) const RATE_KIND: &str = "rateKind";

/// A line of a file, read and not yet written.
#[derive(Clone, Debug)]
pub(crate) enum SellingLine {
    /// A rate of tax; the country's for its class gives way.
    TaxRate(TaxRateForm),
    /// A shipping method; the one with its name that goes to the same places gives way.
    ShippingMethod(ShippingMethodForm),
    /// A discount; the one with its code gives way, or with its name where it has none.
    Discount {
        /// The discount but for what it covers.
        form: DiscountForm,
        /// Slugs of products; what is left out stays.
        products: Patch<Vec<String>>,
        /// Slugs of collections; what is left out stays.
        collections: Patch<Vec<String>>,
    },
    /// The rewards programme.
    Rewards(RewardsForm),
}

/// The products and collections that a line names: the path, the kind, the slug.
pub(crate) fn named_by(line: &SellingLine) -> Vec<(String, &'static str, &str)> {
    let SellingLine::Discount { products, collections, .. } = line else { return Vec::new() };
    let mut named = Vec::new();
    for (field, kind, slugs) in
        [("products", "product", products), ("collections", "collection", collections)]
    {
        let slugs = slugs.as_ref().into_value().into_iter().flatten();
        named
            .extend(slugs.enumerate().map(|(index, slug)| (format!("{field}.{index}"), kind, slug.as_str())));
    }
    named
}

/// Puts what a line says into the shop.
pub(crate) fn put_line(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    line: &SellingLine,
) -> Result<Put, SellingError> {
    match line.clone() {
        SellingLine::TaxRate(form) => tax_rates::put(commerce, tx, shop, form),
        SellingLine::ShippingMethod(form) => shipping_methods::put(commerce, tx, shop, form),
        SellingLine::Rewards(form) => rewards::put(tx, shop, form),
        SellingLine::Discount { form, products, collections } => {
            let mut fields = Fields::default();
            let form = DiscountForm {
                product_ids: product_ids(tx, &mut fields, products)?,
                collection_ids: collection_ids(tx, &mut fields, collections)?,
                ..form
            };
            fields.finish()?;
            discounts::put(commerce, tx, shop, form)
        }
    }
}

/// Whether the shop has a discount in the place of this line's, whatever it names.
pub(crate) fn is_there(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    line: &SellingLine,
) -> Result<bool, SellingError> {
    let SellingLine::Discount { form, .. } = line else { return Ok(false) };
    let id = DiscountId::new(commerce.chance().uuid(shop.now));
    let discount = form.clone().parse(id, shop.settings.currency)?;
    Ok(discounts::there(tx, &discount.item)?.is_some())
}

fn product_ids(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    slugs: Patch<Vec<String>>,
) -> Result<Patch<Vec<String>>, StoreError> {
    let Patch::Value(slugs) = slugs else { return Ok(slugs) };
    let mut known: HashMap<String, ProductId> = HashMap::new();
    for chunk in slugs.chunks(CHUNK) {
        known.extend(products::ids_of(tx, chunk)?);
    }
    let mut ids = Vec::new();
    for (index, slug) in slugs.iter().enumerate() {
        match known.get(slug) {
            Some(id) => ids.push(id.to_string()),
            None => fields.refuse(&format!("products.{index}"), "There is no such product."),
        }
    }
    Ok(Patch::Value(ids))
}

fn collection_ids(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    slugs: Patch<Vec<String>>,
) -> Result<Patch<Vec<String>>, StoreError> {
    let Patch::Value(slugs) = slugs else { return Ok(slugs) };
    let mut ids = Vec::new();
    for (index, slug) in slugs.iter().enumerate() {
        match collections::find_by_slug(tx, slug)? {
            Some(row) => ids.push(row.collection_id.to_string()),
            None => fields.refuse(&format!("collections.{index}"), "There is no such collection."),
        }
    }
    Ok(Patch::Value(ids))
}

/// What a shop has set up, as lines.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    /// By country and class.
    pub(crate) tax_rates: Vec<Value>,
    /// In their order.
    pub(crate) shipping_methods: Vec<Value>,
    /// By code and name.
    pub(crate) discounts: Vec<Value>,
    /// The programme, if there is one.
    pub(crate) rewards: Option<Value>,
    /// What is not taken along, and why.
    pub(crate) left_out: Vec<String>,
}

/// Gathers what a shop has set up.
pub(crate) fn exported(tx: &mut Tx<'_>) -> Result<Exported, SellingError> {
    let mut out = Exported::default();
    for entry in tax_rates::all(tx)? {
        out.tax_rates.push(line(&entry.rate.to_form())?);
    }
    shipping_lines(tx, &mut out)?;
    discount_lines(tx, &mut out)?;
    if let Some(entry) = rewards::stored(tx)? {
        out.rewards = Some(line(&entry.programme.to_form())?);
    }
    Ok(out)
}

fn line(form: &impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(form).map_err(|error| StoreError::Broken(error.to_string()))
}

fn shipping_lines(tx: &mut Tx<'_>, out: &mut Exported) -> Result<(), SellingError> {
    let all = shipping_methods::all(tx)?;
    let (mut known, mut sorted) = (HashSet::new(), BTreeMap::new());
    for entry in &all {
        let method = &entry.method.item;
        if !known.insert(shipping_methods::key(method)) {
            let name = &method.name;
            out.left_out.push(format!(
                "A second shipping method {name} goes to the same places: it is not taken along."
            ));
            continue;
        }
        let mut value = line(&entry.method.to_form())?;
        if let Some(object) = value.as_object_mut()
            && let Some(kind) = object.remove("kind")
        {
            object.insert(RATE_KIND.to_owned(), kind);
        }
        sorted.insert((method.position, shipping_methods::key(method)), value);
    }
    out.shipping_methods.extend(sorted.into_values());
    Ok(())
}

fn discount_lines(tx: &mut Tx<'_>, out: &mut Exported) -> Result<(), SellingError> {
    // The oldest first: an import would find it by its name.
    let all: Vec<DiscountEntry> = discounts::all(tx)?.into_iter().rev().collect();
    let slugs = Slugs::of(tx, &all)?;
    let mut sorted = BTreeMap::new();
    for entry in &all {
        let discount = &entry.discount.item;
        let called = discount.code.as_ref().unwrap_or(&discount.name);
        let products: Vec<&String> =
            discount.products.iter().filter_map(|id| slugs.products.get(id)).collect();
        let collections: Vec<&String> =
            discount.collections.iter().filter_map(|id| slugs.collections.get(id)).collect();
        let is_for_some = !discount.products.is_empty() || !discount.collections.is_empty();
        if is_for_some && products.is_empty() && collections.is_empty() {
            // Without them it would be for everything.
            out.left_out
                .push(format!("All that the discount {called} was for is gone: it is not taken along."));
            continue;
        }
        let mut value = line(&entry.discount.to_form())?;
        if let Some(object) = value.as_object_mut() {
            object.remove("productIds");
            object.remove("collectionIds");
            object.insert("products".to_owned(), json!(products));
            object.insert("collections".to_owned(), json!(collections));
        }
        match sorted.entry((discount.code.is_none(), called.clone())) {
            Entry::Vacant(place) => drop(place.insert(value)),
            Entry::Occupied(_) => out
                .left_out
                .push(format!("A second discount without a code is called {called}: it is not taken along.")),
        }
    }
    out.discounts.extend(sorted.into_values());
    Ok(())
}

/// The slugs of what discounts name, as far as it is there.
struct Slugs {
    products: HashMap<ProductId, String>,
    collections: HashMap<CollectionId, String>,
}

impl Slugs {
    fn of(tx: &mut Tx<'_>, entries: &[DiscountEntry]) -> Result<Self, StoreError> {
        let mut ids: Vec<ProductId> =
            entries.iter().flat_map(|entry| &entry.discount.item.products).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let mut slugs = HashMap::new();
        for chunk in ids.chunks(CHUNK) {
            slugs.extend(products::slugs_of(tx, chunk)?);
        }
        let collections =
            collections::all(tx)?.into_iter().map(|row| (row.collection_id, row.slug)).collect();
        Ok(Self { products: slugs, collections })
    }
}
