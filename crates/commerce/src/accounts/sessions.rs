//! Signing out, and seeing where one is signed in.

use domain::ids::SessionId;
use domain::time::Timestamp;
use serde::Serialize;
use store::accounts::sessions as rows;

use super::identity::{is_live, live_session};
use super::{AccountError, SignedIn};
use crate::Commerce;
use crate::secrets::{OpaqueToken, hash_presented};

/// Sessions shown to their customer, the last used ones.
const SHOWN: i64 = 100;

/// Ends the session of the presented token. When this returns, the end is durable and every node refuses the token: the
/// session was its row, and the row is gone. Of two at once one finds it gone already.
///
/// # Errors
/// [`AccountError::Unauthenticated`] where the token has no live session.
pub async fn log_out(commerce: &Commerce, token: &str) -> Result<(), AccountError> {
    let hash = hash_presented(token, OpaqueToken::ACCOUNT).ok_or(AccountError::Unauthenticated)?;
    let system_now = commerce.system_now();
    commerce
        .store()
        .write_installation(move |tx| {
            let (tenant, _, session) =
                live_session(tx, &hash, system_now)?.ok_or(AccountError::Unauthenticated)?;
            let ended = rows::delete(&mut tx.tenant(tenant), session.customer_id, session.session_id)?;
            if ended { Ok(()) } else { Err(AccountError::Unauthenticated) }
        })
        .await
}

/// One sign-in, as its customer sees it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct SessionEntry {
    pub id: SessionId,
    pub device: Option<String>,
    pub ip_address: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub current: bool,
}

/// The customer's sign-ins, the last used first.
pub async fn sessions(commerce: &Commerce, who: &SignedIn) -> Result<Vec<SessionEntry>, AccountError> {
    let (customer, current, now) = (who.customer, who.session, who.now);
    let rows = commerce.store().read(who.tenant, move |tx| rows::list(tx, customer, SHOWN)).await?;
    Ok(rows
        .into_iter()
        .filter(|row| is_live(row, now))
        .map(|row| SessionEntry {
            current: row.session_id == current,
            id: row.session_id,
            device: row.device,
            ip_address: row.ip_address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        })
        .collect())
}

/// Ends one sign-in of the customer's.
pub async fn end_session(
    commerce: &Commerce,
    who: &SignedIn,
    session: SessionId,
) -> Result<(), AccountError> {
    let customer = who.customer;
    let ended = commerce.store().write(who.tenant, move |tx| rows::delete(tx, customer, session)).await?;
    if ended { Ok(()) } else { Err(AccountError::NotFound) }
}

/// Ends every sign-in of the customer's but this one.
pub async fn end_other_sessions(commerce: &Commerce, who: &SignedIn) -> Result<(), AccountError> {
    let (customer, current) = (who.customer, who.session);
    commerce.store().write(who.tenant, move |tx| rows::delete_all(tx, customer, Some(current))).await?;
    Ok(())
}
