//! Keeping shipping methods.

use domain::accounts::CountryCode;
use domain::ids::ShippingMethodId;
use domain::selling::{Rates, ShippingMethod, ShippingMethodForm, Switch, Switched};
use domain::time::Timestamp;
use store::selling::shipping_methods::{self as rows, ShippingMethodRow};
use store::{StoreError, Tx};

use super::{SellingError, broken, check_count, check_version, json, shipping_method_of};
use crate::audit::{self, Actor, Change};
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// A shipping method as it is stored.
#[derive(Clone, Debug)]
pub struct ShippingMethodEntry {
    /// The method.
    pub method: Switched<ShippingMethod>,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

fn entry(row: ShippingMethodRow) -> Result<ShippingMethodEntry, StoreError> {
    let status = Switch::parse(&row.status).map_err(broken("the status of a shipping method"))?;
    let (version, created_at, updated_at) = (row.version, row.created_at, row.updated_at);
    let method = Switched { item: shipping_method_of(row)?, status };
    Ok(ShippingMethodEntry { method, version, created_at, updated_at })
}

fn row(entry: &ShippingMethodEntry) -> Result<ShippingMethodRow, StoreError> {
    let Switched { item: method, status } = &entry.method;
    let (price, bands) = match &method.rates {
        Rates::Flat(price) => (*price, [].as_slice()),
        Rates::Weight(bands) | Rates::Total(bands) => (0, bands.as_slice()),
    };
    let bands: Vec<(i64, i64)> = bands.iter().map(|band| (band.from, band.price)).collect();
    Ok(ShippingMethodRow {
        shipping_method_id: method.id,
        name: method.name.clone(),
        kind: method.rates.word().to_string(),
        price,
        bands: json(&bands)?,
        free_above: method.free_above,
        countries: json(&method.countries)?,
        postcode_prefixes: json(&method.postcode_prefixes)?,
        tax_class: method.tax_class.clone(),
        position: method.position,
        status: status.to_string(),
        version: entry.version,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
    })
}

/// All of the shop's, in their order.
pub async fn shipping_methods(
    commerce: &Commerce,
    shop: &Shop,
) -> Result<Vec<ShippingMethodEntry>, SellingError> {
    commerce.store().read(shop.id, |tx| Ok(all(tx)?)).await
}

/// As [`shipping_methods`], within a transaction.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<ShippingMethodEntry>, StoreError> {
    rows::whole(tx)?.into_iter().map(entry).collect()
}

/// Puts a method in the place of the one with its name that goes to the same places. For importers.
pub(super) fn put(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: ShippingMethodForm,
) -> Result<Put, SellingError> {
    let currency = shop.settings.currency;
    let id = ShippingMethodId::new(commerce.chance().uuid(shop.now));
    let method = form.clone().parse(id, currency)?;
    let all = all(tx)?;
    let Some(before) = all.iter().find(|entry| key(&entry.method.item) == key(&method.item)) else {
        check_count(all.len(), rows::MOST)?;
        let created = ShippingMethodEntry { method, version: 1, created_at: shop.now, updated_at: shop.now };
        rows::insert(tx, row(&created)?)?;
        return Ok(Put::Created);
    };
    let method = form.over(before.method.to_form()).parse(before.method.item.id, currency)?;
    if method == before.method {
        return Ok(Put::Same);
    }
    let changed =
        ShippingMethodEntry { method, version: before.version + 1, updated_at: shop.now, ..before.clone() };
    rows::update(tx, row(&changed)?)?;
    Ok(Put::Changed)
}

/// What tells methods apart in a file.
pub(super) fn key(method: &ShippingMethod) -> (&str, Vec<&str>, &[String]) {
    let countries = method.countries.iter().map(CountryCode::as_str).collect();
    (&method.name, countries, &method.postcode_prefixes)
}

/// One shipping method.
pub async fn find_shipping_method(
    commerce: &Commerce,
    shop: &Shop,
    id: ShippingMethodId,
) -> Result<ShippingMethodEntry, SellingError> {
    commerce.store().read(shop.id, move |tx| find(tx, id)).await
}

fn find(tx: &mut Tx<'_>, id: ShippingMethodId) -> Result<ShippingMethodEntry, SellingError> {
    Ok(entry(rows::find(tx, id)?.ok_or(SellingError::NotFound)?)?)
}

/// Adds a shipping method.
pub async fn create_shipping_method(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: ShippingMethodForm,
) -> Result<ShippingMethodEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let id = ShippingMethodId::new(commerce.chance().uuid(shop.now));
    let method = form.parse(id, shop.settings.currency)?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            check_count(rows::whole(tx)?.len(), rows::MOST)?;
            let created = ShippingMethodEntry {
                method: method.clone(),
                version: 1,
                created_at: shop.now,
                updated_at: shop.now,
            };
            rows::insert(tx, row(&created)?)?;
            note(&handle, tx, &shop, &actor, "shipping-method.create", None, Some(&created))?;
            Ok(created)
        })
        .await
}

/// Changes a shipping method.
pub async fn change_shipping_method(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ShippingMethodId,
    version: Option<i64>,
    form: ShippingMethodForm,
) -> Result<ShippingMethodEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = find(tx, id)?;
            check_version(version, before.version)?;
            let form = form.clone().over(before.method.to_form());
            let changed = ShippingMethodEntry {
                method: form.parse(id, shop.settings.currency)?,
                version: before.version + 1,
                created_at: before.created_at,
                updated_at: shop.now,
            };
            rows::update(tx, row(&changed)?)?;
            note(&handle, tx, &shop, &actor, "shipping-method.update", Some(&before), Some(&changed))?;
            Ok(changed)
        })
        .await
}

/// Removes a shipping method. Orders have copied its name and price.
pub async fn delete_shipping_method(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ShippingMethodId,
    version: Option<i64>,
) -> Result<(), SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = find(tx, id)?;
            check_version(version, before.version)?;
            rows::delete(tx, id)?;
            note(&handle, tx, &shop, &actor, "shipping-method.delete", Some(&before), None)?;
            Ok(())
        })
        .await
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&ShippingMethodEntry>,
    after: Option<&ShippingMethodEntry>,
) -> Result<(), StoreError> {
    let shown =
        |entry: &ShippingMethodEntry| serde_json::to_value(entry.method.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "shipping-method",
        target_id: before.or(after).map(|entry| entry.method.item.id.to_string()).unwrap_or_default(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
