//! GET /customers, GET, PATCH and DELETE /customers/{customerId}, and its merge, export and sessions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::accounts::{self, Details, DetailsChange, Export};
use commerce::customers::{self, CustomerEntry};
use commerce::{Commerce, Shop};
use domain::accounts::{BirthDate, Email, Marketing, PersonName, Phone};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::ids::CustomerId;
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Patch, Preconditions, Query, Segment,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bodies::{DataBody, page};
use crate::fields::{Filled, removable, search_query};
use crate::identity::{CustomersRead, CustomersWrite, Staff};
use marzipan_http::fields::{kept, kept_list, line_schema, phone_schema, required};

/// A customer of the shop.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "firstName": "Ann",
    "lastName": "Smith",
    "email": "ann@example.com",
    "phone": null,
    "marketing": ["email"],
    "id": "01926a3c-0000-7000-8000-000000000001",
    "emailVerified": true,
    "dateOfBirth": null,
    "isSubscriber": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct CustomerBody {
    first_name: String,
    last_name: String,
    email: String,
    #[schema(required)]
    phone: Option<String>,
    #[schema(value_type = Vec<Channel>)]
    marketing: Marketing,
    #[schema(format = Uuid)]
    id: String,
    /// Whether the address was proved.
    email_verified: bool,
    #[schema(required, format = Date)]
    date_of_birth: Option<String>,
    /// Whether a subscription of theirs is active.
    is_subscriber: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

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

impl From<CustomerEntry> for CustomerBody {
    fn from(entry: CustomerEntry) -> Self {
        let CustomerEntry { details, updated_at, version: _ } = entry;
        let Details {
            first_name,
            last_name,
            email,
            phone,
            marketing,
            id,
            email_verified,
            date_of_birth,
            is_subscriber,
            created_at,
        } = details;
        Self {
            first_name,
            last_name,
            email,
            phone,
            marketing,
            id: id.to_string(),
            email_verified,
            date_of_birth,
            is_subscriber,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

fn answer(customer: CustomerEntry) -> (ETag, Json<DataBody<CustomerBody>>) {
    (ETag::of_version(customer.version), Json(DataBody::of(customer)))
}

/// Which customers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only the customer with this address, in any case.
    #[param(required = false, value_type = String, format = Email, max_length = 254, example = "ann@example.com")]
    email: Option<String>,
    /// Only customers one of whose names, or whose address, begins so, in any case and with or without accents.
    #[param(required = false, value_type = String, max_length = 100, example = "smi")]
    query: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<customers::Filter, FieldErrors> {
        let mut fields = Fields::default();
        let email = fields.take_optional("email", self.email.as_deref().map(Email::parse));
        let query = search_query(&mut fields, self.query);
        fields.finish()?;
        Ok(customers::Filter { email, query })
    }
}

/// List customers.
///
/// The newest first. Erased customers are not listed.
#[utoipa::path(
    get,
    path = "/customers",
    tag = "Customers",
    operation_id = "listCustomers",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the customers.", body = ListBody<CustomerBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<CustomersRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<CustomerBody>, ApiError> {
    let filter = filter.parse()?;
    let (customers, total) = customers::list(&commerce, &who.shop, filter, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, customers, total))
}

/// Show a customer.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/customers/{customerId}",
    tag = "Customers",
    operation_id = "showCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses(
        (status = 200, description = "The customer.", body = DataBody<CustomerBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<CustomersRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CustomerId>,
) -> Result<(ETag, Json<DataBody<CustomerBody>>), ApiError> {
    let customer = customers::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(customer))
}

/// What to change of a customer; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"lastName": "Miller", "phone": "+44 20 7946 0000", "marketing": ["post"]}))]
pub(crate) struct CustomerPatch {
    #[serde(default)]
    #[schema(schema_with = line_schema)]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = line_schema)]
    last_name: Patch<String>,
    /// Counts at once: staff vouch for it.
    #[serde(default)]
    #[schema(value_type = String, format = Email, max_length = 254)]
    email: Patch<String>,
    /// Null removes it.
    #[serde(default)]
    #[schema(schema_with = phone_schema)]
    phone: Patch<Filled>,
    #[serde(default)]
    #[schema(value_type = Vec<Channel>)]
    marketing: Patch<Vec<String>>,
    /// Null removes it, where the shop sets no minimum age.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    date_of_birth: Patch<Filled>,
}

impl CustomerPatch {
    fn parse(self, shop: &Shop) -> Result<DetailsChange, FieldErrors> {
        let mut fields = Fields::default();
        let today = shop.settings.today(shop.now);
        let name = |name: String| PersonName::parse(&name);
        let change = DetailsChange {
            first_name: fields.take_optional("firstName", kept(self.first_name, name)),
            last_name: fields.take_optional("lastName", kept(self.last_name, name)),
            phone: removable(&mut fields, "phone", self.phone, Phone::parse),
            marketing: kept_list(&mut fields, "marketing", self.marketing, |fields, words| {
                Marketing::read(fields, "marketing", &words)
            }),
            date_of_birth: removable(&mut fields, "dateOfBirth", self.date_of_birth, |text| {
                BirthDate::parse(text, today)
            }),
            email: fields.take_optional("email", kept(self.email, |email| Email::parse(&email))),
            return_url: None,
        };
        fields.finish()?;
        Ok(change)
    }
}

/// Change a customer.
///
/// Only what is sent changes. A new address counts at once. With `If-Match` the change is refused if somebody else made
/// one since.
#[utoipa::path(
    patch,
    path = "/customers/{customerId}",
    tag = "Customers",
    operation_id = "changeCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid), IfMatchParam),
    request_body = CustomerPatch,
    responses(
        (status = 200, description = "The customer as they are now.", body = DataBody<CustomerBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<CustomersWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CustomerId>,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<CustomerPatch>,
) -> Result<(ETag, Json<DataBody<CustomerBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let change = patch.parse(&who.shop)?;
    let customer = customers::change(&commerce, &who.shop, who.actor, id, version, change)
        .await
        .map_err(Problem::from)?;
    Ok(answer(customer))
}

/// The customer to merge into another.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"from": "01926a3c-0000-7000-8000-000000000009"}))]
pub(crate) struct MergeBody {
    /// The id of the customer whose belongings move, and who is erased then.
    #[schema(required, value_type = String, format = Uuid)]
    from: Option<String>,
}

impl MergeBody {
    fn parse(self) -> Result<CustomerId, FieldErrors> {
        let mut fields = Fields::default();
        let from = fields.take(
            "from",
            required(self.from.as_deref(), |id| {
                id.parse().map_err(|_| Refused::fixed("Must be the id of a customer."))
            }),
        );
        from.ok_or_else(|| fields.into_errors())
    }
}

/// Merge two customers.
///
/// What belongs to the customer `from` goes to this one; then `from` is erased, and their sessions end.
#[utoipa::path(
    post,
    path = "/customers/{customerId}/merge",
    tag = "Customers",
    operation_id = "mergeCustomers",
    security(("adminAuth" = [])),
    params(
        ("customerId" = String, Path, description = "The id of the customer who stays.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = MergeBody,
    responses(
        (status = 200, description = "The customer who stays, as they are now.", body = DataBody<CustomerBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn merge(
    Staff { who, .. }: Staff<CustomersWrite>,
    State(commerce): State<Commerce>,
    Segment(into): Segment<CustomerId>,
    JsonBody(body): JsonBody<MergeBody>,
) -> Result<(ETag, Json<DataBody<CustomerBody>>), ApiError> {
    let from = body.parse()?;
    let customer =
        customers::merge(&commerce, &who.shop, who.actor, into, from).await.map_err(Problem::from)?;
    Ok(answer(customer))
}

/// Everything held on a customer.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct ExportBody(Export);

/// Export a customer.
///
/// Everything that the shop holds on them, as they would get it themselves.
#[utoipa::path(
    get,
    path = "/customers/{customerId}/export",
    tag = "Customers",
    operation_id = "exportCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses(
        (status = 200, description = "The data.", body = DataBody<ExportBody>, example = json!({"data": {
            "exportedAt": "2024-10-07T12:12:58.000000Z", "details": {}, "addresses": [], "sessions": [], "mails": [], "threads": [], "newsletter": null, "reviews": [], "rewards": [], "giftCards": [],
        }})),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn export(
    Staff { who, .. }: Staff<CustomersRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CustomerId>,
) -> Result<Json<DataBody<ExportBody>>, ApiError> {
    let export = accounts::export(&commerce, who.shop.id, id, who.shop.now).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: ExportBody(export) }))
}

/// Erase a customer.
///
/// Erases what is personal, in the audit log too, and ends their sessions. What the law wants kept of sales stays
/// without a name.
#[utoipa::path(
    delete,
    path = "/customers/{customerId}",
    tag = "Customers",
    operation_id = "eraseCustomer",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses(
        (status = 204, description = "Erased."),
        Unauthenticated, Forbidden, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn erase(
    Staff { who, .. }: Staff<CustomersWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CustomerId>,
) -> Result<StatusCode, ApiError> {
    customers::erase(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a customer's sessions.
///
/// Signs them out on all their devices, at once and on every node.
#[utoipa::path(
    delete,
    path = "/customers/{customerId}/sessions",
    tag = "Customers",
    operation_id = "endCustomerSessions",
    security(("adminAuth" = [])),
    params(("customerId" = String, Path, description = "The customer's id.", format = Uuid)),
    responses(
        (status = 204, description = "Ended."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn end_sessions(
    Staff { who, .. }: Staff<CustomersWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<CustomerId>,
) -> Result<StatusCode, ApiError> {
    customers::end_sessions(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
