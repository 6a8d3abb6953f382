//! GET and POST /subscription-price-changes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::subscriptions::{self, PriceChangeEntry, PriceChangeForm};
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bodies::text;
use crate::bodies::{DataBody, MoneyBody, money, page};
use crate::identity::{Staff, SubscriptionsRead, SubscriptionsWrite};

/// A new price for those who subscribe already.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000044",
    "packageId": "01926a3c-0000-7000-8000-000000000011",
    "price": {"value": 4900, "currency": "GBP"},
    "startsAt": "2024-12-01T00:00:00.000000Z",
    "told": 214,
    "doneAt": "2024-10-07T12:13:40.000000Z",
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct PriceChangeBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    package_id: String,
    /// Of one box.
    price: MoneyBody,
    /// Renewals from then on cost it.
    #[schema(format = DateTime)]
    starts_at: String,
    /// Subscriptions whose customers were told so far.
    told: i64,
    /// When all were told.
    #[schema(required, format = DateTime)]
    done_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<PriceChangeEntry> for PriceChangeBody {
    fn from(entry: PriceChangeEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            package_id: entry.package_id.to_string(),
            price: money(entry.price),
            starts_at: entry.starts_at.to_string(),
            told: entry.told,
            done_at: text(entry.done_at),
            created_at: entry.created_at.to_string(),
        }
    }
}

/// List changes of price.
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/subscription-price-changes",
    tag = "Subscription prices",
    operation_id = "listSubscriptionPriceChanges",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the changes.", body = ListBody<PriceChangeBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<PriceChangeBody>, ApiError> {
    let (found, total) = subscriptions::price_changes(&commerce, &who.shop, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}

/// A new price.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "packageId": "01926a3c-0000-7000-8000-000000000011", "price": 4900, "startsAt": "2026-12-01",
}))]
pub(crate) struct PriceChangeInput {
    #[schema(required, value_type = String, format = Uuid)]
    package_id: Option<String>,
    /// Of one box, in minor units.
    #[schema(required, value_type = i64, minimum = 0, maximum = 100_000_000)]
    price: Option<i64>,
    /// The first day of it, in the shop's zone, or the time; as soon as the shop's days of notice allow if left out.
    #[schema(
        pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$"
    )]
    starts_at: Option<String>,
}

/// Change the price of running subscriptions.
///
/// Of all to one package; each customer is told, so many days before the first charge as the settings say. What the package
/// costs those who join is set on the product.
#[utoipa::path(
    post,
    path = "/subscription-price-changes",
    tag = "Subscription prices",
    operation_id = "changeSubscriptionPrice",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = PriceChangeInput,
    responses(
        (status = 201, description = "Begun.", body = DataBody<PriceChangeBody>),
        BadBody, Unauthenticated, Forbidden, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<SubscriptionsWrite>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<PriceChangeInput>,
) -> Result<(StatusCode, Json<DataBody<PriceChangeBody>>), ApiError> {
    let form = PriceChangeForm { package_id: body.package_id, price: body.price, starts_at: body.starts_at };
    let entry =
        subscriptions::change_prices(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody::of(entry))))
}
