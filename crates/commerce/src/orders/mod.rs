//! Orders. Rule: an order is a copy of what was agreed; later changes of products, prices and addresses do not touch it.

mod cancelling;
mod details;
mod fulfilling;
pub(crate) mod mails;
mod own;
mod papers;
mod reading;
mod refunding;
mod view;

use domain::fields::FieldErrors;
use domain::ids::{CustomerId, OrderId};
use domain::orders::reference;
use domain::problem::{Kind, Problem};
use store::orders::events::{self, OrderEventRow};
use store::orders::{self as rows, OrderRow};
use store::{StoreError, Tx};

use crate::{Commerce, Shop};

pub use cancelling::cancel;
pub(crate) use details::{ItemDetails, OrderDetails};
pub use fulfilling::{Fulfilment, FulfilmentLine, deliver, fulfil};
pub(crate) use own::{all_of as orders_of, erase_orders, give_orders, has_unfinished, join_guest_orders};
pub use own::{list_own, own_order, reorder};
pub use papers::{Paper, invoice, own_invoice, packing_slip};
pub use reading::{NoteEntry, OrderEntry, OrderFilter, PaymentEntry, add_note, find, list};
pub(crate) use refunding::{FAILED as REFUND_FAILED, give_back_late, refund_job};
pub use refunding::{RefundEntry, RefundForm, refund};
pub use view::{OrderLine, OrderSummary, OrderView, Tracking};

/// Why an order was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// No such order.
    #[error("not found")]
    NotFound,
    /// `If-Match` named another version.
    #[error("the order was changed meanwhile")]
    Stale,
    /// The order's state forbids it.
    #[error("not in this state: {0}")]
    NotNow(&'static str),
    /// More is to be given back than was paid.
    #[error("more than was paid")]
    TooMuch(String),
    /// The provider refuses to give the money back.
    #[error("the provider refused the refund")]
    RefundRefused,
    /// A paper that can not be drawn.
    #[error("the paper can not be drawn: {0}")]
    Unprintable(String),
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotFound => Self::not_found(),
            OrderError::Stale => {
                Self::new(Kind::Stale, "stale", "The order was changed meanwhile. Please load it again.")
            }
            OrderError::NotNow(message) => Self::new(Kind::Conflict, "invalid_transition", message),
            OrderError::TooMuch(message) => Self::invalid(FieldErrors::one("amount", message)),
            OrderError::RefundRefused => Self::new(
                Kind::Conflict,
                "refund_refused",
                "The payment provider refuses this refund. Its own pages say why.",
            ),
            OrderError::Unprintable(reason) => Self::internal(reason),
            OrderError::Invalid(fields) => Self::invalid(fields),
            OrderError::Store(error) => error.into(),
        }
    }
}

/// The ref of an order that has its number.
pub(crate) fn ref_of(order: &OrderRow) -> String {
    order.ref_number.map(reference).unwrap_or_default()
}

/// Whose the order is, where it is a customer's.
pub(crate) fn customer_of(order: &OrderRow) -> Result<Option<CustomerId>, StoreError> {
    let read = |id: Vec<u8>| CustomerId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()));
    order.customer_id.clone().map(read).transpose()
}

/// Notes something that happened to an order.
pub(crate) fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    kind: &str,
    actor: &str,
    text: &str,
) -> Result<(), StoreError> {
    events::insert(
        tx,
        OrderEventRow {
            event_id: commerce.chance().uuid(shop.now).as_bytes().to_vec(),
            order_id: order.order_id,
            kind: kind.to_owned(),
            actor: actor.to_owned(),
            data: serde_json::json!({ "text": text }).to_string(),
            created_at: shop.now,
        },
    )
}

/// What webhooks are told of an order.
pub(crate) fn event_data(order: &OrderRow) -> serde_json::Value {
    serde_json::json!({
        "id": order.order_id,
        "ref": ref_of(order),
        "status": order.status,
        "paymentStatus": order.payment_status,
        "customerId": customer_of(order).ok().flatten(),
        "itemCount": order.item_count,
        "total": order.total,
        "refundedTotal": order.refunded_total,
        "currency": order.currency,
        "createdAt": order.created_at,
    })
}

/// The order with this id, or with this ref.
fn find_named(tx: &mut Tx<'_>, named: &str) -> Result<Option<OrderRow>, StoreError> {
    if let Ok(id) = named.parse::<OrderId>() {
        return rows::find(tx, id);
    }
    match domain::orders::number_of(named) {
        Some(number) => rows::find_by_number(tx, number),
        None => Ok(None),
    }
}
