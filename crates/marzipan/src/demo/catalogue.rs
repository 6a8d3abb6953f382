//! What the sample shop sells and says. Rule: it is a file like any other's, in the format that `marzipan import` reads.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::pictures::Wine;

/// In the order in which things name one another.
const FILES: [&str; 9] = [
    include_str!("../../demo/attributes.jsonl"),
    include_str!("../../demo/media.jsonl"),
    include_str!("../../demo/collections.jsonl"),
    include_str!("../../demo/wines.jsonl"),
    include_str!("../../demo/packages.jsonl"),
    include_str!("../../demo/pages.jsonl"),
    include_str!("../../demo/posts.jsonl"),
    include_str!("../../demo/menus.jsonl"),
    include_str!("../../demo/selling.jsonl"),
];

/// The whole file.
pub(super) fn text() -> String {
    FILES.concat()
}

#[derive(Deserialize)]
struct Line {
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    attributes: Vec<Values>,
}

#[derive(Deserialize)]
struct Values {
    slug: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
struct Media {
    kind: String,
    #[serde(default)]
    file: String,
}

/// The names of all its pictures.
pub(super) fn pictures() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for line in FILES.iter().flat_map(|file| file.lines()) {
        let line: Media = serde_json::from_str(line).context("a line of the sample shop's catalogue")?;
        if line.kind == "media" {
            names.push(line.file);
        }
    }
    Ok(names)
}

/// The wines among the products: those that have a producer.
pub(super) fn wines() -> Result<Vec<Wine>> {
    let mut wines = Vec::new();
    for line in FILES.iter().flat_map(|file| file.lines()) {
        let line: Line = serde_json::from_str(line).context("a line of the sample shop's catalogue")?;
        if line.kind == "product" {
            wines.extend(wine(&line));
        }
    }
    Ok(wines)
}

fn wine(line: &Line) -> Option<Wine> {
    let values = |slug: &str| {
        let found = line.attributes.iter().find(|attribute| attribute.slug == slug);
        found.map(|attribute| attribute.values.join(" ")).unwrap_or_default()
    };
    let (producer, vintage) = (values("producer"), values("vintage"));
    if producer.is_empty() {
        return None;
    }
    let title = line.name.strip_prefix(&producer).unwrap_or(&line.name);
    let title = title.strip_suffix(&vintage).unwrap_or(title).trim();
    // Letters on labels are set with the apostrophe that people type round.
    let set = |text: &str| text.replace('\'', "’");
    Some(Wine {
        slug: line.slug.clone(),
        producer: set(&producer),
        title: set(title),
        grape: values("grape"),
        region: set(&values("region")),
        country: values("country"),
        vintage,
        abv: values("alcohol"),
        colour: values("colour"),
        style: values("style"),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::super::pictures::Painter;
    use super::*;

    struct Shop(Vec<Value>);

    impl Shop {
        fn load() -> Self {
            let text = text();
            Self(text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect())
        }

        fn all<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Value> {
            self.0.iter().filter(move |line| line["kind"] == kind)
        }

        fn slugs(&self, kind: &str) -> BTreeSet<&str> {
            let of_kind = self.0.iter().filter(|line| line["kind"] == kind);
            let slugs: Vec<&str> = of_kind.map(|line| word(line, "slug")).collect();
            let set: BTreeSet<&str> = slugs.iter().copied().collect();
            assert_eq!(set.len(), slugs.len(), "a slug of a {kind} is there twice");
            set
        }

        fn wines(&self) -> impl Iterator<Item = &Value> {
            self.all("product").filter(|product| !values(product, "producer").is_empty())
        }
    }

    fn word<'v>(value: &'v Value, key: &str) -> &'v str {
        value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
    }

    fn list<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
        value[key].as_array().map(|items| items.iter().collect()).unwrap_or_default()
    }

    fn words<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
        list(value, key).into_iter().map(|item| item.as_str().expect("a word")).collect()
    }

    fn values<'v>(product: &'v Value, attribute: &str) -> Vec<&'v str> {
        let found = list(product, "attributes").into_iter().find(|given| given["slug"] == attribute);
        found.map(|found| words(found, "values")).unwrap_or_default()
    }

    /// Every `file` in a line, however deep.
    fn files<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("file").and_then(Value::as_str));
                object.values().for_each(|value| files(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| files(value, found)),
            _ => {}
        }
    }

    #[test]
    fn there_is_what_a_sample_shop_should_show() {
        let shop = Shop::load();
        assert_eq!(shop.wines().count(), 40);
        let count = |kind: &str| shop.all(kind).count();
        assert_eq!((count("collection"), count("post"), count("redirect")), (8, 5, 1));
        let handles: Vec<&str> = shop.all("menu").map(|menu| word(menu, "handle")).collect();
        assert_eq!(handles, ["main", "footer"]);
        for page in ["about", "shipping", "guide-to-malbec", "faq"] {
            assert!(shop.slugs("page").contains(page), "no page {page}");
        }
        let of_type =
            |kind: &str| shop.all("product").filter(|product| product["productType"] == kind).count();
        assert_eq!((of_type("bundle"), of_type("event"), of_type("subscription")), (1, 1, 2));
        let sold_out = shop.wines().filter(|wine| wine["quantity"] == 0).count();
        assert_eq!(sold_out, 1);
        assert!(shop.wines().any(|wine| wine["availability"] == "subscribers"));
        assert!(shop.wines().any(|wine| wine["salePrice"].is_i64()));
        assert!(shop.wines().any(|wine| !list(wine, "options").is_empty()));
        assert!(shop.wines().any(|wine| !list(wine, "awards").is_empty()));
        let event = shop.all("product").find(|product| product["event"].is_object()).expect("an event");
        assert!(word(&event["event"], "startsAt").starts_with("2027-"), "{event}");
    }

    #[test]
    fn everything_that_is_named_is_there() {
        let shop = Shop::load();
        let (products, collections) = (shop.slugs("product"), shop.slugs("collection"));
        let (attributes, pages, posts) = (shop.slugs("attribute"), shop.slugs("page"), shop.slugs("post"));
        let packages: BTreeSet<&str> = shop
            .all("product")
            .filter(|product| product["productType"] == "subscription")
            .map(|package| word(package, "slug"))
            .collect();
        let all_of = |named: Vec<&str>, known: &BTreeSet<&str>, by: &Value| {
            for name in named {
                assert!(known.contains(name), "{name} is named and not there: {by}");
            }
        };
        for product in shop.all("product") {
            for key in ["upsellProducts", "relatedProducts", "picknmixProducts"] {
                all_of(words(product, key), &products, product);
                assert!(!words(product, key).contains(&word(product, "slug")), "it names itself: {product}");
            }
            all_of(words(product, "linkedSubscriptions"), &packages, product);
            all_of(words(product, "collections"), &collections, product);
            let named = list(product, "attributes");
            all_of(named.iter().map(|given| word(given, "slug")).collect(), &attributes, product);
            let parts = list(product, "bundleItems");
            all_of(parts.iter().map(|part| word(part, "product")).collect(), &products, product);
        }
        for collection in shop.all("collection") {
            let named = words(collection, "products");
            assert_eq!(named.is_empty(), collection["rule"].is_object(), "{collection}");
            let slug = word(collection, "slug");
            let said = shop.all("product").filter(|product| words(product, "collections").contains(&slug));
            let said: BTreeSet<&str> = said.map(|product| word(product, "slug")).collect();
            assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), said, "{slug}");
        }
        for line in shop.all("page").chain(shop.all("post")) {
            for block in list(line, "blocks") {
                all_of(words(block, "products"), &products, line);
                all_of(words(block, "packages"), &packages, line);
                all_of(block["collection"].as_str().into_iter().collect(), &collections, line);
            }
        }
        let mut items: Vec<&Value> = shop.all("menu").flat_map(|menu| list(menu, "items")).collect();
        while let Some(item) = items.pop() {
            items.extend(list(item, "children"));
            let known = match word(item, "type") {
                "page" => &pages,
                "post" => &posts,
                "product" => &products,
                "collection" => &collections,
                _ => continue,
            };
            all_of(vec![word(item, "target")], known, item);
        }
    }

    #[test]
    fn wines_are_priced_numbered_and_described_as_a_shop_would() {
        let shop = Shop::load();
        let mut skus = BTreeSet::new();
        let mut descriptions = BTreeSet::new();
        let mut prices: BTreeMap<&str, i64> = BTreeMap::new();
        for product in shop.all("product") {
            let options = list(product, "options");
            let values: Vec<&Value> = options.iter().flat_map(|option| list(option, "values")).collect();
            for numbered in values.into_iter().chain([product]) {
                assert!(skus.insert(word(numbered, "sku")), "{} is there twice", numbered["sku"]);
            }
            assert!(descriptions.insert(word(product, "description")), "{product}");
        }
        for wine in shop.wines() {
            let price = wine["price"].as_i64().expect("a price");
            assert!((850..=6500).contains(&price), "{wine}");
            prices.insert(word(wine, "slug"), price);
            let sale = wine["salePrice"].as_i64().unwrap_or(price - 1);
            let subscriber = wine["subscriberPrice"].as_i64().expect("a subscriber's price");
            assert!(
                sale < price
                    && subscriber < price
                    && subscriber < wine["salePrice"].as_i64().unwrap_or(price),
                "{wine}"
            );
            let count = word(wine, "description").split_whitespace().count();
            assert!((60..=120).contains(&count), "{count} words: {}", wine["slug"]);
            let vintage: i32 = values(wine, "vintage")[0].parse().expect("a year");
            assert!((2015..=2024).contains(&vintage), "{wine}");
        }
        let cheapest = prices.values().min();
        assert_eq!((cheapest, prices.values().max()), (Some(&850), Some(&6500)));
        for package in shop.all("product").filter(|product| product["pricingType"] == "per_item") {
            let pool = words(package, "picknmixProducts");
            assert_eq!((pool.len(), &package["minimumItems"]), (16, &Value::from(6)));
            let least = pool.iter().map(|slug| prices[slug]).min();
            assert_eq!(package["price"].as_i64(), least);
        }
    }

    #[test]
    fn every_picture_can_be_drawn_and_each_is_its_own() {
        let shop = Shop::load();
        let painter = Painter::new(wines().expect("wines")).expect("fonts");
        let declared: BTreeSet<&str> = shop.all("media").map(|media| word(media, "file")).collect();
        let mut named = BTreeSet::new();
        for line in shop.0.iter().filter(|line| line["kind"] != "media") {
            files(line, &mut named);
        }
        assert_eq!(named, declared, "what is named, and what is declared");
        let mut drawn = BTreeSet::new();
        for file in &declared {
            let picture = painter.draw(file).expect("it can be drawn");
            let picture = picture.unwrap_or_else(|| panic!("{file} has no drawing"));
            assert!(picture.starts_with(b"\x89PNG"), "{file}");
            assert!(picture.len() < 400_000, "{file} takes {} bytes", picture.len());
            assert!(drawn.insert(picture), "{file} looks like another");
        }
        let again = painter.draw("bottles/torre-scura-barolo-2018.png").expect("drawn").expect("known");
        assert!(drawn.contains(&again), "drawn again it differs");
        for unknown in ["labels/none.png", "views/none.png", "labels/torre-scura-barolo-2018.jpg", "x"] {
            assert_eq!(painter.draw(unknown).expect("no failure"), None, "{unknown}");
        }
    }

    #[test]
    fn every_wine_has_a_label_of_its_own_and_letters_for_it() {
        for wine in wines().expect("wines") {
            assert!(Painter::has_design(&wine), "{} has no design", wine.slug);
            let painter = Painter::new(Vec::new()).expect("fonts");
            for text in [&wine.producer, &wine.title, &wine.region, &wine.country, &wine.vintage, &wine.abv] {
                assert!(!text.is_empty(), "{wine:?}");
                assert!(painter.can_write(text), "{text}");
            }
        }
    }
}
