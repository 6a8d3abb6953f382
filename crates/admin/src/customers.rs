//! The shop's customers: /customers and what hangs on one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::accounts::{self, DetailsChange};
use commerce::customers::{self, CustomerEntry};
use domain::accounts::{BirthDate, Email, Marketing, PersonName, Phone};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::ids::CustomerId;
use domain::problem::Problem;
use jiff::civil::Date;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Patch, PathId, Preconditions, Query,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::{ReadCustomers, Staff, WriteCustomers};
use crate::{DataBody, total};

/// A way in which a customer agreed to hear from the shop.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `Marketing` reads and writes")]
pub(crate) enum Channel {
    Email,
    Sms,
    Phone,
    Post,
}

/// A customer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000001",
    "firstName": "Ann",
    "lastName": "Smith",
    "email": "ann@example.com",
    "emailVerified": true,
    "phone": null,
    "marketing": ["email"],
    "dateOfBirth": null,
    "isSubscriber": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct CustomerBody {
    #[schema(format = Uuid)]
    id: String,
    first_name: String,
    last_name: String,
    #[schema(format = Email)]
    email: String,
    /// Whether the address was proved.
    email_verified: bool,
    #[schema(required)]
    phone: Option<String>,
    #[schema(value_type = Vec<Channel>)]
    marketing: Marketing,
    #[schema(required, format = Date)]
    date_of_birth: Option<String>,
    is_subscriber: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<CustomerEntry> for CustomerBody {
    fn from(entry: CustomerEntry) -> Self {
        let CustomerEntry { details, updated_at, version: _ } = entry;
        Self {
            id: details.id.to_string(),
            first_name: details.first_name,
            last_name: details.last_name,
            email: details.email,
            email_verified: details.email_verified,
            phone: details.phone,
            marketing: details.marketing,
            date_of_birth: details.date_of_birth,
            is_subscriber: details.is_subscriber,
            created_at: details.created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// A customer with the version that `If-Match` takes.
type Versioned = (ETag, Json<DataBody<CustomerBody>>);

fn versioned(entry: CustomerEntry) -> Versioned {
    (ETag::of_version(entry.version), Json(DataBody { data: entry.into() }))
}

/// Which customers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CustomerFilter {
    /// Exactly this address, in any case.
    #[param(required = false, max_length = 254, format = Email, example = "ann@example.com")]
    email: Option<String>,
}

/// List customers.
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/customers",
    tag = "Customers",
    operation_id = "listCustomers",
    security(("adminAuth" = [])),
    params(CustomerFilter, PagingParams),
    responses(
        (status = 200, description = "A page of the customers.", body = ListBody<CustomerBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff(who, _): Staff<ReadCustomers>,
    State(commerce): State<Commerce>,
    Query(filter): Query<CustomerFilter>,
    paging: Paging,
) -> Result<ListBody<CustomerBody>, ApiError> {
    let email = filter.email.filter(|email| !email.is_empty()).map(|email| Email::parse(&email)).transpose();
    let email = email.map_err(|refused| ApiError::invalid_field("email", refused.reason()))?;
    let (customers, count) = customers::list(&commerce, &who.shop, email, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(paging.page_of(customers.into_iter().map(Into::into).collect(), total(count)))
}

/// Show a customer.
///
/// The `ETag` is their version.
#[utoipa::path(
    get,
    path = "/customers/{customerId}",
    tag = "Customers",
    operation_id = "showCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses(
        (status = 200, description = "The customer.", body = DataBody<CustomerBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff(who, _): Staff<ReadCustomers>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<CustomerId>,
) -> Result<Versioned, ApiError> {
    Ok(versioned(customers::find(&commerce, &who.shop, id).await.map_err(Problem::from)?))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"phone": "+44 20 7946 0000"}))]
pub(crate) struct CustomerPatch {
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = r"^[A-Za-z][A-Za-z '-]*$")]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = r"^[A-Za-z][A-Za-z '-]*$")]
    last_name: Patch<String>,
    /// Null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32, pattern = r"^(\+?[0-9][0-9 ().-]{2,30})?$")]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Vec<Channel>)]
    marketing: Patch<Vec<String>>,
    /// Null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    date_of_birth: Patch<String>,
    /// Counts at once: staff vouch for it.
    #[serde(default)]
    #[schema(value_type = String, format = Email, max_length = 254)]
    email: Patch<String>,
}

impl CustomerPatch {
    fn parse(self, today: Date) -> Result<DetailsChange, FieldErrors> {
        let mut fields = Fields::default();
        let change = DetailsChange {
            first_name: needed(&mut fields, "firstName", self.first_name, |name| PersonName::parse(&name)),
            last_name: needed(&mut fields, "lastName", self.last_name, |name| PersonName::parse(&name)),
            phone: removable(&mut fields, "phone", self.phone, Phone::parse),
            marketing: needed(&mut fields, "marketing", self.marketing, |words| Marketing::parse(&words)),
            date_of_birth: removable(&mut fields, "dateOfBirth", self.date_of_birth, |text| {
                BirthDate::parse(text, today)
            }),
            email: needed(&mut fields, "email", self.email, |email| Email::parse(&email)),
            return_url: None,
        };
        fields.finish()?;
        Ok(change)
    }
}

/// A field that can be changed and not removed.
fn needed<T, U>(
    fields: &mut Fields,
    field: &str,
    patch: Patch<T>,
    parse: impl FnOnce(T) -> Result<U, Refused>,
) -> Option<U> {
    let value = patch.into_change()?;
    fields.take(field, value.ok_or_else(|| Refused::new("Must not be null.")).and_then(parse))
}

/// A field that null or blank removes.
fn removable<T>(
    fields: &mut Fields,
    field: &str,
    patch: Patch<String>,
    parse: impl FnOnce(&str) -> Result<T, Refused>,
) -> Option<Option<T>> {
    let value = patch.into_change()?.filter(|text| !text.trim().is_empty());
    Some(value.and_then(|text| fields.take(field, parse(&text))))
}

/// Change a customer.
///
/// Only what is sent changes. With `If-Match` the change is refused where somebody else made one since.
#[utoipa::path(
    patch,
    path = "/customers/{customerId}",
    tag = "Customers",
    operation_id = "changeCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid), IfMatchParam),
    request_body = CustomerPatch,
    responses(
        (status = 200, description = "The customer as they are now.", body = DataBody<CustomerBody>),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff(who, _): Staff<WriteCustomers>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<CustomerId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<CustomerPatch>,
) -> Result<Versioned, ApiError> {
    let change = body.parse(who.shop.settings.today(who.shop.now))?;
    let expected = preconditions.expected_version()?;
    let entry = customers::change(&commerce, &who.shop, who.actor, id, expected, change)
        .await
        .map_err(Problem::from)?;
    Ok(versioned(entry))
}

/// Which customer to merge into another.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"from": "01926a3c-0000-7000-8000-000000000009"}))]
pub(crate) struct MergeBody {
    /// The customer who goes.
    #[schema(required, value_type = String, format = Uuid)]
    from: Option<String>,
}

/// Merge two customers.
///
/// What hangs on `from` goes to this one, and `from` is erased.
#[utoipa::path(
    post,
    path = "/customers/{customerId}/merge",
    tag = "Customers",
    operation_id = "mergeCustomers",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer who stays.", format = Uuid), IdempotencyKeyParam),
    request_body = MergeBody,
    responses(
        (status = 200, description = "The customer who stays.", body = DataBody<CustomerBody>),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn merge(
    Staff(who, _): Staff<WriteCustomers>,
    State(commerce): State<Commerce>,
    PathId(into): PathId<CustomerId>,
    JsonBody(body): JsonBody<MergeBody>,
) -> Result<Versioned, ApiError> {
    let from = body.from.as_deref().unwrap_or_default().parse();
    let from = from.map_err(|_| ApiError::invalid_field("from", "Must be a customer's id."))?;
    let entry = customers::merge(&commerce, &who.shop, who.actor, into, from).await.map_err(Problem::from)?;
    Ok(versioned(entry))
}

/// Everything held on a customer.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct ExportBody(accounts::Export);

/// Export a customer.
///
/// Everything that the shop holds on them, as the customer could ask for it.
#[utoipa::path(
    get,
    path = "/customers/{customerId}/export",
    tag = "Customers",
    operation_id = "exportCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses(
        (status = 200, description = "The data.", body = DataBody<ExportBody>, example = json!({"data": {"exportedAt": "2024-10-07T12:12:58.000000Z", "details": {}, "addresses": [], "sessions": [], "mails": []}})),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn export(
    Staff(who, _): Staff<ReadCustomers>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<CustomerId>,
) -> Result<Json<DataBody<ExportBody>>, ApiError> {
    let export = accounts::export(&commerce, who.shop.id, id, who.shop.now).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: ExportBody(export) }))
}

/// Erase a customer.
///
/// Erases what is personal and ends all sessions; what the law wants kept of sales stays without a name.
#[utoipa::path(
    delete,
    path = "/customers/{customerId}",
    tag = "Customers",
    operation_id = "eraseCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses((status = 204, description = "Erased."), Unauthenticated, Forbidden, NotFound, Always)
)]
pub(crate) async fn erase(
    Staff(who, _): Staff<WriteCustomers>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<CustomerId>,
) -> Result<StatusCode, ApiError> {
    customers::erase(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a customer's sessions.
///
/// Signs them out on every device.
#[utoipa::path(
    delete,
    path = "/customers/{customerId}/sessions",
    tag = "Customers",
    operation_id = "endCustomerSessions",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses((status = 204, description = "Ended."), Unauthenticated, Forbidden, NotFound, Always)
)]
pub(crate) async fn end_sessions(
    Staff(who, _): Staff<WriteCustomers>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<CustomerId>,
) -> Result<StatusCode, ApiError> {
    customers::end_sessions(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
