//! From the rows of one handle to one product.

use super::columns::Column;
use super::{Columns, Fault, Row};
use crate::catalog::{AttributeValuesForm, OptionForm, OptionValueForm, Price, ProductForm};
use crate::fields::FieldErrors;
use crate::patch::Patch;
use crate::slugs::ThingSlug;
use crate::tenants::Currency;
use crate::transfer::body;

/// What stands between the names and the values of several options.
const JOINT: &str = " / ";

/// A thing that a product names and that may have to be made: a collection or an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// For addresses.
    pub slug: ThingSlug,
    /// For people.
    pub name: String,
}

/// A picture of the product, in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// The row that names it.
    pub line: u64,
    /// Where it can be fetched.
    pub url: String,
    /// What it shows.
    pub alt: Option<String>,
}

/// What the rows of one handle say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopifyProduct {
    /// The product, without its pictures.
    pub form: ProductForm,
    /// Its pictures in their order; `None` where the rows name none.
    pub pictures: Option<Vec<Picked>>,
    /// The attributes that it has values of.
    pub attributes: Vec<Named>,
    /// The collections that it is in.
    pub collections: Vec<Named>,
    /// What should be known, though it is no fault.
    pub notes: Vec<Fault>,
    /// Which row said what.
    pub places: Places,
}

/// Which row of the file said what of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    head: u64,
    variants: Vec<u64>,
}

impl Places {
    /// The line of the row that describes the product.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.head
    }

    /// How many rows are something to buy.
    #[must_use]
    pub fn variants(&self) -> usize {
        self.variants.len()
    }

    /// Refused fields of the form, each by the row and column that it came from.
    #[must_use]
    pub fn faults(&self, errors: &FieldErrors) -> Vec<Fault> {
        let fault = |(path, reasons): (&str, &[String])| {
            let variant = path
                .strip_prefix("options.0.values.")
                .and_then(|rest| rest.split('.').next()?.parse::<usize>().ok())
                .and_then(|place| self.variants.get(place));
            let line = variant.copied().unwrap_or(self.head);
            Fault::new(line, column_of(path), reasons.join(" "))
        };
        errors.iter().map(fault).collect()
    }
}

/// The column that a field of the form came from.
fn column_of(path: &str) -> String {
    let (first, last) =
        (path.split('.').next().unwrap_or_default(), path.rsplit('.').next().unwrap_or_default());
    let column = match (first, last) {
        ("name", _) => Column::Title,
        ("slug", _) => Column::Handle,
        ("description", _) => Column::Body,
        ("sku", _) | ("options", "sku") => Column::Sku,
        ("price", _) | ("options", "price") => Column::Price,
        ("salePrice", _) => Column::ComparePrice,
        ("quantity", _) | ("options", "quantity") => Column::Quantity,
        ("weightGrams", _) | ("options", "weightGrams") => Column::Grams,
        ("options", "name") => Column::Option1Name,
        ("options", _) => Column::Option1Value,
        ("collections", _) => Column::Collection,
        ("metaTitle", _) => Column::SeoTitle,
        ("metaDescription", _) => Column::SeoDescription,
        _ => return path.to_owned(),
    };
    column.name().to_owned()
}

/// Reads the rows of one handle, which may be any rows but not none.
pub fn product(columns: &Columns, rows: &[Row], currency: Currency) -> Result<ShopifyProduct, Vec<Fault>> {
    let mut reading = Reading { columns, currency, faults: Vec::new() };
    let read = reading.product(rows);
    match read {
        Some(product) if reading.faults.is_empty() => Ok(product),
        _ => Err(reading.faults),
    }
}

struct Reading<'c> {
    columns: &'c Columns,
    currency: Currency,
    faults: Vec<Fault>,
}

/// A row that is something to buy.
struct Variant {
    line: u64,
    label: String,
    sku: Option<String>,
    price: Option<i64>,
    compared: Option<i64>,
    quantity: Option<i64>,
    weight: Option<i64>,
}

impl Variant {
    /// What it costs usually, and for now where that is less.
    fn prices(&self) -> (Option<i64>, Option<i64>) {
        match (self.price, self.compared) {
            (Some(price), Some(compared)) if compared > price => (Some(compared), Some(price)),
            (price, _) => (price, None),
        }
    }
}

impl Reading<'_> {
    fn product(&mut self, rows: &[Row]) -> Option<ShopifyProduct> {
        let first = rows.first()?;
        for row in rows.iter().filter(|row| row.fields.iter().any(|field| field.contains('\0'))) {
            self.fault(row.line, Column::Handle, "The row holds a NUL byte: it is damaged.");
        }
        let Some(head) = rows.iter().find(|row| !self.get(row, Column::Title).is_empty()) else {
            self.fault(first.line, Column::Title, "Is required, on one of the handle's rows.");
            return None;
        };
        let mut notes = Vec::new();
        let handle = self.get(first, Column::Handle);
        let slug = ThingSlug::parse(handle).or_else(|_| ThingSlug::from_name(handle));
        let Ok(slug) = slug else {
            self.fault(
                first.line,
                Column::Handle,
                "Is required: letters and digits that an address can have.",
            );
            return None;
        };
        if slug.as_str() != handle {
            notes.push(Fault::new(first.line, Column::Handle.name(), format!("Becomes the slug {slug}.")));
        }
        let is_variant = |row: &&Row| {
            [Column::Option1Value, Column::Price, Column::Sku]
                .iter()
                .any(|column| !self.columns.get(row, *column).is_empty())
        };
        let variant_rows: Vec<&Row> = rows.iter().filter(is_variant).collect();
        let variants: Vec<Variant> = variant_rows.into_iter().map(|row| self.variant(row)).collect();
        let Some(chief) = variants.first() else {
            self.fault(head.line, Column::Price, "Is required: 24.99.");
            return None;
        };
        let is_gift_card = self.is_true(head, Column::GiftCard) == Some(true);
        if is_gift_card {
            let note = "A gift card comes in as an ordinary product that is not offered.";
            notes.push(Fault::new(head.line, Column::GiftCard.name(), note));
        }
        let (price, sale_price) = chief.prices();
        let option = self.option(head, &variants);
        let has_option = option.is_some();
        let (attributes, attribute_values) = self.attributes(head);
        let collections = self.collections(head);
        let form = ProductForm {
            name: Patch::Value(self.get(head, Column::Title).to_owned()),
            slug: Patch::Value(slug.to_string()),
            // What a variant has of its own is not the product's.
            sku: if has_option { Patch::Null } else { self.text(Column::Sku, chief.sku.clone()) },
            description: if self.columns.has(Column::Body) {
                Patch::Value(body::markdown(self.get(head, Column::Body)))
            } else {
                Patch::Absent
            },
            status: self.status(head, is_gift_card),
            price: price.map_or(Patch::Absent, |price| Patch::Value(price.into())),
            sale_price: if self.columns.has(Column::ComparePrice) {
                sale_price.map(Price::from).into()
            } else {
                Patch::Absent
            },
            quantity: if has_option {
                Patch::Null
            } else if self.columns.has(Column::Quantity) {
                chief.quantity.into()
            } else {
                Patch::Absent
            },
            weight_grams: chief.weight.map_or(Patch::Absent, Patch::Value),
            collections: if collections.is_empty() {
                Patch::Absent
            } else {
                Patch::Value(collections.iter().map(|named| named.slug.to_string()).collect())
            },
            attributes: attribute_values.map_or(Patch::Absent, Patch::Value),
            options: Patch::Value(option.into_iter().collect()),
            meta_title: self.filled(head, Column::SeoTitle),
            meta_description: self.filled(head, Column::SeoDescription),
            ..ProductForm::default()
        };
        Some(ShopifyProduct {
            form,
            pictures: self.pictures(rows),
            attributes,
            collections,
            notes,
            places: Places {
                head: head.line,
                variants: variants.iter().map(|variant| variant.line).collect(),
            },
        })
    }

    fn get<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.columns.get(row, column)
    }

    fn fault(&mut self, line: u64, column: Column, reason: impl Into<String>) {
        self.faults.push(Fault::new(line, column.name(), reason));
    }

    /// A text that leaves what is there alone where the file has no such column.
    fn text(&self, column: Column, text: Option<String>) -> Patch<String> {
        if self.columns.has(column) { text.into() } else { Patch::Absent }
    }

    /// A text that leaves what is there alone where it is blank.
    fn filled(&self, row: &Row, column: Column) -> Patch<String> {
        match self.get(row, column) {
            "" => Patch::Absent,
            text => Patch::Value(text.to_owned()),
        }
    }

    fn variant(&mut self, row: &Row) -> Variant {
        let labels = [Column::Option1Value, Column::Option2Value, Column::Option3Value]
            .map(|column| self.get(row, column))
            .into_iter()
            .filter(|value| !value.is_empty())
            .collect::<Vec<_>>();
        let price = self.money(row, Column::Price);
        if price.is_none() && self.get(row, Column::Price).is_empty() {
            self.fault(row.line, Column::Price, "Is required: 24.99.");
        }
        Variant {
            line: row.line,
            label: labels.join(JOINT),
            sku: Some(self.get(row, Column::Sku))
                // A spreadsheet's way to keep a number a text.
                .map(|sku| sku.trim_start_matches('\''))
                .filter(|sku| !sku.is_empty())
                .map(str::to_owned),
            price,
            compared: self.money(row, Column::ComparePrice),
            quantity: self.quantity(row),
            weight: self.whole(row, Column::Grams).filter(|grams| *grams > 0),
        }
    }

    /// The stock, where it is counted and ends the sale.
    fn quantity(&mut self, row: &Row) -> Option<i64> {
        let sells_on =
            ["continue", "true"].iter().any(|word| self.get(row, Column::Policy).eq_ignore_ascii_case(word));
        if self.get(row, Column::Tracker).is_empty() || sells_on {
            return None;
        }
        // Below nothing are those that are sold and not yet made.
        Some(self.whole(row, Column::Quantity).unwrap_or(0).max(0))
    }

    /// All options as one, or none where the only value says that there is nothing to choose.
    fn option(&mut self, head: &Row, variants: &[Variant]) -> Option<OptionForm> {
        let names: Vec<&str> = [Column::Option1Name, Column::Option2Name, Column::Option3Name]
            .map(|column| self.get(head, column))
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        let chief = variants.first()?;
        if variants.len() == 1 && (chief.label.is_empty() || chief.label == "Default Title") {
            return None;
        }
        let value = |variant: &Variant| OptionValueForm {
            id: None,
            label: variant.label.clone(),
            sku: variant.sku.clone(),
            price: variant.price.filter(|_| variant.prices() != chief.prices()).map(Price::from),
            quantity: variant.quantity,
            weight_grams: variant.weight.filter(|weight| Some(*weight) != chief.weight),
        };
        Some(OptionForm {
            name: if names.is_empty() { "Option".to_owned() } else { names.join(JOINT) },
            slug: None,
            values: variants.iter().map(value).collect(),
        })
    }

    fn status(&self, head: &Row, is_gift_card: bool) -> Patch<String> {
        let status = self.get(head, Column::Status);
        let is_kept_back = !status.is_empty() && !status.eq_ignore_ascii_case("active");
        let is_published = self.is_true(head, Column::Published);
        if is_gift_card || is_kept_back || is_published == Some(false) {
            Patch::Value("inactive".to_owned())
        } else if !status.is_empty() || is_published.is_some() {
            Patch::Value("active".to_owned())
        } else {
            Patch::Absent
        }
    }

    /// Type, vendor and tags; `None` where the file has no such columns.
    fn attributes(&self, head: &Row) -> (Vec<Named>, Option<Vec<AttributeValuesForm>>) {
        let given = [(Column::Type, "type"), (Column::Vendor, "vendor"), (Column::Tags, "tags")];
        if !given.iter().any(|(column, _)| self.columns.has(*column)) {
            return (Vec::new(), None);
        }
        let (mut named, mut values) = (Vec::new(), Vec::new());
        for (column, slug) in given {
            let text = self.get(head, column);
            let texts: Vec<String> = if column == Column::Tags {
                text.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
            } else {
                Some(text.to_owned()).into_iter().filter(|text| !text.is_empty()).collect()
            };
            let Some(known) = ThingSlug::parse(slug).ok().filter(|_| !texts.is_empty()) else { continue };
            named.push(Named { slug: known, name: column.name().to_owned() });
            values.push(AttributeValuesForm { slug: slug.to_owned(), values: texts });
        }
        (named, Some(values))
    }

    fn collections(&mut self, head: &Row) -> Vec<Named> {
        let name = self.get(head, Column::Collection).to_owned();
        if name.is_empty() {
            return Vec::new();
        }
        match ThingSlug::from_name(&name) {
            Ok(slug) => vec![Named { slug, name }],
            Err(invalid) => {
                self.fault(head.line, Column::Collection, invalid.reason());
                Vec::new()
            }
        }
    }

    /// The pictures in their order: by their numbers, those without one as they come, each once.
    fn pictures(&self, rows: &[Row]) -> Option<Vec<Picked>> {
        let mut placed: Vec<(u64, Picked)> = Vec::new();
        for row in rows {
            let url = self.get(row, Column::ImageSrc);
            if url.is_empty() || placed.iter().any(|(_, known)| known.url == url) {
                continue;
            }
            let position = self.get(row, Column::ImagePosition).parse().unwrap_or(u64::MAX);
            let alt = Some(self.get(row, Column::ImageAlt).to_owned()).filter(|alt| !alt.is_empty());
            placed.push((position, Picked { line: row.line, url: url.to_owned(), alt }));
        }
        placed.sort_by_key(|(position, _)| *position);
        let pictures: Vec<Picked> = placed.into_iter().map(|(_, picked)| picked).collect();
        Some(pictures).filter(|pictures| !pictures.is_empty())
    }

    fn is_true(&self, row: &Row, column: Column) -> Option<bool> {
        match self.get(row, column).to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        }
    }

    /// A whole number, which a spreadsheet may have written with a fraction of nothing.
    fn whole(&mut self, row: &Row, column: Column) -> Option<i64> {
        let text = self.get(row, column);
        if text.is_empty() {
            return None;
        }
        let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
        let number = digits.parse::<i64>().ok().filter(|_| fraction.bytes().all(|byte| byte == b'0'));
        if number.is_none() {
            self.fault(row.line, column, "Must be a whole number.");
        }
        number
    }

    /// An amount in minor units.
    fn money(&mut self, row: &Row, column: Column) -> Option<i64> {
        let text = self.get(row, column);
        if text.is_empty() {
            return None;
        }
        let amount = minor_units(text, self.currency.minor_digits());
        if amount.is_none() {
            let reason = match self.currency.minor_digits() {
                0 => format!("Must be a whole number of {}.", self.currency.as_str()),
                digits => format!(
                    "Must be an amount of {} such as 24.99, with at most {digits} digits after the point.",
                    self.currency.as_str()
                ),
            };
            self.fault(row.line, column, reason);
        }
        amount
    }
}

/// `24.99`, or `24,99` as some spreadsheets write it, in minor units. Nothing else stands in it.
fn minor_units(text: &str, digits: u32) -> Option<i64> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || fraction.len() > 12
        || !is_number(whole)
        || !is_number(fraction)
    {
        return None;
    }
    let digits = usize::try_from(digits).ok()?;
    let kept = fraction.get(..digits.min(fraction.len()))?;
    let surplus = fraction.get(kept.len()..)?;
    // `1.000` is a thousand where others live, and is not to become one.
    if surplus.bytes().any(|byte| byte != b'0') || (!surplus.is_empty() && fraction.len() > 2) {
        return None;
    }
    format!("{whole}{kept:0<digits$}").parse().ok()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
