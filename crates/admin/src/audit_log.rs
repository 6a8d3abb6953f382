//! GET /audit-log.

use axum::extract::State;
use commerce::Commerce;
use commerce::audit::{self, AuditActor, AuditEntry};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::page;
use crate::identity::{AuditRead, Staff};

/// One change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000005",
    "actor": {"kind": "staff", "id": "01926a3c-0000-7000-8000-000000000006", "name": "Olive Oak"},
    "action": "customer.update",
    "targetKind": "customer",
    "targetId": "01926a3c-0000-7000-8000-000000000001",
    "before": {"firstName": "Ann"},
    "after": {"firstName": "Anne"},
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct AuditBody {
    #[schema(format = Uuid)]
    id: String,
    actor: ActorBody,
    /// What was done, such as `customer.update`.
    action: String,
    /// To what kind of thing.
    target_kind: String,
    /// To which one.
    target_id: String,
    /// What it was; null for a new thing, and where a secret or an erased person would show.
    #[schema(required, value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    /// What it became; null for what is gone, and where a secret or an erased person would show.
    #[schema(required, value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Who made a change.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActorBody {
    #[schema(value_type = ActorKind)]
    kind: String,
    /// Null for the command line.
    #[schema(required, format = Uuid)]
    id: Option<String>,
    /// The name that they had then.
    name: String,
}

/// The sorts of those who make changes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words that the log has for an actor's kind")]
pub(crate) enum ActorKind {
    Staff,
    AdminKey,
    CommandLine,
}

impl From<AuditEntry> for AuditBody {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, actor, action, target_kind, target_id, before, after, created_at } = entry;
        let AuditActor { kind, id: actor_id, name } = actor;
        Self {
            id: id.to_string(),
            actor: ActorBody { kind, id: actor_id.map(|id| id.to_string()), name },
            action,
            target_kind,
            target_id,
            before,
            after,
            created_at: created_at.to_string(),
        }
    }
}

/// List changes.
///
/// Who did what to what in this shop, the newest first.
#[utoipa::path(
    get,
    path = "/audit-log",
    tag = "Audit log",
    operation_id = "listChanges",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the log.", body = ListBody<AuditBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<AuditRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<AuditBody>, ApiError> {
    let (entries, total) =
        audit::list(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(page(&paging, entries, total))
}
