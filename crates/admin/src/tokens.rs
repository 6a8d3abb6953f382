//! GET and POST /tokens, DELETE /tokens/{tokenId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::tenants::{self, NewKey, StorefrontTokenEntry};
use domain::fields::{FieldErrors, Fields};
use domain::ids::StorefrontTokenId;
use domain::problem::Problem;
use domain::tenants::Label;
use domain::time::Timestamp;
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::{DataBody, page};
use crate::identity::{Staff, Tokens};
use marzipan_http::fields::{line_schema, required};

/// A storefront token, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000007",
    "name": "Web pages",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "expiresAt": null,
    "revokedAt": null,
}))]
pub(crate) struct TokenBody {
    #[schema(format = Uuid)]
    id: String,
    /// What staff call it.
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it ends; null where it has no end.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// When it was revoked.
    #[schema(required, format = DateTime)]
    revoked_at: Option<String>,
}

impl From<StorefrontTokenEntry> for TokenBody {
    fn from(entry: StorefrontTokenEntry) -> Self {
        let StorefrontTokenEntry { id, name, created_at, expires_at, revoked_at } = entry;
        Self {
            id: id.to_string(),
            name,
            created_at: created_at.to_string(),
            expires_at: expires_at.map(|time| time.to_string()),
            revoked_at: revoked_at.map(|time| time.to_string()),
        }
    }
}

/// List storefront tokens.
///
/// Revoked ones too, the newest first. Their secrets were shown once and are kept nowhere.
#[utoipa::path(
    get,
    path = "/tokens",
    tag = "Tokens",
    operation_id = "listTokens",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the tokens.", body = ListBody<TokenBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<Tokens>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<TokenBody>, ApiError> {
    let (tokens, total) = tenants::storefront_tokens(&commerce, &who.shop, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, tokens, total))
}

/// A token to issue.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"name": "Web pages", "expiresAt": "2031-01-01T00:00:00Z"}))]
pub(crate) struct NewTokenBody {
    /// What staff call it, to tell it from the others.
    #[schema(required, schema_with = line_schema)]
    name: Option<String>,
    /// When it ends; without an end if left out.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl NewTokenBody {
    fn parse(self) -> Result<NewKey, FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", required(self.name.as_deref(), Label::parse));
        let expires_at = fields.take_optional("expiresAt", self.expires_at.as_deref().map(Timestamp::parse));
        let Some(name) = name else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok(NewKey { name: name.as_str().to_owned(), expires_at })
    }
}

/// A storefront token with its secret.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000007",
    "name": "Web pages",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "expiresAt": "2031-01-01T00:00:00.000000Z",
    "revokedAt": null,
    "token": "eyJhbGciOiJFZERTQSJ9.eyJzY29wZSI6InN0b3JlZnJvbnQifQ.c2lnbmF0dXJl",
}))]
pub(crate) struct IssuedTokenBody {
    #[serde(flatten)]
    entry: TokenBody,
    /// The token, shown this once.
    token: String,
}

/// Issue a storefront token.
///
/// The answer is the only place where the token is shown.
#[utoipa::path(
    post,
    path = "/tokens",
    tag = "Tokens",
    operation_id = "issueToken",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewTokenBody,
    responses(
        (status = 201, description = "Issued.", body = DataBody<IssuedTokenBody>),
        BadBody, Unauthenticated, Forbidden, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn issue(
    Staff { who, .. }: Staff<Tokens>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewTokenBody>,
) -> Result<(StatusCode, Json<DataBody<IssuedTokenBody>>), ApiError> {
    let new = body.parse()?;
    let (entry, token) =
        tenants::issue_storefront_token(&commerce, &who.shop, who.actor, new).await.map_err(Problem::from)?;
    let data = IssuedTokenBody { entry: entry.into(), token };
    Ok((StatusCode::CREATED, Json(DataBody { data })))
}

/// Revoke a storefront token.
///
/// At once and on every node; what carries it is refused from then on.
#[utoipa::path(
    delete,
    path = "/tokens/{tokenId}",
    tag = "Tokens",
    operation_id = "revokeToken",
    security(("adminAuth" = [])),
    params(("tokenId" = String, Path, description = "The token's id.", format = Uuid)),
    responses(
        (status = 204, description = "Revoked."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn revoke(
    Staff { who, .. }: Staff<Tokens>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<StorefrontTokenId>,
) -> Result<StatusCode, ApiError> {
    tenants::revoke_storefront_token(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
