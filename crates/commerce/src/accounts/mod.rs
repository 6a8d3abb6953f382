//! Customers' accounts: registering, proving an address, signing in and out, details, passwords, addresses.
//!
//! Rule: nothing here tells a stranger whether an address has an account.

mod addresses;
mod details;
mod erasing;
mod exporting;
mod identity;
mod login;
mod mail_tokens;
mod password;
mod register;
mod sessions;
pub(crate) mod throttle;
mod verify;
pub(crate) mod visits;

use std::net::IpAddr;
use std::time::Duration;

use domain::accounts::{BirthDate, DeviceName, Email, Marketing};
use domain::fields::FieldErrors;
use domain::ids::CustomerId;
use domain::problem::{Kind, Problem};
use domain::tenants::MinimumAge;
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use serde::Serialize;
use store::accounts::customers::{self, Customer};
use store::{StoreError, Tx, subscriptions};

use crate::{Commerce, HashingError, webhooks};

pub(crate) use addresses::address_of;
pub use addresses::{AddressEntry, add_address, addresses, change_address, remove_address};
pub(crate) use details::apply as apply_change;
pub use details::{DetailsChange, change_details, details};
pub(crate) use erasing::erase;
pub use erasing::erase_own;
pub use exporting::{Export, export};
pub(crate) use identity::contact_of;
pub use identity::{Shopper, SignedIn, Visit, authenticate, authenticate_shopper};
pub use login::{LogIn, LoggedIn, log_in};
pub use password::{ChangePassword, ResetPassword, change_password, request_reset, reset_password};
pub(crate) use register::check_guessable;
pub use register::{Register, register};
pub use sessions::{SessionEntry, end_other_sessions, end_session, log_out, sessions};
pub use verify::{resend_verification, verify};
pub use visits::{Glance, authenticate_visit, glance, shop_named_by};

/// A session ends this long after its last use (contract, section 1).
pub const SESSION_IDLE: Duration = Duration::from_hours(720);
/// A session ends this long after it began, used or not (contract, section 1).
pub const SESSION_LIFE: Duration = Duration::from_hours(4320);

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its network address.
    pub ip: IpAddr,
    /// What it calls itself.
    pub device: Option<DeviceName>,
}

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The token is nobody's, or its session has ended.
    #[error("the token is nobody's")]
    Unauthenticated,
    /// Wrong address or password; which of them is not told.
    #[error("wrong address or password")]
    InvalidCredentials,
    /// The password is right, and the address is not proved yet.
    #[error("the address is not verified")]
    EmailUnverified,
    /// Too many failed attempts; come back after this long.
    #[error("too many attempts")]
    TooManyAttempts(Duration),
    /// A mailed token is unknown, used, expired, or good for something else.
    #[error("the mailed token is not good")]
    InvalidToken,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// No such thing of this customer's.
    #[error("not found")]
    NotFound,
    /// An order of the customer's is not finished.
    #[error("an order is not finished")]
    OrderUnfinished,
    /// The customer has as many of these as a customer may have.
    #[error("the limit of {0} is reached")]
    LimitReached(usize),
    /// The password threads.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unauthenticated => Self::unauthenticated(),
            AccountError::InvalidCredentials => Self::new(
                Kind::SignInFailed,
                "invalid_credentials",
                "The e-mail address or the password is not right.",
            ),
            AccountError::EmailUnverified => Self::new(
                Kind::Forbidden,
                "email_unverified",
                "Please confirm your e-mail address first: we have sent you a link.",
            ),
            AccountError::TooManyAttempts(wait) => Self::new(
                Kind::TooMany(wait),
                "too_many_attempts",
                "Too many attempts. Please wait a moment and try again.",
            ),
            AccountError::InvalidToken => Self::new(
                Kind::Invalid(FieldErrors::one("token", "Is not valid, was used, or has expired.")),
                "invalid_token",
                "This link is not valid any more. Please ask for a new one.",
            ),
            AccountError::Invalid(fields) => Self::invalid(fields),
            AccountError::NotFound => Self::not_found(),
            AccountError::LimitReached(limit) => Self::new(
                Kind::Conflict,
                "limit_reached",
                format!("There can be no more than {limit} of these. Please remove one first."),
            ),
            AccountError::OrderUnfinished => Self::new(
                Kind::Conflict,
                "order_unfinished",
                "An order is still on its way. Please wait until it has been sent, or ask the shop to cancel it.",
            ),
            AccountError::Hashing(error) => error.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<HashingError> for Problem {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::unavailable(),
            HashingError::Broken => Self::internal(error),
        }
    }
}

/// A customer as they see themselves: the published keys first, in the published order, then our own.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Details {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: Option<String>,
    pub marketing: Marketing,
    pub id: CustomerId,
    pub email_verified: bool,
    pub date_of_birth: Option<String>,
    pub is_subscriber: bool,
    pub created_at: Timestamp,
}

impl Details {
    /// What stands in the row; whether the customer subscribes stands elsewhere.
    pub(crate) fn of(row: &Customer, is_subscriber: bool) -> Self {
        Self {
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            email: row.email.clone().unwrap_or_default(),
            phone: row.phone.clone(),
            marketing: Marketing::from_stored(&row.marketing),
            id: row.customer_id,
            email_verified: row.email_verified_at.is_some(),
            date_of_birth: row.date_of_birth.clone(),
            is_subscriber,
            created_at: row.created_at,
        }
    }
}

/// A customer's details within a transaction.
pub(crate) fn details_of(tx: &mut Tx<'_>, row: &Customer) -> Result<Details, StoreError> {
    Ok(Details::of(row, subscriptions::is_subscriber(tx, row.customer_id)?))
}

/// Tells other programs of a customer who is new or was changed; the caller wakes the jobs.
pub(crate) fn tell(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    kind: EventKind,
    details: &Details,
) -> Result<(), StoreError> {
    let data = serde_json::to_value(details).map_err(|error| StoreError::Broken(error.to_string()))?;
    webhooks::emit(commerce, tx, now, kind, data)
}

/// The customer behind a session, within a transaction that changes something of theirs. A request that was under way
/// while they were erased must not write anything personal again.
pub(crate) fn present(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Customer, AccountError> {
    customers::find(tx, customer)?.filter(|row| row.erased_at.is_none()).ok_or(AccountError::Unauthenticated)
}

/// The stored address of a customer that has not been erased.
pub(crate) fn email_of(row: &Customer) -> Result<Email, StoreError> {
    let stored = row.email.as_deref().unwrap_or_default();
    Email::parse(stored)
        .map_err(|_| StoreError::Broken(format!("the address of customer {}", row.customer_id)))
}

/// The shop's minimum age, where it has one: then a date of birth is needed, and old enough.
pub(crate) fn check_age(
    minimum: Option<MinimumAge>,
    birth: Option<&BirthDate>,
    today: jiff::civil::Date,
) -> Result<(), FieldErrors> {
    let Some(minimum) = minimum else { return Ok(()) };
    match birth {
        None => Err(FieldErrors::one("dateOfBirth", "Is required: this shop sells to adults only.")),
        Some(birth) if birth.age_on(today) < minimum.years() => Err(FieldErrors::one(
            "dateOfBirth",
            format!("You must be at least {} years old.", minimum.years()),
        )),
        Some(_) => Ok(()),
    }
}
