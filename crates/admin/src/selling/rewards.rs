//! GET, PUT and DELETE /rewards: the one programme by which customers collect points.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::selling::{self, ProgrammeEntry};
use domain::problem::Problem;
use domain::selling::{Programme, RewardsForm, Switched, Tier};
use domain::tenants::Currency;
use marzipan_http::fields::line_schema;
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IfMatchParam, Invalid, NotFound, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, Preconditions};
use serde::Serialize;
use utoipa::ToSchema;

use super::words::SwitchWord;
use crate::bodies::{DataBody, MoneyBody};
use crate::identity::{SellingRead, SellingWrite, Staff};
use crate::products::form::PriceValue;

/// The rewards programme.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "pointsPerUnit": 1,
    "redeemPoints": 100,
    "redeemValue": {"value": 500, "currency": "GBP"},
    "minimumRedeem": 100,
    "tiers": [
        {"name": "Friend", "fromPoints": 0, "perks": [], "multiplierPercent": 100},
        {"name": "Cellar", "fromPoints": 1000, "perks": ["A tasting a year"], "multiplierPercent": 150},
    ],
    "status": "active",
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct RewardsBody {
    /// The points for each whole unit of the currency, such as a pound.
    points_per_unit: i64,
    /// So many points are worth `redeemValue`.
    redeem_points: i64,
    redeem_value: MoneyBody,
    /// The fewest points that can be paid with.
    minimum_redeem: i64,
    /// From the lowest to the highest.
    tiers: Vec<TierBody>,
    #[schema(value_type = SwitchWord)]
    status: &'static str,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A standing that customers reach by collecting points.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TierBody {
    name: String,
    /// The points that reach it, of all that a customer has ever earned.
    from_points: i64,
    /// What it brings, for people to read.
    perks: Vec<String>,
    /// What is earned in it, in percent of the usual.
    multiplier_percent: i64,
}

impl From<Tier> for TierBody {
    fn from(tier: Tier) -> Self {
        let Tier { name, from_points, perks, multiplier_percent } = tier;
        Self { name, from_points, perks, multiplier_percent }
    }
}

impl RewardsBody {
    /// The programme in its shape, its value in the shop's currency.
    fn of(entry: ProgrammeEntry, currency: Currency) -> Self {
        let ProgrammeEntry { programme: Switched { item, status }, version, created_at, updated_at } = entry;
        let Programme { points_per_unit, redeem_points, redeem_value, minimum_redeem, tiers } = item;
        Self {
            points_per_unit,
            redeem_points,
            redeem_value: MoneyBody::new(redeem_value, currency),
            minimum_redeem,
            tiers: tiers.into_iter().map(TierBody::from).collect(),
            status: status.as_str(),
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

type Answer = (ETag, Json<DataBody<RewardsBody>>);

fn answer(entry: ProgrammeEntry, currency: Currency) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody { data: RewardsBody::of(entry, currency) }))
}

/// The whole programme.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "pointsPerUnit": 1,
    "redeemPoints": 100,
    "redeemValue": 500,
    "tiers": [{"name": "Friend", "fromPoints": 0}, {"name": "Cellar", "fromPoints": 1000, "multiplierPercent": 150}],
}))]
#[expect(dead_code, reason = "documents what `RewardsForm` reads")]
pub(crate) struct RewardsFields {
    /// The points for each whole unit of the currency, such as a pound.
    #[schema(minimum = 1, maximum = 10_000)]
    points_per_unit: i64,
    /// So many points are worth `redeemValue`.
    #[schema(minimum = 1, maximum = 1_000_000)]
    redeem_points: i64,
    /// At least 1 minor unit.
    redeem_value: PriceValue,
    /// The fewest points that can be paid with; as many as `redeemPoints` if left out.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    minimum_redeem: Option<i64>,
    /// From the lowest to the highest; none if left out.
    #[schema(max_items = 20)]
    tiers: Option<Vec<TierFields>>,
    /// `active` if left out.
    status: Option<SwitchWord>,
}

/// A tier to set.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents what `TierForm` reads")]
pub(crate) struct TierFields {
    /// Unlike that of the other tiers.
    #[schema(schema_with = line_schema)]
    name: String,
    /// The points that reach it, of all that a customer has ever earned: more than the tier before.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    from_points: i64,
    /// What it brings, for people to read.
    #[schema(max_items = 20)]
    perks: Option<Vec<String>>,
    /// What is earned in it, in percent of the usual: 100 if left out.
    #[schema(minimum = 1, maximum = 1000)]
    multiplier_percent: Option<i64>,
}

/// Show the rewards programme.
///
/// A 404 where the shop has none. `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/rewards",
    tag = "Rewards",
    operation_id = "showRewards",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The programme.", body = DataBody<RewardsBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
) -> Result<Answer, ApiError> {
    let entry = selling::find_programme(&commerce, &who.shop).await.map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Set the rewards programme.
///
/// It is set up, or replaced as a whole; points that were given stay. With `If-Match` it is refused if somebody else changed
/// it since.
#[utoipa::path(
    put,
    path = "/rewards",
    tag = "Rewards",
    operation_id = "setRewards",
    security(("adminAuth" = [])),
    params(IfMatchParam),
    request_body = RewardsFields,
    responses(
        (status = 200, description = "The programme as it is now.", body = DataBody<RewardsBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<RewardsForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = selling::set_programme(&commerce, &who.shop, who.actor, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// End the rewards programme.
///
/// The customers' points stay in the books, and count again where another is set up. To stop it for a while, set its
/// `status` to `inactive` instead.
#[utoipa::path(
    delete,
    path = "/rewards",
    tag = "Rewards",
    operation_id = "endRewards",
    security(("adminAuth" = [])),
    params(IfMatchParam),
    responses(
        (status = 204, description = "Ended."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    selling::delete_programme(&commerce, &who.shop, who.actor, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
