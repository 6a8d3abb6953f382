//! The people who run a shop: signing in (with a second factor), their roles, and what a key or a role may do.

mod identity;
mod members;
mod password;
mod sign_in;
mod totp;

use std::time::Duration;

use domain::fields::FieldErrors;
use domain::ids::StaffId;
use domain::problem::{Kind, Problem};
use domain::tenants::{Role, Scope};
use domain::time::Timestamp;
use serde::Serialize;
use store::StoreError;
use store::tenants::staff::Member;

use crate::HashingError;
use crate::accounts::AccountError;

pub use identity::{Administrator, authenticate};
pub use members::{MemberChange, NewMember, add, change, find, list, remove};
pub use password::change_password;
pub use sign_in::{SignIn, SignedInStaff, sign_in, sign_out};
pub use totp::{PendingTotp, begin as begin_totp, confirm as confirm_totp, remove as remove_totp};

/// A staff session ends this long after its last use: a working day, not a month as a shopper's.
pub const SESSION_IDLE: Duration = Duration::from_hours(12);
/// A staff session ends this long after it began.
pub const SESSION_LIFE: Duration = Duration::from_hours(168);

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The token or key is nobody's, was revoked, or has expired.
    #[error("the token is nobody's")]
    Unauthenticated,
    /// Wrong shop, address, password or code.
    #[error("wrong shop, address or password")]
    InvalidCredentials,
    /// The password is right; the code of the second factor is missing.
    #[error("the code of the second factor is missing")]
    TotpRequired,
    /// The code is wrong, too old, or was used before.
    #[error("the code of the second factor is wrong")]
    WrongCode,
    /// The role or key does not allow it.
    #[error("this needs the scope {0}")]
    Forbidden(Scope),
    /// Only a person with a sign-in can do this; a key can not.
    #[error("an admin key has no sign-in")]
    NotAPerson,
    /// A shop keeps at least one owner.
    #[error("the last owner can not go")]
    LastOwner,
    /// Only an owner makes or changes owners.
    #[error("only an owner makes owners")]
    OwnersOnly,
    /// The address has a sign-in already.
    #[error("the address has a sign-in already")]
    EmailTaken,
    /// The second factor is not in the state that this needs.
    #[error("the second factor is not in the state that this needs")]
    TotpState,
    /// No such member.
    #[error("not found")]
    NotFound,
    /// Too many failed attempts.
    #[error("too many attempts")]
    TooManyAttempts(Duration),
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The password threads.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for StaffError {
    /// What staff share with customers: delays and passwords.
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::TooManyAttempts(wait) => Self::TooManyAttempts(wait),
            AccountError::Invalid(fields) => Self::Invalid(fields),
            AccountError::Hashing(error) => Self::Hashing(error),
            AccountError::Store(error) => Self::Store(error),
            _ => Self::InvalidCredentials,
        }
    }
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Unauthenticated => Self::unauthenticated(),
            StaffError::InvalidCredentials => Self::new(
                Kind::SignInFailed,
                "invalid_credentials",
                "The shop, address, password or code is not right.",
            ),
            StaffError::TotpRequired => Self::new(
                Kind::SignInFailed,
                "totp_required",
                "Please give the code from your authenticator app.",
            ),
            StaffError::WrongCode => Self::new(
                Kind::Invalid(FieldErrors::one("code", "Is not right, or was used before.")),
                "invalid_code",
                "The code is not right.",
            ),
            StaffError::Forbidden(scope) => {
                Self::new(Kind::Forbidden, "forbidden", format!("This needs the permission `{scope}`."))
            }
            StaffError::NotAPerson => Self::new(
                Kind::Forbidden,
                "staff_sign_in_needed",
                "This is for people who have signed in; an admin key can not do it.",
            ),
            StaffError::LastOwner => {
                Self::new(Kind::Conflict, "last_owner", "A shop keeps at least one owner.")
            }
            StaffError::OwnersOnly => Self::new(
                Kind::Forbidden,
                "owners_only",
                "Only an owner can make, change or remove an owner.",
            ),
            StaffError::EmailTaken => {
                Self::new(Kind::Conflict, "email_taken", "This address has a sign-in already.")
            }
            StaffError::TotpState => Self::new(
                Kind::Conflict,
                "invalid_transition",
                "The second factor is not in the state that this needs.",
            ),
            StaffError::NotFound => Self::not_found(),
            StaffError::TooManyAttempts(wait) => Self::from(AccountError::TooManyAttempts(wait)),
            StaffError::Invalid(fields) => Self::invalid(fields),
            StaffError::Hashing(error) => error.into(),
            StaffError::Store(error) => error.into(),
        }
    }
}

/// A member of staff as others see them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MemberEntry {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub totp_enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl MemberEntry {
    fn of(row: &Member) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.staff_id,
            name: row.name.clone(),
            email: row.email.clone(),
            role: role_of(row)?,
            totp_enabled: row.totp_secret.is_some(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn role_of(row: &Member) -> Result<Role, StoreError> {
    Role::parse(&row.role).map_err(|_| StoreError::Broken(format!("the role of staff {}", row.staff_id)))
}
