//! What of the tables stands in the index. Rule: everything that is shown to shoppers, and nothing else; read in portions, so
//! that a big shop takes no more memory than a small one.

use std::collections::{HashMap, HashSet};

use domain::catalog::{Listing, Part, ProductType, Stock};
use domain::content::EntryKind;
use domain::ids::{CollectionId, EntryId, ProductId};
use domain::markup;
use gateways::search::{Entry, Kind};
use store::catalog::links::{self, LinkKind};
use store::catalog::products::{self, ProductRow};
use store::catalog::{attributes, collections, variants};
use store::changes::{Change, Subject};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::catalog::Details;
use crate::{Commerce, Shop, content};

/// Things that are read at a time.
pub(super) const PORTION: usize = 250;

/// Something that changed: how it is now.
pub(super) enum Current {
    Shown(Box<Draft>),
    Gone(Kind, Uuid),
}

/// An entry whose text is still marked up: that is taken away where it holds up no transaction.
pub(super) struct Draft {
    entry: Entry,
    /// Safe HTML.
    html: String,
}

impl Draft {
    pub(super) fn finish(self) -> Entry {
        let mut entry = self.entry;
        entry.text.push(' ');
        entry.text.push_str(&markup::plain_text(&self.html));
        entry
    }
}

impl Current {
    /// What is shown.
    pub(super) fn shown(&self) -> Option<(Kind, Uuid)> {
        match self {
            Self::Shown(draft) => Some((draft.entry.kind, draft.entry.id)),
            Self::Gone(..) => None,
        }
    }

    fn product(row: &ProductRow, entry: Entry, html: String) -> [Self; 2] {
        // A thing is in the index under one kind, whatever it was before.
        let other = if entry.kind == Kind::Package { Kind::Product } else { Kind::Package };
        [Self::Gone(other, row.product_id.uuid()), Self::Shown(Box::new(Draft { entry, html }))]
    }
}

const fn is_searched(subject: Subject) -> bool {
    matches!(subject, Subject::Product | Subject::Collection | Subject::Page | Subject::Post)
}

/// What a change touches in the index, once each: with a collection its products, which are found by its name.
pub(super) fn touched(tx: &mut Tx<'_>, changed: &[Change]) -> Result<Vec<Change>, StoreError> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for change in changed {
        if !seen.insert(*change) || !is_searched(change.subject) {
            continue;
        }
        all.push(*change);
        if change.subject == Subject::Collection {
            let members = collections::members(tx, CollectionId::new(change.id))?;
            let products =
                members.into_iter().map(|member| Change::of(Subject::Product, member.product.uuid()));
            all.extend(products.filter(|product| seen.insert(*product)));
        }
    }
    Ok(all)
}

/// How these things are now; at most [`PORTION`] of them.
pub(super) fn read(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    things: &[Change],
) -> Result<Vec<Current>, StoreError> {
    let of =
        |subject: Subject| things.iter().filter(move |thing| thing.subject == subject).map(|thing| thing.id);
    let ids: Vec<ProductId> = of(Subject::Product).map(ProductId::new).collect();
    let rows = products::find_all(tx, &ids)?;
    let found: HashSet<ProductId> = rows.iter().map(|row| row.product_id).collect();
    let mut current = Vec::new();
    for gone in ids.iter().filter(|id| !found.contains(id)) {
        current.push(Current::Gone(Kind::Product, gone.uuid()));
        current.push(Current::Gone(Kind::Package, gone.uuid()));
    }
    current.extend(of_products(tx, rows)?);

    let ids: Vec<CollectionId> = of(Subject::Collection).map(CollectionId::new).collect();
    let rows = collections::find_all(tx, &ids)?;
    let found: HashSet<CollectionId> = rows.iter().map(|row| row.collection_id).collect();
    let gone = ids.iter().filter(|id| !found.contains(id));
    current.extend(gone.map(|id| Current::Gone(Kind::Collection, id.uuid())));
    current.extend(rows.into_iter().map(of_collection));

    for (subject, kind) in [(Subject::Page, Kind::Page), (Subject::Post, Kind::Post)] {
        let ids: Vec<EntryId> = of(subject).map(EntryId::new).collect();
        let shown = content::documents(commerce, tx, shop, &ids)?;
        let found: HashSet<EntryId> = shown.iter().map(|document| document.article.id).collect();
        let gone = ids.iter().filter(|id| !found.contains(id));
        current.extend(gone.map(|id| Current::Gone(kind, id.uuid())));
        current.extend(shown.into_iter().map(of_content));
    }
    Ok(current)
}

/// Where a walk through everything of a shop stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first product.
    #[default]
    Beginning,
    AfterProduct(ProductId),
    Collections,
    /// Before the first page or post, or after this one.
    Content(Option<EntryId>),
    End,
}

/// The next portion of everything that a shop shows, and where the walk stands after it.
pub(super) fn next(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    place: Place,
) -> Result<(Vec<Current>, Place), StoreError> {
    let portion = i64::try_from(PORTION).unwrap_or(i64::MAX);
    let last = match place {
        Place::Beginning => None,
        Place::AfterProduct(last) => Some(last),
        Place::Collections => {
            let rows = collections::all(tx)?;
            return Ok((rows.into_iter().map(of_collection).collect(), Place::Content(None)));
        }
        Place::Content(last) => {
            let shown = content::shown_after(commerce, tx, shop, last, portion)?;
            let next = match shown.last() {
                Some(document) if shown.len() >= PORTION => Place::Content(Some(document.article.id)),
                _ => Place::End,
            };
            return Ok((shown.into_iter().map(of_content).collect(), next));
        }
        Place::End => return Ok((Vec::new(), Place::End)),
    };
    let rows = products::after(tx, last, portion)?;
    let next = match rows.last() {
        Some(row) if rows.len() >= PORTION => Place::AfterProduct(row.product_id),
        _ => Place::Collections,
    };
    Ok((of_products(tx, rows)?, next))
}

fn of_collection(row: collections::CollectionRow) -> Current {
    let entry = Entry {
        kind: Kind::Collection,
        id: row.collection_id.uuid(),
        title: row.name,
        skus: Vec::new(),
        keywords: Vec::new(),
        text: String::new(),
        buyable: true,
    };
    Current::Shown(Box::new(Draft { entry, html: markup::render(&row.description) }))
}

fn of_content(document: content::Document) -> Current {
    let content::Document { kind, article, text } = document;
    let kind = match kind {
        EntryKind::Page => Kind::Page,
        EntryKind::Post => Kind::Post,
    };
    let mut keywords = article.tags;
    keywords.extend(article.category);
    keywords.extend(article.author);
    let entry = Entry {
        kind,
        id: article.id.uuid(),
        title: article.title,
        skus: Vec::new(),
        keywords,
        text: format!("{} {text}", article.excerpt),
        buyable: true,
    };
    Current::Shown(Box::new(Draft { entry, html: String::new() }))
}

fn of_products(tx: &mut Tx<'_>, rows: Vec<ProductRow>) -> Result<Vec<Current>, StoreError> {
    let (shown, hidden): (Vec<ProductRow>, Vec<ProductRow>) =
        rows.into_iter().partition(|row| row.status == Listing::Active.as_str());
    let mut current: Vec<Current> = hidden
        .into_iter()
        .flat_map(|row| [Kind::Product, Kind::Package].map(|kind| Current::Gone(kind, row.product_id.uuid())))
        .collect();
    let ids: Vec<ProductId> = shown.iter().map(|row| row.product_id).collect();
    let mut words = Words::read(tx, &ids)?;
    let stocks = stocks(tx, &shown)?;
    for row in shown {
        let details = Details::read(&row)?;
        let Words { skus, keywords } = &mut words;
        let mut skus = skus.remove(&row.product_id).unwrap_or_default();
        skus.extend(row.sku.clone());
        let mut keywords = keywords.remove(&row.product_id).unwrap_or_default();
        keywords.extend(details.awards.into_iter().map(|award| award.name));
        keywords.extend(details.event.map(|event| event.place));
        let is_package = row.product_type == ProductType::Subscription.as_str();
        let entry = Entry {
            kind: if is_package { Kind::Package } else { Kind::Product },
            id: row.product_id.uuid(),
            title: row.name.clone(),
            skus,
            keywords,
            text: details.meta_description.unwrap_or_default(),
            buyable: stocks.get(&row.product_id).is_none_or(|stock| stock.is_there()),
        };
        current.extend(Current::product(&row, entry, details.description_html));
    }
    Ok(current)
}

/// By product: its variants' article numbers, and the words that stand in other tables.
struct Words {
    skus: HashMap<ProductId, Vec<String>>,
    keywords: HashMap<ProductId, Vec<String>>,
}

impl Words {
    fn read(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Self, StoreError> {
        let mut words = Self { skus: HashMap::new(), keywords: HashMap::new() };
        for row in variants::of(tx, ids)? {
            words.skus.entry(row.product_id).or_default().extend(row.sku);
            words.keywords.entry(row.product_id).or_default().push(row.label);
        }
        for row in attributes::values_of(tx, ids)? {
            let values: Vec<String> = serde_json::from_str(&row.values).map_err(|error| {
                StoreError::Broken(format!("the attributes of product {}: {error}", row.product))
            })?;
            words.keywords.entry(row.product).or_default().extend(values);
        }
        let members = collections::memberships(tx, ids)?;
        let mut wanted: Vec<CollectionId> = members.iter().map(|member| member.collection).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let names: HashMap<CollectionId, String> = collections::find_all(tx, &wanted)?
            .into_iter()
            .map(|row| (row.collection_id, row.name))
            .collect();
        for member in members {
            words.keywords.entry(member.product).or_default().extend(names.get(&member.collection).cloned());
        }
        Ok(words)
    }
}

/// What can be sold of these products, bundles by their scarcest part.
fn stocks(tx: &mut Tx<'_>, rows: &[ProductRow]) -> Result<HashMap<ProductId, Stock>, StoreError> {
    let own: Vec<(ProductId, Option<i64>)> = rows.iter().map(|row| (row.product_id, row.quantity)).collect();
    let mut stocks = counted(tx, &own)?;
    let is_bundle = |row: &&ProductRow| row.product_type == ProductType::Bundle.as_str();
    let bundles: Vec<ProductId> = rows.iter().filter(is_bundle).map(|row| row.product_id).collect();
    let mut links = links::of(tx, &bundles)?;
    links.retain(|link| link.kind == LinkKind::BundleItem);
    let mut ids: Vec<ProductId> = links.iter().map(|link| link.target).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut offered = HashSet::new();
    let mut parts = Vec::new();
    for portion in ids.chunks(PORTION) {
        for facts in products::facts_of(tx, portion)? {
            parts.push((facts.product_id, facts.quantity));
            if facts.status == Listing::Active.as_str() {
                offered.insert(facts.product_id);
            }
        }
    }
    let parts = counted(tx, &parts)?;
    for bundle in bundles {
        let parts: Vec<Part> = links
            .iter()
            .filter(|link| link.product == bundle)
            .map(|link| Part {
                takes: link.quantity,
                is_offered: offered.contains(&link.target),
                stock: parts.get(&link.target).copied().unwrap_or(Stock::Left(0)),
            })
            .collect();
        if let Some(stock) = stocks.get_mut(&bundle) {
            *stock = stock.scarcer(Stock::of_bundle(&parts));
        }
    }
    Ok(stocks)
}

/// Counted by their option values where they have any, themselves where not.
fn counted(
    tx: &mut Tx<'_>,
    products: &[(ProductId, Option<i64>)],
) -> Result<HashMap<ProductId, Stock>, StoreError> {
    let mut values: HashMap<ProductId, Vec<Option<i64>>> = HashMap::new();
    for portion in products.chunks(PORTION) {
        let ids: Vec<ProductId> = portion.iter().map(|(id, _)| *id).collect();
        for (id, quantity) in variants::quantities(tx, &ids)? {
            values.entry(id).or_default().push(quantity);
        }
    }
    let stock = |(id, quantity): &(ProductId, Option<i64>)| {
        let of_values = values.remove(id).map(Stock::of_values);
        (*id, of_values.unwrap_or_else(|| Stock::of_quantity(*quantity)))
    };
    Ok(products.iter().map(stock).collect())
}
