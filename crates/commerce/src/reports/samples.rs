//! A subscription for the tests of this folder.

use domain::ids::{CustomerId, ProductId, SubscriptionId};
use domain::time::Timestamp;
use store::subscriptions::SubscriptionRow;
use uuid::Uuid;

/// One that runs, monthly, at £24.00, from the first moment of 1970.
pub(super) fn subscription() -> SubscriptionRow {
    let time = Timestamp::from_micros(0);
    SubscriptionRow {
        subscription_id: SubscriptionId::new(Uuid::nil()),
        customer_id: CustomerId::new(Uuid::nil()),
        package_id: ProductId::new(Uuid::nil()),
        status: "active".to_owned(),
        order_id: None,
        recipient_id: None,
        frequency: 1,
        anchor: "1970-01-01T00:00:00".to_owned(),
        months: 1,
        cycle: 1,
        next_at: None,
        paused_until: None,
        cancels_at: None,
        ends_at: None,
        prepaid_left: 0,
        quantity: 1,
        price: 2400,
        next_price: None,
        next_price_at: None,
        method_id: None,
        wake_at: None,
        reminded_cycle: 0,
        details: "{}".to_owned(),
        cancel_reason: None,
        version: 1,
        started_at: Some(time),
        ended_at: None,
        created_at: time,
        updated_at: time,
    }
}
