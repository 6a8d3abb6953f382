//! GET and POST /account/payment-methods, PUT /account/payment-methods/{paymentMethodId}/default, DELETE
//! /account/payment-methods/{paymentMethodId}. No data of a card comes here: the provider's client library takes those.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::payments::{self, MethodEntry, SetUpEntry};
use domain::fields::Fields;
use domain::ids::PaymentMethodId;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, PaymentDeclined,
    Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Segment};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DataBody, return_page};
use crate::identity::{Customer, Shopper};

/// No provider's token is longer.
pub(crate) const LONGEST_TOKEN: usize = 200;

/// A kept card, as a receipt shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000051",
    "provider": "stripe",
    "brand": "visa",
    "last4": "4242",
    "expiryMonth": 12,
    "expiryYear": 2034,
    "isDefault": true,
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct PaymentMethodBody {
    #[schema(format = Uuid)]
    id: String,
    provider: String,
    brand: String,
    last4: String,
    expiry_month: i64,
    expiry_year: i64,
    is_default: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<MethodEntry> for PaymentMethodBody {
    fn from(entry: MethodEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            provider: entry.provider,
            brand: entry.brand,
            last4: entry.last4,
            expiry_month: entry.expiry_month,
            expiry_year: entry.expiry_year,
            is_default: entry.is_default,
            created_at: entry.created_at.to_string(),
        }
    }
}

/// List payment methods.
///
/// The customer's cards, oldest first.
#[utoipa::path(
    get,
    path = "/account/payment-methods",
    tag = "Account",
    operation_id = "listPaymentMethods",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The cards.", body = DataBody<Vec<PaymentMethodBody>>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn list(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<Vec<PaymentMethodBody>>>, ApiError> {
    let found = payments::payment_methods(&commerce, &shopper.shop, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: found.into_iter().map(Into::into).collect() }))
}

/// A card to keep.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"token": "tok_ok"}))]
pub(crate) struct NewPaymentMethod {
    /// What the provider's client library made of the card. Without it, the library finishes with the client secret of the
    /// answer.
    #[schema(min_length = 1, max_length = 200)]
    token: Option<String>,
    /// Where the bank sends the customer back to.
    #[schema(format = Uri, max_length = 2000)]
    return_url: Option<String>,
}

/// A set-up, and what the provider's client library needs for it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "status": "requires_action",
    "provider": "sandbox",
    "clientSecret": "set_01926a3c_secret",
    "redirectUrl": "https://api.example.com/sandbox/authenticate/set_01926a3c",
    "publishableKey": null,
    "paymentMethod": null,
}))]
pub(crate) struct SetUpBody {
    /// `succeeded`, `requires_action` or `processing`.
    status: &'static str,
    provider: &'static str,
    #[schema(required)]
    client_secret: Option<String>,
    #[schema(required)]
    redirect_url: Option<String>,
    #[schema(required)]
    publishable_key: Option<String>,
    /// The card, once it is kept.
    #[schema(required)]
    payment_method: Option<PaymentMethodBody>,
}

impl From<SetUpEntry> for SetUpBody {
    fn from(entry: SetUpEntry) -> Self {
        Self {
            status: entry.status,
            provider: entry.provider,
            client_secret: entry.client_secret,
            redirect_url: entry.redirect_url,
            publishable_key: entry.publishable_key,
            payment_method: entry.method.map(Into::into),
        }
    }
}

/// Begin to keep a card.
#[utoipa::path(
    post,
    path = "/account/payment-methods",
    tag = "Account",
    operation_id = "addPaymentMethod",
    security(("accountAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewPaymentMethod,
    responses(
        (status = 201, description = "Begun, or done.", body = DataBody<SetUpBody>),
        BadBody, Unauthenticated, PaymentDeclined, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn begin(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewPaymentMethod>,
) -> Result<(StatusCode, Json<DataBody<SetUpBody>>), ApiError> {
    let mut fields = Fields::default();
    let return_url = return_page(&mut fields, body.return_url, &shopper.shop);
    if body.token.as_ref().is_some_and(|token| token.chars().count() > LONGEST_TOKEN) {
        fields.refuse("token", "Must not be longer than 200 characters.");
    }
    fields.finish()?;
    let token = body.token.filter(|token| !token.trim().is_empty()).map(SecretString::from);
    let begun = payments::begin_set_up(&commerce, &shopper.shop, &who, token, return_url)
        .await
        .map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: begun.into() })))
}

/// Make a card the default.
///
/// What is owed for a subscription that is past due is tried with it at once.
#[utoipa::path(
    put,
    path = "/account/payment-methods/{paymentMethodId}/default",
    tag = "Account",
    operation_id = "makePaymentMethodDefault",
    security(("accountAuth" = [])),
    params(("paymentMethodId" = String, Path, description = "The card's id.", format = Uuid)),
    responses(
        (status = 200, description = "The card.", body = DataBody<PaymentMethodBody>),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn make_default(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(id): Segment<PaymentMethodId>,
) -> Result<Json<DataBody<PaymentMethodBody>>, ApiError> {
    let entry = payments::make_default(&commerce, &who, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: entry.into() }))
}

/// Remove a card.
///
/// It is forgotten at the provider too. The last card of an active subscription stays: 409 `payment_method_in_use`.
#[utoipa::path(
    delete,
    path = "/account/payment-methods/{paymentMethodId}",
    tag = "Account",
    operation_id = "removePaymentMethod",
    security(("accountAuth" = [])),
    params(("paymentMethodId" = String, Path, description = "The card's id.", format = Uuid)),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn remove(
    Customer(who): Customer,
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Segment<PaymentMethodId>,
) -> Result<StatusCode, ApiError> {
    payments::remove_payment_method(&commerce, &shopper.shop, &who, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
