//! GET /account/subscriptions, published.

use axum::Json;
use axum::extract::State;
use commerce::{Commerce, subscriptions};
use domain::problem::Problem;
use marzipan_http::ApiError;
use marzipan_http::openapi::{Always, Unauthenticated};

use super::DataBody;
use crate::identity::{Customer, Shopper};
use crate::subscriptions::SummaryBody;

/// List subscriptions.
///
/// The customer's subscriptions, active and not, oldest first; those that they were given too.
#[utoipa::path(
    get,
    path = "/account/subscriptions",
    tag = "Account",
    operation_id = "listSubscriptions",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The subscriptions.", body = DataBody<Vec<SummaryBody>>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn list(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<Vec<SummaryBody>>>, ApiError> {
    let found = subscriptions::list_own(&commerce, &shopper.shop, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: found.into_iter().map(Into::into).collect() }))
}
