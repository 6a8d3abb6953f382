//! A customer's sign-ins. Rule: the row is the session; deleting it is the logout, and nothing keeps a copy.

use diesel::prelude::*;
use domain::ids::{CustomerId, SessionId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::sessions;
use crate::tx::Tx;

/// One sign-in on one device.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields are the published ones or say themselves")]
pub struct Session {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub session_id: SessionId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub customer_id: CustomerId,
    /// SHA-256 of the token; the token itself is nowhere.
    pub token_hash: Vec<u8>,
    pub device: Option<String>,
    pub ip_address: String,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub last_used_at: Timestamp,
}

/// Begins a session.
pub fn insert(tx: &mut Tx<'_>, session: Session) -> Result<(), StoreError> {
    tx.insert(sessions::table, session)
}

/// The session with this id.
pub fn find(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>, StoreError> {
    tx.from(sessions::table)
        .with(|all| all.filter(sessions::session_id.eq(id.to_bytes())).select(Session::as_select()))
        .one()
}

/// A customer's sessions, the last used first.
pub fn list(tx: &mut Tx<'_>, customer: CustomerId, limit: i64) -> Result<Vec<Session>, StoreError> {
    tx.from(sessions::table)
        .with(|all| {
            all.filter(sessions::customer_id.eq(customer.to_bytes()))
                .order((sessions::last_used_at.desc(), sessions::session_id.desc()))
                .limit(limit)
                .select(Session::as_select())
        })
        .all()
}

/// Ends the session, if it is the customer's; tells whether there was one.
pub fn delete(tx: &mut Tx<'_>, customer: CustomerId, id: SessionId) -> Result<bool, StoreError> {
    let deleted = tx
        .from(sessions::table)
        .with(|all| {
            all.filter(sessions::session_id.eq(id.to_bytes()))
                .filter(sessions::customer_id.eq(customer.to_bytes()))
        })
        .delete()?;
    Ok(deleted > 0)
}

/// Ends all sessions of a customer, or all but one; tells how many there were.
pub fn delete_all(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    but: Option<SessionId>,
) -> Result<usize, StoreError> {
    let kept = but.map(SessionId::to_bytes).unwrap_or_default();
    tx.from(sessions::table)
        .with(|all| {
            all.filter(sessions::customer_id.eq(customer.to_bytes())).filter(sessions::session_id.ne(kept))
        })
        .delete()
}

/// Notes that a session was used. It may have ended meanwhile; then there is nothing to note.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.from(sessions::table)
        .with(|all| all.filter(sessions::session_id.eq(id.to_bytes())))
        .update(sessions::last_used_at.eq(now.as_micros()))
        .map(drop)
}

/// Ends the sessions last used before `idle_since` or begun before `begun_since`; tells how many.
pub fn delete_expired(
    tx: &mut Tx<'_>,
    idle_since: Timestamp,
    begun_since: Timestamp,
) -> Result<usize, StoreError> {
    tx.from(sessions::table)
        .with(|all| {
            all.filter(
                sessions::last_used_at
                    .lt(idle_since.as_micros())
                    .or(sessions::created_at.lt(begun_since.as_micros())),
            )
        })
        .delete()
}
