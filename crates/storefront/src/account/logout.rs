//! POST /account/logout, published.

use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::accounts;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Unauthenticated};
use marzipan_http::{ApiError, IgnoredBody};

use crate::identity::PresentedToken;

/// Sign out.
///
/// Ends the session of the token that the call came with, on every node, before it answers; the customer's other
/// sessions live on. A body is ignored, whatever it holds.
#[utoipa::path(
    post,
    path = "/account/logout",
    tag = "Account",
    operation_id = "logout",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "Signed out; the answer has no body."),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn logout(
    PresentedToken(token): PresentedToken,
    State(commerce): State<Commerce>,
    _: IgnoredBody,
) -> Result<StatusCode, ApiError> {
    accounts::log_out(&commerce, &token).await.map_err(Problem::from)?;
    Ok(StatusCode::OK)
}
