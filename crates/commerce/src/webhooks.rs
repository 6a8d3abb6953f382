//! placeholder, replaced at merge
use crate::Commerce;
use domain::time::Timestamp;
use store::{StoreError, Tx};
pub(crate) enum EventKind {
    CartAbandoned,
    OrderPaymentFailed,
    OrderCreated,
    OrderPaid,
    ProductOutOfStock,
    OrderCancelled,
    OrderFulfilled,
    OrderDelivered,
    OrderRefunded,
}
pub(crate) fn emit(
    _: &Commerce,
    _: &mut Tx<'_>,
    _: Timestamp,
    _: EventKind,
    _: serde_json::Value,
) -> Result<(), StoreError> {
    Ok(())
}
