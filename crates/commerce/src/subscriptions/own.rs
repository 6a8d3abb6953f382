//! A customer's subscriptions: as they list them, what their usual card pays, and what becomes of them when a customer goes.

use domain::accounts::AddressForm;
use domain::carts::{Gift, Pick};
use domain::ids::{CustomerId, PaymentMethodId, SubscriptionId};
use domain::subscriptions::{Command, SubscriptionStatus};
use domain::webhooks::EventKind;
use serde::Serialize;
use store::subscriptions::renewals;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::changing::try_again;
use super::details::SubscriptionDetails;
use super::managing::{check_who, is_recipient};
use super::schedule::{save, set_status, tell};
use super::view::{RenewalView, SubscriptionSummary, SubscriptionView};
use super::{SubscriptionError, Who, note, outcome, status_of};
use crate::accounts::SignedIn;
use crate::{Commerce, Shop};

/// No more of a customer's are looked at or shown at once.
const MOST: i64 = 1000;

/// The customer's subscriptions, active and not, oldest first (published).
pub async fn list_own(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
) -> Result<Vec<SubscriptionSummary>, SubscriptionError> {
    let (shop, customer) = (shop.clone(), who.customer);
    commerce
        .store()
        .read(shop.id, move |tx| {
            let found = rows::of_customer(tx, customer, MOST)?;
            Ok(found.iter().map(|row| SubscriptionSummary::read(tx, &shop, row)).collect::<Result<_, _>>()?)
        })
        .await
}

/// A subscription as it is handed out with all that is held on a customer.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriptionExport {
    #[serde(flatten)]
    pub summary: SubscriptionSummary,
    pub items: Vec<Pick>,
    pub shipping_address: Option<AddressForm>,
    pub billing_address: Option<AddressForm>,
    pub gift: Option<Gift>,
    pub cancel_reason: Option<String>,
}

/// Says nothing of the person.
impl std::fmt::Debug for SubscriptionExport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubscriptionExport(…)")
    }
}

/// All that is held of a customer's subscriptions. Where somebody else pays, nothing of theirs is in it.
pub(crate) fn export_of(
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
) -> Result<Vec<SubscriptionExport>, StoreError> {
    let mut all = Vec::new();
    for row in rows::of_customer(tx, customer, MOST)? {
        let details = SubscriptionDetails::read(&row)?;
        let pays = row.customer_id == customer;
        all.push(SubscriptionExport {
            summary: SubscriptionSummary::read(tx, shop, &row)?,
            items: details.picks,
            shipping_address: details.shipping_address,
            billing_address: details.billing_address.filter(|_| pays),
            gift: details.gift.map(|gift| gift.gift).filter(|_| pays),
            cancel_reason: row.cancel_reason.filter(|_| pays),
        });
    }
    Ok(all)
}

/// One of the customer's subscriptions.
pub async fn find_own(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
    id: SubscriptionId,
) -> Result<SubscriptionView, SubscriptionError> {
    let (handle, shop, asks) = (commerce.clone(), shop.clone(), Who::Customer(who.customer));
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = seen(tx, &asks, id)?;
            SubscriptionView::read(&handle, tx, &shop, &row)
        })
        .await
}

/// The subscription with this id, if whoever asks may see it.
pub(super) fn seen(
    tx: &mut Tx<'_>,
    who: &Who,
    id: SubscriptionId,
) -> Result<SubscriptionRow, SubscriptionError> {
    let row = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
    check_who(&row, who, None)?;
    Ok(row)
}

/// A page of a subscription's renewals, newest first, and how many there are.
pub async fn renewals_of(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    offset: i64,
    limit: i64,
) -> Result<(Vec<RenewalView>, i64), SubscriptionError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            seen(tx, &who, id)?;
            let (page, total) = renewals::of(tx, id, offset, limit)?;
            let page = page.iter().map(|row| RenewalView::of(&shop, row)).collect::<Result<_, _>>()?;
            Ok((page, total))
        })
        .await
}

/// A card that its customer has just made the usual one takes the place of those that failed, and what is owed is tried with it at
/// once. What runs keeps the card that it has.
pub(crate) fn pay_what_is_owed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
    method: PaymentMethodId,
) -> Result<(), StoreError> {
    for mut row in rows::of_customer(tx, customer, MOST)? {
        // A present that they were given is paid by somebody else.
        if row.customer_id != customer || status_of(&row)? != SubscriptionStatus::PastDue {
            continue;
        }
        row.method_id = Some(method.to_bytes());
        save(commerce, tx, shop, &mut row)?;
        note(commerce, tx, shop, &row, "card_changed", &Who::Customer(customer), serde_json::json!({}))?;
        try_again(commerce, tx, shop, &row)?;
    }
    Ok(())
}

/// Cancels all that a customer pays for, and takes what is personal out of them, within a transaction that erases them. A
/// present that somebody else pays for goes on without its recipient.
pub(crate) fn erase_subscriptions(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
) -> Result<(), StoreError> {
    for mut row in rows::of_customer(tx, customer, MOST)? {
        if is_recipient(&row, customer) {
            row.recipient_id = None;
            save(commerce, tx, shop, &mut row)?;
        }
        if row.customer_id != customer {
            continue;
        }
        let next = status_of(&row)?.after(Command::Cancel);
        if let Some(next) = next.filter(|next| *next == SubscriptionStatus::Cancelled) {
            set_status(tx, shop, &mut row, next)?;
            if let Some(renewal) = renewals::open_of(tx, row.subscription_id)? {
                outcome::withdraw(commerce, tx, shop, &mut row, renewal)?;
            }
            note(commerce, tx, shop, &row, "cancelled", &Who::Customer(customer), serde_json::json!({}))?;
            tell(commerce, tx, shop, &row, EventKind::SubscriptionCancelled)?;
        }
        row.details =
            SubscriptionDetails { picks: SubscriptionDetails::read(&row)?.picks, ..Default::default() }
                .to_stored()?;
        row.method_id = None;
        row.cancel_reason = None;
        save(commerce, tx, shop, &mut row)?;
    }
    Ok(())
}

/// Hands all subscriptions of a customer to another (a merge).
pub(crate) fn give_subscriptions(
    tx: &mut Tx<'_>,
    from: CustomerId,
    into: CustomerId,
) -> Result<(), StoreError> {
    for mut row in rows::of_customer(tx, from, MOST)? {
        if is_recipient(&row, from) {
            row.recipient_id = Some(into.to_bytes());
        }
        if row.customer_id == from {
            row.customer_id = into;
        }
        rows::update(tx, row)?;
    }
    Ok(())
}
