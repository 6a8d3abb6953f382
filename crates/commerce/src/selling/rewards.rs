//! Keeping the rewards programme, of which a shop has one at the most.

use domain::selling::{Programme, RewardsForm, Switch, Switched, Tier, TierForm};
use domain::time::Timestamp;
use store::selling::reward_programmes::{self as rows, ProgrammeRow};
use store::{StoreError, Tx};

use super::{SellingError, broken, check_version, json, programme_of};
use crate::audit::{self, Actor, Change};
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// The programme as it is stored.
#[derive(Clone, Debug)]
pub struct ProgrammeEntry {
    /// The programme.
    pub programme: Switched<Programme>,
    /// Counts its changes.
    pub version: i64,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

fn entry(row: ProgrammeRow) -> Result<ProgrammeEntry, StoreError> {
    let status = Switch::parse(&row.status).map_err(broken("the status of a rewards programme"))?;
    let (version, created_at, updated_at) = (row.version, row.created_at, row.updated_at);
    let programme = Switched { item: programme_of(row)?, status };
    Ok(ProgrammeEntry { programme, version, created_at, updated_at })
}

fn row(entry: &ProgrammeEntry) -> Result<ProgrammeRow, StoreError> {
    let Switched { item: programme, status } = &entry.programme;
    let tiers: Vec<TierForm> = programme.tiers.iter().map(Tier::to_form).collect();
    Ok(ProgrammeRow {
        points_per_unit: programme.points_per_unit,
        redeem_points: programme.redeem_points,
        redeem_value: programme.redeem_value,
        minimum_redeem: programme.minimum_redeem,
        tiers: json(&tiers)?,
        status: status.to_string(),
        version: entry.version,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
    })
}

/// The shop's programme, running or not.
pub async fn find_programme(commerce: &Commerce, shop: &Shop) -> Result<ProgrammeEntry, SellingError> {
    commerce.store().read(shop.id, |tx| stored(tx)?.ok_or(SellingError::NotFound)).await
}

/// The shop's programme, running or not, within a transaction.
pub(super) fn stored(tx: &mut Tx<'_>) -> Result<Option<ProgrammeEntry>, SellingError> {
    Ok(rows::stored(tx)?.map(entry).transpose()?)
}

/// Sets the programme up, or puts another in its place. Points that were given stay.
pub async fn set_programme(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    version: Option<i64>,
    form: RewardsForm,
) -> Result<ProgrammeEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let programme = form.parse(shop.settings.currency)?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = stored(tx)?;
            check_version(version, before.as_ref().map_or(0, |before| before.version))?;
            let set = write(tx, &shop, before.as_ref(), programme.clone())?;
            note(&handle, tx, &shop, &actor, "rewards.set", before.as_ref(), Some(&set))?;
            Ok(set)
        })
        .await
}

fn write(
    tx: &mut Tx<'_>,
    shop: &Shop,
    before: Option<&ProgrammeEntry>,
    programme: Switched<Programme>,
) -> Result<ProgrammeEntry, StoreError> {
    let set = ProgrammeEntry {
        programme,
        version: before.map_or(1, |before| before.version + 1),
        created_at: before.map_or(shop.now, |before| before.created_at),
        updated_at: shop.now,
    };
    match before {
        Some(_) => rows::update(tx, row(&set)?)?,
        None => rows::insert(tx, row(&set)?)?,
    }
    Ok(set)
}

/// Sets the programme up, or puts another in its place. For importers.
pub(super) fn put(tx: &mut Tx<'_>, shop: &Shop, form: RewardsForm) -> Result<Put, SellingError> {
    let programme = form.parse(shop.settings.currency)?;
    let before = stored(tx)?;
    if before.as_ref().is_some_and(|before| before.programme == programme) {
        return Ok(Put::Same);
    }
    write(tx, shop, before.as_ref(), programme)?;
    Ok(if before.is_some() { Put::Changed } else { Put::Created })
}

/// Ends the programme. The customers' points stay in the books, and count again where another is set up.
pub async fn delete_programme(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    version: Option<i64>,
) -> Result<(), SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = stored(tx)?.ok_or(SellingError::NotFound)?;
            check_version(version, before.version)?;
            rows::delete(tx)?;
            note(&handle, tx, &shop, &actor, "rewards.delete", Some(&before), None)?;
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
    before: Option<&ProgrammeEntry>,
    after: Option<&ProgrammeEntry>,
) -> Result<(), StoreError> {
    let shown = |entry: &ProgrammeEntry| serde_json::to_value(entry.programme.to_form()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "rewards",
        target_id: shop.id.to_string(),
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
