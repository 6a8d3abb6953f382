//! Things out of our own format: one JSON object a line, told apart by its `kind`.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{Read, Seek};

use domain::catalog::{AttributeForm, CollectionForm, ImageForm, ProductForm};
use domain::patch::Patch;
use domain::selling::{RateKind, ShippingMethodForm};
use domain::slugs::ThingSlug;
use domain::tenants::Currency;
use domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::item::{CollectionItem, Item, Kind, MediaItem, Origin, ProductItem, What};
use super::lines::{LONGEST, Line, Lines};
use super::report::{Grade, Problem};
use super::table::Place;
use super::{ImportError, Reading};
use crate::selling::{RATE_KIND, SellingLine};

/// What a file defines, so that a thing may be named before it comes.
#[derive(Debug, Default)]
pub(super) struct Defined {
    hasher: RandomState,
    /// Hashes of the kinds and slugs of products, pages and posts, for there may be very many.
    hashes: HashSet<u64>,
    /// Slugs and names.
    pub(super) attributes: HashMap<String, String>,
    /// Slugs and names; those with a rule take no products by hand.
    pub(super) collections: HashMap<String, (String, bool)>,
}

/// As many attributes and collections are remembered: more than a shop may have.
const MOST_REMEMBERED: usize = 10_000;

impl Defined {
    /// Whether the file has a product, page, post or collection with this slug.
    pub(super) fn has(&self, kind: &str, slug: &str) -> bool {
        self.hashes.contains(&self.hasher.hash_one((kind, slug)))
            || (kind == "collection" && self.collections.contains_key(slug))
    }

    /// Notes that it does not go in.
    pub(super) fn forget(&mut self, kind: &str, slug: &str) {
        self.hashes.remove(&self.hasher.hash_one((kind, slug)));
    }

    fn note(&mut self, head: Head) {
        let name = head.name.or(head.title).unwrap_or_default();
        let slug = head.slug.or_else(|| ThingSlug::from_name(&name).ok().map(|slug| slug.to_string()));
        let Some(slug) = slug else { return };
        match head.kind.as_str() {
            kind @ ("product" | "page" | "post") => {
                self.hashes.insert(self.hasher.hash_one((kind, slug.as_str())));
            }
            "attribute" if self.attributes.len() < MOST_REMEMBERED => {
                self.attributes.insert(slug, name);
            }
            "collection" if self.collections.len() < MOST_REMEMBERED => {
                self.collections.insert(slug, (name, head.rule.is_some()));
            }
            _ => {}
        }
    }
}

/// What is read of a line to know what the file defines.
#[derive(Deserialize)]
struct Head {
    kind: String,
    slug: Option<String>,
    name: Option<String>,
    title: Option<String>,
    rule: Option<IgnoredAny>,
    currency: Option<String>,
}

/// The things of a file of lines.
pub(super) struct JsonlReader<R> {
    lines: Lines<R>,
}

impl<R: Read + Seek + Send> JsonlReader<R> {
    /// Reads the whole file once to know what it defines.
    pub(super) fn open(file: R, currency: Currency) -> Result<(Self, Defined), ImportError> {
        let (mut lines, mut defined) = (Lines::open(file)?, Defined::default());
        while let Some((place, line)) = lines.next()? {
            let Line::Text(text) = line else { continue };
            // What can not be read is told when its turn comes.
            let Ok(head) = serde_json::from_str::<Head>(&text) else { continue };
            if let Some(theirs) = head.currency.as_deref().filter(|_| head.kind == "settings")
                && theirs != currency.as_str()
            {
                let ours = currency.as_str();
                let reason = format!(
                    "the file's prices are in {theirs} and the shop's in {ours}: import it into a shop of that currency"
                );
                return Err(ImportError::Unusable { line: place.line, reason });
            }
            defined.note(head);
        }
        lines.begin()?;
        Ok((Self { lines }, defined))
    }

    /// Goes to a thing again.
    pub(super) fn again(&mut self, place: Place) -> Result<Option<Item>, ImportError> {
        self.lines.go_to(place)?;
        Ok(self.next()?.map(|(_, item)| item))
    }
}

impl<R: Read + Seek + Send> Reading for JsonlReader<R> {
    fn next(&mut self) -> Result<Option<(Place, Item)>, ImportError> {
        let Some((place, line)) = self.lines.next()? else { return Ok(None) };
        let item = match line {
            Line::Text(text) => item(place.line, &text),
            Line::TooLong => {
                let reason = format!("Is longer than {} MiB.", LONGEST / 1024 / 1024);
                refused(
                    place.line,
                    0,
                    Kind::Unknown,
                    vec![Problem::new(place.line, None, reason, Grade::Refused)],
                )
            }
        };
        Ok(Some((place, item)))
    }

    fn notes(&mut self) -> Vec<Problem> {
        Vec::new()
    }

    fn done(&self) -> u64 {
        self.lines.place().offset
    }
}

fn refused(line: u64, bytes: usize, kind: Kind, problems: Vec<Problem>) -> Item {
    Item { line, bytes, problems, what: What::Refused(kind) }
}

fn item(line: u64, text: &str) -> Item {
    let mut reading = LineReading { line, problems: Vec::new() };
    let (kind, what) = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(mut object)) => {
            if let Some(Value::String(kind)) = object.remove("kind") {
                reading.thing(&kind, object)
            } else {
                reading.refuse(Some("kind"), format!("Is required: {KINDS}."));
                (Kind::Unknown, None)
            }
        }
        Ok(_) => {
            reading.refuse(None, "Must be a JSON object.");
            (Kind::Unknown, None)
        }
        Err(error) => {
            reading.refuse(None, format!("Is not JSON: {}.", without_place(&error)));
            (Kind::Unknown, None)
        }
    };
    let is_refused = reading.problems.iter().any(|problem| problem.grade == Grade::Refused);
    let what = what.filter(|_| !is_refused).unwrap_or(What::Refused(kind));
    Item { line, bytes: text.len(), problems: reading.problems, what }
}

/// The kinds of lines, in the order in which an export has them.
const KINDS: &str = "settings, attribute, media, collection, product, page, post, menu, redirect, \
    taxRate, shippingMethod, discount, rewards";

fn content(kind: Kind, object: Object) -> (Kind, Option<What>) {
    (kind, Some(What::Content(kind, Box::new(Value::Object(object)))))
}

/// The message of an error on a single line, which says its column only.
fn without_place(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let (message, _) = told.split_once(" at line ").unwrap_or((&told, ""));
    format!("{message} at column {}", error.column())
}

type Object = serde_json::Map<String, Value>;

struct LineReading {
    line: u64,
    problems: Vec<Problem>,
}

impl LineReading {
    fn tell(&mut self, field: Option<&str>, reason: impl Into<String>, grade: Grade) {
        self.problems.push(Problem::new(self.line, field.map(str::to_owned), reason, grade));
    }

    fn refuse(&mut self, field: Option<&str>, reason: impl Into<String>) {
        self.tell(field, reason, Grade::Refused);
    }

    fn thing(&mut self, kind: &str, object: Object) -> (Kind, Option<What>) {
        match kind {
            "settings" => (Kind::Settings, Some(What::Settings(Box::new(Value::Object(object))))),
            "attribute" => {
                (Kind::Attribute, self.form::<AttributeForm>("", Value::Object(object)).map(What::Attribute))
            }
            "media" => (Kind::Media, self.media(object)),
            "collection" => (Kind::Collection, self.collection(object)),
            "product" => (Kind::Product, self.product(object)),
            "page" => content(Kind::Page, object),
            "post" => content(Kind::Post, object),
            "menu" => content(Kind::Menu, object),
            "redirect" => content(Kind::Redirect, object),
            "taxRate" => (Kind::TaxRate, self.selling(object, SellingLine::TaxRate)),
            "shippingMethod" => (Kind::ShippingMethod, self.shipping_method(object)),
            "discount" => (Kind::Discount, self.discount(object)),
            "rewards" => (Kind::Rewards, self.selling(object, SellingLine::Rewards)),
            other => {
                self.refuse(Some("kind"), format!("Must be one of {KINDS}, not {other:?}."));
                (Kind::Unknown, None)
            }
        }
    }

    fn media(&mut self, mut object: Object) -> Option<What> {
        let filename = self.part(&mut object, "filename")?.into_value();
        let image = self.form::<ImageForm>("", Value::Object(object))?;
        if image.file.is_none() && image.url.is_none() {
            self.refuse(Some("file"), "Is required, or else `url`.");
        }
        Some(What::Media(MediaItem { image, filename }))
    }

    fn collection(&mut self, mut object: Object) -> Option<What> {
        let image = self.part(&mut object, "image")?;
        let products = self.part(&mut object, "products")?.into_value();
        let form = self.form::<CollectionForm>("", Value::Object(object))?;
        Some(What::Collection(Box::new(CollectionItem { form, image, products })))
    }

    fn product(&mut self, mut object: Object) -> Option<What> {
        let made_at: Option<String> = self.part(&mut object, "createdAt")?.into_value();
        let made_at = made_at.map(|time| Timestamp::parse(&time));
        if matches!(made_at, Some(Err(_))) {
            self.refuse(Some("createdAt"), "Must be a time such as 2026-12-01T09:00:00Z.");
        }
        let meta_image = self.part(&mut object, "metaImage")?;
        let form = self.form::<ProductForm>("", Value::Object(object))?;
        Some(What::Product(Box::new(ProductItem {
            form,
            made_at: made_at.and_then(Result::ok),
            meta_image,
            ensures: Vec::new(),
            origin: Origin::Line,
        })))
    }

    fn selling<F: DeserializeOwned>(
        &mut self,
        object: Object,
        line: impl FnOnce(F) -> SellingLine,
    ) -> Option<What> {
        let form = self.form::<F>("", Value::Object(object))?;
        Some(What::Selling(Box::new(line(form))))
    }

    /// What the API calls a method's `kind` is `rateKind` here, for every line has a `kind` already.
    fn shipping_method(&mut self, mut object: Object) -> Option<What> {
        let kind: Patch<String> = self.part(&mut object, RATE_KIND)?;
        if let Patch::Value(word) = &kind
            && let Err(invalid) = RateKind::parse(word)
        {
            self.refuse(Some(RATE_KIND), invalid.reason());
        }
        self.selling(object, |form| SellingLine::ShippingMethod(ShippingMethodForm { kind, ..form }))
    }

    fn discount(&mut self, mut object: Object) -> Option<What> {
        let products = self.part(&mut object, "products")?;
        let collections = self.part(&mut object, "collections")?;
        self.selling(object, |form| SellingLine::Discount { form, products, collections })
    }

    /// A field that is not the form's.
    fn part<T: DeserializeOwned>(&mut self, object: &mut Object, name: &str) -> Option<Patch<T>> {
        match object.remove(name) {
            None => Some(Patch::Absent),
            Some(Value::Null) => Some(Patch::Null),
            Some(value) => self.form(name, value).map(Patch::Value),
        }
    }

    /// Reads a form, and tells what of it is not known.
    fn form<T: DeserializeOwned>(&mut self, name: &str, value: Value) -> Option<T> {
        let mut ignored = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let read = T::deserialize(serde_ignored::Deserializer::new(
            serde_path_to_error::Deserializer::new(value, &mut track),
            &mut |path: serde_ignored::Path<'_>| ignored.push(path.to_string()),
        ));
        for path in ignored {
            self.tell(Some(&joined(name, &path)), "Is not known, and not read.", Grade::Note);
        }
        match read {
            Ok(form) => Some(form),
            Err(error) => {
                let path = track.path().to_string();
                self.refuse(Some(&joined(name, &path)), sentence(&error.to_string()));
                None
            }
        }
    }
}

/// A path as refused fields have it: `images.0.file`.
fn joined(name: &str, path: &str) -> String {
    let path = path.replace('[', ".").replace(']', "").replace(".?", "");
    match (name, path.trim_matches('.')) {
        (name, "" | "?") => name.to_owned(),
        ("", path) => path.to_owned(),
        (name, path) => format!("{name}.{path}"),
    }
}

/// What a value should have been, as a sentence.
fn sentence(error: &str) -> String {
    let expected = error.rsplit_once("expected ").map(|(_, expected)| expected);
    match expected {
        Some("i64" | "u64") => "Must be a whole number.".to_owned(),
        Some("a string") => "Must be a text.".to_owned(),
        Some("a boolean") => "Must be true or false.".to_owned(),
        Some("a sequence") => "Must be a list.".to_owned(),
        Some(expected) if expected.starts_with("struct") => "Must be an object.".to_owned(),
        // A price says itself what it takes.
        Some(expected) if expected.starts_with("a whole number") => format!("Must be {expected}."),
        _ => format!("Can not be read: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        item(7, text).problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_become_things() {
        for (text, kind) in [
            (r#"{"kind": "attribute", "name": "Grape", "slug": "grape"}"#, Kind::Attribute),
            (r#"{"kind": "media", "file": "a.png", "alt": "A", "filename": "b.png"}"#, Kind::Media),
            (
                r#"{"kind": "collection", "name": "Reds", "image": null, "products": ["a"], "rule": null}"#,
                Kind::Collection,
            ),
            (
                r#"{"kind": "product", "name": "Red", "price": 1, "images": [{"file": "a.png", "alt": "A"}],
                    "createdAt": "2026-01-01T00:00:00Z", "upsellProducts": ["b"], "metaImage": {"file": "a.png"},
                    "picknmixProducts": [], "bundleItems": [{"product": "x", "quantity": 2}]}"#,
                Kind::Product,
            ),
            (r#"{"kind": "settings", "name": "Shop"}"#, Kind::Settings),
        ] {
            let item = item(7, text);
            assert!(item.problems.is_empty(), "{text}: {:?}", item.problems);
            assert!(!matches!(item.what, What::Refused(_)), "{text}");
            assert_eq!(item.kind(), kind, "{text}");
        }
    }

    const PRICE: &str = "line 7: price: Must be a whole number of minor units (2499 for £24.99), or an object of value \
        and currency.";

    #[test]
    fn what_can_not_be_read_is_told_with_its_field() {
        for (text, problems) in [
            (
                "{\"kind\": \"product\"",
                vec!["line 7: Is not JSON: EOF while parsing an object at column 18."],
            ),
            ("[1]", vec!["line 7: Must be a JSON object."]),
            (
                "{}",
                vec![
                    "line 7: kind: Is required: settings, attribute, media, collection, product, page, post, menu, redirect, taxRate, shippingMethod, discount, rewards.",
                ],
            ),
            (
                r#"{"kind": "moon"}"#,
                vec![
                    "line 7: kind: Must be one of settings, attribute, media, collection, product, page, post, menu, redirect, taxRate, shippingMethod, discount, rewards, not \"moon\".",
                ],
            ),
            (r#"{"kind": "product", "price": "12"}"#, vec![PRICE]),
            (r#"{"kind": "product", "price": 1.5}"#, vec![PRICE]),
            (r#"{"kind": "product", "quantity": 1.5}"#, vec!["line 7: quantity: Must be a whole number."]),
            (r#"{"kind": "product", "name": 5}"#, vec!["line 7: name: Must be a text."]),
            (
                r#"{"kind": "product", "options": [{"values": [{"label": true}]}]}"#,
                vec!["line 7: options.0.values.0.label: Must be a text."],
            ),
            (r#"{"kind": "product", "images": {"file": "a"}}"#, vec!["line 7: images: Must be a list."]),
            (
                r#"{"kind": "product", "createdAt": "soon"}"#,
                vec!["line 7: createdAt: Must be a time such as 2026-12-01T09:00:00Z."],
            ),
            (r#"{"kind": "collection", "products": [1]}"#, vec!["line 7: products.0: Must be a text."]),
            (r#"{"kind": "media"}"#, vec!["line 7: file: Is required, or else `url`."]),
            (
                "{\"kind\": \"product\", \"name\": \"a\0b\"}",
                vec![
                    "line 7: Is not JSON: control character (\\u0000-\\u001F) found while parsing a string at column 31.",
                ],
            ),
        ] {
            assert_eq!(told(text), problems, "{text}");
            assert!(matches!(item(7, text).what, What::Refused(_)), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_told_and_left() {
        let text = r#"{"kind": "product", "name": "A", "pirce": 5, "images": [{"fiel": "a"}]}"#;
        assert_eq!(
            told(text),
            [
                "line 7: images.0.fiel: Is not known, and not read.",
                "line 7: pirce: Is not known, and not read."
            ]
        );
        assert!(matches!(item(7, text).what, What::Product(_)));
    }

    #[test]
    fn a_file_tells_what_it_defines() {
        let file = "{\"kind\": \"collection\", \"slug\": \"reds\", \"name\": \"Reds\", \"rule\": {}}\nnonsense\n\
            {\"kind\": \"attribute\", \"name\": \"Food pairing\"}\n{\"kind\": \"product\", \"name\": \"Red Wine\"}\n";
        let gbp = Currency::parse("GBP").expect("a currency");
        let (mut reader, mut defined) = JsonlReader::open(Cursor::new(file), gbp).expect("it reads");
        assert!(defined.has("product", "red-wine") && !defined.has("page", "red-wine"));
        assert_eq!(defined.attributes["food-pairing"], "Food pairing");
        assert_eq!(defined.collections["reds"], ("Reds".to_owned(), true));
        defined.forget("product", "red-wine");
        assert!(!defined.has("product", "red-wine"));
        let mut lines = Vec::new();
        while let Some((place, item)) = reader.next().expect("it reads") {
            lines.push((place.line, item.kind()));
        }
        assert_eq!(
            lines,
            [(1, Kind::Collection), (2, Kind::Unknown), (3, Kind::Attribute), (4, Kind::Product)]
        );
    }

    #[test]
    fn prices_of_another_currency_are_not_taken() {
        let file = Cursor::new("{\"kind\": \"settings\", \"currency\": \"JPY\"}");
        let gbp = Currency::parse("GBP").expect("a currency");
        let error = JsonlReader::open(file, gbp).map(drop).expect_err("it is refused");
        assert!(
            error.to_string().starts_with("line 1: the file's prices are in JPY and the shop's in GBP"),
            "{error}"
        );
    }
}
