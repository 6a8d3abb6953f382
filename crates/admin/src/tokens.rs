//! Storefront tokens: /tokens and /tokens/{tokenId}.

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
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, PathId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{ManageTokens, Staff};
use crate::{DataBody, total};

/// A storefront token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-00000000000a",
    "name": "Web site",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "expiresAt": null,
    "revokedAt": null,
}))]
pub(crate) struct TokenBody {
    /// The `jti` of the JWT.
    #[schema(format = Uuid)]
    id: String,
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
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
            expires_at: expires_at.map(|at| at.to_string()),
            revoked_at: revoked_at.map(|at| at.to_string()),
        }
    }
}

/// A token that was just issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedTokenBody {
    #[serde(flatten)]
    entry: TokenBody,
    /// The token, shown this once.
    token: String,
}

/// A token to issue.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"name": "Web site"}))]
pub(crate) struct NewTokenBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 100, pattern = "^[!-~][ -~]*$")]
    name: Option<String>,
    /// When it ends; it does not if this is left out.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl NewTokenBody {
    fn parse(self) -> Result<NewKey, FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", Label::parse(&self.name.unwrap_or_default()));
        let expires_at =
            fields.take_optional("expiresAt", self.expires_at.map(|text| Timestamp::parse(&text)));
        match name {
            Some(name) => {
                fields.finish()?;
                Ok(NewKey { name: name.as_str().to_owned(), expires_at })
            }
            None => Err(fields.into_errors()),
        }
    }
}

/// List storefront tokens.
///
/// Newest first, revoked ones included.
#[utoipa::path(
    get,
    path = "/tokens",
    tag = "Keys",
    operation_id = "listTokens",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the tokens.", body = ListBody<TokenBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff(who, _): Staff<ManageTokens>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<TokenBody>, ApiError> {
    let (tokens, count) = tenants::storefront_tokens(&commerce, &who.shop, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(paging.page_of(tokens.into_iter().map(Into::into).collect(), total(count)))
}

/// Issue a storefront token.
///
/// It travels in web pages and opens the storefront of this shop, nothing else.
#[utoipa::path(
    post,
    path = "/tokens",
    tag = "Keys",
    operation_id = "issueToken",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewTokenBody,
    responses(
        (status = 201, description = "Issued.", body = DataBody<IssuedTokenBody>, example = json!({"data": {
            "id": "01926a3c-0000-7000-8000-00000000000a",
            "name": "Web site",
            "createdAt": "2024-10-07T12:12:58.000000Z",
            "expiresAt": null,
            "revokedAt": null,
            "token": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl",
        }})),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn issue(
    Staff(who, _): Staff<ManageTokens>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewTokenBody>,
) -> Result<(StatusCode, Json<DataBody<IssuedTokenBody>>), ApiError> {
    let (entry, token) = tenants::issue_storefront_token(&commerce, &who.shop, who.actor, body.parse()?)
        .await
        .map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: IssuedTokenBody { entry: entry.into(), token } })))
}

/// Revoke a storefront token.
///
/// At once, on every node.
#[utoipa::path(
    delete,
    path = "/tokens/{tokenId}",
    tag = "Keys",
    operation_id = "revokeToken",
    security(("adminAuth" = [])),
    params(("tokenId" = String, Path, description = "The token's id.", format = Uuid)),
    responses((status = 204, description = "Revoked."), Unauthenticated, Forbidden, NotFound, Always)
)]
pub(crate) async fn revoke(
    Staff(who, _): Staff<ManageTokens>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<StorefrontTokenId>,
) -> Result<StatusCode, ApiError> {
    tenants::revoke_storefront_token(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
