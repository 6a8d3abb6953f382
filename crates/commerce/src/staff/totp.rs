//! The second factor: time-based one-time passwords (RFC 6238; SHA-1, six digits, 30 seconds: what every app knows).
//!
//! Codes go by the system's clock even in test-mode shops, because the authenticator app does. A code is good once.

use domain::ids::StaffId;
use store::StoreError;
use store::tenants::staff::{self, Member};
use totp_rs::{Builder, Totp};

use super::{Administrator, StaffError};
use crate::audit::{self, Change};
use crate::{Commerce, Shop};

/// A secret that waits for its first code.
pub struct PendingTotp {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an `otpauth://` address, to be shown as a QR code.
    pub otpauth_url: String,
}

fn build(secret: &[u8], shop: &str, email: &str) -> Result<Totp, StaffError> {
    Builder::new()
        .with_secret(secret.to_vec())
        // A colon would end the issuer's part of the label.
        .with_issuer(Some(shop.replace(':', " ")))
        .with_account_name(email.replace(':', " "))
        .build()
        .map_err(|error| StaffError::Store(StoreError::Broken(format!("a TOTP secret: {error}"))))
}

fn seal_context(member: StaffId) -> String {
    format!("totp {member}")
}

fn open(commerce: &Commerce, member: &Member, sealed: &[u8]) -> Result<Totp, StaffError> {
    let secret = commerce
        .secrets()
        .open(&seal_context(member.staff_id), sealed)
        .map_err(|error| StoreError::Broken(error.to_string()))?;
    build(&secret, "shop", &member.email)
}

/// Accepts a code that is right now and was not used before, and remembers its step.
fn accept(commerce: &Commerce, row: &mut Member, totp: &Totp, code: &str) -> bool {
    let seconds = commerce.system_now().as_unix_millis() / 1000;
    let step = totp.check(code, seconds).and_then(|step| i64::try_from(step).ok());
    match step {
        Some(step) if row.totp_last_step.is_none_or(|last| step > last) => {
            row.totp_last_step = Some(step);
            true
        }
        _ => false,
    }
}

/// Checks the second factor of somebody whose password was right.
pub(super) fn check_at_sign_in(
    commerce: &Commerce,
    row: &mut Member,
    code: Option<&str>,
) -> Result<(), StaffError> {
    let Some(sealed) = row.totp_secret.clone() else { return Ok(()) };
    let code = code.ok_or(StaffError::TotpRequired)?;
    let totp = open(commerce, row, &sealed)?;
    if accept(commerce, row, &totp, code) { Ok(()) } else { Err(StaffError::InvalidCredentials) }
}

/// Makes a new secret for the caller. It counts once a code of it is confirmed.
pub async fn begin(commerce: &Commerce, who: &Administrator) -> Result<PendingTotp, StaffError> {
    let (member, _) = who.person()?;
    let (handle, shop) = (commerce.clone(), who.shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = staff::find(tx, member)?.ok_or(StaffError::Unauthenticated)?;
            if row.totp_secret.is_some() {
                return Err(StaffError::TotpState);
            }
            let secret: [u8; 20] = handle.chance().bytes();
            let totp = build(&secret, shop.settings.name.as_str(), &row.email)?;
            row.totp_pending = Some(handle.secrets().seal(handle.chance(), &seal_context(member), &secret));
            staff::update(tx, row)?;
            let otpauth_url = totp.to_url().map_err(|error| {
                StaffError::Store(StoreError::Broken(format!("an otpauth address: {error}")))
            })?;
            Ok(PendingTotp { secret: secret_in(&otpauth_url), otpauth_url })
        })
        .await
}

/// The secret's base 32 form as the address carries it.
fn secret_in(otpauth_url: &str) -> String {
    url::Url::parse(otpauth_url)
        .ok()
        .and_then(|url| {
            url.query_pairs().find(|(name, _)| name == "secret").map(|(_, value)| value.into_owned())
        })
        .unwrap_or_default()
}

/// Confirms the waiting secret with its first code; from now on it is asked for at sign-in.
pub async fn confirm(commerce: &Commerce, who: &Administrator, code: String) -> Result<(), StaffError> {
    let (member, _) = who.person()?;
    change(commerce, who, member, "staff.totp-enable", move |handle, row| {
        let sealed = row.totp_pending.clone().ok_or(StaffError::TotpState)?;
        let totp = open(handle, row, &sealed)?;
        if !accept(handle, row, &totp, &code) {
            return Err(StaffError::WrongCode);
        }
        row.totp_secret = row.totp_pending.take();
        Ok(())
    })
    .await
}

/// Removes the second factor, against a code of it.
pub async fn remove(commerce: &Commerce, who: &Administrator, code: String) -> Result<(), StaffError> {
    let (member, _) = who.person()?;
    change(commerce, who, member, "staff.totp-disable", move |handle, row| {
        let sealed = row.totp_secret.clone().ok_or(StaffError::TotpState)?;
        let totp = open(handle, row, &sealed)?;
        if !accept(handle, row, &totp, &code) {
            return Err(StaffError::WrongCode);
        }
        row.totp_secret = None;
        Ok(())
    })
    .await
}

async fn change<F>(
    commerce: &Commerce,
    who: &Administrator,
    member: StaffId,
    action: &'static str,
    change: F,
) -> Result<(), StaffError>
where
    F: Fn(&Commerce, &mut Member) -> Result<(), StaffError> + Send + 'static,
{
    let (handle, shop, actor) = (commerce.clone(), Shop::clone(&who.shop), who.actor.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = staff::find(tx, member)?.ok_or(StaffError::Unauthenticated)?;
            change(&handle, &mut row)?;
            row.updated_at = shop.now;
            staff::update(tx, row)?;
            let note = Change {
                action,
                target_kind: "staff",
                target_id: member.to_string(),
                before: None,
                after: None,
            };
            Ok(audit::record(&handle, tx, shop.now, &actor, note)?)
        })
        .await
}
