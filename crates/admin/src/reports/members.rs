//! GET /reports/churn and /reports/cohorts, each also as a table.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use commerce::reports::{self, Churn, Cohorts};
use commerce::{Commerce, Shop};
use domain::problem::Problem;
use domain::subscriptions::figures::{Cohort, Movement};
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::{MonthsQuery, cells, table};
use crate::bodies::DataBody;
use crate::identity::{OrdersRead, Staff};

const CHURN_HEAD: &str =
    "month,activeAtStart,joined,reactivated,customer,unpaid,term,cancelled,activeAtEnd,churnRate\r\n";
const COHORTS_HEAD: &str = "month,joined,after1,after2,after3,after6,after12\r\n";

/// Who came and went.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-10-01", "until": "2026-10-31",
    "rows": [{ "month": "2026-10", "activeAtStart": 300, "joined": 24, "reactivated": 2,
        "cancelled": { "customer": 7, "unpaid": 2, "term": 1, "total": 10 }, "activeAtEnd": 316, "churnRate": 333 }],
    "totals": { "activeAtStart": 300, "joined": 24, "reactivated": 2,
        "cancelled": { "customer": 7, "unpaid": 2, "term": 1, "total": 10 }, "activeAtEnd": 316, "churnRate": 333 },
}))]
pub(crate) struct ChurnBody {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    /// Each month, also one in which nothing happened. The first and the last are as long as the period lets them be.
    rows: Vec<ChurnMonthBody>,
    /// The period as a whole.
    totals: MovementBody,
}

/// A month.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChurnMonthBody {
    /// `2026-11`.
    month: String,
    #[serde(flatten)]
    movement: MovementBody,
}

/// What became of subscriptions. Those that rest or owe a payment are active here.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MovementBody {
    active_at_start: i64,
    /// Those that began for the first time.
    joined: i64,
    /// Those that began again.
    reactivated: i64,
    cancelled: EndedBody,
    active_at_end: i64,
    /// All that ended over those active at the start, in hundredths of a per cent; `null` where none were.
    churn_rate: Option<i64>,
}

/// Those that ended, by reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedBody {
    /// Their customers, or staff for them, gave them up.
    customer: i64,
    /// A renewal was not paid in time.
    unpaid: i64,
    /// Their term was over.
    term: i64,
    total: i64,
}

impl From<Movement> for MovementBody {
    fn from(movement: Movement) -> Self {
        Self {
            active_at_start: movement.active_at_start,
            joined: movement.joined,
            reactivated: movement.reactivated,
            cancelled: EndedBody {
                customer: movement.by_customer,
                unpaid: movement.unpaid,
                term: movement.term_over,
                total: movement.ended(),
            },
            active_at_end: movement.active_at_end(),
            churn_rate: movement.churn_rate(),
        }
    }
}

async fn churn_report(commerce: &Commerce, shop: &Shop, query: MonthsQuery) -> Result<Churn, ApiError> {
    let period = query.period(shop)?;
    Ok(reports::churn(commerce, shop, period).await.map_err(Problem::from)?)
}

/// Report churn.
///
/// Who joined and who left, by months of the shop's zone. A subscription is active from its first payment until it ends.
#[utoipa::path(
    get,
    path = "/reports/churn",
    tag = "Reports",
    operation_id = "reportChurn",
    security(("adminAuth" = [])),
    params(MonthsQuery),
    responses(
        (status = 200, description = "Who came and went.", body = DataBody<ChurnBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn churn(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<MonthsQuery>,
) -> Result<Json<DataBody<ChurnBody>>, ApiError> {
    let report = churn_report(&commerce, &who.shop, query).await?;
    let row = |(month, movement): (String, Movement)| ChurnMonthBody { month, movement: movement.into() };
    Ok(Json(DataBody::of(ChurnBody {
        from: report.period.from().to_string(),
        until: report.period.until().to_string(),
        rows: report.rows.into_iter().map(row).collect(),
        totals: report.totals.into(),
    })))
}

/// Export churn.
///
/// The same as a table (RFC 4180); where none were active there is no rate.
#[utoipa::path(
    get,
    path = "/reports/churn.csv",
    tag = "Reports",
    operation_id = "exportChurn",
    security(("adminAuth" = [])),
    params(MonthsQuery),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "month,activeAtStart,joined,reactivated,customer,unpaid,term,cancelled,activeAtEnd,churnRate\r\n2026-10,300,24,2,7,2,1,10,316,333\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn churn_csv(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<MonthsQuery>,
) -> Result<Response, ApiError> {
    let report = churn_report(&commerce, &who.shop, query).await?;
    let lines = report.rows.iter().map(|(month, movement)| churn_line(month, movement));
    Ok(table("churn", &report.period, CHURN_HEAD.to_owned() + &lines.collect::<String>()))
}

fn churn_line(month: &str, movement: &Movement) -> String {
    let counts = [
        movement.active_at_start,
        movement.joined,
        movement.reactivated,
        movement.by_customer,
        movement.unpaid,
        movement.term_over,
        movement.ended(),
        movement.active_at_end(),
    ];
    let numbers = cells(counts.map(Some).into_iter().chain([movement.churn_rate()]));
    format!("{month},{numbers}\r\n")
}

/// Those who joined, and who of them stayed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-06-01", "until": "2026-06-30",
    "rows": [{ "month": "2026-06", "joined": 24, "after1": 24, "after2": 22, "after3": 21, "after6": null, "after12": null }],
}))]
pub(crate) struct CohortsBody {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    /// Each month of joining, also one in which nobody did.
    rows: Vec<CohortBody>,
}

/// Those who joined in a month. What lies in the future for any of them is `null`.
#[derive(Serialize, ToSchema)]
pub(crate) struct CohortBody {
    /// `2026-11`.
    month: String,
    /// Subscriptions that began for the first time.
    joined: i64,
    /// Those of them that had not ended a month after each began, or had begun again by then.
    after1: Option<i64>,
    /// After two months.
    after2: Option<i64>,
    /// After three months.
    after3: Option<i64>,
    /// After six months.
    after6: Option<i64>,
    /// After a year.
    after12: Option<i64>,
}

impl From<(String, Cohort)> for CohortBody {
    fn from((month, cohort): (String, Cohort)) -> Self {
        let [one, two, three, six, twelve] = cohort.running;
        Self {
            month,
            joined: cohort.joined,
            after1: one,
            after2: two,
            after3: three,
            after6: six,
            after12: twelve,
        }
    }
}

async fn cohorts_report(commerce: &Commerce, shop: &Shop, query: MonthsQuery) -> Result<Cohorts, ApiError> {
    let period = query.period(shop)?;
    Ok(reports::cohorts(commerce, shop, period).await.map_err(Problem::from)?)
}

/// Report cohorts.
///
/// By the months in which subscriptions began: how many of them still ran later.
#[utoipa::path(
    get,
    path = "/reports/cohorts",
    tag = "Reports",
    operation_id = "reportCohorts",
    security(("adminAuth" = [])),
    params(MonthsQuery),
    responses(
        (status = 200, description = "Who stayed.", body = DataBody<CohortsBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn cohorts(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<MonthsQuery>,
) -> Result<Json<DataBody<CohortsBody>>, ApiError> {
    let report = cohorts_report(&commerce, &who.shop, query).await?;
    Ok(Json(DataBody::of(CohortsBody {
        from: report.period.from().to_string(),
        until: report.period.until().to_string(),
        rows: report.rows.into_iter().map(Into::into).collect(),
    })))
}

/// Export cohorts.
///
/// The same as a table (RFC 4180); what lies in the future is empty.
#[utoipa::path(
    get,
    path = "/reports/cohorts.csv",
    tag = "Reports",
    operation_id = "exportCohorts",
    security(("adminAuth" = [])),
    params(MonthsQuery),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "month,joined,after1,after2,after3,after6,after12\r\n2026-06,24,24,22,21,,\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn cohorts_csv(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<MonthsQuery>,
) -> Result<Response, ApiError> {
    let report = cohorts_report(&commerce, &who.shop, query).await?;
    let line = |(month, cohort): &(String, Cohort)| {
        format!("{month},{}\r\n", cells([Some(cohort.joined)].into_iter().chain(cohort.running)))
    };
    let lines = report.rows.iter().map(line);
    Ok(table("cohorts", &report.period, COHORTS_HEAD.to_owned() + &lines.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_without_members_has_no_rate() {
        let movement = Movement { joined: 2, by_customer: 1, ..Movement::default() };
        let line = churn_line("2026-10", &movement);
        assert_eq!(line, "2026-10,0,2,0,1,0,0,1,1,\r\n");
        assert_eq!(line.split(',').count(), CHURN_HEAD.split(',').count());
    }
}
