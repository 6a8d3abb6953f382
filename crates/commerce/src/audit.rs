//! Who changed what in a shop, noted in the transaction of the change.

use domain::ids::{AdminKeyId, AuditId, StaffId};
use domain::time::Timestamp;
use serde::Serialize;
use store::{StoreError, Tx, audit};

use crate::{Commerce, Shop};

/// Who acts.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A member of staff.
    Staff {
        /// Their id.
        id: StaffId,
        /// Their name.
        name: String,
    },
    /// A program with an admin key.
    AdminKey {
        /// The key's id.
        id: AdminKeyId,
        /// The key's name.
        name: String,
    },
    /// A person at the server's command line.
    CommandLine,
}

impl Actor {
    /// Who it is, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Staff { name, .. } | Self::AdminKey { name, .. } => name,
            Self::CommandLine => "command line",
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Staff { .. } => "staff",
            Self::AdminKey { .. } => "admin_key",
            Self::CommandLine => "command_line",
        }
    }
}

/// A change to note.
pub struct Change<'a> {
    /// Such as `settings.update`.
    pub action: &'a str,
    /// The kind of thing, such as `customer`.
    pub target_kind: &'a str,
    /// Which one.
    pub target_id: String,
    /// What it was, as JSON.
    pub before: Option<serde_json::Value>,
    /// What it is now, as JSON.
    pub after: Option<serde_json::Value>,
}

/// Notes a change.
pub fn record(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    actor: &Actor,
    change: Change<'_>,
) -> Result<(), StoreError> {
    let (actor_id, actor_name) = match actor {
        Actor::Staff { id, name } => (Some(id.to_bytes()), name.clone()),
        Actor::AdminKey { id, name } => (Some(id.to_bytes()), name.clone()),
        Actor::CommandLine => (None, "command line".to_owned()),
    };
    audit::insert(
        tx,
        audit::Entry {
            audit_id: AuditId::new(commerce.chance().uuid(now)),
            actor_kind: actor.kind().to_owned(),
            actor_id,
            actor_name,
            action: change.action.to_owned(),
            target_kind: change.target_kind.to_owned(),
            target_id: change.target_id,
            before: change.before.map(|value| value.to_string()),
            after: change.after.map(|value| value.to_string()),
            created_at: now,
        },
    )
}

/// One entry as it is shown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the table")]
pub struct AuditEntry {
    pub id: AuditId,
    pub actor: AuditActor,
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
    pub created_at: Timestamp,
}

/// Who did it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the table")]
pub struct AuditActor {
    pub kind: String,
    pub id: Option<uuid::Uuid>,
    pub name: String,
}

/// A page of the shop's log, newest first, and how many entries there are.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<AuditEntry>, i64), StoreError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (rows, total) = audit::list(tx, offset, limit)?;
            Ok((rows.into_iter().map(shown).collect(), total))
        })
        .await
}

fn shown(row: audit::Entry) -> AuditEntry {
    let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    AuditEntry {
        id: row.audit_id,
        actor: AuditActor {
            kind: row.actor_kind,
            id: row.actor_id.and_then(|bytes| uuid::Uuid::from_slice(&bytes).ok()),
            name: row.actor_name,
        },
        action: row.action,
        target_kind: row.target_kind,
        target_id: row.target_id,
        before: json(row.before),
        after: json(row.after),
        created_at: row.created_at,
    }
}
