use proptest::prelude::*;

use super::super::{Columns, Fault, Row};
use super::{ShopifyProduct, minor_units, product};
use crate::tenants::Currency;

const HEAD: &str = "Handle|Title|Body (HTML)|Vendor|Type|Tags|Published|Option1 Name|Option1 Value|Option2 Name|Option2 Value|\
    Variant SKU|Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|Variant Inventory Policy|Variant Price|\
    Variant Compare At Price|Image Src|Image Position|Image Alt Text|Gift Card|SEO Title|SEO Description|Status|Collection";

/// Rows as `Column=value` pairs, the first on line 2.
fn rows(rows: &[&str]) -> (Columns, Vec<Row>) {
    let head: Vec<String> = HEAD.split('|').map(|name| name.trim().to_owned()).collect();
    let columns = Columns::read(&head).expect("a head");
    let row = |(line, row): (u64, &&str)| {
        let mut fields = vec![String::new(); head.len()];
        for pair in row.split('|') {
            let (name, value) = pair.split_once('=').expect("a pair");
            let place = head.iter().position(|known| known == name).expect("a column");
            fields[place] = value.to_owned();
        }
        Row { line, fields }
    };
    (columns, (2..).zip(rows).map(row).collect())
}

fn read(given: &[&str]) -> Result<ShopifyProduct, Vec<Fault>> {
    let (columns, rows) = rows(given);
    product(&columns, &rows, Currency::parse("GBP").expect("a currency"))
}

/// A value's label, price, quantity and SKU.
type Value<'a> = (String, Option<i64>, Option<i64>, Option<&'a str>);

fn form(given: &[&str]) -> serde_json::Value {
    let product = read(given).expect("a product");
    let form = product.form.clone();
    form.clone()
        .parse(Currency::parse("GBP").expect("a currency"))
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    serde_json::to_value(form).expect("JSON")
}

#[test]
fn a_product_without_options_keeps_what_it_has_itself() {
    let form = form(&[
        "Handle=red|Title=Red|Option1 Name=Title|Option1 Value=Default Title|Variant SKU='0042|Variant Grams=1200\
        |Variant Inventory Tracker=shopify|Variant Inventory Qty=7|Variant Price=12.50|Variant Compare At Price=15\
        |Published=true|Tags=dry, oak ,,dry|Vendor=Estate|SEO Title=Best red",
    ]);
    assert_eq!(
        form,
        serde_json::json!({
            "name": "Red", "slug": "red", "sku": "0042", "description": "", "status": "active", "price": 1500,
            "salePrice": 1250, "quantity": 7, "weightGrams": 1200, "options": [], "metaTitle": "Best red",
            "attributes": [{"slug": "vendor", "values": ["Estate"]}, {"slug": "tags", "values": ["dry", "oak", "dry"]}],
        })
    );
}

#[test]
fn several_options_become_one() {
    let form = form(&[
        "Handle=tee|Title=Tee|Option1 Name=Size|Option1 Value=S|Option2 Name=Color|Option2 Value=Red|Variant Price=10",
        "Handle=tee|Option1 Value=M|Option2 Value=Red|Variant Price=12|Variant SKU=M-R|Variant Inventory Tracker=shopify\
         |Variant Inventory Qty=-2",
        "Handle=tee|Image Src=http://x/1.jpg",
        "Handle=tee|Option1 Value=M|Option2 Value=Blue|Variant Price=10.00|Variant Inventory Tracker=shopify\
         |Variant Inventory Qty=4|Variant Inventory Policy=continue",
    ]);
    assert_eq!(form["options"][0]["name"], "Size / Color");
    let values: Vec<Value<'_>> = form["options"][0]["values"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|value| {
            (
                value["label"].as_str().unwrap_or_default().to_owned(),
                value["price"].as_i64(),
                value["quantity"].as_i64(),
                value["sku"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        values,
        [
            ("S / Red".to_owned(), None, None, None),
            ("M / Red".to_owned(), Some(1200), Some(0), Some("M-R")),
            ("M / Blue".to_owned(), None, None, None),
        ]
    );
    assert_eq!((&form["price"], &form["sku"]), (&1000.into(), &serde_json::Value::Null));
}

#[test]
fn a_single_value_that_says_something_is_an_option() {
    let form = form(&["Handle=a|Title=A|Option1 Name=Size|Option1 Value=75 cl|Variant Price=1"]);
    assert_eq!(
        (&form["options"][0]["name"], &form["options"][0]["values"][0]["label"]),
        (&"Size".into(), &"75 cl".into())
    );
}

#[test]
fn variants_on_sale_cost_what_they_cost() {
    let form = form(&[
        "Handle=a|Title=A|Option1 Name=Colour|Option1 Value=Gold|Variant Price=69.99|Variant Compare At Price=85",
        "Handle=a|Option1 Value=Silver|Variant Price=55|Variant Compare At Price=85",
        "Handle=a|Option1 Value=Brass|Variant Price=69.99|Variant Compare At Price=85.00",
        "Handle=a|Option1 Value=Tin|Variant Price=85|Variant Compare At Price=85",
    ]);
    assert_eq!((&form["price"], &form["salePrice"]), (&8500.into(), &6999.into()));
    let prices: Vec<Option<i64>> = form["options"][0]["values"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|value| value["price"].as_i64())
        .collect();
    assert_eq!(prices, [None, Some(5500), None, Some(8500)]);
}

#[test]
fn what_is_kept_back_is_inactive() {
    for (row, status) in [
        ("Published=true", Some("active")),
        ("Published=FALSE", Some("inactive")),
        ("Status=draft|Published=true", Some("inactive")),
        ("Status=Active", Some("active")),
        ("Gift Card=true|Published=true", Some("inactive")),
        ("Type=", None),
    ] {
        let form = form(&[&format!("Handle=a|Title=A|Variant Price=1|{row}")]);
        assert_eq!(form["status"].as_str(), status, "{row}");
    }
}

#[test]
fn pictures_stand_by_their_numbers() {
    let product = read(&[
        "Handle=a|Title=A|Variant Price=1|Image Src=http://x/2.jpg|Image Position=2",
        "Handle=a|Image Src=http://x/1.jpg|Image Position=1|Image Alt Text=Front",
        "Handle=a|Image Src=http://x/9.jpg",
        "Handle=a|Image Src=http://x/1.jpg|Image Position=4",
    ])
    .expect("a product");
    let pictures = product.pictures.expect("pictures");
    let told: Vec<(u64, &str, Option<&str>)> =
        pictures.iter().map(|one| (one.line, one.url.as_str(), one.alt.as_deref())).collect();
    assert_eq!(
        told,
        [(3, "http://x/1.jpg", Some("Front")), (2, "http://x/2.jpg", None), (4, "http://x/9.jpg", None)]
    );
    assert_eq!(read(&["Handle=a|Title=A|Variant Price=1"]).expect("a product").pictures, None);
}

#[test]
fn what_can_not_be_read_is_told_by_row_and_column() {
    let row = "Handle=a|Title=A|Variant Price=1|Option1 Name=Size|Option1 Value=S";
    for (given, faults) in [
        (vec!["Handle=a|Variant Price=1"], vec![(2, "Title")]),
        (vec!["Handle=a|Title=A"], vec![(2, "Variant Price")]),
        (vec!["Handle=!!!|Title=A|Variant Price=1"], vec![(2, "Handle")]),
        (vec!["Handle=a|Title=A|Variant Price=free"], vec![(2, "Variant Price")]),
        (vec!["Handle=a|Title=A|Variant Price=-1"], vec![(2, "Variant Price")]),
        (vec![row, "Handle=a|Option1 Value=M|Variant Price=1,234"], vec![(3, "Variant Price")]),
        (vec![row, "Handle=a|Option1 Value=M"], vec![(3, "Variant Price")]),
        (
            vec![row, "Handle=a|Option1 Value=M|Variant Price=1|Variant Grams=heavy"],
            vec![(3, "Variant Grams")],
        ),
        (
            vec![
                "Handle=a|Title=A|Variant Price=1|Variant Inventory Tracker=shopify|Variant Inventory Qty=1.5",
            ],
            vec![(2, "Variant Inventory Qty")],
        ),
        (vec![row, "Handle=a|Option1 Value=M|Variant Price=1|Variant SKU=x\0y"], vec![(3, "Handle")]),
        (vec!["Handle=a|Title=A|Variant Price=1|Collection=???"], vec![(2, "Collection")]),
    ] {
        let told = read(&given).expect_err("a fault");
        let told: Vec<(u64, &str)> = told.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        assert_eq!(told, faults, "{given:?}");
    }
}

#[test]
fn what_the_form_refuses_is_told_by_row_and_column() {
    let long = "x".repeat(70);
    let second = format!("Handle=a|Option1 Value=S|Variant Price=1|Variant SKU={long}");
    let product = read(&["Handle=a|Title=A|Variant Price=1|Option1 Name=Size|Option1 Value=S", &second])
        .expect("it reads");
    let errors = product
        .form
        .clone()
        .parse(Currency::parse("GBP").expect("a currency"))
        .expect_err("twice the same value");
    let told: Vec<(u64, String)> =
        product.places.faults(&errors).into_iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(told, [(3, "Option1 Value".to_owned()), (3, "Variant SKU".to_owned())]);
}

#[test]
fn handles_become_slugs() {
    for (handle, slug, notes) in [("red_wine-2", "red_wine-2", 0), ("Rosé d'Été", "rose-d-ete", 1)] {
        let product = read(&[&format!("Handle={handle}|Title=A|Variant Price=1")]).expect("a product");
        assert_eq!((product.form.slug.into_value().as_deref(), product.notes.len()), (Some(slug), notes));
    }
}

#[test]
fn amounts_are_read_as_people_write_them() {
    for (text, digits, amount) in [
        ("24.99", 2, Some(2499)),
        ("24,99", 2, Some(2499)),
        ("24", 2, Some(2400)),
        ("24.9", 2, Some(2490)),
        ("0", 2, Some(0)),
        ("1.234", 3, Some(1234)),
        ("500", 0, Some(500)),
        ("500.00", 0, Some(500)),
        ("500.50", 0, None),
        ("1.000", 2, None),
        ("1,000", 2, None),
        ("1,234.50", 2, None),
        ("24.999", 2, None),
        ("£24.99", 2, None),
        ("-1", 2, None),
        ("1e3", 2, None),
        (".5", 2, None),
        ("", 2, None),
        ("99999999999999999999", 2, None),
    ] {
        assert_eq!(minor_units(text, digits), amount, "{text} with {digits}");
    }
}

proptest! {
    #[test]
    fn no_row_panics(fields in proptest::collection::vec("\\PC{0,12}", 26), again in proptest::collection::vec("[0-9a-z,. ]{0,8}", 26)) {
        let (columns, _) = rows(&[]);
        let given = [Row { line: 2, fields }, Row { line: 3, fields: again }];
        if let Ok(product) = product(&columns, &given, Currency::parse("GBP").expect("a currency"))
            && let Err(errors) = product.form.clone().parse(Currency::parse("GBP").expect("a currency"))
        {
            prop_assert!(!product.places.faults(&errors).is_empty());
        }
    }

    #[test]
    fn amounts_read_back(minor in 0_i64..10_000_000) {
        prop_assert_eq!(minor_units(&format!("{}.{:02}", minor / 100, minor % 100), 2), Some(minor));
    }
}
