//! Who changed what: /audit-log.

use axum::extract::State;
use commerce::Commerce;
use commerce::audit::{self, AuditEntry};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::identity::{ReadAudit, Staff};
use crate::total;

/// An entry of the log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-00000000000d",
    "actor": {"kind": "staff", "id": "01926a3c-0000-7000-8000-000000000007", "name": "Ann Smith"},
    "action": "settings.update",
    "targetKind": "settings",
    "targetId": "01926a3c-0000-7000-8000-000000000000",
    "before": {"minimumAge": null},
    "after": {"minimumAge": 18},
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct EntryBody {
    #[schema(format = Uuid)]
    id: String,
    actor: ActorBody,
    action: String,
    target_kind: String,
    target_id: String,
    /// What it was; null where there was nothing, or the customer it tells of was erased.
    #[schema(required, value_type = Option<Object>)]
    before: Option<Value>,
    /// What it became.
    #[schema(required, value_type = Option<Object>)]
    after: Option<Value>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Who did it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActorBody {
    /// `staff`, `admin_key` or `command_line`.
    kind: String,
    #[schema(required, format = Uuid)]
    id: Option<String>,
    name: String,
}

impl From<AuditEntry> for EntryBody {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, actor, action, target_kind, target_id, before, after, created_at } = entry;
        Self {
            id: id.to_string(),
            actor: ActorBody { kind: actor.kind, id: actor.id.map(|id| id.to_string()), name: actor.name },
            action,
            target_kind,
            target_id,
            before,
            after,
            created_at: created_at.to_string(),
        }
    }
}

/// List the audit log.
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/audit-log",
    tag = "Shop",
    operation_id = "listAuditLog",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the log.", body = ListBody<EntryBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff(who, _): Staff<ReadAudit>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<EntryBody>, ApiError> {
    let (entries, count) =
        audit::list(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(paging.page_of(entries.into_iter().map(Into::into).collect(), total(count)))
}
