//! What a shop's owner looks at: each report as JSON and, under the same name with `.csv`, as a table. This module has the sales.

mod forecast;
mod members;
mod renewals;
mod revenue;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use commerce::reports::{self, Sales, SalesReport};
use commerce::{Commerce, Shop};
use domain::money::Money;
use domain::problem::Problem;
use domain::reports::{Period, PeriodForm, Usual};
use domain::tenants::Currency;
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Admin;
use crate::bodies::DataBody;
use crate::identity::{OrdersRead, Staff};

const HEAD: &str = "period,orders,items,subtotal,discounts,shipping,tax,total,giftCards,refunds,net\r\n";

pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(sales))
        .routes(routes!(sales_csv))
        .routes(routes!(renewals::show))
        .routes(routes!(renewals::export))
        .routes(routes!(forecast::show))
        .routes(routes!(forecast::export))
        .routes(routes!(revenue::show))
        .routes(routes!(revenue::export))
        .routes(routes!(members::churn))
        .routes(routes!(members::churn_csv))
        .routes(routes!(members::cohorts))
        .routes(routes!(members::cohorts_csv))
}

/// Which days, of what is to come.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComingQuery {
    /// The first day, in the shop's zone; today if left out.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$", example = "2026-11-01")]
    from: Option<String>,
    /// The last day, a year later at the most; thirty days after the first if left out.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$", example = "2026-11-28")]
    until: Option<String>,
}

impl ComingQuery {
    fn period(self, shop: &Shop) -> Result<Period, ApiError> {
        let form = PeriodForm { from: self.from, until: self.until, interval: None };
        Ok(form.parse_or(Usual::Coming, shop.now, &shop.settings.timezone)?)
    }
}

/// Which months.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthsQuery {
    /// The first day, in the shop's zone; the first of the month eleven months before the last day if left out.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$", example = "2026-01-01")]
    from: Option<String>,
    /// The last day, a year later at the most; today if left out.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$", example = "2026-11-28")]
    until: Option<String>,
}

impl MonthsQuery {
    fn period(self, shop: &Shop) -> Result<Period, ApiError> {
        let form = PeriodForm { from: self.from, until: self.until, interval: None };
        Ok(form.parse_or(Usual::Year, shop.now, &shop.settings.timezone)?)
    }
}

/// A table as an answer, to be kept under a name that says what it is of.
fn table(name: &str, period: &Period, table: String) -> Response {
    let name = format!("attachment; filename=\"{name}-{}-{}.csv\"", period.from(), period.until());
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    (headers, table).into_response()
}

/// Numbers as cells; nothing where there is none.
fn cells(numbers: impl IntoIterator<Item = Option<i64>>) -> String {
    let cells = numbers.into_iter().map(|number| number.map(|number| number.to_string()).unwrap_or_default());
    cells.collect::<Vec<_>>().join(",")
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeriodQuery {
    /// The first day, in the shop's zone; the first of the last day's month if left out.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$", example = "2026-11-01")]
    from: Option<String>,
    /// The last day, a year later at the most; today if left out.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))$", example = "2026-11-28")]
    until: Option<String>,
    /// What a row is about: `day` or `month`.
    #[param(required = false, value_type = String, pattern = "^(|day|month)$")]
    interval: Option<String>,
}

/// The sales of a period.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-11-01", "until": "2026-11-01", "interval": "day", "currency": "GBP",
    "rows": [{ "period": "2026-11-01", "orders": 2, "items": 7, "subtotal": 12490, "discounts": 1249,
        "shipping": 990, "tax": 2038, "total": 12231, "giftCards": 0, "refunds": 1999, "net": 10232 }],
    "totals": { "orders": 2, "items": 7, "subtotal": 12490, "discounts": 1249,
        "shipping": 990, "tax": 2038, "total": 12231, "giftCards": 0, "refunds": 1999, "net": 10232 },
}))]
pub(crate) struct SalesReportBody {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    interval: &'static str,
    currency: &'static str,
    /// Each day or month, also one without sales.
    rows: Vec<SalesRowBody>,
    totals: SalesBody,
}

/// A day or a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct SalesRowBody {
    /// `2026-11-01`, or `2026-11` for a month.
    period: String,
    #[serde(flatten)]
    sales: SalesBody,
}

/// What was sold, in minor units.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SalesBody {
    /// Orders paid.
    orders: i64,
    /// Units in them.
    items: i64,
    /// Their lines before discounts.
    subtotal: i64,
    discounts: i64,
    /// Before discounts.
    shipping: i64,
    /// Part of the others where prices include it.
    tax: i64,
    /// What the orders came to.
    total: i64,
    /// What of that gift cards paid.
    gift_cards: i64,
    /// Given back in that time, for orders of any time.
    refunds: i64,
    /// The total less the refunds.
    net: i64,
}

impl From<Sales> for SalesBody {
    fn from(sales: Sales) -> Self {
        let net = sales.net();
        let Sales { orders, items, subtotal, discounts, shipping, tax, total, gift_cards, refunds } = sales;
        Self { orders, items, subtotal, discounts, shipping, tax, total, gift_cards, refunds, net }
    }
}

async fn report(commerce: &Commerce, shop: &Shop, query: PeriodQuery) -> Result<SalesReport, ApiError> {
    let PeriodQuery { from, until, interval } = query;
    let period = PeriodForm { from, until, interval }.parse(shop.now, &shop.settings.timezone)?;
    Ok(reports::sales(commerce, shop, period).await.map_err(Problem::from)?)
}

/// Report sales.
///
/// By days or months of the shop's zone. An order counts when it is paid, a refund when it is begun.
#[utoipa::path(
    get,
    path = "/reports/sales",
    tag = "Reports",
    operation_id = "reportSales",
    security(("adminAuth" = [])),
    params(PeriodQuery),
    responses(
        (status = 200, description = "The sales.", body = DataBody<SalesReportBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn sales(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<DataBody<SalesReportBody>>, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    let row = |(period, sales): (String, Sales)| SalesRowBody { period, sales: sales.into() };
    Ok(Json(DataBody::of(SalesReportBody {
        from: report.period.from().to_string(),
        until: report.period.until().to_string(),
        interval: report.period.interval().as_str(),
        currency: who.shop.settings.currency.as_str(),
        rows: report.rows.into_iter().map(row).collect(),
        totals: report.totals.into(),
    })))
}

/// Export sales.
///
/// The same as a table (RFC 4180), with amounts as spreadsheets read them.
#[utoipa::path(
    get,
    path = "/reports/sales.csv",
    tag = "Reports",
    operation_id = "exportSales",
    security(("adminAuth" = [])),
    params(PeriodQuery),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "period,orders,items,subtotal,discounts,shipping,tax,total,giftCards,refunds,net\r\n2026-11-01,2,7,124.90,12.49,9.90,20.38,122.31,0.00,19.99,102.32\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn sales_csv(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<PeriodQuery>,
) -> Result<Response, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    let currency = who.shop.settings.currency;
    let lines = report.rows.iter().map(|(period, sales)| line(period, sales, currency));
    Ok(table("sales", &report.period, HEAD.to_owned() + &lines.collect::<String>()))
}

fn line(period: &str, sales: &Sales, currency: Currency) -> String {
    let amounts = [
        sales.subtotal,
        sales.discounts,
        sales.shipping,
        sales.tax,
        sales.total,
        sales.gift_cards,
        sales.refunds,
        sales.net(),
    ];
    let amounts = amounts.map(|minor| Money::new(minor, currency).decimal()).join(",");
    format!("{period},{},{},{amounts}\r\n", sales.orders, sales.items)
}
