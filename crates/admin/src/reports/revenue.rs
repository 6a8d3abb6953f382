//! GET /reports/recurring-revenue and /reports/recurring-revenue.csv.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use commerce::reports::{self, PackageRevenue, Revenue, RevenueMonth, Running};
use commerce::{Commerce, Shop};
use domain::ids::ProductId;
use domain::money::Money;
use domain::problem::Problem;
use domain::tenants::Currency;
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::{MonthsQuery, cells, table};
use crate::bodies::DataBody;
use crate::identity::{OrdersRead, Staff};

const HEAD: &str = "month,new,reactivated,cancelled,expired,net,renewals,revenue\r\n";

/// Recurring revenue.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-10-01", "until": "2026-10-31", "currency": "GBP", "active": 310, "monthly": 744_000,
    "packages": [{ "packageId": "0192f0a0-7c11-7abc-8def-0123456789ac", "name": "Cellar club", "active": 310,
        "monthly": 744_000 }],
    "months": [{ "month": "2026-10", "new": 24, "reactivated": 2, "cancelled": 9, "expired": 1, "net": 16,
        "renewals": 280, "revenue": 693_000 }],
}))]
pub(crate) struct RevenueBody {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    currency: &'static str,
    #[serde(flatten)]
    running: RunningBody,
    /// Each package with active subscriptions, what brings most first.
    packages: Vec<PackageRevenueBody>,
    /// Each month, also one in which nothing happened. The first and the last are as long as the period lets them be.
    months: Vec<RevenueMonthBody>,
}

/// What active subscriptions bring.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunningBody {
    /// How many are active now: not those that rest, nor those that owe a payment.
    active: i64,
    /// What they bring in a month, in minor units: of each the price of its boxes over the months between two.
    monthly: i64,
}

/// What a package brings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageRevenueBody {
    #[schema(value_type = String, format = Uuid)]
    package_id: ProductId,
    name: String,
    #[serde(flatten)]
    running: RunningBody,
}

/// What happened in a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevenueMonthBody {
    /// `2026-11`.
    month: String,
    /// Subscriptions that began for the first time.
    new: i64,
    /// Those that began again.
    reactivated: i64,
    /// Those that were cancelled, also for an open payment.
    cancelled: i64,
    /// Those whose term was over.
    expired: i64,
    /// By how many there are more.
    net: i64,
    /// Renewals that were paid.
    renewals: i64,
    /// What their orders came to, in minor units.
    revenue: i64,
}

impl From<Running> for RunningBody {
    fn from(Running { active, monthly }: Running) -> Self {
        Self { active, monthly }
    }
}

impl From<PackageRevenue> for PackageRevenueBody {
    fn from(PackageRevenue { package_id, name, running }: PackageRevenue) -> Self {
        Self { package_id, name, running: running.into() }
    }
}

impl From<(String, RevenueMonth)> for RevenueMonthBody {
    fn from((month, RevenueMonth { movement, renewals, revenue }): (String, RevenueMonth)) -> Self {
        Self {
            month,
            new: movement.joined,
            reactivated: movement.reactivated,
            cancelled: movement.cancelled(),
            expired: movement.term_over,
            net: movement.net(),
            renewals,
            revenue,
        }
    }
}

async fn report(commerce: &Commerce, shop: &Shop, query: MonthsQuery) -> Result<Revenue, ApiError> {
    let period = query.period(shop)?;
    Ok(reports::recurring_revenue(commerce, shop, period).await.map_err(Problem::from)?)
}

/// Report recurring revenue.
///
/// What the active subscriptions bring in a month, now and by package, and what happened by months of the shop's zone.
#[utoipa::path(
    get,
    path = "/reports/recurring-revenue",
    tag = "Reports",
    operation_id = "reportRecurringRevenue",
    security(("adminAuth" = [])),
    params(MonthsQuery),
    responses(
        (status = 200, description = "The revenue.", body = DataBody<RevenueBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<MonthsQuery>,
) -> Result<Json<DataBody<RevenueBody>>, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    Ok(Json(DataBody::of(RevenueBody {
        from: report.period.from().to_string(),
        until: report.period.until().to_string(),
        currency: who.shop.settings.currency.as_str(),
        running: report.running.into(),
        packages: report.packages.into_iter().map(Into::into).collect(),
        months: report.months.into_iter().map(Into::into).collect(),
    })))
}

/// Export recurring revenue.
///
/// Its months as a table (RFC 4180), with amounts as spreadsheets read them.
#[utoipa::path(
    get,
    path = "/reports/recurring-revenue.csv",
    tag = "Reports",
    operation_id = "exportRecurringRevenue",
    security(("adminAuth" = [])),
    params(MonthsQuery),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "month,new,reactivated,cancelled,expired,net,renewals,revenue\r\n2026-10,24,2,9,1,16,280,6930.00\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn export(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<MonthsQuery>,
) -> Result<Response, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    let currency = who.shop.settings.currency;
    let lines = report.months.into_iter().map(|month| line(month.into(), currency));
    Ok(table("recurring-revenue", &report.period, HEAD.to_owned() + &lines.collect::<String>()))
}

fn line(body: RevenueMonthBody, currency: Currency) -> String {
    let RevenueMonthBody { month, new, reactivated, cancelled, expired, net, renewals, revenue } = body;
    let counts = cells([new, reactivated, cancelled, expired, net, renewals].map(Some));
    format!("{month},{counts},{}\r\n", Money::new(revenue, currency).decimal())
}
