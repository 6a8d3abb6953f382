//! GET /reports/forecast and /reports/forecast.csv.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use commerce::reports::{self, Forecast, Need, Unreleased};
use commerce::{Commerce, Shop};
use domain::ids::ProductId;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ComingQuery, cells, table};
use crate::bodies::DataBody;
use crate::identity::{OrdersRead, Staff};
use crate::newsletter_csv::cell;

const HEAD: &str = "productId,name,sku,needed,inStock,short\r\n";

/// What the coming boxes need.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "from": "2026-11-27", "until": "2026-12-27", "boxes": 62,
    "products": [{ "productId": "0192f0a0-7c11-7abc-8def-0123456789ab", "name": "Malbec", "sku": "MAL-21",
        "needed": 60, "inStock": 48, "short": 12 }],
    "withoutRelease": [{ "packageId": "0192f0a0-7c11-7abc-8def-0123456789ac", "name": "Cellar club", "boxes": 12 }],
}))]
pub(crate) struct ForecastBody {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    /// The boxes in all, also those for which nothing is chosen yet.
    boxes: i64,
    /// What is missing most first, then what is needed most.
    products: Vec<NeedBody>,
    /// Packages of the shop's choice for which it has chosen nothing yet.
    without_release: Vec<UnreleasedBody>,
}

/// What is needed of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NeedBody {
    #[schema(value_type = String, format = Uuid)]
    product_id: ProductId,
    /// Empty where it is gone.
    name: String,
    sku: Option<String>,
    /// How many the boxes need.
    needed: i64,
    /// How many there are now; `null` where they are not counted.
    in_stock: Option<i64>,
    /// How many are missing.
    short: i64,
}

/// Boxes for which nothing is chosen yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnreleasedBody {
    #[schema(value_type = String, format = Uuid)]
    package_id: ProductId,
    name: String,
    boxes: i64,
}

impl From<Need> for NeedBody {
    fn from(need: Need) -> Self {
        let Need { product_id, name, sku, needed, in_stock, short } = need;
        Self { product_id, name, sku, needed, in_stock, short }
    }
}

impl From<Unreleased> for UnreleasedBody {
    fn from(Unreleased { package_id, name, boxes }: Unreleased) -> Self {
        Self { package_id, name, boxes }
    }
}

async fn report(commerce: &Commerce, shop: &Shop, query: ComingQuery) -> Result<Forecast, ApiError> {
    let period = query.period(shop)?;
    Ok(reports::forecast(commerce, shop, period).await.map_err(Problem::from)?)
}

/// Report what the coming boxes need.
///
/// For each renewal that falls due in the period if nobody changes anything: what its customer picked, or what the shop chose for
/// that day. Boxes whose orders stand already are not in it, for what they need is out of the stock.
#[utoipa::path(
    get,
    path = "/reports/forecast",
    tag = "Reports",
    operation_id = "reportForecast",
    security(("adminAuth" = [])),
    params(ComingQuery),
    responses(
        (status = 200, description = "What is needed.", body = DataBody<ForecastBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<ComingQuery>,
) -> Result<Json<DataBody<ForecastBody>>, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    Ok(Json(DataBody::of(ForecastBody {
        from: report.period.from().to_string(),
        until: report.period.until().to_string(),
        boxes: report.boxes,
        products: report.needs.into_iter().map(Into::into).collect(),
        without_release: report.without_release.into_iter().map(Into::into).collect(),
    })))
}

/// Export what the coming boxes need.
///
/// The products of it as a table (RFC 4180). What is not counted has no stock in it; boxes for which nothing is chosen yet are not
/// in it.
#[utoipa::path(
    get,
    path = "/reports/forecast.csv",
    tag = "Reports",
    operation_id = "exportForecast",
    security(("adminAuth" = [])),
    params(ComingQuery),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "productId,name,sku,needed,inStock,short\r\n0192f0a0-7c11-7abc-8def-0123456789ab,Malbec,MAL-21,60,48,12\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn export(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<ComingQuery>,
) -> Result<Response, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    let lines = report.needs.iter().map(line);
    Ok(table("forecast", &report.period, HEAD.to_owned() + &lines.collect::<String>()))
}

fn line(need: &Need) -> String {
    let numbers = cells([Some(need.needed), need.in_stock, Some(need.short)]);
    let sku = need.sku.as_deref().unwrap_or_default();
    format!("{},{},{},{numbers}\r\n", need.product_id, cell(&need.name), cell(sku))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_counted_has_no_stock() {
        let product_id: ProductId = "0192f0a0-7c11-7abc-8def-0123456789ab".parse().expect("an id");
        let need = Need {
            product_id,
            name: "Rouge, \"vieux\"".to_owned(),
            sku: Some("=1".to_owned()),
            needed: 6,
            in_stock: None,
            short: 0,
        };
        assert_eq!(line(&need), format!("{product_id},\"Rouge, \"\"vieux\"\"\",'=1,6,,0\r\n"));
    }
}
