//! New prices for those who subscribe already. Rule: a package's price is for who joins; it reaches a running subscription only
//! by a change that staff make for that, told so many days before the first charge.

use std::time::Duration;

use domain::fields::Fields;
use domain::ids::{PriceChangeId, ProductId, TenantId};
use domain::money::Money;
use domain::time::Timestamp;
use store::catalog::products;
use store::subscriptions::prices::{self as rows, PriceChangeRow};
use store::{StoreError, Tx, subscriptions};

use super::schedule::save;
use super::{SubscriptionError, Who, mails, note};
use crate::audit::{self, Actor, Change};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop};

const BATCH: i64 = 100;
const DAY: Duration = Duration::from_hours(24);

/// A change of price as staff see it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PriceChangeEntry {
    pub id: PriceChangeId,
    pub package_id: ProductId,
    pub price: Money,
    pub starts_at: Timestamp,
    /// Subscriptions that were told so far.
    pub told: i64,
    pub done_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl PriceChangeEntry {
    fn of(shop: &Shop, row: PriceChangeRow) -> Self {
        Self {
            id: row.change_id,
            package_id: row.package_id,
            price: Money::new(row.price, shop.settings.currency),
            starts_at: row.starts_at,
            told: row.told,
            done_at: row.done_at,
            created_at: row.created_at,
        }
    }
}

/// A change of price as it is typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PriceChangeForm {
    pub package_id: Option<String>,
    /// In minor units.
    pub price: Option<i64>,
    /// The first day of the new price; after the shop's days of notice if left out.
    pub starts_at: Option<String>,
}

/// Begins a change of the price of all running subscriptions to a package.
pub async fn change_prices(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: PriceChangeForm,
) -> Result<PriceChangeEntry, SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let entry = commerce
        .store()
        .write(shop.id, move |tx| {
            let row = parse(&handle, tx, &shop, &form)?;
            rows::insert(tx, row.clone())?;
            jobs::enqueue(&handle, tx, shop.now, Kind::ChangePrices(row.change_id))?;
            let change = Change {
                action: "subscriptions.price",
                target_kind: "product",
                target_id: row.package_id.to_string(),
                before: None,
                after: Some(serde_json::json!({ "price": row.price, "startsAt": row.starts_at })),
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok::<_, SubscriptionError>(PriceChangeEntry::of(&shop, row))
        })
        .await?;
    commerce.wake_jobs();
    Ok(entry)
}

fn parse(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &PriceChangeForm,
) -> Result<PriceChangeRow, SubscriptionError> {
    const DEAREST: i64 = 100_000_000;
    let mut fields = Fields::default();
    let package = match form.package_id.as_deref().unwrap_or_default().parse::<ProductId>() {
        Ok(id) => products::find(tx, id)?.filter(|row| row.product_type == "subscription"),
        Err(_) => None,
    };
    if package.is_none() {
        fields.refuse("packageId", "Must be the id of a package.");
    }
    let price = form.price.filter(|price| (0..=DEAREST).contains(price));
    if price.is_none() {
        fields.refuse("price", "Must be an amount in minor units, such as 2499.");
    }
    let notice = u32::try_from(shop.settings.subscriptions.price_notice_days).unwrap_or(0);
    let earliest = shop.now.plus(DAY * notice);
    let zone = &shop.settings.timezone;
    let starts_at = match domain::text::filled(form.starts_at.as_deref()) {
        None => Some(earliest),
        Some(typed) => zone.beginning_of(typed).ok(),
    };
    let starts_at = starts_at.filter(|at| *at >= earliest);
    if starts_at.is_none() {
        let day = zone.date_at(earliest);
        fields.refuse(
            "startsAt",
            &format!("Must be a day after {day}: customers are told {notice} days before."),
        );
    }
    match (package, price, starts_at, fields.finish()) {
        (Some(package), Some(price), Some(starts_at), Ok(())) => Ok(PriceChangeRow {
            change_id: PriceChangeId::new(commerce.chance().uuid(shop.now)),
            package_id: package.product_id,
            price,
            starts_at,
            cursor_id: None,
            told: 0,
            done_at: None,
            created_at: shop.now,
        }),
        (_, _, _, Err(errors)) => Err(errors.into()),
        _ => Err(SubscriptionError::NotFound),
    }
}

/// A page of the shop's changes of price, newest first, and how many there are.
pub async fn price_changes(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<PriceChangeEntry>, i64), SubscriptionError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, offset, limit)?;
            Ok((page.into_iter().map(|row| PriceChangeEntry::of(&shop, row)).collect(), total))
        })
        .await
}

/// Tells every running subscription of its new price; each batch is a transaction, and goes on where the last one ended.
pub(crate) async fn tell_of_price(
    commerce: &Commerce,
    tenant: TenantId,
    id: PriceChangeId,
) -> Result<(), StoreError> {
    loop {
        let (handle, system_now) = (commerce.clone(), commerce.system_now());
        let is_done = commerce
            .store()
            .write(tenant, move |tx| {
                let shop = Shop::of(tx, system_now)?;
                tell_batch(&handle, tx, &shop, id)
            })
            .await?;
        commerce.wake_jobs();
        if is_done {
            return Ok(());
        }
    }
}

fn tell_batch(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: PriceChangeId,
) -> Result<bool, StoreError> {
    let Some(mut change) = rows::find(tx, id)?.filter(|change| change.done_at.is_none()) else {
        return Ok(true);
    };
    let batch = subscriptions::running_of_package(tx, change.package_id, change.cursor_id.as_deref(), BATCH)?;
    let is_last = batch.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
    for mut row in batch {
        change.cursor_id = Some(row.subscription_id.to_bytes());
        if row.price == change.price && row.next_price.is_none() {
            continue;
        }
        mails::price_change(commerce, tx, shop, &row, change.price, change.starts_at)?;
        row.next_price = Some(change.price);
        row.next_price_at = Some(change.starts_at);
        save(commerce, tx, shop, &mut row)?;
        let data = serde_json::json!({ "from": row.price, "to": change.price, "startsAt": change.starts_at });
        note(commerce, tx, shop, &row, "price_changed", &Who::Shop, data)?;
        change.told += 1;
    }
    change.done_at = is_last.then_some(shop.now);
    rows::update(tx, change)?;
    Ok(is_last)
}
