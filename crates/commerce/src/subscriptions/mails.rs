//! What customers are told of their subscriptions by mail.

use domain::accounts::Email;
use domain::carts::Gift;
use domain::money::Money;
use domain::subscriptions::Failure;
use domain::time::Timestamp;
use store::accounts::customers;
use store::catalog::products;
use store::orders;
use store::subscriptions::SubscriptionRow;
use store::subscriptions::renewals::RenewalRow;
use store::{StoreError, Tx};

use super::boxes::NextBox;
use super::charging::method_of;
use super::outcome::order_of;
use super::schedule::editable_until;
use crate::mails::{self, Letter, SubscriptionFacts, SubscriptionOccasion as Occasion};
use crate::orders::{ItemDetails, ref_of};
use crate::{Commerce, Shop};

/// It has begun.
pub(super) fn begun(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let facts = facts(tx, shop, row)?;
    post(commerce, tx, shop, row, Occasion::Begun, facts)
}

/// The next box is coming, and can still be changed.
pub(super) fn upcoming(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    coming: &NextBox,
) -> Result<(), StoreError> {
    let facts = SubscriptionFacts {
        lines: coming.lines(),
        total: charged(shop, coming.priced().to_pay()),
        edit_until: row.next_at.map(|next| moment(shop, editable_until(shop, next))),
        ..facts(tx, shop, row)?
    };
    post(commerce, tx, shop, row, Occasion::Upcoming, facts)
}

/// Something of the next box is sold out.
pub(super) fn items_changed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    coming: &NextBox,
) -> Result<(), StoreError> {
    let facts = SubscriptionFacts {
        lines: coming.lines(),
        gone: coming.gone.clone(),
        edit_until: row.next_at.map(|next| moment(shop, editable_until(shop, next))),
        ..facts(tx, shop, row)?
    };
    post(commerce, tx, shop, row, Occasion::ItemsChanged, facts)
}

/// The card will not be good any more when the next renewal falls due.
pub(super) fn card_expiring(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let (Some(next), Some(card)) = (row.next_at, method_of(tx, row)?) else { return Ok(()) };
    let due = shop.settings.timezone.date_at(next);
    let is_good = (i64::from(due.year()), i64::from(due.month())) <= (card.expiry_year, card.expiry_month);
    if is_good || row.prepaid_left > 0 {
        return Ok(());
    }
    let expires = format!("{:02}/{}", card.expiry_month, card.expiry_year);
    let facts = SubscriptionFacts { card_expires: Some(expires), ..facts(tx, shop, row)? };
    post(commerce, tx, shop, row, Occasion::CardExpiring, facts)
}

/// A box is paid and on its way to be packed.
pub(super) fn renewed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    renewal: &RenewalRow,
) -> Result<(), StoreError> {
    let order = order_of(tx, renewal)?;
    let mut lines = Vec::new();
    for line in orders::items::of(tx, &[order.order_id])? {
        let parts = ItemDetails::read(&line)?.contains;
        lines.extend(parts.into_iter().map(|part| (part.count * line.quantity, part.name)));
    }
    let facts = SubscriptionFacts {
        lines,
        total: charged(shop, renewal.amount),
        order_ref: Some(ref_of(&order)).filter(|text| !text.is_empty()),
        ..facts(tx, shop, row)?
    };
    post(commerce, tx, shop, row, Occasion::Renewed, facts)
}

/// The charge was refused.
pub(super) fn payment_failed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    renewal: &RenewalRow,
    failure: Failure,
) -> Result<(), StoreError> {
    let occasion = match failure {
        Failure::Authentication => Occasion::ActionNeeded,
        Failure::Retry | Failure::NewCard => Occasion::PaymentFailed,
    };
    let token = commerce.secrets().pay_token(shop.id, renewal.renewal_id);
    let facts = SubscriptionFacts {
        total: Some(money(shop, renewal.amount)),
        reason: renewal.failure_message.clone(),
        next_try: renewal.next_try_at.map(|at| day(shop, at)),
        pay_url: Some(commerce.site_url(&format!("/pay/{token}"))),
        ..facts(tx, shop, row)?
    };
    post(commerce, tx, shop, row, occasion, facts)
}

/// It rests.
pub(super) fn paused(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let until = row.paused_until.map(|at| day(shop, at));
    let facts = SubscriptionFacts { until, ..facts(tx, shop, row)? };
    post(commerce, tx, shop, row, Occasion::Paused, facts)
}

/// It goes on.
pub(super) fn resumed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let facts = facts(tx, shop, row)?;
    post(commerce, tx, shop, row, Occasion::Resumed, facts)
}

/// It was given up: by its customer, or because it was not paid.
pub(super) fn cancelled(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    unpaid: bool,
) -> Result<(), StoreError> {
    let ends = row.cancels_at.map(|at| day(shop, at));
    let facts = SubscriptionFacts { ends, unpaid, ..facts(tx, shop, row)? };
    post(commerce, tx, shop, row, Occasion::Cancelled, facts)
}

/// Its term is over.
pub(super) fn ended(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let facts = facts(tx, shop, row)?;
    post(commerce, tx, shop, row, Occasion::Ended, facts)
}

/// It will cost something else.
pub(super) fn price_change(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    price: i64,
    from: Timestamp,
) -> Result<(), StoreError> {
    let facts = SubscriptionFacts {
        old_price: Some(money(shop, row.price)),
        new_price: Some(money(shop, price)),
        next_date: Some(day(shop, from)),
        ..facts(tx, shop, row)?
    };
    post(commerce, tx, shop, row, Occasion::PriceChange, facts)
}

/// To whoever was given it, or to the giver, who hands it on.
pub(super) fn gift(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    gift: &Gift,
    to: Option<Email>,
    code: String,
) -> Result<(), StoreError> {
    let plain = facts(tx, shop, row)?;
    let giver = plain.first_name.clone();
    let facts = SubscriptionFacts {
        first_name: None,
        giver,
        recipient: Some(gift.recipient_name.clone()),
        message: gift.message.clone(),
        redeem_code: Some(code),
        ..plain
    };
    let letter = Letter::Subscription { occasion: Occasion::Gift, facts: Box::new(facts) };
    match to.or(address(tx, row)?) {
        Some(to) => mails::post(commerce, tx, shop, Some(row.customer_id), &to, &letter),
        None => Ok(()),
    }
}

fn address(tx: &mut Tx<'_>, row: &SubscriptionRow) -> Result<Option<Email>, StoreError> {
    let customer = customers::find(tx, row.customer_id)?;
    Ok(customer.and_then(|customer| customer.email).and_then(|email| Email::parse(&email).ok()))
}

fn post(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    occasion: Occasion,
    facts: SubscriptionFacts,
) -> Result<(), StoreError> {
    // Whose address is gone is told nothing.
    let Some(to) = address(tx, row)? else { return Ok(()) };
    let letter = Letter::Subscription { occasion, facts: Box::new(facts) };
    mails::post(commerce, tx, shop, Some(row.customer_id), &to, &letter)
}

/// What every letter about a subscription may say.
fn facts(tx: &mut Tx<'_>, shop: &Shop, row: &SubscriptionRow) -> Result<SubscriptionFacts, StoreError> {
    let customer = customers::find(tx, row.customer_id)?;
    let card = method_of(tx, row)?;
    Ok(SubscriptionFacts {
        first_name: customer.map(|customer| customer.first_name).filter(|name| !name.is_empty()),
        package: products::find(tx, row.package_id)?.map(|product| product.name).unwrap_or_default(),
        interval: row.frequency,
        next_date: row.next_at.map(|next| day(shop, next)),
        card: card.map(|card| format!("{} ending {}", capitalised(&card.brand), card.last4)),
        ..SubscriptionFacts::default()
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn money(shop: &Shop, minor: i64) -> String {
    Money::new(minor, shop.settings.currency).formatted()
}

/// Nothing is said of a box that was paid before.
fn charged(shop: &Shop, minor: i64) -> Option<String> {
    (minor > 0).then(|| money(shop, minor))
}

fn day(shop: &Shop, at: Timestamp) -> String {
    shop.settings.timezone.day_text(at)
}

fn moment(shop: &Shop, at: Timestamp) -> String {
    shop.settings.timezone.local_text(at)
}
