//! A shop's catalogue, content and set-up for selling as lines that [`super::import`] reads. Rule: two shops with the same in them give the same
//! bytes, whatever their engines, ids and histories are: names stand for ids, and things stand in the order of their names.
//!
//! Not taken along is what belongs to people and to this installation: customers, gift cards, staff, keys, reviews, messages. A backup
//! has all of it.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;

use domain::catalog::{ImageForm, ProductType, Reference};
use domain::ids::{AttributeId, CollectionId, MediaId, ProductId};
use domain::media::{FileName, FilePath, FileType};
use domain::patch::Patch;
use futures_util::StreamExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::catalog::{CHUNK, collections, products};
use store::media::{self as media_rows, Media, Search};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::report::{Grade, Problem};
use crate::catalog::{self, Stored};
use crate::content;
use crate::media::{self, MediaError};
use crate::selling::{self, SellingError};
use crate::{Commerce, Shop};

/// Products read together.
const AT_ONCE: usize = 100;

/// Members of a collection whose order one line takes.
const MOST_MEMBERS: usize = 10_000;

/// The folder of pictures and files, beside the lines.
const FILES: &str = "media";

/// Where an export goes.
pub trait Target: Send {
    /// Takes the next line, without its end.
    fn line(&mut self, line: &str) -> io::Result<()>;

    /// Takes a picture or file under a name that no other one has.
    fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// So many things are written.
    fn moved(&mut self, things: u64);

    /// Something is to be known.
    fn told(&mut self, problem: Problem);
}

/// Why an export ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The place where it goes.
    #[error("it can not be written: {0}")]
    Target(#[from] io::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was written, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Pictures and files.
    pub media: u64,
    /// Attributes.
    pub attributes: u64,
    /// Collections.
    pub collections: u64,
    /// Products and packages.
    pub products: u64,
    /// Pages.
    pub pages: u64,
    /// Journal posts.
    pub posts: u64,
    /// Menus.
    pub menus: u64,
    /// Redirects.
    pub redirects: u64,
    /// Rates of tax.
    pub tax_rates: u64,
    /// Shipping methods.
    pub shipping_methods: u64,
    /// Discounts.
    pub discounts: u64,
    /// Rewards programmes: one or none.
    pub rewards: u64,
}

/// Writes all of a shop's catalogue and content. Others may change it meanwhile: each thing is as it was when its line was
/// written.
pub async fn export(
    commerce: &Commerce,
    shop: &Shop,
    target: &mut dyn Target,
) -> Result<Exported, ExportError> {
    let mut export = Export { commerce, shop, target, lines: 0 };
    let settings = serde_json::to_value(&*shop.settings).map_err(broken)?;
    export.line("settings", settings)?;
    let (attributes, attribute_slugs) = export.attributes().await?;
    let (media, files) = export.media().await?;
    let files = Arc::new(files);
    let (collections, collection_slugs) = export.collections(&files).await?;
    let names = Names { attributes: attribute_slugs, collections: collection_slugs, files: files.clone() };
    let products = export.products(Arc::new(names)).await?;
    let exported = Exported { media, attributes, collections, products, ..Exported::default() };
    let exported = export.content(files, exported).await?;
    export.selling(exported).await
}

fn broken(error: serde_json::Error) -> StoreError {
    StoreError::Broken(error.to_string())
}

/// What stands for ids: slugs, and files.
struct Names {
    attributes: HashMap<AttributeId, String>,
    collections: HashMap<CollectionId, String>,
    files: Arc<Files>,
}

type Files = HashMap<MediaId, String>;

struct Export<'e> {
    commerce: &'e Commerce,
    shop: &'e Shop,
    target: &'e mut dyn Target,
    lines: u64,
}

impl Export<'_> {
    /// Writes one thing, its kind first.
    fn line(&mut self, kind: &str, thing: Value) -> Result<(), ExportError> {
        let rest = thing.to_string();
        let rest = rest.strip_prefix('{').unwrap_or(&rest);
        self.target.line(&format!("{{\"kind\":\"{kind}\",{rest}"))?;
        self.lines += 1;
        self.target.moved(self.lines);
        Ok(())
    }

    async fn attributes(&mut self) -> Result<(u64, HashMap<AttributeId, String>), ExportError> {
        let mut entries = self.commerce.store().read(self.shop.id, catalog::all_attributes).await?;
        entries.sort_by(|one, two| {
            let key = |entry: &catalog::AttributeEntry| {
                (entry.attribute.position, entry.attribute.slug.to_string())
            };
            key(one).cmp(&key(two))
        });
        for entry in &entries {
            self.line("attribute", serde_json::to_value(entry.attribute.to_form()).map_err(broken)?)?;
        }
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        Ok((count, entries.into_iter().map(|entry| (entry.id, entry.attribute.slug.to_string())).collect()))
    }

    /// Pictures and files, in the order of their contents' hashes, which are their names.
    async fn media(&mut self) -> Result<(u64, Files), ExportError> {
        let (mut files, mut lines) = (Files::new(), BTreeMap::new());
        let mut offset = 0;
        loop {
            let search = Search { name: None, offset, limit: 200 };
            let (page, _) =
                self.commerce.store().read(self.shop.id, move |tx| media_rows::list(tx, &search)).await?;
            if page.is_empty() {
                break;
            }
            offset += 200;
            for row in page {
                let bytes = match self.bytes_of(&row).await {
                    Ok(bytes) => bytes,
                    Err(MediaError::Store(error)) => return Err(error.into()),
                    Err(error) => {
                        let reason = format!("The file {} is left out: {error}.", row.filename);
                        self.target.told(Problem::new(self.lines, None, reason, Grade::Picture));
                        continue;
                    }
                };
                let hash = Sha256::digest(&bytes);
                let name = hash.iter().take(16).fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
                let file = format!("{FILES}/{name}.{}", row.extension);
                self.target.file(&file, &bytes)?;
                let line = json!({ "file": file, "filename": row.filename, "alt": row.alt });
                // What was cleaned alike is one file.
                let known: &mut Value = lines.entry(file.clone()).or_insert_with(|| line.clone());
                let (told, kept) = (line.to_string(), known.to_string());
                if told < kept {
                    *known = line;
                }
                files.insert(row.media_id, file);
                self.target.moved(u64::try_from(files.len()).unwrap_or(u64::MAX));
            }
        }
        let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        for line in lines.into_values() {
            self.line("media", line)?;
        }
        Ok((count, files))
    }

    async fn bytes_of(&self, row: &Media) -> Result<Vec<u8>, MediaError> {
        let file_type = FileType::from_extension(&row.extension).ok_or(MediaError::NotFound)?;
        let path = FilePath { shop: self.shop.number, name: FileName::original(row.media_id, file_type) };
        let mut reading = media::read(self.commerce, &path, None).await?;
        let mut bytes = Vec::new();
        while let Some(part) = reading.bytes.next().await {
            bytes.extend_from_slice(&part?);
        }
        Ok(bytes)
    }

    async fn collections(
        &mut self,
        files: &Files,
    ) -> Result<(u64, HashMap<CollectionId, String>), ExportError> {
        let mut entries = self.commerce.store().read(self.shop.id, catalog::all_collections).await?;
        entries.sort_by(|one, two| {
            let key = |entry: &catalog::CollectionEntry| {
                (entry.collection.position, entry.collection.slug.to_string())
            };
            key(one).cmp(&key(two))
        });
        for entry in &entries {
            let mut line = serde_json::to_value(entry.collection.to_form()).map_err(broken)?;
            let Some(object) = line.as_object_mut() else { continue };
            let image = object.remove("imageId");
            let image = image.as_ref().and_then(Value::as_str).and_then(|id| id.parse::<MediaId>().ok());
            let image = image.and_then(|id| files.get(&id)).map(|file| json!({ "file": file }));
            object.insert("image".to_owned(), json!(image));
            if entry.collection.rule.is_none() {
                let id = entry.id;
                let members = self.commerce.store().read(self.shop.id, move |tx| members(tx, id)).await?;
                if let Some(slugs) = members {
                    object.insert("products".to_owned(), json!(slugs));
                } else {
                    let slug = &entry.collection.slug;
                    let reason = format!(
                        "The collection {slug} has more than {MOST_MEMBERS} products: their order is not taken along."
                    );
                    self.target.told(Problem::new(self.lines + 1, None, reason, Grade::Note));
                }
            }
            self.line("collection", line)?;
        }
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        Ok((count, entries.into_iter().map(|entry| (entry.id, entry.collection.slug.to_string())).collect()))
    }

    async fn products(&mut self, names: Arc<Names>) -> Result<u64, ExportError> {
        let ids = self.sorted().await?;
        let mut count = 0;
        for page in ids.chunks(AT_ONCE) {
            let (page, names) = (page.to_vec(), names.clone());
            let lines =
                self.commerce.store().read(self.shop.id, move |tx| product_lines(tx, &page, &names)).await?;
            for line in lines {
                count += 1;
                self.line("product", line)?;
            }
        }
        Ok(count)
    }

    /// Pages and posts in the order in which they were made, menus and redirects in that of their names.
    async fn content(&mut self, files: Arc<Files>, mut exported: Exported) -> Result<Exported, ExportError> {
        let file_of = move |id| files.get(&id).cloned();
        let (commerce, shop) = (self.commerce, self.shop);
        let mut sorted = BTreeMap::new();
        let sink = |mut line: Value| {
            let Some(Value::String(kind)) = line.as_object_mut().and_then(|object| object.remove("kind"))
            else {
                return Ok(());
            };
            let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            match kind.as_str() {
                "menu" => drop(sorted.insert((0, text("handle")), line)),
                "redirect" => drop(sorted.insert((1, text("from")), line)),
                kind => {
                    *if kind == "post" { &mut exported.posts } else { &mut exported.pages } += 1;
                    self.line(kind, line)?;
                }
            }
            Ok(())
        };
        content::export::<ExportError, _>(commerce, shop, file_of, sink).await?;
        for ((kind, _), line) in sorted {
            let (kind, count) =
                if kind == 0 { ("menu", &mut exported.menus) } else { ("redirect", &mut exported.redirects) };
            *count += 1;
            self.line(kind, line)?;
        }
        Ok(exported)
    }

    /// What the shop has set up for selling, but for gift cards.
    async fn selling(&mut self, exported: Exported) -> Result<Exported, ExportError> {
        let set_up = self.commerce.store().read(self.shop.id, selling::exported).await;
        let selling::Exported { tax_rates, shipping_methods, discounts, rewards, left_out } = set_up
            .map_err(|error| match error {
                SellingError::Store(error) => error,
                other => StoreError::Broken(other.to_string()),
            })?;
        for reason in left_out {
            self.target.told(Problem::new(self.lines, None, reason, Grade::Note));
        }
        let mut counts = [0_u64; 4];
        let kinds = [
            ("taxRate", tax_rates),
            ("shippingMethod", shipping_methods),
            ("discount", discounts),
            ("rewards", rewards.into_iter().collect()),
        ];
        for (count, (kind, lines)) in counts.iter_mut().zip(kinds) {
            for line in lines {
                *count += 1;
                self.line(kind, line)?;
            }
        }
        let [tax_rates, shipping_methods, discounts, rewards] = counts;
        Ok(Exported { tax_rates, shipping_methods, discounts, rewards, ..exported })
    }

    /// The ids of all products in the order of their slugs. They are sorted here, for the databases sort texts each in
    /// their own way; this takes some sixty bytes a product.
    async fn sorted(&self) -> Result<Vec<ProductId>, ExportError> {
        let (mut all, mut last) = (Vec::new(), None);
        loop {
            let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
            let page = self
                .commerce
                .store()
                .read(self.shop.id, move |tx| products::slugs_after(tx, last, limit))
                .await?;
            let Some((id, _)) = page.last() else { break };
            last = Some(*id);
            all.extend(page.into_iter().map(|(id, slug)| (slug.into_boxed_str(), id)));
        }
        all.sort_unstable();
        Ok(all.into_iter().map(|(_, id)| id).collect())
    }
}

/// The slugs of a collection's products in their order; `None` where there are too many for a line.
fn members(tx: &mut Tx<'_>, id: CollectionId) -> Result<Option<Vec<String>>, StoreError> {
    let members: Vec<ProductId> =
        collections::members(tx, id)?.into_iter().map(|member| member.product).collect();
    if members.len() > MOST_MEMBERS {
        return Ok(None);
    }
    let slugs = slugs_of(tx, &members)?;
    Ok(Some(members.iter().filter_map(|id| slugs.get(id).cloned()).collect()))
}

fn slugs_of(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<HashMap<ProductId, String>, StoreError> {
    let mut slugs = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        slugs.extend(products::slugs_of(tx, chunk)?);
    }
    Ok(slugs)
}

/// The lines of these products, in their order. One that has gone meanwhile has none.
fn product_lines(tx: &mut Tx<'_>, ids: &[ProductId], names: &Names) -> Result<Vec<Value>, StoreError> {
    let mut stored: HashMap<ProductId, Stored> =
        catalog::stored_products(tx, ids)?.into_iter().map(|stored| (stored.id, stored)).collect();
    let linked: Vec<ProductId> = stored.values().flat_map(linked).collect();
    let slugs = slugs_of(tx, &linked)?;
    let line = |id: &ProductId| stored.remove(id).map(|stored| product_line(&stored, &slugs, names));
    ids.iter().filter_map(line).collect()
}

/// The products that a product names.
fn linked(stored: &Stored) -> Vec<ProductId> {
    let product = &stored.product;
    let pool = product.package.iter().flat_map(|package| &package.pool);
    let parts = product.bundle_items.iter().map(|part| &part.product);
    let names = product.upsells.iter().chain(&product.related).chain(&product.linked_subscriptions);
    let id = |name: &Reference| match name {
        Reference::Id(id) => Some(ProductId::new(*id)),
        Reference::Slug(_) => None,
    };
    names.chain(pool).chain(parts).filter_map(id).collect()
}

/// What only some types of products have, and what it is named.
const PACKAGE: [&str; 8] = [
    "subscriptionType",
    "billingFrequency",
    "billingFrequencies",
    "pricingType",
    "autoRenew",
    "minimumItems",
    "picknmixProducts",
    "termMonths",
];

fn product_line(
    stored: &Stored,
    slugs: &HashMap<ProductId, String>,
    names: &Names,
) -> Result<Value, StoreError> {
    let slug = |name: &mut String| {
        let id = Uuid::parse_str(name).ok().map(ProductId::new);
        if let Some(slug) = id.and_then(|id| slugs.get(&id)) {
            name.clone_from(slug);
        }
    };
    let mut form = stored.product.to_form();
    for list in [
        &mut form.upsell_product_ids,
        &mut form.related_product_ids,
        &mut form.linked_subscription_ids,
        &mut form.picknmix_product_ids,
    ] {
        values(list).for_each(slug);
    }
    values(&mut form.bundle_items).for_each(|part| slug(&mut part.product));
    for name in values(&mut form.collections) {
        let id = Uuid::parse_str(name).ok().map(CollectionId::new);
        if let Some(slug) = id.and_then(|id| names.collections.get(&id)) {
            name.clone_from(slug);
        }
    }
    if let Patch::Value(collections) = &mut form.collections {
        collections.sort();
    }
    for given in values(&mut form.attributes) {
        let id = Uuid::parse_str(&given.slug).ok().map(AttributeId::new);
        if let Some(slug) = id.and_then(|id| names.attributes.get(&id)) {
            given.slug.clone_from(slug);
        }
    }
    let picture = |image: &mut ImageForm| picture(image, &names.files);
    if let Patch::Value(images) = &mut form.images {
        images.retain_mut(picture);
    }
    if let Patch::Value(labels) = &mut form.labels {
        for list in [&mut labels.front, &mut labels.back] {
            if let Patch::Value(images) = list {
                images.retain_mut(picture);
            }
        }
    }
    for award in values(&mut form.awards) {
        award.image = award.image.take().and_then(|mut image| picture(&mut image).then_some(image));
    }
    let meta_image = form.meta_image_id.into_value().and_then(|id| id.parse::<MediaId>().ok());
    let meta_image = meta_image.and_then(|id| names.files.get(&id)).map(|file| json!({ "file": file }));
    form.meta_image_id = Patch::Absent;
    values(&mut form.options).flat_map(|option| &mut option.values).for_each(|value| value.id = None);
    let mut line = serde_json::to_value(form).map_err(broken)?;
    if let Some(object) = line.as_object_mut() {
        for (from, to) in [
            ("upsellProductIds", "upsellProducts"),
            ("relatedProductIds", "relatedProducts"),
            ("linkedSubscriptionIds", "linkedSubscriptions"),
            ("picknmixProductIds", "picknmixProducts"),
        ] {
            if let Some(value) = object.remove(from) {
                object.insert(to.to_owned(), value);
            }
        }
        object.insert("createdAt".to_owned(), json!(stored.created_at));
        object.insert("metaImage".to_owned(), json!(meta_image));
        let kind = stored.product.product_type;
        if kind != ProductType::Subscription {
            for key in PACKAGE {
                object.remove(key);
            }
        }
        if kind != ProductType::Event {
            object.remove("event");
        }
        if kind != ProductType::Bundle {
            object.remove("bundleItems");
        }
    }
    Ok(line)
}

/// Puts a picture's file in the place of its id; `false` where it has none.
fn picture(image: &mut ImageForm, files: &Files) -> bool {
    let id = image.media_id.take().and_then(|id| id.parse::<MediaId>().ok());
    image.file = id.and_then(|id| files.get(&id)).cloned();
    image.file.is_some()
}

/// The values of a list, where there is one.
fn values<T>(list: &mut Patch<Vec<T>>) -> impl Iterator<Item = &mut T> {
    let list = match list {
        Patch::Value(list) => list.as_mut_slice(),
        Patch::Absent | Patch::Null => &mut [],
    };
    list.iter_mut()
}
