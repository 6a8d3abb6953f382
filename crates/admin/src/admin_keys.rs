//! GET and POST /admin-keys, DELETE /admin-keys/{keyId}.

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
    Always, BadBody, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::{DataBody, page};
use crate::identity::{AdminKeys, Staff};
use marzipan_http::fields::{line_schema, required};

/// An admin key, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000008",
    "name": "Accounting",
    "scopes": ["customers:read", "audit:read"],
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "revokedAt": null,
}))]
pub(crate) struct AdminKeyBody {
    #[schema(format = Uuid)]
    id: String,
    /// What staff call it.
    name: String,
    #[schema(value_type = Vec<ScopeWord>)]
    scopes: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was revoked.
    #[schema(required, format = DateTime)]
    revoked_at: Option<String>,
}

/// What a key may do; `*` is everything, also what later versions bring.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "documents the words that `Scope` reads and writes")]
pub(crate) enum ScopeWord {
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
    #[serde(rename = "products:read")]
    ProductsRead,
    #[serde(rename = "products:write")]
    ProductsWrite,
    #[serde(rename = "content:read")]
    ContentRead,
    #[serde(rename = "content:write")]
    ContentWrite,
    #[serde(rename = "messages:read")]
    MessagesRead,
    #[serde(rename = "messages:write")]
    MessagesWrite,
    #[serde(rename = "selling:read")]
    SellingRead,
    #[serde(rename = "selling:write")]
    SellingWrite,
    #[serde(rename = "orders:read")]
    OrdersRead,
    #[serde(rename = "orders:write")]
    OrdersWrite,
    #[serde(rename = "orders:refund")]
    OrdersRefund,
    #[serde(rename = "subscriptions:read")]
    SubscriptionsRead,
    #[serde(rename = "subscriptions:write")]
    SubscriptionsWrite,
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
}

impl From<AdminKeyEntry> for AdminKeyBody {
    fn from(entry: AdminKeyEntry) -> Self {
        let AdminKeyEntry { id, name, scopes, created_at, revoked_at } = entry;
        Self {
            id: id.to_string(),
            name,
            scopes,
            created_at: created_at.to_string(),
            revoked_at: revoked_at.map(|time| time.to_string()),
        }
    }
}

/// List admin keys.
///
/// Revoked ones too, the newest first. Their secrets were shown once; only hashes are kept.
#[utoipa::path(
    get,
    path = "/admin-keys",
    tag = "Admin keys",
    operation_id = "listAdminKeys",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the keys.", body = ListBody<AdminKeyBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<AdminKeys>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<AdminKeyBody>, ApiError> {
    let (keys, total) = tenants::admin_keys(&commerce, &who.shop, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, keys, total))
}

/// A key to issue.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "Accounting", "scopes": ["customers:read", "audit:read"]}))]
pub(crate) struct NewAdminKeyBody {
    /// What staff call it, to tell it from the others.
    #[schema(required, schema_with = line_schema)]
    name: Option<String>,
    /// What it may do: no more than whoever issues it.
    #[schema(required, value_type = Vec<ScopeWord>, min_items = 1)]
    scopes: Option<Vec<String>>,
}

impl NewAdminKeyBody {
    fn parse(self) -> Result<(Label, ScopeSet), FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", required(self.name.as_deref(), Label::parse));
        let scopes = fields.take("scopes", ScopeSet::parse(&self.scopes.unwrap_or_default()));
        name.zip(scopes).ok_or_else(|| fields.into_errors())
    }
}

/// An admin key with its secret.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000008",
    "name": "Accounting",
    "scopes": ["customers:read", "audit:read"],
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "revokedAt": null,
    "key": "mzk_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA",
}))]
pub(crate) struct IssuedKeyBody {
    #[serde(flatten)]
    entry: AdminKeyBody,
    /// The key, shown this once.
    key: String,
}

/// Issue an admin key.
///
/// The answer is the only place where the key is shown. It can do no more than whoever issues it.
#[utoipa::path(
    post,
    path = "/admin-keys",
    tag = "Admin keys",
    operation_id = "issueAdminKey",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewAdminKeyBody,
    responses(
        (status = 201, description = "Issued.", body = DataBody<IssuedKeyBody>),
        BadBody, Unauthenticated, Forbidden, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn issue(
    Staff { who, .. }: Staff<AdminKeys>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewAdminKeyBody>,
) -> Result<(StatusCode, Json<DataBody<IssuedKeyBody>>), ApiError> {
    let (name, scopes) = body.parse()?;
    let name = name.as_str().to_owned();
    let (entry, key) =
        tenants::issue_admin_key(&commerce, &who, name, scopes).await.map_err(Problem::from)?;
    let data = IssuedKeyBody { entry: entry.into(), key };
    Ok((StatusCode::CREATED, Json(DataBody { data })))
}

/// Revoke an admin key.
///
/// At once and on every node; what carries it is refused from then on.
#[utoipa::path(
    delete,
    path = "/admin-keys/{keyId}",
    tag = "Admin keys",
    operation_id = "revokeAdminKey",
    security(("adminAuth" = [])),
    params(("keyId" = String, Path, description = "The key's id.", format = Uuid)),
    responses(
        (status = 204, description = "Revoked."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn revoke(
    Staff { who, .. }: Staff<AdminKeys>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<AdminKeyId>,
) -> Result<StatusCode, ApiError> {
    tenants::revoke_admin_key(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use domain::tenants::Scope;
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn every_scope_is_documented() {
        let schema = serde_json::to_value(ScopeWord::schema()).expect("JSON");
        let mut known = vec!["*"];
        known.extend(Scope::ALL.map(Scope::as_str));
        assert_eq!(schema["enum"], serde_json::json!(known));
    }
}
