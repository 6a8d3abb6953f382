//! Tokens that go out by mail. Rule: one is good once, for one purpose, until it expires; only its hash is stored.

use std::time::Duration;

use domain::accounts::Email;
use domain::ids::{CustomerId, RegistrationId};
use domain::time::Timestamp;
use store::accounts::mail_tokens::{self, MailToken};
use store::{StoreError, Tx};

use crate::Commerce;
use crate::secrets::{OpaqueToken, hash_presented};

/// What a mailed token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Proving the address of a new account.
    Verify,
    /// Proving an account's new address.
    ChangeEmail,
    /// Choosing a new password.
    Reset,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::ChangeEmail => "change_email",
            Self::Reset => "reset",
        }
    }

    /// How long it is good (issue: 60 minutes for a reset, 7 days for a proof).
    fn life(self) -> Duration {
        match self {
            Self::Verify | Self::ChangeEmail => Duration::from_hours(168),
            Self::Reset => Duration::from_hours(1),
        }
    }
}

/// Makes a token, keeps its hash, and gives it to be mailed. Older ones for the same purpose are withdrawn.
pub(super) fn issue(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    customer: CustomerId,
    purpose: Purpose,
    email: &Email,
) -> Result<String, StoreError> {
    mail_tokens::delete_all(tx, customer, &[purpose.as_str()])?;
    add(commerce, tx, now, customer, purpose, email, None)
}

/// Makes a token that proves the address of a new account and brings one registration into force. Others live beside it:
/// whoever registers with the same address must not take the first one's link away.
pub(super) fn issue_for_registration(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    customer: CustomerId,
    registration: Option<RegistrationId>,
    email: &Email,
) -> Result<String, StoreError> {
    add(commerce, tx, now, customer, Purpose::Verify, email, registration)
}

fn add(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    customer: CustomerId,
    purpose: Purpose,
    email: &Email,
    registration: Option<RegistrationId>,
) -> Result<String, StoreError> {
    let token = OpaqueToken::generate(commerce.chance(), OpaqueToken::MAIL);
    mail_tokens::insert(
        tx,
        MailToken {
            token_hash: token.hash(),
            customer_id: customer,
            purpose: purpose.as_str().to_owned(),
            email: email.as_str().to_owned(),
            created_at: now,
            expires_at: now.plus(purpose.life()),
            registration_id: registration.map(RegistrationId::to_bytes),
        },
    )?;
    Ok(token.reveal().to_owned())
}

/// Looks at a presented token, if it is good for one of these purposes.
pub(super) fn find(
    tx: &mut Tx<'_>,
    now: Timestamp,
    token: &str,
    purposes: &[Purpose],
) -> Result<Option<MailToken>, StoreError> {
    let Some(hash) = hash_presented(token, OpaqueToken::MAIL) else { return Ok(None) };
    let found = mail_tokens::find(tx, &hash)?;
    Ok(found
        .filter(|row| row.expires_at > now && purposes.iter().any(|purpose| purpose.as_str() == row.purpose)))
}

/// Uses a token up, together with all others of its customer for these purposes.
pub(super) fn use_up(tx: &mut Tx<'_>, token: &MailToken, purposes: &[Purpose]) -> Result<(), StoreError> {
    let names: Vec<&str> = purposes.iter().map(|purpose| purpose.as_str()).collect();
    mail_tokens::delete_all(tx, token.customer_id, &names).map(drop)
}
