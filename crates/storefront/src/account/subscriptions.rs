//! GET /account/subscriptions, published.

use axum::Json;
use marzipan_http::openapi::{Always, Unauthenticated};
use serde::Serialize;
use utoipa::ToSchema;

use super::DataBody;
use crate::identity::Customer;

/// A subscription in the customer's list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000005",
    "subscriptionType": "picknmix",
    "name": "The Cellar Club",
    "productId": "01926a3c-0000-7000-8000-000000000006",
    "price": "£64.00",
    "status": "active",
    "startDate": "2024-10-07T12:12:58.000000Z",
    "endDate": null,
    "renewalDate": "2024-11-07T12:12:58.000000Z",
    "billingInterval": 1,
}))]
pub(crate) struct SubscriptionSummary {
    #[schema(format = Uuid)]
    id: String,
    subscription_type: String,
    name: String,
    #[schema(format = Uuid)]
    product_id: String,
    price: String,
    status: String,
    #[schema(format = DateTime)]
    start_date: String,
    #[schema(required, format = DateTime)]
    end_date: Option<String>,
    #[schema(required, format = DateTime)]
    renewal_date: Option<String>,
    /// Months between two boxes.
    billing_interval: u32,
}

/// List subscriptions.
///
/// The customer's subscriptions, active and not. The shop sells none yet, so the list is empty.
#[utoipa::path(
    get,
    path = "/account/subscriptions",
    tag = "Account",
    operation_id = "listSubscriptions",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The subscriptions.", body = DataBody<Vec<SubscriptionSummary>>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn list(_: Customer) -> Json<DataBody<Vec<SubscriptionSummary>>> {
    Json(DataBody { data: Vec::new() })
}
