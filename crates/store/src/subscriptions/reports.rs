//! What reports read of subscriptions. Rule: in steps, and no more of a row than is counted.

use diesel::prelude::*;
use domain::ids::{ProductId, RenewalId, SubscriptionId};
use domain::time::Timestamp;

use super::events::SubscriptionEventRow;
use super::releases::ReleaseRow;
use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::{releases, renewals, subscription_events};
use crate::tx::Tx;

/// A renewal as it is counted.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = renewals)]
#[expect(missing_docs, reason = "the fields are those of a renewal")]
pub struct DueRow {
    #[diesel(deserialize_as = Vec<u8>)]
    pub renewal_id: RenewalId,
    pub status: String,
    #[diesel(deserialize_as = Micros)]
    pub due_at: Timestamp,
    pub amount: i64,
}

/// Renewals that fell due in a time, in the order of that, after one of them.
pub fn due_between(
    tx: &mut Tx<'_>,
    from: Timestamp,
    until: Timestamp,
    after: Option<(Timestamp, RenewalId)>,
    limit: i64,
) -> Result<Vec<DueRow>, StoreError> {
    // Before the first of all: nothing is due before `from`, and no id is less than none.
    let (at, id) = after.map_or((from.as_micros(), Vec::new()), |(at, id)| (at.as_micros(), id.to_bytes()));
    tx.from(renewals::table)
        .with(|all| {
            all.filter(renewals::due_at.lt(until.as_micros()))
                .filter(renewals::due_at.ge(at))
                .filter(renewals::due_at.gt(at).or(renewals::renewal_id.gt(id)))
                .order((renewals::due_at.asc(), renewals::renewal_id.asc()))
                .limit(limit)
                .select(DueRow::as_select())
        })
        .all()
}

/// What began or ended the subscriptions whose ids lie between these two, by subscription and then in its order.
pub fn turns(
    tx: &mut Tx<'_>,
    first: SubscriptionId,
    last: SubscriptionId,
) -> Result<Vec<SubscriptionEventRow>, StoreError> {
    tx.from(subscription_events::table)
        .with(|all| {
            all.filter(subscription_events::subscription_id.ge(first.to_bytes()))
                .filter(subscription_events::subscription_id.le(last.to_bytes()))
                .filter(subscription_events::kind.eq_any(["begun", "reactivated", "cancelled", "expired"]))
                .order((
                    subscription_events::subscription_id.asc(),
                    subscription_events::created_at.asc(),
                    subscription_events::event_id.asc(),
                ))
                .select(SubscriptionEventRow::as_select())
        })
        .all()
}

/// The releases of a package that begin to count after one time and before another, in their order.
pub fn releases_between(
    tx: &mut Tx<'_>,
    package: ProductId,
    after: Timestamp,
    until: Timestamp,
) -> Result<Vec<ReleaseRow>, StoreError> {
    tx.from(releases::table)
        .with(|all| {
            all.filter(releases::package_id.eq(package.to_bytes()))
                .filter(releases::ships_from.gt(after.as_micros()))
                .filter(releases::ships_from.lt(until.as_micros()))
                .order(releases::ships_from.asc())
                .select(ReleaseRow::as_select())
        })
        .all()
}
