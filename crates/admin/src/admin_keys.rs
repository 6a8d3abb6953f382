//! Keys for programs: /admin-keys and /admin-keys/{keyId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::tenants::{self, AdminKeyEntry};
use domain::fields::{FieldErrors, Fields};
use domain::ids::AdminKeyId;
use domain::problem::Problem;
use domain::tenants::{Label, ScopeSet};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, PathId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{ManageKeys, Staff};
use crate::{DataBody, total};

/// A permission; `*` means all.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "documents the words that `ScopeSet` reads and writes")]
pub(crate) enum ScopeName {
    #[serde(rename = "*")]
    All,
    #[serde(rename = "customers:read")]
    CustomersRead,
    #[serde(rename = "customers:write")]
    CustomersWrite,
    #[serde(rename = "tokens")]
    Tokens,
    #[serde(rename = "staff")]
    Staff,
    #[serde(rename = "settings:read")]
    SettingsRead,
    #[serde(rename = "settings:write")]
    SettingsWrite,
    #[serde(rename = "outbox:read")]
    OutboxRead,
    #[serde(rename = "audit:read")]
    AuditRead,
    #[serde(rename = "test-clock")]
    TestClock,
    #[serde(rename = "admin-keys")]
    AdminKeys,
}

/// An admin key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-00000000000b",
    "name": "Warehouse",
    "scopes": ["customers:read"],
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "revokedAt": null,
}))]
pub(crate) struct KeyBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(required, format = DateTime)]
    revoked_at: Option<String>,
}

impl From<AdminKeyEntry> for KeyBody {
    fn from(entry: AdminKeyEntry) -> Self {
        let AdminKeyEntry { id, name, scopes, created_at, revoked_at } = entry;
        Self {
            id: id.to_string(),
            name,
            scopes,
            created_at: created_at.to_string(),
            revoked_at: revoked_at.map(|at| at.to_string()),
        }
    }
}

/// A key that was just issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedKeyBody {
    #[serde(flatten)]
    entry: KeyBody,
    /// The key, shown this once.
    key: String,
}

/// A key to issue.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "Warehouse", "scopes": ["customers:read"]}))]
pub(crate) struct NewKeyBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 100, pattern = "^[!-~][ -~]*$")]
    name: Option<String>,
    #[schema(required, value_type = Vec<ScopeName>, min_items = 1)]
    scopes: Option<Vec<String>>,
}

impl NewKeyBody {
    fn parse(self) -> Result<(Label, ScopeSet), FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", Label::parse(&self.name.unwrap_or_default()));
        let scopes = fields.take("scopes", ScopeSet::parse(&self.scopes.unwrap_or_default()));
        match (name, scopes) {
            (Some(name), Some(scopes)) => Ok((name, scopes)),
            _ => Err(fields.into_errors()),
        }
    }
}

/// List admin keys.
///
/// Newest first, revoked ones included.
#[utoipa::path(
    get,
    path = "/admin-keys",
    tag = "Keys",
    operation_id = "listAdminKeys",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the keys.", body = ListBody<KeyBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff(who, _): Staff<ManageKeys>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<KeyBody>, ApiError> {
    let (keys, count) = tenants::admin_keys(&commerce, &who.shop, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(paging.page_of(keys.into_iter().map(Into::into).collect(), total(count)))
}

/// Issue an admin key.
///
/// For a program. It may do what its scopes name, and nothing that its issuer may not.
#[utoipa::path(
    post,
    path = "/admin-keys",
    tag = "Keys",
    operation_id = "issueAdminKey",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewKeyBody,
    responses(
        (status = 201, description = "Issued.", body = DataBody<IssuedKeyBody>, example = json!({"data": {
            "id": "01926a3c-0000-7000-8000-00000000000b",
            "name": "Warehouse",
            "scopes": ["customers:read"],
            "createdAt": "2024-10-07T12:12:58.000000Z",
            "revokedAt": null,
            "key": "mzk_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA",
        }})),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn issue(
    Staff(who, _): Staff<ManageKeys>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewKeyBody>,
) -> Result<(StatusCode, Json<DataBody<IssuedKeyBody>>), ApiError> {
    let (name, scopes) = body.parse()?;
    who.may_grant(&scopes).map_err(Problem::from)?;
    let (entry, key) =
        tenants::issue_admin_key(&commerce, &who.shop, who.actor, name.as_str().to_owned(), scopes)
            .await
            .map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: IssuedKeyBody { entry: entry.into(), key } })))
}

/// Revoke an admin key.
///
/// At once, on every node.
#[utoipa::path(
    delete,
    path = "/admin-keys/{keyId}",
    tag = "Keys",
    operation_id = "revokeAdminKey",
    security(("adminAuth" = [])),
    params(("keyId" = String, Path, description = "The key's id.", format = Uuid)),
    responses((status = 204, description = "Revoked."), Unauthenticated, Forbidden, NotFound, Always)
)]
pub(crate) async fn revoke(
    Staff(who, _): Staff<ManageKeys>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<AdminKeyId>,
) -> Result<StatusCode, ApiError> {
    tenants::revoke_admin_key(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
