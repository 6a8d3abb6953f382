//! Keeping rates of tax.

use domain::accounts::CountryCode;
use domain::fields::Invalid;
use domain::ids::TaxRateId;
use domain::selling::{TaxRate, TaxRateForm};
use domain::time::Timestamp;
use store::selling::tax_rates::{self as rows, TaxRateRow};
use store::{StoreError, Tx};

use super::{SellingError, check_count, check_version, taken, tax_rate_of};
use crate::audit::{self, Actor, Change};
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// A rate of tax as it is stored.
#[derive(Clone, Debug)]
pub struct TaxRateEntry {
    /// The rate.
    pub rate: TaxRate,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

fn entry(row: TaxRateRow) -> Result<TaxRateEntry, StoreError> {
    let (version, created_at, updated_at) = (row.version, row.created_at, row.updated_at);
    Ok(TaxRateEntry { rate: tax_rate_of(row)?, version, created_at, updated_at })
}

fn row(entry: &TaxRateEntry) -> TaxRateRow {
    let rate = &entry.rate;
    TaxRateRow {
        tax_rate_id: rate.id,
        name: rate.name.clone(),
        country: rate.country.as_str().to_owned(),
        tax_class: rate.tax_class.clone().unwrap_or_default(),
        basis_points: rate.basis_points,
        version: entry.version,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
    }
}

/// Gives a new shop that sells in pounds the rates of the United Kingdom.
pub(crate) fn begin_with_tax_rates(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
) -> Result<(), StoreError> {
    if shop.settings.currency.as_str() != "GBP" {
        return Ok(());
    }
    let broken = |error: Invalid| StoreError::Broken(error.to_string());
    for (name, class, basis_points) in TaxRate::UNITED_KINGDOM {
        let rate = TaxRate {
            id: TaxRateId::new(commerce.chance().uuid(shop.now)),
            name: name.to_owned(),
            country: CountryCode::parse("GB").map_err(broken)?,
            tax_class: class.map(ToOwned::to_owned),
            basis_points,
        };
        let entry = TaxRateEntry { rate, version: 1, created_at: shop.now, updated_at: shop.now };
        rows::insert(tx, row(&entry))?;
    }
    Ok(())
}

/// All of the shop's, by country and class, the usual class first.
pub async fn tax_rates(commerce: &Commerce, shop: &Shop) -> Result<Vec<TaxRateEntry>, SellingError> {
    commerce.store().read(shop.id, |tx| Ok(all(tx)?)).await
}

/// As [`tax_rates`], within a transaction.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<TaxRateEntry>, StoreError> {
    rows::all(tx)?.into_iter().map(entry).collect()
}

/// Puts a rate in the place of the country's for its class. For importers.
pub(super) fn put(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: TaxRateForm,
) -> Result<Put, SellingError> {
    let rate = form.clone().parse(TaxRateId::new(commerce.chance().uuid(shop.now)))?;
    let all = all(tx)?;
    let is_its =
        |entry: &&TaxRateEntry| entry.rate.country == rate.country && entry.rate.tax_class == rate.tax_class;
    let Some(before) = all.iter().find(is_its) else {
        check_count(all.len(), rows::MOST)?;
        let created = TaxRateEntry { rate, version: 1, created_at: shop.now, updated_at: shop.now };
        rows::insert(tx, row(&created))?;
        return Ok(Put::Created);
    };
    let rate = form.over(before.rate.to_form()).parse(before.rate.id)?;
    if rate == before.rate {
        return Ok(Put::Same);
    }
    let changed = TaxRateEntry { rate, version: before.version + 1, updated_at: shop.now, ..before.clone() };
    rows::update(tx, row(&changed))?;
    Ok(Put::Changed)
}

/// One rate.
pub async fn find_tax_rate(
    commerce: &Commerce,
    shop: &Shop,
    id: TaxRateId,
) -> Result<TaxRateEntry, SellingError> {
    commerce.store().read(shop.id, move |tx| find(tx, id)).await
}

fn find(tx: &mut Tx<'_>, id: TaxRateId) -> Result<TaxRateEntry, SellingError> {
    Ok(entry(rows::find(tx, id)?.ok_or(SellingError::NotFound)?)?)
}

/// Adds a rate.
pub async fn create_tax_rate(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: TaxRateForm,
) -> Result<TaxRateEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let rate = form.parse(TaxRateId::new(commerce.chance().uuid(shop.now)))?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            check_count(rows::all(tx)?.len(), rows::MOST)?;
            check_taken(tx, &rate)?;
            let created =
                TaxRateEntry { rate: rate.clone(), version: 1, created_at: shop.now, updated_at: shop.now };
            rows::insert(tx, row(&created)).map_err(taken(SellingError::RateTaken))?;
            note(&handle, tx, &shop, &actor, "tax-rate.create", None, Some(&created))?;
            Ok(created)
        })
        .await
}

/// Changes a rate. What was sold before keeps the tax that it was sold with.
pub async fn change_tax_rate(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: TaxRateId,
    version: Option<i64>,
    form: TaxRateForm,
) -> Result<TaxRateEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = find(tx, id)?;
            check_version(version, before.version)?;
            let rate = form.clone().over(before.rate.to_form()).parse(id)?;
            check_taken(tx, &rate)?;
            let changed = TaxRateEntry {
                rate,
                version: before.version + 1,
                created_at: before.created_at,
                updated_at: shop.now,
            };
            rows::update(tx, row(&changed)).map_err(taken(SellingError::RateTaken))?;
            note(&handle, tx, &shop, &actor, "tax-rate.update", Some(&before), Some(&changed))?;
            Ok(changed)
        })
        .await
}

/// Removes a rate.
pub async fn delete_tax_rate(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: TaxRateId,
    version: Option<i64>,
) -> Result<(), SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = find(tx, id)?;
            check_version(version, before.version)?;
            rows::delete(tx, id)?;
            note(&handle, tx, &shop, &actor, "tax-rate.delete", Some(&before), None)?;
            Ok(())
        })
        .await
}

fn check_taken(tx: &mut Tx<'_>, rate: &TaxRate) -> Result<(), SellingError> {
    let class = rate.tax_class.as_deref().unwrap_or_default();
    let same = |row: &TaxRateRow| row.country == rate.country.as_str() && row.tax_class == class;
    if rows::all(tx)?.iter().any(|row| same(row) && row.tax_rate_id != rate.id) {
        return Err(SellingError::RateTaken);
    }
    Ok(())
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&TaxRateEntry>,
    after: Option<&TaxRateEntry>,
) -> Result<(), StoreError> {
    let shown = |entry: &TaxRateEntry| serde_json::to_value(entry.rate.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "tax-rate",
        target_id: before.or(after).map(|entry| entry.rate.id.to_string()).unwrap_or_default(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
