//! An import from its first line to its last.
//!
//! A thing may name one that comes after it (a bundle its parts, a wine its companions). It then goes in without the
//! names, and comes again at the end; of a bundle that has no parts yet, only the end is left.

use std::collections::HashSet;
use std::fs::File;

use domain::catalog::ProductForm;
use domain::slugs::ThingSlug;
use serde_json::{Value, json};

use super::item::{Ensured, Item, Kind, What};
use super::jsonl::{Defined, JsonlReader};
use super::pictures::{self, Gallery, Hanged, Hung};
use super::report::{Grade, Problem, Report, Watcher};
use super::shopify::ShopifyReader;
use super::table::Place;
use super::write::{Outcome, Phase, Ready, Writer, named_products};
use super::{Format, ImportError, Input, Options, Reading};
use crate::catalog::Put;
use crate::{Commerce, Shop, selling};

/// A batch is written when it has so many things.
const BATCH: usize = 100;
/// Or when they take so many bytes.
const BATCH_BYTES: usize = 2 * 1024 * 1024;

/// Reads a file into a shop.
///
/// # Errors
/// The file is not what it should be, or it or the database could not be read or written to the end. What went in before
/// stays, and does no harm to an import that begins anew. Things that are refused are no error: they are told to
/// `watcher`, and counted.
pub async fn import(
    commerce: &Commerce,
    shop: &Shop,
    input: Input,
    options: Options,
    watcher: &mut dyn Watcher,
) -> Result<Report, ImportError> {
    let Input { file, name, folder } = input;
    let total = file.metadata()?.len();
    let currency = shop.settings.currency;
    let audited = json!({ "file": name, "format": options.format.as_str() });
    let mut run = Run {
        writer: Writer {
            commerce: commerce.clone(),
            tenant: shop.id,
            dry_run: options.dry_run,
            audited: Some(audited),
        },
        options,
        gallery: Gallery::new(commerce.clone(), shop.clone(), folder, options.dry_run),
        hung: Hung::default(),
        defined: Defined::default(),
        report: Report { dry_run: options.dry_run, ..Report::default() },
        again: Vec::new(),
        made: HashSet::new(),
        watcher,
        total,
    };
    match options.format {
        Format::ShopifyCsv => {
            let mut reader = ShopifyReader::open(file, currency)?;
            run.all(&mut reader).await?;
        }
        Format::MarzipanJsonl => {
            let (mut reader, defined) = JsonlReader::open(file, currency)?;
            run.defined = defined;
            run.all(&mut reader).await?;
            run.again(&mut reader).await?;
        }
    }
    run.watcher.moved(total, total, run.report.sum());
    run.report.pictures = run.hung.pictures;
    Ok(run.report)
}

/// A thing that has to come again.
#[derive(Clone, Copy, Debug)]
struct Again {
    place: Place,
    /// What became of it so far; `None` where it is not in yet.
    put: Option<Put>,
}

struct Run<'w> {
    writer: Writer,
    options: Options,
    gallery: Gallery,
    hung: Hung,
    defined: Defined,
    report: Report,
    again: Vec<Again>,
    /// What was made because something named it, each once.
    made: HashSet<Ensured>,
    watcher: &'w mut dyn Watcher,
    total: u64,
}

impl Run<'_> {
    /// Reads and writes everything once.
    async fn all(&mut self, reader: &mut dyn Reading) -> Result<(), ImportError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for note in reader.notes() {
            self.watcher.told(note);
        }
        while let Some((place, item)) = reader.next()? {
            bytes += item.bytes;
            batch.push((place, item));
            if batch.len() >= BATCH || bytes >= BATCH_BYTES {
                self.first(std::mem::take(&mut batch)).await?;
                bytes = 0;
                self.watcher.moved(reader.done(), self.total, self.report.sum());
            }
        }
        self.first(batch).await
    }

    async fn first(&mut self, mut batch: Vec<(Place, Item)>) -> Result<(), ImportError> {
        let mut problems = Vec::new();
        let (mut places, mut ready) = (Vec::new(), Vec::new());
        self.have_pictures(&mut batch).await?;
        for (place, mut item) in batch {
            problems.append(&mut item.problems);
            match &item.what {
                What::Refused(kind) => self.report.count(*kind, None),
                What::Media(media) => {
                    let kept = self.gallery.keep(item.line, media).await?;
                    self.report.count(Kind::Media, kept.as_ref().ok().copied());
                    problems.extend(kept.err());
                }
                _ => {
                    let hung = self.gallery.hang(&mut item, &mut self.hung);
                    places.push(place);
                    ready.push(self.ready(item, hung));
                }
            }
        }
        problems.append(&mut self.hung.problems);
        let heads: Vec<(Kind, Option<String>)> =
            ready.iter().map(|ready| (ready.item.kind(), slug_of(&ready.item))).collect();
        let written = self.writer.write(ready, Phase::First).await?;
        for made in written.made {
            if self.options.format == Format::ShopifyCsv && self.made.insert(made.clone()) {
                self.report.count(made.kind, Some(Put::Created));
            }
        }
        for ((place, (kind, slug)), outcome) in places.into_iter().zip(heads).zip(written.outcomes) {
            match outcome {
                Outcome::Done(put) => self.report.count(kind, Some(put)),
                Outcome::Again(put) => self.again.push(Again { place, put }),
                Outcome::Refused(told) => {
                    problems.extend(told);
                    self.report.count(kind, None);
                    if let Some(slug) = slug.filter(|_| kind == Kind::Product) {
                        self.defined.forget("product", &slug);
                    }
                }
            }
        }
        self.tell(problems);
        Ok(())
    }

    /// Writes what has to come again: first the bundles that are not in yet, then all with all that they name.
    async fn again(&mut self, reader: &mut JsonlReader<File>) -> Result<(), ImportError> {
        let mut again = std::mem::take(&mut self.again);
        let is_missing = |again: &Again| again.put.is_none();
        if !self.options.dry_run {
            let mut parted = Vec::new();
            for batch in again.extract_if(.., |again| is_missing(again)).collect::<Vec<_>>().chunks(BATCH) {
                parted.extend(self.second(reader, batch, Phase::Parts).await?);
            }
            again.extend(parted);
            again.sort_by_key(|again| again.place.line);
        }
        for batch in again.chunks(BATCH) {
            self.second(reader, batch, Phase::Last).await?;
        }
        Ok(())
    }

    async fn second(
        &mut self,
        reader: &mut JsonlReader<File>,
        batch: &[Again],
        phase: Phase,
    ) -> Result<Vec<Again>, ImportError> {
        let (mut known, mut ready) = (Vec::new(), Vec::new());
        let mut items = Vec::with_capacity(batch.len());
        for again in batch {
            items.extend(reader.again(again.place)?.map(|item| (*again, item)));
        }
        self.have_pictures(&mut items).await?;
        for (again, mut item) in items {
            // They were told and counted when it came first.
            let hung = self.gallery.hang(&mut item, &mut Hung::default());
            known.push((again, item.kind()));
            ready.push(self.ready(item, Hanged { differs: false, ..hung }));
        }
        let written = self.writer.write(ready, phase).await?;
        let (mut problems, mut parted) = (Vec::new(), Vec::new());
        for ((again, kind), outcome) in known.into_iter().zip(written.outcomes) {
            match outcome {
                Outcome::Again(put) => parted.push(Again { put, ..again }),
                Outcome::Done(put) => self.report.count(kind, Some(both(again.put, put))),
                Outcome::Refused(told) => {
                    problems.extend(told);
                    if again.put.is_some() && !self.options.dry_run {
                        let reason = "It is in the shop, without all that it names.";
                        problems.push(Problem::new(again.place.line, None, reason, Grade::Note));
                    }
                    self.report.count(kind, None);
                }
            }
        }
        self.tell(problems);
        Ok(parted)
    }

    /// Has the pictures of a batch, unless they are to be left alone.
    async fn have_pictures<P>(&mut self, batch: &mut Vec<(P, Item)>) -> Result<(), ImportError> {
        if !self.options.pictures {
            batch.retain(|(_, item)| !matches!(item.what, What::Media(_)));
            for (_, item) in batch.iter_mut() {
                pictures::leave(item);
            }
        }
        self.gallery.have(&batch.iter().map(|(_, item)| item).collect::<Vec<_>>()).await
    }

    fn tell(&mut self, mut problems: Vec<Problem>) {
        problems.sort_by_key(|problem| problem.line);
        for problem in problems {
            self.watcher.told(problem);
        }
    }

    /// Adds to a thing what the file has of what it names.
    fn ready(&self, mut item: Item, hung: Hanged) -> Ready {
        let Hanged { differs, files, mut to_come } = hung;
        let in_file =
            named_products(&item).into_iter().filter(|slug| self.defined.has("product", slug)).collect();
        if let What::Product(product) = &mut item.what
            && self.options.dry_run
        {
            let mut named = defined_by(&self.defined, &product.form);
            product.ensures.append(&mut named);
        }
        if let What::Content(Kind::Menu, line) = &item.what {
            targets_of(line.get("items"), "items", &mut |path, kind, slug| {
                if self.defined.has(kind, slug) {
                    to_come.insert(format!("{path}.target"));
                }
            });
        }
        if let What::Selling(line) = &item.what {
            let named = selling::named_by(line).into_iter();
            let defined = named.filter(|(_, kind, slug)| self.defined.has(kind, slug));
            to_come.extend(defined.map(|(path, ..)| path));
        }
        Ready { item, in_file, differs, files, to_come }
    }
}

/// What the items of a menu lead to, each with its path.
fn targets_of(items: Option<&Value>, path: &str, told: &mut dyn FnMut(&str, &str, &str)) {
    for (index, item) in items.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let path = format!("{path}.{index}");
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
        told(&path, text("type"), text("target"));
        targets_of(item.get("children"), &format!("{path}.children"), told);
    }
}

/// What became of a thing that came twice.
fn both(first: Option<Put>, last: Put) -> Put {
    match first {
        Some(Put::Same) | None => last,
        Some(put) => put,
    }
}

fn slug_of(item: &Item) -> Option<String> {
    match &item.what {
        What::Product(product) => {
            let form = &product.form;
            let given = form.slug.as_ref().into_value().filter(|slug| !slug.trim().is_empty()).cloned();
            given.or_else(|| Some(ThingSlug::from_name(form.name.as_ref().into_value()?).ok()?.to_string()))
        }
        _ => None,
    }
}

/// The attributes and collections that a product names and that the file has: in a dry run they have to be made for it.
fn defined_by(defined: &Defined, form: &ProductForm) -> Vec<Ensured> {
    let ensured =
        |kind: Kind, slug: &str, name: &str| Ensured { kind, slug: slug.to_owned(), name: name.to_owned() };
    let attributes = form.attributes.as_ref().into_value().into_iter().flatten();
    let attributes = attributes.filter_map(|given| {
        defined.attributes.get(&given.slug).map(|name| ensured(Kind::Attribute, &given.slug, name))
    });
    let collections = form.collections.as_ref().into_value().into_iter().flatten();
    let collections = collections.filter_map(|slug| {
        let (name, _) = defined.collections.get(slug).filter(|(_, has_rule)| !has_rule)?;
        Some(ensured(Kind::Collection, slug, name))
    });
    attributes.chain(collections).collect()
}
