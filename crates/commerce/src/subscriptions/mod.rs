//! Subscriptions and their renewals. Rule: a period is charged once. Its renewal is a row of its own, unique by cycle; the order
//! stands before any money moves; the subscription's state is read again in the transaction that opens the charge; and what
//! became of it is recorded where all payments are.

mod beginning;
mod boxes;
mod changing;
mod charging;
mod coming;
mod details;
mod gifts;
mod mails;
mod managing;
mod opening;
mod outcome;
mod own;
mod paying;
mod prices;
mod reading;
mod releases;
mod schedule;
mod tending;
mod view;

use domain::fields::FieldErrors;
use domain::ids::CustomerId;
use domain::problem::{Kind, Problem};
use domain::subscriptions::{RenewalStatus, SubscriptionStatus};
use store::subscriptions::SubscriptionRow;
use store::subscriptions::events::{self, SubscriptionEventRow};
use store::subscriptions::renewals::RenewalRow;
use store::{StoreError, Tx};

use crate::audit::Actor;
use crate::carts::CartError;
use crate::checkout::CheckoutError;
use crate::{Commerce, Shop};

pub(crate) use beginning::{begin, forget, package_of, prepare};
pub(crate) use boxes::{price_at, release_parts};
pub use changing::{Change, change, set_items};
pub(crate) use charging::{is_of_renewal, renewal_job};
pub(crate) use coming::course_of;
pub use coming::{ComingCharge, coming_charges};
pub(crate) use details::SubscriptionDetails;
pub use gifts::redeem;
pub use managing::{Cancelling, cancel, pause, reactivate, renew, resume, skip};
pub(crate) use outcome::{Heard, hear};
pub use own::{SubscriptionExport, find_own, list_own, renewals_of};
pub(crate) use own::{erase_subscriptions, export_of, give_subscriptions, pay_what_is_owed};
pub use paying::{PayPage, pay_by_link, pay_page};
pub(crate) use prices::tell_of_price;
pub use prices::{PriceChangeEntry, PriceChangeForm, change_prices, price_changes};
pub use reading::{
    RenewalEntry, RenewalFilter, SubscriptionEntry, SubscriptionFilter, find, list, preview, renewals,
    resolve_renewal, retry_renewal,
};
pub use releases::{
    ReleaseEntry, ReleaseForm, change_release, create_release, delete_release, find_release, releases,
};
pub(crate) use tending::tend;
pub use view::{
    BoxLine, EventView, GiftView, MethodView, NextRenewal, Preview, RenewalView, SubscriptionSummary,
    SubscriptionView,
};

/// Who acts on a subscription.
#[derive(Clone, Debug)]
pub enum Who {
    /// Its customer, or who was given it.
    Customer(CustomerId),
    /// Somebody of the shop's staff, on the customer's behalf.
    Staff(Actor),
    /// The shop's own clockwork.
    Shop,
}

impl Who {
    /// Who it is, in the list of what happened.
    fn name(&self) -> &str {
        match self {
            Self::Customer(_) => "customer",
            Self::Staff(actor) => actor.name(),
            Self::Shop => "shop",
        }
    }
}

/// Why a subscription was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// No such subscription.
    #[error("not found")]
    NotFound,
    /// `If-Match` named another version.
    #[error("the subscription was changed meanwhile")]
    Stale,
    /// Its state forbids it.
    #[error("not in this state: {0}")]
    Refused(&'static str),
    /// The next box is being made.
    #[error("the next box can not be changed any more")]
    WindowClosed,
    /// Its renewal is being charged at this moment.
    #[error("a renewal is being charged")]
    UnderWay,
    /// Less is left than is wanted.
    #[error("out of stock")]
    OutOfStock(String),
    /// A box that its package does not allow.
    #[error("the box is not allowed: {0}")]
    Box(&'static str, FieldErrors),
    /// The charge of a renewal was refused when staff tried it.
    #[error("the provider is out of reach")]
    ProviderAway,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SubscriptionError> for Problem {
    fn from(error: SubscriptionError) -> Self {
        match error {
            SubscriptionError::NotFound => Self::not_found(),
            SubscriptionError::Stale => Self::new(
                Kind::Stale,
                "stale",
                "The subscription was changed meanwhile. Please load it again.",
            ),
            SubscriptionError::Refused(message) => Self::new(Kind::Conflict, "invalid_transition", message),
            SubscriptionError::WindowClosed => Self::new(
                Kind::Conflict,
                "edit_window_closed",
                "The next box is being made already. This can be changed again for the one after it.",
            ),
            SubscriptionError::UnderWay => Self::new(
                Kind::Conflict,
                "renewal_in_progress",
                "The renewal is being charged at this moment. Please look again in a few minutes.",
            ),
            SubscriptionError::OutOfStock(message) => {
                Self::new(Kind::Invalid(FieldErrors::one("items", message.clone())), "out_of_stock", message)
            }
            SubscriptionError::Box(code, fields) => {
                Self::new(Kind::Invalid(fields), code, "The box can not be made so.")
            }
            SubscriptionError::ProviderAway => Self::unavailable(),
            SubscriptionError::Invalid(fields) => Self::invalid(fields),
            SubscriptionError::Store(error) => error.into(),
        }
    }
}

impl From<CartError> for SubscriptionError {
    fn from(error: CartError) -> Self {
        match error {
            CartError::Box(code, fields) => Self::Box(code, fields),
            CartError::OutOfStock(message) => Self::OutOfStock(message),
            CartError::Invalid(fields) => Self::Invalid(fields),
            CartError::Store(error) => Self::Store(error),
            // Nothing else is asked of the carts' rules here.
            other => Self::Store(StoreError::Broken(other.to_string())),
        }
    }
}

impl From<CheckoutError> for SubscriptionError {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::OutOfStock(_) => Self::OutOfStock("This box is sold out.".to_owned()),
            CheckoutError::UsedUp(message) => Self::Refused(message),
            CheckoutError::Cart(error) => error.into(),
            CheckoutError::Invalid(fields) => Self::Invalid(fields),
            CheckoutError::Store(error) => Self::Store(error),
            other => Self::Store(StoreError::Broken(other.to_string())),
        }
    }
}

pub(crate) fn status_of(row: &SubscriptionRow) -> Result<SubscriptionStatus, StoreError> {
    SubscriptionStatus::parse(&row.status)
        .map_err(|_| StoreError::Broken(format!("the status of subscription {}", row.subscription_id)))
}

fn renewal_status_of(row: &RenewalRow) -> Result<RenewalStatus, StoreError> {
    RenewalStatus::parse(&row.status)
        .map_err(|_| StoreError::Broken(format!("the status of renewal {}", row.renewal_id)))
}

/// Notes something that happened to a subscription, and by whom.
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    kind: &str,
    who: &Who,
    data: serde_json::Value,
) -> Result<(), StoreError> {
    events::insert(
        tx,
        SubscriptionEventRow {
            event_id: commerce.chance().uuid(shop.now).as_bytes().to_vec(),
            subscription_id: row.subscription_id,
            kind: kind.to_owned(),
            actor: who.name().to_owned(),
            data: data.to_string(),
            created_at: shop.now,
        },
    )
}

/// What webhooks are told of a subscription.
fn event_data(row: &SubscriptionRow) -> serde_json::Value {
    serde_json::json!({
        "id": row.subscription_id,
        "customerId": row.customer_id,
        "packageId": row.package_id,
        "status": row.status,
        "billingInterval": row.frequency,
        "quantity": row.quantity,
        "price": row.price,
        "renewalDate": row.next_at,
        "pausedUntil": row.paused_until,
        "cancelsAt": row.cancels_at,
        "createdAt": row.created_at,
    })
}
