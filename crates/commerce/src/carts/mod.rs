//! Carts. Rule: a cart is never wrong silently: what changed since something was put in is told as a warning, and what stands
//! between the cart and its checkout as a requirement.

mod basket;
mod change;
mod claim;
mod codes;
mod contact;
mod goods;
mod items;
mod needs;
mod tending;
mod view;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use store::StoreError;

pub(crate) use basket::{Loaded, Occasion, customer_key, load, load_for};
pub(crate) use change::{contents_of, owner, store_contents, visible, writable};
pub use change::{create, delete, find};
pub(crate) use claim::take_over_at_login;
pub use claim::{claim, current};
pub use codes::{add_discount, add_gift_card, redeem_points, remove_discount, remove_gift_card};
pub use contact::{
    AddressesForm, ContactForm, Messages, set_addresses, set_contact, set_messages, set_shipping_method,
    shipping_methods,
};
pub(crate) use goods::{Good, Goods, Taken};
pub(crate) use items::read_picks;
pub use items::{BoxesForm, GiftForm, ItemChange, NewItem, PickForm, add_item, change_item, remove_item};
pub(crate) use needs::{box_need, left_message, needs};
pub(crate) use tending::tend;
pub(crate) use view::chosen;
pub use view::{
    AppliedDiscount, AppliedGiftCard, CartItem, CartView, ChosenOption, Notice, ShippingChoice, TakenMethod,
};

/// Why a cart was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum CartError {
    /// No such cart, line or code.
    #[error("not found")]
    NotFound,
    /// `If-Match` named another version.
    #[error("the cart was changed meanwhile")]
    Stale,
    /// It is being paid for.
    #[error("the cart is being paid for")]
    Completing,
    /// It has become an order.
    #[error("the cart has become an order")]
    Completed,
    /// It was left too long.
    #[error("the cart has expired")]
    Expired,
    /// It has no room for more.
    #[error("the cart is full")]
    Full(&'static str),
    /// Less is left than was asked for.
    #[error("out of stock")]
    OutOfStock(String),
    /// A code that does not count here, with the reason for the shopper.
    #[error("the code does not count: {1}")]
    Code(&'static str, String),
    /// The shop runs no such thing, such as a programme of rewards.
    #[error("not offered here")]
    NotOffered,
    /// The caller has to be signed in.
    #[error("the token is not a customer's")]
    Unauthenticated,
    /// A box that its package does not allow.
    #[error("the box is not allowed: {0}")]
    Box(&'static str, FieldErrors),
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CartError> for Problem {
    fn from(error: CartError) -> Self {
        match error {
            CartError::NotFound | CartError::NotOffered => Self::not_found(),
            CartError::Stale => {
                Self::new(Kind::Stale, "stale", "The cart was changed meanwhile. Please load it again.")
            }
            CartError::Completing => Self::new(
                Kind::Conflict,
                "cart_completing",
                "This cart is being paid for. Please finish the payment, or wait ten minutes.",
            ),
            CartError::Completed => Self::new(
                Kind::Conflict,
                "cart_completed",
                "This cart has become an order. Please start a new one.",
            ),
            CartError::Expired => {
                Self::new(Kind::Conflict, "cart_expired", "This cart has expired. Please start a new one.")
            }
            CartError::Full(reason) => Self::new(Kind::Conflict, "cart_full", reason),
            CartError::OutOfStock(message) => Self::new(Kind::Conflict, "out_of_stock", message),
            CartError::Code(code, message) => {
                Self::new(Kind::Invalid(FieldErrors::one("code", message.clone())), code, message)
            }
            CartError::Unauthenticated => Self::unauthenticated(),
            CartError::Box(code, fields) => {
                Self::new(Kind::Invalid(fields), code, "The box can not be made so.")
            }
            CartError::Invalid(fields) => Self::invalid(fields),
            CartError::Store(error) => error.into(),
        }
    }
}
