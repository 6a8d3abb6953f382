//! GET /orders and /orders/{orderId}, and what staff do with an order.

pub(crate) mod bodies;
mod papers;

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::orders::{self, Fulfilment, FulfilmentLine, OrderEntry, OrderError, OrderFilter, RefundForm};
use domain::accounts::Email;
use domain::fields::{FieldErrors, Fields};
use domain::ids::{CustomerId, OrderId, OrderItemId};
use domain::orders::{OrderStatus, PaymentStatus};
use domain::problem::Problem;
use marzipan_http::idempotency::honoured;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Query, Segment,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use self::bodies::OrderBody;
use crate::Admin;
use crate::bodies::{DataBody, page};
use crate::identity::{OrdersRead, OrdersRefund, OrdersWrite, Staff};

/// What staff do with orders.
pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(fulfil).layer(honoured()))
        .routes(routes!(deliver).layer(honoured()))
        .routes(routes!(cancel).layer(honoured()))
        .routes(routes!(refund).layer(honoured()))
        .routes(routes!(add_note).layer(honoured()))
        .merge(papers::routes())
}

type Answer = (ETag, Json<DataBody<OrderBody>>);

fn answer(found: Result<OrderEntry, OrderError>) -> Result<Answer, ApiError> {
    let entry = found.map_err(Problem::from)?;
    Ok((ETag::of_version(entry.version), Json(DataBody::of(entry))))
}

/// Which orders to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderQuery {
    /// Only in this state.
    #[param(required = false, value_type = String, pattern = "^(|pending|processing|shipped|delivered|cancelled|refunded)$")]
    status: Option<String>,
    /// Only so paid.
    #[param(required = false, value_type = String, pattern = "^(|pending|paid|failed|partially_refunded|refunded)$")]
    payment_status: Option<String>,
    /// Only of this customer.
    #[param(required = false, value_type = String, pattern = "^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    customer_id: Option<String>,
    /// Only of this address, in any case; blank for all.
    #[param(required = false, value_type = String, max_length = 254, pattern = "^(|[^@ ]+@[^@ ]+)$")]
    email: Option<String>,
    /// Only the one with this ref.
    #[param(required = false, value_type = String, max_length = 20, example = "1010744")]
    r#ref: Option<String>,
}

impl OrderQuery {
    fn parse(self) -> Result<OrderFilter, FieldErrors> {
        let mut fields = Fields::default();
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let status = filled(self.status).map(|word| OrderStatus::parse(&word));
        let payment_status = filled(self.payment_status).map(|word| PaymentStatus::parse(&word));
        let customer = filled(self.customer_id).map(|id| {
            id.parse::<CustomerId>().map_err(|_| domain::fields::Invalid::fixed("Must be a customer's id."))
        });
        let email = filled(self.email).map(|email| Email::parse(&email));
        if self.r#ref.as_ref().is_some_and(|named| named.chars().count() > 20) {
            fields.refuse("ref", "Must not be longer than 20 characters.");
        }
        let filter = OrderFilter {
            status: fields.take_optional("status", status),
            payment_status: fields.take_optional("paymentStatus", payment_status),
            customer: fields.take_optional("customerId", customer),
            email: fields.take_optional("email", email),
            reference: filled(self.r#ref),
            from: None,
            until: None,
        };
        fields.finish()?;
        Ok(filter)
    }
}

/// List orders.
///
/// The newest first. A checkout that was begun and never paid is a pending one.
#[utoipa::path(
    get,
    path = "/orders",
    tag = "Orders",
    operation_id = "listOrders",
    security(("adminAuth" = [])),
    params(OrderQuery, PagingParams),
    responses(
        (status = 200, description = "A page of the orders.", body = ListBody<OrderBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<OrderQuery>,
    paging: Paging,
) -> Result<ListBody<OrderBody>, ApiError> {
    let filter = query.parse()?;
    let (found, total) = orders::list(&commerce, &who.shop, filter, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}

/// Show an order.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/orders/{orderId}",
    tag = "Orders",
    operation_id = "showOrder",
    security(("adminAuth" = [])),
    params(("orderId" = String, Path, description = "The order's id or ref.", example = "1010744")),
    responses(
        (status = 200, description = "The order.", body = DataBody<OrderBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<OrdersRead>,
    State(commerce): State<Commerce>,
    Segment(named): Segment<String>,
) -> Result<Answer, ApiError> {
    answer(orders::find(&commerce, &who.shop, named).await)
}

/// A parcel to note.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"carrier": "Parcel Post", "number": "PP123456789GB",
    "url": "https://parcels.example/PP123456789GB"}))]
pub(crate) struct FulfilInput {
    #[schema(schema_with = marzipan_http::fields::optional_line_schema)]
    carrier: Option<String>,
    #[schema(schema_with = marzipan_http::fields::optional_line_schema)]
    number: Option<String>,
    /// Where to follow it.
    #[schema(
        max_length = 2000,
        pattern = "^https://[a-zA-Z]([a-zA-Z0-9.-]*[a-zA-Z])?(:[0-9]{1,4})?([/?#][!-~]*)?$"
    )]
    url: Option<String>,
    /// What is in it; all that is still to be sent if left out.
    #[schema(max_items = 100)]
    items: Option<Vec<LineInput>>,
}

/// So many of a line.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineInput {
    #[schema(format = Uuid)]
    item_id: String,
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
}

/// What is no line's id is refused where it stands.
fn lines(path: &str, typed: Option<Vec<LineInput>>) -> Result<Vec<(OrderItemId, i64)>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut lines = Vec::new();
    for (index, line) in typed.unwrap_or_default().into_iter().enumerate() {
        match line.item_id.parse() {
            Ok(id) => lines.push((id, line.quantity)),
            Err(_) => errors.add(format!("{path}.{index}.itemId"), "Must be a line of this order."),
        }
    }
    if errors.is_empty() { Ok(lines) } else { Err(errors) }
}

/// Send an order.
///
/// Notes a parcel, and tells the customer. With the last one the order is shipped.
#[utoipa::path(
    post,
    path = "/orders/{orderId}/fulfil",
    tag = "Orders",
    operation_id = "fulfilOrder",
    security(("adminAuth" = [])),
    params(
        ("orderId" = String, Path, description = "The order's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = FulfilInput,
    responses(
        (status = 200, description = "The order as it is now.", body = DataBody<OrderBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn fulfil(
    Staff { who, .. }: Staff<OrdersWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<OrderId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<FulfilInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let items = lines("items", body.items)?;
    let items = items.into_iter().map(|(item, quantity)| FulfilmentLine { item, quantity }).collect();
    let parcel = Fulfilment { carrier: body.carrier, number: body.number, url: body.url, items };
    answer(orders::fulfil(&commerce, &who.shop, who.actor, id, version, parcel).await)
}

/// Note an arrival.
///
/// The order has arrived.
#[utoipa::path(
    post,
    path = "/orders/{orderId}/deliver",
    tag = "Orders",
    operation_id = "deliverOrder",
    security(("adminAuth" = [])),
    params(
        ("orderId" = String, Path, description = "The order's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    responses(
        (status = 200, description = "The order as it is now.", body = DataBody<OrderBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn deliver(
    Staff { who, .. }: Staff<OrdersWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<OrderId>,
    preconditions: Preconditions,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    answer(orders::deliver(&commerce, &who.shop, who.actor, id, version).await)
}

/// Why, and whether the goods go back on the shelf.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"reason": "Changed their mind", "restock": true}))]
pub(crate) struct CancelInput {
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// They do if left out.
    restock: Option<bool>,
}

/// Cancel an order.
///
/// One that is paid and of which nothing was sent. All of its money is given back.
#[utoipa::path(
    post,
    path = "/orders/{orderId}/cancel",
    tag = "Orders",
    operation_id = "cancelOrder",
    security(("adminAuth" = [])),
    params(
        ("orderId" = String, Path, description = "The order's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = CancelInput,
    responses(
        (status = 200, description = "The order as it is now.", body = DataBody<OrderBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn cancel(
    Staff { who, .. }: Staff<OrdersRefund>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<OrderId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<CancelInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let restocks = body.restock.unwrap_or(true);
    answer(orders::cancel(&commerce, &who.shop, who.actor, id, version, body.reason, restocks).await)
}

/// Money to give back.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"amount": 2499, "reason": "One bottle was broken"}))]
pub(crate) struct RefundInput {
    /// In minor units; all that is left if left out.
    #[schema(minimum = 1, maximum = 100_000_000_000_i64)]
    amount: Option<i64>,
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// What comes back on the shelf; nothing if left out.
    #[schema(max_items = 100)]
    restock: Option<Vec<LineInput>>,
}

/// Give money back.
///
/// To the card first, then to gift cards; never more than was paid.
#[utoipa::path(
    post,
    path = "/orders/{orderId}/refund",
    tag = "Orders",
    operation_id = "refundOrder",
    security(("adminAuth" = [])),
    params(
        ("orderId" = String, Path, description = "The order's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = RefundInput,
    responses(
        (status = 200, description = "The order as it is now.", body = DataBody<OrderBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn refund(
    Staff { who, .. }: Staff<OrdersRefund>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<OrderId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<RefundInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let form =
        RefundForm { amount: body.amount, reason: body.reason, restock: lines("restock", body.restock)? };
    answer(orders::refund(&commerce, &who.shop, who.actor, id, version, form).await)
}

/// What to write.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"text": "Rang about the address."}))]
pub(crate) struct NoteInput {
    #[schema(required, value_type = String, schema_with = marzipan_http::fields::message_schema)]
    text: Option<String>,
}

/// Write a note.
///
/// For the staff; the customer does not see it.
#[utoipa::path(
    post,
    path = "/orders/{orderId}/notes",
    tag = "Orders",
    operation_id = "addOrderNote",
    security(("adminAuth" = [])),
    params(
        ("orderId" = String, Path, description = "The order's id.", format = Uuid),
        IdempotencyKeyParam, IfMatchParam,
    ),
    request_body = NoteInput,
    responses(
        (status = 200, description = "The order as it is now.", body = DataBody<OrderBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn add_note(
    Staff { who, .. }: Staff<OrdersWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<OrderId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<NoteInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let text = body.text.unwrap_or_default();
    answer(orders::add_note(&commerce, &who.shop, who.actor, id, version, &text).await)
}
