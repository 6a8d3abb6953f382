//! All subscriptions of a shop, one after the other. Rule: a step of them is in memory at a time.

use domain::ids::SubscriptionId;
use domain::subscriptions::SubscriptionStatus;
use domain::subscriptions::figures::{Ending, Life, Turn};
use store::subscriptions::events::SubscriptionEventRow;
use store::subscriptions::{self as rows, SubscriptionRow, reports};
use store::{StoreError, Tx};

use super::STEP;
use crate::subscriptions::status_of;

/// How the shop's clockwork signs what it did.
const CLOCKWORK: &str = "shop";

/// Looks at each subscription.
pub(super) fn each(
    tx: &mut Tx<'_>,
    mut look: impl FnMut(&mut Tx<'_>, &SubscriptionRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after: Option<SubscriptionId> = None;
    loop {
        let step = rows::after(tx, after, STEP)?;
        let Some(last) = step.last() else { return Ok(()) };
        after = Some(last.subscription_id);
        for row in &step {
            look(tx, row)?;
        }
    }
}

/// Looks at each subscription with the times in which it ran.
pub(super) fn each_life(
    tx: &mut Tx<'_>,
    mut look: impl FnMut(&SubscriptionRow, &Life) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after: Option<SubscriptionId> = None;
    loop {
        let step = rows::after(tx, after, STEP)?;
        let (Some(first), Some(last)) = (step.first(), step.last()) else { return Ok(()) };
        after = Some(last.subscription_id);
        let mut events =
            reports::turns(tx, first.subscription_id, last.subscription_id)?.into_iter().peekable();
        for row in &step {
            let mut life = Life::default();
            while let Some(event) = events.next_if(|event| event.subscription_id <= row.subscription_id) {
                if let Some(turn) = turn_of(&event)? {
                    life.hear(event.created_at, turn);
                }
            }
            look(row, &settled(row, life)?)?;
        }
    }
}

/// What an event says of a subscription's life; `None` of a cancellation that counts later, which is told again then.
fn turn_of(event: &SubscriptionEventRow) -> Result<Option<Turn>, StoreError> {
    let data = || {
        serde_json::from_str::<serde_json::Value>(&event.data).map_err(|error| {
            StoreError::Broken(format!("an event of subscription {}: {error}", event.subscription_id))
        })
    };
    Ok(match event.kind.as_str() {
        "begun" | "reactivated" => Some(Turn::Begun),
        "expired" => Some(Turn::Ended(Ending::Term)),
        "cancelled" => {
            let data = data()?;
            let ends_later = data.get("endsAt").is_some_and(|end| !end.is_null());
            // Customers give reasons in words of their own: only the clockwork's is one that is counted.
            let is_unpaid =
                event.actor == CLOCKWORK && data.get("reason").and_then(|why| why.as_str()) == Some("unpaid");
            let why = if is_unpaid { Ending::Unpaid } else { Ending::Customer };
            (!ends_later).then_some(Turn::Ended(why))
        }
        _ => None,
    })
}

/// The life that the row itself agrees with: where events are missing, or two of the same moment are told in the wrong order,
/// the row is right.
fn settled(row: &SubscriptionRow, told: Life) -> Result<Life, StoreError> {
    let mut life = told;
    if life.joined_at().is_none()
        && let Some(started_at) = row.started_at
    {
        life.hear(started_at, Turn::Begun);
    }
    match status_of(row)? {
        SubscriptionStatus::Pending => {}
        SubscriptionStatus::Active | SubscriptionStatus::PastDue | SubscriptionStatus::Paused => {
            life.hear(life.ended_at().unwrap_or(row.created_at), Turn::Begun);
        }
        status @ (SubscriptionStatus::Cancelled | SubscriptionStatus::Expired) => {
            let why = match (status, row.cancel_reason.as_deref()) {
                (SubscriptionStatus::Expired, _) => Ending::Term,
                (_, Some("unpaid")) => Ending::Unpaid,
                _ => Ending::Customer,
            };
            life.hear(row.ended_at.unwrap_or(row.updated_at), Turn::Ended(why));
        }
    }
    Ok(life)
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use serde_json::json;

    use super::*;

    fn event(kind: &str, actor: &str, data: &serde_json::Value) -> SubscriptionEventRow {
        SubscriptionEventRow {
            event_id: Vec::new(),
            subscription_id: SubscriptionId::new(uuid::Uuid::nil()),
            kind: kind.to_owned(),
            actor: actor.to_owned(),
            data: data.to_string(),
            created_at: Timestamp::from_micros(1),
        }
    }

    #[test]
    fn each_end_is_told_by_whom_and_when() {
        for (kind, actor, data, expected) in [
            ("begun", "shop", json!({}), Some(Turn::Begun)),
            ("reactivated", "customer", json!({}), Some(Turn::Begun)),
            ("expired", "shop", json!({}), Some(Turn::Ended(Ending::Term))),
            ("cancelled", "shop", json!({ "reason": "unpaid" }), Some(Turn::Ended(Ending::Unpaid))),
            ("cancelled", "shop", json!({}), Some(Turn::Ended(Ending::Customer))),
            (
                "cancelled",
                "customer",
                json!({ "reason": "unpaid", "endsAt": null }),
                Some(Turn::Ended(Ending::Customer)),
            ),
            ("cancelled", "Olive", json!({ "reason": null, "endsAt": "2026-02-01T00:00:00Z" }), None),
            ("skipped", "customer", json!({}), None),
        ] {
            let turn = turn_of(&event(kind, actor, &data)).expect("a whole event");
            assert_eq!(turn, expected, "{kind} {actor} {data}");
        }
    }

    fn row(status: &str) -> SubscriptionRow {
        SubscriptionRow { status: status.to_owned(), ..super::super::samples::subscription() }
    }

    #[test]
    fn the_row_is_right_where_events_are_not() {
        let at = Timestamp::from_micros;
        let ended = SubscriptionRow { ended_at: Some(at(90)), ..row("cancelled") };
        let life = settled(&ended, Life::default()).expect("a life");
        assert_eq!((life.joined_at(), life.ended_at()), (ended.started_at, Some(at(90))));
        let mut told = Life::default();
        told.hear(at(10), Turn::Begun);
        told.hear(at(20), Turn::Ended(Ending::Customer));
        let life = settled(&row("paused"), told).expect("a life");
        assert_eq!((life.spells().len(), life.ended_at()), (2, None));
        let pending = SubscriptionRow { started_at: None, ..row("pending") };
        assert_eq!(settled(&pending, Life::default()).expect("a life"), Life::default());
        let never = SubscriptionRow { started_at: None, ..row("cancelled") };
        assert_eq!(settled(&never, Life::default()).expect("a life"), Life::default());
    }
}
