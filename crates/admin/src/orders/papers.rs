//! GET /orders/{orderId}/invoice and /orders/{orderId}/packing-slip: an order's papers, to be printed.

use axum::extract::State;
use commerce::{Commerce, orders};
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Conflict, Forbidden, NotFound, Unauthenticated};
use marzipan_http::{ApiError, Pdf, Segment};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Admin;
use crate::identity::{OrdersRead, Staff};

pub(super) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new().routes(routes!(invoice)).routes(routes!(packing_slip))
}

/// Print an invoice.
///
/// A PDF with the shop's VAT number, the rates and the totals. An order has one once it is paid.
#[utoipa::path(
    get,
    path = "/orders/{orderId}/invoice",
    tag = "Orders",
    operation_id = "printInvoice",
    security(("adminAuth" = [])),
    params(("orderId" = String, Path, description = "The order's id or ref.", example = "1010744")),
    responses(
        (status = 200, description = "The invoice.", content_type = "application/pdf", body = String,
            example = "%PDF-1.7"),
        Unauthenticated, Forbidden, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn invoice(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Segment(named): Segment<String>,
) -> Result<Pdf, ApiError> {
    let paper = orders::invoice(&commerce, &who.shop, named).await.map_err(Problem::from)?;
    Ok(Pdf { file_name: paper.file_name, bytes: paper.pdf })
}

/// Print a packing slip.
///
/// A PDF of what is still to be sent, without prices; of all of it once nothing is.
#[utoipa::path(
    get,
    path = "/orders/{orderId}/packing-slip",
    tag = "Orders",
    operation_id = "printPackingSlip",
    security(("adminAuth" = [])),
    params(("orderId" = String, Path, description = "The order's id or ref.", example = "1010744")),
    responses(
        (status = 200, description = "The packing slip.", content_type = "application/pdf", body = String,
            example = "%PDF-1.7"),
        Unauthenticated, Forbidden, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn packing_slip(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Segment(named): Segment<String>,
) -> Result<Pdf, ApiError> {
    let paper = orders::packing_slip(&commerce, &who.shop, named).await.map_err(Problem::from)?;
    Ok(Pdf { file_name: paper.file_name, bytes: paper.pdf })
}
