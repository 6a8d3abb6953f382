//! GET and POST /account/addresses, PATCH and DELETE /account/addresses/{addressId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::accounts::{self, AddressEntry};
use domain::accounts::AddressForm;
use domain::ids::AddressId;
use domain::problem::Problem;
use marzipan_http::fields::{
    long_line_schema, optional_line_schema, optional_long_line_schema, optional_phone_schema, postcode_schema,
};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, Patch, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DataBody;
use crate::identity::Customer;

/// An address in the customer's book.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000003",
    "firstName": "Ann",
    "lastName": "Smith",
    "company": null,
    "line1": "12 Orchard Lane",
    "line2": null,
    "city": "Bath",
    "county": "Somerset",
    "postcode": "BA1 1AA",
    "country": "GB",
    "phone": null,
    "isDefaultShipping": true,
    "isDefaultBilling": true,
}))]
pub(crate) struct AddressBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(required)]
    first_name: Option<String>,
    #[schema(required)]
    last_name: Option<String>,
    #[schema(required)]
    company: Option<String>,
    line1: String,
    #[schema(required)]
    line2: Option<String>,
    city: String,
    #[schema(required)]
    county: Option<String>,
    postcode: String,
    /// ISO 3166 alpha-2.
    country: String,
    #[schema(required)]
    phone: Option<String>,
    is_default_shipping: bool,
    is_default_billing: bool,
}

impl From<AddressEntry> for AddressBody {
    fn from(entry: AddressEntry) -> Self {
        let AddressEntry { id, address, is_default_shipping, is_default_billing } = entry;
        let AddressForm {
            first_name,
            last_name,
            company,
            line1,
            line2,
            city,
            county,
            postcode,
            country,
            phone,
        } = address.to_form();
        Self {
            id: id.to_string(),
            first_name,
            last_name,
            company,
            line1: line1.unwrap_or_default(),
            line2,
            city: city.unwrap_or_default(),
            county,
            postcode: postcode.unwrap_or_default(),
            country: country.unwrap_or_default(),
            phone,
            is_default_shipping,
            is_default_billing,
        }
    }
}

/// An address, as it is typed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlainAddress {
    #[schema(schema_with = optional_line_schema)]
    first_name: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    last_name: Option<String>,
    #[schema(schema_with = optional_long_line_schema)]
    company: Option<String>,
    #[schema(required, schema_with = long_line_schema)]
    line1: Option<String>,
    #[schema(schema_with = optional_long_line_schema)]
    line2: Option<String>,
    #[schema(required, schema_with = long_line_schema)]
    city: Option<String>,
    #[schema(schema_with = optional_long_line_schema)]
    county: Option<String>,
    #[schema(required, schema_with = postcode_schema)]
    postcode: Option<String>,
    /// ISO 3166 alpha-2, in either case.
    #[schema(required, value_type = String, pattern = "^(GB|IE|FR|DE|ES|IT|US|CA|AU|NZ|[A-Za-z]{2})$")]
    country: Option<String>,
    #[schema(schema_with = optional_phone_schema)]
    phone: Option<String>,
}

impl From<PlainAddress> for AddressForm {
    fn from(address: PlainAddress) -> Self {
        let PlainAddress {
            first_name,
            last_name,
            company,
            line1,
            line2,
            city,
            county,
            postcode,
            country,
            phone,
        } = address;
        Self { first_name, last_name, company, line1, line2, city, county, postcode, country, phone }
    }
}

/// A new address.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "firstName": "Ann",
    "lastName": "Smith",
    "line1": "12 Orchard Lane",
    "city": "Bath",
    "postcode": "BA1 1AA",
    "country": "GB",
    "isDefaultShipping": true,
}))]
pub(crate) struct NewAddressBody {
    #[serde(flatten)]
    #[schema(inline)]
    address: PlainAddress,
    is_default_shipping: Option<bool>,
    is_default_billing: Option<bool>,
}

/// List addresses.
///
/// The customer's address book, oldest first.
#[utoipa::path(
    get,
    path = "/account/addresses",
    tag = "Account",
    operation_id = "listAddresses",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The addresses.", body = DataBody<Vec<AddressBody>>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn list(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<Vec<AddressBody>>>, ApiError> {
    let addresses = accounts::addresses(&commerce, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: addresses.into_iter().map(Into::into).collect() }))
}

/// Add an address.
///
/// Making it a default takes that place from the one that had it. A customer keeps fifty at the most.
#[utoipa::path(
    post,
    path = "/account/addresses",
    tag = "Account",
    operation_id = "addAddress",
    security(("accountAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewAddressBody,
    responses(
        (status = 201, description = "Added.", body = DataBody<AddressBody>),
        BadBody, Unauthenticated, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewAddressBody>,
) -> Result<(StatusCode, Json<DataBody<AddressBody>>), ApiError> {
    let shipping = body.is_default_shipping.unwrap_or(false);
    let billing = body.is_default_billing.unwrap_or(false);
    let address = AddressForm::from(body.address).parse()?;
    let entry =
        accounts::add_address(&commerce, &who, address, shipping, billing).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: entry.into() })))
}

/// What to change of an address; what is left out stays, null empties.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"line2": "Flat 2", "isDefaultShipping": true}))]
pub(crate) struct AddressPatch {
    #[serde(default)]
    #[schema(schema_with = optional_line_schema)]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = optional_line_schema)]
    last_name: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = optional_long_line_schema)]
    company: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = long_line_schema)]
    line1: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = optional_long_line_schema)]
    line2: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = long_line_schema)]
    city: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = optional_long_line_schema)]
    county: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = postcode_schema)]
    postcode: Patch<String>,
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(GB|IE|FR|DE|ES|IT|US|CA|AU|NZ|[A-Za-z]{2})$")]
    country: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = optional_phone_schema)]
    phone: Patch<String>,
    is_default_shipping: Option<bool>,
    is_default_billing: Option<bool>,
}

impl AddressPatch {
    fn write_over(&self, form: &mut AddressForm) {
        let Self {
            first_name,
            last_name,
            company,
            line1,
            line2,
            city,
            county,
            postcode,
            country,
            phone,
            is_default_shipping: _,
            is_default_billing: _,
        } = self;
        for (patch, field) in [
            (first_name, &mut form.first_name),
            (last_name, &mut form.last_name),
            (company, &mut form.company),
            (line1, &mut form.line1),
            (line2, &mut form.line2),
            (city, &mut form.city),
            (county, &mut form.county),
            (postcode, &mut form.postcode),
            (country, &mut form.country),
            (phone, &mut form.phone),
        ] {
            if let Some(change) = patch.clone().into_change() {
                *field = change;
            }
        }
    }
}

/// Change an address.
///
/// Only what is sent changes.
#[utoipa::path(
    patch,
    path = "/account/addresses/{addressId}",
    tag = "Account",
    operation_id = "changeAddress",
    security(("accountAuth" = [])),
    params(("addressId" = String, Path, description = "The address's id.", format = Uuid)),
    request_body = AddressPatch,
    responses(
        (status = 200, description = "The address as it is now.", body = DataBody<AddressBody>),
        BadBody, Unauthenticated, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(id): Segment<AddressId>,
    JsonBody(patch): JsonBody<AddressPatch>,
) -> Result<Json<DataBody<AddressBody>>, ApiError> {
    let (shipping, billing) = (patch.is_default_shipping, patch.is_default_billing);
    let write_over = move |form: &mut AddressForm| patch.write_over(form);
    let entry = accounts::change_address(&commerce, &who, id, shipping, billing, write_over)
        .await
        .map_err(Problem::from)?;
    Ok(Json(DataBody { data: entry.into() }))
}

/// Remove an address.
///
/// Orders that were sent there keep their copy of it.
#[utoipa::path(
    delete,
    path = "/account/addresses/{addressId}",
    tag = "Account",
    operation_id = "removeAddress",
    security(("accountAuth" = [])),
    params(("addressId" = String, Path, description = "The address's id.", format = Uuid)),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn remove(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(id): Segment<AddressId>,
) -> Result<StatusCode, ApiError> {
    accounts::remove_address(&commerce, &who, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
