//! Sign-ins of staff. As with customers, the row is the session.

use diesel::prelude::*;
use domain::ids::{StaffId, StaffSessionId};
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::staff_sessions;
use crate::tx::Tx;

/// One sign-in of a member of staff.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct StaffSession {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub session_id: StaffSessionId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub staff_id: StaffId,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub last_used_at: Timestamp,
}

/// Begins a session.
pub fn insert(tx: &mut Tx<'_>, session: StaffSession) -> Result<(), StoreError> {
    tx.insert(staff_sessions::table, session)
}

/// Ends a session; tells whether there was one.
pub fn delete(tx: &mut Tx<'_>, id: StaffSessionId) -> Result<bool, StoreError> {
    let deleted = tx
        .from(staff_sessions::table)
        .with(|all| all.filter(staff_sessions::session_id.eq(id.to_bytes())))
        .delete()?;
    Ok(deleted > 0)
}

/// Ends all sessions of a member, or all but one.
pub fn delete_all(
    tx: &mut Tx<'_>,
    member: StaffId,
    but: Option<StaffSessionId>,
) -> Result<usize, StoreError> {
    let kept = but.map(StaffSessionId::to_bytes).unwrap_or_default();
    tx.from(staff_sessions::table)
        .with(|all| {
            all.filter(staff_sessions::staff_id.eq(member.to_bytes()))
                .filter(staff_sessions::session_id.ne(kept))
        })
        .delete()
}

/// Notes that a session was used.
pub fn touch(tx: &mut Tx<'_>, id: StaffSessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.from(staff_sessions::table)
        .with(|all| all.filter(staff_sessions::session_id.eq(id.to_bytes())))
        .update(staff_sessions::last_used_at.eq(now.as_micros()))
        .map(drop)
}

/// Ends the sessions last used before `idle_since` or begun before `begun_since`.
pub fn delete_expired(
    tx: &mut Tx<'_>,
    idle_since: Timestamp,
    begun_since: Timestamp,
) -> Result<usize, StoreError> {
    tx.from(staff_sessions::table)
        .with(|all| {
            all.filter(
                staff_sessions::last_used_at
                    .lt(idle_since.as_micros())
                    .or(staff_sessions::created_at.lt(begun_since.as_micros())),
            )
        })
        .delete()
}
