//! Giving money back. Rule: never more than was paid; what is to be given back is written down before the provider is asked, with
//! the id that is its idempotency key, and asked for again until the provider has answered.

use std::time::Duration;

use domain::fields::FieldErrors;
use domain::ids::{GiftCardEntryId, GiftCardId, OrderId, OrderItemId, RefundId, TenantId};
use domain::money::Money;
use domain::orders::{OrderStatus, PaymentStatus};
use domain::selling::{RewardReason, taken_back};
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use gateways::payments::{PaymentError, RefundOrder};
use store::orders::payments::{self, PaymentRow};
use store::orders::refunds::{self, RefundRow};
use store::orders::{self as rows, OrderRow, items};
use store::selling::gift_cards::{self, Movement};
use store::{StoreError, Tx};

use super::cancelling::restock;
use super::details::OrderDetails;
use super::reading::{OrderEntry, change};
use super::{OrderError, customer_of, event_data, mails, note};
use crate::audit::Actor;
use crate::checkout::move_points;
use crate::jobs::{self, JobError, Kind};
use crate::payments::account_named;
use crate::webhooks;
use crate::{Commerce, Shop};

/// Whoever begins a refund sends it as soon as it is written. The job is for what became of that, and leaves it time: two
/// who ask a provider at the same moment rely on its keys alone.
const SENT_AT_ONCE: Duration = Duration::from_mins(1);
const PENDING: &str = "pending";
const SUCCEEDED: &str = "succeeded";
pub(crate) const FAILED: &str = "failed";
/// Who gives back a payment that came when its order was paid, or given up, already. No such refund is the order's.
const LATE: &str = "late payment";

/// Money that was given back, or is to be.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RefundEntry {
    pub id: RefundId,
    pub amount: Money,
    pub status: String,
    pub reason: Option<String>,
    /// Whether it went to a card; else to gift cards.
    pub is_to_card: bool,
    pub actor: String,
    pub created_at: Timestamp,
}

impl RefundEntry {
    pub(super) fn of(shop: &Shop, row: RefundRow) -> Self {
        Self {
            id: row.refund_id,
            amount: Money::new(row.amount, shop.settings.currency),
            status: row.status,
            reason: row.reason,
            is_to_card: row.payment_id.is_some(),
            actor: row.actor,
            created_at: row.created_at,
        }
    }
}

/// Money to give back, as it is typed.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RefundForm {
    /// In minor units; all that is left if not given.
    pub amount: Option<i64>,
    pub reason: Option<String>,
    /// What comes back on the shelf.
    pub restock: Vec<(OrderItemId, i64)>,
}

/// Gives money back: to the card first, then to gift cards.
pub async fn refund(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: OrderId,
    if_version: Option<i64>,
    form: RefundForm,
) -> Result<OrderEntry, OrderError> {
    let reason = domain::text::optional_line(form.reason.as_deref().unwrap_or_default(), 500)
        .map_err(|invalid| FieldErrors::one("reason", invalid.reason()))?;
    let refund = RefundId::new(commerce.chance().uuid(shop.now));
    change(commerce, shop, actor, id, if_version, "order.refund", move |commerce, tx, shop, row, actor| {
        if row.paid_at.is_none() {
            return Err(OrderError::NotNow("Nothing has been paid for this order."));
        }
        let left = row.total - row.refunded_total;
        let amount = form.amount.unwrap_or(left);
        if amount <= 0 || amount > left {
            let most = Money::new(left, shop.settings.currency);
            return Err(OrderError::TooMuch(format!("Must be more than nothing and at most {most}.")));
        }
        put_on_shelf(tx, row.order_id, &form.restock)?;
        begin_refund(commerce, tx, shop, row, refund, amount, reason.clone(), actor)?;
        Ok(())
    })
    .await?;
    if send_refund(commerce, shop.id, refund).await? == Sent::Refused {
        return Err(OrderError::RefundRefused);
    }
    super::find(commerce, shop, id.to_string()).await
}

fn put_on_shelf(tx: &mut Tx<'_>, order: OrderId, wanted: &[(OrderItemId, i64)]) -> Result<(), OrderError> {
    for (index, (item, count)) in wanted.iter().enumerate() {
        let line =
            items::of(tx, &[order])?.into_iter().find(|line| line.item_id == *item).ok_or_else(|| {
                FieldErrors::one(format!("restock.{index}.itemId"), "Must be a line of this order.")
            })?;
        let left = line.quantity - line.restocked;
        if !(1..=left).contains(count) {
            let reason = format!("Must be from 1 to {left}.");
            return Err(FieldErrors::one(format!("restock.{index}.quantity"), reason).into());
        }
        restock(tx, line, *count)?;
    }
    Ok(())
}

/// Writes down what is to be given back. The part of the card is `id`; gift cards have their part at once.
#[expect(clippy::too_many_arguments, reason = "one refund's facts, within the caller's transaction")]
pub(super) fn begin_refund(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &mut OrderRow,
    id: RefundId,
    amount: i64,
    reason: Option<String>,
    actor: &str,
) -> Result<(), StoreError> {
    let paid = payments::of(tx, order.order_id)?.into_iter().find(|payment| payment.status == SUCCEEDED);
    let to_card = paid.as_ref().map_or(0, |payment| amount.min(payment.amount - payment.refunded));
    let row = RefundRow {
        refund_id: id,
        order_id: order.order_id,
        payment_id: None,
        amount: to_card,
        status: PENDING.to_owned(),
        reason,
        provider_ref: None,
        actor: actor.to_owned(),
        created_at: shop.now,
        updated_at: shop.now,
    };
    let mut details = OrderDetails::read(order)?;
    if let (Some(payment), true) = (paid, to_card > 0) {
        let payment_id = Some(payment.payment_id.to_bytes());
        payments::update(tx, PaymentRow { refunded: payment.refunded + to_card, ..payment })?;
        refunds::insert(tx, RefundRow { payment_id, ..row.clone() })?;
        jobs::enqueue(commerce, tx, shop.now.plus(SENT_AT_ONCE), Kind::SendRefund(id))?;
    }
    let to_cards = amount - to_card;
    if to_cards > 0 {
        give_to_gift_cards(commerce, tx, shop, order.order_id, &mut details, to_cards)?;
        let refund_id = RefundId::new(commerce.chance().uuid(shop.now));
        let status = SUCCEEDED.to_owned();
        refunds::insert(tx, RefundRow { refund_id, amount: to_cards, status, ..row })?;
    }
    let before = order.refunded_total;
    order.refunded_total += amount;
    take_points_back(commerce, tx, shop, order, &mut details, before)?;
    order.details = details.to_stored()?;
    show_refund(order)?;
    note(
        commerce,
        tx,
        shop,
        order,
        "refunded",
        actor,
        &Money::new(amount, shop.settings.currency).formatted(),
    )?;
    webhooks::emit(commerce, tx, shop.now, EventKind::OrderRefunded, event_data(order))?;
    mails::refunded(commerce, tx, shop, order, amount)
}

/// What stands in the order follows from how much was given back.
fn show_refund(order: &mut OrderRow) -> Result<(), StoreError> {
    let payment = PaymentStatus::after_refund(order.total, order.refunded_total);
    payment.as_str().clone_into(&mut order.payment_status);
    let status = OrderStatus::parse(&order.status)
        .map_err(|_| StoreError::Broken(format!("the status of order {}", order.order_id)))?;
    if payment == PaymentStatus::Refunded
        && status != OrderStatus::Cancelled
        && status.may_become(OrderStatus::Refunded)
    {
        OrderStatus::Refunded.as_str().clone_into(&mut order.status);
    }
    Ok(())
}

fn give_to_gift_cards(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: OrderId,
    details: &mut OrderDetails,
    amount: i64,
) -> Result<(), StoreError> {
    let mut left = amount;
    for card in &mut details.gift_cards {
        let part = left.min(card.amount - card.refunded);
        if part <= 0 {
            continue;
        }
        let movement = Movement {
            id: GiftCardEntryId::new(commerce.chance().uuid(shop.now)),
            order: Some(order),
            at: shop.now,
        };
        gift_cards::give_back(tx, GiftCardId::new(card.id), part, movement)?;
        card.refunded += part;
        left -= part;
    }
    if left > 0 {
        return Err(StoreError::Broken(format!("order {order} was not paid in full and is to be refunded")));
    }
    Ok(())
}

/// Points that were earned go in proportion; points that were spent come back when everything is given back.
fn take_points_back(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    details: &mut OrderDetails,
    before: i64,
) -> Result<(), StoreError> {
    let Some(customer) = customer_of(order)? else { return Ok(()) };
    let points = taken_back(details.points_earned, order.total, before, order.refunded_total);
    if points > 0 {
        details.points_taken_back += points;
        move_points(commerce, tx, shop, order.order_id, customer, -points, RewardReason::TakenBack)?;
    }
    if order.refunded_total >= order.total && details.points_redeemed > 0 {
        let back = std::mem::take(&mut details.points_redeemed);
        move_points(commerce, tx, shop, order.order_id, customer, back, RewardReason::Redeemed)?;
    }
    Ok(())
}

/// Gives back a payment that came when its order was paid already, or given up.
pub(crate) fn give_back_late(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    payment: &PaymentRow,
) -> Result<(), StoreError> {
    let id = RefundId::new(commerce.chance().uuid(shop.now));
    let row = RefundRow {
        refund_id: id,
        order_id: order.order_id,
        payment_id: Some(payment.payment_id.to_bytes()),
        amount: payment.amount,
        status: PENDING.to_owned(),
        reason: None,
        provider_ref: None,
        actor: LATE.to_owned(),
        created_at: shop.now,
        updated_at: shop.now,
    };
    refunds::insert(tx, row)?;
    payments::update(tx, PaymentRow { refunded: payment.amount, ..payment.clone() })?;
    note(commerce, tx, shop, order, "late_payment", LATE, &payment.payment_id.to_string())?;
    jobs::enqueue(commerce, tx, shop.now, Kind::SendRefund(id))
}

/// What became of a refund that the provider was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is done, or there is nothing to do.
    Done,
    /// The provider did not answer: it is asked again.
    Later,
    /// The provider refuses it, and it is taken back.
    Refused,
}

/// Asks the provider to give the money back. The same refund may be asked for again and again.
pub(crate) async fn send_refund(
    commerce: &Commerce,
    tenant: TenantId,
    id: RefundId,
) -> Result<Sent, StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    let found = commerce
        .store()
        .read(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let Some(refund) = refunds::find(tx, id)?.filter(|row| row.status == PENDING) else {
                return Ok(None);
            };
            let payment = payments::of(tx, refund.order_id)?
                .into_iter()
                .find(|payment| Some(payment.payment_id.to_bytes()) == refund.payment_id);
            let Some(payment) = payment else { return Ok(None) };
            let account = account_named(&handle, tx, &payment.provider)?;
            Ok::<_, StoreError>(Some((shop, refund, payment, account)))
        })
        .await?;
    let Some((shop, refund, payment, account)) = found else { return Ok(Sent::Done) };
    let (Some(account), Some(reference)) = (account, payment.provider_ref) else {
        return Ok(Sent::Later);
    };
    let asked = RefundOrder {
        tenant,
        key: id,
        payment: reference,
        amount: Money::new(refund.amount, shop.settings.currency),
    };
    match account.provider(commerce).refund(&asked).await {
        Ok(done) => finish(commerce, tenant, id, Some(done.reference)).await.map(|()| Sent::Done),
        Err(PaymentError::Refused(reason)) => {
            tracing::warn!(tenant.id = %tenant, refund.id = %id, reason, "a refund was refused");
            finish(commerce, tenant, id, None).await.map(|()| Sent::Refused)
        }
        Err(PaymentError::Unknown(reason) | PaymentError::NotDone(reason)) => {
            tracing::warn!(tenant.id = %tenant, refund.id = %id, reason, "a refund is asked for again");
            Ok(Sent::Later)
        }
    }
}

/// As a job: what is to be asked for again comes back.
pub(crate) async fn refund_job(commerce: &Commerce, tenant: TenantId, id: RefundId) -> Result<(), JobError> {
    match send_refund(commerce, tenant, id).await? {
        Sent::Later => Err(JobError::Transient("the provider did not answer".to_owned())),
        Sent::Done | Sent::Refused => Ok(()),
    }
}

/// Records what became of a refund; one that was refused is taken out of the order's books.
async fn finish(
    commerce: &Commerce,
    tenant: TenantId,
    id: RefundId,
    reference: Option<String>,
) -> Result<(), StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let Some(refund) = refunds::find(tx, id)?.filter(|row| row.status == PENDING) else {
                return Ok(());
            };
            let status = if reference.is_some() { SUCCEEDED } else { FAILED }.to_owned();
            let done =
                RefundRow { status, provider_ref: reference.clone(), updated_at: shop.now, ..refund.clone() };
            refunds::update(tx, done)?;
            if reference.is_none() {
                take_out(&handle, tx, &shop, &refund)?;
            }
            Ok(())
        })
        .await
}

fn take_out(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop, refund: &RefundRow) -> Result<(), StoreError> {
    let payment = payments::of(tx, refund.order_id)?
        .into_iter()
        .find(|payment| Some(payment.payment_id.to_bytes()) == refund.payment_id);
    if let Some(payment) = payment {
        payments::update(tx, PaymentRow { refunded: payment.refunded - refund.amount, ..payment })?;
    }
    let Some(mut order) = rows::find(tx, refund.order_id)?.filter(|_| refund.actor != LATE) else {
        return Ok(());
    };
    order.refunded_total -= refund.amount;
    let payment = PaymentStatus::after_refund(order.total, order.refunded_total);
    payment.as_str().clone_into(&mut order.payment_status);
    order.version += 1;
    order.updated_at = shop.now;
    note(commerce, tx, shop, &order, "refund_failed", "shop", "")?;
    rows::update(tx, order)
}
