//! Products out of Shopify's table. Rule: all rows of a handle make one product, also where a sorted spreadsheet has
//! scattered them; more is never held than one product's rows, and a few bytes for each handle.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read, Seek};

use domain::catalog::ImageForm;
use domain::patch::Patch;
use domain::tenants::Currency;
use domain::transfer::shopify::{Columns, Fault, Row, product};

use super::item::{Ensured, Item, Kind, Origin, ProductItem, What};
use super::report::{Grade, Problem};
use super::table::{Place, Record, Table};
use super::{ImportError, Reading};

/// The most rows of one product.
const MOST_ROWS: usize = 2000;

/// The products of a table, in the order in which their first rows stand.
pub(super) struct ShopifyReader<R> {
    table: Table<R>,
    columns: Columns,
    currency: Currency,
    hasher: RandomState,
    /// Rows that do not stand with the others of their handle.
    scattered: HashMap<u64, Vec<Place>>,
    /// Handles among them whose product is done.
    done: HashSet<u64>,
    /// The row that ended the last product.
    ahead: Option<(Place, Record)>,
    notes: Vec<Problem>,
}

impl<R: Read + Seek> ShopifyReader<R> {
    /// Reads the head, and finds out which rows are scattered.
    pub(super) fn open(file: R, currency: Currency) -> Result<Self, ImportError> {
        let mut table = Table::open(file)?;
        let head = match table.next(None)? {
            Some((_, Record::Row(head))) => head,
            Some((_, Record::Broken { row, reason })) => {
                return Err(ImportError::Unusable { line: row.line, reason });
            }
            None => return Err(ImportError::Unusable { line: 1, reason: "the file is empty".to_owned() }),
        };
        let columns = Columns::read(&head.fields)
            .map_err(|missing| ImportError::Unusable { line: head.line, reason: missing.to_string() })?;
        let mut notes = Vec::new();
        if !columns.unused().is_empty() {
            let reason = format!("These columns are not used: {}.", some_of(columns.unused()));
            notes.push(Problem::new(head.line, None, reason, Grade::Note));
        }
        let mut reader = Self {
            table,
            columns,
            currency,
            hasher: RandomState::new(),
            scattered: HashMap::new(),
            done: HashSet::new(),
            ahead: None,
            notes,
        };
        let begin = reader.table.place();
        reader.find_scattered()?;
        reader.table.go_to(begin)?;
        Ok(reader)
    }

    fn find_scattered(&mut self) -> io::Result<()> {
        let (mut seen, mut last) = (HashSet::new(), None);
        while let Some((place, record)) = self.table.next(Some(self.columns.width()))? {
            let (Record::Row(row) | Record::Broken { row, .. }) = &record;
            let handle = self.hash(row);
            if last != Some(handle) {
                last = Some(handle);
                if !seen.insert(handle) {
                    self.scattered.entry(handle).or_default();
                }
            }
            if let Some(places) = self.scattered.get_mut(&handle)
                && places.len() <= MOST_ROWS
            {
                places.push(place);
            }
        }
        self.scattered.remove(&self.hasher.hash_one(""));
        if !self.scattered.is_empty() {
            let count = self.scattered.len();
            let reason = format!(
                "The rows of {count} handle{} do not stand together: they are gathered.",
                if count == 1 { "" } else { "s" }
            );
            self.notes.push(Problem::new(1, Some("Handle".to_owned()), reason, Grade::Note));
        }
        if let Some(line) = self.table.other_encoding() {
            let reason = "From here on text is not UTF-8: it is read as Windows-1252 (Latin-1).";
            self.notes.push(Problem::new(line, None, reason, Grade::Note));
        }
        Ok(())
    }

    fn hash(&self, row: &Row) -> u64 {
        self.hasher.hash_one(self.columns.handle(row))
    }

    fn take(&mut self) -> io::Result<Option<(Place, Record)>> {
        if self.ahead.is_some() {
            return Ok(self.ahead.take());
        }
        self.table.next(Some(self.columns.width()))
    }

    /// The rows of the next product.
    fn group(&mut self) -> io::Result<Option<Group>> {
        let (mut group, handle) = loop {
            let Some((place, record)) = self.take()? else { return Ok(None) };
            let (Record::Row(row) | Record::Broken { row, .. }) = &record;
            let handle = self.hash(row);
            if self.columns.handle(row).is_empty() {
                let mut group = Group::default();
                group.fault(record, "Is required: each row names its product.");
                return Ok(Some(group));
            }
            if !self.done.contains(&handle) {
                let mut group = Group { begins: place.line, ..Group::default() };
                group.add(record);
                break (group, handle);
            }
        };
        while let Some((place, record)) = self.take()? {
            let (Record::Row(row) | Record::Broken { row, .. }) = &record;
            if self.hash(row) != handle {
                self.ahead = Some((place, record));
                break;
            }
            group.add(record);
        }
        if let Some(places) = self.scattered.remove(&handle) {
            self.done.insert(handle);
            let back = self.table.place();
            for place in places {
                self.table.go_to(place)?;
                if let Some((_, record)) = self.table.next(Some(self.columns.width()))? {
                    group.add(record);
                }
            }
            self.table.go_to(back)?;
        }
        Ok(Some(group))
    }

    fn item(&self, group: Group) -> Item {
        let line = group.begins;
        let mut problems = group.faults;
        let told = |fault: Fault, grade| Problem::new(fault.line, Some(fault.column), fault.reason, grade);
        if group.count > MOST_ROWS {
            let reason = format!("Has {} rows: at most {MOST_ROWS} are taken.", group.count);
            problems.push(Problem::new(line, Some("Handle".to_owned()), reason, Grade::Refused));
        }
        let read = if problems.is_empty() {
            product(&self.columns, &group.rows, self.currency)
        } else {
            Err(Vec::new())
        };
        match read {
            Err(faults) => {
                problems.extend(faults.into_iter().map(|fault| told(fault, Grade::Refused)));
                Item { line, bytes: group.bytes, problems, what: What::Refused(Kind::Product) }
            }
            Ok(read) => {
                problems.extend(read.notes.into_iter().map(|fault| told(fault, Grade::Note)));
                let of_kind = |kind| {
                    move |named: domain::transfer::shopify::Named| Ensured {
                        kind,
                        slug: named.slug.to_string(),
                        name: named.name,
                    }
                };
                let mut ensures: Vec<Ensured> =
                    read.attributes.into_iter().map(of_kind(Kind::Attribute)).collect();
                ensures.extend(read.collections.into_iter().map(of_kind(Kind::Collection)));
                let mut form = read.form;
                let mut picture_lines = Vec::new();
                if let Some(pictures) = read.pictures {
                    picture_lines = pictures.iter().map(|picked| picked.line).collect();
                    let image = |picked: domain::transfer::shopify::Picked| ImageForm {
                        url: Some(picked.url),
                        alt: picked.alt,
                        ..ImageForm::default()
                    };
                    form.images = Patch::Value(pictures.into_iter().map(image).collect());
                }
                let origin = Origin::Shopify { places: read.places, picture_lines };
                let product = ProductItem { form, made_at: None, meta_image: Patch::Absent, ensures, origin };
                Item { line, bytes: group.bytes, problems, what: What::Product(Box::new(product)) }
            }
        }
    }
}

impl<R: Read + Seek + Send> Reading for ShopifyReader<R> {
    fn next(&mut self) -> Result<Option<(Place, Item)>, ImportError> {
        let Some(group) = self.group()? else { return Ok(None) };
        let place = Place { offset: 0, line: group.begins };
        Ok(Some((place, self.item(group))))
    }

    fn notes(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.notes)
    }

    fn done(&self) -> u64 {
        self.table.place().offset
    }
}

/// The first names of a list that may be long.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The rows of one handle.
#[derive(Default)]
struct Group {
    begins: u64,
    rows: Vec<Row>,
    count: usize,
    bytes: usize,
    faults: Vec<Problem>,
}

impl Group {
    fn add(&mut self, record: Record) {
        match record {
            Record::Row(row) => {
                self.count += 1;
                if self.count <= MOST_ROWS {
                    self.bytes += row.fields.iter().map(String::len).sum::<usize>();
                    self.rows.push(row);
                }
            }
            Record::Broken { row, reason } => {
                self.faults.push(Problem::new(row.line, None, reason, Grade::Refused));
            }
        }
    }

    /// A row that belongs to no product.
    fn fault(&mut self, record: Record, reason: &str) {
        let (line, field, reason) = match record {
            Record::Row(row) => (row.line, Some("Handle".to_owned()), reason.to_owned()),
            Record::Broken { row, reason } => (row.line, None, reason),
        };
        self.begins = line;
        self.faults.push(Problem::new(line, field, reason, Grade::Refused));
    }
}
