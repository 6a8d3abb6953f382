//! The refs of orders. Rule: an order gets its number after it was committed, in a small transaction of its own that numbers
//! all who wait, so that none is missing and no checkout waits for another's.

use domain::ids::{OrderId, TenantId};
use store::StoreError;
use store::orders::numbers;

use crate::Commerce;

const AT_ONCE: i64 = 200;

/// Sees to it that the order has its number.
pub(crate) async fn number(commerce: &Commerce, tenant: TenantId, order: OrderId) -> Result<(), StoreError> {
    // One at a time in this process: whoever waits finds that the one before has numbered their order too.
    let _turn = commerce.numbering_turn(tenant).await;
    loop {
        let has_one = commerce.store().read(tenant, move |tx| numbers::of(tx, order)).await?.is_some();
        if has_one {
            return Ok(());
        }
        let assigned = commerce.store().write(tenant, move |tx| numbers::assign(tx, AT_ONCE)).await?;
        if assigned == 0 {
            return Err(StoreError::Broken(format!("order {order} can not be numbered")));
        }
    }
}
