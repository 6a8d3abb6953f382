//! GET /redirects.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::content;
use domain::fields::FieldErrors;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Invalid, NotFound, NotModified, Unauthenticated};
use marzipan_http::{ApiError, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::Shopper;

/// Where an old address leads.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"from": "/pages/our-story", "to": "/pages/about", "status": 301}))]
pub(crate) struct RedirectBody {
    from: String,
    /// A path of the shop's site, or an address elsewhere.
    to: String,
    /// 301, 302, 307 or 308.
    status: i64,
}

/// Which address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The path that was asked for on the shop's site.
    #[param(value_type = String, min_length = 1, max_length = 500, example = "/pages/our-story")]
    path: Option<String>,
}

/// Find a redirect.
///
/// For a site that has nothing at an address: where it leads now, in one step.
#[utoipa::path(
    get,
    path = "/redirects",
    tag = "CMS",
    operation_id = "findRedirect",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(Asked),
    responses(
        (status = 200, description = "The redirect.", body = RedirectBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn find(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Query(Asked { path }): Query<Asked>,
) -> Result<Json<RedirectBody>, ApiError> {
    let path = path.ok_or_else(|| FieldErrors::one("path", "Is required."))?;
    let found = content::redirect(&commerce, &shopper.shop, &path).await.map_err(Problem::from)?;
    Ok(Json(RedirectBody { from: found.from, to: found.to, status: found.status }))
}
