//! GET /reports/renewals and /reports/renewals.csv.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use commerce::reports::{self, Due, Renewals, Sum};
use commerce::{Commerce, Shop};
use domain::money::Money;
use domain::problem::Problem;
use domain::tenants::Currency;
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ComingQuery, table};
use crate::bodies::DataBody;
use crate::identity::{OrdersRead, Staff};

const HEAD: &str = "day,paid,paidAmount,failed,failedAmount,open,openAmount,skipped,cancelled,cancelledAmount,\
                    expected,expectedAmount\r\n";

/// The renewals of a period.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-11-27", "until": "2026-11-27", "currency": "GBP",
    "rows": [{ "day": "2026-11-27",
        "paid": { "count": 40, "amount": 96000 }, "failed": { "count": 1, "amount": 2400 },
        "open": { "count": 0, "amount": 0 }, "skipped": { "count": 2, "amount": 0 },
        "cancelled": { "count": 0, "amount": 0 }, "expected": { "count": 3, "amount": 7200 } }],
    "totals": { "paid": { "count": 40, "amount": 96000 }, "failed": { "count": 1, "amount": 2400 },
        "open": { "count": 0, "amount": 0 }, "skipped": { "count": 2, "amount": 0 },
        "cancelled": { "count": 0, "amount": 0 }, "expected": { "count": 3, "amount": 7200 } },
}))]
pub(crate) struct RenewalsReportBody {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    currency: &'static str,
    /// Each day, also one without any.
    rows: Vec<RenewalsDayBody>,
    totals: DueBody,
}

/// A day.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenewalsDayBody {
    #[schema(format = Date)]
    day: String,
    #[serde(flatten)]
    due: DueBody,
}

/// Renewals by what became of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct DueBody {
    /// Paid.
    paid: RenewalsSumBody,
    /// Refused, and still to be tried again.
    failed: RenewalsSumBody,
    /// Being made or charged, or of unknown outcome.
    open: RenewalsSumBody,
    /// Left out.
    skipped: RenewalsSumBody,
    /// Given up before they were paid.
    cancelled: RenewalsSumBody,
    /// To come: at the agreed price of the boxes, without shipping and discounts, and for nothing where they are paid already.
    expected: RenewalsSumBody,
}

/// How many, and what they come to.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenewalsSumBody {
    count: i64,
    /// In minor units.
    amount: i64,
}

impl From<Sum> for RenewalsSumBody {
    fn from(Sum { count, amount }: Sum) -> Self {
        Self { count, amount }
    }
}

impl From<Due> for DueBody {
    fn from(due: Due) -> Self {
        let Due { paid, failed, open, skipped, cancelled, expected } = due;
        Self {
            paid: paid.into(),
            failed: failed.into(),
            open: open.into(),
            skipped: skipped.into(),
            cancelled: cancelled.into(),
            expected: expected.into(),
        }
    }
}

async fn report(commerce: &Commerce, shop: &Shop, query: ComingQuery) -> Result<Renewals, ApiError> {
    let period = query.period(shop)?;
    Ok(reports::renewals(commerce, shop, period).await.map_err(Problem::from)?)
}

/// Report renewals.
///
/// By days of the shop's zone. A renewal whose turn has come counts by what became of it; before that it is expected, on the day on
/// which it falls due if nobody changes anything. What rests without an end, or owes a payment, is not expected.
#[utoipa::path(
    get,
    path = "/reports/renewals",
    tag = "Reports",
    operation_id = "reportRenewals",
    security(("adminAuth" = [])),
    params(ComingQuery),
    responses(
        (status = 200, description = "The renewals.", body = DataBody<RenewalsReportBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<ComingQuery>,
) -> Result<Json<DataBody<RenewalsReportBody>>, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    let row = |(day, due): (String, Due)| RenewalsDayBody { day, due: due.into() };
    Ok(Json(DataBody::of(RenewalsReportBody {
        from: report.period.from().to_string(),
        until: report.period.until().to_string(),
        currency: who.shop.settings.currency.as_str(),
        rows: report.rows.into_iter().map(row).collect(),
        totals: report.totals.into(),
    })))
}

/// Export renewals.
///
/// The same as a table (RFC 4180), with amounts as spreadsheets read them.
#[utoipa::path(
    get,
    path = "/reports/renewals.csv",
    tag = "Reports",
    operation_id = "exportRenewals",
    security(("adminAuth" = [])),
    params(ComingQuery),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "day,paid,paidAmount,failed,failedAmount,open,openAmount,skipped,cancelled,cancelledAmount,expected,expectedAmount\r\n2026-11-27,40,960.00,1,24.00,0,0.00,2,0,0.00,3,72.00\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn export(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<ComingQuery>,
) -> Result<Response, ApiError> {
    let report = report(&commerce, &who.shop, query).await?;
    let currency = who.shop.settings.currency;
    let lines = report.rows.iter().map(|(day, due)| line(day, due, currency));
    Ok(table("renewals", &report.period, HEAD.to_owned() + &lines.collect::<String>()))
}

fn line(day: &str, due: &Due, currency: Currency) -> String {
    let sum = |sum: Sum| format!("{},{}", sum.count, Money::new(sum.amount, currency).decimal());
    format!(
        "{day},{},{},{},{},{},{}\r\n",
        sum(due.paid),
        sum(due.failed),
        sum(due.open),
        due.skipped.count,
        sum(due.cancelled),
        sum(due.expected),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_heads_cells() {
        let due = Due {
            paid: Sum { count: 2, amount: 4800 },
            skipped: Sum { count: 1, amount: 0 },
            expected: Sum { count: 3, amount: 7250 },
            ..Due::default()
        };
        let gbp = Currency::parse("GBP").expect("a currency");
        let line = line("2026-11-27", &due, gbp);
        assert_eq!(line, "2026-11-27,2,48.00,0,0.00,0,0.00,1,0,0.00,3,72.50\r\n");
        assert_eq!(line.split(',').count(), HEAD.split(',').count());
    }
}
