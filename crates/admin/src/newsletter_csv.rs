//! GET /newsletter/subscribers.csv: the list as a table. Rule: it is written out in steps, however long it is, and no cell
//! of it is taken for a formula by the program that opens it.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use commerce::messaging::{self, MessagingError, SubscriberEntry, SubscriberFilter};
use commerce::{Commerce, Shop};
use domain::problem::Problem;
use futures_util::{StreamExt as _, stream};
use marzipan_http::openapi::{Always, Forbidden, Invalid, Unauthenticated};
use marzipan_http::{ApiError, Query};

use crate::identity::{MessagesRead, Staff};
use crate::newsletter::Filter;

/// Rows read at once.
const STEP: i64 = 500;
const HEAD: &str = "email,firstName,topics,status,source,createdAt,confirmedAt\r\n";

/// Export subscribers.
///
/// The list as a table (RFC 4180), in the order of the addresses. Text that a spreadsheet would take for a formula stands
/// behind an apostrophe.
#[utoipa::path(
    get,
    path = "/newsletter/subscribers.csv",
    tag = "Newsletter",
    operation_id = "exportSubscribers",
    security(("adminAuth" = [])),
    params(Filter),
    responses(
        (status = 200, description = "The table.", content_type = "text/csv", body = String,
            example = "email,firstName,topics,status,source,createdAt,confirmedAt\r\nann@example.com,Ann,offers events,confirmed,form,2024-10-07T12:12:58.000000Z,2024-10-07T12:20:00.000000Z\r\n"),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn export(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let filter = filter.parse()?;
    // Read before anything is answered, so that what fails at once is told as an error.
    let first = next(&commerce, &who.shop, &filter, String::new()).await.map_err(Problem::from)?;
    let beginning = Some((HEAD.to_owned(), Some(first)));
    // Fused, for whoever compresses the answer asks once more after its end.
    let rows = stream::unfold(beginning, move |state| {
        let (commerce, shop, filter) = (commerce.clone(), who.shop.clone(), filter.clone());
        async move {
            let (text, step) = state?;
            let Some(step) = step else { return Some((Ok(text), None)) };
            let text = text + &step.iter().map(row).collect::<String>();
            let Some(last) = step.last() else { return Some((Ok(text), None)) };
            match next(&commerce, &shop, &filter, last.email.clone()).await {
                Ok(step) => Some((Ok(text), Some((String::new(), Some(step))))),
                // The answer has begun: cut off, it is seen to be broken.
                Err(error) => Some((Err(error), None)),
            }
        }
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"subscribers.csv\""),
    ];
    Ok((headers, Body::from_stream(rows.fuse())).into_response())
}

async fn next(
    commerce: &Commerce,
    shop: &Shop,
    filter: &SubscriberFilter,
    after: String,
) -> Result<Vec<SubscriberEntry>, MessagingError> {
    messaging::subscribers_after(commerce, shop, filter, after, STEP).await
}

fn row(entry: &SubscriberEntry) -> String {
    let confirmed_at = entry.confirmed_at.map(|time| time.to_string()).unwrap_or_default();
    let cells = [
        entry.email.as_str(),
        entry.first_name.as_deref().unwrap_or_default(),
        &entry.topics.join(" "),
        &entry.status,
        &entry.source,
        &entry.created_at.to_string(),
        &confirmed_at,
    ];
    cells.map(cell).join(",") + "\r\n"
}

/// A text as a cell of a table that no spreadsheet takes for a formula.
pub(crate) fn cell(text: &str) -> String {
    let guarded =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_breaks_out_or_computes() {
        for (text, written) in [
            ("ann@example.com", "ann@example.com"),
            ("O'Brien, \"Ann\"", "\"O'Brien, \"\"Ann\"\"\""),
            ("=1+1", "'=1+1"),
            ("-x@example.com", "'-x@example.com"),
            ("@SUM(A1,A2)", "\"'@SUM(A1,A2)\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
