//! From a cart to a paid order. Rule: the order stands, pending, before any money moves; money moves outside of every
//! transaction; and what became of it is recorded by one function, [`settle::record`], whoever brings the news.

mod hold;
mod numbering;
mod open;
mod pay;
mod placing;
mod settle;
mod state;
mod sweep;
mod turns;

use domain::fields::FieldErrors;
use domain::ids::{CartId, PaymentMethodId};
use domain::problem::{Kind, Problem};
use gateways::payments::Decline;
use secrecy::SecretString;
use store::StoreError;
use url::Url;

use crate::Commerce;
use crate::accounts::Shopper;
use crate::carts::{CartError, Notice};
use crate::orders::OrderView;
use crate::payments::PaymentsError;

pub(crate) use hold::{move_points, put_back, release, take};
pub(crate) use numbering::number;
pub(crate) use pay::{NewCharge, REQUIRES_ACTION, begin, is_open, look_up};
pub(crate) use placing::{Placing, place};
pub(crate) use settle::{News, complete_free, keep_card, record};
pub use state::find;
pub(crate) use state::payment_state;
pub(crate) use sweep::{let_go_of_cart, settle_order};
pub(crate) use turns::Turns;

/// With what to pay.
#[derive(Clone)]
pub enum PaymentChoice {
    /// One of the customer's cards.
    Saved(PaymentMethodId),
    /// What the provider's client library made of a card.
    Token {
        /// Which provider, where the client names it.
        provider: Option<String>,
        /// The token.
        token: SecretString,
    },
    /// The client library finishes it with the client secret that it gets.
    Client,
}

/// A wish to check out.
#[derive(Clone)]
pub struct CheckOut {
    /// With what; nothing is needed for a total of nothing.
    pub payment: PaymentChoice,
    /// Whether a payment was named at all: then it takes the place of one that is under way.
    pub is_named: bool,
    /// Where the bank sends the shopper back to.
    pub return_url: Option<Url>,
    /// Keep the card for later: of customers who are signed in.
    pub save_card: bool,
}

/// Where a checkout stands.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The order.
    pub order: OrderView,
    /// Its payment.
    pub payment: PaymentState,
    /// Whether this call began it.
    pub is_new: bool,
}

/// Where a payment stands, for the shopper's client.
#[derive(Clone, Debug)]
pub struct PaymentState {
    /// `succeeded`, `requires_action`, `processing`, `failed` or `not_needed`.
    pub status: &'static str,
    /// Who takes it; `None` where nothing is to be paid.
    pub provider: Option<String>,
    /// For the provider's client library.
    pub client_secret: Option<String>,
    /// Where the shopper goes.
    pub redirect_url: Option<String>,
}

/// Why a checkout did not go on.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// There is no checkout of this cart.
    #[error("not found")]
    NotFound,
    /// Something is missing yet.
    #[error("the cart is not ready")]
    NotReady(Vec<Notice>),
    /// Less is left than the cart holds.
    #[error("out of stock")]
    OutOfStock(Vec<Notice>),
    /// A code or card was used up by somebody else at this moment.
    #[error("a code or card was used up")]
    UsedUp(&'static str),
    /// The payment was refused.
    #[error("the payment was declined")]
    Declined(Decline),
    /// The provider refuses the request, such as a token that is used up.
    #[error("the payment was refused")]
    Refused,
    /// The provider is out of reach, and no money moved.
    #[error("the provider is out of reach")]
    ProviderAway,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// As for carts.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// As for payments.
    #[error(transparent)]
    Payments(#[from] PaymentsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CheckoutError {
    /// What is missing, where that is why.
    #[must_use]
    pub fn requirements(&self) -> &[Notice] {
        match self {
            Self::NotReady(needs) | Self::OutOfStock(needs) => needs,
            _ => &[],
        }
    }

    /// Why the payment was refused, where that is why.
    #[must_use]
    pub fn decline(&self) -> Option<&Decline> {
        match self {
            Self::Declined(decline) => Some(decline),
            _ => None,
        }
    }
}

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::NotFound => Self::not_found(),
            CheckoutError::NotReady(_) => {
                Self::new(Kind::Conflict, "cart_not_ready", "Something is missing before you can check out.")
            }
            CheckoutError::OutOfStock(_) => {
                Self::new(Kind::Conflict, "out_of_stock", "Some of this has been sold meanwhile.")
            }
            CheckoutError::UsedUp(message) => Self::new(Kind::Conflict, "used_up", message),
            CheckoutError::Declined(decline) => {
                Self::new(Kind::PaymentRequired, "payment_declined", decline.message)
            }
            CheckoutError::Refused => Self::new(
                Kind::PaymentRequired,
                "payment_refused",
                "The payment could not be made. Please enter the card again.",
            ),
            CheckoutError::ProviderAway => Self::unavailable(),
            CheckoutError::Invalid(fields) => Self::invalid(fields),
            CheckoutError::Cart(error) => error.into(),
            CheckoutError::Payments(error) => error.into(),
            CheckoutError::Store(error) => error.into(),
        }
    }
}

/// Checks a cart out: makes its order and takes the money. Done again, it gives the same order.
pub async fn check_out(
    commerce: &Commerce,
    shopper: &Shopper,
    cart: CartId,
    asked: CheckOut,
) -> Result<Checkout, CheckoutError> {
    let Some(_turn) = commerce.begin_checkout(cart) else { return Err(CartError::Completing.into()) };
    if let Some(standing) = sweep::settle_standing(commerce, shopper, cart, asked.is_named).await? {
        return Ok(standing);
    }
    let opened = open::open(commerce, shopper, cart, &asked).await?;
    commerce.wake_jobs();
    numbering::number(commerce, shopper.shop.id, opened.order).await?;
    match opened.charge {
        None => settle::record_free(commerce, shopper.shop.id, opened.order).await?,
        Some(charge) => pay::charge(commerce, shopper.shop.id, charge).await?,
    }
    commerce.wake_jobs();
    let standing = state::find(commerce, shopper, cart).await?;
    Ok(Checkout { is_new: true, ..standing })
}

/// What a stored payment's status means to a client.
pub(crate) fn client_status(stored: &str) -> &'static str {
    match stored {
        pay::SUCCEEDED => "succeeded",
        pay::REQUIRES_ACTION => "requires_action",
        pay::PENDING | pay::PROCESSING | pay::UNKNOWN => "processing",
        _ => "failed",
    }
}
