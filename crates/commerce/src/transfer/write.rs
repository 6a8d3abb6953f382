//! From things of a file to rows of the shop, many in one transaction. Rule: a thing that is refused has written nothing, so
//! its neighbours go in; where one fails half-way, all of its transaction are undone and go in one by one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::catalog::{AttributeForm, CollectionForm, ProductForm};
use domain::content::EntryKind;
use domain::fields::FieldErrors;
use domain::ids::{MediaId, TenantId};
use domain::patch::Patch;
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use store::catalog::{attributes, collections, products};
use store::content::{entries, menus};
use store::{StoreError, Tx, changes};

use super::ImportError;
use super::item::{CollectionItem, Ensured, Item, Kind, ProductItem, What};
use super::report::Problem;
use crate::audit::{self, Actor, Change};
use crate::catalog::{self, CatalogError, Put};
use crate::content::{self, ContentError};
use crate::selling::{self, SellingError, SellingLine};
use crate::tenants::{self, TenantError};
use crate::{Commerce, Shop};

/// How far the things of a batch are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// A thing that names what is still to come goes in without that, and comes again.
    First,
    /// Bundles that named what was still to come, with their parts and nothing else that they name.
    Parts,
    /// With all that they name.
    Last,
}

/// A thing that is ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    pub(super) item: Item,
    /// Slugs of products that it names and that the file has.
    pub(super) in_file: HashSet<String>,
    /// What of it would differ though the shop can not tell yet: of a dry run only.
    pub(super) differs: bool,
    /// The pictures of the files that a page names.
    pub(super) files: HashMap<String, MediaId>,
    /// The fields of a page, menu or discount that name what is still to come.
    pub(super) to_come: HashSet<String>,
}

/// What became of a thing.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// It is in.
    Done(Put),
    /// It is in without what it names, or not in yet, and has to come again.
    Again(Option<Put>),
    /// It is not in.
    Refused(Vec<Problem>),
}

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) outcomes: Vec<Outcome>,
    /// What was made because something named it.
    pub(super) made: Vec<Ensured>,
}

/// Writes batches into one shop.
pub(super) struct Writer {
    pub(super) commerce: Commerce,
    pub(super) tenant: TenantId,
    pub(super) dry_run: bool,
    /// What the audit log says of the import; `None` when it has been said.
    pub(super) audited: Option<serde_json::Value>,
}

/// Why a transaction was undone.
enum Undone {
    /// It was a dry run.
    DryRun(Written),
    Failed(CatalogError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CatalogError> for Undone {
    fn from(error: CatalogError) -> Self {
        Self::Failed(error)
    }
}

impl Writer {
    /// Writes a batch; where that fails as a whole, one thing after the other.
    pub(super) async fn write(&mut self, batch: Vec<Ready>, phase: Phase) -> Result<Written, ImportError> {
        let batch: Vec<Arc<Ready>> = batch.into_iter().map(Arc::new).collect();
        match self.try_write(batch.clone(), phase).await {
            Ok(written) => return Ok(written),
            Err(error) if !is_of_the_data(&error) => return Err(error.into()),
            Err(_) => {}
        }
        let mut all = Written::default();
        for ready in batch {
            match self.try_write(vec![ready.clone()], phase).await {
                Ok(written) => {
                    all.outcomes.extend(written.outcomes);
                    all.made.extend(written.made);
                }
                Err(error) if is_of_the_data(&error) => {
                    all.outcomes.push(Outcome::Refused(vec![ready.item.refused_whole(sentence(&error))]));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(all)
    }

    async fn try_write(&mut self, batch: Vec<Arc<Ready>>, phase: Phase) -> Result<Written, CatalogError> {
        let (commerce, system_now) = (self.commerce.clone(), self.commerce.system_now());
        let (dry_run, audited) = (self.dry_run, self.audited.clone());
        let outcome = self
            .commerce
            .store()
            .write(self.tenant, move |tx| {
                let mut putting = Putting::begin(&commerce, tx, system_now, phase, dry_run, &batch)?;
                for ready in &batch {
                    let outcome = putting.put(tx, ready)?;
                    putting.written.outcomes.push(outcome);
                }
                if !putting.changed.is_empty() {
                    changes::record(tx, &putting.changed)?;
                }
                let written = putting.written;
                if dry_run {
                    return Err(Undone::DryRun(written));
                }
                if let Some(note) = audited.as_ref().filter(|_| written.has_changed()) {
                    let change = Change {
                        action: "catalogue.import",
                        target_kind: "import",
                        target_id: String::new(),
                        before: None,
                        after: Some(note.clone()),
                    };
                    audit::record(&commerce, tx, putting.shop.now, &Actor::CommandLine, change)?;
                }
                Ok(written)
            })
            .await;
        let written = match outcome {
            Ok(written) | Err(Undone::DryRun(written)) => written,
            Err(Undone::Failed(error)) => return Err(error),
        };
        if written.has_changed() {
            self.audited = None;
        }
        Ok(written)
    }
}

impl Written {
    fn has_changed(&self) -> bool {
        let is_change = |outcome: &Outcome| matches!(outcome, Outcome::Done(put) | Outcome::Again(Some(put)) if *put != Put::Same);
        !self.made.is_empty() || self.outcomes.iter().any(is_change)
    }
}

/// Whether it was what was to be written that failed, and not the database.
fn is_of_the_data(error: &CatalogError) -> bool {
    !matches!(
        error,
        CatalogError::Store(
            StoreError::Unreachable(_)
                | StoreError::Overloaded
                | StoreError::Contended
                | StoreError::Database(_)
        )
    )
}

fn sentence(error: &CatalogError) -> String {
    match error {
        CatalogError::SlugTaken(slug) => format!("Another one has the slug `{slug}`."),
        CatalogError::LimitReached(limit) => format!("A shop can have no more than {limit} of these."),
        CatalogError::FilledByRule => {
            "The collection is filled by its rule, and takes no products by hand.".to_owned()
        }
        other => format!("It was not taken: {other}."),
    }
}

/// One batch in its transaction.
struct Putting<'c> {
    commerce: &'c Commerce,
    shop: Shop,
    phase: Phase,
    dry_run: bool,
    /// Slugs of products that are named in the batch and in the shop.
    there: HashSet<String>,
    /// Slugs of attributes in the shop.
    attributes: HashSet<String>,
    /// Slugs of collections that were looked for, and are in the shop now.
    collections: HashSet<String>,
    /// Microseconds that the last product is newer than the batch.
    moment: u64,
    /// What has changed and is not recorded yet.
    changed: Vec<changes::Change>,
    written: Written,
}

impl<'c> Putting<'c> {
    fn begin(
        commerce: &'c Commerce,
        tx: &mut Tx<'_>,
        system_now: Timestamp,
        phase: Phase,
        dry_run: bool,
        batch: &[Arc<Ready>],
    ) -> Result<Self, StoreError> {
        let named: HashSet<String> = batch.iter().flat_map(|ready| named_products(&ready.item)).collect();
        let named: Vec<String> = named.into_iter().collect();
        let mut there = HashSet::new();
        for chunk in named.chunks(store::catalog::CHUNK) {
            there.extend(products::ids_of(tx, chunk)?.into_iter().map(|(slug, _)| slug));
        }
        Ok(Self {
            commerce,
            shop: Shop::of(tx, system_now)?,
            phase,
            dry_run,
            there,
            attributes: attributes::all(tx)?.into_iter().map(|row| row.slug).collect(),
            collections: HashSet::new(),
            moment: 0,
            changed: Vec::new(),
            written: Written::default(),
        })
    }

    /// Puts one thing. An error undoes the batch; a refusal has written nothing.
    fn put(&mut self, tx: &mut Tx<'_>, ready: &Ready) -> Result<Outcome, CatalogError> {
        let item = &ready.item;
        let put = match &item.what {
            What::Settings(line) => self.settings(tx, line),
            What::Attribute(form) => {
                let put = catalog::put_attribute(self.commerce, tx, &self.shop, form);
                put.map(|(_, put)| Outcome::Done(put))
            }
            What::Collection(collection) => self.collection(tx, ready, collection),
            What::Product(product) => self.product(tx, ready, product),
            What::Content(kind, line) => self.content(tx, ready, *kind, line),
            What::Selling(line) => self.selling(tx, ready, line),
            // Pictures are kept before the transaction begins.
            What::Media(_) | What::Refused(_) => Ok(Outcome::Refused(Vec::new())),
        };
        match put {
            Err(CatalogError::Invalid(errors)) => Ok(Outcome::Refused(item.refused(&errors))),
            Err(error @ (CatalogError::LimitReached(_) | CatalogError::FilledByRule)) => {
                Ok(Outcome::Refused(vec![item.refused_whole(sentence(&error))]))
            }
            put => put,
        }
    }

    fn settings(&mut self, tx: &mut Tx<'_>, line: &serde_json::Value) -> Result<Outcome, CatalogError> {
        let has_changed =
            tenants::put_settings(self.commerce, tx, &self.shop, line).map_err(|error| match error {
                TenantError::Invalid(fields) => CatalogError::Invalid(fields),
                TenantError::Store(error) => error.into(),
                other => StoreError::Broken(other.to_string()).into(),
            })?;
        Ok(Outcome::Done(if has_changed { Put::Changed } else { Put::Same }))
    }

    fn content(
        &mut self,
        tx: &mut Tx<'_>,
        ready: &Ready,
        kind: Kind,
        line: &serde_json::Value,
    ) -> Result<Outcome, CatalogError> {
        let file_of = |file: &str| ready.files.get(file).copied();
        let entry =
            |tx: &mut Tx<'_>, kind| content::put_entry(self.commerce, tx, &self.shop, kind, line, &file_of);
        let put = match kind {
            Kind::Page => entry(tx, EntryKind::Page),
            Kind::Post => entry(tx, EntryKind::Post),
            Kind::Menu => content::put_menu(self.commerce, tx, &self.shop, line),
            _ => content::put_redirect(self.commerce, tx, &self.shop, line),
        };
        let comes = |errors: &FieldErrors| errors.iter().all(|(path, _)| ready.to_come.contains(path));
        match put {
            Ok(put) => Ok(Outcome::Done(put)),
            Err(ContentError::Invalid(errors)) if comes(&errors) && self.dry_run => {
                Ok(Outcome::Done(if is_there(tx, kind, line)? { Put::Changed } else { Put::Created }))
            }
            Err(ContentError::Invalid(errors)) if comes(&errors) && self.phase != Phase::Last => {
                Ok(Outcome::Again(None))
            }
            Err(error) => Err(match error {
                ContentError::Invalid(errors) => errors.into(),
                ContentError::LimitReached(limit) => CatalogError::LimitReached(limit),
                ContentError::Taken(what) => CatalogError::SlugTaken(what),
                ContentError::Store(error) => error.into(),
                other => StoreError::Broken(other.to_string()).into(),
            }),
        }
    }

    fn selling(
        &mut self,
        tx: &mut Tx<'_>,
        ready: &Ready,
        line: &SellingLine,
    ) -> Result<Outcome, CatalogError> {
        let comes = |errors: &FieldErrors| errors.iter().all(|(path, _)| ready.to_come.contains(path));
        let failed = |error| match error {
            SellingError::Invalid(errors) => errors.into(),
            SellingError::LimitReached(limit) => CatalogError::LimitReached(limit),
            SellingError::Store(error) => error.into(),
            other => StoreError::Broken(other.to_string()).into(),
        };
        match selling::put_line(self.commerce, tx, &self.shop, line) {
            Ok(put) => Ok(Outcome::Done(put)),
            Err(SellingError::Invalid(errors)) if comes(&errors) && self.dry_run => {
                let is_there = selling::is_there(self.commerce, tx, &self.shop, line).map_err(failed)?;
                Ok(Outcome::Done(if is_there { Put::Changed } else { Put::Created }))
            }
            Err(SellingError::Invalid(errors)) if comes(&errors) && self.phase != Phase::Last => {
                Ok(Outcome::Again(None))
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn collection(
        &mut self,
        tx: &mut Tx<'_>,
        ready: &Ready,
        collection: &CollectionItem,
    ) -> Result<Outcome, CatalogError> {
        let (_, put) = catalog::put_collection(self.commerce, tx, &self.shop, &collection.form)?;
        let put = if ready.differs { changed(put) } else { put };
        let Some(names) = &collection.products else { return Ok(Outcome::Done(put)) };
        if self.phase == Phase::First {
            return Ok(Outcome::Again(Some(put)));
        }
        let slug = collection.form.clone().parse(self.shop.settings.currency)?.slug;
        if self.dry_run && names.iter().any(|name| !self.there.contains(name)) {
            missing(&[("products", names.clone())], |name| {
                self.there.contains(name) || ready.in_file.contains(name)
            })?;
            return Ok(Outcome::Done(changed(put)));
        }
        let ordered = catalog::put_members(tx, &self.shop, slug.as_str(), names)?;
        Ok(Outcome::Done(if ordered == Put::Same { put } else { changed(put) }))
    }

    fn product(
        &mut self,
        tx: &mut Tx<'_>,
        ready: &Ready,
        product: &ProductItem,
    ) -> Result<Outcome, CatalogError> {
        let slug = product.form.clone().parse(self.shop.settings.currency)?.slug.to_string();
        let lists = named_by(&product.form);
        if self.dry_run && self.phase == Phase::Last {
            missing(&lists, |name| self.there.contains(name) || ready.in_file.contains(name))?;
            return Ok(Outcome::Done(Put::Changed));
        }
        let is_to_come = |name: &String| !self.there.contains(name) && ready.in_file.contains(name);
        let lacks = |wanted: bool| {
            lists.iter().any(|(path, names)| (*path == PARTS) == wanted && names.iter().any(is_to_come))
        };
        let (lacks_parts, lacks_others) = (lacks(true), lacks(false));
        for ensured in &product.ensures {
            self.ensure(tx, ensured)?;
        }
        if self.phase == Phase::First && lacks_parts {
            // A bundle is nothing without its parts.
            let put = if products::find_by_slug(tx, &slug)?.is_some() { Put::Changed } else { Put::Created };
            return Ok(Outcome::Again(Some(put).filter(|_| self.dry_run)));
        }
        let comes_again = self.phase == Phase::Parts || (self.phase == Phase::First && lacks_others);
        let mut form = product.form.clone();
        if comes_again {
            for list in [
                &mut form.upsell_product_ids,
                &mut form.related_product_ids,
                &mut form.linked_subscription_ids,
                &mut form.picknmix_product_ids,
            ] {
                *list = Patch::Absent;
            }
        }
        // Newer by a moment than the one before it: that is their order among the newest.
        self.moment += 1;
        let made_at =
            product.made_at.unwrap_or_else(|| self.shop.now.plus(Duration::from_micros(self.moment)));
        let (_, put) =
            catalog::import_product(self.commerce, tx, &self.shop, &form, made_at, &mut self.changed)?;
        self.there.insert(slug);
        let put = if ready.differs { changed(put) } else { put };
        Ok(if comes_again { Outcome::Again(Some(put)) } else { Outcome::Done(put) })
    }

    /// Makes an attribute or collection unless it is there.
    fn ensure(&mut self, tx: &mut Tx<'_>, ensured: &Ensured) -> Result<(), CatalogError> {
        let (name, slug) = (Patch::Value(ensured.name.clone()), Patch::Value(ensured.slug.clone()));
        if ensured.kind == Kind::Attribute {
            if self.attributes.contains(&ensured.slug) {
                return Ok(());
            }
            let form = AttributeForm { name, slug, ..AttributeForm::default() };
            catalog::put_attribute(self.commerce, tx, &self.shop, &form)?;
            self.attributes.insert(ensured.slug.clone());
        } else {
            if self.collections.contains(&ensured.slug) {
                return Ok(());
            }
            self.collections.insert(ensured.slug.clone());
            if collections::find_by_slug(tx, &ensured.slug)?.is_some() {
                return Ok(());
            }
            let form = CollectionForm { name, slug, ..CollectionForm::default() };
            catalog::put_collection(self.commerce, tx, &self.shop, &form)?;
        }
        self.written.made.push(ensured.clone());
        Ok(())
    }
}

/// Whether the shop has a page, post or menu of this name.
fn is_there(tx: &mut Tx<'_>, kind: Kind, line: &serde_json::Value) -> Result<bool, StoreError> {
    let text = |key: &str| line.get(key).and_then(serde_json::Value::as_str);
    if kind == Kind::Menu {
        return Ok(menus::find_by_handle(tx, text("handle").unwrap_or_default())?.is_some());
    }
    let made = || ThingSlug::from_name(text("title")?).ok().map(|slug| slug.to_string());
    let slug = text("slug").map(str::to_owned).or_else(made).unwrap_or_default();
    let kind = if kind == Kind::Page { EntryKind::Page } else { EntryKind::Post };
    Ok(entries::find_by_slug(tx, kind, &slug)?.is_some())
}

/// What was to be put differs also where the shop could not tell.
fn changed(put: Put) -> Put {
    if put == Put::Same { Put::Changed } else { put }
}

const PARTS: &str = "bundleItems";

/// The slugs of products that a product names, by the field.
fn named_by(form: &ProductForm) -> Vec<(&'static str, Vec<String>)> {
    let list = |names: &Patch<Vec<String>>| names.as_ref().into_value().cloned().unwrap_or_default();
    let parts = form.bundle_items.as_ref().into_value().into_iter().flatten();
    vec![
        (PARTS, parts.map(|part| part.product.clone()).collect()),
        ("upsellProductIds", list(&form.upsell_product_ids)),
        ("relatedProductIds", list(&form.related_product_ids)),
        ("linkedSubscriptionIds", list(&form.linked_subscription_ids)),
        ("picknmixProductIds", list(&form.picknmix_product_ids)),
    ]
}

/// The slugs of products that a thing names.
pub(super) fn named_products(item: &Item) -> Vec<String> {
    match &item.what {
        What::Product(product) => named_by(&product.form).into_iter().flat_map(|(_, names)| names).collect(),
        What::Collection(collection) => collection.products.clone().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Refuses names that lead nowhere. Ids are left to the shop.
fn missing(lists: &[(&str, Vec<String>)], is_known: impl Fn(&String) -> bool) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (path, names) in lists {
        for (index, name) in names.iter().enumerate() {
            if ThingSlug::parse(name).is_ok() && !is_known(name) {
                errors.add(format!("{path}.{index}"), "There is no such product.");
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
