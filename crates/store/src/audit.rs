//! The audit log. Rule: an entry joins the transaction of the change it tells of, and is never changed; erasing a
//! customer takes the contents out of the entries about them.

use diesel::prelude::*;
use domain::ids::AuditId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::audit_log;
use crate::tx::Tx;

/// Who did what to what.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Entry {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub audit_id: AuditId,
    /// `staff`, `admin_key` or `command_line`.
    pub actor_kind: String,
    pub actor_id: Option<Vec<u8>>,
    pub actor_name: String,
    /// For example `settings.update`.
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    /// JSON.
    pub before: Option<String>,
    /// JSON.
    pub after: Option<String>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Adds an entry.
pub fn insert(tx: &mut Tx<'_>, entry: Entry) -> Result<(), StoreError> {
    tx.insert(audit_log::table, entry)
}

/// A page of the shop's log, newest first, and how many entries there are.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<Entry>, i64), StoreError> {
    let total = tx.from(audit_log::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(audit_log::table)
        .with(|all| {
            all.order((audit_log::created_at.desc(), audit_log::audit_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(Entry::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Takes what was and what became out of the entries about one thing.
pub fn redact(tx: &mut Tx<'_>, target_kind: &str, target_id: &str) -> Result<usize, StoreError> {
    tx.from(audit_log::table)
        .with(|all| {
            all.filter(audit_log::target_kind.eq(target_kind.to_owned()))
                .filter(audit_log::target_id.eq(target_id.to_owned()))
        })
        .update((audit_log::before.eq(None::<String>), audit_log::after.eq(None::<String>)))
}
