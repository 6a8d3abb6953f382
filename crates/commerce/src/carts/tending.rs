//! What happens to carts that nobody comes back to.

use std::time::Duration;

use domain::ids::TenantId;
use domain::time::Timestamp;
use store::carts::{self, CartRow};
use store::{StoreError, Tx};

use crate::Commerce;
use crate::jobs::{self, Kind};

/// Carts are looked after so often, while there are any.
const EVERY: Duration = Duration::from_hours(1);
/// An expired cart is kept so long, so that its shopper is told.
const EXPIRED_KEPT: Duration = Duration::from_hours(30 * 24);
const AT_ONCE: i64 = 200;

/// Asks for the shop's carts to be looked after, in a while.
pub(super) fn look_after(commerce: &Commerce, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    jobs::enqueue(commerce, tx, now.plus(EVERY), Kind::TendCarts)
}

/// Expires carts whose time is over; gives the time of the next look, if there is to be one.
pub(crate) async fn tend(
    commerce: &Commerce,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let full = commerce
            .store()
            .write(tenant, move |tx| {
                let expired = carts::overdue(tx, now, AT_ONCE)?;
                let full = i64::try_from(expired.len()) == Ok(AT_ONCE);
                for row in expired {
                    expire(tx, row)?;
                }
                Ok::<_, StoreError>(full)
            })
            .await?;
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
