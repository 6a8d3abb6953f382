//! The people who run a shop.

use diesel::prelude::*;
use domain::ids::StaffId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::staff;
use crate::tx::{Tx, exactly_one};

/// A member of staff.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = staff, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Member {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub staff_id: StaffId,
    pub email: String,
    pub name: String,
    pub role: String,
    pub password_hash: String,
    /// The confirmed TOTP secret, sealed.
    pub totp_secret: Option<Vec<u8>>,
    /// A TOTP secret that waits for its first code, sealed.
    pub totp_pending: Option<Vec<u8>>,
    /// The step of the last code that was used: no code is good twice (RFC 6238, section 5.2).
    pub totp_last_step: Option<i64>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The member with this id.
pub fn find(tx: &mut Tx<'_>, id: StaffId) -> Result<Option<Member>, StoreError> {
    tx.from(staff::table)
        .with(|all| all.filter(staff::staff_id.eq(id.to_bytes())).select(Member::as_select()))
        .one()
}

/// The member with this (normalised) address.
pub fn find_by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<Member>, StoreError> {
    tx.from(staff::table).with(|all| all.filter(staff::email.eq(email)).select(Member::as_select())).one()
}

/// How many members have this role.
pub fn count_role(tx: &mut Tx<'_>, role: &str) -> Result<i64, StoreError> {
    let count = tx.from(staff::table).with(|all| all.filter(staff::role.eq(role)).count()).one::<i64>()?;
    Ok(count.unwrap_or(0))
}

/// A page of the shop's staff, newest first, and how many there are.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<Member>, i64), StoreError> {
    let total = tx.from(staff::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(staff::table)
        .with(|all| {
            all.order((staff::created_at.desc(), staff::staff_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(Member::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Adds a member; [`StoreError::Duplicate`] where the address has a sign-in already.
pub fn insert(tx: &mut Tx<'_>, member: Member) -> Result<(), StoreError> {
    tx.insert(staff::table, member)
}

/// Writes a member's row anew.
pub fn update(tx: &mut Tx<'_>, member: Member) -> Result<(), StoreError> {
    let id = member.staff_id.to_bytes();
    exactly_one(tx.from(staff::table).with(|all| all.filter(staff::staff_id.eq(id))).update(member)?)
}

/// Removes a member, whose sessions must have ended; tells whether there was one.
pub fn delete(tx: &mut Tx<'_>, id: StaffId) -> Result<bool, StoreError> {
    let deleted = tx.from(staff::table).with(|all| all.filter(staff::staff_id.eq(id.to_bytes()))).delete()?;
    Ok(deleted > 0)
}
