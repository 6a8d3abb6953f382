//! Who buys, where it goes, how, and with which words.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::carts::{self, AddressesForm, ContactForm, Messages};
use domain::accounts::AddressForm;
use domain::fields::FieldErrors;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IfMatchParam, Invalid, NotFound, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Preconditions, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::ShippingMethodBody;
use super::{Answer, Cart, CartBody, shown};
use crate::account::{DataBody, PlainAddress};
use crate::identity::Shopper;

/// Who buys.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"email": "ann@example.com", "firstName": "Ann", "lastName": "Smith"}))]
pub(crate) struct CustomerInput {
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(schema_with = marzipan_http::fields::optional_line_schema)]
    first_name: Option<String>,
    #[schema(schema_with = marzipan_http::fields::optional_line_schema)]
    last_name: Option<String>,
    #[schema(schema_with = marzipan_http::fields::optional_phone_schema)]
    phone: Option<String>,
    /// Asked for where the shop sells to adults only.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    date_of_birth: Option<String>,
}

/// Say who buys.
#[utoipa::path(
    put,
    path = "/carts/{cartId}/customer",
    tag = "Carts",
    operation_id = "setCartCustomer",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IfMatchParam),
    request_body = CustomerInput,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_customer(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<CustomerInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let CustomerInput { email, first_name, last_name, phone, date_of_birth } = body;
    let form = ContactForm { email, first_name, last_name, phone, date_of_birth };
    shown(carts::set_contact(&commerce, &shopper, id, version, form).await)
}

/// Where the goods and the invoice go.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "shipping": {"firstName": "Ann", "lastName": "Smith", "line1": "12 Orchard Lane", "city": "Bath",
        "postcode": "BA1 1AA", "country": "GB"},
}))]
pub(crate) struct AddressesInput {
    #[schema(required, value_type = PlainAddress)]
    shipping: Option<PlainAddress>,
    /// As the goods if left out.
    billing: Option<PlainAddress>,
}

/// Say where it goes.
///
/// The shipping methods follow from it, and the tax.
#[utoipa::path(
    put,
    path = "/carts/{cartId}/addresses",
    tag = "Carts",
    operation_id = "setCartAddresses",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IfMatchParam),
    request_body = AddressesInput,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_addresses(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<AddressesInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let shipping = body.shipping.ok_or_else(|| FieldErrors::one("shipping", "Is required."))?;
    let form =
        AddressesForm { shipping: AddressForm::from(shipping), billing: body.billing.map(AddressForm::from) };
    shown(carts::set_addresses(&commerce, &shopper, id, version, form).await)
}

/// List shipping methods.
///
/// Those that go where the cart is to go, in the shop's order; none before the address is known.
#[utoipa::path(
    get,
    path = "/carts/{cartId}/shipping-methods",
    tag = "Carts",
    operation_id = "listCartShippingMethods",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid)),
    responses(
        (status = 200, description = "The methods.", body = DataBody<Vec<ShippingMethodBody>>,
            example = json!({"data": [{"id": "01926a3c-0000-7000-8000-000000000041", "name": "Courier",
                "price": {"value": 495, "formatted": "£4.95", "currency": "GBP"}}]})),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn shipping_methods(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
) -> Result<Json<DataBody<Vec<ShippingMethodBody>>>, ApiError> {
    let methods = carts::shipping_methods(&commerce, &shopper, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: methods.into_iter().map(Into::into).collect() }))
}

/// The chosen way.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"shippingMethodId": "01926a3c-0000-7000-8000-000000000041"}))]
pub(crate) struct ShippingMethodInput {
    #[schema(required, value_type = String, format = Uuid)]
    shipping_method_id: Option<String>,
}

/// Choose a shipping method.
#[utoipa::path(
    put,
    path = "/carts/{cartId}/shipping-method",
    tag = "Carts",
    operation_id = "setCartShippingMethod",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IfMatchParam),
    request_body = ShippingMethodInput,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_shipping_method(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<ShippingMethodInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let method = body.shipping_method_id.and_then(|id| id.parse().ok());
    shown(carts::set_shipping_method(&commerce, &shopper, id, version, method).await)
}

/// Words that go with the cart.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"message": "Happy birthday!"}))]
pub(crate) struct GiftMessageInput {
    /// For the card in the parcel; blank for none.
    #[schema(max_length = 1000)]
    message: Option<String>,
    /// For the shop; blank for none.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Write a card.
///
/// What is left out stays as it is.
#[utoipa::path(
    put,
    path = "/carts/{cartId}/gift-message",
    tag = "Carts",
    operation_id = "setCartGiftMessage",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    params(("cartId" = String, Path, description = "The cart's id.", format = Uuid), IfMatchParam),
    request_body = GiftMessageInput,
    responses(
        (status = 200, description = "The cart.", body = DataBody<CartBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set_gift_message(
    Shopper(shopper): Shopper,
    State(commerce): State<Commerce>,
    Segment(id): Cart,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<GiftMessageInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let messages = Messages { gift_message: body.message, note: body.note };
    shown(carts::set_messages(&commerce, &shopper, id, version, messages).await)
}
