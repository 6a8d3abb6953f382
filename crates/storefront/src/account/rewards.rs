//! GET /account/rewards.

use axum::Json;
use axum::extract::State;
use commerce::{Commerce, rewards};
use domain::problem::Problem;
use marzipan_http::ApiError;
use marzipan_http::openapi::{Always, NotFound, Unauthenticated};
use serde::Serialize;
use utoipa::ToSchema;

use super::DataBody;
use crate::identity::{Customer, Shopper};

/// What a customer has collected.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "tier": "Silver",
    "points": 620,
    "pointsToNextTier": 380,
    "nextTier": "Gold",
    "perks": ["Free tasting"],
    "history": [{"points": 49, "reason": "earned", "orderId": "01926a3c-0000-7000-8000-000000000004",
        "createdAt": "2024-10-07T12:12:58.000000Z"}],
}))]
pub(crate) struct RewardsBody {
    /// Null below the lowest.
    #[schema(required)]
    tier: Option<String>,
    /// To be redeemed.
    points: i64,
    /// Null in the highest tier.
    #[schema(required)]
    points_to_next_tier: Option<i64>,
    #[schema(required)]
    next_tier: Option<String>,
    perks: Vec<String>,
    /// The last hundred movements, newest first.
    history: Vec<PointsMoved>,
}

/// Points that came or went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PointsMoved {
    points: i64,
    /// `earned`, `redeemed`, `taken_back` or `adjusted`.
    reason: String,
    #[schema(required, format = Uuid)]
    order_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Show rewards.
///
/// 404 where the shop runs no programme.
#[utoipa::path(
    get,
    path = "/account/rewards",
    tag = "Account",
    operation_id = "showRewards",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "What the customer has collected.", body = DataBody<RewardsBody>),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<RewardsBody>>, ApiError> {
    let standing = rewards::standing(&commerce, &shopper.shop, &who)
        .await
        .map_err(Problem::from)?
        .ok_or_else(ApiError::not_found)?;
    let moved = |movement: rewards::Movement| PointsMoved {
        points: movement.points,
        reason: movement.reason,
        order_id: movement.order_id.map(|id| id.to_string()),
        created_at: movement.created_at.to_string(),
    };
    Ok(Json(DataBody {
        data: RewardsBody {
            tier: standing.tier,
            points: standing.points,
            points_to_next_tier: standing.points_to_next_tier,
            next_tier: standing.next_tier,
            perks: standing.perks,
            history: standing.history.into_iter().map(moved).collect(),
        },
    }))
}
