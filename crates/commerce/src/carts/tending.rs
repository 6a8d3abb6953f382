//! What happens to carts that nobody comes back to.

use std::time::Duration;

use domain::ids::TenantId;
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use store::carts::{self, CartRow};
use store::{StoreError, Tx};

use super::change::{contents_of, owner};
use crate::jobs::{self, Kind};
use crate::webhooks;
use crate::{Commerce, Shop};

/// Carts are looked after so often, while there are any.
const EVERY: Duration = Duration::from_hours(1);
/// A cart with an address that was left so long is abandoned.
const ABANDONED_AFTER: Duration = Duration::from_hours(4);
/// An expired cart is kept so long, so that its shopper is told.
const EXPIRED_KEPT: Duration = Duration::from_hours(30 * 24);
const AT_ONCE: i64 = 200;

/// Asks for the shop's carts to be looked after, in a while.
pub(super) fn look_after(commerce: &Commerce, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    jobs::enqueue(commerce, tx, now.plus(EVERY), Kind::TendCarts)
}

/// Expires carts whose time is over and tells of abandoned ones; gives the time of the next look, if there is to be one.
pub(crate) async fn tend(
    commerce: &Commerce,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let handle = commerce.clone();
        let system_now = commerce.system_now();
        let full = commerce
            .store()
            .write(tenant, move |tx| {
                let shop = Shop::of(tx, system_now)?;
                let expired = carts::overdue(tx, now, AT_ONCE)?;
                let left = carts::abandoned(tx, now.minus(ABANDONED_AFTER), AT_ONCE)?;
                let full =
                    [expired.len(), left.len()].iter().any(|found| i64::try_from(*found) == Ok(AT_ONCE));
                for row in
                    left.into_iter().filter(|row| expired.iter().all(|gone| gone.cart_id != row.cart_id))
                {
                    tell(&handle, tx, &shop, row)?;
                }
                for row in expired {
                    expire(tx, row)?;
                }
                Ok::<_, StoreError>(full)
            })
            .await?;
        commerce.wake_jobs();
        if !full {
            break;
        }
    }
    let any = commerce
        .store()
        .write(tenant, move |tx| {
            carts::forget_expired(tx, now.minus(EXPIRED_KEPT))?;
            carts::any_alive(tx)
        })
        .await?;
    Ok(any.then(|| now.plus(EVERY)))
}

/// Ends a cart's life.
pub(super) fn expire(tx: &mut Tx<'_>, row: CartRow) -> Result<(), StoreError> {
    carts::update(tx, CartRow { status: carts::EXPIRED.to_owned(), version: row.version + 1, ..row })
}

fn tell(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop, row: CartRow) -> Result<(), StoreError> {
    let contents = contents_of(&row)?;
    if !contents.items.is_empty() {
        let data = serde_json::json!({
            "id": row.cart_id,
            "customerId": owner(&row)?,
            "email": row.email,
            "itemCount": contents.unit_count(),
            "updatedAt": row.updated_at,
        });
        webhooks::emit(commerce, tx, shop.now, EventKind::CartAbandoned, data)?;
    }
    carts::update(tx, CartRow { told_abandoned_at: Some(shop.now), ..row })
}
