//! What this area holds on a customer, for them to take away. Rule: what a giver says to a recipient is the recipient's, too;
//! the code is not, for the giver hands it over.

use domain::ids::{CustomerId, OrderId};
use domain::time::Timestamp;
use serde::Serialize;
use store::selling::{gift_cards, reward_entries};
use store::{StoreError, Tx};

use super::broken;

/// Entries listed in an export, the newest.
const LISTED: i64 = 1000;

/// A movement of points, in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ExportedPoints {
    pub points: i64,
    pub reason: String,
    pub order_id: Option<OrderId>,
    pub created_at: Timestamp,
}

/// A gift card for the customer, in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ExportedGiftCard {
    pub last_four: String,
    pub recipient_name: Option<String>,
    pub recipient_email: Option<String>,
    pub message: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What moved in the customer's points.
pub(crate) fn exported_points(
    tx: &mut Tx<'_>,
    customer: CustomerId,
) -> Result<Vec<ExportedPoints>, StoreError> {
    let points = |row: reward_entries::RewardEntryRow| {
        let order = row.order_id.map(OrderId::try_from).transpose();
        Ok(ExportedPoints {
            points: row.delta,
            reason: row.reason,
            order_id: order.map_err(broken("the order of a reward entry"))?,
            created_at: row.created_at,
        })
    };
    reward_entries::list(tx, customer, LISTED)?.into_iter().map(points).collect()
}

/// The gift cards that name this address.
pub(crate) fn exported_gift_cards(
    tx: &mut Tx<'_>,
    email: Option<&str>,
) -> Result<Vec<ExportedGiftCard>, StoreError> {
    let Some(email) = email else { return Ok(Vec::new()) };
    let card = |row: gift_cards::GiftCardRow| ExportedGiftCard {
        last_four: row.last_four,
        recipient_name: row.recipient_name,
        recipient_email: row.recipient_email,
        message: row.message,
        expires_at: row.expires_at,
        created_at: row.created_at,
    };
    Ok(gift_cards::of_recipient(tx, email, LISTED)?.into_iter().map(card).collect())
}
