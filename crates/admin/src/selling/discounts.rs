//! GET and POST /discounts, GET, PATCH and DELETE /discounts/{discountId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::selling::{self, DiscountEntry, DiscountSearch};
use domain::fields::{FieldErrors, Fields};
use domain::ids::DiscountId;
use domain::problem::Problem;
use domain::selling::{DiscountForm, Switch, discount_code};
use domain::tenants::Currency;
use domain::text::filled;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Query, Segment,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::discount_bodies::{DiscountBody, DiscountFields, NewDiscount};
use super::words::SwitchWord;
use crate::bodies::DataBody;
use crate::identity::{SellingRead, SellingWrite, Staff};

type Answer = (ETag, Json<DataBody<DiscountBody>>);

fn answer(entry: DiscountEntry, currency: Currency) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody { data: DiscountBody::of(entry, currency) }))
}

/// Which discounts to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those with this status.
    #[param(required = false, value_type = SwitchWord)]
    status: Option<String>,
    /// Only the one with this code, in any case.
    #[param(required = false, value_type = String, pattern = "^([A-Za-z0-9_-]{3,40})?$", example = "SPRING-10")]
    code: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<DiscountSearch, FieldErrors> {
        let mut fields = Fields::default();
        let search = DiscountSearch {
            status: fields.take_optional("status", filled(self.status.as_deref()).map(Switch::parse)),
            code: fields.take_optional("code", filled(self.code.as_deref()).map(discount_code)),
        };
        fields.finish()?;
        Ok(search)
    }
}

/// List discounts.
///
/// The newest first, also those whose time is over or has not come.
#[utoipa::path(
    get,
    path = "/discounts",
    tag = "Discounts",
    operation_id = "listDiscounts",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the discounts.", body = ListBody<DiscountBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<DiscountBody>, ApiError> {
    let search = filter.parse()?;
    let (page, total) = selling::discounts(&commerce, &who.shop, search, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    let currency = who.shop.settings.currency;
    let bodies = page.into_iter().map(|entry| DiscountBody::of(entry, currency)).collect();
    Ok(paging.page_of(bodies, u64::try_from(total).unwrap_or(0)))
}

/// Add a discount.
///
/// With a code shoppers type it; without one it counts by itself.
#[utoipa::path(
    post,
    path = "/discounts",
    tag = "Discounts",
    operation_id = "addDiscount",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewDiscount,
    responses(
        (status = 201, description = "Added.", body = DataBody<DiscountBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<DiscountForm>,
) -> Result<(StatusCode, Answer), ApiError> {
    let entry =
        selling::create_discount(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(entry, who.shop.settings.currency)))
}

/// Show a discount.
///
/// `ETag` is the version, for the `If-Match` of a change. A use of the discount does not change it.
#[utoipa::path(
    get,
    path = "/discounts/{discountId}",
    tag = "Discounts",
    operation_id = "showDiscount",
    security(("adminAuth" = [])),
    params(("discountId" = String, Path, description = "The discount's id.", format = Uuid)),
    responses(
        (status = 200, description = "The discount.", body = DataBody<DiscountBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<DiscountId>,
) -> Result<Answer, ApiError> {
    let entry = selling::find_discount(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Change a discount.
///
/// Only what is sent changes, and it counts for what is ordered from then on. With `If-Match` the change is refused if
/// somebody else made one since.
#[utoipa::path(
    patch,
    path = "/discounts/{discountId}",
    tag = "Discounts",
    operation_id = "changeDiscount",
    security(("adminAuth" = [])),
    params(("discountId" = String, Path, description = "The discount's id.", format = Uuid), IfMatchParam),
    request_body = DiscountFields,
    responses(
        (status = 200, description = "The discount as it is now.", body = DataBody<DiscountBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<DiscountId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<DiscountForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = selling::change_discount(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Remove a discount.
///
/// Orders keep what it gave them. To keep it for later, set its `status` to `inactive` instead.
#[utoipa::path(
    delete,
    path = "/discounts/{discountId}",
    tag = "Discounts",
    operation_id = "removeDiscount",
    security(("adminAuth" = [])),
    params(("discountId" = String, Path, description = "The discount's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<DiscountId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    selling::delete_discount(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
