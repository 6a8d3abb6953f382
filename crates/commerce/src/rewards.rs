//! What a customer has collected in the shop's rewards programme.

use domain::ids::CustomerId;
use domain::time::Timestamp;
use store::selling::{reward_entries, reward_programmes};
use store::{StoreError, Tx};

use crate::accounts::SignedIn;
use crate::selling::programme_of;
use crate::{Commerce, Shop};

/// Movements that are shown.
const SHOWN: i64 = 100;

/// A customer's standing.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Standing {
    pub tier: Option<String>,
    pub points: i64,
    pub points_to_next_tier: Option<i64>,
    pub next_tier: Option<String>,
    pub perks: Vec<String>,
    pub history: Vec<Movement>,
}

/// Points that came or went.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Movement {
    pub points: i64,
    pub reason: String,
    pub order_id: Option<uuid::Uuid>,
    pub created_at: Timestamp,
}

/// The customer's standing; `None` where the shop runs no programme.
pub async fn standing(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
) -> Result<Option<Standing>, StoreError> {
    let customer = who.customer;
    commerce.store().read(shop.id, move |tx| read(tx, customer)).await
}

fn read(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<Standing>, StoreError> {
    let Some(row) = reward_programmes::find(tx)? else { return Ok(None) };
    let programme = programme_of(row)?;
    let lifetime = reward_entries::lifetime(tx, customer)?;
    let tier = programme.tier_of(lifetime);
    let next = programme.next_tier(lifetime);
    Ok(Some(Standing {
        tier: tier.map(|tier| tier.name.clone()),
        points: reward_entries::balance(tx, customer)?,
        points_to_next_tier: next.map(|(_, missing)| missing),
        next_tier: next.map(|(tier, _)| tier.name.clone()),
        perks: tier.map(|tier| tier.perks.clone()).unwrap_or_default(),
        history: movements(tx, customer)?,
    }))
}

/// The customer's last movements, newest first.
fn movements(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Movement>, StoreError> {
    let rows = reward_entries::list(tx, customer, SHOWN)?;
    let movement = |row: reward_entries::RewardEntryRow| Movement {
        points: row.delta,
        reason: row.reason,
        order_id: row.order_id.and_then(|id| uuid::Uuid::from_slice(&id).ok()),
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(movement).collect())
}
