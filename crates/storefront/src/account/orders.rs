//! GET /account/orders, published; GET /account/orders/{orderId}, POST /account/orders/{orderId}/reorder.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::{Commerce, orders};
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, Pdf, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use super::DataBody;
use crate::carts::{CartAddress, CartBody, ChosenOptionBody};
use crate::identity::{Customer, Shopper};
use crate::packages::MoneyBody;

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
    items: i64,
    amount: String,
    status: String,
    payment_status: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<orders::OrderSummary> for OrderSummary {
    fn from(order: orders::OrderSummary) -> Self {
        Self {
            id: order.id.to_string(),
            r#ref: order.reference,
            items: order.items,
            amount: order.amount.formatted(),
            status: order.status,
            payment_status: order.payment_status,
            created_at: order.created_at.to_string(),
        }
    }
}

/// An order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderBody {
    #[schema(format = Uuid)]
    id: String,
    /// Seven digits that count up per shop.
    r#ref: String,
    /// `pending`, `processing`, `shipped`, `delivered`, `cancelled` or `refunded`.
    status: String,
    /// `pending`, `paid`, `failed`, `partially_refunded` or `refunded`.
    payment_status: String,
    items: Vec<OrderItemBody>,
    subtotal: MoneyBody,
    discount_total: MoneyBody,
    shipping_total: MoneyBody,
    tax_total: MoneyBody,
    /// What gift cards paid of the total.
    gift_card_total: MoneyBody,
    total: MoneyBody,
    refunded_total: MoneyBody,
    /// Whether prices include tax; else it is added to the total.
    tax_included: bool,
    #[schema(required)]
    shipping_address: Option<CartAddress>,
    #[schema(required)]
    billing_address: Option<CartAddress>,
    /// What it is called.
    #[schema(required)]
    shipping_method: Option<String>,
    /// The parcels on their way.
    tracking: Vec<TrackingBody>,
    #[schema(required)]
    gift_message: Option<String>,
    #[schema(required, format = Uuid)]
    subscription_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A line.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderItemBody {
    #[schema(format = Uuid)]
    product_id: String,
    name: String,
    #[schema(required)]
    sku: Option<String>,
    quantity: i64,
    unit_price: MoneyBody,
    /// Before discounts.
    total: MoneyBody,
    options: Vec<ChosenOptionBody>,
    #[schema(required, format = Uuid)]
    subscription_id: Option<String>,
}

/// A parcel.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrackingBody {
    #[schema(required)]
    carrier: Option<String>,
    #[schema(required)]
    number: Option<String>,
    /// Where to follow it.
    #[schema(required, format = Uri)]
    url: Option<String>,
    #[schema(format = DateTime)]
    shipped_at: String,
}

impl From<orders::OrderView> for OrderBody {
    fn from(order: orders::OrderView) -> Self {
        let line = |line: orders::OrderLine| OrderItemBody {
            product_id: line.product_id.to_string(),
            name: line.name,
            sku: line.sku,
            quantity: line.quantity,
            unit_price: line.unit_price.into(),
            total: line.total.into(),
            options: line.options.into_iter().map(Into::into).collect(),
            subscription_id: line.subscription_id.map(|id| id.to_string()),
        };
        let parcel = |parcel: orders::Tracking| TrackingBody {
            carrier: parcel.carrier,
            number: parcel.number,
            url: parcel.url,
            shipped_at: parcel.shipped_at.to_string(),
        };
        Self {
            id: order.id.to_string(),
            r#ref: order.reference,
            status: order.status,
            payment_status: order.payment_status,
            items: order.items.into_iter().map(line).collect(),
            subtotal: order.subtotal.into(),
            discount_total: order.discount_total.into(),
            shipping_total: order.shipping_total.into(),
            tax_total: order.tax_total.into(),
            gift_card_total: order.gift_card_total.into(),
            total: order.total.into(),
            refunded_total: order.refunded_total.into(),
            tax_included: order.tax_included,
            shipping_address: order.shipping_address.map(Into::into),
            billing_address: order.billing_address.map(Into::into),
            shipping_method: order.shipping_method,
            tracking: order.tracking.into_iter().map(parcel).collect(),
            gift_message: order.gift_message,
            subscription_id: order.subscription_id.map(|id| id.to_string()),
            created_at: order.created_at.to_string(),
        }
    }
}

/// List orders.
///
/// The customer's orders, oldest first. A checkout that was never paid is none.
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
pub(crate) async fn list(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<Vec<OrderSummary>>>, ApiError> {
    let found = orders::list_own(&commerce, &shopper.shop, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: found.into_iter().map(Into::into).collect() }))
}

/// Show an order.
#[utoipa::path(
    get,
    path = "/account/orders/{orderId}",
    tag = "Account",
    operation_id = "showOrder",
    security(("accountAuth" = [])),
    params(("orderId" = String, Path, description = "The order's id or ref.", example = "1010744")),
    responses(
        (status = 200, description = "The order.", body = DataBody<OrderBody>,
            example = json!({"data": {"id": "01926a3c-0000-7000-8000-000000000004", "ref": "1010744",
                "status": "processing", "paymentStatus": "paid"}})),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(named): Segment<String>,
) -> Result<Json<DataBody<OrderBody>>, ApiError> {
    let order = orders::own_order(&commerce, &shopper.shop, &who, named).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: order.into() }))
}

/// Show an order's invoice.
///
/// A PDF, once the order is paid.
#[utoipa::path(
    get,
    path = "/account/orders/{orderId}/invoice",
    tag = "Account",
    operation_id = "showInvoice",
    security(("accountAuth" = [])),
    params(("orderId" = String, Path, description = "The order's id or ref.", example = "1010744")),
    responses(
        (status = 200, description = "The invoice.", content_type = "application/pdf", body = String,
            example = "%PDF-1.7"),
        Unauthenticated, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn invoice(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(named): Segment<String>,
) -> Result<Pdf, ApiError> {
    let paper = orders::own_invoice(&commerce, &shopper.shop, &who, named).await.map_err(Problem::from)?;
    Ok(Pdf { file_name: paper.file_name, bytes: paper.pdf })
}

/// Order again.
///
/// What was ordered is put into the customer's open cart; what can no longer be bought is in its `warnings`.
#[utoipa::path(
    post,
    path = "/account/orders/{orderId}/reorder",
    tag = "Account",
    operation_id = "reorder",
    security(("accountAuth" = [])),
    params(
        ("orderId" = String, Path, description = "The order's id or ref.", example = "1010744"),
        IdempotencyKeyParam,
    ),
    responses(
        (status = 201, description = "The cart.", body = DataBody<CartBody>),
        Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn reorder(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(named): Segment<String>,
) -> Result<(StatusCode, Json<DataBody<CartBody>>), ApiError> {
    let cart = orders::reorder(&commerce, &shopper, &who, named).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: cart.into() })))
}
