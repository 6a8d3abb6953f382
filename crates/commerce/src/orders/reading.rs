//! Orders as the shop's staff see them.

use domain::accounts::Email;
use domain::ids::{CustomerId, OrderId};
use domain::money::Money;
use domain::orders::{OrderStatus, PaymentStatus};
use domain::time::Timestamp;
use store::orders::events::{self, OrderEventRow};
use store::orders::payments::{self, PaymentRow};
use store::orders::refunds::{self, RefundRow};
use store::orders::{self as rows, OrderRow};
use store::{StoreError, Tx};

use super::details::{OrderDetails, StoredDiscount};
use super::refunding::RefundEntry;
use super::view::OrderView;
use super::{OrderError, customer_of, find_named, note};
use crate::audit::{self, Actor, Change};
use crate::checkout::client_status;
use crate::{Commerce, Shop};

/// An order with all that staff may see of it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OrderEntry {
    pub order: OrderView,
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub note: Option<String>,
    pub discounts: Vec<(Option<String>, String, Money)>,
    pub payments: Vec<PaymentEntry>,
    pub refunds: Vec<RefundEntry>,
    pub events: Vec<NoteEntry>,
    pub version: i64,
    pub paid_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// A try to pay for an order.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PaymentEntry {
    pub id: domain::ids::PaymentId,
    pub provider: String,
    pub reference: Option<String>,
    pub amount: Money,
    pub status: &'static str,
    pub decline_code: Option<String>,
    pub created_at: Timestamp,
}

/// Something that happened to an order, or that staff wrote of it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct NoteEntry {
    pub kind: String,
    pub actor: String,
    pub text: String,
    pub created_at: Timestamp,
}

impl From<OrderEventRow> for NoteEntry {
    fn from(row: OrderEventRow) -> Self {
        let data: serde_json::Value = serde_json::from_str(&row.data).unwrap_or_default();
        Self {
            kind: row.kind,
            actor: row.actor,
            text: data["text"].as_str().unwrap_or_default().to_owned(),
            created_at: row.created_at,
        }
    }
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OrderFilter {
    pub status: Option<OrderStatus>,
    pub payment_status: Option<PaymentStatus>,
    pub customer: Option<CustomerId>,
    pub email: Option<Email>,
    pub reference: Option<String>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// A page of the shop's orders, newest first, and how many there are.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    filter: OrderFilter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<OrderEntry>, i64), StoreError> {
    let shop = shop.clone();
    let search = rows::Search {
        status: filter.status.map(|status| status.as_str().to_owned()),
        payment_status: filter.payment_status.map(|status| status.as_str().to_owned()),
        customer: filter.customer,
        email: filter.email.map(|email| email.as_str().to_owned()),
        // A ref that can be none finds nothing.
        number: filter.reference.map(|named| domain::orders::number_of(&named).unwrap_or(-1)),
        from: filter.from,
        until: filter.until,
        offset,
        limit,
    };
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (found, total) = rows::list(tx, &search)?;
            let entries: Vec<OrderEntry> =
                found.into_iter().map(|row| entry(tx, &shop, row)).collect::<Result<_, StoreError>>()?;
            Ok((entries, total))
        })
        .await
}

/// One order, by its id or its ref.
pub async fn find(commerce: &Commerce, shop: &Shop, named: String) -> Result<OrderEntry, OrderError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = find_named(tx, &named)?.ok_or(OrderError::NotFound)?;
            Ok(entry(tx, &shop, row)?)
        })
        .await
}

/// Puts an order together from its rows.
pub(super) fn entry(tx: &mut Tx<'_>, shop: &Shop, row: OrderRow) -> Result<OrderEntry, StoreError> {
    let money = |minor: i64| Money::new(minor, shop.settings.currency);
    let details = OrderDetails::read(&row)?;
    let payment = |row: PaymentRow| PaymentEntry {
        id: row.payment_id,
        provider: row.provider,
        reference: row.provider_ref,
        amount: money(row.amount),
        status: client_status(&row.status),
        decline_code: row.decline_code,
        created_at: row.created_at,
    };
    let refund = |row: RefundRow| RefundEntry::of(shop, row);
    let discount = |discount: StoredDiscount| (discount.code, discount.name, money(discount.amount));
    let payments = payments::of(tx, row.order_id)?.into_iter().map(payment).collect();
    let refunds = refunds::of(tx, row.order_id)?.into_iter().map(refund).collect();
    let events = events::of(tx, row.order_id)?.into_iter().map(Into::into).collect();
    let name = details.contact.as_ref().map(|contact| {
        let names = [contact.first_name.as_deref(), contact.last_name.as_deref()];
        names.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    Ok(OrderEntry {
        email: row.email.clone(),
        name: name.filter(|name| !name.is_empty()),
        phone: details.contact.and_then(|contact| contact.phone),
        customer_id: customer_of(&row)?,
        note: details.note,
        discounts: details.discounts.into_iter().map(discount).collect(),
        payments,
        refunds,
        events,
        version: row.version,
        paid_at: row.paid_at,
        updated_at: row.updated_at,
        order: OrderView::read(tx, shop, row)?,
    })
}

/// Writes something to an order, for the staff.
pub async fn add_note(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: OrderId,
    if_version: Option<i64>,
    text: &str,
) -> Result<OrderEntry, OrderError> {
    let text = domain::text::lines(text, 2000)
        .map_err(|invalid| domain::fields::FieldErrors::one("text", invalid.reason()))?;
    change(commerce, shop, actor, id, if_version, "order.note", move |commerce, tx, shop, row, actor| {
        note(commerce, tx, shop, row, "note", actor, &text)?;
        Ok(())
    })
    .await
}

/// Changes an order in a transaction, with an entry in the audit log.
pub(super) async fn change<F>(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: OrderId,
    if_version: Option<i64>,
    action: &'static str,
    change: F,
) -> Result<OrderEntry, OrderError>
where
    F: Fn(&Commerce, &mut Tx<'_>, &Shop, &mut OrderRow, &str) -> Result<(), OrderError> + Send + 'static,
{
    let (handle, shop) = (commerce.clone(), shop.clone());
    let entry = commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or(OrderError::NotFound)?;
            if if_version.is_some_and(|version| version != row.version) {
                return Err(OrderError::Stale);
            }
            let before = super::event_data(&row);
            change(&handle, tx, &shop, &mut row, actor.name())?;
            row.version += 1;
            row.updated_at = shop.now;
            rows::update(tx, row.clone())?;
            let change = Change {
                action,
                target_kind: "order",
                target_id: row.order_id.to_string(),
                before: Some(before),
                after: Some(super::event_data(&row)),
            };
            audit::record(&handle, tx, shop.now, &actor, change)?;
            Ok(entry(tx, &shop, row)?)
        })
        .await?;
    commerce.wake_jobs();
    Ok(entry)
}
