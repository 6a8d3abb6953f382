//! What people write to the shop, and who hears its news.
//!
//! Rule: nobody gets marketing mail who has not said so from the address itself, and whoever says no is not asked again:
//! `consent` is the one place that changes who gets it, together with what the customer's account says of it.

mod consent;
mod contact;
mod desk;
mod newsletter;
mod subscribers;
mod threads;

use std::time::Duration;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use domain::time::Timestamp;
use store::messaging::{opt_ins, subscribers as subscriber_rows};
use store::{StoreError, Tx};

use crate::accounts::AccountError;

pub(crate) use consent::{
    ExportedSubscription, address_changed, address_proved, consent_changed,
    exported as exported_subscription, forget, merge, wants_suppressed,
};
pub use contact::{NewMessage, add_message, own_thread, own_threads, write_message};
pub use desk::{
    ThreadChange, ThreadFilter, change_thread, remove_thread, reply, thread, threads as all_threads,
};
pub use newsletter::{NewSubscription, confirm, leaving, subscribe, unsubscribe, unsubscribe_by_link};
pub use subscribers::{
    NewSubscriber, SubscriberChange, SubscriberEntry, SubscriberFilter, add_subscriber, change_subscriber,
    remove_subscriber, subscriber, subscribers, subscribers_after, suppress, suppressions,
};
pub(crate) use threads::{ExportedThread, exported as exported_threads};
pub use threads::{MessageEntry, ThreadEntry};

/// Messages in one conversation, at the most.
pub const MOST_MESSAGES: usize = 200;

/// A wish for the newsletter waits so long for its confirmation.
const OPT_IN_LIFE: Duration = Duration::from_hours(168);

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum MessagingError {
    /// No such thing of this shop's, or of this customer's.
    #[error("not found")]
    NotFound,
    /// `If-Match` named another version.
    #[error("it was changed meanwhile")]
    Stale,
    /// The conversation has as many messages as one may have.
    #[error("the conversation is full")]
    ThreadFull,
    /// The address is on the list already.
    #[error("the address is on the list already")]
    AlreadySubscribed,
    /// The address wants no marketing mail, and only its owner can change that.
    #[error("the address is on the suppression list")]
    Suppressed,
    /// A mailed token is unknown, used, expired, or of another shop.
    #[error("the mailed token is not good")]
    InvalidToken,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// As for the customer.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MessagingError> for Problem {
    fn from(error: MessagingError) -> Self {
        match error {
            MessagingError::NotFound => Self::not_found(),
            MessagingError::Stale => {
                Self::new(Kind::Stale, "stale", "It was changed meanwhile. Please load it again.")
            }
            MessagingError::ThreadFull => Self::new(
                Kind::Conflict,
                "limit_reached",
                format!(
                    "A conversation can have no more than {MOST_MESSAGES} messages. Please begin a new one."
                ),
            ),
            MessagingError::AlreadySubscribed => {
                Self::new(Kind::Conflict, "already_subscribed", "This address is on the list already.")
            }
            MessagingError::Suppressed => Self::new(
                Kind::Conflict,
                "address_suppressed",
                "This address has asked for no more marketing mail; only its owner can ask for it again.",
            ),
            MessagingError::InvalidToken => Self::new(
                Kind::Invalid(FieldErrors::one("token", "Is not valid, was used, or has expired.")),
                "invalid_token",
                "This link is not valid any more.",
            ),
            MessagingError::Invalid(fields) => Self::invalid(fields),
            MessagingError::Account(error) => error.into(),
            MessagingError::Store(error) => error.into(),
        }
    }
}

/// Deletes what waited in vain for a confirmation.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    opt_ins::delete_expired(tx, now)?;
    subscriber_rows::delete_unconfirmed(tx, now.minus(OPT_IN_LIFE)).map(drop)
}
