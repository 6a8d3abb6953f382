//! Subscriptions that are presents: who gives pays, and who gets chooses the boxes once the present is redeemed.

use domain::accounts::Email;
use domain::carts::Gift;
use domain::time::Timestamp;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::details::SubscriptionDetails;
use super::schedule::save;
use super::view::SubscriptionView;
use super::{SubscriptionError, Who, mails, note, status_of};
use crate::accounts::SignedIn;
use crate::{Commerce, Shop};

/// When the recipient is written to: on the day that was asked for, in the morning's first minute there, or at once.
pub(super) fn tell_at(
    shop: &Shop,
    row: &SubscriptionRow,
    details: &SubscriptionDetails,
) -> Option<Timestamp> {
    let stored = details.gift.as_ref().filter(|gift| !gift.is_told())?;
    let began = row.started_at?;
    let day = stored.gift.send_on.as_ref().and_then(|day| day.parse::<jiff::civil::Date>().ok());
    Some(day.map_or(began, |day| shop.settings.timezone.first_instant_of(day).max(began)))
}

/// Writes to the recipient, or, where they have no address, to the giver, who hands it on.
pub(super) fn tell_recipient(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
) -> Result<(), StoreError> {
    let mut details = SubscriptionDetails::read(row)?;
    let Some(stored) = &mut details.gift else { return Ok(()) };
    stored.told_at = Some(shop.now.as_micros());
    let gift: Gift = stored.gift.clone();
    row.details = details.to_stored()?;
    if status_of(row)?.is_ended() {
        return Ok(());
    }
    let code = commerce.secrets().gift_token(shop.id, row.subscription_id);
    let to = gift.recipient_email.as_deref().and_then(|email| Email::parse(email).ok());
    mails::gift(commerce, tx, shop, row, &gift, to, code)?;
    note(commerce, tx, shop, row, "gift_sent", &Who::Shop, serde_json::json!({}))
}

/// Redeems a present: from now on its boxes are the signed-in customer's to choose and to send where they like.
pub async fn redeem(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
    code: Option<String>,
) -> Result<SubscriptionView, SubscriptionError> {
    let refused = || domain::fields::FieldErrors::one("code", "Is not the code of a present in this shop.");
    let named = commerce.secrets().read_gift_token(code.as_deref().unwrap_or_default().trim());
    let (_, id) = named.filter(|(tenant, _)| *tenant == shop.id).ok_or_else(refused)?;
    let (handle, shop, customer) = (commerce.clone(), shop.clone(), who.customer);
    let view = commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or_else(refused)?;
            let mut details = SubscriptionDetails::read(&row)?;
            let Some(gift) = &mut details.gift else { return Err(refused().into()) };
            match row.recipient_id.as_deref() {
                Some(known) if known == customer.uuid().as_bytes() => {}
                Some(_) => return Err(SubscriptionError::Refused("This present was redeemed already.")),
                None => {
                    gift.redeemed_at = Some(shop.now.as_micros());
                    row.details = details.to_stored()?;
                    row.recipient_id = Some(customer.to_bytes());
                    save(&handle, tx, &shop, &mut row)?;
                    let by = Who::Customer(customer);
                    note(&handle, tx, &shop, &row, "gift_redeemed", &by, serde_json::json!({}))?;
                }
            }
            SubscriptionView::read(&handle, tx, &shop, &row)
        })
        .await?;
    commerce.wake_jobs();
    Ok(view)
}
