//! Staff signing in and out. As with customers, nothing tells whether a shop or an address exists.

use domain::accounts::{Email, PasswordText};
use domain::ids::StaffSessionId;
use domain::time::Timestamp;
use std::net::IpAddr;
use store::Tx;
use store::tenants::staff::{self, Member};
use store::tenants::staff_sessions::{self, StaffSession};

use super::{Administrator, MemberEntry, SESSION_IDLE, StaffError, totp};
use crate::accounts::throttle::{self, Buckets};
use crate::secrets::OpaqueToken;
use crate::tenants::{self, TenantError};
use crate::{Commerce, Shop};

/// An attempt to sign in.
#[derive(Clone)]
pub struct SignIn {
    /// The shop's slug.
    pub shop: String,
    /// The member's address.
    pub email: Email,
    /// The password as it was typed.
    pub password: PasswordText,
    /// The code of the second factor.
    pub code: Option<String>,
    /// Where it comes from.
    pub ip: IpAddr,
}

/// A new staff session.
pub struct SignedInStaff {
    /// The token, shown this once.
    pub token: String,
    /// When the session ends if it is not used.
    pub expires_at: Timestamp,
    /// Who signed in.
    pub member: MemberEntry,
}

/// Signs a member of staff in.
pub async fn sign_in(commerce: &Commerce, attempt: SignIn) -> Result<SignedInStaff, StaffError> {
    let shop = match tenants::find(commerce, &attempt.shop).await {
        Ok(shop) => shop,
        Err(TenantError::NoSuchShop(_)) => {
            commerce.passwords().verify(attempt.password, None).await?;
            return Err(StaffError::InvalidCredentials);
        }
        Err(TenantError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(StaffError::InvalidCredentials),
    };
    let account = format!("staff {}", attempt.email.as_str());
    let buckets = Buckets::of(commerce, shop.id, &account, attempt.ip, None);
    let (asked, email, now) = (buckets.clone(), attempt.email.clone(), shop.now);
    let member = commerce
        .store()
        .write(shop.id, move |tx| {
            throttle::admit(tx, &asked, now)?;
            Ok::<_, StaffError>(staff::find_by_email(tx, email.as_str())?)
        })
        .await?;
    let stored = member.as_ref().map(|row| row.password_hash.clone());
    let matches = commerce.passwords().verify(attempt.password.clone(), stored.clone()).await?;
    let (Some(member), Some(stored), true) = (member, stored, matches) else {
        commerce.store().write(shop.id, move |tx| throttle::failed(tx, &buckets, now)).await?;
        return Err(StaffError::InvalidCredentials);
    };
    let better = commerce.passwords().rehash_if_outdated(&stored, attempt.password).await?;
    let handle = commerce.clone();
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = staff::find(tx, member.staff_id)?.ok_or(StaffError::InvalidCredentials)?;
            if row.password_hash != stored {
                return Err(StaffError::InvalidCredentials);
            }
            // A wrong code leaves the attempt counted as a failure, and the transaction keeps that.
            if let Err(refused) = totp::check_at_sign_in(&handle, &mut row, attempt.code.as_deref()) {
                if matches!(refused, StaffError::InvalidCredentials) {
                    throttle::failed(tx, &buckets, now)?;
                }
                return Ok(Err(refused));
            }
            throttle::succeeded(tx, &buckets, now)?;
            if let Some(better) = &better {
                row.password_hash.clone_from(better);
            }
            staff::update(tx, row.clone())?;
            begin(&handle, tx, &shop, &row).map(Ok)
        })
        .await?
}

fn begin(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    member: &Member,
) -> Result<SignedInStaff, StaffError> {
    let token = OpaqueToken::generate(commerce.chance(), OpaqueToken::STAFF);
    staff_sessions::insert(
        tx,
        StaffSession {
            session_id: StaffSessionId::new(commerce.chance().uuid(shop.now)),
            staff_id: member.staff_id,
            token_hash: token.hash(),
            created_at: shop.now,
            last_used_at: shop.now,
        },
    )?;
    Ok(SignedInStaff {
        token: token.reveal().to_owned(),
        expires_at: shop.now.plus(SESSION_IDLE),
        member: MemberEntry::of(member)?,
    })
}

/// Ends the caller's staff session.
pub async fn sign_out(commerce: &Commerce, who: &Administrator) -> Result<(), StaffError> {
    let (_, session) = who.person()?;
    let ended = commerce.store().write(who.shop.id, move |tx| staff_sessions::delete(tx, session)).await?;
    if ended { Ok(()) } else { Err(StaffError::Unauthenticated) }
}
