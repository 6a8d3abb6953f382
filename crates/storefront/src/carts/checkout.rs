//! POST and GET /carts/{cartId}/checkout.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::checkout::{self, CheckOut, Checkout, CheckoutError, PaymentChoice, PaymentState};
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, PaymentDeclined,
    Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Segment};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Cart;
use super::bodies::NoticeBody;
use crate::account::{DataBody, LONGEST_TOKEN, OrderBody, return_page};
use crate::identity::Shopper;

/// A wish to check out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "payment": {"provider": "sandbox", "token": "tok_ok"},
    "returnUrl": "https://shop.example/thanks",
}))]
pub(crate) struct CheckoutInput {
    /// One of the customer's cards.
    #[schema(value_type = Option<String>, format = Uuid)]
    payment_method_id: Option<String>,
    /// What the provider's client library made of a card. Without either, the client library finishes the payment with the
    /// client secret of the answer.
    payment: Option<PaymentInput>,
    /// Where the bank sends the shopper back to; its origin must be on the shop's list, else it is left out.
    #[schema(format = Uri, max_length = 2000)]
    return_url: Option<String>,
    /// Keep the card for later: of customers who are signed in.
    save_payment_method: Option<bool>,
}

/// A token of the provider's.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PaymentInput {
    /// The shop's provider.
    #[schema(pattern = "^(sandbox|stripe)$")]
    provider: Option<String>,
    #[schema(required, value_type = String, min_length = 1, max_length = 200)]
    token: Option<String>,
}

impl CheckoutInput {
    fn parse(self, shopper: &commerce::accounts::Shopper) -> Result<CheckOut, FieldErrors> {
        let mut fields = Fields::default();
        let return_url = return_page(&mut fields, self.return_url, &shopper.shop);
        let is_named = self.payment.is_some() || self.payment_method_id.is_some();
        let payment = match (self.payment_method_id, self.payment) {
            (Some(_), Some(_)) => {
                fields.refuse("payment", "Give either this or paymentMethodId.");
                None
            }
            (Some(id), None) => {
                let saved = id.parse().map(PaymentChoice::Saved).ok();
                if saved.is_none() {
                    fields.refuse("paymentMethodId", "Must be one of your payment methods.");
                }
                saved
            }
            (None, Some(PaymentInput { provider, token })) => {
                let token = token.filter(|token| !token.trim().is_empty());
                match &token {
                    None => fields.refuse("payment.token", "Is required."),
                    Some(token) if token.chars().count() > LONGEST_TOKEN => {
                        fields.refuse("payment.token", "Must not be longer than 200 characters.");
                    }
                    Some(_) => {}
                }
                token.map(|token| PaymentChoice::Token { provider, token: SecretString::from(token) })
            }
            (None, None) => Some(PaymentChoice::Client),
        };
        let errors = fields.into_errors();
        match payment {
            Some(payment) if errors.is_empty() => Ok(CheckOut {
                payment,
                is_named,
                return_url,
                save_card: self.save_payment_method.unwrap_or(false),
            }),
            _ => Err(errors),
        }
    }
}

/// Where a checkout stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckoutBody {
    order: OrderBody,
    payment: PaymentBody,
}

/// Where a payment stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentBody {
    /// `succeeded`, `requires_action`, `processing`, `failed`, or `not_needed` for a total of nothing.
    status: &'static str,
    #[schema(required)]
    provider: Option<String>,
    /// For the provider's client library, while the shopper has to finish the payment.
    #[schema(required)]
    client_secret: Option<String>,
    /// Where the shopper finishes it, where that is a page.
    #[schema(required)]
    redirect_url: Option<String>,
}

impl From<PaymentState> for PaymentBody {
    fn from(state: PaymentState) -> Self {
        let PaymentState { status, provider, client_secret, redirect_url } = state;
        Self { status, provider, client_secret, redirect_url }
    }
}

impl From<Checkout> for CheckoutBody {
    fn from(checkout: Checkout) -> Self {
        Self { order: checkout.order.into(), payment: checkout.payment.into() }
    }
}

/// What is missing, and why a card was refused, stand beside the message.
fn refused(error: CheckoutError) -> ApiError {
    let requirements: Vec<NoticeBody> = error.requirements().iter().cloned().map(Into::into).collect();
    let decline = error.decline().map(|decline| decline.code.clone());
    let mut answer = ApiError::from(Problem::from(error));
    if !requirements.is_empty() {
        answer = answer.with_detail("requirements", serde_json::json!(requirements));
    }
    if let Some(code) = decline {
        answer = answer.with_detail("declineCode", code.into());
    }
    answer
}

/// Check out.
///
/// The order stands, pending, before any payment begins. `requires_action` means that the client finishes at the provider;
/// the provider's webhook or a GET of this address completes it then. Repeated, it gives the same order. 409
/// `cart_not_ready` and `out_of_stock` name what is missing in `requirements`; 402 leaves the cart open.
#[utoipa::path(
    post,
    path = "/carts/{cartId}/checkout",
    tag = "Carts",
    operation_id = "checkOut",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IdempotencyKeyParam),
    request_body = CheckoutInput,
    responses(
        (status = 201, description = "Begun, or done.", body = DataBody<CheckoutBody>,
            example = json!({"data": {"payment": {"status": "succeeded", "provider": "sandbox", "clientSecret": null,
                "redirectUrl": null}}})),
        (status = 200, description = "It was begun before.", body = DataBody<CheckoutBody>,
            example = json!({"data": {"payment": {"status": "succeeded", "provider": "sandbox", "clientSecret": null,
                "redirectUrl": null}}})),
        BadBody, Unauthenticated, PaymentDeclined, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn begin(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    JsonBody(body): JsonBody<CheckoutInput>,
) -> Result<(StatusCode, Json<DataBody<CheckoutBody>>), ApiError> {
    let asked = body.parse(&shopper)?;
    let done = checkout::check_out(&commerce, &shopper, id, asked).await.map_err(refused)?;
    let status = if done.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(DataBody { data: done.into() })))
}

/// Show a checkout.
///
/// A payment that is not decided is looked up first, so that the shopper's return completes the order.
#[utoipa::path(
    get,
    path = "/carts/{cartId}/checkout",
    tag = "Carts",
    operation_id = "showCheckout",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid)),
    responses(
        (status = 200, description = "Where it stands.", body = DataBody<CheckoutBody>,
            example = json!({"data": {"payment": {"status": "succeeded", "provider": "sandbox", "clientSecret": null,
                "redirectUrl": null}}})),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
) -> Result<Json<DataBody<CheckoutBody>>, ApiError> {
    let standing = checkout::find(&commerce, &shopper, id).await.map_err(refused)?;
    Ok(Json(DataBody { data: standing.into() }))
}
