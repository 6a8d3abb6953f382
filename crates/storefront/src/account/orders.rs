//! GET /account/orders, published.

use axum::Json;
use marzipan_http::openapi::{Always, Unauthenticated};
use serde::Serialize;
use utoipa::ToSchema;

use super::DataBody;
use crate::identity::Customer;

/// An order in the customer's list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000004",
    "ref": "1010744",
    "items": 2,
    "amount": "£96.98",
    "status": "processing",
    "paymentStatus": "paid",
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct OrderSummary {
    #[schema(format = Uuid)]
    id: String,
    /// Seven digits that count up per shop.
    r#ref: String,
    /// Units ordered.
    items: u32,
    amount: String,
    status: String,
    payment_status: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// List orders.
///
/// The customer's orders, oldest first. The shop takes no orders yet, so the list is empty.
#[utoipa::path(
    get,
    path = "/account/orders",
    tag = "Account",
    operation_id = "listOrders",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The orders.", body = DataBody<Vec<OrderSummary>>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn list(_: Customer) -> Json<DataBody<Vec<OrderSummary>>> {
    Json(DataBody { data: Vec::new() })
}
