//! GET /account/export and DELETE /account: what a customer may ask for by law.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::accounts::{self, Client, Export};
use domain::accounts::PasswordText;
use domain::fields::Fields;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, BadBody, Conflict, Invalid, NotFound, Unauthenticated};
use marzipan_http::{ApiError, JsonBody, RequestContext};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DataBody;
use crate::identity::Customer;

/// Everything held on a customer.
#[derive(serde::Serialize, ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct ExportBody(Export);

/// Take the data away.
///
/// Everything that the shop holds on the customer, as JSON.
#[utoipa::path(
    get,
    path = "/account/export",
    tag = "Account",
    operation_id = "exportData",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The data.", body = DataBody<ExportBody>, example = json!({"data": {"exportedAt": "2024-10-07T12:12:58.000000Z", "details": {}, "addresses": [], "sessions": [], "mails": [], "threads": [], "newsletter": null, "reviews": [], "rewards": [], "giftCards": []}})),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn export(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<ExportBody>>, ApiError> {
    let export =
        accounts::export(&commerce, who.tenant, who.customer, who.now).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: ExportBody(export) }))
}

/// The customer's word that it is them.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"password": "correct horse battery"}))]
pub(crate) struct EraseBody {
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    password: Option<String>,
}

/// Erase the account.
///
/// Erases what is personal and ends all sessions. What the law wants kept of sales stays without a name.
#[utoipa::path(
    delete,
    path = "/account",
    tag = "Account",
    operation_id = "eraseAccount",
    security(("accountAuth" = [])),
    request_body = EraseBody,
    responses(
        (status = 204, description = "Erased."),
        BadBody, Unauthenticated, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn erase(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<EraseBody>,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::default();
    let password = fields.take("password", PasswordText::parse(body.password.unwrap_or_default()));
    let Some(password) = password else { return Err(fields.into_errors().into()) };
    let client = Client { ip: context.client_ip(), device: None };
    accounts::erase_own(&commerce, &who, password, client).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
