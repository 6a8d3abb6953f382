//! A member of staff changing their own password.

use std::net::IpAddr;

use domain::accounts::PasswordText;
use domain::fields::FieldErrors;
use store::tenants::{staff, staff_sessions};

use super::{Administrator, StaffError};
use crate::Commerce;
use crate::accounts::check_guessable;
use crate::accounts::throttle::{self, Buckets};
use crate::audit::{self, Change};

/// Changes the caller's password and ends their other sessions.
pub async fn change_password(
    commerce: &Commerce,
    who: &Administrator,
    current: PasswordText,
    password: PasswordText,
    ip: IpAddr,
) -> Result<(), StaffError> {
    let (member, session) = who.person()?;
    let (shop, now) = (who.shop.clone(), who.shop.now);
    let buckets = Buckets::of(commerce, shop.id, &member.to_string(), ip, None);
    let asked = buckets.clone();
    let row = commerce
        .store()
        .write(shop.id, move |tx| {
            throttle::admit(tx, &asked, now)?;
            staff::find(tx, member)?.ok_or(StaffError::Unauthenticated)
        })
        .await?;
    let matches = commerce.passwords().verify(current, Some(row.password_hash.clone())).await?;
    commerce.store().write(shop.id, move |tx| throttle::settle(tx, &buckets, now, matches)).await?;
    if !matches {
        return Err(FieldErrors::one("currentPassword", "Is not your present password.").into());
    }
    check_guessable(commerce, password.clone(), [row.email, row.name]).await?;
    let hash = commerce.passwords().hash(password).await?;
    let (handle, actor, stored) = (commerce.clone(), who.actor.clone(), row.password_hash);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = staff::find(tx, member)?.ok_or(StaffError::Unauthenticated)?;
            if row.password_hash != stored {
                return Err(StaffError::Unauthenticated);
            }
            row.password_hash.clone_from(&hash);
            row.updated_at = now;
            staff::update(tx, row)?;
            staff_sessions::delete_all(tx, member, Some(session))?;
            let note = Change {
                action: "staff.password",
                target_kind: "staff",
                target_id: member.to_string(),
                before: None,
                after: None,
            };
            Ok(audit::record(&handle, tx, now, &actor, note)?)
        })
        .await
}
