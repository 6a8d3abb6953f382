//! Rates of tax as the shop's staff keep them.

use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::catalogue_admin::{at_once, statuses};
use crate::selling::{a_change_names_its_version, actions, log_of, only_who_may, path};

on_both_engines!(
    a_new_shop_in_pounds_charges_vat,
    a_tax_rate_is_kept,
    a_country_has_one_rate_for_a_class,
    every_refused_field_of_a_tax_rate_is_told,
    a_change_of_a_tax_rate_names_its_version,
    only_who_may_keeps_tax_rates,
);

const RATES: &str = "/admin/v1/tax-rates";

fn told(shop: &Shop<'_>) -> Vec<(Value, Value, Value)> {
    let list = shop.admin().get(RATES).send().expect(200).data();
    let of = |rate: &Value| (rate["country"].clone(), rate["taxClass"].clone(), rate["rate"].clone());
    list.as_array().expect("a list").iter().map(of).collect()
}

fn a_new_shop_in_pounds_charges_vat(shop: &Shop<'_>) {
    let vat = [(Value::Null, 2000), (json!("reduced"), 500), (json!("zero"), 0)];
    assert_eq!(told(shop), vat.map(|(class, rate)| (json!("GB"), class, json!(rate))));
    let installation = shop.server().installation();
    let slug = format!("shop-{}", marzipan_tests::people::number());
    let made = installation.json([
        "tenant",
        "create",
        "--slug",
        &slug,
        "--name",
        "Weingut",
        "--currency",
        "EUR",
        "--timezone",
        "Europe/Berlin",
        "--json",
    ]);
    let owner = shop.holding(made["adminKey"].as_str().expect("a key"));
    assert_eq!(owner.get(RATES).send().expect(200).data(), json!([]));
}

fn a_tax_rate_is_kept(shop: &Shop<'_>) {
    let admin = shop.admin();
    let new = json!({ "name": "MwSt 7 %", "country": "de", "taxClass": "books", "rate": 700 });
    let rate = shop.add("tax-rates", &new);
    let expected = json!({
        "id": rate["id"], "name": "MwSt 7 %", "country": "DE", "taxClass": "books", "rate": 700, "version": 1,
        "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(rate, expected);
    let one = path("tax-rates", &rate);
    assert_eq!(admin.get(&one).send().expect(200).data(), expected);
    let changed = json!({ "taxClass": null, "rate": 1900, "name": "MwSt 19 %" });
    let changed = admin.patch(&one).json(&changed).send().expect(200).data();
    assert_eq!(
        (&changed["taxClass"], &changed["rate"], &changed["version"]),
        (&Value::Null, &json!(1900), &json!(2))
    );
    assert_eq!(told(shop)[0], (json!("DE"), Value::Null, json!(1900)));
    admin.delete(&one).send().expect(204);
    let log = log_of(shop, &rate);
    assert_eq!(actions(&log), ["tax-rate.create", "tax-rate.update", "tax-rate.delete"]);
    assert_eq!((&log[1]["before"]["rate"], &log[1]["after"]["rate"]), (&json!(700), &json!(1900)));
}

fn a_country_has_one_rate_for_a_class(shop: &Shop<'_>) {
    let admin = shop.admin();
    for (round, class) in [Value::Null, json!("books"), json!("wine")].into_iter().enumerate() {
        let new = json!({ "name": "Tax", "country": "FR", "taxClass": class, "rate": round });
        let answers = at_once(|| admin.post(RATES).json(&new).send(), 2);
        assert_eq!(statuses(&answers), [201, 409], "{class}");
        admin.post(RATES).json(&new).send().expect_error(409, "rate_taken");
    }
    let other = shop.add("tax-rates", &json!({ "name": "Tax", "country": "ES", "rate": 2100 }));
    let one = path("tax-rates", &other);
    admin.patch(&one).json(&json!({ "country": "FR" })).send().expect_error(409, "rate_taken");
    admin.patch(&one).json(&json!({ "country": "ES", "rate": 2000 })).send().expect(200);
    admin.patch(&one).json(&json!({ "country": "FR", "taxClass": "beer" })).send().expect(200);
}

fn every_refused_field_of_a_tax_rate_is_told(shop: &Shop<'_>) {
    let admin = shop.admin();
    admin.post(RATES).json(&json!({})).send().expect_invalid(&["country", "name", "rate"]);
    let wrong = json!({ "name": " ", "country": "UK", "taxClass": "c".repeat(41), "rate": 10_001 });
    let refused = admin.post(RATES).json(&wrong).send();
    refused.expect_invalid(&["country", "name", "rate", "taxClass"]);
    let fraction = json!({ "name": "Tax", "country": "FR", "rate": 17.5 });
    admin.post(RATES).json(&fraction).send().expect_invalid(&["rate"]);
}

fn a_change_of_a_tax_rate_names_its_version(shop: &Shop<'_>) {
    let rate = shop.add("tax-rates", &json!({ "name": "Tax", "country": "FR", "rate": 2000 }));
    a_change_names_its_version(shop, "tax-rates", &rate, &json!({ "rate": 1 }));
}

fn only_who_may_keeps_tax_rates(shop: &Shop<'_>) {
    let rate = shop.add("tax-rates", &json!({ "name": "Tax", "country": "FR", "rate": 2000 }));
    let new = json!({ "name": "Tax", "country": "ES", "rate": 2100 });
    only_who_may(shop, "tax-rates", &rate, &new, &json!({ "rate": 1 }));
}
