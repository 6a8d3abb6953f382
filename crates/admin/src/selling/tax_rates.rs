//! GET and POST /tax-rates, GET, PATCH and DELETE /tax-rates/{taxRateId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::selling::{self, TaxRateEntry};
use domain::ids::TaxRateId;
use domain::problem::Problem;
use domain::selling::TaxRateForm;
use marzipan_http::fields::line_schema;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{DataBody, page_of_all};
use crate::identity::{SellingRead, SellingWrite, Staff};

/// A rate of tax.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000026",
    "name": "VAT 20 %",
    "country": "GB",
    "taxClass": null,
    "rate": 2000,
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct TaxRateBody {
    #[schema(format = Uuid)]
    id: String,
    /// What invoices call it.
    name: String,
    /// Where it counts: a two-letter code.
    country: String,
    /// For goods of this class; null for the usual ones, and for classes that have no rate of their own here.
    #[schema(required)]
    tax_class: Option<String>,
    /// In hundredths of a percent: 2000 is 20 %.
    rate: i64,
    /// Counts the changes.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<TaxRateEntry> for TaxRateBody {
    fn from(entry: TaxRateEntry) -> Self {
        let TaxRateEntry { rate, version, created_at, updated_at } = entry;
        Self {
            id: rate.id.to_string(),
            name: rate.name,
            country: rate.country.as_str().to_owned(),
            tax_class: rate.tax_class,
            rate: rate.basis_points,
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

type Answer = (ETag, Json<DataBody<TaxRateBody>>);

fn answer(entry: TaxRateEntry) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody::of(entry)))
}

/// A rate of tax to add.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"name": "MwSt 19 %", "country": "DE", "rate": 1900}))]
#[expect(dead_code, reason = "documents what `TaxRateForm` reads")]
pub(crate) struct NewTaxRate {
    /// What invoices call it.
    #[schema(schema_with = line_schema)]
    name: String,
    /// A two-letter code.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    country: String,
    /// The tax class of products; left out for the usual one.
    #[schema(max_length = 40)]
    tax_class: Option<String>,
    /// In hundredths of a percent: 2000 is 20 %.
    #[schema(minimum = 0, maximum = 10_000)]
    rate: i64,
}

/// What to change of a rate of tax; what is left out stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"rate": 1750}))]
#[expect(dead_code, reason = "documents what `TaxRateForm` reads")]
pub(crate) struct TaxRateChange {
    #[schema(required = false, schema_with = line_schema)]
    name: String,
    #[schema(required = false, pattern = "^[A-Za-z]{2}$")]
    country: String,
    /// Null for the usual one.
    #[schema(max_length = 40)]
    tax_class: Option<String>,
    #[schema(required = false, minimum = 0, maximum = 10_000)]
    rate: i64,
}

/// List tax rates.
///
/// By country and class, the usual class first. A new shop that sells in pounds begins with those of the United Kingdom.
#[utoipa::path(
    get,
    path = "/tax-rates",
    tag = "Tax rates",
    operation_id = "listTaxRates",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the tax rates.", body = ListBody<TaxRateBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<TaxRateBody>, ApiError> {
    let all = selling::tax_rates(&commerce, &who.shop).await.map_err(Problem::from)?;
    Ok(page_of_all(&paging, all, TaxRateBody::from))
}

/// Add a tax rate.
///
/// A country has one for each class.
#[utoipa::path(
    post,
    path = "/tax-rates",
    tag = "Tax rates",
    operation_id = "addTaxRate",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewTaxRate,
    responses(
        (status = 201, description = "Added.", body = DataBody<TaxRateBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<TaxRateForm>,
) -> Result<(StatusCode, Answer), ApiError> {
    let entry =
        selling::create_tax_rate(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(entry)))
}

/// Show a tax rate.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/tax-rates/{taxRateId}",
    tag = "Tax rates",
    operation_id = "showTaxRate",
    security(("adminAuth" = [])),
    params(("taxRateId" = String, Path, description = "The tax rate's id.", format = Uuid)),
    responses(
        (status = 200, description = "The tax rate.", body = DataBody<TaxRateBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<TaxRateId>,
) -> Result<Answer, ApiError> {
    let entry = selling::find_tax_rate(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Change a tax rate.
///
/// Only what is sent changes, and it counts for what is ordered from then on. With `If-Match` the change is refused if
/// somebody else made one since.
#[utoipa::path(
    patch,
    path = "/tax-rates/{taxRateId}",
    tag = "Tax rates",
    operation_id = "changeTaxRate",
    security(("adminAuth" = [])),
    params(("taxRateId" = String, Path, description = "The tax rate's id.", format = Uuid), IfMatchParam),
    request_body = TaxRateChange,
    responses(
        (status = 200, description = "The tax rate as it is now.", body = DataBody<TaxRateBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<TaxRateId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<TaxRateForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = selling::change_tax_rate(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Remove a tax rate.
///
/// Its class has the country's usual rate from then on; a country without rates has no tax.
#[utoipa::path(
    delete,
    path = "/tax-rates/{taxRateId}",
    tag = "Tax rates",
    operation_id = "removeTaxRate",
    security(("adminAuth" = [])),
    params(("taxRateId" = String, Path, description = "The tax rate's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<TaxRateId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    selling::delete_tax_rate(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
