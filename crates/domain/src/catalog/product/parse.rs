//! From what was typed to a product. Rule: every refused field is told at once, and what belongs to another type of
//! product is refused, not dropped.

use super::package::PackageForm;
use super::{
    AttributeValues, AttributeValuesForm, Award, AwardForm, BundleItem, BundleItemForm, Event, EventForm,
    ImageForm, Labels, LabelsForm, OptionForm, OptionValue, OptionValueForm, Product, ProductForm,
    ProductOption,
};
use crate::catalog::attribute::slug_or_made;
use crate::catalog::{Availability, Listing, MOST_STOCK, Price, ProductType, Reference, Sale};
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::ids::MediaId;
use crate::markup;
use crate::patch::Patch;
use crate::slugs::ThingSlug;
use crate::tenants::Currency;
use crate::text::{self, filled};
use crate::time::Timestamp;

const LONGEST_NAME: usize = 200;
const LONGEST_SKU: usize = 64;
const LONGEST_META: usize = 320;
const MOST_REFERENCES: usize = 200;
const MOST_VALUES: usize = 100;
const MOST_OPTIONS: usize = 5;
const MOST_IMAGES: usize = 50;

impl ProductForm {
    /// Checks every field and reports all that are refused. Prices are in the shop's currency.
    pub fn parse(mut self, currency: Currency) -> Result<Product, FieldErrors> {
        let mut fields = Fields::default();
        let fields = &mut fields;
        let package_form = PackageForm::taken_from(&mut self);
        let product_type =
            word(fields, "productType", &self.product_type, ProductType::parse, Some(ProductType::Physical));
        let name =
            fields.take("name", text::one_line(&self.name.into_value().unwrap_or_default(), LONGEST_NAME));
        let slug = slug_or_made(fields, self.slug.into_value(), name.as_deref());
        let sku = line(fields, "sku", self.sku, LONGEST_SKU);
        let description =
            fields.take("description", markup::source(&self.description.into_value().unwrap_or_default()));
        let listing = word(fields, "status", &self.status, listing, Some(Listing::Active));
        let availability =
            word(fields, "availability", &self.availability, Availability::parse, Some(Availability::All));
        if self.price.as_ref().into_value().is_none() {
            fields.refuse("price", "Is required, in minor units: 2499 for £24.99.");
        }
        let price = price(fields, "price", self.price, currency);
        let sale_price = self::price(fields, "salePrice", self.sale_price, currency);
        let sale = sale(fields, sale_price, self.sale_starts_at, self.sale_ends_at);
        let subscriber_price = self::price(fields, "subscriberPrice", self.subscriber_price, currency);
        let quantity = fields.take_optional("quantity", self.quantity.into_value().map(count));
        let tax_class = line(fields, "taxClass", self.tax_class, 40);
        let weight_grams = fields.take_optional("weightGrams", self.weight_grams.into_value().map(count));
        let collections = references(fields, "collections", self.collections);
        let attributes = attributes(fields, self.attributes.into_value().unwrap_or_default());
        let options = options(fields, self.options.into_value().unwrap_or_default(), currency);
        let images = images(fields, "images", self.images.into_value().unwrap_or_default());
        let labels = labels(fields, self.labels.into_value().unwrap_or_default());
        let upsells = references(fields, "upsellProductIds", self.upsell_product_ids);
        let related = references(fields, "relatedProductIds", self.related_product_ids);
        let linked_subscriptions = references(fields, "linkedSubscriptionIds", self.linked_subscription_ids);
        let awards = awards(fields, self.awards.into_value().unwrap_or_default());
        let bundle_items = bundle_items(fields, self.bundle_items.into_value().unwrap_or_default());
        let event_form = self.event.into_value();
        let has_event = event_form.is_some();
        let event = event_form.and_then(|event| event.parse(fields));
        let is_package = product_type == Some(ProductType::Subscription);
        let package = if is_package { package_form.parse(fields) } else { package_form.refuse(fields) };
        let meta_title = line(fields, "metaTitle", self.meta_title, LONGEST_META);
        let meta_description = line(fields, "metaDescription", self.meta_description, LONGEST_META);
        let meta_image =
            fields.take_optional("metaImageId", self.meta_image_id.into_value().map(|id| media_id(&id)));

        if is_package && subscriber_price.is_some() {
            fields.refuse("subscriberPrice", "A package has none: it is what makes a subscriber.");
        }
        if let Some(product_type) = product_type {
            check_type(fields, product_type, &bundle_items, has_event, !options.is_empty());
        }
        let (
            Some(product_type),
            Some(name),
            Some(slug),
            Some(description),
            Some(listing),
            Some(availability),
            Some(price),
        ) = (product_type, name, slug, description, listing, availability, price)
        else {
            return Err(std::mem::take(fields).into_errors());
        };
        if sale.is_some_and(|sale| sale.price >= price && price > 0) {
            fields.refuse("salePrice", "Must be lower than the price.");
        }
        std::mem::take(fields).finish()?;
        Ok(Product {
            product_type,
            name,
            slug,
            sku,
            description,
            listing,
            availability,
            price,
            sale,
            subscriber_price,
            quantity,
            tax_class,
            weight_grams,
            collections,
            attributes,
            options,
            images,
            labels,
            upsells,
            related,
            linked_subscriptions,
            awards,
            bundle_items,
            event,
            package,
            meta_title,
            meta_description,
            meta_image,
        })
    }
}

/// What a type of product must and must not have.
fn check_type(
    fields: &mut Fields,
    product_type: ProductType,
    parts: &[BundleItem],
    has_event: bool,
    has_options: bool,
) {
    match product_type {
        ProductType::Bundle if parts.is_empty() => {
            fields.refuse("bundleItems", "A bundle needs at least one part.");
        }
        ProductType::Event if !has_event => {
            fields.refuse("event", "An event needs a date, a place and a capacity.");
        }
        _ => {}
    }
    if product_type != ProductType::Bundle && !parts.is_empty() {
        fields.refuse("bundleItems", "Only a product of the type bundle has parts.");
    }
    if product_type != ProductType::Event && has_event {
        fields.refuse("event", "Only a product of the type event has a date and place.");
    }
    if has_options && matches!(product_type, ProductType::Bundle | ProductType::Subscription) {
        fields.refuse("options", "Bundles and packages have no options.");
    }
}

fn listing(word: &str) -> Result<Listing, Invalid> {
    match word {
        // What the API shows for a sold-out product may be sent back: it is still offered.
        "out_of_stock" => Ok(Listing::Active),
        word => Listing::parse(word),
    }
}

pub(super) fn word<T: Copy>(
    fields: &mut Fields,
    path: &str,
    word: &Patch<String>,
    parse: impl Fn(&str) -> Result<T, Invalid>,
    default: Option<T>,
) -> Option<T> {
    match word.as_ref().into_value() {
        Some(word) => fields.take(path, parse(word)),
        None if default.is_some() => default,
        None => fields.take(path, Err(Invalid::fixed("Is required."))),
    }
}

fn line(fields: &mut Fields, path: &str, line: Patch<String>, most: usize) -> Option<String> {
    fields.take(path, text::optional_line(&line.into_value().unwrap_or_default(), most)).flatten()
}

fn price(fields: &mut Fields, path: &str, price: Patch<Price>, currency: Currency) -> Option<i64> {
    price.into_value().and_then(|price| price.read(fields, path, currency))
}

fn count(number: i64) -> Result<i64, Invalid> {
    if (0..=MOST_STOCK).contains(&number) {
        Ok(number)
    } else {
        Err(Invalid::fixed("Must be a whole number from 0 to 100000000."))
    }
}

fn time(text: &str) -> Result<Timestamp, Invalid> {
    Timestamp::parse(text).map_err(|_| Invalid::fixed("Must be a time such as 2026-12-01T09:00:00Z."))
}

fn sale(fields: &mut Fields, price: Option<i64>, starts: Patch<String>, ends: Patch<String>) -> Option<Sale> {
    let starts_at = fields.take_optional("saleStartsAt", starts.into_value().map(|text| time(&text)));
    let ends_at = fields.take_optional("saleEndsAt", ends.into_value().map(|text| time(&text)));
    if let (Some(start), Some(end)) = (starts_at, ends_at)
        && end <= start
    {
        fields.refuse("saleEndsAt", "Must be after the sale's start.");
    }
    price.map(|price| Sale { price, starts_at, ends_at })
}

pub(super) fn references(fields: &mut Fields, path: &str, names: Patch<Vec<String>>) -> Vec<Reference> {
    let names = names.into_value().unwrap_or_default();
    if names.len() > MOST_REFERENCES {
        fields.refuse(path, "Must be at most 200.");
        return Vec::new();
    }
    let mut read = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        if let Some(reference) = fields.take(&format!("{path}.{index}"), Reference::parse(name))
            && !read.contains(&reference)
        {
            read.push(reference);
        }
    }
    read
}

fn attributes(fields: &mut Fields, forms: Vec<AttributeValuesForm>) -> Vec<AttributeValues> {
    if forms.len() > MOST_VALUES {
        fields.refuse("attributes", "Must be at most 100.");
        return Vec::new();
    }
    let mut read: Vec<AttributeValues> = Vec::with_capacity(forms.len());
    for (index, form) in forms.into_iter().enumerate() {
        let path = format!("attributes.{index}");
        let attribute = fields.take(&format!("{path}.slug"), Reference::parse(&form.slug));
        if !(1..=MOST_VALUES).contains(&form.values.len()) {
            fields.refuse(&format!("{path}.values"), "Must be 1 to 100 values.");
            continue;
        }
        let mut values: Vec<String> = Vec::with_capacity(form.values.len());
        for (place, value) in form.values.iter().enumerate() {
            let value = fields.take(&format!("{path}.values.{place}"), text::one_line(value, LONGEST_NAME));
            if let Some(value) = value
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
        if let Some(attribute) = attribute {
            if read.iter().any(|known| known.attribute == attribute) {
                fields.refuse(&format!("{path}.slug"), "Is given twice.");
            }
            read.push(AttributeValues { attribute, values });
        }
    }
    read
}

fn options(fields: &mut Fields, forms: Vec<OptionForm>, currency: Currency) -> Vec<ProductOption> {
    if forms.len() > MOST_OPTIONS {
        fields.refuse("options", "Must be at most 5.");
        return Vec::new();
    }
    let mut read: Vec<ProductOption> = Vec::with_capacity(forms.len());
    for (index, form) in forms.into_iter().enumerate() {
        let path = format!("options.{index}");
        let name = fields.take(&format!("{path}.name"), text::one_line(&form.name, 60));
        let slug = match (filled(form.slug.as_deref()), &name) {
            (Some(slug), _) => fields.take(&format!("{path}.slug"), ThingSlug::parse(slug)),
            (None, Some(name)) => fields.take(&format!("{path}.name"), ThingSlug::from_name(name)),
            (None, None) => None,
        };
        let values = option_values(fields, &path, form.values, currency);
        if let (Some(name), Some(slug)) = (name, slug) {
            if read.iter().any(|known| known.slug == slug) {
                fields.refuse(&format!("{path}.name"), "Is given twice.");
            }
            read.push(ProductOption { name, slug, values });
        }
    }
    read
}

fn option_values(
    fields: &mut Fields,
    path: &str,
    forms: Vec<OptionValueForm>,
    currency: Currency,
) -> Vec<OptionValue> {
    if !(1..=MOST_REFERENCES).contains(&forms.len()) {
        fields.refuse(&format!("{path}.values"), "Must be 1 to 200 values.");
        return Vec::new();
    }
    let mut read: Vec<OptionValue> = Vec::with_capacity(forms.len());
    for (place, form) in forms.into_iter().enumerate() {
        let path = format!("{path}.values.{place}");
        let label = fields.take(&format!("{path}.label"), text::one_line(&form.label, LONGEST_NAME));
        let sku = fields
            .take(
                &format!("{path}.sku"),
                text::optional_line(form.sku.as_deref().unwrap_or_default(), LONGEST_SKU),
            )
            .flatten();
        let price = form.price.and_then(|price| price.read(fields, &format!("{path}.price"), currency));
        let quantity = fields.take_optional(&format!("{path}.quantity"), form.quantity.map(count));
        let weight_grams = fields.take_optional(&format!("{path}.weightGrams"), form.weight_grams.map(count));
        let id = fields.take_optional(
            &format!("{path}.id"),
            form.id.map(|id| id.parse().map_err(|_| Invalid::fixed("Must be a value's id."))),
        );
        if let Some(label) = label {
            if read.iter().any(|known| known.label == label) {
                fields.refuse(&format!("{path}.label"), "Is given twice.");
            }
            read.push(OptionValue { id, label, sku, price, quantity, weight_grams });
        }
    }
    read
}

fn media_id(text: &str) -> Result<MediaId, Invalid> {
    text.parse().map_err(|_| Invalid::fixed("Must be a picture's id."))
}

impl ImageForm {
    fn parse(&self) -> Result<MediaId, Invalid> {
        media_id(self.media_id.as_deref().unwrap_or_default())
    }
}

fn images(fields: &mut Fields, path: &str, forms: Vec<ImageForm>) -> Vec<MediaId> {
    if forms.len() > MOST_IMAGES {
        fields.refuse(path, "Must be at most 50 pictures.");
        return Vec::new();
    }
    let mut read = Vec::with_capacity(forms.len());
    for (index, form) in forms.iter().enumerate() {
        if let Some(id) = fields.take(&format!("{path}.{index}.mediaId"), form.parse())
            && !read.contains(&id)
        {
            read.push(id);
        }
    }
    read
}

fn labels(fields: &mut Fields, form: LabelsForm) -> Labels {
    Labels {
        front: images(fields, "labels.front", form.front.into_value().unwrap_or_default()),
        back: images(fields, "labels.back", form.back.into_value().unwrap_or_default()),
    }
}

fn awards(fields: &mut Fields, forms: Vec<AwardForm>) -> Vec<Award> {
    if forms.len() > MOST_IMAGES {
        fields.refuse("awards", "Must be at most 50.");
        return Vec::new();
    }
    let mut read = Vec::with_capacity(forms.len());
    for (index, form) in forms.into_iter().enumerate() {
        let path = format!("awards.{index}");
        let name = fields.take(&format!("{path}.name"), text::one_line(&form.name, LONGEST_NAME));
        let medal = fields
            .take(
                &format!("{path}.medal"),
                text::optional_line(form.medal.as_deref().unwrap_or_default(), 60),
            )
            .flatten();
        if form.year.is_some_and(|year| !(1800..=2200).contains(&year)) {
            fields.refuse(&format!("{path}.year"), "Must be a year such as 2024.");
        }
        let image = form.image.as_ref().map(ImageForm::parse);
        let image = fields.take_optional(&format!("{path}.image.mediaId"), image);
        if let Some(name) = name {
            read.push(Award { name, year: form.year, medal, image: image.map(MediaId::uuid) });
        }
    }
    read
}

fn bundle_items(fields: &mut Fields, forms: Vec<BundleItemForm>) -> Vec<BundleItem> {
    if forms.len() > MOST_VALUES {
        fields.refuse("bundleItems", "Must be at most 100.");
        return Vec::new();
    }
    let mut read: Vec<BundleItem> = Vec::with_capacity(forms.len());
    for (index, form) in forms.into_iter().enumerate() {
        let path = format!("bundleItems.{index}");
        let product = fields.take(&format!("{path}.product"), Reference::parse(&form.product));
        let quantity = form.quantity.unwrap_or(1);
        if !(1..=10_000).contains(&quantity) {
            fields.refuse(&format!("{path}.quantity"), "Must be a whole number from 1 to 10000.");
        }
        if let Some(product) = product {
            if read.iter().any(|known| known.product == product) {
                fields.refuse(&format!("{path}.product"), "Is given twice.");
            }
            read.push(BundleItem { product, quantity });
        }
    }
    read
}

impl EventForm {
    fn parse(self, fields: &mut Fields) -> Option<Event> {
        let starts_at = fields.take("event.startsAt", time(&self.starts_at.into_value().unwrap_or_default()));
        let ends_at = fields.take_optional("event.endsAt", self.ends_at.into_value().map(|text| time(&text)));
        let place = self.place.into_value().unwrap_or_default();
        let place = fields.take("event.place", text::one_line(&place, LONGEST_NAME));
        let capacity = fields.take("event.capacity", count(self.capacity.into_value().unwrap_or(-1)));
        if let (Some(start), Some(end)) = (starts_at, ends_at)
            && end <= start
        {
            fields.refuse("event.endsAt", "Must be after its start.");
        }
        Some(Event {
            starts_at: starts_at?.as_micros(),
            ends_at: ends_at.map(Timestamp::as_micros),
            place: place?,
            capacity: capacity?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pounds() -> Currency {
        Currency::parse("GBP").expect("a currency")
    }

    fn read(json: &str) -> Result<Product, FieldErrors> {
        serde_json::from_str::<ProductForm>(json).expect("a form").parse(pounds())
    }

    fn refused(json: &str) -> Vec<String> {
        let errors = read(json).expect_err(json);
        errors.iter().map(|(path, _)| path.to_owned()).collect()
    }

    const WINE: &str = r#"{"name": "Estate Malbec 2021", "sku": "MAL-21", "description": "Plum and **smoke**.",
        "price": 1899, "salePrice": 1599, "saleEndsAt": "2027-01-01T00:00:00Z", "subscriberPrice": 1699, "quantity": 40,
        "collections": ["reds"], "attributes": [{"slug": "grape", "values": ["Malbec", "Malbec"]}],
        "options": [{"name": "Size", "values": [{"label": "75 cl", "sku": "MAL-21-75", "quantity": 40},
            {"label": "Magnum", "price": 3999, "quantity": 2}]}],
        "images": [{"mediaId": "01926a3c-0000-7000-8000-000000000001"}], "upsellProducts": ["estate-syrah"],
        "awards": [{"name": "Valley Show", "year": 2024, "medal": "Gold"}]}"#;
    const CLUB: &str = r#"{"productType": "subscription", "name": "Pick & mix", "price": 0, "subscriptionType": "picknmix",
        "pricingType": "per_item", "billingFrequencies": [3, 1, 2], "billingFrequency": 1, "minimumItems": 6,
        "picknmixProducts": ["estate-malbec-2021"]}"#;
    const BUNDLE: &str = r#"{"productType": "bundle", "name": "Box", "price": 5000,
        "bundleItems": [{"product": "estate-malbec-2021", "quantity": 2}]}"#;
    const EVENT: &str = r#"{"productType": "event", "name": "Tasting", "price": 2500, "event":
        {"startsAt": "2027-05-01T18:00:00Z", "place": "The cellar", "capacity": 24}}"#;

    #[test]
    fn all_types_are_read_and_read_back() {
        for json in [WINE, CLUB, BUNDLE, EVENT] {
            let product = read(json).expect(json);
            assert_eq!(product.to_form().parse(pounds()), Ok(product.clone()));
            let typed = serde_json::to_string(&product.to_form()).expect("JSON");
            assert_eq!(read(&typed), Ok(product));
        }
        let club = read(CLUB).expect("a club").package.expect("a package");
        assert_eq!((club.billing_frequency, club.billing_frequencies), (1, vec![1, 2, 3]));
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        let wine = read(WINE).expect("a wine");
        let patch: ProductForm =
            serde_json::from_str(r#"{"price": 2000, "salePrice": null, "sku": null}"#).expect("a form");
        let changed = patch.over(wine.to_form()).parse(pounds()).expect("a wine");
        assert_eq!(changed, Product { price: 2000, sale: None, sku: None, ..wine });
    }

    #[test]
    fn a_patch_goes_into_events_and_labels() {
        let event = read(EVENT).expect("an event");
        let patch: ProductForm = serde_json::from_str(
            r#"{"event": {"capacity": 30}, "labels": {"back": [{"mediaId": "01926a3c-0000-7000-8000-000000000002"}]}}"#,
        )
        .expect("a form");
        let changed = patch.over(event.to_form()).parse(pounds()).expect("an event");
        let (before, after) = (event.event.expect("an event"), changed.event.expect("an event"));
        assert_eq!(after, Event { capacity: 30, ..before });
        assert_eq!((changed.labels.front.len(), changed.labels.back.len()), (0, 1));
    }

    #[test]
    fn refused_fields_are_named() {
        for (json, paths) in [
            ("{}", vec!["name", "price"]),
            (r#"{"name": "x", "price": -1}"#, vec!["price"]),
            (
                r#"{"name": "x", "price": {"value": 100, "currency": "EUR"}, "options": [{"name": "Size", "values": [
                    {"label": "S", "price": {"value": 100, "currency": "USD"}}]}]}"#,
                vec!["options.0.values.0.price.currency", "price.currency"],
            ),
            (r#"{"name": "x", "price": 100, "salePrice": 100}"#, vec!["salePrice"]),
            (
                r#"{"name": "x", "price": 1, "status": "gone", "availability": "me"}"#,
                vec!["availability", "status"],
            ),
            (r#"{"productType": "bundle", "name": "x", "price": 1}"#, vec!["bundleItems"]),
            (r#"{"productType": "event", "name": "x", "price": 1}"#, vec!["event"]),
            (r#"{"productType": "subscription", "name": "x", "price": 1}"#, vec!["subscriptionType"]),
            (
                r#"{"name": "x", "price": 1, "subscriptionType": "variable", "termMonths": 3}"#,
                vec!["subscriptionType", "termMonths"],
            ),
            (
                r#"{"name": "x", "price": 1, "attributes": [{"slug": "grape", "values": []}]}"#,
                vec!["attributes.0.values"],
            ),
            (
                r#"{"name": "x", "price": 1, "options": [{"name": "S", "values": [{"label": "a"}, {"label": "a"}]}]}"#,
                vec!["options.0.values.1.label"],
            ),
            (
                r#"{"name": "x", "price": 1, "upsellProductIds": ["ok", "not ok"]}"#,
                vec!["upsellProductIds.1"],
            ),
            (r#"{"name": "x", "price": 1, "images": [{"file": "a.png"}]}"#, vec!["images.0.mediaId"]),
        ] {
            assert_eq!(refused(json), paths, "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_form_panics(name in "\\PC{0,40}", slug in "\\PC{0,20}", price in any::<i64>(), kind in "(physical|event|subscription|bundle|x)") {
            let form = ProductForm {
                product_type: Patch::Value(kind),
                name: Patch::Value(name),
                slug: Patch::Value(slug),
                price: Patch::Value(price.into()),
                ..ProductForm::default()
            };
            if let Ok(product) = form.parse(pounds()) {
                prop_assert_eq!(product.to_form().parse(pounds()), Ok(product));
            }
        }
    }
}
